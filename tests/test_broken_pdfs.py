"""Each PDF that breaks a rule is packaged: with a rendition that conforms, or with why there is none.

They are broken in the ways of veraPDF's corpus, by the clauses of ISO 19005-2 that its files are named for.
"""

from pathlib import Path

import pikepdf
import pytest

from archiver import bag
from archiver.findings import Verdict
from archiver.rendition.verapdf import Validator
from tests.conftest import packaged
from tests.rendition import pdfs
from tests.rendition.pdfs import needs_ghostscript

CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << >> >>"
CONTENT = "<< /Length 22 >>\nstream\n1 0 0 rg 0 0 9 9 re f\n\nendstream"
PICTURE = (
    "<< /Type /XObject /Subtype /Image /Width 9 /Height 9 /ColorSpace /DeviceGray /BitsPerComponent 8 "
    "/Length 9 >>\nstream\nabcdefghi\nendstream"
)


def written(*objects: str, trailer: str = "/Root 1 0 R") -> bytes:
    """A PDF of these objects, and a table of where they are."""
    content, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} {trailer} >>\n"
    return content + f"{end}startxref\n{len(content)}\n%%EOF\n".encode()


def paged(page: str, *more: str) -> bytes:
    return written(CATALOG, PAGES, page, CONTENT, *more)


def catalogued(entries: str, *more: str) -> bytes:
    return written(CATALOG.replace(">>", f"{entries} >>"), PAGES, PAGE, CONTENT, *more)


def streamed(content: str) -> bytes:
    return written(CATALOG, PAGES, PAGE, content)


MENDED = {
    "6.1.4 cross-reference table of 99,999,999": paged(PAGE).replace(b"xref\n0 ", b"xref\n0 99999999"),
    "6.1.4 cross-reference table elsewhere": paged(PAGE).replace(b"startxref\n", b"startxref\n99"),
    "6.1.3 no trailer": paged(PAGE).partition(b"xref\n0 ")[0] + b"trailer << /Root 1 0 R >>",
    "6.1.2 something before the header": b"junk\n" * 50 + paged(PAGE),
    "6.1.7 wrong length": streamed(CONTENT.replace("22", "5")),
    "6.1.7 negative length": streamed(CONTENT.replace("22", "-5")),
    "6.1.7 length that is the stream": streamed(CONTENT.replace("22", "4 0 R")),
    "6.1.12 sizes beyond all numbers": paged(PAGE.replace("200 200", "1e308 3.5e9")),
    "no MediaBox": paged(PAGE.replace("/MediaBox [0 0 200 200]", "")),
    "MediaBox of words": paged(PAGE.replace("0 0 200 200", "(a) /b null 3")),
    "pages below themselves": written(
        CATALOG,
        PAGES.replace(">>", "/Parent 2 0 R >>"),
        PAGE.replace("/MediaBox [0 0 200 200]", ""),
        CONTENT,
    ),
    "page below another": paged(PAGE.replace("2 0 R", "3 0 R")),
    "wrong count of pages": written(CATALOG, PAGES.replace("1 >>", "4000000000 >>"), PAGE, CONTENT),
    "a page twice": written(CATALOG, PAGES.replace("3 0 R", "3 0 R 3 0 R"), PAGE, CONTENT),
    "kids that are none": written(CATALOG, PAGES.replace("3 0 R", "null 9 0 R 3 0 R"), PAGE, CONTENT),
    "content that is none": paged(PAGE.replace("4 0 R", "5")),
    "content of all kinds": paged(PAGE.replace("4 0 R", "[4 0 R null 2 0 R (x)]")),
    "resources that are a list": paged(PAGE.replace("<< >> >>", "[1 2] >>")),
    "fonts that are a number": paged(PAGE.replace("<< >> >>", "<< /Font 3 /XObject << /A 5 >> >> >>")),
    "6.2.4 picture of its own index": paged(
        PAGE.replace("<< >> >>", "<< /XObject << /A 5 0 R >> >> >>"),
        PICTURE.replace("/DeviceGray", "[/Indexed 5 0 R 3 (x)]"),
    ),
    "6.3 annotations that are none": paged(
        PAGE.replace("/Contents", "/Annots [3 0 R 5 (x) null] /Contents")
    ),
    "6.4 form of its own child": catalogued(
        "/AcroForm << /NeedAppearances true /Fields [5 0 R 3] >>", "<< /FT /Tx /Kids [5 0 R] /V 3 >>"
    ),
    "6.5 actions in a ring": catalogued("/OpenAction 5 0 R", "<< /S /GoTo /Next 5 0 R >>"),
    "6.5 list of actions in itself": catalogued("/OpenAction 5 0 R", "[5 0 R 5 0 R]"),
    "6.6 metadata that is no XML": catalogued(
        "/Metadata 5 0 R",
        "<< /Type /Metadata /Subtype /XML /Length 18 >>\nstream\n<x:xmpmeta \xff<<<&&\nendstream",
    ),
    "6.7 language that is a number": catalogued("/Lang 5"),
    "6.9 layers that are numbers": catalogued("/OCProperties << /OCGs 5 /D << /Order 4 >> /Configs 5 >>"),
    "6.8 attachment within itself": catalogued(
        "/Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>", "<< /Type /Filespec /EF 5 0 R /F 3 >>"
    ),
}
"""What comes out as a rendition that conforms."""

LOST = {
    "6.1.12 number beyond all": (paged(PAGE.replace("200 200", "9" * 20 + " 200")), "no page can be found"),
    "6.1.12 list of 50,000 lists": (
        paged(PAGE.replace("/Contents", f"/X {'[' * 50_000}{']' * 50_000} /Contents")),
        "no page can be found",
    ),
    "pages in a ring": (
        written(CATALOG, PAGES.replace("3 0 R", "2 0 R 3 0 R"), PAGE, CONTENT),
        "Loop detected in /Pages structure",
    ),
    "no pages": (written("<< /Type /Catalog >>"), "unable to find page tree"),
    "no catalog": (written(CATALOG, PAGES, PAGE, CONTENT, trailer=""), "unable to find /Root"),
    "a header alone": (b"%PDF-1.7\n", "unable to find trailer"),
    "zeros": (b"%PDF-1.7\n" + bytes(100_000), "unable to find trailer"),
}
"""What no rendition can be made of, and what is told."""


@pytest.mark.parametrize("kind", MENDED)
def test_what_can_be_read_has_a_rendition_that_conforms(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(MENDED[kind])
    outcome = packaged(path, tmp_path / "out", verapdf=True, tesseract=False)
    assert outcome.status == "packaged", outcome.report
    assert outcome.report.answer("PDF/A conformance") is Verdict.PASSED, outcome.report
    assert isinstance(outcome.bag, Path)
    assert (outcome.bag / "data/original/a.pdf").read_bytes() == MENDED[kind]
    assert "Traceback" not in capfd.readouterr().err


def test_a_claim_is_not_judged_where_pages_are_below_themselves(tmp_path: Path, verapdf: Validator) -> None:
    def ring(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Parent = pdf.Root.Pages

    path = pdfs.changed(pdfs.conforming(tmp_path / "a.pdf"), ring)
    outcome = packaged(path, tmp_path / "out", verapdf=True)
    (told,) = (each.message for each in outcome.report.findings if each.rule == "rendition-repaired")
    assert "places in the page tree corrected" in told


@needs_ghostscript
@pytest.mark.parametrize("resources", ["/Font", "/XObject"])
def test_content_that_cannot_be_read_is_told_and_loses_no_other_page(
    resources: str, tmp_path: Path
) -> None:
    path = pdfs.unembedded_font(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Resources = pikepdf.Dictionary({resources: pdf.pages[0].Resources.get(resources, {})})
        pdf.pages[0].Contents = pdf.make_stream(b"anything")
        pdf.pages[0].Contents.Filter = pikepdf.Name("/Nope")
        pdf.save(path)
    outcome = packaged(path, tmp_path / "out", verapdf=True)
    (told,) = (each.message for each in outcome.report.findings if each.rule == "rendition-incomplete")
    assert told.startswith("may show less in the rendition, as Ghostscript says: Error: ")
    assert told.endswith("Output may be incorrect.")
    assert isinstance(outcome.bag, Path)
    with pikepdf.open(outcome.bag / "data/rendition/a.pdf") as pdf:
        assert len(pdf.pages) == 2


@pytest.mark.parametrize("kind", LOST)
def test_what_cannot_be_read_is_an_original_and_says_why(kind: str, tmp_path: Path) -> None:
    content, why = LOST[kind]
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    outcome = packaged(path, tmp_path / "out", verapdf=True, tesseract=False)
    assert outcome.status == "packaged", outcome.report
    (told,) = (each.message for each in outcome.report.findings if each.rule == "rendition-none")
    assert told.startswith("has no rendition, only the original is kept: it is damaged: ")
    assert why in told
    assert isinstance(outcome.bag, Path)
    assert bag.validate(outcome.bag).valid


def test_an_attachment_that_is_a_number_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    entries = "/Names << /EmbeddedFiles << /Names [(a) 5 0 R (b)] >> >>"
    path.write_bytes(catalogued(entries, "<< /Type /Filespec /EF 5 /UF [1] >>"))
    outcome = packaged(path, tmp_path / "out", verapdf=True, tesseract=False)
    assert outcome.status == "packaged", outcome.report


def test_a_file_that_is_whole_is_not_called_damaged(tmp_path: Path) -> None:
    path = pdfs.written(tmp_path / "a.pdf")
    rules = [each.rule for each in packaged(path, tmp_path / "out", verapdf=True).report.findings]
    assert "source-pdf-damaged" not in rules

"""PDFs are read for what they say of themselves, whatever state they are in."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Dictionary, Name, Pdf, String

from archiver.article import Obtained
from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources import Pdf as Pages
from archiver.sources import Source, SourceRef, pdf_pages, read
from archiver.sources.pdf_demands import MAX_UNPACKED_BYTES
from tests.rendition import pdfs

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">The title in XMP</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Ann One</rdf:li><rdf:li>Bo Two</rdf:li></rdf:Seq></dc:creator>
<dc:subject><rdf:Bag><rdf:li>ferries</rdf:li></rdf:Bag></dc:subject>
<dc:language><rdf:Bag><rdf:li>de</rdf:li></rdf:Bag></dc:language>
<dc:date><rdf:Seq><rdf:li>2002-02-03T04:05:06Z</rdf:li></rdf:Seq></dc:date>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def source(path: Path, **settings: object) -> Source:
    return read(SourceRef(path), Settings(**settings))  # type: ignore[arg-type]


def described(pdf: Pdf) -> None:
    pdf.Root.Metadata = pdf.make_stream(XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    pdf.docinfo["/Title"] = "The title in Info"


def test_what_xmp_states_comes_before_the_information_dictionary(tmp_path: Path) -> None:
    article = source(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), described)).article
    assert article.title == "The title in XMP"
    assert [creator.name for creator in article.creators] == ["Ann One", "Bo Two"]
    assert (article.subjects, article.language) == (("ferries",), ("de",))
    assert article.date
    assert article.date.edtf == "2002-02-03"
    assert article.obtained("title") is Obtained.STATED
    assert article.obtained("identifier") is Obtained.INFERRED
    assert article.body == ()


def test_the_information_dictionary_stands_in_for_xmp(tmp_path: Path) -> None:
    def inform(pdf: Pdf) -> None:
        info = {"/Title": "T", "/Author": "Ann; Bo", "/Keywords": "sea, ferries", "/Subject": "unspecified"}
        pdf.trailer.Info = Dictionary({**{k: String(v) for k, v in info.items()}})
        pdf.trailer.Info.CreationDate = String("D:20020203040506+01'00'")

    found = source(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), inform))
    article = found.article
    assert [creator.name for creator in article.creators] == ["Ann", "Bo"]
    assert article.subjects == ("sea", "ferries")
    assert article.abstract is None
    assert article.date
    assert (article.date.edtf, article.obtained("date")) == ("2002-02-03", Obtained.INFERRED)
    told = next(f.message for f in found.findings if f.rule == "source-pdf-metadata")
    assert "creators in Info /Author" in told


def test_the_name_of_the_file_stands_for_a_title_with_a_warning(tmp_path: Path) -> None:
    found = source(pdfs.written(tmp_path / "Harbour plan.pdf"))
    assert found.article.title == "Harbour plan"
    assert found.article.obtained("title") is Obtained.INFERRED
    assert "source-pdf-title" in [finding.rule for finding in found.findings]


def test_a_pdf_is_known_by_its_content_and_is_never_held_in_memory(tmp_path: Path) -> None:
    path = pdfs.written(tmp_path / "a.bin")
    path.write_bytes(b"x" * 900 + b"\n" + path.read_bytes())
    found = source(path)
    assert isinstance(found.content, Pages)
    assert found.content.pages == 1
    assert (found.document.path, found.document.data) == (path, b"")


def without_text(pdf: Pdf) -> None:
    for page in pdf.pages:
        page.Contents = pdf.make_stream(b"1 0 0 rg 0 0 9 9 re f")
        del page.Resources.Font


def test_a_pdf_that_lost_its_header_is_known_by_its_suffix(tmp_path: Path) -> None:
    path = pdfs.written(tmp_path / "a.pdf")
    path.write_bytes(path.read_bytes().removeprefix(b"%PDF-"))
    found = source(path)
    assert isinstance(found.content, Pages)
    assert found.content.pages == 1
    assert "can't find PDF header" in next(
        f.message for f in found.findings if f.rule == "source-pdf-damaged"
    )


def test_a_pdf_without_a_text_layer_is_told(tmp_path: Path) -> None:
    found = source(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), without_text))
    assert isinstance(found.content, Pages)
    assert not found.content.has_text
    assert "has no text layer" in found.findings[0].message


def test_text_in_a_form_is_text(tmp_path: Path) -> None:
    def within(pdf: Pdf) -> None:
        page = pdf.pages[0]
        form = pdf.make_stream(page.Contents.read_bytes(), Resources=page.Resources)
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, page.MediaBox
        page.Resources = Dictionary(XObject=Dictionary(F=form))
        page.Contents = pdf.make_stream(b"/F Do")

    found = source(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), within))
    assert isinstance(found.content, Pages)
    assert found.content.has_text


PICTURE = b"q 99 0 0 99 0 0 cm /P Do Q"


def pictured_with(*contents: bytes) -> Callable[[Pdf], None]:
    """Pages of these contents, which all have the same resources: a font, a picture, forms."""

    def share(pdf: Pdf) -> None:
        shared = pdf.pages[0].obj.Resources
        data = b"\xff" * 300
        samples = pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10)
        samples.ColorSpace, samples.BitsPerComponent = Name.DeviceRGB, 8
        forms = {
            name: pdf.make_stream(
                drawn, Type=Name.XObject, Subtype=Name.Form, BBox=pikepdf.Array([0, 0, 9, 9])
            )
            for name, drawn in (("/Words", b"BT /F1 9 Tf (w) Tj ET"), ("/Lines", b"0 0 9 9 re f"))
        }
        shared.XObject = Dictionary({"/P": samples, **forms})
        del pdf.pages[0].obj.Resources
        pdf.pages[0].obj.Parent.Resources = shared
        for _ in contents[1:]:
            pdf.add_blank_page().obj.Resources = shared
        for page, content in zip(pdf.pages, contents, strict=True):
            page.Contents = pdf.make_stream(content)

    return share


@pytest.mark.parametrize(
    ("content", "is_bare"),
    [
        (PICTURE, True),
        (PICTURE + b" BT /F1 9 Tf () Tj [() -9] TJ ET", True),
        (PICTURE + b" /Lines Do", True),
        (b"BI /W 1 /H 1 /BPC 8 /CS /G ID \0 EI", True),
        (PICTURE + b" BT /F1 9 Tf (word) Tj ET", False),
        (PICTURE + b" BT /F1 9 Tf 3 Tr [-9 (word)] TJ ET", False),
        (PICTURE + b" BT /F1 9 Tf <57> ' ET", False),
        (PICTURE + b' BT /F1 9 Tf 1 1 (word) " ET', False),
        (PICTURE + b" /Words Do", False),
        (PICTURE + b" /Missing Do", False),
    ],
)
def test_a_page_has_text_if_it_shows_some_whatever_fonts_it_has(
    content: bytes, is_bare: bool, tmp_path: Path
) -> None:
    words = b"BT /F1 9 Tf (word) Tj ET"
    found = source(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), pictured_with(words, content)))
    assert found.content == Pages(2, has_text=True, bare=(2,) if is_bare else ())


def test_no_more_content_is_looked_through_than_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_pages, "MAX_CONTENT_BYTES", 2 * len(PICTURE))
    found = source(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), pictured_with(*[PICTURE] * 3)))
    assert found.content == Pages(3, has_text=True, bare=(1, 2))


def truncated(path: Path) -> Path:
    data = pdfs.written(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def without_pages(path: Path) -> Path:
    with Pdf.new() as pdf:
        pdf.save(path)
    return path


def many_pages(path: Path) -> Path:
    return pdfs.written(path, "one", "two", "three")


def burst(path: Path) -> Path:
    def fill(pdf: Pdf) -> None:
        pdf.pages[0].Contents = pdf.make_stream(b" " * (MAX_UNPACKED_BYTES + 1))

    return pdfs.changed(pdfs.written(path), fill, compress_streams=True)


def nested(path: Path) -> Path:
    """Forms, each of which draws another twice, forty deep."""

    def nest(pdf: Pdf) -> None:
        form = pdf.make_stream(b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form)
        for _ in range(40):
            inner, form = form, pdf.make_stream(b"/F Do /F Do", Type=Name.XObject, Subtype=Name.Form)
            form.Resources = Dictionary(XObject=Dictionary(F=inner))
        for each in pdf.objects:
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == Name.Form:
                each.BBox = pikepdf.Array([0, 0, 9, 9])
        pdf.pages[0].Resources.XObject = Dictionary(F=form)
        pdf.pages[0].Contents = pdf.make_stream(b"/F Do")

    return pdfs.changed(pdfs.written(path), nest)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (pdfs.encrypted, "is encrypted and needs a password"),
        (truncated, "is damaged: "),
        (without_pages, "is damaged: no page can be found in it"),
        (burst, "has a stream that unpacks to more than 268,435,456 bytes"),
        (nested, "draws more than 1,000,000 forms within forms"),
        (many_pages, "has 3 pages, more than the 2 of max_pdf_pages"),
    ],
)
def test_what_no_rendition_can_be_made_of_is_an_original_all_the_same(
    make: Callable[[Path], Path], told: str, tmp_path: Path
) -> None:
    content = source(make(tmp_path / "a.pdf"), max_pdf_pages=2).content
    assert isinstance(content, Pages)
    assert content.obstacle.startswith(told)
    assert str(tmp_path) not in content.obstacle


def test_a_damaged_cross_reference_table_is_told(tmp_path: Path) -> None:
    path = pdfs.written(tmp_path / "a.pdf")
    path.write_bytes(path.read_bytes().replace(b"startxref\n", b"startxref\n9"))
    found = source(path)
    assert isinstance(found.content, Pages)
    assert (found.content.pages, found.content.obstacle) == (1, "")
    (told,) = [finding.message for finding in found.findings if finding.rule == "source-pdf-damaged"]
    assert told.startswith("is damaged, and was read as well as can be: file is damaged; ")
    assert str(tmp_path) not in told


def test_a_page_without_a_size_is_told(tmp_path: Path) -> None:
    path = pdfs.changed(
        pdfs.written(tmp_path / "a.pdf"), lambda pdf: pdf.pages[0].obj.__delitem__("/MediaBox")
    )
    (told,) = [each.message for each in source(path).findings if each.rule == "source-pdf-damaged"]
    assert told.startswith(
        "is damaged, and was read as well as can be: kid 0 (from 0) MediaBox is undefined"
    )


@pytest.mark.parametrize("damage", [b"startxref\n", b"trailer", b"endobj"])
def test_what_is_told_of_a_damaged_pdf_is_the_same_from_a_file_and_from_standard_input(
    damage: bytes, tmp_path: Path
) -> None:
    path = pdfs.written(tmp_path / "a.pdf")
    path.write_bytes(path.read_bytes().replace(damage, b"9"))
    of_file, piped = source(path), read(SourceRef(Path("a.pdf"), data=path.read_bytes()), Settings())
    assert piped.content == of_file.content
    assert [each.message for each in piped.findings] == [each.message for each in of_file.findings]


def test_a_pdf_from_standard_input_of_which_nothing_can_be_read_is_told_without_a_place() -> None:
    content = read(SourceRef(Path("stdin.txt"), data=b"%PDF-1.4 junk"), Settings()).content
    assert isinstance(content, Pages)
    assert content.obstacle == "is damaged: unable to find trailer dictionary while recovering damaged file"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.pdf: is larger than the 99 bytes that max_pdf_bytes allows"):
        source(pdfs.written(tmp_path / "a.pdf"), max_pdf_bytes=99)


def test_a_packet_of_xmp_that_unpacks_to_too_much_is_passed_over(tmp_path: Path) -> None:
    def bomb(pdf: Pdf) -> None:
        described(pdf)
        pdf.Root.Metadata.write(b" " * (64 * 1024 * 1024))

    path = pdfs.changed(pdfs.written(tmp_path / "a.pdf"), bomb, compress_streams=True)
    assert path.stat().st_size < 1_000_000
    assert source(path).article.title == "The title in Info"


def test_a_form_within_itself_has_an_end(tmp_path: Path) -> None:
    def loop(pdf: Pdf) -> None:
        form = pdf.make_stream(b"/F Do /F Do", Type=Name.XObject, Subtype=Name.Form)
        form.Resources = Dictionary(XObject=Dictionary(F=form))
        pdf.pages[0].Resources.XObject = Dictionary(F=form)

    content = source(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), loop)).content
    assert isinstance(content, Pages)
    assert content.obstacle == ""


@given(edits=st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=8)), max_size=6))
def test_no_damage_is_more_than_a_finding(
    edits: list[tuple[int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = pdfs.conforming(tmp_path_factory.mktemp("damaged") / "a.pdf")
    data = bytearray(path.read_bytes())
    for place, content in edits:
        at = 9 + place % (len(data) - 9)
        data[at : at + len(content)] = content
    path.write_bytes(data)
    assert source(path).article.title

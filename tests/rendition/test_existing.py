"""An existing PDF becomes its own rendition, or a repaired one that veraPDF confirms, or has none."""

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from archiver import likeness
from archiver.findings import Severity
from archiver.rendition import Rendition, ghostscript, render
from archiver.rendition.verapdf import Validator
from archiver.rendition.xmp import claims
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from tests.rendition import pdfs
from tests.rendition.pdfs import needs_ghostscript

Change = Callable[[Pdf], object]


def made(path: Path, validator: Validator | None, **settings: object) -> Rendition:
    chosen = Settings(**settings)  # type: ignore[arg-type]
    source = read(SourceRef(path), chosen)
    target = path.with_name("rendition.pdf")
    return render(source, target, chosen, {source.document.name: path}, validator)


def conforming(rendition: Rendition, validator: Validator) -> tuple[str, ...]:
    """What a rendition claims, in its own words, which veraPDF is asked of once more."""
    assert rendition.path
    claimed = claims(rendition.path)
    assert validator.check(rendition.path, claimed) == ()
    assert claimed == rendition.claims
    return claimed


def rules(rendition: Rendition) -> list[str]:
    return [finding.rule for finding in rendition.findings]


# --- PDF/A already ----------------------------------------------------------------------------


def test_what_is_pdfa_already_is_its_own_rendition(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.conforming(tmp_path / "a.pdf")
    rendition = made(path, verapdf)
    assert rendition.path
    assert rendition.path.read_bytes() == path.read_bytes()
    assert rendition.claims == ("2a", "ua1")
    assert (rendition.made.type, rendition.judged) == ("replication", True)


def test_that_a_file_is_not_the_pdfa_that_it_says_is_told(tmp_path: Path, verapdf: Validator) -> None:
    def no_mark(pdf: Pdf) -> None:
        del pdf.Root.MarkInfo

    rendition = made(pdfs.changed(pdfs.conforming(tmp_path / "a.pdf"), no_mark), verapdf)
    (told,) = (finding for finding in rendition.findings if finding.rule == "rendition-claim")
    assert told.message.startswith("says that it is PDF/A-2a and PDF/UA-1, and is not: veraPDF says: ")
    assert rendition.claims == ("2u",)


def test_what_is_pdfua_stays_so_as_pdfa(tmp_path: Path, verapdf: Validator) -> None:
    def no_pdfa(pdf: Pdf) -> None:
        with pdf.open_metadata(update_docinfo=False) as metadata:
            del metadata["pdfaid:part"], metadata["pdfaid:conformance"]

    path = pdfs.changed(pdfs.conforming(tmp_path / "a.pdf"), no_pdfa)
    assert conforming(made(path, verapdf), verapdf) == ("2a", "ua1")


def test_without_verapdf_a_claim_is_told_as_no_more(tmp_path: Path) -> None:
    rendition = made(pdfs.conforming(tmp_path / "a.pdf"), None)
    assert not rendition.judged
    assert rendition.findings[0].message.startswith("says that it is PDF/A-2a and PDF/UA-1: ")


def test_without_verapdf_nothing_is_made_pdfa(tmp_path: Path) -> None:
    rendition = made(pdfs.written(tmp_path / "a.pdf"), None)
    assert rendition.path is None
    assert "there is no veraPDF to judge what is made of it" in rendition.findings[0].message
    assert not (tmp_path / "rendition.pdf").exists()


def test_a_claim_that_is_false_is_not_believed(tmp_path: Path, verapdf: Validator) -> None:
    def untag(pdf: Pdf) -> None:
        del pdf.Root.MarkInfo, pdf.Root.StructTreeRoot

    path = pdfs.changed(pdfs.conforming(tmp_path / "a.pdf"), untag)
    assert conforming(made(path, verapdf), verapdf) == ("2u",)


# --- repair -----------------------------------------------------------------------------------


def scripted(pdf: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.OpenAction = script
    pdf.Root.AA = Dictionary(WC=script)
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("calc.exe")))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), F=4)
    link.A = Dictionary(S=Name.URI, URI=String("https://example.org"), Next=script)
    pdf.pages[0].Annots = Array([link])


def with_hidden_note(pdf: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), F=2)
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    pdf.pages[0].Annots = Array([note, link])


def transparent(pdf: Pdf) -> None:
    pdf.pages[0].Resources.ExtGState = Dictionary(G=Dictionary(ca=0.5, BM=Name.Multiply))
    pdf.pages[0].Contents = pdf.make_stream(b"/G gs " + pdf.pages[0].Contents.read_bytes())


def with_layers(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer")))
    usage = Dictionary(Event=Name.View, OCGs=Array([layer]), Category=Array([Name.View]))
    other = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Other")))
    configuration = Dictionary(AS=Array([usage]), Order=Array([Array([layer])]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer, other]), D=configuration)


def with_smoothed_picture(pdf: Pdf) -> None:
    picture = pdf.make_stream(b"\0\xff\xff\0", Width=2, Height=2, BitsPerComponent=8)
    picture.Type, picture.Subtype = Name.XObject, Name.Image
    picture.ColorSpace, picture.Interpolate = Name.DeviceGray, True
    picture.Metadata = pdf.make_stream(b"<no XMP", Type=Name.Metadata, Subtype=Name.XML)
    pdf.pages[0].Resources.XObject = Dictionary(A=picture, AA=picture)
    pdf.pages[0].Contents = pdf.make_stream(b"q 99 0 0 99 9 9 cm /A Do Q q 99 0 0 99 200 9 cm /AA Do Q")


def with_form(pdf: Pdf) -> None:
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("f"), V=String("typed"), F=4
    )
    field.Rect, field.DA, field.P = Array([50, 50, 250, 80]), String("/Helv 12 Tf 0 g"), pdf.pages[0].obj
    field.AA = Dictionary(K=Dictionary(S=Name.JavaScript, JS=String("1")))
    field = pdf.make_indirect(field)
    embedded = next(font for font in pdf.pages[0].Resources.Font.values() if "/FontDescriptor" in font)
    fonts = Dictionary(Helv=embedded)
    pdf.pages[0].Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), NeedAppearances=True, DR=Dictionary(Font=fonts), XFA=String("x")
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (scripted, "actions that run by themselves removed (2), forbidden actions removed (2)"),
        (with_hidden_note, "annotations that are not shown removed"),
        (transparent, "output intent added"),
        (with_layers, "layers listed, metadata written anew, names of layers' configurations added"),
        (with_form, "appearance of form fields written"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_does_not_show_is_repaired(
    change: Change, told: str, tmp_path: Path, verapdf: Validator
) -> None:
    path = pdfs.changed(pdfs.written(tmp_path / "a.pdf", "one", "two"), change)
    before = path.read_bytes()
    rendition = made(path, verapdf)
    assert conforming(rendition, verapdf)[0] in ("2u", "2b")
    assert told in rendition.made.detail
    assert rendition.made.agent.name == "archiver"
    assert set(rules(rendition)) - {"rendition-xfa"} == {"rendition-repaired"}
    assert rendition.pages == 2
    assert path.read_bytes() == before


def test_what_shows_after_all_is_told(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.changed(pdfs.written(tmp_path / "a.pdf", "one", "two"), with_smoothed_picture)
    rendition = made(path, verapdf)
    conforming(rendition, verapdf)
    assert "smoothing of pictures turned off" in rendition.made.detail
    assert "metadata of parts removed" in rendition.made.detail
    told = {finding.message: finding.severity for finding in rendition.findings}
    assert told["1 of 2 pages look different in the rendition: 1"] is Severity.WARNING


def test_the_same_file_is_repaired_to_the_same_bytes(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.changed(pdfs.written(tmp_path / "a.pdf"), scripted)
    first, second = (made(path, verapdf) for _ in range(2))
    assert first.path
    assert second.path
    assert first.path.read_bytes() == second.path.read_bytes()


def test_a_password_that_is_empty_goes(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.written(tmp_path / "a.pdf")
    pdfs.changed(path, lambda _: None, encryption=pikepdf.Encryption(owner="owner", user=""))
    rendition = made(path, verapdf)
    conforming(rendition, verapdf)
    assert "encryption removed" in rendition.made.detail


def attached(pdf: Pdf) -> None:
    pdf.attachments["data.csv"] = b"a,b\n1,2\n"


@pytest.mark.parametrize(("flavour", "claim"), [("2a", "3u"), ("4", "4f")])
def test_attachments_stay_in_a_part_of_pdfa_that_allows_them(
    flavour: str, claim: str, tmp_path: Path, verapdf: Validator
) -> None:
    path = pdfs.changed(pdfs.written(tmp_path / "a.pdf"), attached)
    rendition = made(path, verapdf, flavour=flavour)
    assert conforming(rendition, verapdf) == (claim,)
    assert rendition.path
    with pikepdf.open(rendition.path) as pdf:
        assert pdf.attachments["data.csv"].get_file().read_bytes() == b"a,b\n1,2\n"


def pinned(pdf: Pdf) -> None:
    """A file that an annotation has, in its own dictionary."""
    embedded = pdf.make_stream(b"a,b\n", Type=Name.EmbeddedFile)
    file = Dictionary(Type=Name.Filespec, F=String("data.csv"), EF=Dictionary(F=embedded))
    pin = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, FS=file, F=4, Contents=String("data"))
    pin.Rect, pin.AP = Array([9, 9, 19, 19]), Dictionary(N=pdf.make_stream(b""))
    pin.AP.N.Type, pin.AP.N.Subtype, pin.AP.N.BBox = Name.XObject, Name.Form, Array([0, 0, 10, 10])
    pdf.pages[0].Annots = Array([pin])


@pytest.mark.parametrize("kind", ["Sound", "Movie", "Screen", "3D", "RichMedia"])
@pytest.mark.parametrize("pictured", [True, False])
def test_what_plays_or_moves_is_a_still_picture(
    kind: str, pictured: bool, tmp_path: Path, verapdf: Validator
) -> None:
    def playing(pdf: Pdf) -> None:
        annotation = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), F=4, Contents=String("A film"))
        annotation.Rect = Array([10, 10, 100, 60])
        if pictured:
            shown = pdf.make_stream(b"0 0 1 rg 0 0 90 50 re f", BBox=Array([0, 0, 90, 50]))
            shown.Type, shown.Subtype = Name.XObject, Name.Form
            annotation.AP = Dictionary(N=shown)
        for key in ("Sound", "Movie", "A", "3DD", "RichMediaContent"):
            annotation[f"/{key}"] = Dictionary(Type=Name.Media)
        pdf.pages[0].Annots = Array([pdf.make_indirect(annotation)])

    rendition = made(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), playing), verapdf)
    assert conforming(rendition, verapdf) == ("2u",)
    assert rendition.made.agent.name == "archiver"
    told = "sound, films and models removed, but for their pictures"
    assert (told in rendition.made.detail) == pictured
    assert ("annotations that are not shown removed" in rendition.made.detail) != pictured
    assert "rendition-pages-differ" not in rules(rendition)


def test_a_file_that_an_annotation_has_is_an_attachment(tmp_path: Path, verapdf: Validator) -> None:
    rendition = made(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), pinned), verapdf)
    assert conforming(rendition, verapdf) == ("3u",)


def in_a_codestream(pdf: Pdf) -> None:
    coded = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(coded, "JPEG2000", no_jp2=True)
    picture = pdf.make_stream(coded.getvalue(), Filter=Name.JPXDecode, Width=256, Height=256)
    picture.Type, picture.Subtype = Name.XObject, Name.Image
    picture.ColorSpace, picture.BitsPerComponent = Name.DeviceRGB, 8
    pdf.pages[0].Resources.XObject = Dictionary(P=picture)
    pdf.pages[0].contents_add(b"q 100 0 0 100 50 50 cm /P Do Q", prepend=False)


def test_a_codestream_of_jpeg_2000_gets_its_headers(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.changed(pdfs.written(tmp_path / "a.pdf"), in_a_codestream)
    rendition = made(path, verapdf)
    assert conforming(rendition, verapdf) == ("2u",)
    assert "headers of JPEG 2000 added" in rendition.made.detail
    assert "rendition-pages-differ" not in rules(rendition)
    assert rendition.path
    with pikepdf.open(path) as original, pikepdf.open(rendition.path) as pdf:
        codestream = original.pages[0].Resources.XObject.P.read_raw_bytes()
        assert pdf.pages[0].Resources.XObject.P.read_raw_bytes().endswith(codestream)


def signed(pdf: Pdf) -> None:
    signature = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/adbe.pkcs7.detached")
    )
    signature.ByteRange, signature.Contents = Array([0, 10, 20, 10]), String("x")
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String("s"), F=132)
    field.Rect, field.V, field.P = Array([0, 0, 0, 0]), pdf.make_indirect(signature), pdf.pages[0].obj
    field = pdf.make_indirect(field)
    pdf.pages[0].Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)


def test_a_signature_is_the_originals_alone(tmp_path: Path, verapdf: Validator) -> None:
    rendition = made(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), signed), verapdf)
    conforming(rendition, verapdf)
    assert "rendition-signature" in rules(rendition)
    assert rendition.path
    assert b"ByteRange" not in rendition.path.read_bytes()


def test_a_form_in_xfa_is_the_originals_alone(tmp_path: Path, verapdf: Validator) -> None:
    def dynamic(pdf: Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))

    rendition = made(pdfs.changed(pdfs.written(tmp_path / "a.pdf"), dynamic), verapdf)
    conforming(rendition, verapdf)
    assert "rendition-xfa" in rules(rendition)


# --- Ghostscript ------------------------------------------------------------------------------


def in_cmyk(path: Path) -> Path:
    canvas = Canvas(str(path), invariant=True)
    canvas.setFillColorCMYK(1, 0, 0, 0)
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.setFillColorRGB(0.2, 0.9, 0.4)
    canvas.rect(300, 100, 200, 200, fill=1)
    canvas.save()
    return path


def without_resources(pdf: Pdf) -> None:
    del pdf.pages[0].obj.Resources


@needs_ghostscript
def test_cmyk_is_said_to_be_that_of_a_profile_and_stays(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.changed(in_cmyk(tmp_path / "a.pdf"), without_resources)
    rendition = made(path, verapdf)
    assert conforming(rendition, verapdf) == ("2u",)
    assert rendition.made.agent.name == "archiver"
    assert "colours in CMYK taken for those of Artifex CMYK SWOP Profile" in rendition.made.detail
    assert "rendition-pages-differ" not in rules(rendition)
    assert rendition.path
    with pikepdf.open(rendition.path) as pdf, pikepdf.open(path) as original:
        assert pdf.pages[0].Contents.read_bytes() == original.pages[0].Contents.read_bytes()
        assert [str(each.OutputConditionIdentifier) for each in pdf.Root.OutputIntents] == [
            "Artifex CMYK SWOP Profile"
        ]
        assert "/DefaultRGB" in pdf.pages[0].Resources.ColorSpace


def overprinting(pdf: Pdf) -> None:
    state = Dictionary(OP=True, op=True, OPM=1)
    pdf.pages[0].obj.Resources = Dictionary(ExtGState=Dictionary(G=state))
    pdf.pages[0].contents_add(b"/G gs", prepend=True)


@needs_ghostscript
def test_cmyk_that_is_printed_over_stays(tmp_path: Path, verapdf: Validator) -> None:
    rendition = made(pdfs.changed(in_cmyk(tmp_path / "a.pdf"), overprinting), verapdf)
    assert conforming(rendition, verapdf) == ("2u",)
    assert rendition.made.agent.name == "archiver"


@needs_ghostscript
@pytest.mark.parametrize("make", [pdfs.unembedded_font, in_cmyk])
def test_what_shows_is_written_anew_by_ghostscript(
    make: Callable[[Path], Path], tmp_path: Path, verapdf: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ghostscript, "cmyk_profile", bytes)
    path = pdfs.changed(make(tmp_path / "a.pdf"), attached)
    rendition = made(path, verapdf)
    assert conforming(rendition, verapdf)[0].startswith("3")
    assert rendition.made.agent.name == "Ghostscript"
    assert "as veraPDF says: " in rendition.made.detail
    assert rendition.path
    first = rendition.path.read_bytes()
    with pikepdf.open(rendition.path) as pdf:
        assert list(pdf.attachments) == ["data.csv"]
    again = made(path, verapdf)
    assert again.path
    assert again.path.read_bytes() == first
    assert sorted(os.listdir(tmp_path)) == ["a.pdf", "rendition.pdf"]


@needs_ghostscript
def test_ghostscript_is_given_what_it_cannot_decrypt_itself(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.unembedded_font(tmp_path / "a.pdf")
    with pytest.warns(UserWarning, match="R=5 is deprecated"):
        pdfs.changed(path, lambda _: None, encryption=pikepdf.Encryption(owner="owner", user="", R=5))
    rendition = made(path, verapdf)
    conforming(rendition, verapdf)
    assert rendition.made.agent.name == "Ghostscript"
    assert "rendition-pages-differ" not in rules(rendition)


def test_what_lacks_a_page_is_no_rendition(
    tmp_path: Path, verapdf: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rewrite(_: Path, target: Path, __: int) -> str:
        pdfs.written(target, "one")
        return ""

    monkeypatch.setattr(ghostscript, "version", lambda: "10")
    monkeypatch.setattr(ghostscript, "rewrite", rewrite)
    rendition = made(pdfs.unembedded_font(tmp_path / "a.pdf"), verapdf)
    assert rendition.path is None
    assert "Ghostscript makes 1 page of its 2" in rendition.findings[0].message


def test_what_cannot_be_made_pdfa_has_no_rendition(
    tmp_path: Path, verapdf: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ghostscript, "version", lambda: "")
    rendition = made(pdfs.unembedded_font(tmp_path / "a.pdf"), verapdf)
    assert rendition.path is None
    (finding,) = rendition.findings
    assert finding.severity is Severity.WARNING
    assert "The font program is not embedded" in finding.message
    assert "Ghostscript, which may do more, is not installed" in finding.message
    assert not (tmp_path / "rendition.pdf").exists()


@needs_ghostscript
def test_ghostscript_has_its_time(tmp_path: Path, verapdf: Validator) -> None:
    path = tmp_path / "a.pdf"
    with Pdf.new() as pdf:
        page = pdf.add_blank_page()
        loop = pdf.make_stream(b"0 g 0 0 9 9 re f " * 100_000)
        page.Contents = Array([loop] * 200)
        page.Resources = Dictionary(Font=Dictionary(F=Dictionary(Type=Name.Font, Subtype=Name.Type1)))
        page.Resources.Font.F.BaseFont = Name.Helvetica
        page.Contents.append(pdf.make_stream(b"BT /F 9 Tf (x) Tj ET"))
        pdf.save(path)
    rendition = made(path, verapdf, max_pdf_seconds=1)
    assert rendition.path is None
    assert "Ghostscript took more than 1 seconds" in rendition.findings[0].message


# --- likeness ---------------------------------------------------------------------------------


def test_a_page_that_looks_different_is_told(tmp_path: Path) -> None:
    old = pdfs.written(tmp_path / "old.pdf", "one", "two words here", "three")
    new = pdfs.written(tmp_path / "new.pdf", "one", "two words her", "three")
    assert likeness.compare(old, new, [1, 2, 3], 60) == (2,)
    assert likeness.compare(old, old, [1, 2, 3, 4], 60) == (4,)


@needs_ghostscript
def test_fields_that_ghostscript_makes_part_of_a_page_look_the_same(tmp_path: Path) -> None:
    old, new = tmp_path / "old.pdf", tmp_path / "new.pdf"
    form = io.BytesIO()
    canvas = Canvas(form)
    canvas.acroForm.textfield(x=100, y=700, value="Ada Marsh")
    canvas.showPage()
    canvas.save()
    old.write_bytes(form.getvalue())
    ghostscript.rewrite(old, new, 60)
    assert likeness.compare(old, new, [1], 60) == ()


@needs_ghostscript
@pytest.mark.parametrize("unit", [1, 2, 2.5])
def test_a_page_in_other_units_looks_as_it_does_in_points(unit: float, tmp_path: Path) -> None:
    old, new = tmp_path / "old.pdf", tmp_path / "new.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 400))
        page.obj.UserUnit = unit
        page.Contents = pdf.make_stream(b"0 0 1 rg 60 60 100 60 re f 1 w 20 20.3 m 280 20.3 l S")
        pdf.save(old)
    ghostscript.rewrite(old, new, 60)
    assert likeness.compare(old, new, [1], 60) == ()


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (b"0 0 1 rg 60 60 100 60 re f", (300, 400)),
        (b"0 0 1 rg 60 60 100 60 re f 1 w 20 20 m 280 20 l S", (300, 410)),
        (b"0.3 0 1 rg 60 60 100 60 re f 1 w 20 20 m 280 20 l S", (300, 400)),
    ],
)
def test_a_line_that_is_gone_another_shape_and_another_colour_are_told(
    content: bytes, size: tuple[int, int], tmp_path: Path
) -> None:
    drawn = {
        "old": (b"0 0 1 rg 60 60 100 60 re f 1 w 20 20 m 280 20 l S", (300, 400)),
        "new": (content, size),
    }
    for name, (shown, page_size) in drawn.items():
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page(page_size=page_size)
            page.Contents = pdf.make_stream(shown)
            pdf.save(tmp_path / f"{name}.pdf")
    assert likeness.compare(tmp_path / "old.pdf", tmp_path / "new.pdf", [1], 60) == (1,)


@pytest.mark.parametrize(
    ("pages", "most", "expected"),
    [(3, 5, [1, 2, 3]), (100, 4, [1, 34, 67, 100]), (9, 1, [1]), (1, 1, [1])],
)
def test_pages_are_chosen_from_all_over_a_long_document(pages: int, most: int, expected: list[int]) -> None:
    assert likeness.chosen(pages, most) == expected


def test_how_many_pages_were_compared_is_told(tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.written(tmp_path / "a.pdf", "one", "two", "three")
    told = made(path, verapdf, max_compared_pages=2).findings[-1].message
    assert told == "2 of 3 pages were compared with the rendition's, spread evenly"


def test_drawing_has_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("python", 1)

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(Exception, match="took more than 1 seconds"):
        likeness.compare(tmp_path, tmp_path, [1], 1)

"""PDFs of pictures alone get the text that is recognized in them, and look as before."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from lxml import etree
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from archiver import drawing
from archiver.drawing import drawings
from archiver.records.checking import schema
from archiver.rendition import Rendition, render
from archiver.rendition.verapdf import Validator
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from tests.rendition import pdfs
from tests.rendition.pdfs import needs_ghostscript
from tests.rendition.renditions import by_poppler, needs_poppler, plain
from tests.scanned import TEXTS, needs_tesseract, page, pictures_of

ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"
START = "The harbour ferry sailed at seven in the morning"

Change = Callable[[Pdf], object]


def pictured(path: Path, *pictures: Image.Image) -> Path:
    """A PDF of pictures at 300 pixels an inch, one a page, as Pillow writes it."""
    first, *others = pictures or (page(),)
    first.save(path, "PDF", resolution=300, save_all=True, append_images=others)
    return path


def made(path: Path, validator: Validator | None, **settings: object) -> Rendition:
    chosen = Settings(**{"language": "en", **settings})  # type: ignore[arg-type]
    source = read(SourceRef(path), chosen)
    folder = path.with_name("out")
    folder.mkdir()
    return render(source, folder / "a.pdf", chosen, source.paths(), validator)


def conforming(rendition: Rendition, validator: Validator) -> Path:
    """Where a rendition is that is what it claims to be."""
    assert rendition.path
    assert validator.check(rendition.path, rendition.claims) == ()
    assert "rendition-pages-differ" not in rules(rendition)
    return rendition.path


def rules(rendition: Rendition) -> list[str]:
    return [finding.rule for finding in rendition.findings]


def streams(path: Path) -> list[tuple[str, bytes]]:
    """The pictures of a PDF, as they are in it."""
    with pikepdf.open(path) as pdf:
        return sorted(
            (str(each.Filter), each.read_raw_bytes())
            for each in pdf.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == Name.Image
        )


@needs_tesseract
@needs_poppler
@pytest.mark.parametrize("language", TEXTS)
def test_a_pdf_of_pictures_is_read_and_conforms(language: str, tmp_path: Path, verapdf: Validator) -> None:
    path = pictured(tmp_path / "a.pdf", page(language), page(language).convert("1"))
    rendition = made(path, verapdf, language=language)
    written = conforming(rendition, verapdf)
    assert rendition.claims == ("2a", "ua1")
    assert plain(by_poppler(written)) == f"{TEXTS[language]} {TEXTS[language]}"
    assert plain(written.with_suffix(".txt").read_text()) == f"{TEXTS[language]} {TEXTS[language]}"
    assert streams(written) == streams(path)
    with pikepdf.open(written) as pdf:
        assert str(pdf.Root.Lang) == language
        assert [str(kid.S) for kid in pdf.Root.StructTreeRoot.K[0].K] == ["/P", "/P"]
    assert rendition.pages == 2
    assert list(rendition.facts["word confidence by page"]) == ["1", "2"]  # type: ignore[arg-type]


@needs_tesseract
def test_what_is_beside_it_and_what_was_done_is_recorded(tmp_path: Path, verapdf: Validator) -> None:
    rendition = made(pictured(tmp_path / "a.pdf"), verapdf)
    record, text = sorted(rendition.beside, key=lambda path: path.suffix, reverse=True)
    assert (record.parent.name, record.name, text.name) == ("alto", "page-0001.xml", "a.txt")
    root = etree.fromstring(record.read_bytes())
    schema("alto-4-3.xsd").assertValid(root)
    assert root.findtext(f".//{ALTO}fileName") == "a.pdf"
    (event,) = rendition.events
    assert (event.type, event.agent.name) == ("extraction", "Tesseract")
    assert event.detail == "text recognized in eng"
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["a.pdf", "a.txt", "alto"]


@needs_tesseract
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA"])
def test_pictures_are_in_the_rendition_byte_for_byte(mode: str, tmp_path: Path, verapdf: Validator) -> None:
    path = pictured(tmp_path / "a.pdf", page().convert(mode))
    written = conforming(made(path, verapdf), verapdf)
    assert streams(written) == streams(path)
    assert pictures_of(written)[0].tobytes() == pictures_of(path)[0].tobytes()


@needs_tesseract
@needs_ghostscript
def test_pictures_in_cmyk_stay_as_they_are_and_are_tagged(tmp_path: Path, verapdf: Validator) -> None:
    path = pictured(tmp_path / "a.pdf", page().convert("CMYK"))
    rendition = made(path, verapdf)
    written = conforming(rendition, verapdf)
    assert rendition.claims == ("2a", "ua1")
    assert streams(written) == streams(path)


def group4(picture: Image.Image) -> bytes:
    """The lines of a bitonal picture in ITU-T T.6, black as ones."""
    file = io.BytesIO()
    size = (picture.width + 7) // 8 * picture.height
    picture.save(file, "TIFF", compression="group4", strip_size=size)
    with Image.open(file) as tiff:
        (begin,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
    return file.getvalue()[begin : begin + length]


def jbig2(picture: Image.Image) -> bytes:
    """A bitonal picture in JBIG2 (ITU-T T.88): a page, and one generic region coded as T.6."""
    region = struct.pack(">4IBB", *picture.size, 0, 0, 0, 1) + group4(picture)
    segments = ((48, struct.pack(">4IBH", *picture.size, 0, 0, 0, 0)), (38, region))
    return b"".join(
        struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data
        for number, (kind, data) in enumerate(segments)
    )


def jpeg_2000(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG2000")
    return file.getvalue()


@needs_tesseract
@pytest.mark.parametrize(
    ("filtered", "code", "bits"),
    [
        (Name.JBIG2Decode, jbig2, 1),
        (Name.CCITTFaxDecode, group4, 1),
        (Name.JPXDecode, jpeg_2000, 8),
    ],
    ids=["JBIG2", "CCITT", "JPX"],
)
def test_pictures_of_every_coding_are_read(
    filtered: Name, code: Callable[[Image.Image], bytes], bits: int, tmp_path: Path, verapdf: Validator
) -> None:
    picture = page().convert("1")

    def coded(pdf: Pdf) -> None:
        stream = pdf.make_stream(code(picture), Filter=filtered, BitsPerComponent=bits)
        stream.Type, stream.Subtype, stream.Width, stream.Height = (
            Name.XObject,
            Name.Image,
            *picture.size,
        )
        stream.ColorSpace = Name.DeviceGray if bits == 1 else Name.DeviceRGB
        if filtered == Name.CCITTFaxDecode:
            stream.DecodeParms = Dictionary(K=-1, Columns=picture.width, Rows=picture.height)
        here = pdf.pages[0]
        here.Resources = Dictionary(XObject=Dictionary(P=stream))
        _, _, width, height = map(float, here.MediaBox)
        here.Contents = pdf.make_stream(f"q {width} 0 0 {height} 0 0 cm /P Do Q".encode())

    path = pdfs.changed(pictured(tmp_path / "a.pdf"), coded)
    rendition = made(path, verapdf)
    written = conforming(rendition, verapdf)
    assert rendition.claims == ("2a", "ua1")
    assert streams(written) == streams(path)
    assert plain(written.with_suffix(".txt").read_text()) == TEXTS["en"]


def turned(by: int) -> Change:
    def turn(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = by

    turn.__name__ = f"turned by {by}"
    return turn


def cropped(pdf: Pdf) -> None:
    left, bottom, right, top = map(float, pdf.pages[0].MediaBox)
    pdf.pages[0].MediaBox = Array([left - 100, bottom - 50, right + 30, top + 70])
    pdf.pages[0].CropBox = Array([left, bottom, right, top])


def cropped_and_turned(pdf: Pdf) -> None:
    cropped(pdf)
    pdf.pages[0].Rotate = 90


def in_inches(pdf: Pdf) -> None:
    """The coordinates that a page without balance leaves behind."""
    pdf.pages[0].contents_add(b"q 2 0 0 2 9 9 cm", prepend=False)


def in_a_form(pdf: Pdf) -> None:
    here = pdf.pages[0]
    form = pdf.make_stream(here.Contents.read_bytes(), Resources=here.Resources, BBox=here.MediaBox)
    form.Type, form.Subtype = Name.XObject, Name.Form
    here.Resources = Dictionary(XObject=Dictionary(F=form))
    here.Contents = pdf.make_stream(b"/F Do")


def inline(pdf: Pdf) -> None:
    picture = page().convert("L").reduce(2)
    here = pdf.pages[0]
    _, _, width, height = map(float, here.MediaBox)
    begin = f"q {width} 0 0 {height} 0 0 cm BI /W {picture.width} /H {picture.height} /BPC 8 /CS /G ID "
    here.Contents = pdf.make_stream(begin.encode() + picture.tobytes() + b"\nEI Q")
    here.Resources = Dictionary()


def in_strips(pdf: Pdf) -> None:
    here = pdf.pages[0]
    _, _, width, height = map(float, here.MediaBox)
    here.Resources, operators = Dictionary(XObject=Dictionary()), []
    rows = 35
    for number, top in enumerate(range(0, page().height, rows)):
        strip = page().crop((0, top, page().width, top + rows))
        image = pdf.make_stream(strip.tobytes(), Width=strip.width, Height=rows, BitsPerComponent=8)
        image.Type, image.Subtype, image.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
        here.Resources.XObject[f"/S{number}"] = image
        down = height - (top + rows) * height / page().height
        operators.append(f"q {width} 0 0 {height * rows / page().height} 0 {down} cm /S{number} Do Q")
    here.Contents = pdf.make_stream("\n".join(operators).encode())


def in_layers(pdf: Pdf) -> None:
    """A background of one colour, and the letters as a mask above it, as MRC has it."""
    here = pdf.pages[0]
    _, _, width, height = map(float, here.MediaBox)
    paper = pdf.make_stream(b"\xff\xf0\xd0", Width=1, Height=1, BitsPerComponent=8)
    paper.Type, paper.Subtype, paper.ColorSpace = Name.XObject, Name.Image, Name.DeviceRGB
    bits = page().convert("1")
    mask = pdf.make_stream(bits.tobytes(), Width=bits.width, Height=bits.height, BitsPerComponent=1)
    mask.Type, mask.Subtype, mask.ImageMask = Name.XObject, Name.Image, True
    here.Resources = Dictionary(XObject=Dictionary(A=paper, B=mask))
    place = f"{width} 0 0 {height} 0 0 cm"
    here.Contents = pdf.make_stream(f"q {place} /A Do 0.1 g /B Do Q 1 0 0 RG 5 5 40 12 re S".encode())


def sharing_resources(pdf: Pdf) -> None:
    """Resources are those of the tree of pages."""
    pdf.Root.Pages.Resources = pdf.pages[0].Resources
    del pdf.pages[0].obj.Resources


@needs_tesseract
@needs_poppler
@pytest.mark.parametrize(
    "change",
    [
        *map(turned, (90, 180, 270)),
        cropped,
        cropped_and_turned,
        in_inches,
        in_a_form,
        inline,
        in_strips,
        in_layers,
        sharing_resources,
    ],
    ids=lambda change: change.__name__,
)
def test_words_are_where_they_are_shown(change: Change, tmp_path: Path, verapdf: Validator) -> None:
    path = pdfs.changed(pictured(tmp_path / "a.pdf"), change)
    rendition = made(path, verapdf)
    written = conforming(rendition, verapdf)
    assert rendition.claims == ("2a", "ua1")
    assert plain(written.with_suffix(".txt").read_text()).startswith(START)
    (seen,) = drawings(written, [1], 60)
    assert seen
    record = etree.fromstring((written.parent / "alto/page-0001.xml").read_bytes())
    found = next(word for word in record.iter(f"{ALTO}String") if word.get("CONTENT") == "passengers")
    scale = 72 / seen.resolution
    boxes = by_poppler(written, "-bbox", "-cropbox")
    (line,) = (line for line in boxes.splitlines() if ">passengers<" in line)
    for side, place in (("xMin", "HPOS"), ("yMin", "VPOS")):
        told = float(line.split(f'{side}="')[1].split('"')[0])
        assert told == pytest.approx(float(found.get(place, "")) * scale, abs=8)


@needs_tesseract
@needs_poppler
def test_only_pages_without_text_are_read(tmp_path: Path, verapdf: Validator) -> None:
    pictured(tmp_path / "pictures.pdf")
    path = pdfs.written(tmp_path / "a.pdf", "Typed words", "More of them")
    with Pdf.open(tmp_path / "pictures.pdf") as pictures:
        pdfs.changed(path, lambda pdf: pdf.pages.insert(1, pictures.pages[0]))
    rendition = made(path, verapdf)
    written = conforming(rendition, verapdf)
    assert rendition.claims == ("2u",)
    assert plain(by_poppler(written)) == f"Typed words {TEXTS['en']} More of them"
    assert [each.name for each in rendition.beside if each.suffix == ".xml"] == ["page-0002.xml"]
    with pikepdf.open(written) as pdf:
        assert "/StructTreeRoot" not in pdf.Root


@needs_tesseract
@needs_poppler
def test_a_picture_that_slants_is_read_beside_pages_of_text(tmp_path: Path, verapdf: Validator) -> None:
    path = pictured(tmp_path / "pictures.pdf", page().rotate(3, expand=True, fillcolor=255))
    with Pdf.open(pdfs.written(tmp_path / "words.pdf", "Typed words")) as words:
        pdfs.changed(path, lambda pdf: pdf.pages.extend(words.pages))
    written = conforming(made(path, verapdf), verapdf)
    assert sorted(by_poppler(written).split()) == sorted(f"{TEXTS['en']} Typed words".split())


@needs_tesseract
def test_a_page_without_words_has_a_picture_and_a_blank_one_is_blank(
    tmp_path: Path, verapdf: Validator
) -> None:
    square = Image.new("L", page().size, 255)
    square.paste(0, (200, 20, 300, 120))
    rendition = made(pictured(tmp_path / "a.pdf", page(), square, Image.new("L", (900, 900), 255)), verapdf)
    with pikepdf.open(conforming(rendition, verapdf)) as pdf:
        kids = list(pdf.Root.StructTreeRoot.K[0].K)
        assert [str(kid.S) for kid in kids] == ["/P", "/Figure"]
        assert str(kids[1].Alt) == "Page 2, a picture without recognized text"
    assert rendition.claims == ("2a", "ua1")


@needs_tesseract
def test_a_page_that_was_not_read_makes_it_2b(tmp_path: Path, verapdf: Validator) -> None:
    slow = tmp_path / "slow"
    slow.write_text('#!/bin/sh\nif [ "$2" = stdout ]; then exec sleep 60; fi\nexec tesseract "$@"\n')
    slow.chmod(0o755)
    rendition = made(pictured(tmp_path / "a.pdf"), verapdf, tesseract=slow, max_page_seconds=1)
    conforming(rendition, verapdf)
    assert rendition.claims == ("2b",)
    (told,) = (each.message for each in rendition.findings if each.rule == "rendition-text-unrecognized")
    assert told.startswith("the text of page 1 was not recognized: the rendition is PDF/A-2b alone")


def test_without_tesseract_it_is_a_rendition_and_what_to_install_is_told(
    tmp_path: Path, verapdf: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pictured(tmp_path / "a.pdf")
    monkeypatch.setenv("PATH", str(tmp_path))
    rendition = made(path, verapdf)
    conforming(rendition, verapdf)
    (finding,) = (each for each in rendition.findings if each.rule == "rendition-text-unrecognized")
    assert "(page 1): cannot be recognized: Tesseract is not installed" in finding.message
    assert finding.hint.startswith("apt-get install tesseract-ocr")
    assert not rendition.beside


def test_text_that_is_hidden_is_text(tmp_path: Path) -> None:
    def hide(pdf: Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        pdf.pages[0].Resources.Font = Dictionary(F=font)
        pdf.pages[0].contents_add(b"BT /F 9 Tf 3 Tr (x) Tj ET", prepend=False)

    path = pdfs.changed(pictured(tmp_path / "a.pdf"), hide)
    source = read(SourceRef(path), Settings())
    assert "source-pdf-pictures" not in [finding.rule for finding in source.findings]


def test_what_is_pdfa_already_stays_as_it_is(tmp_path: Path, verapdf: Validator) -> None:
    first = made(pictured(tmp_path / "a.pdf"), verapdf, tesseract=False)
    (tmp_path / "b").mkdir()
    path = conforming(first, verapdf).rename(tmp_path / "b/a.pdf")
    again = made(path, verapdf)
    assert again.path
    assert again.path.read_bytes() == path.read_bytes()
    assert again.findings[-1].message.endswith("(page 1): a file that is PDF/A stays as it is")


@needs_tesseract
def test_the_same_file_is_read_to_the_same_bytes(tmp_path: Path, verapdf: Validator) -> None:
    once, written = pictured(tmp_path / "a.pdf", *[page()] * 5).read_bytes(), []
    for name, workers in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "a.pdf"
        path.write_bytes(once)
        rendition = made(path, verapdf, page_workers=workers)
        assert rendition.path
        written.append(rendition.path.read_bytes())
    assert written[0] == written[1]


@needs_tesseract
def test_a_file_that_is_damaged_is_read_as_far_as_it_was_mended(tmp_path: Path, verapdf: Validator) -> None:
    path = pictured(tmp_path / "a.pdf")
    path.write_bytes(path.read_bytes().partition(b"xref\n")[0])
    whole = path.read_bytes()
    rendition = made(path, verapdf)
    assert rendition.path
    assert verapdf.check(rendition.path, rendition.claims) == ()
    assert plain(rendition.path.with_suffix(".txt").read_text()) == TEXTS["en"]
    assert path.read_bytes() == whole


def test_a_page_that_cannot_be_drawn_is_none(tmp_path: Path) -> None:
    path = pictured(tmp_path / "a.pdf")
    shown, missing = drawings(path, [1, 2], 60)
    assert shown
    assert shown.picture.size == page().size
    assert shown.resolution == pytest.approx(300, abs=1)
    assert missing is None
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert list(drawings(tmp_path / "b.pdf", [1, 2], 60)) == [None, None]


@needs_tesseract
def test_pictures_without_words_beside_pages_of_text_are_told(tmp_path: Path, verapdf: Validator) -> None:
    blank = pictured(tmp_path / "blank.pdf", Image.new("L", (900, 600), "white"))
    path = pdfs.written(tmp_path / "a.pdf", "words")
    with Pdf.open(blank) as other:
        pdfs.changed(path, lambda pdf: pdf.pages.extend(other.pages))
    rendition = made(path, verapdf)
    (told,) = (finding for finding in rendition.findings if finding.rule == "rendition-text-unrecognized")
    assert (
        told.message == "the pictures without text were not recognized (page 2): no text was found in them"
    )


PAGES = 120


def test_memory_for_drawing_does_not_grow_with_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded = io.BytesIO()
    Image.effect_noise((1200, 1200), 200).save(coded, "JPEG", quality=100)
    with pikepdf.new() as pdf:
        for _ in range(PAGES):
            picture = pdf.make_stream(coded.getvalue(), Type=Name.XObject, Subtype=Name.Image)
            picture.Width, picture.Height, picture.BitsPerComponent = 1200, 1200, 8
            picture.ColorSpace, picture.Filter = Name.DeviceGray, Name.DCTDecode
            page = pdf.add_blank_page(page_size=(72, 72))
            page.Resources = Dictionary(XObject=Dictionary(P=picture))
            page.Contents = pdf.make_stream(b"72 0 0 72 0 0 cm /P Do")
        pdf.save(tmp_path / "a.pdf")
    less_than_all_pictures = (tmp_path / "a.pdf").stat().st_size // 1024
    monkeypatch.setattr(drawing, "LIMITED", (*drawing.LIMITED[:-1], str(less_than_all_pictures)))
    shown = drawings(tmp_path / "a.pdf", range(1, PAGES + 1), 60)
    assert sum(each is not None for each in shown) == PAGES

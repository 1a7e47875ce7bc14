"""Every original has the name of its format in PRONOM, and a name that contradicts it is told."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from archiver import formats, records
from archiver.findings import Severity
from archiver.formats import WINDOW, Format, identify, match
from tests.conftest import EXAMPLES, packaged
from tests.rendition import pdfs

PREMIS = {"p": "http://www.loc.gov/premis/v3"}


def picture(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind, **options)
    return out.getvalue()


PICTURES = {
    "PNG": "fmt/11",
    "JPEG": "fmt/43",
    "GIF": "fmt/3",
    "TIFF": "fmt/353",
    "BMP": "fmt/116",
    "WEBP": "fmt/566",
}


def puids(data: bytes) -> list[str]:
    return [each.puid for each in match(data[:WINDOW], data[-WINDOW:])]


@pytest.mark.parametrize(("kind", "puid"), PICTURES.items())
def test_pictures_are_known_by_their_signatures(kind: str, puid: str) -> None:
    data = picture(kind, **({"dpi": (72, 72)} if kind == "JPEG" else {}))
    assert puids(data) == [puid]


def test_a_pdf_is_known_by_its_version_or_its_level_of_pdfa(tmp_path: Path) -> None:
    assert puids(pdfs.conforming(tmp_path / "a.pdf").read_bytes()) == ["fmt/476"]
    assert puids(pdfs.written(tmp_path / "b.pdf").read_bytes()) == ["fmt/17"]


def test_what_is_no_format_is_none() -> None:
    assert puids(b"plain words, that nothing signs\n") == []


@pytest.fixture(scope="module")
def fido() -> object:
    """The identification that opf-fido does itself, with the same signatures."""
    from fido.fido import Fido

    return Fido(quiet=True, nocontainer=True, format_files=["formats-v109.xml"])


HEADS = [
    *map(picture, PICTURES),
    b"%PDF-1.4",
    b"PK\x03\x04",
    b"<html>",
    b"\x1f\x8b",
    b"WARC/1.0\r\n",
    b"RIFF",
    b"",
]


@given(
    st.sampled_from(HEADS), st.binary(max_size=40), st.sampled_from([b"", b"%%EOF\n", b"</html>", b"\0"])
)
def test_signatures_match_as_they_do_for_fido(fido: object, head: bytes, middle: bytes, end: bytes) -> None:
    data = head + middle + end
    expected = fido.match_formats(data, data)  # type: ignore[attr-defined]
    assert sorted(set(puids(data))) == sorted({found.find("puid").text for found, _ in expected})


@pytest.mark.parametrize(
    ("content", "name", "media_type", "told"),
    [
        (
            picture("PNG"),
            "a.jpg",
            "image/png",
            "is named .jpg, and by its content is Portable Network Graphics",
        ),
        (picture("PNG"), "a.png", "image/png", ""),
        (picture("PNG"), "a.PNG", "image/png", ""),
        (picture("PNG"), "a", "image/png", ""),
        (picture("PNG"), "a.of-our-own", "image/png", ""),
        (b"words", "a.txt", "text/plain", ""),
        (b"words", "a.log", "text/plain", ""),
        (b"words", "a.pdf", "text/plain", "is named .pdf, and by its content is text/plain"),
        (b"words", "a.png", "text/markdown", "is named .png, and by its content is text/markdown"),
        (b"{}", "a.txt", "application/json", ""),
    ],
)
def test_a_name_that_contradicts_the_content_is_told(
    content: bytes, name: str, media_type: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    found = identify(path, name, media_type, "here")
    assert [finding.message.startswith(told) for finding in found.findings] == ([True] if told else [])
    assert all((f.where, f.severity) == ("here", Severity.WARNING) for f in found.findings)


def test_a_format_is_recorded_with_how_it_was_identified(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture("PNG"))
    version = formats._signatures().version
    assert identify(path, "a.png", "image/png", "").format == Format(
        "Portable Network Graphics", "1.0", "fmt/11", f"by its signature in PRONOM {version}"
    )
    path.write_bytes(b"nobody knows")
    assert identify(path, "a.x", "application/x-x", "").format == Format("application/x-x")


def formats_in(bag: Path) -> dict[str, tuple[str, str]]:
    root = etree.parse(bag / "data/metadata/premis.xml")
    found = {}
    for item in root.iterfind("p:object", PREMIS):
        path = item.findtext("p:objectIdentifier/p:objectIdentifierValue", "", PREMIS)
        form = item.find("p:objectCharacteristics/p:format", PREMIS)
        if form is not None:
            name = form.findtext("p:formatDesignation/p:formatName", "", PREMIS)
            found[path] = (name, form.findtext("p:formatRegistry/p:formatRegistryKey", "", PREMIS))
    return found


def test_every_file_of_a_package_has_its_identifier(tmp_path: Path) -> None:
    outcome = packaged(pdfs.conforming(tmp_path / "a.pdf"), tmp_path / "out")
    assert isinstance(outcome.bag, Path)
    recorded = formats_in(outcome.bag)
    assert recorded["data/original/a.pdf"][1] == "fmt/476"
    assert recorded["data/rendition/a.pdf"] == ("PDF/A-2a", "fmt/476")
    assert all(puid for _, puid in recorded.values())
    with (outcome.bag / "data/metadata/premis.xml").open("rb") as file:
        assert records.checking.schema("premis-v3-0.xsd").validate(etree.parse(file))


def test_a_text_needs_no_signatures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread() -> None:
        raise AssertionError("the signatures were read")

    monkeypatch.setattr(formats, "_signatures", unread)
    outcome = packaged(EXAMPLES / "harbour-ferry.txt", tmp_path)
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    assert formats_in(outcome.bag)["data/original/harbour-ferry.txt"] == ("text/plain", "x-fmt/111")


def test_a_misnamed_source_is_a_warning_of_its_package(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    pdfs.conforming(path)
    outcome = packaged(path, tmp_path / "out")
    (told,) = [finding for finding in outcome.report.findings if finding.rule == "format-name"]
    assert told.where == str(path)
    assert "is named .txt, and by its content is Acrobat PDF/A" in told.message
    assert packaged(path, tmp_path / "strict", strict=True).status == "failed"


def test_a_big_tiff_is_no_zoomify_image(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(picture("TIFF", big_tiff=True))
    assert path.read_bytes()[:4] == b"II+\0"
    assert identify(path, "a.tif", "image/tiff", "a.tif") == (Format("image/tiff"), ())
    assert identify(path, "a.zif", "image/tiff", "a.zif").format.puid == "fmt/898"

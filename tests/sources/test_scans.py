"""Scans are read by their content: one file or a folder of pages, in order, with what they lack told."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, TiffImagePlugin

from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources import Scan, Source, SourceRef, read

SMALL = Image.new("L", (60, 40), 200)


def scan(path: Path, **settings: object) -> tuple[Source, Scan]:
    source = read(SourceRef(path), Settings(**settings))  # type: ignore[arg-type]
    assert isinstance(source.content, Scan)
    return source, source.content


def folder(path: Path, *names: str) -> Path:
    """A folder of page pictures of these names, each of another content."""
    path.mkdir()
    for number, name in enumerate(names):
        Image.new("L", (60, 40), number).save(path / name, dpi=(300, 300))
    return path


def test_a_picture_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    for kind, media_type in (
        ("TIFF", "image/tiff"),
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("JPEG2000", "image/jp2"),
        ("WEBP", "image/webp"),
    ):
        SMALL.save(tmp_path / "page.txt", kind)
        source, content = scan(tmp_path / "page.txt")
        assert [original.media_type for original in source.originals] == [media_type]
        assert [page.capture.media_type for page in content.pages] == [media_type]


def test_bytes_from_elsewhere_are_a_scan_too() -> None:
    content = BytesIO()
    SMALL.save(content, "PNG")
    source = read(SourceRef(Path("stdin.txt"), data=content.getvalue()), Settings())
    assert isinstance(source.content, Scan)
    assert source.document.data == content.getvalue()


def test_a_folder_is_one_document_in_the_natural_order_of_its_names(tmp_path: Path) -> None:
    made = folder(tmp_path / "vol", "p10.png", "p9.png", "p1.jpg", "P2.tif")
    (made / "Thumbs.db").write_bytes(b"x")
    (made / ".hidden").write_bytes(b"x")
    source, content = scan(made, language="en")
    assert [page.original for page in content.pages] == ["p1.jpg", "P2.tif", "p9.png", "p10.png"]
    assert source.article.title == "vol"
    assert source.article.provenance["title"] == "inferred"
    assert {f.rule for f in source.findings} >= {"metadata-title-inferred", "capture-sequence"}


def test_the_case_of_names_makes_no_order(tmp_path: Path) -> None:
    _, content = scan(folder(tmp_path / "vol", "p1.tif", "P2.TIF", "p10.tif", "P10.tif"))
    assert [page.original for page in content.pages] == ["p1.tif", "P2.TIF", "P10.tif", "p10.tif"]


def test_an_order_file_says_the_order_and_is_kept(tmp_path: Path) -> None:
    made = folder(tmp_path / "vol", "a.png", "b.png", "c.png")
    (made / "order.txt").write_text("c.png\n\na.png\r\nb.png\n")
    source, content = scan(made)
    assert [page.original for page in content.pages] == ["c.png", "a.png", "b.png"]
    assert [original.name for original in source.originals][-1] == "order.txt"


def test_only_ends_of_lines_part_the_names_in_an_order_file(tmp_path: Path) -> None:
    names = ["b\u2028.png", "a\x0b\u0085c.png", "a\xa0.png"]
    made = folder(tmp_path / "vol", *names)
    (made / "order.txt").write_text("\r".join(names))
    assert [page.original for page in scan(made)[1].pages] == names


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("a.png\n", "order.txt: leaves out 'b.png' and 1 more"),
        ("a.png\nb.png\nd.png\n", "order.txt, line 3: 'd.png' is no page of this folder"),
        ("a.png\nb.png\na.png\n", "order.txt, line 3: 'a.png' has been listed before"),
        ("../x.png\n", "order.txt, line 1: '../x.png' is no page of this folder"),
        (b"\xff\xfe", "order.txt: is not UTF-8"),
    ],
)
def test_an_order_file_has_every_page_once(order: str | bytes, told: str, tmp_path: Path) -> None:
    made = folder(tmp_path / "vol", "a.png", "b.png", "c.png")
    (made / "order.txt").write_bytes(order if isinstance(order, bytes) else order.encode())
    with pytest.raises(SourceError) as refused:
        scan(made)
    assert told in str(refused.value)


def test_metadata_from_a_sidecar_goes_before_the_name(tmp_path: Path) -> None:
    made = folder(tmp_path / "vol", "1.png")
    (tmp_path / "vol.meta.yaml").write_text("title: Letters\nlanguage: de\n")
    source, _ = scan(made)
    assert (source.article.title, source.article.language) == ("Letters", ("de",))
    assert not {f.rule for f in source.findings} & {"metadata-title-inferred", "metadata-language-unknown"}


def test_a_language_that_nobody_states_is_unknown_and_told(tmp_path: Path) -> None:
    source, _ = scan(folder(tmp_path / "The harbour ferry of the town", "1.png"))
    assert source.article.language == ("und",)
    assert source.article.provenance["language"] == "unknown"
    assert "metadata-language-unknown" in {finding.rule for finding in source.findings}


def test_the_same_pages_have_the_same_identifier_under_any_name(tmp_path: Path) -> None:
    one, _ = scan(folder(tmp_path / "one", "1.png", "2.png"))
    same, _ = scan(folder(tmp_path / "same", "a.png", "b.png"))
    other, _ = scan(folder(tmp_path / "other", "2.png", "1.png"))
    assert one.article.identifier == same.article.identifier != other.article.identifier


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (
            {"max_image_pixels": 2399},
            "has 60 by 40 pixels, more than the 2,399 that max_image_pixels allows",
        ),
        ({"max_scan_bytes": 100}, "more than the 100 that max_scan_bytes allows"),
        ({"max_scan_pages": 2}, "has more pages than the 2 that max_scan_pages allows"),
    ],
)
def test_limits_are_kept(limits: dict[str, int], told: str, tmp_path: Path) -> None:
    SMALL.save(tmp_path / "a.tif", save_all=True, append_images=[SMALL] * 5)
    with pytest.raises(SourceError) as refused:
        scan(tmp_path / "a.tif", **limits)
    assert told in refused.value.message


def test_a_picture_that_states_more_pixels_than_it_has_is_not_decoded(tmp_path: Path) -> None:
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (100_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    (tmp_path / "a.png").write_bytes(header + bytes(64))
    with pytest.raises(SourceError, match="is not a picture"):
        scan(tmp_path / "a.png")


def test_a_tiff_whose_directories_go_round_ends(tmp_path: Path) -> None:
    SMALL.save(tmp_path / "a.tif", save_all=True, append_images=[SMALL])
    content = bytearray((tmp_path / "a.tif").read_bytes())
    first = int.from_bytes(content[4:8], "little")
    entries = int.from_bytes(content[first : first + 2], "little")
    link = first + 2 + 12 * entries
    second = int.from_bytes(content[link : link + 4], "little")
    count = int.from_bytes(content[second : second + 2], "little")
    at = second + 2 + 12 * count
    content[at : at + 4] = first.to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(content)
    assert len(scan(tmp_path / "a.tif")[1].pages) == 2


def test_a_folder_without_pages_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a folder without page pictures"):
        scan(tmp_path)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_frames_of_a_page_that_moves_are_told(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind.lower()}"
    others = [Image.new("RGB", SMALL.size, colour) for colour in ("red", "blue")]
    SMALL.convert("RGB").save(path, kind, save_all=True, append_images=others)
    source, content = scan(path)
    told = [each.message for each in source.findings if each.rule == "capture-frames"]
    if kind == "TIFF":
        assert (len(content.pages), told) == (3, [])
    else:
        assert len(content.pages) == 1
        assert told == [f"of {path.name}, page 1 is shown; only the original has its other frames"]


@pytest.mark.parametrize(("kinds", "shown"), [((0, 1, 2, 4), [0, 2]), ((1, 0), [1]), ((1, 1), [0, 1])])
def test_copies_and_masks_in_a_tiff_are_no_pages(
    kinds: tuple[int, ...], shown: list[int], tmp_path: Path
) -> None:
    with TiffImagePlugin.AppendingTiffWriter(tmp_path / "a.tif") as file:
        for kind in kinds:
            SMALL.save(file, "TIFF", tiffinfo={254: kind})
            file.newFrame()
    source, content = scan(tmp_path / "a.tif")
    assert [page.frame for page in content.pages] == shown
    told = [each.message for each in source.findings if each.rule == "capture-frames"]
    left_out = len(kinds) - len(shown)
    assert bool(told) == bool(left_out)
    assert all(f"only the original has {left_out} smaller copies or masks" in each for each in told)


@pytest.mark.parametrize("name", ["article.txt", "notes.xyz", "vol.pdf"])
def test_a_folder_of_pages_and_something_else_is_not_one_document(name: str, tmp_path: Path) -> None:
    made = folder(tmp_path / "vol", "1.png", "2.png")
    (made / "order.txt").write_text("2.png\n1.png\n")
    (made / name).write_text("Title\n\nText of it.\n")
    with pytest.raises(SourceError) as refused:
        scan(made)
    assert str(refused.value) == (
        f"{made}: holds 2 page pictures and other files, such as '{name}'; one document is pages and "
        "nothing else (name one document in it, or take all of them by archiver package)"
    )


@pytest.mark.parametrize("way", [".", "..", "../../vol", "inner/.."])
def test_a_folder_has_its_name_whatever_way_leads_there(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = folder(tmp_path / "vol", "1.png")
    (made / "inner").mkdir()
    (tmp_path / "vol.meta.yaml").write_text("language: en\n")
    monkeypatch.chdir(made / "inner" if way.startswith("..") else made)
    source, _ = scan(Path(way))
    assert (source.article.title, source.article.language) == ("vol", ("en",))
    assert "metadata-title-inferred" in {finding.rule for finding in source.findings}


def test_the_root_folder_has_no_name_to_be_a_title() -> None:
    with pytest.raises(SourceError, match=r"^/: is the root folder, which has no name"):
        read(SourceRef(Path("/")), Settings())

"""A spool puts streams on disk and makes a PDF of them; a full disk is an error, not the end."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

from archiver.rendition.spool import Spool, save


def pages_of(path: Path, contents: list[bytes]) -> pikepdf.Pdf:
    """A PDF whose pages have these contents, saved by way of a spool."""
    with Spool(path.with_suffix(".spool")) as spool:
        numbers = [spool.add(Dictionary(), content) for content in contents]
        with spool.opened() as pdf:
            tree = pdf.Root.Pages
            kids = [
                Dictionary(
                    Type=Name.Page, Parent=tree, MediaBox=[0, 0, 9, 9], Contents=pdf.get_object(number, 0)
                )
                for number in numbers
            ]
            tree.Kids, tree.Count = Array(map(pdf.make_indirect, kids)), len(kids)
            save(pdf, path, "1.7")
    return pikepdf.open(path)


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_streams_come_back_as_they_went_in(contents: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.pdf")
        with pages_of(path, contents) as pdf:
            assert [page.Contents.read_bytes() for page in pdf.pages] == contents
        assert [file.name for file in path.parent.iterdir()] == ["a.pdf"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_an_error_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, usual = tmp_path / "a.pdf", Path.open

    def opened(self: Path, mode: str = "r") -> object:
        return usual(Path("/dev/full"), "wb") if self == target else usual(self, mode)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OSError, match="No space left on device"):
        pages_of(target, [bytes(100_000)])

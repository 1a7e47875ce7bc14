"""Tesseract: the program that recognizes text in pictures, its languages and their packages."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
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


class Calls:
    """The programs that are at work for one document, which end together, whatever thread began them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], seconds: int
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program. Raises OSError, also after the end, and TimeoutExpired."""
        with self._lock:
            if self._ended:
                raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
            )
            self._running.add(process)
        with process:
            try:
                answer, said = process.communicate(timeout=seconds)
            finally:
                process.kill()
                with self._lock:
                    self._running.discard(process)
        return subprocess.CompletedProcess(command, process.returncode, answer, said)

    def end(self) -> None:
        """End all that is at work, and begin nothing more: nobody waits for it."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.kill()


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
        calls: Calls,
    ) -> bytes:
        """The text of a gray or bitonal picture as hOCR. `resolution` is in pixels per inch.

        Raises RenditionError where that fails, or takes longer than `seconds`.
        """
        options = ["-l", names, "--psm", segmentation]
        if resolution and round(resolution) in TRUSTED:
            options += ["--dpi", str(round(resolution))]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
        try:
            with NamedTemporaryFile(suffix=".tif") as file:  # which it reads faster than its standard input
                picture.save(file, "TIFF")
                file.flush()
                command = [str(self.program), file.name, "stdout", *options, "hocr"]
                done = calls.run(command, environment, seconds)
        except subprocess.TimeoutExpired:
            raise RenditionError(f"was not recognized in {counted(seconds, 'second')}") from None
        except OSError as error:
            raise RenditionError(f"was not recognized: {error.strerror}") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            told = f"was not recognized: Tesseract ended with {done.returncode}: {said[:200]}"
            raise RenditionError(told)
        return done.stdout


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

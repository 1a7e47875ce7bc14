"""Fonts: which face carries a character, and the part of a face that a PDF embeds.

Text is set in Noto Serif (Latin, Greek, Cyrillic) and Noto Sans Devanagari, code in Fira Mono. What
those do not have is looked for in FiraGO (Arabic, Hebrew, Georgian, Thai), Noto Sans Arabic (rarer
signs), Noto's symbols, mathematics and music, the fonts of the settings, Noto CJK (`archiver[cjk]`),
and last in the machine's.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import struct
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import langcodes
import uharfbuzz as hb

from archiver.errors import MissingGlyph, SettingsError
from archiver.rendition.direction import RIGHT_TO_LEFT

SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}

MACHINE_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
)

SILENT, CARRIER, WIDE = 0x4000, 0x8000, 0xC000
"""Where ranges of codes begin. SILENT ones show the glyph whose number is the rest of the code, and
say nothing. Carriers show a glyph without ink, and stand for the character whose number is the rest
(a direction mark, a letter that its own glyph cannot say): the first have no width, WIDE ones that
of an em space, or of a space where there is none."""

EM_SPACE = 0x2003
"""PDFium finds the gaps between words only where they are half as wide as letters that are narrow."""

SAYABLE = re.compile("[\0-\u2fff\ufb1d-\ufefc]*")
"""Characters that carriers can stand for, two of them never with one code."""

DEVANAGARI = re.compile("[\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff]")

VARIATION_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Default ignorable (UAX 44): a face without the variant sets the character before it as usual."""

ITALIC_OR_OBLIQUE = 0x0201
"""OS/2 fsSelection, bits 0 and 9."""

SEMIBOLD = 600
BOLD_STROKE = 0.03
"""How much a regular face gains, in ems, where it has to do for a bold one."""

NEVER_EMBED = 0x0002
"""OS/2 fsType, bit 1: restricted licence embedding; such a font may not be put in a PDF."""

DROPPED_TABLES = (
    *("GSUB", "GPOS", "GDEF", "BASE", "JSTF", "STAT", "DSIG"),
    *("OS/2", "cmap", "post", "name", "gasp"),
)
"""What a composite font in a PDF does not need (ISO 32000-1 9.9, table 126)."""

CJK_MEMBERS = {"Jpan": "JP", "Kore": "KR", "Hant": "TC"}
"""The member of the Noto CJK collection for a writing system (ISO 15924); SC for the others."""

HONG_KONG_FORMS = ("HK", "MO")
"""The territories whose traditional characters have a member of their own."""


class Typeface(NamedTuple):
    """A style of text; faces are looked for by it."""

    bold: bool = False
    italic: bool = False
    mono: bool = False


@dataclass(eq=False)
class Face:
    """One face of one font file, ready to shape, measure and subset.

    One that stands in for a bold face that there is none of names the `regular` face that it is: its
    letters are drawn with a line around them.
    """

    name: str
    face: hb.Face
    regular: Face | None = None
    font: hb.Font = field(init=False)
    covers: hb.Set = field(init=False)
    scale: float = field(init=False)
    cff: bool = field(init=False)
    blank: int | None = field(init=False)
    _advances: dict[int, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.font = hb.Font(self.face)
        self.covers = self.face.unicodes
        self.scale = 1000 / self.face.upem
        self.cff = "CFF " in self.face.table_tags
        self.blank = self._blank()

    @cached_property
    def drawn(self) -> hb.Face:
        """The face as a subset is made of it.

        HarfBuzz would look through a TrueType face's whole character map for each subset, and make
        nothing of it; a CFF face is no faster without.
        """
        if self.cff:
            return self.face
        wanted = hb.SubsetInput()
        wanted.keep_everything()
        return _planned(self.face, wanted, hb.SubsetFlags.RETAIN_GIDS).execute()

    @cached_property
    def metrics(self) -> Metrics:
        """What a font descriptor says of the face."""
        head = bytes(self.face.reference_table("head").data)
        extents = self.font.get_font_extents("ltr")
        cap_height = self.font.get_metric_position_with_fallback(hb.OTMetricsTag.CAP_HEIGHT)
        left, low, right, high = struct.unpack_from(">4h", head, 36)
        return Metrics(
            ascent=round(extents.ascender * self.scale),
            descent=round(extents.descender * self.scale),
            cap_height=round(cap_height * self.scale),
            bounds=(
                round(left * self.scale),
                round(low * self.scale),
                round(right * self.scale),
                round(high * self.scale),
            ),
            italic_angle=-12.0 if "Italic" in self.name else 0.0,
        )

    def _blank(self) -> int | None:
        """A glyph without ink or width, for what is only said; none where codes could not name it."""
        if self.cff or self.face.glyph_count > SILENT:
            return None
        if not self.advance(self.font.get_nominal_glyph(0x20) or 0):
            return None
        glyphs = (self.font.get_nominal_glyph(code) for code in (0x200B, 0xFEFF, 0x200C))
        return next((glyph for glyph in glyphs if glyph and not self.advance(glyph)), None)

    @property
    def speaker(self) -> Face:
        """The face whose blanks say what this one cannot: itself, or where it has none archiver's serif."""
        return self if self.blank is not None else _own("serif")

    def glyph(self, code: int) -> int:
        """The glyph that a character code shows: itself, or for a carrier the blank one."""
        if self.blank is None or code < SILENT:
            return code
        if code < CARRIER:
            return code - SILENT
        if code < WIDE:
            return self.blank
        return int(self.font.get_nominal_glyph(EM_SPACE) or self.font.get_nominal_glyph(0x20) or 0)

    def has(self, text: str) -> bool:
        """Whether every character of `text` that needs a glyph has one here."""
        return all(ord(c) in self.covers or ignorable(c) for c in text)

    def distance(self, typeface: Typeface) -> tuple[int, bool, int]:
        """How far this face is from a style, in weight, slant and width (OpenType, OS/2)."""
        width, selection = self._os2(6), self._os2(62)
        italic = bool(selection & ITALIC_OR_OBLIQUE)
        return abs(self.weight - (700 if typeface.bold else 400)), italic != typeface.italic, abs(width - 5)

    @property
    def stroke(self) -> float:
        """The width of the line around its letters, in ems."""
        return BOLD_STROKE if self.regular else 0.0

    @property
    def weight(self) -> int:
        """From 100 (thin) to 900 (black)."""
        return self._os2(4)

    def _os2(self, at: int) -> int:
        return int.from_bytes(bytes(self.face.reference_table("OS/2").data)[at : at + 2], "big")

    def advance(self, glyph: int) -> float:
        """The width of a glyph in thousandths of the font size."""
        known = self._advances.get(glyph)
        if known is None:
            known = self._advances[glyph] = self.font.get_glyph_h_advance(glyph) * self.scale
        return known


class Metrics(NamedTuple):
    """What a font descriptor says of a face, in thousandths of the font size (ISO 32000-1 9.8)."""

    ascent: int
    descent: int
    cap_height: int
    bounds: tuple[int, int, int, int]
    italic_angle: float


class Subset(NamedTuple):
    """The embedded part of a face. `data` is a TrueType file, or the bare CFF table of a CFF font."""

    name: str
    data: bytes
    numbers: dict[int, int]
    """The glyph numbers that it has for those of the face."""


def ignorable(char: str) -> bool:
    """Whether a character has no picture of its own: joiners, direction marks, variation selectors."""
    return unicodedata.category(char) == "Cf" or VARIATION_SELECTOR.match(char) is not None


def subset(face: Face, glyphs: set[int]) -> Subset:
    """The part of `face` that draws `glyphs`, named deterministically.

    The six letters before the name mark a subset (ISO 32000-1 9.6.4). A CFF font keeps its glyph numbers,
    which no map in a PDF could lead to others (9.7.4.2).
    """
    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.GLYPH_INDEX).update(glyphs | {0})
    plan = _planned(face.drawn, wanted, hb.SubsetFlags.RETAIN_GIDS if face.cff else hb.SubsetFlags.DEFAULT)
    part = plan.execute()
    data = bytes(part.reference_table("CFF ").data if face.cff else part.blob.data)
    digest = hashlib.sha256(data).digest()
    tag = "".join([chr(ord("A") + byte % 26) for byte in digest[:6]])
    return Subset(f"{tag}+{face.name}", data, dict(plan.old_to_new_glyph_mapping))


def _planned(face: hb.Face, wanted: hb.SubsetInput, numbers: hb.SubsetFlags) -> hb.SubsetPlan:
    """How to make what is wanted of a face, without what shapes text; `numbers` says what glyphs keep."""
    dropped = wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG)
    dropped.update(int.from_bytes(tag.encode(), "big") for tag in DROPPED_TABLES)
    wanted.flags = numbers | hb.SubsetFlags.NO_HINTING
    return hb.SubsetPlan(face, wanted)


# --- where faces come from ----------------------------------------------------------------


def _serif(italic: bool, weight: int) -> Face:
    style = ("Bold" if weight > 400 else "") + ("Italic" if italic else "")
    file = f"NotoSerif{'-Italic' * italic}[wdth,wght].ttf"
    return _instance("fontpkg_noto_serif", file, weight, f"NotoSerif-{style or 'Regular'}")


def _sans(script: str, weight: int, style: str) -> Face:
    file = f"NotoSans{script}[wdth,wght].ttf"
    return _instance(f"fontpkg_noto_sans_{script.lower()}", file, weight, f"NotoSans{script}-{style}")


def _instance(package: str, file: str, weight: int, name: str) -> Face:
    """One weight of a variable font that a package of fontpkg brings."""
    variable = hb.Face(resources.files(package).joinpath("files", file).read_bytes())
    instance = hb.SubsetInput()
    instance.keep_everything()
    instance.pin_axis_location(variable, "wght", weight)
    instance.pin_axis_location(variable, "wdth", 100)
    instance.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING
    static = hb.subset(variable, instance)
    if static is None:
        raise RuntimeError(f"HarfBuzz could not instance {file}")
    return Face(name, hb.Face(bytes(static.blob.data)))


def _pymupdf(code: str, name: str) -> Face:
    import pymupdf_fonts

    return Face(name, hb.Face(pymupdf_fonts.myfont(code)))


@cache
def _own(key: str) -> Face:
    return OWN_FACES[key]()


OWN_FACES: dict[str, Callable[[], Face]] = {
    "serif": lambda: _serif(False, 400),
    "serif-italic": lambda: _serif(True, 400),
    "serif-bold": lambda: _serif(False, 700),
    "serif-bold-italic": lambda: _serif(True, 700),
    "mono": lambda: _pymupdf("fimo", "FiraMono-Regular"),
    "mono-bold": lambda: _pymupdf("fimbo", "FiraMono-Bold"),
    # FiraGO puts some of its vowel signs on the letter before theirs. It has no italics: it is heavier.
    "devanagari": lambda: _sans("Devanagari", 400, "Regular"),
    "devanagari-italic": lambda: _sans("Devanagari", 600, "SemiBold"),
    "devanagari-bold": lambda: _sans("Devanagari", 700, "Bold"),
    "devanagari-bold-italic": lambda: _sans("Devanagari", 800, "ExtraBold"),
    "go": lambda: _pymupdf("figo", "FiraGO-Regular"),
    "go-italic": lambda: _pymupdf("figit", "FiraGO-Italic"),
    "go-bold": lambda: _pymupdf("figbo", "FiraGO-Bold"),
    "go-bold-italic": lambda: _pymupdf("figbi", "FiraGO-BoldItalic"),
    "arabic": lambda: _sans("Arabic", 400, "Regular"),
    "arabic-bold": lambda: _sans("Arabic", 700, "Bold"),
    "symbols": lambda: _pymupdf("symbol1", "NotoSansSymbols-Regular"),
    "symbols-2": lambda: _pymupdf("symbol2", "NotoSansSymbols2-Regular"),
    "math": lambda: _pymupdf("math", "NotoSansMath-Regular"),
    "music": lambda: _pymupdf("music", "NotoMusic-Regular"),
}


def _files(place: Path) -> Iterator[Path]:
    """Font files at a path, sorted, so that the same machine always finds the same one first."""
    if place.is_file():
        yield place
        return
    for folder, folders, names in os.walk(place):
        folders.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder, name)


@cache
def _faces_of(file: Path) -> tuple[Face, ...]:
    """The faces of a font file that may be embedded; none where it is not a font."""
    try:
        blob = hb.Blob.from_file_path(str(file))
        faces = [hb.Face(blob, i) for i in range(_count(blob))]
    except (OSError, hb.HarfBuzzError):
        return ()
    return tuple(
        Face(_postscript_name(face, file), face)
        for face in faces
        if face.glyph_count
        and {"glyf", "CFF "} & set(face.table_tags)
        and "fvar" not in face.table_tags
        and not _embedding(face) & NEVER_EMBED
    )


def _count(blob: hb.Blob) -> int:
    data = bytes(blob.data[:12])
    return int.from_bytes(data[8:12], "big") if data[:4] == b"ttcf" else 1


def _embedding(face: hb.Face) -> int:
    os2 = bytes(face.reference_table("OS/2").data)
    return int.from_bytes(os2[8:10], "big")


def _postscript_name(face: hb.Face, file: Path) -> str:
    name = face.get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME) or file.stem
    return "".join(c for c in name if c.isascii() and (c.isalnum() or c in "-_")) or "Font"


def _cjk(language: str) -> Iterator[Face]:
    """Noto CJK, the member of the collection for `language` first, if the extra is installed."""
    if importlib.util.find_spec("noto_cjk_sans_otc") is None:
        return
    file = Path(str(resources.files("noto_cjk_sans_otc").joinpath("NotoSansCJK-Regular.ttc")))
    name = f"NotoSansCJK{cjk_member(language).lower()}-Regular"
    yield from (face for face in _faces_of(file) if face.name.startswith(name))


def cjk_member(language: str) -> str:
    """The local forms that `language` (BCP 47) is written in: one Han character has several."""
    tag = langcodes.get(language or "und").maximize()
    member = CJK_MEMBERS.get(tag.script or "", "SC")
    return "HK" if member == "TC" and tag.territory in HONG_KONG_FORMS else member


def _nearest(faces: Iterable[Face], typeface: Typeface) -> list[Face]:
    """Faces by their style, and not by the names of their files."""
    return sorted(faces, key=lambda face: face.distance(typeface))


def _machine() -> Iterator[Face]:
    for folder in MACHINE_FOLDERS:
        for file in _files(Path(folder).expanduser()):
            yield from _faces_of(file)


# --- finding the face for a text ----------------------------------------------------------


class Fonts:
    """The faces at hand: archiver's own, those at the paths of the settings, the machine's."""

    def __init__(self, places: tuple[Path, ...] = ()) -> None:
        for place in places:
            if not any(_faces_of(file) for file in _files(place)):
                raise SettingsError(
                    "holds no font that can be embedded; expected a TrueType or OpenType file, "
                    "or a folder of them",
                    where=f"fonts: {place}",
                )
        self.places = places
        self._found: dict[tuple[str, Typeface, str], Face] = {}

    def first(self, typeface: Typeface) -> Face:
        """The face that is looked at before all others."""
        return next(self._candidates("", typeface, ""))

    def find(self, cluster: str, typeface: Typeface, language: str = "") -> Face:
        """The first face that has all of `cluster` (a character and its marks).

        `language` chooses between local forms of Han characters. Raises MissingGlyph.
        """
        key = (cluster, typeface, language)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return self._found[key]

    def spelled(self, name: str) -> str:
        """A name with an escape for each character that no font has."""
        return "".join(map(self._spelled, name))

    def _spelled(self, char: str) -> str:
        try:
            self.find(char, Typeface())
        except MissingGlyph:
            return char.encode("unicode_escape").decode()
        return char

    def _search(self, cluster: str, typeface: Typeface, language: str) -> Face:
        for face in self._candidates(cluster, typeface, language):
            if face.has(cluster):
                return _emboldened(face) if typeface.bold and face.weight < SEMIBOLD else face
        raise MissingGlyph(_missing(cluster), cluster, hint=_advice(cluster))

    def _candidates(self, cluster: str, typeface: Typeface, language: str) -> Iterator[Face]:
        bold, italic = "-bold" * typeface.bold, "-italic" * typeface.italic
        if typeface.mono:
            yield _own(f"mono{bold}")
        yield _own(f"serif{bold}{italic}")
        if DEVANAGARI.match(cluster):
            yield _own(f"devanagari{bold}{italic}")
        yield _own(f"go{bold}{italic}")
        if RIGHT_TO_LEFT.match(cluster):
            yield _own(f"arabic{bold}")
        for place in self.places:
            yield from _nearest((face for file in _files(place) for face in _faces_of(file)), typeface)
        yield from _cjk(language)
        for symbols in ("symbols", "symbols-2", "math", "music"):
            yield _own(symbols)
        yield from _nearest(_machine(), typeface)


@cache
def _emboldened(face: Face) -> Face:
    return Face(face.name, face.face, face)


@cache
def fonts(places: tuple[Path, ...] = ()) -> Fonts:
    """The fonts at hand, opened once a process for the same settings."""
    return Fonts(places)


def _missing(cluster: str) -> str:
    names = ", ".join(
        f"U+{ord(c):04X} {unicodedata.name(c, 'unnamed')}" for c in cluster if not ignorable(c)
    )
    return f"no font here has {cluster!r} ({names})"


CJK_NAMES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH")


def _advice(cluster: str) -> str:
    name = unicodedata.name(cluster[0], "")
    if name.startswith(CJK_NAMES) and importlib.util.find_spec("noto_cjk_sans_otc") is None:
        return "pip install 'archiver[cjk]', or name a font that has it in the settings: fonts"
    family = " ".join(("Noto Sans", name.partition(" ")[0].title() if cluster[0].isalpha() else "")).strip()
    return (
        f"install a font that has it on this machine, such as {family}, "
        "or name it in the settings: fonts = ['/path/to/font.ttf']"
    )


# --- what doctor tells --------------------------------------------------------------------

SAMPLES = {
    "Latin": "Aàčøßŵ",
    "Greek": "Αάωϊ",
    "Cyrillic": "Яіңў",
    "Arabic": "عربيپ",
    "Hebrew": "עבריתךּ",
    "Devanagari": "हिन्दी",
    "Georgian": "ქართული",
    "Thai": "ไทย",
    "Chinese (simplified)": "汉语",
    "Chinese (traditional)": "漢語",
    "Japanese": "日本語かな",
    "Korean": "한국어",
}


class Coverage(NamedTuple):
    """Which face sets a script, or what to do where none does."""

    script: str
    face: str | None
    hint: str = ""


def coverage(places: tuple[Path, ...] = ()) -> tuple[Coverage, ...]:
    """For each script that archiver knows, the face that sets it."""
    found = []
    for script, sample in SAMPLES.items():
        try:
            names = {fonts(places).find(char, Typeface()).name for char in sample}
            found.append(Coverage(script, ", ".join(sorted(names))))
        except MissingGlyph as missing:
            found.append(Coverage(script, None, missing.hint))
    return tuple(found)

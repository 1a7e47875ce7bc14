"""Encodings: which of the world's encodings a text without UTF-8 is in.

charset-normalizer measures how like a mess and how like a language each reading looks; what it
leaves open (¯ó³ta is as tidy to it as żółta) is told by symbols inside words and by alphabets,
and Japanese by its kana, which no other language has many of.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from archiver.scripts import LETTERS

ENCODINGS = (
    *("latin_1", "cp1252", "iso8859_15", "iso8859_2", "cp1250", "iso8859_9", "cp1254", "cp1257"),
    *("iso8859_5", "cp1251", "koi8_r", "koi8_u", "iso8859_7", "cp1253"),
    *("iso8859_8", "cp1255", "iso8859_6", "cp1256", "cp1258"),
)
"""The candidates; of two that read the bytes alike the first is named."""

OF_OTHER_SYSTEMS = ("mac_roman", "mac_cyrillic", "cp866", "cp850")
"""Those of Mac OS and DOS, for what they fit clearly better than the candidates."""

OF_MANY_BYTES = ("gb18030", "big5", "cp932", "euc_jp", "cp949")
"""Those of Chinese, Japanese and Korean."""

OF_JAPANESE = ("euc_jp", "euc_jis_2004", "cp932")
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
MUCH_KANA = 0.08
"""Of a Japanese text's letters a third or so is kana, in headlines less; Chinese and Korean have none."""

ALPHABETS = {
    "ca": "àçèéíïòóúü·",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåéü",
    "de": "äöüßé",
    "es": "áéíñóúüªº",
    "et": "äõöüšž",
    "fi": "äöåšžé",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áðéíóúýþæö",
    "it": "àèéìîòùªº",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "nl": "áéëèïíóöüú",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúüªº",
    "ro": "ăâîşţ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sq": "ëç",
    "sv": "åäöé",
    "tr": "çğıöşüâîûi̇",
    "vi": "àáâăèéêíóôơùúưđ",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "el": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
    "he": "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيًٌٍَُِّْ",
    "fa": "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکكگلمنهوىي",
}
"""The letters beyond a to z of languages that were written in these encodings."""

VIETNAMESE_TONE = "[\u0300\u0301\u0303\u0309\u0323]"
VIETNAMESE = re.compile(f"[aeiouyăâêôơư]{VIETNAMESE_TONE}", re.IGNORECASE)
"""Windows-1258 writes most tones as marks that follow their vowel."""

APOSTROPHE_BEFORE_GREEK = re.compile(r"(?<!\w)’(?=[ά-ώ])")
"""What Ά of Windows-1253 is in ISO-8859-7: ’γγελος."""

INSIDE_WORDS = "’‘‐–—·°\u00ad…"
MAY_END_WORDS = "“”„‟‘’‚‹›«»¿¡…€£§©®™°†‡•№,.;:!?\"'()[]{}<>–—-"
SYMBOLS_ALONE = 0.6
SAMPLE = 20_000
LIKELY, POSSIBLE = 0.9, 0.5
MARGIN, MARGINS = 0.5, {"cp1251": 0.05}
"""By how much one of another system must be likelier; Mac OS's Cyrillic is much like Windows'."""


class Reading(NamedTuple):
    """A reading of some bytes, and how likely it is."""

    encoding: str
    score: float


LEAST_LETTERS = 12
"""Fewer letters, of which most are not a to z, tell no encoding: some is likely for any six bytes."""


def guessed(data: bytes) -> str | None:
    """The encoding that the bytes of a text are most likely in, None where none is likely."""
    sample = _sample(data)
    if japanese := _japanese(sample):
        return japanese
    found = _likeliest(sample)
    text = data.decode(found, "ignore") if found else ""
    return found if _is_mostly_plain(text) or sum(map(str.isalpha, text)) >= LEAST_LETTERS else None


def _is_mostly_plain(text: str) -> bool:
    """Whether most of its letters are a to z."""
    letters = list(filter(str.isalpha, text))
    return 2 * sum(map(str.isascii, letters)) > len(letters)


def _likeliest(sample: bytes) -> str | None:
    best = _best(sample, ENCODINGS)
    margin = MARGINS.get(best.encoding, MARGIN)
    if best.score < LIKELY or best.encoding in MARGINS:
        other = _best(sample, OF_OTHER_SYSTEMS)
        best = other if other.score >= max(LIKELY, best.score + margin) else best
    is_plain = _is_mostly_plain(sample.decode(best.encoding, "ignore"))
    if best.score >= (POSSIBLE if is_plain else LIKELY):
        return best.encoding
    return _of_many_bytes(sample) or (best.encoding if best.score >= POSSIBLE else None)


def _best(sample: bytes, encodings: Sequence[str]) -> Reading:
    """The likeliest reading of a sample in some encodings."""
    readings = (Reading(name, _score(sample, name)) for name in encodings)
    return max(readings, key=lambda reading: reading.score)


def _sample(data: bytes) -> bytes:
    """The first lines that are not ASCII, whole where they are not too long: half a letter fits nothing."""
    lines = b"\n".join(line for line in data.splitlines() if not line.isascii())
    return lines if len(lines) <= SAMPLE else lines[:SAMPLE].rpartition(b"\n")[0] or lines[:SAMPLE]


def _japanese(sample: bytes) -> str | None:
    """The encoding in which the sample has the most kana, where that makes it Japanese."""
    shares = {encoding: _share_of_kana(sample, encoding) for encoding in OF_JAPANESE}
    best = max(OF_JAPANESE, key=lambda encoding: shares[encoding])
    return best if shares[best] >= MUCH_KANA else None


def _share_of_kana(sample: bytes, encoding: str) -> float:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return 0.0
    foreign = sum(not char.isascii() for char in text)
    return len(KANA.findall(text)) / foreign if foreign else 0.0


def _of_many_bytes(sample: bytes) -> str | None:
    """An encoding of Chinese, Japanese or Korean, where the library finds one."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(OF_MANY_BYTES)).best()
    return best.encoding if best and best.multi_byte_usage > 0.1 and best.chaos < 0.1 else None


IMPOSSIBLE = -math.inf


def _score(sample: bytes, encoding: str) -> float:
    from charset_normalizer.cd import coherence_ratio
    from charset_normalizer.md import mess_ratio

    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return IMPOSSIBLE
    foreign = [char for char in text if ord(char) > 127]
    if not foreign or re.search("[\x80-\x9f]", text):
        return IMPOSSIBLE
    if encoding == "cp1258" and not (VIETNAMESE.search(text) and re.search("[đơưă]", text, re.IGNORECASE)):
        return IMPOSSIBLE
    letters = Counter(char.lower() for char in foreign if char.isalpha())
    most = max(sum(letters[char] for char in alphabet) for alphabet in ALPHABETS.values())
    fit = most / letters.total() if letters else SYMBOLS_ALONE
    coherence = max((share for _, share in coherence_ratio(text)), default=0.0)
    odd = 2 * _oddities(text) + len(APOSTROPHE_BEFORE_GREEK.findall(text))
    return fit - odd / len(foreign) + (coherence - mess_ratio(text)) / 2


def _oddities(text: str) -> int:
    """How often a word has a symbol or a capital within it, or letters of two scripts, or stray marks."""
    words = re.findall(r"\S*[^\x00-\x7f]\S*", text)
    stray_tones = len(re.findall(VIETNAMESE_TONE, text)) - len(VIETNAMESE.findall(text))
    return sum(_oddity(word.strip(MAY_END_WORDS)) for word in words) + stray_tones


def _oddity(word: str) -> int:
    foreign = [char for char in word if ord(char) > 127]
    symbols = sum(not (char.isalnum() or char in INSIDE_WORDS or _is_mark(char)) for char in foreign)
    raised = sum(char in "¹²³¼½¾ªº" for char in word) if len(word) > 2 and not re.search(r"\d", word) else 0
    capitals = sum(
        before.islower() and char.isupper() and ord(char) > 127 for before, char in pairwise(word)
    )
    scripts = {found.lastgroup for found in LETTERS.finditer(word)}
    a_sum = re.fullmatch(r"[^\W\d_]\d+", word) is not None and not word[0].isascii()
    return symbols + raised + capitals + (len(scripts) > 1) + a_sum


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")

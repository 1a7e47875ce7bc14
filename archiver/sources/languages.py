"""Languages: what a text seems to be written in, by its script, its letters and a classifier."""

from __future__ import annotations

from functools import cache
from typing import Any

from langcodes import tag_is_valid

from archiver.scripts import script_runs, scripts_from_right, writing_scripts

UNKNOWN = "und"

USUAL = {
    "Arab": "ar",
    "Armn": "hy",
    "Beng": "bn",
    "Deva": "hi",
    "Ethi": "am",
    "Geor": "ka",
    "Grek": "el",
    "Gujr": "gu",
    "Guru": "pa",
    "Hang": "ko",
    "Hani": "zh",
    "Hebr": "he",
    "Khmr": "km",
    "Knda": "kn",
    "Laoo": "lo",
    "Mlym": "ml",
    "Mong": "mn",
    "Mymr": "my",
    "Orya": "or",
    "Sinh": "si",
    "Taml": "ta",
    "Telu": "te",
    "Thai": "th",
    "Tibt": "bo",
}
"""The language that a script usually speaks for, where the letters and the classifier do not say more."""

LETTERS = {
    "Arab": (("ug", "ۇۈۋ"), ("ckb", "ڕڵێۆ"), ("ps", "ټډړښځڅڼ"), ("ur", "ٹڈڑںے"), ("fa", "پچژگیک")),
    "Beng": (("as", "ৰৱ"),),
    "Latn": (("vi", "ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"),),
    "Cyrl": (("be", "ў"), ("uk", "їєґ"), ("sr", "ђћ"), ("mk", "ѓќ")),
}
"""Letters that only some languages of a script have, the rarest first."""

CLASSIFIED = {"Deva": {"hi", "mr", "ne"}}
"""Languages that share their letters, between which the classifier decides."""

ALSO_WRITTEN = {"Cyrl": {"az", "uz"}}
"""Languages that are usually written in another script, and in this one too."""

MACROLANGUAGES = {"ary": "ar", "arz": "ar"}

SURE = 0.9
LEAST_LETTERS = {"Deva": 15}
MOST_CHARS = 20_000


def inferred(text: str) -> str:
    """The language (BCP 47) that a text seems to be in, `und` where that is not sure."""
    text = text[:MOST_CHARS]
    counts: dict[str, int] = {}
    for start, end, script in script_runs(text):
        counts[script] = counts.get(script, 0) + sum(map(str.isalpha, text[start:end]))
    if counts.keys() & {"Hira", "Kana"}:
        return "ja"
    script = max(counts, key=lambda key: counts[key], default="")
    if not counts.get(script):
        return UNKNOWN
    if script == "Hani":
        return _chinese(text)
    by_letters = _by_letters(text, script)
    if script in USUAL and script not in LETTERS and script not in CLASSIFIED:
        return USUAL[script]
    if counts[script] >= LEAST_LETTERS.get(script, 40) and (language := _classified(text, script)):
        return language
    return by_letters or USUAL.get(script, UNKNOWN)


def of_right_to_left(text: str, stated: str) -> str:
    """The language of a text with letters from right to left: the one that is stated, if those are its own.

    What programs state by themselves is of no script that is meant.
    """
    fits = tag_is_valid(stated) and writing_scripts(stated) & scripts_from_right(text)
    return stated if fits else inferred(text)


def _chinese(text: str) -> str:
    """Chinese, in traditional characters where nine in ten of those are such that either set lacks.

    What simplified ones replace is in Big5 and not in GB 2312; what replaces it, the other way round.
    """
    letters = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    traditional = sum(_is_in("big5", char) and not _is_in("gb2312", char) for char in letters)
    simplified = sum(_is_in("gb2312", char) and not _is_in("big5", char) for char in letters)
    is_traditional = traditional and traditional >= SURE * (traditional + simplified)
    return "zh-Hant" if is_traditional else USUAL["Hani"]


def _is_in(codec: str, char: str) -> bool:
    try:
        return bool(char.encode(codec))
    except UnicodeEncodeError:
        return False


def _by_letters(text: str, script: str) -> str:
    lower = text.lower()
    for language, letters in LETTERS.get(script, ()):
        if any(letter in lower for letter in letters):
            return language
    return ""


def _classified(text: str, script: str) -> str:
    """What the classifier is sure of, among the languages that are written so."""
    shares: dict[str, float] = {}
    for language, share in _classifier().rank(text):
        tag = _written_in(MACROLANGUAGES.get(language, language), script)
        if tag and tag in CLASSIFIED.get(script, {tag}):
            shares[tag] = shares.get(tag, 0) + float(share)
    best = max(shares, key=lambda key: shares[key], default="")
    sure = 0.5 if script in CLASSIFIED else SURE
    return best if best and shares[best] >= sure * sum(shares.values()) else ""


def _written_in(language: str, script: str) -> str:
    """The tag of a language that is written in a script; empty where it is not."""
    if language in ALSO_WRITTEN.get(script, ()):
        return f"{language}-{script}"
    return language if script in writing_scripts(language) else ""


@cache
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

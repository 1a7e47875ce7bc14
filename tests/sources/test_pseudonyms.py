"""A sentence at an article's foot that calls its author's name a pseudonym is the creator's note."""

import pytest

from archiver.article import Paragraph
from archiver.sources.pseudonyms import noted
from tests.conftest import Write


@pytest.mark.parametrize(
    ("name", "sentence", "note"),
    [
        (
            "Ann Bee",
            "Ann Bee is the pseudonym of a journalist in Leith",
            "pseudonym of a journalist in Leith",
        ),
        ("Ann Bee", "Ann Bee is a pen name.", "pen name"),
        ("Ann Bee", "*Ann Bee is the pseudonym of a nurse.*", "pseudonym of a nurse"),
        ("Ann Bee", "The name Ann Bee is a pseudonym.", "The name Ann Bee is a pseudonym"),
        ("П. Ким", "П. Ким — псевдоним местного краеведа", "псевдоним местного краеведа"),
        ("Ute Rau", "Ute Rau ist das Pseudonym einer Ärztin.", "Pseudonym einer Ärztin"),
        ("Luc Roy", "Luc Roy est le pseudonyme d’un juge.", "pseudonyme d’un juge"),
        ("Ana Ruiz", "Ana Ruiz es el seudónimo de una maestra.", "seudónimo de una maestra"),
        ("سلمى علي", "سلمى علي اسم مستعار لصحفية", "اسم مستعار لصحفية"),
        ("רחל לוי", "רחל לוי הוא שם עט של עיתונאית", "שם עט של עיתונאית"),
        ("阿舟", "阿舟是一位记者的笔名。", "阿舟是一位记者的笔名"),
        ("山田花子", "山田花子はある記者の筆名です。", "山田花子はある記者の筆名です"),
        ("मीरा जोशी", "मीरा जोशी एक पत्रकार का छद्मनाम है।", "मीरा जोशी एक पत्रकार का छद्मनाम है"),
    ],
)
def test_what_a_sentence_says_of_a_pseudonym_is_a_note(name: str, sentence: str, note: str) -> None:
    assert noted([name, "Cid Dee"], sentence) == [{"name": name, "note": note}, "Cid Dee"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ann Bee is a journalist in Leith",
        "Ann Beecham is a pseudonym",
        "The pseudonym of Cee was found",
        "Ann Bee wrote under a pseudonym. " + "And on it went. " * 30,
    ],
)
def test_what_says_nothing_of_a_pseudonym_is_no_note(sentence: str) -> None:
    assert noted(["Ann Bee"], sentence) == ["Ann Bee"]


def test_a_note_that_is_there_stays() -> None:
    creator = {"name": "Ann Bee", "note": "editor"}
    assert noted([creator], "Ann Bee is a pseudonym") == [creator]


def test_the_foot_of_an_article_tells_and_stays_in_the_body(article: Write) -> None:
    source = article(
        "Title\n\nAuthor: [Ann Bee](#), [Cid Dee](#)\n\nFirst.\n\nAnn Bee is the pseudonym of a cook.\n\n"
        "Two.\n\nThree.\n\nCid Dee is the pseudonym of a nurse\n\nLocation: [Leith](#)\n",
        "a.txt",
    )
    assert [(creator.name, creator.note) for creator in source.article.creators] == [
        ("Ann Bee", None),
        ("Cid Dee", "pseudonym of a nurse"),
    ]
    last = source.article.body[-1]
    assert isinstance(last, Paragraph)
    assert last.content[0].text == "Cid Dee is the pseudonym of a nurse"
    assert not source.findings

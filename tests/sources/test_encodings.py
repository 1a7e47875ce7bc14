"""Bytes that are not UTF-8 are read in the encoding they were written in, with a warning by its line."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import SourceError
from archiver.sources import Text
from archiver.sources.encodings import guessed
from tests.conftest import Write

TONES = "[\u0300\u0301\u0303\u0309\u0323]"


def _as_windows_1258(text: str) -> str:
    """A text with each tone apart, where Windows-1258 has no letter with it."""
    return "".join(char if char.encode("cp1258", "ignore") else _parted(char) for char in text)


def _parted(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    return unicodedata.normalize("NFC", re.sub(TONES, "", parts)) + "".join(re.findall(TONES, parts))


JAPANESE = [
    "港の図書館\n\nAuthor: 山田太郎\n\n改修を終えた図書館の紹介。\n\n春に再び開館した。\n",
    "この書生というのは時々我々を捕えて煮て食うという話である。\n",
    "吾輩は猫である。名前はまだ無い。\n",
    "港の図書館\n\nAuthor: 山田太郎\n\n改修を終えた図書館の紹介。\n\n東京都議会、予算案可決。\n",
    "この書生というのは時々我々を捕えて煮て食うという話である。" * 1000,
]
GREEK = "Ο Άγγελος και η Άννα περίμεναν από νωρίς. «Άραγε θα έρθει;» Άλλοι κατέβηκαν πρώτοι.\n"
VIETNAMESE = _as_windows_1258(
    "Ánh đèn bên cảng\n\nNhững con tàu trở về lúc bình minh. Người dân ở đây sống bằng nghề đánh cá.\n"
)
WRITTEN = [
    (
        "iso8859_2",
        "Zażółć gęślą jaźń\n\nMieszkańcy Łodzi świętują otwarcie mostu. Późną jesienią mówi wójt.\n",
    ),
    (
        "cp1250",
        "Zażółć gęślą jaźń\n\nMieszkańcy Łodzi świętują otwarcie mostu. Późną jesienią mówi wójt.\n",
    ),
    ("iso8859_2", "Most znów otwarty\n\nAutor: Żółw\n\nŻółta łódź.\n"),
    ("cp1250", "Most znów otwarty\n\nAutor: Żółw\n\nŻółta łódź.\n"),
    ("iso8859_2", "Příliš žluťoučký kůň úpěl ďábelské ódy. Starosta řekl, že práce začnou příští týden.\n"),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Starosta řekl, že práce začnou příští týden.\n"),
    ("iso8859_2", "Árvíztűrő tükörfúrógép. A polgármester szerint a munkálatok jövő héten kezdődnek.\n"),
    ("cp1250", "Árvíztűrő tükörfúrógép. A polgármester szerint a munkálatok jövő héten kezdődnek.\n"),
    (
        "cp1251",
        "Правительство сегодня объявило о новом плане. Министр сообщил, что работа начнётся завтра.\n",
    ),
    (
        "koi8_r",
        "Правительство сегодня объявило о новом плане. Министр сообщил, что работа начнётся завтра.\n",
    ),
    (
        "iso8859_5",
        "Правительство сегодня объявило о новом плане. Министр сообщил, что работа начнётся завтра.\n",
    ),
    (
        "cp1251",
        "Уряд сьогодні оголосив про новий план. Міністр повідомив, що робота почнеться завтра, її ціна.\n",
    ),
    (
        "koi8_u",
        "Уряд сьогодні оголосив про новий план. Міністр повідомив, що робота почнеться завтра, її ціна.\n",
    ),
    (
        "iso8859_5",
        "Уряд сьогодні оголосив про новий план. Міністр повідомив, що робота почнеться завтра, її ціна.\n",
    ),
    (
        "cp1253",
        "Η κυβέρνηση ανακοίνωσε σήμερα ένα νέο σχέδιο. Ο υπουργός είπε ότι οι εργασίες αρχίζουν αύριο.\n",
    ),
    (
        "iso8859_7",
        "Η κυβέρνηση ανακοίνωσε σήμερα ένα νέο σχέδιο. Ο υπουργός είπε ότι οι εργασίες αρχίζουν αύριο.\n",
    ),
    ("cp1255", "הממשלה הודיעה היום על תוכנית חדשה. השר אמר שהעבודה תתחיל מחר.\n"),
    ("iso8859_8", "הממשלה הודיעה היום על תוכנית חדשה. השר אמר שהעבודה תתחיל מחר.\n"),
    ("cp1256", "أعلنت الحكومة اليوم عن خطة جديدة. وقال الوزير إن العمل سيبدأ غدا.\n"),
    ("iso8859_6", "أعلنت الحكومة اليوم عن خطة جديدة. وقال الوزير إن العمل سيبدأ غدا.\n"),
    (
        "cp1254",
        "Hükümet bugün yeni bir plan açıkladı. Bakan, çalışmaların yarın başlayacağını söyledi. Şöyle ğ.\n",
    ),
    (
        "iso8859_9",
        "Hükümet bugün yeni bir plan açıkladı. Bakan, çalışmaların yarın başlayacağını söyledi. Şöyle ğ.\n",
    ),
    (
        "cp1252",
        "Un café\n\nElle dit « voilà » — puis s’en va très tôt, à l’été. Où ça ? Là-bas, à l'hôtel.\n",
    ),
    ("latin_1", "Le café est fermé depuis l'été dernier, où il faisait très chaud à Paris.\n"),
    (
        "cp1252",
        "Größe, Übermut und Ärger: die Straße ist schön. Der Bürgermeister sprach über Pläne.\n",
    ),
    ("cp1252", "The café reopened. It’s a “fine” day — everybody said so, and nobody minded.\n"),
    ("latin_1", "El año pasado, el señor Núñez dijo: ¿qué pasó? Mañana será otro día.\n"),
    ("latin_1", "Það er gott veður í dag. Þórður sagði að hún væri ánægð með nýja húsið.\n"),
    ("iso8859_2", "Guvernul a anunţat astăzi un nou plan. Ţara îşi aşteaptă miniştrii şi reformele.\n"),
    ("cp1250", "Guvernul a anunţat astăzi un nou plan. Ţara îşi aşteaptă miniştrii şi reformele.\n"),
    (
        "latin_1",
        "Hallitus ilmoitti tänään uudesta suunnitelmasta. Työt alkavat pian, sanoi Pääjärvi.\n",
    ),
    ("latin_1", "Title\n\nThe price is £5 at 30°C.\n"),
    ("iso8859_15", "Une œuvre à 5 €, déjà très connue.\n"),
    ("cp932", "日本語のテキストです。政府は今日新しい計画を発表した。\n" * 5),
    *((encoding, text) for encoding in ("cp932", "euc_jp") for text in JAPANESE),
    ("euc_jis_2004", "①新しい計画を発表した。\n"),
    ("cp1253", GREEK),
    ("iso8859_7", GREEK),
    ("iso8859_7", "‘Το καράβι’ έφτασε στο λιμάνι από την Κρήτη, είπε ο Νίκος.\n"),
    ("iso8859_7", "Ένα μεγάλο καράβι ’ναι στο λιμάνι, είπε ο Άγγελος.\n"),
    ("cp1258", VIETNAMESE),
    ("latin_1", "Ciò che può dire è già noto: però così non va, né lunedì né martedì.\n"),
    ("latin_1", "Não há ações: as opiniões dos cidadãos são ouvidas amanhã.\n"),
    ("gb18030", "政府今天宣布了一项新计划。\n" * 5),
    ("gb18030", "政府今天宣布了一项新计划，市民表示欢迎。\n" * 1000),
    ("big5", "港口的圖書館在春天重新開放,許多市民前來參觀。\n" * 5),
    ("cp949", "정부는 오늘 새로운 계획을 발표했다.\n" * 5),
    ("cp866", "Правительство сегодня объявило о новом плане. Министр сообщил, что работа начнётся.\n"),
    ("mac_cyrillic", "Правительство сегодня объявило о новом плане. Министр сообщил: «Начнём».\n"),
    ("mac_cyrillic", "Уряд сьогодні оголосив про новий план. Міністр повідомив, що робота почнеться.\n"),
    ("mac_roman", "Un café\n\nElle dit « voilà » — puis s’en va très tôt, à l’été. Où ça ? À l'hôtel.\n"),
    ("mac_roman", "Größe, Übermut und Ärger: die Straße ist schön. Der Bürgermeister sprach über Pläne.\n"),
    ("mac_roman", "El año pasado, el señor Núñez dijo: ¿qué pasó? Mañana será otro día.\n"),
    ("cp850", "Größe, Übermut und Ärger: die Straße ist schön. Der Bürgermeister sprach über Pläne.\n"),
    ("cp850", "Le café est fermé depuis l'été dernier, où il faisait très chaud à Paris.\n"),
    ("cp1252", "It’s a “fine” day — everybody said so.\n"),
    ("cp1251", "день — ночь, утро — вечер\n"),
]


@pytest.mark.parametrize(("encoding", "text"), WRITTEN)
def test_a_text_is_read_in_the_encoding_that_it_was_written_in(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    found = guessed(data)
    assert found is not None
    assert data.decode(found) == text


@given(st.binary(max_size=400))
def test_any_bytes_have_an_encoding_or_none(data: bytes) -> None:
    assert guessed(data) is None or "".encode(guessed(data) or "") is not None


def test_utf_8_with_stray_bytes_keeps_its_letters(article: Write) -> None:
    text = "Un café\n\nÀ l’été, déjà très chaud.\n\nLa {} est là.\n"
    head, tail = text.encode().split(b"{}")
    source = article(head + "forêt".encode("latin_1") + tail, "a.txt")
    kept = source.article.model_dump_json()
    assert "forêt" in kept
    assert "À l’été" in kept
    assert source.content == Text("utf-8")
    assert [(f.rule, f.where.rpartition(", ")[2]) for f in source.findings] == [
        ("source-encoding", "line 5")
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(article: Write, encoding: str) -> None:
    source = article("Tïtle\n\nText.\n".encode(encoding), "a.txt")
    assert source.article.title == "Tïtle"
    assert source.findings == ()


def test_bytes_of_no_encoding_are_refused_with_their_line(article: Write) -> None:
    with pytest.raises(SourceError, match="line 3: is not UTF-8, and no other encoding fits"):
        article(b"Title\n\n\x81\xfe\xff\x90\x8d\x9d\n", "a.txt")


@pytest.mark.parametrize(
    "data",
    [b"\x93\xe1\xf0\xba\xd1\xc6", b"\xd3\xcd\n\n\xcb\xde\xc2\xf3", b"\xc0\xc1\xc2\xc3\n\n\xd4\xd5\xd6\xd7"],
)
def test_a_few_bytes_that_any_encoding_fits_are_refused(article: Write, data: bytes) -> None:
    with pytest.raises(
        SourceError, match="line 1: is not UTF-8, and no other encoding fits, or it is too short"
    ):
        article(data, "a.txt")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin_1", "Café\n\nNoël.\n"),
        ("cp1252", "It’s\n\nOn.\n"),
        ("koi8_r", "Новости дня\n\nМост открыт.\n"),
        ("mac_roman", "Café\n\nNoël à la mer.\n"),
        ("gb18030", "港口图书馆\n\n今天重新开放，市民可以借书。\n"),
    ],
)
def test_a_short_text_is_read_still(article: Write, encoding: str, text: str) -> None:
    assert article(text.encode(encoding), "a.txt").article.title == text.partition("\n")[0]


def test_iso_2022_jp_is_known_by_its_escape_sequences(article: Write) -> None:
    text = "Title\n\n港の明かり。\n\n吾輩は猫である。\n"
    source = article(text.encode("iso2022_jp"), "a.txt")
    assert "吾輩は猫である。" in source.article.model_dump_json()
    assert [(f.rule, f.where.rpartition(", ")[2]) for f in source.findings] == [
        ("source-encoding", "line 3")
    ]
    assert "ISO-2022-JP" in source.findings[0].message


def test_japanese_that_breaks_off_within_its_encoding_is_refused(article: Write) -> None:
    with pytest.raises(SourceError, match="line 3: is neither UTF-8 nor, throughout, ISO-2022-JP"):
        article(b"Title\n\n\x1b$B9A$N\x1b(\x7f\n", "a.txt")


def test_vietnamese_from_windows_1258_has_whole_letters(article: Write) -> None:
    source = article(VIETNAMESE.encode("cp1258"), "a.txt")
    assert source.article.title == "Ánh đèn bên cảng"
    assert source.article.language == ("vi",)
    assert "Người dân ở đây" in source.article.model_dump_json()

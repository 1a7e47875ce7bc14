"""Messages as articles."""

import json
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article import Quote
from archiver.errors import ArchiverError, SourceError
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from archiver.sources.mail import Line, fixed, flowed, is_message, plain
from tests.conftest import Write, packaged
from tests.sources.pages import picture


def message(text: str = "Dear Jon,\n\nthe boat is back.\nSee you there.\n", **fields: str) -> EmailMessage:
    made = EmailMessage()
    given = {
        "From": "Ada Keller <ada@harbour.example>",
        "To": "jon@harbour.example",
        "Subject": "The boat is back",
        "Date": "Mon, 04 Mar 2019 08:00:00 +0100",
        "Message-ID": "<boat.1@harbour.example>",
    }
    for name, value in {**given, **fields}.items():
        if value:
            made[name] = value
    made.set_content(text)
    return made


def test_a_plain_message(article: Write) -> None:
    source = article(message().as_bytes(), "a.eml")
    found = source.article
    assert (found.title, found.identifier) == ("The boat is back", "mid:boat.1@harbour.example")
    (sender,) = found.creators
    assert (sender.name, sender.role, sender.note) == ("Ada Keller", "sender", "ada@harbour.example")
    assert found.date is not None
    assert found.date.edtf == "2019-03-04"
    told = found.model_dump_json()
    assert "jon@harbour.example" in told
    assert "the boat is back.\\nSee you there." in told
    assert source.document.media_type == "message/rfc822"


def test_html_with_a_picture_in_it_and_files(article: Write) -> None:
    made = message()
    made.add_alternative("<p>The <b>boat</b> <img src='cid:boat@x' alt='A boat'></p>", subtype="html")
    related = next(part for part in made.walk() if part.get_content_type() == "text/html")
    assert isinstance(related, EmailMessage)
    related.add_related(picture(), "image", "png", cid="<boat@x>", filename="boat.png")
    for content, name in ((b"%PDF-1.4 not really", "../plan.pdf"), (b"other", "plan.pdf")):
        made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    source = article(made.as_bytes(), "a.eml")
    names = {each.name: each.data for each in source.attachments}
    assert list(names) == ["attachments/boat.png", "attachments/plan.pdf", "attachments/plan-2.pdf"]
    assert names["attachments/plan.pdf"] == b"%PDF-1.4 not really"
    kinds = [block.type for block in source.article.body]
    assert kinds == ["paragraph", "paragraph", "figure", "heading", "list"]
    assert "the boat is back" not in source.article.model_dump_json().replace("The boat is back", "")


def test_every_text_that_is_no_file_is_shown_in_its_order(article: Write) -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "ada@harbour.example", "Parts"
    made.make_mixed()
    for text, kind, disposition in (
        ("The first text.", "plain", ""),
        ("<p>The second <i>text</i>.</p>", "html", "inline"),
        ("A file.", "plain", "attachment"),
        ("Another file.", "plain", "inline; filename=notes.txt"),
        ("The last text.", "plain", ""),
    ):
        part = EmailMessage()
        part.set_content(text, subtype=kind)
        if disposition:
            part["Content-Disposition"] = disposition
        made.attach(part)
    source = article(made.as_bytes(), "a.eml")
    told = source.article.model_dump_json()
    assert told.index("first text") < told.index("The second ") < told.index("last text")
    assert [each.data.decode().strip() for each in source.attachments] == ["A file.", "Another file."]


def test_that_a_part_in_tnef_is_not_read_is_told(article: Write) -> None:
    made = message()
    made.add_attachment(b"x\x9f", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    source = article(made.as_bytes(), "a.eml")
    assert "source-mail-tnef" in [finding.rule for finding in source.findings]
    assert [each.name for each in source.attachments] == ["attachments/winmail.dat"]


def test_a_message_in_a_message_is_kept_whole(article: Write) -> None:
    made = message()
    made.add_attachment(message(Subject="The one before"))
    (attached,) = article(made.as_bytes(), "a.eml").attachments
    assert attached.name == "attachments/message.eml"
    assert b"The one before" in attached.data


def test_quotations_are_quotations() -> None:
    found = list(plain(fixed("I agree.\n\n> The boat\n> is back.\n>\n>> Is it?\n\nYes.")))
    assert [block["type"] for block in found] == ["paragraph", "quote", "paragraph"]
    assert [block["type"] for block in found[1]["blocks"]] == ["paragraph", "quote"]
    assert Quote.model_validate(found[1])


FLOWED = (
    "The boat is back, \nand so are all \nwho were on it.\n\n"
    "> Is it \n> back?\n>> It left \n> on Monday. \n\n"
    " > is no quotation.\n From here on.\n-- \nAda \n"
)


def test_lines_that_flow_are_joined() -> None:
    assert list(flowed(FLOWED, " ")) == [
        Line(0, "The boat is back, and so are all who were on it."),
        Line(0, ""),
        Line(1, "Is it back?"),
        Line(2, "It left"),
        Line(1, "on Monday."),
        Line(0, ""),
        Line(0, "> is no quotation."),
        Line(0, "From here on."),
        Line(0, "--"),
        Line(0, "Ada"),
        Line(0, ""),
    ]
    assert list(flowed("The boat ", " ")) == [Line(0, "The boat")]
    assert list(flowed("港の \n船", "")) == [Line(0, "港の船")]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ("; format=flowed", "The boat is back."),
        ("; Format=Flowed; DelSp=Yes", "The boatis back."),
        ("; format=fixed", "The boat\nis back."),
        ("", "The boat\nis back."),
    ],
)
def test_lines_flow_where_the_message_says_so(parameters: str, told: str, article: Write) -> None:
    head = f"From: ada@harbour.example\nSubject: Boat\nContent-Type: text/plain{parameters}\n\n"
    found = article(f"{head}The boat \nis back.\n".encode(), "a.eml").article
    assert json.dumps(told) in found.model_dump_json()


@given(st.text("> \nab-"), st.sampled_from([" ", ""]))
def test_no_character_is_lost_where_lines_flow(text: str, joint: str) -> None:
    shown = "".join(line.text for line in flowed(text, joint))
    assert [c for c in shown if c in "ab-"] == [c for c in text if c in "ab-"]


def test_without_a_subject_the_name_is_taken_and_told(article: Write) -> None:
    source = article(message(Subject="").as_bytes(), "a.eml")
    assert (source.article.title, source.article.provenance["title"]) == ("a", "inferred")
    assert "source-title-inferred" in [finding.rule for finding in source.findings]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-2", "koi8-r", "iso-2022-jp"])
def test_characters_come_as_they_were(article: Write, charset: str) -> None:
    word = {"utf-8": "“für”", "iso-8859-2": "łódź", "koi8-r": "Пристань", "iso-2022-jp": "波止場"}[charset]
    made = message(Subject=f"About {word}")
    made.set_content(f"This is {word}.\n", charset=charset)
    source = article(made.as_bytes(), "a.eml")
    assert source.article.title == f"About {word}"
    assert f"This is {word}." in source.article.model_dump_json()


def test_what_is_encrypted_is_kept_and_said(article: Write) -> None:
    made = message()
    made.clear_content()
    made["Content-Type"] = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    made["Content-Transfer-Encoding"] = "base64"
    made.set_payload("AAECAw==")
    source = article(made.as_bytes(), "a.eml")
    assert [each.data for each in source.attachments] == [b"\0\1\2\3"]
    assert "source-mail-no-text" in [finding.rule for finding in source.findings]


def test_a_message_is_told_by_its_header() -> None:
    assert is_message(b"Received: from a by b\r\nFrom: a@b.example\r\nDate: today\r\n\r\nHello")
    assert not is_message(b"The boat is back\n\nAuthor: [Ada](#)\nDate: 2019\n")
    assert not is_message(b"Date: 2019\nLocation: [Harbour](#)\n\nText")


def test_an_empty_message_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"\n")
    with pytest.raises(SourceError):
        read(SourceRef(tmp_path / "a.eml"), Settings())


def test_a_package_of_a_message(tmp_path: Path) -> None:
    made = message()
    made.add_attachment(b"bytes", maintype="application", subtype="octet-stream", filename="plan.bin")
    path = tmp_path / "a.eml"
    path.write_bytes(made.as_bytes())
    outcome = packaged(path, tmp_path / "out", verapdf=True)
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    assert (outcome.bag / "data/original/attachments/plan.bin").read_bytes() == b"bytes"


LINES = b"""From: a@b.example
Date: 1
Subject: =?utf-8?q?=FF?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x
Content-Type: text/html; charset=none
Content-Transfer-Encoding: base64

--x
--x--
Message-ID: <a@b>
""".splitlines(keepends=True)


@given(st.lists(st.one_of(st.sampled_from(LINES), st.binary(max_size=20)), max_size=12).map(b"".join))
def test_any_message_is_an_article_or_refused(data: bytes) -> None:
    with suppress(ArchiverError):
        read(SourceRef(Path("a.eml"), data=data), Settings())


RUSSIAN = "Паром вышел из гавани в семь часов утра, на борту было сорок пассажиров."


@pytest.mark.parametrize(
    ("declared", "encoding", "told"),
    [
        ("koi8-r", "koi8-r", []),
        ("us-ascii", "utf-8", []),
        ("x-nonsense", "utf-8", []),
        ("us-ascii", "koi8-r", ["source-encoding"]),
    ],
)
def test_the_text_is_read_in_an_encoding_that_it_is_in(
    declared: str, encoding: str, told: list[str], article: Write
) -> None:
    head = message().as_bytes().partition(b"\nContent-Type")[0]
    kind = f"\nContent-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n"
    source = article(head + kind.encode() + RUSSIAN.encode(encoding), "a.eml")
    assert RUSSIAN in source.article.model_dump_json()
    assert [finding.rule for finding in source.findings if "encoding" in finding.rule] == told


def test_a_text_that_cannot_be_decoded_is_told(article: Write) -> None:
    head = message().as_bytes().partition(b"\nContent-Type")[0]
    kind = b"\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGFyYm9!\n"
    source = article(head + kind, "a.eml")
    assert "source-mail-defect" in {finding.rule for finding in source.findings}


def test_no_part_is_dropped_without_a_word(article: Write) -> None:
    made = message()
    made.add_alternative("BEGIN:VCALENDAR", subtype="calendar")
    made.add_attachment(b"", maintype="text", subtype="csv", filename="empty.csv")
    report = b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nStatus: 5.0.0\n"
    data = made.as_bytes()
    edge = made.get_boundary()
    assert edge
    data = data.replace(f"--{edge}--".encode(), f"--{edge}\n".encode() + report + f"\n--{edge}--".encode())
    source = article(data, "a.eml")
    assert [each.media_type for each in source.attachments] == ["text/calendar", "message/delivery-status"]
    assert b"Status: 5.0.0" in source.attachments[1].data
    (empty,) = (finding for finding in source.findings if finding.rule == "source-mail-empty-part")
    assert "empty.csv" in empty.message

"""Mail: a message (RFC 5322) with its MIME parts as an article, by the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from archiver import pictures
from archiver.errors import RenditionError, SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings
from archiver.sources import decoding, elements, metadata, webpage
from archiver.sources.figures import DATA_FOLDER, Pictures
from archiver.sources.markup import Markup
from archiver.sources.parts import Block, Noticed
from archiver.sources.refs import SourceRef, data_of, portable
from archiver.sources.source import Original, Source, Text

SUFFIXES = (".eml",)
MEDIA_TYPE = "message/rfc822"

FIELD = re.compile(rb"[!-9;-~]+:[ \t]", re.ASCII)
FIELDS = re.compile(rb"^(?:from|date|subject|message-id|mime-version|received|to):", re.M | re.I)
LEAST_FIELDS = 3
"""So many fields of a message's header tell one (RFC 5322 3.6)."""

SHOWN = ("From", "To", "Cc", "Date")
MOST_PARTS = 1000


def is_message(head: bytes) -> bool:
    """Whether bytes begin as the header of a message."""
    header = head.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    names = {found.lower() for found in FIELDS.findall(header)}
    return bool(FIELD.match(head)) and len(names) >= LEAST_FIELDS


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read a message. Raises SourceError and InvalidArticle."""
    data = data_of(ref, settings)
    try:
        message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(data)
        parts = list(message.walk())
        if len(parts) > MOST_PARTS:
            raise SourceError(f"has {len(parts):,} parts; expected at most {MOST_PARTS:,}", where=ref.label)
        return _read(ref, settings, data, message)
    except (MessageError, LookupError, ValueError, AttributeError, TypeError) as error:
        raise SourceError(f"cannot be read as a message: {error}", where=ref.label) from None
    except RecursionError:
        raise SourceError("is nested too deeply to be read as a message", where=ref.label) from None


def _read(ref: SourceRef, settings: Settings, data: bytes, message: EmailMessage) -> Source:
    findings: list[Finding] = []
    fields = _fields(message)
    if "title" not in fields and not ref.gives("title"):
        fields["title"] = ref.path.stem
        fields["provenance"] = {"title": "inferred"}
        told = "has no subject, so its file's name is taken for a title"
        findings.append(Finding("source-title-inferred", Severity.WARNING, told, where=ref.label))
    body = message.get_body(("html", "plain"))
    shown = list(_shown_parts(message, body))
    attached = list(_attached(message, shown, settings))
    files = {f"cid:{cid}": original for cid, original in attached if cid}
    noticed = Noticed(ref.label)
    held = Pictures(settings, DATA_FOLDER)
    blocks = _header(message)
    for part in shown:
        blocks += _content(part, noticed, files, held, ref, settings)
    findings += webpage.left_out(held, ref.label)
    findings += [
        Finding("source-mail-defect", Severity.WARNING, f"breaks RFC 5322 or MIME: {told}", where=ref.label)
        for told in dict.fromkeys(type(d).__name__ for part in message.walk() for d in part.defects)
    ]
    findings += [
        Finding(
            "source-mail-empty-part", Severity.WARNING, f"has an empty attachment {name!r}", where=ref.label
        )
        for part in _leaves(message)
        if (name := part.get_filename()) and not _bytes(part)
    ]
    if not blocks and not attached:
        raise SourceError("has neither text nor attachments", where=ref.label)
    if any(part.get_content_type() in TNEF for part in _leaves(message)):
        told = "has a part in TNEF (winmail.dat), in which Outlook may have text and files; it is not read"
        findings.append(Finding("source-mail-tnef", Severity.WARNING, told, where=ref.label))
    if body is None:
        told = "has no text that can be read, as where it is encrypted; what it holds is attached"
        findings.append(Finding("source-mail-no-text", Severity.WARNING, told, where=ref.label))
    blocks += _listed([original for _, original in attached])
    article, told_of = metadata.build(fields, blocks, data, ref, settings)
    originals = (
        Original(ref.name, MEDIA_TYPE, data=data),
        *held.found.values(),
        *(original for _, original in attached),
    )
    return Source(ref, originals, article, Text("utf-8"), (*findings, *noticed.findings, *told_of))


def _fields(message: EmailMessage) -> dict[str, Any]:
    given = {
        "title": _value(message, "Subject"),
        "creators": [
            {"name": name or address, "role": "sender", **({"note": address} if name else {})}
            for name, address in getaddresses([_value(message, "From")])
            if name or address
        ],
        "date": _value(message, "Date"),
        "language": re.split(r"[,;\s]", _value(message, "Content-Language").strip())[0],
        "identifier": _identifier(_value(message, "Message-ID")),
    }
    return {field: value for field, value in given.items() if value}


def _value(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _identifier(message_id: str) -> str:
    """The address of a message by its Message-ID (RFC 2392)."""
    found = re.fullmatch(r"<([^<>\s]+@[^<>\s]+)>", message_id)
    return f"mid:{found[1]}" if found else ""


def _header(message: EmailMessage) -> list[Block]:
    """Who wrote to whom, and when: one paragraph."""
    spans: list[Block] = []
    for name in SHOWN:
        if value := _value(message, name):
            spans += [{"text": f"{name}: ", "strong": True}, {"text": f"{value}\n"}]
    if not spans:
        return []
    spans[-1] = {"text": spans[-1]["text"].rstrip("\n")}
    return [{"type": "paragraph", "content": spans}]


def _content(
    body: Any,
    noticed: Noticed,
    files: dict[str, Original],
    held: Pictures,
    ref: SourceRef,
    settings: Settings,
) -> list[Block]:
    data = body.get_payload(decode=True) if body is not None else b""
    if not data.strip():
        return []
    stated = str(body.get_content_charset() or "").lower()
    charset = webpage.declared(data) if stated in SAYS_NOTHING else stated
    text, _, told = decoding.decode(data, ref, charset)
    noticed.findings += told
    if body.get_content_subtype() != "html":
        return list(plain(_lines(body, text)))
    tree = elements.tree(text, ref.label)
    markup = Markup(noticed, lambda src: held.show(src) or _shown(files.get(src), settings))
    blocks = markup.blocks(next(tree.iter("body"), tree))
    noticed.findings += markup.left_out()
    return blocks


def _lines(part: Any, text: str) -> Iterator[Line]:
    """The lines of a part in plain text, as its media type says that they are meant (RFC 3676 3)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return fixed(text)
    return flowed(text, joint="" if str(part.get_param("delsp", "")).lower() == "yes" else " ")


def _shown(original: Original | None, settings: Settings) -> str | None:
    """The name of a picture in the message; None where it is none that can be shown."""
    if original is None:
        return None
    try:
        pictures.of(original.data, original.name, settings.max_image_pixels)
    except RenditionError:
        return None
    return original.name


class Line(NamedTuple):
    """A line of plain text, and in how many quotations it is."""

    quotes: int
    text: str


def fixed(text: str) -> Iterator[Line]:
    """The lines of a text as they are written."""
    for line in text.replace("\r\n", "\n").split("\n"):
        quotes, rest = 0, line.rstrip()
        while rest.startswith(">") and quotes < MOST_QUOTES:
            quotes, rest = quotes + 1, rest[1:].removeprefix(" ")
        yield Line(quotes, rest)


def flowed(text: str, joint: str) -> Iterator[Line]:
    """The lines of a text in which those that end with a space go on in the next one (RFC 3676 4)."""
    parts: list[str] = []
    of_parts = 0
    for line in text.replace("\r\n", "\n").split("\n"):
        rest = line.lstrip(">")
        quotes, rest = min(len(line) - len(rest), MOST_QUOTES), rest.removeprefix(" ")
        if parts and (quotes != of_parts or not rest or rest == SIGNATURE):
            yield Line(of_parts, "".join(parts).rstrip())
            parts = []
        if rest.endswith(" ") and rest != SIGNATURE:
            parts.append(rest[:-1] + joint)
            of_parts = quotes
        else:
            yield Line(quotes, "".join([*parts, rest]).rstrip())
            parts = []
    if parts:
        yield Line(of_parts, "".join(parts).rstrip())


SIGNATURE = "-- "
"""The line that no other one goes on in (RFC 3676 4.3)."""


def plain(lines: Iterable[Line], depth: int = 0) -> Iterator[Block]:
    """The blocks of a message's plain text: paragraphs with their lines, and what it quotes."""
    for is_quoted, some in groupby(lines, lambda line: line.quotes > depth):
        if is_quoted:
            if inner := list(plain(some, depth + 1)):
                yield {"type": "quote", "blocks": inner}
            continue
        for has_text, paragraph in groupby(some, lambda line: bool(line.text)):
            if has_text:
                yield {
                    "type": "paragraph",
                    "content": [{"text": "\n".join(each.text for each in paragraph)}],
                }


MOST_QUOTES = 8
"""How deep quotations are told apart; what is quoted deeper keeps its marks."""


def _shown_parts(message: EmailMessage, body: Any) -> Iterator[Any]:
    """The body, and the other texts that are no files, as what follows a picture, or a list's footer."""
    for part in _leaves(message):
        is_file = part.get_filename() or part.is_attachment()
        is_other = part.get_content_type() in TEXTS and not is_file and not _is_alternative(message, part)
        if part is body or (body is not None and is_other):
            yield part


def _attached(
    message: EmailMessage, shown: Sequence[Any], settings: Settings
) -> Iterator[tuple[str, Original]]:
    """Every part that is not shown as text: its Content-ID, and its file under a name of its own."""
    taken: set[str] = set()
    for part in _leaves(message):
        if any(part is each for each in shown):
            continue
        if part.get_content_type() in TEXTS and _is_alternative(message, part):
            continue
        content = _bytes(part)
        if not content:
            continue
        name = _name(part, taken)
        taken.add(name.casefold())
        cid = str(part.get("Content-ID", "")).strip("<> ")
        yield cid, Original(f"attachments/{name}", part.get_content_type(), data=content)


SAYS_NOTHING = ("", "us-ascii", "ascii")
"""What stands for any encoding where nobody said which (RFC 2045 5.2)."""

TEXTS = ("text/plain", "text/html")
TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


def _leaves(message: Any) -> Iterator[Any]:
    """The parts that hold something; a message in a message is one."""
    if message.get_content_maintype() == "multipart":
        for part in message.iter_parts():
            yield from _leaves(part)
    else:
        yield message


def _is_alternative(message: Any, part: Any) -> bool:
    """Whether a text says again what the body says (RFC 2046 5.1.4)."""
    return any(
        part in list(each.iter_parts())
        for each in message.walk()
        if each.get_content_type() == "multipart/alternative"
    )


def _bytes(part: Any) -> bytes:
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in part.iter_parts())
    return part.get_payload(decode=True) or b""


def _name(part: Any, taken: set[str]) -> str:
    """The part's own file name, safe and with a number where it is taken."""
    given = str(part.get_filename() or "").replace("\\", "/").rpartition("/")[2].strip(". ")
    kind = part.get_content_type()
    name = portable(given)[-120:] or ("message.eml" if kind == MEDIA_TYPE else f"part{_suffix(kind)}")
    path = PurePosixPath(name)
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    return name


def _suffix(media_type: str) -> str:
    import mimetypes

    return mimetypes.guess_extension(media_type) or ".bin"


def _listed(attached: list[Original]) -> list[Block]:
    """The attachments, named at the end of the article."""
    if not attached:
        return []
    items = [[{"type": "paragraph", "content": [{"text": _described(each)}]}] for each in attached]
    heading = {"type": "heading", "level": 2, "content": [{"text": "Attachments"}]}
    return [heading, {"type": "list", "items": items}]


def _described(original: Original) -> str:
    name = original.name.partition("/")[2]
    return f"{name} ({original.media_type}, {original.size:,} bytes)"

"""Web pages for the tests, and captures of them."""

import base64
import gzip
import hashlib
import io
import uuid
from pathlib import Path

from PIL import Image

ADDRESS = "https://evening.example/ferry"

PASSAGES = (
    "After nine years of silence the white boat crossed the harbour again on Monday morning, carrying "
    "ninety passengers and one dog to the far shore.",
    "The council had promised the ferry in its plan of 2012, but the money never came, and people wrote "
    "letters until the letters filled a room in the town hall.",
    "The ferry will run every day of the year apart from Christmas day, the harbour master said.",
)

STATED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
{"@type": "NewsArticle", "headline": "The harbour ferry returns", "author": [{"@type": "Person",
"name": "Ada Keller"}, {"name": "Jon Weir"}], "datePublished": "2019-03-04T08:00:00+01:00",
"inLanguage": "en-GB", "publisher": {"name": "The Evening Post"}, "keywords": "harbour, ferry"}]}</script>
<meta name="DC.rights" content="All rights reserved"><meta property="og:title" content="Another title">"""


def page(head: str = STATED, body: str = "") -> str:
    first, *others = (f"<p>{passage}</p>" for passage in PASSAGES)
    picture = "<figure><img src='boat.png' alt='A boat'><figcaption>At the old quay</figcaption></figure>"
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset=utf-8><title>Ferry | Post</title>{head}</head>"
        "<body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/news'>News of the day</a></li></ul></nav>"
        f"<article><h1>The harbour ferry returns</h1>{first}<h2>A long wait</h2>{picture}{''.join(others)}"
        f"{body}</article><footer><p>Cookie settings and other things</p></footer></body></html>"
    )


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), (30, 90, 160)).save(stream, "PNG")
    return stream.getvalue()


def capture(path: Path, *responses: tuple[str, str, bytes, str]) -> Path:
    """A WARC file (ISO 28500) with these responses: address, media type, body, status."""
    records = [record("warcinfo", "application/warc-fields", "", b"software: a test\r\n", b"")]
    for address, media_type, body, status in responses:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n\r\n".encode()
        records.append(record("response", "application/http; msgtype=response", address, head, body))
    compress = gzip.compress if path.suffix == ".gz" else bytes
    path.write_bytes(b"".join(map(compress, records)))
    return path


def record(kind: str, media_type: str, address: str, head: bytes, body: bytes) -> bytes:
    digest = base64.b32encode(hashlib.sha1(body).digest()).decode()
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kind + address)}>",
        "WARC-Date": "2024-05-06T07:08:09Z",
        "Content-Type": media_type,
        "Content-Length": str(len(head + body)),
    }
    if address:
        fields |= {"WARC-Target-URI": address, "WARC-Payload-Digest": f"sha1:{digest}"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.1\r\n{lines}\r\n".encode() + head + body + b"\r\n\r\n"


def captured(path: Path) -> Path:
    """A WARC file with one page, its picture and a page that was not there."""
    return capture(
        path,
        (ADDRESS, "text/html; charset=utf-8", page().encode(), "200 OK"),
        ("https://evening.example/boat.png", "image/png", picture(), "200 OK"),
        ("https://evening.example/gone", "text/html", page().encode(), "404 Not Found"),
    )

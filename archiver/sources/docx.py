"""DOCX: a document of Word as HTML elements, by mammoth."""

from __future__ import annotations

import io
import mimetypes
import zipfile
from collections.abc import Iterator
from typing import Any

from archiver.findings import counted
from archiver.sources.figures import Pictures
from archiver.sources.office import Document, as_tree, characters
from archiver.sources.wordprocessing import MATH, TEXTS, WORD, parsed, readable

STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p > em:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Plain Text'] => p:fresh
p[style-name='Caption'] => p > em:fresh
p[style-name='caption'] => p > em:fresh
u => em
comment-reference => sup
"""

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
PROPERTIES = {
    "{http://purl.org/dc/elements/1.1/}title": "title",
    "{http://purl.org/dc/elements/1.1/}creator": "creators",
    "{http://purl.org/dc/elements/1.1/}description": "abstract",
    "{http://purl.org/dc/elements/1.1/}language": "language",
    "{http://purl.org/dc/elements/1.1/}publisher": "publisher",
    "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords": "subjects",
}
"""Core properties (ISO/IEC 29500-2 11) that are facts of the work."""
BACK = (
    "//a["
    + " or ".join(f"starts-with(@href, '#{kind}-ref')" for kind in ("footnote", "endnote", "comment"))
    + "]"
)
"""Links from notes and comments to where they are of."""

EDGES = ("word/header", "word/footer")


def document(data: bytes, pictures: Pictures) -> Document:
    """What is in a DOCX file. Raises whatever mammoth does for one that is damaged."""
    import mammoth

    def shown(image: Any) -> dict[str, str]:
        with image.open() as file:
            content = file.read(pictures.settings.max_image_bytes + 1)
        suffix = mimetypes.guess_extension(image.content_type) or ".bin"
        return {"src": pictures.take(content, image.content_type, suffix)}

    whole = readable(data)
    result = mammoth.convert_to_html(
        io.BytesIO(whole.data),
        style_map=STYLES,
        include_embedded_style_map=False,
        convert_image=mammoth.images.img_element(shown),
    )
    tree = as_tree(whole.spoken(result.value))
    for link in tree.xpath(BACK):
        link.drop_tree()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        fields = _fields(parsed(package.read("docProps/core.xml"))) if "docProps/core.xml" in names else {}
        seen = sum(characters(_text(parsed(package.read(name)))) for name in TEXTS if name in names)
        deleted = sum(
            characters(parsed(package.read(name)).iter(f"{WORD}delText")) for name in TEXTS if name in names
        )
        edges = sum(
            characters(_text(parsed(package.read(name)))) for name in names if name.startswith(EDGES)
        )
    notes = [f"has {message.message}" for message in result.messages if message.type == "error"]
    if whole.formulas:
        notes.append(
            f"has {counted(whole.formulas, 'formula')}, of which the characters are kept in a line"
        )
    if edges:
        notes.append(f"has headers or footers of {edges:,} characters, which are in the original alone")
    if deleted:
        notes.append(f"has tracked deletions of {deleted:,} characters, which are in the original alone")
    for folder, what in EMBEDDED.items():
        if count := sum(name.startswith(folder) for name in names):
            notes.append(f"has {counted(count, what)} that the original alone shows")
    return Document(tree, fields, pictures.found, (*pictures.notes, *notes), seen)


EMBEDDED = {
    "word/embeddings/": "embedded object",
    "word/charts/chart": "chart",
    "word/diagrams/data": "diagram",
}
"""Where the parts of a document are that no reader shows."""


def _text(root: Any) -> Iterator[Any]:
    """The elements with text, also of formulas, but for what is there for older programs once more."""
    return (
        each
        for each in root.iter(f"{WORD}t", f"{MATH}t")
        if next(each.iterancestors(f"{WORD}del", FALLBACK), None) is None
    )


def _fields(root: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for element in root:
        text = (element.text or "").strip()
        field = PROPERTIES.get(element.tag)
        if text and field:
            found[field] = _several(text) if field in ("subjects", "creators") else text
    return found


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]

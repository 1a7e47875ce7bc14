"""Documents of word processors: DOCX and ODT."""

import io
import re
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
import odfdo
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.article import Paragraph, Table
from archiver.errors import ArchiverError, SourceError
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, office, read
from tests.conftest import packaged
from tests.rendition.renditions import by_poppler
from tests.sources.pages import picture


def made_by_word(path: Path) -> Path:
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "The old quay", "Ada Keller; Jon Weir", ""
    properties.keywords = "quay, harbour"
    document.add_paragraph("The old quay", style="Title")
    document.add_paragraph("It stands ").add_run("firmly").bold = True
    document.add_heading("How it was built", 1)
    document.add_heading("Stones", 2)
    document.add_paragraph("granite", style="List Bullet")
    document.add_paragraph("first came the piles", style="List Number")
    document.add_paragraph("We carried every stone.", style="Quote")
    table = document.add_table(2, 2)
    cells = (*table.rows[0].cells, *table.rows[1].cells)
    for cell, text in zip(cells, ("year", "stones", "1901", "40"), strict=True):
        cell.text = text
    document.add_picture(io.BytesIO(picture()))
    document.sections[0].footer.paragraphs[0].text = "Page foot"
    document.save(str(path))
    return path


def made_by_opendocument(path: Path) -> Path:
    document = odfdo.Document("text")
    document.meta.title, document.meta.creator = "The old quay", "Ada Keller"
    body = document.body
    body.clear()
    body.append(odfdo.Paragraph("The old quay", style="Title"))
    paragraph = odfdo.Paragraph("It stands firmly, with a ")
    body.append(paragraph)
    paragraph.append(odfdo.Link("https://example.org/", text="link"))
    paragraph.insert_note(after="firmly", note_id="n1", citation="1", body="Since 1901.")
    body.append(odfdo.Header(1, "How it was built"))
    body.append(odfdo.Header(2, "Stones"))
    body.append(odfdo.List(["granite", "basalt"]))
    table = odfdo.Table("Stones", width=2, height=2)
    for place, value in (("A1", "year"), ("B1", "stones"), ("A2", "1901"), ("B2", "40")):
        table.set_value(place, value)
    body.append(table)
    document.save(str(path))
    return path


MAKERS = {"a.docx": made_by_word, "a.odt": made_by_opendocument}


def kinds(source: Source) -> list[str]:
    return [block.type for block in source.article.body]


def test_a_document_of_word(tmp_path: Path) -> None:
    source = read(SourceRef(made_by_word(tmp_path / "a.docx")), Settings())
    found = source.article
    assert (found.title, found.subjects) == ("The old quay", ("quay", "harbour"))
    assert [creator.name for creator in found.creators] == ["Ada Keller", "Jon Weir"]
    assert found.provenance["date"] == "unknown"
    assert kinds(source) == ["paragraph", "heading", "heading", "list", "list", "quote", "table", "figure"]
    assert [each.name for each in source.attachments] == ["pictures/picture-1.png"]
    assert source.attachments[0].data == picture()
    assert ["headers or footers" in finding.message for finding in source.findings] == [True]


def test_a_text_of_opendocument(tmp_path: Path) -> None:
    source = read(SourceRef(made_by_opendocument(tmp_path / "a.odt")), Settings())
    assert source.article.title == "The old quay"
    assert kinds(source) == ["paragraph", "heading", "heading", "list", "table", "list"]
    told = source.article.model_dump_json()
    assert "firmly[1]" in told
    assert "Since 1901." in told
    assert "https://example.org/" in told
    assert source.findings == ()


@pytest.mark.parametrize("name", MAKERS)
def test_a_package_of_it(tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path / name)
    outcome = packaged(path, tmp_path / "out", verapdf=True)
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    assert (outcome.bag / "data/original" / name).read_bytes() == path.read_bytes()
    assert "How it was built" in by_poppler(next(outcome.bag.glob("data/rendition/*.pdf")))


def test_without_a_title_the_name_is_taken_and_told(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = ""
    document.add_paragraph("Only a paragraph.")
    document.save(str(tmp_path / "minutes.docx"))
    source = read(SourceRef(tmp_path / "minutes.docx"), Settings())
    assert (source.article.title, source.article.provenance["title"]) == ("minutes", "inferred")
    assert [finding.rule for finding in source.findings] == ["source-title-inferred"]


def test_what_a_document_of_word_has_beside_its_text_is_told(tmp_path: Path) -> None:
    plain = made_by_word(tmp_path / "plain.docx")
    deleted = "<w:p><w:del w:id='1' w:author='A'><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    with zipfile.ZipFile(plain) as whole, zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:sectPr", deleted.encode() + b"<w:sectPr", 1)
            package.writestr(name, data)
        package.writestr("word/embeddings/oleObject1.bin", b"anything")
        package.writestr("word/charts/chart1.xml", "<chart/>")
    before = {found.message for found in read(SourceRef(plain), Settings()).findings}
    told = {found.message for found in read(SourceRef(tmp_path / "a.docx"), Settings()).findings}
    assert told - before == {
        "has tracked deletions of 4 characters, which are in the original alone",
        "has 1 embedded object that the original alone shows",
        "has 1 chart that the original alone shows",
    }


def test_a_title_in_the_properties_alone_leaves_the_headings(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "The report"
    document.add_heading("One", 1)
    document.add_heading("Two", 1)
    document.save(str(tmp_path / "a.docx"))
    source = read(SourceRef(tmp_path / "a.docx"), Settings())
    assert (source.article.title, kinds(source)) == ("The report", ["heading", "heading"])


def test_a_document_without_text_is_refused(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "a.docx"))
    with pytest.raises(SourceError, match="has no text"):
        read(SourceRef(tmp_path / "a.docx"), Settings())


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_UNPACKED", 1_000_000)
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", bytes(1_000_001))
    with pytest.raises(SourceError, match="unpacks to 1,000,001 bytes"):
        read(SourceRef(path), Settings())


def test_entities_are_not_resolved(tmp_path: Path) -> None:
    good = made_by_word(tmp_path / "good.docx")
    (tmp_path / "secret").write_text("the secret")
    declared = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    with zipfile.ZipFile(good) as whole, zipfile.ZipFile(tmp_path / "bad.docx", "w") as package:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "word/document.xml":
                data = data.replace(b"?>", b"?>" + declared.encode(), 1).replace(b"granite", b"&e;")
            package.writestr(name, data)
    try:
        told = read(SourceRef(tmp_path / "bad.docx"), Settings()).article.model_dump_json()
    except SourceError as error:
        told = error.message
    assert "the secret" not in told


@settings(max_examples=40)
@given(data=st.data())
def test_any_damage_is_an_error_or_an_article(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        name = data.draw(st.sampled_from(sorted(MAKERS)))
        path = MAKERS[name](Path(folder, name))
        with zipfile.ZipFile(path) as package:
            parts = {member: package.read(member) for member in package.namelist()}
        member = data.draw(st.sampled_from(sorted(member for member in parts if member.endswith(".xml"))))
        content = bytearray(parts[member])
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        parts[member] = bytes(content)
        with zipfile.ZipFile(path, "w") as package:
            for each, part in parts.items():
                package.writestr(each, part)
        with suppress(ArchiverError):
            read(SourceRef(path), Settings())


def document_of_word(path: Path, body: str) -> Path:
    """A DOCX with these paragraphs."""
    document = docx.Document()
    document.add_paragraph("A beginning.")
    document.save(str(path))
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    files["word/document.xml"] = files["word/document.xml"].replace(
        b"<w:sectPr", body.encode() + b"<w:sectPr"
    )
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def spoken(source: Source) -> list[tuple[str, str | None]]:
    """The text of a document's paragraphs, with its language, but for the first."""
    paragraphs = [block for block in source.article.body if isinstance(block, Paragraph)]
    return [(span.text, span.language) for block in paragraphs[1:] for span in block.content]


MIXED = "BMW 320i من ألمانيا Tower Bridge London"
"""Most of it is Latin, so nothing but its direction tells that it runs from right to left."""


def test_paragraphs_of_word_from_right_to_left_have_their_language(tmp_path: Path) -> None:
    arabic = "<w:rPr><w:rtl/><w:lang w:bidi='ar-EG'/></w:rPr>"
    body = (
        f"<w:p><w:pPr><w:bidi/></w:pPr><w:r>{arabic}<w:t>{MIXED}</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:bidi/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>שלום עולם</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:bidi/></w:pPr><w:r><w:t>plain</w:t></w:r></w:p>"
        f"<w:p><w:pPr><w:bidi w:val='0'/></w:pPr><w:r>{arabic}<w:t>{MIXED}</w:t></w:r></w:p>"
    )
    source = read(SourceRef(document_of_word(tmp_path / "a.docx", body)), Settings(language="en"))
    assert spoken(source) == [(MIXED, "ar-EG"), ("שלום עולם", "he"), ("plain", None), (MIXED, None)]


def test_comments_of_word_follow_its_text(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("A beginning.")
    document.add_comment(
        document.add_paragraph("The quay.").runs, text="Which?", author="Ann", initials="A"
    )
    document.save(str(tmp_path / "a.docx"))
    found = spoken(read(SourceRef(tmp_path / "a.docx"), Settings(language="en")))
    assert [text for text, _ in found] == ["The quay.[A1]", "Comment [A1]", "Which?"]


def test_noncharacters_that_a_document_has_itself_are_left_out(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>one \ufdd0two\ufdef \ufdd5three\ufdef</w:t></w:r></w:p>"
    source = read(SourceRef(document_of_word(tmp_path / "a.docx", body)), Settings(language="en"))
    assert spoken(source) == [("one two three", None)]


def test_a_style_of_word_may_run_from_right_to_left(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    document = docx.Document()
    style = document.styles.add_style("Arabic", 1)
    properties = style.element.get_or_add_pPr()
    properties.append(properties.makeelement(qn("w:bidi"), {}))
    document.styles.add_style("Arabic quotation", 1).base_style = style
    document.add_paragraph("A beginning.")
    document.add_paragraph(MIXED, style="Arabic quotation")
    document.save(str(path))
    assert spoken(read(SourceRef(path), Settings(language="en"))) == [(MIXED, "ar-SA")]


def test_fields_formulas_and_rubies_of_word_are_text(tmp_path: Path) -> None:
    formula = "<m:oMath xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'>{}</m:oMath>"
    body = (
        "<w:p><w:r><w:t>Figure </w:t></w:r><w:fldSimple w:instr='SEQ Figure'><w:r><w:t>7</w:t></w:r>"
        f"</w:fldSimple></w:p><w:p>{formula.format('<m:r><m:t>E=m</m:t></m:r>')}</w:p><w:p><w:r><w:ruby>"
        "<w:rt><w:r><w:t>とう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>"
    )
    source = read(SourceRef(document_of_word(tmp_path / "a.docx", body)), Settings(language="en"))
    assert [text for text, _ in spoken(source)] == ["Figure 7", "E=m", "東 (とう)"]
    told = {found.message for found in source.findings if found.rule.startswith("source-office")}
    assert told == {"has 1 formula, of which the characters are kept in a line"}


def opendocument_of(path: Path, body: str, footer: str = "") -> Path:
    """An ODT with this body, and a footer."""
    odfdo.Document("text").save(str(path))
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    parts = {name: files[name].decode() for name in ("content.xml", "styles.xml")}
    text = re.compile("(<office:text[^>]*>).*(</office:text>)", re.DOTALL)
    parts["content.xml"] = text.sub(lambda found: found[1] + body + found[2], parts["content.xml"])
    master = re.compile("<style:master-page ([^>]*[^/])/?>(?:</style:master-page>)?")
    made = f"<style:footer><text:p>{footer}</text:p></style:footer></style:master-page>"
    parts["styles.xml"] = master.sub(
        lambda found: f"<style:master-page {found[1]}>{made}", parts["styles.xml"], 1
    )
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            package.writestr(name, parts.get(name, content))
    return path


def test_what_a_text_of_opendocument_has_beside_its_text_is_told(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region text:id='c'><text:deletion><office:change-info/>"
        "<text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        "<text:p>Words<text:change text:change-id='c'/><office:annotation><dc:creator>Ann</dc:creator>"
        "<text:p>why so</text:p></office:annotation>"
        "<draw:frame><draw:object-ole xlink:href='./Object 1'/></draw:frame></text:p>"
    )
    source = read(SourceRef(opendocument_of(tmp_path / "a.odt", body, "page foot")), Settings())
    told = {found.message for found in source.findings if found.rule == "source-office"}
    assert told == {
        "has tracked deletions of 4 characters, which are in the original alone",
        "has comments of 5 characters, which are in the original alone",
        "has headers or footers of 8 characters, which are in the original alone",
        "has 1 embedded object that the original alone shows",
    }


def test_paragraphs_of_opendocument_from_right_to_left_have_their_language(tmp_path: Path) -> None:
    def style(name: str, mode: str, more: str = "", parent: str = "") -> str:
        return (
            f"<style:style style:name='{name}' style:family='paragraph' style:parent-style-name='{parent}'>"
            f"<style:paragraph-properties style:writing-mode='{mode}'/>"
            f"<style:text-properties {more}/></style:style>"
        )

    body = "<text:p>A beginning.</text:p>" + "".join(
        f"<text:p text:style-name='{name}'>{text}</text:p>"
        for name, text in (("A", MIXED), ("B", MIXED), ("H", "שלום"), ("A", "plain"), ("L", MIXED))
    )
    path = opendocument_of(tmp_path / "a.odt", body)
    styles = (
        style("A", "rl-tb", "style:language-complex='ar' style:country-complex='EG'"),
        style("B", "rl", "style:language-complex='fa' style:country-complex='none'", "A"),
        style("H", "rl-tb", "style:language-complex='none'"),
        style("L", "lr-tb", "", "A"),
    )
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    automatic = re.compile(
        b"<office:automatic-styles[^>]*?(?:/>|>.*?</office:automatic-styles>)", re.DOTALL
    )
    made = f"<office:automatic-styles>{''.join(styles)}</office:automatic-styles>".encode()
    files["content.xml"] = automatic.sub(made, files["content.xml"])
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    found = spoken(read(SourceRef(path), Settings(language="en")))
    assert found == [(MIXED, "ar-EG"), (MIXED, "fa"), ("שלום", "he"), ("plain", None), (MIXED, None)]


def test_cells_of_opendocument_stay_in_their_columns(tmp_path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    covered = "<table:covered-table-cell><text:p>under</text:p></table:covered-table-cell>"
    rows = (
        cell("tall", "table:number-rows-spanned='2'") + cell("b"),
        "<table:covered-table-cell/>" + cell("d"),
        cell("twice", "table:number-columns-repeated='2'"),
        cell("wide", "table:number-columns-spanned='2'") + covered,
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    again = f"<table:table-row table:number-rows-repeated='2'>{cell('e')}{cell('f')}</table:table-row>"
    path = opendocument_of(
        tmp_path / "a.odt", f"<text:p>P</text:p><table:table>{body}{again}</table:table>"
    )
    source = read(SourceRef(path), Settings())
    table = next(block for block in source.article.body if isinstance(block, Table))
    shown = [["".join(span.text for span in each) for each in row] for row in (table.header, *table.rows)]
    assert shown == [["tall", "b"], ["", "d"], ["twice", "twice"], ["wide", ""], ["e", "f"], ["e", "f"]]
    told = [found.message for found in source.findings if found.rule.startswith("source-office")]
    assert told == [
        "has cells that others cover, with text of 5 characters, which are in the original alone"
    ]


def test_rows_that_repeat_rows_have_an_end(tmp_path: Path) -> None:
    body = "<text:p>x</text:p>"
    for _ in range(4):
        repeated = "<table:table-row table:number-rows-repeated='9999'><table:table-cell>"
        body = f"<table:table>{repeated}{body}</table:table-cell></table:table-row></table:table>"
    source = read(SourceRef(opendocument_of(tmp_path / "a.odt", body)), Settings())
    assert any(
        "is there 9,999 times over, of which 1 are shown" in each.message for each in source.findings
    )

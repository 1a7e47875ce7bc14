"""Sidecars: files beside a source whose metadata goes before its own, kept with it byte for byte."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article import Obtained
from archiver.discovery import discover
from archiver.errors import ArchiverError, InvalidArticle, SourceError
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, read
from tests.sources.pages import captured, page
from tests.sources.test_office import made_by_opendocument, made_by_word

TEXT = "---\ntitle: Stated\npublisher: The Post\n---\nText of it.\n"


def source(folder: Path, name: str = "article.md", text: str = TEXT, **sidecars: str) -> Source:
    """A source in a folder, with sidecars by their names, in which `__` is a full stop."""
    (folder / name).write_text(text)
    for sidecar, content in sidecars.items():
        (folder / sidecar.replace("__", ".")).write_text(content)
    return read(SourceRef(folder / name), Settings())


@pytest.mark.parametrize("name", ["article__meta__yaml", "article__meta__yml", "article__md__meta__yaml"])
def test_a_sidecar_goes_before_what_the_source_says(tmp_path: Path, name: str) -> None:
    content = "title: Given\ncreators:\n  - Ana Ruiz\n  - name: Bo Li\n    role: photographs\n"
    found = source(tmp_path, **{name: content})
    article = found.article
    assert (article.title, article.publisher) == ("Given", "The Post")
    assert [creator.name for creator in article.creators] == ["Ana Ruiz", "Bo Li"]
    assert article.provenance["title"] is Obtained.SIDECAR
    assert article.provenance["publisher"] is Obtained.STATED
    assert [(each.field, each.value, each.obtained) for each in article.overridden] == [
        ("title", "Stated", Obtained.STATED)
    ]
    assert [original.name for original in found.originals] == ["article.md", name.replace("__", ".")]
    assert found.originals[1].data == content.encode()
    assert found.originals[1].media_type == "application/yaml"


def test_a_sidecar_may_be_json(tmp_path: Path) -> None:
    content: dict[str, object] = {
        "title": "Given",
        "date": {"stated": "May 1911"},
        "rights": None,
        "places": [],
    }
    found = source(tmp_path, article__meta__json=json.dumps(content))
    assert found.article.title == "Given"
    assert found.article.date is not None
    assert found.article.date.edtf == "1911-05"
    assert found.originals[1].media_type == "application/json"


def test_a_sidecar_gives_what_the_source_has_not(tmp_path: Path) -> None:
    found = source(tmp_path, text="Text of it.\n", article__meta__yaml="title: Given\n")
    assert found.article.title == "Given"
    assert found.article.overridden == ()
    with pytest.raises(SourceError, match="has no title"):
        source(tmp_path, text="Text of it.\n", article__meta__yaml="subtitle: Given\n")


def test_a_manifest_goes_before_a_sidecar_and_both_before_the_source(tmp_path: Path) -> None:
    source(tmp_path, article__meta__yaml="title: Given\npublisher: The Echo\n")
    (tmp_path / "list.csv").write_text("path,title\narticle.md,By hand\n")
    (ref,) = discover([str(tmp_path / "list.csv")], tmp_path / "output", Settings())
    assert isinstance(ref, SourceRef)
    article = read(ref, Settings(publisher="Of the settings", language="de")).article
    assert (article.title, article.publisher, article.language) == ("By hand", "The Echo", ("de",))
    assert [article.provenance[field] for field in ("title", "publisher", "language")] == [
        Obtained.MANIFEST,
        Obtained.SIDECAR,
        Obtained.SETTINGS,
    ]
    assert [(each.field, each.value, each.obtained) for each in article.overridden] == [
        ("title", "Stated", Obtained.STATED),
        ("publisher", "The Post", Obtained.STATED),
        ("title", "Given", Obtained.SIDECAR),
    ]


def test_what_is_overridden_is_kept_whatever_it_was(tmp_path: Path) -> None:
    stated = {"title": {"a": "\u0007"}, "creators": [{"name": "A"}], "language": "no tag", "body": ["x"]}
    given = "title: T\ncreators: B\nlanguage: en\n"
    article = source(tmp_path, "a.json", json.dumps(stated), a__meta__yaml=given).article
    assert [(each.field, each.value) for each in article.overridden] == [
        ("title", '{"a": "\\u0007"}'),
        ("creators", '[{"name": "A"}]'),
        ("language", "no tag"),
    ]


@pytest.mark.parametrize("title", ["[" * 98 + "]" * 98, '{"a":' * 98 + "1" + "}" * 98])
def test_what_is_overridden_may_be_nested_deeply(tmp_path: Path, title: str) -> None:
    text = f'{{"title": {title}, "body": ["x"]}}'
    article = source(tmp_path, "a.json", text, a__meta__yaml="title: T\nlanguage: en\n").article
    assert article.title == "T"


def test_what_is_overridden_is_kept_up_to_what_a_value_may_have(tmp_path: Path) -> None:
    text = json.dumps({"title": "x" * 20_000, "body": ["x"]})
    (kept,) = source(tmp_path, "a.json", text, a__meta__yaml="title: T\n").article.overridden
    assert kept.value == "x" * 10_000 + "…"


def test_a_sidecar_of_one_stem_is_that_of_every_line_of_a_file(tmp_path: Path) -> None:
    line = json.dumps({"title": "T", "body": ["x"]})
    (tmp_path / "many.jsonl").write_text(f"{line}\n{line}\n")
    (tmp_path / "many.meta.yaml").write_text("publisher: The Post\n")
    refs = [
        ref for ref in discover([str(tmp_path)], tmp_path / "o", Settings()) if isinstance(ref, SourceRef)
    ]
    assert [read(ref, Settings()).article.publisher for ref in refs] == ["The Post"] * 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "article.meta.yaml: is empty; expected metadata"),
        ("title: [", "article.meta.yaml, line 1: sidecar "),
        ("- a", "article.meta.yaml, line 1: sidecar is a list; expected fields"),
        ("a: &x 1\nb: *x", "article.meta.yaml, line 2: sidecar has an alias, which is not allowed"),
        ("title: T\ndate: !!timestamp 2002-01-12", "line 2: sidecar has the tag !!timestamp, which is not"),
        ("title: !!python/object:os.system x", "line 1: sidecar has the tag !!python/object:os.system"),
        ("creators: !!set {A, B}", "line 1: sidecar has the tag !!set, which is not allowed; leave it out"),
        ("title: a\ntitle: b", "article.meta.yaml, line 2: sidecar has the key 'title' twice"),
        ("title: T\nbody: x", "line 2: sidecar has the key body; the body is that of the document"),
        ("provenance: {}", "line 1: sidecar has the key provenance; archiver writes it"),
        ("overridden: []", "line 1: sidecar has the key overridden; archiver writes it"),
        ("title: T\ncolour: red", "article.meta.yaml, line 2: colour is not a field that is known"),
        ("\nlanguage: no tag", "article.meta.yaml, line 2: language[0] 'no tag' is not a BCP 47"),
        ("date: 01/02/2002", "article.meta.yaml, line 1: '01/02/2002' may have the day or the month first"),
        ("a: " + "[" * 3000, "article.meta.yaml"),
        ("title: " + "x" * 1_000_001, "article.meta.yaml, line 1: has 1,000,008 characters, more than"),
    ],
)
def test_what_is_wrong_in_a_sidecar_is_told_by_its_line(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises((SourceError, InvalidArticle)) as raised:
        source(tmp_path, article__meta__yaml=content)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"title": "a", "title": "b"}', '{"body": ["x"]}', '{"a": 1}']
)
def test_what_is_wrong_in_a_sidecar_of_json_is_told(tmp_path: Path, content: str) -> None:
    with pytest.raises((SourceError, InvalidArticle), match=r"article\.meta\.json"):
        source(tmp_path, article__meta__json=content)


def test_two_sidecars_of_one_source_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"article\.md\.meta\.yaml and article\.meta\.json; expected one"):
        source(tmp_path, article__md__meta__yaml="title: A", article__meta__json='{"title": "B"}')


def test_a_sidecar_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "article.meta.yaml").symlink_to("nowhere")
    with pytest.raises(SourceError, match=r"article\.meta\.yaml: cannot be read: No such file"):
        source(tmp_path)


def test_a_sidecar_in_another_encoding_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "article.meta.yaml").write_bytes("title: Größe über alles\n".encode("cp1252"))
    found = source(tmp_path)
    assert found.article.title == "Größe über alles"
    assert "article.meta.yaml, line 1: is not UTF-8" in found.findings[0].sentence


def test_a_sidecar_is_no_source(tmp_path: Path) -> None:
    source(tmp_path, article__meta__json='{"title": "T"}')
    found = [str(each) for each in discover([str(tmp_path)], tmp_path / "output", Settings())]
    assert len(found) == 1
    (ref,) = discover([f"{tmp_path}/*"], tmp_path / "output", Settings())
    assert isinstance(ref, SourceRef)
    assert ref.path.name == "article.md"
    with pytest.raises(SourceError, match="is the metadata of a document, and no document itself"):
        read(SourceRef(tmp_path / "article.meta.json"), Settings())


def test_a_sidecar_of_nothing_is_told_where_a_folder_is_searched(tmp_path: Path) -> None:
    source(tmp_path, artikel__meta__yaml="title: T", other__md__meta__json="{}")
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans.meta.yaml").write_text("title: T")
    found = list(discover([str(tmp_path)], tmp_path / "output", Settings()))
    assert [str(each) for each in found if isinstance(each, SourceError)] == [
        f"{tmp_path}/artikel.meta.yaml: is the sidecar of no document that is here",
        f"{tmp_path}/other.md.meta.json: is the sidecar of no document that is here",
    ]


@given(st.binary(max_size=100), st.sampled_from(["a.meta.yaml", "a.meta.json"]))
def test_any_sidecar_is_metadata_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.md").write_text(TEXT)
    (folder / name).write_bytes(content)
    try:
        assert read(SourceRef(folder / "a.md"), Settings()).article.title
    except ArchiverError as error:
        assert str(error)


def written(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.txt", written("Title\n\nText of it.\n")),
        ("a.json", written('{"title": "T", "body": ["x"]}')),
        ("a.jsonl", written('{"title": "T", "body": ["x"]}\n')),
        ("a.html", written(page())),
        ("a.eml", written("From: a@example.org\n\nText of it.\n")),
        ("a.docx", made_by_word),
        ("a.odt", made_by_opendocument),
        ("a.warc", captured),
    ],
)
def test_a_document_of_any_format_has_its_sidecar(
    tmp_path: Path, name: str, make: Callable[[Path], object]
) -> None:
    make(tmp_path / name)
    (tmp_path / f"{name}.meta.yaml").write_text("title: Given\nidentifier: id-1\n")
    ref = next(iter(discover([str(tmp_path / name)], tmp_path / "output", Settings())))
    assert isinstance(ref, SourceRef)
    found = read(ref, Settings())
    assert (found.article.title, found.article.identifier) == ("Given", "id-1")
    assert found.originals[-1].name == f"{name}.meta.yaml"
    assert not any(
        "title" in finding.message for finding in found.findings if finding.severity == "warning"
    )


def test_a_field_of_a_sidecar_that_is_not_known_is_refused_where_it_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("T\n\nText.\n")
    (tmp_path / "a.meta.yaml").write_text("publisher:\nauthour:\n")
    with pytest.raises(InvalidArticle, match="line 2: authour is not a field that is known"):
        read(SourceRef(tmp_path / "a.txt"), Settings())

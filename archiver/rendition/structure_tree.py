"""The structure tree: a document's logical structure as a PDF holds it (ISO 32000-1 14.7, 14.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from archiver.rendition.tagging import Element, Mark, Structure

STRUCTURE_ELEMENT = Name.StructElem

URI_SAFE = "%/:=&?~#+!$,;'@()*[]-._"


def write_structure(pdf: Pdf, pages: Sequence[Object], structure: Structure) -> None:
    """Write the elements, the parent tree and the links of a document of these pages."""
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    structure.root.joined = True
    objects = {element: pdf.make_indirect(Dictionary()) for element in structure.root.walk()}
    annotations = list(_annotations(pdf, pages, structure))
    for element, written in objects.items():
        written.Type, written.S = STRUCTURE_ELEMENT, Name(f"/{element.tag}")
        written.P = objects[element.parent] if element.parent else tree
        if element.home is not None:
            written.Pg = pages[element.home]
        kids = list(_kids(element, pages, objects, annotations))
        written.K = kids[0] if len(kids) == 1 else Array(kids)
        _describe(element, written)
    nums: list[int | Object] = []
    for number, page in enumerate(pages):
        marked = structure.parents[number] if number < len(structure.parents) else []
        page.StructParents, page.Tabs = number, Name.S
        nums += [number, pdf.make_indirect(Array([objects[element] for element in marked]))]
    for number, link in enumerate(structure.links, len(pages)):
        nums += [number, objects[link.element]]
    tree.K = Array([objects[structure.root]])
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(nums)))
    tree.ParentTreeNextKey = len(nums) // 2
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)


def _kids(
    element: Element,
    pages: Sequence[Object],
    objects: Mapping[Element, Object],
    annotations: Sequence[Object],
) -> Iterator[int | Object]:
    for kid in element.kids:
        if isinstance(kid, Element):
            yield objects[kid]
        elif isinstance(kid, Mark):
            yield kid.mcid if kid.page == element.home else _reference(kid, pages)
        else:
            annotation = annotations[kid.number]
            yield Dictionary(Type=Name.OBJR, Obj=annotation, Pg=annotation.P)


def _reference(mark: Mark, pages: Sequence[Object]) -> Object:
    return Dictionary(Type=Name.MCR, Pg=pages[mark.page], MCID=mark.mcid)


def _annotations(pdf: Pdf, pages: Sequence[Object], structure: Structure) -> Iterator[Object]:
    on_page: dict[int, list[Object]] = {}
    for key, link in enumerate(structure.links, len(pages)):
        page = pages[link.page]
        annotation = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=Array([round(value, 2) for value in link.bounds]),
                Border=Array([0, 0, 0]),
                F=4,
                P=page,
                A=Dictionary(S=Name.URI, URI=String(quote(link.uri, safe=URI_SAFE))),
                Contents=String(link.uri),
                StructParent=key,
            )
        )
        on_page.setdefault(link.page, []).append(annotation)
        yield annotation
    for number, found in on_page.items():
        pages[number].Annots = Array(found)


def _describe(element: Element, written: Object) -> None:
    if element.language:
        written.Lang = String(element.language)
    if element.alternative:
        written.Alt = String(element.alternative)
    if attributes := list(_attributes(element)):
        written.A = attributes[0] if len(attributes) == 1 else Array(attributes)


def _attributes(element: Element) -> Iterator[Object]:
    if element.scope:
        yield Dictionary(O=Name.Table, Scope=Name(f"/{element.scope}"))
    if element.numbering:
        yield Dictionary(O=Name.List, ListNumbering=Name(f"/{element.numbering}"))
    if element.bounds:
        bounds = Array([round(value, 2) for value in element.bounds])
        yield Dictionary(O=Name.Layout, Placement=Name.Block, BBox=bounds)

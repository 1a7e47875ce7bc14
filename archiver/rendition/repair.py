"""Repair: what keeps a PDF from being PDF/A and does not show on its pages is taken away or added.

Pages keep their content (ISO 19005-2; the clauses stand with the repairs). What cannot be repaired
so, such as fonts that are not embedded, is left as it is: veraPDF says so afterwards.
"""

from __future__ import annotations

import mimetypes
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from archiver import jpeg2000
from archiver.article import Article
from archiver.capture import profile_name
from archiver.rendition.catalog import srgb_intent, write_metadata

ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"}
"""The actions that are allowed (ISO 19005-2 6.5.1)."""

NAMED_ACTIONS = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
"""The named actions that are allowed (6.5.1)."""

ACTION_KEYS = ("/A", "/OpenAction", "/Next")

MOVING = (Name.Sound, Name.Movie, Name.Screen, Name("/3D"), Name.RichMedia)
MOVING_KEYS = (
    *("/Sound", "/Movie", "/A", "/RichMediaContent", "/RichMediaSettings"),
    *("/3DD", "/3DV", "/3DA", "/3DI", "/3DB", "/3DU"),
)
"""Annotations of media, which are forbidden (6.3.1), and where they have them (ISO 32000-1 12.5.6, 13)."""

INVISIBLE, HIDDEN, PRINT, NO_VIEW, TOGGLE_NO_VIEW = 1, 2, 4, 32, 256
"""Flags of annotations (ISO 32000-1 12.5.3)."""


class Entry(NamedTuple):
    """An entry that has to go, what it is, and the entries of which one tells that it is that."""

    key: str
    what: str
    beside: tuple[str, ...]


DROPPED = (
    Entry("/AA", "actions that run by themselves", ("/Type", "/Subtype", "/FT", "/T")),
    Entry("/XFA", "XFA forms", ("/Fields",)),
    Entry("/PresSteps", "steps of a presentation", ("/Parent",)),
    Entry("/Alternates", "alternate pictures", ("/Width",)),
    Entry("/OPI", "references to pictures elsewhere", ("/Subtype",)),
    Entry("/CIDSet", "lists of a font's glyphs", ("/FontName",)),
    Entry("/CharSet", "lists of a font's glyphs", ("/FontName",)),
)
"""Entries that are forbidden, or may not be wrong (6.2.8, 6.2.9, 6.2.11.4.2, 6.4, 6.5.2)."""

CATALOG_DROPPED = {
    "/Perms": "permissions by signature",
    "/DSS": "data for checking signatures",
    "/Requirements": "requirements of readers",
    "/NeedsRendering": "XFA forms",
}

PART = {"2": "1.7", "3": "1.7", "4": "2.0"}
"""The version of PDF that each part of ISO 19005 builds on."""

Done = Counter[str]
"""What was repaired, and how often."""


def repair(
    source: Path,
    target: Path,
    article: Article,
    claims: tuple[str, ...],
    original: Path | None = None,
    cmyk: bytes = b"",
) -> tuple[Done, int]:
    """Write what a PDF becomes by repair, claiming `claims`; what was done, and its pages.

    What another program left out of it is taken from the `original`. With an ICC profile `cmyk`, colours
    of a device are CMYK of that. The same file gives the same bytes. Raises pikepdf.PdfError for
    a file that cannot be read, OSError where `target` cannot be written.
    """
    done: Done = Counter()
    with ExitStack() as stack:
        pdf = stack.enter_context(pikepdf.open(source))
        if pdf.is_encrypted:
            done["encryption removed"] = 1
        if original:
            _carry(stack.enter_context(pikepdf.open(original)), pdf)
        for mend in REPAIRS:
            mend(pdf, done)
        if cmyk:
            _cmyk_intent(pdf, cmyk, done)
        _describe(pdf, article, claims, done)
        with target.open("wb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
            pdf.save(
                file,
                force_version=PART[claims[0][0]],
                deterministic_id=True,
                encryption=False,
                linearize=False,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                compress_streams=True,
                fix_metadata_version=False,
            )
        return done, len(pdf.pages)


def _carry(original: Pdf, pdf: Pdf) -> None:
    """Take over attachments and the document information dictionary, for those of the file."""
    names = original.Root.get("/Names")
    if isinstance(names, Dictionary) and "/EmbeddedFiles" in names:
        files = pdf.copy_foreign(original.make_indirect(names.EmbeddedFiles))
        pdf.Root.Names = Dictionary(EmbeddedFiles=files)
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    info = original.trailer.get("/Info")
    if isinstance(info, Dictionary):
        pdf.trailer.Info = pdf.copy_foreign(original.make_indirect(info))


class Traits(NamedTuple):
    """What decides how a PDF is repaired, and what is told of it."""

    pages: int
    tagged: bool
    signed: bool
    attachments: bool
    xfa: bool


def traits(source: Path) -> Traits:
    """What a PDF is. Raises pikepdf.PdfError for one that cannot be read."""
    with pikepdf.open(source) as pdf:
        mark = pdf.Root.get("/MarkInfo")
        marked = isinstance(mark, Dictionary) and _is_true(mark.get("/Marked"))
        signed = attachments = xfa = False
        for item in _every(pdf):
            signed = signed or ("/ByteRange" in item and "/Contents" in item)
            attachments = attachments or "/EF" in item
            xfa = xfa or ("/XFA" in item and "/Fields" in item)
        return Traits(len(pdf.pages), marked and "/StructTreeRoot" in pdf.Root, signed, attachments, xfa)


def has_sound_tree(source: Path) -> bool:
    """Whether each page and node of a PDF names the one above it. Raises pikepdf.PdfError."""
    with pikepdf.open(source) as pdf:
        return not any(_misplaced(pdf))


# --- what is repaired -------------------------------------------------------------------------


def _tree(pdf: Pdf, done: Done) -> None:
    """Each page and node names the one above it (ISO 32000-1 7.7.3): readers, and veraPDF, go up by that
    until they come to the root, or without end."""
    for above, kid in _misplaced(pdf):
        if above is None:
            del kid.Parent
        else:
            kid.Parent = above
        done["places in the page tree corrected"] += 1


def _misplaced(pdf: Pdf) -> Iterator[tuple[Any, Any]]:
    """Nodes and pages that do not name the node above them: that node, None above the root, and they."""
    root = pdf.Root.Pages
    if "/Parent" in root:
        yield None, root
    open_nodes, seen = [root], {root.objgen}
    while open_nodes:
        node = open_nodes.pop()
        for kid in _listed(node.get("/Kids")):
            if isinstance(kid, Dictionary) and kid.objgen not in seen:
                parent = kid.get("/Parent")
                if not isinstance(parent, Dictionary) or parent.objgen != node.objgen:
                    yield node, kid
                if "/Kids" in kid:
                    seen.add(kid.objgen)
                    open_nodes.append(kid)


def _every(pdf: Pdf) -> Iterator[Any]:
    """Every dictionary and stream of a PDF, also those inside others."""
    for item in pdf.objects:
        yield from _inside(item)


def _inside(item: Any) -> Iterator[Any]:
    open_items = [item]
    while open_items:
        here = open_items.pop()
        if isinstance(here, (Dictionary, Stream)):
            yield here
            kids: Any = (value for _, value in here.items())
        elif isinstance(here, Array):
            kids = iter(here)
        else:
            continue
        open_items += [kid for kid in kids if isinstance(kid, (Dictionary, Array)) and not kid.is_indirect]


def _is_true(value: Any) -> bool:
    return value is True


def _everywhere(pdf: Pdf, done: Done) -> None:
    """What is forbidden wherever it stands."""
    for item in _every(pdf):
        for entry in DROPPED:
            if entry.key in item and any(key in item for key in entry.beside):
                del item[entry.key]
                done[f"{entry.what} removed"] += 1
        for key in ACTION_KEYS:
            if key in item and _is_forbidden(item[key]):
                del item[key]
                done["forbidden actions removed"] += 1
        if item.get("/Subtype") == Name.Image and _is_true(item.get("/Interpolate")):
            item.Interpolate = False
            done["smoothing of pictures turned off"] += 1
        if item.get("/Subtype") == Name.CIDFontType2 and "/CIDToGIDMap" not in item:
            item.CIDToGIDMap = Name.Identity
            done["map from characters to glyphs added"] += 1


def _is_forbidden(action: Any) -> bool:
    """Whether an action, or one of a list of them, is not allowed."""
    return any(_is_forbidden_action(each) for each in _flat(action))


def _is_forbidden_action(action: Any) -> bool:
    kind = str(action.get("/S", ""))
    if kind == "/Named":
        return str(action.get("/N")) not in NAMED_ACTIONS
    return bool(kind) and kind not in ACTIONS


def _catalog(pdf: Pdf, done: Done) -> None:
    """Scripts by name (6.5.1), alternate presentations (6.10), requirements (6.11)."""
    for key, what in CATALOG_DROPPED.items():
        if key in pdf.Root:
            del pdf.Root[key]
            done[f"{what} removed"] += 1
    names = pdf.Root.get("/Names")
    if isinstance(names, Dictionary):
        for key, what in (("/JavaScript", "scripts"), ("/AlternatePresentations", "slideshows")):
            if key in names:
                del names[key]
                done[f"{what} removed"] += 1


def _metadata(pdf: Pdf, done: Done) -> None:
    """Packets of XMP beside that of the document (6.6.2.1), which may say what nobody described."""
    for item in pdf.objects:
        if item == pdf.Root or not isinstance(item, (Dictionary, Stream)):
            continue
        if isinstance(item.get("/Metadata"), Stream):
            del item["/Metadata"]
            done["metadata of parts removed"] += 1


def _forms(pdf: Pdf, done: Done) -> None:
    """Fields have their appearance (6.4.1), and no signature that no longer holds (6.4.3)."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    if _is_true(form.get("/NeedAppearances")):
        pdf.generate_appearance_streams()
        form.NeedAppearances = False
        done["appearance of form fields written"] += 1
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get("/FT") == Name.Sig and "/V" in item:
            del item["/V"]
            done["signatures removed, but for their appearance"] += 1
    if "/SigFlags" in form:
        del form["/SigFlags"]


def _annotations(pdf: Pdf, done: Done) -> None:
    """Annotations are shown and printed (6.3.2); those that are not shown are taken away (6.3.3)."""
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, Array):
            continue
        kept = [each for each in annotations if isinstance(each, Dictionary) and not _is_unseen(each)]
        for annotation in kept:
            _still(annotation, done)
        if len(kept) < len(annotations):
            done["annotations that are not shown removed"] += len(annotations) - len(kept)
            page.obj.Annots = Array(kept)
        for annotation in kept:
            _printed(annotation, done)
            _only_normal(annotation, done)
            if annotation.get("/Subtype") == Name.Widget and "/A" in annotation:
                del annotation["/A"]
                done["actions of form fields removed"] += 1


def _flags(annotation: Any) -> int:
    flags = annotation.get("/F", 0)
    return int(flags) if isinstance(flags, int) else 0


def _is_unseen(annotation: Any) -> bool:
    if annotation.get("/Subtype") == Name.Popup:
        return False
    if annotation.get("/Subtype") in MOVING and "/AP" not in annotation:
        return True
    return bool(_flags(annotation) & (INVISIBLE | HIDDEN | NO_VIEW))


def _still(annotation: Any, done: Done) -> None:
    """An annotation that plays or moves (6.3.1) is what it shows until then."""
    if annotation.get("/Subtype") in MOVING:
        annotation.Subtype = Name.Stamp
        for key in MOVING_KEYS:
            if key in annotation:
                del annotation[key]
        done["sound, films and models removed, but for their pictures"] += 1


def _printed(annotation: Any, done: Done) -> None:
    if annotation.get("/Subtype") == Name.Popup:
        return
    flags = _flags(annotation)
    wanted = (flags | PRINT) & ~TOGGLE_NO_VIEW
    if flags != wanted:
        annotation.F = wanted
        done["annotations that are printed as well"] += 1


def _only_normal(annotation: Any, done: Done) -> None:
    appearance = annotation.get("/AP")
    if isinstance(appearance, Dictionary):
        for key in ("/D", "/R"):
            if key in appearance:
                del appearance[key]
                done["further appearances of annotations removed"] += 1


def _layers(pdf: Pdf, done: Done) -> None:
    """Configurations of layers have names, each another, and list them all; nothing switches them (6.9)."""
    layers = pdf.Root.get("/OCProperties")
    if not isinstance(layers, Dictionary):
        return
    taken: set[str] = set()
    for number, each in enumerate([layers.get("/D"), *_listed(layers.get("/Configs"))], 1):
        if isinstance(each, Dictionary):
            if "/AS" in each:
                del each["/AS"]
                done["switches of layers removed"] += 1
            if str(each.get("/Name", "")) in taken | {""}:
                each.Name = String(f"Configuration {number}")
                done["names of layers' configurations added"] += 1
            taken.add(str(each.Name))
            _ordered(layers.get("/OCGs"), each.get("/Order"), done)


def _listed(value: Any) -> list[Any]:
    """What is in an array; nothing where there is none."""
    return list(value) if isinstance(value, Array) else []


def _ordered(layers: Any, order: Any, done: Done) -> None:
    """Add the layers that are not listed, where some are."""
    if not (isinstance(layers, Array) and isinstance(order, Array)):
        return
    listed = {each.objgen for each in _flat(order)}
    for layer in layers:
        if isinstance(layer, Dictionary) and layer.objgen not in listed:
            order.append(layer)
            done["layers listed"] += 1


def _flat(listed: Any) -> Iterator[Any]:
    """The dictionaries in a list, which may be nested, as an order of layers is (ISO 32000-1 8.11.4.3)."""
    open_items, seen = [listed], set()
    while open_items:
        here = open_items.pop()
        if isinstance(here, Dictionary):
            yield here
        elif isinstance(here, Array) and not (here.is_indirect and here.objgen in seen):
            seen.add(here.objgen)
            open_items += list(here)


def _attachments(pdf: Pdf, done: Done) -> None:
    """Embedded files say what they are and belong to the document (ISO 19005-3 6.8)."""
    found = [item for item in _every(pdf) if isinstance(item, Dictionary) and "/EF" in item]
    for item in found:
        name = str(item.get("/UF") or item.get("/F") or "attachment")
        item.Type, item.F, item.UF = Name.Filespec, String(name), String(name)
        if "/AFRelationship" not in item:
            item.AFRelationship = Name.Unspecified
        for stream in item.EF.values() if isinstance(item.EF, Dictionary) else ():
            if isinstance(stream, Stream) and "/Subtype" not in stream:
                kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
                stream.Subtype = Name(f"/{kind}")
                done["media types of attachments added"] += 1
    if found and "/AF" not in pdf.Root:
        pdf.Root.AF = Array([pdf.make_indirect(item) if not item.is_indirect else item for item in found])
        done["attachments associated with the document"] += len(found)


def _jpeg_2000(pdf: Pdf, done: Done) -> None:
    """Pictures in JPEG 2000 have the headers of a file (6.2.8.3), which a codestream alone has not."""
    for item in pdf.objects:
        if not isinstance(item, Stream) or item.get("/Filter") not in (Name.JPXDecode, JPX_ALONE):
            continue
        content = item.read_raw_bytes()
        if not content.startswith(jpeg2000.CODESTREAM):
            continue
        if whole := jpeg2000.boxed(content, int(item.Width), int(item.Height)):
            item.write(whole, filter=Name.JPXDecode)
            done["headers of JPEG 2000 added"] += 1


JPX_ALONE = Array([Name.JPXDecode])


def _output_intent(pdf: Pdf, done: Done) -> None:
    """Colours of a device are sRGB where nothing says what they are (6.2.3, 6.2.4.3)."""
    known = _intents(pdf)
    if any(each.get("/S") == Name.GTS_PDFA1 and "/DestOutputProfile" in each for each in known):
        return
    given = next((each for each in known if "/DestOutputProfile" in each), None)
    added = Dictionary(dict(given.items())) if given is not None else srgb_intent(pdf)
    added.S = Name.GTS_PDFA1
    pdf.Root.OutputIntents = Array([*known, added] if given is not None else [added])
    done["output intent added"] += 1


def _cmyk_intent(pdf: Pdf, profile: bytes, done: Done) -> None:
    """CMYK of a device is that of a profile, and RGB what it was: sRGB, or what the file says (6.2.4.3)."""
    known = [each.DestOutputProfile for each in _intents(pdf) if "/DestOutputProfile" in each]
    rgb = next((each for each in known if each.get("/N") == RGB), srgb_intent(pdf).DestOutputProfile)
    space = pdf.make_indirect(Array([Name.ICCBased, rgb]))
    of_pages = (page.resources for page in pdf.pages)
    for resources in (*of_pages, *(item.get("/Resources") for item in _every(pdf))):
        if isinstance(resources, Dictionary):
            if not isinstance(resources.get("/ColorSpace"), Dictionary):
                resources.ColorSpace = Dictionary()
            if "/DefaultRGB" not in resources.ColorSpace:
                resources.ColorSpace.DefaultRGB = space
    name = profile_name(profile)
    intent = Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String(name))
    intent.Info, intent.DestOutputProfile = String(name), pdf.make_stream(profile, N=CMYK)
    pdf.Root.OutputIntents = Array([intent])
    done[f"colours in CMYK taken for those of {name}"] = 1


RGB, CMYK = 3, 4
"""The components of their profiles."""


def _intents(pdf: Pdf) -> list[Any]:
    return [each for each in _listed(pdf.Root.get("/OutputIntents")) if isinstance(each, Dictionary)]


REPAIRS: tuple[Callable[[Pdf, Done], None], ...] = (
    _tree,
    _forms,
    _everywhere,
    _catalog,
    _metadata,
    _annotations,
    _layers,
    _attachments,
    _jpeg_2000,
    _output_intent,
)


def _describe(pdf: Pdf, article: Article, claims: tuple[str, ...], done: Done) -> None:
    """The document's own metadata (6.6), title and language."""
    write_metadata(pdf, article, claims)
    done["metadata written anew"] += 1
    if claims[0].startswith("4") and "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    if not isinstance(pdf.Root.get("/Lang"), String) and article.language[0] != "und":
        pdf.Root.Lang = String(article.language[0])
    if not isinstance(pdf.Root.get("/ViewerPreferences"), Dictionary):
        pdf.Root.ViewerPreferences = Dictionary()
    pdf.Root.ViewerPreferences.DisplayDocTitle = True

"""What a person sees in an .xlsx, from the parts of its package."""

from __future__ import annotations

import html
import math
import posixpath
import re
import string
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from tests.harness.entered.pages import Held, Place, held_text, number_held
from tests.harness.entered.records import comment_texts
from workflow.model.cells import decoded

_LETTERS = string.ascii_letters
_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Za-z])')
_PLAIN = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_MAIN = ("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/")


@dataclass(frozen=True)
class Parts:
    """The parts of a package by their names in small letters."""

    archive: zipfile.ZipFile
    names: Mapping[str, str]

    def read(self, part: str) -> bytes:
        return self.archive.read(self.names[part])

    def tree(self, part: str) -> etree._Element:
        return parsed(self.read(part))

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the target of each relationship of a part that leads to another."""
        folder, name = posixpath.split(part)
        listed = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listed not in self.names:
            return {}
        found = {}
        for relation in self.tree(listed):
            target = relation.get("Target", "").replace("\\", "/").casefold()
            at = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            if at in self.names:
                found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], at)
        return found


def parsed(stored: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    tree = etree.fromstring(stored, parser)
    return etree.Element("nothing") if tree is None else tree


def local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def every(element: etree._Element, name: str) -> Iterator[etree._Element]:
    yield from element.iter(f"{{*}}{name}")


def attribute(element: etree._Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def text_of_runs(element: etree._Element) -> str:
    """Return the text in the runs of an element, without furigana."""
    if len(element) == 1 and len(element[0]) == 0:  # as nearly all are, and a trap has a million
        return decoded(element[0].text or "") if local_name(element[0]) == "t" else ""
    texts = (e for e in element.iter("{*}t") if local_name(e.getparent()) != "rPh")
    return "".join(decoded(text.text or "") for text in texts)


def cells_of(
    sheet: etree._Element, texts: Sequence[str], computed: set[Place]
) -> Iterator[tuple[Place, Held]]:
    if not str(sheet.tag).startswith(tuple(f"{{{name}" for name in _MAIN)):
        return
    row = 0
    for line in every(sheet, "row"):
        row = int(line.get("r") or row + 1)
        column = 0
        for cell in (e for e in line if e.tag == line.tag[:-3] + "c"):
            reference = cell.get("r", "").replace("$", "")
            column = _column(reference) or column + 1
            row = int(reference.lstrip(_LETTERS) or row)
            held = _cell(cell, texts)
            if held:
                yield (row, column), held
            if any(local_name(e) == "f" for e in cell):
                computed.add((row, column))


def under_merged(sheet: etree._Element) -> Callable[[Place], bool]:
    """Return whether a cell lies under a merged one: there nobody sees or writes anything."""
    corners = [e.get("ref", "").partition(":")[::2] for e in every(sheet, "mergeCell")]
    areas = [(_place(first), _place(last or first)) for first, last in corners]
    return lambda at: any(
        one != at and one[0] <= at[0] <= other[0] and one[1] <= at[1] <= other[1]
        for one, other in areas
    )


def _place(reference: str) -> Place:
    return int(reference.lstrip(_LETTERS) or 0), _column(reference)


def _column(reference: str) -> int:
    number = 0
    for letter in reference:
        if letter.isalpha():
            number = number * 26 + ord(letter.upper()) - 64
    return number


def _cell(cell: etree._Element, texts: Sequence[str]) -> Held | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return held_text("".join(text_of_runs(e) for e in cell if local_name(e) == "is"))
    value = "".join(e.text or "" for e in cell if local_name(e) == "v").strip()
    match kind:
        case "s":
            return held_text(texts[int(value)]) if value.isdecimal() else None
        case "str":
            return held_text(decoded(value))
        case "d":
            return held_text(value[:10])
        case "n" if _PLAIN.fullmatch(value) and math.isfinite(float(value)):
            return number_held(float(value))
        case "n":
            return held_text(value)
    return None


def beside_cells(parts: Parts, sheet: str) -> Iterator[str]:
    related = list(parts.related(sheet).values())
    trees = [parts.tree(at) for kind, at in related if kind == "threadedComment"]
    threads = [thread for tree in trees for thread in every(tree, "threadedComment")]
    yield from ("".join(text.itertext()) for e in threads for text in every(e, "text"))
    threaded = {thread.get("ref") for thread in threads}
    for kind, at in related:
        if kind == "comments" and at.endswith(".xml"):
            notes = (e for e in every(parts.tree(at), "comment") if e.get("ref") not in threaded)
            yield from map(text_of_runs, notes)
        elif kind == "comments":
            yield from comment_texts(parts.read(at))
        elif kind == "drawing":
            yield from _drawn(parts, at)
        elif kind == "vmlDrawing":
            yield from _old_boxes(parts.read(at).decode("utf-8", "replace"))


def _old_boxes(vml: str) -> Iterator[str]:
    """Yield the texts of boxes kept in the old way: pieces of web pages, often not XML."""
    for shape in re.findall(r"<v:shape .*?</v:shape>", vml, re.DOTALL):
        for box in re.findall(r"<v:textbox\b.*?</v:textbox>", shape, re.DOTALL):
            if 'ObjectType="Note"' not in shape:
                yield html.unescape(re.sub("<[^>]*>", "\n", box))


def _drawn(parts: Parts, drawing: str) -> Iterator[str]:
    tree = parts.tree(drawing)
    for fallback in list(every(tree, "Fallback")):
        fallback.getparent().remove(fallback)
    trees = [tree]
    trees += [parts.tree(at) for k, at in parts.related(drawing).values() if k == "diagramData"]
    for one in trees:
        yield from (text_of_runs(paragraph) for paragraph in every(one, "p"))


def headers_of(sheet: etree._Element) -> Iterator[str]:
    for element in (e for part in every(sheet, "headerFooter") for e in part):
        yield from header_words(element.text or "")


def header_words(header: str) -> Iterator[str]:
    """Yield what somebody wrote in a header; page numbers and the like are computed."""
    texts = (text.replace("&&", "&").strip() for text in _CODES.split(decoded(header)))
    return (text for text in texts if any(map(str.isalnum, text)))

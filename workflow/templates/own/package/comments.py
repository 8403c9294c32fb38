"""Comments of ours on a sheet of the city's workbook, beside those it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lxml.etree import fromstring

from workflow.excel.style import FONT
from workflow.excel.xlsx.references import cell_index
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import encoded
from workflow.templates.corrections import COMMENT_WIDTH, comment_height
from workflow.templates.layout import CORRECTION_AUTHOR
from workflow.templates.own.package.parts import Parts
from workflow.templates.own.package.sheet import ROW, SheetTree

if TYPE_CHECKING:
    from lxml.etree import _Element

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ID = f"{{{_RELATED}}}id"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SIZE = "9"
_EMPTY = f'<comments xmlns="{MAIN[1:-1]}"><authors/><commentList/></comments>'
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:'
    'office:office" id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_FIRST_SHAPE = 50_000
_CLOSING = re.compile(rb"</(?:\w+:)?xml>\s*$")
_DIGIT, _MARGIN, _ROW_PIXELS, _USUAL_WIDTH = 7, 5, 20.0, 9.0


def add_comments(parts: Parts, part: str, tree: SheetTree, comments: Mapping[str, str]) -> None:
    """Add comments to a sheet, by the references of their cells.

    A cell bears one comment: what the city says there stands below ours.
    """
    name = parts.related(part, "comments")
    root = parts.tree(name) if name else _empty()
    authors, listed = root.find(f"{MAIN}authors"), root.find(f"{MAIN}commentList")
    assert authors is not None and listed is not None
    author = authors.makeelement(f"{MAIN}author", {})
    author.text = CORRECTION_AUTHOR
    authors.append(author)
    there = {element.get("ref", ""): element for element in listed}
    for reference, text in comments.items():
        _comment(listed, there.get(reference), reference, text, len(authors) - 1)
    if name:
        parts.put(name, root)
    else:
        name = parts.free("xl/comments1.xml")
        parts.add(name, root, _COMMENTS_TYPE)
        parts.relate(part, f"{_RELATED}/comments", name)
    _draw(parts, part, tree, {r: t for r, t in comments.items() if r not in there})


def _empty() -> _Element:
    root: _Element = fromstring(_EMPTY)
    return root


def _comment(
    listed: _Element, there: _Element | None, reference: str, text: str, author: int
) -> None:
    made = there
    if made is None:
        made = listed.makeelement(f"{MAIN}comment", {"ref": reference})
        made.append(made.makeelement(f"{MAIN}text", {}))
        listed.append(made)
    else:
        text = f"{text}\n\n"
    made.set("authorId", str(author))
    around = made.find(f"{MAIN}text")
    assert around is not None
    for plain in around.findall(f"{MAIN}t"):  # the schema bears no run before a plain text
        run = around.makeelement(f"{MAIN}r", {})
        around.replace(plain, run)
        run.append(plain)
    around.insert(0, _run(around, text))


def _run(around: _Element, text: str) -> _Element:
    run = around.makeelement(f"{MAIN}r", {})
    look = run.makeelement(f"{MAIN}rPr", {})
    look.append(look.makeelement(f"{MAIN}sz", {"val": _SIZE}))
    look.append(look.makeelement(f"{MAIN}rFont", {"val": FONT}))
    stored = run.makeelement(f"{MAIN}t", {_SPACE: "preserve"})
    stored.text = encoded(text)
    run.extend((look, stored))
    return run


# Where a comment is drawn: Excel shows none without its shape.


def _draw(parts: Parts, part: str, tree: SheetTree, comments: Mapping[str, str]) -> None:
    drawn = "".join(
        _shape(tree, reference, text, _FIRST_SHAPE + at)
        for at, (reference, text) in enumerate(comments.items())
    ).encode()
    legacy = tree.root.find(f"{MAIN}legacyDrawing")
    key = legacy.get(_ID) if legacy is not None else ""
    name = next((to for e, _, to in parts.relations(part) if to and e.get("Id") == key), "")
    if not name:
        name = parts.free("xl/drawings/vmlDrawing1.vml")
        parts.add_stored(name, _DRAWING.encode(), _VML_TYPE)
        key = parts.relate(part, f"{_RELATED}/vmlDrawing", name)
        tree.put(tree.root.makeelement(f"{MAIN}legacyDrawing", {_ID: key}))
    stored = parts.stored[name]
    kind = b"" if b'"_x0000_t202"' in stored else _SHAPE_TYPE.encode()
    parts.stored[name] = _CLOSING.sub(lambda end: kind + drawn + end[0], stored)


def _shape(tree: SheetTree, reference: str, text: str, number: int) -> str:
    row, column = cell_index(reference)
    anchor = ", ".join(map(str, _anchor(tree, row, column, comment_height(text))))
    return (
        '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:'
        'office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" '
        f'id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden;'
        'z-index:1" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}'
        f"</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>"
        f"{column - 1}</x:Column></x:ClientData></v:shape>"
    )


def _anchor(tree: SheetTree, row: int, column: int, height: float) -> tuple[int, ...]:
    """Return from and to which cell a comment reaches, right of its own, with pixels into each."""
    widths, heights = _widths(tree), _heights(tree)
    left, top = column, max(0, row - 2)
    right, over = left, float(COMMENT_WIDTH)
    while over > widths(right + 1):
        over -= widths(right + 1)
        right += 1
    bottom, below = top, height
    while below > heights(bottom + 1):
        below -= heights(bottom + 1)
        bottom += 1
    return left, 15, top, 4, right, int(over), bottom, int(below)


class _Sizes:
    """The pixels of columns or rows, by their numbers."""

    def __init__(self, sizes: Mapping[int, float], usual: float) -> None:
        self._sizes, self._usual = sizes, usual

    def __call__(self, at: int) -> float:
        return max(1.0, self._sizes.get(at, self._usual))


def _widths(tree: SheetTree) -> _Sizes:
    sizes: dict[int, float] = {}
    for element in tree.root.iter(f"{MAIN}col"):
        width = float(element.get("width") or _USUAL_WIDTH) * _DIGIT + _MARGIN
        first, last = int(element.get("min", "1")), int(element.get("max", "1"))
        sizes |= dict.fromkeys(range(first, min(last, first + 300) + 1), width)
    return _Sizes(sizes, _USUAL_WIDTH * _DIGIT + _MARGIN)


def _heights(tree: SheetTree) -> _Sizes:
    rows = tree.rows.iterchildren(ROW)
    sizes = {int(row.get("r", "0")): float(row.get("ht", "0")) / 0.75 for row in rows}
    return _Sizes({at: size for at, size in sizes.items() if size}, _ROW_PIXELS)

"""Whether a workbook packed as a zip is safe to hand to a reader: rules, each a refusal or none.

They stand in the order in which each may trust what those before it have seen.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from itertools import pairwise

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.xml import declares_a_type
from workflow.model.limits import MILLION, Limits
from workflow.returned.intake.refusal import Refusal, broken, too_large

_SMALL = 100_000  # bytes: what is packed smaller may inflate as if it were so large
_LOCAL_HEADER = struct.Struct("<26xHH")  # the lengths of name and extra field
_XML = (".xml", ".rels", ".vml")
_UNREAD = ("meta-inf/", "basic/", "dialogs/")
"""Of an .ods: OpenOffice once began the list of parts with a document type, and programs still
begin libraries of macros and dialogs with one; nobody opens those here."""
_SHORTEST_STYLE = len("<xf />")
_FEW_CELLS = 100_000  # no plan's limit lets fewer elements be
_SHEETS = ("xl/worksheets/", "content.xml")
_TAGS_OF_A_CELL, _TAGS_OF_A_TEXT = 8, 4  # at most, with a formula; without furigana
_SHORTEST_CELL = len('<c r="A1"><v>1</v></c>')


def refused_package(package: Package, limits: Limits) -> Refusal | None:
    """Return why the parts of a workbook must not be read, if so."""
    return next((r for rule in _RULES if (r := rule(package, limits))), None)


def is_overblown(inflated: int, packed: int, limits: Limits) -> bool:
    """Whether something packed would swell more than anything people write does."""
    return inflated > limits.inflation * max(packed, _SMALL)


def overlap(content: bytes, archive: zipfile.ZipFile) -> bool:
    """Whether entries of a zip share bytes, with each other or with its directory.

    Such a zip says one thing to a program that reads its directory and another to one that reads
    from its beginning, or is a bomb: https://www.bamsoftware.com/hacks/zipbomb/.
    """
    spans = sorted((part.header_offset, _end(content, part)) for part in archive.infolist())
    limit = (archive.start_dir, archive.start_dir)
    return any(end > start for (_, end), (start, _) in pairwise((*spans, limit)))


def _end(content: bytes, part: zipfile.ZipInfo) -> int:
    """Return where the packed bytes of an entry end."""
    at = part.header_offset
    if at + _LOCAL_HEADER.size > len(content):
        return len(content) + 1
    name, extra = _LOCAL_HEADER.unpack_from(content, at)
    return int(at + _LOCAL_HEADER.size + name + extra + part.compress_size)


def _too_many_parts(package: Package, limits: Limits) -> Refusal | None:
    count = len(package.archive.infolist())
    return too_large(f"部品が{count:,}個") if count > limits.workbook_parts else None


def _too_large(package: Package, limits: Limits) -> Refusal | None:
    parts = package.archive.infolist()
    inflated = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    largest = max((part.file_size for part in parts), default=0)
    if inflated > limits.inflated_megabytes * MILLION or is_overblown(inflated, packed, limits):
        return too_large(f"展開すると{inflated:,}バイト")
    if largest > limits.part_megabytes * MILLION:
        return too_large(f"展開すると{largest:,}バイトの部品がある")
    return None


def _twins(package: Package, _: Limits) -> Refusal | None:
    twins = len(package.parts) < len(package.folded_names)
    return broken("同じ名前の部品が二つあります") if twins else None


def _climbing(package: Package, _: Limits) -> Refusal | None:
    climbs = any(name.startswith("../") for name in package.folded_names)
    return broken("外のフォルダーを指す名前の部品があります") if climbs else None


def _overlapping(package: Package, _: Limits) -> Refusal | None:
    shared = overlap(package.content, package.archive)
    return broken("部品が互いに重なっています") if shared else None


def _changed(package: Package, _: Limits) -> Refusal | None:
    """Refuse what is not as it was packed; no reader checks that by itself."""
    try:
        for name in package.whole_parts:
            package.read(name)
    except zipfile.BadZipFile:
        return broken("内容が途中で変わっています")
    return None


def _declaring(package: Package, _: Limits) -> Refusal | None:
    """Refuse document types, and so entities, in every part: nobody needs them in a workbook."""
    for name in package.whole_parts:
        if name.endswith(_XML) and not name.startswith(_UNREAD):
            part = package.read(name)
            # A text of wide letters begins with a NUL among its first letters.
            letters = part.replace(b"\0", b"") if b"\0" in part[:4] else part
            if declares_a_type(letters):
                return broken("文書型（DOCTYPE）の宣言があります")
    return None


def _too_many_styles(package: Package, limits: Limits) -> Refusal | None:
    for name in package.whole_parts:
        part = package.read(name) if name.endswith("styles.xml") else b""
        if len(part) > limits.styles * _SHORTEST_STYLE:
            count = _elements(part, b"xf")
            if count > limits.styles:
                return too_large(f"セルの書式が{count:,}個")
    return None


def _too_many_cells(package: Package, limits: Limits) -> Refusal | None:
    """Refuse more cells than would fit in memory; they are counted again once they are read."""
    bytes_of_many = limits.cells * _SHORTEST_CELL
    count = 0
    for name, part in package.whole_parts.items():
        if part.file_size > bytes_of_many and name.endswith(".xml"):
            count += _elements(package.read(name), b"c")
    return too_large(f"セルが{count:,}個") if count > limits.cells else None


def _too_many_elements(package: Package, limits: Limits) -> Refusal | None:
    """Refuse more elements than would fit in memory: rows are taken one by one, no other part is.

    What small packages swell to is most of all this: texts, comments or shapes of nothing.
    """
    most = max(limits.cells, _FEW_CELLS)
    large = [n for n, p in package.whole_parts.items() if p.file_size > most and n.endswith(_XML)]
    counts = {name: package.read(name).count(b"<") for name in large}
    others = (count for name, count in counts.items() if not name.startswith(_SHEETS))
    total = sum(counts.values())
    if total > most * _TAGS_OF_A_CELL or max(others, default=0) > most * _TAGS_OF_A_TEXT:
        return too_large(f"書き込みや文字の数が多すぎる（要素が{total // 2:,}個）")
    return None


def _elements(part: bytes, tag: bytes) -> int:
    """Return how many elements have a tag and attributes, with a prefix or without."""
    return part.count(b"<" + tag + b" ") + part.count(b":" + tag + b" ")


_RULES: tuple[Callable[[Package, Limits], Refusal | None], ...] = (
    _too_many_parts,
    _too_large,
    _twins,
    _climbing,
    _overlapping,
    _changed,
    _declaring,
    _too_many_styles,
    _too_many_cells,
    _too_many_elements,
)

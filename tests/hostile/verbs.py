"""The verbs of the hostile cases: each makes other bytes of the bytes of a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from tests.scenario.part_verbs import Parts, packed, parts_of

ByteVerb = Callable[..., bytes]
VERBS: dict[str, ByteVerb] = {}

PARTS: Mapping[str, str] = {
    "cover": "xl/worksheets/sheet1.xml",
    "sheet": "xl/worksheets/sheet2.xml",
    "book": "xl/workbook.xml",
    "texts": "xl/sharedStrings.xml",
    "styles": "xl/styles.xml",
    "types": "[Content_Types].xml",
    "rels": "_rels/.rels",
    "book rels": "xl/_rels/workbook.xml.rels",
    "custom": "docProps/custom.xml",
    "core": "docProps/core.xml",
}
"""What the tables call the parts of a template."""


def verb(name: str) -> Callable[[ByteVerb], ByteVerb]:
    """Register a change of bytes under the name the tables call it by."""

    def register(function: ByteVerb) -> ByteVerb:
        VERBS[name] = function
        return function

    return register


def part_verb(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a change of the parts of a workbook, which is packed again with right sums."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def change(content: bytes, *arguments: str) -> bytes:
            parts = parts_of(content)
            function(parts, *arguments)
            return packed(parts)

        VERBS[name] = change
        return function

    return register


def part_named(name: str) -> str:
    """Return the name of a part as it stands in the zip."""
    return PARTS.get(name, name)


def text_of(parts: Parts, part: str) -> str:
    """Return an XML part as text."""
    return parts[part_named(part)].decode()


def entries(content: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """Return the entries of a zip in their order, unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]

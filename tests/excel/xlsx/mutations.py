"""Workbooks with something out of place in the XML of their rows or texts, zipped up soundly."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.excel.xlsx.readings import packed
from tests.harness.verbs.registry import parts_of

PARTS = ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml")
SNIPPETS = [
    *(b"<!-- x -->", b"<![CDATA[x]]>", b"<?x y?>", b"&#10;", b"&#x41;", b"&amp;", b"&x;", b"]]>"),
    *(b"_x000D_", b"\r\n", b"\r", b"\t", b" ", b"\x01", b"\xef\xbf\xbe", b"\xff", b">", b"<", b"'"),
    *(
        b' t="e"',
        b' t="b"',
        b' t="str"',
        b' t="s"',
        b' t="n"',
        b' s="1"',
        b' r="B7"',
        b' hidden="1"',
    ),
    *(
        b"<c/>",
        b'<c r="G6" s="3"/>',
        b'<c r="A1"><v>5</v></c>',
        b"<v>7</v>",
        b"<f>1+1</f>",
        b"<is/>",
    ),
    *(b'<row r="7"/>', b'<row r="7"><c r="G7"><v>1</v></c></row>', b"<row>", b"</row>", b"</c>"),
    *(b"<r><t>x</t></r>", b'<rPh sb="0" eb="1"><t>x</t></rPh>', b"<si><t>x</t></si>", b"<si/>"),
    *(b'<mergeCells><mergeCell ref="A6:B9"/></mergeCells>', b"<sheetData/>", b"<sheetData>"),
    *(b"1", b"0", b"-1", b"9", b".5", b"E3", b"e", b"_", b"99999", b"G", b"XFD", b"AAAA"),
    *(b' xmlns="urn:x"', b' xml:space="preserve"', b' ph="1"', b"<t/>", b"<t>x</t>"),
]
TOKEN = re.compile(rb"<si>.*?</si>|<c [^<>]*/>|<c .*?</c>|<row [^<>]*>|</row>|<v>.*?</v>")

Mutation = Callable[[random.Random, bytes], bytes]


def _flip(chance: random.Random, xml: bytes) -> bytes:
    at = chance.randrange(len(xml))
    return xml[:at] + bytes([xml[at] ^ 1 << chance.randrange(8)]) + xml[at + 1 :]


def _insert(chance: random.Random, xml: bytes) -> bytes:
    at = chance.choice([chance.randrange(len(xml)), *(m.end() for m in _some(chance, xml))])
    return xml[:at] + chance.choice(SNIPPETS) + xml[at:]


def _overwrite(chance: random.Random, xml: bytes) -> bytes:
    match = chance.choice(_some(chance, xml))
    at = chance.randrange(match.start(), match.end())
    return xml[:at] + chance.choice(SNIPPETS) + xml[at + chance.randrange(1, 6) :]


def _delete(chance: random.Random, xml: bytes) -> bytes:
    match = chance.choice(_some(chance, xml))
    return xml[: match.start()] + xml[match.end() :]


def _repeat(chance: random.Random, xml: bytes) -> bytes:
    source, target = _some(chance, xml)[:2]
    return xml[: target.end()] + source[0] + xml[target.end() :]


def _some(chance: random.Random, xml: bytes) -> list[re.Match[bytes]]:
    return chance.sample([*TOKEN.finditer(xml)], 3)


MUTATIONS: tuple[Mutation, ...] = (_flip, _insert, _overwrite, _delete, _repeat)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a workbook changed in one or two places."""
    parts = parts_of(content)
    for _ in range(chance.choice([1, 1, 1, 2])):
        name = chance.choice(PARTS)
        parts[name] = chance.choice(MUTATIONS)(chance, parts[name])
    return packed(parts)

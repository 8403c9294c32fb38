"""Random changes to a filled template: to its bytes, its zip and its XML, packed again rightly."""

from __future__ import annotations

import io
import random
import re
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.harness.verbs.part_names import PARTS
from tests.harness.verbs.registry import Parts, packed, parts_of

Chance = random.Random
_ODD: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("oddities.toml").read_text("utf-8")
)

Mutation = Callable[[bytes, Chance], bytes]

_TAG = re.compile(r"<[^>]+>")
_CELL = re.compile(r"<c r=\"[A-Z]+\d+\"[^>]*?(?:/>|>.*?</c>)", re.DOTALL)
_ROW = re.compile(r"<row .*?</row>", re.DOTALL)
_ATTRIBUTE = re.compile(r' [\w:]+="[^"]*"')
_NUMBER = re.compile(r"(?<=[>\"A-Z])\d+(?=[<\"])")
_TEXT = re.compile(r"(?<=>)[^<>]+(?=</)")
_LIKELY = (PARTS["sheet"], PARTS["sheet"], PARTS["texts"])


def mutated(content: bytes, chance: Chance) -> bytes:
    """Return a workbook changed in one to three ways."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice(_MUTATIONS)(content, chance)
    return content


def _flip(content: bytes, chance: Chance) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(content: bytes, chance: Chance) -> bytes:
    return content[: chance.randrange(1, len(content))]


def _drop_bytes(content: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.choice((1, 2, 4, 100)) :] or b"PK"


def _double_bytes(content: bytes, chance: Chance) -> bytes:
    at, length = chance.randrange(len(content)), chance.choice((1, 4, 30, 1000))
    return content[:at] + content[at : at + length] + content[at:]


def _on_parts(change: Callable[[Parts, Chance], None]) -> Mutation:
    """Return a change of parts as one of bytes; what is no zip any more is left alone."""

    def mutation(content: bytes, chance: Chance) -> bytes:
        try:
            parts = parts_of(content)
        except Exception:  # whatever zipfile makes of an earlier mutation
            return content
        if not parts:
            return content
        change(parts, chance)
        return packed(parts)

    return mutation


def _on_text(change: Callable[[str, Chance], str]) -> Mutation:
    """Return a change of the XML of one part as one of bytes."""

    def on_parts(parts: Parts, chance: Chance) -> None:
        likely = [name for name in _LIKELY if name in parts]
        name = chance.choice(likely if likely and chance.random() < 0.8 else [*parts])
        xml = change(parts[name].decode("utf-8", "surrogateescape"), chance)
        parts[name] = xml.encode("utf-8", "surrogateescape")

    return _on_parts(on_parts)


def _shuffle_parts(parts: Parts, chance: Chance) -> None:
    shuffled = chance.sample([*parts.items()], len(parts))
    parts.clear()
    parts.update(shuffled)


def _swap_parts(parts: Parts, chance: Chance) -> None:
    one, other = chance.choice([*parts]), chance.choice([*parts])
    parts[one], parts[other] = parts[other], parts[one]


def _drop_part(parts: Parts, chance: Chance) -> None:
    del parts[chance.choice([*parts])]


def _copy_part(parts: Parts, chance: Chance) -> None:
    name = chance.choice([*parts])
    alike = chance.choice((name.upper(), f"/{name}", f"{name} ", name.replace("/", "\\")))
    parts[alike] = parts[name]


def _encode_part(parts: Parts, chance: Chance) -> None:
    name = chance.choice([*parts])
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp932", "utf-32"))
    parts[name] = parts[name].decode("utf-8", "replace").encode(encoding, "replace")


def _flip_in_part(parts: Parts, chance: Chance) -> None:
    name = chance.choice([*parts])
    parts[name] = _flip(parts[name] or b"\0", chance)


def _swap(pattern: re.Pattern[str]) -> Callable[[str, Chance], str]:
    """Exchange two places that a pattern finds."""

    def change(xml: str, chance: Chance) -> str:
        found = [*pattern.finditer(xml)]
        if len(found) < 2:
            return xml
        one, other = sorted(chance.sample(found, 2), key=lambda match: match.start())
        if one.end() > other.start():
            return xml
        between = xml[one.end() : other.start()]
        return xml[: one.start()] + other[0] + between + one[0] + xml[other.end() :]

    return change


def _drop(pattern: re.Pattern[str]) -> Callable[[str, Chance], str]:
    return lambda xml, chance: _put(pattern, xml, chance, lambda _: "")


def _double(pattern: re.Pattern[str]) -> Callable[[str, Chance], str]:
    return lambda xml, chance: _put(pattern, xml, chance, lambda match: match[0] * 2)


def _write(pattern: re.Pattern[str], odd: Sequence[str]) -> Callable[[str, Chance], str]:
    """Write something odd where a pattern finds a place."""
    return lambda xml, chance: _put(pattern, xml, chance, lambda _: chance.choice(odd))


def _write_behind(pattern: re.Pattern[str], odd: Sequence[str]) -> Callable[[str, Chance], str]:
    def change(xml: str, chance: Chance) -> str:
        return _put(pattern, xml, chance, lambda match: match[0] + chance.choice(odd))

    return change


def _into_a_text(xml: str, chance: Chance) -> str:
    def split(match: re.Match[str]) -> str:
        at = chance.randrange(len(match[0]) + 1)
        return match[0][:at] + chance.choice(_ODD["texts"]) + match[0][at:]

    return _put(_TEXT, xml, chance, split)


def _number_to_number(xml: str, chance: Chance) -> str:
    """Let a number be another one found in the same part."""
    found = _NUMBER.findall(xml)
    return _put(_NUMBER, xml, chance, lambda _: chance.choice(found)) if found else xml


def _merge(xml: str, chance: Chance) -> str:
    """Merge some cells, where a sheet may say so."""
    corners = (chance.choice("ADEFG"), chance.choice("EFGH"))
    area = f"{corners[0]}{chance.randint(5, 7)}:{corners[1]}{chance.randint(5, 8)}"
    merged = f'<mergeCells><mergeCell ref="{area}"/></mergeCells>'
    return xml.replace("<conditionalFormatting", f"{merged}<conditionalFormatting", 1)


def _respell(xml: str, chance: Chance) -> str:
    """Spell the same in another way."""
    spellings = (
        lambda: xml.replace('"', "'"),
        lambda: xml.replace("/>", " />"),
        lambda: xml.replace("><", ">\n<"),
        lambda: re.sub(r"<(\w+)([^<>]*)/>", r"<\1\2></\1>", xml),
        lambda: re.sub(r"<(/?)(?=[a-z])", r"<\1x:", xml).replace(" xmlns=", " xmlns:x=", 1),
        lambda: xml.replace("実", "&#x5B9F;"),
        lambda: xml.replace(' xml:space="preserve"', ""),
        lambda: re.sub(r'(<(?:row|c)) r="\w+"', r"\1", xml),
        lambda: xml.replace("?>", "?><!-- -->", 1),
        lambda: re.sub(r"(<c [^>]*?)( s=\"\d+\")( t=\"\w+\")", r"\1\3\2", xml),
    )
    return chance.choice(spellings)()


def _put(
    pattern: re.Pattern[str], xml: str, chance: Chance, new: Callable[[re.Match[str]], str]
) -> str:
    found = [*pattern.finditer(xml)]
    if not found:
        return xml
    match = chance.choice(found)
    return xml[: match.start()] + new(match) + xml[match.end() :]


def _shuffle_entries(content: bytes, chance: Chance) -> bytes:
    """Pack again with other methods and in another order, perhaps with a name twice."""
    try:
        parts = [*parts_of(content).items()]
    except Exception:  # as above
        return content
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in chance.sample(parts, len(parts)):
            archive.writestr(zipfile.ZipInfo(name), part, chance.choice(methods))
    return stream.getvalue()


_XML: tuple[Callable[[str, Chance], str], ...] = (
    _swap(_CELL),
    _swap(_ROW),
    _swap(_ATTRIBUTE),
    _swap(_NUMBER),
    _swap(_TEXT),
    _swap(_TAG),
    _drop(_CELL),
    _drop(_ROW),
    _drop(_ATTRIBUTE),
    _drop(_TAG),
    _double(_CELL),
    _double(_ROW),
    _double(_ATTRIBUTE),
    _double(_TAG),
    _write(_NUMBER, _ODD["numbers"]),
    _write(_TEXT, _ODD["texts"]),
    _write(_ATTRIBUTE, _ODD["attributes"]),
    _write_behind(_ATTRIBUTE, _ODD["attributes"]),
    _write_behind(_TAG, _ODD["elements"]),
    _write_behind(_TAG, _ODD["texts"]),
    _into_a_text,
    _number_to_number,
    _merge,
    _respell,
)
_PARTS: tuple[Callable[[Parts, Chance], None], ...] = (
    _shuffle_parts,
    _swap_parts,
    _drop_part,
    _copy_part,
    _encode_part,
    _flip_in_part,
)
_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _cut,
    _drop_bytes,
    _double_bytes,
    _shuffle_entries,
    *map(_on_parts, _PARTS),
    *map(_on_text, _XML),
)

"""XML that attacks its reader, parts that are missing or others than they say."""

from __future__ import annotations

import re
from itertools import repeat

from tests.harness.verbs.part_names import part_named, text_of
from tests.harness.verbs.registry import Parts, part_verb

_DECLARATION = re.compile(r"^<\?xml[^>]*\?>\s*")
_LAUGHS = '<!ENTITY l0 "実施した。">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
)


@part_verb("replace")
def replace(parts: Parts, part: str, old: str, new: str) -> None:
    """Write something else where a text stands, everywhere in a part."""
    before = text_of(parts, part)
    assert old in before, f"{part} has no {old}"
    parts[part_named(part)] = before.replace(old, new).encode("utf-8", "surrogatepass")


@part_verb("once")
def once(parts: Parts, part: str, old: str, new: str) -> None:
    """Write something else where a text stands first in a part."""
    before = text_of(parts, part)
    assert old in before, f"{part} has no {old}"
    parts[part_named(part)] = before.replace(old, new, 1).encode()


@part_verb("swell")
def swell(parts: Parts, part: str, mark: str, piece: str, times: int) -> None:
    """Put a piece before a mark many times over; # in it is the number of the time."""
    around = piece.split("#")
    numbers = map(str, range(1, times + 1))
    pieces = "".join(map(str.join, numbers, repeat(around))) if around[1:] else piece * times
    replace(parts, part, mark, pieces + mark)


@part_verb("before the root")
def before_the_root(parts: Parts, part: str, text: str) -> None:
    declaration = _DECLARATION.match(text_of(parts, part))
    at = declaration.end() if declaration else 0
    xml = text_of(parts, part)
    parts[part_named(part)] = (xml[:at] + text + xml[at:]).encode()


@part_verb("laugh a billion times")
def laugh(parts: Parts, part: str, old: str) -> None:
    before_the_root(parts, part, f"<!DOCTYPE x [{_LAUGHS}]>")
    replace(parts, part, old, "&l9;")


@part_verb("encode")
def encode(parts: Parts, part: str, encoding: str, declared: str) -> None:
    """Store a part in one encoding and declare another; a dash declares none."""
    xml = _DECLARATION.sub("", text_of(parts, part))
    if declared != "-":
        xml = f'<?xml version="1.0" encoding="{declared}"?>' + xml
    parts[part_named(part)] = xml.encode(encoding)


@part_verb("deepen")
def deepen(parts: Parts, part: str, mark: str, times: int) -> None:
    """Nest elements in each other before a mark."""
    replace(parts, part, mark, "<x>" * times + "</x>" * times + mark)


@part_verb("long attribute")
def long_attribute(parts: Parts, part: str, element: str, length: int) -> None:
    replace(parts, part, f"<{element} ", f'<{element} x="{"長" * length}" ')


@part_verb("many attributes")
def many_attributes(parts: Parts, part: str, element: str, count: int) -> None:
    pairs = " ".join(f'x{n}="{n}"' for n in range(count))
    replace(parts, part, f"<{element} ", f"<{element} {pairs} ")


@part_verb("add zeros")
def add_zeros(parts: Parts, part: str, megabytes: int) -> None:
    parts[part_named(part)] = bytes(megabytes * 1_000_000)


@part_verb("drop")
def drop(parts: Parts, part: str) -> None:
    del parts[part_named(part)]


@part_verb("drop all but")
def drop_all_but(parts: Parts, *kept: str) -> None:
    names = {part_named(part) for part in kept}
    for name in set(parts) - names:
        del parts[name]


@part_verb("add")
def add(parts: Parts, part: str, text: str) -> None:
    parts[part_named(part)] = text.encode()


@part_verb("rename part")
def rename_part(parts: Parts, part: str, name: str) -> None:
    """Give a part another name than the one its relationships know."""
    parts[name] = parts.pop(part_named(part))


@part_verb("swap")
def swap(parts: Parts, one: str, other: str) -> None:
    one, other = part_named(one), part_named(other)
    parts[one], parts[other] = parts[other], parts[one]


@part_verb("empty")
def empty(parts: Parts, part: str) -> None:
    parts[part_named(part)] = b""


@part_verb("halve")
def halve(parts: Parts, part: str) -> None:
    parts[part_named(part)] = parts[part_named(part)][: len(parts[part_named(part)]) // 2]


@part_verb("prefix")
def prefix(parts: Parts, part: str) -> None:
    """Spell every element of a part with a prefix, as some programs do."""
    xml = re.sub(r"<(/?)(?=[a-zA-Z])(?![\w]+:)", r"<\1x:", text_of(parts, part))
    parts[part_named(part)] = xml.replace(' xmlns="', ' xmlns:x="').encode()


@part_verb("relate")
def relate(parts: Parts, part: str, kind: str, target: str, mode: str = "Internal") -> None:
    """Add a relationship to the list of a part: rels, book rels or that of the sheet."""
    lists = {"sheet": "xl/worksheets/_rels/sheet2.xml.rels"}
    name = lists.get(part, part_named(part))
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    empty_list = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        "</Relationships>"
    )
    xml = parts.get(name, empty_list.encode()).decode()
    added = (
        f'<Relationship Id="rIdX{xml.count("<Relationship ")}" Type="{office}/{kind}" '
        f'Target="{target}" TargetMode="{mode}"/>'
    )
    parts[name] = xml.replace("</Relationships>", f"{added}</Relationships>").encode()

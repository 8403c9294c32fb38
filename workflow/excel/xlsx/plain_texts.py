"""The shared texts of an .xlsx in their usual spelling, read without an XML tree."""

from __future__ import annotations

import re
from itertools import islice

from workflow.excel.xlsx.plain_spelling import T, has_usual_names, letters_of, shown
from workflow.excel.xlsx.xml_parts import MAIN_ADDRESS

_TABLE = re.compile(
    rf'<sst xmlns="{re.escape(MAIN_ADDRESS)}"(?: count="[0-9]+")?(?: uniqueCount="[0-9]+")?>'
    r"(.*)</sst>\s*",
    re.DOTALL,
)
_FURIGANA = rf'(?:<rPh sb="[0-9]+" eb="[0-9]+">{T}[^<]*</t></rPh>)*'
_PHONETIC = r'(?:<phoneticPr(?: fontId="\w*")?(?: type="\w*")?(?: alignment="\w*")? ?/>)?'
_ENTRY = re.compile(rf"<si>(?:<t ?/>|{T}([^<]*)</t>){_FURIGANA}{_PHONETIC}</si>")


def plain_texts(part: bytes) -> list[str] | None:
    """Return the shared texts; None when anything at all is spelled in another way."""
    table = _TABLE.fullmatch(letters_of(part))
    if table is None or not has_usual_names(table[1]):
        return None
    texts = _bare_texts(table[1])
    if texts is None:
        texts = _texts(table[1])
    is_literal = b"&" not in part and b"_" not in part
    return texts if is_literal or texts is None else [shown(text) for text in texts]


def _bare_texts(entries: str) -> list[str] | None:
    """Return the texts where each has nothing beside it, as it has without furigana."""
    bare = entries.replace('<t xml:space="preserve">', "<t>")  # in a text there is no tag
    if not (bare.startswith("<si><t>") and bare.endswith("</t></si>")):
        return None
    texts = bare[len("<si><t>") : -len("</t></si>")].split("</t></si><si><t>")
    return None if "<" in "".join(texts) else texts


def _texts(entries: str) -> list[str] | None:
    pieces = _ENTRY.split(entries)
    if any(islice(pieces, 0, None, 2)):  # what lies between the entries
        return None
    return [text or "" for text in islice(pieces, 1, None, 2)]

"""The register of verbs: each is one change of a file, under the name examples call it by.

There are three kinds, by what they are given: the workbook as openpyxl opens it, the parts of the
package by name, or the bytes of the whole file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

Parts = dict[str, bytes]
"""The parts of a workbook by name, in their order."""
Function = Callable[..., Any]

_FIXED = (2024, 5, 10, 8, 0, 0)


class Kind(Enum):
    """What a verb is given."""

    WORKBOOK = "workbook"
    PARTS = "parts"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb; those of bytes return the new bytes, the others change what they are given."""

    kind: Kind
    function: Function


VERBS: dict[str, Verb] = {}


def workbook_verb(name: str) -> Callable[[Function], Function]:
    """Register a change of an openpyxl workbook."""
    return _registered(name, Kind.WORKBOOK)


def part_verb(name: str) -> Callable[[Function], Function]:
    """Register a change of a workbook's parts, which are packed again with right sums."""
    return _registered(name, Kind.PARTS)


def byte_verb(name: str) -> Callable[[Function], Function]:
    """Register a change of a file's bytes."""
    return _registered(name, Kind.BYTES)


def _registered(name: str, kind: Kind) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        assert name not in VERBS, f"two verbs are called 「{name}」"
        VERBS[name] = Verb(kind, function)
        return function

    return register


def parts_of(content: bytes) -> Parts:
    """Return the parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts) -> bytes:
    """Return the workbook that has these parts, the same bytes every time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _FIXED), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()

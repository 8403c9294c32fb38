"""The records of the binary parts of an .xlsb."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_COMMENT_TEXT = 637


def records_in(stored: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a binary part, each with its number."""
    at = 0
    while at < len(stored):
        kind, at = _variable(stored, at, 2)
        size, at = _variable(stored, at, 4)
        yield kind, stored[at : at + size]
        at += size


def _variable(stored: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = stored[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            break
    return number, at + place + 1


def comment_texts(stored: bytes) -> Iterator[str]:
    for kind, data in records_in(stored):
        if kind == _COMMENT_TEXT:
            yield from list(wide_texts(data[1:]))[:1]


def wide_texts(data: bytes) -> Iterator[str]:
    at = 0
    while at + 4 <= len(data):
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
        if size != 0xFFFFFFFF:
            yield data[at : at + 2 * size].decode("utf-16-le", "replace")
            at += 2 * size

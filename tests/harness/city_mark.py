"""A city's mark as a picture: a ring and a leaf, drawn by us."""

from __future__ import annotations

import struct
import zlib

_GREEN, _GOLD, _NOTHING = b"\x2e\x7d\x32\xff", b"\xf9\xa8\x25\xff", b"\xff\xff\xff\x00"


def city_mark(size: int) -> bytes:
    """Return the mark as a PNG of so many pixels across."""
    lines = (b"\x00" + b"".join(_colour(x, y, size) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _colour(x: int, y: int, size: int) -> bytes:
    across, down = (2 * x + 1) / size - 1, (2 * y + 1) / size - 1
    if 0.72 < across**2 + down**2 < 1:
        return _GREEN
    leaf = (across - 0.3) ** 2 + down**2 < 0.4 and (across + 0.3) ** 2 + down**2 < 0.4
    return _GOLD if leaf else _NOTHING


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

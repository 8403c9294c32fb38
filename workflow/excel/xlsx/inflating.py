"""The parts of a zip in memory, inflated in one go where they are packed in the usual way."""

from __future__ import annotations

import struct
import zlib
from zipfile import ZIP_DEFLATED, ZipInfo

from workflow.excel.xlsx.remembering import remembered

_HEADER = struct.Struct("<4s2xHH16xHH")  # magic, flags, method and the lengths of name and extra
_MAGIC = b"PK\x03\x04"
_MARKS = 0x806  # how hard it was packed, and that names are UTF-8: neither changes the bytes
_MOST_AT_ONCE = 50_000_000
_SMALL = 10_000  # bytes, packed or not: styles and theme, say, which a template's returns share


def inflated(content: bytes, part: ZipInfo) -> bytes | None:
    """Return a part whose length and checksum are as the zip says; None leaves it to zipfile.

    zipfile takes ten times as long to look at a small part as zlib to inflate it.
    """
    is_within = part.header_offset + _HEADER.size <= len(content)
    if not is_within or not 0 < part.file_size <= _MOST_AT_ONCE:
        return None
    magic, flags, method, name, extra = _HEADER.unpack_from(content, part.header_offset)
    start = part.header_offset + _HEADER.size
    named = content[start : start + name]
    is_usual = (magic, flags & ~_MARKS, method) == (_MAGIC, 0, ZIP_DEFLATED)
    if not is_usual or (flags, method) != (part.flag_bits, part.compress_type):
        return None
    if named != part.orig_filename.encode("ascii", "replace"):
        return None
    start += name + extra
    packed = content[start : start + part.compress_size]
    inflate = _inflated_small if part.file_size <= _SMALL else _inflated
    return inflate(packed, part.file_size, part.CRC)


def _inflated(packed: bytes, size: int, checksum: int) -> bytes | None:
    try:
        stored = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
    except zlib.error:
        return None
    is_whole = len(stored) == size and zlib.crc32(stored) == checksum
    return stored if is_whole else None


_inflated_small = remembered(times=64, most=_SMALL)(_inflated)

"""OLE files (the container of passwords and of old Excel), whole and broken."""

from __future__ import annotations

import io
import struct
from unittest import mock

from msoffcrypto.method import ecma376_agile
from msoffcrypto.method.ecma376_agile import ECMA376Agile

from tests.harness.verbs.compound_file import directory_entry
from tests.harness.verbs.registry import byte_verb

_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STREAM_SECTORS = 8  # the least size of a stream that is not a small one
_NOBODY = 0xFFFFFFFF


@byte_verb("encrypt")
def encrypt(content: bytes, password: str) -> bytes:
    """Lock any bytes with a password to open, as Excel of today does (agile)."""
    locked: bytes = ECMA376Agile.encrypt(password, io.BytesIO(content))
    return locked


class _Excel2010(ecma376_agile.ECMA376AgileCipherParams):  # type: ignore[misc]
    """AES with 128 bits, and SHA-1, whose 20 bytes fill no block."""

    def __init__(self) -> None:
        super().__init__()
        self.hashName, self.hashSize, self.keyBits = "SHA1", 20, 128


@byte_verb("encrypt as Excel 2010")
def encrypt_as_excel_2010(content: bytes, password: str) -> bytes:
    """Lock any bytes as Excel 2010 does."""
    usual = ecma376_agile._encrypt_aes_cbc

    def filled_up(data: bytes, key: bytes, start: bytes) -> bytes:
        filled: bytes = usual(bytes(data) + bytes(-len(data) % 16), key, start)
        return filled

    with (
        mock.patch.object(ecma376_agile, "ECMA376AgileCipherParams", _Excel2010),
        mock.patch.object(ecma376_agile, "_encrypt_aes_cbc", filled_up),
    ):
        locked: bytes = ECMA376Agile.encrypt(password, io.BytesIO(content))
    return locked


@byte_verb("ole")
def ole(_: bytes, *streams: str) -> bytes:
    """Return an OLE file of streams with these names, each full of zeros."""
    return _ole(streams)


@byte_verb("ole that loops")
def ole_that_loops(_: bytes, where: str, name: str) -> bytes:
    """Let the chain of sectors, or the tree of streams, come back to where it began."""
    whole = bytearray(_ole((name,)))
    if where == "sectors":
        struct.pack_into("<I", whole, _SECTOR + 4 * (2 + _STREAM_SECTORS - 1), 2)
    elif where == "directory":
        struct.pack_into("<I", whole, _SECTOR + 4, 1)
    else:
        entry = 2 * _SECTOR + 128
        struct.pack_into("<III", whole, entry + 68, 1, 1, 1)
    return bytes(whole)


@byte_verb("ole with size")
def ole_with_size(_: bytes, name: str, size: int) -> bytes:
    whole = bytearray(_ole((name,)))
    struct.pack_into("<Q", whole, 2 * _SECTOR + 128 + 120, size)
    return bytes(whole)


def _ole(names: tuple[str, ...]) -> bytes:
    """Lay out a header, one table of sectors, one directory sector and the streams."""
    table = [_FAT, _END]
    streams = []
    for _ in names:
        first = len(table)
        table += [*range(first + 1, first + _STREAM_SECTORS), _END]
        streams.append(first)
    table += [_FREE] * (_SECTOR // 4 - len(table))
    root = directory_entry("Root Entry", 5, _NOBODY, 1, _END, 0)
    size = _STREAM_SECTORS * _SECTOR
    entries = [
        directory_entry(
            name, 2, number + 2 if number + 1 < len(names) else _NOBODY, _NOBODY, first, size
        )
        for number, (name, first) in enumerate(zip(names, streams, strict=True))
    ]
    directory = b"".join([root, *entries]).ljust(_SECTOR, b"\0")
    body = bytes(size * len(names))
    return _header() + struct.pack("<128I", *table) + directory + body


def _header() -> bytes:
    head = _MARK + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    return head + struct.pack("<109I", 0, *[_FREE] * 108)

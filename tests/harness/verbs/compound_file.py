"""Compound files (OLE) with any storages and streams, laid out as MS-CFB says."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

_SECTOR, _SMALL_SECTOR, _SMALL = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NOBODY = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5

Storage = Mapping[str, Union[bytes, "Storage"]]
"""Streams and storages by name."""


def compound_file(content: Storage) -> bytes:
    """Return the file that holds some streams and storages."""
    layout = _Layout()
    layout.add("Root Entry", content)
    return layout.packed()


@dataclass
class _Layout:
    entries: list[list[Any]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)
    small: bytearray = field(default_factory=bytearray)
    small_table: list[int] = field(default_factory=list)

    def add(self, name: str, content: bytes | Storage) -> int:
        """Add an entry with all below it, and return its number; siblings are one chain."""
        number = len(self.entries)
        is_stream = isinstance(content, bytes)
        kind = _STREAM if is_stream else _STORAGE if number else _ROOT
        first, size = self._store(content) if isinstance(content, bytes) else (0, 0)
        entry: list[Any] = [name, kind, _NOBODY, _NOBODY, first, size]
        self.entries.append(entry)
        if not isinstance(content, bytes):
            last = entry
            for place, (below, inner) in enumerate(content.items()):
                at = self.add(below, inner)
                last[3 if place == 0 else 2] = at
                last = self.entries[at]
        return number

    def packed(self) -> bytes:
        """Return the file: header, streams, the small ones, both tables and the directory."""
        self.entries[0][4:] = self._chained(bytes(self.small)), len(self.small)
        packed_table = struct.pack(f"<{len(self.small_table)}I", *self.small_table)
        small_sectors = -(-len(packed_table) // _SECTOR)
        small_at = self._chained(packed_table.ljust(small_sectors * _SECTOR, b"\xff"))
        directory_at = self._chained(b"".join(directory_entry(*entry) for entry in self.entries))
        first = len(self.table)
        sectors = 1
        while (first + sectors) * 4 > sectors * _SECTOR:
            sectors += 1
        table = [*self.table, *[_FAT] * sectors]
        table += [_FREE] * (sectors * _SECTOR // 4 - len(table))
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        head += struct.pack(
            "<IIIIIIIII", 0, sectors, directory_at, 0, _SMALL, small_at, small_sectors, _END, 0
        )
        places = [*range(first, first + sectors)]
        head += struct.pack("<109I", *places, *[_FREE] * (109 - sectors))
        return head + bytes(self.body) + struct.pack(f"<{len(table)}I", *table)

    def _store(self, content: bytes) -> tuple[int, int]:
        if len(content) >= _SMALL:
            return self._chained(content), len(content)
        first = len(self.small_table) if content else _END
        self.small_table += _chain(first, -(-len(content) // _SMALL_SECTOR))
        self.small += content.ljust(-(-len(content) // _SMALL_SECTOR) * _SMALL_SECTOR, b"\0")
        return first, len(content)

    def _chained(self, content: bytes) -> int:
        """Append sectors that hold some bytes and return the first one's number."""
        if not content:
            return _END
        first, sectors = len(self.table), -(-len(content) // _SECTOR)
        self.table += _chain(first, sectors)
        self.body += content.ljust(sectors * _SECTOR, b"\0")
        return first


def _chain(first: int, sectors: int) -> list[int]:
    return [*range(first + 1, first + sectors), _END] if sectors else []


def directory_entry(name: str, kind: int, right: int, child: int, first: int, size: int) -> bytes:
    stored = name.encode("utf-16-le")
    head = stored.ljust(64, b"\0") + struct.pack("<HBB", len(stored) + 2, kind, 1)
    links = struct.pack("<III", _NOBODY, right, child)
    return head + links + bytes(36) + struct.pack("<IQ", first, size)

"""Compressing a part of a zip, so that a piece of it can be kept and taken over as it is.

A piece begins and ends where nothing refers to what stands before it: the compressor is flushed
there (Z_FULL_FLUSH). So the bytes of a part are the same whether a piece was kept or made anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from workflow.python.dataclass import dataclass

SharedT = TypeVar("SharedT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed piece, and the checksum and size of what it holds."""

    content: bytes
    crc: int
    size: int


class KnownPieces(Protocol):
    """The pieces of the workbook as it was written before, and of the one in work."""

    def key(self, *made_from: str) -> str:
        """Return the key of a piece, given all it is made from."""

    def holds(self, key: str) -> bool:
        """Whether a piece was there before, as far as can be told without reading it."""

    def made_of(
        self, function: Callable[[SharedT, int], ResultT], shared: SharedT, new: Sequence[int]
    ) -> Iterator[ResultT] | None:
        """Return what a function makes of new pieces, in several processes; None for few."""

    def find(self, key: str) -> tuple[bytes, tuple[int, ...]] | None:
        """Return a piece and its checksum and size; None where it is to be made anew."""

    def note(self, key: str, start: int, content: bytes, figures: tuple[int, ...] = ()) -> str:
        """Note where a piece was written, for the next time; return the digest of its bytes."""


def packed(text: bytes) -> Packed:
    """Return a text as a piece that stands for itself."""
    compressor = _compressor()
    content = compressor.compress(text) + compressor.flush(zlib.Z_FULL_FLUSH)
    return Packed(content, zlib.crc32(text), len(text))


class DeflatedPart:
    """One part while it is compressed: plain text and packed pieces, in any order."""

    def __init__(self) -> None:
        self.crc, self.size, self.packed_size = 0, 0, 0
        self._compressor = _compressor()
        self._is_flushed = True

    def add(self, text: bytes) -> bytes:
        """Return what is to be written now of some more text."""
        self.crc = zlib.crc32(text, self.crc)
        self.size += len(text)
        self._is_flushed = self._is_flushed and not text
        return self._counted(self._compressor.compress(text))

    def add_packed(self, piece: Packed) -> Iterator[bytes]:
        """Yield what is to be written now of a piece, which comes last."""
        if not self._is_flushed:
            yield self._counted(self._compressor.flush(zlib.Z_FULL_FLUSH))
            self._is_flushed = True
        self.crc = combined_crc(self.crc, piece.crc, piece.size)
        self.size += piece.size
        yield self._counted(piece.content)

    def end(self) -> bytes:
        """Return what is to be written at the end."""
        return self._counted(self._compressor.flush())

    def _counted(self, content: bytes) -> bytes:
        self.packed_size += len(content)
        return content


def _compressor() -> zlib._Compress:
    return zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)


# The checksum of a text from those of its two halves, as zlib's crc32_combine makes it, which
# Python does not offer: CRC-32 is arithmetic with polynomials over the two numbers 0 and 1, and
# what follows multiplies the first half by x to the power of the second half's bits.

_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31
_BYTE = 1 << 23
"""x to the power of 8."""


def combined_crc(first: int, second: int, length: int) -> int:
    """Return the CRC-32 of two texts, given that of each and the bytes of the second.

    >>> combined_crc(zlib.crc32(b"1234"), zlib.crc32(b"56789"), 5) == zlib.crc32(b"123456789")
    True
    """
    return _product(_byte_power(length), first) ^ second


def _byte_power(length: int) -> int:
    power, square = _ONE, _BYTE
    while length:
        if length & 1:
            power = _product(square, power)
        square = _product(square, square)
        length >>= 1
    return power


def _product(one: int, other: int) -> int:
    """Return the product of two polynomials, whose highest bit is the coefficient of 1."""
    product = 0
    for bit in range(31, -1, -1):
        if one >> bit & 1:
            product ^= other
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product

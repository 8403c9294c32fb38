"""Writes text parts into a zip as they are produced: no part is ever complete in memory.

A piece of a part that was written before is taken over compressed, as it stands in that file.
A long part is compressed in a thread of its own, which releases the interpreter lock: one processor
formats while another compresses. The bytes are the same with and without the thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from io import StringIO
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from workflow.excel.deflated import DeflatedPart, KnownPieces, Packed, packed
from workflow.model.errors import OutputError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_AT_ONCE = 1 << 18
"""Characters handed on together; a part of fewer is compressed where it is written."""

_MOST_WAITING = 8
_MOST_BYTES = (1 << 31) - 1
"""Of one part: beyond them a zip needs extensions that make Excel ask whether to repair it."""

_WHEN = (1980, 1, 1, 0, 0, 0)
_MAY_READ_AND_WRITE = 0o600 << 16


class ZipStream:
    """A zip written part after part, with a fixed time stamp. Complete when the context ends."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._zip = ZipFile(stream, "w", compression=ZIP_DEFLATED)
        self._stream = stream
        self._part: PartText | None = None
        self._info = ZipInfo()
        self._deflated = DeflatedPart()
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[object]] = deque()

    def part(self, name: str) -> PartText:
        """Begin a part and end the one before. Its text is stored as UTF-8."""
        self._end_part()
        self._part = PartText(self)
        self._do(lambda: self._begin(name))
        return self._part

    def __enter__(self) -> ZipStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the last part and the zip. Raises the error of the compressing thread, if any."""
        try:
            if kind is None:
                self._end_part()
            self._wait(0)
        finally:
            if self._thread:
                self._thread.shutdown()
            self._zip.close()

    def take(self, content: bytes) -> None:
        """Compress a piece of the current part; in the thread after the first long part."""
        self._ready_for(len(content))
        self._do(lambda: self._write(self._deflated.add(content)))

    def take_piece(self, piece: Packed | bytes, key: str, pieces: KnownPieces) -> None:
        """Take a piece that stands for itself, compressed already or not, and note where."""

        def write() -> None:
            one = piece if isinstance(piece, Packed) else packed(piece)
            for content in self._deflated.add_packed(one):
                start = self._stream.tell()
                self._write(content)
            pieces.note(key, start, one.content, (one.crc, one.size))

        self._ready_for(0 if isinstance(piece, Packed) else len(piece))
        self._do(write)

    def _ready_for(self, size: int) -> None:
        if size >= _AT_ONCE and self._thread is None:
            from concurrent.futures import ThreadPoolExecutor  # 8 ms, for large workbooks alone

            self._thread = ThreadPoolExecutor(max_workers=1)

    def _write(self, content: bytes) -> None:
        self._stream.write(content)

    def _begin(self, name: str) -> None:
        info = self._info = ZipInfo(name, _WHEN)
        info.compress_type, info.external_attr = ZIP_DEFLATED, _MAY_READ_AND_WRITE
        info.CRC = info.compress_size = info.file_size = 0  # until they are known
        info.header_offset = self._stream.tell()
        self._deflated = DeflatedPart()
        self._write(info.FileHeader(zip64=False))

    def _end(self) -> None:
        """Write what is left of a part, and its checksum and sizes into its header."""
        info, deflated = self._info, self._deflated
        self._write(deflated.end())
        info.CRC, info.file_size = deflated.crc, deflated.size
        info.compress_size = deflated.packed_size
        end = self._stream.tell()
        self._stream.seek(info.header_offset)
        self._write(info.FileHeader(zip64=False))
        self._stream.seek(end)
        self._zip.filelist.append(info)
        self._zip.start_dir = end

    def _end_part(self) -> None:
        if self._part:
            self._part.hand_on()
            self._part = None
            self._do(self._end)

    def _do(self, work: Callable[[], object]) -> None:
        if self._thread is None:
            work()
            return
        self._waiting.append(self._thread.submit(work))
        self._wait(_MOST_WAITING)

    def _wait(self, most: int) -> None:
        while len(self._waiting) > most:
            self._waiting.popleft().result()


class PartText(StringIO):
    """One part on its way into a zip. XlsxWriter writes into a StringIO, so it is one."""

    def __init__(self, target: ZipStream) -> None:
        super().__init__()
        self._target = target
        self._pieces: list[str] = []
        self._held, self._written = 0, 0

    def write(self, text: str) -> int:
        """Take a text; it goes on when enough has come together.

        Raises OutputError when the part becomes larger than Excel opens without asking.
        """
        self._pieces.append(text)
        self._held += len(text)
        if self._held >= _AT_ONCE:
            self.hand_on()
        return len(text)

    def write_piece(self, key: str, pieces: KnownPieces, text: Callable[[], str | Packed]) -> None:
        """Write a piece that is known by a key: as it was written before, or made anew."""
        self.hand_on()
        known = pieces.find(key)
        if known and len(known[1]) == len(("crc", "size")):
            kept = Packed(known[0], *known[1])
            self._count(kept.size)
            self._target.take_piece(kept, key, pieces)
            return
        made = text()
        content = made.encode() if isinstance(made, str) else made
        self._count(content.size if isinstance(content, Packed) else len(content))
        self._target.take_piece(content, key, pieces)

    def hand_on(self) -> None:
        """Pass the collected text on."""
        content = "".join(self._pieces).encode()
        self._pieces, self._held = [], 0
        self._count(len(content))
        self._target.take(content)

    def _count(self, size: int) -> None:
        self._written += size
        if self._written > _MOST_BYTES:
            raise OutputError(
                "文字の量が多すぎて、Excelで開けるファイルに収まらないため、台帳を作れませんでした。"
                "計画を基本目標などで分け、それぞれ別の作業用フォルダーで集めてください。"
            )

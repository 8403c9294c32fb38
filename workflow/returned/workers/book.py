"""A workbook that a worker process reads row by row, and tells as fast as it is listened to."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from workflow.model.limits import ResourceLimits
from workflow.model.raw import NotRowByRowError, RawRow, UnreadableBookError
from workflow.python.garbage import without_garbage_collection
from workflow.returned.workers.processes import ignore_interruption, limit_memory, start

_ROWS_AT_ONCE = 200


class BookInWorker:
    """A workbook in a worker process of its own; what goes wrong there says it is damaged."""

    def __init__(self, content: bytes, limits: ResourceLimits) -> None:
        """Open a workbook. Raises UnreadableBookError."""
        self._pipe, theirs = Pipe()
        self._seconds = limits.seconds
        self._process = start(_serve, theirs, limits.memory)
        theirs.close()  # so that reading ends when the worker does
        self._is_telling = False
        try:
            with contextlib.suppress(OSError):  # it died; hearing notices
                self._pipe.send_bytes(content)
            self.names: tuple[str, ...] = self._hear()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the process at once, whatever it does."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def rows(self, sheet: str) -> Iterator[RawRow]:
        """Yield the rows of a sheet that hold anything, in their order.

        UnreadableBookError where they are damaged, NotRowByRowError.
        """
        while self._is_telling:
            self._next_rows()  # of a sheet that was not listened to until its end
        with contextlib.suppress(OSError):  # it died; hearing notices
            self._pipe.send(sheet)
        self._is_telling = True
        while rows := self._next_rows():
            yield from rows

    def _next_rows(self) -> list[RawRow]:
        self._is_telling = False
        rows: list[RawRow] = self._hear()
        self._is_telling = bool(rows)
        return rows

    def _hear(self) -> Any:  # noqa: ANN401 - names, or rows
        try:
            if not self._pipe.poll(self._seconds):
                raise UnreadableBookError
            with without_garbage_collection():
                heard = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise UnreadableBookError from error
        if isinstance(heard, Exception):
            raise heard
        return heard


def _serve(pipe: Connection, memory: int) -> None:
    """Tell the sheets of a workbook, and the rows of each that is asked for."""
    from workflow.returned.readers.by_rows import WrittenBook  # 28 ms, the other need not wait for

    ignore_interruption()
    limit_memory(memory)
    gc.disable()  # what is read holds no circles
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a compiled reader that gives up tells the world
    with contextlib.suppress(EOFError, OSError):
        try:
            book = WrittenBook(pipe.recv_bytes())
            pipe.send(book.names)
            while True:
                _tell(pipe, book.rows(pipe.recv()))
        except UnreadableBookError as error:
            pipe.send(error)


def _tell(pipe: Connection, rows: Iterator[RawRow]) -> None:
    try:
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            pipe.send(some)
        pipe.send([])
    except NotRowByRowError as error:
        pipe.send(error)

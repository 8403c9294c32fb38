"""Readers that share no code say the same of a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from workflow.excel.xlsx.strict import as_transitional
from workflow.model.limits import Limits
from workflow.model.raw import RawBook
from workflow.returned.inbox import Received
from workflow.returned.intake.detect import Kind
from workflow.returned.open import open_received
from workflow.returned.readers.readings import read_again, read_first


def assert_read_alike(kind: Kind, content: bytes) -> RawBook | None:
    """Return what the readers say; None when all say that it cannot be read."""
    content = as_transitional(content) if kind is Kind.STRICT else content
    first, again = attempt(read_first, kind, content), attempt(read_again, kind, content)
    assert first == again
    return first


def assert_all_read_alike(files: Iterable[Received], passwords: Sequence[str]) -> None:
    """Assert it of every workbook in some files, in what lies within them, too."""
    opened: list[tuple[Kind, bytes]] = []

    def noted(kind: Kind, content: bytes, _: Limits) -> RawBook:
        opened.append((kind, content))
        return RawBook(())

    for file in files:
        list(open_received(file, passwords, noted))
    for kind, content in opened:
        assert_read_alike(kind, content)


def attempt(read: Callable[[Kind, bytes], RawBook], kind: Kind, content: bytes) -> RawBook | None:
    """Return what a reader says; None when it cannot read it."""
    try:
        return read(kind, content)
    except Exception:
        return None

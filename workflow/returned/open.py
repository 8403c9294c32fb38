"""A file in returned/ → the workbooks in it, or the reason why there is none to judge."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.excel.xlsx.strict import as_transitional
from workflow.model.catalogue import Code
from workflow.model.cells import MAX_CELL_TEXT
from workflow.model.findings import NO_DETAILS, Detail, Finding, Location
from workflow.model.limits import MILLION, USUAL, Limits
from workflow.model.raw import RawBook
from workflow.model.returns import Note, NoteKind, Outcome, Return
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import Received, content_of
from workflow.returned.intake.archive import Allowance, Member, members
from workflow.returned.intake.detect import Kind, examine
from workflow.returned.intake.not_workbooks import is_litter, suffix
from workflow.returned.intake.refusal import (
    Refusal,
    RefusedError,
    broken,
    not_a_return,
    too_large,
    unreadable,
)
from workflow.returned.intake.used_range import refuse_absurd
from workflow.returned.readers.readings import read_again, read_first
from workflow.returned.readers.text_table import TEXT_FILES, is_text_table, read_text_table
from workflow.storage.files import sha256

if TYPE_CHECKING:
    from workflow.returned.intake.mail import Mail

Reading = Callable[[Kind, bytes, Limits], RawBook]
"""How a workbook is read once it is known what it is. Raises what says it cannot be read."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook that could be read, with what is known of the file it came in."""

    read: Return
    book: RawBook


def open_received(
    received: Received,
    passwords: Sequence[str] = (),
    reading: Reading = read_first,
    limits: Limits = USUAL,
) -> Iterator[Opened | Return]:
    """Yield the workbooks of a file; what cannot be opened is yielded as its final outcome.

    None of them says which file it is: `Return.named` does. What lies in an archive or a mail has
    its path there, after a slash, so far.
    """
    empty = _unread(received)
    refusal = _refused_unread(received, limits)
    if refusal is not None:
        yield _refused(empty, refusal)
        return
    most = limits.file_megabytes * MILLION
    content = content_of(received, most)
    if content is None:
        litter = is_litter(received.file)  # Excel keeps its own ~$ files locked
        code = not_a_return(Code.FILE_LITTER) if litter else unreadable(Code.FILE_NOT_OPENED)
        yield _refused(empty, code)
        return
    if len(content) > most:  # it grew since it was listed
        yield _refused(empty, too_large(f"{most:,}バイトを超える"))
        return
    yield from _Opening(passwords, reading, limits).open(
        _known(empty, content), received.file, content
    )


def opened_book(
    received: Received, passwords: Sequence[str] = (), limits: Limits = USUAL
) -> RawBook | Finding:
    """Return the first workbook of a file, or why there is none; everything is guarded as above."""
    why = Finding(Code.FILE_NOT_EXCEL, Location())
    for opened in open_received(received, passwords, limits=limits):
        if isinstance(opened, Opened):
            return opened.book
        why = next(iter(opened.findings), why)
    return why


@dataclass(frozen=True, slots=True)
class OpenedTable:
    """A table of the city's own, and the SHA-256 of the file it was read from."""

    sha256: str
    book: RawBook


def opened_table(
    received: Received, limits: Limits = USUAL, *, again: bool = False
) -> OpenedTable | Finding:
    """Return a workbook or a text file, or why there is none; again it is read by other readers."""
    ending = received.path.suffix
    if ending.lower() in TEXT_FILES:
        most = limits.file_megabytes * MILLION
        content = content_of(received, most)
        if content is not None and len(content) <= most and is_text_table(ending, content):
            return _text_table(received, content, again)
    why = Finding(Code.FILE_NOT_EXCEL, Location())
    reading = read_again if again else read_first
    for opened in open_received(received, (), reading, limits):
        if isinstance(opened, Opened):
            return OpenedTable(opened.read.sha256, opened.book)
        why = next(iter(opened.findings), why)
    return why


def _text_table(received: Received, content: bytes, again: bool) -> OpenedTable | Finding:
    try:
        book = read_text_table(content, received.path.stem, by_pandas=again)
    except (csv.Error, ValueError):  # a quote that never ends, or a line longer than the others
        book = None
    return OpenedTable(sha256(content), book) if book else Finding(Code.FILE_NOT_EXCEL, Location())


def unjudged(received: Received, code: Code, details: Mapping[str, Detail] = NO_DETAILS) -> Return:
    """Return the outcome of a file whose reading was cut short."""
    if suffix(received.file) in (*Kind.ARCHIVE.extensions, *Kind.MAIL.extensions):
        return concluded(_unread(received), Outcome.UNREADABLE, Code.FILE_ARCHIVE_STOPPED)
    return concluded(_unread(received), Outcome.UNREADABLE, code, details)


def concluded(
    read: Return, outcome: Outcome, code: Code, details: Mapping[str, Detail] = NO_DETAILS
) -> Return:
    """Return the final outcome of a file that says nothing more."""
    finding = Finding(code, Location(), details)
    return replace(read, outcome=outcome, findings=(finding,))


def with_notices(opened: Opened, judged: Return) -> Return:
    """Return a judged return together with what was noticed while it was opened."""
    if not judged.outcome.is_answer:
        return judged
    return replace(judged, findings=(*opened.read.findings, *judged.findings))


class _Opening:
    """The opening of one file in returned/, with all that lies in it."""

    def __init__(self, passwords: Sequence[str], reading: Reading, limits: Limits) -> None:
        self._passwords = tuple(passwords)
        self._reading = reading
        self._limits = limits
        self._allowance = Allowance(limits)

    def open(
        self, read: Return, name: str, content: bytes, nesting: int = 0
    ) -> Iterator[Opened | Return]:
        """Yield the workbooks in the bytes of a file, each with what is known of it."""
        if is_litter(name):
            yield _refused(read, not_a_return(Code.FILE_LITTER))
            return
        extension = suffix(name)
        kind = examine(extension, content, self._limits)
        if isinstance(kind, Refusal):
            yield _refused(read, kind)
        elif not kind.is_envelope:
            yield self._open_book(read, kind, extension, content)
        elif nesting == self._limits.archive_depth:
            yield _refused(read, unreadable(Code.FILE_ARCHIVE_NESTED))
        elif kind is Kind.MAIL:
            yield from self._open_mail(read, content, nesting)
        else:
            found = members(read.file, content, self._passwords, self._allowance)
            yield from self._open_members(read, found, nesting)

    def _open_mail(self, read: Return, content: bytes, nesting: int) -> Iterator[Opened | Return]:
        from workflow.returned.intake.mail import read_mail  # 45 ms, with email

        mail = read_mail(content)
        if isinstance(mail, Refusal):
            yield _refused(read, mail)
            return
        read = replace(read, mail=mail.header)
        yield replace(_mail_itself(read, mail), format=Kind.MAIL.label)
        yield from self._open_members(read, mail.members(read.file, self._allowance), nesting)

    def _open_members(
        self, read: Return, found: Iterator[Member] | Refusal, nesting: int
    ) -> Iterator[Opened | Return]:
        if isinstance(found, Refusal):
            yield _refused(read, found)
            return
        for member in found:
            inner = replace(read, file=member.file, sha256="", size=0, envelope=read.on_disk)
            if isinstance(member.content, Refusal):
                yield _refused(inner, member.content)
            else:
                known = _known(inner, member.content)
                yield from self.open(known, member.file, member.content, nesting + 1)

    def _open_book(
        self, read: Return, kind: Kind, extension: str, content: bytes
    ) -> Opened | Return:
        try:
            inner, plain = self._unlocked(kind, extension, content)
            book = self._reading(*_as_read(inner, plain), self._limits)
            refuse_absurd(book, self._limits)
            return _opened(read, inner, extension, book)
        except RefusedError as error:
            return _refused(read, error.refusal)
        except MemoryError:
            raise
        except Exception:
            # Whatever a reader trips over in a damaged workbook, it costs this file alone.
            return _refused(read, broken("中身の書き方に誤りがあります"))

    def _unlocked(self, kind: Kind, extension: str, content: bytes) -> tuple[Kind, bytes]:
        """Return a workbook without its password."""
        from workflow.returned.intake import decrypt  # 15 ms

        if kind is Kind.ODS and decrypt.is_encrypted_ods(content):
            plain = self._unlocked_ods(content)
        elif kind is Kind.ENCRYPTED or (kind is Kind.XLS and decrypt.is_encrypted_xls(content)):
            plain = decrypt.decrypted(content, self._passwords)
        else:
            return kind, content
        if plain is None:
            raise RefusedError(unreadable(Code.FILE_ENCRYPTED))
        inner = examine(extension, plain, self._limits)
        if isinstance(inner, Refusal):
            raise RefusedError(inner)
        if inner in (Kind.ENCRYPTED, Kind.ARCHIVE):
            raise RefusedError(broken("パスワードを外した中身がExcelの形になっていません"))
        return inner, plain

    def _unlocked_ods(self, content: bytes) -> bytes | None:
        from workflow.returned.intake.decrypt import UnknownLockError, decrypted_ods  # 15 ms

        try:
            return decrypted_ods(content, self._passwords, self._limits)
        except UnknownLockError:
            raise RefusedError(unreadable(Code.FILE_UNKNOWN_LOCK)) from None


def _as_read(kind: Kind, content: bytes) -> tuple[Kind, bytes]:
    """Return a workbook in the spelling that readers know."""
    if kind is Kind.STRICT:
        return Kind.XLSX, as_transitional(content)
    if kind is Kind.FLAT_ODS:
        from workflow.returned.readers.ods import as_package  # 11 ms, with defusedxml

        return Kind.ODS, as_package(content)
    return kind, content


def _mail_itself(read: Return, mail: Mail) -> Return:
    """Return what a mail is besides the files attached to it: its text is kept as a note."""
    code = Code.FILE_MAIL_READ if mail.attached else Code.FILE_MAIL_BARE
    details = {"files": len(mail.attached), "pictures": mail.pictures}
    pieces = range(0, len(mail.text), MAX_CELL_TEXT)
    return replace(
        concluded(read, Outcome.NOT_A_RETURN, code, details if mail.attached else NO_DETAILS),
        notes=tuple(
            Note(
                NoteKind.MAIL,
                sheet="",
                cell="",
                text=mail.text[at : at + MAX_CELL_TEXT],
                author=mail.header.sender,
            )
            for at in pieces
        ),
    )


def _opened(read: Return, kind: Kind, extension: str, book: RawBook) -> Opened:
    known = replace(
        read,
        modified=book.modified,
        author=book.author,
        saved_by=book.saved_by,
        format=kind.label,
        findings=tuple(_notices(kind, extension)),
    )
    return Opened(known, book)


def _notices(kind: Kind, extension: str) -> Iterator[Finding]:
    if extension not in kind.extensions:
        shown, right = extension or "なし", kind.extensions[0]
        yield Finding(
            Code.FILE_WRONG_EXTENSION,
            Location(),
            {"extension": shown, "kind": kind.label, "right": right},
        )
    if kind in (Kind.XLS, Kind.XLSB):
        yield Finding(Code.FILE_VALUES_ONLY, Location(), {"kind": kind.label})


def _refused_unread(received: Received, limits: Limits) -> Refusal | None:
    """Return why a file is not even read, if so."""
    if received.folder:
        return not_a_return(Code.FILE_FOLDER)
    if not received.regular:
        return unreadable(Code.FILE_LINK)
    if received.size > limits.file_megabytes * MILLION:
        return too_large(f"{received.size:,}バイト")
    return None


def _refused(read: Return, refusal: Refusal) -> Return:
    return concluded(read, refusal.outcome, refusal.code, refusal.details)


def _known(read: Return, content: bytes) -> Return:
    return replace(read, sha256=sha256(content), size=len(content))


def _unread(received: Received) -> Return:
    return Return(
        file="",
        sha256="",
        size=received.size,
        received=received.received,
        outcome=Outcome.UNREADABLE,
    )

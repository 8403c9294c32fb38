"""An example's files, made one after the other and put into returned/."""

from __future__ import annotations

import io
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.city import City
from tests.fillers.own_form import fill_own_form, is_own_form, with_sheets_of
from tests.fillers.xml_patch import patched_parts, places
from tests.harness.cities import other_city, spread, template_of, usual_answers
from tests.harness.description import Example, SentFile
from tests.harness.harmful_paths import HARMS
from tests.harness.verbs import changed
from tests.harness.verbs.features import set_modified
from tests.harness.verbs.registry import Parts, packed, parts_of
from workflow.templates.layout import ENTRY_SHEET

Impossible = dict[str, str]
"""Name of a file → why this file system cannot hold it."""


def send(example: Example, city: City, phase: int, desk: Path) -> Impossible:
    """Put the files of a phase into returned/, made on a desk outside of it.

    Those of earlier phases that somebody takes away are gone by then.
    """
    for file in (f for f in example.files if f.taken_away and f.phase < phase):
        city.returned(name_on_disk(file.name), example.year).unlink(missing_ok=True)
    impossible = {}
    for file in (f for f in example.files if f.phase == phase):
        content = None if _special(file) else content_of(example, city, file)
        try:
            _put(city.returned(name_on_disk(file.name), example.year), file, content, desk)
        except (OSError, UnicodeEncodeError) as error:
            impossible[file.name] = repr(error)
    return impossible


def name_on_disk(name: str) -> str:
    """Return a name as the disk holds it; one beginning with \\x80 is no UTF-8."""
    return os.fsdecode(name.encode("latin-1")) if name.startswith("\x80") else name


def shown_name(name: str) -> str:
    """Return a name as results show it."""
    return name_on_disk(name).encode("utf-8", "replace").decode()


def content_of(example: Example, city: City, file: SentFile) -> bytes:
    """Return the bytes of a file."""
    if file.same_as:
        content = city.returned(file.same_as, example.year).read_bytes()
    elif file.stored:
        content = file.stored.read_bytes()
    elif file.template:
        content = _filled(example, city, file)
        if file.brings:
            brought = replace(file, template=file.brings, answers={}, only=())
            other = _filled(example, city, brought)
            if is_own_form(content):
                content = _saved(parts_of(with_sheets_of(content, other)), file)
            else:
                content = _saved(parts_of(with_entry_sheet_of(content, other)), file)
    else:
        content = b""
    changes = [change for change in file.changes if change[0] not in HARMS]
    return changed(content, changes, lambda saved: _saved(parts_of(saved), file))


def _put(target: Path, file: SentFile, content: bytes | None, desk: Path) -> None:
    if content is None:
        ((verb, arguments),) = file.changes
        _SPECIAL[verb](target, desk, *arguments)
        return
    target.write_bytes(content)
    os.utime(target, (file.received.timestamp(), file.received.timestamp()))
    if file.mode:
        target.chmod(int(file.mode, 8))


def _filled(example: Example, city: City, file: SentFile) -> bytes:
    year = file.year or example.year
    issuer = other_city(file.plan, year) if file.plan else city
    if file.handback:
        source = handback(city, file.template, example.year)
    else:
        source = template_of(issuer, file.template, year, file.issue)
    template = source.read_bytes()
    answers = _answers(example, issuer, file, year)
    if is_own_form(template):
        keys = {field.label: field.key for field in issuer.plan.form.fields}
        return _saved(parts_of(fill_own_form(template, answers, keys)), file)
    found = places(template)
    cells = {found[i, label]: v for i, row in answers.items() for label, v in row.items()}
    return _saved(patched_parts(template, cells), file)


def with_entry_sheet_of(content: bytes, other: bytes) -> bytes:
    """Return a workbook into which somebody has copied the entry sheet of another one."""
    book, source = load_workbook(io.BytesIO(content)), load_workbook(io.BytesIO(other))
    copy = book.create_sheet(f"{ENTRY_SHEET} (2)")
    for row in source[ENTRY_SHEET].iter_rows():
        for cell in row:
            target = copy.cell(cell.row, cell.column, cell.value)
            target.number_format = cell.number_format
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def handback(city: City, department: str, year: int) -> Path:
    (path,) = city.workspace.handbacks(year).glob(f"{department}_*.xlsx")
    return path


def _answers(example: Example, city: City, file: SentFile, year: int) -> dict[str, Any]:
    """Return what is written in each row: the plan's usual answers and the file's own."""
    latest = city.issue(file.template, year)
    number = replace(latest.number, issue=file.issue or latest.number.issue)
    issue = city.register(year).find(number)
    assert issue is not None
    asked = [item.id for item in issue.items]
    items = [item for item in asked if not file.only or item in file.only]
    quiet = file.blank or file.handback
    usual = {item: {} for item in items} if quiet else usual_answers(example.plan, items)
    answers = {item: usual[item] | spread(file.answers, item) for item in items}
    return {item: {k: v for k, v in row.items() if v != ""} for item, row in answers.items()}


def _saved(parts: Parts, file: SentFile) -> bytes:
    """Return a workbook that says when the file was saved last, whenever it is made here."""
    moment = (file.modified or file.received).astimezone(UTC)
    set_modified(parts, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return packed(parts)


# --- what is no file at all


def _special(file: SentFile) -> bool:
    return bool(file.changes) and file.changes[0][0] in _SPECIAL


def _pipe(target: Path, _: Path) -> None:
    os.mkfifo(target)


def _socket(target: Path, _: Path) -> None:
    """Bind a socket where the path is short, and move it."""
    short = Path(tempfile.mkdtemp(prefix="s-"))
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(short / "s"))
        (short / "s").rename(target)
    finally:
        shutil.rmtree(short)


def _link_to(target: Path, desk: Path, linked: str = "{desk}/secret.xlsx") -> None:
    (desk / "secret.xlsx").write_bytes(b"secret")
    target.symlink_to(linked.replace("{desk}", str(desk)))


def _link_to_itself(target: Path, _: Path) -> None:
    target.symlink_to(target.name)


def _folder(target: Path, _: Path, inside: str) -> None:
    (target / inside).parent.mkdir(parents=True)
    (target / inside).write_text("x", "utf-8")


def _sparse(target: Path, _: Path, size: int) -> None:
    """Make a file of zeros that takes no room on the disk."""
    with target.open("wb") as file:
        file.truncate(size)


_SPECIAL: dict[str, Callable[..., None]] = {
    "pipe": _pipe,
    "socket": _socket,
    "link to": _link_to,
    "link to itself": _link_to_itself,
    "folder": _folder,
    "sparse": _sparse,
}

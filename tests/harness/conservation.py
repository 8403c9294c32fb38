"""Nothing a person wrote is lost: every text of a return stands somewhere people look.

That is its row of the ledger, 欄外記入, a finding that quotes it, or the same row of the hand-back,
also where a form is refused as a whole (another year's, two numbers …). A file that does not count
says so by its outcome. Written by a person is what the paper the department was given does not say
in the same place; what stands in another place now has moved, as often as it was printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.city import City
from tests.harness.entered.files import pages_of, papers_in, sheets_of
from tests.harness.entered.pages import Held, Page, Paper, Place, seen
from workflow.model.cells import a1, folded_id
from workflow.model.fields.mark import MarkField
from workflow.storage.workspace import OWN_FORM
from workflow.templates.layout import CORRECTION_SHEET

READ = {"accepted", "accepted_with_warnings", "sent_back"}
_MAIL = "FILE_MAIL_READ"
_DAMAGED = "NOTES_UNREAD"
_LEDGER, _NOTES, _INDICATORS = "台帳", "欄外記入", "指標"
_COMPUTED = re.compile(
    r"記入済|未記入|記入する|未入力 ?\d+ ?件／全 ?\d+ ?件|-?[\d.]+"
    r"|このファイルは差戻しです。直していただきたいところが\d+件あります。"
    r"シート「修正のお願い」をご覧ください。"
)
_CORRECTION_DEADLINE = {
    (6, 2): re.compile("再提出期限"),
    (6, 3): re.compile(r"送付文のとおりです。|令和\d+年\d+月\d+日（.）"),
}
"""What the cover of a hand-back says in place of the deadline of its template."""
_LIKE_ENOUGH = 0.4
_MANY = 60
"""Of so many papers only those of the department are looked at."""

_NUMBER = re.compile(r"(?:.*：)?((\d{6})-\d{4}-\S+)")
"""A form's number, which findings quote alone, or the code of its city."""
_LONGEST = 32_767
"""What a cell of Excel can hold; that a text is longer is a finding."""
_PICTURE = "=DISPIMG("
"""What a program leaves in the place of a picture."""

Row = Mapping[str, Held]
File = Mapping[str, Any]
"""What collect --json says of one file."""
Papers = Sequence[tuple[str, bytes]]
"""Workbooks departments were given, by name."""


def issued_papers(city: City, year: int) -> Papers:
    """Return what departments were given so far: every template, and the hand-backs of now."""
    handbacks = city.workspace.handbacks(year)
    paths = [*(city.home / "templates").rglob("*.xlsx"), *handbacks.rglob("*.xlsx")]
    return tuple((path.name, path.read_bytes()) for path in sorted(paths))


def lost_texts(
    city: City,
    year: int,
    files: Sequence[File],
    issued: Papers,
    passwords: Sequence[str] = (),
) -> list[str]:
    """Return what people wrote in those of some returns that count, and that stands nowhere."""
    known = (*city.plan.open_passwords, *passwords)
    counting = [file for file in files if _counts(file)]
    papers = {
        paper.sha256: paper
        for path in _returned(city.workspace.returned(year), counting)
        for paper in papers_in(path.name, path.read_bytes(), known)
    }
    kept = _Kept(city, year)
    return [
        f"{file['path']}：{text}"
        for file in counting
        for text in _lost(_paper(papers, file), kept.of(file), _of(file["department"], issued))
    ]


def _counts(file: File) -> bool:
    return file["outcome"] in READ or _MAIL in {f["code"] for f in file["findings"]}


def _returned(folder: Path, counting: Sequence[File]) -> Iterator[Path]:
    """Yield the files of which something counts; others may be traps for their reader."""
    names = {file["path"] for file in counting}
    within = {str(path) for name in names for path in (Path(name), *Path(name).parents)}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder)).encode("utf-8", "replace").decode()
        if name in within and path.is_file():
            yield path


def _paper(papers: Mapping[str, Paper], file: File) -> Paper:
    is_inside = _MAIL in {f["code"] for f in file["findings"]} and file["sha256"] not in papers
    if is_inside:
        return Paper("", ())  # the mail around it has its text
    unread = Paper("", [Page("", beside=["（この試験では読めない）"])])
    return papers.get(file["sha256"], unread)


def _of(department: str, issued: Papers) -> list[Page]:
    papers = [content for n, content in issued if len(issued) < _MANY or department in n]
    return [page for content in papers for page in _as_printed(pages_of(content))]


def _as_printed(pages: Sequence[Page]) -> Iterator[Page]:
    """Yield what is ours on the pages of a paper: of a hand-back, not the answers it came with."""
    is_handback = any(page.name == CORRECTION_SHEET for page in pages)
    for page in pages:
        is_ours = not is_handback or page.name == CORRECTION_SHEET
        yield page if is_ours else Page(page.name, beside=page.beside)


def _lost(paper: Paper, kept: _KeptOfFile, issued: Sequence[Page]) -> Iterator[str]:
    for page in paper.pages:
        printed = _printed_on(page, issued)
        for place, held in _written(page, printed):
            if not kept.has(page, place, held):
                yield f"{page.name} {a1(*place)} {held.text}"
        issued_beside = {seen(text) for one in issued for text in one.beside}
        for text in page.beside:
            if not (seen(text) in issued_beside or kept.has_beside(text)):
                yield f"{page.name} {text}"


def _printed_on(page: Page, issued: Sequence[Page]) -> Page:
    """Return the issued page that a page was, or an empty one for a page of somebody's own."""
    texts = Counter(held.text for held in page.cells.values())

    def shared(other: Page) -> int:
        printed = Counter(h.text for at, h in other.cells.items() if at not in other.computed)
        same = (printed & texts).total()
        return same if same > _LIKE_ENOUGH * printed.total() else 0

    best = max(issued, key=shared, default=Page(""))
    return best if shared(best) else Page("")


def _written(page: Page, printed: Page) -> Iterator[tuple[Place, Held]]:
    """Yield what a person wrote: it is not printed there, and did not come from elsewhere."""
    moved = Counter(
        seen(held.text)
        for place, held in printed.cells.items()
        if place not in page.cells or seen(page.cells[place].text) != seen(held.text)
    )
    copied = _copied_rows(page, printed)
    for place, held in sorted(page.cells.items()):
        text = seen(held.text)
        there = printed.cells.get(place)
        if there and folded_id(there.text) == folded_id(held.text):
            continue
        if (place[1], text) in copied.get(place[0], ()):
            continue
        if printed.computed and _COMPUTED.fullmatch(text) and place not in printed.cells:
            continue
        anew = _CORRECTION_DEADLINE.get(place) if printed.computed else None
        if anew and anew.fullmatch(text):
            continue
        if place in printed.computed and _COMPUTED.fullmatch(text):
            continue
        if moved[text]:
            moved[text] -= 1
        else:
            yield place, held


def _copied_rows(page: Page, printed: Page) -> dict[int, set[tuple[int, str]]]:
    """Return what rows repeat that somebody copied: two texts of one printed row or more."""
    rows = _by_row(printed)
    found = {}
    for row, texts in _by_row(page).items():
        most = max((texts & other for other in rows.values()), key=len, default=set())
        if len(most) > 1:
            found[row] = most
    return found


def _by_row(page: Page) -> dict[int, set[tuple[int, str]]]:
    rows: dict[int, set[tuple[int, str]]] = {}
    for (row, column), held in page.cells.items():
        rows.setdefault(row, set()).add((column, seen(held.text)))
    return rows


@dataclass(frozen=True)
class _KeptOfFile:
    """What is kept of one file."""

    path: str
    notes: Sequence[Row]
    answers: Sequence[Row]
    findings: Sequence[Mapping[str, str]]
    by_item: Mapping[str, frozenset[str]]
    handed_back: frozenset[str]
    marks: frozenset[str]
    is_own_form: bool

    def has(self, page: Page, place: Place, held: Held) -> bool:
        """Whether what a cell holds is kept, with its place or in the row of its item."""
        number = _NUMBER.fullmatch(held.text)
        words = [seen(held.text[:_LONGEST]), *held.also, *(number.groups() if number else ())]
        is_mark = held.text.startswith(_PICTURE)
        is_mark |= any(c == place[1] and h.text in self.marks for (_, c), h in page.cells.items())
        return is_mark or any(
            self._is_noted(page.name, a1(*place), word)
            or self._is_answer(page.name, place[0], word)
            or self._is_quoted(a1(*place), word)
            or self._is_in_row(page, place[0], word)
            for word in words
        )

    def has_beside(self, text: str) -> bool:
        """Whether what stands beside the cells is kept, line by line, or reported as damaged."""
        if any(finding["code"] == _DAMAGED for finding in self.findings):
            return True
        notes = "\n".join(seen(note["内容"].text) for note in self.notes)
        return all(seen(line) in notes for line in text.splitlines())

    def _is_noted(self, sheet: str, cell: str, word: str) -> bool:
        return any(
            word in seen(note["内容"].text)
            for note in self.notes
            if _says(note, "シート", sheet) and _says(note, "セル", cell)
        )

    def _is_answer(self, sheet: str, row: int, word: str) -> bool:
        return any(
            word in _words(answer.values())
            for answer in self.answers
            if _says(answer, "シート", sheet) and _says(answer, "行", str(row))
        )

    def _is_quoted(self, cell: str, word: str) -> bool:
        """Whether a finding quotes it: of that cell, in brackets, or as the number of a form."""
        is_number = _NUMBER.fullmatch(word) or (word.isdecimal() and len(word) == 6)
        return any(
            word in (message := seen(finding["message"]))
            and (is_number or finding["cell"] == cell or f"「{word}" in message)
            for finding in self.findings
        )

    def _is_in_row(self, page: Page, row: int, word: str) -> bool:
        """Whether the item of a row says it: in the ledger, or in the hand-back."""
        ids = {folded_id(held.text) for place, held in page.cells.items() if place[0] == row}
        known: AbstractSet[str] = ids & self.by_item.keys()
        if self.is_own_form and not known:
            known = _item_of_card(page, self.by_item.keys()) or self._item_above(page, row)
        return any(word in self.by_item[item] for item in known) or (
            not known and word in self.handed_back
        )

    def _item_above(self, page: Page, row: int) -> AbstractSet[str]:
        """Return the item of the nearest row above with a 整理番号: it may take several lines."""
        lines = {
            at: item
            for (at, _), held in page.cells.items()
            if at < row and (item := folded_id(held.text)) in self.by_item
        }
        return {lines[max(lines)]} if lines else frozenset()


class _Kept:
    """Everything that is kept of a year: the ledger workbook and the hand-backs."""

    def __init__(self, city: City, year: int) -> None:
        self._is_own_form = (city.home / OWN_FORM).exists()
        ledger = city.workspace.ledger(year).read_bytes()
        sheets = sheets_of(ledger, (_LEDGER, _NOTES, _INDICATORS))
        self._notes, self._answers = _rows(sheets[_NOTES]), _rows(sheets[_LEDGER])
        self._by_item: dict[str, set[str]] = {}
        indicators = _rows(sheets[_INDICATORS]) if _INDICATORS in sheets else []
        for answer in (*self._answers, *indicators):
            texts = self._by_item.setdefault(folded_id(answer["整理番号"].text), set())
            texts |= _words(answer.values())
        marks = (f.label for f in city.plan.form.fields if isinstance(f, MarkField))
        self._marks = frozenset(marks)
        self._handed: set[str] = set()
        for path in sorted(city.workspace.handbacks(year).rglob("*.xlsx")):
            for page in pages_of(path.read_bytes()):
                self._take(page)

    def _take(self, handback: Page) -> None:
        rows: dict[int, set[str]] = {}
        for (row, _), held in handback.cells.items():
            rows.setdefault(row, set()).update(_words([held]))
        for texts in rows.values():
            self._handed |= texts
            for item in set(map(folded_id, texts)) & self._by_item.keys():
                self._by_item[item] |= texts
        if self._is_own_form:
            for item in _item_of_card(handback, self._by_item.keys()):
                self._by_item[item].update(*rows.values())

    def of(self, file: File) -> _KeptOfFile:
        path = file["path"]
        return _KeptOfFile(
            path,
            [note for note in self._notes if note["ファイル"].text.startswith(path)],
            [answer for answer in self._answers if path in _text(answer, "回答ファイル")],
            file["findings"],
            {item: frozenset(texts) for item, texts in self._by_item.items()},
            frozenset(self._handed),
            self._marks,
            self._is_own_form,
        )


def _item_of_card(page: Page, items: AbstractSet[str]) -> AbstractSet[str]:
    """Return the only item whose 整理番号 stands on a page: all of the card is about it."""
    known = {folded_id(held.text) for held in page.cells.values()} & items
    return known if len(known) == 1 else frozenset()


def _rows(page: Page) -> list[Row]:
    """Return the rows of a flat table below its headings."""
    heads = {c: held.text for (row, c), held in page.cells.items() if row == 1}
    rows: dict[int, dict[str, Held]] = {}
    for (row, column), held in page.cells.items():
        if row > 1:
            rows.setdefault(row, {})[heads[column]] = held
    return list(rows.values())


def _text(row: Row, heading: str) -> str:
    return row[heading].text if heading in row else ""


def _says(row: Row, heading: str, text: str) -> bool:
    return _text(row, heading) == text


def _words(cells: Iterable[Held]) -> set[str]:
    return {word for held in cells for word in (seen(held.text), *held.also)}

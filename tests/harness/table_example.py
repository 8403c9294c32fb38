"""An example of a city's own table: its cells as text, and the plan that `init` makes of it."""

from __future__ import annotations

import csv
import io
import json
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.fillers.libreoffice import run_jobs
from tests.harness.description import EXAMPLES
from tests.harness.play import run_here
from tests.tables import cells, written
from workflow.compiled.ledger import STATUS_LABEL
from workflow.compiled.years.past import read_ledger
from workflow.first_day.draft import Draft, Wishes, drafted
from workflow.first_day.reading.source import Source, read_source
from workflow.model.years import parse_year
from workflow.plan.load import load_document
from workflow.returned.inbox import single
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

TABLES = EXAMPLES / "tables"
LEFTWARDS, UPWARDS = "←", "↑"
"""What stands in a cell that is merged with the one to its left, or with the one above it."""

OFFICE_FILTERS = {".xls": "MS Excel 97", ".ods": "calc8"}


@dataclass(frozen=True, slots=True)
class TableExample:
    """A table, how the command is called for it, and in short what the example shows."""

    about: str
    name: str
    sheets: Mapping[str, list[list[str]]]
    arguments: tuple[str, ...]
    encoding: str
    separator: str
    struck: tuple[str, ...]
    hidden: tuple[int, ...]
    comments: Mapping[str, str]

    @property
    def needs_office(self) -> bool:
        """Whether LibreOffice saves it."""
        return Path(self.name).suffix in OFFICE_FILTERS


def table_folders() -> list[Path]:
    """Return the folder of every example of a table."""
    return sorted(path.parent for path in TABLES.glob("*/table.toml"))


def read_table_example(folder: Path) -> TableExample:
    """Return the example in a folder."""
    words = tomllib.loads((folder / "table.toml").read_text("utf-8"))
    example = TableExample(
        about=words.pop("about"),
        name=words.pop("file"),
        sheets={name: _lines(text) for name, text in words.pop("sheets").items()},
        arguments=tuple(shlex.split(words.pop("arguments", ""))),
        encoding=words.pop("encoding", "utf-8"),
        separator=words.pop("separator", ","),
        struck=tuple(words.pop("struck", ())),
        hidden=tuple(words.pop("hidden", ())),
        comments=words.pop("comments", {}),
    )
    assert not words, f"nobody knows {list(words)}"
    return example


def _lines(text: str) -> list[list[str]]:
    return [cells(line) for line in text.strip("\n").split("\n")]


def write_table(example: TableExample, folder: Path) -> Path:
    """Write the file of an example and return it."""
    path = folder / example.name
    if path.suffix in (".csv", ".tsv", ".txt"):
        (lines,) = example.sheets.values()
        stream = io.StringIO()
        csv.writer(stream, delimiter=example.separator).writerows(
            [[written(cell) for cell in line] for line in lines]
        )
        path.write_bytes(stream.getvalue().encode(example.encoding))
        return path
    made = path.with_suffix(".xlsx")
    _book(example).save(made)
    if example.needs_office:
        kind = OFFICE_FILTERS[path.suffix]
        run_jobs([{"do": "save as", "source": str(made), "target": str(path), "filter": kind}])
    return path


def _book(example: TableExample) -> Workbook:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, lines in example.sheets.items():
        sheet = book.create_sheet(name)
        for row, line in enumerate(lines, start=1):
            for column, cell in enumerate(line, start=1):
                if cell and cell not in (LEFTWARDS, UPWARDS):
                    sheet.cell(row, column, written(cell))
        for area in merged_areas(lines):
            sheet.merge_cells(
                start_row=area[0], start_column=area[1], end_row=area[2], end_column=area[3]
            )
        _look(sheet, example)
    return book


def _look(sheet: Worksheet, example: TableExample) -> None:
    for reference in example.struck:
        sheet[reference].font = Font(strike=True)
    for row in example.hidden:
        sheet.row_dimensions[row].hidden = True
    for reference, text in example.comments.items():
        sheet[reference].comment = Comment(text, "")


def merged_areas(lines: list[list[str]]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the merged cells: a cell, what is ← to its right, and the rows of ↑ below it."""
    at = {(r, c): cell for r, line in enumerate(lines, 1) for c, cell in enumerate(line, 1)}
    for (row, column), cell in at.items():
        if cell in (LEFTWARDS, UPWARDS):
            continue
        right, bottom = column, row
        while at.get((row, right + 1)) == LEFTWARDS:
            right += 1
        while at.get((bottom + 1, column)) == UPWARDS:
            bottom += 1
        if (right, bottom) != (column, row):
            yield row, column, bottom, right


@dataclass(frozen=True, slots=True)
class Imported:
    """What the real command made of an example, and the draft its result book is written from."""

    code: int
    printed: str
    complaint: str
    draft: Draft | None
    home: Path


def imported(example: TableExample, home: Path) -> Imported:
    """Run the command on an example."""
    path = write_table(example, home)
    typed = ("init", "--from-table", str(path), "--yes", *example.arguments)
    code, printed, complaint = run_here(*typed, "--home", str(home))
    draft = None
    if (home / "plan.xlsx").exists():
        source = read_source(single(path))
        assert isinstance(source, Source)
        draft = drafted(source, _wishes(example.arguments))
    return Imported(code, printed, complaint, draft, home)


def _wishes(arguments: tuple[str, ...]) -> Wishes:
    pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
    mapped = dict(text.split("=", 1) for option, text in pairs if option == "--map")
    one = dict(pairs)
    year = parse_year(one["--year"]) if "--year" in one else None
    return Wishes(one.get("--sheet", ""), year, mapped, one.get("--city", ""))


def outcome_of(run: Imported) -> dict[str, Any]:
    """Return what became of an example, as expected.json says it."""
    if run.draft is None:
        return {"exit": run.code, "complaint": run.complaint.strip().split("。")[0]}
    draft = run.draft
    content = load_document(run.home / "plan.xlsx").content
    names = {department["code"]: department["name"] for department in content["departments"]}
    return {
        "exit": run.code,
        "plan": f"{content['plan']['municipality'].get('name', '')} {content['plan']['title']}",
        "levels": " ＞ ".join(content["levels"]),
        "items": {item["id"]: _item(item, names) for item in content["items"]},
        "fields": {field["label"]: _field(field) for field in content["form"]["fields"]},
        **_indicators(content),
        "answers": _answers(run.home),
        "left_out": {f"{p.sheet}!{p.ref}": fate.why for p, fate in draft.left_out()},
        "findings": [
            " ".join(filter(None, (f.code.name, f.location.sheet))) for f in draft.findings
        ],
    }


def as_text(outcome: Mapping[str, Any]) -> str:
    """Return an outcome as its file holds it."""
    return json.dumps(outcome, ensure_ascii=False, indent=2) + "\n"


def _item(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    path = " ＞ ".join((*item["path"], item["title"])).replace("\n", "⏎")
    asked = "、".join(names[code] for code in item["departments"])
    each = "それぞれ" if item.get("answer") == "each" else ""
    pages = f" p{item['pages']}" if item.get("pages") else ""
    return f"{path} [{asked}{each}]{pages}"


def _field(field: Mapping[str, Any]) -> str:
    choices = "/".join(
        choice["value"] + (f"（{choice['meaning']}）" if choice.get("meaning") else "")
        for choice in field.get("choices", ())
    )
    marks = ("必須" if field.get("required") else "", "順" if field.get("ordered") else "")
    return " ".join(filter(None, (field["type"], field.get("unit", ""), choices, *marks)))


def _indicators(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the indicators by id, as plan.json writes them; nothing where there are none."""
    found = {}
    for one in content.get("indicators", ()):
        rest = {key: value for key, value in one.items() if key not in ("id", "item", "name")}
        found[one["id"]] = {f"{one['item']} {one['name']}": rest}
    return {"indicators": found} if found else {}


def _answers(home: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted((home / "compiled").glob("*/台帳_*.csv")):
        for row in read_ledger(path.read_bytes()):
            labels = list(row)
            asked = labels[labels.index(DEPARTMENT_LABEL) + 1 : labels.index(STATUS_LABEL)]
            values = {label: row[label].replace("\n", "⏎") for label in asked if row[label]}
            if row[STATUS_LABEL] == "持ち込み":
                found[f"{path.parent.name} {row[ID_LABEL]} {row[DEPARTMENT_LABEL]}"] = values
    return found

"""What became of an example, as its expected.json writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tests.city import City
from tests.fillers.xml_patch import without_unit

Usual = Mapping[str, Mapping[str, Any]]
"""整理番号 → label → what the plan's usual answers say, None where they say nothing."""

SHOWN = ("code", "item", "field", "cell")
_TOTALS = ("answered", "missing")
_OF_POINTS = ("nothing_to_report", "open_points")


def outcome_of(
    exit_code: int,
    document: Mapping[str, Any],
    city: City,
    usual: Usual,
    has_record: bool = False,
) -> Any:  # noqa: ANN401 - JSON
    """Return what collect made of the returns: each file's findings, the totals, the ledger.

    Of the ledger only what differs from the plan's usual answers is shown. Points, and who is
    handed something back, are shown where people write in 確認の記録.
    """
    by_file = {file["path"]: file_as_expected(file) for file in document["files"]}
    homeless = [f for f in document["findings"] if f["file"] not in by_file]
    totals = {key: document["totals"][key] for key in (_TOTALS + _OF_POINTS * has_record)}
    rows = _rows(city, document["year"], "台帳")
    notes = [_note(row) for row in _rows(city, document["year"], "欄外記入")]
    optional = {"findings": findings_as_expected(homeless), "notes": notes}
    if has_record:
        handbacks = city.workspace.handbacks(document["year"]).glob("*.xlsx")
        optional["points"] = [_point(point) for point in document["points"]]
        optional["handbacks"] = sorted(path.name.partition("_")[0] for path in handbacks)
    return {
        "exit": exit_code,
        "files": by_file,
        "totals": totals,
        "answered": [_name(row) for row in rows if row["回答状況"] == "回答済"],
        "ledger": _unusual(rows, usual),
    } | {key: lines for key, lines in optional.items() if lines}


def file_as_expected(file: Mapping[str, Any]) -> dict[str, Any]:
    """Return what became of a file, as expected.json writes it."""
    return {
        "outcome": file["outcome"],
        "department": file["department"],
        "answers": file["answers"],
        "findings": findings_as_expected(file["findings"]),
    }


def findings_as_expected(findings: Iterable[Mapping[str, str]]) -> list[str]:
    """Return findings as expected.json writes them, each a line."""
    return [" ".join(f[key] or "-" for key in SHOWN).rstrip(" -") for f in findings]


def _point(point: Mapping[str, str]) -> str:
    """Return a point on a line: what it is about, what was decided, and what was explained."""
    about = " ".join(point[key] for key in ("id", "code", "department", "item", "field"))
    decided = "・".join(filter(None, (point[key] for key in ("decision", "reason", "by"))))
    explained = f"（説明：{point['explanation']}）" if point["explanation"] else ""
    return f"{' '.join(about.split())}：{decided or '未確認'}{explained}"


def _rows(city: City, year: int, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet of the ledger by label, as another reader finds them."""
    header, *rows = (
        _opened(city.workspace.ledger(year).read_bytes()).get_sheet_by_name(sheet).to_python()
    )
    labels = [without_unit(str(heading)) for heading in header]
    return [dict(zip(labels, row, strict=True)) for row in rows]


@lru_cache(maxsize=1)
def _opened(ledger: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(BytesIO(ledger))


def _unusual(rows: list[dict[str, Any]], usual: Usual) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["回答状況"] == "回答済":
            expected_values = usual[row["整理番号"]]
            values = {label: _plain(row[label]) for label in expected_values}
            differing = {k: v for k, v in values.items() if v != expected_values[k]}
            found[_name(row)] = differing
        elif row["回答状況"] != "未提出":
            labels = list(row)
            asked = labels[labels.index("担当課") + 1 : labels.index("回答状況")]
            values = {label: _plain(row[label]) for label in asked if row[label]}
            found[_name(row)] = {"回答状況": row["回答状況"]} | values
    return {name: values for name, values in found.items() if values}


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['整理番号']} {row['担当課']}"


def _note(row: Mapping[str, Any]) -> str:
    where = (row["書かれていた所"], row["シート"], row["セル"])
    return f"{' '.join(filter(None, where))}：{row['内容']}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if value == "" else value


def as_text(outcome: Mapping[str, Any]) -> str:
    """Return expected.json: a line per finding and per ledger row."""

    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    files = [_file_as_text(path, file, line) for path, file in outcome["files"].items()]
    ledger = [f"    {line(key)}: {line(row)}" for key, row in outcome["ledger"].items()]
    parts = [
        f'  "exit": {outcome["exit"]}',
        '  "files": {\n' + ",\n".join(files) + "\n  }",
        f'  "totals": {line(outcome["totals"])}',
        f'  "answered": {line(outcome["answered"])}',
        '  "ledger": {' + ("\n" + ",\n".join(ledger) + "\n  " if ledger else "") + "}",
    ]
    for key in ("findings", "notes", "points", "handbacks"):
        if key in outcome:
            lines = ",\n".join(f"    {line(text)}" for text in outcome[key])
            parts.append(f'  "{key}": [\n{lines}\n  ]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _file_as_text(path: str, file: Mapping[str, Any], line: Any) -> str:  # noqa: ANN401
    head = ", ".join(f'"{k}": {line(file[k])}' for k in ("outcome", "department", "answers"))
    findings = ",\n".join(f"        {line(finding)}" for finding in file["findings"])
    shown = f"[\n{findings}\n      ]" if findings else "[]"
    return f'    {line(path)}: {{\n      {head},\n      "findings": {shown}\n    }}'


def expected(folder: Path) -> Any:  # noqa: ANN401 - JSON
    """Return what an example says it ends as."""
    return json.loads((folder / "expected.json").read_text("utf-8"))

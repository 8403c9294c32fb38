"""demo: two fiscal years of the sample plan, the second with everything that goes wrong."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

from workflow import COMMAND as COMMAND_LINE
from workflow.commands.collect import collect, show_round
from workflow.commands.command import CLEAN, Command, default_home, workspace_of
from workflow.commands.finalize import finalize
from workflow.commands.generate import generate
from workflow.commands.report import report
from workflow.excel.table import FONT_SIZE, Heading, TableStyles, write_values
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.excel.xlsx.reader import read_xlsx
from workflow.model.cells import CellIndex
from workflow.model.errors import WorkspaceError
from workflow.model.fields.declarations import Value
from workflow.model.indicators.indicator import actual_key
from workflow.model.plan import Plan
from workflow.model.raw import RawSheet
from workflow.model.years import JST, era_year, full_year
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document
from workflow.plan.load import load_plan
from workflow.python.dataclass import dataclass
from workflow.rounds.collected import Collected
from workflow.rounds.options import in_workers
from workflow.storage.files import write_file
from workflow.storage.workspace import OWN_FORM, Workspace
from workflow.templates.indicator_table import INDICATOR_ID_LABEL, INDICATOR_SHEET, actual_label
from workflow.templates.lay_out import lay_out_issue
from workflow.templates.layout import ENTRY_SHEET, ID_LABEL
from workflow.templates.own.lay_out import lay_out_own
from workflow.templates.own.package.parts import Parts, sheet_parts, write_saved
from workflow.templates.own.package.sheet import SheetTree
from workflow.templates.own.starting_forms import CARD_NAME, LIST_NAME, starting_forms
from workflow.templates.register import Issue
from workflow.terminal.output import progress_bar, say

_BUDGET = "予算_令和6年度.xlsx"
_MARK = "この中身は demo が作り直します.txt"
Texts = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One file a department sends back: from which template, under which name, saying what."""

    issue: Issue
    name: str
    texts: Texts
    hours: int


_FORMS = {"list": LIST_NAME, "card": CARD_NAME}
"""The forms that take the place of the built-in one, by what --form calls them."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--form",
        choices=tuple(_FORMS),
        default="",
        help="市の様式（list は一覧、card は単票）で、同じ流れを作ります。",
    )


def _run(arguments: Namespace) -> int:
    play(workspace_of(arguments).home / "demo", arguments.form)
    return CLEAN


COMMAND = Command(
    name="demo",
    summary="見本の計画で、一連の流れを demo フォルダーに作ります。",
    menu="見本で一連の流れを見る",
    arguments=_arguments,
    run=_run,
)


def play(folder: Path, form: str = "") -> None:
    """Build the demo workspace anew, run both years in it and name the files to open.

    Form is the city's own form to play them on, "list" or "card"; without one, the built-in form.
    """
    in_workers().get_ready()  # it starts up while the first forms are made
    workspace = _fresh_workspace(folder)
    plan = load_plan(workspace.home)
    _put_form(workspace, plan, form)
    answers = _sample_answers()
    compiled: dict[int, Collected] = {}
    for year, deliveries in ((2023, _calm_year), (2024, _lively_year)):
        say(f"\n{full_year(year)}")
        if year == 2024 and not form:
            _add_figures(workspace)
            say("【例】の指標3件と、予算額の表を加えました。")
        issued_at = datetime(year + 1, 4, 15, 9, tzinfo=JST)
        issuance = generate(workspace, year, issued_at)
        say(f"調査票を{len(issuance.issued)}件発行しました。")
        for delivery in deliveries(issuance.issued, answers[str(year)]):
            _deliver(workspace, plan, year, delivery, issued_at)
        if year == 2024:
            _deliver_strays(workspace.returned(year), issued_at + timedelta(days=20))
        compiled[year] = _collect(workspace, year, issued_at + timedelta(days=21))
        if year == 2023:
            finalize(workspace, year, issued_at + timedelta(days=60), in_workers())
            say(f"{era_year(year)}を確定しました。")
            report(workspace, year, issued_at + timedelta(days=61))
            say("公表用の報告書を作りました。")
    say("\n次のファイルを開いてみてください。")
    for year, collected in compiled.items():
        say(f"・{workspace.overview(year)}")
        say(f"・{workspace.ledger(year)}")
        for path in collected.handbacks:
            say(f"・差戻し用の調査票：{path}")
    say(f"・報告書：{workspace.report(2023)}")
    say(f"・調査票の例：{workspace.templates(2024)}")
    say("\n元の回答から計算し直して照合するには、次のように実行します。")
    say(f"    {COMMAND_LINE} verify --year 2024 --home {_typed(folder)}")


def _put_form(workspace: Workspace, plan: Plan, form: str) -> None:
    if form:
        write_file(workspace.home / OWN_FORM, starting_forms(plan)[_FORMS[form]])
        say(f"市の様式を置きました：{workspace.home / OWN_FORM}")


def _typed(folder: Path) -> str:
    """Return a folder as it is typed: by its name where that is enough."""
    is_here = folder.parent in (default_home(), Path.cwd())
    return folder.name if is_here else shlex.quote(str(folder))


def _fresh_workspace(folder: Path) -> Workspace:
    if folder.exists():
        if not (folder / _MARK).exists():
            raise WorkspaceError(
                f"「{folder}」は demo が作ったものではないため、触りませんでした。"
            )
        for path in folder.rglob("*.*"):
            path.chmod(0o700)  # Windows removes no read-only file, and a final version is one
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    mark = "見本です。回答はすべてこちらで作った例（【例】）です。\n"
    write_file(folder / _MARK, mark.encode())
    write_file(folder / "plan.xlsx", written_book(sample_document()))
    return Workspace(folder)


def _add_figures(workspace: Workspace) -> None:
    """Give the plan of the second year indicators, and a table of what each item may cost."""
    document, figures = sample_document(), _sample("demo_figures.json")
    document["indicators"] = figures["indicators"]
    budget = figures["budget"]
    document["known_values"] = {
        "file": _BUDGET,
        "columns": [{"label": "予算額", "unit": "千円"}],
    }
    ids = [item["id"] for item in document["items"]]
    rows = [(id_, budget["first"] + n * budget["step"]) for n, id_ in enumerate(ids)]
    stream = BytesIO()
    with new_workbook(stream, FONT_SIZE) as book:
        book.set_properties({"title": "【例】予算額", "created": datetime(2024, 4, 1)})
        columns = [Heading("整理番号", 8), Heading("予算額（千円）", 12)]
        write_values(add_sheet(book, "【例】予算"), TableStyles(book), columns, rows)
    write_file(workspace.home / _BUDGET, stream.getvalue())
    write_file(workspace.home / "plan.xlsx", written_book(document))


def _sample(name: str) -> dict[str, Any]:
    stored = resources.files("workflow.commands").joinpath(name).read_text("utf-8")
    content: dict[str, Any] = json.loads(stored)
    return content


def _sample_answers() -> dict[str, Texts]:
    return _sample("demo_answers.json")


def _collect(workspace: Workspace, year: int, now: datetime) -> Collected:
    with progress_bar("回答を読み取っています") as progress:
        collected = collect(workspace, year, now, in_workers(progress=progress))
    show_round(collected)
    return collected


def _deliver(
    workspace: Workspace, plan: Plan, year: int, delivery: _Delivery, issued_at: datetime
) -> None:
    """Fill a template as a department does: type into its cells and save, and nothing else."""
    content = (workspace.templates(year) / delivery.issue.file).read_bytes()
    parts = Parts(content)
    part_of = sheet_parts(parts)
    sheets = {name: SheetTree(parts.tree(part)) for name, part in part_of.items()}
    entered = _own_cells(plan, delivery) if delivery.issue.own else _cells(plan, delivery, content)
    for name, cell, value in entered:
        sheets[name].write(cell, value)
    for name, sheet in sheets.items():
        sheet.forget_results()
        parts.put(part_of[name], sheet.root)
    target = workspace.returned(year) / delivery.name
    target.parent.mkdir(parents=True, exist_ok=True)
    received = issued_at + timedelta(hours=delivery.hours)
    write_saved(parts, received)
    target.write_bytes(parts.packed())
    os.utime(target, (received.timestamp(), received.timestamp()))


_Entered = Iterator[tuple[str, CellIndex, Value]]
"""What is typed: sheet, cell and value."""


def _cells(plan: Plan, delivery: _Delivery, content: bytes) -> _Entered:
    """Yield each answer on our form, by the heading of its column and the number of its row."""
    sheets = {sheet.name: sheet for sheet in read_xlsx(content).sheets}
    columns, rows = _table(sheets[ENTRY_SHEET], ID_LABEL)
    labels = {field.key: field.label for field in plan.form.fields}
    for item, values in delivery.texts.items():
        for key, text in values.items():
            yield ENTRY_SHEET, (rows[item], columns[labels[key]]), text
    if INDICATOR_SHEET not in sheets:
        return
    columns, rows = _table(sheets[INDICATOR_SHEET], INDICATOR_ID_LABEL)
    column = columns[actual_label(delivery.issue.number.year)]
    for indicator, actual in _actuals().items():
        if indicator in rows:
            yield INDICATOR_SHEET, (rows[indicator], column), actual


def _table(sheet: RawSheet, label: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the column under each heading, and the row of each number under a label."""
    header, first = next(at for at, cell in sheet.cells.items() if cell.text == label)
    columns = {cell.text: at for (row, at), cell in sheet.cells.items() if row == header}
    rows = {cell.text: row for (row, at), cell in sheet.cells.items() if at == first}
    return columns, rows


def _own_cells(plan: Plan, delivery: _Delivery) -> _Entered:
    """Yield each answer on the city's own form."""
    issue = delivery.issue
    assert issue.own
    layout = lay_out_issue(plan, plan.department(issue.number.department), issue, {})
    own = lay_out_own(issue.own, layout)
    actuals: dict[str, Value] = {actual_key(one): actual for one, actual in _actuals().items()}
    for sheet in own.sheets:
        for (item, key), cell in sheet.answers.items():
            content = actuals.get(key, delivery.texts.get(item, {}).get(key))
            if content is not None:
                yield sheet.name, cell, content
    if own.indicators is None:
        return
    for entry in own.indicators.rows:
        for column, field in own.indicators.fields_in(entry):
            if field.key in actuals:
                yield own.indicators.sheet, (entry.row, column.index), actuals[field.key]


def _actuals() -> Mapping[str, Decimal]:
    measured: dict[str, float] = _sample("demo_figures.json")["actuals"]
    return {indicator: Decimal(str(actual)) for indicator, actual in measured.items()}


def _deliver_strays(folder: Path, received: datetime) -> None:
    """Add what every shared folder also holds: a copy and a covering letter."""
    copy, letter = folder / "回答_最終 - コピー.xlsx", folder / "送付状.txt"
    shutil.copyfile(folder / "学校教育課" / "回答_最終.xlsx", copy)
    letter.write_text("回答を送ります。\n", "utf-8")
    for stray in (copy, letter):
        os.utime(stray, (received.timestamp(), received.timestamp()))


def _calm_year(issues: tuple[Issue, ...], texts: Texts) -> Iterator[_Delivery]:
    """Yield what came back for 2023: every department once, all well."""
    for number, issue in enumerate(issues):
        yield _Delivery(issue, issue.file, _own(issue, texts), hours=24 * (3 + number))


def _lively_year(issues: tuple[Issue, ...], texts: Texts) -> Iterator[_Delivery]:
    """Yield what came back for 2024: one late, one wrong, one twice, one joint item in dispute."""
    for number, issue in enumerate(issues):
        hours, own = 24 * (3 + number), _own(issue, texts)
        match issue.number.department:
            case "CLEAN":
                continue
            case "GAKKO":
                first = {item: values | {"rating": "Ｂ"} for item, values in own.items()}
                yield _Delivery(issue, "学校教育課/回答.xlsx", first, hours)
                yield _Delivery(issue, "学校教育課/回答_最終.xlsx", own, hours + 30)
            case "KODOMO":
                own["2-3"] |= {"rating": "とても良い"}
                own["4-2"] |= {"challenge": " "}
                yield _Delivery(issue, "R6 こども政策課 提出.xlsx", own, hours)
            case "KIKI":
                own["7-3"] |= {"rating": "Ａ", "direction": "継続"}
                yield _Delivery(issue, issue.file, own, hours)
            case "FUKUSHI":
                own["7-3"] |= {"rating": "Ｂ", "direction": "拡大"}
                yield _Delivery(issue, issue.file, own, hours)
            case "KOREI":
                narrow = {"Ａ": "A", "Ｂ": "b", "Ｃ": " C"}
                own = {
                    i: values | {"rating": narrow[values["rating"]]} for i, values in own.items()
                }
                yield _Delivery(issue, "高齢福祉課(回答).xlsx", own, hours)
            case _:
                yield _Delivery(issue, issue.file, own, hours)


def _own(issue: Issue, texts: Texts) -> Texts:
    return {item.id: dict(texts[item.id]) for item in issue.items}

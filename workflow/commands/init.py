"""init: a plan to fill in, the sample, one made of the city's own table, or of last year's plan.

With --form it makes forms to start from, of the plan that is there.
"""

from __future__ import annotations

import sys
import unicodedata
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from workflow.commands.command import CLEAN, FINDINGS, Command, add_year, workspace_of, year_of
from workflow.model.cells import grouped_number
from workflow.model.errors import WorkspaceError
from workflow.model.indicators.indicator import Indicator
from workflow.model.plain_text import json_bytes
from workflow.model.years import JST, era_year, japanese_date_and_weekday
from workflow.plan.book.writer import written_book
from workflow.plan.build import build_plan
from workflow.plan.document import empty_document, sample_document
from workflow.plan.fingerprint import plan_digest
from workflow.plan.load import kept_name, load_plan, load_written_plan
from workflow.plan.paths import BOOK_NAME, JSON_NAME, possible_paths
from workflow.plan.written.municipality import ListedMunicipality, municipalities_named
from workflow.python.dataclass import dataclass
from workflow.rounds.earlier import collected_actuals, plan_of_year
from workflow.rounds.siblings.named import collect_command
from workflow.storage.files import write_file
from workflow.storage.workspace import OWN_FORM, Workspace
from workflow.templates.own.starting_forms import starting_forms
from workflow.terminal.output import say

_PASSWORDS = ("lock_password", "open_passwords")
NOTHING: Mapping[str, Mapping[int, Decimal]] = {}
_WRITERS = {BOOK_NAME: written_book, JSON_NAME: json_bytes}


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--sample", action="store_true", help="見本の計画（25件）を入れます。")
    parser.add_argument(
        "--from",
        dest="source_year",
        metavar="前の年度",
        help="この年度の計画を、--year の年度に引き継ぎます。今の plan.xlsx は別の名前で残します。",
    )
    parser.add_argument(
        "--from-table",
        type=Path,
        metavar="表",
        help="市にある表（.xlsx、.xls、.ods、.csv）から計画を作ります。"
        "--year は、表に書かれた回答の年度です。",
    )
    parser.add_argument("--sheet", default="", metavar="シート", help="取り込むシートです。")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="列=項目",
        help="列を何にするかです（例：C=担当課、備考=使わない）。何度でも指定できます。",
    )
    parser.add_argument("--city", default="", metavar="市区町村", help="市区町村の名前です。")
    parser.add_argument(
        "--form",
        action="store_true",
        help="市の様式で調査票を作るときの、様式ひな形（一覧と単票）を計画から作ります。",
    )
    parser.add_argument("--yes", action="store_true", help="尋ねずに、案のとおり取り込みます。")
    add_year(parser, required=False)


def _run(arguments: Namespace) -> int:
    if arguments.from_table:
        return _run_from_table(arguments)
    if arguments.form:
        return _run_form(workspace_of(arguments))
    if arguments.source_year or arguments.year:
        return _run_carrying_forward(arguments)
    workspace = workspace_of(arguments)
    for name in (BOOK_NAME, JSON_NAME):
        if (workspace.home / name).exists():
            raise WorkspaceError(f"{name} がすでにあるため、作りませんでした。")
    document = sample_document() if arguments.sample else empty_document()
    if arguments.city:
        city = _city(arguments.city)
        document["plan"]["municipality"] = {"name": city.name, "code": city.code}
    target = workspace.home / BOOK_NAME
    write_file(target, written_book(document))
    say(f"計画を作りました：{target}")
    if not arguments.sample:
        say("Excelで開いて記入し、保存して閉じてから、plan で確かめてください。")
    return CLEAN


def _run_from_table(arguments: Namespace) -> int:
    # What reads tables takes 400 ms to import, for this choice alone.
    from workflow.first_day.ask import Talk, column_lines, settled, summary_lines
    from workflow.first_day.begin import begin, refuse_issued
    from workflow.first_day.draft import Wishes
    from workflow.first_day.reading.source import load_source

    workspace = workspace_of(arguments)
    refuse_issued(workspace)
    wishes = Wishes(
        sheet=arguments.sheet,
        year=year_of(arguments.year) if arguments.year else None,
        mapped=dict(map(_wish, arguments.map)),
        city=_city(arguments.city).full_name if arguments.city else "",
    )
    source = load_source(arguments.from_table)
    asks = not arguments.yes and sys.stdin.isatty()
    draft, wishes = settled(source, wishes, Talk(say, input) if asks else None)
    for line in (*(() if asks else column_lines(draft)), *summary_lines(draft)):
        say(line)
    begun = begin(workspace, arguments.from_table, draft, wishes, datetime.now(JST))
    for old in begun.kept:
        say(f"前からあった計画を、別の名前で残しました：{old}")
    for path in begun.written:
        say(f"作りました：{path}")
    if begun.trouble:
        say(begun.trouble)
        return FINDINGS
    say("plan.xlsx を確かめたら、generate で調査票を作れます。")
    return CLEAN


def _run_form(workspace: Workspace) -> int:
    forms = starting_forms(load_plan(workspace.home))
    on_disk = [name for name in forms if (workspace.home / name).exists()]
    if on_disk:
        raise WorkspaceError(f"{'と'.join(on_disk)} がすでにあるため、作りませんでした。")
    for name, content in forms.items():
        write_file(workspace.home / name, content)
        say(f"様式ひな形を作りました：{workspace.home / name}")
    say(
        f"どちらか一つを {OWN_FORM} という名前に変えると、generate は、その様式で調査票を作ります。"
        "Excelで開いて、見た目を市の様式に合わせて直せます。"
    )
    return CLEAN


def _city(text: str) -> ListedMunicipality:
    """Return the city of a name. Raises WorkspaceError when there is none, or more than one."""
    found = municipalities_named(text)
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(f"「{municipality.full_name}」" for municipality in found)
        raise WorkspaceError(f"「{text}」は二つ以上あります。{names}のどれかを指定してください。")
    raise WorkspaceError(
        f"「{text}」という市区町村は、全国地方公共団体コードの一覧にありません。"
        "--city を付けずに作り、plan.xlsx に名前とコードを記入してください。"
    )


def _wish(text: str) -> tuple[str, str]:
    """Return the column and what it is to be, as --map spells them."""
    column, sign, role = unicodedata.normalize("NFC", text).replace("＝", "=").rpartition("=")
    if not (sign and column.strip() and role.strip()):
        raise WorkspaceError(f"--map は「列=項目」のように指定してください（{text}）。")
    return column.strip(), role.strip()


def _run_carrying_forward(arguments: Namespace) -> int:
    if arguments.sample or not (arguments.source_year and arguments.year):
        raise WorkspaceError("前の年度から引き継ぐときは、--from と --year を指定してください。")
    before, year = year_of(arguments.source_year), year_of(arguments.year)
    carried = carry_forward(workspace_of(arguments), before, year)
    for path in carried.kept:
        say(f"{era_year(before)}の計画を、別の名前で残しました：{path}")
    for path in carried.written:
        say(f"{era_year(year)}の計画を作りました：{path}")
    _show_deadlines(carried, before)
    if carried.unsure:
        say(
            f"確かめることが残っている実績値も、{era_year(before)}の値として引き継ぎました："
            f"{'、'.join(carried.unsure)}。正しくないものは、シート「指標」で直すか、消してください。"
        )
    if carried.apart:
        say(
            f"課によって実績値が違うため、引き継がなかった指標：{'、'.join(carried.apart)}。"
            "一つの値にするときは、シート「指標」に書いてください。"
        )
    say(
        "課の名前、取組内容、様式、回答期限を直したら、"
        f"plan --year {year} で、前の年度から変わるところを確かめてください。"
    )
    return CLEAN


def _show_deadlines(carried: CarriedForward, before: int) -> None:
    """Say what the deadlines are now, and which rounds of the year before are still to be asked."""
    if carried.deadline:
        say(f"回答期限は、{japanese_date_and_weekday(carried.deadline)}にしました。")
    for name, day in carried.round_deadlines:
        say(f"回「{name}」の期限は、{japanese_date_and_weekday(day)}にしました。")
    if carried.not_collected:
        names = "".join(f"「{name}」" for name in carried.not_collected)
        year = era_year(before)
        say(
            f"{names}は、{year}にまだ集めていません。{year}のうちに尋ねるときは、"
            "残した計画を元の名前に戻してから、調査票を作ってください。"
        )


COMMAND = Command(
    name="init",
    summary="計画のひな形（plan.xlsx）を作ります。",
    menu="計画のひな形を作る",
    arguments=_arguments,
    run=_run,
)


@dataclass(frozen=True, slots=True)
class CarriedForward:
    """What carrying a plan forward wrote and kept, and the deadlines it now names.

    Of the indicators, unsure are in words those whose actual went on though a point about it is
    open, and apart those whose actuals did not, since departments each counted their own.
    Not_collected are the rounds of the year before that nobody collected yet.
    """

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    deadline: date | None
    unsure: tuple[str, ...]
    apart: tuple[str, ...]
    round_deadlines: tuple[tuple[str, date], ...] = ()
    not_collected: tuple[str, ...] = ()


def carry_forward(workspace: Workspace, before: int, year: int) -> CarriedForward:
    """Make the plan of a collected year the plan of a later one; the old file is kept beside it.

    Raises WorkspaceError when the year was never collected or plan.xlsx has moved on since, and
    PlanError when plan.xlsx cannot be read.
    """
    if year <= before:
        raise WorkspaceError("--year には、--from より後の年度を指定してください。")
    recorded = plan_of_year(workspace, before)
    if recorded is None:
        raise WorkspaceError(
            f"{era_year(before)}はまだ集めていないため、計画を引き継げません。"
            f"{collect_command(workspace, before)} を実行してからにしてください。"
        )
    on_disk = [path for path in possible_paths(workspace.home) if path.exists()]
    content = _with_passwords(recorded, workspace, on_disk, before)
    indicators = tuple(map(Indicator.from_json, content.get("indicators", ())))
    counted = collected_actuals(workspace, before, indicators)
    actuals = {one: {before: value} for one, value in counted.values.items()}
    forward = carried_forward(content, year - before, actuals)
    kept = {path.with_name(kept_name(path, before)): path.read_bytes() for path in on_disk}
    for path, old in kept.items():
        if path.exists() and path.read_bytes() != old:
            raise WorkspaceError(f"{path.name} がすでにあるため、引き継ぎませんでした。")
    targets = on_disk or [workspace.home / BOOK_NAME]
    for path, new in (kept | {path: _WRITERS[path.name](forward) for path in targets}).items():
        write_file(path, new)
    plan = build_plan(forward)
    days = tuple((one.name, one.deadline) for one in plan.rounds if one.deadline)
    in_rounds = ((one.name, workspace.in_round(one.name)) for one in plan.rounds)
    return CarriedForward(
        written=tuple(targets),
        kept=tuple(kept),
        deadline=plan.deadline,
        unsure=tuple(
            f"{one.id}「{one.name}」{grouped_number(counted.values[one.id])}{one.unit}"
            f"（確認の記録の{'・'.join(counted.unsure[one.id])}番）"
            for one in indicators
            if one.id in counted.unsure
        ),
        apart=tuple(f"{one.id}「{one.name}」" for one in indicators if one.id in counted.apart),
        round_deadlines=days,
        not_collected=tuple(name for name, own in in_rounds if not own.status(before).exists()),
    )


def _with_passwords(
    recorded: Mapping[str, Any], workspace: Workspace, on_disk: list[Path], before: int
) -> dict[str, Any]:
    """Return the recorded plan with today's passwords, which no record holds."""
    if not on_disk:
        return dict(recorded)
    written = load_written_plan(workspace.home)
    content = written.content
    if plan_digest(written.plan) != plan_digest(build_plan(recorded)):
        names = "と".join(path.name for path in on_disk)
        raise WorkspaceError(
            f"{names} は、{era_year(before)}を集めたあとに変わっています。次の年度のために"
            f"直し始めているときは、そのまま続けてください。{era_year(before)}の計画から"
            f"始め直すときは、{names} を別の名前にしてから、もう一度実行してください。"
        )
    secrets = {key: content["plan"][key] for key in _PASSWORDS if key in content["plan"]}
    return {**recorded, "plan": {**recorded["plan"], **secrets}}


# Last year's plan as this year's begins. Pure.


def carried_forward(
    content: Mapping[str, Any], years: int, actuals: Mapping[str, Mapping[int, Decimal]] = NOTHING
) -> dict[str, Any]:
    """Return a plan document some years later: the same, its deadlines on the same days then.

    The 29th of February becomes the 28th where there is none. What was counted of the indicators
    since, by their ids, becomes their earlier actuals; their targets go on.
    """
    forward = {**content, "plan": _with_later_days(content["plan"], years)}
    if content.get("rounds"):
        forward["rounds"] = [_with_later_days(one, years) for one in content["rounds"]]
    if content.get("indicators"):
        forward["indicators"] = [
            _with_actuals(one, actuals.get(one["id"], {})) for one in content["indicators"]
        ]
    return forward


def _with_later_days(plain: Mapping[str, Any], years: int) -> dict[str, Any]:
    days = {key: plain[key] for key in ("deadline", "correction_deadline") if plain.get(key)}
    later = {key: _later(date.fromisoformat(day), years) for key, day in days.items()}
    return {**plain, **{key: day.isoformat() for key, day in later.items()}}


def _with_actuals(plain: Mapping[str, Any], counted: Mapping[int, Decimal]) -> dict[str, Any]:
    indicator = Indicator.from_json(plain)
    known = replace(indicator, actuals={**indicator.actuals, **counted}).as_json()
    return {**plain, "actuals": known["actuals"]} if counted else dict(plain)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)

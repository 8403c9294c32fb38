"""集計・報告: what was made of a round, to open; verified, final, reported, carried forward."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workflow.commands.status import state, what_is_open
from workflow.compiled.recorded import every_output
from workflow.desk.desk import Desk, desk_of
from workflow.desk.screens.forms import FINAL_WORD, is_final, is_whole_year
from workflow.desk.screens.pages import page
from workflow.model.errors import WorkflowError
from workflow.model.rounds.declared import Period
from workflow.model.years import JST, full_year
from workflow.plan.load import is_carried_forward
from workflow.python.dataclass import dataclass
from workflow.rounds.siblings.named import rounds_of
from workflow.storage.journal import EventKind, Journal, load_journal
from workflow.storage.workspace import (
    ANSWERS_SCHEMA,
    DATA_PACKAGE,
    OVERVIEW,
    Workspace,
    errata_name,
    indicators_name,
    ledger_name,
    record_name,
)

_HEADING = "集計・報告"
_HANDBACKS = "差戻し"
_REPORTS = "報告書"
_MOST_LISTED = 500
_REPORT_PAGES = "index.html"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that was made: its name, what it is for, its size and address."""

    name: str
    about: str
    size: str
    href: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one purpose."""

    title: str
    files: tuple[MadeFile, ...]


def overview(request: Request) -> Response:
    """Show what was made, and what can be done with it."""
    desk = desk_of(request)
    year = desk.year
    view: dict[str, Any] = {
        "problem": "",
        "number": "",
        "final_word": FINAL_WORD,
    }
    if year is not None:
        view |= {"number": str(year), **_round(desk, year)}
    return page(request, "results.html.j2", _HEADING, **view)


def _round(desk: Desk, year: int) -> dict[str, Any]:
    workspace = desk.workspace
    try:
        journal = load_journal(workspace.journal(year))
        is_year = is_whole_year(desk)
        open_ = "" if is_year else what_is_open(state(workspace, year))
        rounds = _rounds_to_finish(desk, year) if is_year else ()
    except WorkflowError as error:
        return {"problem": str(error)}
    finalized = journal.last(EventKind.FINALIZED) if journal.is_final else None
    return {
        "is_collected": journal.last(EventKind.COMPILED, EventKind.FINALIZED) is not None,
        "final_since": _moment(finalized.at) if finalized else "",
        "open": open_,
        "options": workspace.period(year).options,
        "rounds_to_finish": rounds,
        "is_one_of_several": bool(workspace.round),
        "groups": tuple(group for group in _files(workspace, year, journal) if group.files),
        "verified": next((r for r in desk.actions.runs() if r.words[0] == "verify"), None),
        "following": full_year(year + 1),
        "following_number": str(year + 1),
        "is_carried": is_carried_forward(workspace.home, year),
        "is_reported": workspace.report(year).is_file(),
    }


def _rounds_to_finish(desk: Desk, year: int) -> tuple[str, ...]:
    """Return the rounds of a year that are not final yet."""
    names = rounds_of(desk.of_years, year)
    return tuple(n for n in names if not is_final(desk.of_years.in_round(n), year))


def _moment(at: datetime) -> str:
    local = at.astimezone(JST)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour}:{local.minute:02}"


def _files(workspace: Workspace, year: int, journal: Journal) -> Iterator[Files]:
    folder = workspace.compiled(year)
    about = _about(workspace.period(year))
    recorded = {Path(name).name for name, _ in every_output(journal) if "/" not in name}
    top = sorted(
        (path for path in _in(folder) if path.name in recorded),
        key=lambda path: (list(about).index(path.name) if path.name in about else 99, path.name),
    )
    yield Files("集計と台帳", tuple(_made(workspace, p, about.get(p.name, "")) for p in top))
    handbacks = _in(folder / _HANDBACKS, ".xlsx")
    sent = "課に送る、差戻し用の調査票です。"
    yield Files("差戻し", tuple(_made(workspace, path, sent) for path in handbacks))
    papers = [*_in(folder / _REPORTS, ".docx")]
    papers += [p for p in _in(folder / _REPORTS, ".html") if p.name == _REPORT_PAGES]
    yield Files("報告書", tuple(_made(workspace, path, _about_report(path)) for path in papers))
    digests = [path for path in (workspace.digest_list(year),) if path.is_file()]
    purpose = "確定した内容を、後で照合するための一覧です。"
    yield Files("確定版", tuple(_made(workspace, path, purpose) for path in digests))


def _about(period: Period) -> dict[str, str]:
    """Return what the compiled files are for, in the order in which they are opened."""
    name = ledger_name(period)
    return {
        OVERVIEW: "まとめのページです。提出状況、集計、指摘が一目で分かります。",
        f"{name}.xlsx": "集計表、要確認、台帳、前年度比較などのブックです。",
        record_name(period): "確かめて決めることと、決めたことの記録です。",
        errata_name(period): "差し替えなどで直ったところの一覧（正誤表）です。",
        f"{name}.csv": "台帳のデータです（オープンデータにできます）。",
        f"{name}.parquet": "台帳のデータです（大きな台帳の分析に使います）。",
        f"{indicators_name(period)}.csv": "指標の値を年度ごとに並べたデータです（公開できます）。",
        DATA_PACKAGE: "台帳のデータの説明です（列の名前や型）。",
        ANSWERS_SCHEMA: "回答の決まりを機械で確かめるための説明です。",
    }


def _about_report(path: Path) -> str:
    if path.suffix == ".html":
        return "公表用のウェブページです。"
    return "部長などへの説明に使う一枚です。" if "一枚" in path.name else "公表用の報告書です。"


def _in(folder: Path, ending: str = "") -> list[Path]:
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.iterdir() if path.is_file())
    shown = [p for p in found if not p.name.startswith((".", "~$")) and p.name.endswith(ending)]
    return shown[:_MOST_LISTED]


def _made(workspace: Workspace, path: Path, about: str) -> MadeFile:
    size = path.stat().st_size
    shown = f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} KB"
    return MadeFile(path.name, about, shown, f"/{quote(workspace.shown(path))}")


ROUTES = (Route("/results", overview),)

"""status: where each department stood at the last collect, and what came since."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_json,
    add_round,
    add_year,
    round_workspace,
    workspace_of,
    year_of,
)
from workflow.compiled.points.point import Handling
from workflow.model.errors import WorkspaceError
from workflow.model.returns import Outcome
from workflow.returned.inbox import scan, seen_files
from workflow.storage.files import file_digest
from workflow.storage.journal import load_journal
from workflow.storage.recover import refuse_unfinished
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace
from workflow.terminal.output import (
    print_json,
    say,
    show_departments,
    show_overview,
    show_points,
    show_totals,
    show_uncollected,
)

_ISSUED = "issued.json"
_LARGE = 1_000_000
"""Bytes of a register from which on the state before the first collect is kept."""
_FIGURES = ("files", "assignments", "answered", "missing", "nothing_to_report", "open_points")
_ANSWERS = ("ANSWER_MISSING", "ANSWER_SENT_BACK", "ANSWER_LOST")


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)
    add_json(parser)


def _run(arguments: Namespace) -> int:
    year, workspace = year_of(arguments.year), workspace_of(arguments)
    rounds = () if arguments.round else _rounds(workspace, year)
    if not rounds:
        workspace = round_workspace(arguments, year)
    document = status_of_rounds(workspace, year, rounds) if rounds else status(workspace, year)
    if arguments.json:
        print_json(document)
    elif rounds:
        _show_rounds(workspace, year, document)
    else:
        _show(workspace, year, document)
    totals = document["totals"]
    return FINDINGS if totals["missing"] or totals.get("open_points") else CLEAN


COMMAND = Command(
    name="status",
    summary="どの課から届いているかを示します。",
    menu="どの課から届いているかを見る",
    arguments=_arguments,
    run=_run,
)


def status(workspace: Workspace, year: int) -> dict[str, Any]:
    """Return the state the last collect left, and how many files have come or changed since.

    Raises PlanError, or WorkspaceError when no template was issued for the year.
    """
    document = state(workspace, year)
    for kept in ("made", "asked", "seen"):
        document.pop(kept, None)
    return document


def status_of_rounds(workspace: Workspace, year: int, rounds: Sequence[str]) -> dict[str, Any]:
    """Return the state of every round of a year, and the totals of all that were issued.

    Uncollected counts all files that no collect has met: also those for a round not issued yet.
    Raises as status does.
    """
    issued = workspace.round_names(year)
    documents = [
        {"round": name, **(status(workspace.in_round(name), year) if name in issued else {})}
        for name in rounds
    ]
    known = [one for one in documents if "totals" in one]
    early = early_files(workspace, year, rounds)
    return {
        "year": year,
        "rounds": documents,
        "totals": _summed([one["totals"] for one in known]),
        "uncollected": sum(one["uncollected"] for one in known) + len(early),
    }


def _rounds(workspace: Workspace, year: int) -> tuple[str, ...]:
    if workspace.is_undivided(year):
        return ()
    from workflow.rounds.siblings.named import rounds_of  # 40 ms, where a year may have rounds

    return rounds_of(workspace, year)


def early_files(workspace: Workspace, year: int, rounds: Sequence[str]) -> tuple[str, ...]:
    """Return the files that lie in the folder of a round which was not issued yet."""
    waiting = [name for name in rounds if name not in workspace.round_names(year)]
    files = scan(workspace.returned(year))
    return tuple(f.file for f in files if f.file.partition("/")[0] in waiting)


def _summed(totals: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    outcomes: Counter[str] = Counter()
    for one in totals:
        outcomes.update(one["outcomes"])
    summed = {name: sum(one.get(name, 0) for one in totals) for name in _FIGURES}
    return summed | {"outcomes": {outcome.value: outcomes[outcome.value] for outcome in Outcome}}


def points_to_decide(points: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the numbers of the points that wait for the coordinator, of those in a round's JSON.

    What is missing or sent back waits for its department, what is lost for the file to come back. A
    question waits for the coordinator again once it is explained.
    """
    return tuple(
        point["id"]
        for point in points
        if waits_for_coordinator(point["code"], point["decision"], point["explanation"])
    )


def waits_for_coordinator(code: str, decision: str | None, explanation: str) -> bool:
    """Whether a point waits for the coordinator, by its code, what was decided, what explained.

    >>> waits_for_coordinator("ANSWER_MISSING", "", ""), waits_for_coordinator("ROW_BLANK", "", "")
    (False, True)
    """
    if decision == Handling.ASK:
        return bool(explanation)
    return not decision and code not in _ANSWERS


def what_is_open(document: Mapping[str, Any]) -> str:
    """Return what a round still has open, of its JSON; "" when all is settled.

    Answers still to come are points too, and counted once.

    >>> awaited = {"code": "ANSWER_MISSING", "decision": ""}
    >>> what_is_open({"totals": {"missing": 1, "open_points": 3}, "points": [awaited]})
    '済んでいない確認事項2件、まだの取組1件'
    """
    missing = document["totals"]["missing"]
    open_ = (p for p in document.get("points", ()) if not p["decision"])
    points = document["totals"].get("open_points", 0) - sum(p["code"] in _ANSWERS for p in open_)
    parts = (
        f"済んでいない確認事項{points}件" if points else "",
        f"まだの取組{missing}件" if missing else "",
    )
    return "、".join(filter(None, parts))


def state(workspace: Workspace, year: int) -> dict[str, Any]:
    """Return what status does, and what else is kept: hand-backs made, files seen, what is asked.

    Before the first collect that is the state without any return. Raises as status does.
    """
    refuse_unfinished(workspace, year)
    stored = workspace.status(year)
    if stored.exists() and workspace.register(year).exists():
        document = _stored_state(stored)  # the register is not read: it may be as large as a city
    else:
        document = _state_before_collect(workspace, year)
    seen = {tuple(entry) for entry in document["seen"]}
    files = scan(workspace.returned(year))
    if workspace.round:
        from workflow.rounds.siblings.of_year import (
            rounds_of_year,  # 70 ms, where a year has rounds
        )

        of_year, names = rounds_of_year(workspace, year), {name for name, *_ in seen}
        files = tuple(f for f in files if f.file in names or of_year.may_hold(f.file))
    return document | {"uncollected": len(set(seen_files(files)) ^ seen)}


def _stored_state(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"前回の結果（{path}）を読み取れません。collect をもう一度実行してください。"
        ) from error
    return document


def _state_before_collect(workspace: Workspace, year: int) -> dict[str, Any]:
    """Return the state without any return; of a large register, it is cached by its inputs."""
    # 40 ms, before the first collect alone.
    from workflow.plan.load import plan_digests
    from workflow.rounds.inputs.kept import keep, kept

    register, record = workspace.register(year), workspace.extracts(year) / _ISSUED
    if not register.exists() or register.stat().st_size < _LARGE:
        return _without_returns(workspace, year)
    files = {path.name: digest for path, digest in plan_digests(workspace.home).items()}
    key = [tool_digest(), workspace.round, files, file_digest(register)]
    try:
        known = json.loads(kept(record))
        if known["key"] == key:
            return dict(known["state"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing is kept, or nothing of ours
    made = _without_returns(workspace, year)
    keep(record, json.dumps({"key": key, "state": made}).encode())
    return made


def _without_returns(workspace: Workspace, year: int) -> dict[str, Any]:
    # 180 ms, before the first collect alone.
    from workflow.compiled.merging.merge import merge
    from workflow.compiled.open_data.round_json import status_document
    from workflow.compiled.summaries.status import department_statuses
    from workflow.model.wording import Wording
    from workflow.plan.load import load_plan
    from workflow.templates.register_file import load_issued_register

    folder = workspace.templates(year)
    register = load_issued_register(folder, year, workspace.round, by_line=True)
    plan = load_plan(workspace.home, workspace.round)
    round_ = merge(plan, register, ())
    return status_document(round_, department_statuses(round_), (), {}, Wording(plan.labels))


def _show_rounds(workspace: Workspace, year: int, document: Mapping[str, Any]) -> None:
    """Show every round below its name."""
    issued = workspace.round_names(year)
    for one in document["rounds"]:
        round_ = workspace.in_round(one["round"])
        is_final = load_journal(round_.journal(year)).is_final
        say(f"■ {round_.period(year)}{'（確定）' if is_final else ''}")
        if one["round"] in issued:
            _show(round_, year, one)
        else:
            say("調査票は、まだ発行していません。")
            early = early_files(workspace, year, (one["round"],))
            if early:
                say(
                    f"この回のフォルダーに、もうファイルが{len(early)}件あります。発行してから集めます。"
                )
        say("")


def _show(workspace: Workspace, year: int, document: dict[str, Any]) -> None:
    is_final = load_journal(workspace.journal(year)).is_final
    show_departments(document["departments"])
    show_totals(document["totals"])
    if not is_final:
        waiting = points_to_decide(document.get("points", ()))
        show_points(waiting, workspace.record(year), workspace.period(year))
    if document["uncollected"] and is_final:
        say(
            f"確定したあとに届いたか変わったファイルが{document['uncollected']}件あります。"
            f"加えるには、collect {workspace.period(year).options} --reopen --reason "
            '"理由" を実行してください。'
        )
    elif document["uncollected"]:
        show_uncollected(document["uncollected"])
    show_overview(workspace.overview(year))

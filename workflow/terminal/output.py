"""Lines for the person at the terminal, and what several commands show of a round."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.model.catalogue import Severity
from workflow.model.plain_text import aligned, strip_controls
from workflow.model.returns import LOST_LABEL, Outcome
from workflow.model.rounds.declared import Period
from workflow.model.wording import Wording

if TYPE_CHECKING:
    from workflow.model.findings import Finding

PROGRESS_VARIABLE = "TORIMATOME_PROGRESS"
"""Set by who runs a command and reads what it says: progress then comes in lines."""

_PROGRESS = "\x1e進み具合 "
_SHOWN_FINDINGS = 20
_SHOWN_POINTS = 20


def say(text: str) -> None:
    """Write lines to standard output, without what would steer the terminal."""
    for line in text.split("\n"):
        sys.stdout.write(f"{strip_controls(line)}\n")


def note_lines(notes: Iterable[Finding]) -> Iterator[str]:
    """Yield what is to be known of a plan that can be used, one line for each note.

    What was read otherwise than it is written stands together, below how many places that are.
    """
    wording = Wording()
    notes = tuple(notes)
    put_right = sum(int(str(note.details["count"])) for note in notes if "count" in note.details)
    if put_right:
        yield f"直して読みました：{put_right}か所（plan --fix で、plan.xlsx に書き込めます）"
    for note in sorted(notes, key=lambda note: "count" not in note.details):
        where = f"{note.location.file}　" if note.location.file else ""
        yield f"・{where}{wording.message(note)}{wording.remedy(note)}"


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{text}\n")


def print_json(document: dict[str, Any]) -> None:
    """Write a JSON document to standard output: in UTF-8 for a program, on Windows too."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(f"{json.dumps(document, ensure_ascii=False, indent=2)}\n")


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while work goes on, where a person is looking."""
    if PROGRESS_VARIABLE in os.environ:
        yield _say_progress
        return
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    # Not where nobody looks.
    from workflow.terminal.progress_bar import moving_bar  # 278 ms (rich)

    with moving_bar(title) as update:
        yield update


def _say_progress(done: int, total: int) -> None:
    """Say every hundredth of the way how far it is."""
    if done == total or done % max(1, total // 100) == 0:
        sys.stderr.write(f"{_PROGRESS}{done} {total}\n")
        sys.stderr.flush()


def read_progress(line: str) -> tuple[int, int] | None:
    r"""Return how many are done of how many, of a line that says so; None of any other line.

    >>> read_progress("\x1e進み具合 3 12"), read_progress("3課です。")
    ((3, 12), None)
    """
    if not line.startswith(_PROGRESS):
        return None
    done, _, total = line.removeprefix(_PROGRESS).partition(" ")
    return int(done), int(total)


def show_overview(overview: Path) -> None:
    """Say where the page is that shows everything at once, if there is one."""
    if overview.exists():
        say(f"まとめのページ（ブラウザーで開きます）：{overview}")


def show_departments(departments: Iterable[Mapping[str, Any]]) -> None:
    """Show a table of where each department stands; 報告なし only where there is any."""
    departments = list(departments)
    shown = [("answered", "回答済"), ("sent_back", "差戻し中"), ("missing", "未提出")]
    if any(d.get("nothing_to_report") for d in departments):
        shown.insert(1, ("nothing_to_report", "報告なし"))
    who = "回答者" if any(d.get("is_review") for d in departments) else "担当課"
    table = [[who, "受付結果", *(label for _, label in shown)]]
    for d in departments:
        counts = (d.get(key) for key, _ in shown)
        table.append([d["name"], _outcome(d), *(str(n) if n else "・" for n in counts)])
    for line in aligned(table, right=frozenset(range(2, 2 + len(shown)))):
        say(line)
    losses = [f"{d['name']}（{'、'.join(d['lost'])}）" for d in departments if d.get("lost")]
    if losses:
        say(
            f"受け取ったあとになくなったファイルがあります：{'、'.join(losses)}。課に催促せず、"
            "控えから元の場所に戻して、もう一度 collect を実行してください。"
        )


def _outcome(department: Mapping[str, Any]) -> str:
    if department["outcome"]:
        return Outcome(department["outcome"]).label
    if department.get("lost"):
        return LOST_LABEL
    open_ = department["sent_back"] + department["missing"]
    return "未提出" if open_ or not department.get("nothing_to_report") else "報告なし"


def show_totals(totals: Mapping[str, Any]) -> None:
    """Show a round in figures."""
    outcomes = "、".join(f"{Outcome(key).label}{n}" for key, n in totals["outcomes"].items() if n)
    files = f"ファイル{totals['files']}件" + (f"（{outcomes}）" if outcomes else "")
    nothing = totals.get("nothing_to_report")
    say(
        f"{files}。取組{totals['assignments']}件のうち、回答済{totals['answered']}件、"
        + (f"報告なし{nothing}件、" if nothing else "")
        + f"まだのもの{totals['missing']}件です。"
    )


def show_points(waiting: Sequence[str], record: Path, period: Period) -> None:
    """Say which points, by their numbers, wait for the coordinator, and where to decide them."""
    if waiting:
        named = "、".join(waiting[:_SHOWN_POINTS])
        more = "ほか" if len(waiting) > _SHOWN_POINTS else ""
        say(
            f"確かめて決めていただくことが{len(waiting)}件あります（番号{named}{more}）。"
            "「確認の記録」を開き、扱い、理由、確認した人を記入して保存してから、"
            f"collect {period.options} を実行してください：{record}"
        )


def show_findings(findings: list[dict[str, str]], most: int = _SHOWN_FINDINGS) -> None:
    """Show the weightiest findings that ask for something, and how many more there are."""
    pressing = [f for f in findings if f["severity"] != Severity.INFO]
    pressing.sort(key=lambda f: list(Severity).index(Severity(f["severity"])))
    for finding in pressing[:most]:
        label = Severity(finding["severity"]).label
        file = f"{finding['file']}　" if finding["file"] else ""
        say(f"［{label}］{file}{finding['message']}→ {finding['remedy']}")
    if len(pressing) > most:
        say(f"ほかに{len(pressing) - most}件の指摘があります。台帳の「指摘一覧」をご覧ください。")


def show_uncollected(files: int) -> None:
    """Say that files came or changed since the last collect."""
    say(
        "前回の collect のあとに届いたか変わったファイルが"
        f"{files}件あります。collect を実行してください。"
    )

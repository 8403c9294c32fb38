"""Lines for the person at the terminal, and what several commands show of a round."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workflow.model.catalogue import Severity
from workflow.model.plain_text import aligned, strip_controls
from workflow.model.plan import LOST_LABEL, Outcome

_SHOWN_FINDINGS = 20


def say(text: str) -> None:
    """Write lines to standard output, without what would steer the terminal."""
    for line in text.split("\n"):
        sys.stdout.write(f"{strip_controls(line)}\n")


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
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    # Not where nobody looks.
    from workflow.terminal.progress_bar import moving_bar  # 278 ms (rich)

    with moving_bar(title) as update:
        yield update


def show_overview(overview: Path) -> None:
    """Say where the page is that shows everything at once, if there is one."""
    if overview.exists():
        say(f"まとめのページ（ブラウザーで開きます）：{overview}")


def show_departments(departments: Iterable[Mapping[str, Any]]) -> None:
    """Show a table of where each department stands."""
    table = [["担当課", "受付結果", "回答済", "差戻し中", "未提出"]]
    losses = []
    for d in departments:
        lost = d.get("lost")
        none_yet = LOST_LABEL if lost else "未提出"
        outcome = Outcome(d["outcome"]).label if d["outcome"] else none_yet
        counts = (d["answered"], d["sent_back"], d["missing"])
        table.append([d["name"], outcome, *(str(n) if n else "・" for n in counts)])
        if lost:
            losses.append(f"{d['name']}（{'、'.join(lost)}）")
    for line in aligned(table, right=frozenset({2, 3, 4})):
        say(line)
    if losses:
        say(
            f"受け取ったあとになくなったファイルがあります：{'、'.join(losses)}。課に催促せず、"
            "控えから元の場所に戻して、もう一度 collect を実行してください。"
        )


def show_totals(totals: Mapping[str, Any]) -> None:
    """Show a round in figures."""
    outcomes = "、".join(f"{Outcome(key).label}{n}" for key, n in totals["outcomes"].items() if n)
    files = f"ファイル{totals['files']}件" + (f"（{outcomes}）" if outcomes else "")
    say(
        f"{files}。取組{totals['assignments']}件のうち、"
        f"回答済{totals['answered']}件、まだのもの{totals['missing']}件です。"
    )


def show_findings(findings: list[dict[str, str]], most: int = _SHOWN_FINDINGS) -> None:
    """Show the weightiest findings that ask for something, and how many more there are."""
    asking = [f for f in findings if f["severity"] != Severity.INFO]
    asking.sort(key=lambda f: list(Severity).index(Severity(f["severity"])))
    for finding in asking[:most]:
        label = Severity(finding["severity"]).label
        file = f"{finding['file']}　" if finding["file"] else ""
        say(f"［{label}］{file}{finding['message']}→ {finding['remedy']}")
    if len(asking) > most:
        say(f"ほかに{len(asking) - most}件の指摘があります。台帳の「指摘一覧」をご覧ください。")


def show_uncollected(files: int) -> None:
    """Say that files came or changed since the last collect."""
    say(
        "前回の collect のあとに届いたか変わったファイルが"
        f"{files}件あります。collect を実行してください。"
    )

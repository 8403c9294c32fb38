"""Play examples by hand, and write the expected.json one lacks, to be put right by a person:

python -m tests.harness [--record] NAME…

NAME is a folder in tests/examples/returns/{good,bad}, tests/examples/tables,
tests/examples/plans or tests/examples/rounds, or a hostile file by its code or name.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.harness.description import (
    HostileCase,
    hostile_cases,
    read_return,
    return_folders,
)
from tests.harness.outcome import as_text
from tests.harness.plan_example import as_read, noted_in, plan_folders, read_plan_example
from tests.harness.play import collect_with_workers, hostile_example, play, run_here
from tests.harness.round_example import play_rounds, read_steps, round_folders
from tests.harness.table_example import as_text as table_as_text
from tests.harness.table_example import imported, outcome_of, read_table_example, table_folders


def main(arguments: list[str]) -> int:
    """Print what becomes of each example; 2 when one of the names is nobody's."""
    record = "--record" in arguments
    names = [argument for argument in arguments if argument != "--record"]
    folders = {folder.name: folder for folder in return_folders()}
    plans = {folder.name: folder for folder in plan_folders()}
    hostile = {key: case for case in hostile_cases() for key in (case.code, case.name)}
    tables = {folder.name: folder for folder in table_folders()}
    rounds = {folder.name: folder for folder in round_folders()}
    known = {**folders, **tables, **plans, **rounds, **hostile}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        sys.stderr.write(f"no such example: {' '.join(unknown)}\n{__doc__}")
        return 2
    for name in names:
        if name in folders:
            _play_return(folders[name], record)
        elif name in tables:
            _play_table(tables[name], record)
        elif name in plans:
            _play_plan(plans[name], record)
        elif name in rounds:
            _play_rounds(rounds[name], record)
        else:
            _play_hostile(hostile[name])
    return 0


def _play_return(folder: Path, record: bool) -> None:
    with tempfile.TemporaryDirectory() as home:
        text = as_text(play(read_return(folder), Path(home)).outcome)
    sys.stdout.write(f"{folder}\n{text}")
    if record:
        (folder / "expected.json").write_text(text, "utf-8")


def _play_table(folder: Path, record: bool) -> None:
    with tempfile.TemporaryDirectory() as home:
        run = imported(read_table_example(folder), Path(home))
        text = table_as_text(outcome_of(run))
    sys.stdout.write(f"{folder}\n{run.printed}{run.complaint}{text}")
    if record:
        (folder / "expected.json").write_text(text, "utf-8")


def _play_plan(folder: Path, record: bool) -> None:
    example = read_plan_example(folder)
    with tempfile.TemporaryDirectory() as home:
        example.lay_out(Path(home))
        code, printed, complaints = run_here("plan", "--home", home)
        found: dict[str, object] = {"exit": code, "findings": noted_in(Path(home))}
        if not code:
            found["items"] = as_read(Path(home))
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.write(f"{folder}\n{printed or complaints}{text}")
    if record:
        (folder / "expected.json").write_text(text, "utf-8")


def _play_rounds(folder: Path, record: bool) -> None:
    with tempfile.TemporaryDirectory() as around:
        found = play_rounds(read_steps(folder), Path(around) / "home")
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.write(f"{folder}\n{text}")
    if record:
        (folder / "expected.json").write_text(text, "utf-8")


def _play_hostile(case: HostileCase) -> None:
    with tempfile.TemporaryDirectory() as home:
        played = play(hostile_example([case]), Path(home), collect_with_workers)
        files = played.files_of(case)
    ends = " + ".join("/".join(sorted(end)) for end in case.ends)
    sys.stdout.write(f"{case.code} {case.name}: may end as {ends}, never {case.never}\n")
    sys.stdout.write(json.dumps(files, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

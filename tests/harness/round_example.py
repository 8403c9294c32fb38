"""Examples of years with several rounds: commands one after the other, and files between them."""

from __future__ import annotations

import io
import json
import os
import shlex
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.city import City
from tests.engine import judge_here
from tests.fillers.xml_patch import patched_parts, places
from tests.harness.cities import plan_document, spread, usual_answers
from tests.harness.description import EXAMPLES, RECEIVED, Change, changes_of
from tests.harness.outcome import file_as_expected, findings_as_expected
from tests.harness.play import run_here
from tests.harness.sending import with_entry_sheet_of
from tests.harness.verbs import changed
from tests.harness.verbs.features import set_modified
from tests.harness.verbs.registry import packed, parts_of
from tests.tables import Table, table
from workflow.commands.command import COULD_NOT_RUN
from workflow.commands.generate import plan_issue
from workflow.model.plain_text import json_bytes
from workflow.model.years import JST
from workflow.storage.workspace import Workspace

ROUNDS = EXAMPLES / "rounds"
YEAR = 2024
_TOTALS = ("assignments", "answered", "missing")
_PRINTS_JSON = ("collect", "check", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFile:
    """A form of a round, filled in, or an archive of several; name is below returned/YEAR.

    Aside says that it lies beside the workspace, to be checked there. Brings is the round whose
    entry sheet, filled, somebody copied into it.
    """

    name: str
    round: str = ""
    template: str = ""
    answers: Table = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    holds: tuple[RoundFile, ...] = ()
    received: datetime = RECEIVED
    aside: bool = False
    brings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens next: files come, are moved or taken away, the plan changes, a command runs."""

    run: str = ""
    send: tuple[RoundFile, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)


def round_folders() -> list[Path]:
    """Return the folder of every example with several rounds."""
    return sorted(path.parent for path in ROUNDS.glob("*/rounds.toml"))


def read_steps(folder: Path) -> tuple[Step, ...]:
    """Return the steps of an example. Raises TypeError for a word it does not know."""
    words = tomllib.loads((folder / "rounds.toml").read_text("utf-8"))
    assert words.pop("about").endswith("。")
    steps = words.pop("step")
    assert not words, words
    return tuple(
        Step(send=tuple(_file(**file) for file in step.pop("send", ())), **step) for step in steps
    )


def _file(
    answers: str = "",
    changes: Sequence[Sequence[Any]] = (),
    holds: Sequence[Mapping[str, Any]] = (),
    received: str = "",
    **words: Any,  # noqa: ANN401 - checked by the dataclass
) -> RoundFile:
    moment = datetime.fromisoformat(received).replace(tzinfo=JST) if received else RECEIVED
    return RoundFile(
        answers=table(answers),
        changes=changes_of(changes),
        holds=tuple(_file(**inner) for inner in holds),
        received=moment,
        **words,
    )


def play_rounds(steps: Sequence[Step], home: Path) -> list[dict[str, Any]]:
    """Play the steps in an empty folder; return what each command ended as."""
    city = City.with_plan(home, plan_document("rounds"))
    found = []
    for step in steps:
        if step.plan:
            _change_plan(home, step.plan)
        for file in step.send:
            send_file(city, file)
        for name, to in step.moved.items():
            target = city.returned(to, YEAR)
            city.returned(name, YEAR).rename(target)
        if step.run:
            found.append(_run(step.run, home))
    return found


def _change_plan(home: Path, values: Mapping[str, Any]) -> None:
    """Set values of plan.json, each named by its keys with slashes between; or add to a list."""
    document = plan_document("rounds")
    for pointer, value in values.items():
        *keys, last = (int(key) if key.isdecimal() else key for key in pointer.split("/"))
        place: Any = document
        for key in keys:
            place = place[key]
        if last == len(place) and isinstance(place, list):
            place.append(value)
        else:
            place[last] = value
    (home / "plan.json").write_bytes(json_bytes(document))


def send_file(city: City, file: RoundFile) -> None:
    """Put a file into returned/, or beside the workspace."""
    target = city.home.parent / file.name if file.aside else city.returned(file.name, YEAR)
    target.write_bytes(_content(city, file))
    os.utime(target, (file.received.timestamp(), file.received.timestamp()))


def _content(city: City, file: RoundFile) -> bytes:
    content = _archive(city, file) if file.holds else _filled(city, file)

    def saved(made: bytes) -> bytes:
        parts = parts_of(made)
        set_modified(parts, file.received.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return packed(parts)

    return changed(content, file.changes, saved)


def _archive(city: City, file: RoundFile) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner in file.holds:
            archive.writestr(zipfile.ZipInfo(inner.name), _content(city, inner))
    return stream.getvalue()


def _filled(city: City, file: RoundFile) -> bytes:
    if not file.template:
        return b""
    issuer = City(replace(city.workspace, round=file.round))
    template = issuer.template(file.template, YEAR).read_bytes()
    found = places(template)
    usual = usual_answers("rounds", [item.id for item in city.plan.items])
    cells = {
        found[item, label]: value
        for item, answers in usual.items()
        for label, value in {**answers, **spread(file.answers, item)}.items()
        if (item, label) in found and value != ""
    }
    filled = packed(patched_parts(template, cells))
    if file.brings:
        filled = with_entry_sheet_of(
            filled, _filled(city, replace(file, round=file.brings, brings=""))
        )
    parts = parts_of(filled)
    set_modified(parts, file.received.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return packed(parts)


def _run(line: str, home: Path) -> dict[str, Any]:
    command, *arguments = shlex.split(line.replace("{beside}", str(home.parent)))
    year = () if "--year" in arguments or command == "check" else ("--year", str(YEAR))
    prints_json = ("--json",) if command in _PRINTS_JSON else ()
    with patch("workflow.returned.workers.engine.judge_in_workers", judge_here):
        code, printed, complaints = run_here(
            command, *arguments, *year, *prints_json, "--home", str(home)
        )
    assert "不具合" not in complaints, complaints
    found: dict[str, Any] = {"run": line, "exit": code}
    if code == COULD_NOT_RUN:
        return found | {"said": complaints.strip()}
    if command == "generate":
        return found | _noted(home, arguments[-1])
    return found | (_document(json.loads(printed)) if prints_json else {})


def _noted(home: Path, name: str) -> dict[str, Any]:
    """Return what generate noted of a round; it prints it in words alone."""
    planned = plan_issue(Workspace(home, name), YEAR, RECEIVED)
    codes = [note.code.name for note in planned.issuance.notes]
    return {"findings": codes} if codes else {}


def _document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a command printed, as expected.json writes it."""
    if "rounds" in document:
        found: dict[str, Any] = {one["round"]: _document(one) for one in document["rounds"]}
        return {"rounds": found} | _figures(document)
    found = {}
    if "files" in document:
        found["files"] = {
            f["path"]: file_as_expected(f) | ({"round": f["round"]} if "round" in f else {})
            for f in document["files"]
        }
        homeless = [f for f in document["findings"] if f["file"] not in found["files"]]
        if homeless:
            found["findings"] = findings_as_expected(homeless)
    return found | _figures(document)


def _figures(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the totals, and how many files no collect has met; nothing where nothing is issued."""
    found = {key: document[key] for key in ("uncollected",) if key in document}
    totals = document.get("totals", {})
    return found | ({"totals": {key: totals[key] for key in _TOTALS}} if totals else {})


def city_of(home: Path) -> City:
    """Return the city that was played in a folder."""
    return City(Workspace(home))

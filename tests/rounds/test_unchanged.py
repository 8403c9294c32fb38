"""Collecting again with nothing changed does nothing and says the same; any change is noticed."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.city import RECEIVED_AT, City, full_texts
from tests.engine import HERE, judge_here
from workflow.__main__ import main
from workflow.commands.verify import verify
from workflow.model.returns import Return
from workflow.returned.context import Context
from workflow.returned.inbox import Received
from workflow.returned.workers import engine
from workflow.returned.workers.store import NAME, ExtractStore
from workflow.storage.workspace import Workspace

YEAR = 2023


class Seen:
    """Which files were judged since it was last asked."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def taken(self) -> list[str]:
        names, self.names = self.names, []
        return names


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    noted = Seen()

    def judge(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        noted.names += [file.file for file in files]
        return judge_here(files, context)

    monkeypatch.setattr(engine, "judge_in_workers", judge)
    return noted


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return a round with a good return, a bad one and a letter, not yet collected."""
    city = City.with_sample_plan(tmp_path_factory.mktemp("課"))
    city.generate()
    city.send_back("GAKKO", full_texts(city.plan))
    city.send_back("KIKI", full_texts(city.plan, 評価="とても良い"))
    city.returned("送付状.pdf").write_bytes(b"%PDF-1.7")
    return city


@pytest.fixture
def city(issued: City, tmp_path: Path) -> City:
    return City(Workspace(Path(shutil.copytree(issued.home, tmp_path / "課"))))


@pytest.fixture(scope="module")
def collected_first(issued: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return the same round after a first collect; nobody may change it."""
    city = issued.copy(tmp_path_factory.mktemp("collected") / "課")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "judge_in_workers", judge_here)
        assert collected(city) == 1
    return city


@pytest.fixture
def known(collected_first: City, tmp_path: Path) -> City:
    """The round after a first collect, of which everything is remembered."""
    return collected_first.copy(tmp_path / "課")


ALL = ["GAKKO.xlsx", "KIKI.xlsx", "送付状.pdf"]


def collected(city: City, *arguments: str) -> int:
    return main(["collect", "--year", str(YEAR), "--home", str(city.home), *arguments])


def everything(city: City) -> dict[str, tuple[int, bytes]]:
    """Return every file of the workspace with its content and when it was written."""
    paths = [p for p in city.home.rglob("*") if p.is_file() and p.name != ".lock"]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_again_says_the_same_and_writes_nothing(
    city: City,
    seen: Seen,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    assert collected(city, *arguments) == 1
    first, before = capsys.readouterr(), everything(city)
    assert seen.taken() == ALL
    with monkeypatch.context() as patch:
        patch.setattr("workflow.rounds.anew.known_plan", None)  # not even that
        assert collected(city, *arguments) == 1
    assert (capsys.readouterr(), seen.taken(), everything(city)) == (first, [], before)
    shutil.rmtree(city.workspace.extracts(YEAR))
    assert collected(city, *arguments) == 1
    assert (capsys.readouterr(), seen.taken()) == (first, ALL)
    now = everything(city)
    assert {path: now[path][1] for path in before} == {path: before[path][1] for path in before}


def _edited_plan(city: City) -> None:
    path = city.home / "plan.json"
    document: dict[str, Any] = json.loads(path.read_bytes())
    document["plan"]["contact"] = "内線 1234"
    path.write_text(json.dumps(document), "utf-8")


def _issued_anew(city: City) -> None:
    path = city.home / "plan.json"
    document: dict[str, Any] = json.loads(path.read_bytes())
    document["items"][0]["title"] += "（改）"
    path.write_text(json.dumps(document), "utf-8")
    city.generate(reissue=True)


def _collected_earlier(city: City) -> None:
    ledger = city.workspace.ledger_csv(YEAR - 1)
    ledger.parent.mkdir(parents=True)
    shutil.copyfile(city.workspace.ledger_csv(YEAR), ledger)


def _handback(city: City) -> Path:
    (path,) = city.workspace.handbacks(YEAR).glob("*.xlsx")
    return path


CHANGES: dict[str, tuple[Callable[[City], object], list[str]]] = {
    "a new return": (lambda c: c.send_back("KOREI", full_texts(c.plan)), ["KOREI.xlsx"]),
    "a corrected one": (lambda c: c.send_back("KIKI", full_texts(c.plan)), ["KIKI.xlsx"]),
    "one taken away": (lambda c: c.returned("KIKI.xlsx").unlink(), []),
    "a ledger changed": (lambda c: c.workspace.ledger(YEAR).write_bytes(b"x"), []),
    "a ledger deleted": (lambda c: c.workspace.ledger_csv(YEAR).unlink(), []),
    "a description deleted": (lambda c: c.workspace.data_package(YEAR).unlink(), []),
    "a schema deleted": (lambda c: c.workspace.answers_schema(YEAR).unlink(), []),
    "a page deleted": (lambda c: c.workspace.overview(YEAR).unlink(), []),
    "a state deleted": (lambda c: c.workspace.status(YEAR).unlink(), []),
    "a hand-back deleted": (lambda c: _handback(c).unlink(), []),
    "a hand-back filled in": (lambda c: _handback(c).write_bytes(b"x"), []),
    "another plan": (_edited_plan, ALL),
    "other templates": (_issued_anew, ALL),
    "an earlier ledger": (_collected_earlier, ALL),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_noticed(
    known: City, seen: Seen, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    make, judged = CHANGES[change]
    make(known)
    collected(known)
    assert seen.taken() == judged
    shown = capsys.readouterr().out
    shutil.rmtree(known.workspace.extracts(YEAR))
    collected(known, "--json")
    whole = json.loads(capsys.readouterr().out)
    assert collected(known, "--json") in (0, 1)
    assert json.loads(capsys.readouterr().out) == whole
    assert str(known.workspace.ledger(YEAR)) in shown
    assert verify(known.workspace, YEAR, HERE).is_clean


def test_other_passwords_are_another_reading(city: City, seen: Seen) -> None:
    collected(city)
    collected(city, "--password", "ひみつ")
    assert seen.taken() == [*ALL, *ALL]
    kept = b"".join(p.read_bytes() for p in city.workspace.extracts(YEAR).iterdir())
    assert "ひみつ".encode() not in kept


@pytest.mark.parametrize("record", [b"", b"x", b"[]", b"{}", b'{"document": {}}'])
def test_a_record_that_is_none_is_not_believed(city: City, seen: Seen, record: bytes) -> None:
    collected(city)
    (city.workspace.extracts(YEAR) / "last.json").write_bytes(record)
    assert (collected(city), seen.taken()) == (1, ALL)
    assert (collected(city), seen.taken()) == (1, [])


def test_a_record_that_somebody_changed_is_not_believed(city: City, seen: Seen) -> None:
    collected(city)
    kept = city.workspace.extracts(YEAR) / "last.json"
    kept.write_bytes(kept.read_bytes().replace(b'"answered": ', b'"answered": 1'))
    assert (collected(city), seen.taken()) == (1, ALL)


def test_a_link_in_place_of_the_record_is_never_followed(city: City, seen: Seen) -> None:
    collected(city)
    kept = city.workspace.extracts(YEAR) / "last.json"
    kept.unlink()
    kept.symlink_to("/dev/zero")
    assert (collected(city), seen.taken()) == (1, ALL)
    assert not kept.is_symlink()


def test_a_plan_open_in_excel_still_stops_the_run(known: City) -> None:
    (known.home / "~$plan.json").write_bytes(b"x")
    assert collected(known) == 2


def test_a_final_year_is_still_left_alone(known: City) -> None:
    words = ["finalize", "--year", str(YEAR), "--home", str(known.home)]
    assert main(words) == 2
    assert main([*words, "--accept-open", "年度末のため"]) == 1
    assert collected(known) == 2
    assert collected(known, "--reopen", "--reason", "訂正のため") == 1
    assert collected(known) == 1


def test_what_could_not_be_read_is_tried_again(city: City, seen: Seen) -> None:
    locked = city.returned("鍵.xlsx")
    locked.symlink_to(city.returned("GAKKO.xlsx"))
    (city.returned("届.xlsx")).mkdir()
    assert collected(city) == 1
    assert seen.taken() == sorted([*ALL, "鍵.xlsx", "届.xlsx"])
    collected(city)
    assert seen.taken() == []  # a link and a folder are what they are


def test_verify_does_not_believe_what_collect_remembers(known: City) -> None:
    kept = ExtractStore(known.workspace.extracts(YEAR))
    with contextlib.closing(sqlite3.connect(kept.folder / NAME)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM extract")]
    for key in keys:
        line = kept.find(key)
        assert line
        kept.keep(key, line.replace("実施した。".encode(), "しなかった".encode()))
    kept.keep_only(keys)
    known.send_back("KOREI", full_texts(known.plan), hours=1)
    collected(known)
    codes = {d.code.name for d in verify(known.workspace, YEAR, HERE).differences}
    assert codes
    shutil.rmtree(known.workspace.extracts(YEAR))
    collected(known)
    assert verify(known.workspace, YEAR, HERE).is_clean


def test_returned_is_left_as_it_was(city: City) -> None:
    folder = city.workspace.returned(YEAR)
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*")}
    collected(city)
    collected(city)
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*")} == before
    assert min(p.stat().st_mtime for p in folder.glob("*.xlsx")) == RECEIVED_AT.timestamp()

"""Nothing is judged twice: an extract gives what judging gave, or the file is judged again."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.city import RECEIVED_AT, City, full_texts
from tests.engine import judge_here
from tests.programs import ROOT
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.returns import Answer, Envelope, Note, NoteKind, Outcome, Return, Source
from workflow.model.years import JST
from workflow.returned.context import Context
from workflow.returned.inbox import Received, Snapshot, content_digest, single, take_snapshot
from workflow.returned.open import unjudged
from workflow.returned.workers import store
from workflow.returned.workers.cache import Extracts
from workflow.returned.workers.codec import decoded, encoded
from workflow.returned.workers.engine import Engine
from workflow.returned.workers.store import ExtractStore
from workflow.storage.files import sha256

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)  # half of a pair, too
KEYS = st.sampled_from(["a", "b", "評価"])
MOMENTS = st.datetimes(timezones=st.sampled_from([JST, UTC])).map(lambda m: m.replace(fold=0))
VALUES = st.one_of(ANY_TEXT, st.decimals(allow_nan=False, allow_infinity=False), st.dates())
ANSWERS = st.builds(
    Answer,
    item=ANY_TEXT,
    department=ANY_TEXT,
    values=st.dictionaries(KEYS, VALUES),
    written=st.dictionaries(KEYS, ANY_TEXT),
    cells=st.dictionaries(KEYS, ANY_TEXT),
    source=st.builds(Source, ANY_TEXT, ANY_TEXT, st.integers(1), ANY_TEXT, MOMENTS),
    rejected=st.booleans(),
)
LOCATIONS = st.builds(
    Location,
    file=ANY_TEXT,
    sheet=ANY_TEXT,
    row=st.integers(0),
    column=st.integers(0),
    item=ANY_TEXT,
    field_key=ANY_TEXT,
    part=ANY_TEXT,
)
DETAILS = st.one_of(ANY_TEXT, st.integers(), st.lists(ANY_TEXT, max_size=2).map(tuple))
FINDINGS = st.sampled_from(Code).flatmap(
    lambda code: st.builds(
        Finding,
        st.just(code),
        LOCATIONS,
        st.fixed_dictionaries(dict.fromkeys(sorted(code.details), DETAILS)),
    )
)
NOTES = st.builds(
    Note, st.sampled_from(NoteKind), ANY_TEXT, ANY_TEXT, ANY_TEXT, author=ANY_TEXT, file=ANY_TEXT
)
RETURNS = st.builds(
    Return,
    file=ANY_TEXT,
    sha256=ANY_TEXT,
    size=st.integers(0),
    received=MOMENTS,
    outcome=st.sampled_from(Outcome),
    number=ANY_TEXT,
    department=ANY_TEXT,
    modified=st.none() | MOMENTS,
    author=ANY_TEXT,
    saved_by=ANY_TEXT,
    format=ANY_TEXT,
    envelope=st.none() | st.builds(Envelope, ANY_TEXT, ANY_TEXT, st.integers(0)),
    answers=st.lists(ANSWERS, max_size=2).map(tuple),
    notes=st.lists(NOTES, max_size=2).map(tuple),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
)


@given(st.lists(RETURNS, max_size=2).map(tuple))
def test_what_was_judged_comes_back_to_the_letter(returns: tuple[Return, ...]) -> None:
    line = encoded(returns)
    assert b"\n" not in line
    assert decoded(line) == returns
    assert repr(decoded(line)) == repr(returns)  # kinds, order and time zones too


def test_what_was_taken_as_it_was_written_is_not_kept_twice() -> None:
    moment = datetime(2024, 5, 10, 17, tzinfo=JST)
    source = Source("a.xlsx", "進捗状況", 5, "0" * 64, moment)
    texts = {"text": "実施した。"}
    whole = Return(
        file="a.xlsx",
        sha256="0" * 64,
        size=1,
        received=moment,
        outcome=Outcome.ACCEPTED,
        answers=(
            Answer("1-1", "A", texts, texts, {"text": "F5"}, source),
            Answer(
                "1-2",
                "A",
                {"number": Decimal("1.50"), "day": date(2024, 5, 1)},
                {"number": "1.50", "day": "2024-05-01"},
                {},
                source,
            ),
        ),
    )
    assert encoded((whole,)).decode().count("実施した。") == 1
    assert decoded(encoded((whole,))) == (whole,)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[{}]",
        b"{",
        b"\xff",
        b"[1]",
        b'[{"texts":[1,2]}]',
        b"[" * 99999,
        encoded(()) + b"x",
    ],
)
def test_what_is_no_extract_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="no extract"):
        decoded(line)


@pytest.mark.parametrize(
    "details", [{}, {"found": 11}, {"found": 1.5, "limit": 10}, {"found": None, "limit": 10}]
)
def test_a_finding_that_could_not_be_worded_is_no_extract(details: dict[str, Any]) -> None:
    finding = Finding(Code.VALUE_TOO_LONG, Location(row=5), details)
    read = Return(
        file="a",
        sha256="0",
        size=1,
        received=RECEIVED_AT,
        outcome=Outcome.SENT_BACK,
        findings=(finding,),
    )
    with pytest.raises(ValueError, match="no extract"):
        decoded(encoded((read,)))


def test_an_extract_with_a_number_for_a_text_is_refused() -> None:
    line = encoded((unjudged_return(),))
    assert decoded(line)
    for text in (b'"a.xlsx"', b'"2024-05-10T17:00:00+09:00"'):
        with pytest.raises(ValueError, match="no extract"):
            decoded(line.replace(text, b"1"))


def unjudged_return() -> Return:
    moment = datetime(2024, 5, 10, 17, tzinfo=JST)
    return Return(file="a.xlsx", sha256="", size=1, received=moment, outcome=Outcome.ACCEPTED)


class Reader:
    """An engine that notes which files it was asked about."""

    def __init__(self, engine: Engine = judge_here) -> None:
        self.asked: list[str] = []
        self._engine = engine

    def __call__(self, files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        self.asked += [file.file for file in files]
        return self._engine(files, context)


ALL = ["GAKKO.xlsx", "KIKI.xlsx", "KOREI.xlsx"]


def asked(
    city: City, context: Context, judged_by: str = "x", reader: Reader | None = None
) -> list[str]:
    """Judge the round with what is kept; return which files were judged, having compared all."""
    reader = reader or Reader()
    on_disk = take_snapshot(city.workspace.returned(2023))
    store = ExtractStore(city.workspace.extracts(2023))
    extracts = Extracts(store, on_disk.digests, judged_by)
    judged = list(extracts.engine(reader)(on_disk.files, context))
    if not reader.asked or reader._engine is judge_here:
        assert judged == list(judge_here(on_disk.files, context))
    return reader.asked


def test_only_what_is_new_or_changed_is_judged(city: City, context: Context) -> None:
    assert asked(city, context) == ALL
    assert asked(city, context) == []
    city.send_back("KIKI", full_texts(city.plan, 評価="Ｂ"))
    assert asked(city, context) == ["KIKI.xlsx"]
    city.send_back("GAKKO", full_texts(city.plan), name="課/回答.xlsx", hours=2)
    assert asked(city, context) == ["課/回答.xlsx"]
    city.send_back("GAKKO", full_texts(city.plan), name="課/回答.xlsx", hours=3)
    assert asked(city, context) == ["課/回答.xlsx"]  # it came at another time
    assert asked(city, context, judged_by="y") == sorted([*ALL, "課/回答.xlsx"])


def test_a_file_under_another_name_is_judged_again(city: City, context: Context) -> None:
    asked(city, context)
    returned = city.returned("GAKKO.xlsx")
    returned.rename(returned.with_name("回答.xlsx"))
    assert asked(city, context) == ["回答.xlsx"]


def stored(city: City) -> Path:
    return city.workspace.extracts(2023) / store.NAME


def rows(city: City) -> int:
    with contextlib.closing(sqlite3.connect(stored(city))) as connection:
        (count,) = connection.execute("SELECT count(*) FROM extract").fetchone()
        return int(count)


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_what_was_cut_short_or_changed_is_not_believed(
    city: City, context: Context, damage: bytes | None
) -> None:
    asked(city, context)
    content = stored(city).read_bytes()
    changed = content.replace("実施した。".encode(), "しなかった".encode())
    assert changed != content
    stored(city).write_bytes(changed if damage is None else content[:200] + damage)
    assert asked(city, context) == ALL
    assert asked(city, context) == []
    assert rows(city) == len(ALL)


def test_a_forged_extract_that_fits_nothing_is_judged_instead(city: City, context: Context) -> None:
    asked(city, context)
    with contextlib.closing(sqlite3.connect(stored(city))) as connection, connection:
        for (key,) in connection.execute("SELECT key FROM extract").fetchall():
            forged = (store._digest(key, b'[{"texts":1}]'), b'[{"texts":1}]', key)
            connection.execute("UPDATE extract SET digest = ?, line = ? WHERE key = ?", forged)
    assert asked(city, context) == ALL


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER spy AFTER INSERT ON extract BEGIN DELETE FROM extract; END",
        "CREATE VIEW other AS SELECT * FROM extract",
        "ALTER TABLE extract ADD COLUMN more TEXT",
    ],
)
def test_a_database_with_anything_but_our_table_is_made_anew(
    city: City, context: Context, statement: str
) -> None:
    asked(city, context)
    with contextlib.closing(sqlite3.connect(stored(city))) as connection, connection:
        connection.execute(statement)
    assert asked(city, context) == ALL
    assert asked(city, context) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
@pytest.mark.parametrize("ending", ["", *store._BESIDE])
def test_a_pipe_or_link_in_place_of_the_database_is_never_waited_for(
    city: City, context: Context, ending: str
) -> None:
    asked(city, context)
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        path = stored(city).with_name(store.NAME + ending)
        path.unlink(missing_ok=True)
        make(path)
        assert asked(city, context) == ([] if ending else ALL)
        assert asked(city, context) == []


def test_a_run_that_is_killed_leaves_what_it_had_kept(tmp_path: Path) -> None:
    killed = f"""
import os, signal
from pathlib import Path
from typing import Any
from workflow.returned.workers.store import ExtractStore
store = ExtractStore(Path({str(tmp_path)!r}))
for number in range(1_100):
    store.keep(str(number), b"line")
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run((sys.executable, "-c", killed), cwd=ROOT)
    assert ended.returncode != 0
    again = ExtractStore(tmp_path)
    assert [again.find(str(number)) for number in (0, 999, 1_050)] == [b"line", b"line", None]


def test_an_engine_ends_in_its_own_time(city: City, context: Context) -> None:
    """What an engine does at its end is not left to Python's tidying, which swallows a Ctrl+C."""

    def dismissing(files: Sequence[Received], known: Context) -> Iterator[tuple[Return, ...]]:
        try:
            yield from judge_here(files, known)
        finally:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asked(city, context, reader=Reader(dismissing))


def test_what_says_nothing_about_the_content_is_not_kept(city: City, context: Context) -> None:
    from workflow.model.catalogue import Code

    def failing(files: Sequence[Received], _: Context) -> Iterator[tuple[Return, ...]]:
        return ((unjudged(file, Code.FILE_READER_DIED),) for file in files)

    assert asked(city, context, reader=Reader(failing)) == ALL
    assert asked(city, context) == ALL


def test_a_file_that_changes_while_it_is_read_counts_as_it_was_read(
    city: City, context: Context
) -> None:
    def meddled(files: Sequence[Received], known: Context) -> Iterator[tuple[Return, ...]]:
        city.send_back("KIKI", full_texts(city.plan, 評価="Ｂ"))
        return judge_here(files, known)

    asked(city, context, reader=Reader(meddled))
    assert asked(city, context) == ["KIKI.xlsx"]


def test_what_is_gone_is_dropped(city: City, context: Context) -> None:
    for hours in range(3):
        city.send_back("GAKKO", full_texts(city.plan), name=f"{hours:02}.xlsx", hours=hours)
        asked(city, context)
    assert rows(city) == len(ALL) + 3
    for path in city.workspace.returned(2023).iterdir():
        path.unlink()
    asked(city, context)
    assert rows(city) == 0


def test_where_nothing_can_be_kept_everything_is_judged(city: City, context: Context) -> None:
    city.workspace.extracts(2023).parent.mkdir(parents=True, exist_ok=True)
    city.workspace.extracts(2023).write_bytes(b"a file is in the way")
    assert asked(city, context) == asked(city, context) == ALL


def test_only_plain_files_are_hashed(tmp_path: Path) -> None:
    plain = tmp_path / "a.xlsx"
    plain.write_bytes(b"x")
    assert content_digest(single(plain)) == sha256(b"x")
    link = tmp_path / "b.xlsx"
    link.symlink_to(plain)
    moment = RECEIVED_AT
    for path in (link, tmp_path, tmp_path / "gone.xlsx"):
        assert content_digest(Received(path.name, path, 1, moment, regular=True)) == ""
        assert content_digest(Received(path.name, path, 1, moment, regular=False)) == ""
    assert take_snapshot(tmp_path) == Snapshot(
        (single(plain), single(link)), {"a.xlsx": sha256(b"x"), "b.xlsx": ""}
    )


def test_a_pipe_in_place_of_a_file_makes_nobody_wait(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no such pipes")
    pipe = tmp_path / "a.xlsx"
    os.mkfifo(pipe)
    assert content_digest(Received("a.xlsx", pipe, 1, RECEIVED_AT, regular=True)) == ""

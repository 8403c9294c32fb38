"""A year of several rounds at the desk: which one is looked at, and files of whatever round."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from tests.city import RECEIVED_AT
from tests.desk.live import SECONDS, Live, live_desk
from tests.fillers.xml_patch import fill as fill_as_excel
from tests.rounds.examples import MANAGER_CHECK
from tests.rounds.playing import YEAR, PlayedYear, answers_of
from workflow.desk.screens.forms import FORMS
from workflow.storage.journal import load_journal


def test_the_round_in_hand_is_shown_and_files_of_any_round_are_taken(tmp_path: Path) -> None:
    year = PlayedYear.of_example(MANAGER_CHECK, tmp_path / "市")
    first, second = year.names
    year.issue(first)
    year.answer(first)
    mine = year.returned(first, "GAKKO")
    content = mine.read_bytes()
    mine.unlink()
    year.collect(first)
    year.issue(second)
    with live_desk(year.city.home) as live:
        assert live.desk.round == second
        leads_to = live.get("/").headers["location"]
        assert leads_to == quote(f"/compiled/{YEAR}/{second}/")
        board = live.get(leads_to).text
        assert f'data-round="{second}" aria-current="true"' in board
        assert f"令和6年度（2024年度） {second}" in board
        assert " ".join(FORMS["remind"].words(live.desk, {})) == (
            f"remind --year {YEAR} --round={second}"
        )

        live.put("どちらの回か言わない名前.xlsx", content)
        live.put("課長.xlsx", filled(year, second, "GAKKO-K"))
        page = wait_until(live, 'class="verdict accepted"', 2)
        assert "学校教育課長" in page
        wait_for(live, lambda: set(statuses(year, first).values()) == {"回答済"})

        assert live.post("/round", {"round": "ない回"}).status == 404
        assert live.post("/round", {"round": first}).status == 200
        assert live.desk.round == first
        assert live.get("/results").status == live.get("/points").status == 200
        live.post("/round", {"round": ""})
        results = live.get("/results").text
        assert f"まだ確定していない回があります：{first}、{second}" in results
        assert f"{YEAR}/{quote('台帳_令和6年度.xlsx')}" in results
        prepare = live.get("/prepare").text
        assert f"<option selected>{first}</option>" in prepare
        asked = f"/prepare/issue?year={YEAR}&round={quote(second)}"
        assert "変わりません" in live.get(asked).text

        with live.desk.actions.turn:  # no collect of the desk's is at work then
            year.finalize(first)
        late = Path(year.at(first).template("ICT", YEAR)).read_bytes()
        name = live.put("遅れて.xlsx", late).json["file"]
        wait_until(live, f"令和6年度 {first}を確定したあとに届いた")
        assert load_journal(year.at(first).workspace.journal(YEAR)).is_final
        assert name not in year.at(second).workspace.overview(YEAR).read_text("utf-8")


def filled(year: PlayedYear, name: str, code: str) -> bytes:
    """Return the return of a person as Excel would have saved it."""
    target = year.city.home / f"{code}.xlsx"
    texts = answers_of(year.plan(name), code)
    fill_as_excel(year.at(name).template(code, YEAR), target, texts, RECEIVED_AT)
    content = target.read_bytes()
    target.unlink()
    return content


def statuses(year: PlayedYear, name: str) -> dict[str, str]:
    return year.at(name).statuses(YEAR)


def wait_until(live: Live, words: str, count: int = 1) -> str:
    """Return the page of what came, once it says some words so many times."""
    wait_for(live, lambda: live.get("/intake").text.count(words) >= count)
    return live.get("/intake").text


def wait_for(live: Live, is_so: Callable[[], bool]) -> None:
    """Wait until something is so and nothing runs: between two collects nothing does either."""
    until = time.monotonic() + SECONDS
    while not is_so() or live.desk.actions.is_busy:
        assert time.monotonic() < until, "it never came"
        live.settle()
        time.sleep(0.05)

"""Whatever stands in a plan, a cell or a file name stands on the page as text and nothing else."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from tests.compiled.pages.reading import Page, overview_of
from tests.compiled.rounds import round_of
from tests.small import NOW, PLAN, answer, returns
from workflow.compiled.pages.frame import frame, page_bytes, to_returned
from workflow.compiled.round import Stage
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.plain_text import legible
from workflow.model.plan import Plan
from workflow.model.returns import Outcome, Return, Source
from workflow.model.rounds.declared import Period
from workflow.model.wording import Wording

TEXTS = st.text(min_size=1, max_size=30)
HOSTILE = "\"'><script>alert(1)</script><b onclick=x>&amp;{{ 1 }}{% x</style>\u202e\x00\ud800\r\n"


def planned(text: str) -> Plan:
    """Return the small plan with a text wherever one can stand."""
    return replace(
        PLAN,
        title=text,
        municipality=replace(PLAN.municipality, name=text),
        departments=tuple(replace(d, name=f"{d.code}{text}") for d in PLAN.departments),
        items=tuple(replace(i, path=(f"{i.id}{text}",), title=text) for i in PLAN.items),
    )


def returned(text: str) -> tuple[Return, ...]:
    """Return a return, and a file that is none, with a text wherever one can stand."""
    file = f"{text}.xlsx"
    source = Source(file, text, 5, "0", returns("a|A|1|accepted|")[0].received)
    given = answer("1-1", "A", {"progress": text, "rating": "Ｂ", "reason": text}, source)
    wrong = Finding(
        Code.VALUE_NOT_A_CHOICE,
        Location(file=file, sheet=text, row=5, column=6, item="1-2", field_key="rating"),
        {"value": text, "choices": (text,)},
    )
    (own, not_ours) = returns("a | A | 1 | sent_back | \n b |  | 1 | not_a_return |")
    return (
        replace(own, file=file, answers=(given,), findings=(wrong,)),
        replace(
            not_ours,
            file=f"{text}.txt",
            outcome=Outcome.NOT_A_RETURN,
            findings=(Finding(Code.FILE_TEXT, Location(file=f"{text}.txt")),),
        ),
    )


def page_with(text: str) -> Page:
    return overview_of(round_of(returned(text), planned(text)))


LINKED = ("a", "span")
PLAIN = [e for e in page_with("あ").shape if e[0] not in LINKED]
LINKED_SHAPES = {e for e in page_with("あ").shape if e[0] in LINKED} | {("span", ("class",))}


@given(TEXTS)
@example(HOSTILE)
@settings(max_examples=40)
def test_a_text_is_text_and_creates_nothing(text: str) -> None:
    page = page_with(text)
    shown = legible(text)
    assert shown in page.one("header").text
    for section in ("board", "counts", "attention", "findings"):
        assert shown in page.by_id(section).text
    (wrong,) = returned(text)[0].findings
    assert legible(Wording().problem(wrong)) in page.by_id("findings").text
    assert f"{shown}.txt" in page.by_id("strangers").text
    # A name no address can hold stands in a span and not in a link; that is all that may differ.
    assert [e for e in page.shape if e[0] not in LINKED] == PLAIN
    assert {e for e in page.shape if e[0] in LINKED} <= LINKED_SHAPES


@given(st.text(min_size=1, max_size=30).filter(lambda t: "?" not in t))
@example("年度 #1 100% &amp; \n'\".xlsx")
@example("フォルダー/回答.xlsx")
def test_the_address_of_a_file_is_plain_and_leads_to_it(name: str) -> None:
    address = to_returned(Period(2023), name)
    if any("\ud800" <= c <= "\udfff" for c in name):
        assert address == ""
        return
    assert address.startswith("../../returned/2023/")
    assert address.isascii() and not set(address) & set(" \"'<>#?&\\\n")
    assert unquote(address) == f"../../returned/2023/{name}"


def test_a_value_that_is_not_there_is_an_error_and_no_blank() -> None:
    with pytest.raises(UndefinedError):
        page_bytes("overview.html.j2", frame((PLAN, 2023, Stage(False, NOW)), "題"))

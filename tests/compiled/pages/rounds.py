"""Rounds that pages show, made from text tables of returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.compiled.pages.reading import Page
from tests.small import NOW, PLAN, register, returns
from workflow.compiled.compilation import Compilation, compiled
from workflow.compiled.merge import merge
from workflow.compiled.pages.overview import overview_page
from workflow.compiled.result import Basis, Result
from workflow.compiled.stage import Stage
from workflow.model.plan import Plan, Return
from workflow.storage.journal import Journal

RETURNS = """
    甲.xlsx   | A |  1 | accepted     | 1-1=Ａ 1-2=Ｂ 2-1=Ａ 2-2=Ａ
    乙 1.xlsx | B |  2 | sent_back    | 2-1=Ａ 2-2=良!
    送付状.txt |   | 30 | not_a_return |
    写真.jpg  |   | 30 | unreadable   |
"""


def round_of(
    files: str | Iterable[Return] = RETURNS, plan: Plan = PLAN, *, is_final: bool = False
) -> Compilation:
    """Return the compilation of a plan's round with these returns."""
    issued = register(plan)
    came = returns(files) if isinstance(files, str) else tuple(files)
    result = Result(
        plan=plan,
        register=issued,
        merged=merge(plan, issued.item_ids(), came),
        past=(),
        basis=Basis("0", "0", {}),
    )
    return compiled(result, Journal(), Stage(is_final, NOW), {})


def overview_of(compilation: Compilation, beside: Mapping[str, str] | None = None) -> Page:
    """Return the overview of a round, read back."""
    return Page(overview_page(compilation, beside or {}))

"""What the schema cannot say of indicators: their items, targets, directions and grades."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.model.catalogue import Code
from workflow.model.cells import folded, folded_id
from workflow.model.findings import Detail, Violation
from workflow.plan.checks.unique import repeated
from workflow.plan.document import Node


def check_indicators(document: Node) -> Iterator[Violation]:
    """Every indicator is of an item of the plan, and can be told from the others."""
    indicators = document["indicators"].elements
    if not indicators:
        return
    known = {item["id"].text for item in document["items"].elements}
    yield from repeated((folded_id(one["id"].text), one["id"]) for one in indicators)
    names = ((f"{one['item'].text}\n{folded(one['name'].text)}", one["name"]) for one in indicators)
    yield from repeated(names)
    for one in indicators:
        item = one["item"]
        if item.text and item.text not in known:
            yield Violation(item.pointer, Code.PLAN_UNKNOWN_ITEM, {"value": item.text})
        yield from _bad_targets(one)
        yield from _bad_bands(one)


def _bad_targets(indicator: Node) -> Iterator[Violation]:
    """Yield what of the base and the targets cannot be meant together; the first thing only."""
    base, rate = indicator["base"], indicator["rate"]
    year, value = base["year"], base["value"]
    years = sorted(_by_year(indicator["targets"]))
    is_early = year.number is not None and years and years[0] <= year.number
    found = (
        (
            (year.value is None) is not (value.value is None),
            base,
            "基準年度と基準値は、両方要ります",
        ),
        (rate.text in _FROM_BASE and base.value is None, rate, "この求め方には、基準値が要ります"),
        (is_early, indicator["targets"], "目標値の年度が、基準年度より後になっていません"),
    )
    for is_wrong, node, reason in found:
        if is_wrong:
            yield Violation(node.pointer, Code.PLAN_BAD_INDICATOR, {"reason": reason})
            return


_FROM_BASE = ("progress", "change")
"""Rates of an indicator that its base is needed for."""


def _by_year(values: Node) -> dict[int, float]:
    found = {int(year): values[year].number for year, _ in values.members if year.isdecimal()}
    return {year: number for year, number in found.items() if number is not None}


def doubtful_directions(document: Node) -> Iterator[Violation]:
    """Yield a note for each indicator whose last target is worse than its base.

    That may be meant: what cannot be stopped is to be slowed down.
    """
    for one in document["indicators"].elements:
        base, targets = one.at("/base/value").number, _by_year(one["targets"])
        way = {"up": 1, "down": -1}.get(one["direction"].text, 0)
        if base is not None and targets and way * (targets[max(targets)] - base) < 0:
            details: dict[str, Detail] = {"value": one["name"].text}
            yield Violation(one["direction"].pointer, Code.PLAN_DIRECTION_DOUBT, details)


def _bad_bands(indicator: Node) -> Iterator[Violation]:
    """Yield what of the grades overlaps: they stand in order, and the rest comes last."""
    least: dict[str, int | float] = {}
    is_rest = False
    usual = indicator["rate"].text
    for band in indicator["grading"].elements:
        low, rate = band["at_least"], band["rate"].text or usual
        reason = ""
        if is_rest:
            reason = "「それ以外」の下に区分があります"
        elif low.number is not None and low.number >= least.get(rate, low.number + 1):
            reason = "区分が重なっているか、よいほうから並んでいません"
        if reason:
            yield Violation(band.pointer, Code.PLAN_BAD_BANDS, {"reason": reason})
        if low.number is not None:
            least[rate] = low.number
        is_rest = is_rest or low.value is None

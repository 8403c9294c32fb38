"""What a plan asks, held against the forms people have. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.plan import Department, Plan
from workflow.python.dataclass import dataclass
from workflow.templates.indicator_table import issued_indicators
from workflow.templates.lay_out import issued_form, issued_items
from workflow.templates.register import IssuedForm, Register

FormsHeld = Callable[[Plan, Register], Iterable[Finding]]
"""Holds a plan against the forms people have."""

_MOST_DIFFERENCES = 6


def form_findings(plan: Plan, register: Register) -> Iterator[Finding]:
    """Yield what is otherwise on the forms people have, and on whose: each is looked at once."""
    forms, form = _Forms(plan, register), issued_form(plan)
    for department in plan.departments:
        forms.look_at(department, form)
    yield from forms.findings()


@dataclass(frozen=True)
class _Forms:
    """What is otherwise on the forms that were looked at."""

    plan: Plan
    register: Register
    lacking: set[str] = field(default_factory=set)
    """Items that are not on the form of somebody who is asked about them."""
    asked: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    known: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    earlier: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    """What is otherwise of what is asked, known or answered before, and on whose forms."""

    def look_at(self, department: Department, form: IssuedForm) -> None:
        """Look at the form of a department."""
        plan, issue = self.plan, self.register.latest_for(department)
        if issue is None:
            self.lacking.update(item.id for item in plan.items_of(department.code))
            return
        items = issued_items(plan, department)
        on_form = {item.id for item in issue.items}
        self.lacking.update(item.id for item in items if item.id not in on_form)
        indicators = issued_indicators(plan, department)
        _tell(self.asked, issue.differences(form, items, indicators), department)
        _tell(self.known, issue.known_differences(form, items), department)
        if plan.earlier:
            _tell(self.earlier, issue.earlier_differences(form, items), department)

    def findings(self) -> Iterator[Finding]:
        """Yield what is otherwise, and on whose forms."""
        yield from self._unissued()
        for what, names in _shortened(self.asked):
            yield Finding(Code.PLAN_CHANGED, Location(), {"departments": names, "what": what})
        file = self.plan.known_values.file if self.plan.known_values else ""
        for what, names in _shortened(self.known):
            yield Finding(
                Code.KNOWN_CHANGED,
                Location(),
                {"departments": names, "value": file, "what": what},
            )
        rounds = tuple(one.name for one in self.plan.earlier)
        for what, names in _shortened(self.earlier):
            yield Finding(
                Code.ROUND_BEFORE_CHANGED,
                Location(),
                {"departments": names, "rounds": rounds, "what": what},
            )

    def _unissued(self) -> Iterator[Finding]:
        """Yield the items on no form at all: most are on that of somebody asked about them."""
        issued = self.register.item_ids() if self.lacking else frozenset()
        for item in self.plan.items if self.lacking else ():
            if item.id in self.lacking and item.id not in issued:
                yield Finding(Code.ITEM_NOT_ISSUED, Location(item=item.id))


def _tell(
    whose: dict[tuple[str, ...], list[str]], what: tuple[str, ...], department: Department
) -> None:
    if what:
        whose.setdefault(what, []).append(department.name)


def _shortened(
    whose: Mapping[tuple[str, ...], Sequence[str]],
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the first differences, and the departments on whose forms they are."""
    for what, names in whose.items():
        more = ("ほか",) if len(what) > _MOST_DIFFERENCES else ()
        yield (*what[:_MOST_DIFFERENCES], *more), tuple(names)

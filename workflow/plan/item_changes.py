"""How the items of two plans follow each other: new, ended, moved, retitled. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.model.cells import folded
from workflow.model.plan import JOINT_SEPARATOR, Item, Plan
from workflow.plan.change import Change, ChangeKind
from workflow.plan.department_changes import Lineage

_SHOWN = 40  # characters of a title


def item_changes(before: Plan, after: Plan, lineage: Lineage) -> Iterator[Change]:
    """Yield what became of the items, by id: the ended ones, then the others in plan order."""
    then = {item.id: item for item in before.items}
    today = {item.id for item in after.items}
    for item in before.items:
        if item.id not in today:
            yield Change(ChangeKind.ENDED_ITEM, f"{_named(item)}は、ことしは尋ねません。")
    for item in after.items:
        if item.id not in then:
            yield Change(ChangeKind.NEW_ITEM, f"{_named(item)}は、ことしから尋ねます。")
        else:
            yield from _item_changes(then[item.id], item, before, after, lineage)


def _item_changes(
    old: Item, new: Item, before: Plan, after: Plan, lineage: Lineage
) -> Iterator[Change]:
    if folded(old.title) != folded(new.title):
        yield Change(
            ChangeKind.RETITLED,
            f"整理番号{new.id}の内容が「{_short(old.title)}」から「{_short(new.title)}」に変わります。"
            "別の取組であれば、新しい整理番号を付けてください。",
            is_doubtful=True,
        )
    if old.path != new.path:
        yield Change(
            ChangeKind.REPLACED,
            f"{_named(new)}は、「{' ＞ '.join(new.path)}」に移ります。",
        )
    if not lineage.goes_on(old.departments, new.departments):
        yield Change(
            ChangeKind.MOVED,
            f"{_named(new)}の担当課が、{_joined(before, old)}から{_joined(after, new)}に"
            "変わります。",
        )


def _named(item: Item) -> str:
    return f"{item.id}「{_short(item.title)}」"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _joined(plan: Plan, item: Item) -> str:
    names = (plan.department(code).name for code in item.departments)
    return f"「{JOINT_SEPARATOR.join(names)}」"

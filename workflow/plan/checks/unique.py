"""What several checks ask of the parts of a plan: whether they are filled, and named once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from workflow.model.catalogue import Code
from workflow.model.findings import Violation
from workflow.plan.book.layout import label_of
from workflow.plan.document import Node


def repeated(named: Iterable[tuple[str, Node]]) -> Iterator[Violation]:
    """Yield each of some named nodes whose name another one before it has."""
    first: dict[str, Node] = {}
    for name, node in named:
        if node.text and first.setdefault(name, node) is not node:
            yield duplicate(node, first[name])


def duplicate(node: Node, first: Node) -> Violation:
    """Return that a node has the name of one before it."""
    details = {"what": label_of(node.pointer), "value": node.text, "other": first.pointer}
    return Violation(node.pointer, Code.PLAN_DUPLICATE, details)


def is_filled(node: Node) -> bool:
    """Whether anything is written there."""
    return bool(node.text)


def day_of(node: Node) -> date | None:
    """Return the day written there; None for none, or for what is no day."""
    try:
        return date.fromisoformat(node.text) if node.text else None
    except ValueError:
        return None

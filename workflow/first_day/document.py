"""What a source says, as a plan, and what its lines answer, as the earlier year keeps it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workflow.first_day.fields import ProposedField
from workflow.first_day.names import Departments, Ids
from workflow.first_day.reading.column import Column
from workflow.first_day.reading.items import DraftItem, plain_heading
from workflow.first_day.reading.source import CellLocation
from workflow.first_day.reading.tables import Cell
from workflow.first_day.reading.words import NOTHING, Role
from workflow.plan.checks.plan import RESERVED_LABELS
from workflow.plan.document import empty_document
from workflow.plan.written.department_codes import department_codes
from workflow.python.dataclass import dataclass


def document_of(
    head: Mapping[str, Any],
    coordinator: str,
    items: Sequence[tuple[str, DraftItem]],
    departments: Departments,
    levels: Sequence[str],
    fields: Sequence[ProposedField],
    indicators: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the plan; items come with their ids, the coordinator is one of the departments."""
    asked = [departments.named[name] for _, item in items for name in item.departments]
    names = list(dict.fromkeys((*asked, *filter(None, [coordinator]))))
    codes = department_codes(names)
    declared = [dict(proposed.declared) for proposed in fields]
    return {
        **empty_document(),
        "plan": {**head, "coordinator": codes.get(coordinator, "")},
        "levels": list(levels),
        "departments": [{"code": codes[name], "name": name} for name in names],
        "items": [_item(item, number, departments, codes) for number, item in items],
        "form": {"fields": declared},
        "matrices": list(_matrices(levels, declared)),
        **({"indicators": list(indicators)} if indicators else {}),
    }


def _item(
    item: DraftItem, number: str, departments: Departments, codes: Mapping[str, str]
) -> dict[str, Any]:
    names = dict.fromkeys(departments.named[name] for name in item.departments)
    several = [answered for answered in item.answers if answered.values]
    each = {"answer": "each"} if len(several) > 1 and len(names) > 1 else {}
    pages = {"pages": item.pages} if item.pages else {}
    return {
        "id": number,
        "path": [plain_heading(text) for text in item.path],
        "title": item.plain_title,
        "departments": [codes[name] for name in names],
        **pages,
        **each,
    }


def _matrices(
    levels: Sequence[str], declared: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    choices = [field["key"] for field in declared if field["type"] == "choice"]
    rating = next((f["key"] for f in declared if f.get("ordered")), None)
    for key in [rating] if rating else choices[:1]:
        if len(levels) > 1:
            yield {"rows": levels[min(1, len(levels) - 2)], "columns": key}
        yield {"rows": "担当課", "columns": key}


def free_levels(levels: Sequence[str], columns: Sequence[Column]) -> Iterator[str]:
    """Yield the names of the levels, that of the item last; none is one the tool uses itself."""
    title = next((c.name for c in columns if c.role is Role.TITLE), Role.TITLE.value)
    taken = {*RESERVED_LABELS}
    for name in (*levels, title):
        candidates = (name, f"{name}名", *(f"{name}{n}" for n in range(2, 50)))
        found = next(one for one in candidates if one not in taken)
        taken.add(found)
        yield found


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What one line answers: the id of its item, the departments, text and cells by column."""

    item: str
    departments: tuple[str, ...]
    texts: Mapping[str, str]
    cells: Mapping[str, Sequence[Cell]]
    location: CellLocation


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What the source answers of an item for some departments, by the key of the field."""

    item: str
    departments: tuple[str, ...]
    values: Mapping[str, str]
    location: CellLocation


def answer_lines(
    items: Sequence[DraftItem], ids: Ids, departments: Departments
) -> tuple[AnswerLine, ...]:
    """Return the lines of all items, with the one name of each department."""
    found = []
    for item, number in zip(items, ids.ids, strict=True):
        for answered in item.answers:
            names = answered.departments or list(item.departments)
            cells = {
                k: c for k, c in answered.values.items() if any(x.text not in NOTHING for x in c)
            }
            texts = {key: "\n".join(cell.text for cell in some) for key, some in cells.items()}
            named = tuple(dict.fromkeys(departments.named[name] for name in names))
            found.append(AnswerLine(number, named, texts, cells, item.title[0].location))
    return tuple(found)


def brought_in_answers(
    answers: Iterable[AnswerLine], fields: Sequence[ProposedField]
) -> Iterator[BroughtIn]:
    """Yield the answers as their fields store them."""
    by_column = {proposed.column: proposed for proposed in fields}
    for answer in answers:
        values = {
            str(by_column[column].declared["key"]): by_column[column].stored[text]
            for column, text in answer.texts.items()
        }
        if values:
            yield BroughtIn(answer.item, answer.departments, values, answer.location)

"""What the lines of a city's table answer, and how the earlier year keeps it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workflow.first_day.fields import ProposedField
from workflow.first_day.names import Departments, Ids
from workflow.first_day.reading.items import DraftItem
from workflow.first_day.reading.source import Place
from workflow.first_day.reading.tables import Cell
from workflow.first_day.reading.words import NOTHING
from workflow.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What one line answers: the id of its item, the departments, text and cells by column."""

    item: str
    departments: tuple[str, ...]
    texts: Mapping[str, str]
    cells: Mapping[str, Sequence[Cell]]
    place: Place


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What the source answers of an item for some departments, by the key of the field."""

    item: str
    departments: tuple[str, ...]
    values: Mapping[str, str]
    place: Place


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
            found.append(AnswerLine(number, named, texts, cells, item.title[0].place))
    return tuple(found)


def stored(answers: Iterable[AnswerLine], fields: Sequence[ProposedField]) -> Iterator[BroughtIn]:
    """Yield the answers as their fields store them."""
    by_column = {proposed.column: proposed for proposed in fields}
    for answer in answers:
        values = {
            str(by_column[column].declared["key"]): by_column[column].stored[text]
            for column, text in answer.texts.items()
        }
        if values:
            yield BroughtIn(answer.item, answer.departments, values, answer.place)

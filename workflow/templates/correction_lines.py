"""What a department is asked to correct, each with its place on the new template. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.model.plan import Correction, Filling, Value
from workflow.templates.layout import Layout

_TOLD_LETTERS = 240  # an even number: half from each end


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One correction with its place on this template; row 0 means it concerns the whole file."""

    correction: Correction
    title: str = ""
    label: str = ""
    row: int = 0
    column: int = 0
    value: Value | None = None

    @property
    def has_cell(self) -> bool:
        """Whether one cell is to correct, not a row or the whole file."""
        return bool(self.row and self.label)

    @property
    def key(self) -> tuple[str, str]:
        """The item and the field."""
        return self.correction.item, self.correction.field

    @property
    def problem(self) -> str:
        """What is wrong, as far as a box holds it."""
        return _shortened(self.correction.problem)

    @property
    def remedy(self) -> str:
        """What to do, as far as a box holds it."""
        return _shortened(self.correction.remedy)


def correction_lines(layout: Layout, filling: Filling) -> list[CorrectionLine]:
    """Return the corrections with their places: of the whole file first, then as they stand."""
    rows = {entry.item.id: entry for entry in layout.rows}
    columns = {field.key: (column, field) for column, field in layout.field_columns}
    first = layout.field_columns[0][0].index
    lines = []
    for correction in filling.corrections:
        entry = rows.get(correction.item)
        if entry is None:
            lines.append(CorrectionLine(correction))
            continue
        column, field = columns.get(correction.field, (None, None))
        lines.append(
            CorrectionLine(
                correction,
                title=entry.item.labels[-1],
                label=field.label if field else "",
                row=entry.row,
                column=column.index if column else first,
                value=filling.value(correction.item, correction.field),
            )
        )
    return sorted(lines, key=lambda line: (line.row, line.column))


def _shortened(text: str) -> str:
    """Return a text that fits a box: what is cut is a long value quoted in its middle."""
    half = _TOLD_LETTERS // 2
    return text if len(text) <= _TOLD_LETTERS else f"{text[:half]}…{text[-half:]}"

"""Which conditions can be told without computing, and what they say of a cell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflow.excel.xlsx.conditional_formats import apply_conditions
from workflow.excel.xlsx.number_formats import Face
from workflow.excel.xlsx.xml import MAIN, parsed
from workflow.model.raw import CellKind, RawCell

STRUCK = {0: Face(is_struck=True)}
BOUNDS = "<formula>6</formula><formula>9</formula>"
TEXT, NUMBER = RawCell(CellKind.TEXT, "中止した"), RawCell.of_number(Decimal(5))


def looked_at(rule: str, cell: RawCell, area: str = "B2:B3") -> RawCell:
    """A cell at B2 of a sheet that has one rule."""
    sheet = parsed(
        f'<worksheet xmlns="{MAIN[1:-1]}"><conditionalFormatting sqref="{area}">'
        f'<cfRule dxfId="0" priority="1" {rule}</cfRule>'
        "</conditionalFormatting></worksheet>".encode()
    )
    cells = {(2, 2): cell}
    apply_conditions(sheet, cells, STRUCK)
    return cells[2, 2]


@pytest.mark.parametrize(
    ("rule", "cell", "holds"),
    [
        ('type="expression"><formula>TRUE</formula>', TEXT, True),
        ('type="expression"><formula>FALSE()</formula>', TEXT, False),
        ('type="expression"><formula>B2&gt;0</formula>', NUMBER, None),
        ('type="containsText" text="中止">', TEXT, True),
        ('type="containsText" text="継続">', TEXT, False),
        ('type="beginsWith" text="した">', TEXT, False),
        ('type="endsWith" text="した">', TEXT, True),
        ('type="notContainsBlanks">', NUMBER, True),
        ('type="cellIs" operator="greaterThan"><formula>4</formula>', NUMBER, True),
        (
            'type="cellIs" operator="between"><formula>6</formula><formula>9</formula>',
            NUMBER,
            False,
        ),
        ('type="cellIs" operator="equal"><formula>"中止した"</formula>', TEXT, True),
        ('type="cellIs" operator="notEqual"><formula>"中止した"</formula>', TEXT, False),
        ('type="cellIs" operator="lessThan"><formula>$A$1</formula>', NUMBER, None),
        ('type="duplicateValues">', TEXT, None),
    ],
)
def test_a_condition_holds_or_not_or_is_not_known(
    rule: str, cell: RawCell, holds: bool | None
) -> None:
    look = looked_at(rule, cell).look
    if holds is False:
        assert look is None
        return
    assert look is not None
    assert (look.left == "", look.may_differ) == (holds is True, holds is None)


def test_cells_elsewhere_look_as_they_did() -> None:
    assert looked_at('type="notContainsBlanks">', TEXT, "C2:D9 B3") == TEXT

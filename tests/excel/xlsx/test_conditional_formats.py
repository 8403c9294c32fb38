"""Which conditions can be judged without computing, and what they say of a cell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflow.excel.xlsx.conditional_formats import apply_conditions
from workflow.excel.xlsx.number_formats import Face
from workflow.excel.xlsx.xml import MAIN, parsed
from workflow.model.raw import CellKind, Look, RawCell

STRUCK = {0: Face(is_struck=True)}
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


OURS = 'type="expression" stopIfTrue="1" priority="1"><formula>LEN($B2)&gt;{}</formula>'
STRIKES = 'type="expression" dxfId="0" priority="{}"><formula>TRUE</formula>'


def under(*rules: str, cell: RawCell = TEXT) -> RawCell:
    blocks = "".join(
        f'<conditionalFormatting sqref="B2"><cfRule {rule}</cfRule></conditionalFormatting>'
        for rule in rules
    )
    sheet = parsed(f'<worksheet xmlns="{MAIN[1:-1]}">{blocks}</worksheet>'.encode())
    cells = {(2, 2): cell}
    apply_conditions(sheet, cells, STRUCK)
    return cells[2, 2]


@pytest.mark.parametrize(
    ("rules", "struck", "unclear"),
    [
        ((OURS.format(1000), STRIKES.format(2)), True, False),  # ours does not hold
        ((OURS.format(3), STRIKES.format(2)), False, False),  # ours holds, and ends it
        ((STRIKES.format(2), OURS.format(3)), False, False),  # whatever their order in the file
        ((OURS.format(3), STRIKES.format(0)), True, False),  # asked before ours
        ((OURS.replace("$B2", "$C2").format(3), STRIKES.format(2)), False, True),  # of another cell
        ((STRIKES.replace("TRUE", "A1").format(1), STRIKES.format(2)), True, True),
    ],
)
def test_rules_are_asked_by_their_priority_until_one_ends_it(
    rules: tuple[str, ...], struck: bool, unclear: bool
) -> None:
    look = under(*rules).look or Look()
    assert (look.left == "", look.may_differ) == (struck, unclear)


def test_a_bar_in_the_place_of_a_number_hides_it() -> None:
    assert under('type="dataBar" priority="1"><dataBar showValue="0"/>', cell=NUMBER).is_unseen
    assert not under('type="dataBar" priority="1"><dataBar/>', cell=NUMBER).is_unseen


def test_cells_elsewhere_look_as_they_did() -> None:
    assert looked_at('type="notContainsBlanks">', TEXT, "C2:D9 B3") == TEXT

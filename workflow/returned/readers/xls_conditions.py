"""The conditional formats of an .xls that may strike through, hide or reformat what a cell holds.

Their formulas are stored as codes, which are not computed; so it is said of the cells that they may
look otherwise (MS-XLS: CondFmt, CF and those of Excel 2007, with DXFN for what is changed).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from workflow.excel.xlsx.conditional_formats import Condition, Rule
from workflow.excel.xlsx.number_formats import Face
from workflow.model.raw import Area
from workflow.returned.readers.xls_records import records, sheets_in, workbook_stream

_AREAS, _RULE, _AREAS_2007, _RULE_2007 = 0x1B0, 0x1B1, 0x879, 0x87A
_HEAD_2007 = 12
_HAS_NUMBER, _HAS_FONT = 1 << 25, 1 << 26
_STRIKE, _FONT_NAME, _COLOR, _UNCHANGED, _FONT_SIZE = 0x80, 68, 80, 88, 118
_LIGHT = frozenset({1, 9, 0x41})
"""The numbers of white, and of the ground of a window."""
_SHOWN_BY = frozenset({0x04, 0x06})
"""Bars and icons, which may stand in the place of a number."""
_EVERYWHERE = (Area(1, 1, 65536, 256),)


def rules_in(content: bytes) -> Mapping[str, Sequence[Rule]]:
    """Return the rules that may change what is read, by sheet; of one cut short those before."""
    import olefile  # 50 ms, for .xls alone

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stored = workbook_stream(ole)
    found: dict[str, list[Rule]] = {}
    # What has no end, or no beginning, is told of with what stands beside the cells.
    with suppress(ValueError, struct.error):
        for at, name in sheets_in(stored):
            rules = found.setdefault(name, [])
            with suppress(ValueError, struct.error):
                for rule in _rules(stored[at:]):
                    rules.append(rule)
    return found


def _rules(stored: bytes) -> Iterator[Rule]:
    """Yield the rules of a sheet; one that is damaged may change anything, anywhere."""
    areas: Sequence[Area] = _EVERYWHERE
    for kind, data in records(stored):
        try:
            if kind in (_AREAS, _AREAS_2007):
                areas = _areas(data[_HEAD_2007 if kind == _AREAS_2007 else 0 :])
            may_change = _MAY_CHANGE[kind](data) if kind in _MAY_CHANGE else False
        except (struct.error, LookupError):
            areas, may_change = areas or _EVERYWHERE, True
        if may_change:
            yield Rule(areas, Condition(), Face(is_struck=True))


def _areas(data: bytes) -> Sequence[Area]:
    (count,) = struct.unpack_from("<H", data, 12)
    corners = (struct.unpack_from("<4H", data, 14 + 8 * number) for number in range(count))
    return [Area(top + 1, left + 1, bottom + 1, right + 1) for top, bottom, left, right in corners]


def _may_change_2007(stored: bytes) -> bool:
    rule = stored[_HEAD_2007:]
    (size,) = struct.unpack_from("<I", rule, 6)
    return rule[0] in _SHOWN_BY or (size > 0 and _changes(rule[10:]))


def _may_change(stored: bytes) -> bool:
    return _changes(stored[6:])


def _changes(looks: bytes) -> bool:
    """Whether what a rule changes can strike through, hide, or show a number otherwise."""
    (has,) = struct.unpack_from("<I", looks)
    if has & _HAS_NUMBER:
        return True
    if not has & _HAS_FONT:
        return False
    font = looks[6 : 6 + _FONT_SIZE]
    strikes, (unchanged,) = font[_FONT_NAME] & _STRIKE, struct.unpack_from("<I", font, _UNCHANGED)
    (color,) = struct.unpack_from("<i", font, _COLOR)
    return bool(strikes and not unchanged & _STRIKE) or color in _LIGHT


_MAY_CHANGE = {_RULE: _may_change, _RULE_2007: _may_change_2007}
"""Whether a record of each kind holds a rule that may change what is read."""

"""What a sheet says beside its rows: merged cells, and whether a filter is at work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import area_of, hidden_under
from workflow.excel.xlsx.xml_parts import MAIN
from workflow.model.raw import Area, RawCell, RawSheet

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CORNERS = attrgetter("top", "left", "bottom", "right")  # as areas are ordered, but compiled


@dataclass(frozen=True, slots=True)
class Merges:
    """The merged cells of a sheet; only the first cell of each is shown.

    Hidden are the places under the small ones; wide are those with very many.
    """

    areas: tuple[Area, ...]
    hidden: frozenset[tuple[int, int]]
    wide: tuple[Area, ...]

    @classmethod
    def of(cls, references: Iterable[str]) -> Merges:
        """Return the merges at some places. ValueError for one that is no block of cells."""
        hidden = {reference: hidden_under(reference) for reference in references}
        return cls(
            areas=tuple(sorted({*map(area_of, hidden)}, key=_CORNERS)),
            hidden=frozenset(place for places in hidden.values() for place in places or ()),
            wide=tuple(area_of(at) for at, places in hidden.items() if places is None),
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands beside the rows."""

    merges: Merges
    filtered: bool

    def around(
        self, name: str, cells: dict[tuple[int, int], RawCell], hidden_rows: Iterable[int] = ()
    ) -> RawSheet:
        """Return the sheet with some cells; those that lie under a merged cell are dropped."""
        for place in self.merges.hidden & cells.keys():
            del cells[place]
        for area in self.merges.wide:
            first = (area.top, area.left)
            for place in [p for p in cells if area.holds(*p) and p != first]:
                del cells[place]
        return RawSheet(
            name=name,
            cells=cells,
            merged=self.merges.areas,
            hidden_rows=frozenset(hidden_rows),
            filtered=self.filtered,
        )


def frame_of(sheet: Element) -> Frame:
    """Return the frame of a sheet. ValueError for a merged cell that is no block of cells."""
    return Frame(
        Merges.of(merge.get("ref", "") for merge in sheet.iter(f"{MAIN}mergeCell")),
        filtered=sheet.find(f"{MAIN}autoFilter/{MAIN}filterColumn") is not None,
    )

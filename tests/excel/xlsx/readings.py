"""The three ways an .xlsx can be read: by its usual spelling, as XML alone, and by openpyxl."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.plain_sheet import plain_sheet
from workflow.model.raw import RawBook
from workflow.returned.readers.first_reading import read_xlsx
from workflow.returned.readers.openpyxl import read_book

Reader = Callable[[bytes], RawBook]


def read_as_xml_alone(content: bytes) -> RawBook:
    """Return a workbook no part of which is taken to be in its usual spelling."""

    def none(*_: object, **__: object) -> None:
        return None

    with (
        patch("workflow.excel.xlsx.xml_sheet.plain_sheet", none),
        patch("workflow.excel.xlsx.xml_reader.plain_texts", none),
    ):
        return read_xlsx(content)


def attempt(read: Reader, content: bytes) -> RawBook | None:
    """Return what a reader says, None when it says that the file is broken."""
    try:
        return read(content)
    except Exception:
        return None


def told_by_three(content: bytes) -> tuple[RawBook | None, RawBook | None, RawBook | None]:
    """Return what each of the three says."""
    return (
        attempt(read_xlsx, content),
        attempt(read_as_xml_alone, content),
        attempt(read_book, content),
    )


def short_cut_sheets(content: bytes) -> list[str]:
    """Return the sheets that are read by their usual spelling, so that tests know they are."""
    taken = []

    def noted(part: bytes, *args: object, **kwargs: object) -> object:
        found = plain_sheet(part, *args, **kwargs)  # type: ignore[arg-type]
        taken.append(found is not None)
        return found

    with patch("workflow.excel.xlsx.xml_sheet.plain_sheet", noted):
        read_xlsx(content)
    names = [sheet.name for sheet in Package(content).sheets if sheet.holds_cells]
    return [name for name, is_usual in zip(names, taken, strict=True) if is_usual]

"""Bare XlsxWriter: the same cells and formats as our templates, written without a thought."""

import pickle
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook


def workbook_bytes(picture: dict[str, Any]) -> bytes:
    """Return a workbook with the cells, formats and sizes of a picture, its sheets locked."""
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True})
    formats = [book.add_format(properties) for properties in picture["formats"]]
    for name, content in picture["sheets"].items():
        write_sheet(book.add_worksheet(name), content, formats)
    book.close()
    return stream.getvalue()


def write_sheet(sheet: Any, content: dict[str, Any], formats: list[Any]) -> None:  # noqa: ANN401
    """Write one sheet of a picture."""
    for column, width in content["widths"].items():
        sheet.set_column(f"{column}:{column}", width)
    for row, height in content["heights"].items():
        sheet.set_row(row, height)
    for area in content["merges"]:
        sheet.merge_range(*area, "")
    for row, column, value, style in content["cells"]:
        if value is None:
            sheet.write_blank(row, column, None, formats[style])
        elif value.startswith("="):
            sheet.write_formula(row, column, value, formats[style])
        else:
            sheet.write_string(row, column, value, formats[style])
    sheet.protect("")


if __name__ == "__main__":
    pictures, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for file, picture in pickle.loads(pictures.read_bytes()).items():
        (folder / file).write_bytes(workbook_bytes(picture))

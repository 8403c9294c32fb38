"""openpyxl, made exact: every text of a workbook as it is stored."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook


def open_exactly(content: bytes, results_only: bool = False) -> Workbook:
    """Return the workbook in some bytes; external links are not kept.

    Formulas stand as such, or with results_only as the results stored with them.

    Raises whatever openpyxl trips over in a damaged file.
    """
    from openpyxl.cell.text import Text
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.xml.constants import ARC_CORE, SHARED_STRINGS, SHEET_MAIN_NS
    from openpyxl.xml.functions import fromstring

    class ExactReader(ExcelReader):
        """Keeps the characters x005F_, which openpyxl drops, and invents no time of saving."""

        def read_strings(self) -> None:
            part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
            if part is not None:
                table: Any = fromstring(self.archive.read(part.PartName[1:]))
                entries = map(Text.from_tree, table.findall(f"{{{SHEET_MAIN_NS}}}si"))
                self.shared_strings = [entry.content if entry else "" for entry in entries]

        def read_properties(self) -> None:
            super().read_properties()
            stored = self.archive.read(ARC_CORE) if ARC_CORE in self.valid_files else b""
            if b":modified" not in stored:
                self.wb.properties.modified = None  # openpyxl would say: just now

    with warnings.catch_warnings():
        # openpyxl warns of what it would drop on saving; nothing is saved here.
        warnings.simplefilter("ignore")
        reader = ExactReader(BytesIO(content), keep_links=False, data_only=results_only)
        reader.read()
    return reader.wb

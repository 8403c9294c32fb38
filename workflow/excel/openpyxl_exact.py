"""openpyxl, made exact: every text of a workbook as it is stored."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook


class _Texts(list[str]):
    """Shared texts by their place; there is none before the first, where Python takes the last."""

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as list has it
        if isinstance(place, int) and place < 0:
            raise IndexError(place)
        return super().__getitem__(place)


def open_exactly(content: bytes, results_only: bool = False) -> Workbook:
    """Return the workbook in some bytes; external links are not kept.

    Formulas stand as such, or with results_only as the results stored with them.

    Raises whatever openpyxl trips over in a damaged file.
    """
    from openpyxl.cell.text import Text
    from openpyxl.reader import excel
    from openpyxl.worksheet._reader import WorksheetReader
    from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
    from openpyxl.xml.functions import fromstring

    class SheetReader(WorksheetReader):
        """Binds no links: openpyxl writes a link's target into a cell that is empty."""

        def bind_hyperlinks(self) -> None:
            """Leave the cells as they are stored."""

    class ExactReader(excel.ExcelReader):
        """Keeps the characters x005F_, which openpyxl drops."""

        def read_strings(self) -> None:
            part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
            if part is not None:
                table: Any = fromstring(self.archive.read(part.PartName[1:]))
                entries = map(Text.from_tree, table.findall(f"{{{SHEET_MAIN_NS}}}si"))
                texts = (entry.content if entry else "" for entry in entries)
                self.shared_strings = _Texts(texts)

        def read_worksheets(self) -> None:
            # openpyxl names its sheet reader in its module alone.
            usual = vars(excel)["WorksheetReader"]
            vars(excel)["WorksheetReader"] = SheetReader
            try:
                super().read_worksheets()
            finally:
                vars(excel)["WorksheetReader"] = usual

    with warnings.catch_warnings():
        # openpyxl warns of what it would drop on saving; nothing is saved here.
        warnings.simplefilter("ignore")
        reader = ExactReader(BytesIO(content), keep_links=False, data_only=results_only)
        reader.read()
    return reader.wb

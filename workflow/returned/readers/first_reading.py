"""The reading collect goes by: each format through the reader that loses least of it."""

from __future__ import annotations

from workflow.model.limits import USUAL, Limits
from workflow.model.raw import RawBook
from workflow.returned.intake.detect import Kind
from workflow.templates.layout import COVER_SHEET


def read_first(kind: Kind, content: bytes, limits: Limits = USUAL) -> RawBook:
    """Return the workbook in some bytes; each reader is imported only where it is needed.

    A strict workbook must have been made transitional; of an .xlsx, the results of the formulas on
    our cover are left out. Raises RefusedError, or whatever a reader trips over in a damaged file.
    """
    match kind:
        case Kind.XLS:
            from workflow.returned.readers.calamine import read_xls

            return read_xls(content, limits)
        case Kind.XLSB:
            from workflow.returned.readers.calamine import read_xlsb

            return read_xlsb(content, limits)
        case Kind.ODS:
            from workflow.returned.readers.ods import read_ods

            return read_ods(content, limits)
    from workflow.excel.xlsx.reader import read_xlsx

    return read_xlsx(content, resultless=COVER_SHEET)

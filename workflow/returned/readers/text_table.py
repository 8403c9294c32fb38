"""A table as a text file: cells parted by commas or tabs, in UTF-8 or as Excel in Japan saves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet

TEXT_FILES = (".csv", ".tsv", ".txt")
_ENCODINGS = ("utf-8-sig", "cp932")
_WIDE_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = ",\t;"
_LOOKED_AT = 20
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")


def is_text_table(ending: str, content: bytes) -> bool:
    """Whether a file of that ending is a text: a workbook may have been given its name."""
    return ending.lower() in TEXT_FILES and not content.startswith(_WORKBOOKS)


def lines_of_text(content: bytes, *, by_pandas: bool) -> Iterator[Sequence[str]] | None:
    """Return the cells of each line, read by pandas or by csv; None when it is no text."""
    text = _decoded(content)
    if text is None:
        return None
    separator = _separator(text)
    return _by_pandas(text, separator) if by_pandas else _by_csv(text, separator)


def read_text_table(content: bytes, name: str, *, by_pandas: bool) -> RawBook | None:
    """Return the text as a workbook of one sheet whose cells are all texts; None when it is none.

    A row of it is a line of the table, which may break within quotes.
    """
    lines = lines_of_text(content, by_pandas=by_pandas)
    if lines is None:
        return None
    cells = {
        (row, column): RawCell(CellKind.TEXT, text.strip())
        for row, texts in enumerate(lines, start=1)
        for column, text in enumerate(texts, start=1)
        if text.strip()
    }
    return RawBook((RawSheet(name, cells),))


def _decoded(content: bytes) -> str | None:
    wide = _WIDE_MARKS.get(content[:2])
    for encoding in [wide] if wide else _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _separator(text: str) -> str:
    """Return what stands most often between the cells of the first lines."""
    head = "\n".join(text.splitlines()[:_LOOKED_AT])
    return max(_SEPARATORS, key=head.count)


def _by_pandas(text: str, separator: str) -> Iterator[Sequence[str]]:
    import pandas as pd  # 300 ms

    width = max((len(row) for row in _by_csv(text, separator)), default=0)
    if not width:
        return iter(())
    frame = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        header=None,
        names=range(width),
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
    )
    return (tuple(map(str, row)) for row in frame.itertuples(index=False))


def _by_csv(text: str, separator: str) -> Iterator[Sequence[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)

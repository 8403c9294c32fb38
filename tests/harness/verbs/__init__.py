"""Everything that can happen to a file on its way: a module for each kind of change."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from itertools import groupby

from openpyxl import Workbook, load_workbook

from tests.harness.description import Change
from tests.harness.verbs import (
    features,
    flat_sheet,
    mail,
    ole,
    sheet,
    whole_file,
    workbook,
    xml,
    zip,
)
from tests.harness.verbs.registry import VERBS, Kind, packed, parts_of

MODULES = (features, flat_sheet, mail, ole, sheet, whole_file, workbook, xml, zip)
"""Importing them registers their verbs."""

Saved = Callable[[bytes], bytes]


def changed(content: bytes, changes: Sequence[Change], saved: Saved) -> bytes:
    """Return a file after changes in their order; neighbours of a kind share one opening of it.

    saved is applied to what openpyxl saves, which says of it that it was saved now.
    """
    for verb, _ in changes:
        assert verb in VERBS, f"nobody knows the verb 「{verb}」"
    for kind, group in groupby(changes, key=lambda change: VERBS[change[0]].kind):
        if kind is Kind.WORKBOOK:
            content = saved(in_workbook(content, [*group]))
        elif kind is Kind.PARTS:
            content = _in_parts(content, [*group])
        else:
            for verb, arguments in group:
                content = VERBS[verb].function(content, *arguments)
    return content


def in_workbook(content: bytes, changes: Sequence[Change]) -> bytes:
    """Return a workbook after changes, saved with openpyxl."""
    return saved_after(load_workbook(io.BytesIO(content)), changes)


def saved_after(book: Workbook, changes: Sequence[Change]) -> bytes:
    """Return an open workbook after changes, saved."""
    for verb, arguments in changes:
        VERBS[verb].function(book, *arguments)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _in_parts(content: bytes, changes: Sequence[Change]) -> bytes:
    parts = parts_of(content)
    for verb, arguments in changes:
        VERBS[verb].function(parts, *arguments)
    return packed(parts)

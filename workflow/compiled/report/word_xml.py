"""Text, bookmarks and fields as WordprocessingML, ready to stand in a template. Pure.

ECMA-376 Part 1: 17.3.3 (run content), 17.13.6 (bookmarks), 17.16 (fields).
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from workflow.model.plain_text import legible

_NO_CHARACTER = re.compile("[\ufffe\uffff]")
"""What XML 1.0 cannot hold either, though a page can."""

_TEXT_ENDS, _TEXT_GOES_ON = Markup("</w:t>"), Markup('<w:t xml:space="preserve">')
_BREAK = _TEXT_ENDS + Markup("<w:br/>") + _TEXT_GOES_ON
_TAB = _TEXT_ENDS + Markup("<w:tab/>") + _TEXT_GOES_ON


def word_text(text: str) -> Markup:
    """Return a text as it stands inside of w:t, its lines and tabs kept, whatever is in it."""
    shown = _NO_CHARACTER.sub("\ufffd", legible(text))
    return _BREAK.join(map(_line, shown.split("\n")))


def bookmark(number: int, name: str) -> Markup:
    """Return a place others can refer to; numbers and names are unique in a document."""
    start = Markup('<w:bookmarkStart w:id="{0}" w:name="{1}"/>').format(number, name)
    return start + Markup('<w:bookmarkEnd w:id="{0}"/>').format(number)


def page_number(name: str) -> Markup:
    """Return the runs of a field that shows, and leads to, the page a bookmark is on."""
    return Markup(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGEREF {0} \\h </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t xml:space="preserve">　</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    ).format(name)


def _line(line: str) -> Markup:
    return _TAB.join(map(escape, line.split("\t")))

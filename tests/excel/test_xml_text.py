"""Text in XML comes back to the letter, and is what Python's own parser reads."""

from __future__ import annotations

import re
from xml.etree.ElementTree import XML
from xml.sax.saxutils import unescape

from hypothesis import given
from hypothesis import strategies as st

from workflow.excel.xml_text import escaped, quoted, unescaped

TEXTS = st.text(
    st.one_of(
        st.sampled_from("&<>\"';#amplt"),
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    )
)


@given(TEXTS)
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    assert XML(f"<t>{escaped(text)}</t>").text == (text or None)
    assert XML(f"<t a={quoted(text)}/>").get("a") == text
    assert unescaped(escaped(text)) == text


def test_white_space_in_an_attribute_is_kept() -> None:
    text = " 一\t二\r\n"
    assert XML(f"<t a={quoted(text)}/>").get("a") == text


@given(TEXTS, TEXTS)
def test_names_are_read_once(before: str, after: str) -> None:
    text = f"{before}&amp;lt;{after}"
    assert unescaped(text) == unescape(text, {"&quot;": '"', "&apos;": "'"})
    assert not re.search("&(amp|lt|gt);", unescaped(escaped("<&>")))

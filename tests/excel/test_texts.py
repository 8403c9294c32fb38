"""Text in XML comes back to the letter, and is what Python's own parser reads."""

from __future__ import annotations

from xml.etree.ElementTree import XML

from hypothesis import given
from hypothesis import strategies as st

from workflow.excel.texts import escaped, quoted

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


def test_white_space_in_an_attribute_is_kept() -> None:
    text = " 一\t二\r\n"
    assert XML(f"<t a={quoted(text)}/>").get("a") == text

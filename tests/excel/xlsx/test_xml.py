"""What the XML parser is never given, and what it may not pass over."""

from __future__ import annotations

import pytest

from workflow.excel.xlsx.xml import parsed, taken

HONEST = {
    "nothing declared": "<a>あ</a>".encode(),
    "a byte order mark": "<a>あ</a>".encode("utf-8-sig"),
    "another case": '<?xml version="1.0" encoding="utf-8"?><a>あ</a>'.encode(),
    "wide letters": "<a>あ</a>".encode("utf-16"),
    "wide letters without a mark": "<a>あ</a>".encode("utf-16-le"),
    "wide letters, the large end first": '<?xml version="1.0" encoding="utf-16"?><a>あ</a>'.encode(
        "utf-16-be"
    ),
    "by number": b'<?xml version="1.0" encoding="US-ASCII"?><a>&#x3042;</a>',
}

REFUSED = {
    "a document type": b"<!DOCTYPE a><a/>",
    "a document type behind a comment": b"<!-- x --><?y?>\n<!DOCTYPE a><a/>",
    "a document type in wide letters": "<!DOCTYPE a><a/>".encode("utf-16"),
    "a document type in wide letters without a mark": "<!DOCTYPE a><a/>".encode("utf-16-be"),
    "a document type in UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4<a/>',
    "a document type in UTF-32": "<!DOCTYPE a><a/>".encode("utf-32"),
    "a document type in EBCDIC": (
        '<?xml version="1.0" encoding="cp037"?><!DOCTYPE a><a/>'.encode("cp037")
    ),
    "EBCDIC by a declaration in ASCII": b'<?xml version="1.0" encoding="cp037"?><a/>',
    "letters of two bytes": ('<?xml version="1.0" encoding="Shift_JIS"?><a>あ</a>'.encode("cp932")),
    "an encoding nobody knows": b'<?xml version="1.0" encoding="X-NOBODY"?><a/>',
    "an encoding that is no text": b'<?xml version="1.0" encoding="hex"?><a/>',
    "narrow letters declared as wide": b'<?xml version="1.0" encoding="UTF-16"?><a/>',
    "wide letters declared as narrow": '<?xml version="1.0" encoding="UTF-8"?><a/>'.encode(
        "utf-16"
    ),
    "half a wide letter": "<a/>".encode("utf-16") + b"\n",
    "a letter the encoding does not have": b'<?xml version="1.0" encoding="us-ascii"?><a>\xe3</a>',
    "no UTF-8": b"<a>\xff</a>",
    "a surrogate": b"<a>\xed\xa0\x80</a>",
    "a letter XML forbids": b"<a>\x01</a>",
    "a letter that is none": "<a>\uffff</a>".encode(),
    "an entity nobody declared": b"<a>x&y;z</a>",
    "an entity in an attribute": b'<a b="x&y;z"/>',
    "a prefix for no namespace": b"<a><x:b/></a>",
    "a prefix for no namespace before what is only warned of": b'<a><x:b/><c xmlns="rel"/></a>',
    "an attribute twice": b'<a b="1" b="2"/>',
    "an attribute twice, by two prefixes": b'<a xmlns:p="u:x" xmlns:q="u:x" p:b="1" q:b="2"/>',
    "two roots": b"<a/><a/>",
    "nothing": b"",
    "half": b"<a><b></a>",
}


@pytest.mark.parametrize("name", HONEST)
def test_a_part_is_read_in_its_encoding(name: str) -> None:
    found = []
    assert parsed(HONEST[name]).text == "あ"
    assert taken(HONEST[name], "a", lambda element: found.append(element.text)).tag == "a"
    assert found == ["あ"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_part_is_refused_for(name: str) -> None:
    for read in (parsed, lambda part: taken(part, "a", lambda _: None)):
        with pytest.raises((ValueError, SyntaxError, LookupError)):
            read(REFUSED[name])


def test_comments_and_instructions_are_no_part_of_a_text() -> None:
    assert parsed(b"<a>1<!-- 2 -->3<?x y?>4<![CDATA[<5]]></a>").text == "134<5"


def test_of_a_large_part_each_element_is_whole_when_it_is_taken() -> None:
    found = []
    part = b"<a>" + b"".join(b"<b><c>%d</c></b>" % n for n in range(150_000)) + b"</a>"
    root = taken(part, "b", lambda element: found.append(element[0].text))
    assert found == [str(n) for n in range(150_000)]
    assert not any(map(len, root))  # and emptied

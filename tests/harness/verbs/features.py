"""What programs leave in a workbook that openpyxl cannot write: done on the parts of the file."""

from __future__ import annotations

import io
import re
from pathlib import Path

from openpyxl import load_workbook

from tests.fillers.xml_patch import escaped
from tests.harness.verbs.registry import Parts, packed, part_verb
from tests.harness.verbs.workbook import cell_of, header_of

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_THREADED = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
_COMMENTS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
        "http://purl.oclc.org/ooxml/spreadsheetml/main"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006": (
        "http://purl.oclc.org/ooxml/officeDocument"
    ),
}


@part_verb("formula with result")
def formula_with_result(parts: Parts, item: str, label: str, formula: str, result: str) -> None:
    """Write a formula as Excel stores it, its result beside it."""
    inner = f"<f>{escaped(formula.removeprefix('='))}</f><v>{escaped(result)}</v>"
    kind = "e" if result.startswith("#") else "str"
    _replace_cell(parts, item, label, f' t="{kind}"', inner)


@part_verb("furigana")
def furigana(parts: Parts, text: str, reading: str) -> None:
    """Give a text its reading, as Japanese Excel does while typing."""
    added = f'<rPh sb="0" eb="{len(text)}"><t>{reading}</t></rPh><phoneticPr fontId="1"/>'
    _replace_string(parts, text, f'<t xml:space="preserve">{escaped(text)}</t>{added}')


@part_verb("two colours")
def two_colours(parts: Parts, text: str) -> None:
    """Colour the first half of a text red: it is then stored in two runs."""
    half = len(text) // 2
    red = '<rPr><color rgb="FFFF0000"/></rPr>'
    runs = (
        f'<r>{colour}<t xml:space="preserve">{escaped(run)}</t></r>'
        for colour, run in ((red, text[:half]), ("", text[half:]))
    )
    _replace_string(parts, text, "".join(runs))


@part_verb("thread")
def thread(parts: Parts, item: str, label: str, *texts: str) -> None:
    """Hang a conversation on a cell, as Excel 365 does: the first text and the replies to it."""
    place = _place(parts, item, label)
    comments = "".join(
        f'<threadedComment ref="{place}" dT="2024-05-09T01:00:00.00" '
        f'personId="{{0}}" id="{{{n}}}"><text>{escaped(text)}</text></threadedComment>'
        for n, text in enumerate(texts)
    )
    target = "xl/threadedComments/threadedComment1.xml"
    parts[target] = f'<ThreadedComments xmlns="{_COMMENTS}">{comments}</ThreadedComments>'.encode()
    _relate(parts, _entry_part(parts), _THREADED, f"/{target}")


@part_verb("text box")
def text_box(parts: Parts, text: str) -> None:
    """Put a text box on the entry sheet."""
    drawing = "xl/drawings/drawing99.xml"
    parts[drawing] = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor>'
        "<xdr:from><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>9</xdr:row>"
        "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>8</xdr:col><xdr:colOff>0"
        "</xdr:colOff><xdr:row>12</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp>"
        '<xdr:nvSpPr><xdr:cNvPr id="2" name="TextBox 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
        f"<xdr:spPr/><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>{escaped(text)}</a:t></a:r></a:p>"
        "</xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"
    ).encode()
    part = _entry_part(parts)
    key = _relate(parts, part, f"{_RELATIONS}/drawing", f"/{drawing}")
    xml = parts[part].decode()
    element = f'<drawing xmlns:r="{_RELATIONS}" r:id="{key}"/>'
    before = re.search(r"<(legacyDrawing|tableParts|extLst)|</worksheet>", xml)
    assert before
    parts[part] = (xml[: before.start()] + element + xml[before.start() :]).encode()


@part_verb("pictures and objects")
def pictures_and_objects(parts: Parts) -> None:
    """Put a picture, SmartArt, an old text box, an embedded file and a header on the sheet."""
    sheet = _entry_part(parts)
    marker = (
        "<xdr:from><xdr:col>11</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5</xdr:row>"
        "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx='9' cy='9'/>"
    )
    picture = (
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="図 1" descr="訓練の写真"/><xdr:cNvPicPr/>'
        '</xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill><xdr:spPr/></xdr:pic>'
    )
    art = (
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="3" name="図表"/>'
        "<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm/><a:graphic><a:graphicData "
        'uri="http://schemas.openxmlformats.org/drawingml/2006/diagram"><dgm:relIds xmlns:dgm='
        '"http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="rId2"/></a:graphicData>'
        "</a:graphic></xdr:graphicFrame>"
    )
    box = (
        "<xdr:sp><xdr:nvSpPr><xdr:cNvPr id='4' name='角丸'/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr/>"
        "<xdr:txBody><a:bodyPr/><a:p><a:r><a:t>代わりの箱</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
    )
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    anchors = "".join(
        f"<xdr:oneCellAnchor>{marker}{drawn}<xdr:clientData/></xdr:oneCellAnchor>"
        for drawn in (picture, art)
    )
    parts["xl/drawings/drawing98.xml"] = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        f' xmlns:r="{_RELATIONS}" xmlns:mc="{compatible}">{anchors}<mc:AlternateContent>'
        f'<mc:Choice Requires="a14"><xdr:oneCellAnchor>{marker}{box}<xdr:clientData/>'
        f"</xdr:oneCellAnchor></mc:Choice><mc:Fallback><xdr:oneCellAnchor>{marker}{box}"
        "<xdr:clientData/></xdr:oneCellAnchor></mc:Fallback></mc:AlternateContent></xdr:wsDr>"
    ).encode()
    parts["xl/drawings/_rels/drawing98.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_RELATIONS}/image"'
        ' Target="../media/image1.png"/><Relationship Id="rId2"'
        f' Type="{_RELATIONS}/diagramData" Target="../diagrams/data1.xml"/></Relationships>'
    ).encode()
    parts["xl/media/image1.png"] = b"\x89PNG"
    parts["xl/diagrams/data1.xml"] = (
        '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst><dgm:pt'
        ' modelId="1"><dgm:t><a:p><a:r><a:t>準備→訓練→検証</a:t></a:r></a:p></dgm:t></dgm:pt>'
        "</dgm:ptLst></dgm:dataModel>"
    ).encode()
    parts["xl/drawings/vmlDrawing98.vml"] = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:'
        'excel"><v:shape type="#_x0000_t202"><v:textbox><div>所管が<br>変わります</div></v:textbox>'
        '<x:ClientData ObjectType="Text"><x:Anchor>4, 0, 7, 0, 6, 0, 9, 0</x:Anchor></x:ClientData>'
        "</v:shape></xml>"
    ).encode()
    parts["xl/embeddings/文書.docx"] = b"PK"
    keys = [
        _relate(parts, sheet, f"{_RELATIONS}/drawing", "/xl/drawings/drawing98.xml"),
        _relate(parts, sheet, f"{_RELATIONS}/vmlDrawing", "/xl/drawings/vmlDrawing98.vml"),
        _relate(parts, sheet, f"{_RELATIONS}/package", "/xl/embeddings/文書.docx"),
    ]
    elements = (
        '<drawing r:id="{}"/><legacyDrawing r:id="{}"/><oleObjects><oleObject '
        'progId="Word.Document.12" shapeId="1" r:id="{}"/></oleObjects>'
    ).format(*keys)
    elements = elements.replace("r:id=", f'xmlns:r="{_RELATIONS}" r:id=')
    xml = parts[sheet].decode().replace("</worksheet>", f"{elements}</worksheet>")
    header = "<headerFooter><oddHeader>&amp;C&amp;12 取扱注意 &amp;&amp; 回収</oddHeader>"
    parts[sheet] = xml.replace("<headerFooter>", header, 1).encode()


@part_verb("save as strict")
def save_as_strict(parts: Parts) -> None:
    """Save as 「Strict Open XML」: the same parts under other namespaces."""
    for name in (n for n in parts if n.endswith((".xml", ".rels"))):
        text = parts[name].decode()
        for transitional, strict in _STRICT.items():
            text = text.replace(transitional, strict)
        parts[name] = text.encode()


@part_verb("save with macros")
def save_with_macros(parts: Parts) -> None:
    """Save as .xlsm with a macro in it."""
    types = parts["[Content_Types].xml"].decode()
    types = types.replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    default = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    parts["[Content_Types].xml"] = types.replace("</Types>", f"{default}</Types>").encode()
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 macro"


@part_verb("no modified time")
def no_modified_time(parts: Parts) -> None:
    core = parts["docProps/core.xml"].decode()
    parts["docProps/core.xml"] = re.sub(
        r"<dcterms:modified[^>]*>[^<]*</dcterms:modified>", "", core
    ).encode()


@part_verb("many parts")
def many_parts(parts: Parts, count: int) -> None:
    parts.update({f"xl/media/image{n}.png": b"" for n in range(count)})


def set_modified(parts: Parts, moment: str) -> None:
    """Set the workbook's own time of the last saving, given in UTC."""
    core = parts.get("docProps/core.xml", b"").decode()
    if core:
        core = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment}", core)
        parts["docProps/core.xml"] = core.encode()


def _book_path(parts: Parts) -> io.BytesIO:
    return io.BytesIO(packed(parts))


def _place(parts: Parts, item: str, label: str) -> str:
    return str(cell_of(load_workbook(_book_path(parts)), item, label).coordinate)


def _entry_part(parts: Parts) -> str:
    book = load_workbook(_book_path(parts))
    return f"xl/worksheets/sheet{book.sheetnames.index(header_of(book)[0].title) + 1}.xml"


def _replace_cell(parts: Parts, item: str, label: str, attributes: str, inner: str) -> None:
    place, part = _place(parts, item, label), _entry_part(parts)
    pattern = re.compile(rf'<c r="{place}"( s="\d+")?[^>]*?(/>|>.*?</c>)', re.DOTALL)
    xml, found = pattern.subn(
        lambda match: f'<c r="{place}"{match[1] or ""}{attributes}>{inner}</c>',
        parts[part].decode(),
    )
    assert found == 1, f"{place} is not in {part}"
    parts[part] = xml.encode()


def _replace_string(parts: Parts, text: str, inner: str) -> None:
    pattern = re.compile(rf"<si><t[^>]*>{re.escape(escaped(text))}</t></si>")
    xml, found = pattern.subn(
        lambda _: f"<si>{inner}</si>", parts["xl/sharedStrings.xml"].decode(), count=1
    )
    assert found == 1, f"「{text}」 is no shared string"
    parts["xl/sharedStrings.xml"] = xml.encode()


def _relate(parts: Parts, part: str, kind: str, target: str) -> str:
    name = f"xl/worksheets/_rels/{Path(part).name}.rels"
    empty = f'<Relationships xmlns="{_PACKAGE}"></Relationships>'
    relations = parts.get(name, empty.encode()).decode()
    key = f"rId{relations.count('<Relationship ') + 901}"
    added = f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'
    parts[name] = relations.replace("</Relationships>", f"{added}</Relationships>").encode()
    return key

"""What Excel and printers leave on a city's own form that no library writes.

Each is given the parts of the workbook and the number of the sheet, from 1.
"""

from __future__ import annotations

import posixpath
import re

from tests.fillers.xml_patch import escaped
from tests.harness.verbs.registry import VERBS, Parts, part_verb

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_XM = "http://schemas.microsoft.com/office/excel/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_A14 = "http://schemas.microsoft.com/office/drawing/2010/main"
_CONTROL_TYPE = "application/vnd.ms-excel.controlproperties+xml"
_PRINTER_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
_VALIDATIONS, _FORMATS = (
    "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}",
    "{78C0D931-6437-407d-A8EE-F0AAD7539E65}",
)
_VIEW = "{5A2F1C3E-1111-4B5C-9D8E-0123456789AB}"


@part_verb("checkbox")
def checkbox(parts: Parts, number: int, at: str, linked: str, caption: str) -> None:
    """Put a form control on the sheet: a box to tick, which keeps its state in a cell."""
    sheet = _sheet(number)
    count = len([name for name in parts if name.startswith("xl/ctrlProps/")]) + 1
    shape = 1024 * number + 512 + count
    control = f"xl/ctrlProps/ctrlProp{count}.xml"
    column, row = _column(at) - 1, int(re.sub(r"\D", "", at)) - 1
    parts[control] = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<formControlPr xmlns="{_X14}" '
        f'objectType="CheckBox" fmlaLink="{_absolute(linked)}" lockText="1" noThreeD="1"/>'
    ).encode()
    _declare(parts, f"/{control}", _CONTROL_TYPE)
    key = _relate(parts, sheet, f"{_RELATIONS}/ctrlProp", f"/{control}")
    marker = (
        f"<{{0}}from><xdr:col>{column}</xdr:col><xdr:colOff>76200</xdr:colOff><xdr:row>{row}"
        "</xdr:row><xdr:rowOff>19050</xdr:rowOff></{0}from>"
        f"<{{0}}to><xdr:col>{column + 3}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}"
        "</xdr:row><xdr:rowOff>209550</xdr:rowOff></{0}to>"
    )
    _add_shape(parts, sheet, shape, column, row, linked, caption)
    _add_drawn_control(parts, sheet, shape, marker.format("xdr:"), caption)
    element = (
        f'<control shapeId="{shape}" r:id="{key}" name="Check Box {count}"><controlPr '
        f'defaultSize="0" autoFill="0" autoLine="0" autoPict="0"><anchor moveWithCells="1">'
        f"{marker.format('')}</anchor></controlPr></control>"
    )
    choice = (
        f'<mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice Requires="x14">{element}</mc:Choice>'
        "</mc:AlternateContent>"
    )
    xml = parts[sheet].decode()
    if "<controls>" in xml:
        at_end = xml.rindex("</controls>")
        parts[sheet] = (xml[:at_end] + choice + xml[at_end:]).encode()
        return
    whole = (
        f'<mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice Requires="x14"><controls>{choice}'
        "</controls></mc:Choice></mc:AlternateContent>"
    )
    xml = xml.replace("<worksheet ", f'<worksheet xmlns:xdr="{_DRAWING}" xmlns:x14="{_X14}" ', 1)
    parts[sheet] = _before(xml, whole, "tableParts", "extLst").encode()


@part_verb("list on a sheet")
def list_on_a_sheet(parts: Parts, number: int, at: str, source: str) -> None:
    """Let a cell take what stands on another sheet, as Excel 2010 and later store it."""
    rule = (
        '<x14:dataValidations count="1"><x14:dataValidation type="list" allowBlank="1" '
        f'showInputMessage="1" showErrorMessage="1"><x14:formula1><xm:f>{escaped(source)}</xm:f>'
        f"</x14:formula1><xm:sqref>{at}</xm:sqref></x14:dataValidation></x14:dataValidations>"
    )
    _extend(parts, _sheet(number), _VALIDATIONS, rule)


@part_verb("colour by a sheet")
def colour_by_a_sheet(parts: Parts, number: int, at: str, source: str, colour: str) -> None:
    """Colour a cell while it is as one on another sheet, as Excel 2010 and later store it."""
    rule = (
        '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="expression" '
        'priority="9" id="{0B1C2D3E-2222-4B5C-9D8E-0123456789AB}"><xm:f>'
        f'{escaped(f"{at}={source}")}</xm:f><x14:dxf><fill><patternFill><bgColor rgb="FF{colour}"/>'
        f"</patternFill></fill></x14:dxf></x14:cfRule><xm:sqref>{at}</xm:sqref>"
        "</x14:conditionalFormatting></x14:conditionalFormattings>"
    )
    _extend(parts, _sheet(number), _FORMATS, rule)


@part_verb("custom view")
def custom_view(parts: Parts, number: int, name: str) -> None:
    """Keep a view of the sheet under a name, as 表示 → ユーザー設定のビュー does."""
    kept = (
        f'<customSheetViews><customSheetView guid="{_VIEW}" scale="80" fitToPage="1">'
        '<pageMargins left="0.6" right="0.6" top="0.75" bottom="0.6" header="0.3" footer="0.3"/>'
        "</customSheetView></customSheetViews>"
    )
    xml = parts[_sheet(number)].decode()
    behind = (
        *("mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks"),
        *("printOptions", "pageMargins"),
    )
    parts[_sheet(number)] = _before(xml, kept, *behind).encode()
    book = parts["xl/workbook.xml"].decode()
    view = (
        f'<customWorkbookViews><customWorkbookView name="{escaped(name)}" guid="{_VIEW}" '
        'windowWidth="1200" windowHeight="800" activeSheetId="1"/></customWorkbookViews>'
    )
    parts["xl/workbook.xml"] = book.replace("</workbook>", f"{view}</workbook>").encode()


@part_verb("printer settings")
def printer_settings(parts: Parts, number: int) -> None:
    """Leave what a printer's driver notes about a sheet."""
    name = f"xl/printerSettings/printerSettings{number}.bin"
    parts[name] = b"\x00" * 8 + "ﾌﾟﾘﾝﾀｰ".encode("utf-16-le") + b"\x00" * 16
    _declare_default(parts, "bin", _PRINTER_TYPE)
    key = _relate(parts, _sheet(number), f"{_RELATIONS}/printerSettings", f"/{name}")
    xml = parts[_sheet(number)].decode()
    parts[_sheet(number)] = xml.replace("<pageSetup ", f'<pageSetup r:id="{key}" ', 1).encode()


OFFICE_EXTRAS = frozenset(
    name for name, verb in VERBS.items() if verb.function.__module__ == __name__
)


_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path shadowok="f" '
    'o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/></v:shapetype>'
)


def _add_shape(
    parts: Parts, sheet: str, shape: int, column: int, row: int, linked: str, caption: str
) -> None:
    """Draw a control as old Excel does, in the part that also holds the notes."""
    drawn = (
        f'<v:shape id="_x0000_s{shape}" type="#_x0000_t201" style="position:absolute;'
        'width:150pt;height:15pt;z-index:1" filled="f" stroked="f" o:insetmode="auto">'
        '<v:textbox style="mso-direction-alt:auto" o:singleclick="f"><div style="text-align:left">'
        f'<font face="BIZ UDゴシック" size="180" color="#000000">{escaped(caption)}</font></div>'
        '</v:textbox><x:ClientData ObjectType="Checkbox"><x:SizeWithCells/><x:Anchor>'
        f"{column}, 8, {row}, 2, {column + 3}, 0, {row}, 22</x:Anchor><x:AutoFill>False"
        f"</x:AutoFill><x:AutoLine>False</x:AutoLine><x:FmlaLink>{_absolute(linked)}</x:FmlaLink>"
        "<x:NoThreeD/></x:ClientData></v:shape>"
    )
    drawing = _part_of(parts, sheet, "vmlDrawing")
    if drawing:
        xml = parts[drawing].decode()
        kind = "" if 'id="_x0000_t201"' in xml else _SHAPE_TYPE
        parts[drawing] = xml.replace("</xml>", f"{kind}{drawn}</xml>").encode()
        return
    drawing = f"xl/drawings/vmlDrawing9{len(parts)}.vml"
    parts[drawing] = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f"{_SHAPE_TYPE}{drawn}</xml>"
    ).encode()
    _declare_default(parts, "vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    key = _relate(parts, sheet, f"{_RELATIONS}/vmlDrawing", f"/{drawing}")
    xml = parts[sheet].decode()
    behind = ("legacyDrawingHF", "picture", "oleObjects", "controls", "tableParts", "extLst")
    parts[sheet] = _before(xml, f'<legacyDrawing r:id="{key}"/>', *behind).encode()


def _add_drawn_control(parts: Parts, sheet: str, shape: int, marker: str, caption: str) -> None:
    """Draw a control as Excel 2010 and later do, beside the other shapes."""
    drawing = _part_of(parts, sheet, "drawing")
    assert drawing, "a form with a checkbox has another shape, too"
    drawn = (
        f'<mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice xmlns:a14="{_A14}" Requires="a14">'
        f'<xdr:twoCellAnchor>{marker}<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr '
        f'id="{shape}" name="Check Box" hidden="1"><a:extLst><a:ext uri="{{63B3BB69-23CF-44E3-9099-'
        f'C40C66FF867C}}"><a14:compatExt spid="_x0000_s{shape}"/></a:ext></a:extLst></xdr:cNvPr>'
        '<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/>'
        '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr><xdr:txBody>'
        f"<a:bodyPr/><a:p><a:r><a:t>{escaped(caption)}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
        "<xdr:clientData/></xdr:twoCellAnchor></mc:Choice><mc:Fallback/></mc:AlternateContent>"
    )
    xml = parts[drawing].decode()
    parts[drawing] = xml.replace("</xdr:wsDr>", f"{drawn}</xdr:wsDr>").encode()


def _extend(parts: Parts, sheet: str, uri: str, content: str) -> None:
    xml = parts[sheet].decode()
    names, key = f' xmlns:x14="{_X14}" xmlns:xm="{_XM}"', f'uri="{uri}"'
    extension = f"<ext{names} {key}>{content}</ext>"
    held = re.search(rf'<ext [^>]*uri="{re.escape(uri)}"[^>]*>(.*?)</ext>', xml, re.DOTALL)
    if held:  # another rule of the same kind stands there: beside it, in one list
        inner = re.sub(r"^<[^>]*>|</[^>]*>$", "", content)
        end = xml.rindex("</", 0, held.end(1))
        xml = xml[:end] + inner + xml[end:]
        opening = held[0].partition(">")[0]
        parts[sheet] = xml.replace(
            opening, f"{opening.partition(' xmlns')[0]}{names} {key}"
        ).encode()
        return
    at_end = xml.rfind("</extLst></worksheet>")
    if at_end >= 0:  # formats stand before validations
        at = xml.rindex("<extLst>") + 8 if uri == _FORMATS else at_end
        parts[sheet] = (xml[:at] + extension + xml[at:]).encode()
        return
    whole = f"<extLst>{extension}</extLst></worksheet>"
    parts[sheet] = xml.replace("</worksheet>", whole).encode()


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _relations(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _part_of(parts: Parts, part: str, kind: str) -> str:
    xml = parts.get(_relations(part), b"").decode()
    targets = re.findall(rf'Type="{_RELATIONS}/{kind}" Target="([^"]*)"', xml)
    wanted = "/drawing" if kind == "drawing" else ""
    held = [t for t in targets if wanted in t and "HF" not in t]
    if kind == "vmlDrawing":  # the pictures of a header stand in one of their own
        key = re.search(r'<legacyDrawing r:id="([^"]*)"', parts[part].decode())
        found = key and re.search(rf'Id="{key[1]}"[^>]*Target="([^"]*)"', xml)
        held = [found[1]] if found else []
    return posixpath.normpath(posixpath.join("xl/worksheets", held[0])).lstrip("/") if held else ""


def _relate(parts: Parts, part: str, kind: str, target: str) -> str:
    path = _relations(part)
    xml = parts.get(path, f'<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode()).decode()
    key = f"rId{9000 + xml.count('<Relationship ')}"
    added = f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'
    parts[path] = xml.replace("</Relationships>", f"{added}</Relationships>").encode()
    return key


def _declare(parts: Parts, part: str, kind: str) -> None:
    added = f'<Override PartName="{part}" ContentType="{kind}"/>'
    xml = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = xml.replace("</Types>", f"{added}</Types>").encode()


def _declare_default(parts: Parts, extension: str, kind: str) -> None:
    xml = parts["[Content_Types].xml"].decode()
    if f'Extension="{extension}"' not in xml:
        added = f'<Default Extension="{extension}" ContentType="{kind}"/>'
        at = xml.index("<Override")
        parts["[Content_Types].xml"] = (xml[:at] + added + xml[at:]).encode()


def _before(xml: str, element: str, *behind: str) -> str:
    """Return the XML with an element before the first of those that must stand behind it."""
    wanted = re.compile("|".join(f"<{name}[ >/]" for name in behind) + "|</worksheet>")
    rules = xml.rfind("</conditionalFormatting>") if "conditionalFormatting" not in behind else 0
    found = wanted.search(xml, max(0, rules))  # rules have extensions of their own
    assert found
    return xml[: found.start()] + element + xml[found.start() :]


def _column(reference: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", reference):
        number = number * 26 + ord(letter) - 64
    return number


def _absolute(reference: str) -> str:
    return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", reference)

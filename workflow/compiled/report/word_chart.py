"""How the ratings moved over the years, as a chart that Word draws. Pure.

DrawingML charts: ECMA-376 Part 1, 21.2; where they stand in a paragraph: 20.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.shared import Length, Mm
from markupsafe import Markup

from workflow.compiled.years.trend import Trend
from workflow.excel.style import FONT, INK, OPEN_FILLS, SERIES_FILLS
from workflow.model.years import era_year

_PART = PackURI("/word/charts/chart1.xml")
_PATTERNS = ("", "ltUpDiag", "wdDnDiag", "ltVert", "pct20", "ltHorz", "smGrid", "pct50")
"""Fills of the series: told apart without their colours too."""

_WIDTH, _YEAR_HEIGHT, _FRAME_HEIGHT = Mm(160), Mm(9), Mm(17)


def add_chart(document: Document, trend: Trend) -> Markup:
    """Add the chart to a document; return the run that shows it."""
    part = Part(_PART, CONTENT_TYPE.DML_CHART, _chart(trend).encode(), document.part.package)
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    height = Length(_FRAME_HEIGHT + _YEAR_HEIGHT * len(trend.rows))
    return Markup(
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
        '<wp:extent cx="{0}" cy="{1}"/><wp:docPr id="900001" name="グラフ" descr="{2}"/>'
        '<wp:cNvGraphicFramePr/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/'
        '2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        'r:id="{3}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    ).format(int(_WIDTH), int(height), in_words(trend), relation)


def in_words(trend: Trend) -> str:
    """Return what the chart shows, for whoever cannot see it."""
    return "".join(
        f"{era_year(row.year)}は、"
        + "、".join(f"{name}が{n}件" for name, n in _counted(trend.columns, row.counts) if n)
        + "。"
        for row in trend.rows
    )


def _counted(names: Sequence[str], counts: Sequence[int]) -> Iterator[tuple[str, int]]:
    return zip(names, counts, strict=True)


def _chart(trend: Trend) -> Markup:
    years = [era_year(row.year) for row in trend.rows]
    counts_by_column = zip(*(row.counts for row in trend.rows), strict=True)
    columns = list(zip(trend.columns, counts_by_column, strict=True))
    answered, open_ = columns[:-1], [column for column in columns[-1:] if any(column[1])]
    fills = cycle(zip(SERIES_FILLS, _PATTERNS, strict=True))
    looks = [next(fills) for _ in answered] + [(OPEN_FILLS[1], "") for _ in open_]
    longest = max(1, *(sum(row.counts) for row in trend.rows))
    series = Markup("").join(
        _series(n, name, years, counts, look)
        for n, ((name, counts), look) in enumerate(zip((*answered, *open_), looks, strict=True))
    )
    return Markup(
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/>'
        '{0}<c:gapWidth val="40"/><c:overlap val="100"/><c:axId val="1"/><c:axId val="2"/>'
        "</c:barChart>"
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="l"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>'
        '<c:max val="{3}"/><c:min val="0"/></c:scaling><c:delete val="1"/>'
        '<c:axPos val="t"/><c:numFmt formatCode="0" '
        'sourceLinked="0"/><c:crossAx val="1"/></c:valAx></c:plotArea>'
        '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'
        '<c:plotVisOnly val="1"/></c:chart>'
        '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="950"><a:solidFill>{1}'
        '</a:solidFill><a:latin typeface="{2}"/><a:ea typeface="{2}"/></a:defRPr></a:pPr>'
        '<a:endParaRPr lang="ja-JP"/></a:p></c:txPr></c:chartSpace>'
    ).format(series, _colour(INK), FONT, longest)


def _series(
    index: int, name: str, years: Sequence[str], counts: Sequence[int], look: tuple[str, str]
) -> Markup:
    categories, values = _points(years), _points([str(n) if n else None for n in counts])
    return Markup(
        '<c:ser><c:idx val="{0}"/><c:order val="{0}"/><c:tx><c:strRef><c:f>A{0}</c:f><c:strCache>'
        '<c:ptCount val="1"/><c:pt idx="0"><c:v>{1}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        '<c:spPr>{2}<a:ln w="9525"><a:solidFill>{3}</a:solidFill></a:ln></c:spPr>'
        '<c:invertIfNegative val="0"/><c:dLbls><c:numFmt formatCode="0;;;" sourceLinked="0"/>'
        '<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/>'
        '</a:solidFill></c:spPr><c:showLegendKey val="0"/><c:showVal val="1"/>'
        '<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/></c:dLbls><c:cat><c:strRef><c:f>B{0}</c:f><c:strCache>{4}'
        "</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>C{0}</c:f><c:numCache>"
        "<c:formatCode>0</c:formatCode>{5}</c:numCache></c:numRef></c:val></c:ser>"
    ).format(index, name, _fill(*look), _colour(INK), categories, values)


def _points(texts: Sequence[str | None]) -> Markup:
    points = (
        Markup('<c:pt idx="{0}"><c:v>{1}</c:v></c:pt>').format(n, text)
        for n, text in enumerate(texts)
        if text is not None
    )
    return Markup('<c:ptCount val="{0}"/>').format(len(texts)) + Markup("").join(points)


def _fill(colour: str, pattern: str) -> Markup:
    if not pattern:
        return Markup("<a:solidFill>{0}</a:solidFill>").format(_colour(colour))
    return Markup(
        '<a:pattFill prst="{0}"><a:fgClr>{1}</a:fgClr><a:bgClr>{2}</a:bgClr></a:pattFill>'
    ).format(pattern, _colour(INK), _colour(colour))


def _colour(colour: str) -> Markup:
    return Markup('<a:srgbClr val="{0}"/>').format(colour.removeprefix("#"))

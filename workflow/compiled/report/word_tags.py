"""What a Word template of the report can name: 計画名, 本文 and so on. Declared here alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import Any

from markupsafe import Markup, escape

from workflow.compiled.content import Block, Chapter, Content, Reply
from workflow.compiled.report.counts import Counts
from workflow.compiled.summaries.matrix import TOTAL, CountedMatrix
from workflow.model.fields.declarations import ShownAnswer
from workflow.model.plain_text import legible
from workflow.model.years import era_year, full_year

_ANSWERS, _CHOICES = "回答", "選択した回答"
"""What heads the texts, and all else, where each round of a year asks others."""

Tags = dict[str, Any]
"""Tag → text, a truth, XML to stand as it is, or a list of more tags."""


def tags_of(content: Content) -> Tags:
    """Return everything a template can name, for one report."""
    plan, stage = content.plan, content.stage
    prose = [field.label for field in plan.form.answer_fields if field.is_prose]
    chosen = [field.label for field in plan.form.answer_fields if not field.is_prose]
    return {
        "計画名": plan.title,
        "団体名": plan.municipality.name,
        "年度": era_year(content.year),
        "年度と西暦": full_year(content.year),
        "版": stage.name,
        "確定": stage.is_final,
        "時点": str(stage),
        "件数": content.counts,
        "目次": [_heading(chapter) for top in content.chapters for chapter in top.with_below],
        "集計表": [_matrix(matrix) for matrix in content.matrices],
        "凡例": [_scale(*scale) for scale in _scales(content)],
        "本文": list(_parts(content)),
        "節": list(_sections(content)),
        "階層": list(plan.levels),
        "文章の項目": [_ANSWERS] if plan.column_groups else prose,
        "選択の項目": [_CHOICES] if plan.column_groups else chosen,
        "前年度": era_year(content.year - 1),
        "図の題": content.trend.field.label if content.trend else "",
    }


def _scales(content: Content) -> Iterator[tuple[str, str, str]]:
    for field in content.scales:
        yield from ((field.label, c.value, c.meaning) for c in field.options if c.meaning)


def _scale(label: str, value: str, meaning: str) -> Tags:
    return {"項目名": label, "値": value, "意味": meaning}


def _matrix(matrix: CountedMatrix) -> Tags:
    counts = Counts.of(matrix)
    first, *columns = counts.headings
    lines = (*counts.lines, (TOTAL, counts.totals))
    return {
        "題名": counts.title,
        "見出し": first,
        "列": columns,
        "行": [{"見出し": label, "数": [str(n) for n in row]} for label, row in lines],
    }


def _parts(content: Content) -> Iterator[Tags]:
    """Yield headings and items as they follow each other; a heading has a level, an item 0."""
    numbers = {id(block): number for number, block in enumerate(content.all_blocks, start=1)}
    prose = _prose_count(content)
    for top in content.chapters:
        for chapter in top.with_below:
            yield _heading(chapter)
            yield from (_item(block, numbers[id(block)], prose) for block in chapter.blocks)
    yield from (_item(block, numbers[id(block)], prose) for block in content.blocks)


def _prose_count(content: Content) -> int:
    return sum(field.is_prose for field in content.plan.form.answer_fields)


_MOST_IN_OVERVIEW = 1_000
"""Characters of titles up to which an overview names them all: about a page."""

_SECTION_LEVEL = 2
"""A section is a chapter of this level (基本施策), or of the lowest there is above it."""


def _sections(content: Content) -> Iterator[Tags]:
    """Yield the plan cut into sections, each with what stands above it and all its items."""
    sections = list(_all_sections(content))
    titles = [[item["見出し"] for item in section["取組"]] for section in sections]
    whole = sum(len(title) for of_section in titles for title in of_section)
    most = whole if whole <= _MOST_IN_OVERVIEW else _MOST_IN_OVERVIEW // len(sections)
    for section, of_section in zip(sections, titles, strict=True):
        yield section | {"取組内容": _named(of_section, most)}


def _named(titles: Sequence[str], most: int) -> str:
    """Return titles that have so many characters together, at least one, and how many more.

    >>> _named(["声かけ", "見守り", "居場所づくり"], 6)
    '声かけ／見守り／ほか1件'
    """
    lengths = accumulate(map(len, titles))
    fitting = max(1, sum(1 for length in lengths if length <= most))
    rest = len(titles) - fitting
    return "／".join([*titles[:fitting], *([f"ほか{rest:,}件"] if rest > 0 else [])])


def _all_sections(content: Content) -> Iterator[Tags]:
    levels = content.plan.levels[:-1][:_SECTION_LEVEL]
    numbers = {id(block): number for number, block in enumerate(content.all_blocks, start=1)}
    prose = _prose_count(content)
    above_before: tuple[str, ...] = ()
    for above, chapter in _lowest(content.chapters, ()):
        items = [
            _item(block, numbers[id(block)], prose, block.item.path[chapter.level :])
            for block in chapter.all_blocks
        ]
        yield _section(chapter, items) | {
            "階層": levels[chapter.level - 1],
            "上の階層": levels[0] if above else "",
            "上の見出し": above[0] if above else "",
            "始まり": bool(above) and above != above_before,
        }
        above_before = above
    if not content.chapters:
        items = [_item(block, numbers[id(block)], prose) for block in content.blocks]
        whole = Chapter(1, 0, content.plan.title, (), content.blocks)
        above_tags = {"上の階層": "", "上の見出し": "", "始まり": False}
        yield _section(whole, items) | above_tags | {"階層": ""}


def _lowest(
    chapters: tuple[Chapter, ...], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Chapter]]:
    """Yield the chapters that are sections, each with the titles above it."""
    for chapter in chapters:
        if chapter.level < _SECTION_LEVEL and chapter.chapters:
            yield from _lowest(chapter.chapters, (*above, chapter.title))
        else:
            yield above, chapter


def _section(chapter: Chapter, items: list[Tags]) -> Tags:
    return _heading(chapter) | {
        "Ｐ": _plan_pages(chapter.pages),
        "取組": items,
    }


def _plan_pages(pages: str) -> str:
    """Return pages of the plan as its readers know them.

    >>> _plan_pages("44-45")
    'Ｐ44－45'
    """
    return f"Ｐ{pages.replace('-', '－')}" if pages else ""


def _heading(chapter: Chapter) -> Tags:
    name = _chapter_bookmark(chapter)
    return {
        "段": chapter.level,
        "見出し": chapter.title,
        "計画書ページ": chapter.pages,
        "しおり": bookmark(2 * chapter.number, name),
        "ページ": page_number(name),
        "頁": page_number(name),  # what templates of 0.2.0 call it
    }


def _item(block: Block, index: int, prose: int, above: tuple[str, ...] = ()) -> Tags:
    name = f"item_{index}"
    return {
        "段": 0,
        "整理番号": block.item.id,
        "見出し": block.item.title,
        "上の見出し": "　".join(above),
        "計画書ページ": block.item.pages,
        "担当課": block.departments,
        "しおり": bookmark(2 * index + 1, name),
        "ページ": page_number(name),
        "頁": page_number(name),  # what templates of 0.2.0 call it
        "回答": [_reply(reply, prose) for reply in block.replies],
    }


def _reply(reply: Reply, prose: int) -> Tags:
    """Return a reply; prose is how many texts are asked, also where there is no answer."""
    fields = [_answer(answer) for answer in reply.in_one_column]
    return {
        "担当課": reply.owner,
        "回答済": reply.is_answered,
        "回答状況": reply.standing,
        "説明": reply.explanation,
        "項目": fields,
        "組": list(_pairs(fields)),
        "文章": _in_one_cell(fields) if reply.round else _in_cells(fields, prose),
        "選択": [f for f in fields if not f["文章"]],
    }


def _in_cells(fields: list[Tags], prose: int) -> list[Tags]:
    return [f for f in fields if f["文章"]] or [{"内容": ""}] * prose


def _in_one_cell(fields: list[Tags]) -> list[Tags]:
    """Return the texts of a round as one: each round asks others, so no column is for all."""
    texts = (f"■{f['項目名']}\n{f['内容']}" for f in fields if f["文章"])
    return [{"内容": "\n".join(texts)}]


def _answer(answer: ShownAnswer) -> Tags:
    return {
        "項目名": answer.label,
        "内容": answer.text,
        "意味": answer.meaning,
        "文章": answer.is_prose,
        "前年度": answer.before,
    }


def _pairs(fields: list[Tags]) -> Iterator[Tags]:
    """Yield the fields two by two, prose beside prose, in the order of the form."""
    for is_prose, group in groupby(fields, key=lambda field: bool(field["文章"])):
        rest = list(group)
        while rest:
            left, *right = rest[:2]
            yield {"文章": is_prose, "左": left, "右": right[0] if right else None}
            rest = rest[2:]


def _chapter_bookmark(chapter: Chapter) -> str:
    return f"_Toc{chapter.number:06}"


# Text, bookmarks and fields as WordprocessingML, ready to stand in a template. Pure.
#
# ECMA-376 Part 1: 17.3.3 (run content), 17.13.6 (bookmarks), 17.16 (fields).

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
    """Return a bookmark; numbers and names are unique in a document."""
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

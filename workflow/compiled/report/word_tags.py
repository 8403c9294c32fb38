"""What a Word template of the report can name: 計画名, 本文 and so on. Declared here alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflow.compiled.matrix import TOTAL, CountedMatrix
from workflow.compiled.report.content import Block, Chapter, Content, Reply
from workflow.compiled.report.counts import Counts
from workflow.compiled.report.word_xml import bookmark, page_number
from workflow.model.years import era_year, full_year

Tags = dict[str, Any]
"""Tag → text, a truth, XML to stand as it is, or a list of more tags."""


def tags_of(content: Content) -> Tags:
    """Return everything a template can name, for one report."""
    plan, stage = content.plan, content.stage
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
    }


def _scales(content: Content) -> Iterator[tuple[str, str, str]]:
    for field in content.scales:
        yield from ((field.label, c.value, c.meaning) for c in field.choices if c.meaning)


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
    places = {id(block): number for number, block in enumerate(content.all_blocks, start=1)}
    for top in content.chapters:
        for chapter in top.with_below:
            yield _heading(chapter)
            yield from (_item(block, places[id(block)]) for block in chapter.blocks)
    yield from (_item(block, places[id(block)]) for block in content.blocks)


def _heading(chapter: Chapter) -> Tags:
    name = _chapter_bookmark(chapter)
    return {
        "段": chapter.level,
        "見出し": chapter.title,
        "計画書ページ": chapter.pages,
        "しおり": bookmark(2 * chapter.number, name),
        "頁": page_number(name),
    }


def _item(block: Block, place: int) -> Tags:
    name = f"item_{place}"
    return {
        "段": 0,
        "整理番号": block.item.id,
        "見出し": block.item.title,
        "計画書ページ": block.item.pages,
        "担当課": "・".join(reply.departments for reply in block.replies),
        "しおり": bookmark(2 * place + 1, name),
        "頁": page_number(name),
        "回答": [_reply(reply) for reply in block.replies],
    }


def _reply(reply: Reply) -> Tags:
    return {
        "担当課": reply.departments,
        "回答済": reply.is_answered,
        "回答状況": reply.status.value,
        "説明": reply.explanation,
        "項目": [
            {"項目名": said.label, "内容": said.text, "意味": said.meaning, "文章": said.is_prose}
            for said in reply.said
        ],
    }


def _chapter_bookmark(chapter: Chapter) -> str:
    return f"_Toc{chapter.number:06}"

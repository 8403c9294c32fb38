"""The report as pages: one with contents and counts, and one for each part of the plan.

They are for publication: they link among themselves alone, and the folder can be put on a site.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflow.compiled.content import Block, Chapter, Content
from workflow.compiled.pages.frame import Anchor, Frame, frame, page_bytes
from workflow.compiled.pages.overview import trend_table
from workflow.compiled.report.counts import Counts
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass

FOLDER = "報告書"
TITLE = "進捗状況報告書"

_PAGE_LEVEL = 2
"""A page for each chapter of this level (基本施策), or of the lowest there is above it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the chapters above it, its title, what stands on it, its file."""

    file: str
    above: tuple[str, ...]
    title: str
    chapters: tuple[Chapter, ...]
    blocks: tuple[Block, ...]
    pages: str

    @property
    def sections(self) -> Iterator[tuple[str, tuple[Block, ...]]]:
        """The headings below its title, from the upper to the lower ones, and their blocks."""
        yield "", self.blocks
        for chapter in (below for top in self.chapters for below in top.with_below):
            yield chapter.title, chapter.blocks

    @property
    def all_blocks(self) -> tuple[Block, ...]:
        """Every block on it, in order."""
        return tuple(block for _, blocks in self.sections for block in blocks)


def report_pages(content: Content) -> dict[str, bytes]:
    """Return the pages, by name below the folder of compiled files, the one with contents first."""
    pages = tuple(_pages(content))
    contents = {f"{FOLDER}/index.html": _index(content, pages)}
    return contents | {f"{FOLDER}/{page.file}": _page(content, pages, page) for page in pages}


def page_titles(content: Content) -> dict[str, str]:
    """Return what each page but the first is about, by its name as report_pages gives it."""
    return {f"{FOLDER}/{page.file}": page.title for page in _pages(content)}


def _pages(content: Content) -> Iterator[Page]:
    parts = list(_parts(content))
    width = len(str(len(parts)))
    for number, (above, chapter) in enumerate(parts, start=1):
        file = f"page-{number:0{width}}.html"
        if chapter is None:
            yield Page(file, (), content.plan.levels[-1], (), content.blocks, "")
        else:
            chapters, blocks = chapter.chapters, chapter.blocks
            yield Page(file, above, chapter.title, chapters, blocks, chapter.pages)


def _parts(content: Content) -> Iterator[tuple[tuple[str, ...], Chapter | None]]:
    """Yield the chapters that get a page each, with the titles above; None for a plan without."""
    if not content.chapters:
        yield (), None
    for top in content.chapters:
        if top.chapters and top.level < _PAGE_LEVEL:
            yield from (((top.title,), below) for below in top.chapters)
        else:
            yield (), top


def _index(content: Content, pages: tuple[Page, ...]) -> bytes:
    anchors = (Anchor("#contents", "目次"), Anchor("#counts", "集計"))
    return page_bytes(
        "report_index.html.j2",
        _frame(content, TITLE, (), anchors),
        content=content,
        groups=list(_groups(pages)),
        trend=content.trend and trend_table(content.trend),
        matrices=[Counts.of(matrix) for matrix in content.matrices],
    )


def _page(content: Content, pages: tuple[Page, ...], page: Page) -> bytes:
    at = pages.index(page)
    ids = {id(block): f"item-{n}" for n, block in enumerate(page.all_blocks, start=1)}
    anchors = tuple(
        Anchor(f"#{ids[id(block)]}", f"{block.item.id}　{block.item.title}")
        for block in page.all_blocks
    )
    return page_bytes(
        "report_page.html.j2",
        _frame(content, page.title, (Anchor("index.html", f"{TITLE}の目次"),), anchors),
        page=page,
        last_year=era_year(content.year - 1),
        sections=[(title, [(ids[id(b)], b) for b in blocks]) for title, blocks in page.sections],
        before=pages[at - 1] if at else None,
        after=pages[at + 1] if at + 1 < len(pages) else None,
    )


def _groups(pages: tuple[Page, ...]) -> Iterator[tuple[str, list[Page]]]:
    """Yield the chapter above and its pages; "" for pages that have none."""
    groups: dict[str, list[Page]] = {}
    for page in pages:
        groups.setdefault("　".join(page.above), []).append(page)
    yield from groups.items()


def _frame(
    content: Content, heading: str, above: tuple[Anchor, ...], contents: tuple[Anchor, ...]
) -> Frame:
    return frame((content.plan, content.year, content.stage), heading, above, contents)

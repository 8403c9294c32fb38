"""一枚まとめ: the round on one page: three figures, what moved, five items. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workflow.compiled.content import Block, Content, Reply
from workflow.compiled.indicators import NO_GRADING, NOT_GRADED
from workflow.compiled.summaries.headline import low_ratings
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import ShownAnswer
from workflow.model.indicators.grading import grades_of
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass

BRIEF_TITLE = "一枚まとめ"
LOOKED_AT_TITLE = "見ていただきたい取組"
_NOTHING = "評価の低い取組や下がった取組、選択の変わった取組、未回答の取組はありません。"
_ORDER = (
    "評価の低いものと下がったもの、未回答のもの、選択の変わったものの順です（同じときは計画の順）。"
)
_MOST_LOOKED_AT, _MOST_MOVES, _MOST_GRADES = 5, 6, 6
_UNANSWERED = 2
_LONGEST_PLAN, _LONGEST_TITLE, _LONGEST_MOVE, _LONGEST_LINE = 60, 44, 36, 48
_LONGEST_REASON, _LONGEST_WORDS, _LONGEST_CHOICE = 28, 24, 12
_TITLE_END = 16
"""Characters of each kind of text, so that the page stays one page whatever a plan is called."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the three figures, in words that need no table beside them."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Move:
    """One item whose rating moved; entry is the index of its row in the ledger."""

    entry: int
    item: str
    text: str


@dataclass(frozen=True, slots=True)
class Moves:
    """The items whose rating rose, or fell, since last year; left_out are not named."""

    title: str
    count: int
    named: tuple[Move, ...]

    @property
    def left_out(self) -> int:
        """How many have no line of their own."""
        return self.count - len(self.named)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One item to look at: which, whose, why, and how its answer begins, a line each.

    Entry is the index of its row in the ledger.
    """

    entry: int
    item: str
    title: str
    department: str
    reason: str
    line: str


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything the page says; moves are empty where there is no earlier year to compare with.

    Indicators is a sentence, "" for a plan that has none.
    """

    title: str
    stage: str
    figures: tuple[Figure, ...]
    moves: tuple[Moves, ...]
    looked_at: tuple[LookedAt, ...]
    note: str
    indicators: str = ""


def brief_of(content: Content) -> Brief:
    """Return the page for what a report says."""
    rated = _Rated(content, content.trend.field if content.trend else None)
    looked_at = tuple(rated.looked_at())
    rest = len(looked_at) - _MOST_LOOKED_AT
    note = f"{_ORDER}ほか{rest:,}件は、台帳の「要確認」にあります。" if rest > 0 else ""
    return Brief(
        title=f"{_short(content.plan.title, _LONGEST_PLAN)}　{era_year(content.year)}の進捗状況",
        stage=str(content.stage),
        figures=tuple(rated.figures(len(looked_at))),
        moves=tuple(rated.moves()),
        looked_at=looked_at[:_MOST_LOOKED_AT],
        note=note if looked_at else _NOTHING,
        indicators=_graded(content),
    )


def _graded(content: Content) -> str:
    """Return how many of the indicators got which grade this year, the best first."""
    shown = [one for _, reply in _replies(content) for one in reply.indicators]
    if not shown:
        return ""
    counts = Counter((one.now.verdict if one.now else "") or NO_GRADING for one in shown)
    words = [*grades_of(content.plan.indicators), NOT_GRADED, NO_GRADING]
    found = [word for word in words if counts[word]]
    named = [
        f"{_short(word, _LONGEST_CHOICE)}が{counts[word]:,}件" for word in found[:_MOST_GRADES]
    ]
    if rest := sum(counts[word] for word in found[_MOST_GRADES:]):
        named.append(f"ほかが{rest:,}件")
    return f"指標{len(shown):,}件の判定は、{'、'.join(named)}です。"


def _replies(content: Content) -> Iterator[tuple[Block, Reply]]:
    for block in content.all_blocks:
        yield from ((block, reply) for reply in block.replies)


@dataclass(frozen=True, slots=True)
class _Rated:
    """A report's replies, seen by their rating; None where the form asks for none."""

    content: Content
    field: Field | None

    def figures(self, looked_at: int) -> Iterator[Figure]:
        """Yield the three figures."""
        blocks = self.content.all_blocks
        done = sum(block.is_settled for block in blocks)
        open_ = len(blocks) - done
        nothing = sum(block.has_nothing for block in blocks)
        note = f"未回答{open_:,}件" if open_ else "" if nothing else "すべて報告済み"
        note += f"{'、' if open_ else 'うち'}報告なし{nothing:,}件" if nothing else ""
        yield Figure("報告のあった取組", f"{done:,}／{len(blocks):,}件", note)
        if self.field:
            best = self.field.options[0]
            ratings = [self._rating(reply) for _, reply in _replies(self.content)]
            texts = [answer.text for answer in ratings if answer]
            count = texts.count(best.value)
            share = (
                f"回答の{round(100 * count / len(texts))}％" if texts else "まだ回答がありません"
            )
            choice = _short(best.value, _LONGEST_CHOICE)
            label = f"{_short(self.field.label, _LONGEST_CHOICE)}が{choice}の取組"
            yield Figure(label, f"{count:,}件", share)
        yield Figure(LOOKED_AT_TITLE, f"{looked_at:,}件", "評価、方針の変化、未回答から")

    def moves(self) -> Iterator[Moves]:
        """Yield what rose and what fell, each also when it is nothing."""
        trend = self.content.trend
        if self.field is None or trend is None or len(trend.rows) < len(("before", "now")):
            return
        for word, sign in (("上がった", -1), ("下がった", 1)):
            found = [move for steps, move in self._moved() if steps * sign > 0]
            title = f"{era_year(self.content.year - 1)}より{_short(self.field.label)}が{word}取組"
            yield Moves(title, len(found), tuple(found[:_MOST_MOVES]))

    def looked_at(self) -> Iterator[LookedAt]:
        """Yield the items to look at: the lowest first, then what fell, then what is open."""
        found = [
            (self._weight(reply), n, b, reply)
            for n, (b, reply) in enumerate(_replies(self.content))
        ]
        named: set[int] = set()  # a row of several rounds has a reply for each
        for weight, _, block, reply in sorted(found, key=lambda one: (-one[0], one[1])):
            if weight > 0 and reply.entry not in named:
                named.add(reply.entry)
                yield LookedAt(
                    entry=reply.entry,
                    item=block.item.id,
                    title=_both_ends(block.item.title),
                    department=_short(reply.departments),
                    reason=self._reason(reply),
                    line=_first_sentence(reply),
                )

    def _moved(self) -> Iterator[tuple[int, Move]]:
        """Yield how many steps each rating fell, and the line that says so."""
        for block, reply in _replies(self.content):
            if answer := self._rating(reply):
                before, after = (_short(t, _LONGEST_CHOICE) for t in (answer.before, answer.text))
                text = _short(f"{before}→{after}　{block.item.title}", _LONGEST_MOVE)
                yield self._fall(answer), Move(reply.entry, block.item.id, text)

    def _rating(self, reply: Reply) -> ShownAnswer | None:
        label = self.field.label if self.field else ""
        return next((a for a in reply.answers if a.label == label and not a.is_blank), None)

    def _fall(self, answer: ShownAnswer) -> int:
        """Return by how many steps a rating fell; 0 also for what cannot be compared."""
        assert self.field
        then, now = self.field.rank(answer.before), self.field.rank(answer.text)
        return 0 if then is None or now is None else now - then

    def _weight(self, reply: Reply) -> int:
        """Return how soon a reply should be looked at; 0 for not at all."""
        if not reply.is_answered:
            return _UNANSWERED if reply.status.is_open else 0
        answer = self._rating(reply)
        if answer is None or self.field is None:
            return self._changed(reply) is not None
        low = [choice.value for choice in low_ratings(self.field)]
        depth = low.index(answer.text) + 1 if answer.text in low else 0
        fall = max(0, self._fall(answer))
        if depth or fall:
            return _UNANSWERED + (depth + bool(fall)) * (len(self.field.options) + 1) + fall
        return self._changed(reply) is not None

    def _changed(self, reply: Reply) -> ShownAnswer | None:
        """Return what was chosen otherwise than last year, apart from the rating."""
        rating = self._rating(reply)
        others = (a for a in reply.answers if a is not rating)
        return next((a for a in others if a.before and a.before != a.text), None)

    def _reason(self, reply: Reply) -> str:
        if not reply.is_answered:
            return "未回答"
        shown = self._rating(reply) if self._weight(reply) > _UNANSWERED else self._changed(reply)
        if shown is None:
            return ""
        label, now, then = (
            _short(text, _LONGEST_CHOICE) for text in (shown.label, shown.text, shown.before)
        )
        reason = f"{label}が{now}" + (f"（前年度は{then}）" if then else "")
        return _short(reason, _LONGEST_REASON)


def _first_sentence(reply: Reply) -> str:
    """Return how the last text of a reply begins: what is in the way, where it is asked."""
    texts = [answer.text for answer in reply.answers if answer.is_prose and not answer.is_blank]
    if not texts:
        return reply.explanation
    sentence, end, _ = texts[-1].replace("\n", "　").partition("。")
    return _short(sentence + end, _LONGEST_LINE)


def _both_ends(title: str) -> str:
    """Return a title in two lines: of items that begin alike, the end tells which it is.

    >>> _both_ends("新たなサービスを進めるため、" * 5 + "取り組む（地域ケア会議）")
    '新たなサービスを進めるため、新たなサービスを進めるため…るため、取り組む（地域ケア会議）'
    """
    if len(title) <= _LONGEST_TITLE:
        return title
    return f"{title[: _LONGEST_TITLE - _TITLE_END - 1]}…{title[-_TITLE_END:]}"


def _short(text: str, most: int = _LONGEST_WORDS) -> str:
    """Return a text in one line.

    >>> _short("個別避難計画の策定", 6)
    '個別避難計…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"

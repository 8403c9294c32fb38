"""What the person is shown and asked about a table: only what is unsure; --yes takes proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from workflow.first_day.draft import Draft, Wishes, drafted
from workflow.first_day.reading.column import Column
from workflow.first_day.reading.indicator_words import OF_INDICATORS
from workflow.first_day.reading.source import Source
from workflow.first_day.reading.words import Role
from workflow.model.catalogue import Code, Severity
from workflow.model.cells import folded
from workflow.model.plain_text import aligned, one_line
from workflow.model.wording import Wording
from workflow.model.years import era_year, parse_year
from workflow.python.dataclass import dataclass

_CHOICES = (
    Role.ID,
    Role.LEVEL,
    Role.TITLE,
    Role.DEPARTMENT,
    Role.PAGES,
    Role.ANSWER,
    Role.UNUSED,
    *OF_INDICATORS,
)
_LONGEST = 24
_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Talk:
    """How a person is told and asked."""

    say: Callable[[str], None]
    ask: Callable[[str], str]


def settled(source: Source, wishes: Wishes, talk: Talk | None) -> tuple[Draft, Wishes]:
    """Return the draft once everything unsure was asked; without anybody to ask, as proposed."""
    draft = drafted(source, wishes)
    if talk is None:
        return draft, wishes
    for line in column_lines(draft):
        talk.say(line)
    wishes = _with_roles(draft, wishes, talk)
    wishes = _with_dates(drafted(source, wishes), wishes, talk)
    draft = drafted(source, wishes)
    codes = {finding.code: finding for finding in draft.findings}
    if Code.IMPORT_YEAR_UNKNOWN in codes:
        wishes = replace(wishes, year=_asked_year(talk))
    if Code.IMPORT_CITY_UNKNOWN in codes:
        wishes = replace(wishes, city=talk.ask("市区町村の名前を入れてください：").strip())
    if Code.IMPORT_NO_DEPARTMENTS in codes:
        typed = talk.ask("とりまとめ課の名前を入れてください（分からなければEnter）：").strip()
        wishes = replace(wishes, coordinator=typed)
    if Code.IMPORT_COORDINATOR_GUESSED in codes:
        proposed = str(codes[Code.IMPORT_COORDINATOR_GUESSED].details["name"])
        typed = talk.ask(f"とりまとめ課の名前を入れてください（Enterで「{proposed}」）：").strip()
        wishes = replace(wishes, coordinator=typed or proposed)
    return drafted(source, wishes), wishes


def _with_roles(draft: Draft, wishes: Wishes, talk: Talk) -> Wishes:
    """Return the wishes with what each unsure column is."""
    for column in draft.unsure:
        name = column.heading or column.letters[0]
        wishes = replace(wishes, mapped={**wishes.mapped, name: _asked_role(column, talk)})
    return wishes


def _with_dates(draft: Draft, wishes: Wishes, talk: Talk) -> Wishes:
    """Return the wishes with the years of values of indicators that no heading says."""
    for finding in draft.findings:
        if finding.code is Code.IMPORT_INDICATOR_NO_YEAR:
            letters = str(finding.details["column"]).split("・")
            column = next(c for c in draft.columns if [*c.letters] == letters)
            if dated := _asked_date(column, talk):
                named = (name for name in wishes.mapped if folded(name) in column.names)
                name = next(named, column.letters[0])
                wishes = replace(wishes, mapped={**wishes.mapped, name: dated})
    return wishes


def _asked_role(column: Column, talk: Talk) -> str:
    """Return what a person says an unsure column is, as --map would say it."""
    examples = "、".join(_short(text) for text in column.examples)
    talk.say(f"{_named(column)}（例：{examples}）は、{column.became}でよいですか（{column.why}）。")
    numbered = "　".join(f"{n} {_called(role)}" for n, role in enumerate(_CHOICES, start=1))
    while True:
        typed = talk.ask(f"よければEnter、違えば番号（{numbered}）：").strip()
        if not typed:
            return column.role.value
        if typed.isdecimal() and 1 <= int(typed) <= len(_CHOICES):
            return _CHOICES[int(typed) - 1].value


def _called(role: Role) -> str:
    """Return what a role is called where it stands among all others."""
    is_part = role in OF_INDICATORS and role is not Role.INDICATOR
    return f"指標の{role.value}" if is_part and "指標" not in role.value else role.value


def _asked_date(column: Column, talk: Talk) -> str:
    """Return what --map would say of values of indicators; blank where nobody knows their year."""
    what = column.role.value
    question = f"{_named(column)}は、何年度の{what}ですか（例：R7。分からなければEnter）："
    year = _asked_for(question, talk)
    return f"{what}（{era_year(year)}）" if year else ""


def _asked_year(talk: Talk) -> int | None:
    return _asked_for("表の回答は何年度のものですか（例：R5。分からなければEnter）：", talk)


def _asked_for(question: str, talk: Talk) -> int | None:
    while True:
        typed = talk.ask(question).strip()
        if not typed:
            return None
        try:
            return parse_year(typed)
        except ValueError:
            talk.say("年度は、令和5年度、R5、2023 のように入れてください。")


# What is shown.


def column_lines(draft: Draft) -> Iterator[str]:
    """Yield a line for every column: what it became and why."""
    yield f"「{draft.source.file}」を読みました。"
    head = ["列", "見出し", "どうするか", "わけ"]
    rows = [
        ["・".join(c.letters), _short(c.heading) or "（見出しなし）", c.became, _why(c)]
        for c in draft.columns
    ]
    yield from aligned([head, *rows])


def summary_lines(draft: Draft) -> Iterator[str]:
    """Yield what was made of the table, and what is to be looked at."""
    plan = draft.document
    yield (
        f"{plan['levels'][-1]}{len(plan['items'])}件、担当課{len(plan['departments'])}課、"
        f"様式の項目{len(draft.fields)}個（{'、'.join(f.label for f in draft.fields)}）です。"
    )
    if plan.get("indicators"):
        yield f"指標{len(plan['indicators'])}件を、シート「指標」に入れました。"
    if draft.year is not None and draft.answers:
        yield f"{era_year(draft.year)}の回答{len(draft.answers)}件を、前の年度の回答にしました。"
    if draft.united:
        spellings = "、".join(
            f"{one.written}（{'・'.join(text for text, _ in one.others)}）" for one in draft.united
        )
        yield f"表記を揃えました：{one_line(spellings)}"
    left = sum(1 for _ in draft.left_out())
    yield f"取り込まなかったセルは{left}個です。" if left else "取り込まなかったセルはありません。"
    wording = Wording()
    telling = [f for f in draft.findings if f.severity is not Severity.INFO]
    for finding in telling[:_MOST_SHOWN]:
        text = f"{wording.message(finding)}→ {wording.remedy(finding)}"
        yield f"［{finding.severity.label}］{text}"
    if len(telling) > _MOST_SHOWN:
        yield f"ほかに{len(telling) - _MOST_SHOWN}件あります。取り込み結果.xlsx をご覧ください。"


def _why(column: Column) -> str:
    return column.why if column.is_sure else f"{column.why}（確かめてください）"


def _named(column: Column) -> str:
    letters = "・".join(column.letters)
    return f"{letters}列「{_short(column.heading)}」" if column.heading else f"{letters}列"


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"

"""Everything that differs between the plan of an earlier year and today's. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from workflow.model.cells import folded
from workflow.model.fields.form import Form, field_before, scale_differences
from workflow.model.plan import JOINT_SEPARATOR, Department, Item, Plan
from workflow.model.rounds.declared import DeclaredRound
from workflow.model.years import japanese_date_and_weekday
from workflow.python.dataclass import dataclass

# One difference between last year's plan and this year's, in words to be confirmed.


class ChangeKind(StrEnum):
    """What happened to a department, an item or a field; the value is what people call it."""

    RENAMED = "改称"
    MERGED = "統合"
    SPLIT = "分割"
    NEW_DEPARTMENT = "新設"
    ENDED_DEPARTMENT = "廃止"
    MOVED = "担当替え"
    RETITLED = "内容の変更"
    REPLACED = "位置の変更"
    NEW_ITEM = "新しい取組"
    ENDED_ITEM = "終わった取組"
    FORM = "様式"
    INDICATOR = "指標"
    ROUND = "回"
    DEADLINE = "期限"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; doubtful ones may be a slip, and say what to do then."""

    kind: ChangeKind
    sentence: str
    is_doubtful: bool = False


# How the departments of two plans follow each other: 改称・統合・分割・新設・廃止. Pure.


class Lineage:
    """Which departments of the earlier plan each of the later one comes from, and the reverse."""

    def __init__(self, before: Plan, after: Plan) -> None:
        self.origins: Mapping[str, tuple[Department, ...]] = {
            new.code: tuple(old for old in before.departments if _follows(new, old))
            for new in after.departments
        }
        self.heirs: Mapping[str, tuple[Department, ...]] = {
            old.code: tuple(new for new in after.departments if _follows(new, old))
            for old in before.departments
        }

    def goes_on(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether those who answer after are heirs of those before, and each of them has one."""
        heirs = [{heir.code for heir in self.heirs[code]} for code in before]
        return set(after) <= set().union(*heirs) and all(own & set(after) for own in heirs)


def department_changes(before: Plan, after: Plan, lineage: Lineage) -> Iterator[Change]:
    """Yield what became of the departments, in the plans' order."""
    for old in before.departments:
        yield from _what_became_of(old, lineage)
    for new in after.departments:
        yield from _where_from(new, lineage)


def _follows(new: Department, old: Department) -> bool:
    """Whether a department goes on with another's work: by code, by name, or as it declares."""
    return new.code == old.code or bool({new.name, *new.formerly} & {old.name, old.code})


def _what_became_of(old: Department, lineage: Lineage) -> Iterator[Change]:
    heirs = lineage.heirs[old.code]
    if not heirs:
        yield Change(
            ChangeKind.ENDED_DEPARTMENT,
            f"「{old.name}」を引き継ぐ課がありません。名前が変わったか、ほかの課と一緒になったときは、"
            f"新しい課の「旧名・旧コード」に「{old.name}」と記入してください。",
            is_doubtful=True,
        )
    elif len(heirs) > 1:
        named = "と".join(f"「{heir.name}」" for heir in heirs)
        yield Change(
            ChangeKind.SPLIT,
            f"「{old.name}」は、{named}に分かれます。前年度の回答は、それぞれが担当する取組に載ります。",
        )


def _where_from(new: Department, lineage: Lineage) -> Iterator[Change]:
    origins = lineage.origins[new.code]
    if not origins:
        yield Change(
            ChangeKind.NEW_DEPARTMENT,
            f"「{new.name}」は、新しい課です。前からある課を引き継ぐときは、"
            "「旧名・旧コード」に前の名前を記入してください。",
            is_doubtful=True,
        )
    elif len(origins) > 1:
        named = "と".join(f"「{old.name}」" for old in origins)
        yield Change(
            ChangeKind.MERGED, f"{named}は、「{new.name}」になります。前年度の回答を引き継ぎます。"
        )
    elif len(lineage.heirs[origins[0].code]) == 1:
        yield from _renamed(origins[0], new)


def _renamed(old: Department, new: Department) -> Iterator[Change]:
    if old.name != new.name:
        yield Change(
            ChangeKind.RENAMED,
            f"「{old.name}」は、「{new.name}」になります。前年度の回答を引き継ぎます。",
        )
    elif old.code != new.code:
        yield Change(
            ChangeKind.RENAMED,
            f"「{new.name}」のコードが、{old.code} から {new.code} に変わります。",
        )


# How the items of two plans follow each other: new, ended, moved, retitled. Pure.

_SHOWN = 40  # characters of a title


def item_changes(before: Plan, after: Plan, lineage: Lineage) -> Iterator[Change]:
    """Yield what became of the items, by id: the ended ones, then the others in plan order."""
    then = {item.id: item for item in before.items}
    today = {item.id for item in after.items}
    for item in before.items:
        if item.id not in today:
            yield Change(ChangeKind.ENDED_ITEM, f"{_named(item)}は、ことしは尋ねません。")
    for item in after.items:
        if item.id not in then:
            yield Change(ChangeKind.NEW_ITEM, f"{_named(item)}は、ことしから尋ねます。")
        else:
            yield from _item_changes(then[item.id], item, before, after, lineage)


def _item_changes(
    old: Item, new: Item, before: Plan, after: Plan, lineage: Lineage
) -> Iterator[Change]:
    if folded(old.title) != folded(new.title):
        yield Change(
            ChangeKind.RETITLED,
            f"整理番号{new.id}の内容が「{_short(old.title)}」から「{_short(new.title)}」に変わります。"
            "別の取組であれば、新しい整理番号を付けてください。",
            is_doubtful=True,
        )
    if old.path != new.path:
        yield Change(
            ChangeKind.REPLACED,
            f"{_named(new)}は、「{' ＞ '.join(new.path)}」に移ります。",
        )
    if not lineage.goes_on(old.departments, new.departments):
        yield Change(
            ChangeKind.MOVED,
            f"{_named(new)}の担当課が、{_joined(before, old)}から{_joined(after, new)}に"
            "変わります。",
        )


def _named(item: Item) -> str:
    return f"{item.id}「{_short(item.title)}」"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _joined(plan: Plan, item: Item) -> str:
    names = (plan.department(code).name for code in item.departments)
    return f"「{JOINT_SEPARATOR.join(names)}」"


def changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    """Return what changed, departments first, then items, the form, rounds and deadlines."""
    lineage = Lineage(before, after)
    return (
        *department_changes(before, after, lineage),
        *item_changes(before, after, lineage),
        *_form_changes(before.form, after.form),
        *_indicator_changes(before, after),
        *_round_changes(before, after),
        *_deadlines(before, after),
    )


def _form_changes(before: Form, after: Form) -> Iterator[Change]:
    asked = {field.key for field in after.fields}
    labels = {field.label for field in after.fields}
    for field in before.fields:
        if field.key not in asked and field.label not in labels:
            yield Change(ChangeKind.FORM, f"「{field.label}」は、ことしは尋ねません。")
    for field in after.fields:
        known = field_before(field, before)
        if known is None:
            yield Change(ChangeKind.FORM, f"「{field.label}」を、ことしから尋ねます。")
        elif known.label != field.label:
            yield Change(
                ChangeKind.FORM, f"「{known.label}」の名前が「{field.label}」に変わります。"
            )
    for difference in scale_differences(before, after):
        if field_before(difference.field, before):
            yield Change(ChangeKind.FORM, difference.sentence)


def _indicator_changes(before: Plan, after: Plan) -> Iterator[Change]:
    """Yield which indicators are no longer asked or new, and what of one no longer compares."""
    then = {one.id: one for one in before.indicators}
    today = {one.id for one in after.indicators}
    for one in before.indicators:
        if one.id not in today:
            yield Change(
                ChangeKind.INDICATOR, f"指標{one.id}「{one.name}」は、ことしは尋ねません。"
            )
    for one in after.indicators:
        old = then.get(one.id)
        if old is None:
            yield Change(
                ChangeKind.INDICATOR, f"指標{one.id}「{one.name}」を、ことしから尋ねます。"
            )
            continue
        for what, was, now in (
            ("名前", old.name, one.name),
            ("単位", old.unit, one.unit),
            ("めざす方向", old.direction.word, one.direction.word),
            ("実績の数え方", old.kind.word, one.kind.word),
            ("取組", old.item, one.item),
        ):
            if was != now:
                sentence = f"指標{one.id}の{what}が「{was}」から「{now}」に変わります。"
                yield Change(ChangeKind.INDICATOR, sentence, is_doubtful=what != "名前")


def _round_changes(before: Plan, after: Plan) -> Iterator[Change]:
    """Yield which rounds are no longer asked or new; one that is renamed compares with none."""
    then, today = ([one.name for one in plan.rounds] for plan in (before, after))
    for name in then:
        if name not in today:
            sentence = (
                f"回「{name}」は、ことしはありません。名前を変えると、前年度と比べられません。"
            )
            yield Change(ChangeKind.ROUND, sentence, is_doubtful=bool(today))
    for name in today:
        if name not in then:
            yield Change(ChangeKind.ROUND, f"回「{name}」が、ことしからあります。")


_DEADLINES: tuple[tuple[str, Callable[[Plan | DeclaredRound], date | None]], ...] = (
    ("回答期限", lambda asked: asked.deadline),
    ("再提出期限", lambda asked: asked.correction_deadline),
)


def _deadlines(before: Plan, after: Plan) -> Iterator[Change]:
    """Yield the deadlines that are still those of the year before."""
    earlier = {one.name: one for one in before.rounds}
    whose: list[tuple[str, str, Plan | DeclaredRound, Plan | DeclaredRound]]
    whose = [("", "計画", before, after)]
    for one in (one for one in after.rounds if one.name in earlier):
        whose.append((f"回「{one.name}」の", "回", earlier[one.name], one))
    days = (
        (f"{owner}{name}", sheet, day(then), day(now))
        for owner, sheet, then, now in whose
        for name, day in _DEADLINES
    )
    for name, sheet, then, now in days:
        if then and now and now <= then:
            yield Change(
                ChangeKind.DEADLINE,
                f"{name}が、前年度のもの（{japanese_date_and_weekday(now)}）のままです。"
                f"シート「{sheet}」で直してください。",
                is_doubtful=True,
            )

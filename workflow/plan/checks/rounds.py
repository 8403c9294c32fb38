"""What the schema cannot say of rounds: what each asks, of whom, and what it follows."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from workflow.model.catalogue import Code
from workflow.model.cells import folded
from workflow.model.fields.form import TYPES_BY_NAME
from workflow.model.fields.rules import RuleError, parse_rule, rule_names
from workflow.model.findings import Detail, Violation
from workflow.model.rounds.declared import Respondent
from workflow.plan.checks.unique import day_of, duplicate, is_filled, repeated
from workflow.plan.document import Node

RESERVED_NAMES = (
    *("旧版", "様式ひな形", "メール", "差戻し", "報告書", "既知の値", "持ち込み", "上書き前"),
    *("旧確定版", "記入", "前年度", "既知", "指標", "一覧", "単票"),
    *("con", "prn", "aux", "nul"),
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)),
)
"""Names of folders beside those of rounds, of marks on a city's own form and of forms to start
from, and of Windows."""

_NOT_PEOPLE = ("担当課", "確認する人")
_COLONS = (":", "：")
_SHOWN_ITEMS = 5

Check = Callable[[Node], Iterable[Violation]]


def check_round_names(document: Node) -> Iterator[Violation]:
    """No two rounds lie in one folder, and none where something else lies."""
    reserved = {folded(name) for name in RESERVED_NAMES}
    names = [one["name"] for one in _rounds(document)]
    yield from repeated((folded(name.text), name) for name in names)
    for name in names:
        if folded(name.text) in reserved or any(colon in name.text for colon in _COLONS):
            yield Violation(name.pointer, Code.PLAN_ROUND_NAME, {"value": name.text})


def check_round_fields(document: Node) -> Iterator[Violation]:
    """Every field is asked in one round."""
    rounds = _rounds(document)
    labels = _labels(document)
    asked: dict[str, Node] = {}
    for one in rounds:
        own: dict[str, Node] = {}
        for node in filter(is_filled, one["fields"].elements):
            if node.text in own:
                yield duplicate(node, own[node.text])
            elif node.text not in labels:
                details = {"round": one["name"].text, "value": node.text}
                yield Violation(node.pointer, Code.PLAN_ROUND_FIELD_UNKNOWN, details)
            elif node.text in asked:
                yield _asked_twice(node, labels[node.text], asked[node.text], one)
            own.setdefault(node.text, node)
        asked = {**dict.fromkeys(own, one), **asked}
    for field in document.at("/form/fields").elements if rounds else ():
        if field["key"].text and field["key"].text not in asked:
            details = {"value": field["label"].text}
            yield Violation(field["label"].pointer, Code.PLAN_ROUND_FIELD_NOWHERE, details)


def _asked_twice(node: Node, label: str, first: Node, second: Node) -> Violation:
    details = {"value": label, "round": first["name"].text, "other": second["name"].text}
    return Violation(node.pointer, Code.PLAN_ROUND_FIELD_TWICE, details)


def check_round_order(document: Node) -> Iterator[Violation]:
    """A round follows one above it, and is not over before that is."""
    rounds = _rounds(document)
    names = [one["name"].text for one in rounds]
    for number, one in enumerate(rounds):
        of = one["of"]
        if not of.text:
            continue
        if of.text not in names:
            yield Violation(of.pointer, Code.PLAN_ROUND_UNKNOWN, {"value": of.text})
        elif of.text not in names[:number]:
            details = {"round": one["name"].text, "value": of.text}
            yield Violation(of.pointer, Code.PLAN_ROUND_ORDER, details)
        else:
            yield from _over_too_early(document, one, rounds[names.index(of.text)])


def _over_too_early(document: Node, one: Node, before: Node) -> Iterator[Violation]:
    usual = document.at("/plan/deadline")
    own, earlier = (day_of(part["deadline"]) or day_of(usual) for part in (one, before))
    if own and earlier and own < earlier and one["deadline"].text:
        details: dict[str, Detail] = {
            "round": one["name"].text,
            "other": before["name"].text,
            "found": own,
            "limit": earlier,
        }
        yield Violation(one["deadline"].pointer, Code.PLAN_ROUND_DEADLINE, details)


def check_round_respondents(document: Node) -> Iterator[Violation]:
    """Everybody who is asked is known, and somebody is asked about every item."""
    known = {d["code"].text for d in document["departments"].elements}
    reviewing = [d["reviewer"] for d in document["departments"].elements]
    for one in _rounds(document):
        people = one["respondent"].elements
        reviewing += [row["code"] for row in one["reviewers"].elements]
        reviewing += [node for node in people if node.text not in _NOT_PEOPLE]
        for node in (node for node in people if node.text in _NOT_PEOPLE):
            yield _bad_round(one, node, f"「{node.text}」と人の名前は、一緒に書けません")
        yield from repeated((node.text, node) for node in people)
        yield from _unknown_reviewed(document, one, known)
        yield from _nobody_asked(document, one)
    for node in filter(is_filled, reviewing):
        if node.text in _NOT_PEOPLE:
            yield _bad_round(
                document, node, "「担当課」や「確認する人」と、人の名前は一緒に書けません"
            )
        elif known and node.text not in known:
            yield Violation(node.pointer, Code.PLAN_UNKNOWN_DEPARTMENT, {"value": node.text})


def _unknown_reviewed(document: Node, one: Node, known: Container[str]) -> Iterator[Violation]:
    headings = {text for item in document["items"].elements for text in _levels_of(item)}
    for row in one["reviewers"].elements:
        of = row["of"]
        if of.text and of.text not in known and of.text not in headings:
            yield Violation(of.pointer, Code.PLAN_ROUND_REVIEWED, {"value": of.text})


def _nobody_asked(document: Node, one: Node) -> Iterator[Violation]:
    if one["respondent"].text != Respondent.REVIEWER.value:
        return
    usual = {d["code"].text for d in document["departments"].elements if is_filled(d["reviewer"])}
    reviewed = {row["of"].text for row in one["reviewers"].elements}
    left = [
        item["id"].text
        for item in document["items"].elements
        if "" not in reviewed and not (reviewed | usual).intersection(_reviewed_as(item))
    ]
    if left:
        details: dict[str, Detail] = {
            "round": one["name"].text,
            "count": len(left),
            "items": "、".join(left[:_SHOWN_ITEMS]) + ("など" if len(left) > _SHOWN_ITEMS else ""),
        }
        yield Violation(one["respondent"].pointer, Code.PLAN_ROUND_NOBODY, details)


def _levels_of(item: Node) -> tuple[str, ...]:
    return (*(level.text for level in item["path"].elements), item["title"].text)


def _reviewed_as(item: Node) -> tuple[str, ...]:
    return (*_levels_of(item), *(code.text for code in item["departments"].elements))


def check_round_rules(document: Node) -> Iterator[Violation]:
    """What depends on other fields depends on those of its own round."""
    asked = {
        node.text: one["name"].text for one in _rounds(document) for node in one["fields"].elements
    }
    labels = _labels(document)
    for field in document.at("/form/fields").elements if asked else ():
        other = field["required_when"]["field"]
        found = {field["key"].text, other.text} if other.text else set()
        yield from _across(other, f"{field['label'].text}の条件", found, asked)
    names = rule_names(labels.items())
    for check in document["checks"].elements if asked else ():
        rule, when = check["rule"], check["when"]["field"].text
        try:
            found = {*parse_rule(rule.text, names).keys, when} if rule.text else set()
        except RuleError:
            continue
        yield from _across(rule, rule.text, found, asked)


def _across(
    node: Node, value: str, keys: Iterable[str], asked: Mapping[str, str]
) -> Iterator[Violation]:
    rounds = list(dict.fromkeys(asked[key] for key in sorted(keys) if key in asked))
    if len(rounds) > 1:
        details = {"value": value, "round": rounds[0], "other": rounds[1]}
        yield Violation(node.pointer, Code.PLAN_ROUND_ACROSS, details)


def check_round_sums(document: Node) -> Iterator[Violation]:
    """Numbers that are added up over the year are counted in one unit."""
    first: dict[str, Node] = {}
    for field in document.at("/form/fields").elements if _rounds(document) else ():
        name = field["adds_to"].text
        before = first.setdefault(name, field) if name else field
        if before["unit"].text != field["unit"].text:
            details: dict[str, Detail] = {
                "value": name,
                "other": _with_unit(before),
                "found": _with_unit(field),
            }
            target = field["unit"] if field["unit"].text else field["adds_to"]
            yield Violation(target.pointer, Code.PLAN_ROUND_UNITS, details)


def _with_unit(field: Node) -> str:
    return f"「{field['label'].text}」は{field['unit'].text or '単位なし'}"


def check_round_settings(document: Node) -> Iterator[Violation]:
    """What a round says besides makes sense for whom and what it asks."""
    fields = {f["key"].text: f for f in document.at("/form/fields").elements}
    for one in _rounds(document):
        asked = [fields[node.text] for node in one["fields"].elements if node.text in fields]
        of_departments = one["respondent"].value in (None, Respondent.DEPARTMENT.value)
        of_reviewers = one["respondent"].text == Respondent.REVIEWER.value
        found = (
            (
                bool(one["combine"].members) and not any(map(_can_be_combined, asked)),
                one["combine"],
                "まとめられるのは数値か、順序（ordered）が「はい」の選択の項目だけです",
            ),
            (
                bool(one["combine"].members) and of_departments,
                one["combine"],
                "担当課に尋ねる回の回答は、まとめられません",
            ),
            (
                one["indicators"].value is True and not of_departments,
                one["indicators"],
                "指標の実績値は、担当課に尋ねる回だけで尋ねられます",
            ),
            (
                bool(one["reviewers"].elements) and not of_reviewers,
                one["reviewers"],
                "「回答する人」が「確認する人」ではありません",
            ),
            (
                bool(asked) and all(f["nothing_to_report"].value is True for f in asked),
                one["fields"],
                "報告がないことの理由のほかに、回答する項目がありません",
            ),
        )
        for _, node, reason in filter(lambda wrong: wrong[0], found):
            yield _bad_round(one, node, reason)


def _bad_round(one: Node, node: Node, reason: str) -> Violation:
    """Return that a part of a round makes no sense."""
    details = {"round": one["name"].text, "reason": reason}
    return Violation(node.pointer, Code.PLAN_BAD_ROUND, details)


def _can_be_combined(field: Node) -> bool:
    kind = TYPES_BY_NAME.get(field["type"].text)
    if kind is None:
        return False
    return kind.is_number or field["ordered"].value is True or field["label"].text == "評価"


ROUND_CHECKS: tuple[Check, ...] = (
    check_round_names,
    check_round_fields,
    check_round_order,
    check_round_respondents,
    check_round_rules,
    check_round_sums,
    check_round_settings,
)


def _rounds(document: Node) -> Sequence[Node]:
    return document["rounds"].elements


def _labels(document: Node) -> dict[str, str]:
    fields: Sequence[Node] = document.at("/form/fields").elements
    return {f["key"].text: f["label"].text for f in fields if f["key"].text}

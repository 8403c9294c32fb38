"""What the schema cannot say: names that must be unique, and references that must resolve.

Every check looks at the whole document and passes over parts of the wrong shape; those are the
schema's to report. So all checks run, whatever else is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from workflow.model.catalogue import Code
from workflow.model.cells import folded, folded_id
from workflow.model.fields.form import TYPES_BY_NAME
from workflow.model.fields.rules import RuleError, misfit, parse_rule, rule_names
from workflow.model.findings import Detail, Violation
from workflow.model.known_values import SOURCE_LABELS
from workflow.plan.book.layout import label_of
from workflow.plan.checks.indicators import check_indicators
from workflow.plan.checks.rounds import ROUND_CHECKS
from workflow.plan.checks.unique import day_of, duplicate, is_filled, repeated
from workflow.plan.document import LISTS, Node, as_json, as_text
from workflow.plan.written.municipality import is_name_of, municipality_of
from workflow.python.lazy_pattern import lazy_pattern

RESERVED_LABELS = (
    "年度(西暦)",
    "整理番号",
    "計画書ページ",
    "担当課",
    "回答の求め方",
    "回答状況",
    "回答ファイル",
    "シート",
    "行",
    "SHA-256",
    "受領日時",
)
"""Headings of 台帳 and 取組内容 that no level and no field may take."""

_SATURDAY = 5
_DEADLINES = ("/plan/deadline", "/plan/correction_deadline")

DEPARTMENT_AXIS = "担当課"
"""A matrix may count by department, besides levels and choice fields."""

# XML 1.0 holds none of these; a carriage return it holds, but turns into a line feed.
_UNFIT = lazy_pattern("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")

_ESCAPED = ("\\b", "\\f", "\\r", "\\u", "\ufffe", "\uffff")
"""What such a character comes to in JSON, but for half a character: texts without any are fit."""

Check = Callable[[Node], Iterable[Violation]]


def check_characters(document: Node) -> Iterator[Violation]:
    """Every text can be kept in a workbook."""
    if all(map(_is_fit, as_json(document))):
        return
    for node in document.walk():
        if found := _UNFIT.search(node.text):
            character = f"U+{ord(found[0]):04X}"
            yield Violation(node.pointer, Code.PLAN_CHARACTER, {"character": character})


def _is_fit(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return not any(escape in text for escape in _ESCAPED)


def check_municipality_code(document: Node) -> Iterator[Violation]:
    """The municipality code's last digit fits the others."""
    code = document.at("/plan/municipality/code")
    if re.fullmatch("[0-9]{6}", code.text) and not has_valid_check_digit(code.text):
        yield Violation(code.pointer, Code.PLAN_MUNICIPALITY_CODE, {"value": code.text})


def check_deadlines(document: Node) -> Iterator[Violation]:
    """Nobody is to correct an answer before it is due."""
    answers, corrections = (day_of(document.at(pointer)) for pointer in _DEADLINES)
    if answers and corrections and corrections < answers:
        details = {"found": corrections, "limit": answers}
        yield Violation(_DEADLINES[1], Code.PLAN_DEADLINES, details)


def check_headings(document: Node) -> Iterator[Violation]:
    """No two columns of the ledger have the same heading."""
    levels = document["levels"].elements
    known = document.at("/known_values/columns").elements
    labels = tuple(field["label"] for field in (*known, *_fields(document)))
    reserved = {folded(label) for label in RESERVED_LABELS}
    reserved |= {folded(label) for label in SOURCE_LABELS} if known else set()
    for heading in chain(levels, labels):
        if folded(heading.text) in reserved:
            yield Violation(heading.pointer, Code.PLAN_RESERVED_NAME, {"value": heading.text})
    yield from repeated((folded(heading.text), heading) for heading in chain(levels, labels))


def check_departments(document: Node) -> Iterator[Violation]:
    """No code or name, of today or formerly, belongs to two departments."""
    owners: dict[str, tuple[Node, Node]] = {}
    for department in document["departments"].elements:
        names = (department["code"], department["name"], *department["formerly"].elements)
        for name in filter(is_filled, names):
            owner, first = owners.setdefault(folded(name.text), (department, name))
            if owner.pointer != department.pointer:
                yield duplicate(name, first)


def check_coordinator(document: Node) -> Iterator[Violation]:
    """The coordinator is one of the departments."""
    yield from _unknown_departments(
        _department_codes(document), (document.at("/plan/coordinator"),)
    )


def check_item_ids(document: Node) -> Iterator[Violation]:
    """No two items have ids that people would read as the same."""
    items = document["items"]
    if _are_distinct((item.get("id") for item in _objects(items)), folded_id):
        return
    ids = (item["id"] for item in items.elements)
    yield from repeated((folded_id(node.text), node) for node in ids)


def check_item_depth(document: Node) -> Iterator[Violation]:
    """Every item has one heading for each level above it."""
    levels = document["levels"].elements
    if not levels or all(_has_depth(item, len(levels)) for item in _objects(document["items"])):
        return
    for item in document["items"].elements:
        path = item["path"]
        if isinstance(path.value, list) and len(path.elements) != len(levels) - 1:
            details = {"found": len(path.elements), "expected": len(levels) - 1}
            yield Violation(path.pointer, Code.PLAN_WRONG_DEPTH, details)


def check_item_departments(document: Node) -> Iterator[Violation]:
    """Every item is answered by departments of the plan, each named once."""
    known, items = _department_codes(document), document["items"]
    if all(_are_known_once(item.get("departments"), known) for item in _objects(items)):
        return
    for item in items.elements:
        departments = item["departments"]
        if _are_known_once(departments.value, known):
            continue
        if departments.value == []:
            details = {"value": item["id"].text}
            yield Violation(departments.pointer, Code.PLAN_NOBODY_ANSWERS, details)
        yield from _unknown_departments(known, departments.elements)
        yield from repeated((node.text, node) for node in departments.elements)


def check_field_keys(document: Node) -> Iterator[Violation]:
    """No two fields have the same key."""
    keys = (field["key"] for field in _fields(document))
    yield from repeated((node.text, node) for node in keys)


def check_choices(document: Node) -> Iterator[Violation]:
    """No spelling of an answer could be read as another answer to the same field."""
    for field in _fields(document):
        kind = TYPES_BY_NAME.get(field["type"].text)
        owners: dict[str, tuple[int, Node]] = {}
        for answer, words in enumerate(kind.declared_words(dict(field.members)) if kind else ()):
            for spelling in filter(is_filled, map(field.at, words)):
                owner, first = owners.setdefault(folded(spelling.text), (answer, spelling))
                if owner != answer:
                    yield duplicate(spelling, first)


def check_conditions(document: Node) -> Iterator[Violation]:
    """A condition names another choice field and values that field has."""
    choices = _choice_values(document)
    for field in _fields(document):
        own = {field["key"].text}
        yield from _unknown_condition(field["required_when"], choices, own)
    for check in document["checks"].elements:
        yield from _unknown_condition(check["when"], choices, set())


def _unknown_condition(
    condition: Node, choices: Mapping[str, set[str]], own: Container[str]
) -> Iterator[Violation]:
    other = condition["field"]
    if not other.text:
        return
    if other.text not in choices or other.text in own:
        yield Violation(other.pointer, Code.PLAN_UNKNOWN_FIELD, {"value": other.text})
        return
    for value in filter(is_filled, condition["in"].elements):
        if value.text not in choices[other.text]:
            details = {"value": value.text, "field": other.text}
            yield Violation(value.pointer, Code.PLAN_UNKNOWN_CHOICE, details)


def check_rules(document: Node) -> Iterator[Violation]:
    """Every rule can be read, and compares what can be compared."""
    kinds = {f["key"].text: TYPES_BY_NAME.get(f["type"].text) for f in _fields(document)}
    types = {key: kind.value_type for key, kind in kinds.items() if kind}
    names = rule_names((f["key"].text, f["label"].text) for f in _fields(document))
    for check in document["checks"].elements:
        rule = check["rule"]
        try:
            reason = misfit(parse_rule(rule.text, names), types) if rule.text else ""
        except RuleError as error:
            reason = str(error)
        if reason:
            details = {"value": rule.text, "reason": reason}
            yield Violation(rule.pointer, Code.PLAN_BAD_RULE, details)


def check_waiver(document: Node) -> Iterator[Violation]:
    """At most one field says why there is nothing to report, and nobody is made to fill it."""
    waiving = [f for f in _fields(document) if f["nothing_to_report"].value is True]
    for field in waiving[1:]:
        reason = "一つの項目にだけ使えます"
        yield _bad_waiver(field, reason)
    for field in waiving[:1]:
        if field["required"].value is True or field["required_when"]["field"].text:
            yield _bad_waiver(field, "必須の項目には使えません。任意の項目にしてください")
        if len(_fields(document)) == 1:
            yield _bad_waiver(field, "ほかに回答する項目がありません")


def _bad_waiver(field: Node, reason: str) -> Violation:
    node = field["nothing_to_report"]
    return Violation(node.pointer, Code.PLAN_BAD_WAIVER, {"reason": reason})


def check_bounds(document: Node) -> Iterator[Violation]:
    """No minimum is above its maximum."""
    for field in _fields(document):
        low, high = field["minimum"], field["maximum"]
        if _is_above(low, high):
            details = {"minimum": as_text(low.value), "maximum": as_text(high.value)}
            yield Violation(low.pointer, Code.PLAN_BOUNDS, details)


def check_matrices(document: Node) -> Iterator[Violation]:
    """Every matrix counts by something the plan has."""
    levels = {level.text for level in document["levels"].elements}
    axes = levels | set(_choice_values(document)) | {DEPARTMENT_AXIS}
    for matrix in document["matrices"].elements:
        for axis in filter(is_filled, (matrix["rows"], matrix["columns"])):
            if axis.text not in axes:
                yield Violation(axis.pointer, Code.PLAN_UNKNOWN_AXIS, {"value": axis.text})


CHECKS: tuple[Check, ...] = (
    check_characters,
    check_municipality_code,
    check_deadlines,
    check_headings,
    check_departments,
    check_coordinator,
    check_item_ids,
    check_item_depth,
    check_item_departments,
    check_field_keys,
    check_choices,
    check_conditions,
    check_waiver,
    check_bounds,
    check_matrices,
    check_rules,
    check_indicators,
    *ROUND_CHECKS,
)


def semantic_violations(document: Node) -> Iterator[Violation]:
    """Yield what every check finds."""
    for check in CHECKS:
        yield from check(document)


def city_differs(document: Node) -> Iterator[Violation]:
    """Yield a note where the official list gives the municipality's code to another one."""
    name, code = (document.at(f"/plan/municipality/{key}") for key in ("name", "code"))
    owner = municipality_of(code.text)
    if owner and not is_name_of(name.text, owner):
        details: dict[str, Detail] = {"value": code.text, "name": owner.full_name}
        yield Violation(code.pointer, Code.PLAN_CITY_DIFFERS, details)


def days_off(document: Node) -> Iterator[Violation]:
    """Yield a note for each deadline on which offices are shut; the plan can be used all the same.

    A collect does not ask: it would wait for the calendar.
    """
    rounds = document["rounds"].elements
    own = (one[key] for one in rounds for key in ("deadline", "correction_deadline"))
    for deadline in (*map(document.at, _DEADLINES), *own):
        day = day_of(deadline)
        if day and (reason := reason_to_rest(day)):
            name = label_of(deadline.pointer)
            details: dict[str, Detail] = {"name": name, "at": day, "reason": reason}
            yield Violation(deadline.pointer, Code.PLAN_DAY_OFF, details)


def reason_to_rest(day: date) -> str:
    """Return why municipal offices are shut on a day; "" when they are open.

    >>> reason_to_rest(date(2024, 5, 11)), reason_to_rest(date(2024, 5, 10))
    ('土曜日', '')
    >>> reason_to_rest(date(2024, 5, 6)), reason_to_rest(date(2024, 12, 30))
    ('祝日（こどもの日 振替休日）', '年末年始の休み')
    """
    from jpholiday import is_holiday_name  # 40 ms, where a plan is looked over alone

    if name := is_holiday_name(day):
        return f"祝日（{name}）"
    if day.weekday() >= _SATURDAY:
        return "土曜日" if day.weekday() == _SATURDAY else "日曜日"
    is_new_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return "年末年始の休み" if is_new_year else ""


def _fields(document: Node) -> Sequence[Node]:
    return document.at("/form/fields").elements


def _choice_values(document: Node) -> dict[str, set[str]]:
    """Return what can be chosen of each field that is answered from a list, by its key."""
    found = {}
    for field in _fields(document):
        kind = TYPES_BY_NAME.get(field["type"].text)
        if kind and kind.is_listed and field["key"].text:
            found[field["key"].text] = set(kind.declared_values(dict(field.members)))
    return found


def _is_above(low: Node, high: Node) -> bool:
    if low.number is not None and high.number is not None:
        return low.number > high.number
    # Days as texts sort as days.
    return bool(low.text and high.text and low.text > high.text)


def _department_codes(document: Node) -> frozenset[str]:
    return frozenset(d["code"].text for d in document["departments"].elements)


def _unknown_departments(known: frozenset[str], named: Iterable[Node]) -> Iterator[Violation]:
    for node in filter(is_filled, named) if known else ():
        if node.text not in known:
            yield Violation(node.pointer, Code.PLAN_UNKNOWN_DEPARTMENT, {"value": node.text})


# Most plans have nothing wrong, and large ones many items: those are looked at as they are, and as
# nodes only where one of them is wrong.


def _objects(entries: Node) -> Iterator[dict[str, object]]:
    """Yield the entries of a list that are objects."""
    found = entries.value if isinstance(entries.value, LISTS) else ()
    return (entry for entry in found if isinstance(entry, dict))


def _are_distinct(texts: Iterable[object], fold: Callable[[str], str]) -> bool:
    """Whether all are texts, and no two of them, nor a blank one, are read as the same."""
    count, folded_texts = 0, set[str]()
    for text in texts:
        count += 1
        if isinstance(text, str):
            folded_texts.add(fold(text))
    return len(folded_texts) == count


def _has_depth(item: Mapping[str, object], levels: int) -> bool:
    path = item.get("path")
    return isinstance(path, list) and len(path) == levels - 1


def _are_known_once(names: object, known: frozenset[str]) -> bool:
    if not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
        return False
    return len(set(names)) == len(names) and known.issuperset(names)


# The check digit of 全国地方公共団体コード, as its publisher 総務省 defines it.

_WEIGHTS = (6, 5, 4, 3, 2)


def has_valid_check_digit(code: str) -> bool:
    """Return whether six digits end in the check digit of the first five."""
    if not re.fullmatch("[0-9]{6}", code):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(code, _WEIGHTS, strict=False))
    return int(code[5]) == (11 - total % 11) % 10

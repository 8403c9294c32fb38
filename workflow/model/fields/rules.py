"""Rules that a plan declares between fields: sums and orders, and what must be filled when.

"actual <= target * 2" compares two sums of fields and numbers; a field alone is to be filled. A
field is named by its key, or by its label in brackets: 「実績値」 <= 「目標値」 * 2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from enum import Enum
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import folded, grouped_number, plain_number
from workflow.model.fields.base import Condition, Field
from workflow.model.fields.checks import Before, Check, RowCells, Values, as_text, is_empty
from workflow.model.fields.declarations import Value
from workflow.model.fields.waiver import Waiver, waiver_of
from workflow.model.findings import Detail, Violation
from workflow.model.years import japanese_date
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern


class Relation(Enum):
    """How two sums must stand: Excel's sign, the test, and what is said where it fails."""

    AT_MOST = "<=", le, "以下になっていません"
    BELOW = "<", lt, "より小さくなっていません"
    AT_LEAST = ">=", ge, "以上になっていません"
    ABOVE = ">", gt, "より大きくなっていません"
    EQUAL = "=", eq, "と同じになっていません"
    OTHER = "<>", ne, "と同じになっています"

    def __init__(self, sign: str, holds: Callable[[Decimal, Decimal], bool], broken: str) -> None:
        self.sign, self.holds, self.broken = sign, holds, broken


_SIGNS = {"≦": "<=", "≤": "<=", "≧": ">=", "≥": ">=", "≠": "<>", "!=": "<>", "==": "="}
_TOKEN = lazy_pattern(
    r"\s*(?:「(?P<label>[^」]+)」|(?P<key>[a-z][a-z0-9_]*)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<relation>[<＜][=＝]|[>＞][=＝]|[<＜][>＞]|[!！][=＝]|[=＝]{1,2}|[<>＜＞≦≤≧≥≠])"
    r"|(?P<plus>[+＋])|(?P<minus>[-－−])|(?P<times>[*＊×]))\s*"
)
_SMALLEST = Decimal("0.0000000005")
"""Sums that differ by less are the same: Excel counts in binary fractions."""


@dataclass(frozen=True, slots=True)
class Term:
    """A field, by its key, times a factor; without a key the factor alone."""

    factor: Decimal
    key: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A comparison of two sums of fields; without a relation, that one field is filled."""

    left: tuple[Term, ...]
    relation: Relation | None = None
    right: tuple[Term, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields it speaks of, each once, in their order."""
        terms = (*self.left, *self.right)
        return tuple(dict.fromkeys(term.key for term in terms if term.key))


class RuleError(ValueError):
    """Why a text is no rule of a form; the message is for the coordinator."""


def parse_rule(text: str, names: Mapping[str, str]) -> Rule:
    """Return the rule that a text spells; names lead from keys, and folded labels, to keys.

    Raises RuleError.

    >>> parse_rule("actual <= target * 2", {"actual": "actual", "target": "target"}).keys
    ('actual', 'target')
    """
    tokens = list(_tokens(text, names))
    signs = [at for at, (kind, _) in enumerate(tokens) if kind == "relation"]
    if len(signs) > 1:
        raise RuleError("比べる記号（<= や =）は、一つだけ書けます")
    if not signs:
        (term, *more) = _sum(tokens)
        if more or not term.key or term.factor != 1:
            raise RuleError("比べる記号（<= や =）がありません")
        return Rule((term,))
    at = signs[0]
    sign = unicodedata.normalize("NFKC", tokens[at][1])
    relation = next(r for r in Relation if r.sign == _SIGNS.get(sign, sign))
    rule = Rule(_sum(tokens[:at]), relation, _sum(tokens[at + 1 :]))
    if not rule.keys:
        raise RuleError("項目が一つもありません")
    return rule


_Token = tuple[str, str]
"""What kind of word it is, and the word; a field by its key."""


def _tokens(text: str, names: Mapping[str, str]) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise RuleError(f"「{text[at:].strip()}」の書き方が分かりません")
        kind = str(match.lastgroup)
        word = match[kind]
        if kind in ("label", "key"):
            name = folded(word) if kind == "label" else word
            if name not in names:
                raise RuleError(f"「{word}」という項目は様式にありません")
            kind, word = "field", names[name]
        yield kind, word
        at = match.end()


def _sum(tokens: Sequence[_Token]) -> tuple[Term, ...]:
    """Return the terms of one side: products with + and - between them."""
    parts: list[tuple[int, list[_Token]]] = [(1, [])]
    for at, (kind, word) in enumerate(tokens):
        if kind in ("plus", "minus"):
            sign = 1 if kind == "plus" else -1
            parts = parts[1:] if at == 0 else parts
            parts.append((sign, []))
        else:
            parts[-1][1].append((kind, word))
    return tuple(_product(sign, part) for sign, part in parts)


def _product(sign: int, tokens: Sequence[_Token]) -> Term:
    """Return a field, a number, or both with a sign between them."""
    kinds, words = [kind for kind, _ in tokens], dict(tokens)
    if kinds not in (["field"], ["number"], ["field", "times", "number"], [*_TURNED]):
        raise RuleError("記号の前後には、項目、数、または項目と数の掛け算を書きます")
    return Term(sign * Decimal(words.get("number", 1)), words.get("field", ""))


_TURNED = ("number", "times", "field")


def misfit(rule: Rule, types: Mapping[str, type[object]]) -> str:
    """Return why fields of these types cannot be compared so; blank where they can.

    Days can only be counted from one to another.
    """
    if rule.relation is None:
        return ""
    terms = [*rule.left, *(Term(-term.factor, term.key) for term in rule.right)]
    if any(types.get(key, Decimal) not in (Decimal, date) for key in rule.keys):
        return "比べられるのは、数値か日付の項目だけです"
    if sum(term.factor for term in terms if types.get(term.key) is date):
        return "日付は、日付とだけ比べられます"
    return ""


def rule_names(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what fields are called in rules, given their keys and labels."""
    pairs = [pair for pair in fields if pair[0]]
    return {folded(label): key for key, label in pairs} | {key: key for key, _ in pairs}


_CODES = {
    Severity.ERROR: Code.VALUE_AGAINST_RULE,
    Severity.WARNING: Code.VALUE_RULE_DOUBT,
    Severity.INFO: Code.VALUE_RULE_NOTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCheck(Check):
    """A rule of the plan, with its own weight and, where the plan gives one, its own message.

    Text is the rule as the plan writes it. It is asked only where the condition holds, and a
    comparison only where all its fields are filled: that a field is empty is another question, and
    where there is nothing to report it is none.
    It stands at the first field of the rule.
    """

    key: str
    text: str
    rule: Rule
    labels: Mapping[str, str] = field(hash=False)
    weight: Severity = Severity.WARNING
    when: Condition | None = None
    message: str = ""
    waiver: Waiver | None = None

    @classmethod
    def from_json(cls, declaration: Mapping[str, Any], fields: Sequence[Field]) -> DeclaredCheck:
        """Return the check of a checked declaration. KeyError or RuleError when it is none."""
        names = rule_names((field.key, field.label) for field in fields)
        rule = parse_rule(declaration["rule"], names)
        when = declaration.get("when")
        condition = Condition(when["field"], tuple(when["in"])) if when else None
        keys = (condition.field, *rule.keys) if condition else rule.keys
        labels = {field.key: field.label for field in fields}
        return cls(
            key=rule.keys[0],
            text=declaration["rule"],
            rule=rule,
            labels={key: labels[key] for key in dict.fromkeys(keys)},
            weight=Severity(declaration.get("severity", Severity.WARNING)),
            when=condition,
            message=declaration.get("message", ""),
            waiver=waiver_of(fields),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the declaration; what has its default value is left out."""
        declared: dict[str, Any] = {"rule": self.text}
        declared |= {} if self.weight is Severity.WARNING else {"severity": self.weight.value}
        if self.when:
            declared["when"] = {"field": self.when.field, "in": list(self.when.values)}
        return declared | ({"message": self.message} if self.message else {})

    @property
    def needs_last_year(self) -> bool:
        """It asks about this year alone."""
        return False

    @property
    def severity(self) -> Severity:
        """As declared."""
        return self.weight

    @property
    def sentence(self) -> str:
        """The plan's message, or the rule in words.

        >>> from workflow.model.fields.number import NumberField
        >>> fields = (NumberField(key="a", label="実績値"), NumberField(key="t", label="目標値"))
        >>> DeclaredCheck.from_json({"rule": "a <= t * 2"}, fields).sentence
        '「実績値」が「目標値」×2以下になっていません。'
        """
        return self.message or self.in_words

    @property
    def in_words(self) -> str:
        """What is told of, in words: where the rule is broken."""
        return f"{self._case}{self._broken}。"

    @property
    def _case(self) -> str:
        if self.when is None:
            return ""
        values = "か".join(f"「{value}」" for value in self.when.values)
        return f"「{self.labels[self.when.field]}」が{values}ですが、"

    @property
    def _broken(self) -> str:
        left, relation = self._in_words(self.rule.left), self.rule.relation
        if relation is None:
            return f"{left}が空いています"
        return f"{left}が{self._in_words(self.rule.right)}{relation.broken}"

    def _in_words(self, terms: Sequence[Term]) -> str:
        words = ""
        for term in terms:
            sign = "－" if term.factor < 0 else "＋" if words else ""
            factor = grouped_number(abs(term.factor))
            name = f"「{self.labels[term.key]}」" if term.key else ""
            times = "" if name and factor == "1" else f"×{factor}" if name else factor
            words += f"{sign}{name}{times}"
        return words

    def formula(self, row: RowCells) -> str:
        """Return a product of tests, so that it is no zero only where all hold."""
        tests = [self._is_case(row), *self._tests(row)]
        return "*".join(test for test in tests if test)

    def _is_case(self, row: RowCells) -> str:
        if self.when is None:
            return ""
        cell = row.now[self.when.field]
        return f"({'+'.join(f'({cell}={as_text(value)})' for value in self.when.values)}>0)"

    def _tests(self, row: RowCells) -> Iterator[str]:
        relation = self.rule.relation
        if relation is None:
            yield f"({is_empty(row.now[self.key])})"
            if self.waiver:
                yield f"NOT({self.waiver.formula(row)})"
            return
        for key in self.rule.keys:
            yield f"ISNUMBER({row.now[key]})"
        left, right = (_in_formula(side, row) for side in (self.rule.left, self.rule.right))
        # What is no number is told by another format; here it must not end in an error.
        yield f"IFERROR(NOT(ROUND({left}-({right}),9){relation.sign}0),FALSE)"

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return that the rule is broken."""
        if self.when and values.get(self.when.field) not in self.when.values:
            return None
        if not self._is_broken(values):
            return None
        found = tuple(f"{label}：{_shown(values.get(k))}" for k, label in self.labels.items())
        details: dict[str, Detail] = {"rule": self.sentence, "found": found}
        return Violation(self.key, _CODES[self.weight], details)

    def _is_broken(self, values: Values) -> bool:
        relation = self.rule.relation
        if relation is None:
            is_waived = self.waiver is not None and self.waiver.holds(values)
            return self.key not in values and not is_waived
        numbers = {key: _number(values.get(key)) for key in self.rule.keys}
        known = {key: number for key, number in numbers.items() if number is not None}
        if len(known) < len(numbers):
            return False
        left, right = (_total(side, known) for side in (self.rule.left, self.rule.right))
        apart = left - right
        return not relation.holds(apart if abs(apart) > _SMALLEST else Decimal(0), Decimal(0))


def _in_formula(terms: Sequence[Term], row: RowCells) -> str:
    parts = []
    for term in terms:
        factor = plain_number(term.factor)
        parts.append(f"{factor}*{row.now[term.key]}" if term.key else factor)
    return "+".join(parts)


def _total(terms: Sequence[Term], numbers: Mapping[str, Decimal]) -> Decimal:
    parts = (t.factor * numbers[t.key] if t.key else t.factor for t in terms)
    return sum(parts, Decimal(0))


def _number(value: Value | None) -> Decimal | None:
    """Return a value as a number to count with; of a day only the distance to others tells."""
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return value if isinstance(value, Decimal) else None


def _shown(value: Value | None) -> str:
    if value is None:
        return "空欄"
    if isinstance(value, date):
        return japanese_date(value)
    return grouped_number(value) if isinstance(value, Decimal) else str(value)

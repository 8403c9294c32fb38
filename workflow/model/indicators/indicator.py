"""An indicator as a plan declares it: base, targets by year, earlier actuals, and how it is graded.

One declaration drives both directions: this year's actual is a number field of the indicator's
item, with the indicator's unit and decimals, read and checked like every other number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from workflow.model.cells import number_as_json, number_from_json
from workflow.model.fields.base import Field
from workflow.model.indicators.actual import ActualField, RemarkField
from workflow.python.dataclass import dataclass

_ACTUAL, _REMARK = "indicator:", "indicator_remark:"
"""Before an indicator's id: keys of answers. No field of a form has a colon in its key."""

_REMARK_LENGTH = 400


class Direction(StrEnum):
    """Which actual is the better one."""

    UP = "up"
    DOWN = "down"
    KEEP = "keep"

    @property
    def word(self) -> str:
        """What people call it."""
        return {"up": "増やす", "down": "減らす", "keep": "維持する"}[self.value]


class Kind(StrEnum):
    """Whether an actual is of one year, or adds up from the base on."""

    ANNUAL = "annual"
    CUMULATIVE = "cumulative"

    @property
    def word(self) -> str:
        """What people call it."""
        return {"annual": "単年度", "cumulative": "累計"}[self.value]


class Rate(StrEnum):
    """What a rate compares the actual with."""

    TARGET = "target"
    PROGRESS = "progress"
    CHANGE = "change"

    @property
    def word(self) -> str:
        """What people call it."""
        words = {
            "target": "目標値との比",
            "progress": "基準値から目標値までの進み",
            "change": "基準値からの増減",
        }
        return words[self.value]


@dataclass(frozen=True, slots=True)
class Base:
    """The value a plan starts from, and the fiscal year it was measured in."""

    year: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """A grade, and the least rate in percent it takes; without one it takes all that is left.

    A band may look at another rate than its indicator does.
    """

    grade: str
    at_least: Decimal | None = None
    rate: Rate | None = None


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator of an item. Targets and actuals are by fiscal year; grading is best first."""

    id: str
    item: str
    name: str
    unit: str = ""
    direction: Direction = Direction.UP
    kind: Kind = Kind.ANNUAL
    base: Base | None = None
    targets: Mapping[int, Decimal] = field(default_factory=dict, hash=False)
    actuals: Mapping[int, Decimal] = field(default_factory=dict, hash=False)
    grading: tuple[Band, ...] = ()
    rate: Rate | None = None
    decimals: int | None = None
    required: bool = True
    remark: bool = False
    help: str = ""

    @property
    def key(self) -> str:
        """The key of this year's actual in an answer to its item."""
        return actual_key(self.id)

    @property
    def remark_key(self) -> str:
        """The key of the remark in an answer to its item."""
        return remark_key(self.id)

    @property
    def compares_with(self) -> Rate:
        """The rate that is its 達成率: what adds up is seen from its base on."""
        usual = Rate.PROGRESS if self.kind is Kind.CUMULATIVE else Rate.TARGET
        return self.rate or usual

    @property
    def way(self) -> str:
        """Where it shall go, and how it is counted, in a few words."""
        return f"{self.direction.word}・{self.kind.word}"

    @property
    def actual_field(self) -> ActualField:
        """The field of this year's actual."""
        return ActualField(
            key=self.key,
            label=self.name,
            required=self.required,
            help=self.help + (_ADDED_UP if self.kind is Kind.CUMULATIVE else ""),
            unit=self.unit,
            decimals=self.decimals,
            known=tuple(sorted(self.known.items())),
            adds_up=self.kind is Kind.CUMULATIVE and self.direction is not Direction.DOWN,
        )

    @property
    def known(self) -> dict[int, Decimal]:
        """What it measured so far, by fiscal year: the base and the earlier actuals."""
        return ({self.base.year: self.base.value} if self.base else {}) | dict(self.actuals)

    @property
    def fields(self) -> tuple[Field, ...]:
        """What its item is asked because of it."""
        if not self.remark:
            return (self.actual_field,)
        label = f"{self.name}（備考）"
        remark = RemarkField(key=self.remark_key, label=label, max_length=_REMARK_LENGTH)
        return (self.actual_field, remark)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Indicator:
        """Return the indicator of a checked declaration, as in plan.json and register.json.

        Raises KeyError, TypeError or ValueError when it is none.
        """
        base = plain.get("base")
        return cls(
            id=plain["id"],
            item=plain["item"],
            name=plain["name"],
            unit=plain.get("unit", ""),
            direction=Direction(plain["direction"]),
            kind=Kind(plain.get("kind", Kind.ANNUAL)),
            base=Base(int(base["year"]), number_from_json(base["value"])) if base else None,
            targets=_by_year(plain.get("targets", {})),
            actuals=_by_year(plain.get("actuals", {})),
            grading=tuple(map(_band, plain.get("grading", ()))),
            rate=Rate(plain["rate"]) if "rate" in plain else None,
            decimals=int(plain["decimals"]) if "decimals" in plain else None,
            required=plain.get("required", True),
            remark=plain.get("remark", False),
            help=plain.get("help", ""),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the declaration; what has its default value is left out."""
        declared: dict[str, Any] = {"id": self.id, "item": self.item, "name": self.name}
        declared |= {"unit": self.unit} if self.unit else {}
        declared |= {"direction": self.direction.value, "kind": self.kind.value}
        if self.base:
            declared["base"] = {"year": self.base.year, "value": number_as_json(self.base.value)}
        for name, values in (("targets", self.targets), ("actuals", self.actuals)):
            if values:
                declared[name] = {
                    str(year): number_as_json(values[year]) for year in sorted(values)
                }
        declared |= {"grading": list(map(_plain_band, self.grading))} if self.grading else {}
        declared |= {"rate": self.rate.value} if self.rate else {}
        declared |= {} if self.decimals is None else {"decimals": self.decimals}
        declared |= {} if self.required else {"required": False}
        declared |= {"remark": True} if self.remark else {}
        return declared | ({"help": self.help} if self.help else {})


_ADDED_UP = "これまでの累計を記入してください。"


def actual_key(indicator: str) -> str:
    """Return the key of an indicator's actual in an answer.

    >>> actual_key("1-1-a")
    'indicator:1-1-a'
    """
    return f"{_ACTUAL}{indicator}"


def remark_key(indicator: str) -> str:
    """Return the key of an indicator's remark in an answer."""
    return f"{_REMARK}{indicator}"


def is_of_indicator(key: str) -> bool:
    """Whether a key of an answer belongs to an indicator, and to no field of the form."""
    return key.startswith((_ACTUAL, _REMARK))


def indicator_labels(indicators: Iterable[Indicator]) -> dict[str, str]:
    """Return the labels of all that some indicators ask, by key, and of the columns that ask it."""
    labels = {field.key: field.label for one in indicators for field in one.fields}
    columns = {actual_key(""): "実績値", remark_key(""): "実績値の備考"}
    return labels | columns if labels else {}


def _band(plain: Mapping[str, Any]) -> Band:
    least = plain.get("at_least")
    rate = Rate(plain["rate"]) if "rate" in plain else None
    return Band(plain["grade"], None if least is None else number_from_json(least), rate)


def _plain_band(band: Band) -> dict[str, Any]:
    least = {} if band.at_least is None else {"at_least": number_as_json(band.at_least)}
    return least | {"grade": band.grade} | ({"rate": band.rate.value} if band.rate else {})


def _by_year(plain: Mapping[str, Any]) -> dict[int, Decimal]:
    return {int(year): number_from_json(value) for year, value in sorted(plain.items())}

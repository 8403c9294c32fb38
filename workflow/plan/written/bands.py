"""判定の区分: the grades of an indicator as people write them in one cell, in both directions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from workflow.model.cells import plain_number
from workflow.model.indicators.indicator import Rate

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_LOW = rf"(?P<low>{_NUMBER})%?(?:以上|~|から)"
_RANGE = re.compile(rf"{_LOW}(?:(?P<high>{_NUMBER})%?(?:未満|より小さい|まで)?)?")
_ONLY = re.compile(rf"(?P<low>{_NUMBER})%?")
_BELOW = re.compile(rf"(?P<high>{_NUMBER})%?(?:未満|より小さい)")
_REST = re.compile(r"それ以外|その他|それ以下|以外|上記以外")
_RATES = {
    "目標比": Rate.TARGET,
    "達成率": None,
    "進み": Rate.PROGRESS,
    "進捗率": Rate.PROGRESS,
    "増減率": Rate.CHANGE,
    "増減": Rate.CHANGE,
}
_SHORT = {Rate.TARGET: "目標比", Rate.PROGRESS: "進み", Rate.CHANGE: "増減率"}


class BandsError(ValueError):
    """Why a text spells no grades; the message is for the coordinator."""


def parse_bands(text: str) -> list[dict[str, Any]]:
    """Return the bands that a text spells, as plan.json does. Raises BandsError.

    >>> parse_bands("100以上：Ａ、80以上100未満：Ｂ、それ以外：Ｃ")
    [{'at_least': 100, 'grade': 'Ａ'}, {'at_least': 80, 'grade': 'Ｂ'}, {'grade': 'Ｃ'}]
    >>> parse_bands("順調＝90％以上")
    [{'at_least': 90, 'grade': '順調'}]
    """
    bands: list[dict[str, Any]] = []
    above: str | None = None
    for part in re.split(r"[\n、，;；/／]|(?<!\d),(?!\d{3})", text):
        if not part.strip():
            continue
        band, high = _band(part.strip())
        if high is not None and bands and above is not None and Decimal(high) != Decimal(above):
            raise BandsError(f"「{part.strip()}」の上の端が、一つ上の区分の{above}と違います")
        above = None if "at_least" not in band else plain_number(Decimal(str(band["at_least"])))
        bands.append(band)
    return bands


def format_bands(bands: Sequence[Mapping[str, Any]]) -> str:
    r"""Return bands as a cell spells them, one a line.

    >>> format_bands([{"at_least": 100, "grade": "Ａ"}, {"grade": "Ｂ"}])
    '100以上：Ａ\nそれ以外：Ｂ'
    """
    return "\n".join(map(_line, bands))


def _line(band: Mapping[str, Any]) -> str:
    if "at_least" not in band:
        return f"それ以外：{band.get('grade', '')}"
    rate = f"{_SHORT[Rate(band['rate'])]}" if "rate" in band else ""
    return f"{rate}{plain_number(Decimal(str(band['at_least'])))}以上：{band.get('grade', '')}"


def _band(part: str) -> tuple[dict[str, Any], str | None]:
    """Return the band that a part spells, and its upper end where it names one."""
    one, mark, other = _parted(part)
    for condition, grade in ((one, other), (other, one)):
        read = _condition(condition) if mark and grade else None
        if read is not None:
            limits, high = read
            return {**limits, "grade": grade}, high
    raise BandsError(f"「{part}」の書き方が分かりません")


def _parted(part: str) -> tuple[str, str, str]:
    for mark in ("：", ":", "＝", "=", "→", "…"):
        if mark in part:
            one, _, other = part.partition(mark)
            return one.strip(), mark, other.strip()
    one, _, other = part.rpartition(" ") if " " in part else part.rpartition("　")
    return one.strip(), " " if one else "", other.strip()


def _condition(text: str) -> tuple[dict[str, Any], str | None] | None:
    """Return the lower end that a text names, if any, with its rate, and the upper end."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("△", "-")
    rate: dict[str, Any] = {}
    for word, named in _RATES.items():
        if plain.startswith(word):
            plain = plain.removeprefix(word).removeprefix("が")
            rate = {"rate": named.value} if named else {}
            break
    if _REST.fullmatch(plain):
        return {}, None
    if below := _BELOW.fullmatch(plain):
        return {}, below["high"]
    found = _RANGE.fullmatch(plain) or _ONLY.fullmatch(plain)
    if found is None:
        return None
    try:
        low = Decimal(found["low"])
    except InvalidOperation:
        return None
    at_least = int(low) if low == low.to_integral_value() else float(low)
    return {"at_least": at_least, **rate}, found.groupdict().get("high")

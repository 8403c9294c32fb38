"""What a number format shows of a number or a text, as a person reads it in the cell.

Excel's own rules (ECMA-376 Part 1, 18.8.31), without colours and widths: a format has up to four
sections, and in the one that applies stand places for digits among words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from workflow.model.cells import plain_number
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"¥"#,##0;"¥"-#,##0',
    6: '"¥"#,##0;[Red]"¥"-#,##0',
    7: '"¥"#,##0.00;"¥"-#,##0.00',
    8: '"¥"#,##0.00;[Red]"¥"-#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0_ ;-#,##0_ ",
    38: "#,##0_ ;[Red]-#,##0_ ",
    39: "#,##0.00_ ;-#,##0.00_ ",
    40: "#,##0.00_ ;[Red]-#,##0.00_ ",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    48: "##0.0E+0",
}
"""Formats of numbers that are stored by their number alone, as Excel in Japan has them."""

_TOKEN = lazy_pattern(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_(?P<width>.)"
    r"|\*(?P<filled>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General)"
    r"|(?P<exponent>E[+-])"
    r"|(?P<special>[0#?.,%/@;])"
    r"|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_DIGITS = frozenset("0#?")
_CONDITION = lazy_pattern(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_RED = frozenset({"red", "赤"})
_PLAIN = lazy_pattern(r"@|general|[#,]*0(?:\.0+)?", re.IGNORECASE)
_PART_OF_A_DAY = frozenset("ymdhsage")
_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a section: literal text, or something that is done with the number."""

    kind: str
    text: str

    @property
    def is_digit(self) -> bool:
        """Whether a digit may stand here."""
        return self.kind == "special" and self.text in _DIGITS


class NumberFormat:
    """A number format by its code."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.is_plain = _PLAIN.fullmatch(code) is not None
        self._places = len(code.partition(".")[2])

    @cached_property
    def _sections(self) -> tuple[_Section, ...]:
        sections: list[list[_Token]] = [[]]
        for match in _TOKEN.finditer(self.code):
            kind = match.lastgroup or ""
            text = match[kind]
            if kind == "special" and text == ";":
                sections.append([])
            else:
                sections[-1].append(_Token(kind, text))
        return tuple(_Section(tuple(tokens)) for tokens in sections[:4])

    @property
    def changes_texts(self) -> bool:
        """Whether it shows anything else of a text than the text."""
        return not self.is_plain and self.text_of("\0").strip(" ") != "\0"

    def text_of(self, text: str) -> str:
        """Return what it shows of a text.

        >>> NumberFormat('0;-0;0;@"様"').text_of("門真"), NumberFormat(";;;").text_of("門真")
        ('門真様', '')
        """
        last = self._sections[-1]
        if len(self._sections) == 4 or last.takes_text:
            return last.with_text(text)
        return text

    def shown(self, number: Decimal) -> str | None:
        """Return what it shows of a number; None where that is the number and nothing else.

        >>> NumberFormat("0%").shown(Decimal("0.95")), NumberFormat("#,##0,").shown(Decimal(12345))
        ('95%', '12')
        >>> NumberFormat('0"億円"').shown(Decimal(12)), NumberFormat("0.0").shown(Decimal(12))
        ('12億円', None)
        """
        if self.is_plain and (number == number.to_integral_value() or self._shows_all(number)):
            return None
        plain = plain_number(number)
        if self.is_plain and not self._places and self.code[-1] != "0":
            return None  # General, or text
        text = self._of(number)
        return None if text is None or text == plain else text

    def _shows_all(self, number: Decimal) -> bool:
        exponent = number.as_tuple().exponent
        return isinstance(exponent, int) and -exponent <= self._places

    def _of(self, number: Decimal) -> str | None:
        section, is_signed = self._section_of(number)
        if section is None:
            return None
        text = section.with_number(abs(number))
        if text is None:
            return None
        sign = "-" if number < 0 and is_signed else ""
        return sign + text.strip()

    def _section_of(self, number: Decimal) -> tuple[_Section | None, bool]:
        """Return the section for a number, and whether it needs a sign in front."""
        sections = self._sections[:3]
        if any(section.condition for section in sections):
            return self._section_by_condition(number, sections)
        if number < 0 and len(sections) > 1:
            return sections[1], sections[1].is_red_alone
        if number == 0 and len(sections) > 2:
            return sections[2], False
        return sections[0], True

    def _section_by_condition(
        self, number: Decimal, sections: Sequence[_Section]
    ) -> tuple[_Section | None, bool]:
        for at, section in enumerate(sections):
            is_last = at == len(sections) - 1
            if section.holds_for(number, is_second=at == 1, is_last=is_last):
                return section, section.has_digits
        return None, False


@lru_cache(maxsize=256)
def number_format(code: str) -> NumberFormat:
    """Return a format; the same few stand in every workbook."""
    return NumberFormat(code)


class _Section:
    """One section of a number format."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        brackets = [t.text for t in tokens if t.kind == "bracket"]
        conditions = [m for m in map(_CONDITION.fullmatch, brackets) if m]
        self.condition = conditions[0] if conditions else None
        self._is_red = any(b.casefold() in _RED for b in brackets)
        self._tokens = tuple(_words(tokens))
        self.takes_text = any(t.text == "@" for t in self._tokens if t.kind == "special")

    @property
    def has_digits(self) -> bool:
        """Whether it shows the number, and not words alone."""
        return any(t.is_digit or t.kind == "general" for t in self._tokens)

    @property
    def is_red_alone(self) -> bool:
        """Whether a number is shown to be negative by its colour alone."""
        return self._is_red and not any(c in t.text for t in self._tokens for c in "-(△▲−－")

    def holds_for(self, number: Decimal, *, is_second: bool, is_last: bool) -> bool:
        """Whether a format with conditions shows a number by this section."""
        if self.condition is None:
            return is_last or (is_second and number < 0) or (not is_second and number >= 0)
        bound = Decimal(self.condition[2])
        return {
            "<": number < bound,
            "<=": number <= bound,
            ">": number > bound,
            ">=": number >= bound,
            "=": number == bound,
            "<>": number != bound,
        }[self.condition[1]]

    def with_text(self, text: str) -> str:
        """Return the section with a text in it."""
        shown = (text if t.text == "@" and t.kind == "special" else t.text for t in self._tokens)
        return "".join(shown)

    def with_number(self, number: Decimal) -> str | None:
        """Return the section with a number that is not negative; None for what is not known."""
        tokens = self._tokens
        kinds = {t.kind for t in tokens}
        marks = {t.text for t in tokens if t.kind == "special"}
        if any(t.kind == "literal" and t.text.casefold() in _PART_OF_A_DAY for t in tokens):
            return None
        if "general" in kinds or ("@" in marks and not any(t.is_digit for t in tokens)):
            whole = plain_number(number)
            return "".join(
                whole if t.kind == "general" or (t.kind, t.text) == ("special", "@") else t.text
                for t in tokens
            )
        if not any(t.is_digit for t in tokens):
            return "".join(t.text for t in tokens)
        if "/" in marks:
            return self._as_fraction(number)
        if "exponent" in kinds:
            return self._with_exponent(number)
        return _Digits(tokens).filled(number)

    def _with_exponent(self, number: Decimal) -> str:
        at = next(n for n, t in enumerate(self._tokens) if t.kind == "exponent")
        mantissa, power = self._tokens[:at], self._tokens[at + 1 :]
        before = next((n for n, t in enumerate(mantissa) if t.text == "."), at)
        step = max(1, sum(t.is_digit for t in mantissa[:before]))
        exponent = number.adjusted() // step * step if number else 0
        places = sum(t.is_digit for t in mantissa[before:])
        scaled = number.scaleb(-exponent)
        if _rounded(scaled, places) >= 10**step:
            exponent, scaled = exponent + step, scaled.scaleb(-step)
        sign = "-" if exponent < 0 else self._tokens[at].text[1].replace("-", "")
        shown = _Digits(power).filled(Decimal(abs(exponent)))
        return f"{_Digits(mantissa).filled(scaled)}E{sign}{shown}"

    def _as_fraction(self, number: Decimal) -> str:
        at = next(n for n, t in enumerate(self._tokens) if t.text == "/" and t.kind == "special")
        fixed = "".join(t.text for t in self._tokens[at + 1 :] if t.text.isdecimal())
        behind = sum(t.is_digit for t in self._tokens[at + 1 :])
        if fixed.strip("0"):
            part = Fraction(round(Fraction(number) * int(fixed)), int(fixed))
        else:
            part = Fraction(number).limit_denominator(10 ** max(1, behind) - 1)
        has_whole = any(t.is_digit for t in self._tokens[: max(0, at - 1)]) and any(
            t.text == " " for t in self._tokens[:at]
        )
        whole = int(part) if has_whole else 0
        rest = part - whole
        if has_whole and not rest:
            return str(whole)
        fraction = f"{rest.numerator}/{rest.denominator}"
        return f"{whole} {fraction}" if whole else fraction


def _words(tokens: Sequence[_Token]) -> list[_Token]:
    """Return the tokens that show; a currency is its sign, and a width a blank."""
    shown = []
    for token in tokens:
        match token.kind:
            case "bracket" if token.text.startswith("$"):
                shown.append(_Token("quoted", token.text[1:].partition("-")[0]))
            case "width":
                shown.append(_Token("quoted", " "))
            case "bracket" | "filled":
                pass
            case _:
                shown.append(token)
    return shown


def _rounded(number: Decimal, decimals: int) -> Decimal:
    if number.as_tuple().exponent >= -decimals:  # type: ignore[operator]  # finite, so no letter
        return number
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


class _Digits:
    """A section as places for the digits of a number."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        places = [n for n, t in enumerate(tokens) if t.is_digit]
        points = [n for n, t in enumerate(tokens) if (t.kind, t.text) == ("special", ".")]
        self._point = points[0] if points else len(tokens)
        whole = [n for n in places if n < self._point]
        self._whole = whole
        self._decimals = [n for n in places if n > self._point]
        commas = [n for n, t in enumerate(tokens) if (t.kind, t.text) == ("special", ",")]
        self._groups = any(whole[0] < n < whole[-1] for n in commas) if whole else False
        last = [places[-1]] if places else []
        ends = {*last, *([whole[-1]] if whole else [])}
        self._scale = sum(1 for n in commas if self._follows(n, ends))
        self._percents = sum((t.kind, t.text) == ("special", "%") for t in tokens)

    def _follows(self, comma: int, ends: set[int]) -> bool:
        """Whether nothing but commas stand between a comma and the last place for a digit."""
        at = comma - 1
        while at >= 0 and (self._tokens[at].kind, self._tokens[at].text) == ("special", ","):
            at -= 1
        return at in ends

    def filled(self, number: Decimal) -> str:
        """Return the section with the digits of a number."""
        scaled = number * 100**self._percents / Decimal(_THOUSAND) ** self._scale
        rounded = _rounded(scaled, len(self._decimals))
        whole, _, decimals = f"{rounded:f}".partition(".")
        shown = self._whole_digits(whole.lstrip("0"))
        shown |= self._decimal_digits(decimals.ljust(len(self._decimals), "0"))
        if not self._whole and whole.strip("0"):
            shown[self._point] = whole.lstrip("0") + "."
        return "".join(shown.get(n, self._literal(t)) for n, t in enumerate(self._tokens))

    @staticmethod
    def _literal(token: _Token) -> str:
        return "" if (token.kind, token.text) == ("special", ",") else token.text

    def _whole_digits(self, digits: str) -> dict[int, str]:
        shown: dict[int, str] = {}
        count = 0
        for at in reversed(self._whole):
            is_first = at == self._whole[0]
            taken = digits if is_first else digits[-1:]
            digits = "" if is_first else digits[:-1]
            padded = taken or {"0": "0", "?": " "}.get(self._tokens[at].text, "")
            text = ""
            for digit in reversed(padded):
                is_due = self._groups and count and count % 3 == 0 and digit.isdecimal()
                text = digit + ("," if is_due else "") + text
                count += 1
            shown[at] = text
        return shown

    def _decimal_digits(self, digits: str) -> dict[int, str]:
        shown = dict(zip(self._decimals, digits, strict=False))
        for at in reversed(self._decimals):
            if shown[at] != "0" or self._tokens[at].text == "0":
                break
            shown[at] = " " if self._tokens[at].text == "?" else ""
        return shown

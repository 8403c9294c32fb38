"""The departments that a cell names, as people write them → one by one. Pure.

Several stand in one cell with anything between them: 、 a line break, ・ a blank, 及び. Some of
that may belong to a name (こども・若者課): a known name always wins over what could part it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from workflow.model.cells import folded
from workflow.python.dataclass import dataclass

_ALWAYS_PARTS = "\n\r\t、，,､／/;；｜|＆&＋+"
_MAY_PART = "・･ 　"
_MAY_PART_WORDS = ("及び", "および", "並びに", "ならびに", "と")
_BETWEEN = re.compile(f"([{_ALWAYS_PARTS}{_MAY_PART}]|{'|'.join(_MAY_PART_WORDS)})")
_MARKS = "○◯●◎◇◆□■☆★※▲△"
_ASIDES = ("主", "主担当", "主管", "副", "関係", "関係課", "協力", "幹事", "幹事課")
_ASIDE = re.compile(rf"[（(](?:{'|'.join(_ASIDES)})[)）]")
BETWEEN = (*_ALWAYS_PARTS, *_MAY_PART, *_MAY_PART_WORDS, *_MARKS, *(f"({a})" for a in _ASIDES))
"""What stands between names and beside them."""

OFFICES = (
    *("課", "室", "局", "部", "係", "所", "館", "会", "団", "署", "院", "校", "園", "班", "社"),
    *("センター", "チーム", "法人", "機構", "組合", "社協", "支援員"),
)
"""What the name of an office ends with."""

ABOVE = ("部", "局", "本部", "委員会", "庁")
"""How the name of what stands above a department ends."""

_BELOW_DIVISION = re.compile(
    r".{1,15}(?:(?:部|局|本部)[\s　]*|(?:委員会|庁)[\s　]+)(?=.{1,20}(?:課|室|係|センター|所|館)$)"
)

_MOST_WORDS = 12
"""Of how many words a name can be made; without a bound, a long cell takes minutes."""


def names_in(text: str, is_known: Callable[[str], bool]) -> tuple[str, ...]:
    r"""Return the names that stand in one cell, each as it is written there.

    >>> known = {"こども・若者課", "福祉政策課"}.__contains__
    >>> names_in("福祉政策課・こども・若者課", known)
    ('福祉政策課', 'こども・若者課')

    What nobody knows is parted where it reads as two offices.

    >>> names_in("総務課・企画課、ひと・まち課\n○市民課", known)
    ('総務課', '企画課', 'ひと・まち課', '市民課')

    Who of them leads is no part of a name.

    >>> names_in("総務課（主）・企画課", known)
    ('総務課', '企画課')
    """
    parts = _BETWEEN.split(_ASIDE.sub("", text))
    words, between = [word.strip() for word in parts[::2]], parts[1::2]
    # From the end: the best way to take what follows each word. Fewest unknown words come first,
    # then fewest unknown names, then fewest names.
    best: list[_Way] = [_Way((0, 0, 0), ())]
    for first in range(len(words) - 1, -1, -1):
        ways = []
        for last in range(first, min(first + _MOST_WORDS, len(words))):
            name = _without_marks("".join(parts[2 * first : 2 * last + 1]))
            rest = best[last - first]
            if not name or is_known(name):
                ways.append(rest.after(name, unknown=0))
            elif all(_may_go_on(words, between, at) for at in range(first, last)):
                ways.append(
                    rest.after(name, unknown=len(list(filter(None, words[first : last + 1]))))
                )
        best.insert(0, min(ways, key=lambda way: way.cost))
    return tuple(best[0].names)


def without_division(name: str) -> str:
    """Return the name of an office without that of the division above it, and without blanks.

    >>> without_division("健康福祉部 福祉政策課"), without_division("健康福祉部")
    ('福祉政策課', '健康福祉部')
    """
    return "".join(_BELOW_DIVISION.sub("", name.strip(), count=1).split())


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to take words as names, and how much speaks against it."""

    cost: tuple[int, int, int]
    names: tuple[str, ...]

    def after(self, name: str, unknown: int) -> _Way:
        if not name:
            return self
        words, names, count = self.cost
        cost = (words + unknown, names + bool(unknown), count + 1)
        return _Way(cost, (name, *self.names))


def _may_go_on(words: list[str], between: list[str], at: int) -> bool:
    """Whether an unknown name may hold what stands between two words."""
    if between[at] in _ALWAYS_PARTS:
        return False
    left = next((words[n] for n in range(at, -1, -1) if words[n]), "")
    right = next((words[n] for n in range(at + 1, len(words)) if words[n]), "")
    if between[at].isspace():  # 健康福祉部 福祉政策課 is one, 福祉課 保健課 are two
        return left[-1:] != right[-1:] or not left.endswith(OFFICES)
    return not (left.endswith(OFFICES) and right.endswith(OFFICES))


def _without_marks(name: str) -> str:
    return name.strip().lstrip(_MARKS).strip()


class KnownDepartments:
    """The codes of departments by everything people may call them.

    >>> known = KnownDepartments([("FUKUSHI", ["福祉政策課", "福祉課"]), ("B", ["こども・若者課"])])
    >>> known.codes_in("ｆｕｋｕｓｈｉ／こども・若者課、福祉 政策課、地域課")
    {'ｆｕｋｕｓｈｉ': 'FUKUSHI', 'こども・若者課': 'B', '福祉 政策課': 'FUKUSHI', '地域課': ''}
    """

    def __init__(self, departments: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._exact: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        for code, names in departments:
            self._exact.setdefault(code, code)
            for name in filter(None, map(folded, (code, *names))):
                # What two departments are called is nobody's name.
                owner = self._folded.setdefault(name, code)
                self._folded[name] = code if owner == code else ""

    def code(self, name: str) -> str:
        """Return the code of a department by its code or name in any width and case; "" for none.

        The name of the 部 above it may stand before its own.

        >>> KnownDepartments([("A", ["福祉政策課"])]).code("健康福祉部 福祉政策課")
        'A'
        """
        key = folded(name)
        return self._exact.get(name) or self._folded.get(key) or self._below(key)

    def codes_in(self, text: str) -> Mapping[str, str]:
        """Return each name that stands in a cell with the code of its department, "" for none."""
        return {name: self.code(name) for name in names_in(text, lambda n: bool(self.code(n)))}

    def _below(self, key: str) -> str:
        found = {
            self._folded[key[at:]]
            for at in range(2, len(key))
            if key[:at].endswith(ABOVE) and key[at:] in self._folded
        }
        return found.pop() if len(found) == 1 else ""

"""The marks in a city's own workbook: 「{{記入:評価}}」 says what is to stand in a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum

from workflow.model.cells import folded
from workflow.model.fields.form import Form
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.templates.indicator_table import INDICATOR_ID_LABEL, LOCKED, NAME_LABEL
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, NUMBER_LABEL, PAGES_LABEL

_MARK = lazy_pattern(r"(?:\{\{|｛｛)([^{}｛｝]*)(?:\}\}|｝｝)")
_LOOSE = lazy_pattern(r"\{\{|\}\}|｛｛|｝｝")
_PART = lazy_pattern("[:：]")
ITEM_LABEL = "取組内容"
"""Names the last level in a mark, whatever the plan calls it."""
ENTRY_WORD, PREVIOUS_WORD, INDICATOR_WORD, KNOWN_WORD = "記入", "前年度", "指標", "既知"
ACTUAL_WORD, REMARK_WORD = "実績値", "備考"
_WHICH = lazy_pattern(rf"{INDICATOR_WORD}([1-9]\d?)?(?:の(.+))?")
"""How a mark names one of an item's indicators, or what there is to say of it."""
_PARTS = {folded(column.label): column.label for column in LOCKED if column.label != ID_LABEL}
_PARTS |= dict.fromkeys(("名前", "名称", "指標名"), NAME_LABEL)
_PARTS |= {"番号": INDICATOR_ID_LABEL, "方向": "めざす方向"}
"""What of an indicator can be shown alone, as people call it."""


class MarkKind(Enum):
    """What a mark stands for; the word is how it begins."""

    ID = ID_LABEL
    LEVEL = "階層"
    DEPARTMENTS = DEPARTMENT_LABEL
    PAGES = PAGES_LABEL
    PREVIOUS = PREVIOUS_WORD
    INDICATOR = INDICATOR_WORD
    KNOWN = KNOWN_WORD
    EARLIER = "前の回"
    BLANK = "空欄"
    ENTRY = ENTRY_WORD
    YEAR = "年度"
    DEPARTMENT = "課名"
    NUMBER = NUMBER_LABEL
    DEADLINE = "回答期限"
    CONTACT = "問い合わせ先"

    @property
    def is_of_item(self) -> bool:
        """Whether it says something else for each item, so that its row or its sheet repeats."""
        return self not in _OF_FORM


_SLOT, _REMARK_END = "indicator.", ".remark"
"""How the keys of marks that have an indicator answered begin, and end where the remark is asked.

No key of a field has a dot.
"""

_OF_FORM = (
    MarkKind.YEAR,
    MarkKind.DEPARTMENT,
    MarkKind.NUMBER,
    MarkKind.DEADLINE,
    MarkKind.CONTACT,
)
_PLAIN = (MarkKind.ID, MarkKind.DEPARTMENTS, MarkKind.PAGES, *_OF_FORM)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; the name is the level, the label of the field, or the part that it names.

    Of a field that is asked or was answered, key is its key. Which is one of the item's indicators,
    from 1 on; 0 stands for all of them, and where one is to be answered for the only one.
    """

    kind: MarkKind
    name: str = ""
    key: str = ""
    which: int = 0

    @property
    def asks_indicator(self) -> bool:
        """Whether an actual, or the remark to one, is to be answered."""
        return self.kind is MarkKind.ENTRY and self.key.startswith(_SLOT)

    @property
    def asks_remark(self) -> bool:
        """Whether the remark to an actual is to be answered."""
        return self.asks_indicator and self.key.endswith(_REMARK_END)

    @property
    def asked(self) -> str:
        """What is to be answered: the only indicator of an item is its first one."""
        return self.key.replace(f"{_SLOT}0", f"{_SLOT}1")


@dataclass(frozen=True, slots=True)
class UnknownMark:
    """A mark that says nothing here, with the nearest one that would."""

    text: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Words:
    """What marks may name in a plan: its levels, its fields and the names of its known values.

    Earlier are the columns of earlier rounds of the year, 「上半期：取組状況」.
    """

    levels: tuple[str, ...]
    form: Form
    known: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()

    def mark(self, inner: str) -> Mark | UnknownMark:
        """Return what stands between the braces of a mark.

        Width, case and blanks do not count.
        """
        for label in self.earlier:
            if folded(inner) == folded(label):
                return Mark(MarkKind.EARLIER, label)
        kind_word, *name = _PART.split(inner, maxsplit=1)
        word = folded(kind_word)
        mark = self._named(word, name[0].strip()) if name else self._plain(word)
        return mark or self._unknown(inner)

    def _plain(self, word: str) -> Mark | None:
        for kind in _PLAIN:
            if word == folded(kind.value):
                return Mark(kind)
        for level in self.levels:
            if word == folded(level):
                return Mark(MarkKind.LEVEL, level)
        if word == folded(ITEM_LABEL):
            return Mark(MarkKind.LEVEL, self.levels[-1])
        if word == folded(MarkKind.BLANK.value):
            return Mark(MarkKind.BLANK)
        return _shown(word, "")

    def _named(self, word: str, name: str) -> Mark | None:
        if word == folded(ENTRY_WORD):
            return self._of_field(MarkKind.ENTRY, name) or _answered(name)
        if word == folded(PREVIOUS_WORD):
            return self._of_field(MarkKind.PREVIOUS, name)
        if word == folded(KNOWN_WORD):
            found = next((n for n in self.known if folded(n) == folded(name)), None)
            return Mark(MarkKind.KNOWN, found) if found else None
        return _shown(word, folded(name))

    def _of_field(self, kind: MarkKind, name: str) -> Mark | None:
        for field in self.form.fields:
            if folded(name) in (folded(field.label), folded(field.heading)):
                return Mark(kind, field.label, field.key)
        return None

    def _unknown(self, inner: str) -> UnknownMark:
        by_folded = {folded(word): word for word in self.written}
        near = get_close_matches(folded(inner), by_folded, n=1, cutoff=0.0)
        return UnknownMark(inner.strip(), by_folded[near[0]])

    @property
    def written(self) -> tuple[str, ...]:
        """Every mark that may be written, without its braces."""
        labels = [field.label for field in self.form.fields]
        return (
            *(kind.value for kind in _PLAIN),
            *dict.fromkeys((*self.levels, ITEM_LABEL)),
            *(f"{ENTRY_WORD}:{label}" for label in labels),
            *(f"{PREVIOUS_WORD}:{label}" for label in labels),
            *(f"{KNOWN_WORD}:{name}" for name in self.known),
            *self.earlier,
            *(INDICATOR_WORD, f"{INDICATOR_WORD}1", f"{ENTRY_WORD}:{INDICATOR_WORD}"),
            *(f"{INDICATOR_WORD}1:{label}" for label in dict.fromkeys(_PARTS.values())),
            *(f"{ENTRY_WORD}:{INDICATOR_WORD}1", f"{ENTRY_WORD}:{INDICATOR_WORD}1の{REMARK_WORD}"),
        )


def _shown(word: str, name: str) -> Mark | None:
    """Return the mark that shows an indicator, or a part of it; None where it names none."""
    found = _WHICH.fullmatch(word)
    part = name or (found[2] if found else "") or ""
    if found is None or (part and part not in _PARTS):
        return None
    return Mark(MarkKind.INDICATOR, _PARTS[part] if part else "", which=int(found[1] or 0))


def _answered(name: str) -> Mark | None:
    """Return the mark that has an indicator answered, or a remark to it; None for another name."""
    one, *part = map(folded, _PART.split(name, maxsplit=1))
    found = _WHICH.fullmatch(one)
    wanted = "".join(part) or (found[2] if found else "") or ""
    if found is None or wanted not in ("", ACTUAL_WORD, REMARK_WORD):
        return None
    which, is_remark = found[1] or "", wanted == REMARK_WORD
    key = f"{_SLOT}{which or 0}" + (_REMARK_END if is_remark else "")
    label = f"{INDICATOR_WORD}{which}の{REMARK_WORD if is_remark else ACTUAL_WORD}"
    return Mark(MarkKind.ENTRY, label, key, int(which or 0))


def marks_in(text: str, words: Words) -> tuple[Mark | UnknownMark, ...]:
    """Return the marks in the text of a cell, in their order."""
    return tuple(words.mark(found[1]) for found in _MARK.finditer(text))


def with_marks_of_round(text: str, others: Mapping[str, str]) -> str:
    """Return the text of a cell for one round of a year, though its marks are those of all rounds.

    Others are the labels that other rounds ask, folded, each with the mark that stands for it here:
    a column of an earlier round, or blank for nothing.

    >>> with_marks_of_round("{{記入:一次評価}}", {"一次評価": "一次：一次評価"})
    '{{一次：一次評価}}'
    >>> with_marks_of_round("{{記入:委員評価}}", {"委員評価": ""})
    '{{空欄}}'
    """

    def here(found: re.Match[str]) -> str:
        word, *named = _PART.split(found[1], maxsplit=1)
        label = folded(named[0]) if named else ""
        if label not in others or folded(word) not in map(folded, (ENTRY_WORD, PREVIOUS_WORD)):
            return found[0]
        shown = others[label] if folded(word) == folded(ENTRY_WORD) else ""
        return "{{" + (shown or MarkKind.BLANK.value) + "}}"

    return _MARK.sub(here, text)


def has_mark(text: str) -> bool:
    """Whether a text holds a mark, or half of one.

    >>> has_mark("整理番号：{{整理番号}}"), has_mark("{{整理番号}"), has_mark("整理番号")
    (True, True, False)
    """
    return _LOOSE.search(text) is not None


def names_indicator(inner: str, names: Sequence[str]) -> bool:
    """Whether a mark would have one of these indicators answered by its name.

    >>> names_indicator("記入:相談件数", ["相談件数"]), names_indicator("記入:評定", ["相談件数"])
    (True, False)
    >>> names_indicator("記入：指標：相談件数", ["相談件数"])
    True
    """
    word, *named = _PART.split(inner, maxsplit=1)
    asked = folded(_PART.split(named[0])[-1]) if named else ""
    return folded(word) == folded(ENTRY_WORD) and asked in map(folded, names)


def torn_mark(text: str) -> str:
    """Return braces that belong to no mark; blank where all do.

    >>> torn_mark("{{整理番号}"), torn_mark("{{整理番号}}")
    ('{{', '')
    """
    left = _LOOSE.search(_MARK.sub("", text))
    return left[0] if left else ""


def fill_marks(
    text: str, marks: Sequence[Mark | UnknownMark], value_of: Callable[[Mark], str]
) -> str:
    """Return the text of a cell with its marks filled, given in order; what is no mark stays."""
    known = iter(marks)

    def filled(found: re.Match[str]) -> str:
        mark = next(known)
        return value_of(mark) if isinstance(mark, Mark) else found[0]

    return _MARK.sub(filled, text)


def mark_pattern(text: str, words: Words, kind: MarkKind) -> re.Pattern[str]:
    """Return what reads the value of a kind of mark out of a cell that was filled."""
    pieces: list[str] = []
    at, is_taken = 0, False
    for found in _MARK.finditer(text):
        mark = words.mark(found[1])
        is_it = isinstance(mark, Mark) and mark.kind is kind and not is_taken
        pieces += [re.escape(text[at : found.start()].strip()), r"\s*"]
        pieces += ["(?P<value>.*?)" if is_it else ".*?", r"\s*"]
        at, is_taken = found.end(), is_taken or is_it
    return re.compile("".join((*pieces, re.escape(text[at:].strip()))), re.DOTALL)

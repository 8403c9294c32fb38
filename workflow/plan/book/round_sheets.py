"""The sheets 回 and 確認する人 of plan.xlsx: a round a row, and who reviews what.

Either may be missing: a city that asks once a year has neither. People name fields by their labels
and departments, persons included, by name or code; plan.json holds keys and codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from workflow.model.catalogue import Code
from workflow.model.cells import folded
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.model.findings import Location
from workflow.model.rounds.declared import COMBINE_WORDS, Respondent
from workflow.plan.book.columns import Table
from workflow.plan.book.layout import REVIEWER_LABEL, ROUND_SHEET, label_of
from workflow.plan.book.reading import Reading, at_indexes
from workflow.plan.book.values import field_labels
from workflow.plan.document import Node, ReadAs
from workflow.plan.written.days import day_near, written_day
from workflow.plan.written.named_departments import KnownDepartments

_BETWEEN = "、"
_ROUND_LABEL, _OF_LABEL = "回", "もとになる回"
RESPONDENT_WORDS: Mapping[str, str] = MappingProxyType(
    {Respondent.DEPARTMENT.value: "担当課", Respondent.REVIEWER.value: REVIEWER_LABEL}
)
_RESPONDENT_SPELLINGS = {
    Respondent.DEPARTMENT.value: "担当課 各課 全課 所管課 担当部署 所管部署 各担当課 実施課",
    Respondent.REVIEWER.value: f"{REVIEWER_LABEL} 確認者 評価者 確認担当 二次評価者",
}
_RESPONDENTS = {
    folded(word): key for key, words in _RESPONDENT_SPELLINGS.items() for word in words.split()
}
_COMBINE = MappingProxyType(
    {f"{rule.value}:{ties.value}": word for (rule, ties), word in COMBINE_WORDS.items()}
)
_COMBINE_SPELLINGS = {
    folded(word.replace("中間", other)): key
    for key, word in _COMBINE.items()
    for other in ("端数", "ちょうど中間")
}

ROUNDS = Table(
    sheet=ROUND_SHEET,
    pointer="/rounds",
    intro="年度の中で何回かに分けて尋ねるときの、回の一覧です。尋ねる順に、一行に一つの回を記入してください。",
    columns=(
        PlanColumn(
            label="回の名前",
            key="/name",
            width=8,
            hint="調査票やフォルダーの名前になります。短く付けます。",
            example="二次評価",
        ),
        PlanColumn(
            label="項目",
            key="/fields",
            kind=Kind.LINES,
            width=22,
            hint="この回に尋ねる、シート「様式」の項目名です。二つ以上は「、」か改行で区切ります。",
            example="評価、評価の理由",
        ),
        PlanColumn(
            label="回答期限",
            key="/deadline",
            kind=Kind.DAY,
            width=10,
            hint="この回の期限です。空欄なら、シート「計画」の回答期限です。",
            optional=True,
        ),
        PlanColumn(
            label="再提出期限",
            key="/correction_deadline",
            kind=Kind.DAY,
            width=10,
            hint="この回で差し戻した調査票の期限です。空欄なら、シート「計画」の再提出期限です。",
            optional=True,
            is_rare=True,
        ),
        PlanColumn(
            label="回答する人",
            key="/respondent",
            kind=Kind.LINES,
            width=12,
            hint="「担当課」、「確認する人」、または、すべての取組にそれぞれ回答する人の名前です"
            "（シート「担当課」にある名前かコード）。空欄なら担当課です。",
            example="甲委員、乙委員",
            offers=tuple(RESPONDENT_WORDS.values()),
            optional=True,
        ),
        PlanColumn(
            label=_OF_LABEL,
            key="/of",
            width=8,
            hint="その回と、その前の回の回答を、調査票に載せて見せます。空欄なら載せません。",
            optional=True,
        ),
        PlanColumn(
            label="まとめ方",
            key="/combine",
            width=14,
            words=_COMBINE,
            spellings=_COMBINE_SPELLINGS,
            hint="何人かの評価や数値を一つにまとめるときの決まりです。空欄なら、まとめずに並べます。",
            optional=True,
        ),
        PlanColumn(
            label="指標",
            key="/indicators",
            kind=Kind.FLAG,
            width=5,
            hint="指標の実績値を尋ねる回を「はい」にします。"
            "どの回も空欄なら、担当課に尋ねる最後の回です。",
            optional=True,
        ),
    ),
)

REVIEWERS = Table(
    sheet=REVIEWER_LABEL,
    pointer="/reviewers",
    intro="だれがどの取組を確認するかの一覧です。一つの対象を何人かで確認するときは、行を分けます。",
    columns=(
        PlanColumn(
            label=_ROUND_LABEL,
            key="/round",
            width=8,
            hint="シート「回」の回の名前です。上の行と同じなら、空欄でもかまいません。"
            "初めから空欄なら、確認する人に尋ねるすべての回です。",
            example="二次評価",
            optional=True,
        ),
        PlanColumn(
            label="対象",
            key="/of",
            width=22,
            hint="担当課の名前かコード、または階層の見出し（基本目標の文など）です。"
            "空欄なら、ほかに書いていないすべての取組です。",
            example="福祉政策課",
            optional=True,
        ),
        PlanColumn(
            label=REVIEWER_LABEL,
            key="/code",
            kind=Kind.PERSON,
            width=14,
            hint="シート「担当課」にある名前かコードです。",
            example="保健福祉部長",
        ),
    ),
    first_is_id=False,
    declared_at="/rounds/reviewers",
)


# --- a document as these sheets spell it


def rounds_as_written(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document of which these sheets can be written: one list for each of them."""
    root = Node(document)
    labels = field_labels(root)
    names = {d["code"].text: d["name"].text for d in root["departments"].elements}
    rounds = [dict(one.members) for one in root["rounds"].elements]
    reviewers = [
        {
            "round": one.get("name"),
            "of": names.get(row["of"].text, row["of"].text),
            "code": names.get(row["code"].text, row["code"].text),
        }
        for one, node in zip(rounds, root["rounds"].elements, strict=True)
        for row in node["reviewers"].elements
    ]
    written = [
        one
        | {
            "fields": _listed(one.get("fields"), labels),
            "respondent": _respondent(one.get("respondent"), names),
            "combine": _combine_key(one.get("combine")),
        }
        for one in rounds
    ]
    departments = [dict(d.members) for d in root["departments"].elements]
    named = [d | _named_reviewer(d.get("reviewer"), names) for d in departments]
    return {**document, "rounds": written, "reviewers": reviewers, "departments": named}


def _listed(names: object, words: Mapping[str, str]) -> object:
    """Return a list as one text; by line where what it names could be parted."""
    if not isinstance(names, list):
        return names
    texts = [words.get(str(name), str(name)) for name in names]
    return ("\n" if any(_BETWEEN in text for text in texts) else _BETWEEN).join(texts)


def _respondent(asked: object, names: Mapping[str, str]) -> object:
    if isinstance(asked, str):
        return RESPONDENT_WORDS.get(asked, asked)
    return _listed(asked, names)


def _named_reviewer(code: object, names: Mapping[str, str]) -> dict[str, str]:
    return {"reviewer": names.get(code, code)} if isinstance(code, str) else {}


def _combine_key(combine: object) -> object:
    if not isinstance(combine, dict):
        return combine
    return f"{combine.get('rule')}:{combine.get('ties', 'better')}"


# --- what these sheets say, as plan.json spells it


def complete_rounds(reading: Reading) -> None:
    """Store the fields, persons and rules that these sheets name, by their keys and codes."""
    fields = _known_fields(reading)
    rounds: list[dict[str, Any]] = reading.content.get("rounds", [])
    for number, one in enumerate(rounds):
        pointer = f"{ROUNDS.pointer}/{number}"
        for key, known in (("fields", fields), ("respondent", reading.departments)):
            if isinstance(one.get(key), list):
                one[key] = _named(one[key], known)
        if isinstance(one.get("respondent"), list):
            one["respondent"] = _who_answers(reading, f"{pointer}/respondent", one["respondent"])
        if isinstance(one.get("of"), str):
            one["of"] = _name_of_round(reading, f"{pointer}/of", one["of"], rounds)
        _complete_combine(reading, f"{pointer}/combine", one)
        _complete_day(reading, f"{pointer}/deadline", one, rounds[:number])
    _give_reviewers(reading, rounds)


def _complete_combine(reading: Reading, pointer: str, one: dict[str, Any]) -> None:
    written = one.get("combine")
    if not isinstance(written, str):
        return
    if written in _COMBINE:
        rule, ties = written.split(":")
        one["combine"] = {"rule": rule, "ties": ties}
        return
    choices = f"{'、'.join(_COMBINE.values())}のどれかを記入してください。"
    reading.note(Code.PLAN_BAD_VALUE, reading.locations[pointer], value=written, rule=choices)


def _complete_day(
    reading: Reading, pointer: str, one: dict[str, Any], before: list[dict[str, Any]]
) -> None:
    """Read a deadline without a year, where that of the round it follows leaves no doubt."""
    written = one.get("deadline")
    known = next((b.get("deadline") for b in before if b.get("name") == one.get("of")), None)
    after = written_day(known) if isinstance(known, str) else None
    day = day_near(written, after, is_later=True) if isinstance(written, str) and after else None
    if day:
        one["deadline"] = day.isoformat()
        pairs = ((str(written), day.isoformat()),)
        location = reading.locations[pointer]
        reading.correct(location, label_of(pointer), ReadAs.DAY, day.isoformat(), pairs)


def complete_reviewers(reading: Reading) -> None:
    """Store who reviews the items of each department by code: all departments are known now."""
    for one in reading.content["departments"]:
        written = one.get("reviewer")
        if isinstance(written, str):
            one["reviewer"] = _person(reading, written)


def _known_fields(reading: Reading) -> KnownDepartments:
    """Return the keys of the fields by everything people may call them."""
    labels = field_labels(Node(reading.content))
    return KnownDepartments((key, [label]) for key, label in labels.items() if key)


def _named(lines: list[str], known: KnownDepartments) -> list[str]:
    """Return the keys of what a cell names; a name that is none stays as it is."""
    named = known.codes_in("\n".join(lines))
    return list(dict.fromkeys(code or name for name, code in named.items()))


def _who_answers(reading: Reading, pointer: str, named: list[str]) -> str | list[str]:
    """Return that departments or reviewers answer, where a cell says so in any usual word."""
    key = _RESPONDENTS.get(folded(named[0])) if len(named) == 1 else None
    if key is None:
        return named
    word = RESPONDENT_WORDS[key]
    if folded(named[0]) != folded(word):
        location, pairs = reading.locations[pointer], ((named[0], word),)
        reading.correct(location, label_of(pointer), ReadAs.WORD, word, pairs)
    return key


def _name_of_round(
    reading: Reading, pointer: str, written: str, rounds: list[dict[str, Any]]
) -> str:
    """Return the name of a round as it is declared, where a cell spells it otherwise."""
    names = [str(one.get("name", "")) for one in rounds]
    found = [name for name in names if folded(name) == folded(written)]
    if len(set(found)) != 1 or found[0] == written:
        return written
    location, pair = reading.locations[pointer], ((written, found[0]),)
    reading.correct(location, _OF_LABEL, ReadAs.WORD, found[0], pair)
    return found[0]


def _person(reading: Reading, written: str) -> str:
    """Return the code of a person that a cell names; a name of nobody stays as it is."""
    return reading.departments.code(written) or written


def _give_reviewers(reading: Reading, rounds: list[dict[str, Any]]) -> None:
    """Put each row of 確認する人 into its round, or into all that ask reviewers."""
    rows = reading.content.pop("reviewers", [])
    names = _rounds_of_rows(reading, rows, rounds)
    of_all = [str(one.get("name", "")) for one in rounds if _asks_reviewers(one)]
    for number, (name, row) in enumerate(zip(names, rows, strict=True)):
        old = f"{REVIEWERS.pointer}/{number}"
        wanted = [name] if name else of_all
        found = [(at, one) for at, one in enumerate(rounds) if one.get("name") in wanted]
        if not found:
            _note_no_round(reading, reading.locations[f"{old}/round"], name)
        row |= {key: _person(reading, text) for key, text in row.items() if isinstance(text, str)}
        for at, one in found:
            own: list[dict[str, Any]] = one.setdefault("reviewers", [])
            _copy_locations(reading, old, f"{ROUNDS.pointer}/{at}/reviewers/{len(own)}")
            own.append(dict(row))


def _asks_reviewers(one: Mapping[str, Any]) -> bool:
    return one.get("respondent") == Respondent.REVIEWER.value


def _note_no_round(reading: Reading, location: Location, name: str) -> None:
    if name:
        reading.note(Code.PLAN_ROUND_UNKNOWN, location, value=name)
    else:
        reading.note(Code.PLAN_MISSING_VALUE, location, name=_ROUND_LABEL)


def _rounds_of_rows(
    reading: Reading, rows: list[dict[str, Any]], rounds: list[dict[str, Any]]
) -> list[str]:
    """Return the name of the round of each row, "" for all; it is taken out of the row.

    A blank cell says what the one above it says.
    """
    names: list[str] = []
    filled: list[tuple[int, int]] = []
    for number, row in enumerate(rows):
        pointer = f"{REVIEWERS.pointer}/{number}/round"
        above = names[-1] if names else ""
        written = row.pop("round", None)
        if written is not None:
            above = _name_of_round(reading, pointer, str(written), rounds)
        elif above:
            location = reading.locations[pointer]
            reading.correct(location, _ROUND_LABEL, ReadAs.OTHER_CELL, above)
            filled.append((location.row, location.column))
        names.append(above)
    if filled:
        at = at_indexes(reading.file, REVIEWERS.sheet, filled)
        reading.note(Code.PLAN_FILLED_DOWN, at, name=_ROUND_LABEL, count=len(filled))
    return names


def _copy_locations(reading: Reading, old: str, new: str) -> None:
    for pointer in list(_below(reading, old)):
        reading.locations[new + pointer.removeprefix(old)] = reading.locations[pointer]


def _below(reading: Reading, pointer: str) -> Iterator[str]:
    return (p for p in reading.locations if p == pointer or p.startswith(f"{pointer}/"))

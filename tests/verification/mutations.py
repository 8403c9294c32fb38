"""Ways in which a round is falsified after it was compiled, each named by the place it harms."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tests.city import City
from workflow.compiled.points.point import Handling
from workflow.model.cells import a1
from workflow.returned.readers.openpyxl import open_exactly
from workflow.storage.journal import EventKind, Journal, lengthened, read_journal
from workflow.storage.spooled import whole

YEAR = 2023


@dataclass(frozen=True, slots=True)
class Harm:
    """What was done: the file it was done to, and sheet and cell where there is one."""

    file: str
    sheet: str = ""
    cell: str = ""


Mutation = Callable[[City, random.Random], Harm]


def one_character_of_the_ledger(city: City, dice: random.Random) -> Harm:
    """Change one character of one filled cell of 台帳."""
    path = city.workspace.ledger(YEAR)
    sheet = open_exactly(path.read_bytes())["台帳"]
    texts = [c for row in sheet.iter_rows() for c in row if isinstance(c.value, str) and c.value]
    cell = dice.choice(texts)
    at = dice.randrange(len(str(cell.value)))
    text = str(cell.value)
    changed = text[:at] + ("甲" if text[at] != "甲" else "乙") + text[at + 1 :]
    content = f'<is><t xml:space="preserve">{escape(changed)}</t></is>'
    _patch_cell(path, "台帳", cell.coordinate, ' t="inlineStr"', content)
    return Harm(_shown(city, path), "台帳", cell.coordinate)


def one_count(city: City, dice: random.Random) -> Harm:
    """Change the cached result of one count of 集計表."""
    path = city.workspace.ledger(YEAR)
    part = _part(path, "集計表")
    sheet = _parts(path)[part].decode()
    cells = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f><v>\d+</v></c>', sheet)
    cell = dice.choice(cells)
    pattern = rf'(<c r="{cell}"[^>]*><f>[^<]*</f><v>)(\d+)(</v>)'
    changed = re.sub(pattern, lambda m: f"{m[1]}{int(m[2]) + dice.randint(1, 9)}{m[3]}", sheet)
    _replace(path, part, changed)
    return Harm(_shown(city, path), "集計表", cell)


def a_formula_made_a_number(city: City, dice: random.Random) -> Harm:
    """Write the right number where a count was a live formula."""
    path = city.workspace.ledger(YEAR)
    part = _part(path, "集計表")
    sheet = _parts(path)[part].decode()
    cell = dice.choice(re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f>COUNTIFS', sheet))
    _replace(path, part, re.sub(rf'(<c r="{cell}"[^>]*>)<f>[^<]*</f>', r"\1", sheet))
    return Harm(_shown(city, path), "集計表", cell)


def two_rows_swapped(city: City, dice: random.Random) -> Harm:
    """Swap the contents of two neighbouring rows of 台帳."""
    path = city.workspace.ledger(YEAR)
    part = _part(path, "台帳")
    sheet = _parts(path)[part].decode()
    rows = dict(re.findall(r'(<row r="\d+"[^>]*>)(.*?)</row>', sheet))
    upper = dice.randrange(2, len(rows))
    values = [[c.value for c in row] for row in open_exactly(path.read_bytes())["台帳"].iter_rows()]
    pairs = enumerate(zip(values[upper - 1], values[upper], strict=True), start=1)
    differing = next(column for column, (one, other) in pairs if one != other)
    starts = {int(re.findall(r"\d+", start)[0]): start for start in rows}
    one, other = rows[starts[upper]], rows[starts[upper + 1]]
    moved = {
        upper: re.sub(rf'r="([A-Z]+){upper + 1}"', rf'r="\g<1>{upper}"', other),
        upper + 1: re.sub(rf'r="([A-Z]+){upper}"', rf'r="\g<1>{upper + 1}"', one),
    }
    sheet = sheet.replace(f"{starts[upper]}{one}</row>", f"{starts[upper]}{moved[upper]}</row>")
    sheet = sheet.replace(
        f"{starts[upper + 1]}{other}</row>", f"{starts[upper + 1]}{moved[upper + 1]}</row>"
    )
    _replace(path, part, sheet)
    return Harm(_shown(city, path), "台帳", a1(upper, differing))


def one_character_of_the_csv(city: City, dice: random.Random) -> Harm:
    """Change one character of the CSV ledger."""
    path = city.workspace.ledger_csv(YEAR)
    text = path.read_bytes().decode("utf-8-sig")
    at = dice.choice([n for n, c in enumerate(text) if c.isalnum()])
    changed = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
    path.write_bytes(changed.encode("utf-8-sig"))
    return Harm(_shown(city, path))


def an_answer_off_the_schema(city: City, dice: random.Random) -> Harm:
    """Write another rating than there is into one answered row of 台帳 or of the CSV."""
    ledger, table = city.workspace.ledger(YEAR), city.workspace.ledger_csv(YEAR)
    rows = list(csv.reader(io.StringIO(table.read_bytes().decode("utf-8-sig"), newline="")))
    column, status = rows[0].index("評価"), rows[0].index("回答状況")
    at = dice.choice([n for n, row in enumerate(rows) if row[status] == "回答済"])
    cell = a1(at + 1, column + 1)
    if dice.random() < 0.5:
        _patch_cell(ledger, "台帳", cell, ' t="inlineStr"', "<is><t>とても良い</t></is>")
        return Harm(_shown(city, ledger), "台帳", cell)
    rows[at][column] = "とても良い"
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    table.write_bytes(stream.getvalue().encode("utf-8-sig"))
    return Harm(_shown(city, table), cell=cell)


def one_line_of_a_text(city: City, dice: random.Random) -> Harm:
    """Drop one line of datapackage.json, of answers.schema.json or of the page."""
    workspace = city.workspace
    path = dice.choice(
        (workspace.data_package(YEAR), workspace.answers_schema(YEAR), workspace.overview(YEAR))
    )
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[dice.randrange(len(lines))]
    path.write_bytes(b"".join(lines))
    return Harm(_shown(city, path))


def one_byte_of_a_return(city: City, dice: random.Random) -> Harm:
    """Change one bit of a returned file."""
    path = dice.choice(_returns(city))
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(bytes(content))
    return Harm(_returned(city, path))


def a_return_taken_away(city: City, dice: random.Random) -> Harm:
    """Delete a returned file."""
    path = dice.choice(_returns(city))
    path.unlink()
    return Harm(_returned(city, path))


def a_return_put_there(city: City, dice: random.Random) -> Harm:
    """Add a file that nobody collected."""
    path = city.workspace.returned(YEAR) / f"あとから{dice.randrange(99)}.txt"
    path.write_text("遅れました。", "utf-8")
    return Harm(_returned(city, path))


def a_line_of_the_journal_dropped(city: City, dice: random.Random) -> Harm:
    """Drop one line of the journal, whichever."""
    path = city.workspace.journal(YEAR)
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[dice.randrange(len(lines))]
    path.write_bytes(b"".join(lines))
    return Harm(_shown(city, path))


def one_byte_of_the_journal(city: City, dice: random.Random) -> Harm:
    """Change one bit of the journal."""
    path = city.workspace.journal(YEAR)
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(7)
    path.write_bytes(bytes(content))
    return Harm(_shown(city, path))


def the_register_edited(city: City, dice: random.Random) -> Harm:
    """Change one letter in a text of the register."""
    path = city.workspace.register(YEAR)
    text = path.read_text("utf-8")
    at = dice.choice([match.start() for match in re.finditer("課|施策|取組|評価|見守", text)])
    path.write_text(text[:at] + "々" + text[at + 1 :], "utf-8")
    return Harm(_shown(city, path))


def a_template_changed(city: City, dice: random.Random) -> Harm:
    """Change one byte of a template as it was issued."""
    path = dice.choice(sorted(city.workspace.templates(YEAR).glob("[A-Z]*.xlsx")))
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1
    path.write_bytes(bytes(content))
    return Harm(_shown(city, path))


def a_cell_of_the_record(city: City, dice: random.Random) -> Harm:
    """Change one cell of 確認の記録: what was decided, why, by whom, or on what."""
    path = city.workspace.record(YEAR)
    rows = open_exactly(path.read_bytes())["確認の記録"].iter_rows(min_row=2, max_col=14)
    cell = dice.choice([cell for row in rows for cell in row if cell.value]).coordinate
    _patch_cell(path, "確認の記録", cell, ' t="inlineStr"', "<is><t>書き換え</t></is>")
    return Harm(_shown(city, path), "確認の記録", cell)


def a_value_that_was_chosen(city: City, dice: random.Random) -> Harm:
    """Write into the ledger another value than that of the answer somebody chose, or its source."""
    path = city.workspace.ledger(YEAR)
    header, *rows = open_exactly(path.read_bytes())["台帳"].iter_rows()
    at = {str(cell.value): n for n, cell in enumerate(header)}
    (row,) = [row for row in rows if row[at["整理番号"]].value == "2-1"]
    cell = row[at[dice.choice(("取組状況", "評価", "回答ファイル", "SHA-256"))]].coordinate
    _patch_cell(path, "台帳", cell, ' t="inlineStr"', "<is><t>Ｂ</t></is>")
    return Harm(_shown(city, path), "台帳", cell)


def an_explanation_rewritten(city: City, _: random.Random) -> Harm:
    """Write into 欄外記入 another explanation than the one that came back."""
    path = city.workspace.ledger(YEAR)
    rows = open_exactly(path.read_bytes())["欄外記入"].iter_rows(min_row=2, max_col=2)
    (cell,) = [text.coordinate for kind, text in rows if kind.value == "お尋ねへの説明"]
    _patch_cell(path, "欄外記入", cell, ' t="inlineStr"', "<is><t>何もしていません。</t></is>")
    return Harm(_shown(city, path), "欄外記入", cell)


def a_reason_for_nothing(city: City, _: random.Random) -> Harm:
    """Write into the ledger another reason for reporting nothing."""
    return _of_nothing(city, "報告がない場合の理由", "忘れた。")


def a_status_of_nothing(city: City, dice: random.Random) -> Harm:
    """Say in the ledger that an item was answered, or is missing, where nothing is reported."""
    return _of_nothing(city, "回答状況", dice.choice(("回答済", "未提出")))


def a_rating_of_nothing(city: City, _: random.Random) -> Harm:
    """Write a rating where nothing is reported."""
    return _of_nothing(city, "評価", "Ａ")


def nothing_made_of_an_answer(city: City, _: random.Random) -> Harm:
    """Say in the ledger of an item that was answered that nothing is reported."""
    return _of_nothing(city, "回答状況", "報告なし", of="回答済")


def a_reason_for_nothing_in_the_csv(city: City, _: random.Random) -> Harm:
    """Write into the CSV another reason for reporting nothing."""
    path = city.workspace.ledger_csv(YEAR)
    content = path.read_bytes()
    path.write_bytes(content.replace("研修の予定がない。".encode(), "研修を忘れていた。".encode()))
    assert path.read_bytes() != content
    return Harm(_shown(city, path))


def a_reason_for_nothing_in_the_return(city: City, _: random.Random) -> Harm:
    """Write another reason into the return itself."""
    path = city.returned("甲課.xlsx")
    book = open_exactly(path.read_bytes())
    cells = [cell for row in book["進捗状況"].iter_rows() for cell in row]
    (cell,) = [cell for cell in cells if cell.value == "令和5年度は休止した。"]
    cell.value = "やめた。"
    book.save(path)
    return Harm(_returned(city, path))


def _of_nothing(city: City, label: str, instead: str, of: str = "報告なし") -> Harm:
    """Write into the ledger another value of the first row that has a status."""
    path = city.workspace.ledger(YEAR)
    header, *rows = open_exactly(path.read_bytes())["台帳"].iter_rows()
    at = {str(cell.value): n for n, cell in enumerate(header)}
    row = next(row for row in rows if row[at["回答状況"]].value == of)
    cell = row[at[label]].coordinate
    _patch_cell(path, "台帳", cell, ' t="inlineStr"', f"<is><t>{instead}</t></is>")
    return Harm(_shown(city, path), "台帳", cell)


def a_decision_rewritten(city: City, dice: random.Random) -> Harm:
    """Change the word, the reason or the name of a decision in the journal."""
    path = city.workspace.journal(YEAR)
    text = path.read_text("utf-8")
    written = dice.choice([*Handling, "電話で確かめた。", "佐藤"])
    path.write_text(text.replace(f'"{written}"', '"書き換え"', 1), "utf-8")
    return Harm(_shown(city, path))


def decision_forged(city: City, handling: Handling) -> Harm:
    """Decide otherwise in the journal and chain all of it anew: only what follows tells."""
    path = city.workspace.journal(YEAR)
    journal, _ = read_journal(path.read_bytes())
    instead = Handling.CHECKED if handling is not Handling.CHECKED else Handling.SEND_BACK
    forged = Journal()
    for event in journal.events:
        facts = json.dumps(event.facts, ensure_ascii=False)
        if event.kind is EventKind.DECIDED:
            assert f'"{handling}"' in facts
            facts = facts.replace(f'"{handling}"', f'"{instead}"', 1)
        forged = forged.adding(event.kind, event.at, json.loads(facts))
    path.unlink()
    path.write_bytes(whole(lengthened(path, Journal(), forged)[path]))
    assert read_journal(path.read_bytes())[1] == ()
    return Harm(_shown(city, city.workspace.record(YEAR)), "確認の記録")


def an_actual_of_an_indicator(city: City, dice: random.Random) -> Harm:
    """Write into 指標 another actual, or another target, than there is."""
    return _of_sheet(city, "指標", dice.choice(("実績値", "目標値", "基準値")), "<v>7654</v>")


def a_grade_of_an_indicator(city: City, dice: random.Random) -> Harm:
    """Write into 指標 another grade, or a reason for none."""
    label = dice.choice(("判定", "判定できない理由"))
    return _of_sheet(city, "指標", label, "<is><t>上</t></is>", ' t="inlineStr"')


def a_grade_in_the_csv(city: City, dice: random.Random) -> Harm:
    """Change one grade in the CSV of the indicators."""
    path = city.workspace.indicators_csv(YEAR)
    text = path.read_bytes().decode("utf-8-sig")
    at = dice.choice([match.start() for match in re.finditer("[乙丙]", text)])
    path.write_bytes((text[:at] + "甲" + text[at + 1 :]).encode("utf-8-sig"))
    return Harm(_shown(city, path))


def a_known_value_of_the_ledger(city: City, _: random.Random) -> Harm:
    """Write into 台帳 another budget than the city's table has."""
    return _of_sheet(city, "台帳", "予算額（千円）", "<v>7654</v>")


def the_digest_of_the_known_table(city: City, _: random.Random) -> Harm:
    """Write into 台帳 that known values come from another file."""
    label = "既知の値のSHA-256"
    return _of_sheet(city, "台帳", label, "<is><t>00ff</t></is>", ' t="inlineStr"')


def the_known_table_that_was_kept(city: City, _: random.Random) -> Harm:
    """Take away the table, and change the copy that was kept of it."""
    (city.home / "予算.csv").unlink()
    (kept,) = city.workspace.known_tables(YEAR).rglob("*.csv")
    kept.write_bytes(kept.read_bytes().replace(b"120", b"130"))
    return Harm("")


def _of_sheet(city: City, sheet: str, label: str, content: str, kind: str = "") -> Harm:
    """Write into the last filled cell below a heading of the ledger's workbook."""
    path = city.workspace.ledger(YEAR)
    header, *rows = open_exactly(path.read_bytes())[sheet].iter_rows()
    column = [cell.value for cell in header].index(label)
    cell = [row[column] for row in rows if row[column].value is not None][-1].coordinate
    _patch_cell(path, sheet, cell, kind, content)
    return Harm(_shown(city, path), sheet, cell)


FIGURE_MUTATIONS: Mapping[str, Mutation] = {
    made.__name__: made
    for made in (
        an_actual_of_an_indicator,
        a_grade_of_an_indicator,
        a_grade_in_the_csv,
        a_known_value_of_the_ledger,
        the_digest_of_the_known_table,
        the_known_table_that_was_kept,
    )
}
"""Those of a round with indicators and known values."""

DECISION_MUTATIONS: Mapping[str, Mutation] = {
    made.__name__: made
    for made in (
        a_cell_of_the_record,
        a_value_that_was_chosen,
        an_explanation_rewritten,
        a_decision_rewritten,
    )
}
"""Those of a round in which points were decided."""

NOTHING_MUTATIONS: Mapping[str, Mutation] = {
    made.__name__: made
    for made in (
        a_reason_for_nothing,
        a_status_of_nothing,
        a_rating_of_nothing,
        nothing_made_of_an_answer,
        a_reason_for_nothing_in_the_csv,
        a_reason_for_nothing_in_the_return,
    )
}
"""Those of a round in which departments say that they have nothing to report."""

MUTATIONS: Mapping[str, Mutation] = {
    made.__name__: made
    for made in (
        one_character_of_the_ledger,
        one_count,
        a_formula_made_a_number,
        two_rows_swapped,
        one_character_of_the_csv,
        an_answer_off_the_schema,
        one_line_of_a_text,
        one_byte_of_a_return,
        a_return_taken_away,
        a_return_put_there,
        a_line_of_the_journal_dropped,
        one_byte_of_the_journal,
        the_register_edited,
        a_template_changed,
    )
}


def _shown(city: City, path: Path) -> str:
    return path.relative_to(city.home).as_posix()


def _returned(city: City, path: Path) -> str:
    return path.relative_to(city.workspace.returned(YEAR)).as_posix()


def _returns(city: City) -> list[Path]:
    return sorted(p for p in city.workspace.returned(YEAR).rglob("*") if p.is_file())


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _part(path: Path, sheet: str) -> str:
    """Return the part of a sheet; XlsxWriter numbers them in their order."""
    names = open_exactly(path.read_bytes()).sheetnames
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def _patch_cell(path: Path, sheet: str, cell: str, kind: str, content: str) -> None:
    part = _part(path, sheet)
    stored = _parts(path)[part].decode()
    pattern = re.compile(rf'<c r="{cell}"( s="\d+")?[^>]*>.*?</c>')
    changed, count = pattern.subn(
        lambda m: f'<c r="{cell}"{m[1] or ""}{kind}>{content}</c>', stored
    )
    assert count == 1
    _replace(path, part, changed)


def _replace(path: Path, part: str, content: str) -> None:
    parts = _parts(path)
    assert parts[part] != content.encode()
    parts[part] = content.encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, stored in parts.items():
            archive.writestr(name, stored)
    path.write_bytes(stream.getvalue())

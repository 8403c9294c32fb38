"""What the headings of a city's table mean: the words cities use, and what a column is then for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from enum import StrEnum

from workflow.model.cells import folded
from workflow.model.years import parse_year
from workflow.plan.written.named_departments import OFFICES, names_in, without_division
from workflow.python.dataclass import dataclass


class Role(StrEnum):
    """What a column is for, in the coordinator's words."""

    ID = "整理番号"
    LEVEL = "階層"
    NUMBER_OF_LEVEL = "階層の番号"
    TITLE = "取組内容"
    DEPARTMENT = "担当課"
    PAGES = "計画書ページ"
    ANSWER = "項目"
    INDICATOR = "指標"
    INDICATOR_ID = "指標番号"
    UNIT = "単位"
    AIM = "めざす方向"
    COUNTING = "実績の数え方"
    BASE = "基準値"
    BASE_YEAR = "基準年度"
    TARGET = "目標値"
    ACTUAL = "実績値"
    UNUSED = "使わない"
    UNKNOWN = "分からない"


@dataclass(frozen=True, slots=True)
class Label:
    """A heading taken apart: its words, its unit and the fiscal year it speaks of."""

    text: str
    unit: str = ""
    year: int | None = None

    @property
    def key(self) -> str:
        """The words for comparison only."""
        return folded(self.text)


_UNIT = re.compile(r"[（(\[［]\s*(?:単位[:：]?\s*)?([^()（）\[\]［］]{1,8})\s*[)）\]］]$")
_IN_BRACKETS = re.compile(r"[（(\[［][^()（）\[\]［］]{1,20}[)）\]］]")
_UNITS = re.compile(
    r"千円|百万円|万円|円|人|名|件|回|%|％|ポイント|点|か所|箇所|カ所|団体|校|世帯|日|時間|年|冊|枚|台"
    r"|km|㎡|ha|t|kg|人日|事業|組|室|棟|施設|社|者|戸|部"
)
_ERA_YEAR = r"(?:令和|平成|[RrHh])\s*\.?\s*(?:元|\d{1,2})|20\d{2}"
_YEAR = re.compile(rf"[（(]?\s*({_ERA_YEAR})\s*年?度?(?:末)?\s*[)）]?\s*(?:における|の)?")
_JOINTS = " 　_＿・:：-－／/の"


def label_of(*texts: str) -> Label:
    r"""Return a heading of one or more lines, the group first, taken apart.

    >>> label_of("令和5年度", "決算額（千円）")
    Label(text='決算額', unit='千円', year=2023)
    >>> label_of("評価", "R5"), label_of("目標値(R5)").text
    (Label(text='評価', unit='', year=2023), '目標値')
    >>> label_of("担当\n課"), label_of("令和5年度_今後の方針").text
    (Label(text='担当課', unit='', year=None), '今後の方針')
    """
    lines = ["".join(text.split()) if _is_japanese(text) else text.strip() for text in texts]
    if len(lines) > 1 and _is_year_alone(lines[-1]):
        lines = [*lines[:-2], lines[-1], lines[-2]]
    label = Label(lines[-1] if lines else "")
    for line in lines:
        label = replace(label, year=year_in(line) or label.year)
    own = _without_year(label.text)
    unit = _UNIT.search(own)
    if unit and _UNITS.fullmatch(_plain(unit[1])):
        own = own[: unit.start()]
        label = replace(label, unit=unicodedata.normalize("NFC", unit[1]))
    return replace(label, text=own.strip(_JOINTS) or label.text)


def _is_year_alone(text: str) -> bool:
    return _YEAR.fullmatch(_plain(text)) is not None and year_in(text) is not None


def is_in_brackets(text: str) -> bool:
    """Whether a cell of a heading only adds to the one above: a unit, the choices, who fills it in.

    >>> is_in_brackets("（千円）"), is_in_brackets("(A〜D)"), is_in_brackets("(1)意識啓発")
    (True, True, False)
    """
    return _IN_BRACKETS.fullmatch("".join(text.split())) is not None


def year_in(text: str) -> int | None:
    """Return the fiscal year a text names, the last one of several; None for none.

    >>> year_in("門真市地域福祉計画 令和５年度 進捗状況"), year_in("第2期計画")
    (2023, None)
    """
    found = None
    for match in _YEAR.finditer(_plain(text)):
        written = match[0].strip(" (")
        if "年" in written or written[:1] in "RrHh令平" or written == text:
            found = _fiscal(match[1]) or found
    return found


def _fiscal(text: str) -> int | None:
    try:
        return parse_year(text)
    except ValueError:
        return None


def _without_year(text: str) -> str:
    if year_in(text) is None:
        return text
    return _YEAR.sub("", unicodedata.normalize("NFKC", text)) or text


def _is_japanese(text: str) -> bool:
    return any(ord(character) > 0x2E7F for character in text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


# The words. Each pattern is held against a whole heading, folded, without its unit and year.

_NUMBER = r"(?:番号|no\.?|nо\.?|ナンバー|コード|#)"
_ID = re.compile(
    rf"(?:整理|事業|取組み?|取り組み|管理|通し|個別|項目|事務事業|施策)?{_NUMBER}|通番|連番|項番|id"
)
_PAGES = re.compile(r".*(?:ページ|頁|ﾍﾟｰｼﾞ).*|p\.?|掲載箇所|該当箇所")
_DEPARTMENT = re.compile(
    r"(?:主|主な|主たる|事業)?(?:担当|所管|主管)(?:課名?|部署名?|部課名?|部局課?名?|所属名?|主体|機関|室|者課|係|部・課|課・?室名?|課等|課\(室\)|先)?(?:等|名)?"
    r"|(?:実施|取組|推進)(?:課|部署|主体|機関|団体).{0,4}"
    r"|所属名?|課名?|課・?室名?|課等|部署名?|部課名|担当課.{0,6}|所管課.{0,6}"
)
_DIVISION = re.compile(r"(?:担当|所管|主管)?(?:部|部局|局)名?")
_OTHERS = re.compile(r"(?:関係|関連|協力|連携|副担当|関与)(?:課|部署|所管|担当|先|機関|団体).{0,6}")
_LEVEL = re.compile(
    r"(?:基本|重点|個別|主要|推進|まちづくりの|施策の?)?(?:目標|方針|施策|政策|理念|方向性?|プロジェクト|テーマ)"
    r"(?:\d{1,2}|[ivx]{1,3})?(?:名|の?(?:方向性?|柱|展開|体系|区分|分野|目標|項目))?"
    r"|(?:大|中|小|細)(?:項目|分類|施策|区分|柱|目標|見出し?)(?:名)?|施策の?(?:柱|方向性?|体系|大綱|展開方向|区分)"
    r"|基本的な?(?:方向性?|取組|施策|考え方)|柱|分野|部門|章|節|大綱|区分|体系|カテゴリー?|分類|領域"
    r"|取組の?(?:項目|方向性?|分野|柱|区分|方針)|取り組みの?(?:項目|方向性?|分野|柱)|政策分野|施策分野|個別目標"
)
_CERTAIN_LEVEL = re.compile(
    r"(?:基本|重点|個別|施策の?)(?:目標|方針|施策|政策|柱)|[大中小]項目|柱|分野|政策|章|節"
)
_TITLE = re.compile(
    r"(?:具体的な?|主な|実施する?|個別|関連|主要)?(?:の)?(?:取組み?|取り組み|事業|施策・?事業|事務事業|取組・?事業|活動|施策)"
    r"(?:の)?(?:内容|名称?|項目名|概要)?(?:[・/]?(?:内容|概要|事業))?|内容|概要|取組事項|実施事項|事業・取組(?:名|内容)?|具体的内容|事項|項目"
)
_ANSWER = re.compile(
    r"実績|状況|結果|成果|効果|課題|問題|改善|今後|来年度|次年度|翌年度|評価|達成|進捗|判定|ランク|予算|決算|事業費|経費|目標値|指標"
    r"|現状値|基準値|備考|意見|コメント|理由|件数|人数|回数|参加者|スケジュール|時期|期限|年次|対応|予定|方針|方向性|実施率|割合|完了日|見直し|反省|総括|率$|[^表]額$"
)
_PLANS = re.compile(r"(?:計画|プラン|ビジョン)(?!値|額|数)|一覧|シート|調書|管理表|調査票")
_PAPER = re.compile(r"(?:シート|調書|調査票|管理表|評価票|個票)$")
_LONGEST_HEADING, _LONGEST_PAIRED = 30, 10
_WHOLE = (
    (Role.PAGES, _PAGES),
    (Role.DEPARTMENT, _DEPARTMENT),
    (Role.ID, _ID),
    (Role.LEVEL, _LEVEL),
)


def role_of(label: Label) -> Role:
    """Return what a heading means by its words alone; UNKNOWN when they say nothing.

    >>> role_of(label_of("所管課")).value, role_of(label_of("施策の柱")).value
    ('担当課', '階層')
    >>> role_of(label_of("令和5年度の取組内容")).value, role_of(label_of("事業名")).value
    ('項目', '取組内容')
    """
    words = folded(label.text)
    if not words or len(words) > _LONGEST_HEADING or words.endswith("。"):
        return Role.UNKNOWN
    if _PAPER.search(words) or (_PLANS.search(words) and len(words) > _LONGEST_PAIRED):
        return Role.UNKNOWN
    if _OTHERS.fullmatch(words) or _DIVISION.fullmatch(words):
        return Role.UNUSED
    if label.year is not None and not _DEPARTMENT.fullmatch(words) and not _PLANS.search(words):
        return Role.ANSWER
    whole = next((role for role, pattern in _WHOLE if pattern.fullmatch(words)), None)
    if whole:
        return whole
    if _ANSWER.search(words):
        return Role.ANSWER
    return Role.TITLE if _TITLE.fullmatch(words) else Role.UNKNOWN


def is_certain_level(label: Label) -> bool:
    """Whether a heading can only mean a level, wherever its column stands; 方針 can mean both.

    >>> is_certain_level(label_of("基本目標")), is_certain_level(label_of("今後の方針"))
    (True, False)
    """
    return _CERTAIN_LEVEL.match(folded(label.text)) is not None


def numbers_level(label: Label) -> str:
    """Return the folded words of the level a heading gives the numbers of; "" for none.

    >>> numbers_level(label_of("基本目標番号"))
    '基本目標'
    """
    found = re.fullmatch(rf"(.+?)の?{_NUMBER}", folded(label.text))
    return found[1] if found else ""


# What stands in the cells.

_NOBODY = frozenset({"未定", "調整中", "検討中", "未設定", "なし", "該当なし"})
_LONGEST_NAME, _LONGEST_LIST = 30, 500
_SENTENCE = re.compile(r"[。、を]|する|した|ます")
NOTHING = frozenset({"", "-", "－", "―", "ー", "—", "–", "…", "‐", "／", "/"})


def looks_like_department(text: str) -> bool:
    """Whether a text could be the name of one department.

    >>> looks_like_department("福祉政策課"), looks_like_department("相談窓口を置く課")
    (True, False)
    """
    name = text.strip()
    is_name = name not in OFFICES and name.endswith(OFFICES) and len(name) <= _LONGEST_NAME
    return is_name and not _SENTENCE.search(name)


def department_names(text: str) -> tuple[str, ...]:
    """Return the departments one cell names, without their division.

    >>> department_names("健康福祉部 福祉政策課、危機管理課")
    ('福祉政策課', '危機管理課')
    >>> department_names("危機管理課・福祉政策課"), department_names("こども・若者課")
    (('危機管理課', '福祉政策課'), ('こども・若者課',))
    >>> department_names("調整中")
    ()
    """
    # Every way to part a cell is weighed; a text this long is no list of names.
    names = names_in(text, lambda _: False) if len(text) <= _LONGEST_LIST else (text,)
    found = map(without_division, names)
    return tuple(name for name in dict.fromkeys(found) if name not in _NOBODY)

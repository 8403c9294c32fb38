"""A code for a department, made of its name alone: readable, and the same every year. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

_LONGEST = 20
_DIGEST = 4

WORDS = {
    "社会福祉協議会": "SHAKYO",
    "教育委員会": "KYOI",
    "事務局": "JIMUKYOKU",
    "福祉": "FUKUSHI",
    "政策": "SEISAKU",
    "高齢": "KOREI",
    "高齢者": "KOREISHA",
    "障がい": "SHOGAI",
    "障害": "SHOUGAI",
    "障碍": "SYOGAI",
    "障がい者": "SHOGAISHA",
    "障害者": "SHOUGAISHA",
    "子育て": "KOSODATE",
    "支援": "SHIEN",
    "推進": "SUISHIN",
    "家庭": "KATEI",
    "保育": "HOIKU",
    "児童": "JIDO",
    "青少年": "SEISHONEN",
    "若者": "WAKAMONO",
    "子ども": "KO-DOMO",
    "子供": "KO-TOMO",
    "学校": "GAKKO",
    "教育": "KYOIKU",
    "生涯": "SYOUGAI",
    "学習": "GAKUSHU",
    "社会": "SHAKAI",
    "文化": "BUNKA",
    "健康": "KENKO",
    "保健": "HOKEN",
    "医療": "IRYO",
    "介護": "KAIGO",
    "保険": "HOKEN2",
    "年金": "NENKIN",
    "国保": "KOKUHO",
    "国民": "KOKUMIN",
    "増進": "ZOSHIN",
    "地域": "CHIIKI",
    "包括": "HOKATSU",
    "共生": "KYOSEI",
    "協働": "KYODO",
    "市民": "SHIMIN",
    "町民": "CHOMIN",
    "村民": "SONMIN",
    "区民": "KUMIN",
    "住民": "JUMIN",
    "人権": "JINKEN",
    "平和": "HEIWA",
    "男女": "DANJO",
    "共同": "KYODOU",
    "参画": "SANKAKU",
    "相談": "SODAN",
    "生活": "SEIKATSU",
    "保護": "HOGO",
    "安全": "ANZEN",
    "危機": "KIKI",
    "管理": "KANRI",
    "防災": "BOSAI",
    "防犯": "BOHAN",
    "消防": "SHOBO",
    "総務": "SOMU",
    "企画": "KIKAKU",
    "財政": "ZAISEI",
    "契約": "KEIYAKU",
    "会計": "KAIKEI",
    "人事": "JINJI",
    "職員": "SHOKUIN",
    "秘書": "HISHO",
    "広報": "KOHO",
    "広聴": "KOCHO",
    "情報": "JOHO",
    "税務": "ZEIMU",
    "課税": "KAZEI",
    "納税": "NOZEI",
    "収納": "SHUNO",
    "環境": "KANKYO",
    "衛生": "EISEI",
    "資源": "SHIGEN",
    "循環": "JUNKAN",
    "都市": "TOSHI",
    "計画": "KEIKAKU",
    "整備": "SEIBI",
    "建設": "KENSETSU",
    "建築": "KENCHIKU",
    "住宅": "JUTAKU",
    "土木": "DOBOKU",
    "道路": "DORO",
    "公園": "KOEN",
    "緑地": "RYOKUCHI",
    "交通": "KOTSU",
    "水道": "SUIDO",
    "上下水道": "JOGESUIDO",
    "下水道": "GESUIDO",
    "産業": "SANGYO",
    "経済": "KEIZAI",
    "商工": "SHOKO",
    "観光": "KANKO",
    "農業": "NOGYO",
    "農林": "NORIN",
    "農政": "NOSEI",
    "水産": "SUISAN",
    "労働": "RODO",
    "雇用": "KOYO",
    "振興": "SHINKO",
    "戦略": "SENRYAKU",
    "行政": "GYOSEI",
    "改革": "KAIKAKU",
    "監査": "KANSA",
    "選挙": "SENKYO",
    "議会": "GIKAI",
    "図書": "TOSHO",
    "公民": "KOMIN",
    "給食": "KYUSHOKU",
    "指導": "SHIDO",
    "窓口": "MADOGUCHI",
    "戸籍": "KOSEKI",
    "療育": "RYOIKU",
    "母子": "BOSHI",
    "発達": "HATTATSU",
    "対策": "TAISAKU",
    "調整": "CHOSEI",
    "施設": "SHISETSU",
    "事業": "JIGYO",
    "業務": "GYOMU",
    "運営": "UNEI",
    "課": "KA",
    "室": "SHITSU",
    "局": "KYOKU",
    "部": "BU",
    "係": "KAKARI",
    "所": "SHO",
    "館": "KAN",
    "本部": "HONBU",
    "センター": "CENTER",
    "市": "SHI",
    "町": "CHO",
    "村": "SON",
    "区": "KU",
}
"""Words that names of departments are made of, each in letters that are its alone."""

_KANA_LETTERS = (
    "あA いI うU えE おO かKA きKI くKU けKE こKO さSA しSHI すSU せSE そSO "
    "たTA ちCHI つTSU てTE とTO なNA にNI ぬNU ねNE のNO "
    "はHA ひHI ふFU へHE ほHO まMA みMI むMU めME もMO やYA ゆYU よYO "
    "らRA りRI るRU れRE ろRO わWA をWO んN がGA ぎGI ぐGU げGE ごGO ざZA じJI ずZU ぜZE ぞZO "
    "だDA ぢDI づDU でDE どDO ばBA びBI ぶBU べBE ぼBO ぱPA ぴPI ぷPU ぺPE ぽPO"
)
_KANA = {pair[0]: pair[1:] for pair in _KANA_LETTERS.split()}
_CONTRACTED = {"ゃ": "A", "ゅ": "U", "ょ": "O"}
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_TOKEN = re.compile(
    "|".join(map(re.escape, sorted(WORDS, key=len, reverse=True)))
    + "|[A-Za-z0-9]+|[ぁ-んー]+|[ァ-ヶー]+?(?=センター|[^ァ-ヶー]|$)|."
)
_WHOSE = re.compile(r"^\S{1,6}?[市町村区](?=社会福祉協議会|教育委員会)")


def department_codes(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a code for each name; none is taken, and a new name changes no other's code.

    >>> department_codes(["福祉政策課", "こども・若者課", "危機管理室", "福祉政策係"])
    ... # doctest: +NORMALIZE_WHITESPACE
    {'福祉政策課': 'FUKUSHI-SEISAKU', 'こども・若者課': 'KODOMO-WAKAMONO',
     '危機管理室': 'KIKI-KANRI-SHITSU', '福祉政策係': 'FUKUSHI-SEISAKU-9E22'}
    >>> department_codes(["福祉政策課"], taken=["fukushi-seisaku"])
    {'福祉政策課': 'FUKUSHI-SEISAKU-B282'}
    """
    used = {code.casefold() for code in taken}
    codes: dict[str, str] = {}
    for name in names:
        if name not in codes:
            codes[name] = next(c for c in _proposals(name) if c.casefold() not in used)
            used.add(codes[name].casefold())
    return codes


def _proposals(name: str) -> Iterator[str]:
    """Yield codes for a name: its words, then its words with more and more of its digest."""
    words = list(_romanised(_WHOSE.sub("", unicodedata.normalize("NFKC", name))))
    known = [word for word in words if word] or [WORDS["課"]]
    whole = "-".join(known)
    digest = hashlib.sha256(name.encode()).hexdigest().upper()
    if len(known) == len(words) and all(words) and len(whole) <= _LONGEST:
        yield whole
    for length in range(_DIGEST, _LONGEST + 1):
        kept = list(known)
        while kept and len("-".join(kept)) + 1 + length > _LONGEST:
            kept.pop()
        yield "-".join([*kept, digest[:length]])


def _romanised(name: str) -> Iterator[str]:
    """Yield the words of a name in letters, "" for what is in none of them; 課 goes without saying.

    >>> list(_romanised("学校教育課")), list(_romanised("まちづくり室")), list(_romanised("鵜飼課"))
    (['GAKKO', 'KYOIKU'], ['MACHIDUKURI', 'SHITSU'], ['', ''])
    """
    tokens = _TOKEN.findall(name)
    for token in tokens[:-1] if tokens[-1:] == ["課"] else tokens:
        if token in WORDS:
            yield WORDS[token]
        elif token.isascii() and token.isalnum():
            yield token.upper()
        elif re.fullmatch("[ぁ-んァ-ヶー]+", token):
            yield _in_letters(token)
        elif not re.fullmatch(r"[\s・()「」、の&+-]", token):
            yield ""


def _in_letters(kana: str) -> str:
    """Return kana in letters, "" where some have none; a long vowel is written once.

    >>> _in_letters("スポーツ"), _in_letters("しょうがい"), _in_letters("ねっと")
    ('SUPOTSU', 'SHOUGAI', 'NETTO')
    """
    letters = ""
    doubled = False
    for sign in kana.translate(_TO_HIRAGANA):
        if sign == "っ":
            doubled = True
        elif sign in _CONTRACTED and letters.endswith("I"):
            joint = "" if letters.endswith(("SHI", "CHI", "JI")) else "Y"
            letters = f"{letters[:-1]}{joint}{_CONTRACTED[sign]}"
        elif sign in _KANA:
            letters += (_KANA[sign][0] if doubled else "") + _KANA[sign]
            doubled = False
        elif sign != "ー":
            return ""
    return letters

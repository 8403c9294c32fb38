"""Where things stand on the entry sheet of the templates the cases are made from."""

from __future__ import annotations

PLACES = {
    "整理番号": "A6",
    "取組状況": "E6",
    "評価": "F6",
    "決算額": "G6",
    "完了日": "H6",
    "row": "6",
}

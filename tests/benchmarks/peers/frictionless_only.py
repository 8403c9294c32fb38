"""frictionless checking every workbook against a table schema, and nothing more."""

import sys
from pathlib import Path

from frictionless import Dialect, Resource, Schema
from frictionless.formats import ExcelControl

_HEADER_ROW = 4
_NAMES = ("整理番号", "基本目標", "基本施策", "取組項目", "取組内容", "担当課")
_TEXTS = ("取組状況", "課題・改善点")
_CHOICES = {
    "今後の方針": ["継続", "拡大", "改善", "縮小", "廃止", "完了"],
    "評価": ["Ａ", "Ｂ", "Ｃ"],
}


def schema() -> Schema:
    """Return what a return must say, as a table schema."""
    constraints: dict[str, dict[str, object]] = {
        **{name: {"required": True} for name in _NAMES},
        **{name: {"required": True, "maxLength": 1000} for name in _TEXTS},
        **{name: {"required": True, "enum": values} for name, values in _CHOICES.items()},
    }
    fields = [
        {"name": name, "type": "string", "constraints": demands}
        for name, demands in constraints.items()
    ]
    return Schema.from_descriptor({"fields": fields})


def is_valid(folder: Path, name: str, expected: Schema) -> bool:
    """Validate one workbook; the rows that head a group of items (■) are no data."""
    sheet = ExcelControl(sheet="進捗状況")
    dialect = Dialect(header_rows=[_HEADER_ROW], comment_char="■", controls=[sheet])
    resource = Resource(path=name, basepath=str(folder), dialect=dialect, schema=expected)
    return resource.validate().valid


if __name__ == "__main__":
    returned, expected = Path(sys.argv[1]), schema()
    spoilt = [f.name for f in returned.glob("*.xlsx") if not is_valid(returned, f.name, expected)]
    sys.exit(f"not valid: {spoilt[:3]}" if spoilt else 0)

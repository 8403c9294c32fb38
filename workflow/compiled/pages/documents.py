"""What lies beside the overview and is worth opening, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflow.compiled.pages.addresses import to_file
from workflow.compiled.pages.frame import Anchor

_REPORT = "報告書/index.html"
_DESCRIBED = (
    (_REPORT, "報告書", "審議会に出す報告書を、画面で読めるようにしたものです。"),
    (
        ".xlsx",
        "台帳（Excel）",
        "集計表、要確認、前年度比較、指摘一覧、受付記録なども入っています。",
    ),
    (".csv", "台帳（CSV）", "台帳と同じ内容の、公開用のデータです。"),
    (".parquet", "台帳（Parquet）", "台帳と同じ内容の、大量のデータを扱う道具のためのものです。"),
    (".json", "データの説明", "公開用のデータの、項目の意味です。"),
)
"""How a name ends, what to call the file, and what it is for."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to open; parts are the pages it leads on to."""

    href: str
    label: str
    name: str
    purpose: str
    parts: tuple[Anchor, ...] = ()


def documents(beside: Mapping[str, str]) -> Iterator[Document]:
    """Yield what is known of the files named below compiled/YEAR, in the order of use.

    Beside holds for each name its title, or "" where it has none of its own.
    """
    parts = tuple(Anchor(to_file(name), title) for name, title in beside.items() if title)
    entries = [name for name in beside if "/" not in name or name == _REPORT]
    for ending, label, purpose in _DESCRIBED:
        for name in (name for name in entries if name.endswith(ending)):
            own = parts if name == _REPORT else ()
            yield Document(to_file(name), label, name, purpose, own)

"""What LibreOffice prints of a template: nothing is cut, every page says where it belongs."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

from tests.city import City, full_texts
from tests.fillers.libreoffice import run_jobs
from tests.fillers.xml_patch import located
from tests.programs import needs_libreoffice, needs_pdftotext
from workflow.plan.document import sample_document

pytestmark = [needs_libreoffice, needs_pdftotext]

LABELS = ("取組状況", "課題・改善点")


def forty_lines(mark: str) -> str:
    """Return 1,000 characters in 40 lines that end with a mark of ten letters."""
    line = "あいうえおかきくけこさしすせそたちつてとなに"
    lines = "\n".join(f"{n:02}{line}" for n in range(1, 41))
    return lines[: 1000 - 10] + f"{mark:末>10}"


def one_line(mark: str) -> str:
    """Return 1,000 characters without a line break that end with a mark of ten letters."""
    return "長" * 990 + f"{mark:末>10}"


def printed(pdf: Path) -> list[str]:
    """Return the text of each page without white space."""
    command = ["pdftotext", "-layout", str(pdf), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    pages = done.stdout.decode().split("\f")[:-1]
    return [re.sub(r"\s", "", page) for page in pages]


def print_jobs(sources: dict[str, Path], folder: Path) -> dict[str, list[str]]:
    """Print workbooks in one go; return name → pages."""
    targets = {name: folder / f"{name}.pdf" for name in sources}
    run_jobs(
        [
            {"do": "print", "source": str(source), "target": str(targets[name])}
            for name, source in sources.items()
        ]
    )
    return {name: printed(target) for name, target in targets.items()}


def test_long_texts_are_printed_to_the_last_character(city: City, tmp_path: Path) -> None:
    city.generate(2023)
    texts = full_texts(city.plan)
    marks = []
    for item, long_text in (("1-1", forty_lines), ("6-1", one_line)):
        for n, label in enumerate(LABELS):
            marks.append(f"{item}印{n}")
            texts[item][label] = long_text(marks[-1])
            assert len(str(texts[item][label])) == 1000
    template, filled = city.template("GAKKO"), tmp_path / "filled.xlsx"
    cells = located(template, texts)
    run_jobs([{"do": "fill", "source": str(template), "target": str(filled), "cells": cells}])

    # The same texts as last year's answers, in this year's template.
    city.send_back("GAKKO", texts)
    city.collect()
    city.generate(2024)
    pages = print_jobs(
        {
            "filled": filled,
            "previous": city.template("GAKKO", 2024),
            "pinned": pinned(filled, tmp_path / "pinned.xlsx"),
        },
        tmp_path,
    )
    for mark in marks:
        assert mark in "".join(pages["filled"])
        assert mark in "".join(pages["previous"])
        assert mark not in "".join(pages["pinned"]), "the check above could not fail"


def pinned(source: Path, target: Path) -> Path:
    """Copy a workbook with every row too low for its text."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet2.xml":
                content = re.sub(rb' ht="[\d.]+"', b' ht="60"', content)
                content = content.replace(b'customHeight="false"', b'customHeight="true"')
            new.writestr(name, content)
    return target


def test_three_hundred_items_print_with_header_and_page_numbers(tmp_path: Path) -> None:
    document = sample_document()
    document["items"] = [
        {
            "id": f"{n:03}",
            "path": [f"目標{n // 100}", f"施策{n // 10}", "項目"],
            "title": f"取組内容その{n}",
            "departments": ["GAKKO"],
        }
        for n in range(1, 301)
    ]
    document["departments"] = [d for d in document["departments"] if d["code"] == "GAKKO"]
    document["plan"]["coordinator"] = "GAKKO"
    city = City.with_plan(tmp_path, document)
    city.generate()
    pages = print_jobs({"all": city.template("GAKKO")}, tmp_path)["all"]
    entry_pages = [page for page in pages if "■目標" in page]
    assert len(entry_pages) > 10
    for page in entry_pages:
        assert "整理番号" in page
        assert "取組状況" in page or "課題・改善点" in page
        assert "学校教育課様式番号272230-2023-GAKKO-1" in page
    whole = "".join(pages)
    assert all(f"取組内容その{n}" in whole for n in range(1, 301))
    assert f"{len(pages)}/{len(pages)}" in pages[-1]
    assert city.template("GAKKO").stat().st_size < 200_000

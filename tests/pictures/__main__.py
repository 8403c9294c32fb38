"""Make the pictures of README.ja.md anew, from the demo on a city's own form.

python -m tests.pictures
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pymupdf

from workflow.commands.demo import play
from workflow.storage.workspace import OWN_FORM, Workspace

FOLDER = Path(__file__).parent
_FORM = "card"
_YEAR, _ITEM = 2024, "2-3"
_DPI, _QUALITY = 64, 60


def main() -> int:
    """Play the demo, print its workbooks and keep a page of each."""
    with TemporaryDirectory(prefix="torimatome-") as folder:
        home = Path(folder) / "demo"
        play(home, _FORM)
        for name, workbook, sheet in _shown(Workspace(home)):
            picture = _picture(_printed(workbook, Path(folder)), sheet)
            (FOLDER / name).write_bytes(picture)
            sys.stdout.write(f"{name}: {len(picture):,} bytes\n")
    return 0


def _shown(workspace: Workspace) -> Iterator[tuple[str, Path, str]]:
    """Yield each picture, the workbook it shows, and the name of the sheet; blank for the first."""
    (handback,) = workspace.handbacks(_YEAR).glob("*.xlsx")
    code = handback.name.partition("_")[0]
    (template,) = workspace.templates(_YEAR).glob(f"{code}_*.xlsx")
    yield "own_form_marked.jpg", workspace.home / OWN_FORM, ""
    yield "own_form_issued.jpg", template, _ITEM
    yield "own_form_handed_back.jpg", handback, _ITEM


def _printed(workbook: Path, folder: Path) -> Path:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(workbook)], check=True, capture_output=True, timeout=300)
    return folder / f"{workbook.stem}.pdf"


def _picture(pdf: Path, sheet: str) -> bytes:
    with pymupdf.open(pdf) as pages:
        begins = {name: page - 1 for _, name, page in pages.get_toc()}
        page = pages[begins[sheet] if sheet else 0]
        picture: bytes = page.get_pixmap(dpi=_DPI).tobytes("jpg", jpg_quality=_QUALITY)
        return picture


if __name__ == "__main__":
    sys.exit(main())

"""Write the expected.json an example lacks, to be read and put right by a person:

python -m tests.scenario.record [NAME…]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.scenario.description import read_scenario, scenario_folders
from tests.scenario.outcome import spelled
from tests.scenario.play import play


def main(names: list[str]) -> None:
    for folder in scenario_folders():
        target = folder / "expected.json"
        if folder.name in names or (not names and not target.exists()):
            try:
                with tempfile.TemporaryDirectory() as home:
                    played = play(read_scenario(folder), Path(home))
            except Exception as error:
                sys.stdout.write(f"{folder}: {error!r}\n")
                continue
            target.write_text(spelled(played.told), "utf-8")
            sys.stdout.write(f"{target}\n{target.read_text('utf-8')}")


if __name__ == "__main__":
    main(sys.argv[1:])

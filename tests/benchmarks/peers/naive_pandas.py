"""What an analyst writes first: every workbook into a frame, the frames into one workbook."""

import sys
from pathlib import Path

import pandas as pd


def answers(path: Path, engine: str) -> pd.DataFrame:
    """Return the rows of one workbook that hold an item, under their header."""
    sheet = pd.read_excel(path, sheet_name="進捗状況", header=None, dtype=str, engine=engine)  # type: ignore[call-overload]
    header = sheet.index[sheet[0] == "整理番号"][0]
    frame: pd.DataFrame = sheet.iloc[header + 1 :].set_axis(sheet.iloc[header], axis="columns")
    frame = frame.dropna(subset=["担当課"])
    frame.insert(0, "回答ファイル", path.name)
    return frame


if __name__ == "__main__":
    engine, folder, output = sys.argv[1:]
    frames = [answers(path, engine) for path in sorted(Path(folder).glob("*.xlsx"))]
    pd.concat(frames).to_excel(output, sheet_name="台帳", index=False)

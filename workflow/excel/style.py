"""The one look of every workbook: colours legible in greyscale, and what stands at the foot."""

from __future__ import annotations

FONT = "BIZ UDPゴシック"
"""A universal-design font that Windows 10 and later carry; others fall back to their default."""

INK = "#1F2933"
MUTED_INK = "#5B6770"
LINE = "#9AA5B1"
HEADER_FILL = "#1F4E79"
HEADER_INK = "#FFFFFF"
LABEL_FILL = "#E8EDF2"
LOCKED_FILL = "#DCE1E7"
ENTRY_LINE = "#44546A"
TO_FILL_FILL = "#FFE699"
TO_LOOK_AT_FILL = "#BDD7EE"
PREVIOUS_FILL = "#F2F2F2"
ALERT_FILL = "#F8CBAD"
ALERT_INK = "#9C2A00"
LINK_INK = "#0B5394"

SERIES_FILLS = (
    "#1F4E79", "#E69F00", "#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#F0E442", "#0072B2",
)  # fmt: skip
"""Chart colours after Okabe and Ito, which colour-blind readers can tell apart."""

OPEN_FILLS = ("#6B7785", "#B8C2CC", "#DDE3E8")
"""Greys for what is no answer: in a chart it must not look like one."""

_PAGES = "&R&P / &N"
SHEET_FOOTER = f"&L&A{_PAGES}"
"""A footer with the sheet's name on the left, the page and how many there are on the right."""


def footer(text: str) -> str:
    """Return a footer with a text on the left, the page and how many there are on the right."""
    return f"&L{text.replace('&', '&&')}{_PAGES}"


_MOST_HEADER = 200
"""Characters of a header: with its codes Excel bears 255."""


def header(text: str) -> str:
    """Return a header with a title on the left, whole however narrow the columns below it are.

    Without a font: Gnumeric saves the codes for one as a text.
    """
    return f"&L{text[:_MOST_HEADER].replace('&', '&&')}"

"""The names that are laid on cells of the city's own form: each of one sheet, and goes with it."""

from __future__ import annotations

from workflow.model.raw import CELL_NAME_PREFIX

ID_NAME = f"{CELL_NAME_PREFIX}id"
NUMBER_CELL_NAME = f"{CELL_NAME_PREFIX}number"
CHOICES_SHEET = "選択肢"
"""Hidden; where dropdowns and rules find their values."""
_ANSWER = f"{CELL_NAME_PREFIX}a_"


def answer_name(key: str) -> str:
    """Return the name of the cell that takes the answer to a field, or that of an indicator's mark.

    >>> answer_name("rating"), answer_name("indicator.1")
    ('torimatome_a_rating', 'torimatome_a_indicator.1')
    """
    return f"{_ANSWER}{key}"

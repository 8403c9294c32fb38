"""The check digit of 全国地方公共団体コード, as its publisher 総務省 defines it."""

from __future__ import annotations

import re

_WEIGHTS = (6, 5, 4, 3, 2)


def has_valid_check_digit(code: str) -> bool:
    """Return whether six digits end in the check digit of the first five."""
    if not re.fullmatch("[0-9]{6}", code):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(code, _WEIGHTS, strict=False))
    return int(code[5]) == (11 - total % 11) % 10

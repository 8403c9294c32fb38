from __future__ import annotations

import pytest

from workflow.plan.checks import has_valid_check_digit


@pytest.mark.parametrize("code", ["272230", "270008", "271004", "011002"])
def test_published_codes_are_valid(code: str) -> None:
    assert has_valid_check_digit(code)


@pytest.mark.parametrize("code", ["272230", "270008", "271004", "011002"])
def test_any_other_last_digit_is_not(code: str) -> None:
    others = [code[:5] + digit for digit in "0123456789" if digit != code[5]]
    assert not any(map(has_valid_check_digit, others))


@pytest.mark.parametrize("code", ["", "27223", "2722300", "２７２２３０", "27223a"])
def test_only_six_plain_digits_are_a_code(code: str) -> None:
    assert not has_valid_check_digit(code)

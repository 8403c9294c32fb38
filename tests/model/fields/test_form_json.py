from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small import FORM
from workflow.model.fields.base import Choice, Condition, Field
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.date import DateField
from workflow.model.fields.form import Form, form_as_json, form_from_json
from workflow.model.fields.mark import MarkField
from workflow.model.fields.number import NumberField
from workflow.model.fields.text import TextField

name = st.text(min_size=1, max_size=6)
numbers = (st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15, allow_subnormal=False)).map(
    lambda n: Decimal(str(n))
)
conditions = st.builds(Condition, name, st.lists(name, max_size=3).map(tuple))
shared: dict[str, st.SearchStrategy[Any]] = {
    "key": name,
    "label": name,
    "required": st.booleans(),
    "help": st.text(max_size=6),
    "required_when": st.none() | conditions,
}
choices = st.builds(Choice, name, st.text(max_size=4), st.lists(name, max_size=2).map(tuple))
fields: st.SearchStrategy[Field] = st.one_of(
    st.builds(TextField, **shared, max_length=st.integers(1, 32767)),
    st.builds(
        ChoiceField,
        **shared,
        choices=st.lists(choices, min_size=1, max_size=4).map(tuple),
        ordered=st.booleans(),
    ),
    st.builds(
        NumberField,
        **shared,
        unit=st.text(max_size=4),
        minimum=st.none() | numbers,
        maximum=st.none() | numbers,
        decimals=st.none() | st.integers(0, 9),
    ),
    st.builds(MarkField, **shared, marked=name, blank=name),
    st.builds(
        DateField,
        **shared,
        minimum=st.none() | st.dates(),
        maximum=st.none() | st.dates(),
    ),
)


@given(st.lists(fields, max_size=5))
def test_a_form_is_read_back_as_it_was_declared(declared: list[Field]) -> None:
    form = Form(tuple(declared))
    stored = json.loads(json.dumps(form_as_json(form)))
    assert form_from_json(stored) == form
    assert form_as_json(form_from_json(stored)) == stored


def test_what_has_its_default_value_is_left_out() -> None:
    with_defaults = Form(
        (
            NumberField(key="n", label="数"),
            DateField(key="d", label="日"),
            ChoiceField(key="c", label="選", choices=(Choice("Ａ"),)),
        )
    )
    assert form_as_json(with_defaults) == [
        {"key": "n", "label": "数", "type": "number"},
        {"key": "d", "label": "日", "type": "date"},
        {"key": "c", "label": "選", "type": "choice", "choices": [{"value": "Ａ"}]},
    ]


def test_bounds_are_written_as_json_writes_numbers_and_days() -> None:
    cost, done = form_as_json(FORM)[2:4]
    assert (cost["minimum"], cost["maximum"], cost["decimals"]) == (0, 1000, 1)
    assert (done["minimum"], done["maximum"]) == ("2023-04-01", "2024-03-31")
    assert form_from_json([done]).fields[0] == FORM.field("done")


def test_zero_bounds_and_zero_decimals_are_kept() -> None:
    field = NumberField(key="n", label="数", minimum=Decimal(0), maximum=Decimal("0.5"), decimals=0)
    (stored,) = form_as_json(Form((field,)))
    assert (stored["minimum"], stored["maximum"], stored["decimals"]) == (0, 0.5, 0)


@pytest.mark.parametrize(
    "declaration",
    [
        {"key": "k", "label": "l", "type": "colour"},
        {"key": "k", "label": "l", "type": "text", "max": 1},
        {"label": "l", "type": "text"},
        {"key": "k", "label": "l"},
    ],
)
def test_a_spelling_nobody_wrote_is_refused(declaration: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        form_from_json([declaration])


def test_every_field_has_a_type_name() -> None:
    assert [f.type_name for f in FORM.fields] == ["text", "choice", "number", "date", "text"]

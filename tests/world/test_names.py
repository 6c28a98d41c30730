"""Names in any script may be given; what cannot be shown may not."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.world.names import Name

NAMES = TypeAdapter(Name)


@pytest.mark.parametrize(
    "name",
    [
        "上海　红队",
        "الأحمر",
        "خانه\u200cما",
        "\u200fنادي A\u200e",
        "👩\u200d🚀",
        "<b>x</b> | [red]*y*[/] $a$",
        "x" * 120,
    ],
)
def test_names_people_write_are_taken(name):
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize("name", ["", " ", "　\u00a0", "a\nb", "a\x1b[2J", "a\u202eb", "a\u2028b", "x" * 121])
def test_names_that_cannot_be_shown_are_refused(name):
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)

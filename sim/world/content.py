"""What a push can carry instead of goods."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.world.forms import Form, Key
from sim.world.names import Name

ContentKind = Literal["lesson", "review", "brand_story", "warm_up", "tactics", "care_guide"]


class Content(Form):
    """Something to watch or read: it informs, calms and builds trust instead of selling."""

    name: Name = Field(description="what viewers read")
    kind: ContentKind = Field(description="training lesson, gear review, brand story, warm-up, tactics, care guide")
    category: Key = Field(description="category of goods it is about: who has seen it chooses these better")
    minutes: float = Field(default=2, gt=0, le=30, description="how long it is [minutes]")

"""Items should be used, and their ranges closed, so that what absent answers leave open can be stated."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rvn import messages
from rvn.definition.load import Loaded
from rvn.errors import Diagnostic
from rvn.plan.explain import attainable
from rvn.plan.plan import fields_of


def check_items(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield items that nothing uses, and scales without an end."""
    plan = loaded.plan.full or loaded.plan
    used = {field.name for step in plan.steps for field in fields_of(step.node)}
    for index, item in enumerate(loaded.definition.items):
        if item.scored and item.id not in used:
            yield messages.ITEM_UNUSED.at(loaded.source.place(("items", index, "id")), name=item.id)
    for index, scale in enumerate(loaded.definition.scales):
        low, high = attainable(plan.outputs[scale.id])
        if math.isinf(low) or math.isinf(high):
            yield messages.OPEN_RANGE.at(loaded.source.place(("scales", index, "id")), name=scale.id)

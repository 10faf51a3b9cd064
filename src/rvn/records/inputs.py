"""The answers behind a result, and their digest: it shows later that answers are the same, and nothing about them."""

from __future__ import annotations

import hmac
from datetime import date

from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import RecordError
from rvn.records.canonical import canonical
from rvn.scoring.computed import Computed

METHOD = "hmac-sha256"
SHORTEST_KEY = 16  # bytes; whoever can try all keys can try all answers
_INPUTS, _SEAL = b"rvn inputs 1\n", b"rvn record 1\n"  # one key, two uses that cannot be taken for each other


def answers_of(result: Computed) -> dict[str, object]:
    """Return the answers that a result was made of, as they would be given; those of components under their names.

    Two ways to give the same answer are one here: 4 and 4.0, left out and None.
    """
    found: dict[str, object] = {}
    fields = result.instrument.plan.fields
    for name, (value, _, _, reason, _) in result.evaluation.readings.items():
        field = fields.get(name)
        if field is None or field.is_component or name == ASSESSED_ON:
            continue
        if value != value:
            if reason:
                found[name] = reason
        elif field.options:
            found[name] = field.options[int(value)]
        elif field.kind == "date":
            found[name] = date.fromordinal(int(value)).isoformat()
        else:
            found[name] = int(value) if value.is_integer() else value
    return found | {name: answers_of(component) for name, component in result.components.items()}


def digest_of(result: Computed, subject: str | None, key: bytes) -> str:
    """Return the keyed digest of the answers to an instrument, of a person on a day."""
    inputs = [result.reference, subject, result.on, answers_of(result)]
    return hmac.digest(checked(key), _INPUTS + canonical(inputs).encode(), "sha256").hex()


def seal_of(text: str, key: bytes) -> str:
    """Return the keyed digest of a whole record, which nobody without the key can make."""
    return hmac.digest(checked(key), _SEAL + text.encode(), "sha256").hex()


def checked(key: bytes) -> bytes:
    """Return a key that is long enough.

    Raises
    ------
    RecordError
        When it is not.
    """
    if len(key) < SHORTEST_KEY:
        raise RecordError(messages.KEY_SHORT.at(found=len(key), needed=SHORTEST_KEY))
    return key

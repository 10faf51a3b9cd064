"""Writes the record of one result: what it says, what it was made with, and what shows later that nobody changed it."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from typing import Any

from rvn.errors import IdentityError
from rvn.identity import refusal
from rvn.records.canonical import canonical
from rvn.records.inputs import METHOD, digest_of, seal_of
from rvn.records.record import KIND, Record
from rvn.scoring.record import said
from rvn.scoring.result import Result


def write(result: Result, *, key: bytes, subject: str | None = None, previous: Record | None = None) -> bytes:
    """Return the record of a result as canonical JSON; no answer is in it.

    Parameters
    ----------
    result
        What was scored, with its overrides.
    key
        The host's secret, at least 16 bytes. Whoever has it can verify records, and nobody else can make them.
    subject
        Opaque id of the person; never a national identity number.
    previous
        The record before this one, where records are to form a chain from which none can be taken away.

    Raises
    ------
    RecordError
        When the key is too short.
    IdentityError
        When the subject cannot be used.

    Examples
    --------
    >>> import rvn
    >>> from rvn import records
    >>> result = rvn.load("audit@2001").score({"frequency": "never", "injury": "no", "concern": "no"})
    >>> written = records.write(result, key=b"a secret of the host", subject="p-0041")
    >>> records.read(written).outputs["zone"].value
    'I'
    """
    if subject is not None and (problem := refusal(subject)) is not None:
        raise IdentityError(problem)
    content: dict[str, Any] = {
        "kind": KIND,
        "rvn": installed(),
        **said(result),
        "subject": subject,
        "inputs": {"method": METHOD, "digest": digest_of(result, subject, key)},
        "previous": None if previous is None else previous.digest,
    }
    return closed(content, key).encode()


def closed(content: dict[str, Any], key: bytes) -> str:
    """Return a record with its seal, which needs the key, and its digest, which anybody can check.

    The seal is made over the record with both empty, the digest over the record with the digest empty.
    """
    text = canonical({**content, "seal": "", "digest": ""})
    # Inside text a quotation mark has a backslash before it, so that only the members themselves look like this.
    text = text.replace('"seal":""', f'"seal":"{seal_of(text, key)}"')
    return text.replace('"digest":""', f'"digest":"{hashlib.sha256(text.encode()).hexdigest()}"')


@functools.cache
def installed() -> str:
    """Return the version of rvn that writes."""
    return importlib.metadata.version("rvn")

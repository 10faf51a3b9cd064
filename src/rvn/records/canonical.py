"""JSON that is the same wherever it is written: no spaces, sorted names, and numbers in their shortest form.

It follows RFC 8785 (JSON Canonicalization Scheme), so that a system in another language arrives at the same digests.
"""

from __future__ import annotations

import json
import math
from json.encoder import encode_basestring
from typing import Any

# What there is only where Python writes a number as RFC 8785 does not (5e-05, 1e+16, 4.0), or in text by chance, which
# costs time and not truth. One pattern for all of them takes longer than everything else about a record.
_OTHER_NUMBERS = ("e-0", "e+", ".0,", ".0}", ".0]")
# Plain values hold no circles, and looking for them takes a quarter of the time.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
)


def canonical(value: Any) -> str:
    """Return plain values as canonical JSON; names of members are ASCII.

    Raises
    ------
    ValueError
        For NaN and infinities, which JSON does not have.

    Examples
    --------
    >>> canonical({"b": [4.0, 0.00005, None], "a": "ā"})
    '{"a":"ā","b":[4,0.00005,null]}'
    """
    text = _ENCODER.encode(value)
    is_other = text.endswith(".0") or any(sign in text for sign in _OTHER_NUMBERS)
    return _spelt_out(value) if is_other else text


def _spelt_out(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode_basestring(name)}:{_spelt_out(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_spelt_out, value)) + "]"
    return number(value) if isinstance(value, float) else _ENCODER.encode(value)


def number(value: float) -> str:
    """Return a number as ECMAScript writes it: the shortest digits that give it back, with few exponents.

    >>> [number(value) for value in (4.5, 4.0, -0.0, 5e-05, 1e-07, 1e16, 1e30)]
    ['4.5', '4', '0', '0.00005', '1e-7', '10000000000000000', '1e+30']
    """
    if not math.isfinite(value):
        raise ValueError("JSON has no such number")
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return "0" if value == 0 else digits.removesuffix(".0")
    sign, power = "-" if value < 0 else "", int(exponent)
    figures = digits.lstrip("-").replace(".", "")
    if -7 < power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{figures}"
    if 0 < power < 21:
        return sign + figures.ljust(power + 1, "0")
    mantissa = figures[0] + (f".{figures[1:]}" if figures[1:] else "")
    return f"{sign}{mantissa}e{'+' if power > 0 else ''}{power}"

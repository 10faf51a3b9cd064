"""Subject ids: opaque text that says nothing about a person; national identity numbers are refused.

Everything of rvn that takes the ids of people asks here, so that one rule holds everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from rvn import messages
from rvn.errors import Diagnostic, IdentityError

# Eleven digits with or without a hyphen behind the sixth, standing alone or behind the letters of a country or kind.
_ELEVEN = re.compile(r"(?<![0-9A-Za-z])(?:LV|PK)?[- ]?([0-9]{6})([- ]?)([0-9]{5})(?![0-9A-Za-z])", re.IGNORECASE)


def has_national_number(subject: str) -> bool:
    """Return whether a text holds what has the form of a Latvian personal code.

    The older form carries a date of birth, day, month and year of two digits each; the newer one begins with 32. With
    the hyphen in its place any eleven digits are taken for one.

    >>> [has_national_number(text) for text in ("010190-12345", "01019012345", "32345678901", "320000-00000")]
    [True, True, True, True]
    >>> [has_national_number(text) for text in ("p-0041", "99999999999", "5f2c0101901234500", "case 010190-12345")]
    [False, False, False, True]
    """
    text = unicodedata.normalize("NFKC", subject).strip()
    text = "".join("-" if unicodedata.category(sign) == "Pd" or sign == "−" else sign for sign in text)
    return any(hyphen == "-" or _may_be_code(digits) for digits, hyphen, _ in _ELEVEN.findall(text))


def _may_be_code(digits: str) -> bool:
    """Return whether six digits begin a personal code: 32, or a day and month that there are."""
    if digits.startswith("32"):
        return True
    try:
        date(2000, int(digits[2:4]), int(digits[:2]))  # a leap year: the 29th of February is a day
    except ValueError:
        return False
    return True


def refusal(subject: object) -> Diagnostic | None:
    """Return why something cannot be a subject id, None where it can; the message does not repeat it.

    An id is text, or a whole number that stands for its digits.

    >>> print(refusal("010190-12345"))
    RVN671 a subject id has the form of a national identity number
        use an opaque id of your system, or a pseudonym; rvn neither needs nor keeps who a person is
    >>> refusal("p-0041") is None, refusal(1019012345) is None
    (True, False)
    """
    if isinstance(subject, bool) or not isinstance(subject, (str, int)):
        return messages.SUBJECT_TYPE.at(found=type(subject).__name__)
    if not str(subject).strip():
        return messages.SUBJECT_EMPTY.at()
    # A number has lost the zeros before it.
    text = subject if isinstance(subject, str) else f"{subject:011}"
    return messages.NATIONAL_NUMBER.at() if has_national_number(text) else None


def check_subjects(subjects: Iterable[object]) -> None:
    """Refuse subject ids that cannot be used, all reasons at once; pass each distinct one.

    Raises
    ------
    IdentityError
        With each reason once, and no id.

    Examples
    --------
    >>> check_subjects(["p-1", "p-2"])
    """
    problems = dict.fromkeys(problem for subject in subjects if (problem := refusal(subject)) is not None)
    if problems:
        raise IdentityError(problems)

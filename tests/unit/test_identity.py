"""Ids of people: national identity numbers are refused in every form, and opaque ids are not."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvn.errors import IdentityError
from rvn.identity import check_subjects, has_national_number, refusal

# Made up: no check digit is computed, and the forms are all that is known of them.
PERSONAL_CODES = [
    "010190-12345",
    "01019012345",
    "311299-21111",
    "290204-20000",
    "320000-00001",
    "32000000001",
    " 010190-12345 ",
    "010190–12345",
    "010190 12345",
    "０１０１９０-12345",
    "LV010190-12345",
    "PK 010190-12345",
    "person 010190-12345, client",
    "999999-99999",
]
OPAQUE = [
    "p-0041",
    "99999999999",
    "00000000000",
    "45137012345",
    "2025-000123",
    "A7F3",
    "12345",
    "ķ-12",
    "0101901234567",
]


@pytest.mark.parametrize("subject", PERSONAL_CODES)
def test_a_personal_code_is_refused_in_every_form(subject: str) -> None:
    problem = refusal(subject)
    assert problem is not None
    assert "RVN671" == problem.code


@pytest.mark.parametrize("subject", OPAQUE)
def test_an_opaque_id_is_taken(subject: str) -> None:
    assert refusal(subject) is None


def test_a_number_that_lost_its_zero_is_refused() -> None:
    assert "RVN671" == refusal(1_019_012_345).code  # type: ignore[union-attr]
    assert refusal(41) is None


@given(st.uuids(), st.binary(min_size=32, max_size=32))
def test_random_pseudonyms_are_taken(pseudonym: uuid.UUID, digest: bytes) -> None:
    assert not has_national_number(str(pseudonym))
    assert not has_national_number(digest.hex())


def test_what_is_no_text_is_refused() -> None:
    assert ["RVN672", "RVN672", "RVN672", "RVN673"] == [
        problem.code for subject in (1.0, None, True, " ") if (problem := refusal(subject)) is not None
    ]


def test_all_reasons_are_told_at_once_and_no_id() -> None:
    with pytest.raises(IdentityError) as caught:
        check_subjects(["010190-12345", "p-1", "", "020290-54321", 1.5])
    assert ["RVN671", "RVN673", "RVN672"] == [problem.code for problem in caught.value.diagnostics]
    assert "12345" not in str(caught.value)
    assert "54321" not in str(caught.value)

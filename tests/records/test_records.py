"""Records of results: what is in them, what is never in them, and that nobody changes one unnoticed."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from pathlib import Path
from typing import Any

import pytest

import rvn
from records.make import results
from rvn import records
from rvn.records.canonical import canonical
from rvn.records.inputs import answers_of

KEY = b"k" * 32
ANSWERS = {"frequency": "never", "injury": "no", "concern": "no"}
AUDIT = rvn.load("audit@2001")


def written(**how: Any) -> bytes:
    return records.write(AUDIT.score(ANSWERS), key=KEY, **how)


def codes(caught: pytest.ExceptionInfo[rvn.RvnError]) -> list[str]:
    return [problem.code for problem in caught.value.diagnostics]


def closed(**changes: Any) -> dict[str, Any]:
    """Return a record whose digest fits, as somebody without the key could make it."""
    content = json.loads(written()) | changes
    content["digest"] = ""
    return content | {"digest": hashlib.sha256(canonical(content).encode()).hexdigest()}


def test_a_record_reads_back_as_it_was_written() -> None:
    text = written(subject="p-1")
    record = records.read(text)
    assert text.decode() == canonical(record.to_record())
    assert text.decode() == canonical(records.read(json.loads(text)).to_record())
    assert ("audit@2001", "p-1", rvn.Status.COMPLETE) == (
        record.reference,
        record.subject,
        record.outputs["zone"].status,
    )


def test_the_same_result_is_the_same_record() -> None:
    assert written() == written()


def test_the_digest_and_the_seal_are_what_the_page_says() -> None:
    content = json.loads(written())
    empty = canonical(content | {"seal": "", "digest": ""})
    assert hmac.new(KEY, b"rvn record 1\n" + empty.encode(), "sha256").hexdigest() == content["seal"]
    assert hashlib.sha256(canonical(content | {"digest": ""}).encode()).hexdigest() == content["digest"]
    inputs = canonical(["audit@2001", None, None, ANSWERS])
    assert hmac.new(KEY, b"rvn inputs 1\n" + inputs.encode(), "sha256").hexdigest() == content["inputs"]["digest"]


def test_two_ways_to_give_the_same_answers_have_one_digest() -> None:
    rules = rvn.load("broward-rules@2018")
    one = answers_of(rules.score({"age": 30, "sex": "male", "priors": "refused"}))
    assert one == answers_of(rules.score({"age": 30.0, "sex": "male", "priors": "refused"}))
    assert {"age": 30, "sex": "male", "priors": "refused"} == one
    assert {"age": 30} == answers_of(rules.score({"age": 30, "sex": None}))


def test_no_answer_is_in_a_record() -> None:
    rules = rvn.load("broward-rules@2018")
    content = json.loads(records.write(rules.score({"age": 97, "sex": "female", "priors": 611}), key=KEY))
    for digest in ("digest", "seal", "fingerprint", "fingerprints", "inputs"):
        del content[digest]
    for answer in ("97", "female", "611"):
        assert answer not in json.dumps(content)


def test_people_with_the_same_answers_cannot_be_told_to_have_them() -> None:
    assert records.read(written(subject="p-1")).inputs != records.read(written(subject="p-2")).inputs


@pytest.mark.parametrize("name", ["complete", "many-outputs", "override"])
def test_every_flipped_bit_is_noticed(name: str) -> None:
    result = dict(results())[name]
    text = records.write(result, key=KEY, subject="p-1")
    rng = random.Random(20261128)
    for _ in range(1_000):
        place, bit = rng.randrange(len(text)), 1 << rng.randrange(8)
        flipped = text[:place] + bytes([text[place] ^ bit]) + text[place + 1 :]
        with pytest.raises(rvn.RecordError):
            records.read(flipped)


def test_every_byte_cut_off_is_noticed() -> None:
    text = written()
    for end in range(len(text)):
        with pytest.raises(rvn.RecordError):
            records.read(text[:end])


def test_whoever_has_no_key_cannot_make_a_record() -> None:
    content = closed(outcome="total")
    record = records.read(content)  # its digest fits
    assert ["RVN686"] == [problem.code for problem in records.verify(record, key=KEY).problems]
    assert ["RVN686"] == [problem.code for problem in records.verify(records.read(written()), key=b"x" * 32).problems]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "RVN680"),
        (b"{", "RVN680"),
        (b"\xff\xfe", "RVN680"),
        (b"[" * 100_000, "RVN680"),
        (b'{"kind":' + b"9" * 5_000 + b"}", "RVN680"),
        (b"[]", "RVN681"),
        (b'{"kind":"rvn tally"}', "RVN681"),
        (canonical(closed(schema=7)), "RVN682"),
        (json.dumps(json.loads(written()), indent=2), "RVN685"),
        (canonical(json.loads(written()) | {"version": "1999"}), "RVN684"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes | str, code: str) -> None:
    with pytest.raises(rvn.RecordError) as caught:
        records.read(content)
    assert [code] == codes(caught)


def test_what_no_record_holds_is_told_all_at_once_and_not_repeated() -> None:
    content = closed(secret="xyzzy", outcome=None)
    content["outputs"] = {"zone": {"value": "I", "status": "xyzzy", "low": "I", "high": "I", "absent": 0}}
    del content["recalled"]
    with pytest.raises(rvn.RecordError) as caught:
        records.read(content)
    assert {"RVN683"} == set(codes(caught))
    paths = {problem.message.split(":")[0] for problem in caught.value.diagnostics}
    assert {"`record`", "`outcome`", "`outputs.zone.status`", "`recalled`"} == paths
    assert "xyzzy" not in str(caught.value)
    assert "'undecided'" in str(caught.value)


def test_a_version_that_is_not_installed_is_named_and_the_rest_checked() -> None:
    found = records.verify(records.read(closed(version="1901")), ANSWERS)
    assert ["RVN502"] == [problem.code for problem in found.problems]
    assert ["it stands as it was written"] == found.checked


def test_a_definition_that_changed_is_named_by_its_parts() -> None:
    content = json.loads(written())
    content["fingerprints"]["cut_offs"] = "0" * 64
    found = records.verify(records.read(closed(fingerprint="0" * 64, fingerprints=content["fingerprints"])), ANSWERS)
    assert ["RVN689"] == [problem.code for problem in found.problems]
    assert "what differs: cut-offs" in found.problems[0].message


def test_what_differs_is_said_exactly() -> None:
    content = json.loads(written())
    content["outputs"]["total"]["value"] = 1
    found = records.verify(records.read(closed(outputs=content["outputs"])), ANSWERS)
    assert ["`outputs.total.value` is 1 in the record and 0 when computed again"] == [
        problem.message for problem in found.problems
    ]
    assert not found.is_sound


def test_other_answers_are_noticed_even_where_they_change_nothing() -> None:
    rules = rvn.load("broward-rules@2018")
    record = records.read(records.write(rules.score({"age": 40, "sex": "male", "priors": 0}), key=KEY))
    found = records.verify(record, {"age": 41, "sex": "male", "priors": 0}, key=KEY)
    assert ["RVN687"] == [problem.code for problem in found.problems]


def test_answers_that_cannot_be_used_are_problems_and_not_repeated() -> None:
    found = records.verify(records.read(written()), {"frequency": "xyzzy"}, key=KEY)
    assert ["RVN602"] == [problem.code for problem in found.problems]
    assert "xyzzy" not in str(found)


@pytest.mark.parametrize(("name", "result"), [*results()], ids=lambda value: value if isinstance(value, str) else "")
def test_every_kind_of_result_is_verified(name: str, result: rvn.Result) -> None:
    record = records.read(records.write(result, key=KEY, subject="p-1"))
    answers = answers_of(result)
    for judgement, because in result.justifications.items():
        answers[judgement] = {"level": answers[judgement], "because": because}
    found = records.verify(record, answers, key=KEY)
    assert () == tuple(found.problems)
    assert [] == found.unchecked


def test_a_result_with_a_component_is_verified_from_the_answers_to_both() -> None:
    both = rvn.load("static-stable@2017")
    parts = {name: rvn.load(reference) for name, reference in both.definition.uses.items()}
    examples = {name: part.definition.tests[0] for name, part in parts.items()}
    answers = {name: {**example.given, **example.answers} for name, example in examples.items()}
    scored = {name: parts[name].score(answers[name], on="2026-01-15") for name in parts}
    record = records.read(records.write(both.score(scored, on="2026-01-15"), key=KEY))
    found = records.verify(record, answers, key=KEY)
    assert () == tuple(found.problems)
    assert "these are the answers" in found.checked


def test_an_override_in_a_record_is_checked_against_the_definition() -> None:
    result = dict(results())["override"]
    content = json.loads(records.write(result, key=KEY))
    content["overrides"][0]["approved_by"] = content["overrides"][0]["by"]
    content["digest"] = ""
    content["digest"] = hashlib.sha256(canonical(content).encode()).hexdigest()
    found = records.verify(records.read(content), answers_of(result))
    assert ["RVN691"] == [problem.code for problem in found.problems]
    assert "approved by the person who made it" in found.problems[0].message


def test_a_chain_shows_what_was_taken_away() -> None:
    needs = rvn.load("fictitious-needs@1.0")
    example = needs.definition.tests[0]
    chain: list[records.Record] = []
    for day in ("2026-01-15", "2026-06-15", "2027-01-15"):
        result = needs.score({**example.given, **example.answers}, on=day)
        before = chain[-1] if chain else None
        chain.append(records.read(records.write(result, key=KEY, subject="p-1", previous=before)))
    assert records.verify(chain[2], previous=chain[1]).is_sound
    assert ["RVN690"] == [problem.code for problem in records.verify(chain[2], previous=chain[0]).problems]
    backwards = records.read(
        records.write(needs.score({**example.given, **example.answers}, on="2026-02-01"), key=KEY, previous=chain[2])
    )
    messages = [problem.message for problem in records.verify(backwards, previous=chain[2]).problems]
    assert any("another person" in message for message in messages)
    assert any("its day lies before the other's" in message for message in messages)


def test_keys_and_subjects_are_checked_before_anything_is_written() -> None:
    result = AUDIT.score(ANSWERS)
    with pytest.raises(rvn.RecordError) as caught:
        records.write(result, key=b"short-xyzzy")
    assert ["RVN692"] == codes(caught)
    assert "xyzzy" not in str(caught.value)
    with pytest.raises(rvn.IdentityError) as refused:
        records.write(result, key=KEY, subject="010190-12345")
    assert ["RVN671"] == codes(refused)


@pytest.mark.parametrize("reference", [name for name in rvn.references() if not rvn.load(name).definition.uses])
def test_a_record_has_less_than_four_kilobytes(reference: str) -> None:
    instrument = rvn.load(reference)
    stated = instrument.accepting(*instrument.recalled)
    for example in instrument.definition.tests:
        result = stated.score({**example.given, **example.answers}, on=example.on)
        assert len(records.write(result, key=KEY, subject="p-0000000041")) < 4096


def test_files_are_read_from_where_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(written())
    assert "audit" == records.read(file).instrument
    file.write_bytes(written() + b"\n")  # an editor's last line
    assert "audit" == records.read(file).instrument

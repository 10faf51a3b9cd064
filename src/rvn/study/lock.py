"""The fingerprint of a plan, and the lock file that says when it was written down and whether it still holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import rvn
from rvn import messages
from rvn.errors import StudyError
from rvn.study.load import Study
from rvn.study.record import plain
from rvn.study.results import LockEntry, PlanState

KIND = "rvn study lock"
# What may change without changing what is asked: what it is called, and where the data are.
_APART = {"title", "data"}


def fingerprints(study: Study) -> dict[str, str]:
    """Return the SHA-256 of each part of the plan; that of a score bears on its instrument's definition too."""
    content = study.file.model_dump(mode="json", by_alias=True)
    kept: dict[str, Any] = {key: value for key, value in content.items() if key not in _APART}
    kept["instruments"] = {name: instrument.fingerprint for name, instrument in sorted(study.instruments.items())}
    return {key: _digest(value) for key, value in sorted(kept.items())}


def fingerprint(study: Study) -> str:
    """Return the SHA-256 of the plan: of everything in the file but title and place of the data."""
    return _digest(fingerprints(study))


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def lock_file(study: Study) -> Path:
    """Return where the lock of a study stands: beside it, ``study.lock`` for ``study.yaml``."""
    return study.path.with_suffix(".lock")


def lock(study: Study, when: datetime) -> tuple[LockEntry, ...]:
    """Write the fingerprint of the plan into the lock file, behind the earlier ones, and return all.

    A plan that is locked as it stands is left alone.

    Raises
    ------
    StudyError
        When the lock file cannot be read.
    """
    record = _read(lock_file(study))
    parts = fingerprints(study)
    if record["locks"] and record["locks"][-1]["fingerprint"] == _digest(parts):
        return _entries(record)
    before = record["parts"]
    entry = LockEntry(
        on=when.isoformat(timespec="seconds"),
        fingerprint=_digest(parts),
        rvn=rvn.__version__,
        changed=_changed(before, parts) if before else (),
    )
    made = {"kind": KIND, "locks": [*record["locks"], plain(entry)], "parts": parts}
    lock_file(study).write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return (*_entries(record), entry)


def state(study: Study) -> PlanState:
    """Return whether the plan is the one that was locked last, and if not, what has changed."""
    parts = fingerprints(study)
    record = _read(lock_file(study))
    locks = _entries(record)
    if not locks:
        return PlanState(fingerprint=_digest(parts), state="not locked")
    matches = locks[-1].fingerprint == _digest(parts)
    changed = () if matches else _changed(record["parts"], parts)
    return PlanState(
        fingerprint=_digest(parts), state="matches" if matches else "differs", locks=locks, changed=changed
    )


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)))


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"locks": [], "parts": {}}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        locks, parts = record["locks"], record["parts"]
        if record["kind"] == KIND and all({"on", "fingerprint", "rvn", "changed"} == entry.keys() for entry in locks):
            return {"locks": list(locks), "parts": dict(parts)}
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    why, remedy = "it is not a lock of a study", "restore it from where the plan was filed"
    raise StudyError(messages.DATA_UNREADABLE.at(name=path.name, why=why, remedy=remedy))


def _entries(record: Mapping[str, Any]) -> tuple[LockEntry, ...]:
    return tuple(
        LockEntry(
            on=str(entry["on"]),
            fingerprint=str(entry["fingerprint"]),
            rvn=str(entry["rvn"]),
            changed=tuple(entry["changed"]),
        )
        for entry in record["locks"]
    )

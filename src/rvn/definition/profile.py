"""What makes an instrument local: bands, norms, missing rules and intervals of a profile take the place of its own."""

from __future__ import annotations

from pathlib import Path

from rvn import messages
from rvn.definition.entries import Definition, Profile
from rvn.definition.problems import validated
from rvn.definition.source import Source, read


def with_profile(definition: Definition, source: Source, path: Path) -> tuple[Profile | None, Definition | None]:
    """Return a profile and the definition with its parts in place; problems are added to `source`."""
    local = read(path)
    readable = isinstance(local.data, dict) or not local.problems
    profile = validated(Profile, local) if readable else None
    source.problems.extend(local.problems)
    if profile is None:
        return None, None
    reference = f"{definition.id}@{definition.version}"
    if profile.of != reference:
        what, remedy = f"the profile is made for {profile.of}, not for {reference}", "use it with that version"
        source.problems.append(messages.PROFILE.at(local.place(("of",)), what=what, remedy=remedy))
    scales = list(definition.scales)
    for name, missing in profile.missing.items():
        index = next((place for place, scale in enumerate(scales) if scale.id == name), None)
        if index is None:
            near = messages.near(name, (scale.id for scale in scales))
            place = local.place(("missing", name), key=True)
            source.problems.append(messages.UNKNOWN_NAME.at(place, kind="scale", name=name, near=near))
            continue
        scales[index] = scales[index].model_copy(update={"missing": missing})
        source.elsewhere["scales", index, "missing"] = local, ("missing", name)
    update: dict[str, object] = {"scales": scales, "sources": {**definition.sources, **profile.sources}}
    for section in ("bands", "norms"):
        parts = list(getattr(definition, section))
        for number, entry in enumerate(getattr(profile, section)):
            index = next((i for i, part in enumerate(parts) if part.id == entry.id), len(parts))
            parts[index : index + 1] = [entry]
            source.elsewhere[section, index] = local, (section, number)
        update[section] = parts
    # The worked examples of the instrument are not those of the profile.
    source.elsewhere["tests",] = local, ("tests",)
    update["tests"] = profile.tests
    if profile.reassess is not None:
        source.elsewhere["reassess",] = local, ("reassess",)
        update["reassess"] = profile.reassess
    return profile, definition.model_copy(update=update)

"""What each key of a definition says, in the words that an editor shows beside it."""

from __future__ import annotations

_RANGE = "Lowest and highest value: `[0, 200]`."
_BY = "Facts or levels by which it differs, at most two: `[sex]`. What differs is then written by option."
_ABSENCE = "Further reasons why an answer may be absent, beside unknown, refused, not_asked and not_applicable."
_ROUND = "To what the number is rounded, and where a number half-way goes: `{to: 1, ties: away}`."
_LEVELS = "Names of the levels, from low to high."
_TABLE = "A CSV file in a folder beside the definition, with a header."

DESCRIPTIONS: dict[str, dict[str, str]] = {
    "Definition": {
        "rvn": "Edition of the language: 1.",
        "id": "Name of the instrument, such as `static-99r`; also the name of its folder.",
        "version": 'Version, always text: `"2016"`; also the name of the file.',
        "replaces": "Version that this one replaces.",
        "status": "How far it has come: draft, pilot, research, in use or retired.",
        "title": "Name in words, by language.",
        "purpose": "What it is for, by language.",
        "not_for": "What it must not be used for, by language.",
        "population": "For whom it is made, by language.",
        "licence": "Terms of the instrument, and whether its definition may travel with rvn.",
        "sources": "Where the facts come from: name → `{cite: …, pages: …, doi: …, note: …}`.",
        "absence": "Further reasons for an absent answer, of all items: name → what it means, by language.",
        "uses": "Other instruments whose results are used: name → `id@version`; then `name.output` in expressions.",
        "given": "Facts that are not questions: name → `{kind: …}`. The day of assessment is there as `assessed_on`.",
        "eligible": "Conditions under which the instrument may be used; where one is false nothing applies.",
        "items": "Questions or criteria, with the points of each answer.",
        "derived": "Computed values: name → expression, or name → `{value: expression, round: …}`.",
        "lookups": "What stands beside a code or a number in a table: name → `{key: …, table: …, column: …}`.",
        "consistent": "What answers that do not contradict each other meet; where one is false all is invalid.",
        "scales": "Sums of points.",
        "models": "Logistic and linear formulas, coefficients in a table.",
        "bands": "Levels of a number, by their lower bounds.",
        "tables": "The level for two levels.",
        "judgements": "Levels that the assessor judges; there is no score and no cut-off.",
        "first_of": "The first of several outputs that has a value.",
        "norms": "What is known of people with the same value.",
        "rules": "Conditions that set, raise or lower an output, applied in the order of the file.",
        "flags": "Conditions that call for attention whatever the total.",
        "outcome": "The output that the instrument is about.",
        "overrides": "How an assessor may replace a level: output → `{by: …, directions: …, reasons: …}`.",
        "reassess": "When the assessment is due again.",
        "tests": "Worked examples: both sides of every cut-off, every rule, what absent answers do.",
    },
    "Licence": {
        "terms": "Under which terms the instrument stands.",
        "ship": "Whether the definition may travel with rvn: true, false, or unknown.",
    },
    "SourceEntry": {
        "cite": "Author, title, year, place.",
        "pages": "Where in it.",
        "doi": "Its DOI.",
        "note": "What was read there, and what was not.",
    },
    "Sourced": {
        "source": "A key of `sources`; needed where there are several.",
        "evidence": "verified, or recalled: not seen in its source, and withheld unless asked for by name. "
        "Verified if nothing is said.",
    },
    "Part": {"id": "Name of its own in the whole file: lower-case letters, digits, underscores."},
    "Given": {
        "kind": "choice (with options), count, number, date, or code (with a table of codes).",
        "future": "true where a date may lie after the day of assessment, as of a planned release.",
        "table": f"Codes: {_TABLE}",
        "column": "Column of the codes; the first one if nothing is said.",
        "options": "Options of a choice.",
        "range": _RANGE,
        "absence": _ABSENCE,
    },
    "Item": {
        "kind": "choice, count (whole number from 0) or number.",
        "like": "Takes over kind, options, points, range and absence of another item.",
        "options": 'Options of a choice with their points: `{"no": 0, "yes": 1}`; `~` for none.',
        "points": "Points of a count or number by range: `{0: 0, 1-2: 1, 3+: 2}`.",
        "range": _RANGE,
        "asked_if": "Condition; where it is false the item is not asked: it adds nothing and is not missing.",
        "absence": _ABSENCE,
        "scored": "false for what is recorded only.",
    },
    "Rounding": {
        "to": "Multiple to round to: 1, 0.01, 5. 1 if nothing is said.",
        "ties": "Where a number half-way goes: away (from zero), even, up or down. Away if nothing is said.",
    },
    "Derived": {"value": "Expression.", "round": _ROUND},
    "Rule": {"when": "Condition.", "because": "The reason that people read, by language."},
    "LevelRule": {"then": "What it does: `{raise: level, to: at least medium}`, `{lower: level, by: 1}`, …"},
    "Change": {
        "set": "Output that is set, `to` a value.",
        "raise": "Output that is raised, `to: at least …` or `by: 1`.",
        "lower": "Output that is lowered, `to: at most …` or `by: 1`.",
        "to": "Level or number.",
        "by": "Number of levels, or of points.",
        "never beyond": "Where a step `by` levels stops.",
    },
    "Missing": {
        "allow": "How many items may be absent.",
        "only": "Which items may be absent.",
        "at_least": "How many items must be present; the others may be absent, unless `allow` is said.",
        "method": "What then counts: zero, prorate, by_sign, or a table. None if nothing is said.",
        "share_from": "With `by_sign`: the items whose share of their points the absent ones get.",
        "table": f"With `method: table`: columns absent, sum, total. {_TABLE}",
        "leave_out": "Reasons for which an item is left out as if it were not in the scale.",
    },
    "Scale": {
        "items": "Items, derived numbers and other scales that are added.",
        "missing": "What absent answers do; without it none may be absent.",
        "round": _ROUND,
    },
    "Bands": {
        "of": "Scale, model, item, or derived number or condition.",
        "by": _BY,
        "levels": "Lower bounds in rising order: `{low: 0, medium: 4, high: 9}`.",
    },
    "Sample": {
        "n": "How many people.",
        "where": "Where they were assessed.",
        "years": "When.",
        "note": "What else should be known of them.",
    },
    "Norm": {
        "of": "Scale or number that it is about.",
        "by": _BY,
        "outcome": "What was observed, by language.",
        "window": "Within which time: `5 years`.",
        "table": f"Columns value, estimate, and where known lower, upper, n, source, evidence. {_TABLE}",
        "sample": "The people it was observed of.",
    },
    "Model": {
        "kind": "logistic (gives a probability) or linear.",
        "by": "Fact or level by which coefficients differ; the table then has one column an option.",
        "terms": f"Columns term (an expression) and coefficient; `intercept` is 1. {_TABLE}",
        "round": _ROUND,
    },
    "Lookup": {
        "key": "Code or number that is looked up.",
        "table": f"Its first column is the key. {_TABLE}",
        "column": "Column that stands beside it: numbers, or words to compare with.",
    },
    "Judgement": {
        "levels": _LEVELS,
        "informed_by": "Items and outputs that the assessor looks at.",
        "justify": "Whether a reason is required or optional.",
    },
    "FirstOf": {"among": "Outputs, first choice first."},
    "Override": {
        "by": "How far: `at most 1 level`.",
        "directions": "up, down, or both.",
        "reasons": "Names of the reasons that may be given.",
        "needs": "second_person where somebody else must agree.",
        "expires": "After how long it ends: `6 months`.",
    },
    "Reassess": {"every": "`6 months`.", "or_when": "Events after which it is due, by language."},
    "Table": {
        "rows": "Level that gives the rows.",
        "columns": "Level that gives the columns.",
        "levels": "Names of the levels that come out, from low to high; those of the rows if nothing is said.",
        "cells": "Row level → cells in the order of the columns: `{low: [low, low, medium], …}`.",
    },
    "Test": {
        "name": "What it shows.",
        "given": "Facts by name.",
        "on": "Day of assessment.",
        "answers": "Answers by item; outputs of components as `name.output`.",
        "expect": "What must come out, by output: a value, or `{value: none, status: undecided, low: …, high: …}`.",
        "source": "Where the example is published.",
    },
}

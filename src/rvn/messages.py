"""Every problem rvn reports to authors, developers and batch users, worded in one place.

A message says what was found and what to do. It never repeats an answer of a person. Codes: 1xx the file,
2xx the shape of a definition, 3xx expressions, 4xx checks of the meaning, 5xx the catalogue, 6xx answers,
7xx frames, 8xx statistics and studies. The sentences of explanations stand in `rvn.text`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from rvn.errors import Diagnostic, Place, Severity


@dataclass(frozen=True, slots=True)
class Message:
    """The wording of one kind of problem, with named gaps."""

    code: str
    text: str
    hint: str = ""
    severity: Severity = "error"

    def at(self, place: Place | None = None, **values: object) -> Diagnostic:
        """Return the problem with its gaps filled in, at a place."""
        return Diagnostic(
            self.code, self.text.format(**values), place, self.hint.format(**values), severity=self.severity
        )


def near(name: object, known: Iterable[object]) -> str:
    """Return what to do about an unknown name: the nearest known ones, or all of them where they are few.

    >>> near("itens", ["id", "items", "scales"])
    "did you mean 'items'?"
    >>> near("zzz", ["low", "high"])
    "known here: 'low', 'high'"
    """
    names = [str(other) for other in known]
    close = difflib.get_close_matches(str(name), names, n=2, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"'{other}'" for other in close) + "?"
    if not names:
        return "there is none here"
    shown = ", ".join(f"'{other}'" for other in names[:16])
    return f"known here: {shown}" + (f" and {len(names) - 16} more" if len(names) > 16 else "")


# 1xx: the file

NO_FILE = Message("RVN101", "there is no such file", "check the path; `rvn list` shows what is installed")
FILE_TOO_LARGE = Message(
    "RVN102",
    "the file has {size:,} bytes; a definition has at most {limit:,}",
    "put long tables into CSV files",
)
NOT_UTF8 = Message("RVN103", "byte {position} is not UTF-8 text", "save the file as UTF-8")
TAB = Message("RVN104", "a tab is used for indentation", "use spaces; YAML does not allow tabs there")
NOT_YAML = Message("RVN105", "this is not valid YAML: {what}", "look at the brackets, quotes and indentation here")
ALIAS = Message(
    "RVN106",
    "anchors, aliases and merge keys ('{name}') are not allowed",
    "write the value out, or use `like:` for items that share their options",
)
TAG = Message("RVN107", "tags ('{tag}') are not allowed", "remove it; text that must stay text goes in quotes")
TOO_DEEP = Message("RVN108", "more than {limit} levels of nesting", "no part of a definition nests this deep")
DUPLICATE_KEY = Message("RVN109", "the key '{key}' stands here again; first in line {line}", "keep one of them")
KEY_NOT_TEXT = Message("RVN110", "a key must be a word or a number", "remove the brackets round the key")
KEY_NOT_QUOTED = Message("RVN111", "the key {key} is not text", "put it in quotes: '{key}'")
SECOND_DOCUMENT = Message("RVN112", "a second document starts here", "one file holds one definition: remove the `---`")

# 2xx: the shape of a definition

UNKNOWN_KEY = Message("RVN201", "no key '{key}' is allowed here", "{near}")
MISSING_KEY = Message("RVN202", "the key '{key}' is missing", "add it here: `{key}: …`")
WRONG_TYPE = Message("RVN203", "`{key}` is {found}; it must be {expected}", "{remedy}")
NOT_ALLOWED = Message("RVN204", "`{key}`: {why}", "{remedy}")
BAD_IDENTIFIER = Message(
    "RVN205",
    "'{name}' cannot be a name",
    "use lower-case letters, digits and underscores, a letter first; it must not be a word of the expressions",
)
DUPLICATE_NAME = Message(
    "RVN206", "the name '{name}' is used again; first in line {line}", "give one of them another name"
)
UNKNOWN_NAME = Message("RVN207", "there is no {kind} '{name}'", "{near}")
CIRCLE = Message("RVN208", "'{name}' depends on itself: {chain}", "break the circle")
TOO_LONG_CHAIN = Message(
    "RVN226", "'{name}' rests on a chain of more than {limit} steps", "compute it from fewer parts"
)
BAD_RANGE = Message(
    "RVN209",
    "'{text}' is not a range",
    "write one number, `1-2` (or `-3 to -1`), or `10+`; the upper end belongs to a range of a count, not of a number",
)
RANGE_OVERLAP = Message("RVN210", "the ranges '{first}' and '{second}' overlap at {value}", "{remedy}")
RANGE_GAP = Message("RVN211", "no points for values between '{first}' and '{second}'", "{remedy}")
RANGE_SHORT = Message(
    "RVN212", "no points for {value}, which `range` allows", "extend the points, or narrow `range` to them"
)
OPTIONS_NEEDED = Message("RVN213", "'{name}' is a choice without options", "add `options: …`, or for an item `like: …`")
OPTIONS_NOT_HERE = Message(
    "RVN214",
    "`{key}` does not belong to an item of kind {kind}",
    "a choice has `options`, a number or count `points` and `range`",
)
SPLIT_TEXT = Message(
    "RVN219", "'{text}' stands where a key is expected", 'text with a comma inside {{ }} must be in quotes: "…, {text}"'
)
NO_POINTS = Message(
    "RVN215",
    "the item '{name}' has options without points, so '{scale}' cannot add it",
    "give every option its points",
)
NOT_NUMERIC = Message("RVN216", "'{name}' is {found}; {use} needs a number", "{remedy}")
TABLE_SHAPE = Message("RVN217", "{what}", "{remedy}")
UNKNOWN_COMPONENT = Message("RVN218", "the component '{reference}' cannot be used: {why}", "{remedy}")

NO_TABLE = Message("RVN220", "there is no table '{name}'", "put it at {path}, or correct the name")
TABLE_COLUMN = Message("RVN221", "the table has no column '{name}'", "{near}")
TABLE_CELL = Message("RVN222", "{what}", "{remedy}")
TABLE_ROW_TWICE = Message("RVN223", "there are two rows for {key}; the first is line {line}", "keep one of them")
GROUPS = Message("RVN224", "{what}", "give one to each of {options}")
PROFILE = Message("RVN225", "{what}", "{remedy}")

# 3xx: expressions

BAD_EXPRESSION = Message(
    "RVN301", "the expression is not valid: {what}", "expressions use Python's arithmetic and logic"
)
NOT_IN_LANGUAGE = Message(
    "RVN302",
    "{what} is not part of the expression language",
    "the language has numbers, names, + - * / **, comparisons, and, or, not, if-else, in, and named functions",
)
UNKNOWN_FUNCTION = Message("RVN303", "there is no function '{name}'", "{near}")
UNKNOWN_OPTION = Message("RVN304", "'{item}' has no option '{option}'", "{near}")
WRONG_OPERAND = Message("RVN305", "{what}", "{remedy}")
WRONG_ARGUMENTS = Message("RVN306", "`{name}` takes {expected}; found {found}", "write `{usage}`")
EXPRESSION_TOO_LONG = Message(
    "RVN307", "the expression is too {measure} ({found}; at most {limit})", "split it with `derived`"
)

# 4xx: checks of the meaning

BAND_UNREACHED = Message(
    "RVN401",
    "the level '{level}' can never be reached: '{of}' runs from {low} to {high}",
    "correct the bound of '{level}', or the points",
)
BAND_GAP = Message(
    "RVN402",
    "'{of}' can be {low}, but the lowest level '{level}' starts at {start}",
    "start '{level}' at {low}",
)
BAND_ORDER = Message(
    "RVN403",
    "the level '{level}' starts at {start}, not above '{before}' at {before_start}",
    "order the levels from low to high",
)
RULE_NEVER = Message(
    "RVN404",
    "the {kind} '{name}' can never apply",
    "look for a bound that it cannot reach, or an `and` that should be `or`",
)
RULE_ALWAYS = Message(
    "RVN405",
    "the {kind} '{name}' always applies",
    "look for a bound that it always reaches, or an `or` that should be `and`",
    severity="warning",
)
FEW_TESTS = Message("RVN406", "{found} of at least 3 tests", "add worked examples under `tests`", severity="warning")
CUT_UNTESTED = Message(
    "RVN407",
    "no test lands on the {side} side of the cut at {start} ('{level}' of '{name}')",
    "add a test that expects {target} for '{of}'",
    severity="warning",
)
TEST_FAILS = Message(
    "RVN408", "test '{test}': {name} is {found}, expected {expected}", "correct the definition or the test"
)
TEST_ANSWERS = Message("RVN409", "test '{test}': {what}", "{remedy}")
NO_TEXT = Message(
    "RVN410",
    "no {language} text for {what}",
    "add it under '{name}' in texts/{language}.yaml",
    severity="warning",
)
NO_TRANSLATION = Message("RVN415", "{what} has no {language} text", "add `{language}: …` to it", severity="warning")
UNUSED_TEXT = Message("RVN411", "there is nothing called '{name}'", "{near}", severity="warning")
NO_SOURCE = Message(
    "RVN412", "the {kind} '{name}' names no source", "add `source: …`, a key of `sources`", severity="warning"
)
OPEN_RANGE = Message(
    "RVN413",
    "'{name}' has no upper or lower end, so what absent answers leave open cannot be stated",
    "give the item a `range: [lowest, highest]`",
    severity="warning",
)
ITEM_UNUSED = Message(
    "RVN414",
    "the item '{name}' is used nowhere",
    "use it, remove it, or say `scored: false`",
    severity="warning",
)

NORM_HOLE = Message(
    "RVN416",
    "the norms of '{name}' have no row for {value}, between rows that there are",
    "add the row, or say why it is unknown",
    severity="warning",
)
NORM_FALLS = Message(
    "RVN417",
    "the norms of '{name}' fall from {before} to {after} where the value rises to {value}",
    "check the two rows",
    severity="warning",
)
PRORATED_TOO_MUCH = Message(
    "RVN418",
    "'{name}' allows {allow} of {items} items to be absent",
    "prorating more than half of a scale states what is not known",
    severity="warning",
)

# 43x: versions

RELEASED_CHANGED = Message(
    "RVN431",
    "{version} is released, and {what} changed since",
    "{remedy}",
)
RELEASED_FILE = Message("RVN432", "`RELEASED` is not as rvn wrote it: {what}", "{remedy}")
ITEM_REUSED = Message(
    "RVN433",
    "'{name}' is answered otherwise in {version}: {what}",
    "give it another name, or write a migration from {version} that says what becomes of its answers",
    severity="warning",
)
MIGRATION_VERSION = Message("RVN441", "the version '{reference}' cannot be used: {why}", "{remedy}")
MIGRATION_NOT_SAME = Message(
    "RVN442", "'{name}' is not the same in both versions: {what}", "say under `answers` how one comes from the other"
)
MIGRATION_OPTION = Message("RVN443", "nothing says what becomes of '{option}' of '{name}'", "name it beside the others")
MIGRATION_UNSAID = Message(
    "RVN444", "nothing says how '{name}' of {version} comes about", "add it to `same`, or say it under `answers`"
)
MIGRATION_UNUSED = Message(
    "RVN445", "'{name}' of {version} is neither used nor dropped", "use it, or say under `dropped` why it is not needed"
)
MIGRATION_LOSES = Message(
    "RVN446", "'{name}' is not taken over whole: {what}", "say in a `note` what is lost, or how it is derived"
)
MIGRATION_OUTCOME = Message(
    "RVN447",
    "nothing says which old output '{name}' belongs to, the outcome of {version}",
    "add it under `outputs`, or say that it cannot be compared: `{{from: …, comparable: no, note: …}}`",
)

# 5xx: the catalogue

NO_INSTRUMENT = Message("RVN501", "there is no instrument '{name}'", "{near}")
NO_VERSION = Message("RVN502", "{name} has no version '{version}'", "{near}")
VERSION_NEEDED = Message("RVN503", "'{name}' does not say which version", "say which: {choices}")
COMPONENT_CIRCLE = Message("RVN505", "components use each other: {chain}", "break the circle")
CHANGED = Message("RVN506", "the tables of the definition have changed since it was loaded", "load it again")
WRONG_FOLDER = Message(
    "RVN504",
    "the file says {says}, but its place says {stands}",
    "rename the file or folder, or correct `id` and `version`",
)

# 53x: releases and migrations

RELEASE_DRAFT = Message("RVN531", "{version} is a draft", "give it another status once it is meant to stay as it is")
RELEASE_DAY = Message(
    "RVN532",
    "{version} would be released on {on}, before {other}, which it replaces ({before})",
    "correct the day, or `replaces`",
)
NO_MIGRATION = Message("RVN533", "no migration says how answers to {old} are read by {new}", "{there}")

# 6xx: answers

UNKNOWN_ITEM = Message("RVN601", "there is no item '{name}'", "{near}")
UNKNOWN_ANSWER = Message(
    "RVN602", "the answer to '{name}' is not one of its options", "options: {options}; absent: {reasons}"
)
ANSWER_TYPE = Message("RVN603", "the answer to '{name}' is {found}, not {expected}", "{remedy}")
ANSWER_RANGE = Message("RVN604", "the answer to '{name}' is outside its range", "allowed: {allowed}")
ANSWER_NAN = Message("RVN605", "the answer to '{name}' is NaN", "leave an absent answer out, or say why: {reasons}")
ANSWER_DATE = Message("RVN606", "the date in '{name}' lies after the day of assessment", "correct one of the two")
DATE_NEEDED = Message("RVN607", "the day of assessment is needed", "pass `on=` a date; scoring never asks the clock")
ANSWER_COMPONENT = Message("RVN608", "'{name}' must be a result of {reference}", "{remedy}")
RECALLED_NAME = Message("RVN609", "nothing called '{name}' rests on recalled numbers", "{near}")
NOT_ASKED = Message(
    "RVN610", "'{name}' was answered although it is not asked here; the answer is ignored", severity="warning"
)
NOT_JUSTIFIED = Message(
    "RVN612", "the judgement '{name}' has no justification", "give it as {{'level': …, 'because': …}}"
)
NOT_A_DAY = Message("RVN613", "`{name}` is not a day", "pass a date, or write it as 2026-11-21")
CONTRADICTION = Message("RVN611", "the answers contradict each other: {name}", "look at the answers again")

# 65x and 66x: overrides

OVERRIDE_NOT_ALLOWED = Message("RVN651", "'{output}' allows no override", "{near}")
OVERRIDE_LEVEL = Message("RVN652", "there is no such level of '{output}'", "levels: {levels}")
OVERRIDE_NO_REASON = Message("RVN653", "the override of '{output}' gives no reason", "allowed: {reasons}")
OVERRIDE_REASON = Message("RVN654", "'{output}' is not overridden for this reason", "allowed: {reasons}")
OVERRIDE_TOO_FAR = Message(
    "RVN655",
    "the override of '{output}' goes further than {allowed}",
    "choose a level nearer to the computed one, or correct the answers",
)
OVERRIDE_DIRECTION = Message("RVN656", "'{output}' is not overridden in this direction", "allowed: {directions}")
OVERRIDE_NOT_APPROVED = Message(
    "RVN657", "nobody has approved the override of '{output}'", "a second person approves it: `approved_by=`"
)
OVERRIDE_SAME_PERSON = Message(
    "RVN658", "the override of '{output}' is approved by the person who made it", "another person approves it"
)
OVERRIDE_EXPIRED = Message(
    "RVN659",
    "the override of '{output}' ended on {until}",
    "the computed level counts again; make a new override if its reason still holds",
)
OVERRIDE_NO_LEVEL = Message(
    "RVN660", "'{output}' has no computed level to override: it is {status}", "first settle what is absent"
)
OVERRIDE_SAME_LEVEL = Message(
    "RVN661", "the override of '{output}' names the level that was computed", "leave the override out"
)
OVERRIDE_DAY = Message(
    "RVN662",
    "the day of the override of '{output}' is {found}",
    "write the day on which it was made, not before the assessment, as 2026-11-21",
)
OVERRIDE_BY = Message("RVN663", "the override of '{output}' does not say who made it", "say who: `by=`")
OVERRIDE_TWICE = Message("RVN664", "there are two overrides of '{output}'", "keep one of them")

# 67x: people

NATIONAL_NUMBER = Message(
    "RVN671",
    "a subject id has the form of a national identity number",
    "use an opaque id of your system, or a pseudonym; rvn neither needs nor keeps who a person is",
)
SUBJECT_TYPE = Message(
    "RVN672",
    "a subject id is of the type {found}",
    "ids are text; turn the column into text, so that no zero and no sign is lost",
)
WINDOW = Message("RVN674", "the window ends before it begins", "exchange its two days")
COUNT_COLUMN = Message("RVN675", "the results have no column '{column}', which is to say {what}", "{near}")
SUBJECT_EMPTY = Message("RVN673", "a subject id is empty", "give every person an id, or leave the row out")

# 68x and 69x: records

RECORD_NOT_JSON = Message(
    "RVN680", "this is not a whole record: {why}", "take it from where it was written; rvn never repairs a record"
)
RECORD_NOT_ONE = Message("RVN681", "this is no record of a result", "`rvn record` writes one")
RECORD_NEWER = Message(
    "RVN682",
    "the record has schema {found}; this version of rvn reads up to {known}",
    "read it with the version of rvn that wrote it, or a later one",
)
RECORD_SHAPE = Message("RVN683", "`{path}`: {why}", "take the record from where it was written")
RECORD_CHANGED = Message(
    "RVN684",
    "the record was changed after it was written: its digest does not fit",
    "take it from a copy; where there is none, it proves nothing",
)
RECORD_FORM = Message(
    "RVN685",
    "the record does not stand as it was written: spaces, order or spelling of numbers differ",
    "keep the bytes as they are; values that a database took apart are read with `rvn.records.read(values)`",
)
RECORD_SEAL = Message(
    "RVN686",
    "the seal does not fit the key",
    "either this is another key, or somebody without it changed the record",
)
RECORD_INPUTS = Message(
    "RVN687", "the answers are not those that were scored", "look for another version of them, or another key"
)
RECORD_DIFFERS = Message(
    "RVN688", "`{path}` is {recorded} in the record and {found} when computed again", "see what has changed since"
)
RECORD_DEFINITION = Message(
    "RVN689",
    "the definition of {reference} is not the one that the record was made with; what differs: {parts}",
    "a released version never changes; look for the file as it was",
)
RECORD_PREVIOUS = Message(
    "RVN690", "the record does not follow the one before it: {why}", "look for a record that was taken away or put in"
)
RECORD_OVERRIDE = Message("RVN691", "an override in the record is not allowed: {what}", "{remedy}")
RESULTS_SHAPE = Message(
    "RVN693", "these are no results of test vectors: {why}", "write them as `rvn vectors` writes the expected ones"
)
KEY_SHORT = Message("RVN692", "the key has {found} bytes; it needs at least {needed}", "make one: 32 random bytes")

# 69x: histories

HISTORY_NO_DAY = Message("RVN695", "assessment {number} does not say its day", "score it with `on=` a date")
HISTORY_BACKWARDS = Message(
    "RVN696", "assessment {number} lies before assessment {before}", "put the earliest first, or correct its day"
)
HISTORY_MIXED = Message("RVN697", "the assessments are of several {what}", "make one history for each")
HISTORY_ERROR = Message(
    "RVN698",
    "what a change of '{output}' means cannot be said without its error of measurement",
    "pass `error=`, the standard error of measurement in points",
)

# 7xx: frames and files

NO_COLUMN = Message(
    "RVN701",
    "the frame has no column '{column}'",
    "{near}; an item nobody was asked needs a column of empty values",
)
COLUMN_TAKEN = Message("RVN702", "the frame already has a column '{column}'", "rename it, or pass `prefix=`")
COLUMN_TYPE = Message("RVN703", "the column '{column}' holds {found}, not {expected}", "convert the column first")
COLUMN_TWICE = Message("RVN705", "two columns of the frame have the same name", "rename one of them")
NOT_A_FRAME = Message("RVN704", "{found} is not a frame that rvn can read", "pass a pandas, Polars or pyarrow frame")
ARRAY_LENGTHS = Message(
    "RVN709", "the arrays are not columns of one length", "pass one-dimensional arrays, a row an assessment"
)

# 72x and 73x: files of any size

ENGINE_LACKS = Message(
    "RVN750",
    "{engine} cannot compute {what}, which the instrument needs",
    "score the rows in memory or in a file, or copy them to DuckDB or PostgreSQL",
)
SPARK_CANNOT = Message("RVN751", "the engine Spark cannot {what}", "{remedy}")
NO_SPARK = Message("RVN752", "the engine Spark needs {what}, which is not here", "{remedy}")
WORKERS_LACK = Message(
    "RVN753",
    "the workers of Spark cannot run rvn {version}: {why}",
    "give all of them the same Python with the same rvn, and name it in PYSPARK_PYTHON{where}",
)
SPARK_FAILS = Message("RVN754", "Spark failed: {why}", "{remedy}")
SPARK_UNFINISHED = Message(
    "RVN755",
    "another run by Spark is writing '{file}', or one that was stopped has left something beside it",
    "wait for it; where there is none, start again with `--replace`",
)
NO_INPUT = Message("RVN720", "there is no file or folder '{file}'", "check the path")
NOT_READABLE = Message("RVN721", "'{file}' cannot be read: {why}", "{remedy}")
COLUMN_CHANGES = Message(
    "RVN722",
    "the column '{column}' holds {found} in '{file}', but {before} in '{first}'",
    "make the files again with one type for the column",
)
COLUMNS_DIFFER = Message(
    "RVN723", "'{file}' has other columns than '{first}': {what}", "make the files again with the same columns"
)
DAMAGED = Message(
    "RVN724", "'{file}' is damaged in row group {group}, counted from 0", "make the file again, or copy it again"
)
OUTPUT_THERE = Message("RVN725", "'{file}' is already there", "choose another name, or replace it with `--replace`")
UNFINISHED = Message(
    "RVN726", "a run that was stopped stands beside '{file}'", "`--resume` goes on with it, `--replace` starts again"
)
INPUT_CHANGED = Message(
    "RVN727", "the input is not what it was when the run for '{file}' began", "start again with `--replace`"
)
ANOTHER_RUN = Message(
    "RVN728",
    "the run that was stopped beside '{file}' was another one; these differ: {what}",
    "call it as it was called, or start again with `--replace`",
)
IN_USE = Message("RVN729", "another run is writing '{file}'", "wait for it, or choose another name")
OUTPUT_FAILS = Message("RVN730", "'{file}' cannot be written: {why}", "{remedy}")
STOPPED = Message("RVN731", "stopped after {rows:,} rows, which are kept", "go on with `--resume`")
OUTPUT_KIND = Message("RVN732", "'{file}' is of no kind that is written here", "end its name in .csv or .parquet")
OUTPUT_IS_INPUT = Message("RVN733", "the output would stand over the input '{file}'", "choose another name")
CHANGED_MEANWHILE = Message(
    "RVN734", "the input was changed while it was read, so nothing was written to '{file}'", "run it again"
)
ROWS_LOST = Message(
    "RVN735",
    "the rows do not add up: {rows_in:,} in, {placed:,} out, {not_scored:,} not scored; '{file}' was not written",
    "this is a fault of rvn; please report it",
)
ROW_CELLS = Message(
    "RVN736",
    "the line has {found} cells, the first line has {expected}",
    "look for a separator too many or too few, and for a lost quote",
)
ID_ABSENT = Message("RVN737", "the row has no id", "give every row one")
ID_REPEATED = Message(
    "RVN738", "the id of the row stands in an earlier row too", "keep one of them, or tell them apart"
)
NOT_TOGETHER = Message(
    "RVN739",
    "the lines of an assessment do not all stand together in the input; nothing was written to '{file}'",
    "sort the input by the column of the id",
)
NOT_AN_ID = Message(
    "RVN740",
    "more than {lines:,} lines in a row have the same id in the column '{column}'",
    "name the column that tells assessments apart",
)
ITEM_TWICE = Message(
    "RVN741", "an item of this assessment has more than one line, so none of its lines is scored", "keep one of them"
)
LINE_DIFFERS = Message(
    "RVN742",
    "the lines of this assessment differ in the column '{column}', so none of them is scored",
    "give them the same",
)
OTHER_ITEM = Message(
    "RVN743",
    "the instrument has no such item, so the line is not scored",
    "correct the name, map it under `columns`, or say `others: pass over`",
)
MAPPING_OF = Message("RVN744", "the mapping is made for {of}, not for {reference}", "use it with that instrument")
MAPPED_VALUE = Message("RVN745", "this is no answer to '{item}'", "{hint}")
MAPPED_REASON = Message("RVN746", "'{reason}' is no reason for absence of '{item}'", "{near}")
MAPPED_ANSWER = Message(
    "RVN747",
    "{code} can be an answer to '{item}'",
    "say what it means there: `values: {{{item}: {{{code}: …}}}}`",
)

# 8xx: studies; 801 is the contract of the statistics

ONE_OF = Message("RVN811", "{what} needs exactly one of {choices}; it has {found}", "keep one of them")
DOES_NOT_GO = Message("RVN812", "`{key}` does not go with {other}", "{remedy}")
STUDY_INSTRUMENT = Message("RVN813", "the instrument '{reference}' cannot be used: {why}", "{remedy}")
WINDOW_UNIT = Message(
    "RVN814",
    "the window is '{window}', but {what} is in {unit}",
    "say the window in {unit}, so that nothing is rounded",
)
CRITERION = Message("RVN815", "the criterion '{measure}': {what}", "{remedy}")
NO_DATA_FILE = Message("RVN821", "there is no file '{file}'", "put the data beside the study file, or correct the name")
NO_DATA_COLUMN = Message("RVN822", "the data have no column '{column}'", "{near}")
DATA_UNREADABLE = Message("RVN823", "the data '{name}' cannot be read: {why}", "{remedy}")
PERSONAL_CODE = Message(
    "RVN824",
    "the column '{column}' holds {count:,} values of the form of a Latvian personal code, the first in row {row}",
    "give every person a code that means nothing outside the study, and keep the key elsewhere",
)
REPEATED = Message(
    "RVN825",
    "{people:,} people have more than one row, the first in rows {rows}",
    "say `repeats: first` or `repeats: last`, or keep one row of each",
)
NO_PERSON = Message(
    "RVN826", "{count:,} rows do not say whose they are, the first is row {row}", "they are left out and counted"
)
CELL_NOT_NUMBER = Message("RVN827", "{count:,} cells of '{column}' are not numbers, the first in row {row}", "{remedy}")
CELL_NOT_DATE = Message(
    "RVN828", "{count:,} cells of '{column}' are not dates of the form {form}, the first in row {row}", "{remedy}"
)
CELL_NOT_KNOWN = Message(
    "RVN829", "{count:,} cells of '{column}' are none of {known}, the first in row {row}", "{remedy}"
)
EVENT_BEFORE_START = Message(
    "RVN830",
    "{count:,} dates in '{column}' lie before the start of the time at risk, the first in row {row}",
    "correct the date, or the start; these people are left out of this outcome and counted",
)
UNTIL_BEFORE_START = Message(
    "RVN831",
    "observation of {count:,} people ends before it starts, the first in row {row}",
    "correct one of the two dates; these people are left out of this outcome and counted",
)
CELL_NOT_ANSWER = Message("RVN832", "{count:,} cells of '{column}': {what}; the first in row {row}", "{remedy}")
NOBODY_LEFT = Message("RVN833", "nobody is left after {step}", "look at the flow of cases, and at the condition")
NOT_RESULTS = Message(
    "RVN834", "'{file}' does not hold results of a study of edition {schema}", "run the study again, or update rvn"
)
NO_ENVIRONMENT = Message(
    "RVN835", "the environment has no variable '{name}', which is to hold the address", "set it before the run"
)
NO_DRIVER = Message("RVN836", "a database needs ibis", "install it: pip install 'rvn[sql]'")
PERSON_AGAIN = Message(
    "RVN841",
    "{count:,} rows in '{column}' are of a person who has an earlier row, the first in row {row}",
    "keep one row of each person, or say in the plan which one counts",
)
IDLE_REPAIR = Message(
    "RVN842",
    "repair {number}, of '{column}', changed nothing",
    "correct what it looks for, or take it out",
    severity="warning",
)
NO_SHEET = Message("RVN843", "'{file}' is no sheet that can be read: {why}", "{remedy}")

# 78x: rescoring

MIXED_VERSIONS = Message(
    "RVN781", "the results were made with several versions: {found}", "rescore those of each version apart"
)
OTHER_VERSION = Message("RVN782", "the results were made with {found}, not with {version}", "name that version")
FROM_NEEDED = Message(
    "RVN785",
    "nothing says which version the results were made with",
    "say it: `--from id@version`; a version is not guessed",
)
TABLE_OF_NO_DATABASE = Message(
    "RVN788",
    "the table holds recorded results, and belongs to no database that could be asked what made them",
    "name a table of a connection, or leave the results out and let them be computed",
)
RESCORED_BEFORE = Message(
    "RVN789",
    "the rows were rescored before: there is a column '{column}'",
    "leave that out, and the other columns that begin with `rescoring`; they stay in their file",
)
STALE_KIND = Message("RVN787", "'{file}' is no file of results", "name a .parquet, .csv or .jsonl file, or a folder")
RECORDED_OTHERWISE = Message(
    "RVN786",
    "the results were made when {version} had other {parts}",
    "they are kept as they were recorded",
    severity="warning",
)
CHANGED_SINCE = Message(
    "RVN790",
    "'{file}' was changed since rvn made it, so what stands beside it about its version and columns was not used",
    "say `--from` and `--recorded-prefix`, if its results are still those of then",
    severity="warning",
)
NO_VERSION_SAID = Message(
    "RVN783",
    "the results do not say which version they were made with, or not all of them",
    "find out which; a version is not guessed. Rescore those of {version} apart",
)
RECORDED_STRANGE = Message(
    "RVN784",
    "the column '{column}' holds levels that {version} does not have",
    "name the version that the results were made with, or the column that holds them",
)

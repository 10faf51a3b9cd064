"""What can be wrong with a study and its data, worded in one place; `rvn.messages` has what is wrong with instruments.

Like every message of rvn, none repeats an answer of a person. Codes: 81x the study file, 82x to 83x its data, 84x
cleaning.
"""

from __future__ import annotations

from rvn.messages import Message

ONE_OF = Message("RVN811", "{what} needs exactly one of {choices}; it has {found}", "keep one of them")
NOT_TOGETHER = Message("RVN812", "`{key}` does not go with {other}", "{remedy}")
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

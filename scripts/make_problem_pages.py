"""Makes docs/problems.md from the messages of rvn and the broken examples of tests/bad.

Run it after changing either: `python scripts/make_problem_pages.py`. A test fails while the page is not current.
"""

from __future__ import annotations

import re
import string
from pathlib import Path

from rvn import messages
from rvn.messages import Message

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "problems.md"
EXAMPLES = ROOT / "tests" / "bad"
WIDTH = 160

FAMILIES = {
    "1": "The file",
    "2": "The shape of a definition",
    "3": "Expressions",
    "4": "Checks of the meaning",
    "5": "The catalogue",
    "6": "Answers, overrides, records and people",
    "7": "Frames",
    "8": "Studies",
}

HEAD = """\
# Problems

Every problem that rvn reports has a code, a place if there is a file, a sentence that says what was found, and a line
that says what to do:

```text
instruments/demo/2.1.yaml:48:9: RVN403 the level 'low' starts at 0, not above 'high' at 1
    order the levels from low to high
```

Errors stop a definition from being loaded or an answer from being used. Warnings are for the author to look at. All
problems of a file are told at once, in the order of the file, and no message repeats an answer of a person.

This page is made by `scripts/make_problem_pages.py` from the messages themselves and from the broken files in
[`tests/bad`](../tests/bad); where a message has no file, its gaps are shown as …
"""

# For every code: its name, what it means, and what to do about it.
PROSE: dict[str, tuple[str, str, str]] = {
    "RVN101": (
        "no such file",
        "The path of a definition or of a profile leads to no file.",
        "Check the path and the folder you are in. `rvn list` names the instruments that need no path.",
    ),
    "RVN102": (
        "a file too large",
        "A definition is text for people and has at most a million bytes.",
        "Put long tables of codes, norms or coefficients into CSV files beside it.",
    ),
    "RVN103": (
        "not UTF-8",
        "The file was saved in another encoding, as some spreadsheets and editors still do with Latvian letters.",
        "Save it again as UTF-8.",
    ),
    "RVN104": ("a tab", "YAML is indented by spaces only.", "Replace the tab by spaces."),
    "RVN105": (
        "not valid YAML",
        "The text cannot be read as YAML: a bracket or quote is left open, or a text has a colon in it.",
        "Look at the place and the line before it. Put text with `:`, `#`, `{` or `[` into quotes.",
    ),
    "RVN106": (
        "an anchor, alias or merge key",
        "A definition says everything where it is used. `&name`, `*name` and `<<` are not allowed.",
        "Write the value out. Items with the same options say `like:` and the name of the first.",
    ),
    "RVN107": (
        "a tag",
        "`!!str` and other tags are not allowed.",
        "Remove it. Text that looks like a number goes in quotes.",
    ),
    "RVN108": (
        "too many levels",
        "Brackets or lists are nested far deeper than any definition.",
        "Look for brackets that are not closed.",
    ),
    "RVN109": (
        "a key twice",
        "The same key stands twice in one mapping, so one of the two would be lost. `1` and `'1'` are one key.",
        "Keep one of them.",
    ),
    "RVN110": (
        "a key that is no word",
        "A list or a mapping stands where a key belongs.",
        "Write a word or a number before the colon.",
    ),
    "RVN111": (
        "a key that must be quoted",
        "`true`, `false` and `null` are not text in YAML. `yes` and `no` are, and need no quotes.",
        "Put the key in quotes.",
    ),
    "RVN112": (
        "a second document",
        "`---` begins a second document; a file holds one.",
        "Remove the line, or make two files.",
    ),
    "RVN201": (
        "an unknown key",
        "The language has no such key at this place. Often it is misspelt, or belongs one level further out or in.",
        "Use the key that is offered, or see [the language](language.md).",
    ),
    "RVN202": (
        "a key is missing",
        "Something that is needed has not been said.",
        "Add the key. It may be there under a misspelt name.",
    ),
    "RVN203": (
        "a value of another type",
        "A number stands where text is expected, a list where a mapping is, or the like. A version is text.",
        "Write the value as described; text that looks like a number goes in quotes.",
    ),
    "RVN204": (
        "a value that is not allowed",
        "The type is right, but not the value.",
        "The message says what is allowed.",
    ),
    "RVN205": (
        "not a name",
        "Names are used in expressions and columns: lower-case letters, digits and underscores, a letter first.",
        "Choose another name. Words of the expressions, such as `if`, `min` and `counts`, are taken.",
    ),
    "RVN206": ("a name twice", "Every part has a name of its own in the whole file.", "Rename one of the two."),
    "RVN207": (
        "an unknown name",
        "Nothing is called that.",
        "Use the name that is offered, or add the part that is lacking.",
    ),
    "RVN208": (
        "a circle",
        "A part needs itself, directly or by way of others.",
        "Follow the arrows and break the circle.",
    ),
    "RVN209": (
        "not a range",
        "Points by range are written `0`, `1-2`, `-3 to -1` or `10+`.",
        "Write the range that way. The ends of a range of counts are whole numbers.",
    ),
    "RVN210": ("ranges that overlap", "A value would have two kinds of points.", "Move one of the two ends."),
    "RVN211": ("ranges with a gap", "Values between two ranges would have no points.", "Move one of the two ends."),
    "RVN212": (
        "points that end early",
        "`range` allows values that no range of `points` holds.",
        "Make the two agree.",
    ),
    "RVN213": ("a choice without options", "Nobody could answer it.", "Add `options`."),
    "RVN214": (
        "a key of another kind",
        "`options` belong to a choice, `points` and `range` to a count or number.",
        "Remove the key, or correct `kind`.",
    ),
    "RVN215": (
        "an option without points",
        "A scale adds points, and some options have none.",
        "Give every option its points, 0 included, or leave the item out of the scale.",
    ),
    "RVN216": (
        "not a number",
        "A level, date or condition stands where a number is needed.",
        "Derive a number from it, or use another part.",
    ),
    "RVN217": (
        "a table that is not whole",
        "A table of levels needs a cell for every pair of rows and columns.",
        "Add what is lacking.",
    ),
    "RVN218": (
        "a component that cannot be used",
        "Another instrument named under `uses` cannot be had, or is itself wrong.",
        "Mend that one first, or name another.",
    ),
    "RVN219": (
        "a text cut in two",
        "Inside `{ }` a comma ends a value, so what follows it was taken for a key.",
        "Put the whole text or expression in quotes.",
    ),
    "RVN220": (
        "no such table",
        "The CSV file is not where the definition says, or has over five million bytes.",
        "Put it below the folder of the definition.",
    ),
    "RVN221": (
        "a column is missing",
        "The first line of the table does not name a column that is needed.",
        "Correct the first line. Columns are separated by commas.",
    ),
    "RVN222": (
        "a row that cannot be used",
        "A row has too few cells, or one that is not what its column needs.",
        "Correct the row.",
    ),
    "RVN223": ("a row twice", "Two rows are for the same value, so one of the two would be lost.", "Keep one of them."),
    "RVN224": (
        "a group left out",
        "`by` needs one entry for each option of what it names, no more and no fewer.",
        "Make the entries agree with the options.",
    ),
    "RVN225": (
        "a profile that does not fit",
        "A profile belongs to one version of one instrument.",
        "Use it with that version, or write one for this.",
    ),
    "RVN226": (
        "a long chain",
        "A value rests on more steps than a reader could follow.",
        "Compute it from fewer parts.",
    ),
    "RVN301": (
        "not an expression",
        "The text is not a whole expression: something is open, lacking or left over.",
        "Compare with `==`, join with `and`, `or` and `not`, and put options in quotes. Comments go outside.",
    ),
    "RVN302": (
        "not in the language",
        "Expressions have Python's arithmetic and logic and nothing else of Python.",
        "Write it with numbers, names, comparisons and the functions of [the language](language.md).",
    ),
    "RVN303": ("an unknown function", "There is no such function.", "Use one of those that are named."),
    "RVN304": (
        "an unknown option or level",
        "What is compared has no such option.",
        "Use the name as it stands in the definition.",
    ),
    "RVN305": (
        "a value of the wrong kind",
        "Numbers, conditions, levels and dates cannot stand for each other.",
        "The message says what is needed.",
    ),
    "RVN306": (
        "wrong arguments",
        "A function was given too many values, too few, or others than it takes.",
        "Write it as shown.",
    ),
    "RVN307": ("an expression too long or deep", "Nobody could check it.", "Give its parts names under `derived`."),
    "RVN401": (
        "a level out of reach",
        "Nobody can ever get this level: the value does not go that far.",
        "Correct the bound or the points.",
    ),
    "RVN402": (
        "values without a level",
        "The value can be lower than the bound of the lowest level.",
        "Let the lowest level begin where the value does.",
    ),
    "RVN403": (
        "levels out of order",
        "Levels are written from low to high, each by its lower bound.",
        "Put them in order.",
    ),
    "RVN404": (
        "a condition that is never met",
        "Whatever is answered, it is false.",
        "Look for a bound that the value cannot reach, or `and` for `or`.",
    ),
    "RVN405": (
        "a condition that is always met",
        "Whatever is answered, it is true, so it says nothing.",
        "Look for a bound that every value reaches.",
    ),
    "RVN406": (
        "few examples",
        "A definition shows at least three worked examples, best from its manual.",
        "Add them under `tests`.",
    ),
    "RVN407": (
        "a cut that no example touches",
        "Mistakes hide at cut-offs: one below, one above.",
        "Add an example on that side.",
    ),
    "RVN408": (
        "an example that contradicts",
        "Another result comes out than the example expects.",
        "One of the two is wrong: look into the source.",
    ),
    "RVN409": (
        "an example that cannot be scored",
        "Its answers cannot be used; what follows the colon says why.",
        "Correct the example. The problems of answers, 6xx, stand below.",
    ),
    "RVN410": (
        "a text is missing",
        "Something that people read has no words in one language.",
        "Add them to the file of texts.",
    ),
    "RVN411": (
        "a text of nothing",
        "A text is for something that the definition does not have.",
        "Correct the name, or remove the text.",
    ),
    "RVN412": ("no source", "Where there are several sources, every part says which one it is from.", "Add `source:`."),
    "RVN413": (
        "an open range",
        "A number may be anything, so what absent answers leave open has no end.",
        "Give the items a `range`.",
    ),
    "RVN414": (
        "an item that nothing uses",
        "It is asked, but changes nothing.",
        "Use it, remove it, or say `scored: false`.",
    ),
    "RVN415": ("a translation is missing", "A title or a reason lacks a language.", "Add it."),
    "RVN416": (
        "norms with a hole",
        "Some value between two others has no norm.",
        "Add the row, or note in the source why there is none.",
    ),
    "RVN417": (
        "norms that fall",
        "The estimate falls where the value rises. That may be so in a small sample, or a slip.",
        "Check the two rows.",
    ),
    "RVN418": (
        "too much prorating",
        "More than half of a scale may be made up from the rest.",
        "Allow less, unless the manual says so.",
    ),
    "RVN431": (
        "a released version changed",
        "Results were made with this version, so it stays as it was released. Comments and spaces may change.",
        "Put it back, and write the change into a new version with a migration. Where only texts or migrations changed "
        "and that is meant, release it again.",
    ),
    "RVN432": (
        "RELEASED is not as it was written",
        "The file says which versions are released and with which fingerprints; only `rvn release` writes it.",
        "Put it back as it was.",
    ),
    "RVN433": (
        "a name reused",
        "A version uses a name of the version before for other answers, so a column of that name has two meanings.",
        "Give the new one another name, or write a migration.",
    ),
    "RVN441": (
        "a migration of no version",
        "A migration leads from one version to another, and one of the two cannot be loaded.",
        "Correct the reference; `rvn list` names what is installed.",
    ),
    "RVN442": (
        "not the same",
        "`same` takes an answer over as it was recorded, and here the two versions do not record the same.",
        "Say under `answers` how the new answer comes from the old one.",
    ),
    "RVN443": (
        "an option without a place",
        "An option or reason of the old version has no place in the new one, and no option may get lost silently.",
        "Name the new option, or the reason why there is no answer.",
    ),
    "RVN444": (
        "an answer that is not said",
        "Every answer of the new version must come from somewhere; nothing is guessed.",
        "Add it to `same`, or say it under `answers`; `absent: not_asked` where the old version did not ask.",
    ),
    "RVN445": (
        "an answer that is not used",
        "Every answer of the old version must be used or be dropped on purpose.",
        "Use it, or say under `dropped` why it is not needed.",
    ),
    "RVN446": (
        "a loss that is not admitted",
        "Something of the old answer does not come over: options become one, or it is derived or not there.",
        "Say so in a `note`; it is shown to those who read the rescored results.",
    ),
    "RVN447": (
        "an outcome without a counterpart",
        "Whether a result changed is told by the outcome, so the migration must say which old output it belongs to.",
        "Add it under `outputs`, or say there that the two cannot be compared, and why.",
    ),
    "RVN501": (
        "no such instrument",
        "No folder of the catalogue has that name.",
        "Use the name that is offered. `RVN_PATH` adds folders.",
    ),
    "RVN502": (
        "no such version",
        "The instrument is there, but not in that version.",
        "Use a version that is offered.",
    ),
    "RVN503": (
        "which version",
        "An instrument is always named with its version, so that a result can be repeated.",
        "Add `@` and the version.",
    ),
    "RVN504": (
        "another name than its place",
        "A file of the catalogue is called by its folder and name, and says something else inside.",
        "Make them agree.",
    ),
    "RVN505": ("components in a circle", "Two instruments use each other's results.", "Break the circle."),
    "RVN506": (
        "changed since it was loaded",
        "A table was edited or taken away meanwhile.",
        "Load the instrument again.",
    ),
    "RVN531": (
        "a draft",
        "What is released never changes, and a draft is meant to.",
        "Give it another status when it is done.",
    ),
    "RVN532": (
        "days that go backwards",
        "A version cannot be released before the one that it replaces.",
        "Correct the day, or `replaces`.",
    ),
    "RVN533": (
        "no migration",
        "Nothing says how answers given to one version are read by the other.",
        "Write a migration beside the new version, or go by way of the one that there is.",
    ),
    "RVN601": ("no such item", "The instrument does not ask that.", "Use the name that is offered."),
    "RVN602": (
        "not one of the options",
        "The answer is none of those that the item has. Upper and lower case differ.",
        "Use an option or a reason for absence.",
    ),
    "RVN603": (
        "an answer of another type",
        "Text stands where a number is expected, a truth value where an option is, or the like.",
        "Convert the answer. `True` is not 1.",
    ),
    "RVN604": (
        "out of range",
        "The number is lower or higher than the item allows.",
        "Correct it, or say that it is unknown.",
    ),
    "RVN605": ("NaN", "NaN does not say why an answer is absent.", "Leave the answer out, or give the reason."),
    "RVN606": ("a date in the future", "The date lies after the day of assessment.", "Correct one of the two."),
    "RVN607": (
        "the day of assessment",
        "Ages and times are counted to the day of assessment, and rvn never takes today for it.",
        "Pass `on=`.",
    ),
    "RVN608": (
        "not a result",
        "A component takes a result of exactly the version that the definition names.",
        "Score the component first and pass its result.",
    ),
    "RVN609": (
        "nothing recalled",
        "Only parts that rest on recalled facts can be accepted by name.",
        "Use a name of `instrument.recalled`.",
    ),
    "RVN610": (
        "not asked",
        "The item is not asked of this person, and its answer changes nothing.",
        "Check the answer before it, which decides.",
    ),
    "RVN611": (
        "a contradiction",
        "Two answers cannot both be true, so there is no result.",
        "Ask again; rvn repairs nothing.",
    ),
    "RVN612": (
        "no justification",
        "A judgement without a score needs its reason in words.",
        "Give `because` with the level.",
    ),
    "RVN613": (
        "not a day",
        "A day is a date, or text such as 2026-11-21. Other forms are too easily another day.",
        "Pass a date, or write it with the year first.",
    ),
    "RVN651": (
        "an override that is not allowed",
        "The definition lists under `overrides` which outputs may be overridden; this one is not among them.",
        "Where the level seems wrong, look at the answers again.",
    ),
    "RVN652": ("no such level", "The level named is not one of the output's.", "Name one of those listed."),
    "RVN653": (
        "an override without a reason",
        "A level that is changed without a reason cannot be reviewed.",
        "Name one of the reasons that the definition allows.",
    ),
    "RVN654": (
        "an unknown reason",
        "The definition allows overrides for the reasons it lists, and for no others.",
        "Name one of them; what else there is to say goes into `because`.",
    ),
    "RVN655": (
        "an override too far",
        "The definition limits by how many levels an override may move.",
        "Choose a level nearer to the computed one, or correct the answers.",
    ),
    "RVN656": (
        "the wrong direction",
        "Some instruments allow levels to be raised only, or lowered only.",
        "Leave the level as it was computed.",
    ),
    "RVN657": (
        "not approved",
        "The definition wants a second person to agree.",
        "Give `approved_by`.",
    ),
    "RVN658": (
        "approved by its own author",
        "Whoever makes an override cannot be the second person.",
        "Let somebody else look at it.",
    ),
    "RVN659": (
        "an override that ended",
        "The definition says for how long an override holds, and that time is over.",
        "The computed level counts; make a new override if the reason still holds.",
    ),
    "RVN660": (
        "nothing to override",
        "There is no computed level: answers are absent, contradict each other, or the instrument does not apply.",
        "Settle that first: an override changes a level and does not stand in for one.",
    ),
    "RVN661": ("the same level", "The override names the level that was computed anyway.", "Leave it out."),
    "RVN662": (
        "a day that cannot be",
        "An override is made on the day of the assessment or after it.",
        "Correct the day.",
    ),
    "RVN663": ("nobody named", "Somebody answers for an override.", "Give `by`, an id of the assessor."),
    "RVN664": ("two overrides", "Two overrides of one output cannot both count.", "Keep one of them."),
    "RVN671": (
        "a national identity number",
        "Ids of people are opaque text. This one holds what has the form of a Latvian personal code, so the file says "
        "who everybody is.",
        "Put the ids of your system or pseudonyms in its place, and keep the list that joins the two elsewhere.",
    ),
    "RVN672": (
        "an id that is no text",
        "Decimal numbers, dates and truth values change when they are written; ids must not.",
        "Read the column as text.",
    ),
    "RVN673": (
        "an empty id",
        "Nobody can tell whether two people without ids are the same.",
        "Fill it in, or leave the row out and say so.",
    ),
    "RVN674": (
        "a window upside down",
        "The last day of the window lies before the first.",
        "Exchange the two.",
    ),
    "RVN675": (
        "a column that counting needs",
        "Counting people reads whose a result is, how its outcome stands and on which day it was made.",
        "Name the columns: `--subject` and `--day`, or the arguments of `from_frame`.",
    ),
    "RVN680": (
        "a record that is not whole",
        "A record is JSON, and this is not all of it, or not JSON at all.",
        "Take it from where it was written, or from a copy.",
    ),
    "RVN681": (
        "no record",
        "It is JSON, but not a record of a result.",
        "Check that it is the right file.",
    ),
    "RVN682": (
        "a record of a later release",
        "A later version of rvn wrote it, in a form that this one does not know.",
        "Install that version, or a later one.",
    ),
    "RVN683": (
        "what no record holds",
        "A member is missing, is unknown, or holds something of another kind: a status that there is not, for example.",
        "Records are not written by hand. Take it from where it was written.",
    ),
    "RVN684": (
        "a changed record",
        "Its digest does not fit what stands in it, so somebody or something changed it.",
        "Take it from a copy.",
    ),
    "RVN685": (
        "a record in another spelling",
        "The values are as they were written, but spaces, the order of members or the spelling of numbers are not.",
        "Keep records as bytes; or read the values themselves, as a database returns them.",
    ),
    "RVN686": (
        "a seal that does not fit",
        "The seal is made with the host's secret. This secret makes another one.",
        "Check the key. If it is the right one, somebody without it has changed the record.",
    ),
    "RVN687": (
        "other answers",
        "The digest of the answers is not the one in the record, or the key is not the one it was made with.",
        "Look for the answers as they were on that day.",
    ),
    "RVN688": (
        "another result",
        "Scoring the answers again gives something else than the record says.",
        "Look at the other problems first: other answers or a changed definition explain it.",
    ),
    "RVN689": (
        "another definition",
        "The definition under this reference is not the one that the record was made with.",
        "A released version never changes: look for the file as it was.",
    ),
    "RVN690": (
        "a broken chain",
        "Every record of a chain names the one before it. This one names another, or none, or lies before it in time.",
        "Look for a record that was taken away or put in.",
    ),
    "RVN691": (
        "an override in a record",
        "The record holds an override that the definition does not allow.",
        "See the code of the override's own problem.",
    ),
    "RVN692": (
        "a short key",
        "Whoever can try all keys can try all answers, so a key has at least 16 bytes.",
        'Make one: `python -c "import secrets; print(secrets.token_hex(32))"`.',
    ),
    "RVN693": (
        "no results of test vectors",
        "What another implementation says about the vectors is read from JSON or CSV, by vector and output.",
        "See [the conformance kit](conformance.md).",
    ),
    "RVN695": (
        "an assessment without a day",
        "A history needs to know when each assessment was made.",
        "Score it with its day.",
    ),
    "RVN696": (
        "days that go backwards",
        "An assessment stands behind one that was made later.",
        "Put them into order. If they are in order, one of the two days is wrong.",
    ),
    "RVN697": (
        "a mixed history",
        "A history is of one person and one instrument.",
        "Make one for each person and instrument.",
    ),
    "RVN698": (
        "no error of measurement",
        "A difference of two scores says nothing as long as nobody knows how far they differ by error alone.",
        "Take the standard error of measurement from the manual or from a reliability study.",
    ),
    "RVN701": (
        "a column is missing",
        "Every item and given fact needs a column, so that none is forgotten.",
        "Rename it, name it in `columns=`, or add an empty one.",
    ),
    "RVN702": (
        "a column is taken",
        "A new column would write over one that is there.",
        "Rename it, or pass `prefix=`.",
    ),
    "RVN703": (
        "a column of another type",
        "The whole column holds what no cell could be.",
        "Convert the column first.",
    ),
    "RVN704": (
        "not a frame",
        "rvn reads pandas, Polars and pyarrow frames.",
        "Convert it; collect a lazy frame first.",
    ),
    "RVN705": (
        "two columns of one name",
        "It cannot be said which of the two holds the answers.",
        "Rename one of them.",
    ),
    "RVN709": (
        "arrays of different lengths",
        "Columns that are passed as arrays have one entry for every assessment.",
        "Pass one-dimensional arrays of one length.",
    ),
    "RVN720": (
        "no such file or folder",
        "The path of an input leads nowhere.",
        "Check the path and the folder you are in.",
    ),
    "RVN721": (
        "an input that cannot be read",
        "The file is cut off, of another kind than its name says, or the system does not let rvn read it. A Parquet "
        "file says at its very end what is in it, so one that is cut off cannot be read at all.",
        "Copy or make it again. Where the name does not say what the file is, rename it.",
    ),
    "RVN722": (
        "a column that changes its type",
        "One file of a folder holds another kind of values in a column than the files before it: text among numbers, "
        "for example. Which of the two is meant cannot be guessed. Whole numbers of other sizes, and columns without "
        "any values, are no problem.",
        "Make the files again with one type for the column.",
    ),
    "RVN723": (
        "files with other columns",
        "A folder is one table; all of its files have the same columns.",
        "Make the files again with the same columns, an empty one where nothing was recorded.",
    ),
    "RVN724": (
        "a file that is damaged",
        "The end of a Parquet file can be read, but a part in its middle cannot.",
        "Copy it again, or make it again. Nothing was written.",
    ),
    "RVN725": (
        "an output that is there already",
        "Results are not written over results by accident.",
        "Choose another name, or say `--replace` (in Python `replace=True`).",
    ),
    "RVN726": (
        "a run that was stopped",
        "Beside the output stands a hidden folder with what an earlier run had finished.",
        "`--resume` (in Python `resume=True`) goes on with it, `--replace` forgets it.",
    ),
    "RVN727": (
        "an input that changed before resuming",
        "A run can only be resumed on the input that it began with: half of the results would be about other answers.",
        "Start again with `--replace`.",
    ),
    "RVN728": (
        "another run",
        "The run that was stopped had another instrument, fingerprint, option, or version of rvn or pyarrow.",
        "Call it as it was called then, or start again with `--replace`.",
    ),
    "RVN729": (
        "two runs at one output",
        "Another run is at the work folder of this output right now.",
        "Wait for it, or choose another name.",
    ),
    "RVN730": (
        "an output that cannot be written",
        "The disk is full, the folder is not there, or the system does not let rvn write to it. What stood at the "
        "place of the output before is untouched.",
        "Make room and go on with `--resume`, or choose another place.",
    ),
    "RVN731": (
        "stopped by hand",
        "Somebody pressed Ctrl-C. What was finished is kept.",
        "Go on with `--resume`.",
    ),
    "RVN732": (
        "an output of another kind",
        "The end of the name says how rows are written.",
        "End it in `.csv` or `.parquet`.",
    ),
    "RVN733": (
        "an output over its input",
        "The answers would be gone when the results are there.",
        "Choose another name.",
    ),
    "RVN734": (
        "an input that changed while it was read",
        "Some rows may be from before the change and some from after it.",
        "Run it again when nobody writes to the input.",
    ),
    "RVN735": (
        "rows that do not add up",
        "At the end every row of the input is looked for, in the output or among the problems. This says that one was "
        "not found, and should never be seen.",
        "Please report it, with the command and without the data.",
    ),
    "RVN736": (
        "a line with too many or too few cells",
        "Nobody can say which cell of the line belongs to which column, so the row is not scored. The others are.",
        "Look for a separator too many or too few, and for a lost quote.",
    ),
    "RVN737": (
        "a row without an id",
        "The column of the id is empty there. The row is scored.",
        "Give every row an id.",
    ),
    "RVN738": (
        "an id that stands twice",
        "Both rows are scored; which of them is right nobody can say here.",
        "Keep one of them, or give each assessment an id of its own.",
    ),
    "RVN739": (
        "lines of an assessment that stand apart",
        "In the long layout, the lines of one assessment stand one behind the other. Here an id comes again after "
        "others, so its assessment would have been scored in halves.",
        "Sort the input by the column of the id.",
    ),
    "RVN740": (
        "a column that is no id",
        "In the long layout the lines of one assessment are held at once. So many with one id are no assessment.",
        "Name the column that tells assessments apart.",
    ),
    "RVN741": (
        "an item that is answered twice",
        "Two lines of one assessment hold an answer to the same item. Which of them counts cannot be guessed, so all "
        "lines of the assessment stand among the problems and it is not scored.",
        "Keep one of the lines.",
    ),
    "RVN742": (
        "lines of an assessment that differ",
        "The day of assessment, or another fact about the whole assessment, is not the same in all of its lines.",
        "Give them the same.",
    ),
    "RVN743": (
        "a line about another item",
        "In the long layout a line names an item that the instrument does not have. It may be misspelt.",
        "Correct the name or map it. Where the file holds other things too, say `others: pass over`; the lines are "
        "then counted and not reported.",
    ),
    "RVN744": (
        "the mapping of another instrument",
        "A mapping file says under `of` for which instrument and version it was made.",
        "Use it with that one, or make another mapping.",
    ),
    "RVN745": (
        "a value that is mapped to no answer",
        "What stands behind the code is neither an option of the item, nor in its range, nor a reason for absence.",
        "Correct it; the hint says what can stand there.",
    ),
    "RVN746": (
        "a code of absence without a reason",
        "The reason is not among those that the item knows.",
        "Take a reason of the item, or map the code for each item under `values`.",
    ),
    "RVN747": (
        "a code of absence that can be an answer",
        "The code is given for all items, and for this one it is within the answers: 99 may be an age.",
        "Say under `values` what it means for that item.",
    ),
    "RVN781": (
        "mixed versions",
        "A file of results of several versions has no one version to be rescored from.",
        "Take it apart by version.",
    ),
    "RVN782": (
        "results of another version",
        "The file, or a column of it, names another version than the one that was said.",
        "Say that one.",
    ),
    "RVN783": (
        "results without a version",
        "What a total means depends on the version, and rvn does not guess it.",
        "Find out with which version they were made, and say so.",
    ),
    "RVN785": (
        "no old version",
        "Neither the command nor the file says which version the results were made with.",
        "Say it with `--from`.",
    ),
    "RVN786": (
        "results of another state of a version",
        "The definition has changed since the results were made; a released version cannot.",
        "Look at what changed; `rvn stale` finds all such results.",
    ),
    "RVN787": (
        "no file of results",
        "Results are read from Parquet, CSV, and lines of JSON.",
        "Name such a file, or a folder of them.",
    ),
    "RVN788": (
        "recorded results in a table of no database",
        "Before results are rescored it is asked which version made them, and only a database can answer.",
        "Take the table from a connection, or leave its columns of results out: what the old version says is computed.",
    ),
    "RVN789": (
        "rows that were rescored before",
        "What became of each row in an earlier rescoring stands in columns of the names that are to be made.",
        "Take these columns out; the file of the earlier run keeps them. New results go under another `--prefix`.",
    ),
    "RVN790": (
        "a CSV that was changed since rvn made it",
        "Beside a scored CSV stands which version made it, with a digest of its bytes. They are others now, so what "
        "stands there may not be true of it any more.",
        "Look at what was changed. Where the results are still those of then, say `--from` and `--recorded-prefix`.",
    ),
    "RVN784": (
        "levels of another version",
        "The column that should hold the old results has levels that the old version does not know.",
        "Correct the version or the name of the column.",
    ),
    "RVN750": (
        "an engine that cannot compute it",
        "Databases differ in what they can compute; this one lacks something that the instrument needs.",
        "Score the rows in memory or in a file, or copy them to a database that can.",
    ),
    "RVN751": (
        "what the engine Spark cannot do",
        "On a cluster one row is an assessment, in Parquet, and lost tasks are run again by Spark itself.",
        "Do as the message says, or leave `--engine spark` out; [files](files.md) shows what each engine does.",
    ),
    "RVN752": (
        "no Spark",
        "The engine needs pyspark and Java on the machine where the command is typed.",
        "Install what is lacking.",
    ),
    "RVN753": (
        "workers that cannot run rvn",
        "Every worker scores its own rows and needs the same version of rvn and of Python as the machine that asks.",
        "Send an environment along, or install one on every worker; [files](files.md#on-a-cluster) shows how.",
    ),
    "RVN754": (
        "Spark failed",
        "Spark did not start, or a task failed again and again. Its own messages may quote cells and are not repeated.",
        "Do what the message says, or look into the file that it names: there stands what Spark said, cells of people "
        "maybe among it, so remove it in the end. Nothing stands at the output.",
    ),
    "RVN755": (
        "another run by Spark",
        "A hidden folder beside the output says that a run is on its way, or was killed.",
        "Wait for it, or start again with `--replace`.",
    ),
    "RVN811": (
        "one of several",
        "Of several ways to say a thing the plan needs exactly one.",
        "Keep one of them; [a study](study.md) shows each.",
    ),
    "RVN812": (
        "a key that does not go here",
        "A recorded score has columns of its own, an instrument has them in its definition.",
        "Leave it out.",
    ),
    "RVN813": (
        "an instrument that cannot be used",
        "The instrument of a score is not there, does not say which version, or its definition is wrong.",
        "Name it as `id@version`; `rvn list` shows what there is.",
    ),
    "RVN814": (
        "a window in another unit",
        "Times and windows are compared as they stand. Two years in days is 730 or 731, and nobody said which.",
        "Give the window in the unit of the times.",
    ),
    "RVN815": (
        "a criterion that cannot be judged",
        "The criterion contradicts itself, or the study has nothing that it could be judged on.",
        "Do what the message says; [a study](study.md#criteria) lists the measures.",
    ),
    "RVN821": (
        "no data",
        "The file that the plan names is not beside it.",
        "Put it there, or correct the name.",
    ),
    "RVN822": (
        "a column that is not there",
        "The plan uses a column that the data do not have.",
        "Correct the name in the study file. All that are missing are told at once.",
    ),
    "RVN823": (
        "data that cannot be read",
        "The file is no table, or is written in another way than the plan says; or the database refuses.",
        "Do what the message says; `separator`, `decimal` and `dates` say how a CSV file is written.",
    ),
    "RVN824": (
        "personal codes",
        "The column that says whose row it is holds national identity numbers. They say who everybody is, and a study "
        "does not need to know.",
        "Replace them by codes of your own, and keep the list of who is who elsewhere.",
    ),
    "RVN825": (
        "a person twice",
        "Several rows of one person would count that person several times, and no interval would be right.",
        "Say which row counts, with `repeats`, or keep one.",
    ),
    "RVN826": (
        "rows of nobody",
        "Rows without an identifier cannot be told apart from repeats.",
        "They are left out and counted. Fill the identifier in, and run again.",
    ),
    "RVN827": (
        "cells that are not numbers",
        "A number was expected. Nothing is guessed from text.",
        "Correct the cells, or say the decimal sign with `decimal`. Until then they are absent.",
    ),
    "RVN828": (
        "cells that are not dates",
        "Dates are read in the one form that the plan states: 03/04/2021 could be two days.",
        "Write all dates in one form, and state it with `dates`. Until then they are absent.",
    ),
    "RVN829": (
        "cells that mean nothing known",
        "The plan says what each cell of this column means, and these are not among them.",
        "Add them to the plan, or correct them. Until then they are absent.",
    ),
    "RVN830": (
        "an event before the start",
        "What happened before the time at risk began is no outcome, and points to a wrong date.",
        "Correct the date or the start.",
    ),
    "RVN831": (
        "observation that ends before it starts",
        "Nobody can be observed for less than no time.",
        "Correct one of the two dates.",
    ),
    "RVN832": (
        "cells that are no answers",
        "The instrument does not know these answers. The people have no score, and are counted.",
        "Correct the cells, or map them with `values`.",
    ),
    "RVN833": (
        "nobody left",
        "Every person was excluded.",
        "Look at the conditions under `exclude`.",
    ),
    "RVN834": (
        "no results",
        "The file is not one that `rvn study run` wrote, or one of another edition.",
        "Run the study again.",
    ),
    "RVN835": (
        "no such variable",
        "The address of the database is to stand in the environment, and does not.",
        "Set the variable before the run.",
    ),
    "RVN836": (
        "no ibis",
        "Databases are read through ibis, which is an extra.",
        "Install it.",
    ),
    "RVN841": (
        "a person again",
        "The row is of a person who has an earlier one; what is counted twice makes every interval too narrow.",
        "Keep one row, or say in the plan with `repeats` which one counts.",
    ),
    "RVN842": (
        "a repair without effect",
        "The data hold nothing that this repair looks for: it may be misspelt, or already made.",
        "Correct it, or take it out.",
    ),
    "RVN843": (
        "no sheet",
        "The file cannot be read as a sheet of answers.",
        "Save it as .csv or .xlsx, with the names of the columns in the first row.",
    ),
}

# The example that shows a code best, where it is not the first by name.
BEST = {
    "RVN105": "RVN105-open-bracket",
    "RVN106": "RVN106-anchor",
    "RVN107": "RVN107-tag",
    "RVN201": "RVN201-misspelt-key",
    "RVN203": "RVN203-version-is-a-number",
    "RVN204": "RVN204-status",
    "RVN207": "RVN207-unknown-item",
    "RVN208": "RVN208-circle",
    "RVN213": "RVN213-no-options",
    "RVN219": "RVN219-comma-in-text",
    "RVN222": "RVN222-no-number",
    "RVN224": "RVN224-group-without-bounds",
    "RVN302": "RVN302-remainder",
    "RVN303": "RVN303-unknown-function",
    "RVN304": "RVN304-unknown-option",
    "RVN305": "RVN305-number-as-condition",
    "RVN306": "RVN306-too-many-values",
    "RVN408": "RVN408-test-contradicts",
}
# Lines to show where the place alone does not make it clear.
LINES = {
    "RVN104": (2, 3),
    "RVN105": (2, 3),
    "RVN109": (2, 5),
    "RVN202": (1, 7),
    "RVN208": (12, 14),
    "RVN403": (12, 15),
    "RVN406": (18, 20),
}


def messages_by_code() -> dict[str, Message]:
    """Return every message of rvn, in the order of codes."""
    found = {value.code: value for value in vars(messages).values() if isinstance(value, Message)}
    return dict(sorted(found.items()))


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, *index()]
    family = ""
    for code, message in messages_by_code().items():
        if code[3] != family:
            family = code[3]
            parts.append(f"## {FAMILIES[family]}\n")
        parts.append(section(code, message))
    return "\n".join(parts)


def index() -> list[str]:
    """Return the table of codes."""
    rows = [f"| [{code}](#{code.lower()}) | {PROSE[code][0]} |" for code in messages_by_code()]
    return ["| code | |", "|---|---|", *rows, ""]


def section(code: str, message: Message) -> str:
    """Return what is said about one code."""
    title, meaning, remedy = PROSE[code]
    kind = "" if message.severity == "error" else " (a warning)"
    case = BEST.get(code) or next((path.stem for path in sorted(EXAMPLES.glob(f"{code}-*.txt"))), None)
    parts = [f"### {code}\n", f"**{title[0].upper()}{title[1:]}**{kind}. {meaning}\n"]
    parts += example(code, case) if case else [block("text", with_gaps(code, message))]
    return "\n".join([*parts, f"{remedy}\n"])


def example(code: str, case: str) -> list[str]:
    """Return the lines of a broken file that a code is about, and what is said about them."""
    entries = re.split(r"\n(?=\S)", (EXAMPLES / f"{case}.txt").read_text().rstrip())
    spoken = [entry for entry in entries if f" {code} " in entry]
    files: dict[str, list[int]] = {}
    for file, line in re.findall(r"^(\S+?):(\d+):\d+: ", "\n".join(spoken), re.M):
        files.setdefault(file, []).append(int(line))
    parts = []
    for file, lines in files.items():
        folder = EXAMPLES / case if (EXAMPLES / case).is_dir() else EXAMPLES
        text = (folder / file).read_text(errors="replace").splitlines()
        first, last = LINES.get(code, (min(lines), max(lines)))
        language = "yaml" if file.endswith(".yaml") else "text"
        parts.append(block(language, "\n".join(map(shortened, text[first - 1 : last])).strip("\n")))
    return [*parts, block("text", "\n".join(map(shortened, "\n".join(spoken).splitlines())))]


class Gap:
    """What stands for a value in a message."""

    def __init__(self, name: str) -> None:
        self.text = "did you mean '…'?" if name == "near" else "…"

    def __format__(self, form: str) -> str:
        return self.text


def with_gaps(code: str, message: Message) -> str:
    """Return a message with its gaps left open."""
    names = [name for text in (message.text, message.hint) for _, name, _, _ in string.Formatter().parse(text) if name]
    found = message.at(**{name: Gap(name) for name in names})
    return str(found).removesuffix("\n    …")


def block(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text}\n```\n"


def shortened(line: str) -> str:
    """Return a line that fits the page."""
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


if __name__ == "__main__":
    PAGE.write_text(page())

"""What rvn says to assessors, in English and Latvian: numbers, plurals, words and sentences."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "lv"]
Plural = Literal["zero", "one", "other"]  # "zero" is said in Latvian only
LANGUAGES: tuple[Language, ...] = ("en", "lv")


def number(value: float, language: Language) -> str:
    """Return a number with the decimal sign of the language and no idle zeros.

    >>> number(4.0, "en"), number(-2.5, "lv")
    ('4', '−2,5')
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    text = ("0" if text == "-0" else text).replace("-", "−")
    return text.replace(".", ",") if language == "lv" else text


def points(value: float, language: Language) -> str:
    """Return a number of points with the word that goes with it as it is shown.

    >>> [points(value, "lv") for value in (0, 1, 2, 11, 21, 1.5, 2.1)]
    ['0 punktu', '1 punkts', '2 punkti', '11 punktu', '21 punkts', '1,5 punkti', '2,1 punkts']
    >>> points(-1, "en"), points(2, "en")
    ('−1 point', '2 points')
    """
    shown = number(value, language)
    forms: dict[Plural, str] = (
        {"one": "point", "other": "points"}
        if language == "en"
        else {"zero": "punktu", "one": "punkts", "other": "punkti"}
    )
    return f"{shown} {forms[plural(shown, language)]}"


def plural(shown: str, language: Language) -> Plural:
    """Return the form that a word takes beside a number, by the plural rules of the Unicode CLDR.

    >>> [plural(shown, "lv") for shown in ("0", "1", "2", "11", "21", "1,5", "2,1")]
    ['zero', 'one', 'other', 'zero', 'one', 'other', 'one']
    >>> plural("1", "en"), plural("2", "en")
    ('one', 'other')
    """
    digits = shown.lstrip("−").replace("\N{NO-BREAK SPACE}", "")
    if language == "en":
        return "one" if digits == "1" else "other"
    whole, _, fraction = digits.partition(",")
    # The last digits that are shown decide.
    last = int(fraction or whole)
    among_teens = 11 <= last % 100 <= 19 and len(fraction) in (0, 2)
    if among_teens or (not fraction and last % 10 == 0):
        return "zero"
    return "one" if last % 10 == 1 else "other"


def word(name: str, language: Language) -> str:
    """Return a fixed word or phrase.

    >>> word("undecided", "lv")
    'nav noteikts'
    """
    return _WORDS[name][language]


def sentence(name: str, language: Language, **values: object) -> str:
    """Return a fixed sentence with its gaps filled in.

    >>> sentence("between", "en", low="1", high="3")
    'between 1 and 3'
    """
    return _WORDS[name][language].format(**values)


_WORDS: dict[str, dict[Language, str]] = {
    # statuses
    "complete": {"en": "complete", "lv": "pilnīgs"},
    "prorated": {"en": "by the rule for absent answers", "lv": "pēc trūkstošo atbilžu noteikuma"},
    "decided": {"en": "decided in spite of absent answers", "lv": "noteikts, lai gan trūkst atbilžu"},
    "undecided": {"en": "undecided", "lv": "nav noteikts"},
    "too_few_answers": {"en": "too few answers", "lv": "pārāk maz atbilžu"},
    "not_applicable": {"en": "not applicable", "lv": "nav piemērojams"},
    "invalid": {"en": "invalid", "lv": "nederīgs"},
    "undefined": {"en": "the instrument gives no value here", "lv": "instruments šeit vērtību nedod"},
    "withheld": {"en": "withheld", "lv": "netiek rādīts"},
    # reasons for absence
    "": {"en": "nothing recorded", "lv": "nav ierakstīts"},
    "unknown": {"en": "unknown", "lv": "nav zināms"},
    "refused": {"en": "refused to answer", "lv": "atteicās atbildēt"},
    "not_asked": {"en": "not asked", "lv": "nav jautāts"},
    "absent_not_applicable": {"en": "not applicable", "lv": "nav attiecināms"},
    # truth values
    "yes": {"en": "yes", "lv": "jā"},
    "no": {"en": "no", "lv": "nē"},
    # parts of a result
    "output": {"en": "result", "lv": "rādītājs"},
    "value": {"en": "value", "lv": "vērtība"},
    "status": {"en": "status", "lv": "statuss"},
    "left_open": {"en": "left open", "lv": "paliek iespējams"},
    "flags": {"en": "Attention", "lv": "Uzmanību"},
    "between": {"en": "between {low} and {high}", "lv": "no {low} līdz {high}"},
    "assessed_on": {"en": "assessed on {date}", "lv": "novērtēšanas datums {date}"},
    "not_a_decision": {"en": "This result is not a decision.", "lv": "Šis rezultāts nav lēmums."},
    "not_for": {"en": "Not for: {what}", "lv": "Nav paredzēts: {what}"},
    # overrides
    "overridden": {
        "en": "{label}: the assessor put {final} in the place of the computed {computed} ({reason})",
        "lv": "{label}: līmenis mainīts ar pamatojumu: aprēķināts {computed}, noteikts {final} ({reason})",
    },
    "overridden_until": {"en": "; until {until}", "lv": "; spēkā līdz {until}"},
    # explanations
    "answers": {"en": "Answers", "lv": "Atbildes"},
    "computed": {"en": "What follows from them", "lv": "Kas no tām izriet"},
    "item_points": {"en": "{label}: {answer} → {points}", "lv": "{label}: {answer} → {points}"},
    "item_plain": {"en": "{label}: {answer}", "lv": "{label}: {answer}"},
    "item_unasked": {
        "en": "{label}: not asked here, adds nothing",
        "lv": "{label}: šeit nav jājautā, neko nepieskaita",
    },
    "item_ignored": {
        "en": "{label}: not asked here; the answer given is ignored",
        "lv": "{label}: šeit nav jājautā; sniegtā atbilde netiek ņemta vērā",
    },
    "item_absent": {"en": "{label}: {reason}; {open} left open", "lv": "{label}: {reason}; paliek iespējams: {open}"},
    "item_absent_plain": {"en": "{label}: {reason}", "lv": "{label}: {reason}"},
    "equals": {"en": "{label} = {value}", "lv": "{label} = {value}"},
    "unknown_value": {"en": "{label}: unknown", "lv": "{label}: nav zināms"},
    "unknown_open": {"en": "{label}: unknown, {open}", "lv": "{label}: nav zināms, {open}"},
    "sum": {"en": "{label} = {sum} = {value}", "lv": "{label} = {sum} = {value}"},
    "prorated_sum": {
        "en": "{label} = ({sum}) × {parts} ÷ {present} = {value}",
        "lv": "{label} = ({sum}) × {parts} ÷ {present} = {value}",
    },
    "prorated_by_sign": {
        "en": "{label}: {sum} = {raw}; with the absent items in the same proportion of the points of that sign {value}",
        "lv": "{label}: {sum} = {raw}; ja trūkstošie panti ir tādā pašā proporcijā no šīs zīmes punktiem, {value}",
    },
    "prorated_table": {
        "en": "{label}: {sum} = {raw}; in the table for absent answers {value}",
        "lv": "{label}: {sum} = {raw}; trūkstošo atbilžu tabulā {value}",
    },
    "rounded": {"en": "{value}, rounded to {rounded}", "lv": "{value}, noapaļojot {rounded}"},
    "absent_by_rule": {
        "en": "absent, and allowed to be by the instrument's rule: {items}",
        "lv": "trūkst, un instrumenta noteikums to pieļauj: {items}",
    },
    "absent_withheld": {
        "en": "absent; the rule for that rests on recalled facts and is withheld: {items}",
        "lv": "trūkst; noteikums šādam gadījumam balstās uz avotā nepārbaudītiem faktiem un netiek lietots: {items}",
    },
    "norm": {"en": "{label}: {estimate}; {outcome}", "lv": "{label}: {estimate}; {outcome}"},
    "taken_from": {"en": "taken from {source}", "lv": "no: {source}"},
    "absent_forbidden": {
        "en": "absent, and the instrument's rule allows no total without it: {items}",
        "lv": "trūkst, un instrumenta noteikums bez tā kopvērtējumu nepieļauj: {items}",
    },
    "left_out": {
        "en": "left out, not applicable here: {items}",
        "lv": "netiek ņemts vērā, šeit nav attiecināms: {items}",
    },
    "total_open": {"en": "{label}: no total; {open}", "lv": "{label}: kopvērtējuma nav; {open}"},
    "band": {
        "en": "{label}: {level}, because {of} {value} is {range}",
        "lv": "{label}: {level}, jo {of} {value} ir {range}",
    },
    "band_from": {"en": "{low} or more", "lv": "{low} vai vairāk"},
    "band_below": {"en": "below {high}", "lv": "mazāk par {high}"},
    "band_between": {"en": "from {low} to below {high}", "lv": "no {low} līdz (neieskaitot) {high}"},
    "nearest_up": {"en": "{more} more would make it {level}", "lv": "par {more} vairāk būtu {level}"},
    "nearest_down": {"en": "{less} fewer would make it {level}", "lv": "par {less} mazāk būtu {level}"},
    "level_open": {"en": "{label}: not decided; {open}", "lv": "{label}: nav noteikts; {open}"},
    "level_decided": {
        "en": "{label}: {level}, whatever the absent answers are",
        "lv": "{label}: {level} neatkarīgi no trūkstošajām atbildēm",
    },
    "cell": {
        "en": "{label}: {level}, from {row} ({row_level}) and {column} ({column_level})",
        "lv": "{label}: {level}, ko nosaka {row} ({row_level}) un {column} ({column_level})",
    },
    "rule_applies": {"en": "Rule: {because} → {value}", "lv": "Noteikums: {because} → {value}"},
    "rule_idle": {"en": "Rule not met: {because}", "lv": "Noteikums neizpildās: {because}"},
    "rule_unknown": {"en": "Rule that cannot be told: {because}", "lv": "Noteikums, ko nevar pateikt: {because}"},
    "flag_on": {"en": "Attention: {because}", "lv": "Uzmanību: {because}"},
    "flag_unknown": {"en": "Cannot be told: {because}", "lv": "Nevar pateikt: {because}"},
    "ineligible": {"en": "Not applicable: {because}", "lv": "Nav piemērojams: {because}"},
    "eligibility_unknown": {
        "en": "Whether the instrument applies cannot be told: {because}",
        "lv": "Nevar pateikt, vai instruments ir piemērojams: {because}",
    },
    "contradiction": {"en": "The answers contradict each other: {because}", "lv": "Atbildes ir pretrunīgas: {because}"},
    "withheld_part": {
        "en": "{label}: withheld, because it rests on recalled facts that nobody has checked against their source",
        "lv": "{label}: netiek rādīts, jo balstās uz avotā nepārbaudītiem faktiem",
    },
    # rescoring
    "rescored_rows": {
        "en": "Assessments that were read again: {rows}. Made with {old}; read now by {new}.",
        "lv": "No jauna izvērtētie novērtējumi: {rows}. Veikti ar {old}; tagad izvērtēti ar {new}.",
    },
    "rescored_same": {"en": "Unchanged: {count} ({share} %).", "lv": "Bez izmaiņām: {count} ({share} %)."},
    "rescored_changed": {"en": "Changed: {count} ({share} %).", "lv": "Mainījušies: {count} ({share} %)."},
    "rescored_cannot_be_rescored": {
        "en": "Without a new result: {count} ({share} %). Their old results are kept as they were.",
        "lv": "Bez jauna rezultāta: {count} ({share} %). Agrākie rezultāti ir saglabāti.",
    },
    "rescored_not_comparable": {
        "en": "Not to be compared with the old results: {count} ({share} %).",
        "lv": "Nav salīdzināmi ar agrākajiem rezultātiem: {count} ({share} %).",
    },
    "rescored_withheld": {
        "en": "withheld, because a rule for it rests on facts that nobody has checked against their source",
        "lv": "netiek rādīts, jo tā noteikums balstās uz faktiem, kurus neviens nav pārbaudījis to avotā",
    },
    "rescored_note": {"en": "What differs: {note}", "lv": "Kas atšķiras: {note}"},
    "rescored_loss": {
        "en": "Not taken over whole: {label}, in {count} assessments. {note}",
        "lv": "Nav pārņemts pilnībā: {label}; novērtējumu skaits: {count}. {note}",
    },
    "rescored_doubts": {
        "en": "Recorded results that do not follow from the recorded answers: {count} ({share} %). They were taken as "
        "they stand, so what changed there need not be the doing of the new version:",
        "lv": "Reģistrētie rezultāti, kas neizriet no reģistrētajām atbildēm: {count} ({share} %). Tie ņemti tādi, "
        "kādi tie ir, tāpēc izmaiņas tajos var nebūt radījusi jaunā versija:",
    },
    "rescored_incomparable": {
        "en": "{label}: old and new cannot be compared. {note}",
        "lv": "{label}: agrākais un jaunais nav salīdzināmi. {note}",
    },
    "rescored_reviews": {
        "en": "Overrides to be reviewed: {count}.",
        "lv": "Pārskatāmās līmeņa maiņas ar pamatojumu: {count}.",
    },
    "computed_level_agrees_now": {
        "en": "the computed level agrees with the assessor now",
        "lv": "aprēķinātais līmenis tagad sakrīt ar vērtētāja noteikto",
    },
    "computed_level_still_differs": {
        "en": "the computed level still differs from the assessor's",
        "lv": "aprēķinātais līmenis joprojām atšķiras no vērtētāja noteiktā",
    },
    "no_longer_allowed": {
        "en": "the new version allows no override here",
        "lv": "jaunā versija šeit līmeņa maiņu nepieļauj",
    },
    "no_computed_level_now": {"en": "there is no computed level now", "lv": "aprēķinātā līmeņa tagad nav"},
    "rescored_table": {
        "en": "{old} before (rows) and {new} now (columns):",
        "lv": "{old} agrāk (rindās) un {new} tagad (kolonnās):",
    },
}

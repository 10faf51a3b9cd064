"""What methods and notes of estimates are called in reports; statistics name them in English.

A method is a list of parts with commas between them. Names of people and abbreviations are the same in Latvian, so
only parts that hold other words stand here; what has none is left as it is.
"""

from __future__ import annotations

import re

from rvn.text import Language

_PARTS = {
    "log-log limits of the incidence": "log-log robežas",
    "paired": "saistītas izlases",
    "unpaired": "nesaistītas izlases",
    "square-and-add": "kvadrātu saskaitīšana",
    "exact Poisson": "precīzās Puasona robežas",
    "exact conditional": "precīzā nosacītā metode",
    "exact": "precīzā metode",
    "chi-squared": "hī kvadrāta tests",
    "chi-squared of homogeneity": "homogenitātes hī kvadrāta tests",
    "inverse variances": "apgriezto dispersiju svari",
    "likelihood-ratio chi-square": "ticamības attiecības hī kvadrāta tests",
    "log-rank": "log-rank tests",
    "logistic": "loģistiskā regresija",
    "profile likelihood": "profila ticamība",
    "Firth's penalised profile likelihood": "Firta sodītā profila ticamība",
    "Hartung-Knapp": "Hartunga–Knapa robežas",
    "I squared": "I² statistika",
    "IPCW": "apgrieztās cenzēšanas varbūtības svari (IPCW)",
    "controls are all without the event": "salīdzina ar visiem bez notikuma",
    "competing events included": "ieskaitot konkurējošos notikumus",
    "infinitesimal jackknife": "infinitezimālā saliekamā naža metode",
    "linearised": "linearizācija",
    "logit": "logit skala",
    "mean squares": "vidējie kvadrāti",
    "log-normal": "lognormālās robežas",
    "normal": "normālās robežas",
    "normal limits": "normālās robežas",
    "two-sided normal": "divpusējs normālais tests",
    "restricted cubic spline on the logit": "ierobežots kubiskais splains logit skalā",
    "F": "F sadalījums",
    "t": "t sadalījums",
    "Wald": "Valda robežas",
    "isotonic": "izotoniskā regresija",
    "complementary log-log of the risk": "riska papildinošais log-log",
    "robust": "robustā kļūda",
    "linear weights": "lineāri svari",
    "quadratic weights": "kvadrātiski svari",
}

_NOTES = {
    "it cannot be estimated": "to nevar aplēst",
    "it is not defined where people were followed for unequal times": "tas nav definēts, ja personas novērotas "
    "nevienādu laiku",
    "fewer than two groups are large enough to be judged": "mazāk nekā divas grupas ir pietiekami lielas, lai tās "
    "vērtētu",
    "the value lies on the bound: no number of people would decide": "vērtība atrodas uz robežas: neviens personu "
    "skaits to neizšķirtu",
    "fewer than three groups of scores": "mazāk nekā trīs vērtējumu grupas",
    "nobody on one side of the cut was followed to the horizon": "vienā robežvērtības pusē neviens nav novērots līdz "
    "perioda beigām",
    "nobody was followed as far as the horizon": "neviens nav novērots līdz perioda beigām",
    "nobody is in this group": "šajā grupā nav neviena",
    "competing events are taken as censorings": "konkurējošie notikumi uzskatīti par cenzēšanu",
    "everybody or nobody has the event by the horizon": "līdz perioda beigām notikums ir visiem vai nevienam",
    "a published risk of 0 or 1 has no slope": "publicētam riskam 0 vai 1 slīpuma nav",
    "no events": "notikumu nav",
    "no events are expected": "notikumi nav sagaidāmi",
    "scores were put together": "vērtējumi apvienoti",
    "too few people": "pārāk maz personu",
}

# Parts and notes with a number or a name in them: a pattern, and what is said instead.
_PATTERNS = (
    (r"(\w+) ties", r"\1 metode vienādiem laikiem"),
    (r"t with (\d+) degrees? of freedom", r"t sadalījums, brīvības pakāpes: \1"),
    (r"(.+) above and below the cut", r"\1 virs un zem robežas"),
    (r"Wilson for the effective sample size", r"Wilson efektīvajam izlases apjomam"),
    (r"exact binomial limits on the ([\d,]+) people whose status is known",
     r"precīzās binomiālās robežas personām, par kurām iznākums zināms (\1)"),
    (r"knots at (.+)", r"mezgli: \1"),
    (r"([\d,]+) people left before the horizon", r"novērošana beidzās pirms perioda beigām: \1"),
    (r"bootstrap(.*)", r"butstraps\1"),
    (r"([\d,]+) replicates", r"atkārtojumi: \1"),
    (r"not estimable: (.+)", r"nevar aplēst: \1"),
    (r"too few to tell: (.+)", r"pārāk maz novērojumu, lai secinātu: \1"),
)  # fmt: skip


def method(text: str, language: Language) -> str:
    """Return what a method is called.

    >>> method("DeLong, unpaired", "lv"), method("DeLong, unpaired", "en")
    ('DeLong, nesaistītas izlases', 'DeLong, unpaired')
    >>> method("Aalen-Johansen above and below the cut, Wilson for the effective sample size", "lv")
    'Aalen-Johansen virs un zem robežas, Wilson efektīvajam izlases apjomam'
    """
    if language == "en":
        return text
    said = ", ".join(_said(part, _PARTS) for part in text.split(", "))
    return re.sub(r"(?<=\d)\.(?=\d)", ",", said)


def note(text: str, language: Language) -> str:
    """Return why something could not be estimated or judged.

    >>> note("nobody is in this group", "lv")
    'šajā grupā nav neviena'
    """
    return text if language == "en" else _said(text, _NOTES)


def _said(part: str, known: dict[str, str]) -> str:
    if part in known:
        return known[part]
    for pattern, said in _PATTERNS:
        if re.fullmatch(pattern, part):
            return re.sub(pattern, said, part)
    return part

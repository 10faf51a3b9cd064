"""A fictitious study that has everything a report can show: generated people, a made-up form, made-up outcomes."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

FORM = """\
rvn: 1
id: fictitious
version: "{version}"
status: draft
title: {{en: Fictitious form {version}, lv: Izdomāta veidlapa {version}}}
purpose: {{en: Generated for tests., lv: Izdomāta testiem.}}
not_for: {{en: Anything else., lv: Citam nolūkam.}}
licence: {{terms: fictitious, ship: true}}
sources: {{manual: {{cite: "Nobody, Nothing, 2024"}}}}
items:
  - {{id: q01, kind: choice, options: {{"no": 0, "yes": {worth}}}, absence: [unknown, refused]}}
  - {{id: q02, kind: choice, options: {{"no": 0, "yes": 1}}, absence: [unknown, refused]}}
  - {{id: q03, kind: choice, options: {{"no": 0, "yes": 1}}}}
  - {{id: priors, kind: count, points: {{0: 0, 1-2: 1, 3+: 2}}}}
scales:
  - {{id: score, items: [q01, q02, q03, priors], missing: {{allow: 1, method: prorate}}}}
bands:
  - {{id: level, of: score, levels: {{low: 0, medium: 2, high: 4}}}}
outcome: level
tests:
  - {{name: lowest, answers: {{q01: "no", q02: "no", q03: "no", priors: 0}}, expect: {{level: low}}}}
  - {{name: on the cut, answers: {{q01: "no", q02: "yes", q03: "yes", priors: 0}}, expect: {{level: medium}}}}
  - {{name: highest, answers: {{q01: "yes", q02: "yes", q03: "yes", priors: 2}}, expect: {{level: high}}}}
"""

PLAN = """\
rvn: 1
study: fictitious
title: {en: A FICTITIOUS study of generated people, lv: IZDOMĀTS pētījums ar ģenerētiem cilvēkiem}
question: {en: Does a form that nobody uses work?, lv: Vai neviena nelietota veidlapa darbojas?}
data: {file: people.csv}
columns: {person: id, assessed_on: assessed, site: unit}
exclude:
  - {id: young, column: age, below: 18, because: {en: The form was made for adults., lv: Veidlapa ir pieaugušajiem.}}
scores:
  form: {instrument: form-2.yaml, final: level_final}
  old_form: {instrument: form-1.yaml}
  points:
    column: recorded
    title: {en: Recorded points, lv: Ierakstītie punkti}
    levels: {low: 0, moderate: 3, high: 6}
    risk: {again: {points: {0: 0.12, 1: 0.17, 2: 0.22, 3: 0.28, 4: 0.35, 5: 0.42, 6: 0.5, 7: 0.58}}}
outcomes:
  again:
    event: {en: a generated new offence, lv: ģenerēts jauns nodarījums}
    source: {en: A register that does not exist, lv: Neesošs reģistrs}
    window: 2 years
    yes_no: {column: again, event: [1], none: [0]}
  returned:
    event: {en: a generated return, lv: ģenerēta atgriešanās}
    source: {en: A register that does not exist, lv: Neesošs reģistrs}
    window: 730 days
    times: {column: days, unit: days, status: what, censored: [0], event: [1], competing: {death: [2]}}
groups:
  sex: {column: sex, title: {en: Sex, lv: Dzimums}, labels: {f: {en: Women, lv: Sievietes}, m: {en: Men, lv: Vīrieši}}}
  age: {column: age, bands: {under 25: 0, 25 to 44: 25, 45 and over: 45}, title: {en: Age, lv: Vecums}}
raters:
  second_scoring: {score: points, columns: [first, second]}
compare:
  - [old_form, form]
criteria:
  auc: {at least: 0.6, judged by: lower limit, because: {en: Made up., lv: Izdomāts.}}
  e_over_o: {between: [0.8, 1.25], judged by: interval}
  rise between levels: {at least: 0.02, judged by: value}
  icc: {at least: 0.7, judged by: lower limit}
  difference in auc between groups: {at most: 0.1, judged by: interval}
  difference in false positive rate between groups: {at most: 0.1, judged by: interval, cut: high}
"""


def write_study(folder: Path, n: int = 600, plan: str = PLAN) -> Path:
    """Write the study into a folder, and return its file; the same at every call."""
    made = np.random.default_rng(20260101)
    yes = {name: made.random(n) < share for name, share in {"q01": 0.4, "q02": 0.3, "q03": 0.5}.items()}
    priors = made.integers(0, 6, n)
    absent = made.random(n) < 0.08
    latent = sum(each.astype(int) for each in yes.values()) + np.minimum((priors + 1) // 2, 2)
    recorded = np.clip(latent + made.integers(0, 3, n), 0, 7)
    risk = 1 / (1 + np.exp(2.2 - 0.4 * recorded))
    days = np.ceil(made.exponential(900 / (0.3 + risk))).astype(int)
    until = made.integers(200, 1100, n)
    died = made.integers(1, 12000, n)
    what = np.where((days <= until) & (days <= died), 1, np.where(died < until, 2, 0))
    level = np.where(latent >= 4, "high", np.where(latent >= 2, "medium", "low"))
    rows = {
        "id": [f"X-{place:05d}" for place in range(n)],
        "assessed": [f"20{20 + place % 3}-0{1 + place % 9}-15" for place in range(n)],
        "unit": made.choice(["North", "South", "Island"], n, p=[0.5, 0.4, 0.1]),
        "age": made.integers(16, 70, n),
        "sex": made.choice(["f", "m"], n, p=[0.3, 0.7]),
        **{name: np.where(answer, "yes", "no") for name, answer in yes.items()},
        "priors": priors,
        "recorded": recorded,
        "level_final": np.where(made.random(n) < 0.1, "high", level),
        "again": (made.random(n) < risk).astype(int),
        "days": np.minimum.reduce([days, until, died]),
        "what": what,
        "first": recorded,
        "second": np.clip(recorded + made.integers(-1, 2, n), 0, 7),
    }
    rows["q02"] = np.where(absent, "refused", rows["q02"])
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(rows)
        lines.writerows(zip(*rows.values(), strict=True))
    for version, worth in (("1", 1), ("2", 2)):
        (folder / f"form-{version}.yaml").write_text(FORM.format(version=version, worth=worth), encoding="utf-8")
    path = folder / "study.yaml"
    path.write_text(plan, encoding="utf-8")
    return path

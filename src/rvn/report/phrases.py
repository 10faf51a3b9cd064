"""The words and sentences of reports, in English and Latvian; gaps stand in braces."""

from __future__ import annotations

from rvn.text import Language


def phrase(name: str, language: Language, **values: object) -> str:
    """Return a word or sentence with its gaps filled in.

    >>> phrase("met", "lv"), phrase("interval", "en", level="95", low="0.6", high="0.7")
    ('izpildīts', '95% interval 0.6 to 0.7')
    """
    return PHRASES[name][language].format(**values)


PHRASES: dict[str, dict[Language, str]] = {
    # verdicts
    "met": {"en": "met", "lv": "izpildīts"},
    "not met": {"en": "not met", "lv": "nav izpildīts"},
    "not enough data": {"en": "not enough data", "lv": "nepietiek datu"},
    "met many": {"en": "Met", "lv": "Izpildīti"},
    "not met many": {"en": "Not met", "lv": "Nav izpildīti"},
    "not enough data many": {"en": "Not enough data", "lv": "Nepietiek datu"},
    "because_of": {"en": "Why: {note}.", "lv": "Iemesls: {note}."},
    "answer": {
        "en": "Criteria set beforehand: {n}. Met: {met}; not met: {not_met}; not enough data: {open}.",
        "lv": "Iepriekš noteikti kritēriji: {n}. Izpildīti: {met}; nav izpildīti: {not_met}; nepietiek datu: {open}.",
    },
    "against": {"en": "{one} against {other}", "lv": "{one} / {other}"},
    "from_cut": {"en": "from {cut}", "lv": "sākot ar „{cut}”"},
    "no_criteria": {
        "en": "No criteria were set beforehand, so nothing is judged.",
        "lv": "Kritēriji iepriekš nav noteikti, tāpēc nekas netiek vērtēts.",
    },
    "locked_matches": {
        "en": "The plan is the one that was locked on {on}.",
        "lv": "Plāns ir tas pats, kas noslēgts {on}.",
    },
    "locked_differs": {
        "en": "The plan differs from the one that was locked on {on}: {changed}.",
        "lv": "Plāns atšķiras no tā, kas noslēgts {on}: {changed}.",
    },
    "locked_not": {
        "en": "The plan was not locked, so nobody can tell whether the criteria were set before outcomes were "
        "looked at.",
        "lv": "Plāns nebija noslēgts, tāpēc nevar zināt, vai kritēriji noteikti pirms iznākumu aplūkošanas.",
    },
    "asked_at_least": {
        "en": "Asked: at least {limit}, judged by {by}.",
        "lv": "Prasīts: vismaz {limit}; vērtē pēc {by}.",
    },
    "asked_at_most": {
        "en": "Asked: at most {limit}, judged by {by}.",
        "lv": "Prasīts: ne vairāk kā {limit}; vērtē pēc {by}.",
    },
    "asked_between": {
        "en": "Asked: between {low} and {high}, judged by {by}.",
        "lv": "Prasīts: no {low} līdz {high}; vērtē pēc {by}.",
    },
    "by value": {"en": "the value", "lv": "vērtības"},
    "by lower limit": {"en": "the lower limit", "lv": "apakšējās robežas"},
    "by upper limit": {"en": "the upper limit", "lv": "augšējās robežas"},
    "by interval": {"en": "the whole interval", "lv": "visa intervāla"},
    "found": {"en": "Found: {estimate}.", "lv": "Iegūts: {estimate}."},
    "found_nothing": {"en": "Nothing can be estimated.", "lv": "Neko nevar aplēst."},
    "more": {
        "en": "If the value stayed as it is, about {people} more people would decide it.",
        "lv": "Ja vērtība nemainītos, lai izšķirtu, vajadzētu datus vēl par aptuveni {people} cilvēkiem.",
    },
    "more_events": {
        "en": "If the value stayed as it is, about {people} more people with {events} more events would decide it.",
        "lv": "Ja vērtība nemainītos, lai izšķirtu, vajadzētu datus vēl par aptuveni {people} cilvēkiem; notikumu "
        "skaits tajos – {events}.",
    },
    "too_small": {
        "en": "Too few to tell: {groups}.",
        "lv": "Pārāk maz novērojumu, lai secinātu: {groups}.",
    },
    "about": {"en": "{measure}: {score}, {outcome}", "lv": "{measure}: {score}, {outcome}"},
    "about_score": {"en": "{measure}: {score}", "lv": "{measure}: {score}"},
    "by_grouping": {"en": "by {grouping}", "lv": "pēc pazīmes „{grouping}”"},
    # what a verdict says in plain words
    "plain_auc": {
        "en": "Of 100 pairs of somebody with the event and somebody without it, the one with it scores higher in "
        "{of_100} (ties count half).",
        "lv": "Ja salīdzina personu ar notikumu un personu bez tā, augstāks vērtējums personai ar notikumu ir {of_100} "
        "no 100 šādiem pāriem (vienādus vērtējumus skaita pa pusei).",
    },
    "plain_e_over_o": {
        "en": "For every 100 people with the event, the published risks expected {of_100}.",
        "lv": "Uz katriem 100 cilvēkiem, kuriem notikums bija, publicētie riski paredzēja {of_100}.",
    },
    "plain_rise": {
        "en": "The smallest rise of the rate from one level to the next is {points} percentage points.",
        "lv": "Mazākais biežuma pieaugums no viena līmeņa uz nākamo, procentpunktos: {points}.",
    },
    "plain_difference": {
        "en": "The largest difference found is between the groups “{group}” and “{reference}”.",
        "lv": "Lielākā atrastā atšķirība ir starp grupām „{group}” un „{reference}”.",
    },
    # parts of the report
    "verdicts": {"en": "Verdicts", "lv": "Vērtējums pēc kritērijiem"},
    "contents": {"en": "Contents", "lv": "Saturs"},
    "results": {"en": "Results in words", "lv": "Rezultātu apraksts"},
    "cases": {"en": "Flow of cases", "lv": "Novērojumu atlase"},
    "scores": {"en": "What was scored", "lv": "Kas tika novērtēts"},
    "analysis": {"en": "{score} and {outcome}", "lv": "{score}; iznākums – {outcome}"},
    "groups": {"en": "Groups and sites", "lv": "Grupas un struktūrvienības"},
    "comparison": {"en": "Comparison: {first} and {second}", "lv": "Salīdzinājums: {first} un {second}"},
    "agreement": {"en": "Agreement of raters", "lv": "Vērtētāju savstarpējā saskaņa"},
    "methods": {"en": "Methods and references", "lv": "Metodes un atsauces"},
    "data": {"en": "Data and software", "lv": "Dati un programmatūra"},
    "checklists": {"en": "Where reporting checklists are answered", "lv": "Kur atbildēts ziņošanas kontrolsarakstiem"},
    "problems": {"en": "Cells that could not be used", "lv": "Šūnas, kuras nevarēja izmantot"},
    "unequal_follow_up": {
        "en": "People were followed for unequal times. Rates are therefore the cumulative incidence by the end of the "
        "window, and AUC, accuracy and calibration are those at its end. The odds ratio, the test of trend and the "
        "ratio of neighbouring levels are not defined then; the hazard ratio stands in their place.",
        "lv": "Personas novērotas nevienādu laiku. Tāpēc biežums ir kumulatīvais biežums līdz perioda beigām, un AUC, "
        "precizitāte un kalibrācija attiecas uz perioda beigām. Izredžu attiecība, trenda tests un blakus līmeņu "
        "attiecība tad nav definēta; to vietā ir riska attiecība (HR).",
    },
    # tests whether a score means the same risk in every group
    "test intercept": {"en": "intercepts", "lv": "brīvie locekļi"},
    "test slope": {"en": "slopes", "lv": "slīpumi"},
    "test overall": {"en": "both", "lv": "abi kopā"},
    # kinds of cells that could not be used
    "RVN826": {"en": "it is not said whose row it is", "lv": "nav norādīts, kuras personas rinda tā ir"},
    "RVN827": {"en": "not a number", "lv": "nav skaitlis"},
    "RVN828": {"en": "not a date of the form of the plan", "lv": "nav datums plānā norādītajā formā"},
    "RVN829": {"en": "none of the values that the plan names", "lv": "nav neviena no plānā nosauktajām vērtībām"},
    "RVN830": {"en": "the date lies before the time at risk", "lv": "datums ir pirms novērošanas sākuma"},
    "RVN831": {"en": "observation ends before it starts", "lv": "novērošana beidzas, pirms tā sākas"},
    "RVN832": {"en": "not an answer to the item", "lv": "nav atbilde uz šo pantu"},
    # headings of tables
    "step": {"en": "Step", "lv": "Solis"},
    "went_out": {"en": "Left out", "lv": "Izslēgti"},
    "left": {"en": "Remaining", "lv": "Paliek"},
    "people": {"en": "People", "lv": "Personas"},
    "events": {"en": "Events", "lv": "Notikumi"},
    "rate": {"en": "Rate", "lv": "Biežums"},
    "interval_head": {"en": "{level}% interval", "lv": "{level} % ticamības intervāls"},
    "interval": {"en": "{level}% interval {low} to {high}", "lv": "{level} % ticamības intervāls {low} līdz {high}"},
    "level": {"en": "Level", "lv": "Līmenis"},
    "score": {"en": "Score", "lv": "Vērtējums"},
    "item": {"en": "Item", "lv": "Pants"},
    "measure": {"en": "Measure", "lv": "Rādītājs"},
    "value": {"en": "Value", "lv": "Vērtība"},
    "group": {"en": "Group", "lv": "Grupa"},
    "judged": {"en": "Not judged because", "lv": "Kāpēc netiek vērtēta"},
    "status": {"en": "Status", "lv": "Statuss"},
    "expected": {"en": "Expected", "lv": "Sagaidāmie"},
    "observed": {"en": "Observed", "lv": "Novērotie"},
    "cut": {"en": "From", "lv": "Sākot ar"},
    "flagged": {"en": "Flagged", "lv": "Atzīmēti"},
    "given": {"en": "Points: people", "lv": "Punkti: personas"},
    "reasons": {"en": "Reasons: people", "lv": "Iemesli: personas"},
    "absent": {"en": "Answer absent", "lv": "Trūkst atbildes"},
    "method": {"en": "Method", "lv": "Metode"},
    "reference": {"en": "Reference", "lv": "Atsauce"},
    "file": {"en": "Source", "lv": "Avots"},
    "rows": {"en": "Rows", "lv": "Rindas"},
    "sha": {"en": "SHA-256", "lv": "SHA-256"},
    "column": {"en": "Column", "lv": "Kolonna"},
    "problem": {"en": "Problem", "lv": "Kļūda"},
    "checklist": {"en": "Checklist", "lv": "Kontrolsaraksts"},
    "theme": {"en": "Theme", "lv": "Tēma"},
    "where": {"en": "Where", "lv": "Kur"},
    "computed": {"en": "Computed", "lv": "Aprēķināts"},
    "final": {"en": "Final", "lv": "Galīgais"},
    "up": {"en": "Higher", "lv": "Augstāk"},
    "down": {"en": "Lower", "lv": "Zemāk"},
    "same": {"en": "Same", "lv": "Tāpat"},
    "who": {"en": "Who", "lv": "Kas"},
    "why": {"en": "Why", "lv": "Kāpēc"},
    "first_rows": {"en": "First rows", "lv": "Pirmās rindas"},
    "everybody": {"en": "Everybody", "lv": "Visi"},
    "hidden": {"en": "hidden", "lv": "slēpts"},
    "undefined": {"en": "cannot be estimated", "lv": "nevar aplēst"},
    "suppressed": {"en": "hidden (few people)", "lv": "slēpts (maz personu)"},
    "score_recorded": {"en": "recorded", "lv": "ierakstīts"},
    "score_absent": {"en": "absent", "lv": "trūkst"},
    # captions
    "table_flow": {"en": "Who is in, step by step.", "lv": "Kas iekļauts, pa soļiem."},
    "table_statuses": {"en": "How the scores stand.", "lv": "Vērtējumu statuss."},
    "table_missing": {"en": "How often the answer to an item is absent.", "lv": "Cik bieži trūkst atbildes uz pantu."},
    "table_items": {"en": "Item statistics.", "lv": "Pantu statistika."},
    "table_reliability": {"en": "Internal consistency.", "lv": "Iekšējā saskaņotība."},
    "table_overrides": {"en": "Computed and final levels.", "lv": "Aprēķinātie un galīgie līmeņi."},
    "table_overridden": {"en": "How often levels were replaced.", "lv": "Cik bieži līmenis mainīts."},
    "table_headline": {"en": "Main results.", "lv": "Galvenie rezultāti."},
    "table_levels": {"en": "Level by level.", "lv": "Pa līmeņiem."},
    "table_scores": {"en": "Score by score.", "lv": "Pa punktiem."},
    "table_cuts": {
        "en": "What calling a cut and above high would mean.",
        "lv": "Ko nozīmētu par augstu saukt robežu un virs tās.",
    },
    "table_groups": {"en": "Group by group: {grouping}.", "lv": "Pa grupām: {grouping}."},
    "table_differences": {
        "en": "How groups differ from “{reference}”: {grouping}.",
        "lv": "Kā grupas atšķiras no „{reference}”: {grouping}.",
    },
    "table_tests": {
        "en": "Tests over all groups, and means over them: {grouping}.",
        "lv": "Testi visām grupām un vidējie pa grupām: {grouping}.",
    },
    "in_brackets": {"en": "In brackets: {level}% intervals.", "lv": "Iekavās: {level} % ticamības intervāli."},
    "table_errors": {
        "en": "Errors in each group when a cut and above is called high: {grouping}.",
        "lv": "Kļūdas katrā grupā, ja par augstu sauc robežu un virs tās: {grouping}.",
    },
    "small_group": {
        "en": "fewer than {people} people or {events} events",
        "lv": "personu skaits zem {people} vai notikumu skaits zem {events}",
    },
    "table_measures": {"en": "Further measures.", "lv": "Citi rādītāji."},
    "table_calibration": {"en": "Whether the published risks are right.", "lv": "Vai publicētie riski ir pareizi."},
    "table_transitions": {"en": "Levels of both.", "lv": "Abu līmeņi."},
    "table_changed": {"en": "Who changes level.", "lv": "Kam mainās līmenis."},
    "table_reasons": {
        "en": "Why levels change; one person may have several reasons.",
        "lv": "Kāpēc līmenis mainās; vienai personai var būt vairāki iemesli.",
    },
    "table_transition_rates": {
        "en": "Rate of the event by the levels of both: {outcome}.",
        "lv": "Notikuma biežums pēc abu līmeņiem: {outcome}.",
    },
    "table_compared": {"en": "Both against the same outcomes.", "lv": "Abi pret tiem pašiem iznākumiem."},
    "table_agreement": {"en": "Agreement on {score}.", "lv": "Saskaņa: {score}."},
    "table_methods": {"en": "Methods that were used.", "lv": "Izmantotās metodes."},
    "table_data": {"en": "What was read.", "lv": "Kas tika nolasīts."},
    "table_problems": {"en": "Kinds of cells that could not be used.", "lv": "Neizmantojamo šūnu veidi."},
    "table_checklists": {
        "en": "Themes of the checklists, in our own words; their item numbers are left to the author.",
        "lv": "Kontrolsarakstu tēmas mūsu vārdiem; punktu numurus norāda autors.",
    },
    "figure_distribution": {
        "en": "People at each score, with and without the event.",
        "lv": "Personas pa punktiem, ar notikumu un bez tā.",
    },
    "figure_roc": {
        "en": "ROC curve with {level}% limits of sensitivity.",
        "lv": "ROC līkne ar jutīguma {level} % robežām.",
    },
    "figure_levels": {
        "en": "Rate of the event by level, with {level}% intervals.",
        "lv": "Notikuma biežums pa līmeņiem ar {level} % intervāliem.",
    },
    "figure_levels_expected": {
        "en": "Observed and expected rate by level, with {level}% intervals.",
        "lv": "Novērotais un sagaidāmais biežums pa līmeņiem ar {level} % intervāliem.",
    },
    "figure_calibration": {"en": "Observed against published risk.", "lv": "Novērotais risks pret publicēto."},
    "figure_incidence": {
        "en": "Cumulative incidence by level ({method}).",
        "lv": "Kumulatīvais biežums pa līmeņiem ({method}).",
    },
    "figure_forest_auc": {"en": "AUC of everybody and of groups.", "lv": "AUC visiem un pa grupām."},
    "figure_forest_expected_observed": {
        "en": "Expected over observed, of everybody and of groups.",
        "lv": "Sagaidāmo un novēroto attiecība visiem un pa grupām.",
    },
    "axis_false_positive": {"en": "False positive rate", "lv": "Kļūdaini pozitīvo īpatsvars"},
    "axis_sensitivity": {"en": "Sensitivity", "lv": "Jutīgums"},
    "axis_people": {"en": "People", "lv": "Personas"},
    "axis_rate": {"en": "Rate of the event", "lv": "Notikuma biežums"},
    "axis_published": {"en": "Published risk", "lv": "Publicētais risks"},
    "axis_observed": {"en": "Observed", "lv": "Novērotais"},
    "axis_time": {"en": "Time ({unit})", "lv": "Laiks ({unit})"},
    "with_event": {"en": "with the event", "lv": "ar notikumu"},
    "without_event": {"en": "without", "lv": "bez notikuma"},
    "expected_mark": {"en": "expected", "lv": "sagaidāmais"},
    "chance": {"en": "chance", "lv": "nejaušība"},
    # figures in words
    "alt_distribution": {
        "en": "Bars of people at {n} scores from {low} to {high}; most people at {most}.",
        "lv": "Personu stabiņi pie {n} vērtībām no {low} līdz {high}; visvairāk personu pie {most}.",
    },
    "alt_roc": {
        "en": "The curve runs above the line of chance where scores tell people apart; the area under it is {auc}.",
        "lv": "Līkne iet virs nejaušības līnijas tur, kur vērtējumi personas izšķir; laukums zem tās ir {auc}.",
    },
    "alt_levels": {"en": "Rates: {rates}.", "lv": "Biežums: {rates}."},
    "alt_calibration": {
        "en": "Published risks from {low} to {high}; expected over observed is {ratio}.",
        "lv": "Publicētie riski no {low} līdz {high}; sagaidāmo un novēroto attiecība ir {ratio}.",
    },
    "alt_incidence": {"en": "{within}: {rates}.", "lv": "{within}: {rates}."},
    "alt_forest": {"en": "{rows}.", "lv": "{rows}."},
    # footer
    "decision": {
        "en": "Results of assessments are not decisions, and this report is not one.",
        "lv": "Novērtējumu rezultāti nav lēmumi, un arī šis pārskats nav lēmums.",
    },
    "made_with": {
        "en": "Made with {software}. Plan {fingerprint}.",
        "lv": "Sagatavots ar {software}. Plāns {fingerprint}.",
    },
    "hides": {
        "en": "Numbers of fewer than {n} people are hidden.",
        "lv": "Skaitļi, kas attiecas uz mazāk nekā {n} personām, ir slēpti.",
    },
    "sort": {"en": "Sort by {column}", "lv": "Kārtot pēc kolonnas „{column}”"},
    "skip": {"en": "Skip to the verdicts", "lv": "Pāriet uz vērtējumu"},
}

"""Is this a newborn whose mother took baclofen?

When  up to 28 days old, and family history, a problem or an observation of the child's own chart says that the mother
      took baclofen in pregnancy
Then  watch for withdrawal for days: a warning; with a seizure or apnoea critical; where the drug of the mother is not
      named, a reminder to ask
Else  quiet: older, or nothing about a drug of the mother

No dose for a newborn, ever: treatment is a specialist's decision.

Known limits: the mother's chart is another patient's and is not read: her baclofen must be told in the child's chart.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ENCOUNTER_DISCHARGE, ENCOUNTER_START, PATIENT_VIEW
from cards.limits import JUDGEMENT, NEWBORN, limit
from cards.needs import CONDITIONS, FAMILY_HISTORY, OBSERVATIONS, PATIENT, VITALS
from cards.record.concepts import Measure, Sign
from cards.record.facts import MaternalExposure
from cards.rule import rule
from cards.scales.age import FEVER
from cards.timeline.findings import Finding, Findings, shown
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import dated, listed, say

OBSERVE = limit("newborn_observation", 7, "d", JUDGEMENT, sources.RAT01, "a seizure on day 7, signs from day 2")

SUMMARY = "Newborn exposed to baclofen in utero: watch for withdrawal for days"
WITH_SIGNS = "Newborn exposed to baclofen in utero, now {signs}: withdrawal likely, look for other causes too"
ALARM = "Newborn exposed to baclofen in utero, now {signs}: withdrawal possible, act now"
NOT_NAMED = "Newborn affected by a maternal drug that is not named: ask whether it was baclofen"

COURSE = (
    "Hours to days after birth: one seized on day 7 with signs from day 2, mother on 20 mg four times a day (C-RAT01); "
    "one at 15 min, 30 mg four times a day (C-MOU22); half-life in a newborn about 10 h (C-NEOPK). Another stayed well."
)
WATCH = (
    "Watch for increased tone, tremor, jitteriness, poor feeding, high-pitched cry, fever, seizure, apnoea: "
    "{days} days, or an outpatient plan."
)
PARALLEL = "Septic, metabolic and glucose work-up in parallel."
SPECIALIST = (
    "Seizures that did not respond to standard anticonvulsants responded to baclofen and a slow wean in a single case "
    "(C-RAT01): a neonatologist's decision; no dose is proposed here."
)

_SIGNS = (Sign.SPASTICITY, Sign.TREMOR, Sign.POOR_FEEDING, Sign.HIGH_PITCHED_CRY, Sign.FEVER)
_ALARMING = (Sign.SEIZURE, Sign.RESPIRATORY_DEPRESSION)


@rule(
    implements="NEO-02",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE],
    deciding=[FAMILY_HISTORY, CONDITIONS, OBSERVATIONS, PATIENT],
    refining=[VITALS],
    sources=[sources.SEED, sources.LORAL, sources.RAT01, sources.MOU22, sources.NEOPK],
    limits=[NEWBORN, OBSERVE],
    overrides=["alternative-diagnosis", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
)
def newborn(case: Case) -> Verdict:
    if not case.is_newborn:
        return Quiet("not a newborn, or the date of birth is not recorded", rests_on=(PATIENT,))
    told = [m for m in case.record.maternal if m.names_baclofen]
    if not told:
        return _not_named(case) or Quiet("nothing says that the mother took baclofen")
    findings = Findings(case.record, case.moment, None)
    alarming = _found(findings, _ALARMING)
    signs = [*alarming, *_found(findings, _SIGNS), *_fever(findings)]
    named = listed([say("{text}", text=f.text if f.value is not None else f.text.lower()) for f in signs[:3]])
    template = ALARM if alarming else WITH_SIGNS if signs else SUMMARY
    return Card(
        urgency=Urgency.CRITICAL if alarming else Urgency.WARNING,
        summary=template.format(signs=named),
        detail=(
            _exposure_line(told[0], case),
            COURSE,
            say(WATCH, days=case.moment.limit(OBSERVE)),
            *((PARALLEL, SPECIALIST) if signs else ()),
        ),
        evidence=(*_evidence(told), *(Evidence(f.reference, f.text, f.when) for f in signs)),
        suggestions=("neonatology", "newborn-labs") if signs else ("neonatology",),
        not_counted=tuple(findings.not_counted),
    )


def _not_named(case: Case) -> Card | None:
    unnamed = case.record.maternal
    if not unnamed:
        return None
    return Card(
        urgency=Urgency.INFO,
        summary=NOT_NAMED,
        detail=(_exposure_line(unnamed[0], case), COURSE),
        evidence=_evidence(list(unnamed)),
        suggestions=("neonatology",),
        capped="the mother's drug is not named",
    )


def _exposure_line(told: MaternalExposure, case: Case) -> str:
    when = f" ({dated(told.when, case.zone, case.now)})" if told.when else ""
    return say("Recorded in the child's chart: {text}{when}.", text=told.text.rstrip("."), when=when)


def _found(findings: Findings, signs: tuple[Sign, ...]) -> list[Finding]:
    return [found for sign in signs if (found := findings.sign(sign)) is not None]


def _fever(findings: Findings) -> list[Finding]:
    highest = findings.highest(Measure.TEMPERATURE)
    if highest is None or highest.value is None or highest.value < findings.limit(FEVER):
        return []
    return [shown(Measure.TEMPERATURE, highest)]


def _evidence(told: list[MaternalExposure]) -> tuple[Evidence, ...]:
    return tuple(Evidence(m.reference, m.text, m.when) for m in told)

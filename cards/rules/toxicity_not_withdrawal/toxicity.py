"""Does this look like baclofen toxicity rather than withdrawal?

When  baclofen is on board and the signs of toxicity reach the gate (3 points with a context, 4 without), or low tone
      answers findings that would otherwise be withdrawal, or pump surgery within 96 h is followed by a fast pulse or
      high pressure without rigidity
Then  do not give more; critical with respiratory depression, GCS of 8 or less, low pressure or a seizure; where both
      are possible, tone is documented as low and high, or none is on board: withdrawal or toxicity, examine tone
Else  quiet: rigidity (that is withdrawal), too few signs, no baclofen

Known limits: tone decides and is seldom charted; where it is not, the card asks for an examination; a drug screen
does not show baclofen.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import (
    CONDITIONS,
    DEVICE_USE,
    DEVICES,
    LABS,
    OBSERVATIONS,
    PROCEDURES,
    SERVICE_REQUESTS,
    VITALS,
    Need,
)
from cards.record.concepts import Act, Measure
from cards.rule import rule
from cards.scales.toxicity import AFTER_PUMP_SURGERY, CONTEXT_NEEDS, GATE_WITH_CONTEXT
from cards.scales.withdrawal_gate import Answer
from cards.scales.withdrawal_score import Item
from cards.sentences import DEPARTS_PRESSURE, ORAL_NEEDS
from cards.telling import SUSPICION_NEEDS, uncertain_card
from cards.timeline.findings import Findings
from cards.timeline.pump import PumpDrug, is_recent
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import listed, number, say

DEEP_COMA = limit("gcs_deep_coma", 8, "points", JUDGEMENT, sources.LEU06)

SUMMARY = "Looks like baclofen toxicity, not withdrawal: low tone + {finding}. Do not give more"
WITHOUT_TONE = "Looks like baclofen toxicity: {finding}. Examine tone; do not give more"
AFTER_SURGERY = "Toxicity or withdrawal after pump surgery? Examine tone, interrogate the pump"

# What a chart says in words may be a whole sentence: the summary names the sign.
IN_WORDS = {
    "X1": "low tone", "X2": "drowsiness or coma", "X3": "respiratory depression", "X4": "bradycardia",
    "X5": "low blood pressure", "X6": "low temperature",
}  # fmt: skip

WEAK = (
    "Blood pressure and heart rate are weak discriminators: of 23 overdoses 13 were hypertensive, 1 hypotensive "
    "(C-LEU06). Tone decides."
)
ACTIONS = (
    "Airway and ventilation first. Hold or reduce baclofen under specialist advice; there is no antidote.",
    "Pump: stop or reduce by a specialist, aspirate reservoir or pocket (pocket fill, C-TRUEX); CSF drainage.",
    "Haemodialysis if the kidneys fail (C-IJAZ15). Physostigmine: seizures and bradycardia (C-OD).",
    "Then watch for withdrawal after recovery (C-SHI06, C-PENG), and plan the restart.",
)
AFTER_SURGERY_WHY = (
    "A 17-year-old with an intrathecal overdose after pump replacement had HR 150-210, BP 177/110 and legs slightly "
    "less rigid than usual; no response to lorazepam, better on a lower dose (C-JEM20)."
)
NOT_ON_BOARD = "no baclofen on board"
_SIGNS = (VITALS, OBSERVATIONS, LABS, CONDITIONS)
_EXPOSURE = (*ORAL_NEEDS, DEVICES, DEVICE_USE, PROCEDURES)


@rule(
    implements="TOX-01",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SIGN],
    deciding=[*_EXPOSURE, SERVICE_REQUESTS, *_SIGNS],
    refining=[*SUSPICION_NEEDS],
    sources=[sources.SEED, sources.LEU06, sources.JEM20, sources.OVERDOSE, sources.TRUEX, sources.IJAZ15,
             sources.SHI06, sources.PENG],
    limits=[DEEP_COMA, AFTER_PUMP_SURGERY],
    overrides=["alternative-diagnosis", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
    departs=[DEPARTS_PRESSURE],
)  # fmt: skip
def toxicity(case: Case) -> Verdict:
    toxic = case.toxicity
    answers = (case.oral_gate.answer, case.pump_gate.answer)
    if Answer.UNCERTAIN in answers:
        return _uncertain(case, Answer.UNCERTAIN)
    answers_withdrawal = Answer.TOXICITY in answers
    if not _is_on_board(case):  # even then low tone takes the withdrawal card back: one of the two must speak
        if answers_withdrawal:
            return _uncertain(case, Answer.TOXICITY)
        return Quiet(NOT_ON_BOARD, rests_on=_each((*_EXPOSURE, *_needs_of_context(case))))
    if toxic.tone == "high":
        contradicts = toxic.has("X1") and toxic.gate_met and case.suspected is None
        return _uncertain(case, Answer.TOXICITY) if contradicts else Quiet("rigidity: not toxicity", rests_on=())
    if not (toxic.gate_met or answers_withdrawal):
        return _after_surgery(case) or Quiet(
            "too few signs of toxicity", rests_on=_each((*_SIGNS, *_needs_of_context(case)))
        )
    others = [_in_our_words(item) for item in toxic.items if item.code != "X1"]
    template = SUMMARY if toxic.tone == "low" else WITHOUT_TONE
    context = f" Context: {listed(toxic.context)}." if toxic.context else ""
    told = ", ".join(f"{item.finding.text} {number(item.points)}" for item in toxic.items)
    return Card(
        urgency=Urgency.CRITICAL if _is_grave(case) else Urgency.WARNING,
        summary=say(template, finding=listed(others[:2]) or "findings"),
        detail=(
            f"Counted {number(toxic.points)} points of toxicity (a count, not a probability): {told}.{context}",
            WEAK,
            *ACTIONS,
        ),
        evidence=tuple(Evidence(i.finding.reference, i.finding.text, i.finding.when) for i in toxic.items),
        suggestions=("consult", "icu", "interrogate", "labs") if case.pump else ("consult", "icu", "labs"),
    )


def _each(needs: tuple[Need, ...]) -> tuple[Need, ...]:
    return tuple(dict.fromkeys(needs))


def _needs_of_context(case: Case) -> tuple[Need, ...]:
    """Where a context would make the signs enough, what could tell of one: a silence rests on it, too."""
    toxic = case.toxicity
    would = not toxic.gate_met and toxic.points >= case.moment.limit(GATE_WITH_CONTEXT)
    return CONTEXT_NEEDS if would else ()


def _in_our_words(item: Item) -> str:
    """A value as it is, a sign by its name."""
    return item.finding.text if item.finding.value is not None else IN_WORDS[item.code]


def _is_on_board(case: Case) -> bool:
    """Baclofen was taken within the last days, or a pump that may hold it is in place."""
    by_pump = case.pump is not None and case.pump.is_in_place and case.pump.drug is not PumpDrug.OTHER
    return by_pump or (case.oral is not None and bool(case.oral.current or case.oral.home or case.oral.given))


def _is_grave(case: Case) -> bool:
    """Respiratory depression, deep coma, low pressure or a seizure (section 9)."""
    gcs = Findings(case.record, case.moment, None).lowest(Measure.GCS)
    coma = gcs is not None and gcs.value is not None and gcs.value <= case.moment.limit(DEEP_COMA)
    seizure = case.oral_findings.has("P4") or case.pump_findings.has("P4")
    return case.toxicity.has("X3", "X5") or coma or seizure


def _uncertain(case: Case, answer: Answer) -> Verdict:
    """Both possible: this kind tells it when toxicity weighs as much, the other one otherwise.

    Tone was not documented; or it is low long after the last dose, or both low and high: then the other kind is quiet.
    """
    by_pump = case.pump_gate.answer is answer or case.oral is None
    score = case.pump_findings if by_pump else case.oral_findings
    if answer is Answer.UNCERTAIN and case.toxicity.points < score.points:
        return Quiet("withdrawal or toxicity: told with suspected withdrawal", rests_on=())
    return uncertain_card(case, score, f"Counted {number(score.points)} points of withdrawal.", ())


def _after_surgery(case: Case) -> Card | None:
    """Pump refill or surgery within 96 h, fast pulse or high pressure, and no rigidity."""
    if case.pump is None or not case.has_baclofen_pump:
        return None
    event = case.pump.latest(Act.PUMP_REFILL, Act.PUMP_REVISION, Act.PUMP_REPLACEMENT, Act.PUMP_IMPLANT)
    days = case.moment.limit(AFTER_PUMP_SURGERY)
    if event is None or not is_recent(event, case.moment, days) or not case.pump_findings.has("A2", "A3"):
        return None
    if case.toxicity.tone not in ("normal", "low"):
        return None
    items = [i for i in case.pump_findings.items if i.code in ("A2", "A3")]
    return Card(
        urgency=Urgency.WARNING,
        summary=AFTER_SURGERY,
        detail=(
            f"{', '.join(i.finding.text for i in items)} within {number(days * 24)} h of pump work; "
            f"tone {case.toxicity.tone}.",
            AFTER_SURGERY_WHY,
            "Interrogate; no response to a benzodiazepine speaks for too high a dose.",
        ),
        evidence=(*(Evidence(i.finding.reference, i.finding.text, i.finding.when) for i in items),
                  Evidence(event.reference, event.text, event.when)),
        suggestions=("interrogate", "consult"),
    )  # fmt: skip

"""What both withdrawal cards say of their findings, and how a rule chooses among reasons to be quiet."""

from cards.case import Case
from cards.needs import PATIENT, Need
from cards.scales.withdrawal_gate import Answer
from cards.scales.withdrawal_score import Score
from cards.timeline.interruptions import Level
from cards.verdict import Card, Evidence, Quiet, Urgency
from cards.words import when

UNCERTAIN = "Withdrawal or toxicity? Examine tone, interrogate the pump, before giving or holding baclofen"
UNCERTAIN_WHY = (
    "Blood pressure and heart rate do not tell the two apart (C-LEU06): low tone means toxicity, rigidity withdrawal."
)


def counted_line(score: Score, interruption: str, case: Case) -> str:
    """ "Counted 7 points: rigidity 2 (10 Mar 14:10), T 39.8 °C 2 ... Key differentiator: baclofen interruption ..."."""
    told = ", ".join(
        f"{item.finding.text} {item.points} ({when(item.finding.when, case.zone, case.now)})" for item in score.items
    )
    flags = f" Red flags: {', '.join(score.red_flags)}." if score.red_flags else ""
    return (
        f"Counted {score.points} points (a count, not a probability): {told}.{flags} "
        f"Key differentiator: baclofen interruption, {interruption}."
    )


def score_evidence(score: Score) -> tuple[Evidence, ...]:
    """The findings that counted, as evidence."""
    return tuple(Evidence(item.finding.reference, item.finding.text, item.finding.when) for item in score.items)


def uncertain_card(case: Case, score: Score, counted: str, evidence: tuple[Evidence, ...]) -> Card:
    """Tone was not documented, and signs of toxicity weigh as much."""
    toxic = ", ".join(item.finding.text for item in case.toxicity.items)
    context = f" Context: {', '.join(case.toxicity.context)}." if case.toxicity.context else ""
    return Card(
        urgency=Urgency.WARNING,
        summary=UNCERTAIN,
        detail=(counted, f"Signs of toxicity: {toxic}.{context}", UNCERTAIN_WHY),
        evidence=(*score_evidence(score), *(Evidence(i.finding.reference, i.finding.text, i.finding.when)
                                            for i in case.toxicity.items), *evidence),
        suggestions=("icu", "labs", "consult"),
        not_counted=score.not_counted,
        capped="tone not documented",
    )  # fmt: skip


EARLY = "Early sign that may be withdrawal: {signs}. Watch tone, temperature and mental state."


def early_signs(case: Case) -> tuple[str, ...]:
    """A finding after a probable interruption that does not reach the gate is mentioned, never a card (section 7)."""
    gap, score = case.oral_interruption, case.oral_findings
    below = case.oral_gate.answer is Answer.NO and gap is not None and gap.level >= Level.PROBABLE
    if not (below and score.items):
        return ()
    return (EARLY.format(signs=", ".join(item.finding.text for item in score.items)),)


INFANT_SEPSIS = "Infant under 6 months with fever or seizure: sepsis work-up regardless."


def sepsis_line(case: Case, score: Score) -> tuple[str, ...]:
    """FND-11: a young infant with fever or a seizure always gets a sepsis work-up (judgement)."""
    return (INFANT_SEPSIS,) if case.age.is_under(0.5) and (score.has_fever or score.has("P4")) else ()


def needs_of_age(case: Case) -> tuple[Need, ...]:
    """Without an age a fast pulse cannot be called fast: then a silence about findings rests on the patient's data."""
    return () if case.vital_limits is not None else (PATIENT,)


def first_certain(case: Case, *reasons: Quiet) -> Quiet:
    """The first reason that stands on what was read whole; else the first. Reasons without `rests_on` are left out."""
    stated = [r for r in reasons if r.rests_on is not None]
    return next((r for r in stated if r.rests_on is not None and case.saw(*r.rests_on)), stated[0])

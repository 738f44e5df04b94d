"""What both withdrawal cards say of their findings, and how a rule chooses among reasons to be quiet."""

from cards.case import Case
from cards.scales.withdrawal_gate import Answer
from cards.scales.withdrawal_score import Score
from cards.verdict import Card, Evidence, Quiet, Urgency
from cards.words import when

UNCERTAIN = "Withdrawal or toxicity? Examine tone{and_pump} before giving or holding baclofen"
UNCERTAIN_WHY = (
    "Blood pressure and heart rate do not tell the two apart (C-LEU06): low tone means toxicity, rigidity withdrawal."
)


def counted_line(score: Score, interruption: str, case: Case) -> str:
    """ "Counted 7 points: rigidity 2 (10 Mar 14:10), T 39.8 °C 2 ... Key differentiator: baclofen interruption ..."."""
    told = ", ".join(
        f"{item.finding.text} {item.points} ({when(item.finding.when, case.zone)})" for item in score.items
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
        summary=UNCERTAIN.format(and_pump=" and interrogate the pump" if case.pump else ""),
        detail=(counted, f"Signs of toxicity: {toxic}.{context}", UNCERTAIN_WHY),
        evidence=(*score_evidence(score), *(Evidence(i.finding.reference, i.finding.text, i.finding.when)
                                            for i in case.toxicity.items), *evidence),
        suggestions=("icu", "labs", "consult"),
        not_counted=score.not_counted,
        capped="tone not documented",
    )  # fmt: skip


def suspected_score(case: Case) -> Score | None:
    """The findings of the withdrawal that is suspected, the pump's first; None where none is."""
    for judged, score in ((case.pump_gate, case.pump_findings), (case.oral_gate, case.oral_findings)):
        if judged.answer in (Answer.WITHDRAWAL, Answer.UNCERTAIN):
            return score
    return None


def first_certain(case: Case, *reasons: Quiet) -> Quiet:
    """The first reason that stands on what was read whole; else the first. Reasons without `rests_on` are left out."""
    stated = [r for r in reasons if r.rests_on is not None]
    return next((r for r in stated if r.rests_on is not None and case.saw(*r.rests_on)), stated[0])

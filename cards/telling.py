"""What the cards on withdrawal and its treatment say of their findings; how to choose among reasons to be quiet."""

from collections.abc import Iterable

import msgspec

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SELECT
from cards.limits import JUDGEMENT, limit
from cards.needs import (
    ADMINISTRATIONS,
    CARE_PLANS,
    CONDITIONS,
    ENCOUNTERS,
    LABS,
    OBSERVATIONS,
    PATIENT,
    PROCEDURES,
    SERVICE_REQUESTS,
    VITALS,
    Need,
)
from cards.pump_patient import PUMP_NEEDS
from cards.record.facts import MedicationOrder
from cards.scales.toxicity import TOXICITY_NEEDS
from cards.scales.withdrawal_gate import Answer, Gate
from cards.scales.withdrawal_score import Score
from cards.sentences import ORAL_NEEDS
from cards.timeline.interruptions import Level
from cards.timeline.restoration import RECENT
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import number, say, when

SIGNS = (VITALS, OBSERVATIONS, LABS, CONDITIONS)
TREATED_SINCE = (SERVICE_REQUESTS, PROCEDURES, ADMINISTRATIONS)  # where a treatment of the last day stands
# Everything that a suspicion of withdrawal (`case.suspected`) is read from, toxicity included.
SUSPICION_NEEDS: tuple[Need, ...] = (*ORAL_NEEDS, *PUMP_NEEDS, *TOXICITY_NEEDS, ENCOUNTERS, CARE_PLANS)

UNCERTAIN = "Withdrawal or toxicity? Examine tone{and_pump} before giving or holding baclofen"
UNCERTAIN_WHY = (
    "Blood pressure and heart rate do not tell the two apart (C-LEU06): low tone means toxicity, rigidity withdrawal."
)


def counted_line(score: Score, interruption: str, case: Case) -> str:
    """What decides first: "Key differentiator: baclofen interruption found: ... Counted 7 points: rigidity 2 ..."."""
    told = ", ".join(
        f"{item.finding.text} {number(item.points)} ({when(item.finding.when, case.zone, case.now)})"
        for item in score.items
    )
    flags = f" Red flags: {', '.join(flag.text for flag in score.red_flags)}." if score.red_flags else ""
    return (
        f"Key differentiator: baclofen interruption found: {interruption}.{flags} "
        f"Counted {number(score.points)} points (a count, not a probability): {told}."
    )


def score_evidence(score: Score, *, with_counted_line: bool = True) -> tuple[Evidence, ...]:
    """The findings that counted, and those that are red flags alone, as evidence; beside `counted_line` or without."""
    counted = [Evidence(f.reference, f.text, f.when, with_counted_line) for f in (i.finding for i in score.items)]
    return (*counted, *(Evidence(f.reference, f.text, f.when) for f in score.flagged))


def is_told_with_toxicity(case: Case, judged: Gate, score: Score) -> bool:
    """Both possible, and toxicity weighs as much: the card of that kind says so, where its rule runs."""
    as_much = case.toxicity.points >= score.points
    return judged.answer is Answer.UNCERTAIN and as_much and case.moment.hook is not ORDER_SELECT


def uncertain_card(case: Case, score: Score, counted: str, evidence: tuple[Evidence, ...]) -> Card:
    """Tone was not documented, and signs of toxicity weigh as much: a warning, however grave they are (section 9)."""
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


def treatment_line(case: Case) -> str:
    """What is suspected while these drafts are written: "Suspected intrathecal withdrawal: 7 points (...)"."""
    score = suspected_score(case)
    told = ", ".join(item.finding.text for item in score.items) if score else ""
    route = "intrathecal " if case.is_lost_by_pump else ""
    points = f": {number(score.points)} points ({told})" if score else ""
    lately = case.moment.told(RECENT)
    restored = (
        "is ordered or done" if case.is_being_restored else f"is neither ordered here nor found in the last {lately}"
    )
    tablets_missing = case.is_lost_by_pump and case.restoration.intrathecal and not case.is_being_restored
    what = "baclofen by mouth" if tablets_missing else "work on the pump" if case.is_lost_by_pump else "baclofen"
    return f"Suspected {route}baclofen withdrawal{points}; {what} {restored}."


def restore_keys(case: Case) -> tuple[str, ...]:
    """The suggestions that restore baclofen the way it was lost."""
    return ("interrogate", "refill", "consult") if case.is_lost_by_pump else ("resume-baclofen", "consult")


def draft_evidence(drafts: Iterable[MedicationOrder]) -> tuple[Evidence, ...]:
    """The drafts that a card is about."""
    return tuple(Evidence(o.reference, say("draft: {name}", name=o.product.name), o.authored) for o in drafts)


def as_sure_as_read(urgency: Urgency, case: Case, *counter: Need) -> Urgency:
    """At most a warning where the counter-evidence was not read."""
    return urgency if case.saw(*counter) else min(urgency, Urgency.WARNING)


def suspected_score(case: Case) -> Score | None:
    """The findings of the withdrawal that is suspected, the pump's first; None where none is."""
    for judged, score in ((case.pump_gate, case.pump_findings), (case.oral_gate, case.oral_findings)):
        if judged.answer in (Answer.WITHDRAWAL, Answer.UNCERTAIN):
            return score
    return None


EARLY = "Early sign that may be withdrawal: {signs}. Watch tone, temperature and mental state."


def early_signs(case: Case) -> tuple[str, ...]:
    """A finding after a probable interruption that does not reach the gate is mentioned, never a card (section 7)."""
    gap, score = case.oral_interruption, case.oral_findings
    below = case.oral_gate.answer is Answer.NO and gap is not None and gap.level >= Level.PROBABLE
    if not (below and score.items):
        return ()
    return (EARLY.format(signs=", ".join(item.finding.text for item in score.items)),)


YOUNG_INFANT = limit("young_infant", 6, "months", JUDGEMENT, sources.SEED, "under 3 is usual for fever alone")
INFANT_SEPSIS = "Infant under {age} with fever or seizure: sepsis work-up regardless."


def sepsis_line(case: Case, score: Score) -> tuple[str, ...]:
    """FND-11: a young infant with fever or a seizure always gets a sepsis work-up (judgement)."""
    is_young = case.age.is_under(case.moment.limit(YOUNG_INFANT) / 12)
    told = INFANT_SEPSIS.format(age=case.moment.told(YOUNG_INFANT))
    return (told,) if is_young and (score.has_fever or score.has("P4")) else ()


def needs_of_age(case: Case) -> tuple[Need, ...]:
    """Without an age a fast pulse cannot be called fast: then a silence about findings rests on the patient's data."""
    return () if case.vital_limits is not None else (PATIENT,)


def both(first: Verdict | None, second: Verdict) -> Verdict:
    """Each route is judged separately (FND-01); of two cards the more urgent leads and tells the other.

    `first` None: nothing to say by that route; then the second alone answers.
    """
    cards = sorted((v for v in (first, second) if isinstance(v, Card)), key=lambda c: -c.urgency)
    if not cards:
        return second
    if len(cards) == 1:
        return cards[0]
    leader, other = cards
    return msgspec.structs.replace(
        leader,
        detail=(*leader.detail[:1], f"Also: {other.summary}", *leader.detail[1:], *other.detail[:1]),
        evidence=(*leader.evidence, *other.evidence),
        suggestions=tuple(dict.fromkeys((*leader.suggestions, *other.suggestions))),
    )


def first_certain(case: Case, *reasons: Quiet) -> Quiet:
    """The first reason that stands on what was read whole; else the first. Reasons without `rests_on` are left out."""
    stated = [r for r in reasons if r.rests_on is not None]
    return next((r for r in stated if r.rests_on is not None and case.saw(*r.rests_on)), stated[0])

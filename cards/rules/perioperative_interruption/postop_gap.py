"""Was baclofen by mouth not restarted after an operation?

When  an operation or anaesthetic was within 72 h, dependence is moderate or high, baclofen is interrupted, and the
      last dose is 12 h ago or more (10 h where it is taken every 6 h or more often)
Then  warn: restart with the next dose due; critical at high dependence from 24 h on
Else  quiet: given since, ordered now, planned taper, short use, signs of toxicity (a reminder to examine tone first)

Known limits: pain and a fast pulse after an operation are common and are no evidence; doses given and not charted
look like missed ones.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ORDER_SIGN, PATIENT_VIEW
from cards.needs import (
    APPOINTMENTS,
    CARE_PLANS,
    ENCOUNTERS,
    PROCEDURES,
)
from cards.perioperative import RESTART, SHORT_PAUSE
from cards.record.concepts import Reason
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.scales.toxicity import TOXICITY_NEEDS
from cards.sentences import BY_TUBE, ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line, toxic_line
from cards.timeline.interruptions import Interruption, Kind, missed_dose_threshold
from cards.timeline.operations import UNDER_ANAESTHESIA, just_done
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import ago, say

SUMMARY = "Post-op: no baclofen for {hours} h. Restart with the next dose due"
AFTER = "{text} {ago}."
NOT_ALONE = (
    "A fast pulse or pain alone after an operation is not withdrawal; with spasticity, fever or confusion think of it."
)


@rule(
    implements="PER-06",
    hooks=[PATIENT_VIEW, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, PROCEDURES],
    refining=[*TIER_NEEDS, *TOXICITY_NEEDS, APPOINTMENTS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.DUP18, sources.UKCPA, sources.LYV, sources.GABLO],
    limits=[limits.AFTER_SURGERY, limits.ORAL_MISSED, limits.ORAL_MISSED_SHORT_INTERVAL, limits.ORAL_CONFIRMED],
    overrides=["already-resumed", "specialist-plan", "serious-adverse-reaction"],
    could_reach=Urgency.CRITICAL,
)
def postop_gap(case: Case) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth", rests_on=ORAL_NEEDS)
    done = just_done(case.record, case.moment, UNDER_ANAESTHESIA, case.moment.limit(limits.AFTER_SURGERY))
    if done is None:
        return Quiet(f"no operation within {case.moment.told(limits.AFTER_SURGERY)}", rests_on=(PROCEDURES,))
    if case.oral_dependence.tier < Tier.T2:
        return Quiet(f"low dependence: {case.oral_dependence.because}", rests_on=ORAL_NEEDS)
    gap = _gap(case)
    if gap is None:
        return Quiet("baclofen is not interrupted, as far as is charted", rests_on=ORAL_NEEDS)
    since = gap.hours(case.now)
    if since < missed_dose_threshold(case.oral.interval_hours, case.moment):
        return Quiet("last dose less than one missed-dose threshold ago", rests_on=())
    if case.taper and case.taper.excuses:
        return Quiet("planned taper", rests_on=())
    if case.oral_change.orders:
        return Quiet("these drafts order baclofen", rests_on=())
    toxic, holding = toxic_line(case), case.toxicity.makes_holding_right
    adverse = gap.order is not None and Reason.ADVERSE_REACTION in gap.order.reasons
    critical = case.oral_dependence.tier is Tier.T3 and since >= case.moment.limit(limits.ORAL_CONFIRMED)
    urgency = Urgency.CRITICAL if critical else Urgency.WARNING
    return Card(
        urgency=Urgency.INFO if holding or adverse else urgency,
        summary=say(SUMMARY, hours=int(since)),
        detail=(
            oral_exposure_line(case),
            *toxic,
            say(AFTER, text=done.text.split(";")[0].strip(), ago=ago(done.when, case.now, case.zone)),
            SHORT_PAUSE,
            RESTART,
            BY_TUBE,
            NOT_ALONE,
        ),
        evidence=(done.evidence, *gap.evidence, *oral_evidence(case)),
        suggestions=() if toxic or adverse else ("resume-baclofen",),
        capped="signs of toxicity" if holding else "stopped for an adverse reaction" if adverse else "",
    )


def _gap(case: Case) -> Interruption | None:
    """What interrupts it. An order that lapsed counts in a stay: those before an operation often end with it."""
    gap = case.interrupted_by(Kind.NOT_GIVEN, Kind.OMITTED, Kind.STOPPED, Kind.HELD, Kind.REPORTED)
    return gap or (case.interrupted_by(Kind.LAPSED) if case.stay else None)

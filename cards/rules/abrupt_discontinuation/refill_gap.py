"""Did the supply of baclofen at home run out, or is it about to without a renewal?

When  all fills are used up and no later fill or prescription is found, or a request for more is denied or has no
      refills left while the supply ends within 3 days
Then  0-2 days after: a reminder; 3-30 days: a warning (low dependence: a reminder); 31-90 days: probably stopped
Else  quiet: supply in hand, prescribed again, given on the ward, short use, or over 90 days without a word that it is
      taken

Known limits: samples, cash fills and fills at another pharmacy are invisible, so dispensing data may be incomplete,
and tablets saved up make the end too early.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import NOT_GIVEN
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_START, MEDICATION_REFILL, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import ADMINISTRATIONS, CARE_PLANS, DISPENSES, ENCOUNTERS
from cards.record.facts import MedicationOrder
from cards.record.when import When
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import DEPARTS_PREVIOUS_DOSE, ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line
from cards.timeline.interruptions import Kind
from cards.timeline.oral import BY_MOUTH
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import counted, day, say

OVERDUE = limit("supply_overdue", 3, "d", JUDGEMENT, sources.ORALV, "intubated three days after running out")
PROBABLY_STOPPED = limit("supply_long_out", 31, "d", JUDGEMENT, sources.LEO05)
LONG_STOPPED = limit("supply_too_long_out", 90, "d", JUDGEMENT, sources.LEO05)
ENDS_SOON = limit("supply_ends_soon", 3, "d", JUDGEMENT, sources.ORALV)

RAN_OUT = "Baclofen supply ran out {date} ({n} ago) with no refill found"
DENIED = "Baclofen refill denied or ended, supply lasts until {date}: renew or taper"
DENIED_UNKNOWN = "Baclofen refill denied or ended, and no supply is recorded: renew or taper"
NO_REFILLS = "Baclofen: no refills left, and the supply lasts until {date}: renew"

WHY = (
    "A woman of 58 who had run out three days earlier came with 39.4 °C, tremor, rigidity and hallucinations and was "
    "intubated (C-ORALV)."
)
INCOMPLETE = "Dispensing data may be incomplete: samples, other pharmacies and cash fills are not seen here."
ASK = "Ask whether tablets are left, when the last one was taken, and about spasm, itching, fever or confusion."
STOPPED = "Probably stopped: ask about symptoms; do not restart at the full dose automatically."
STILL_LISTED = "The list still says that it is taken."

_DENYING = frozenset({"stopped", "cancelled", "completed", "ended"})


@rule(
    implements="ABR-05",
    hooks=[PATIENT_VIEW, MEDICATION_REFILL, ENCOUNTER_START, APPOINTMENT_BOOK],
    deciding=[*ORAL_NEEDS],
    refining=[*TIER_NEEDS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.ORALV, sources.LORAL, sources.LEO05],
    limits=[OVERDUE, PROBABLY_STOPPED, LONG_STOPPED, ENDS_SOON, limits.LONG_USE, limits.HIGH_ORAL_DOSE],
    overrides=["never-taken", "already-resumed", "planned-taper", "data-incorrect"],
    could_reach=Urgency.WARNING,
    departs=[DEPARTS_PREVIOUS_DOSE],
)
def refill_gap(case: Case) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth")
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}")
    if case.taper and case.taper.excuses:
        return Quiet("planned taper", rests_on=())
    if case.stay is not None and case.oral.current:
        return Quiet("ordered on the ward", rests_on=())
    request = _request(case) if case.moment.hook is MEDICATION_REFILL else None
    supply = case.oral.supply
    if request is not None and (refused := _refused(case, request, supply.ends if supply else None)):
        return refused
    gap = case.interrupted_by(Kind.SUPPLY_OUT)
    if supply is None or gap is None or gap.since is None:
        return Quiet("the supply has not run out, as far as is recorded", rests_on=(DISPENSES, ADMINISTRATIONS))
    days = int(gap.hours(case.now) / 24)
    if _prescribed_since(case, gap.since):
        return Quiet("prescribed again since", rests_on=())
    listed = any(o.status == "active" and o.is_statement for o in case.oral.orders)
    if days > case.moment.limit(LONG_STOPPED) and not listed:
        return Quiet(
            f"ran out more than {case.moment.told(LONG_STOPPED)} ago, and nothing says that it is taken",
            rests_on=ORAL_NEEDS,
        )
    return _ran_out(case, gap.since, days, gap.evidence)


def _ran_out(case: Case, since: When, days: int, evidence: tuple[Evidence, ...]) -> Card:
    long_out = days >= case.moment.limit(PROBABLY_STOPPED)
    very_long = days > case.moment.limit(LONG_STOPPED)
    overdue = days >= case.moment.limit(OVERDUE)
    warn = overdue and not long_out and case.oral_dependence.tier >= Tier.T2
    return Card(
        urgency=Urgency.WARNING if warn else Urgency.INFO,
        summary=say(RAN_OUT, date=day(since.latest, case.zone), n=counted(days, "day")),
        detail=(
            oral_exposure_line(case),
            WHY,
            *((STOPPED,) if long_out else ()),
            *((STILL_LISTED,) if very_long else ()),
            ASK,
            INCOMPLETE,
        ),
        evidence=(*evidence, *oral_evidence(case)),
        suggestions=("education",) if long_out else ("bridge-supply", "resume-baclofen", "education"),
        comfort=None if long_out else NOT_GIVEN,
    )


def _request(case: Case) -> MedicationOrder | None:
    """The request for more baclofen that this hook is about."""
    mine = (o for o in case.record.medication_orders if o.is_draft and o.product.is_baclofen and o.route in BY_MOUTH)
    return next(mine, None)


def _refused(case: Case, request: MedicationOrder, ends: When | None) -> Card | None:
    """A request that is denied, ended, or the last one, while the supply is about to end."""
    is_denied = request.status in _DENYING or request.do_not_perform
    left = None if ends is None else (ends.latest - case.now).total_seconds() / 86400
    if not is_denied and (request.refills != 0 or left is None or left < 0):
        return None
    if left is not None and left > case.moment.limit(ENDS_SOON):
        return None
    date = day(ends.latest, case.zone) if ends else ""
    template = DENIED_UNKNOWN if ends is None else DENIED if is_denied else NO_REFILLS
    return Card(
        urgency=Urgency.WARNING if case.oral_dependence.tier >= Tier.T2 else Urgency.INFO,
        summary=say(template, date=date),
        detail=(oral_exposure_line(case), WHY, ASK, INCOMPLETE),
        evidence=(
            Evidence(request.reference, say("request: {name}, {status}", name=request.product.name,
                                            status=request.status), request.authored),
            *oral_evidence(case),
        ),
        suggestions=("bridge-supply", "taper", "education"),
    )  # fmt: skip


def _prescribed_since(case: Case, since: When) -> bool:
    """An order written after the supply ended: whether it was filled cannot be seen here."""
    assert case.oral is not None
    return any(
        o.status == "active" and not o.is_statement and not o.is_reported
        and o.authored is not None and o.authored.latest > since.latest
        for o in case.oral.orders
    )  # fmt: skip

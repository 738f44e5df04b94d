"""Is the battery of a baclofen pump near its end?

When  the replacement indicator (ERI) was reached: the pump stops 90 days later; or its end of service (EOS) is told,
      and is no more than those 90 days off;
      or nothing is told of it, and a SynchroMed pump is 78 months old (a Prometra pump 120 months)
Then  a replacement booked before the stop: a reminder; none booked: a warning; within 30 days of the stop, or past it,
      critical; by age: a warning, from 84 months on critical (Prometra: a reminder)
Else  quiet: indicator not reached, younger pump, age or model unknown, no pump in place, another drug in it

Known limits: the replacement indicator or the end of service must be entered in the chart by whoever interrogates; age
alone says little about one battery.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import Headline
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, PUBLISHED, limit
from cards.needs import APPOINTMENTS, OBSERVATIONS, PROCEDURES, SERVICE_REQUESTS
from cards.pump_patient import DRUG_NOT_RECORDED, PUMP_NEEDS, pump_in_place, told_model
from cards.record.concepts import PumpModel
from cards.record.when import When
from cards.rule import rule
from cards.timeline.battery import Battery, battery_of
from cards.timeline.pump import Pump, PumpDrug
from cards.timeline.reservoir import days_to
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import counted, dated, day

LAST_DAYS = limit("battery_last_days", 30, "d", JUDGEMENT, sources.MEDERI)
OLD = limit("synchromed_old", 78, "months", JUDGEMENT, sources.UCLH, "service life quoted as 81 months")
AT_ITS_END = limit("synchromed_at_its_end", 84, "months", PUBLISHED, sources.MEDERI, "at most 7 years")
OLD_PROMETRA = limit("prometra_old", 120, "months", JUDGEMENT, sources.MSNT, "battery life quoted as over 10 years")

ERI = Headline("Baclofen pump battery: ERI {eri}, stops by {stops}", ". Book replacement")
ERI_BOOKED = Headline("Baclofen pump battery: ERI {eri}, stops by {stops}. Replacement booked {booked}")
EOS = Headline("Baclofen pump battery: end of service {stops}", ". Book replacement")
EOS_BOOKED = Headline("Baclofen pump battery: end of service {stops}. Replacement booked {booked}")
EOS_PASSED = Headline("Baclofen pump battery: end of service since {stops}", ". Interrogate and replace now")
STOPPED = Headline("Baclofen pump battery: ERI {eri}, end of service since {stops}", ". Interrogate and replace now")
AGED = Headline(
    "Baclofen pump (SynchroMed) implanted {date}, {months} months ago", ": check its battery, book replacement"
)
AGED_NOTE = Headline(
    "Baclofen pump (Prometra) implanted {date}, {months} months ago", ": ask the pump clinic for its battery state"
)

INDICATOR = "Pump{model}: replacement indicator reached {ago} ago, {left} until it stops."
INDICATOR_PAST = "Pump{model}: replacement indicator reached {ago} ago; it was to stop {stop} after that."
END = "Pump{model}: its end of service was told as {stops}, in {left}."
END_PAST = "Pump{model}: its end of service was told as {stops}, {since} ago."
END_TODAY = "Pump{model}: its end of service was told as {stops}, today."
AGE = "Pump{model} implanted {months} months ago; nothing is recorded of its battery."
WHY_ERI = (
    "The pump stops 90 days after its replacement indicator; SynchroMed II lasts at most 7 years (C-MEDERI). A stopped "
    "pump means withdrawal of intrathecal baclofen (boxed warning, C-LITB)."
)
NO_ERI = "The age stands in for the replacement indicator (service life quoted as 81 months, C-UCLH)."
PROMETRA_LIFE = "The maker's battery is quoted as lasting over 10 years (C-MSNT)."


@rule(
    implements="PMP-02",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE, APPOINTMENT_BOOK, ORDER_SIGN],
    deciding=[*PUMP_NEEDS, OBSERVATIONS],
    refining=[APPOINTMENTS, SERVICE_REQUESTS],
    sources=[sources.SEED, sources.MEDERI, sources.UCLH, sources.MSNT, sources.LITB],
    limits=[limits.ERI_TO_STOP, LAST_DAYS, OLD, AT_ITS_END, OLD_PROMETRA],
    overrides=["specialist-plan", "pump-verified", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
)
def battery(case: Case) -> Verdict:
    pump = pump_in_place(case)
    if isinstance(pump, Quiet):
        return pump
    state = battery_of(case.record, case.moment)
    if state.stops is None:
        return _by_age(case, pump, state)
    is_reached = state.eri is not None and days_to(state.eri, case.now, case.moment) <= 0
    left = days_to(state.stops, case.now, case.moment)
    if not is_reached and left > case.moment.limit(limits.ERI_TO_STOP):
        return Quiet("the replacement indicator is not reached", rests_on=())
    return _by_end_of_service(case, pump, state) if state.is_told else _by_indicator(case, pump, state)


def _by_indicator(case: Case, pump: Pump, state: Battery) -> Verdict:
    assert state.eri is not None
    assert state.stops is not None
    left = days_to(state.stops, case.now, case.moment)
    summary = (ERI, ERI_BOOKED, STOPPED)
    since = -days_to(state.eri, case.now, case.moment)
    found = (INDICATOR_PAST if left <= 0 else INDICATOR).format(
        model=told_model(pump),
        ago=counted(since, "day"),
        left=counted(left, "day"),
        stop=case.moment.told(limits.ERI_TO_STOP),
    )  # fmt: skip
    evidence = Evidence(state.eri_reference, "battery: replacement indicator", state.eri)
    return _ending(case, pump, state, summary, found, evidence)


def _by_end_of_service(case: Case, pump: Pump, state: Battery) -> Verdict:
    assert state.stops is not None
    left = days_to(state.stops, case.now, case.moment)
    found = (END if left > 0 else END_PAST if left < 0 else END_TODAY).format(
        model=told_model(pump), stops=_date(state.stops, case), left=counted(left, "day"), since=counted(-left, "day")
    )
    evidence = Evidence(state.stops_reference, "battery: end of service", state.stops)
    return _ending(case, pump, state, (EOS, EOS_BOOKED, EOS_PASSED), found, evidence)


def _ending(
    case: Case, pump: Pump, state: Battery, summary: tuple[Headline, Headline, Headline], found: str, evidence: Evidence
) -> Verdict:
    """How near the stop is decides; a replacement booked before it makes it a reminder."""
    assert state.stops is not None
    book, is_booked, passed = summary
    left, booked = days_to(state.stops, case.now, case.moment), state.replacement
    dates = {"eri": _date(state.eri, case) if state.eri else "", "stops": _date(state.stops, case)}
    if left <= 0:
        urgency, told = Urgency.CRITICAL, passed.told(**dates)
    elif booked is not None and booked.when is not None:
        urgency, told = Urgency.INFO, is_booked.told(**dates, booked=day(booked.when.earliest, case.zone))
    else:
        last = left <= case.moment.limit(LAST_DAYS)
        urgency, told = Urgency.CRITICAL if last else Urgency.WARNING, book.told(**dates)
    more = (booked.evidence,) if booked else ()
    return _card(case, pump, urgency, told, (found, WHY_ERI), (evidence, *more))


def _date(told: When, case: Case) -> str:
    """The day; of a date in words that names none, the words."""
    return day(told.earliest, case.zone) if told.precision in ("instant", "day") else dated(told, case.zone, case.now)


def _by_age(case: Case, pump: Pump, state: Battery) -> Verdict:
    months, implanted = state.months, state.implanted
    if months is None or implanted is None:
        return Quiet("neither a replacement indicator nor the day of implantation is recorded",
                     rests_on=(OBSERVATIONS, PROCEDURES))  # fmt: skip
    date = day(implanted.earliest, case.zone)
    found = AGE.format(model=told_model(pump), months=months)
    evidence: tuple[Evidence, ...] = (Evidence(state.implanted_reference, "pump implanted", implanted),)
    if pump.model is PumpModel.SYNCHROMED and months >= case.moment.limit(OLD):
        urgency = Urgency.CRITICAL if months >= case.moment.limit(AT_ITS_END) else Urgency.WARNING
        if state.replacement is not None:
            urgency, evidence = Urgency.INFO, (*evidence, state.replacement.evidence)
        told = AGED.told(date=date, months=months)
        return _card(case, pump, urgency, told, (found, NO_ERI, WHY_ERI), evidence)
    if pump.model is PumpModel.PROMETRA and months >= case.moment.limit(OLD_PROMETRA):
        told = AGED_NOTE.told(date=date, months=months)
        return _card(case, pump, Urgency.INFO, told, (found, PROMETRA_LIFE), evidence)
    return Quiet("no replacement indicator recorded, and the pump is not old", rests_on=(OBSERVATIONS, PROCEDURES))


def _card(
    case: Case, pump: Pump, urgency: Urgency, told: Headline, detail: tuple[str, ...], evidence: tuple[Evidence, ...]
) -> Card:
    """Capped where a replacement would not be seen, or the drug in the pump is not recorded."""
    unread = not case.saw(PROCEDURES)
    unknown = pump.drug is PumpDrug.UNKNOWN
    detail = (
        *detail,
        *(("Procedures could not be read: the pump may have been replaced since.",) if unread else ()),
        *((DRUG_NOT_RECORDED,) if unknown else ()),
    )
    return Card(
        urgency=min(urgency, Urgency.WARNING) if unread or unknown else urgency,
        summary=told.summary,
        detail=detail,
        evidence=(*evidence, *pump.evidence[:1]),
        suggestions=("consult", "interrogate"),
        comfort=told.calm(detail),
        capped="procedures not read" if unread else "drug in the pump not recorded" if unknown else "",
    )

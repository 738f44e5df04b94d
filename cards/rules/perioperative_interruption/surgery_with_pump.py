"""Is an operation planned, other than on the pump itself, in a patient with a baclofen pump?

When  an operation, an anaesthetic or an endoscopy is ordered or booked now, or due within 14 days
Then  warn that the pump must not be stopped and that its team should be asked; a reminder only, where the specialist
      was consulted within 30 days and the alarm date lies more than 14 days after the operation
Else  quiet: no pump in place, another drug in it, an operation on the pump (asked by pump_procedure), nothing planned

Known limits: whether the anaesthetist has spoken with the pump team is known only from a consult that is recorded.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import APPOINTMENT_BOOK, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import APPOINTMENTS, OBSERVATIONS, SERVICE_REQUESTS
from cards.pump_patient import DRUG_NOT_RECORDED, PUMP_NEEDS, pump_in_place
from cards.record.concepts import Act
from cards.rule import rule
from cards.sentences import told_dose
from cards.timeline.operations import PUMP_OPERATIONS, PUMP_VISITS, UNDER_ANAESTHESIA, Operation, ahead
from cards.timeline.pump import Pump, PumpDrug
from cards.timeline.reservoir import days_to
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import day, say, when

CONSULTED = limit("pump_consult_valid", 30, "d", JUDGEMENT, sources.PERIIT)
ALARM_AFTER = limit("alarm_date_after_surgery", 14, "d", JUDGEMENT, sources.PERIIT)

SUMMARY = "Baclofen pump: do not stop it for surgery; get specialist perioperative advice"
FOUND = "{text} planned {date}; intrathecal baclofen pump {model} {dose} in place."
NOT_STOPPED = "The pump must not be stopped (C-UKCPA)."
TELL = (
    "Tell the anaesthetist early, who also needs to know where the diathermy plate may go (C-UKCPA). Discuss regional "
    "block or lumbar puncture; keep needles and incisions away from pump and catheter."
)
CHECK = (
    "Interrogate before and after (C-PERIIT); make sure that no refill falls due during the stay; have a rescue plan."
)
SUPPLY = "Alarm date {date}: {told}."

_CONSULT_STATUS = frozenset({"active", "draft", "completed", "fulfilled", "booked", "arrived", "unknown", ""})


@rule(
    implements="PER-03",
    hooks=[PATIENT_VIEW, ORDER_SIGN, APPOINTMENT_BOOK],
    deciding=[*PUMP_NEEDS, SERVICE_REQUESTS, APPOINTMENTS],
    refining=[OBSERVATIONS],
    sources=[sources.SEED, sources.UKCPA, sources.PERIIT],
    limits=[limits.SURGERY_AHEAD, CONSULTED, ALARM_AFTER],
    overrides=["specialist-plan", "pump-verified", "data-incorrect"],
    could_reach=Urgency.WARNING,
)
def surgery_with_pump(case: Case) -> Verdict:
    pump = pump_in_place(case)
    if isinstance(pump, Quiet):
        return pump
    near = ahead(case.record, case.moment, UNDER_ANAESTHESIA, case.moment.limit(limits.SURGERY_AHEAD))
    operation = next((o for o in near if not o.acts & (PUMP_OPERATIONS | PUMP_VISITS)), None)
    if operation is None:
        return Quiet("no operation planned, other than on the pump", rests_on=(SERVICE_REQUESTS, APPOINTMENTS))
    prepared = _is_consulted(case) and _lasts(case, pump, operation)
    return Card(
        urgency=Urgency.INFO if prepared else Urgency.WARNING,
        summary=SUMMARY,
        detail=(
            _found(case, pump, operation),
            NOT_STOPPED,
            TELL,
            CHECK,
            *_supply(case, pump, operation),
            *((DRUG_NOT_RECORDED,) if pump.drug is PumpDrug.UNKNOWN else ()),
        ),
        evidence=(operation.evidence, *pump.evidence[:2]),
        suggestions=("interrogate",) if prepared else ("consult", "interrogate"),
    )


def _found(case: Case, pump: Pump, operation: Operation) -> str:
    date = when(operation.when, case.zone, case.now) if operation.when else ""
    text = operation.text.split(";")[0].strip()
    told = say(FOUND, text=text, date=date, model=pump.model.value, dose=told_dose(pump.dose))
    return " ".join(told.replace(" ;", ";").split())


def _is_consulted(case: Case) -> bool:
    """The pump's specialist was asked, or is being asked, within the last days."""
    window = case.moment.limit(CONSULTED) * 24
    asked = [
        o.start or o.authored for o in case.record.orders
        if Act.SPECIALIST_CONSULT in o.acts and o.status in _CONSULT_STATUS and not o.do_not_perform
    ]  # fmt: skip
    asked += [p.when for p in case.record.procedures if Act.SPECIALIST_CONSULT in p.acts and p.status != "not-done"]
    return any(w is None or w.hours_until(case.now) <= window for w in asked)


def _lasts(case: Case, pump: Pump, operation: Operation) -> bool:
    """The reservoir lasts more than 14 days beyond the operation. Unknown dates do not say so."""
    apart = _days_of_supply_after(case, pump, operation)
    return apart is not None and apart > case.moment.limit(ALARM_AFTER)


def _days_of_supply_after(case: Case, pump: Pump, operation: Operation) -> int | None:
    due = pump.reservoir.alarm or pump.reservoir.empty
    if due is None or operation.when is None:
        return None
    return days_to(due, case.now, case.moment) - days_to(operation.when, case.now, case.moment)


def _supply(case: Case, pump: Pump, operation: Operation) -> tuple[str, ...]:
    due, apart = pump.reservoir.alarm or pump.reservoir.empty, _days_of_supply_after(case, pump, operation)
    if due is None:
        return ("No alarm date recorded: ask the pump clinic when the refill is due.",)
    told = "day of the operation not recorded" if apart is None else f"{apart} days after the operation"
    return (say(SUPPLY, date=day(due.earliest, case.zone), told=told),)

"""Operations and anaesthetics: baclofen by mouth before and after them, and any operation with a pump."""

import pytest

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Hook
from cards.verdict import CannotTell, Card, Quiet
from tests.chart import SUBJECT, Chart, Decided, Resource, date, instant

KIND = "perioperative-interruption"


def visit(text: str, when: str = "+3d", status: str = "proposed", **more: object) -> Resource:
    """An Appointment being booked."""
    return {"resourceType": "Appointment", "id": "v", "status": status, "description": text, "start": instant(when),
            "participant": [{"actor": SUBJECT, "status": "accepted"}], **more}  # fmt: skip


def service(text: str, when: str = "+3d", **more: object) -> Resource:
    """A draft service order."""
    return {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
            "code": {"text": text}, "occurrenceDateTime": instant(when), **more}  # fmt: skip


def said(decided: Decided, rule: str) -> str:
    """One rule's urgency, "" when it is quiet."""
    verdict = decided.verdict(rule)
    return verdict.urgency.indicator if isinstance(verdict, Card) else ""


def with_pump(name: str = "SynchroMed II", drug: str | None = "baclofen") -> Chart:
    """A pump refilled three weeks ago."""
    chart = Chart()
    chart.pump(name, drug=drug)
    chart.procedure("Intrathecal pump refill", "20d")
    return chart


# -- PER-01 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Knee arthroplasty", "Laparoscopic cholecystectomy", "Colonoscopy", "MRI under general anesthesia",
     "Intrathecal baclofen pump implant"],
)  # fmt: skip
@pytest.mark.parametrize("hook", [ORDER_SIGN, ORDER_SELECT, APPOINTMENT_BOOK])
def test_an_operation_being_ordered_or_booked(text: str, hook: Hook) -> None:
    """Operation, endoscopy, anaesthetic."""
    chart = Chart()
    chart.baclofen(10, 3)
    draft = visit(text) if hook is APPOINTMENT_BOOK else service(text)
    decided = chart.decide(hook, [draft], selections=("ServiceRequest/s",) if hook is ORDER_SELECT else ())
    assert said(decided, "PER-01") == "warning"


@pytest.mark.parametrize(
    "draft",
    [
        visit("Knee arthroplasty", status="cancelled"),
        visit("Physiotherapy"),
        visit("Referral to orthopedic surgery"),
        visit("Skin lesion excision surgery under local anesthesia"),
    ],
)
def test_no_operation_that_matters(draft: Resource) -> None:
    """Cancelled, no operation, a referral, local anaesthesia with food allowed."""
    chart = Chart()
    chart.baclofen()
    assert chart.decide(APPOINTMENT_BOOK, [draft]).is_silent


def test_a_refill_ordered_under_surgery_is_no_operation() -> None:
    """The category of an order is the department's, not the patient's."""
    chart = with_pump()
    chart.baclofen()
    refill = service("Intrathecal baclofen pump refill", category=[{"text": "Surgery"}])
    decided = chart.decide(ORDER_SIGN, [refill])
    assert said(decided, "PER-01") == ""
    assert said(decided, "PER-03") == ""


def test_local_anaesthesia_with_fasting() -> None:
    """Nothing by mouth makes it an interruption after all."""
    chart = Chart()
    chart.baclofen()
    draft = visit("Surgery under local anesthesia", comment="NPO after midnight")
    assert said(chart.decide(APPOINTMENT_BOOK, [draft]), "PER-01") == "warning"


@pytest.mark.parametrize(
    ("mg", "since", "urgency"), [(5, "59d", "info"), (5, "60d", "warning"), (20, "60d", "warning"), (5, "13d", "")]
)
def test_as_urgent_as_dependence(mg: float, since: str, urgency: str) -> None:
    """T1 a reminder, T2 and T3 a warning, T0 nothing."""
    chart = Chart()
    chart.baclofen(mg, 3, since)
    assert said(chart.decide(APPOINTMENT_BOOK, [visit("Hysterectomy")]), "PER-01") == urgency


@pytest.mark.parametrize("hook", [PATIENT_VIEW, ENCOUNTER_START])
@pytest.mark.parametrize(("day", "urgency"), [("+14d", "warning"), ("+15d", ""), ("+1h", "warning")])
def test_on_opening_the_chart_within_fourteen_days(hook: Hook, day: str, urgency: str) -> None:
    """Whole days before the operation."""
    chart = Chart()
    chart.baclofen()
    chart.appointment("Hip replacement", day)
    assert said(chart.decide(hook), "PER-01") == urgency


@pytest.mark.parametrize(("day", "urgency"), [("72h", "warning"), ("73h", ""), ("1h", "warning")])
def test_after_the_operation(day: str, urgency: str) -> None:
    """Three days after, at home, nobody wrote of baclofen."""
    chart = Chart()
    chart.baclofen()
    chart.procedure("Laparoscopic cholecystectomy", day)
    assert said(chart.decide(), "PER-01") == urgency


def test_a_dose_given_after_the_operation() -> None:
    """The nearest harmless neighbour."""
    chart = Chart()
    chart.baclofen()
    chart.procedure("Laparoscopic cholecystectomy", "20h")
    chart.given("10h")
    assert said(chart.decide(), "PER-01") == ""


@pytest.mark.parametrize(
    "plan", ["Continue baclofen on the morning of surgery", "Home meds with sips of water", "Give meds via G tube"]
)
def test_a_plan_says_to_go_on(plan: str) -> None:
    """With sips, by tube, or in words."""
    chart = Chart()
    chart.baclofen()
    chart.order(plan)
    assert said(chart.decide(APPOINTMENT_BOOK, [visit("Hip replacement")]), "PER-01") == ""


def test_a_hold_order_is_asked_by_the_other_rule() -> None:
    """PER-02 speaks, PER-01 is quiet; on opening the chart, where PER-02 is not asked, PER-01 stays."""
    chart = Chart()
    chart.baclofen()
    npo = {"resourceType": "NutritionOrder", "id": "n", "status": "draft", "intent": "order", "patient": SUBJECT,
           "dateTime": instant("0h"), "oralDiet": {"type": [{"text": "NPO"}]}}  # fmt: skip
    decided = chart.decide(ORDER_SIGN, [service("Hip replacement"), npo])
    assert decided.card(KIND).rules == ("PER-02",)
    chart.appointment("Hip replacement", "+1d")
    chart.diet("NPO")
    assert said(chart.decide(), "PER-01") == "warning"


def test_baclofen_of_years_ago_is_no_baclofen() -> None:
    """Ended long before the operation."""
    chart = Chart()
    chart.baclofen(since="1500d", status="completed", until="900d")
    assert chart.decide(APPOINTMENT_BOOK, [visit("Hip replacement")]).is_silent


def test_appointments_not_read() -> None:
    """Nothing else shows an operation."""
    chart = Chart()
    chart.baclofen()
    assert isinstance(chart.decide(lost=["Appointment"]).verdict("PER-01"), CannotTell)


# -- PER-03 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", [ORDER_SIGN, APPOINTMENT_BOOK])
def test_any_operation_with_a_pump(hook: Hook) -> None:
    """Not on the pump itself."""
    chart = with_pump()
    draft = service("Hip replacement") if hook is ORDER_SIGN else visit("Hip replacement")
    decided = chart.decide(hook, [draft])
    assert said(decided, "PER-03") == "warning"
    assert "must not be stopped" in decided.card(KIND).detail


@pytest.mark.parametrize("text", ["Intrathecal pump replacement", "Intrathecal baclofen pump refill", "Physiotherapy"])
def test_an_operation_on_the_pump_is_asked_elsewhere(text: str) -> None:
    """Pump operations have their own rule, visits none."""
    assert isinstance(with_pump().decide(APPOINTMENT_BOOK, [visit(text)]).verdict("PER-03"), Quiet)


@pytest.mark.parametrize(("day", "urgency"), [("+14d", "warning"), ("+15d", "")])
def test_an_operation_ahead(day: str, urgency: str) -> None:
    """On opening the chart, for two weeks."""
    chart = with_pump()
    chart.appointment("Hip replacement", day)
    assert said(chart.decide(), "PER-03") == urgency


@pytest.mark.parametrize(
    ("consult", "alarm", "urgency"),
    [("30d", "+18d", "info"), ("31d", "+18d", "warning"), ("30d", "+17d", "warning"), (None, "+18d", "warning"),
     ("30d", None, "warning")],
)  # fmt: skip
def test_specialist_asked_and_supply_lasting(consult: str | None, alarm: str | None, urgency: str) -> None:
    """Within 30 days, and the alarm date more than 14 days after the operation in three days; both are needed."""
    chart = with_pump()
    if consult:
        chart.order("Consult pain service", "completed", authoredOn=instant(consult))
    if alarm:
        chart.alarm_date(alarm, told="20d")
    assert said(chart.decide(APPOINTMENT_BOOK, [visit("Hip replacement")]), "PER-03") == urgency


@pytest.mark.parametrize("drug", ["morphine", None])
def test_pump_with_another_or_an_unknown_drug(drug: str | None) -> None:
    """Morphine is not ours; an unknown drug may be."""
    decided = with_pump(drug=drug).decide(APPOINTMENT_BOOK, [visit("Hip replacement")])
    assert said(decided, "PER-03") == ("" if drug else "warning")


# -- PER-04, after the change ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "urgency"), [("72h", "info"), ("73h", "")])
@pytest.mark.parametrize("text", ["Intrathecal pump replacement", "Intrathecal catheter revision"])
def test_watch_after_a_pump_change(text: str, ago: str, urgency: str) -> None:
    """A reminder for 72 h."""
    chart = with_pump()
    chart.procedure(text, ago)
    assert chart.decide().urgency(KIND) == urgency


# -- PER-06 ------------------------------------------------------------------------------------------------------------


def after_surgery(last: str, mg: float = 10, times: int = 3, operated: str = "20h") -> Chart:
    """Operated, on the ward, baclofen ordered, no dose since."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(mg, times)
    chart.baclofen(mg, times, since="59h", category="inpatient")
    chart.given(last)
    chart.procedure("Laparotomy", operated)
    return chart


@pytest.mark.parametrize(
    ("last", "mg", "times", "urgency"),
    [("11.9h", 10, 3, ""), ("12h", 10, 3, "warning"), ("9.9h", 10, 4, ""), ("10h", 10, 4, "warning"),
     ("23.9h", 20, 3, "warning"), ("24h", 20, 3, "critical"), ("24h", 10, 3, "warning")],
)  # fmt: skip
def test_hours_without_a_dose_after_surgery(last: str, mg: float, times: int, urgency: str) -> None:
    """Twelve hours, ten where taken every six; critical at high dependence from a day on."""
    assert said(after_surgery(last, mg, times).decide(), "PER-06") == urgency


@pytest.mark.parametrize(("operated", "urgency"), [("72h", "warning"), ("73h", "")])
def test_within_three_days_of_the_operation(operated: str, urgency: str) -> None:
    """Later gaps are other rules' affair."""
    chart = Chart()
    chart.stay("100h")
    chart.baclofen(10, 3)
    chart.baclofen(10, 3, since="99h", category="inpatient")
    chart.given("13h")
    chart.procedure("Laparotomy", operated)
    assert said(chart.decide(), "PER-06") == urgency


def test_low_dependence_after_surgery() -> None:
    """T1 is left to the other rules."""
    chart = after_surgery("13h", 5, 2)
    assert said(chart.decide(), "PER-06") == ""


def test_fast_pulse_alone_is_not_withdrawal() -> None:
    """Isolated tachycardia after an operation."""
    chart = after_surgery("13h")
    chart.heart_rate(125)
    decided = chart.decide()
    assert said(decided, "PER-06") == "warning"
    assert "suspected-withdrawal" not in decided.kinds


def test_rigid_and_hot_is_one_card_of_withdrawal() -> None:
    """The gap becomes part of it."""
    chart = after_surgery("26h", 20)
    chart.temperature(39.8)
    chart.sign("Rigidity")
    chart.sign("Confusion")
    decided = chart.decide()
    assert KIND not in decided.kinds
    assert "PER-06" in decided.card("suspected-withdrawal").rules


def test_limp_after_surgery() -> None:
    """Holding may be right: examine tone first."""
    chart = after_surgery("26h", 20)
    chart.sign("Flaccid, low muscle tone")
    assert said(chart.decide(), "PER-06") == "info"


def test_procedures_not_read() -> None:
    """Whether there was an operation is open."""
    assert isinstance(after_surgery("13h").decide(lost=["Procedure"]).verdict("PER-06"), CannotTell)


# -- ABR-06 ------------------------------------------------------------------------------------------------------------


def new_pump(implanted: str = "5d") -> Chart:
    """Tablets for a year, a pump new."""
    chart = Chart()
    chart.procedure("Implantation of intrathecal baclofen pump", implanted)
    return chart


@pytest.mark.parametrize(
    ("implanted", "mg", "urgency"),
    [("30d", 0, "warning"), ("31d", 0, ""), ("5d", 10, "warning"), ("5d", 10.1, "")],
)
def test_tablets_stopped_or_halved_because_of_a_pump(implanted: str, mg: float, urgency: str) -> None:
    """Within 30 days of the implant; half or more at once."""
    chart = new_pump(implanted)
    order = chart.baclofen(20, 3)
    if mg:
        dosage = order["dosageInstruction"][0] | {"doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg"}}]}
        draft = chart.draft(order, dosageInstruction=[dosage])
    else:
        draft = chart.draft(order, status="stopped")
    assert said(chart.decide(ORDER_SIGN, [draft]), "ABR-06") == urgency


def test_tablets_stopped_before_the_implant() -> None:
    """C-DAL07: 19 h before."""
    chart = Chart()
    chart.baclofen(20, 3, status="stopped", dispenseRequest={"validityPeriod": {"end": date("1d")}})
    chart.appointment("Intrathecal baclofen pump implant", "+19h")
    chart.stay("40h")
    chart.baclofen(20, 3, since="39h", category="inpatient", status="stopped")
    chart.given("20h")
    assert said(chart.decide(), "ABR-06") == "warning"


def test_tablets_going_on_beside_a_new_pump() -> None:
    """The nearest harmless neighbour."""
    chart = new_pump()
    chart.baclofen(20, 3)
    assert said(chart.decide(), "ABR-06") == ""


def test_pump_not_known_because_procedures_were_not_read() -> None:
    """An implant may be there."""
    chart = Chart()
    order = chart.baclofen(20, 3)
    decided = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")], lost=["Procedure"])
    assert isinstance(decided.verdict("ABR-06"), CannotTell)

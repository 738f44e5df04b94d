"""Device hazards, battery, alarms, programming, infection and explant of the pump, and checks of it."""

import pytest

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, Hook
from cards.verdict import CannotTell, Card
from tests.chart import NOW, Chart, Decided, Resource, date, instant
from tests.rules.test_around_surgery import said, service, visit, with_pump

KIND = "pump-failure-risk"


def reading(chart: Chart, text: str, value: float, unit: str, when: str = "3h") -> None:
    """A number read at the pump."""
    note = chart.pump_note(text, "", when)
    del note["valueString"]
    note["valueQuantity"] = {"value": value, "unit": unit}


def told_date(chart: Chart, text: str, day: str, when: str = "20d") -> None:
    """A date read at the pump."""
    note = chart.pump_note(text, "", when)
    del note["valueString"]
    note["valueDateTime"] = date(day)


def implanted(model: str, months: int, days: int = 0) -> Chart:
    """A pump of that age, to the day, refilled three weeks ago."""
    today = NOW.date()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    chart = Chart()
    chart.pump(model)
    chart.procedure("Intrathecal pump refill", "20d")
    day = today.replace(year=year, month=month + 1, day=today.day + days)
    chart.procedure("Implantation of intrathecal baclofen pump", "0h")["performedDateTime"] = day.isoformat()
    return chart


# -- PER-05 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", [ORDER_SIGN, ORDER_SELECT, APPOINTMENT_BOOK])
@pytest.mark.parametrize(
    ("model", "urgency", "words"),
    [("SynchroMed II", "warning", "rotor stops"), ("Prometra II", "critical", "empty the Prometra"),
     ("Intrathecal pump", "warning", "find out the model")],
)  # fmt: skip
def test_mri_by_maker(hook: Hook, model: str, urgency: str, words: str) -> None:
    """SynchroMed stops and restarts, Prometra must be emptied first, of an unknown model both hazards are named."""
    chart = with_pump(model)
    draft = visit("MRI brain") if hook is APPOINTMENT_BOOK else service("MRI brain")
    decided = chart.decide(hook, [draft], selections=("ServiceRequest/s",) if hook is ORDER_SELECT else ())
    card = decided.card("perioperative-interruption")
    assert (card.urgency.indicator, said(decided, "PER-05")) == (urgency, urgency)
    assert words in card.summary
    assert "SynchroMed:" in card.detail or model.startswith("Prometra")


def test_mri_of_a_prometra_with_an_emptying_plan() -> None:
    """Emptied before the scan: therapy is interrupted, a warning."""
    chart = with_pump("Prometra II")
    chart.order("Empty pump reservoir before MRI")
    assert said(chart.decide(ORDER_SIGN, [service("MRI brain")]), "PER-05") == "warning"


@pytest.mark.parametrize(
    ("note", "urgency"),
    [("motor stall", "critical"), ("critical alarm", "critical"), ("running as programmed", "warning")],
)
def test_mri_while_an_alarm_stands(note: str, urgency: str) -> None:
    """It may not resume."""
    chart = with_pump()
    chart.pump_note("Pump status", note)
    assert said(chart.decide(ORDER_SIGN, [service("MRI brain")]), "PER-05") == urgency


@pytest.mark.parametrize(("check", "urgency"), [("+96h", "warning"), ("+97h", "critical")])
def test_interrogation_booked_too_late(check: str, urgency: str) -> None:
    """The scan is in 72 h; over 24 h after it is too late."""
    chart = with_pump()
    chart.appointment("Intrathecal pump interrogation", check)
    assert said(chart.decide(ORDER_SIGN, [service("MRI brain")]), "PER-05") == urgency


@pytest.mark.parametrize("hook", [None, ENCOUNTER_START, ENCOUNTER_DISCHARGE])
@pytest.mark.parametrize(
    ("scan", "check", "urgency"),
    [("72h", None, "warning"), ("73h", None, ""), ("20h", "21h", "warning"), ("20h", "19h", "")],
)
def test_scanned_and_not_interrogated(hook: Hook | None, scan: str, check: str | None, urgency: str) -> None:
    """Within three days; an interrogation counts only afterwards."""
    chart = with_pump()
    chart.procedure("MRI lumbar spine", scan)
    if check:
        chart.procedure("Intrathecal pump interrogation", check)
    assert said(chart.decide(hook) if hook else chart.decide(), "PER-05") == urgency


@pytest.mark.parametrize("model", ["SynchroMed II", "Prometra II"])
@pytest.mark.parametrize(
    ("text", "urgency"),
    [("Hyperbaric oxygen therapy", "warning"), ("Lithotripsy", "info"), ("Short-wave diathermy", "info"),
     ("Therapeutic ultrasound", "info"), ("Radiotherapy abdomen", "info"), ("Abdominal ultrasound", ""),
     ("CT head", "")],
)  # fmt: skip
def test_other_hazards(model: str, text: str, urgency: str) -> None:
    """Pressure a warning, the others a reminder, imaging by sound or x-rays nothing."""
    assert said(with_pump(model).decide(ORDER_SIGN, [service(text)]), "PER-05") == urgency


@pytest.mark.parametrize("gone", ["never", "explanted", "morphine"])
def test_mri_without_a_baclofen_pump(gone: str) -> None:
    """No pump, taken out, other drug."""
    chart = Chart()
    chart.baclofen()
    if gone != "never":
        chart.pump(drug="morphine" if gone == "morphine" else "baclofen")
    if gone == "explanted":
        chart.procedure("Removal of intrathecal pump", "100d")
    assert said(chart.decide(ORDER_SIGN, [service("MRI brain")]), "PER-05") == ""


def test_drug_not_recorded_is_at_most_a_warning() -> None:
    """It may be baclofen."""
    decided = with_pump("Prometra II", drug=None).decide(ORDER_SIGN, [service("MRI brain")])
    assert said(decided, "PER-05") == "warning"


def test_devices_not_read() -> None:
    """Whether there is a pump is open."""
    chart = Chart()
    chart.baclofen()
    assert isinstance(chart.decide(ORDER_SIGN, [service("MRI brain")], lost=["Device"]).verdict("PER-05"), CannotTell)


# -- PMP-02 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("eri", "booked", "urgency"),
    [("+1d", None, ""), ("0d", None, "warning"), ("59d", None, "warning"), ("60d", None, "critical"),
     ("59d", "+30d", "info"), ("59d", "+31d", "warning"), ("60d", "+29d", "info"), ("89d", None, "critical"),
     ("90d", None, "critical")],
)  # fmt: skip
def test_days_from_the_replacement_indicator(eri: str, booked: str | None, urgency: str) -> None:
    """The pump stops 90 days after it; 30 days before that is late; a replacement must be booked before it."""
    chart = with_pump()
    told_date(chart, "Pump ERI date", eri, when="1h")
    if booked:
        chart.appointment("Intrathecal pump replacement", booked)
    assert said(chart.decide(), "PMP-02") == urgency


@pytest.mark.parametrize("name", ["Pump end of service date", "Pump EOS date"])
@pytest.mark.parametrize(
    ("eos", "booked", "urgency"),
    [("+800d", None, ""), ("+91d", None, ""), ("+90d", None, "warning"), ("+31d", None, "warning"),
     ("+30d", None, "critical"), ("+30d", "+29d", "info"), ("+30d", "+30d", "critical"), ("0d", None, "critical"),
     ("9d", None, "critical"), ("9d", "+2d", "critical")],
)  # fmt: skip
def test_days_to_the_end_of_service(name: str, eos: str, booked: str | None, urgency: str) -> None:
    """The same windows, counted from the end that the pump itself tells; a date to come is no alarm."""
    chart = with_pump()
    told_date(chart, name, eos, when="10d")
    if booked:
        chart.appointment("Intrathecal pump replacement", booked)
    decided = chart.decide()
    assert (said(decided, "PMP-02"), said(decided, "PMP-03")) == (urgency, "")
    if urgency:
        card = decided.card(KIND)
        assert "end of service" in card.summary
        assert "Pump (SynchroMed): its end of service" in card.detail


@pytest.mark.parametrize(
    ("eri", "eos", "urgency"),
    [(("60d", "2d"), ("+200d", "20d"), "critical"), (("60d", "20d"), ("+200d", "2d"), "warning"),
     (("60d", "2d"), ("+60d", "2d"), "critical"), (("+20d", "20d"), ("+20d", "2d"), "critical"),
     (("+20d", "2d"), ("+20d", "20d"), "")],
)  # fmt: skip
def test_indicator_and_end_of_service(eri: tuple[str, str], eos: tuple[str, str], urgency: str) -> None:
    """What was written last counts, of two of one day the earlier; a reached indicator is never quiet."""
    chart = with_pump()
    told_date(chart, "Pump ERI date", *eri)
    told_date(chart, "Pump EOS date", *eos)
    assert said(chart.decide(), "PMP-02") == urgency


def test_an_end_of_service_in_words_is_told_as_it_stands() -> None:
    """A month is no day."""
    chart = with_pump()
    chart.pump_note("Pump telemetry", "Reservoir 18 mL, EOS April 2026", "2d")
    verdict = chart.decide().verdict("PMP-02")
    assert isinstance(verdict, Card)
    assert "1 Apr" not in verdict.summary


@pytest.mark.parametrize("where", ["device", "focus"])
def test_an_indicator_that_leads_to_the_pump(where: str) -> None:
    """Its name does not say pump; a pacemaker's indicator is nobody's business here."""
    chart = with_pump()
    pump = next(r for r in chart.resources if r["resourceType"] == "Device")
    other = chart.add("Device", status="active", type={"text": "Cardiac pacemaker"})
    told_date(chart, "ERI date", "60d", when="1h")
    for device, urgency in ((pump, "critical"), (other, "")):
        chart.resources[-1][where] = {"reference": f"Device/{device['id']}"}
        assert said(chart.decide(), "PMP-02") == urgency


def test_replaced_since_the_indicator() -> None:
    """The indicator was that of the old pump."""
    chart = with_pump()
    told_date(chart, "Pump ERI date", "100d", when="100d")
    chart.procedure("Intrathecal pump replacement", "10d")
    assert said(chart.decide(), "PMP-02") == ""


@pytest.mark.parametrize(
    ("model", "months", "days", "urgency"),
    [("SynchroMed II", 78, 1, ""), ("SynchroMed II", 78, 0, "warning"), ("SynchroMed II", 84, 1, "warning"),
     ("SynchroMed II", 84, 0, "critical"), ("Prometra II", 119, 0, ""), ("Prometra II", 120, 0, "info"),
     ("Intrathecal pump", 130, 0, "")],
)  # fmt: skip
def test_age_where_no_indicator_is_told(model: str, months: int, days: int, urgency: str) -> None:
    """Whole calendar months; a Prometra has no age rule before ten years, an unknown model none."""
    assert said(implanted(model, months, days).decide(), "PMP-02") == urgency


@pytest.mark.parametrize("name", ["Pump ERI date", "Pump end of service date"])
def test_an_indicator_told_makes_the_age_unimportant(name: str) -> None:
    """Not reached yet."""
    chart = implanted("SynchroMed II", 90)
    told_date(chart, name, "+300d")
    assert said(chart.decide(), "PMP-02") == ""


def test_readings_of_the_pump_not_read() -> None:
    """An indicator may be among them."""
    assert isinstance(with_pump().decide(lost=["Observation"]).verdict("PMP-02"), CannotTell)


# -- PMP-03 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "urgency"),
    [("Pump telemetry", "critical memory error", "critical"), ("Pump telemetry", "non-critical memory error", ""),
     ("Pump event log", "end of service reached", "critical"), ("Pump status", "pump at EOS", "critical"),
     ("Pump telemetry", "Reservoir 18 mL, ERI 26 months, end of service 29 months, no alarms", ""),
     ("Pump status", "motor stall", "critical"), ("Pump alarm", "two-tone alarm", "critical"),
     ("Pump status", "stopped", "critical"), ("Pump alarm", "single tone alarm", ""),
     ("Pump interrogation", "running as programmed", "")],
)  # fmt: skip
def test_alarms(name: str, value: str, urgency: str) -> None:
    """Two tones are critical, one is not this rule's."""
    chart = with_pump()
    chart.pump_note(name, value)
    assert said(chart.decide(), "PMP-03") == urgency


@pytest.mark.parametrize("after", ["stall recovered, running as programmed", ""])
def test_set_right_afterwards(after: str) -> None:
    """By a normal reading, or by a refill."""
    chart = with_pump()
    chart.pump_note("Pump status", "motor stall", "30h")
    if after:
        chart.pump_note("Pump status", after, "20h")
    else:
        chart.procedure("Intrathecal pump refill", "20h")
    assert said(chart.decide(), "PMP-03") == ""


@pytest.mark.parametrize(
    ("dose", "urgency", "risk"),
    [(350, "", ""), (280, "", ""), (279, "critical", "withdrawal"), (420, "", ""), (421, "critical", "overdose")],
)
def test_programmed_daily_dose(dose: float, urgency: str, risk: str) -> None:
    """Prescribed are 350 mcg/day; more than 20 % apart, either way."""
    chart = with_pump()
    reading(chart, "Pump daily dose", dose, "mcg/day")
    decided = chart.decide()
    assert said(decided, "PMP-03") == urgency
    assert risk in "".join(card.summary for card in decided.decision.cards)


@pytest.mark.parametrize(
    ("strength", "urgency", "risk"),
    [(2000, "", ""), (1600, "", ""), (500, "critical", "overdose"), (4000, "critical", "withdrawal")],
)
def test_programmed_concentration(strength: float, urgency: str, risk: str) -> None:
    """The drug has 2,000 mcg/mL; programmed as weaker the pump gives more of it."""
    chart = with_pump()
    reading(chart, "Pump concentration", strength, "mcg/mL")
    decided = chart.decide()
    assert said(decided, "PMP-03") == urgency
    assert risk in "".join(card.summary for card in decided.decision.cards)


def test_a_reading_older_than_the_order_is_not_compared() -> None:
    """The order was changed after it."""
    chart = with_pump()
    reading(chart, "Pump daily dose", 200, "mcg/day", when="301d")
    assert said(chart.decide(), "PMP-03") == ""


def test_stall_with_procedures_unread() -> None:
    """A refill since would set it right: at most a warning, and it says so."""
    chart = with_pump()
    chart.pump_note("Pump status", "motor stall")
    decided = chart.decide(lost=["Procedure"])
    assert said(decided, "PMP-03") == "warning"
    assert "Procedures could not be read" in decided.card(KIND).detail


# -- PMP-04 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("Infection of intrathecal pump pocket", "warning"), ("Pump erosion through skin", "warning"),
     ("Meningitis", "warning"), ("Urinary tract infection", "")],
)  # fmt: skip
@pytest.mark.parametrize("active", [True, False])
def test_infection_around_the_pump(text: str, urgency: str, active: bool) -> None:
    """Pocket, erosion, meningitis; while it lasts."""
    chart = with_pump()
    chart.condition(text, "3d", active=active)
    assert said(chart.decide(), "PMP-04") == (urgency if active else "")


def test_removal_planned_for_an_infection_is_one_card() -> None:
    """The operation's own rule says it."""
    chart = with_pump()
    chart.condition("Infection of intrathecal pump pocket", "3d")
    chart.order("Removal of intrathecal baclofen pump", occurrenceDateTime=instant("+2d"))
    assert chart.decide().kinds == ["perioperative-interruption"]


@pytest.mark.parametrize(
    ("ago", "bridge", "urgency"),
    [("14d", "", "critical"), ("14.5d", "", ""), ("2d", "Externalised intrathecal baclofen infusion", "")],
)
def test_taken_out(ago: str, bridge: str, urgency: str) -> None:
    """Within 14 days and nothing in its place, even without symptoms."""
    chart = with_pump()
    chart.procedure("Removal of intrathecal pump", ago)
    if bridge:
        chart.procedure(bridge, "1d")
    assert said(chart.decide(), "PMP-04") == urgency


def test_tablets_alone_after_removal() -> None:
    """Baclofen by mouth alone is no bridge."""
    chart = with_pump()
    chart.procedure("Removal of intrathecal pump", "2d")
    chart.baclofen(20, 4, since="2d")
    assert said(chart.decide(), "PMP-04") == "critical"


@pytest.mark.parametrize(("seen", "fix", "urgency"), [("14d", "", "critical"), ("15d", "", ""), ("2d", "1d", "")])
def test_catheter_fault(seen: str, fix: str, urgency: str) -> None:
    """Shown within 14 days, not revised since."""
    chart = with_pump()
    chart.pump_note("Catheter study", "catheter leak", seen)
    if fix:
        chart.procedure("Intrathecal catheter revision", fix)
    assert said(chart.decide(), "PMP-04") == urgency


def test_conditions_not_read() -> None:
    """An infection may be among them."""
    assert isinstance(with_pump().decide(lost=["Condition"]).verdict("PMP-04"), CannotTell)


# -- PMP-05 and PMP-01 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "urgency"), [("180d", ""), ("181d", "info")])
def test_no_check_for_long(last: str, urgency: str) -> None:
    """Folded into the refill's card."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump interrogation", last)
    decided = chart.decide()
    assert said(decided, "PMP-05") == urgency
    assert decided.kinds == [KIND]
    assert decided.card(KIND).leader == "PMP-01"


def test_checks_not_read() -> None:
    """A check may be among them."""
    chart = Chart()
    chart.pump()
    assert isinstance(chart.decide(lost=["Procedure"]).verdict("PMP-05"), CannotTell)


def rebooked(when: str, status: str = "booked", *, empty: str = "", other: str = "") -> Decided:
    """Alarm date in 40 days; the visit of the day before is moved or given up."""
    chart = with_pump()
    chart.alarm_date("+40d", told="20d")
    if empty:
        told_date(chart, "Pump empty date", empty)
    booked = chart.appointment("Baclofen pump refill", "+36d")
    if other:
        chart.appointment("Baclofen pump refill", other)
    moved: Resource = chart.draft(booked, start=instant(when), status=status)
    return chart.decide(APPOINTMENT_BOOK, [moved])


@pytest.mark.parametrize(
    ("when", "status", "empty", "other", "urgency"),
    [("+40d", "booked", "", "", ""), ("+41d", "booked", "", "", "warning"), ("+45d", "booked", "+45d", "", "warning"),
     ("+46d", "booked", "+45d", "", "critical"), ("+36d", "cancelled", "", "", "warning"),
     ("+36d", "cancelled", "", "+30d", ""), ("+41d", "proposed", "", "", "warning")],
)  # fmt: skip
def test_moving_or_cancelling_a_refill_visit(when: str, status: str, empty: str, other: str, urgency: str) -> None:
    """Past the alarm date a warning, past the empty date critical; nothing while another visit is in time."""
    decided = rebooked(when, status, empty=empty, other=other)
    assert said(decided, "PMP-01") == urgency
    if urgency:
        verdict = decided.verdict("PMP-01")
        assert isinstance(verdict, Card)
        assert "none is booked before the" in verdict.summary


@pytest.mark.parametrize(
    ("rule", "fact", "words"),
    [("PMP-02", ("Pump ERI date", "100d"), "plan relief"), ("PMP-02", ("Pump ERI date", "50d"), "plan relief"),
     ("PMP-02", ("Pump EOS date", "+20d"), "plan relief"), ("PMP-02", ("Pump EOS date", "20d"), "plan relief"),
     ("PMP-03", ("Pump status", "motor stall"), "plan relief"), ("PMP-03", ("Pump daily dose", 100), "withdrawal"),
     ("PMP-04", ("Removal of intrathecal pump", ""), "taken out"),
     ("PMP-04", ("Infection of intrathecal pump pocket", ""), "nfection")],
)  # fmt: skip
def test_comfort_care_is_not_hurried(rule: str, fact: tuple[str, str | float], words: str) -> None:
    """Nothing at once, no monitored bed, and tablets are offered rather than ruled out."""
    chart = with_pump()
    chart.condition("Comfort measures only", "3d")
    name, value = fact
    if isinstance(value, float | int):
        reading(chart, name, value, "mcg/day")
    elif name.startswith("Removal"):
        chart.procedure(name, "2d")
    elif name.startswith("Infection"):
        chart.condition(name, "3d")
    elif value == "motor stall":
        chart.pump_note(name, value)
    else:
        told_date(chart, name, value, when="1h")
    verdict = chart.decide().verdict(rule)
    assert isinstance(verdict, Card)
    assert (verdict.urgency.indicator, words in verdict.summary) == ("info", True)
    said_all = " ".join((verdict.summary, *verdict.detail)).lower()
    assert [w for w in ("emergency", " now", "act before", "monitored bed", "not a plan") if w in said_all] == []
    assert "benzodiazepine" in said_all


@pytest.mark.parametrize("name", ["ERI", "ERI date", "Elective replacement indicator (ERI) date"])
@pytest.mark.parametrize(
    ("beside", "urgency"),
    [("", "critical"), ("Wheelchair", "critical"), ("Cardiac pacemaker", ""), ("Spinal cord stimulator", "")],
)
def test_an_indicator_that_names_no_device_is_the_pump_s_where_nothing_else_has_one(
    name: str, beside: str, urgency: str
) -> None:
    chart = Chart()
    chart.pump()
    chart.procedure("Baclofen pump refill", "20d")
    if beside:
        chart.add("Device", status="active", deviceName=[{"name": beside, "type": "user-friendly-name"}])
    chart.add("Observation", status="final", code={"text": name}, effectiveDateTime=instant("3h"),
              valueDateTime=date("70d"))  # fmt: skip
    assert chart.decide().urgency(KIND) == urgency


def test_a_pacemaker_s_indicator_is_not_the_pump_s() -> None:
    chart = Chart()
    chart.pump()
    chart.procedure("Baclofen pump refill", "20d")
    chart.pump_note("Pacemaker ERI date", date("70d"))
    assert chart.decide().urgency(KIND) == ""

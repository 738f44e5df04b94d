"""Stop orders, cuts, omissions at admission, held doses: what a ward pharmacist would expect to be told."""

import pytest

from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.verdict import CannotTell, Quiet
from tests.chart import Chart, instant

KIND = "abrupt-discontinuation"


@pytest.mark.parametrize(
    ("mg", "times", "since", "urgency"),
    [
        (20, 3, "60d", "critical"),
        (20, 3, "59d", "warning"),
        (20, 3, "14d", "warning"),
        (20, 3, "13d", "info"),
        (5, 3, "60d", "warning"),
        (5, 3, "59d", "info"),
        (5, 2, "400d", "info"),
        (5, 3, "14d", "info"),
        (5, 3, "13d", ""),
        (5, 2, "3d", ""),
    ],
)
def test_stopping_is_as_urgent_as_the_dependence_tier(mg: float, times: int, since: str, urgency: str) -> None:
    """Both sides of each number of the tier table."""
    chart = Chart()
    order = chart.baclofen(mg, times, since)
    decided = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")])
    assert decided.urgency(KIND) == urgency


@pytest.mark.parametrize("status", ["stopped", "cancelled", "completed"])
@pytest.mark.parametrize("statement", [False, True])
def test_a_stop_in_any_form_is_a_stop(status: str, statement: bool) -> None:
    """Re-signed orders come stopped, cancelled or completed; the exposure as order or as statement."""
    chart = Chart()
    order = chart.baclofen(statement=statement)
    stop = order if not statement else Chart().baclofen(status="active")
    decided = chart.decide(ORDER_SIGN, [chart.draft(stop, status=status)])
    if statement and status == "cancelled":
        assert decided.urgency(KIND) in ("", "critical")  # a cancelled draft of an order the chart never had
    else:
        assert decided.urgency(KIND) == "critical"


def test_do_not_perform_is_a_stop() -> None:
    """A prohibition is an explicit stop, never exposure."""
    chart = Chart()
    chart.baclofen()
    forbid = {
        "resourceType": "MedicationRequest", "id": "x", "status": "active", "intent": "order", "doNotPerform": True,
        "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "baclofen"},
    }  # fmt: skip
    assert chart.decide(ORDER_SIGN, [forbid]).urgency(KIND) == "critical"


def test_tizanidine_in_place_of_baclofen_is_not_continuation() -> None:
    """A new order for another muscle relaxant that replaces baclofen."""
    chart = Chart()
    order = chart.baclofen()
    instead = {
        "resourceType": "MedicationRequest", "id": "t", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "tizanidine 4 mg tablet"},
        "priorPrescription": {"reference": f"MedicationRequest/{order['id']}"},
    }  # fmt: skip
    card = chart.decide(ORDER_SIGN, [instead]).card(KIND)
    assert card.urgency.indicator == "critical"
    assert "Tizanidine in its place does not continue baclofen" in card.detail


def test_while_selecting_it_is_at_most_a_warning() -> None:
    """Order-select is early: the order may still change."""
    chart = Chart()
    order = chart.baclofen()
    stop = chart.draft(order, status="stopped")
    chosen = chart.decide(ORDER_SELECT, [stop], selections=(f"MedicationRequest/{order['id']}",))
    assert chosen.urgency(KIND) == "warning"


def test_a_draft_that_was_not_selected_is_background() -> None:
    """Advice in order-select is about the selections."""
    chart = Chart()
    order = chart.baclofen()
    stop = chart.draft(order, status="stopped")
    assert chart.decide(ORDER_SELECT, [stop], selections=("MedicationRequest/other",)).urgency(KIND) == ""


def test_a_new_formulation_in_the_same_signing_is_no_stop() -> None:
    """Tablets changed to liquid at the same dose."""
    chart = Chart()
    order = chart.baclofen()
    liquid = chart.draft(
        order, id="new", status="draft", medicationCodeableConcept={"text": "baclofen 5 mg/5 mL solution"}
    )
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped"), liquid]).is_silent


@pytest.mark.parametrize(
    ("reason", "urgency"),
    [("Serious adverse reaction", "info"), ("Planned taper completed", ""), ("Patient never took it", "")],
)
def test_the_reason_of_a_stop_counts(reason: str, urgency: str) -> None:
    """The label's exception, a plan, and what was never taken."""
    chart = Chart()
    order = chart.baclofen()
    assert (
        chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped", statusReason={"text": reason})]).urgency(KIND)
        == urgency
    )


def test_comfort_care_turns_the_alarm_into_advice() -> None:
    """Info at most, other words, no intensive care."""
    chart = Chart()
    order = chart.baclofen()
    chart.condition("Hospice care, comfort measures only", "3d")
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card(KIND)
    assert card.urgency.indicator == "info"
    assert "Comfort care is recorded" in card.detail


def test_nobody_is_warned_about_the_dead() -> None:
    """A deceased patient gets no card."""
    chart = Chart(age=None)
    chart.resources.append({"resourceType": "Patient", "id": "p1", "birthDate": "1960", "deceasedBoolean": True})
    order = chart.baclofen()
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).is_silent


def test_stopping_the_pump_is_critical() -> None:
    """An order to stop an intrathecal infusion."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    stop = {
        "resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "code": {"text": "Stop intrathecal baclofen pump"},
    }  # fmt: skip
    assert chart.decide(ORDER_SIGN, [stop]).urgency(KIND) == "critical"


def test_keeping_the_order_is_offered_as_taking_back_the_draft() -> None:
    """The first suggestion deletes the draft stop, and nothing else."""
    chart = Chart()
    order = chart.baclofen()
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card(KIND)
    keep = card.suggestions[0]
    assert (keep.key, keep.actions[0].type, keep.actions[0].resource_id) == (
        "keep-order",
        "delete",
        f"MedicationRequest/{order['id']}",
    )


@pytest.mark.parametrize(("age", "offered"), [(54, True), (17.9, False)])
def test_a_taper_with_doses_is_offered_to_adults_only(age: float, offered: bool) -> None:
    """No dose for a child, ever."""
    chart = Chart(age=age)
    order = chart.baclofen()
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card(KIND)
    taper = next(s for s in card.suggestions if s.key == "taper")
    assert ("dosageInstruction" in (taper.actions[0].resource or {})) is offered


@pytest.mark.parametrize(
    ("to_mg", "times", "urgency"),
    [(20, 3, ""), (15, 3, ""), (14, 3, "warning"), (11, 3, "warning"), (10, 3, "critical"), (5, 3, "critical")],
)
def test_a_dose_cut_by_its_size(to_mg: float, times: int, urgency: str) -> None:
    """From 60 mg/day: 25 % is a step, half of it is an abrupt stop."""
    chart = Chart()
    order = chart.baclofen(20, 3)
    lower = Chart().baclofen(to_mg, times)["dosageInstruction"]
    decided = chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=lower)])
    assert decided.urgency(KIND) == urgency


def test_a_small_dose_may_go_down_by_ten() -> None:
    """20 to 10 mg/day is half, but only 10 mg."""
    chart = Chart()
    order = chart.baclofen(10, 2)
    lower = Chart().baclofen(5, 2)["dosageInstruction"]
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=lower)]).is_silent


def test_milligrams_and_micrograms_by_pump_are_the_same_dose() -> None:
    """0.35 mg/day equals 350 mcg/day: no cut."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    same = [
        {
            **order["dosageInstruction"][0],
            "doseAndRate": [{"rateQuantity": {"value": 0.35, "unit": "mg/day", "code": "mg/d"}}],
        }
    ]
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=same)]).is_silent


@pytest.mark.parametrize(("mcg", "urgency"), [(280, ""), (279, "warning"), (176, "warning"), (175, "critical")])
def test_a_cut_by_pump(mcg: float, urgency: str) -> None:
    """Over 20 % in one session a warning, half or more critical."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    lower = [
        {
            **order["dosageInstruction"][0],
            "doseAndRate": [{"rateQuantity": {"value": mcg, "unit": "mcg/day", "code": "ug/d"}}],
        }
    ]
    assert (
        chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=lower)]).urgency(KIND) == urgency
    )


@pytest.mark.parametrize(
    ("admitted", "mg", "others", "urgency"),
    [
        ("2h", 20, False, "warning"),
        ("2h", 10, False, "info"),
        ("5.9h", 10, True, "info"),
        ("6h", 10, True, "warning"),
        ("6h", 10, False, "info"),
        ("11.9h", 20, True, "warning"),
        ("12h", 20, True, "critical"),
        ("12h", 10, False, "warning"),
    ],
)
def test_home_baclofen_left_out_grows_more_urgent_by_the_hour(
    admitted: str, mg: float, others: bool, urgency: str
) -> None:
    """Six hours, other orders written, twelve hours since the last possible dose."""
    chart = Chart()
    chart.baclofen(mg, 3)
    chart.stay(admitted)
    if others:
        chart.medicine("ceftriaxone 1 g IV", "1h")
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize("statement", [False, True])
def test_home_list_as_order_or_statement(statement: bool) -> None:
    """The same fact, told by an orderer or by the patient."""
    chart = Chart()
    chart.baclofen(statement=statement)
    chart.stay("14h")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "critical"
    assert card.summary == "Home baclofen 60 mg/day not ordered this admission; last dose about 14 h ago"


def test_ordered_in_the_stay_is_quiet() -> None:
    """An inpatient order, no matter how the home list looks."""
    chart = Chart()
    chart.baclofen()
    chart.stay("14h")
    chart.baclofen(since="13h", category="inpatient")
    assert chart.decide().is_silent


def test_an_order_being_signed_now_is_quiet() -> None:
    """The draft orders it."""
    chart = Chart()
    home = chart.baclofen()
    chart.stay("14h")
    draft = chart.draft(home, id="new", status="draft", category=[{"coding": [{"code": "inpatient"}]}])
    assert chart.decide(ORDER_SIGN, [draft]).is_silent


def test_emergency_visit_of_less_than_six_hours() -> None:
    """Not yet an admission; after six hours it is one."""
    chart = Chart()
    chart.baclofen()
    visit = chart.stay("5h", "EMER")
    assert chart.decide().is_silent
    visit["period"]["start"] = instant("6h")
    assert chart.decide().urgency(KIND) == "warning"


def test_without_encounters_it_cannot_be_told() -> None:
    """Whether the patient is in a bed decides."""
    chart = Chart()
    chart.baclofen()
    decided = chart.decide(lost=["Encounter"])
    assert decided.verdict("ABR-03") == CannotTell(("Encounter",), "not in a hospital stay")
    assert decided.decision.could_not_check is not None


@pytest.mark.parametrize(
    ("last", "mg", "urgency"),
    [
        ("11.9h", 20, ""),
        ("12h", 20, "warning"),
        ("23.9h", 20, "warning"),
        ("24h", 20, "critical"),
        ("30h", 10, "warning"),
    ],
)
def test_hours_since_the_last_dose(last: str, mg: float, urgency: str) -> None:
    """An order every 8 h, nothing charted since."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(mg, 3, since="400d")
    chart.baclofen(mg, 3, since="59h", category="inpatient")
    chart.given(last)
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize(("missed", "urgency"), [(["3h"], ""), (["9h", "1h"], "warning")])
def test_two_doses_in_a_row_not_given(missed: list[str], urgency: str) -> None:
    """One missed dose is no interruption yet."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(since="59h", category="inpatient")
    chart.baclofen()
    chart.given("11h")
    chart.not_given(*missed)
    assert chart.decide().urgency(KIND) == urgency


def test_every_six_hours_ten_hours_is_missed() -> None:
    """The shorter threshold of the shorter interval."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(15, 4, since="59h", category="inpatient")
    chart.given("10h")
    assert chart.decide().urgency(KIND) == "warning"


def test_once_a_day_is_not_late_after_thirteen_hours() -> None:
    """A dose at bedtime."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(30, 1, since="400d")
    chart.baclofen(30, 1, since="59h", category="inpatient")
    chart.given("13h")
    assert chart.decide().is_silent


def test_limp_and_drowsy_holding_may_be_right() -> None:
    """Toxicity first: a reminder to examine tone, no restart offered."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since="59h", category="inpatient")
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    chart.sign("Flaccid, low muscle tone")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "resume-baclofen" not in [s.key for s in card.suggestions]


def test_stopped_this_week_without_a_taper() -> None:
    """The retrospective form, when the chart is opened."""
    chart = Chart()
    chart.baclofen(status="stopped", until="20h")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "critical"
    assert "20 h ago" in card.summary


@pytest.mark.parametrize("until", ["8d", "10h"])
def test_too_long_ago_or_too_recent_to_warn(until: str) -> None:
    """After a week it is history; before twelve hours the next dose is hardly due."""
    chart = Chart()
    chart.baclofen(status="stopped", until=until)
    assert chart.decide().urgency(KIND) == ""


def test_a_course_that_ended_as_meant_is_no_stop() -> None:
    """Synthea writes "stopped" for every finished course; the quantity was used up."""
    chart = Chart()
    chart.baclofen(
        status="stopped",
        since="90d",
        until="1d",
        dispenseRequest={"expectedSupplyDuration": {"value": 89, "unit": "d", "code": "d"}},
    )
    assert isinstance(chart.decide().verdict("ABR-01"), Quiet)


def test_stopped_and_reordered_elsewhere() -> None:
    """Continued by another order: not a stop."""
    chart = Chart()
    chart.baclofen(status="stopped", until="20h")
    chart.baclofen(since="19h")
    assert chart.decide().is_silent


def test_patient_says_it_ran_out() -> None:
    """A statement "stopped" with a date is a confirmed interruption."""
    chart = Chart()
    chart.baclofen(statement=True, status="stopped", until="2d", statusReason=[{"text": "Ran out"}])
    assert chart.decide().urgency(KIND) == "critical"


def test_home_medicine_known_from_a_fill_alone() -> None:
    """No order, no statement: the pharmacy handed it over seven weeks ago."""
    chart = Chart()
    chart.fill("110d", 60)
    chart.fill("49d", 60)
    chart.stay("14h")
    assert chart.decide().card(KIND).rules == ("ABR-03",)


def test_inpatient_order_on_hold_and_doses_charted_as_not_given() -> None:
    """Both questions find it, one card says it."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since="59h", category="inpatient", status="on-hold")
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "critical"
    assert set(card.rules) >= {"ABR-01", "ABR-08"}


def test_an_order_that_lapsed_at_its_planned_end_was_not_stopped() -> None:
    """It counts as an interruption for suspected withdrawal, not as an abrupt stop."""
    chart = Chart()
    chart.baclofen(until="30h")
    assert chart.decide().urgency(KIND) == ""
    chart.sign("Visual hallucinations")
    assert chart.decide().urgency("suspected-withdrawal") == "warning"


def test_completed_on_paper_with_tablets_left() -> None:
    """Systems that complete each issue of a repeat prescription."""
    chart = Chart()
    supply = {"expectedSupplyDuration": {"value": 28, "unit": "d", "code": "d"}}
    chart.baclofen(since="380d", status="completed", dispenseRequest=supply)
    chart.baclofen(since="10d", status="completed", dispenseRequest=supply)
    assert chart.decide().is_silent


def test_the_administration_record_tells_of_a_stay_without_an_encounter() -> None:
    """A ward charts doses; no encounter is to be had."""
    chart = Chart()
    chart.baclofen()
    chart.baclofen(since="60h", category="inpatient")
    chart.given("50h", "42h", "34h", "26h")
    chart.not_given("18h", "10h", "2h")
    assert chart.decide(unsupported=["Encounter"]).card(KIND).rules == ("ABR-08",)


@pytest.mark.parametrize(
    "changes",
    [
        {"asNeeded": True},
        {"start": "+5d"},
        {"count": 1},
    ],
)
def test_what_does_not_continue_baclofen(changes: dict[str, object]) -> None:
    """As needed, from next week on, or a single dose: the stop in the same signing is a stop."""
    chart = Chart()
    order = chart.baclofen()
    draft = chart.draft(order, id="new", status="draft")
    dosage = draft["dosageInstruction"][0]
    if "asNeeded" in changes:
        dosage["asNeededBoolean"] = True
    if "start" in changes:
        dosage["timing"]["repeat"]["boundsPeriod"] = {"start": instant("+5d")}
    if "count" in changes:
        dosage["timing"]["repeat"]["count"] = 1
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped"), draft]).urgency(KIND) == "critical"


def test_stopping_one_of_two_parts_is_a_cut() -> None:
    """10 mg in the morning and 20 at night; the night dose is stopped."""
    chart = Chart()
    for mg, when in ((10, "morning"), (20, "night")):
        chart.baclofen(mg, 1)
        chart.resources[-1]["dosageInstruction"][0]["text"] = when
    night = chart.resources[-1]
    card = chart.decide(ORDER_SIGN, [chart.draft(night, status="stopped")]).card(KIND)
    assert card.rules == ("ABR-02",)
    assert "30 mg/day to 10 mg/day" in card.summary


def test_restarting_low_after_half_a_year_is_no_cut() -> None:
    """Nothing is being taken."""
    chart = Chart()
    chart.baclofen(since="900d", status="stopped", until="200d")
    draft = Chart().baclofen(5, 3, since="0d", status="draft")
    assert chart.decide(ORDER_SIGN, [{**draft, "id": "new"}]).is_silent


def test_unequal_doses_are_not_averaged() -> None:
    """10-10-20 is resumed in the chart's own words, never as 13.3 mg three times."""
    chart = Chart()
    order = chart.baclofen()
    order["dosageInstruction"] = [{"text": "10 mg in the morning, 10 mg at noon and 20 mg at bedtime"}]
    chart.stay("14h")
    card = chart.decide().card(KIND)
    resume = next(s for s in card.suggestions if s.key == "resume-baclofen")
    instruction = (resume.actions[0].resource or {})["dosageInstruction"][0]
    assert "doseAndRate" not in instruction
    assert "20 mg at bedtime" in instruction["text"]


def test_limp_and_breathing_slowly_comes_before_an_omission() -> None:
    """Home baclofen not ordered for 30 h, and every sign of an overdose."""
    chart = Chart()
    chart.baclofen()
    chart.stay("30h")
    chart.vital("9269-2", 6, "{score}")
    chart.vital("9279-1", 6, "/min")
    chart.sign("Flaccid, low muscle tone")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "give now" not in card.summary
    assert "resume-baclofen" not in [s.key for s in card.suggestions]


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Consult to palliative care for symptom management", "critical"),
        ("Palliative radiotherapy planning CT", "critical"),
        ("Comfort measures only", "info"),
    ],
)
def test_what_comfort_care_is(text: str, urgency: str) -> None:
    """A consult and a palliative treatment are not comfort care."""
    chart = Chart()
    order = chart.baclofen()
    chart.order(text)
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).urgency(KIND) == urgency


def test_refusing_blood_is_not_refusing_baclofen() -> None:
    """Only what is refused counts."""
    chart = Chart()
    chart.baclofen()
    chart.stay("14h")
    chart.order("Patient refuses blood products")
    assert chart.decide().urgency(KIND) == "critical"


@pytest.mark.parametrize("need", ["MedicationAdministration", "MedicationRequest"])
def test_an_omission_with_unread_counter_evidence(need: str) -> None:
    """A statement tells of the home medicine; orders or doses of the stay could not be read."""
    chart = Chart()
    chart.baclofen(statement=True)
    chart.stay("14h")
    card = chart.decide(lost=[need]).card(KIND)
    assert card.urgency.indicator == "warning"
    assert "could not be read: this may already be answered" in card.detail

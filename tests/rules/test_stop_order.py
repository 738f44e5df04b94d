"""Would this stop baclofen at once, or did an order of the last week?"""

import pytest

from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.verdict import Quiet
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


@pytest.mark.parametrize("recorded", ["draft", "chart"])
def test_what_was_stopped_for_an_adverse_reaction_is_not_offered_again(recorded: str) -> None:
    """The recorded reason is told, and that withdrawal is to be watched for."""
    chart = Chart()
    why = {"text": "Serious adverse drug reaction: anaphylaxis"}
    if recorded == "draft":
        answer = chart.decide(ORDER_SIGN, [chart.draft(chart.baclofen(), status="stopped", statusReason=why)])
    else:
        chart.baclofen(status="stopped", until="48h", statusReason=why)
        answer = chart.decide()
    card = answer.card(KIND)
    assert "adverse reaction: " in card.summary
    assert "watch for withdrawal" in card.summary
    assert "anaphylaxis" in card.detail
    assert [suggestion.key for suggestion in card.suggestions] == ["consult"]


@pytest.mark.parametrize("words", ["trial dose", ""])
def test_a_trial_dose_is_no_pump_to_be_kept_running(words: str) -> None:
    """In words, or by what it is: one intrathecal dose of up to 100 mcg."""
    chart = Chart()
    order = chart.add(
        "MedicationRequest", status="active", intent="order", authoredOn=instant("2h"),
        medicationCodeableConcept={"text": f"baclofen 50 mcg/mL intrathecal injection {words}"},
        dosageInstruction=[{
            "text": "50 mcg intrathecal", "route": {"text": "Intrathecal"},
            "timing": {"repeat": {"count": 1}},
            "doseAndRate": [{"doseQuantity": {"value": 50, "unit": "mcg", "code": "ug"}}],
        }],
    )  # fmt: skip
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).is_silent
    assert chart.decide().is_silent


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


def test_a_duplicate_of_nothing_is_a_stop() -> None:
    """ "Duplicate order" is an excuse only where another order, or the home list, goes on."""
    chart = Chart()
    order = chart.baclofen()
    stop = chart.draft(order, status="stopped", statusReason={"text": "Duplicate order"})
    assert chart.decide(ORDER_SIGN, [stop]).urgency(KIND) == "critical"
    chart.baclofen(statement=True)
    assert chart.decide(ORDER_SIGN, [stop]).verdict("ABR-01") == Quiet("continued under another order", rests_on=())


def words(text: str) -> dict[str, object]:
    """A draft service order."""
    return {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order",
            "subject": {"reference": "Patient/p1"}, "code": {"text": text}}  # fmt: skip


def test_stop_baclofen_in_words_is_about_the_tablets_where_there_is_no_pump() -> None:
    """Who never had a pump is not told to keep it running; whose devices could not be read is."""
    chart = Chart()
    chart.baclofen()
    card = chart.decide(ORDER_SIGN, [words("Stop baclofen")]).card(KIND)
    assert card.summary == "Stopping baclofen 60 mg/day abruptly risks withdrawal: taper or keep the order"
    assert "ntrathecal" not in card.detail.partition("Nil by mouth")[0]
    assert "intrathecal" in chart.decide(ORDER_SIGN, [words("Stop baclofen")], lost=["Device"]).card(KIND).summary
    chart.pump()
    assert "intrathecal" in chart.decide(ORDER_SIGN, [words("Stop baclofen")]).card(KIND).summary


def test_an_order_that_names_the_pump_is_believed() -> None:
    """The chart shows no pump, the order stops one."""
    chart = Chart()
    chart.baclofen()
    stop = words("Stop intrathecal baclofen pump")
    assert "intrathecal" in chart.decide(ORDER_SIGN, [stop]).card(KIND).summary


def test_stopping_tablets_and_pump_in_one_signing_is_told_of_both() -> None:
    """The pump's stop does not hide that of the tablets."""
    chart = Chart()
    tablets = chart.baclofen()
    chart.pump()
    by_pump = chart.resources[-1]
    drafts = [chart.draft(tablets, status="stopped"), chart.draft(by_pump, status="stopped")]
    card = chart.decide(ORDER_SIGN, drafts).card(KIND)
    assert "intrathecal" in card.summary
    assert "baclofen 60 mg/day" in card.detail
    assert {f"MedicationRequest/{tablets['id']}", f"MedicationRequest/{by_pump['id']}"} <= {
        evidence.reference for evidence in card.evidence
    }


def test_a_stop_without_a_time_is_asked_about() -> None:
    """Most servers write only `status: stopped`: nobody knows since when, so it is a reminder."""
    chart = Chart()
    chart.baclofen(status="stopped", since="60d")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "does not say when" in card.summary


@pytest.mark.parametrize(("since", "urgency"), [("364d", "info"), ("367d", "")])
def test_an_order_of_more_than_a_year_ago_without_an_end_is_history(since: str, urgency: str) -> None:
    """A judgement, and a limit that a site may change."""
    chart = Chart()
    chart.baclofen(status="stopped", since=since)
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("begun", "ended", "urgency"),
    [("2025-01", "2026-03", "info"), ("2026-03-01", "2026-03", ""), ("2025", "2026", "info")],
)
def test_stopped_in_some_month(begun: str, ended: str, urgency: str) -> None:
    """Short use is told by when it began, not by when it ended."""
    chart = Chart()
    chart.baclofen(statement=True, status="stopped")["effectivePeriod"] = {"start": begun, "end": ended}
    assert chart.decide().urgency(KIND) == urgency


def test_unread_doses_keep_the_alarm_at_a_warning() -> None:
    """A dose may have been given since; nobody could look."""
    chart = Chart()
    chart.baclofen(status="stopped", until="20h")
    assert chart.decide(lost=["MedicationAdministration"]).urgency(KIND) == "warning"


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


def test_stopped_yesterday_and_ordered_for_next_week() -> None:
    """Until then nobody takes anything."""
    chart = Chart()
    chart.baclofen(status="stopped", until="30h")
    later = chart.baclofen(since="1h")
    later["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] = {"start": instant("+5d")}
    assert chart.decide().urgency(KIND) == "critical"


def test_patient_says_it_ran_out() -> None:
    """A statement "stopped" with a date is a confirmed interruption."""
    chart = Chart()
    chart.baclofen(statement=True, status="stopped", until="2d", statusReason=[{"text": "Ran out"}])
    assert chart.decide().urgency(KIND) == "critical"


@pytest.mark.parametrize(("reason", "urgency"), [("Ran out", "critical"), ("Never started", "")])
def test_not_taken_since_it_ran_out_is_a_stop(reason: str, urgency: str) -> None:
    """Many clients write "not-taken" for both; with an end and a reason it was taken until then (FND-04)."""
    chart = Chart()
    chart.baclofen(statement=True, status="not-taken", until="2d", statusReason=[{"text": reason}])
    assert chart.decide().urgency(KIND) == urgency


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

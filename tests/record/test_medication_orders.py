"""Orders and reported drugs: status, intent, drafts laid over the chart, reasons and plans."""

from typing import Any

import pytest

from cards.ledger import State
from cards.record.concepts import Act, Problem, Reason, Route
from tests.record.shapes import TID_20, chart, given, order, request


def test_reported_home_medication_is_a_plan_that_counts() -> None:
    """US Core writes home medications as `intent=plan` with `reportedBoolean`."""
    found = order(intent="plan", reportedBoolean=True)

    assert found.is_reported
    assert found.intent == "plan"


@pytest.mark.parametrize(
    "elements",
    [
        {"intent": "plan", "reportedReference": {"reference": "Practitioner/1"}},
        {"intent": "plan", "category": [{"coding": [{"code": "community"}]}]},
        {"intent": "plan", "category": {"coding": {"code": "patientspecified"}}},
        {"intent": "original-order"},
        {"intent": "filler-order"},
    ],
)
def test_what_counts_as_an_order(elements: dict[str, Any]) -> None:
    """Reported or community plans, and every kind of order."""
    assert len(chart(request(**elements)).medication_orders) == 1


@pytest.mark.parametrize(
    "elements",
    [
        {"intent": "plan"},
        {"intent": "proposal"},
        {"intent": "option"},
        {"status": "draft"},
        {"status": "entered-in-error"},
    ],
)
def test_what_is_no_order(elements: dict[str, Any]) -> None:
    """Proposals, options, other people's drafts and mistakes leave no trace, and nothing is lost by it."""
    record = chart(request(**elements))

    assert record.medication_orders == ()
    assert record.ledger.is_whole("MedicationRequest")


@pytest.mark.parametrize("status", ["active", "on-hold", "stopped", "cancelled", "completed", "unknown"])
def test_every_status_is_kept(status: str) -> None:
    """A stop is read from the status, so no status is filtered."""
    assert order(status=status).status == status


def test_prohibition_is_kept_as_one() -> None:
    """`doNotPerform` is an explicit stop, never exposure."""
    assert order(doNotPerform=True).do_not_perform


@pytest.mark.parametrize("status", ["draft", "active", "stopped", "cancelled", "on-hold", "completed"])
def test_draft_takes_the_place_of_the_charts_copy(status: str) -> None:
    """The hook's order with the same id wins; the chart's own is kept beside it."""
    record = chart(request(), drafts=(request(status=status),))

    assert [(o.status, o.is_draft) for o in record.medication_orders] == [(status, True)]
    assert [(o.status, o.is_draft) for o in record.replaced] == [("active", False)]


def test_draft_of_another_id_stands_beside_the_chart() -> None:
    """A new order replaces nothing."""
    record = chart(request(), drafts=(request(id="new", status="draft", intent="proposal"),))

    assert [(o.reference, o.is_draft) for o in record.medication_orders] == [
        ("MedicationRequest/new", True),
        ("MedicationRequest/m1", False),
    ]
    assert record.replaced == ()


def test_draft_for_another_patient_is_dropped() -> None:
    """An incident, counted."""
    record = chart(drafts=(request(status="draft", subject={"reference": "Patient/p2"}),))

    assert record.medication_orders == ()
    assert record.foreign == 1


def test_draft_may_point_to_a_medication_among_the_drafts() -> None:
    """The hook's Bundle can bring its own Medication."""
    medication = {"resourceType": "Medication", "id": "x", "code": {"text": "Lioresal 10 mg tablet"}}
    record = chart(drafts=(request(status="draft", medicationReference={"reference": "Medication/x"}), medication))

    assert record.medication_orders[0].product.is_baclofen


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Surgery", Reason.SURGERY),
        ("NPO", Reason.NPO),
        ("patient refused", Reason.PATIENT_REFUSES),
        ("Allergic reaction", Reason.ADVERSE_REACTION),
        ("ran out of medication", Reason.RAN_OUT),
        ("planned taper", Reason.PLANNED_TAPER),
        ("hospice", Reason.COMFORT_CARE),
        ("Duplicate order", Reason.DUPLICATE),
        ("AKI", Reason.RENAL),
        ("oversedation", Reason.SEDATION),
        ("stopped taking on her own", Reason.STOPPED_BY_PATIENT),
        ("therapy completed", Reason.COURSE_ENDED),
        ("never started", Reason.NEVER_TAKEN),
    ],
)
def test_why_it_was_stopped(words: str, reason: Reason) -> None:
    """The words of the status reason, local codes and all."""
    assert reason in order(status="stopped", statusReason={"text": words}).reasons


def test_missed_dose_with_its_reason() -> None:
    """not-done, and why."""
    found = given(
        status="not-done", statusReason=[{"text": "Patient NPO"}], effectiveDateTime="2026-11-24T08:00:00-05:00"
    )

    assert found.status == "not-done"
    assert Reason.NPO in found.reasons
    assert found.reason_text == "Patient NPO"


def test_infusion_is_timed_by_its_end() -> None:
    """effectivePeriod: the end; an open one by its start."""
    over = given(effectivePeriod={"start": "2026-11-24T08:00:00Z", "end": "2026-11-24T09:00:00Z"})
    running = given(effectivePeriod={"start": "2026-11-24T08:00:00Z"})

    assert over.when is not None
    assert over.when.text.startswith("2026-11-24T09")
    assert running.when is not None
    assert running.when.text.startswith("2026-11-24T08")


def test_ended_bounds_of_an_active_order() -> None:
    """A lapsed order keeps its end: the whole of the last day."""
    found = order(
        dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"start": "2026-01-01", "end": "2026-11-23"}}}}]
    )

    assert found.end is not None
    assert found.end.latest.isoformat() == "2026-11-24T05:00:00+00:00"


def test_statement_tells_the_same_fact() -> None:
    """A MedicationStatement with its own period and status."""
    record = chart(
        {
            "resourceType": "MedicationStatement",
            "id": "s",
            "status": "not-taken",
            "subject": {"reference": "Patient/p1"},
            "medicationCodeableConcept": {"text": "baclofen 10 mg tablet"},
            "effectivePeriod": {"start": "2024", "end": "2026-11"},
            "dateAsserted": "2026-11-20",
            "dosage": [TID_20],
        }
    )
    found = record.medication_orders[0]

    assert found.is_statement
    assert found.status == "not-taken"
    assert found.dosage.daily is not None
    assert found.dosage.daily.high == 60
    assert found.start is not None
    assert found.start.precision == "year"


def test_indication_by_code_or_words() -> None:
    """Why it is given: coded or in plain words."""
    coded = order(reasonCode=[{"coding": [{"system": "http://snomed.info/sct", "code": "24700007"}]}])
    spoken = order(reasonCode={"text": "Spasticity due to spinal cord injury"})

    assert Problem.SPASTICITY_INDICATION in coded.indications
    assert Problem.SPINAL_CORD_INJURY in spoken.indications


@pytest.mark.parametrize(
    ("elements", "act"),
    [
        ({"note": [{"text": "Give via NG tube while NPO"}]}, Act.TUBE_ROUTE),
        ({"note": [{"text": "continue baclofen through surgery, take with sips"}]}, Act.CONTINUE_BACLOFEN),
        ({"dosageInstruction": [{"text": "taper over 4 weeks"}]}, Act.TAPER_PLAN),
        ({"medicationCodeableConcept": {"text": "baclofen intrathecal 50 mcg screening dose"}}, Act.SCREENING_BOLUS),
        (
            {
                "medicationCodeableConcept": {
                    "coding": [{"system": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "code": "J0476"}]
                }
            },
            Act.SCREENING_BOLUS,
        ),
    ],
)
def test_what_notes_say_beside(elements: dict[str, Any], act: Act) -> None:
    """Plans stand in notes, instructions and product names."""
    assert act in order(**elements).acts


def test_replacement_names_the_order_it_replaces() -> None:
    """priorPrescription is how a switch to another drug shows."""
    found = order(
        medicationCodeableConcept={"text": "tizanidine 4 mg"}, priorPrescription={"reference": "MedicationRequest/old"}
    )

    assert found.replaces == "MedicationRequest/old"


def test_other_tracked_drugs_keep_their_dates() -> None:
    """When a serotonergic drug was started matters, though its dose does not."""
    found = order(
        medicationCodeableConcept={"text": "sertraline 50 mg"},
        dosageInstruction=[
            {"route": {"text": "Oral"}, "timing": {"repeat": {"boundsPeriod": {"start": "2026-11-20"}}}}
        ],
    )

    assert found.start is not None
    assert found.route is Route.ORAL


def test_unreadable_date_is_a_defect_not_an_error() -> None:
    """31 February: the order is read, the date is not, and it says so."""
    found = order(authoredOn="2026-02-31")

    assert found.authored is None
    assert found.defects == ("a date could not be read",)


def test_lost_need_keeps_its_own_reason() -> None:
    """An unreadable entry in a need that had failed anyway does not make it look better."""
    record = chart(request(medicationCodeableConcept={}))

    assert record.ledger["MedicationRequest"].state is State.PARTIAL
    assert record.ledger["MedicationRequest"].source == "prefetch"


def test_when_the_status_changed() -> None:
    """An extension, or R5's element, dates the stop."""
    extension = {"url": "https://ehr.example.org/status-changed-date", "valueDateTime": "2026-11-23T22:00:00-05:00"}

    for found in (order(status="stopped", extension=[extension]), order(status="stopped", statusChanged="2026-11-23")):
        assert found.status_changed is not None
        assert found.status_changed.text.startswith("2026-11-23")


def test_validity_ends_a_completed_order_only() -> None:
    """dispenseRequest.validityPeriod is the end of a finished order, not of an active one."""
    valid = {"validityPeriod": {"start": "2026-10-01", "end": "2026-11-20"}}

    assert order(status="active", dispenseRequest=valid).end is None
    finished = order(status="completed", dispenseRequest=valid).end
    assert finished is not None
    assert finished.text == "2026-11-20"


def test_bounds_given_as_a_duration() -> None:
    """A start and a duration make an end."""
    bounds = {"boundsDuration": {"value": 2, "unit": "weeks"}, "boundsPeriod": {"start": "2026-11-01"}}
    found = order(dosageInstruction=[{"timing": {"repeat": bounds}}])

    assert found.end is not None
    assert found.end.earliest.isoformat() == "2026-11-15T04:00:00+00:00"


def test_long_term_therapy() -> None:
    """courseOfTherapyType, coded or in words."""
    assert order(courseOfTherapyType={"coding": [{"code": "continuous"}]}).is_continuous
    assert order(courseOfTherapyType={"text": "Continuous long term therapy"}).is_continuous
    assert not order(courseOfTherapyType={"coding": [{"code": "acute"}]}).is_continuous


def test_dose_of_an_infusion_by_its_rate_and_time() -> None:
    """mcg/h over six hours, where no amount is written."""
    found = given(
        medicationCodeableConcept={"text": "baclofen intrathecal 500 mcg/mL"},
        effectivePeriod={"start": "2026-11-24T02:00:00Z", "end": "2026-11-24T08:00:00Z"},
        dosage={"rateQuantity": {"value": 10, "unit": "mcg/h"}},
    )

    assert found.amount == pytest.approx(60)

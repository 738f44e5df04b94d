"""Problems and diagnoses, by code and in words."""

from typing import Any

import pytest

from cards.record.concepts import Problem, Sign
from cards.record.facts import Condition
from tests.record.shapes import SNOMED, chart

ICD = "http://hl7.org/fhir/sid/icd-10-cm"


def condition(code: Any, **elements: Any) -> dict[str, Any]:
    """A Condition of patient p1."""
    if isinstance(code, str):
        code = {"text": code}
    return {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}, "code": code, **elements}


def icd(code: str, system: str = ICD) -> dict[str, Any]:
    """An ICD-10-CM coded concept without words."""
    return {"coding": [{"system": system, "code": code}]}


def found(code: Any, **elements: Any) -> Condition | None:
    """The fact of one Condition, or None if it is dropped."""
    return next(iter(chart(condition(code, **elements)).conditions), None)


def concepts(code: Any) -> frozenset[str]:
    """What one Condition asserts."""
    fact = found(code)
    return fact.concepts if fact else frozenset()


@pytest.mark.parametrize(
    ("code", "concept"),
    [
        (icd("G35"), Problem.SPASTICITY_INDICATION),
        (icd("G35.A"), Problem.SPASTICITY_INDICATION),
        (icd("G80.0"), Problem.SPASTICITY_INDICATION),
        (icd("G80.0", "urn:oid:2.16.840.1.113883.6.90"), Problem.SPASTICITY_INDICATION),
        (icd("G8254"), Problem.SPINAL_CORD_INJURY_HIGH),
        (icd("G82.50"), Problem.SPINAL_CORD_INJURY_HIGH),
        (icd("T42.8X6A"), Problem.UNDERDOSING),
        (icd("T42.8X6"), Problem.UNDERDOSING),
        (icd("T42.8X1D"), Problem.BACLOFEN_TOXICITY),
        (icd("t428x5s"), Problem.BACLOFEN_TOXICITY),
        (icd("T85.610A"), Problem.PUMP_COMPLICATION),
        (icd("T85.630A"), Sign.CATHETER_FAULT),
        (icd("T85.735A"), Problem.PUMP_INFECTION),
        (icd("T85.738D"), Problem.PUMP_INFECTION),
        (icd("R50.9"), Sign.FEVER),
        (icd("R44.1"), Sign.HALLUCINATIONS),
        (icd("M62.82"), Sign.RHABDOMYOLYSIS),
        (icd("G21.0"), Problem.NMS),
        (icd("T88.3XXA"), Problem.MALIGNANT_HYPERTHERMIA),
        (icd("G90.4"), Problem.AUTONOMIC_DYSREFLEXIA),
        ({"coding": [{"system": SNOMED, "code": "24700007"}]}, Problem.SPASTICITY_INDICATION),
        ({"coding": [{"system": "urn:oid:2.16.840.1.113883.6.96", "code": "2776000"}]}, Sign.DELIRIUM),
        ({"coding": [{"system": SNOMED, "code": "90584004"}]}, Problem.SPINAL_CORD_INJURY),
    ],
)
def test_by_code(code: dict[str, Any], concept: str) -> None:
    """ICD by its beginning with or without dots, SNOMED, and their OIDs."""
    assert concept in concepts(code)


_CORD = {Problem.SPASTICITY_INDICATION, Problem.SPINAL_CORD_INJURY}
_CORD_HIGH = {*_CORD, Problem.SPINAL_CORD_INJURY_HIGH}


@pytest.mark.parametrize("system", [ICD, "urn:oid:2.16.840.1.113883.6.90"])
@pytest.mark.parametrize("dot", [".", ""])
@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("G40.909", {Problem.EPILEPSY}),
        ("G40.A01", {Problem.EPILEPSY}),
        ("S14.105A", _CORD_HIGH),
        ("S14.109S", _CORD_HIGH),
        ("S24.101S", _CORD_HIGH),
        ("S24.111D", _CORD_HIGH),
        ("S24.112A", _CORD_HIGH),
        ("S24.132S", _CORD_HIGH),
        ("S24.142", _CORD_HIGH),
        ("S24.152S", _CORD_HIGH),
        ("S24.103S", _CORD),
        ("S24.113A", _CORD),
        ("S24.134S", _CORD),
        ("S24.144D", _CORD),
        ("S24.159S", _CORD),
        ("R47.01", {Problem.COMMUNICATION_DIFFICULTY}),
        ("R47.02", {Problem.COMMUNICATION_DIFFICULTY}),
        ("R47.1", {Problem.COMMUNICATION_DIFFICULTY}),
        ("I69.020", {Problem.COMMUNICATION_DIFFICULTY}),
        ("I69.121", {Problem.COMMUNICATION_DIFFICULTY}),
        ("I69.222", {Problem.COMMUNICATION_DIFFICULTY}),
        ("I69.320", {Problem.COMMUNICATION_DIFFICULTY}),
        ("I69.821", {Problem.COMMUNICATION_DIFFICULTY}),
        ("I69.922", {Problem.COMMUNICATION_DIFFICULTY}),
        ("F80.1", {Problem.COMMUNICATION_DIFFICULTY}),
        ("F80.2", {Problem.COMMUNICATION_DIFFICULTY}),
        ("F80.9", {Problem.COMMUNICATION_DIFFICULTY}),
        ("Z33.1", {Problem.PREGNANCY}),
        ("Z33.3", {Problem.PREGNANCY}),
        ("Z3A.30", {Problem.PREGNANCY}),
        ("O09.523", {Problem.PREGNANCY}),
        ("Z34.93", {Problem.PREGNANCY}),
        ("N18.32", {Problem.CKD}),
        ("N18.6", {Problem.CKD}),
        ("Z99.2", {Problem.DIALYSIS}),
        ("N31.9", {Problem.NEUROGENIC_BLADDER}),
        ("Z51.5", {Problem.COMFORT_CARE}),
        ("A40.3", {Problem.INFECTION_SOURCE}),
        ("A41.9", {Problem.INFECTION_SOURCE}),
        ("R65.20", {Problem.INFECTION_SOURCE}),
        ("R65.21", {Problem.INFECTION_SOURCE}),
        ("J15.212", {Problem.INFECTION_SOURCE}),
        ("J16.8", {Problem.INFECTION_SOURCE}),
        ("J18.9", {Problem.INFECTION_SOURCE}),
        ("N39.0", {Problem.INFECTION_SOURCE}),
        ("G00.1", {Problem.INFECTION_SOURCE, Problem.MENINGITIS}),
        ("F10.139", {Problem.ALCOHOL_WITHDRAWAL}),
        ("F10.231", {Problem.ALCOHOL_WITHDRAWAL}),
        ("F10.930", {Problem.ALCOHOL_WITHDRAWAL}),
        ("F11.13", {Problem.OPIOID_WITHDRAWAL}),
        ("F11.23", {Problem.OPIOID_WITHDRAWAL}),
        ("F11.93", {Problem.OPIOID_WITHDRAWAL}),
        ("G90.81", {Problem.SEROTONIN_SYNDROME}),
        ("N17.9", {Sign.AKI}),
        ("R06.82", {Sign.TACHYPNOEA}),
        ("R25.1", {Sign.TREMOR}),
        ("E87.20", {Sign.ACIDOSIS}),
        ("E87.21", {Sign.ACIDOSIS}),
        ("R40.0", {Sign.STUPOR}),
        ("R40.1", {Sign.STUPOR}),
        ("R40.20", {Sign.STUPOR}),
        ("R40.2423", {Sign.STUPOR}),
        ("R40.2432", {Sign.STUPOR}),
        ("R40.2440", {Sign.STUPOR}),
        ("R40.2A", {Sign.STUPOR}),
        ("R06.81", {Sign.RESPIRATORY_DEPRESSION}),
        ("R00.1", {Sign.BRADYCARDIA}),
        ("I95.81", {Sign.HYPOTENSION}),
        ("I95.9", {Sign.HYPOTENSION}),
    ],
)
def test_by_code_alone(code: str, meant: set[str], dot: str, system: str) -> None:
    """A bare code means what it says and nothing more, dotted or not, by URI or by OID."""
    assert concepts(icd(code.replace(".", dot), system)) == meant


@pytest.mark.parametrize("system", [ICD, "urn:oid:2.16.840.1.113883.6.90"])
@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("J13", {Problem.INFECTION_SOURCE}),
        ("J14", {Problem.INFECTION_SOURCE}),
        ("J17", {Problem.INFECTION_SOURCE}),
        ("G01", {Problem.INFECTION_SOURCE, Problem.MENINGITIS}),
        ("G02", {Problem.INFECTION_SOURCE, Problem.MENINGITIS}),
        ("R61", {Sign.DIAPHORESIS}),
        ("D65", {Sign.COAGULOPATHY}),
    ],
)
def test_by_code_of_three_characters(code: str, meant: set[str], system: str) -> None:
    """Categories that have no dot."""
    assert concepts(icd(code, system)) == meant


@pytest.mark.parametrize("dot", [".", ""])
@pytest.mark.parametrize("code", ["Z45.1", "Z45.49", "Z46.2", "Z97.8", "Z96.89", "F19.239"])
def test_codes_that_say_nothing_by_themselves(code: str, dot: str) -> None:
    """Z45.1 and Z97.8 also mean insulin pumps: they are no pump. F19.2 names no drug."""
    assert concepts(icd(code.replace(".", dot))) == frozenset()


@pytest.mark.parametrize("dot", [".", ""])
@pytest.mark.parametrize(
    "code",
    [
        "R40.2414",  # a coma score of 13-15
        "R40.2110",  # eyes never open: one item of the coma scale
        "R40.3",
        "G47.33",  # sleep apnoea
        "R06.89",  # breath-holding, sighing
        "I95.1",  # orthostatic
        "I95.2",  # due to drugs: holds orthostatic too
        "I95.89",  # holds chronic too
        "E87.22",  # chronic metabolic acidosis
        "E87.29",  # respiratory acidosis
        "G03.9",  # holds spinal arachnoiditis
        "G03.0",  # aseptic meningitis
        "F80.0",  # lisping
        "F80.81",  # stuttering
        "I69.323",  # stuttering after a stroke
        "Z33.2",  # encounter for termination
        "Z32.02",  # pregnancy test, negative
        "S14.2XXA",  # nerve root
        "S24.0XXA",  # concussion of the cord
        "F11.20",  # opioid dependence without withdrawal
        "F10.20",
        "T43.225A",  # adverse effect of an SSRI: not yet the syndrome
        "M62.89",
        "G95.89",  # holds cord bladder and other diseases of the cord
    ],
)
def test_neighbours_that_do_not_say_so(code: str, dot: str) -> None:
    """Codes beside ours, in the same category, that mean something else or too much."""
    assert concepts(icd(code.replace(".", dot))) == frozenset()


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Spastic quadriplegia", Problem.SPASTICITY_INDICATION),
        ("MS", Problem.SPASTICITY_INDICATION),
        ("T4 paraplegia", Problem.SPINAL_CORD_INJURY_HIGH),
        ("C5 ASIA A spinal cord injury", Problem.SPINAL_CORD_INJURY_HIGH),
        ("Tetraplegia", Problem.SPINAL_CORD_INJURY_HIGH),
        ("Epilepsy", Problem.EPILEPSY),
        ("Baclofen withdrawal", Problem.BACLOFEN_WITHDRAWAL),
        ("History of baclofen withdrawal", Problem.BACLOFEN_WITHDRAWAL),
        ("Presence of intrathecal baclofen pump", Problem.PUMP_PRESENT),
        ("CKD stage 4", Problem.CKD),
        ("ESRD on hemodialysis", Problem.DIALYSIS),
        ("Pregnancy, 30 weeks", Problem.PREGNANCY),
        ("Hospice care", Problem.COMFORT_CARE),
        ("Sepsis due to UTI", Problem.INFECTION_SOURCE),
        ("Pump pocket infection", Problem.PUMP_INFECTION),
        ("Intrathecal catheter kink", Sign.CATHETER_FAULT),
        ("Aphasia", Problem.COMMUNICATION_DIFFICULTY),
        ("Neuroleptic malignant syndrome", Problem.NMS),
        ("Acute kidney injury", Sign.AKI),
        ("Rhabdomyolysis", Sign.RHABDOMYOLYSIS),
    ],
)
def test_in_words(text: str, concept: str) -> None:
    """Many charts have text only."""
    assert concept in concepts(text)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Spastic quadriplegic cerebral palsy", Problem.SPINAL_CORD_INJURY_HIGH),
        ("T10 spinal cord injury", Problem.SPINAL_CORD_INJURY_HIGH),
        ("Family history of epilepsy", Problem.EPILEPSY),
        ("Not pregnant", Problem.PREGNANCY),
        ("At risk of baclofen withdrawal", Problem.BACLOFEN_WITHDRAWAL),
        ("Alcohol withdrawal", Problem.BACLOFEN_WITHDRAWAL),
        ("Insulin pump status", Problem.PUMP_PRESENT),
        ("Malignant hyperthermia", Sign.FEVER),
        ("Restless legs", Sign.AGITATION),
        ("Hay fever", Sign.FEVER),
        ("Seizure disorder", Sign.SEIZURE),
        ("Obstructive sleep apnea", Sign.RESPIRATORY_DEPRESSION),
        ("Status post removal of baclofen pump", Problem.PUMP_PRESENT),
        ("Urinary catheter blockage", Sign.CATHETER_FAULT),
    ],
)
def test_words_that_do_not_say_so(text: str, concept: str) -> None:
    """Look-alikes, denials, the family, and what may come."""
    assert concept not in concepts(text)


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_refuted_is_dropped(status: str) -> None:
    """Verification decides before anything else."""
    assert found("Multiple sclerosis", verificationStatus={"coding": [{"code": status}]}) is None


@pytest.mark.parametrize(
    ("elements", "is_active"),
    [
        ({}, True),
        ({"clinicalStatus": {"coding": [{"code": "active"}]}}, True),
        ({"clinicalStatus": {"coding": [{"code": "recurrence"}]}}, True),
        ({"clinicalStatus": {"coding": [{"code": "inactive"}]}}, False),
        ({"clinicalStatus": {"text": "Resolved"}}, False),
        ({"clinicalStatus": "remission"}, False),
        ({"abatementDateTime": "2020"}, False),
        ({"abatementDateTime": "2030"}, True),
    ],
)
def test_active_or_not(elements: dict[str, Any], is_active: bool) -> None:
    """By clinical status; without one, by an end in the past."""
    fact = found("Multiple sclerosis", **elements)

    assert fact is not None
    assert fact.is_active is is_active


def test_dates_of_a_condition() -> None:
    """Onset may be a year; free text is tried."""
    coded = found(
        "Multiple sclerosis",
        onsetDateTime="2009",
        recordedDate="2026-11-20",
        category=[{"coding": [{"code": "problem-list-item"}]}],
    )
    spoken = found("Confusion", onsetString="since 23 Nov 2026")

    assert coded is not None
    assert coded.onset is not None
    assert coded.onset.precision == "year"
    assert coded.category == "problem-list-item"
    assert spoken is not None
    assert spoken.onset is not None


def test_problem_without_code_or_words_is_unreadable() -> None:
    """It might have been the pump: the need is partial."""
    record = chart(condition({"coding": [{"system": "urn:local", "code": "1"}]}))

    assert [entry.reference for entry in record.unreadable] == ["Condition/c1"]
    assert not record.ledger.is_whole("Condition")


def test_problem_that_nobody_asks_for_is_dropped() -> None:
    """Ingrown toenail: read, known, dropped; the chart is whole."""
    record = chart(condition("Ingrown toenail"))

    assert record.conditions == ()
    assert record.ledger.is_whole("Condition")

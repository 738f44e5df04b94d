"""Vital signs, laboratory values, scores, signs in words, and what a pump says."""

from typing import Any

import pytest

from cards.record.concepts import Measure, Problem, Sign
from tests.record.shapes import LOINC, SNOMED, chart, observation, quantity, seen


def loinc(code: str) -> dict[str, Any]:
    """A LOINC-coded name."""
    return {"coding": [{"system": LOINC, "code": code}]}


@pytest.mark.parametrize(
    ("value", "celsius", "is_assumed"),
    [
        (quantity(39.4, "degC", "Cel"), 39.4, False),
        (quantity(102.9, "°F"), 39.39, False),
        (quantity(102.9, "", "[degF]"), 39.39, False),
        (quantity(102.9, "F"), 39.39, False),
        (quantity(39.4), 39.4, True),
        (quantity(102.9), 39.39, True),
        (quantity(60), None, False),
        (quantity(12, "Cel"), None, False),
        (quantity(399, "", "Cel"), None, False),
    ],
)
def test_temperature(value: dict[str, Any], celsius: float | None, is_assumed: bool) -> None:
    """Celsius or Fahrenheit by unit, else by range and said so; impossible values are not used."""
    fact = seen(code={"text": "Temp"}, valueQuantity=value)[Measure.TEMPERATURE]

    assert fact.value == celsius
    assert ("temperature unit assumed" in fact.defects) is is_assumed


@pytest.mark.parametrize("system", [LOINC, "urn:oid:2.16.840.1.113883.6.1"])
@pytest.mark.parametrize("code", ["29463-7", "3141-9", "8350-1", "8351-9"])
@pytest.mark.parametrize(
    ("value", "kilograms"),
    [
        (quantity(70, "kg", "kg"), 70),
        (quantity(70, "", "kg"), 70),
        (quantity(154, "lb", "[lb_av]"), 69.853),
        (quantity(154, "", "[lb_av]"), 69.853),
    ],
)
def test_weight_by_code_alone(code: str, system: str, value: dict[str, Any], kilograms: float) -> None:
    """Doses of children hang on it: a code without words is enough."""
    fact = seen(code={"coding": [{"system": system, "code": code}]}, valueQuantity=value)[Measure.WEIGHT]

    assert fact.value == pytest.approx(kilograms, abs=0.001)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Temp", Measure.TEMPERATURE),
        ("T", Measure.TEMPERATURE),
        ("Temperature Celsius", Measure.TEMPERATURE),
        ("HR", Measure.HEART_RATE),
        ("Pulse", Measure.HEART_RATE),
        ("Heart Rate", Measure.HEART_RATE),
        ("RR", Measure.RESPIRATORY_RATE),
        ("Resp", Measure.RESPIRATORY_RATE),
        ("SpO2", Measure.OXYGEN_SATURATION),
        ("O2 saturation pulseoxymetry", Measure.OXYGEN_SATURATION),
        ("Arterial Blood Pressure systolic", Measure.SYSTOLIC),
        ("DBP", Measure.DIASTOLIC),
        ("MAP", Measure.MEAN_PRESSURE),
        ("GCS", Measure.GCS),
        ("RASS", Measure.RASS),
        ("CK", Measure.CK),
        ("CPK total", Measure.CK),
        ("Creatinine, serum", Measure.CREATININE),
        ("eGFR (CKD-EPI)", Measure.EGFR),
        ("Potassium", Measure.POTASSIUM),
        ("Lactate", Measure.LACTATE),
        ("AST", Measure.AST),
        ("ALT (SGPT)", Measure.ALT),
        ("Modified Ashworth", Measure.MODIFIED_ASHWORTH),
        ("Penn spasm frequency", Measure.PENN_SPASM),
        ("pH", Measure.PH),
        ("paCO2", Measure.PACO2),
        ("INR", Measure.INR),
        ("Body weight", Measure.WEIGHT),
    ],
)
def test_names_without_a_code(text: str, concept: Measure) -> None:
    """What flowsheets and laboratories call these."""
    assert concept in seen(code={"text": text}, valueQuantity=quantity(14))


@pytest.mark.parametrize(
    "text",
    [
        "CK-MB",
        "Urine creatinine",
        "Creatinine clearance",
        "Pulse pressure",
        "Lactate dehydrogenase",
        "Birth weight",
        "Hemoglobin",
        "Room temperature",
    ],
)
def test_names_of_something_else(text: str) -> None:
    """Near names are other measurements, and nobody asks for them."""
    assert seen(code={"text": text}, valueQuantity=quantity(14)) == {}


def test_blood_pressure_as_panel_alone_or_in_words() -> None:
    """Components, two Observations, or "186/110": the same two facts."""
    panel = seen(
        code=loinc("85354-9"),
        component=[
            {"code": loinc("8480-6"), "valueQuantity": quantity(186, "mmHg", "mm[Hg]")},
            {"code": loinc("8462-4"), "valueQuantity": quantity(110, "mmHg", "mm[Hg]")},
        ],
    )
    alone = seen(code=loinc("8480-6"), valueQuantity=quantity(24.8, "kPa"))
    spoken = seen(code={"text": "BP"}, valueString="186/110")

    assert (panel[Measure.SYSTOLIC].value, panel[Measure.DIASTOLIC].value) == (186, 110)
    assert alone[Measure.SYSTOLIC].value == pytest.approx(186, abs=0.1)
    assert (spoken[Measure.SYSTOLIC].value, spoken[Measure.DIASTOLIC].value) == (186, 110)


@pytest.mark.parametrize(
    ("name", "value", "concept", "expected"),
    [
        ("CK", quantity(200, "", "ukat/L"), Measure.CK, 12000),
        ("Creatinine", quantity(176.8, "umol/L"), Measure.CREATININE, 2),
        ("Creatinine", quantity(176.8, "µmol/L"), Measure.CREATININE, 2),
        ("Potassium", quantity(5.5, "mEq/L"), Measure.POTASSIUM, 5.5),
        ("PaCO2", quantity(8, "kPa"), Measure.PACO2, 60.0048),
        ("Weight", quantity(154, "lb"), Measure.WEIGHT, 69.853),
        ("SpO2", quantity(91, "%"), Measure.OXYGEN_SATURATION, 91),
        ("Creatinine", quantity(2, "furlongs"), Measure.CREATININE, None),
    ],
)
def test_units_are_converted(name: str, value: dict[str, Any], concept: Measure, expected: float | None) -> None:
    """One unit a measure; a unit that is not understood leaves no number."""
    found = seen(code={"text": name}, valueQuantity=value)[concept].value

    assert found == (None if expected is None else pytest.approx(expected, rel=1e-3))


@pytest.mark.parametrize(
    ("name", "text", "concept", "expected"),
    [
        ("GCS", "E4V4M6=14", Measure.GCS, 14),
        ("GCS", "E4 V4 M6", Measure.GCS, 14),
        ("GCS", "14/15", Measure.GCS, 14),
        ("GCS", "10T", Measure.GCS, None),
        ("RASS", "+2", Measure.RASS, 2),
        ("RASS", "-3 moderate sedation", Measure.RASS, -3),
        ("Modified Ashworth", "3", Measure.MODIFIED_ASHWORTH, 3),
        ("Modified Ashworth", "1+", Measure.MODIFIED_ASHWORTH, 1.5),
        ("MAS", "R elbow 2, L elbow 3", Measure.MODIFIED_ASHWORTH, 3),
        ("Temp", "39.4 C", Measure.TEMPERATURE, 39.4),
        ("Temp", "102.9 °F", Measure.TEMPERATURE, 39.39),
        ("CK", ">12,000 U/L", Measure.CK, 12000),
        ("HR", "132", Measure.HEART_RATE, 132),
        ("Temp", "see note", Measure.TEMPERATURE, None),
        ("RASS", "unable to assess", Measure.RASS, None),
    ],
)
def test_values_in_words(name: str, text: str, concept: Measure, expected: float | None) -> None:
    """Flowsheet values that come as strings; unreadable ones stay as a fact without a number."""
    assert seen(code={"text": name}, valueString=text)[concept].value == expected


def test_comparator_is_kept() -> None:
    """CK above the laboratory's limit."""
    coded = seen(code=loinc("2157-6"), valueQuantity={"value": 12000, "comparator": ">", "unit": "U/L"})[Measure.CK]

    assert (coded.comparator, coded.value) == (">", 12000)
    assert seen(code={"text": "CK"}, valueString="> 12000")[Measure.CK].comparator == ">"


def test_gcs_of_its_three_parts() -> None:
    """Eye, verbal and motor of one panel make a total; one part alone makes none."""
    parts = [("9267-6", 4), ("9270-0", 4), ("9268-4", 6)]
    panel = seen(code=loinc("9269-2"), component=[{"code": loinc(c), "valueInteger": v} for c, v in parts])

    assert panel[Measure.GCS].value == 14
    assert Measure.GCS not in seen(code=loinc("9267-6"), valueInteger=4)


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "unknown", "registered"])
def test_statuses_that_do_not_count(status: str) -> None:
    """FND-05: only final, amended, corrected and preliminary results."""
    assert seen(status=status, code=loinc("8867-4"), valueQuantity=quantity(132)) == {}


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "preliminary", None])
def test_statuses_that_count(status: str | None) -> None:
    """A missing status is taken as final."""
    assert Measure.HEART_RATE in seen(status=status, code=loinc("8867-4"), valueQuantity=quantity(132))


def test_absent_value_is_missing_not_normal() -> None:
    """dataAbsentReason: no fact, on the whole or on a component."""
    assert seen(code=loinc("8867-4"), dataAbsentReason={"text": "Not performed"}) == {}
    assert seen(code=loinc("85354-9"), component=[{"code": loinc("8480-6"), "dataAbsentReason": {}}]) == {}


@pytest.mark.parametrize(
    ("elements", "sign"),
    [
        ({"code": {"text": "Hallucinations"}, "valueString": "present"}, Sign.HALLUCINATIONS),
        ({"code": {"text": "Hallucinations"}, "valueBoolean": True}, Sign.HALLUCINATIONS),
        ({"code": {"text": "Hallucinations"}, "valueCodeableConcept": {"text": "visual"}}, Sign.HALLUCINATIONS),
        ({"code": {"text": "Delirium screen"}, "valueCodeableConcept": {"text": "Positive"}}, Sign.DELIRIUM),
        ({"code": {"text": "CAM-ICU"}, "valueString": "Positive"}, Sign.DELIRIUM),
        ({"code": {"text": "Muscle tone"}, "valueString": "increased, rigid"}, Sign.SPASTICITY),
        ({"code": {"text": "Tone"}, "valueString": "flaccid"}, Sign.HYPOTONIA),
        ({"code": {"text": "Tone"}, "valueString": "normal"}, Sign.TONE_NORMAL),
        ({"code": {"text": "Neuro"}, "valueString": "confused and agitated"}, Sign.AGITATION),
        ({"code": {"text": "Skin"}, "valueString": "itching all over, no rash"}, Sign.PRURITUS),
        ({"code": {"coding": [{"system": SNOMED, "code": "91175000"}]}, "valueBoolean": True}, Sign.SEIZURE),
        (
            {"code": {"text": "Finding"}, "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "26079004"}]}},
            Sign.TREMOR,
        ),
        ({"code": {"text": "Nursing note"}, "note": [{"text": "Patient diaphoretic and shaking"}]}, Sign.DIAPHORESIS),
        ({"code": {"text": "Seizure"}}, Sign.SEIZURE),
    ],
)
def test_signs(elements: dict[str, Any], sign: Sign) -> None:
    """A sign in the name with a yes, in the value's words, or in a note."""
    assert sign in seen(**elements)


@pytest.mark.parametrize(
    "elements",
    [
        {"code": {"text": "Hallucinations"}, "valueString": "absent"},
        {"code": {"text": "Hallucinations"}, "valueBoolean": False},
        {"code": {"text": "Hallucinations"}, "valueCodeableConcept": {"text": "None"}},
        {"code": {"text": "Seizure"}, "valueString": "denies"},
        {"code": {"text": "Assessment"}, "valueString": "no fever, denies hallucinations"},
        {"code": {"text": "Assessment"}, "valueString": "seizure ruled out"},
        {"code": {"text": "Assessment"}, "valueString": "mother has seizures"},
        {"code": {"text": "Teaching"}, "valueString": "call if fever or confusion"},
        {"code": {"text": "Seizure precautions"}, "valueString": "in place"},
        {"code": {"text": "Fever"}, "dataAbsentReason": {"text": "not asked"}},
        {"code": {"text": "Delirium screen"}},
        {"code": {"text": "Tremor"}, "valueString": "see note"},
    ],
)
def test_signs_that_are_not_asserted(elements: dict[str, Any]) -> None:
    """Denied, excluded, the family's, or only watched for."""
    assert not set(seen(**elements)) & set(Sign)


def test_negative_cam_is_a_finding_of_its_own() -> None:
    """0 is "screened and negative", which is not "not screened"."""
    assert seen(code={"text": "CAM-ICU"}, valueString="Negative")[Measure.CAM].value == 0


def test_end_of_a_period_counts() -> None:
    """effectivePeriod: its end; a day means until its midnight in New York."""
    fact = seen(
        effectiveDateTime=None,
        effectivePeriod={"start": "2026-11-23", "end": "2026-11-23"},
        code={"text": "HR"},
        valueInteger=120,
    )

    when = fact[Measure.HEART_RATE].when
    assert when is not None
    assert when.latest.isoformat() == "2026-11-24T05:00:00+00:00"


def test_pregnancy_by_the_latest_word() -> None:
    """A positive status of this year counts, until a later negative."""

    def status(identity: str, day: str, code: dict[str, Any]) -> dict[str, Any]:
        return observation(id=identity, code=loinc("82810-3"), effectiveDateTime=day, valueCodeableConcept=code)

    pregnant = status("o1", "2026-09-01", {"coding": [{"system": SNOMED, "code": "77386006"}]})
    not_now = status("o2", "2026-11-01", {"text": "Not pregnant"})

    assert [c.is_active for c in chart(pregnant).conditions if Problem.PREGNANCY in c.concepts] == [True]
    assert [c.is_active for c in chart(pregnant, not_now).conditions] == [False]
    assert chart(not_now).conditions == ()


def test_due_date_of_a_pregnancy() -> None:
    """An expected date of delivery in the future is a pregnancy with its end."""
    due = chart(observation(code={"text": "Estimated due date"}, valueDateTime="2026-12-20")).conditions[0]
    past = chart(observation(code={"text": "EDD"}, valueDateTime="2024-12-20")).conditions[0]

    assert (due.is_active, past.is_active) == (True, False)
    assert due.abated is not None


def test_old_pregnancy_is_over() -> None:
    """A status of two years ago says nothing of today."""
    old = observation(code=loinc("82810-3"), effectiveDateTime="2024-08-24", valueCodeableConcept={"text": "Pregnant"})

    assert [c.is_active for c in chart(old).conditions] == [False]


@pytest.mark.parametrize(
    "component",
    [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 186}},
        [None, {"code": {"text": "Systolic"}, "valueQuantity": {"value": 186}}, "x"],
        [{"code": {"text": "Systolic"}, "valueQuantity": [{"value": 186}]}],
        [{"code": "Systolic", "valueInteger": 186}],
        [{"code": {"text": "Systolic"}, "valueString": 186}],
    ],
)
def test_components_in_odd_shapes(component: Any) -> None:
    """An object for an array, strangers between, a list for an object."""
    assert seen(code={"text": "Vitals"}, component=component)[Measure.SYSTOLIC].value == 186


def test_range_is_read_by_its_upper_end() -> None:
    """valueRange of a score: the worse of both where higher is worse."""
    low, high = {"value": 2}, {"value": 3}

    assert (
        seen(code={"text": "Modified Ashworth"}, valueRange={"low": low, "high": high})[Measure.MODIFIED_ASHWORTH].value
        == 3
    )


@pytest.mark.parametrize("name", ["Temp src", "BP location", "Pulse site", "Temperature source"])
def test_words_about_a_measurement_are_no_measurement(name: str) -> None:
    """Where and how it was taken."""
    assert seen(code={"text": name}, valueString="Oral") == {}

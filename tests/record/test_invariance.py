"""The same fact, told differently, is the same fact; and no content of a resource stops the reading."""

import json
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.ledger import Ledger
from cards.moment import Moment, Supplied
from cards.record import wire
from cards.record.concepts import Measure
from cards.record.read import read
from cards.record.record import Record
from tests.record.shapes import LOINC, NOW, RXNORM, TID_20, VALUESETS, ZONE, chart, observation, request

DATA = Path(__file__).parent.parent / "data" / "real"
BACLOFEN = {"text": "Baclofen 10 MG Oral Tablet", "coding": [{"system": RXNORM, "code": "197391"}]}
INGREDIENT = {
    "resourceType": "Medication",
    "id": "m",
    "code": {"text": "Baclofen 10 MG Oral Tablet"},
    "ingredient": [
        {
            "itemCodeableConcept": {"coding": [{"system": RXNORM, "code": "1292"}]},
            "strength": {"numerator": {"value": 10, "unit": "mg"}, "denominator": {"value": 1, "unit": "tablet"}},
        }
    ],
}
DRUGS: list[tuple[dict[str, Any], tuple[dict[str, Any], ...]]] = [
    ({"medicationCodeableConcept": BACLOFEN}, ()),
    ({"medicationCodeableConcept": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": "197391"}]}}, ()),
    ({"medicationCodeableConcept": {"text": "BACLOFEN 10 MG PO TABS"}}, ()),
    ({"medicationReference": {"reference": "#m"}, "contained": [INGREDIENT]}, ()),
    ({"medicationReference": {"reference": "Medication/m"}}, (INGREDIENT,)),
    (
        {"medicationReference": {"reference": "https://ehr.example.org/Medication/m", "display": "baclofen"}},
        (INGREDIENT,),
    ),
    ({"medicationReference": {"display": "baclofen 10 mg tablet"}}, ()),
    (
        {"medicationCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": "72162-2449-1"}]}},
        (),
    ),
]
DOSES: list[dict[str, Any]] = [
    TID_20,
    {"timing": {"code": {"text": "TID"}}, "doseAndRate": [{"doseQuantity": {"value": 0.02, "code": "g"}}]},
    {
        "timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}},
        "doseAndRate": [{"doseQuantity": {"value": 2, "code": "{tbl}"}}],
    },
    {"text": "20 mg = 2 tab, Oral, TID"},
    {"text": "take 2 tablets by mouth three times daily"},
    {"doseQuantity": {"value": "20", "unit": "mg"}, "timing": [{"code": {"coding": {"code": "TID"}}}]},
]


def said(record: Record) -> list[Any]:
    """What an order says of drug, route and dose."""
    return [(o.product.drugs, o.route, o.dosage.daily, o.product.strength_mg) for o in record.medication_orders]


@given(
    st.sampled_from(DRUGS), st.sampled_from(DOSES), st.booleans(), st.randoms(use_true_random=False), st.integers(1, 3)
)
@settings(max_examples=150, deadline=None)
def test_one_prescription_in_every_form(
    drug: tuple[dict[str, Any], tuple[dict[str, Any], ...]],
    dose: dict[str, Any],
    is_statement: bool,
    shuffle: random.Random,
    copies: int,
) -> None:
    """Code, OID, words, contained or referenced; request or statement; structure or text; any order; duplicates."""
    elements, others = drug
    one = request(**elements, **{"dosage" if is_statement else "dosageInstruction": [dose]})
    if is_statement:
        one["resourceType"] = "MedicationStatement"
    resources = [*([one] * copies), *others]
    shuffle.shuffle(resources)

    plain = chart(request(medicationCodeableConcept=BACLOFEN, dosageInstruction=[TID_20]))
    assert said(chart(*resources)) == said(plain)


@given(st.floats(30, 44).map(lambda value: round(value, 1)), st.booleans(), st.booleans())
def test_one_temperature_in_every_form(celsius: float, in_fahrenheit: bool, as_text: bool) -> None:
    """Celsius or Fahrenheit, coded or in words."""
    value, unit = (celsius * 9 / 5 + 32, "[degF]") if in_fahrenheit else (celsius, "Cel")
    code = {"text": "Temp"} if as_text else {"coding": [{"system": LOINC, "code": "8310-5"}]}
    fact = chart(observation(code=code, valueQuantity={"value": value, "code": unit})).observations[0]

    assert fact.value == pytest.approx(celsius, abs=0.01)
    assert fact.defects == ()


@given(st.integers(60, 250), st.integers(30, 140))
def test_one_blood_pressure_in_every_form(systolic: int, diastolic: int) -> None:
    """A panel, two Observations, or one string."""

    def part(code: str, value: int) -> dict[str, Any]:
        return {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg"},
        }

    parts = [part("8480-6", systolic), part("8462-4", diastolic)]
    forms = [
        chart(observation(code={"coding": [{"system": LOINC, "code": "85354-9"}]}, component=parts)),
        chart(*(observation(id=str(n), **one) for n, one in enumerate(parts))),
        chart(observation(code={"text": "Blood pressure"}, valueString=f"{systolic}/{diastolic} mmHg")),
    ]

    for record in forms:
        assert {o.concept: o.value for o in record.observations} == {
            Measure.SYSTOLIC: systolic,
            Measure.DIASTOLIC: diastolic,
        }


@given(st.permutations(range(6)))
@settings(max_examples=30, deadline=None)
def test_order_of_entries_means_nothing(order: list[int]) -> None:
    """Devices after their use, Medications after their orders: the same facts."""
    resources: list[dict[str, Any]] = [
        request(medicationReference={"reference": "Medication/m"}, dosageInstruction=[TID_20]),
        INGREDIENT,
        {"resourceType": "DeviceUseStatement", "id": "u", "device": {"reference": "Device/d"}},
        {"resourceType": "Device", "id": "d", "deviceName": [{"name": "SynchroMed II"}]},
        observation(code={"text": "HR"}, valueInteger=120),
        observation(id="o2", code={"text": "Tremor"}, valueString="yes"),
    ]

    def facts(record: Record) -> list[set[bytes]]:
        groups = (record.medication_orders, record.devices, record.observations)
        return [{msgspec.json.encode(fact) for fact in group} for group in groups]  # type: ignore[attr-defined]

    assert facts(chart(*(resources[n] for n in order))) == facts(chart(*resources))


ELEMENTS = sorted({field.encode_name for kind in wire.AnyWire.__args__ for field in msgspec.structs.fields(kind)})
INNER = [
    "coding",
    "code",
    "system",
    "display",
    "text",
    "value",
    "unit",
    "reference",
    "start",
    "end",
    "repeat",
    "frequency",
    "period",
    "periodUnit",
    "doseAndRate",
    "doseQuantity",
    "rateQuantity",
    "rateRatio",
    "doseRange",
    "low",
    "high",
    "numerator",
    "denominator",
    "timing",
    "sequence",
    "route",
    "name",
    "type",
    "actor",
    "detail",
    "extension",
    "url",
    "valueQuantity",
    "strength",
    "item",
    "itemReference",
    "itemCodeableConcept",
]
WORDS = [
    "baclofen 10 mg tablet",
    "20 mg TID",
    "2026-11-24",
    "2026",
    "mg",
    "mcg/day",
    "Patient/p1",
    "#m",
    "E4V4M6",
    "186/110",
    "pump refill due",
    "-1",
    "1e999",
    "0",
    "active",
    "\u0000",
    "½",
    "10-10-20 mg x 7 d, then stop",
    "every 0 hours",
    "0/0",
    "x 0 d",
    "Temp",
    "GCS",
    "9" * 400,
    RXNORM,
    "197391",
]
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**300, 10**301)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=8)
)
JSON = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=4),
    max_leaves=14,
)
TYPES = sorted(kind.__name__ for kind in wire.AnyWire.__args__)


def take(contents: list[bytes], drafts: list[bytes]) -> Record:
    """Read raw bytes, some as drafts."""
    moment = Moment(now=NOW, patient_id="p1", zone=ZONE, drafts=tuple(msgspec.Raw(d) for d in drafts))
    return read([Supplied("need", msgspec.Raw(c)) for c in contents], Ledger(), moment, VALUESETS)


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(ELEMENTS), JSON, max_size=8), st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_shape_stops_the_reading(kind: str, elements: dict[str, Any], is_draft: bool) -> None:
    """Any element may be anything: an object for an array, a number for a word, a list of nulls."""
    content = json.dumps({**elements, "resourceType": kind}).encode()

    record = take([content, content], [content] if is_draft else [])

    assert isinstance(record, Record)


REAL = sorted(DATA.glob("us-core-*.json"))


def mutated(node: Any, rng: random.Random) -> Any:
    """A resource with something in it dropped, doubled or replaced."""
    if isinstance(node, dict):
        return {key: mutated(value, rng) for key, value in node.items() if rng.random() > 0.05}
    if isinstance(node, list):
        return [mutated(item, rng) for item in node] * rng.choice((0, 1, 1, 1, 2))
    return rng.choice([*WORDS, None, 0, -1, [], {}]) if rng.random() < 0.15 else node


@given(st.sampled_from(REAL), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_no_mutation_of_a_real_resource_stops_the_reading(path: Path, rng: random.Random) -> None:
    """US Core's own examples, damaged."""
    resource = mutated(json.loads(path.read_bytes()), rng)

    assert isinstance(take([json.dumps(resource).encode()], []), Record)


@given(st.binary(max_size=60))
def test_no_bytes_stop_the_reading(content: bytes) -> None:
    """Not even those that are no JSON: they are unreadable, or a type that we do not read."""
    record = take([content], [])

    assert len(record.unreadable) == 1


def test_real_examples_of_us_core() -> None:
    """Eleven published resources read whole: vital signs, another drug, no pump."""
    record = chart(*(json.loads(path.read_bytes()) for path in REAL), patient="example")

    assert record.unreadable == ()
    assert record.foreign == 0
    assert record.devices == ()
    assert all(order.product.is_known and not order.product.drugs for order in record.medication_orders)
    assert [order.is_reported for order in record.medication_orders].count(True) == 1
    assert {o.concept: o.value for o in record.observations} == {
        Measure.SYSTOLIC: 109,
        Measure.DIASTOLIC: 44,
        Measure.HEART_RATE: 44,
        Measure.TEMPERATURE: 36.56,
    }


LONG = [
    "9", "1,", "1.", "1-", "1/2 ", "day 1 ", "pump ", "no fever, ", "10 mg TID then ", "25/11/26 ", "a", "-",
    "baclofen 10 mg/ml ",
]  # fmt: skip


@pytest.mark.parametrize("unit", LONG)
def test_long_texts_do_not_cost_the_square_of_their_length(unit: str) -> None:
    """A note of 20,000 characters is read in a moment, whatever it repeats."""
    text = unit * (20_000 // len(unit))
    drug, sig, note = {"text": f"baclofen {text}"}, [{"text": text}], [{"text": text}]
    resources = [
        request(medicationCodeableConcept=drug, dosageInstruction=sig, note=note),
        observation(code={"text": f"Pump {text}"}, valueString=text),
    ]

    began = time.process_time()
    chart(*resources)

    assert time.process_time() - began < 4

"""The same facts, told otherwise: the same cards (and nothing unrelated changes them)."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards import needs
from cards.decide import decide
from cards.hooks import ORDER_SIGN
from cards.ledger import Entry, Ledger, State
from cards.moment import Supplied
from cards.rule import all_rules
from tests.chart import RXNORM, SUBJECT, Chart, Resource, instant, valuesets

Told = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def cards_of(chart: Chart, resources: list[Resource], drafts: list[Resource]) -> list[Told]:
    """What the answer says: kind, indicator, rules, suggestions."""
    chart = copy.deepcopy(chart)
    chart.resources = resources
    hook = ORDER_SIGN if drafts else chart.moment().hook
    decision = decide(all_rules(), chart.supplied(), whole(), chart.moment(hook, drafts), valuesets=valuesets())
    cards = [*decision.cards, *([decision.could_not_check] if decision.could_not_check else [])]
    return [(c.kind, c.urgency.indicator, c.rules, tuple(s.key for s in c.suggestions)) for c in cards]


def whole() -> Ledger:
    """Everything was read."""
    return Ledger(Entry(need.key, State.PRESENT, "prefetch") for need in needs.ALL)


# -- patients ----------------------------------------------------------------------------------------------------------


def omitted_and_hallucinating() -> tuple[Chart, list[Resource]]:
    chart = Chart()
    chart.baclofen()
    chart.stay("31h")
    chart.sign("Visual hallucinations")
    chart.temperature(38.6)
    chart.systolic(172)
    return chart, []


def doses_missed() -> tuple[Chart, list[Resource]]:
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since="59h", category="inpatient")
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    return chart, []


def stop_being_signed() -> tuple[Chart, list[Resource]]:
    chart = Chart()
    order = chart.baclofen(10, 3)
    return chart, [chart.draft(order, status="stopped")]


def overdue_pump_with_fever() -> tuple[Chart, list[Resource]]:
    chart = Chart()
    chart.pump()
    chart.alarm_date("6d")
    chart.temperature(39.4)
    chart.sign("Increased spasticity")
    return chart, []


def steady() -> tuple[Chart, list[Resource]]:
    chart = Chart()
    chart.baclofen()
    chart.temperature(39.4)
    chart.sign("Confusion")
    return chart, []


PATIENTS = [omitted_and_hallucinating, doses_missed, stop_being_signed, overdue_pump_with_fever, steady]
Patient = Callable[[], tuple[Chart, list[Resource]]]
every_patient = pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: p.__name__)


# -- other ways to say it ----------------------------------------------------------------------------------------------

TABLET = "197392"
DRUGS: dict[str, Callable[[Resource], None]] = {
    "rxnorm": lambda r: r.update(medicationCodeableConcept={"coding": [{"system": RXNORM, "code": TABLET}]}),
    "oid": lambda r: r.update(
        medicationCodeableConcept={"coding": [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": TABLET}]}
    ),
    "atc": lambda r: r.update(
        medicationCodeableConcept={"coding": [{"system": "http://www.whocc.no/atc", "code": "M03BX01"}]}
    ),
    "local code with text": lambda r: r.update(
        medicationCodeableConcept={
            "coding": [{"system": "urn:oid:1.2.840.114350.1", "code": "9"}],
            "text": "BACLOFEN 20 MG PO TABS",
        }
    ),
    "brand": lambda r: r.update(medicationCodeableConcept={"text": "Lioresal 20 mg"}),
    "accent": lambda r: r.update(medicationCodeableConcept={"text": "Baclofène 20 mg comprimé"}),
    "display only": lambda r: r.update(
        medicationReference={"reference": "Medication/gone", "display": "BACLOFEN 20 MG PO TABS"}
    ),
    "contained": lambda r: r.update(
        contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Baclofen 20 mg tablet"}}],
        medicationReference={"reference": "#m"},
    ),
    "ingredient": lambda r: r.update(
        contained=[
            {
                "resourceType": "Medication",
                "id": "m",
                "ingredient": [{"itemCodeableConcept": {"coding": [{"system": RXNORM, "code": "1292"}]}}],
            }
        ],
        medicationReference={"reference": "#m"},
    ),
}


def is_oral_baclofen(resource: Resource) -> bool:
    text = json.dumps(resource)
    return "medicationCodeableConcept" in resource and "baclofen" in text and "72607000" not in text


@every_patient
@pytest.mark.parametrize("way", DRUGS)
def test_the_drug_by_any_code_or_none(patient: Patient, way: str) -> None:
    """By RxNorm, OID alias, ATC, text, brand, contained, ingredient, or a display alone."""
    chart, drafts = patient()
    expected = cards_of(chart, chart.resources, drafts)
    for resource in [*chart.resources, *drafts]:
        if is_oral_baclofen(resource):
            del resource["medicationCodeableConcept"]
            DRUGS[way](resource)
    assert cards_of(chart, chart.resources, drafts) == expected


@every_patient
def test_the_drug_as_a_medication_of_its_own(patient: Patient) -> None:
    """A reference to a Medication elsewhere in the Bundle."""
    chart, drafts = patient()
    expected = cards_of(chart, chart.resources, drafts)
    for resource in [*chart.resources, *drafts]:
        if is_oral_baclofen(resource):
            del resource["medicationCodeableConcept"]
            resource["medicationReference"] = {"reference": "Medication/bac"}
    medication = {"resourceType": "Medication", "id": "bac", "code": {"coding": [{"system": RXNORM, "code": TABLET}]}}
    assert cards_of(chart, [*chart.resources, medication], drafts) == expected


@every_patient
def test_home_medicine_as_order_or_as_statement(patient: Patient) -> None:
    """Told by an orderer or by a reporter."""
    chart, drafts = patient()
    expected = cards_of(chart, chart.resources, drafts)
    told = [as_statement(r) if is_home_order(r) else r for r in chart.resources]
    assert cards_of(chart, told, drafts) == expected


def is_home_order(resource: Resource) -> bool:
    return resource["resourceType"] == "MedicationRequest" and "community" in json.dumps(resource.get("category", ""))


def as_statement(order: Resource) -> Resource:
    """The same fact as MedicationStatement."""
    return {
        "resourceType": "MedicationStatement",
        "id": order["id"],
        "status": order["status"],
        "subject": order["subject"],
        "medicationCodeableConcept": order["medicationCodeableConcept"],
        "effectivePeriod": {"start": order["authoredOn"]},
        "dosage": order["dosageInstruction"],
    }


UNITS: dict[str, Callable[[Resource], None]] = {
    "fahrenheit": lambda r: change(r, "8310-5", lambda v: {"value": round(v * 9 / 5 + 32, 1), "unit": "°F"}),
    "fahrenheit by UCUM": lambda r: change(
        r, "8310-5", lambda v: {"value": round(v * 9 / 5 + 32, 1), "code": "[degF]"}
    ),
    "no unit": lambda r: change(r, "8310-5", lambda v: {"value": v}),
    "kPa": lambda r: change(r, "8480-6", lambda v: {"value": round(v / 7.5006, 2), "unit": "kPa"}),
}


def change(resource: Resource, loinc: str, to: Callable[[float], Resource]) -> None:
    if loinc in json.dumps(resource.get("code", "")):
        resource["valueQuantity"] = to(resource["valueQuantity"]["value"])


@every_patient
@pytest.mark.parametrize("way", UNITS)
def test_units(patient: Patient, way: str) -> None:
    """Celsius or Fahrenheit, mmHg or kPa."""
    chart, drafts = patient()
    expected = cards_of(chart, chart.resources, drafts)
    for resource in chart.resources:
        UNITS[way](resource)
    assert cards_of(chart, chart.resources, drafts) == expected


@every_patient
def test_blood_pressure_as_panel_or_single(patient: Patient) -> None:
    """Components of a panel."""
    chart, drafts = patient()
    expected = cards_of(chart, chart.resources, drafts)
    for resource in chart.resources:
        if "8480-6" in json.dumps(resource.get("code", "")):
            resource["component"] = [{"code": resource["code"], "valueQuantity": resource.pop("valueQuantity")}]
            resource["code"] = {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}
    assert cards_of(chart, chart.resources, drafts) == expected


def test_pump_dose_in_milligrams_or_micrograms() -> None:
    """350 mcg/day, 0.35 mg/day, as rate or ratio or text."""
    chart, drafts = overdue_pump_with_fever()
    expected = cards_of(chart, chart.resources, drafts)
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    dosage = order["dosageInstruction"][0]
    ratio = {"numerator": {"value": 350, "unit": "mcg"}, "denominator": {"value": 1, "unit": "d", "code": "d"}}
    for way in ({"rateQuantity": {"value": 0.35, "unit": "mg/day", "code": "mg/d"}}, {"rateRatio": ratio}):
        dosage["doseAndRate"] = [way]
        assert cards_of(chart, chart.resources, drafts) == expected


UNRELATED: list[Resource] = [
    {"resourceType": "Observation", "id": "u1", "status": "final", "subject": SUBJECT,
     "code": {"text": "Favourite colour"}, "valueString": "blue"},
    {"resourceType": "MedicationRequest", "id": "u2", "status": "active", "intent": "order", "subject": SUBJECT,
     "medicationCodeableConcept": {"text": "atorvastatin 20 mg"}, "authoredOn": "2020-01-01",
     "category": [{"coding": [{"code": "community"}]}]},
    {"resourceType": "Condition", "id": "u3", "subject": SUBJECT, "code": {"text": "Hay fever"}},
    {"resourceType": "Procedure", "id": "u4", "status": "completed", "subject": SUBJECT,
     "code": {"text": "Dental cleaning"}},
    {"resourceType": "MedicationRequest", "id": "u5", "status": "entered-in-error", "intent": "order",
     "subject": SUBJECT, "medicationCodeableConcept": {"text": "baclofen 10 mg"}},
    {"resourceType": "AllergyIntolerance", "id": "u6", "patient": SUBJECT,
     "code": {"coding": [{"system": RXNORM, "code": "1292"}]}},
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PATIENTS), st.randoms(use_true_random=False), st.lists(st.sampled_from(UNRELATED), unique_by=id))
def test_order_duplicates_and_the_unrelated_change_nothing(
    patient: Patient, chance: random.Random, others: list[Resource]
) -> None:
    """Entries shuffled, some twice, unrelated ones in between."""
    chart, drafts = patient()
    expected = cards_of(chart, chart.resources, drafts)
    told = [*chart.resources, *others, *chance.sample(chart.resources, k=chance.randint(0, len(chart.resources)))]
    chance.shuffle(told)
    assert cards_of(chart, told, drafts) == expected


@every_patient
def test_a_year_later_everything_is_the_same(patient: Patient) -> None:
    """Only what is relative to now counts; instants in another zone are the same instants."""
    chart, drafts = patient()
    expected = cards_of(chart, chart.resources, drafts)
    for resource in chart.resources:
        rewrite_instants(resource)
    assert cards_of(chart, chart.resources, drafts) == expected


def rewrite_instants(node: Any) -> None:
    """Instants of Chicago as instants of Kathmandu."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if isinstance(value, (dict, list)):
            rewrite_instants(value)
        elif isinstance(value, str) and len(value) > 20 and value[10:11] == "T":
            node[key] = datetime.fromisoformat(value).astimezone(ZoneInfo("Asia/Kathmandu")).isoformat()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PATIENTS), st.sampled_from([need.key for need in needs.ALL]))
def test_losing_a_need_never_makes_a_confident_silence(patient: Patient, lost: str) -> None:
    """Without one need's data there is a card, or it is said that the check is incomplete."""
    chart, drafts = patient()
    hook = ORDER_SIGN if drafts else chart.moment().hook
    before = chart.decide(hook, drafts)
    after = chart.decide(hook, drafts, lost=[lost])
    if after.is_silent:
        assert before.is_silent
        opened = [o for o in after.decision.outcomes if lost in getattr(o.verdict, "missing", ())]
        assert not opened


@pytest.mark.parametrize(
    "text", ["Cyclobenzaprine 10 mg", "Bacitracin ointment", "Beclometasone inhaler", "Tizanidine 4 mg"]
)
def test_look_alikes_are_not_baclofen(text: str) -> None:
    """No exposure, no pump: no card, whatever else is in the chart."""
    chart = Chart()
    chart.medicine(text, "400d")
    chart.stay("40h")
    chart.temperature(40.5)
    chart.sign("Severe rigidity")
    chart.sign("Seizure")
    decided = chart.decide()
    assert decided.is_silent
    assert decided.decision.exposure_excluded


def test_topical_baclofen_triggers_nothing() -> None:
    """A compounded cream is no exposure."""
    chart = Chart()
    chart.medicine("Baclofen 2 % cream", "400d")
    chart.stay("40h")
    chart.temperature(40.5)
    chart.sign("Seizure")
    assert not chart.decide().kinds


def test_an_unreadable_drug_is_never_no_baclofen() -> None:
    """A list entry without any readable drug."""
    chart = Chart()
    chart.add("MedicationRequest", status="active", intent="order", authoredOn=instant("9d"))
    decided = chart.decide()
    assert not decided.decision.exposure_excluded
    assert decided.decision.could_not_check is not None
    assert "MedicationRequest" in decided.decision.missing


def test_another_patients_resource_is_dropped_and_told() -> None:
    """The need is partial, and an incident is counted."""
    chart = Chart()
    order = chart.baclofen()
    order["subject"] = {"reference": "Patient/somebody-else"}
    decided = chart.decide()
    assert decided.decision.record.foreign == 1
    assert decided.decision.could_not_check is not None


def test_the_raw_form_is_not_kept() -> None:
    """Facts, not resources: memory stays small."""
    chart, _ = omitted_and_hallucinating()
    record = chart.decide().decision.record
    assert not any(
        isinstance(getattr(fact, name), msgspec.Raw) for fact in record.observations for name in fact.__struct_fields__
    )
    assert Supplied("", msgspec.Raw(b"{}")).need == ""

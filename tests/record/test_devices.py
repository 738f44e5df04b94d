"""Is there an implanted intrathecal pump? No code says so; words do."""

from typing import Any

import pytest

from cards.record.concepts import Drug, Measure, PumpModel
from cards.record.record import Record
from tests.record.shapes import SNOMED, chart, observation, quantity


def device(**elements: Any) -> dict[str, Any]:
    """A Device of patient p1."""
    return {
        "resourceType": "Device",
        "id": "d1",
        "status": "active",
        "patient": {"reference": "Patient/p1"},
        **elements,
    }


def read(**elements: Any) -> Record:
    """The record of one Device."""
    return chart(device(**elements))


@pytest.mark.parametrize(
    ("elements", "model"),
    [
        ({"manufacturer": "Medtronic", "modelNumber": "8637-40"}, PumpModel.SYNCHROMED),
        ({"deviceName": [{"name": "SynchroMed II", "type": "user-friendly-name"}]}, PumpModel.SYNCHROMED),
        ({"deviceName": {"name": "Prometra II Programmable Pump"}}, PumpModel.PROMETRA),
        ({"type": {"text": "Intrathecal infusion pump"}}, PumpModel.UNKNOWN),
        ({"type": {"text": "Baclofen pump"}}, PumpModel.UNKNOWN),
        ({"type": {"coding": [{"system": "urn:local", "code": "1", "display": "ITB PUMP"}]}}, PumpModel.UNKNOWN),
        ({"udiCarrier": [{"carrierHRF": "(01)00643169001763 SYNCHROMED II"}]}, PumpModel.SYNCHROMED),
        (
            {"type": {"coding": [{"system": SNOMED, "code": "430033006"}], "text": "Intrathecal pump"}},
            PumpModel.UNKNOWN,
        ),
    ],
)
def test_intrathecal_pump(elements: dict[str, Any], model: PumpModel) -> None:
    """Maker's names, model numbers, or "intrathecal" with pump."""
    record = read(**elements)

    assert [fact.model for fact in record.devices] == [model]
    assert record.ledger.is_whole("Device")


@pytest.mark.parametrize(
    "elements",
    [
        {"type": {"coding": [{"system": SNOMED, "code": "433296005"}]}},
        {"type": {"coding": [{"system": SNOMED, "code": "430033006", "display": "Infusion Pump (physical object)"}]}},
        {"type": {"text": "Insulin pump"}},
        {"type": {"text": "Implantable cardioverter defibrillator"}},
        {"deviceName": [{"name": "ACME basics folding walker"}]},
        {"status": "entered-in-error", "type": {"text": "Intrathecal pump"}},
        {
            "status": "entered-in-error",
            "type": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "error"}],
                "text": "Error",
            },
        },
    ],
)
def test_other_devices(elements: dict[str, Any]) -> None:
    """Bedside and insulin pumps, walkers and mistakes are dropped, and were read."""
    record = read(**elements)

    assert record.devices == ()
    assert record.ledger.is_whole("Device")


@pytest.mark.parametrize(
    "elements", [{}, {"manufacturer": "Medtronic"}, {"type": {"coding": [{"system": "urn:local", "code": "9"}]}}]
)
def test_device_that_says_nothing_may_be_a_pump(elements: dict[str, Any]) -> None:
    """Neither name nor type: unreadable, and the need is partial."""
    record = read(**elements)

    assert [entry.reference for entry in record.unreadable] == ["Device/d1"]
    assert not record.ledger.is_whole("Device")


def test_drug_named_on_the_device() -> None:
    """A note may name what is in the pump, or deny it."""
    assert read(type={"text": "Intrathecal pump"}, note=[{"text": "baclofen 2000 mcg/mL"}]).devices[0].drugs == {
        Drug.BACLOFEN
    }
    assert read(type={"text": "Intrathecal pump"}, note=[{"text": "morphine, not baclofen"}]).devices[0].drugs == {
        Drug.MORPHINE
    }


def test_expiration_of_the_package_is_no_battery_date() -> None:
    """Device.expirationDate is the shelf life of the packaged product."""
    assert read(type={"text": "Intrathecal pump"}, expirationDate="2027-03-01").observations == ()


def test_device_properties_are_telemetry() -> None:
    """Values without a time of their own."""
    record = read(
        type={"text": "Intrathecal pump"},
        property=[
            {"type": {"text": "Reservoir volume"}, "valueQuantity": [{"value": 3.2, "unit": "mL"}]},
        ],
    )
    fact = record.observations[0]

    assert (fact.concept, fact.value, fact.when) == (Measure.PUMP_RESERVOIR_VOLUME, 3.2, None)


def test_implant_date_in_a_note() -> None:
    """A Device has no element for it."""
    start = read(type={"text": "Intrathecal pump"}, note=[{"text": "Implanted 2021-05-03 by Dr A"}]).devices[0].start

    assert start is not None
    assert start.text == "2021-05-03"


def use(**elements: Any) -> dict[str, Any]:
    """A DeviceUseStatement of patient p1."""
    base = {
        "resourceType": "DeviceUseStatement",
        "id": "u1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
    }
    return {**base, **elements}


def test_use_of_a_pump() -> None:
    """By its display, or by pointing to a Device that is one."""
    named = chart(use(device={"display": "Baclofen pump"}, timingPeriod={"start": "2021"})).devices[0]
    pump = device(deviceName=[{"name": "SynchroMed II"}])
    pointing = chart(use(device={"reference": "Device/d1"}), pump).devices

    assert named.is_use_statement
    assert named.start is not None
    assert [d.device for d in pointing] == ["", "Device/d1"]
    assert pointing[1].model is PumpModel.SYNCHROMED


def test_use_of_another_device_is_dropped() -> None:
    """It points to a walker that was read."""
    record = chart(use(device={"reference": "Device/d1"}), device(deviceName=[{"name": "walker"}]))

    assert record.devices == ()
    assert record.ledger.is_whole("DeviceUseStatement")


def test_use_of_a_device_that_was_not_read() -> None:
    """A bare reference to nothing: it may be the pump."""
    record = chart(use(device={"reference": "Device/gone"}))

    assert not record.ledger.is_whole("DeviceUseStatement")


PUMP = {"type": {"text": "Intrathecal infusion pump"}}
PACEMAKER = {"type": {"text": "Implantable cardiac pacemaker"}}
ERI = {"code": {"text": "ERI date"}, "valueDateTime": "2026-01-09"}


@pytest.mark.parametrize(
    "pointer",
    [
        {"device": {"reference": "Device/d1"}},
        {"focus": [{"reference": "Device/d1"}]},
        {"focus": [{"reference": "Patient/p1"}, {"reference": "Device/d1/_history/2"}]},
        {"device": {"reference": "https://fhir.example.org/r4/Device/d1"}},
        {"device": {"reference": "urn:uuid:d1"}},
    ],
)
@pytest.mark.parametrize(
    ("elements", "concept"),
    [
        (ERI, Measure.PUMP_ERI_DATE),
        ({**ERI, "code": {"text": "ERI"}}, Measure.PUMP_ERI_DATE),
        ({**ERI, "code": {"text": "Elective replacement indicator (ERI) date"}}, Measure.PUMP_ERI_DATE),
        ({**ERI, "code": {"text": "EOS date"}}, Measure.PUMP_EOS_DATE),
        ({**ERI, "code": {"text": "Refill due date"}}, Measure.PUMP_ALARM_DATE),
        ({**ERI, "code": {"coding": [{"system": "urn:local", "code": "7", "display": "ERI"}]}}, Measure.PUMP_ERI_DATE),
        ({"code": {"text": "Daily dose"}, "valueQuantity": quantity(350, "mcg/day")}, Measure.PUMP_DAILY_DOSE),
    ],
)
def test_what_was_observed_at_a_pump_of_this_chart(
    pointer: dict[str, Any], elements: dict[str, Any], concept: Measure
) -> None:
    """The name need not say pump where `device` or `focus` leads to one."""
    record = chart(observation(**elements, **pointer), device(**PUMP))

    assert [o.concept for o in record.observations] == [concept]


@pytest.mark.parametrize(
    ("kind", "pointer"),
    [
        (PACEMAKER, {"device": {"reference": "Device/d1"}}),
        (PACEMAKER, {"focus": [{"reference": "Device/d1"}]}),
        (PACEMAKER, {}),
        (PUMP, {"device": {"reference": "Device/d2"}}),
        (PUMP, {"focus": [{"reference": "Patient/d1"}]}),
        ({**PUMP, "status": "entered-in-error"}, {"device": {"reference": "Device/d1"}}),
    ],
)
@pytest.mark.parametrize("name", ["ERI date", "EOS date", "Refill due date", "Daily dose"])
def test_what_was_observed_elsewhere(kind: dict[str, Any], pointer: dict[str, Any], name: str) -> None:
    """A pacemaker has a replacement indicator, too; a tablet a refill."""
    record = chart(observation(code={"text": name}, valueDateTime="2026-01-09", **pointer), device(**kind))

    assert record.observations == ()


@pytest.mark.parametrize(
    ("name", "is_read"), [("ERI date", True), ("EOS date", False), ("Refill due date", False), ("Daily dose", False)]
)
def test_what_names_no_device_beside_a_pump(name: str, is_read: bool) -> None:
    """Of these only a battery has an ERI; and where there is another battery nobody knows whose it is."""
    told = observation(code={"text": name}, valueDateTime="2026-01-09")

    assert bool(chart(told, device(**PUMP)).observations) is is_read
    assert chart(told, device(**PUMP), device(**PACEMAKER, id="d2")).observations == ()


def test_what_was_observed_at_the_pump_of_a_use_statement() -> None:
    """The Device itself was not sent."""
    told = use(device={"reference": "Device/d9", "display": "Baclofen pump"})
    record = chart(observation(**ERI, device={"reference": "Device/d9"}), told)

    assert [o.concept for o in record.observations] == [Measure.PUMP_ERI_DATE]


@pytest.mark.parametrize("name", ["Volume filled", "Volume filled at refill", "Refill volume", "Volume after refill"])
def test_the_volume_filled(name: str) -> None:
    """Of the pump, by its name or by where it was observed; of anything else it is not ours."""
    filled = observation(code={"text": name}, valueQuantity=quantity(20, "mL"))
    named = observation(code={"text": f"Pump {name[0].lower()}{name[1:]}"}, valueQuantity=quantity(20, "mL"))
    tied = chart({**filled, "device": {"reference": "Device/d1"}}, device(**PUMP))

    assert [(o.concept, o.value) for o in tied.observations] == [(Measure.PUMP_FILL_VOLUME, 20)]
    assert [(o.concept, o.value) for o in chart(named).observations] == [(Measure.PUMP_FILL_VOLUME, 20)]
    at_a_refill = name in ("Volume filled at refill", "Volume after refill")  # beside a pump it is the pump's
    assert bool(chart(filled, device(**PUMP)).observations) is at_a_refill
    assert chart(filled).observations == ()

"""Which pump, which drug, is delivery failing?"""

import pytest

from cards.record.concepts import PumpModel
from cards.timeline.interruptions import Level
from cards.timeline.pump import PumpDrug
from tests.chart import Chart, date, instant


@pytest.mark.parametrize("name", ["SynchroMed II", "Prometra II"])
def test_model(name: str) -> None:
    """Makers whose pumps behave differently."""
    chart = Chart()
    chart.pump(name)
    pump = chart.case().pump
    assert pump is not None
    assert pump.model is not PumpModel.UNKNOWN


@pytest.mark.parametrize(
    ("drug", "problem", "expected"),
    [
        ("baclofen", None, PumpDrug.BACLOFEN),
        ("baclofen 40 mg + morphine 20 mg", None, PumpDrug.BACLOFEN),
        ("morphine", None, PumpDrug.OTHER),
        ("ziconotide", "Spastic quadriplegia", PumpDrug.OTHER),
        (None, "Spastic quadriplegia", PumpDrug.BACLOFEN),
        (None, None, PumpDrug.UNKNOWN),
    ],
)
def test_drug_in_the_pump(drug: str | None, problem: str | None, expected: PumpDrug) -> None:
    """Named, other, inferred from the indication, unknown."""
    chart = Chart()
    chart.pump(drug=drug)
    if problem:
        chart.condition(problem, "900d")
    pump = chart.case().pump
    assert pump is not None
    assert pump.drug is expected


def test_a_pump_known_from_refills_alone() -> None:
    """Clinic stock is on no medication list, and no device entry exists."""
    chart = Chart()
    chart.procedure("Intrathecal baclofen pump refill", "60d")
    pump = chart.case().pump
    assert pump is not None
    assert pump.is_baclofen
    assert pump.is_in_place


def test_a_bedside_infusion_pump_is_none() -> None:
    """Fluids."""
    chart = Chart()
    chart.add("Device", status="active", type={"coding": [{"system": "http://snomed.info/sct", "code": "433296005"}]})
    assert chart.case().pump is None


def test_taken_out_and_put_back() -> None:
    """A later implant ends an explant."""
    chart = Chart()
    chart.pump(drug=None)
    chart.procedure("Removal of intrathecal pump", "90d")
    assert chart.case().pump.is_in_place is False  # type: ignore[union-attr]
    chart.procedure("Implantation of intrathecal baclofen pump", "30d")
    assert chart.case().pump.is_in_place is True  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("note", "level"),
    [
        ("motor stall", Level.CONFIRMED),
        ("pump stopped", Level.CONFIRMED),
        ("catheter disconnected", Level.CONFIRMED),
        ("critical alarm, two-tone", Level.PROBABLE),
        ("normal, running as programmed", Level.POSSIBLE),
    ],
)
def test_what_was_read_at_the_pump(note: str, level: Level) -> None:
    """Interrogation and alarms."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.pump_note("Intrathecal pump interrogation", note)
    delivery = chart.case().delivery
    assert delivery is not None
    assert delivery.level is level


def test_stopped_pump_order() -> None:
    """The intrathecal order was stopped yesterday."""
    chart = Chart()
    chart.pump()
    order = chart.resources[-1]
    order["status"] = "stopped"
    order["dosageInstruction"][0]["timing"] = {
        "repeat": {"boundsPeriod": {"start": instant("300d"), "end": instant("30h")}}
    }
    chart.procedure("Intrathecal pump refill", "30d")
    assert chart.case().delivery.level is Level.CONFIRMED  # type: ignore[union-attr]


@pytest.mark.parametrize(("eri", "level"), [("91d", Level.PROBABLE), ("80d", Level.POSSIBLE)])
def test_battery_at_its_end(eri: str, level: Level) -> None:
    """The pump stops 90 days after the replacement indicator."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    note = chart.pump_note("Intrathecal pump ERI date", "", "30d")
    del note["valueString"]
    note["valueDateTime"] = date(eri)
    assert chart.case().delivery.level is level  # type: ignore[union-attr]


def test_a_coded_complication_of_the_catheter() -> None:
    """ICD-10-CM T85.610A, three days ago."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.condition("", "3d", category=[{"coding": [{"code": "encounter-diagnosis"}]}])
    chart.resources[-1]["code"] = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "T85.610A"}]}
    assert chart.case().delivery.level >= Level.PROBABLE  # type: ignore[union-attr]


def test_loss_of_effect_after_a_revision() -> None:
    """New spasticity ten days after catheter surgery."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal catheter revision", "10d")
    assert chart.case().delivery.level is Level.POSSIBLE  # type: ignore[union-attr]
    chart.sign("Increased spasticity")
    assert chart.case().delivery.level is Level.PROBABLE  # type: ignore[union-attr]


def test_dates_that_disagree() -> None:
    """Alarm date in 20 days, calculated empty in five: the earlier counts, and it is said."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "109d")
    chart.alarm_date("+20d", told="109d")
    for text, value, unit in (("IT pump fill volume", 20, "mL"), ("IT pump concentration", 2000, "mcg/mL")):
        note = chart.pump_note(text, "", "109d")
        del note["valueString"]
        note["valueQuantity"] = {"value": value, "unit": unit}
    card = chart.decide().card("pump-failure-risk")
    assert card.urgency.indicator == "info"
    assert "days apart; the earlier counts" in card.detail


def test_a_pump_holds_what_was_filled_last() -> None:
    """Baclofen three years ago, morphine since: not a baclofen pump."""
    chart = Chart()
    chart.pump()
    old = chart.resources[-1]
    old["status"], old["authoredOn"] = "stopped", instant("1500d")
    old["dosageInstruction"][0]["timing"] = {"repeat": {"boundsPeriod": {"end": instant("1100d")}}}
    chart.pump(drug="morphine")
    chart.procedure("Intrathecal pump refill with morphine", "40d")
    chart.alarm_date("5d")
    assert chart.case().pump.drug is PumpDrug.OTHER  # type: ignore[union-attr]
    assert chart.decide().is_silent


def test_concentration_from_the_order() -> None:
    """3 mL of 2,000 mcg/mL at 350 mcg/day, measured 20 days ago, lasted 17 days."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "100d")
    note = chart.pump_note("IT pump reservoir volume", "", "20d")
    del note["valueString"]
    note["valueQuantity"] = {"value": 3, "unit": "mL"}
    card = chart.decide().card("pump-failure-risk")
    assert card.urgency.indicator == "critical"
    assert "calculated empty" in card.summary


def test_an_alarm_date_on_the_device_is_missed_when_devices_are() -> None:
    """The pump is known from its order; its alarm date was on the Device that failed."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    assert chart.decide(lost=["Device"]).decision.could_not_check is not None


def test_after_removal_there_is_no_pump_to_interrogate() -> None:
    """Eight days after explant: restore the intrathecal route."""
    chart = Chart()
    chart.pump(drug=None)
    chart.procedure("Intrathecal baclofen pump refill", "60d")
    chart.procedure("Removal of intrathecal baclofen pump", "3d")
    chart.sign("Severe rigidity")
    chart.temperature(39.4)
    card = chart.decide().card("suspected-withdrawal")
    assert "after pump removal" in card.summary
    assert not {"interrogate", "refill", "catheter"} & {s.key for s in card.suggestions}

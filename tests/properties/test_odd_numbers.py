"""Numbers that no chart can mean, wherever a number stands: no rule breaks on them, and no card quotes infinity."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.hooks import ORDER_SIGN
from tests.chart import Chart, instant
from tests.properties.patients import examples

ODD = st.sampled_from(
    [1e308, 1.7e308, 1e300, 1e16, 1e15, 999999999.0, 1e-9, 1e-300, 5e-324, 0, -0.0, -1, -1e308, 10**400, "1e308",
     "1e999", "-1e308", 20]
)  # fmt: skip
_MEASURED = {
    "8310-5": "Cel", "8867-4": "/min", "8480-6": "mm[Hg]", "2157-6": "U/L", "2160-0": "mg/dL", "9269-2": "{score}",
    "33914-3": "mL/min",
}  # fmt: skip
_NO_NUMBER = re.compile(r"\b(?:inf|nan)\b", re.IGNORECASE)


def quantity(value: Any, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}


@st.composite
def doses(draw: st.DrawFn) -> dict[str, Any]:
    """A dosage instruction whose numbers are odd."""
    unit = draw(st.sampled_from(["mg", "ug", "g", "{tbl}", "mL"]))
    rate = {
        "numerator": quantity(draw(ODD), unit),
        "denominator": quantity(draw(ODD), draw(st.sampled_from(["d", "h"]))),
    }
    amount = draw(
        st.sampled_from(
            [
                {"doseQuantity": quantity(draw(ODD), unit)},
                {"doseRange": {"low": quantity(draw(ODD), unit), "high": quantity(draw(ODD), unit)}},
                {"rateRatio": rate},
                {"rateQuantity": quantity(draw(ODD), f"{unit}/d")},
            ]
        )
    )
    repeat = {
        "frequency": draw(ODD),
        "frequencyMax": draw(ODD),
        "period": draw(ODD),
        "periodMax": draw(ODD),
        "periodUnit": draw(st.sampled_from(["h", "d", "wk"])),
        "boundsDuration": quantity(draw(ODD), "d"),
    }
    kept = {name: value for name, value in repeat.items() if name == "periodUnit" or draw(st.booleans())}
    return {"sequence": draw(ODD), "timing": {"repeat": kept}, "doseAndRate": [amount]}


@pytest.mark.parametrize(
    "repeat", [{"frequency": 3, "period": 1e-12, "periodUnit": "d"}, {"frequency": 1e9, "period": 1, "periodUnit": "d"}]
)
def test_a_dose_that_is_a_slip_is_none(repeat: dict[str, Any]) -> None:
    chart = Chart()
    order = chart.baclofen()
    order["dosageInstruction"] = [{"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": quantity(15, "mg")}]}]
    decision = chart.decide(drafts=[chart.draft(order, status="stopped")], hook=ORDER_SIGN).decision

    (told,) = [one for one in decision.record.medication_orders if not one.is_draft] or decision.record.replaced
    assert told.dosage.daily is None
    assert not any("000,000" in f"{card.summary} {card.detail}" for card in decision.cards)


@examples(300)
@given(st.lists(doses(), min_size=1, max_size=2), st.data())
def test_no_rule_breaks_on_them(told: list[dict[str, Any]], data: st.DataObject) -> None:
    chart, odd = Chart(), lambda: data.draw(ODD)
    chart.pump()
    order = chart.baclofen()
    order["dosageInstruction"] = told
    order["dispenseRequest"] = {
        "quantity": quantity(odd(), "{tbl}"),
        "numberOfRepeatsAllowed": odd(),
        "expectedSupplyDuration": quantity(odd(), "d"),
    }
    tablet = {"text": "baclofen 10 mg tablet"}
    chart.add("MedicationDispense", status="completed", medicationCodeableConcept=tablet, whenHandedOver=instant("40d"),
              quantity=quantity(odd(), "{tbl}"), daysSupply=quantity(odd(), "d"))  # fmt: skip
    chart.add("MedicationAdministration", status="completed", medicationCodeableConcept=tablet,
              effectiveDateTime=instant("9d"), dosage={"dose": quantity(odd(), "mg")})  # fmt: skip
    for code, unit in _MEASURED.items():
        chart.vital(code, odd(), unit, "2h")
    chart.stay("31h")
    drafts = (chart.draft(order, status=data.draw(st.sampled_from(["stopped", "draft"]))),)

    decision = chart.decide(*(drafts if data.draw(st.booleans()) else ())).decision

    assert [outcome.raised for outcome in decision.outcomes if outcome.raised] == []
    assert not any(card.failed_suggestions for card in decision.cards)
    for card in decision.cards:
        assert not _NO_NUMBER.search(f"{card.summary} {card.detail}")

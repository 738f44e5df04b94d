"""Kidney injury among several values, doses that can hardly be meant, and what is said of them."""

import msgspec
import pytest

from cards.limits import RESTART_MAX_ORAL
from cards.record.concepts import Act
from cards.record.facts import DailyDose, Dosage
from cards.scales.age import UNKNOWN_AGE
from cards.scales.dose_check import Doubt, dose_doubts
from cards.verdict import Urgency
from tests.chart import Chart
from tests.timeline.test_oral import told

CREATININE = "2160-0"


def injured(*values: tuple[str, float]) -> str:
    """What the kidney's grade stands on."""
    chart = Chart()
    for when, value in values:
        chart.vital(CREATININE, value, "mg/dL", when)
    return chart.case().kidney.because


def test_the_worst_of_several_rises_is_told() -> None:
    """1.0, then 1.6, then 2.1: twice the baseline."""
    chart = Chart()
    for when, value in (("5d", 1.0), ("2d", 1.6), ("1h", 2.1)):
        chart.vital(CREATININE, value, "mg/dL", when)
    kidney = chart.case().kidney
    assert kidney.because == "acute kidney injury: creatinine 2.1 mg/dL, 2.1 x baseline"
    assert not kidney.is_first_stage


def test_a_high_value_of_last_month_does_not_hide_a_rise_of_today() -> None:
    """It is older than a week, and the worst."""
    told = "acute kidney injury: creatinine 1.62 mg/dL, 1.6 x baseline"
    assert injured(("20d", 3.0), ("3d", 1.0), ("1h", 1.624)) == told


@pytest.mark.parametrize(("when", "acute"), [("6.9d", True), ("7.1d", False)])
def test_kidney_injury_that_an_observation_tells_in_words(when: str, acute: bool) -> None:
    """Within a week; one that was withdrawn does not count."""
    chart = Chart()
    chart.sign("Acute kidney injury", when)
    assert chart.case().kidney.is_acute is acute
    chart.resources[-1]["status"] = "cancelled"
    assert not chart.case().kidney.is_acute


def by_pump(mcg: float, *, before: float | None = None, draft: bool = True) -> tuple[Doubt, ...]:
    """What is said of an intrathecal order for so many mcg a day."""
    chart = Chart()
    chart.pump()
    order = next(o for o in chart.case().record.medication_orders if o.product.is_baclofen)
    dose = DailyDose(low=mcg, high=mcg, unit="mcg/day")
    order = msgspec.structs.replace(order, is_draft=draft, dosage=msgspec.structs.replace(order.dosage, daily=dose))
    until = DailyDose(low=before, high=before, unit="mcg/day") if before else None
    return dose_doubts([order], until, UNKNOWN_AGE, None, chart.moment())


@pytest.mark.parametrize(
    ("mcg", "before", "draft", "urgency", "dose", "because"),
    [
        (0.3555, 355.5, True, Urgency.WARNING, "0.355 mcg/day",
         "0.355 mcg/day is exactly a thousandth of the dose until now: mg and mcg mixed up?"),
        (0.3555, 355.5, False, Urgency.INFO, "0.355 mcg/day",
         "0.355 mcg/day by an intrathecal route is below any usual dose (C-GABLO)."),
        (0.3555, 300, True, Urgency.INFO, "0.355 mcg/day",
         "0.355 mcg/day by an intrathecal route is below any usual dose (C-GABLO)."),
    ],
)  # fmt: skip
def test_an_intrathecal_dose_that_is_far_too_low(
    mcg: float, before: float, draft: bool, urgency: Urgency, dose: str, because: str
) -> None:
    """A thousandth of the dose until now is a slip of units where it is being ordered."""
    (found,) = by_pump(mcg, before=before, draft=draft)
    assert (found.urgency, found.told, found.because) == (urgency, dose, because)
    assert found.is_comparable is (urgency is Urgency.INFO)


def test_a_pump_that_gives_nothing_is_no_dose_in_doubt() -> None:
    """Stopped on purpose: the rules on stopping ask."""
    assert by_pump(0) == ()


def test_a_site_s_own_maximum_is_told_as_its_own() -> None:
    """Never as if the label said so."""
    chart = Chart()
    chart.baclofen(40)
    case = chart.case(limits={RESTART_MAX_ORAL.name: 100})
    (found,) = case.dose_doubts
    assert found.because == "Above this site's maximum of 100 mg/day; common in alcohol-use disorder."
    (found,) = chart.case().dose_doubts
    assert found.because == "Above the label maximum of 80 mg/day (C-MEDSC); common in alcohol-use disorder."


def test_a_dose_that_is_not_told_in_a_doubtful_unit() -> None:
    """No number at all."""
    order = told(dosage=Dosage(doubtful_unit="micrograms by mouth"), acts=frozenset[Act]())
    (found,) = dose_doubts([order], None, UNKNOWN_AGE, None, Chart().moment())
    assert (found.told, found.because) == ("dose", "The dose reads as micrograms by mouth")

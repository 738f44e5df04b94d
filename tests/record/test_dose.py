"""How much a day, out of every shape in which systems write it."""

from typing import Any

import pytest

from cards.record.concepts import Act, Route
from cards.record.facts import DailyDose
from tests.record.shapes import TID_20, chart, dosed, given, order

EPIC = {
    "text": "20 mg = 2 tab, Oral, TID",
    "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}, "code": {"text": "TID"}},
    "doseAndRate": [
        {"type": {"coding": [{"code": "calculated"}]}, "doseQuantity": {"value": 20, "unit": "mg", "code": "mg"}},
        {
            "type": {"coding": [{"code": "admin-amount"}]},
            "doseQuantity": {"value": 2, "unit": "tablet", "code": "{tbl}"},
        },
        {"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 20, "unit": "mg", "code": "mg"}},
    ],
}


def timed(value: float, unit: str, **timing: Any) -> dict[str, Any]:
    """An instruction of one dose with one timing."""
    return {"timing": timing, "doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}]}


def test_one_dose_that_appears_three_times_is_taken_once() -> None:
    """Epic sends calculated, amount and ordered: 60 mg a day, not 180."""
    found = dosed(EPIC).dosage

    assert found.daily == DailyDose(low=60, high=60, unit="mg/day")
    assert found.single == 20
    assert found.timing_code == "TID"


@pytest.mark.parametrize(
    ("instruction", "low", "high"),
    [
        (timed(20, "mg", repeat={"frequency": 3, "period": 1, "periodUnit": "d"}), 60, 60),
        (timed(20, "mg", repeat={"frequency": 1, "period": 8, "periodUnit": "h"}), 60, 60),
        (timed(20, "mg", repeat={"frequency": 1, "frequencyMax": 3, "period": 1, "periodUnit": "d"}), 20, 60),
        (timed(20, "mg", repeat={"frequency": 1, "period": 2, "periodUnit": "d"}), 10, 10),
        (timed(20, "mg", repeat={"timeOfDay": ["08:00:00", "14:00:00", "22:00:00"]}), 60, 60),
        (timed(20, "mg", repeat={"when": ["MORN", "NIGHT"]}), 40, 40),
        (timed(20, "mg", code={"text": "Q6H PRN"}), 80, 80),
        (timed(20, "mg", code={"text": "0900 & 1800"}), 40, 40),
        (timed(20, "mg", code={"coding": [{"code": "QID"}]}), 80, 80),
        (timed(20, "mg", code={"text": "QHS"}), 20, 20),
        (timed(20, "mg", event=["2026-11-24T08:00:00-05:00", "2026-11-24T20:00:00-05:00"]), 40, 40),
        (timed(2, "tablet", code={"text": "TID"}), 60, 60),
        (timed(2, "{pill}", code={"text": "3 times a day"}), 60, 60),
        (timed(0.02, "g", code={"text": "TID"}), 60, 60),
        ({"doseQuantity": {"value": 20, "unit": "mg"}, "timing": {"code": {"text": "BID"}}}, 40, 40),
        (
            {
                "timing": {"code": {"text": "TID"}},
                "doseAndRate": {"doseRange": {"low": {"value": 10, "unit": "mg"}, "high": {"value": 20, "unit": "mg"}}},
            },
            30,
            60,
        ),
        ({"text": "Baclofen 20 mg PO TID"}, 60, 60),
        ({"text": "baclofen 10 mg tablet: take 2 tabs by mouth three times daily"}, 60, 60),
        ({"text": "Take 2 tablets (20 mg total) by mouth 3 (three) times daily"}, 60, 60),
        ({"text": "Take 1-2 tablets every 8 hours"}, 30, 60),
        ({"text": "10-10-20"}, 40, 40),
        ({"text": "10 mg morning, 10 mg noon, 20 mg night"}, 40, 40),
        ({"text": "10 mg qAM and 20 mg qHS"}, 30, 30),
        ({"text": "1-0-1"}, 20, 20),
        ({"text": "1,5 Tabletten", "timing": {"code": {"text": "BID"}}}, None, None),
        ({"text": "take 1.5 tablets BID"}, 30, 30),
        ({"text": "1/2 tablet TID"}, 15, 15),
        ({"text": "20mg tds"}, 60, 60),
        ({"text": "Take 60 mg/day in divided doses"}, 60, 60),
        ({"text": "20 mg TID, max 80 mg/day"}, 60, 60),
        ({"text": "20 mg TID at 0900, 1400 and 2100; do not stop suddenly"}, 60, 60),
        ({"text": "as directed"}, None, None),
        ({"text": "20 mg"}, None, None),
    ],
)
def test_oral_daily_dose(instruction: dict[str, Any], low: float | None, high: float | None) -> None:
    """mg a day from structure, codes or words; unknown stays unknown."""
    daily = dosed(instruction).dosage.daily

    assert (daily.low, daily.high) == (low, high) if daily else low is None


def test_volume_needs_a_concentration() -> None:
    """5 mL TID of 25 mg/5 mL is 75 mg; of an unknown strength it is no dose."""
    five_ml = timed(5, "milliliter (iso1000)", code={"text": "TID"})

    strong = dosed(five_ml, text="Fleqsuvy 25 mg/5 mL").dosage.daily
    assert strong is not None
    assert strong.high == 75
    assert dosed(five_ml, text="baclofen oral solution").dosage.daily is None


def test_separate_instructions_are_added() -> None:
    """10 mg in the morning and 20 mg at night, as two instructions, are 30 mg a day."""
    found = dosed(timed(10, "mg", code={"text": "QAM"}), timed(20, "mg", code={"text": "QHS"})).dosage

    assert found.daily is not None
    assert found.daily.high == 30
    assert found.steps == ()


def test_sequence_makes_steps() -> None:
    """Numbered instructions are a taper: the first step is today's dose."""
    parts = [
        {
            **timed(mg, "mg", code={"text": "TID"}),
            "sequence": n,
        }
        | {"timing": {"code": {"text": "TID"}, "repeat": {"boundsDuration": {"value": 7, "code": "d"}}}}
        for n, mg in enumerate((20, 15, 10), start=1)
    ]
    found = dosed(*parts)

    assert [step.dose.high for step in found.dosage.steps if step.dose] == [60, 45, 30]
    assert [step.days for step in found.dosage.steps] == [7, 7, 7]
    assert found.dosage.daily == DailyDose(low=60, high=60, unit="mg/day")


def test_numbered_instructions_of_one_day_are_added() -> None:
    """Sequence numbers on the morning and the evening dose do not make a taper."""
    parts = [
        {
            "sequence": 1,
            "timing": {"repeat": {"when": ["MORN"]}},
            "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg"}}],
        },
        {
            "sequence": 2,
            "timing": {"repeat": {"when": ["NIGHT"]}},
            "doseAndRate": [{"doseQuantity": {"value": 20, "unit": "mg"}}],
        },
    ]
    found = dosed(*parts).dosage

    assert found.daily is not None
    assert found.daily.high == 30


def test_instructions_that_follow_each_other_in_time_are_steps() -> None:
    """Disjoint bounds are steps even without sequence numbers."""

    def part(mg: float, start: str, end: str) -> dict[str, Any]:
        return timed(mg, "mg", code={"text": "TID"}, repeat={"boundsPeriod": {"start": start, "end": end}})

    found = dosed(part(10, "2026-11-08", "2026-11-14"), part(20, "2026-11-01", "2026-11-07"))

    assert [step.dose.high for step in found.dosage.steps if step.dose] == [60, 30]
    assert found.start is not None
    assert found.start.text == "2026-11-01"
    assert found.end is not None
    assert found.end.text == "2026-11-14"


def test_taper_in_words() -> None:
    """Steps are read from a sig where every step can be."""
    found = dosed({"text": "20 mg TID x 7 days, then 10 mg TID x 7 days, then stop"})

    assert [(s.dose.high, s.days) for s in found.dosage.steps if s.dose] == [(60, 7), (30, 7), (0, None)]


def test_taper_that_cannot_be_worked_out_is_still_a_plan() -> None:
    """ "Reduce by 5 mg every week" names no doses, but it says taper."""
    found = dosed({"text": "Reduce by 5 mg every week"})

    assert found.dosage.steps == ()
    assert Act.TAPER_PLAN in found.acts


def test_as_needed() -> None:
    """PRN by flag or by words."""
    assert dosed({**TID_20, "asNeededBoolean": True}).dosage.is_prn
    assert dosed({"text": "10 mg TID PRN spasms"}).dosage.is_prn
    assert not dosed(TID_20).dosage.is_prn


PUMP = {"coding": [{"system": "http://snomed.info/sct", "code": "72607000"}]}


@pytest.mark.parametrize(
    "instruction",
    [
        {"doseAndRate": [{"rateQuantity": {"value": 157.3, "unit": "mcg/day", "code": "ug/d"}}]},
        {"doseAndRate": [{"rateQuantity": {"value": 0.1573, "unit": "mg/day"}}]},
        {"doseAndRate": [{"rateQuantity": {"value": 157.3, "unit": "µg/24 h"}}]},
        {"doseAndRate": [{"rateQuantity": {"value": 157.3, "unit": "μg/24hr"}}]},
        {"doseAndRate": [{"doseQuantity": {"value": 157.3, "unit": "MCG/DAY"}}]},
        {
            "doseAndRate": [
                {"rateRatio": {"numerator": {"value": 157.3, "unit": "mcg"}, "denominator": {"value": 1, "code": "d"}}}
            ]
        },
        {
            "doseAndRate": [
                {
                    "rateRatio": {
                        "numerator": {"value": 157.3, "unit": "mcg"},
                        "denominator": {"value": 24, "unit": "hours"},
                    }
                }
            ]
        },
        {"doseAndRate": [{"rateQuantity": {"value": 157.3 / 2000 / 24, "unit": "mL/hr", "code": "mL/h"}}]},
        {"text": "157.3 MCG/DAY, simple continuous; 2 bolus 25 mcg; concentration 2,000 mcg/mL"},
    ],
)
def test_pump_rate_in_every_unit(instruction: dict[str, Any]) -> None:
    """157.3 mcg a day, as rate, ratio, mL/h or words."""
    found = dosed({"route": PUMP, **instruction}, text="BACLOFEN INTRATHECAL 2,000MCG/ML")

    assert found.route is Route.INTRATHECAL
    assert found.dosage.daily is not None
    assert found.dosage.daily.high == pytest.approx(157.3)
    assert found.dosage.daily.unit == "mcg/day"
    assert not found.dosage.doubtful_unit


@pytest.mark.parametrize(
    ("rate", "unit", "is_doubtful"),
    [
        (350, "ug/d", False),
        (0.35, "mg/d", False),
        (350, "mg/d", True),
        (6, "mg/d", True),
        (3000, "ug/d", True),
        (2000, "ug/d", False),
        (12, "ug/d", False),
    ],
)
def test_implausible_intrathecal_dose(rate: float, unit: str, is_doubtful: bool) -> None:
    """0.35 mg/day is 350 mcg/day and plausible; above 2,500 mcg/day a unit is wrong until shown otherwise."""
    found = dosed(
        {"route": PUMP, "doseAndRate": [{"rateQuantity": {"value": rate, "code": unit}}]}, text="baclofen"
    ).dosage

    assert bool(found.doubtful_unit) is is_doubtful


@pytest.mark.parametrize(
    ("dose", "unit", "is_doubtful"), [(20, "mg", False), (20, "mcg", True), (0.2, "mg", True), (2.5, "mg", False)]
)
def test_implausible_oral_dose(dose: float, unit: str, is_doubtful: bool) -> None:
    """Micrograms by mouth, or less than 1 mg a day."""
    found = dosed({"route": {"text": "Oral"}, **timed(dose, unit, code={"text": "TID"})}).dosage

    assert bool(found.doubtful_unit) is is_doubtful


def test_mixture_is_dosed_by_baclofens_own_strength() -> None:
    """mL/h of a pump mixture counts baclofen's concentration, not the first ingredient's."""
    mixture = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"text": "morphine + baclofen intrathecal"},
        "ingredient": [
            {
                "itemCodeableConcept": {"text": "morphine"},
                "strength": {"numerator": {"value": 10, "unit": "mg"}, "denominator": {"value": 1, "unit": "mL"}},
            },
            {
                "itemCodeableConcept": {"text": "baclofen"},
                "strength": {"numerator": {"value": 1000, "unit": "mcg"}, "denominator": {"value": 1, "unit": "mL"}},
            },
        ],
    }
    found = order(
        contained=[mixture],
        medicationReference={"reference": "#m"},
        dosageInstruction=[{"doseAndRate": [{"rateQuantity": {"value": 0.0125, "code": "mL/h"}}]}],
    )

    assert found.dosage.daily == DailyDose(low=300, high=300, unit="mcg/day")


def test_dose_of_other_drugs_is_not_worked_out() -> None:
    """Only baclofen's dosage costs anything; the words are kept."""
    assert dosed(EPIC, text="tizanidine 4 mg tablet").dosage.daily is None


def test_dose_given() -> None:
    """An administration in tablets or in volume is milligrams of baclofen."""
    assert given(dosage={"dose": {"value": 2, "unit": "tablet"}}).amount == 20
    assert given(dosage={"dose": {"value": 10, "unit": "mg"}}).amount == 10
    bolus = given(
        medicationCodeableConcept={"text": "baclofen intrathecal 50 mcg/mL"},
        dosage={"dose": {"value": 1, "unit": "mL"}},
    )
    assert bolus.route is Route.INTRATHECAL
    assert bolus.amount == 50


def test_days_supply_from_quantity() -> None:
    """Without a stated duration, tablets divided by the daily dose."""
    found = order(dosageInstruction=[TID_20], dispenseRequest={"quantity": {"value": 180, "unit": "tablets"}})
    stated = order(dispenseRequest={"expectedSupplyDuration": {"value": 30, "code": "d"}, "numberOfRepeatsAllowed": 2})

    assert found.days_supply == 30
    assert (stated.days_supply, stated.refills) == (30, 2)


def test_a_fill() -> None:
    """What was handed over: milligrams in the whole fill, and for how long."""
    fill = chart(
        {
            "resourceType": "MedicationDispense",
            "id": "d",
            "status": "completed",
            "subject": {"reference": "Patient/p1"},
            "medicationCodeableConcept": {"text": "baclofen 20 mg tablets"},
            "quantity": {"value": 90, "unit": "TAB"},
            "daysSupply": {"value": 30, "unit": "days"},
            "whenPrepared": "2026-10-01",
            "whenHandedOver": "2026-10-03",
        }
    ).dispenses[0]

    assert fill.quantity_mg == 1800
    assert fill.days_supply == 30
    assert fill.when is not None
    assert fill.when.text == "2026-10-03"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Week 1: 20 mg TID; week 2: 15 mg TID; week 3: 10 mg TID", [(60, 7), (45, 7), (30, 7)]),
        ("Days 1-7: 20 mg TID, days 8-14: 10 mg TID, then stop", [(60, 7), (30, 7), (0, None)]),
        ("60 mg/day for 1 week then 45 mg/day for 1 week", [(60, 7), (45, 7)]),
        ("10 mg TID for 3 days, 20 mg TID for 3 days", [(30, 3), (60, 3)]),
        ("20 mg TID x 7 days then 10 mg TID x 7 days; take with food", [(60, 7), (30, 7)]),
        ("20 mg TID for 7 days then as directed by 2 doctors", []),
    ],
)
def test_schedules_in_words(text: str, steps: list[tuple[float, float | None]]) -> None:
    """Numbered weeks and days, "then", and durations; never half of a schedule."""
    found = dosed({"text": text}).dosage

    assert [(step.dose.high, step.days) for step in found.steps if step.dose] == steps


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("10 mg TID, may increase to 20 mg TID", 30),
        ("Take 2 tablets TID. Increase by 1 tablet every 3 days to max 80 mg/day", 60),
        ("20 mg TID; 15 mg TID", None),
        ("80 mg daily in 4 divided doses", 80),
        ("one and a half tablets TID", 45),
        ("Take one-half tablet at bedtime", 5),
        ("10 mg once", None),
    ],
)
def test_the_dose_of_today(text: str, daily: float | None) -> None:
    """Neither what may come later, nor the sum of two doses that exclude each other."""
    found = dosed({"text": text}).dosage.daily

    assert (found.high if found else None) == daily

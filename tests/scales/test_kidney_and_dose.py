"""How well the kidneys work, and which doses can hardly be meant: what the charts of the rules' tests do not reach."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cards.record.facts import DailyDose, Patient
from cards.record.when import read_when
from cards.scales.age import Age, age_of, limits_for
from cards.scales.ckd_epi import egfr_from
from cards.scales.dose_check import is_unit_slip
from cards.scales.kidney import Grade
from tests.chart import NOW, ZONE, Chart, Resource, instant

CREATININE, EGFR = "2160-0", "98979-8"


def kidney(
    *creatinine: tuple[str, float], problems: tuple[tuple[str, str], ...] = (), egfr: float | None = None
) -> Any:
    """Creatinine in mg/dL, oldest first or not; problems with their onset."""
    chart = Chart()
    for when, value in creatinine:
        chart.vital(CREATININE, value, "mg/dL", when)
    for text, onset in problems:
        chart.condition(text, onset)
    if egfr:
        chart.vital(EGFR, egfr, "mL/min/{1.73_m2}", "20d")
    return chart.case().kidney


@pytest.mark.parametrize(
    ("values", "acute", "first"),
    [
        ((("5d", 1.0), ("1h", 1.5)), True, True),
        ((("5d", 1.0), ("1h", 1.49)), False, False),
        ((("5d", 1.0), ("1h", 2.0)), True, False),
        ((("5d", 1.0), ("1h", 1.99)), True, True),
        ((("8d", 1.0), ("1h", 1.6)), False, False),
        ((("40h", 1.0), ("1h", 1.3)), True, True),
        ((("40h", 1.0), ("1h", 1.29)), False, False),
        ((("50h", 1.0), ("1h", 1.3)), False, False),
        ((("49h", 1.0), ("1h", 1.3)), True, True),
        ((("20h", 1.0), ("19.5h", 1.5)), True, True),
        ((("1h", 1.0), ("1h", 1.5)), False, False),
        ((("1h", 1.5),), False, False),
        ((("12d", 1.0), ("8d", 2.0)), False, False),
        ((("10d", 1.0), ("6d", 2.0), ("1h", 1.1)), True, False),
        ((("1h", 1.5), ("5d", 1.0), ("3d", 1.2)), True, True),
    ],
)
def test_acute_injury_by_creatinine(values: tuple[tuple[str, float], ...], acute: bool, first: bool) -> None:
    """1.5 x a value of the week before, or 0.3 mg/dL in 48 h, within the last seven days; twice is beyond stage 1."""
    found = kidney(*values)
    assert (found.is_acute, found.is_first_stage) == (acute, first)
    assert found.grade is (Grade.POOR if acute else Grade.UNKNOWN)
    assert found.fell_far is (acute and not first)


def test_the_rise_is_told_with_its_numbers() -> None:
    """As the card shows it."""
    assert kidney(("5d", 1.0), ("1h", 1.65)).because == "acute kidney injury: creatinine 1.65 mg/dL, 1.6 x baseline"


@pytest.mark.parametrize("value", [lambda n: 1.0, lambda n: 1.0 + n / 1000, lambda n: 9.0 - n / 1000])
def test_many_values_are_compared_in_one_go(value: Callable[[int], float]) -> None:
    """Four times the values, about four times the work: a stay in intensive care has thousands."""
    work = []
    for count in (50, 200):
        chart = Chart()
        for n in range(count):
            chart.vital(CREATININE, value(n), "mg/dL", f"{n / 4 + 1}h")
        case = chart.case()
        assert case.age.oldest
        work.append(calls(lambda case=case: case.kidney))
    assert 0 < work[1] <= 5 * work[0]


def calls(asked: Callable[[], Any]) -> int:
    """How many calls of functions it takes."""
    counted = [0]

    def count(frame: Any, event: str, argument: Any) -> None:
        counted[0] += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        asked()
    finally:
        sys.setprofile(None)
    return counted[0]


@pytest.mark.parametrize(
    ("text", "onset", "acute", "first", "because"),
    [
        ("Acute kidney injury", "2d", True, False, "acute kidney injury (stage not recorded)"),
        ("Acute kidney injury stage 1", "2d", True, True, "acute kidney injury"),
        ("Acute kidney injury, stage I", "2d", True, True, "acute kidney injury"),
        ("Acute kidney injury stage 2", "2d", True, False, "acute kidney injury"),
        ("Acute kidney injury stage III", "2d", True, False, "acute kidney injury"),
        ("Acute kidney injury on CKD stage 3", "2d", True, False, "acute kidney injury (stage not recorded)"),
        (
            "Acute kidney injury on chronic kidney disease stage 1",
            "2d",
            True,
            False,
            "acute kidney injury (stage not recorded)",
        ),
        ("Acute kidney injury", "7d", True, False, "acute kidney injury (stage not recorded)"),
        ("Acute kidney injury", "7.1d", False, False, "no eGFR recorded within a year"),
    ],
)
def test_acute_injury_in_words(text: str, onset: str, acute: bool, first: bool, because: str) -> None:
    """Its stage where one is told; the stage of a chronic disease is another one."""
    found = kidney(problems=((text, onset),))
    assert (found.is_acute, found.is_first_stage, found.because) == (acute, first, because)


def test_a_poor_egfr_stays_poor_beside_a_small_acute_rise() -> None:
    """Stage 1 alone is not far; with an eGFR under 30 it is."""
    values = (("5d", 1.0), ("1h", 1.5))
    assert not kidney(*values, egfr=45).fell_far
    assert kidney(*values, egfr=29).fell_far


@pytest.mark.parametrize(
    ("value", "comparator", "grade"),
    [(60, "", Grade.NORMAL), (59.9, "", Grade.REDUCED), (30, "", Grade.REDUCED), (29.9, "", Grade.POOR),
     (60, "<", Grade.REDUCED), (30, "<", Grade.POOR), (60, ">", Grade.NORMAL), (30, ">", Grade.REDUCED)],
)  # fmt: skip
def test_grades_by_egfr(value: float, comparator: str, grade: Grade) -> None:
    """Both sides of 60 and 30; "<60" is below it."""
    chart = Chart()
    told = chart.vital(EGFR, value, "mL/min/{1.73_m2}", "20d")
    if comparator:
        told["valueQuantity"]["comparator"] = comparator
    found = chart.case().kidney
    assert found.grade is grade
    assert found.has_low_egfr is (grade is Grade.POOR)
    assert found.because == f"eGFR {comparator}{value:g} mL/min/1.73 m2"


@pytest.mark.parametrize("order", [("30d", "10d"), ("10d", "30d")])
def test_the_newest_egfr_counts(order: tuple[str, str]) -> None:
    """45 a month ago, 25 ten days ago."""
    chart = Chart()
    for when in order:
        chart.vital(EGFR, {"30d": 45, "10d": 25}[when], "mL/min/{1.73_m2}", when)
    assert chart.case().kidney.grade is Grade.POOR


@pytest.mark.parametrize(
    ("change", "grade"),
    [({"status": "cancelled"}, Grade.UNKNOWN), ({"effectiveDateTime": instant("+2h")}, Grade.UNKNOWN),
     ({"status": "preliminary"}, Grade.POOR)],
)  # fmt: skip
def test_which_values_count(change: Resource, grade: Grade) -> None:
    """Not a cancelled one, not one of the future."""
    chart = Chart()
    chart.vital(EGFR, 25, "mL/min/{1.73_m2}", "20d").update(change)
    assert chart.case().kidney.grade is grade


@pytest.mark.parametrize("active", [True, False])
def test_dialysis_while_it_lasts(active: bool) -> None:
    """Before any number."""
    chart = Chart()
    chart.vital(EGFR, 90, "mL/min/{1.73_m2}", "20d")
    chart.condition("End stage renal disease on hemodialysis", "900d", active=active)
    assert chart.case().kidney.grade is (Grade.DIALYSIS if active else Grade.NORMAL)


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "egfr"),
    [
        (1.0, 50, "male", 92),
        (1.0, 50, "female", 69),
        (0.9, 50, "male", 104),
        (0.7, 50, "female", 105),
        (0.5, 30, "female", 129),
        (0.6, 30, "male", 133),
        (5.0, 53, "female", 10),
        (2.83, 70, "female", 17),
        (5.0, 18, "male", 16),
        (5.0, 17, "male", None),
        (5.0, 53, "", None),
        (5.0, 53, "other", None),
        (5.0, 53, "unknown", None),
        (0.0, 53, "male", None),
    ],
)
def test_ckd_epi_2021(creatinine: float, age: float, sex: str, egfr: float | None) -> None:
    """By sex, of adults, on both sides of the bend; else no number."""
    assert egfr_from(creatinine, Patient(reference="Patient/p1", sex=sex), Age(age, age + 0.5)) == egfr


def test_ckd_epi_of_an_age_that_is_not_known() -> None:
    """Somebody who may be 17 is no adult; without a patient there is no sex."""
    assert egfr_from(5.0, Patient(reference="Patient/p1", sex="male"), Age(17.5, 18.5)) is None
    assert egfr_from(5.0, Patient(reference="Patient/p1", sex="male"), Age(None, None)) is None
    assert egfr_from(5.0, None, Age(50, 50)) is None


def with_creatinine(value: float, when: str = "2d", sex: str = "female", unit: str = "mg/dL") -> Chart:
    """A woman of 54 with a creatinine and no eGFR."""
    chart = Chart()
    chart.resources[-1]["gender"] = sex
    chart.vital(CREATININE, value, unit, when)
    return chart


@pytest.mark.parametrize(
    ("value", "unit", "when", "grade"),
    [(5.0, "mg/dL", "2d", Grade.POOR), (442, "umol/L", "2d", Grade.POOR), (1.3, "mg/dL", "2d", Grade.REDUCED),
     (0.8, "mg/dL", "2d", Grade.NORMAL), (5.0, "mg/dL", "364d", Grade.POOR), (5.0, "mg/dL", "366d", Grade.UNKNOWN)],
)  # fmt: skip
def test_without_an_egfr_it_is_worked_out(value: float, unit: str, when: str, grade: Grade) -> None:
    """From the newest creatinine of a year, and said so."""
    found = with_creatinine(value, when, unit=unit).case().kidney
    assert found.grade is grade
    assert found.has_low_egfr is (grade is Grade.POOR)
    assert ("worked out from creatinine" in found.because) is (grade is not Grade.UNKNOWN)


@pytest.mark.parametrize("egfr_when", ["1d", "2d"])
def test_a_recorded_egfr_comes_before_an_older_creatinine(egfr_when: str) -> None:
    """And before the one that it was reported with; injury overrides both."""
    chart = with_creatinine(1.3)
    chart.vital(EGFR, 70, "mL/min/{1.73_m2}", egfr_when)
    assert chart.case().kidney.because == "eGFR 70 mL/min/1.73 m2"
    chart.vital(CREATININE, 2.0, "mg/dL", "1h")
    assert chart.case().kidney.is_acute


@pytest.mark.parametrize(
    ("recorded", "creatinine", "grade", "because"),
    [(95, 4.2, Grade.POOR, "eGFR about 12 mL"), (25, 0.8, Grade.NORMAL, "eGFR about 88 mL")],
)
def test_a_newer_creatinine_comes_before_an_old_egfr(
    recorded: float, creatinine: float, grade: Grade, because: str
) -> None:
    """Either way: the kidneys failed since, or recovered."""
    chart = with_creatinine(creatinine)
    chart.vital(CREATININE, creatinine, "mg/dL", "20d")
    chart.vital(EGFR, recorded, "mL/min/{1.73_m2}", "330d")
    found = chart.case().kidney
    assert found.grade is grade
    assert found.because.startswith(because)


@pytest.mark.parametrize(
    ("recorded", "grade", "because"),
    [(95, Grade.UNKNOWN, "newest eGFR 95 mL/min/1.73 m2 of 14 Apr 2025 18:00; since then creatinine 4.2 mg/dL"),
     (45, Grade.REDUCED, "eGFR 45 mL/min/1.73 m2; since then creatinine 4.2 mg/dL of 8 Mar"),
     (25, Grade.POOR, "eGFR 25 mL/min/1.73 m2; since then creatinine 4.2 mg/dL of 8 Mar")],
)  # fmt: skip
@pytest.mark.parametrize("sex", ["unknown", "other"])
def test_a_newer_creatinine_that_nothing_is_worked_out_from_is_named(
    recorded: float, grade: Grade, because: str, sex: str
) -> None:
    """An eGFR from before it is not called normal by it; a poor one stays poor."""
    chart = with_creatinine(4.2, sex=sex)
    chart.vital(EGFR, recorded, "mL/min/{1.73_m2}", "330d")
    found = chart.case().kidney
    assert found.grade is grade
    assert found.because.startswith(because)
    assert {e.reference for e in found.evidence} == {"Observation/r1", "Observation/r2"}
    assert found.creatinine.startswith("creatinine 4.2 mg/dL of 8 Mar")


def test_what_cannot_be_worked_out_is_named() -> None:
    """Without a sex: no grade, and the value."""
    found = with_creatinine(5.0, sex="unknown").case().kidney
    assert found.grade is Grade.UNKNOWN
    assert "creatinine 5 mg/dL of 8 Mar" in found.because
    assert [e.reference for e in found.evidence] == ["Observation/r1"]


SESSIONS = [
    ("Hemodialysis", "2d", "completed", True),
    ("Haemodialysis", "13d", "completed", True),
    ("Hemodialysis", "15d", "completed", False),
    ("Peritoneal dialysis", "1d", "completed", True),
    ("Peritoneal dialysis", "60d", "in-progress", True),
    ("CRRT", "1h", "in-progress", True),
    ("Hemodialysis", "+2d", "in-progress", False),
    ("Hemodialysis", "1d", "not-done", False),
    ("Hemodialysis", "1d", "preparation", False),
    ("Hemodialysis", "1d", "stopped", False),
    ("Hemodialysis", "1d", "entered-in-error", False),
    ("No hemodialysis", "1d", "completed", False),
    ("Hemodialysis not performed", "1d", "completed", False),
    ("Hemodialysis catheter placement", "1d", "completed", False),
    ("Creation of arteriovenous fistula for dialysis", "1d", "completed", False),
    ("Dialysis education", "1d", "completed", False),
    ("Hemodialysis declined", "1d", "completed", False),
]


@pytest.mark.parametrize(("text", "when", "status", "counts"), SESSIONS)
def test_a_session_is_dialysis(text: str, when: str, status: str, counts: bool) -> None:
    """Of late or under way; not one that is planned, denied, or only got ready for."""
    chart = Chart()
    chart.procedure(text, when, status)
    assert (chart.case().kidney.grade is Grade.DIALYSIS) is counts


@pytest.mark.parametrize("code", ["302497006", "71192002", "265764009"])
def test_a_session_by_code_alone(code: str) -> None:
    """As in words."""
    chart = Chart()
    coded = {"coding": [{"system": "http://snomed.info/sct", "code": code}]}
    chart.add("Procedure", status="completed", code=coded, performedDateTime=instant("2d"))
    chart.add("Procedure", status="completed", code=coded)
    assert chart.case().kidney.grade is Grade.DIALYSIS
    chart.resources[-2]["status"] = "not-done"
    assert chart.case().kidney.grade is Grade.UNKNOWN


@pytest.mark.parametrize(
    ("text", "more", "counts"),
    [
        ("Hemodialysis three times a week", {}, True),
        ("Hemodialysis three times a week", {"status": "completed"}, False),
        ("Hemodialysis three times a week", {"status": "on-hold"}, False),
        ("Hemodialysis three times a week", {"status": "revoked"}, False),
        ("Hemodialysis three times a week", {"intent": "plan"}, False),
        ("Hemodialysis three times a week", {"doNotPerform": True}, False),
        ("Hemodialysis", {"occurrenceDateTime": instant("+5d")}, False),
        ("Hemodialysis", {"occurrencePeriod": {"start": instant("90d"), "end": instant("60d")}}, False),
        ("Hemodialysis", {"occurrencePeriod": {"start": instant("90d")}}, True),
        ("Consult nephrology for dialysis", {}, False),
        ("Referral for hemodialysis access", {}, False),
        ("Dialysis diet", {}, False),
    ],
)
def test_a_standing_order_is_dialysis(text: str, more: Resource, counts: bool) -> None:
    """An order in force; not one that is over, planned, or about something else."""
    chart = Chart()
    chart.order(text, authoredOn=instant("90d")).update(more)
    assert (chart.case().kidney.grade is Grade.DIALYSIS) is counts
    draft = {"resourceType": "ServiceRequest", "id": "d1", "status": "draft", "intent": "order",
             "code": {"text": "Hemodialysis"}, "subject": {"reference": "Patient/p1"}}  # fmt: skip
    assert Chart().case(drafts=[draft]).kidney.grade is Grade.UNKNOWN


# -- doses -------------------------------------------------------------------------------------------------------------


def mcg(low: float, high: float | None = None, unit: str = "mcg/day") -> DailyDose:
    """A daily dose."""
    return DailyDose(low=low, high=low if high is None else high, unit=unit)


@pytest.mark.parametrize(
    ("before", "after", "slip"),
    [
        (mcg(350), mcg(0.35), True),
        (mcg(350), mcg(0.351), False),
        (mcg(350), mcg(0.36), False),
        (mcg(350), mcg(350), False),
        (mcg(350), mcg(0), False),
        (mcg(350), mcg(0.35, unit="mg/day"), False),
        (None, mcg(0.35), False),
        (mcg(350), None, False),
    ],
)
def test_a_thousandth_is_a_slip_of_units(before: DailyDose | None, after: DailyDose | None, slip: bool) -> None:
    """Exactly; anything else is a dose."""
    assert is_unit_slip(before, after) is slip


@pytest.mark.parametrize(
    ("dosage", "told"),
    [
        ([{"doseQuantity": {"value": 20, "unit": "mcg"}}], "20 mcg"),
        ([{"rateQuantity": {"value": 60, "unit": "mcg/day"}}], "60 mcg/day"),
    ],
)
def test_micrograms_by_mouth_are_told_as_written(dosage: list[Resource], told: str) -> None:
    """A dose, else a day."""
    chart = Chart()
    chart.baclofen()["dosageInstruction"][0]["doseAndRate"] = dosage
    (doubt,) = chart.case().dose_doubts
    assert doubt.told == told


# -- age ---------------------------------------------------------------------------------------------------------------


def test_age_is_certain_only_within_what_is_known() -> None:
    """Born in some month or year, or on a day, or nobody knows."""
    assert Age(17.5, 18.4).is_at_least(17.5)
    assert not Age(17.5, 18.4).is_at_least(18)
    assert Age(17.5, 17.9).is_under(18)
    assert not Age(17.5, 18.0).is_under(18)
    assert not Age(None, None).is_at_least(0)
    assert not Age(None, None).is_under(200)


@pytest.mark.parametrize(
    ("born", "youngest", "oldest"),
    [("2000", 25.19, 26.19), ("2000-03", 25.94, 26.03), ("2000-03-11", 25.99, 26.0), ("2027-01-01", None, None)],
)
def test_age_from_what_is_written(born: str, youngest: float | None, oldest: float | None) -> None:
    """A year, a month, a day; a birth in the future is none."""
    chart = Chart(age=None)
    chart.resources.append({"resourceType": "Patient", "id": "p1", "birthDate": born})
    age = age_of(chart.case().record.patient, NOW, ZONE)
    assert age.youngest == (None if youngest is None else pytest.approx(youngest, abs=0.01))
    assert age.oldest == (None if oldest is None else pytest.approx(oldest, abs=0.01))


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        ("2014-03-10", "2026-03-09", 11),
        ("2014-03-10", "2026-03-10", 12),
        ("2020-03-10", "2026-03-10", 6),
        ("2008-03-11", "2026-03-10", 17),
        ("2008-03-10", "2026-03-10", 18),
        ("1961-03-11", "2026-03-10", 64),
        ("1961-03-10", "2026-03-10", 65),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),
        ("2008-03-01", "2026-02-28", 17),
        ("2008", "2026-12-30", 17),
        ("2008", "2026-12-31", 18),
        ("2008-03", "2026-03-30", 17),
        ("2008-03", "2026-03-31", 18),
    ],
)
def test_a_birthday_is_a_day_of_the_calendar(born: str, today: str, years: int) -> None:
    """From its first minute to its last, where the facility is; of a month or a year by its last day."""
    for hour in ("00:00", "23:59"):
        now = datetime.fromisoformat(f"{today}T{hour}").replace(tzinfo=ZONE)
        patient = Patient(reference="Patient/p1", birth=read_when(born, ZONE))
        age = age_of(patient, now.astimezone(UTC), ZONE)
        assert age.youngest is not None
        assert int(age.youngest) == years
        assert age.is_at_least(years)
        assert not age.is_at_least(years + 1)


@pytest.mark.parametrize(("days", "heart_rate"), [(0, 180), (27, 180), (28, 190), (364, 190), (365, 140)])
def test_days_of_life_are_days_of_the_calendar(days: int, heart_rate: float) -> None:
    """28 days old is no longer "0-27 d"; a year old on the first birthday."""
    chart = Chart(age=None)
    born = (NOW.date() - timedelta(days=days)).isoformat()
    chart.resources.append({"resourceType": "Patient", "id": "p1", "birthDate": born})
    found = chart.case().vital_limits
    assert found is not None
    assert found.heart_rate_high == heart_rate


def test_born_today() -> None:
    """Never younger than nothing."""
    chart = Chart(age=None)
    chart.resources.append({"resourceType": "Patient", "id": "p1", "birthDate": "2026-03-10"})
    assert age_of(chart.case().record.patient, NOW, ZONE).youngest == 0


@pytest.mark.parametrize(
    ("age", "lowest"), [(0.9, 70), (1, 72), (1.9, 72), (2, 74), (9.9, 88), (10, 90), (11.9, 90), (16, 90)]
)
def test_the_low_pressure_of_a_child_grows_with_age(age: float, lowest: float) -> None:
    """PALS: 70 + 2 x age from one to ten years."""
    found = limits_for(Age(age, age), Chart().moment())
    assert found is not None
    assert found.systolic_low == lowest
    assert found.diastolic_high == (100 if age >= 16 else None)
    assert (found.heart_rate_high, found.systolic_high) == (100, 160) or age < 16

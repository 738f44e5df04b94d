"""How far on a pregnancy is: by its due date, gestational age, last period, by weeks in words, by none of them."""

from typing import Any

import pytest

from tests.chart import NOW, Chart, Resource, date, instant, moment


@pytest.mark.parametrize(("due", "weeks"), [("+280d", 0), ("+84d", 28), ("+85d", 27), ("+0d", 40)])
def test_weeks_from_a_due_date(due: str, weeks: int) -> None:
    """40 weeks end on the day that is due."""
    chart = Chart(age=30)
    chart.add("Observation", status="final", code={"text": "Estimated date of delivery"}, valueDateTime=date(due),
              effectiveDateTime=instant("1d"))  # fmt: skip
    found = chart.case().pregnancy
    assert found is not None
    assert found.weeks(NOW) == weeks


@pytest.mark.parametrize(
    ("text", "recorded", "weeks"),
    [("Pregnancy, 20 weeks", "70d", 30), ("20+3 wk gestation of pregnancy", "7d", 21),
     ("Pregnancy, 32 weeks", None, 32), ("Pregnancy", "70d", None)],
)  # fmt: skip
def test_weeks_in_words(text: str, recorded: str | None, weeks: int | None) -> None:
    """Counted from when they were written."""
    chart = Chart(age=30)
    chart.condition(text, "220d", **({"recordedDate": instant(recorded)} if recorded else {}))
    found = chart.case().pregnancy
    assert found is not None
    assert found.weeks(NOW) == weeks


def test_a_pregnancy_of_long_ago_is_over() -> None:
    chart = Chart(age=30)
    chart.condition("Pregnancy, 20 weeks", recordedDate=instant("300d"))
    assert chart.case().pregnancy is None


# -- observations that date it -----------------------------------------------------------------------------------------


def loinc(code: str) -> Resource:
    """A name by code alone."""
    return {"coding": [{"system": "http://loinc.org", "code": code}]}


def observed(name: Resource | str, when: str | None = "1h", *, pregnant: str | None = None, **value: Any) -> Chart:
    """One observation; `pregnant`: a problem besides that says so, and since when."""
    chart = Chart(age=30)
    told = {"effectiveDateTime": instant(when)} if when else {}
    code = {"text": name} if isinstance(name, str) else name
    chart.add("Observation", status="final", code=code, **told, **value)
    if pregnant:
        chart.condition("Pregnancy", pregnant)
    return chart


def weeks_of(chart: Chart) -> int | None:
    """Completed weeks; -1 where no pregnancy is found."""
    found = chart.case().pregnancy
    return found.weeks(NOW) if found else -1


def quantity(value: float, unit: str = "") -> Resource:
    """A value with its unit."""
    return {"value": value, **({"unit": unit, "code": unit} if unit else {})}


@pytest.mark.parametrize(
    "name",
    [loinc("49051-6"), loinc("18185-9"), loinc("11884-4"), loinc("11885-1"), "Gestational age", "Weeks of gestation",
     "Gestational Age by Last Menstrual Period (LMP)", "EGA (estimated gestational age)"],
)  # fmt: skip
@pytest.mark.parametrize(
    "value",
    [{"valueQuantity": quantity(30.3, "wk")}, {"valueQuantity": quantity(212, "d")}, {"valueQuantity": quantity(30)},
     {"valueInteger": 30}, {"valueString": "30"}, {"valueString": "30 weeks 2 days"}, {"valueString": "30+2"},
     {"valueString": "30w2d"}, {"valueString": "30 2/7 wks"}, {"valueString": "30 weeks and 2 days"},
     {"valueString": "212 days"}, {"valueString": "30 wk"}, {"valueString": "30 + 2/7 weeks"},
     {"valueCodeableConcept": {"text": "30 weeks"}}],
)  # fmt: skip
def test_weeks_from_a_gestational_age(name: Resource | str, value: Resource) -> None:
    """By code or in words, as weeks or days; without a unit weeks are meant."""
    assert weeks_of(observed(name, **value)) == 30


@pytest.mark.parametrize(
    ("value", "when", "weeks"),
    [("20 weeks", "70d", 30), ("27+6", "1h", 27), ("27+6", "25h", 28), ("30 weeks", None, 30), ("39+6", "1d", 40),
     ("39+6", "3d", 40), ("41 weeks", "1d", 41), ("41 weeks", "21d", 44), ("41 weeks", "40d", -1)],
)  # fmt: skip
def test_the_weeks_count_on_from_the_day_they_were_told(value: str, when: str | None, weeks: int) -> None:
    """Undated: at least so far on by now. They say that she is pregnant: until a birth is told, or 45 weeks over."""
    assert weeks_of(observed("Gestational age", when, valueString=value)) == weeks


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Gestational age", {"valueQuantity": quantity(46, "wk")}),
        ("Gestational age", {"valueQuantity": quantity(0, "wk")}),
        ("Gestational age", {"valueQuantity": quantity(30, "mg")}),
        ("Gestational age", {"valueQuantity": quantity(212)}),
        ("Gestational age", {"valueString": "not pregnant"}),
        ("Gestational age", {"valueString": "not applicable"}),
        ("Gestational age", {"valueString": "unknown"}),
        ("Gestational age at birth", {"valueString": "30 weeks"}),
        ("Newborn gestational age", {"valueString": "30 weeks"}),
        ("Small for gestational age", {"valueString": "30 weeks"}),
        ("Gestational age of prior pregnancy", {"valueString": "30 weeks"}),
        ("Gestational age at first prenatal visit", {"valueString": "30 weeks"}),
        ("Gestational age at delivery", {"valueString": "38 weeks"}),
        ("Gestational age when delivered", {"valueString": "38 weeks"}),
        (loinc("18185-9") | {"text": "Gestational age at delivery"}, {"valueString": "38 weeks"}),
        ("Influenza vaccine due date", {"valueDateTime": date("+40d")}),
        ("Prenatal vaccine due date", {"valueDateTime": date("+40d")}),
        ("Pregnancy test due date", {"valueDateTime": date("+40d")}),
        ("Colonoscopy due date", {"valueDateTime": date("+40d")}),
        ("Next dose due date", {"valueDateTime": date("+40d")}),
        ("Wheelchair expected delivery date", {"valueDateTime": date("+40d")}),
        ("Estimated date of delivery of home oxygen", {"valueDateTime": date("+40d")}),
        ("Gestational age", {"dataAbsentReason": {"text": "unknown"}}),
        (loinc("8665-2"), {"valueDateTime": date("212d")}),
        ("Last menstrual period", {"valueDateTime": date("212d")}),
        ("Weeks of treatment", {"valueString": "30 weeks"}),
    ],
)
def test_what_tells_no_pregnancy(name: Resource | str, value: Resource) -> None:
    """Impossible, denied, another's, another time's; a last period by itself is every woman's."""
    assert weeks_of(observed(name, **value)) == -1


@pytest.mark.parametrize("name", [loinc("8665-2"), "Last menstrual period start date", "LMP"])
@pytest.mark.parametrize(
    ("period", "pregnant", "weeks"), [("212d", "150d", 30), ("212d", None, -1), ("700d", "150d", None)]
)
def test_a_last_period_dates_a_pregnancy(
    name: Resource | str, period: str, pregnant: str | None, weeks: int | None
) -> None:
    """One that is told otherwise, and that began with it."""
    assert weeks_of(observed(name, "100d", pregnant=pregnant, valueDateTime=date(period))) == weeks


@pytest.mark.parametrize(
    ("due", "pregnant", "weeks"),
    [
        ("1d", "250d", 40),
        ("5d", "250d", 40),
        ("8d", "250d", 41),
        ("34d", "250d", 44),
        ("43d", "250d", -1),
        ("1d", None, -1),
        ("300d", "60d", None),
        ("+84d", "100d", 28),
    ],
)
def test_a_due_date_that_has_passed(due: str, pregnant: str | None, weeks: int | None) -> None:
    """Pregnant until a birth is told, or 45 weeks are over; an earlier due date says nothing of this one."""
    told = observed(loinc("11778-8"), "59d", pregnant=pregnant, valueDateTime=date(due))
    assert weeks_of(told) == weeks


@pytest.mark.parametrize(
    ("text", "value", "weeks"),
    [("Date of delivery", {"valueDateTime": date("1d")}, None),
     ("Pregnancy status", {"valueString": "Not pregnant"}, None),
     ("Estimated date of delivery", {"valueDateTime": date("3d")}, 40)],
)  # fmt: skip
def test_a_birth_or_a_negative_ends_what_observations_told(text: str, value: Resource, weeks: int | None) -> None:
    """The problem list still says pregnant: weeks not recorded."""
    chart = observed("Estimated due date", "59d", pregnant="250d", valueDateTime=date("3d"))
    chart.add("Observation", status="final", code={"text": text}, effectiveDateTime=instant("1h"), **value)
    assert weeks_of(chart) == weeks


@pytest.mark.parametrize(
    "name",
    ["Due date", "EDD", "EDC", "Estimated due date", "Estimated date of delivery", "Estimated date of confinement",
     "Expected date of confinement (EDC)", "Delivery date, estimated", "Pregnancy due date", "OB due date",
     "Estimated due date by ultrasound", "Estimated delivery date from last menstrual period", "Baby due date",
     loinc("11778-8"), loinc("11779-6")],
)  # fmt: skip
def test_a_due_date_by_its_name(name: Resource | str) -> None:
    """Of a pregnancy: by code, by the words for it, or beside a word of pregnancy."""
    assert weeks_of(observed(name, valueDateTime=date("+84d"))) == 28


@pytest.mark.parametrize("born", ["5d", "60d", "100d"])
def test_a_child_was_itself_carried(born: str) -> None:
    """Weeks that began before one's own birth are no pregnancy."""
    chart = observed("Gestational age", "20d", valueString="34 weeks")
    chart.resources = [r for r in chart.resources if r["resourceType"] != "Patient"]
    chart.resources.append({"resourceType": "Patient", "id": "p1", "birthDate": moment(born).date().isoformat()})
    case = chart.case()
    assert case.pregnancy is None
    assert not case.record.conditions


@pytest.mark.parametrize(("ended", "weeks"), [("22d", None), ("60d", 42)])
def test_a_pregnancy_that_is_resolved_ends_what_was_observed_in_it(ended: str, weeks: int | None) -> None:
    """39 weeks noted 25 days ago, the pregnancy on the problem list ended since; or one before it."""
    chart = Chart(age=30)
    chart.add("Observation", status="final", code={"text": "Gestational age"}, effectiveDateTime=instant("25d"),
              valueQuantity={"value": 39, "unit": "wk", "code": "wk"})  # fmt: skip
    chart.condition("Pregnancy", "300d", active=False, abatementDateTime=instant(ended))
    found = chart.case().pregnancy
    assert (found.weeks(NOW) if found else None) == weeks

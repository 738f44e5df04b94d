"""What a pump says of itself: dates, volumes, doses, alarms, in fields, in components or in one text."""

from typing import Any

import pytest

from cards.record.concepts import Measure, Sign
from tests.record.shapes import chart, observation, quantity, seen


@pytest.mark.parametrize(
    ("elements", "concept", "day"),
    [
        (
            {"code": {"text": "ITB low reservoir alarm date"}, "valueDateTime": "2026-11-25"},
            Measure.PUMP_ALARM_DATE,
            "2026-11-25",
        ),
        ({"code": {"text": "Pump refill due"}, "valueString": "by 25/11/26"}, Measure.PUMP_ALARM_DATE, "2026-11-25"),
        ({"code": {"text": "Pump refill due"}, "valueString": "11/25/2026"}, Measure.PUMP_ALARM_DATE, "2026-11-25"),
        ({"code": {"text": "Pump next refill"}, "valueString": "25 Nov 2026"}, Measure.PUMP_ALARM_DATE, "2026-11-25"),
        (
            {"code": {"text": "Low reservoir alarm date (ITB pump)"}, "valueQuantity": {"value": 1, "code": "d"}},
            Measure.PUMP_ALARM_DATE,
            "2026-11-25",
        ),
        (
            {"code": {"text": "Pump estimated empty date"}, "valueDateTime": "2026-11-25"},
            Measure.PUMP_EMPTY_DATE,
            "2026-11-25",
        ),
        ({"code": {"text": "Pump ERI"}, "valueDateTime": "2026-11-25"}, Measure.PUMP_ERI_DATE, "2026-11-25"),
        (
            {"code": {"text": "Pump end of service date"}, "valueDateTime": "2026-11-25"},
            Measure.PUMP_EOS_DATE,
            "2026-11-25",
        ),
        ({"code": {"text": "Pump EOS"}, "valueString": "25 Nov 2026"}, Measure.PUMP_EOS_DATE, "2026-11-25"),
        ({"code": {"text": "Pump EOS alarm date"}, "valueDateTime": "2026-11-25"}, Measure.PUMP_EOS_DATE, "2026-11-25"),
        (
            {"code": {"text": "Pump end of service"}, "valueQuantity": {"value": 1, "code": "d"}},
            Measure.PUMP_EOS_DATE,
            "2026-11-25",
        ),
        (
            {"code": {"text": "Date of last pump refill"}, "valueDateTime": "2026-11-25"},
            Measure.PUMP_LAST_REFILL,
            "2026-11-25",
        ),
    ],
)
def test_pump_dates(elements: dict[str, Any], concept: Measure, day: str) -> None:
    """Dates as dateTime, as words in either order, or as days from the observation on."""
    date = seen(**elements)[concept].date

    assert date is not None
    assert date.earliest.date().isoformat() <= day <= date.latest.date().isoformat()


def test_date_that_may_be_read_two_ways() -> None:
    """3/4/2026 is kept as both, unless the site says how its dates are written."""
    due = observation(code={"text": "Pump refill due"}, valueString="3/4/2027")
    both = chart(due).observations[0].date
    british = chart(due, date_order="dmy").observations[0].date

    assert both is not None
    assert (both.precision, both.earliest.month, both.latest.month) == ("ambiguous", 3, 4)
    assert british is not None
    assert (british.precision, british.earliest.month) == ("day", 4)


@pytest.mark.parametrize(
    ("elements", "concept", "value"),
    [
        (
            {"code": {"text": "IT pump reservoir volume"}, "valueQuantity": {"value": 3.2, "unit": "mL", "code": "mL"}},
            Measure.PUMP_RESERVOIR_VOLUME,
            3.2,
        ),
        (
            {"code": {"text": "Pump drug concentration"}, "valueQuantity": {"value": 2, "unit": "mg/mL"}},
            Measure.PUMP_CONCENTRATION,
            2000,
        ),
        (
            {"code": {"text": "Pump daily dose"}, "valueQuantity": {"value": 0.35, "unit": "mg/day"}},
            Measure.PUMP_DAILY_DOSE,
            350,
        ),
        ({"code": {"text": "ITB daily dose"}, "valueString": "350 mcg/day"}, Measure.PUMP_DAILY_DOSE, 350),
        (
            {"code": {"text": "Pump fill volume"}, "valueQuantity": {"value": 40, "unit": "mL"}},
            Measure.PUMP_FILL_VOLUME,
            40,
        ),
    ],
)
def test_pump_values(elements: dict[str, Any], concept: Measure, value: float) -> None:
    """Volumes in mL, concentrations in mcg/mL, doses in mcg a day."""
    assert seen(**elements)[concept].value == value


def test_pump_telemetry_in_one_text() -> None:
    """An interrogation report as one string is taken apart."""
    found = seen(
        code={"text": "Pump interrogation"},
        valueString="Reservoir volume 3.2 mL; low reservoir alarm date 11/25/2026; "
        "daily dose 350 mcg/day; concentration 2,000 mcg/mL",
    )

    assert found[Measure.PUMP_RESERVOIR_VOLUME].value == 3.2
    assert found[Measure.PUMP_DAILY_DOSE].value == 350
    assert found[Measure.PUMP_CONCENTRATION].value == 2000
    assert found[Measure.PUMP_ALARM_DATE].date is not None


def test_pump_telemetry_as_components() -> None:
    """The same as a panel."""
    found = seen(
        code={"text": "Intrathecal pump interrogation"},
        component=[
            {"code": {"text": "Reservoir volume"}, "valueQuantity": {"value": 3.2, "unit": "mL"}},
            {"code": {"text": "Alarm date"}, "valueDateTime": "2026-11-25"},
            {"code": {"text": "Status"}, "valueString": "motor stall"},
        ],
    )

    assert found[Measure.PUMP_RESERVOIR_VOLUME].value == 3.2
    assert found[Measure.PUMP_ALARM_DATE].date is not None
    assert Sign.PUMP_STOPPED in found


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("stopped", Sign.PUMP_STOPPED),
        ("motor stall", Sign.PUMP_STOPPED),
        ("stall recovered", Sign.PUMP_RUNNING),
        ("running as programmed", Sign.PUMP_RUNNING),
        ("two-tone alarm", Sign.PUMP_ALARM_CRITICAL),
        ("single tone alarm", Sign.PUMP_ALARM_LOW),
        ("normal", Sign.PUMP_RUNNING),
    ],
)
def test_pump_status_in_words(text: str, sign: Sign) -> None:
    """The status stays in words, with a sign beside it."""
    found = seen(code={"text": "Pump status"}, valueString=text)

    assert Measure.PUMP_STATUS in found
    assert sign in found


def test_insulin_pump_says_nothing_about_baclofen() -> None:
    """Another pump's reservoir is not ours."""
    assert seen(code={"text": "Insulin pump reservoir volume"}, valueQuantity=quantity(100, "mL")) == {}


def test_value_that_points_at_the_pump() -> None:
    """Observation.device or .focus gives the context that the name leaves out."""
    for pointer in ({"device": {"display": "SynchroMed II pump"}}, {"focus": [{"display": "Intrathecal pump"}]}):
        found = seen(code={"text": "Reservoir volume"}, valueQuantity=quantity(3.2, "mL"), **pointer)
        assert found[Measure.PUMP_RESERVOIR_VOLUME].value == 3.2


def test_pump_settings_without_labels() -> None:
    """mcg/day and mcg/mL say by themselves what they are."""
    words = seen(code={"text": "Pump settings"}, valueString="Simple continuous 350 mcg/day, baclofen 2,000 mcg/mL")
    rate = seen(code={"text": "ITB rate"}, valueQuantity=quantity(0.35, "mg/day"))

    assert (words[Measure.PUMP_DAILY_DOSE].value, words[Measure.PUMP_CONCENTRATION].value) == (350, 2000)
    assert rate[Measure.PUMP_DAILY_DOSE].value == 350


def test_pump_note_in_sentences() -> None:
    """A note with a refill, an alarm date and a dose gives all three."""
    found = seen(
        code={"text": "Pump note"},
        valueString="Pump refilled 2026-11-01 with baclofen. Low reservoir alarm date 2027-02-01. Dose 400 mcg/day",
    )

    refill, alarm = found[Measure.PUMP_LAST_REFILL].date, found[Measure.PUMP_ALARM_DATE].date
    assert refill is not None
    assert alarm is not None
    assert (refill.text, alarm.text) == ("2026-11-01", "2027-02-01")
    assert found[Measure.PUMP_DAILY_DOSE].value == 400


@pytest.mark.parametrize(
    ("name", "value", "sign", "is_there"),
    [
        ("Pump motor stall", True, Sign.PUMP_STOPPED, True),
        ("Pump motor stall", False, Sign.PUMP_STOPPED, False),
        ("Pump stopped", True, Sign.PUMP_STOPPED, True),
        ("Pump two-tone alarm", True, Sign.PUMP_ALARM_CRITICAL, True),
        ("Pump alarm", False, Sign.PUMP_ALARM_LOW, False),
    ],
)
def test_pump_events_as_yes_or_no(name: str, value: bool, sign: Sign, is_there: bool) -> None:
    """The name is the event, the value whether it happened."""
    assert (sign in seen(code={"text": name}, valueBoolean=value)) is is_there


ALARMS = {Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Pump end of service date", {"valueDateTime": "2028-05-01"}),
        ("Pump EOS", {"valueDateTime": "2028-05-01"}),
        ("Pump EOS date", {"valueString": "05/01/2028"}),
        ("Pump end of service", {"valueQuantity": {"value": 29, "unit": "months"}}),
        ("Pump end of service", {"valueBoolean": False}),
        ("Pump end of service date", {}),
        ("Pump end of service", {"valueDateTime": "unknown"}),
        ("Pump end of service", {"valuePeriod": {"start": "soon"}}),
        ("Pump telemetry", {"valueString": "Reservoir 18 mL, ERI 26 months, end of service 29 months, no alarms"}),
        ("Pump status", {"valueString": "EOS 2028-05-01"}),
        ("Pump status", {"valueString": "no end of service alarm"}),
        ("Pump status", {"valueString": "EOS not reached"}),
        ("Pump status", {"valueString": "EOS alarm date 2028-05-01, EOS alarm enabled"}),
    ],
)
def test_an_end_of_service_to_come_is_no_alarm(name: str, value: dict[str, Any]) -> None:
    """Every interrogation tells when the battery will end."""
    assert not ALARMS & seen(code={"text": name}, **value).keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Pump end of service", {"valueBoolean": True}),
        ("Pump EOS", {"valueString": "yes"}),
        ("Pump EOS", {"valueString": "reached"}),
        ("Pump EOS reached", {"valueBoolean": True}),
        ("Pump end of service", {}),
        ("Pump status", {"valueString": "end of service"}),
        ("Pump status", {"valueString": "pump at EOS"}),
        ("Pump alarm", {"valueString": "EOS"}),
        ("Pump telemetry", {"valueString": "Reservoir 4 mL, end of service reached, rate 0"}),
        ("Pump event log", {"valueString": "EOS alarm"}),
    ],
)
def test_an_end_of_service_that_is_reached(name: str, value: dict[str, Any]) -> None:
    """An alarm, and the pump stands still."""
    assert seen(code={"text": name}, **value).keys() >= ALARMS


def test_eri_and_end_of_service_in_one_text() -> None:
    """Each in months from the day of the reading."""
    found = seen(
        code={"text": "Pump telemetry"},
        valueString="Reservoir 18 mL, simple continuous, ERI 26 months, end of service 29 months, no alarms",
    )
    eri, end = found[Measure.PUMP_ERI_DATE].date, found[Measure.PUMP_EOS_DATE].date

    assert eri is not None
    assert end is not None
    assert (eri.earliest.year, end.earliest.year) == (2029, 2029)


@pytest.mark.parametrize("name", ["Pump telemetry", "Pump event log", "Intrathecal pump error"])
@pytest.mark.parametrize(
    ("text", "sign"),
    [("critical memory error", Sign.PUMP_ALARM_CRITICAL), ("non-critical memory error", Sign.PUMP_ALARM_LOW),
     ("no critical memory error", None), ("critical memory error: none", None)],
)  # fmt: skip
def test_memory_errors(name: str, text: str, sign: Sign | None) -> None:
    """Critical ones have two tones, the others one."""
    found = seen(code={"text": name}, valueString=text).keys()

    assert found & {Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_ALARM_LOW} == ({sign} if sign else set())

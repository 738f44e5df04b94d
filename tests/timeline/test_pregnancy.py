"""How far on a pregnancy is: by its due date, by weeks in words, by neither."""

import pytest

from tests.chart import NOW, Chart, date, instant


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

"""A card tells which findings it left out, and what a pharmacist can look up."""

import pytest

from cards.verdict import Card
from tests.chart import Chart, date, instant
from tests.situations.suspected_withdrawal import REMOVAL, STORM, omitted, overdue

LEFT_OUT = ("Delirium (date unknown)",)


def told(chart: Chart, rule: str) -> Card:
    """The card of this rule."""
    verdict = chart.decide().verdict(rule)
    assert isinstance(verdict, Card)
    return verdict


def undated(chart: Chart) -> Chart:
    """Delirium on the problem list, nobody says since when."""
    chart.condition("Delirium", category=[{"coding": [{"code": "problem-list-item"}]}])
    return chart


@pytest.mark.parametrize(
    ("chart", "rule"),
    [
        (omitted(*STORM), "WDR-01"),
        (overdue(*STORM), "WDR-02"),
        (overdue(*STORM, alarm="", procedures=[(REMOVAL, "2d")]), "WDR-02"),
    ],
)
def test_a_problem_without_a_date_is_told_as_left_out(chart: Chart, rule: str) -> None:
    """By mouth, by pump, after the pump was taken out."""
    assert told(undated(chart), rule).not_counted == LEFT_OUT


def test_a_newborn_s_undated_finding_is_told_as_left_out() -> None:
    """Rigidity on the list since nobody knows when."""
    chart = Chart(age=None, taught=False)
    chart.resources.append({"resourceType": "Patient", "id": "p1", "birthDate": date("2d")})
    chart.condition("Newborn affected by maternal use of baclofen")
    chart.condition("Rigidity", category=[{"coding": [{"code": "problem-list-item"}]}],
                    recordedDate=instant("400d"), onsetDateTime=instant("0h")[:4])  # fmt: skip
    assert told(chart, "NEO-02").not_counted == ("Rigidity (date not exact)",)

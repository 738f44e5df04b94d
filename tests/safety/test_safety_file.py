"""The clinical safety file holds what it says it holds."""

import re

import pytest

import cards
from cards.limits import JUDGEMENT
from cards.rule import all_limits
from tests.safety.documents import SAFETY, broken_links, hazard_page, judgement_page
from tests.safety.hazards import HAZARDS, Hazard
from tests.safety.threats import PAGE, THREATS, Threat, threat_page

ATTRIBUTES = (
    "Bibliographic citation", "Developer", "Funding source", "Release and revision dates", "Use of race",
    "Use of ethnicity", "Use of language", "Use of sexual orientation", "Use of gender identity", "Use of sex",
    "Use of date of birth", "Use of social determinants of health data", "Use of health status assessments data",
)  # fmt: skip


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_every_hazard_is_held_by_controls_that_are_proved(hazard: Hazard) -> None:
    assert hazard.controls
    for control in hazard.controls:
        assert control.tests
        assert broken_links(control) == []


def test_hazards_are_numbered_without_a_gap() -> None:
    assert [hazard.id for hazard in HAZARDS] == [f"H{number:02d}" for number in range(1, len(HAZARDS) + 1)]


def test_the_hazard_log_is_up_to_date() -> None:
    assert (SAFETY / "hazards.md").read_text("utf-8") == hazard_page()


def test_the_list_of_judgements_is_up_to_date_and_whole() -> None:
    page = (SAFETY / "judgements.md").read_text("utf-8")
    assert page == judgement_page(page)
    for limit in all_limits().values():
        assert (f"| `{limit.name}` |" in page) is (limit.basis == JUDGEMENT)


def test_all_thirteen_source_attributes_are_answered() -> None:
    page = (SAFETY / "source-attributes.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert [(int(number), name.strip()) for number, name, _ in rows] == list(enumerate(ATTRIBUTES, 1))
    assert all(len(answer.strip()) > 8 for _, _, answer in rows)
    assert cards.KNOWLEDGE_VERSION in page
    assert cards.KNOWLEDGE_DATE in page


def test_nobody_s_signature_is_invented() -> None:
    assert "Signed: nobody yet" in (SAFETY / "README.md").read_text("utf-8")
    assert "pending" in cards.REVIEW_STATUS


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: str(threat.number))
def test_every_threat_is_held_by_a_control_that_is_proved(threat: Threat) -> None:
    assert threat.tests
    assert broken_links(threat.held_by) == []


def test_no_threat_of_the_list_is_left_out() -> None:
    assert [threat.number for threat in THREATS] == list(range(1, 35))


def test_the_page_of_threats_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == threat_page()

"""What a card of suspected withdrawal says, and in which order."""

import pytest

from tests.chart import Chart
from tests.rules.test_suspected_withdrawal import KIND, overdue_pump


def worst_case() -> Chart:
    """Intrathecal withdrawal with rhabdomyolysis, failing kidneys and shock."""
    chart = overdue_pump()
    chart.stay("30h")
    chart.temperature(41.2)
    chart.sign("Rigidity")
    chart.sign("Hallucinations")
    chart.sign("Delirium")
    chart.heart_rate(152)
    chart.systolic(78)
    chart.vital("2157-6", 22000, "U/L")
    chart.vital("2160-0", 1.0, "mg/dL", "60h")
    chart.vital("2160-0", 3.4, "mg/dL")
    chart.vital("32693-4", 6, "mmol/L")
    chart.medicine("sertraline 50 mg", "3d")
    chart.condition("Pneumonia", "1d")
    return chart


def test_the_worst_card_is_read_at_a_glance() -> None:
    """About twelve bullets, what counted once, and the first action second."""
    card = worst_case().decide().card(KIND)
    bullets = [line for line in card.detail.splitlines() if line.startswith("- ")]
    assert len(bullets) <= 12
    assert bullets[0].startswith("- Key differentiator")
    assert bullets[1].startswith("- Interrogate the pump now (SynchroMed, baclofen, 350 mcg/day)")
    assert bullets[2].startswith("- Restore intrathecal delivery")
    assert bullets[3].startswith("- Also: Baclofen pump refill overdue")
    assert card.detail.count("CK 22,000 U/L") == 3  # red flag, organs, count
    found = next(line for line in bullets if line.startswith("- Found in this chart"))
    assert "CK" not in found
    assert "HR 152" not in found
    assert found.count("78 mmHg") == 1
    assert "(counted above)" in found
    for evidence in card.evidence[:12]:
        assert evidence.reference in found


def test_thresholds_are_those_of_this_card_s_own_rules() -> None:
    """The overdue refill is a fact of it; the number of its own card is not told here."""
    detail = worst_case().decide().card(KIND).detail
    assert "symptoms window 72 h (local judgement)" in detail
    assert "refill due soon" not in detail
    assert "C-STAB" in detail


@pytest.mark.parametrize(("age", "told"), [(54, True), (17.5, False), (8, False), (None, False)])
def test_midazolam_is_not_named_where_it_is_not_offered(age: float | None, told: bool) -> None:
    """Neither in the advice nor among what departs from the article."""
    chart = Chart(age)
    chart.pump()
    chart.alarm_date("6d")
    chart.sign("Rigidity")
    assert ("midazolam" in chart.decide().card(KIND).detail) is told


def test_toxicity_is_told_in_our_words() -> None:
    """A chart's sentence stays in the evidence; a value is told as it is."""
    chart = overdue_pump()
    chart.sign("Hypotonia")
    chart.pump_note("Respiratory", "apnea episodes, respiratory depression")
    card = chart.decide().card("toxicity-not-withdrawal")
    assert card.summary == (
        "Looks like baclofen toxicity, not withdrawal: low tone + respiratory depression. Do not give more"
    )
    assert any("apnea episodes" in e.text for e in card.evidence)
    chart.vital("9279-1", 6, "/min")
    assert "low tone + RR 6 /min." in chart.decide().card("toxicity-not-withdrawal").summary


def test_who_restarts_what_was_stopped_for_a_reaction_is_told_of_it() -> None:
    """Withdrawal is as dangerous whatever it was stopped for; to restart is then a decision between two harms."""
    chart = Chart()
    chart.baclofen(status="stopped", until="72h", statusReason={"text": "Adverse reaction: encephalopathy"})
    chart.sign("rigidity", "2h")
    chart.temperature(39.4)
    card = chart.decide().card("suspected-withdrawal")
    assert card.urgency.indicator == "critical"
    assert card.summary == (
        "Suspected baclofen withdrawal (oral, about 72 h since it was stopped for an adverse reaction)"
    )
    bullets = [line for line in card.detail.splitlines() if "Recorded reason" in line]
    assert "encephalopathy. To restart is to weigh that against withdrawal" in bullets[0]
    assert "resume-baclofen" not in [suggestion.key for suggestion in card.suggestions]

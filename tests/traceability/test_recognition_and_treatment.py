"""S01 to S33: what withdrawal looks like, and what to do about it.

`test_s10_...` proves S10. `table.py` collects them into docs/traceability.md and fails when one has no proof.
"""

import pytest

from cards import KNOWLEDGE_DATE, KNOWLEDGE_VERSION, REVIEW_STATUS
from cards.hooks import ENCOUNTER_DISCHARGE, ORDER_SIGN
from tests.chart import Chart, instant
from tests.traceability.patients import WITHDRAWAL, draft, failing_pump, keys, omitted, withdrawal


def test_s01_answers_how_to_manage_baclofen_withdrawal() -> None:
    """Both cards name withdrawal and what to do."""
    assert "restart" in withdrawal(omitted("Visual hallucinations")).summary
    assert "restore IT baclofen" in withdrawal(failing_pump("Rigidity")).summary


def test_s02_says_that_review_is_pending() -> None:
    """The review status is printed on every card."""
    assert REVIEW_STATUS in withdrawal(omitted("Seizure")).detail


def test_s03_is_support_not_instruction() -> None:
    """For clinicians, to be checked."""
    assert "Decision support for clinicians; check against local guidance" in withdrawal(omitted("Seizure")).detail


def test_s04_prints_version_and_date_of_its_knowledge() -> None:
    """Which knowledge, of when."""
    assert f"Knowledge {KNOWLEDGE_VERSION} of {KNOWLEDGE_DATE}" in withdrawal(omitted("Seizure")).detail


def test_s05_speaks_to_clinicians_and_to_carers_in_their_own_words() -> None:
    """A card for the clinician, teaching for patient and carer."""
    chart = Chart(taught=False)
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    card = chart.decide(ENCOUNTER_DISCHARGE).card("patient-education")
    assert "education" in keys(card)


def test_s06_restarts_baclofen_first() -> None:
    """The primary treatment leads the card by mouth."""
    card = withdrawal(omitted("Visual hallucinations"))
    assert "most effective treatment" in card.detail
    assert card.suggestions[0].key == "resume-baclofen"


def test_s07_and_is_urgent_about_it() -> None:
    """Life-threatening: critical with a red flag."""
    assert withdrawal(omitted("Seizure")).urgency.indicator == "critical"


def test_s08_symptoms_evolve_over_one_to_three_days() -> None:
    """Findings of the last 72 h count, older ones do not."""
    chart = failing_pump()
    chart.sign("Increased spasticity", "71h")
    assert chart.decide().urgency(WITHDRAWAL)
    chart = failing_pump()
    chart.sign("Increased spasticity", "73h")
    assert not chart.decide().urgency(WITHDRAWAL)


def test_s09_may_become_fulminant() -> None:
    """Complications add what to do at once."""
    chart = failing_pump("Severe rigidity")
    chart.temperature(41.5)
    assert "active cooling" in withdrawal(chart).detail


@pytest.mark.parametrize("sign", ["Visual hallucinations", "Auditory hallucinations"])
def test_s10_hallucinations_count(sign: str) -> None:
    """Seen or heard."""
    assert withdrawal(omitted(sign))


@pytest.mark.parametrize("sign", ["Anxiety", "Agitation"])
def test_s11_anxiety_and_agitation_count(sign: str) -> None:
    """One point each."""
    assert failing_pump(sign).case().pump_findings.has("P3")


def test_s12_delirium_counts() -> None:
    """Two points."""
    assert failing_pump("Delirium").case().pump_findings.has("P2")


def test_s13_rebound_spasticity_is_the_early_sign() -> None:
    """Two points, enough by pump."""
    assert withdrawal(failing_pump("Increased spasticity"))


def test_s14_fever_and_tremor_count() -> None:
    """Both together make three points."""
    chart = omitted("Tremor")
    chart.temperature(39.0)
    assert withdrawal(chart)


def test_s15_tachycardia_counts_by_age() -> None:
    """A fast pulse for an adult."""
    chart = failing_pump()
    chart.heart_rate(101)
    assert chart.case().pump_findings.has("A2")


def test_s16_seizures_are_a_red_flag() -> None:
    """Critical."""
    assert withdrawal(omitted("Seizure")).urgency.indicator == "critical"


def test_s17_high_fever_and_altered_mental_state_by_pump_are_critical() -> None:
    """The severe intrathecal form."""
    chart = failing_pump("Altered mental status")
    chart.temperature(40.2)
    assert withdrawal(chart).urgency.indicator == "critical"


def test_s18_rigidity_leads_to_rhabdomyolysis() -> None:
    """CK is counted and treated."""
    chart = failing_pump("Severe rigidity")
    chart.vital("2157-6", 12000, "U/L")
    card = withdrawal(chart)
    assert "Rhabdomyolysis" in card.detail
    assert "fluids" in keys(card)


def test_s19_multiorgan_failure() -> None:
    """Organs that fail are a red flag and named."""
    chart = failing_pump("Severe rigidity")
    chart.vital("2157-6", 2000, "U/L")
    chart.vital("32693-4", 6, "mmol/L")
    card = withdrawal(chart)
    assert card.urgency.indicator == "critical"
    assert "organ" in card.detail


def test_s20_death_is_named() -> None:
    """What an abrupt stop can lead to."""
    chart = Chart()
    order = chart.baclofen()
    assert (
        "death"
        in chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card("abrupt-discontinuation").detail
    )


def test_s21_the_pump_asks_for_more_vigilance() -> None:
    """Two points suffice; and its stop is critical, be it in place for three days only."""
    assert withdrawal(failing_pump("Itching"))
    chart = Chart()
    chart.pump()
    order = chart.resources[-1] | {"authoredOn": instant("3d")}
    chart.procedure("Implantation of intrathecal baclofen pump", "3d")
    stopping = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")])
    assert stopping.urgency("abrupt-discontinuation") == "critical"


def test_s22_restart_at_the_previous_dose() -> None:
    """The draft carries dose and timing of the last order; after a long gap it is flagged."""
    card = withdrawal(omitted("Visual hallucinations"))
    resource = card.suggestions[0].actions[0].resource or {}
    assert resource["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] == 20


def test_s23_do_not_wait_for_confirmatory_testing() -> None:
    """On both cards, and when only tests are ordered."""
    assert "Do not wait for confirmatory tests" in withdrawal(failing_pump("Rigidity")).detail
    chart = failing_pump("Severe rigidity")
    chart.temperature(40.2)
    decided = chart.decide(ORDER_SIGN, [draft("ServiceRequest", "CT head"), draft("ServiceRequest", "Blood cultures")])
    assert "TXE-05" in decided.card("wrong-treatment").rules


def test_s24_interrogate_the_pump() -> None:
    """Immediately, as the first suggestion."""
    card = withdrawal(failing_pump("Rigidity"))
    assert card.suggestions[0].key == "interrogate"
    assert (card.suggestions[0].actions[0].resource or {})["priority"] == "stat"


def test_s25_oral_baclofen_is_not_effective_for_intrathecal_withdrawal() -> None:
    """As the sole treatment it is warned about."""
    chart = failing_pump("Severe rigidity")
    oral = draft("MedicationRequest", "baclofen 20 mg tablet", dosageInstruction=[{"text": "20 mg PO QID"}])
    assert "TXE-01" in chart.decide(ORDER_SIGN, [oral]).card("wrong-treatment").rules


def test_s26_benzodiazepines_are_the_bridge() -> None:
    """Offered to adults in a monitored bed."""
    assert "midazolam" in keys(withdrawal(failing_pump("Severe rigidity")))


def test_s27_the_midazolam_dose_is_the_source_articles() -> None:
    """2 mg, then 1 mg/h, adults only, marked as not found elsewhere."""
    card = withdrawal(failing_pump("Severe rigidity"))
    order = next(s for s in card.suggestions if s.key == "midazolam").actions[0].resource or {}
    assert order["dosageInstruction"][0]["text"].startswith("2 mg IV bolus, then 1 mg/h")
    assert "no independent source" in order["note"][0]["text"]
    assert "midazolam" not in keys(withdrawal(failing_pump("Severe rigidity", age=12)))


def test_s28_another_gabaergic_drug_does_not_continue_baclofen() -> None:
    """Diazepam in place of baclofen is a stop."""
    chart = Chart()
    order = chart.baclofen()
    instead = draft(
        "MedicationRequest", "diazepam 5 mg", priorPrescription={"reference": f"MedicationRequest/{order['id']}"}
    )
    assert chart.decide(ORDER_SIGN, [instead]).urgency("abrupt-discontinuation") == "critical"


def test_s29_icu_for_bradyarrhythmia_and_hypotension() -> None:
    """Low pressure in withdrawal."""
    chart = failing_pump("Severe rigidity")
    chart.systolic(78)
    card = withdrawal(chart)
    assert "Hypotension or bradycardia" in card.detail
    assert "icu" in keys(card)


def test_s30_cooling() -> None:
    """From 39 °C on."""
    chart = failing_pump("Severe rigidity")
    chart.temperature(39.4)
    assert "cooling" in keys(withdrawal(chart))


def test_s31_fluids_for_rhabdomyolysis() -> None:
    """Aggressive, by local protocol."""
    chart = failing_pump("Severe rigidity")
    chart.vital("2157-6", 6000, "U/L")
    assert "aggressive isotonic fluid" in withdrawal(chart).detail


def test_s32_dantrolene_relieves_rigidity_only() -> None:
    """Alone it is warned about."""
    chart = failing_pump("Severe rigidity")
    decided = chart.decide(ORDER_SIGN, [draft("MedicationRequest", "dantrolene 25 mg")])
    assert "does not reverse" in decided.card("wrong-treatment").summary


def test_s33_kidneys_are_watched() -> None:
    """Acute kidney injury in withdrawal."""
    chart = failing_pump("Severe rigidity")
    chart.vital("2160-0", 1.0, "mg/dL", "5d")
    chart.vital("2160-0", 2.4, "mg/dL")
    card = withdrawal(chart)
    assert "restart is still first" in card.detail
    assert "labs" in keys(card)

"""What the corridor hands on, word for word: reasons, places of a crash, caps, and how many cards."""

from typing import Any

import pytest

from cards import needs
from cards.case import Case
from cards.decide import decide
from cards.hooks import ORDER_SIGN, PATIENT_VIEW
from cards.verdict import CannotTell, Card, Quiet, Urgency
from tests.chart import Chart, valuesets
from tests.test_decide import CRITICAL, WARNING, on_baclofen, rule

COUNTER = ((needs.PROCEDURES, "refills"), (needs.DISPENSES, "fills"))


def test_an_excluded_exposure_is_every_rules_reason() -> None:
    decision = Chart().decide(rules=(rule(WARNING), rule(CRITICAL, name="PMP-99"))).decision
    assert decision.exposure_excluded
    assert [(one.rule, one.name, one.raised) for one in decision.outcomes] == [
        ("ABR-99", "abr-99", ""),
        ("PMP-99", "pmp-99", ""),
    ]
    quiet = Quiet("no baclofen and no pump in anything that was read", rests_on=needs.EXPOSURE)
    assert [one.verdict for one in decision.outcomes] == [quiet, quiet]
    assert decision.record.patient is not None
    assert (decision.cards, decision.could_not_check, decision.missing) == ((), None, ())


def test_rules_of_another_hook_are_not_asked() -> None:
    here, elsewhere = rule(WARNING), rule(CRITICAL, name="PMP-99", hooks=(ORDER_SIGN,))
    decided = on_baclofen().decide(PATIENT_VIEW, rules=(here, elsewhere))
    assert [one.rule for one in decided.decision.outcomes] == ["ABR-99"]


def test_reading_ends_when_the_caller_says_so() -> None:
    chart = on_baclofen()
    decision = decide(
        [rule(WARNING)],
        chart.supplied(),
        chart.ledger(),
        chart.moment(),
        valuesets=valuesets(),
        out_of_time=lambda: True,
    )

    assert decision.record.not_reached == len(chart.supplied())
    assert decision.record.medication_orders == ()


def test_three_cards_unless_said_otherwise() -> None:
    kinds = ("pump-failure-risk", "wrong-treatment", "dose-unit-check", "renal-dosing")
    rules = tuple(rule(WARNING, kind=kind, name=f"X-{number}") for number, kind in enumerate(kinds))
    chart = on_baclofen()
    given: Any = (rules, chart.supplied(), chart.ledger(), chart.moment())
    assert len(decide(*given, valuesets=valuesets()).cards) == 3
    assert len(decide(*given, valuesets=valuesets(), max_cards=4).cards) == 4


def deeper(depth: int) -> None:
    """Fails some calls further in."""
    if depth:
        deeper(depth - 1)
    raise KeyError("a value of the chart")


def test_a_crash_is_told_by_the_place_where_it_happened() -> None:
    def crash(_case: Case) -> Any:
        deeper(3)

    decided = on_baclofen().decide(rules=(rule(WARNING, ask=crash),))
    (outcome,) = decided.decision.outcomes
    line = deeper.__code__.co_firstlineno + 4
    assert outcome.raised == f"KeyError at test_decide_exactly.py:{line}"
    assert (outcome.rule, outcome.name) == ("ABR-99", "abr-99")
    assert outcome.verdict == CannotTell((), "the rule failed")


def test_a_verdict_keeps_the_name_of_its_rule() -> None:
    (outcome,) = on_baclofen().decide(rules=(rule(WARNING),)).decision.outcomes
    assert (outcome.rule, outcome.name, outcome.raised) == ("ABR-99", "abr-99", "")


@pytest.mark.parametrize(
    ("urgency", "capped", "lost", "shown", "said"),
    [
        (Urgency.CRITICAL, "", ["Procedure"], Urgency.WARNING, "counter-evidence not read"),
        (Urgency.INFO, "", ["Procedure"], Urgency.INFO, "counter-evidence not read"),
        (Urgency.CRITICAL, "signs of toxicity", ["Procedure"], Urgency.WARNING, "signs of toxicity"),
        (Urgency.CRITICAL, "", ["Condition"], Urgency.CRITICAL, ""),
    ],
)
def test_counter_evidence_that_was_not_read(
    urgency: Urgency, capped: str, lost: list[str], shown: Urgency, said: str
) -> None:
    card = Card(urgency=urgency, summary="s", detail=("first", "second", "third"), capped=capped)
    decided = on_baclofen().decide(rules=(rule(card, counter=COUNTER),), lost=lost)
    (outcome,) = decided.decision.outcomes
    assert isinstance(outcome.verdict, Card)
    assert (outcome.verdict.urgency, outcome.verdict.capped) == (shown, said)
    told = ("Refills could not be read: this may already be answered.",) if "Procedure" in lost else ()
    assert outcome.verdict.detail == ("first", *told, "second", "third")
    both = on_baclofen().decide(rules=(rule(card, counter=COUNTER),), lost=["Procedure", "MedicationDispense"])
    (outcome,) = both.decision.outcomes
    assert isinstance(outcome.verdict, Card)
    assert outcome.verdict.detail[1] == "Refills and fills could not be read: this may already be answered."


def test_in_comfort_care_nothing_could_reach_a_warning() -> None:
    chart = on_baclofen()
    open_rule = rule(Quiet("nothing"), could_reach=Urgency.CRITICAL)
    assert chart.decide(rules=(open_rule,), lost=["MedicationRequest"]).decision.could_not_check is not None
    chart.order("Comfort measures only")
    assert chart.decide(rules=(open_rule,), lost=["MedicationRequest"]).decision.could_not_check is None


def test_drafts_that_cannot_be_worked_out_may_be_about_baclofen(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_case: Case) -> Any:
        raise ValueError

    monkeypatch.setattr(Case, "oral_change", property(crash))
    gap = on_baclofen().decide(ORDER_SIGN, rules=(rule(ValueError()),)).decision.could_not_check
    assert gap is not None
    assert gap.urgency is Urgency.WARNING


@pytest.mark.parametrize("hook", [PATIENT_VIEW, ORDER_SIGN], ids=lambda hook: hook.name)
def test_drafts_about_something_else_make_no_warning(hook: Any) -> None:
    gap = on_baclofen().decide(hook, rules=(rule(ValueError()),)).decision.could_not_check
    assert gap is not None
    assert gap.urgency is Urgency.INFO


def test_on_a_hook_without_orders_unread_drafts_make_no_warning() -> None:
    chart = on_baclofen()
    gap = chart.decide(PATIENT_VIEW, [{}], rules=(rule(Quiet("x", rests_on=())),)).decision.could_not_check
    assert gap is not None
    assert gap.urgency is Urgency.INFO
    assert gap.rules == ("ABR-99",)


def test_an_unread_draft_is_told_beside_a_warning_and_not_beside_a_critical_card() -> None:
    for card, is_told in ((WARNING, True), (CRITICAL, False)):
        decided = on_baclofen().decide(ORDER_SIGN, [{}], rules=(rule(card, deciding=()), rule(Quiet("x", rests_on=()),
                                       name="PMP-99")))  # fmt: skip
        gap = decided.decision.could_not_check
        assert (gap is not None) is is_told
        if gap is not None:
            assert (gap.rules, gap.urgency) == (("ABR-99",), Urgency.WARNING)
            assert not decided.decision.only_raised


@pytest.mark.parametrize(
    ("reach", "card", "told"),
    [
        (Urgency.INFO, None, True),
        (Urgency.WARNING, WARNING, False),
        (Urgency.CRITICAL, WARNING, True),
        (Urgency.CRITICAL, CRITICAL, False),
    ],
)
def test_when_a_crash_is_told_by_itself(reach: Urgency, card: Card | None, told: bool) -> None:
    crashing = rule(ValueError(), name="PMP-99", kind="pump-failure-risk", could_reach=reach)
    rules = (crashing,) if card is None else (rule(card, deciding=()), crashing)
    decision = on_baclofen().decide(rules=rules).decision
    assert (decision.could_not_check is not None) is told
    assert decision.only_raised is told
    assert decision.missing == ()


def test_open_rules_and_crashed_ones_together() -> None:
    open_rule = rule(Quiet("x"), name="ABR-98", deciding=(needs.DEVICES, needs.CONDITIONS))
    other = rule(CannotTell(("Condition", "Encounter")), name="ABR-97")
    crashing = rule(ValueError(), name="PMP-99", kind="pump-failure-risk")
    lost = ["Device", "Condition", "Encounter"]
    decision = on_baclofen().decide(rules=(open_rule, other, crashing), lost=lost).decision
    assert decision.missing == ("Device", "Condition", "Encounter")
    assert not decision.only_raised
    assert decision.could_not_check is not None
    assert decision.could_not_check.rules == ("ABR-98", "ABR-97", "PMP-99")
    assert "Failed: PMP-99" in decision.could_not_check.detail

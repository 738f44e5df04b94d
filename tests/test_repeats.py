"""When an acknowledged card comes back as information, and when in full."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cards.case import Case
from cards.merge import first
from cards.moment import Moment
from cards.repeats import Acknowledgement, facts_of, told_again
from cards.verdict import Addendum, Card, Evidence, MergedCard, Urgency
from cards.words import SUMMARY_LIMIT
from tests.chart import NOW, ZONE, Chart

KIND = "suspected-withdrawal"
FACTS = ("urgency 0", "urgency 1", "urgency 2", "rule WDR-01", "evidence Observation/1 fever")


def card(**more: Any) -> MergedCard:
    values: dict[str, Any] = {
        "kind": KIND, "kind_display": "Suspected baclofen withdrawal", "urgency": Urgency.CRITICAL,
        "summary": "Suspected baclofen withdrawal: restart now", "detail": "- Rigid and hot.", "rules": ("WDR-01",),
        "leader": "WDR-01", "facts": FACTS,
    }  # fmt: skip
    return MergedCard(**values | more)


def acknowledged(hours_ago: float = 1.0, **more: Any) -> Acknowledgement:
    values: dict[str, Any] = {"kind": KIND, "facts": frozenset(FACTS), "outcome": "overridden"}
    return Acknowledgement(at=NOW - timedelta(hours=hours_ago), **values | more)


def again(*cards: MergedCard, by: tuple[Acknowledgement, ...] = ()) -> tuple[MergedCard, ...]:
    return told_again(cards, by, frozenset, Moment(now=NOW, patient_id="p1", zone=ZONE))


def test_acknowledged_and_nothing_new_it_is_information_and_says_so() -> None:
    (told,) = again(card(), by=(acknowledged(),))

    assert told.urgency is Urgency.INFO
    assert told.summary == "Acknowledged 10 Mar 17:00: Suspected baclofen withdrawal: restart now"
    assert told.detail.startswith("- You acknowledged this card 10 Mar 17:00 (overridden). Nothing is new since")
    assert "from 11 Mar 17:00" in told.detail
    assert told.detail.endswith("- Rigid and hot.")
    assert told.acknowledged == NOW - timedelta(hours=1)
    assert (told.kind, told.rules, told.leader) == (KIND, ("WDR-01",), "WDR-01")


def test_a_summary_that_is_cut_stands_in_full_below() -> None:
    long = card(summary="Suspected withdrawal " + "x" * (SUMMARY_LIMIT - 22) + ".")
    assert len(long.summary) <= SUMMARY_LIMIT

    (told,) = again(long, by=(acknowledged(),))

    assert len(told.summary) <= SUMMARY_LIMIT
    assert f"- In full: {long.summary}\n" in told.detail


@pytest.mark.parametrize(
    ("hours", "is_lowered"), [(0.0, True), (23.99, True), (24.0, False), (25.0, False), (-0.1, False)]
)
def test_it_lasts_a_day(hours: float, is_lowered: bool) -> None:
    (told,) = again(card(), by=(acknowledged(hours),))

    assert (told.urgency is Urgency.INFO) == is_lowered
    assert is_lowered or told == card()


@pytest.mark.parametrize(
    "by",
    [
        (),
        (acknowledged(kind="abrupt-discontinuation"),),
        (acknowledged(facts=frozenset()),),  # a card of before facts were kept
        (acknowledged(facts=frozenset(FACTS[:-1])),),
        (acknowledged(facts=frozenset(FACTS[:2])), acknowledged(facts=frozenset(FACTS[2:]))),  # neither saw it all
    ],
)
def test_in_full_without_an_answer_to_just_this(by: tuple[Acknowledgement, ...]) -> None:
    assert again(card(), by=by) == (card(),)


def test_what_is_no_longer_found_is_nothing_new() -> None:
    (told,) = again(card(urgency=Urgency.WARNING, facts=FACTS[:2]), by=(acknowledged(),))

    assert told.urgency is Urgency.INFO
    assert "not as warning" in told.detail


def test_what_could_not_be_checked_is_never_lowered() -> None:
    """Whether anything is new there, nobody knows."""
    mine = card(kind="could-not-check", urgency=Urgency.WARNING)

    assert again(mine, by=(acknowledged(kind="could-not-check"),)) == (mine,)


def test_a_card_whose_facts_could_not_be_worked_out_is_in_full() -> None:
    mine = card(facts=())

    assert again(mine, by=(acknowledged(),)) == (mine,)


def test_the_last_answer_counts() -> None:
    (told,) = again(card(), by=(acknowledged(5.0), acknowledged(2.0, outcome="accepted"), acknowledged(3.0)))

    assert told.acknowledged == NOW - timedelta(hours=2)
    assert "(accepted)" in told.detail


def test_cards_stand_in_the_order_of_what_they_now_are() -> None:
    wrong = card(kind="wrong-treatment", urgency=Urgency.WARNING)

    told = again(card(), wrong, by=(acknowledged(),))

    assert [one.kind for one in first(told, 3)] == ["wrong-treatment", KIND]
    assert [one.urgency.indicator for one in first(told, 3)] == ["warning", "info"]


# -- what a card rests on


def facts(chart: Chart, *fired: Card | Addendum, **more: Any) -> set[str]:
    values: dict[str, Any] = {
        "urgency": Urgency.INFO, "rules": ("ABR-08",), "not_available": (), "failed": (), **more,
    }  # fmt: skip
    return set(facts_of(fired, chart.case(), **values))


def said(summary: str, *detail: str, evidence: tuple[Evidence, ...] = ()) -> Card:
    return Card(urgency=Urgency.INFO, summary=summary, detail=detail, evidence=evidence)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Last dose 14 h ago (10 Mar 18:00)", "Last dose 6 days ago (10 Mar 2025 18:00)"),
        ("less than 1 h since the last dose", "3 h since the last dose"),
        ("2 baclofen doses not given, 40-60 mg/day", "3 baclofen doses not given, 40-60 mg/day"),
        ("Refill in 3 weeks", "Refill in 1 week"),
        ("Counted 7 points: rigidity 2 (10 Mar 17:00), fever 1 (10 Mar 17:00)", "Counted 6 points: rigidity 2"),
    ],
)
def test_the_passing_of_time_is_no_new_fact(before: str, after: str) -> None:
    assert facts(Chart(), said(after)) <= facts(Chart(), said(before))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Refill in 3 days", "Refill overdue by 3 days"),
        ("Counted 7 points: rigidity 2", "Counted 7 points: rigidity 2, fever 1"),
        ("No red flags.", "Red flags: seizure."),
    ],
)
def test_another_word_is_a_new_fact(before: str, after: str) -> None:
    assert not facts(Chart(), said(after)) <= facts(Chart(), said(before))


def test_higher_and_more_is_new_and_lower_and_less_is_not() -> None:
    chart = Chart()
    both = said("x", evidence=(Evidence("Observation/1", "fever; rigid"),))
    fever = said("x", evidence=(Evidence("Observation/1", "fever"),))
    for more, less in (
        (facts(chart, urgency=Urgency.CRITICAL), facts(chart, urgency=Urgency.WARNING)),
        (facts(chart, rules=("ABR-08", "ABR-01")), facts(chart)),
        (facts(chart, not_available=("Device",)), facts(chart)),
        (facts(chart, failed=("PMP-01",)), facts(chart)),
        (facts(chart, fever), facts(chart, said("x"))),
        (facts(chart, both), facts(chart, fever)),
        (facts(chart, Addendum(detail=("Cool.",))), facts(chart)),
    ):  # fmt: skip
        assert less < more


def test_red_flags_tiers_and_signs_of_the_patient_count_though_a_card_does_not_name_them() -> None:
    calm, ill = Chart(), Chart()
    for chart in (calm, ill):
        chart.baclofen(10, 3)
        chart.stay("31h")
    base = facts(calm)
    ill.vital("59408-5", 84, "%")  # counts as a red flag, and in no score
    assert facts(ill) - base == {"red flag SpO2 84 %"}
    ill.temperature(38.4)
    assert any(fact.startswith("sign A1") for fact in facts(ill) - base)
    ill.condition("Epilepsy")
    assert "dependence 3" in facts(ill) - base


def test_where_the_case_itself_fails_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_case: Case) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Case, "toxicity", property(fails))

    assert facts(Chart(), said("x")) == set()


def test_the_corridor_gives_every_card_its_facts() -> None:
    chart = Chart(taught=False)
    chart.baclofen()
    chart.stay("31h")
    chart.sign("Severe rigidity")
    chart.temperature(40.2)

    for one in chart.decide().decision.cards:
        assert {f"rule {rule}" for rule in one.rules} <= set(one.facts)
        assert all(any(e.reference in fact for fact in one.facts) for e in one.evidence)
        assert msgspec.structs.replace(one, facts=()) != one

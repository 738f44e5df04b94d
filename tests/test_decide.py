"""The corridor: one card a kind, nothing silently nothing, a crash costs one verdict."""

from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt

from cards import needs
from cards.case import Case
from cards.hooks import ORDER_SIGN, PATIENT_VIEW
from cards.kinds import KINDS, OVERRIDE_REASONS
from cards.ledger import State
from cards.merge import FOOTER
from cards.rule import Rule, all_rules, needs_of
from cards.verdict import Addendum, CannotTell, Card, Quiet, Urgency, Verdict
from cards.words import SUMMARY_LIMIT, safe, summary
from tests.chart import SUBJECT, Chart


def rule(
    verdict: Verdict | Exception, *, kind: str = "abrupt-discontinuation", name: str = "ABR-99", **more: object
) -> Rule:
    """A rule that always says the same."""

    def ask(case: Case) -> Verdict:
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    declared: dict[str, object] = {
        "implements": name,
        "name": name.lower(),
        "kind": kind,
        "hooks": (PATIENT_VIEW, ORDER_SIGN),
        "deciding": (needs.MEDICATION_REQUESTS,),
        "refining": (needs.CONDITIONS,),
        "sources": (),
        "limits": (),
        "overrides": ("data-incorrect",),
        "could_reach": Urgency.CRITICAL,
        "doc": "",
        "ask": ask,
        **more,
    }
    return Rule(**declared)  # type: ignore[arg-type]


def on_baclofen() -> Chart:
    """Somebody whom the rules are about."""
    chart = Chart()
    chart.baclofen()
    return chart


WARNING = Card(urgency=Urgency.WARNING, summary="a warning", detail=("first",))
CRITICAL = Card(urgency=Urgency.CRITICAL, summary="a critical one", detail=("second",))


def test_a_rule_that_raises_costs_only_its_own_verdict() -> None:
    """The other card goes out and says so; a possible critical is told as not checked."""
    decided = on_baclofen().decide(
        rules=(rule(WARNING), rule(KeyError("secret"), name="PMP-99", kind="pump-failure-risk"))
    )
    assert decided.kinds == ["abrupt-discontinuation"]
    assert "Could not check PMP-99" in decided.card("abrupt-discontinuation").detail
    gap = decided.decision.could_not_check
    assert gap is not None
    assert gap.rules == ("PMP-99",)
    assert "secret" not in gap.detail
    assert decided.decision.outcomes[1].raised.startswith("KeyError at test_decide.py:")


def test_only_a_crash_and_nothing_else() -> None:
    """No card at all: the service answers 500 under policy 412."""
    decided = on_baclofen().decide(rules=(rule(ValueError()),))
    assert decided.decision.only_raised
    assert decided.decision.could_not_check is not None
    assert not decided.decision.missing


def test_silence_about_unread_data_is_no_silence() -> None:
    """A quiet verdict that rests on a lost need becomes CannotTell."""
    decided = on_baclofen().decide(rules=(rule(Quiet("nothing")),), lost=["MedicationRequest"])
    assert decided.verdict("ABR-99") == CannotTell(("MedicationRequest",), "nothing")
    assert decided.decision.missing == ("MedicationRequest",)


def test_silence_that_rests_on_something_read_stays() -> None:
    """A planned taper was read; what else failed does not matter."""
    decided = on_baclofen().decide(
        rules=(rule(Quiet("planned taper", rests_on=())),), lost=["MedicationRequest", "Patient"]
    )
    assert isinstance(decided.verdict("ABR-99"), Quiet)


@pytest.mark.parametrize(
    ("card", "reach", "said"),
    [
        (None, Urgency.WARNING, True),
        (None, Urgency.INFO, False),
        (WARNING, Urgency.WARNING, False),
        (WARNING, Urgency.CRITICAL, True),
        (CRITICAL, Urgency.CRITICAL, False),
    ],
)
def test_when_an_open_rule_is_told(card: Card | None, reach: Urgency, said: bool) -> None:
    """Only if it could outrank every card that fires; rules that reach info never ask for it."""
    open_rule = rule(Quiet("nothing"), name="PMP-99", kind="pump-failure-risk", could_reach=reach)
    rules = (open_rule,) if card is None else (rule(card, deciding=()), open_rule)
    decided = on_baclofen().decide(rules=rules, lost=["MedicationRequest"])
    assert (decided.decision.could_not_check is not None) is said


def test_what_a_site_declares_unsupported_is_not_missing() -> None:
    """The EHR has no such resource: nobody can have it."""
    assert on_baclofen().decide(unsupported=["MedicationDispense"]).is_silent


def test_both_order_and_statement_unsupported_excludes_nothing() -> None:
    """Without either list, no medicine was read at all."""
    decided = Chart().decide(unsupported=["MedicationRequest", "MedicationStatement"])
    assert not decided.decision.exposure_excluded


@pytest.mark.parametrize("key", [need.key for need in needs.EXPOSURE])
def test_exposure_is_excluded_only_if_everything_was_read(key: str) -> None:
    """Any need that could show baclofen or a pump."""
    assert Chart().decide().decision.exposure_excluded
    lost = Chart().decide(lost=[key])
    assert not lost.decision.exposure_excluded
    assert lost.decision.could_not_check is not None


def test_could_not_check_is_a_warning_when_the_drafts_touch_baclofen() -> None:
    """Signing blind is worse than looking blind."""
    chart = Chart()
    order = chart.baclofen()
    decided = chart.decide(ORDER_SIGN, [chart.draft(order, status="active")], lost=["Device", "Encounter"])
    gap = decided.decision.could_not_check
    assert gap is not None
    assert gap.urgency is Urgency.WARNING
    assert not gap.evidence
    assert [code for code, _ in gap.override_reasons] == ["data-incorrect", "will-do-later"]


def test_one_card_a_kind_led_by_the_most_urgent() -> None:
    """Summary and first bullet of the leader; overrides united."""
    rules = (rule(WARNING), rule(CRITICAL, name="ABR-98", overrides=("comfort-care",)))
    card = on_baclofen().decide(rules=rules).card("abrupt-discontinuation")
    assert (card.summary, card.leader, card.rules) == ("a critical one", "ABR-98", ("ABR-98", "ABR-99"))
    assert card.detail.startswith("- second\n- Also: a warning")
    assert [code for code, _ in card.override_reasons] == ["comfort-care", "data-incorrect"]


def test_an_addendum_alone_is_no_card() -> None:
    """A bullet for a card that does not fire is not shown."""
    assert on_baclofen().decide(rules=(rule(Addendum(detail=("bullet",))),)).kinds == []
    both = on_baclofen().decide(rules=(rule(WARNING), rule(Addendum(detail=("bullet",)), name="ABR-98")))
    assert "- bullet" in both.card("abrupt-discontinuation").detail


def test_cards_stand_in_order_and_the_least_go() -> None:
    """Urgency, then kind; never a critical one is dropped."""
    kinds = ["renal-dosing", "pump-failure-risk", "wrong-treatment", "dose-unit-check"]
    rules = tuple(rule(WARNING, kind=kind, name=f"X-{i}") for i, kind in enumerate(kinds))
    assert on_baclofen().decide(rules=rules).kinds == ["wrong-treatment", "dose-unit-check", "pump-failure-risk"]
    loud = tuple(rule(CRITICAL, kind=kind, name=f"X-{i}") for i, kind in enumerate(kinds))
    assert len(on_baclofen().decide(rules=loud, max_cards=1).kinds) == 4


def test_toxicity_absorbs_held_doses_only() -> None:
    """ABR-08 becomes part of it, other discontinuations stay."""
    rules = (
        rule(WARNING, kind="toxicity-not-withdrawal", name="TOX-01"),
        rule(WARNING, name="ABR-08"),
        rule(CRITICAL, name="ABR-01"),
    )
    decided = on_baclofen().decide(rules=rules)
    assert decided.card("toxicity-not-withdrawal").rules == ("TOX-01", "ABR-08")
    assert decided.card("abrupt-discontinuation").rules == ("ABR-01",)


def test_missing_data_are_named_on_the_card() -> None:
    """In `notAvailable` and in words."""
    card = on_baclofen().decide(rules=(rule(WARNING),), lost=["Condition"]).card("abrupt-discontinuation")
    assert card.not_available == ("Condition",)
    assert "Not available: problems and diagnoses" in card.detail
    assert FOOTER in card.detail


def test_the_same_call_gives_the_same_answer() -> None:
    """Deterministic."""
    chart = Chart()
    chart.baclofen()
    chart.stay("31h")
    chart.sign("Confusion")
    assert msgspec.json.encode(chart.decide().decision.cards) == msgspec.json.encode(chart.decide().decision.cards)


# -- the folder of rules -----------------------------------------------------------------------------------------------


def test_every_rule_is_declared_whole() -> None:
    """File name is function name, folder is a kind, doc says When / Then / Else, overrides are known."""
    rules = all_rules()
    assert len({r.implements for r in rules}) == len(rules)
    for one in rules:
        assert one.kind in KINDS
        assert one.ask.__module__.endswith(one.name)
        assert all(word in one.doc for word in ("When ", "Then ", "Else "))
        assert set(one.overrides) <= set(OVERRIDE_REASONS)
        assert one.sources


def test_discovery_asks_for_what_the_rules_need_and_what_shows_exposure() -> None:
    """The union of needs of a hook."""
    for hook in (PATIENT_VIEW, ORDER_SIGN):
        asked = set(needs_of(hook.name))
        assert asked >= set(needs.EXPOSURE)
        assert asked >= {need for r in all_rules() if hook in r.hooks for need in r.needs}


# -- words -------------------------------------------------------------------------------------------------------------

NASTY = (
    "<img src=x onerror=alert(1)> [click](http://evil.example) **bold** `code` # title | table | "
    "https://evil.example www.evil.example me@evil.example ~~gone~~ ![x](y) \u202egnp.exe\u202c \x07 &lt; \\* {x} _y_"
)


def test_chart_text_cannot_bite() -> None:
    """No link, image, tag, control or bidirectional character survives a real Markdown parser."""
    said = safe(NASTY, 500)
    parsed = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(said)
    for bad in ("<a", "<img", "<strong", "<code", "<em", "<h1", "<table", "<del", "\u202e", "\x07", "http:", "www."):
        assert bad not in parsed


def test_nasty_text_all_the_way_through() -> None:
    """A drug named like an attack, in every card text."""
    chart = Chart()
    order = chart.baclofen()
    order["medicationCodeableConcept"]["text"] = f"baclofen {NASTY}"
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card("abrupt-discontinuation")
    parsed = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(card.detail)
    for bad in ("<a", "<img", "\u202e", "evil.example</a>", "<strong"):
        assert bad not in parsed
    assert "<" not in card.summary


def test_a_summary_is_never_too_long() -> None:
    """CDS Hooks: under 140 characters."""
    assert len(summary("word " * 60)) <= SUMMARY_LIMIT
    assert summary("short") == "short"
    chart = Chart()
    chart.baclofen()
    long = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
            "code": {"text": "NPO " + "after midnight " * 30}}  # fmt: skip
    assert len(chart.decide(ORDER_SIGN, [long]).card("perioperative-interruption").summary) <= SUMMARY_LIMIT


@pytest.mark.parametrize("state", [s for s in State if s not in (State.PRESENT, State.NONE, State.UNSUPPORTED)])
def test_every_lost_state_is_lost(state: State) -> None:
    """None of them reads as "nothing found"."""
    chart = on_baclofen()
    ledger = chart.ledger({"Device": state})
    assert ledger.is_lost("Device")
    assert ledger.is_lost("NeverAskedFor")


@pytest.mark.parametrize("draft", [{}, {"resourceType": 5}])
def test_an_order_in_hand_that_nobody_can_read_is_told_whatever_the_chart_holds(draft: dict[str, Any]) -> None:
    """Also of a patient in whose chart there is no baclofen: the order may be about it."""
    gap = Chart().decide(ORDER_SIGN, [draft]).decision.could_not_check
    assert gap is not None
    assert "Not read" in gap.detail


def test_a_critical_card_names_the_order_that_was_not_read() -> None:
    """It outranks the gap, and does not hide it."""
    chart = Chart()
    order = chart.baclofen()
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped"), {}]).card("abrupt-discontinuation")
    assert card.urgency.indicator == "critical"
    assert "Not read" in card.detail


@pytest.mark.parametrize(
    "tell",
    [
        lambda chart: chart.order("Hold baclofen"),
        lambda chart: chart.pump_note("Intrathecal baclofen pump alarm", "critical alarm, pump stopped"),
    ],
)
def test_a_chart_that_names_baclofen_or_a_pump_does_not_exclude_exposure(tell: Any) -> None:
    """Even where no medicine and no device is listed."""
    chart = Chart()
    tell(chart)
    assert not chart.decide().decision.exposure_excluded


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("TXE-01", "only oral baclofen as the sole treatment"),
        ("WDR-01", "no dose after a long one"),
        ("WDR-02", "dose of midazolam has no other source"),
        ("WDR-04", "tone decides"),
        ("TOX-01", "tone decides"),
    ],
)
def test_where_a_rule_departs_from_the_source_article_it_says_so(rule: str, words: str) -> None:
    """clinical.md, section 14: deliberate deviations stand with the sources."""
    (found,) = [each for each in all_rules() if each.implements == rule]
    assert any(words in told for told in found.departs)


def test_a_departure_stands_on_the_card_beside_its_sources() -> None:
    chart = Chart()
    chart.pump()
    chart.alarm_date("6d")
    chart.temperature(39.4)
    chart.sign("Increased spasticity")
    last = chart.decide().card("suspected-withdrawal").detail.splitlines()[-1]
    assert "Departs from the source article: " in last
    assert "Sources: " in last

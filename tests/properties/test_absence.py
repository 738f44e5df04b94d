"""What could not be read never becomes a confident silence.

Left out, both by the contract's section "When data are missing": `unsupported`, which a site declares (nobody can have
it), and what cannot reach a warning, such as education and everything in comfort care: an incomplete check is told
where it could have mattered.
"""

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.case import Case
from cards.decide import Decision
from cards.ledger import State
from cards.moment import Supplied
from cards.needs import ALL
from cards.record.concepts import Act, Problem
from cards.record.read import read
from cards.rule import all_rules
from cards.verdict import MergedCard, Urgency, Verdict
from tests.chart import Chart, instant
from tests.properties.besides import BESIDES, with_besides
from tests.properties.patients import NAMES, by_name, by_name_on_every_hook, examples
from tests.properties.worse import FINDINGS, with_findings
from tests.stories.calls import Call, valuesets

RULES = {rule.implements: rule for rule in all_rules()}
WITHOUT_DATA = (State.NOT_PROVIDED, State.FAILED, State.FORBIDDEN, State.UNPARSED)
ABSORBED = {
    "abrupt-discontinuation": ("suspected-withdrawal", "toxicity-not-withdrawal"),
    "pump-failure-risk": ("suspected-withdrawal",),
    "perioperative-interruption": ("suspected-withdrawal", "toxicity-not-withdrawal"),
}


def without(call: Call, *needs: str, state: State = State.FAILED) -> Call:
    """The call with these needs not read whole."""
    return call.but(lost={**call.lost, **dict.fromkeys(needs, state)})


def silent_losses(before: Decision, after: Decision, lost: set[str]) -> list[str]:
    """Cards that are gone or milder without a word about what was lost."""
    told = after.could_not_check is not None or any(lost & set(card.not_available) for card in after.cards)
    cards = {card.kind: card for card in after.cards}
    found: list[str] = []
    for card in before.cards:
        if not could_matter(card, before):
            continue
        now: MergedCard | None = cards.get(card.kind)
        heirs = [now, *(cards.get(kind) for kind in ABSORBED.get(card.kind, ()))]
        if any(heir is not None and heir.urgency >= card.urgency for heir in heirs):
            continue
        if not told or (now is not None and not (lost & set(now.not_available) or after.could_not_check)):
            found.append(f"{card.kind} {card.urgency.indicator} -> {now.urgency.indicator if now else 'nothing'}")
    return found


def could_matter(card: MergedCard, decision: Decision) -> bool:
    """Whether a rule of the card can reach a warning for this patient."""
    acts = {act for order in (*decision.record.orders, *decision.record.encounters) for act in order.acts}
    is_comfort = Act.COMFORT_CARE in acts or any(Problem.COMFORT_CARE in c.concepts for c in decision.record.conditions)
    return not is_comfort and any(RULES[rule].could_reach >= Urgency.WARNING for rule in card.rules)


def test_one_need_lost() -> None:
    """Every request of every story, every need: no card gone or milder without a word."""
    found = {}
    for name, call in by_name().items():
        before = call.decision(max_cards=99)
        for need in call.needs:
            after = without(call, need.key).decision(max_cards=99)
            if wrong := silent_losses(before, after, {need.key}):
                found[name, need.key] = wrong
    assert not found


@examples(600)
@given(
    st.sampled_from(sorted(by_name_on_every_hook())),
    st.lists(st.sampled_from([need.key for need in ALL]), min_size=1, max_size=6, unique=True),
    st.sampled_from(WITHOUT_DATA),
    st.lists(st.sampled_from(sorted(FINDINGS)), max_size=3, unique=True),
)
def test_needs_lost_together(name: str, needs: list[str], state: State, findings: list[str]) -> None:
    """On every hook, whatever the patient looks like, several needs, however they were lost."""
    call = with_findings(by_name_on_every_hook()[name], *findings)
    lost = {need.key for need in call.needs} & set(needs)
    after = without(call, *lost, state=state).decision(max_cards=99)
    assert not silent_losses(call.decision(max_cards=99), after, lost)


@examples(600)
@given(NAMES, st.sampled_from([need.key for need in ALL]), st.integers(0, 2**32 - 1), st.booleans())
def test_a_need_read_in_part(name: str, need: str, seed: int, is_stale: bool) -> None:
    """Some pages unread, or all of it too old: what is missing may be what the card stood on."""
    call, chance = by_name()[name], Random(seed)
    asked = {one.key: one for one in call.needs}
    if need not in asked or need in call.lost:
        return
    kind = asked[need].resource_type
    kept = [r for r in call.resources if r["resourceType"] != kind or is_stale or chance.random() < 0.5]
    # An Observation stands in several needs at once; all of them lose it.
    lost = {key for key, one in asked.items() if one.resource_type == kind}
    partly = without(call.but(resources=kept), *lost, state=State.STALE if is_stale else State.PARTIAL)
    assert not silent_losses(call.decision(max_cards=99), partly.decision(max_cards=99), lost)


def undeclared(call: Call) -> dict[tuple[str, str], tuple[Verdict, Verdict]]:
    """By rule and need: verdicts that change with a need that the rule does not say it reads.

    What is asked before every rule (death, comfort care: FND-07) is no rule's own.
    """
    whole, found = case_of(call), {}
    rules = [rule for rule in RULES.values() if call.hook in rule.hooks]
    before = {rule.implements: rule.ask(whole) for rule in rules}
    for need in call.needs:
        if unread := [rule for rule in rules if need not in rule.needs]:
            less = case_of(without(call, need.key))
            for rule in unread:
                if (now := rule.ask(less)) != before[rule.implements]:
                    found[rule.implements, need.key] = before[rule.implements], now
    return found


def case_of(call: Call) -> Case:
    """As the rules are asked about it."""
    moment = call.moment()
    return Case(read(call.supplied(), call.ledger(), moment, valuesets()), moment)


def test_a_rule_reads_what_it_declares() -> None:
    """Every request of every story, every need: what is declared is what a card names as missing."""
    found = {name: wrong for name, call in by_name().items() if (wrong := undeclared(call))}
    assert not found


@examples(200)
@given(
    st.sampled_from(sorted(by_name_on_every_hook())),
    st.lists(st.sampled_from(BESIDES), max_size=7, unique=True),
    st.lists(st.sampled_from(sorted(FINDINGS)), max_size=5, unique=True),
    st.sampled_from(("female", "male", "unknown")),
)
def test_a_rule_reads_what_it_declares_whatever_else_is_there(
    name: str, besides: list[str], findings: list[str], sex: str
) -> None:
    """On every hook, with something of every kind of data."""
    call = with_findings(with_besides(by_name_on_every_hook()[name], *besides, sex=sex), *findings)
    assert not undeclared(call)


def test_an_unreadable_drug_is_never_no_baclofen() -> None:
    """A list entry without any readable drug."""
    chart = Chart()
    chart.add("MedicationRequest", status="active", intent="order", authoredOn=instant("9d"))
    decided = chart.decide()
    assert not decided.decision.exposure_excluded
    assert decided.decision.could_not_check is not None
    assert "MedicationRequest" in decided.decision.missing


def test_another_patients_resource_is_dropped_and_told() -> None:
    """The need is partial, and an incident is counted."""
    chart = Chart()
    order = chart.baclofen()
    order["subject"] = {"reference": "Patient/somebody-else"}
    decided = chart.decide()
    assert decided.decision.record.foreign == 1
    assert decided.decision.could_not_check is not None


@pytest.mark.parametrize("name", ["omitted-and-hallucinating"])
def test_the_raw_form_is_not_kept(name: str) -> None:
    """Facts, not resources: memory stays small."""
    record = by_name()[name].decision().record
    kept = [getattr(fact, field) for fact in record.observations for field in fact.__struct_fields__]
    assert not any(isinstance(value, msgspec.Raw) for value in kept)
    assert Supplied("", msgspec.Raw(b"{}")).need == ""

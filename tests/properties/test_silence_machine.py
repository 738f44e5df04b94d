"""A machine that looks for silences: needs are lost together, rules crash, a site declares what it lacks.

The judge is `tests/silence.py`. Beside it stands a witness: a silence about lost data is wrong if there is anything
that could have stood there, and with which the same service, reading everything, would have warned.
"""

import json
from collections import Counter
from functools import cache
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cards.ledger import State
from cards.needs import ALL, BY_KEY
from cards.rule import all_rules
from tests.properties.asking import Question, with_twins
from tests.properties.patients import by_name, by_name_on_every_hook
from tests.silence import COULD_NOT_CHECK, EXTENSION, LOST, URGENCY, Told, complaints, kind_of
from tests.stories.calls import Resource

KEYS = [need.key for need in ALL]
STATES = [state for state in State if state is not State.UNSUPPORTED]
LISTS = {"MedicationRequest", "MedicationStatement"}  # one of them every EHR has
RULES = sorted(rule.implements for rule in all_rules())


class NeverSilent(RuleBasedStateMachine):
    """A call to which things happen: needs are lost and read again, rules crash, the site declares what it lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.question = Question(call=by_name()["never-on-baclofen-1"])
        self.chance = Random(0)

    @initialize(name=st.sampled_from(sorted(by_name_on_every_hook())), seed=st.integers(0, 2**32 - 1))
    def somebody(self, name: str, seed: int) -> None:
        self.question = Question(call=by_name_on_every_hook()[name])
        self.chance = Random(seed)

    @rule(need=st.sampled_from(KEYS), state=st.sampled_from(STATES))
    def a_need_ends_so(self, need: str, state: State) -> None:
        self.question = self.question.but(states={**self.question.states, need: state, **with_twins(need, state)})

    @rule(needs=st.sets(st.sampled_from(KEYS), min_size=2), state=st.sampled_from(STATES))
    def many_needs_end_so(self, needs: set[str], state: State) -> None:
        self.question = self.question.but(states={**self.question.states, **dict.fromkeys(needs, state)})

    @rule(name=st.sampled_from(sorted(by_name_on_every_hook())))
    def somebody_else_on_another_hook(self, name: str) -> None:
        self.question = self.question.but(call=by_name_on_every_hook()[name])

    @rule(kinds=st.sets(st.sampled_from(sorted({need.resource_type for need in ALL} - {"Patient"})), max_size=2))
    def the_site_declares_what_it_lacks(self, kinds: set[str]) -> None:
        if not kinds >= LISTS:
            self.question = self.question.but(unsupported=frozenset(kinds))

    @rule(broken=st.sets(st.sampled_from(RULES), max_size=2))
    def rules_crash(self, broken: set[str]) -> None:
        self.question = self.question.but(broken=frozenset(broken))

    @invariant()
    def the_contract_allows_the_answer(self) -> None:
        question = self.question
        answers = question.answers()
        whole = Question(call=question.call, unsupported=question.unsupported).answers()
        for policy, told in answers.items():
            wrong = complaints(question.asked(policy), told, None if question.broken else whole[policy])
            assert not wrong, (wrong, question.call.name, question.ledger, policy, told)
        _policies_agree(answers)
        if not question.broken:
            self._nothing_could_have_stood_there(answers["card"])

    def _nothing_could_have_stood_there(self, told: Told) -> None:
        if told.says_incomplete:
            return
        lost = {key for key, state in self.question.ledger.items() if state in LOST}
        named = {need for card in told.cards for need in card["extension"][EXTENSION].get("notAvailable", ())}
        if not lost - named:
            return
        for _ in range(2):
            completed = completion(self.question, lost, self.chance)
            could_be = completed.answers()["card"]
            assert reached(could_be) <= max(reached(told), 0) or reached(could_be) < URGENCY.index("warning"), (
                self.question.call.name, lost, told, could_be,
            )  # fmt: skip


def _policies_agree(answers: dict[str, Told]) -> None:
    """What is 412 (or 500) under one policy is one could-not-check under the other, and nothing else differs."""
    refused, shown = answers["412"], answers["card"]
    if refused.status != 200:
        assert [kind_of(card) for card in shown.cards] == [COULD_NOT_CHECK]
    else:
        assert [*refused.findings] == [*shown.findings]
        assert shown.gap is None or refused.cards


def reached(told: Told) -> int:
    """The highest urgency of its findings; -1 without any."""
    return max((URGENCY.index(card["indicator"]) for card in told.findings.values()), default=-1)


def completion(question: Question, lost: set[str], chance: Random) -> Question:
    """What could have stood in the needs that were lost: another story's resources of their types."""
    patient = question.call.context["patientId"]
    kinds = {BY_KEY[key].resource_type for key in lost} - {"Patient"}
    kept = list(question.call.resources)
    names = {(r["resourceType"], r.get("id")) for r in kept}
    for kind in sorted(kinds):
        kept += [r for r in _of_patient(chance.choice(pool()[kind]), patient) if (kind, r.get("id")) not in names]
    states = dict.fromkeys(question.ledger, State.PRESENT)
    return question.but(call=question.call.but(resources=kept), states=states)


@cache
def pool() -> dict[str, list[list[Resource]]]:
    """What the stories hold of each type; also nothing."""
    found: dict[str, list[list[Resource]]] = {need.resource_type: [[]] for need in ALL}
    for call in by_name().values():
        counted = Counter(resource["resourceType"] for resource in call.resources)
        for kind in set(counted) & set(found):
            found[kind].append([r for r in call.resources if r["resourceType"] == kind])
    return found


def _of_patient(resources: list[Resource], patient: str) -> list[Resource]:
    """The same resources, about this patient."""
    text = json.dumps(resources)
    names = {who["reference"] for r in resources for who in (r.get("subject"), r.get("patient")) if who}
    names |= {p["actor"]["reference"] for r in resources for p in r.get("participant", ())
              if str(p.get("actor", {}).get("reference", "")).startswith("Patient/")}  # fmt: skip
    for name in names:
        text = text.replace(f'"{name}"', f'"Patient/{patient}"')
    told: list[Resource] = json.loads(text)
    return told


NeverSilent.TestCase.settings = settings(
    max_examples=settings.default.max_examples * 6 // 10, stateful_step_count=8, deadline=None
)
TestNeverSilent = NeverSilent.TestCase

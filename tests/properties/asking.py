"""A call put to the service with each need in any state: the real gather, decision and answer, no network."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from typing import Any

import msgspec

from cards.ledger import State
from cards.needs import ALL, BY_KEY, Need
from cards.rule import Rule, all_rules
from service import choose_parts, wire
from service.answer import cards_for
from service.config import Config
from service.consult import consult
from service.errors import ServiceError
from service.fhir import Answer, FhirClient
from service.parts import Parts
from service.stories import matching
from service.wire_cards import card_json
from tests.declared import WORDS, rules_on
from tests.silence import LOST, Asked, Told
from tests.stories.calls import Call, raw

BASE = "http://127.0.0.1:1/fhir"  # nobody is asked there
_IN_PART = (State.PARTIAL, State.STALE)


class Stated(FhirClient):
    """Answers each search with the state that it was told; the network is never touched."""

    def __init__(self, resources: Sequence[Any], states: Mapping[str, State]) -> None:
        super().__init__(threads=1)
        self._resources = resources
        self._states = states

    def submit(self, ask: Any, base: str, query: str, **_: Any) -> "Future[Answer]":
        """At once."""
        answer: Future[Answer] = Future()
        answer.set_result(self._answer(next((need for need in ALL if _is_of(need, query)), None)))
        return answer

    def is_not_r4(self, *_: Any, **__: Any) -> bool:
        """It is."""
        return False

    def _answer(self, need: Need | None) -> Answer:
        if need is None:  # a Medication
            return Answer(state=State.FAILED, because="not there", status=404)
        found = tuple(raw(resource) for resource in matching(need, self._resources))
        state = self._states.get(need.key, State.PRESENT)
        if state in (State.PRESENT, State.NONE):
            return Answer(state=State.PRESENT if found else State.NONE, resources=found, status=200)
        held = found[::2] if state is State.PARTIAL else found if state is State.STALE else ()
        return Answer(state=state, because="so it was told", resources=held, status=200 if state in _IN_PART else 0)


def _is_of(need: Need, query: str) -> bool:
    return _shape(query) == _shape(need.query)


@cache
def _shape(query: str) -> tuple[str, ...]:
    """Type and parameters, whoever the patient is."""
    kind, _, parameters = query.partition("?")
    return (kind.partition("/")[0], *(one for one in parameters.split("&") if not one.startswith("patient=")))


@cache
def _parts() -> Parts:
    return choose_parts(Config.demo(log_level="ERROR", max_cards=20))


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A story's call, and everything around it that the contract names."""

    call: Call
    states: Mapping[str, State] = {}  # what is not here was read whole
    unsupported: frozenset[str] = frozenset()  # resource types
    broken: frozenset[str] = frozenset()  # rules that crash

    def but(self, **changes: Any) -> "Question":
        """The same, changed."""
        return msgspec.structs.replace(self, **changes)

    @property
    def ledger(self) -> dict[str, str]:
        """The states as the judge sees them."""
        told = {need.key: str(self.states.get(need.key, State.PRESENT)) for need in self.call.needs}
        # Vital signs and laboratory results are among all observations: read with them, they were read.
        if told.get("Observation") == "present":
            told |= dict.fromkeys({"ObservationVitalSigns", "ObservationLaboratory"} & set(told), "present")
        unsupported = {key: "unsupported" for key in told if BY_KEY[key].resource_type in self.unsupported}
        return told | unsupported

    def asked(self, policy: str) -> Asked:
        """For the judge."""
        hook = self.call.hook.name
        ledger = self.ledger
        # What came in part came: it may show that this is a baclofen patient.
        unread = {key for key, state in ledger.items() if state in LOST and state not in _IN_PART}
        keys = {key for key in ledger if key not in unread}
        read = [r for r in self.call.resources if any(_answers(BY_KEY[key], r) for key in keys)]
        return Asked(
            hook=hook,
            policy=policy,
            states=ledger,
            chart=read,
            drafts=self.call.drafts,
            dispatched=self.call.context.get("dispatchedOrders", ()),
            rules=rules_on(hook),
            words=WORDS,
            is_newborn="newborn" in self.call.name,
            has_raised=self.broken & {rule.rule for rule in rules_on(hook)},
        )

    def answers(self) -> dict[str, Told]:
        """What the service says under each policy."""
        consultation = consult(self._parts(), self._site("412"), self._wire(), now=self.call.now, until=float("inf"))
        return {policy: _told(consultation, self._site(policy)) for policy in ("412", "card")}

    def _site(self, policy: str) -> Any:
        config = Config.demo(missing_data=policy, max_cards=20)
        return msgspec.structs.replace(config.site, timezone=self.call.zone, unsupported=self.unsupported)

    def _parts(self) -> Parts:
        rules = tuple(_crashing(rule) if rule.implements in self.broken else rule for rule in all_rules())
        return msgspec.structs.replace(_parts(), fhir=Stated(self.call.resources, self.states), rules=rules)

    def _wire(self) -> wire.Call:
        context = self.call.context
        medications = [r for r in self.call.resources if r["resourceType"] == "Medication"]
        return wire.Call(
            hook=self.call.hook,
            hook_instance="",
            patient_id=context["patientId"],
            user=context.get("userId", ""),
            encounter_id=context.get("encounterId", ""),
            fhir_server=BASE,
            prefetch={"drugs": raw({"resourceType": "Bundle", "entry": [{"resource": r} for r in medications]})},
            drafts=tuple(raw(one) for one in self.call.drafts),
            selections=tuple(context.get("selections", ())),
            dispatched=tuple(context.get("dispatchedOrders", ())),
        )


def _answers(need: Need, resource: Any) -> bool:
    return bool(matching(need, [resource]))


def _crashing(rule: Rule) -> Rule:
    def crash(_case: Any) -> Any:
        raise KeyError("a value of the chart")

    return msgspec.structs.replace(rule, ask=crash)


def _told(consultation: Any, site: Any) -> Told:
    try:
        cards = cards_for(consultation, site)
    except ServiceError as error:
        return Told(error.status, error.outcome())
    written = [card_json(card, public_url="http://cds.example.org", knowledge_version="1") for card in cards]
    return Told(200, {"cards": written})


def with_twins(need: str, state: State) -> dict[str, State]:
    """Vital signs and results are lost only if all observations are."""
    return {"Observation": state} if need.startswith("Observation") else {}

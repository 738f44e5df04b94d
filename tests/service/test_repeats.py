"""Acknowledged cards over the wire, as a ward lives with them: who answered what, when, and what is new since."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cards.hooks import ORDER_DISPATCH, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Hook
from cards.rule import needs_of
from cards.verdict import MergedCard, Urgency
from service import build_app, create_app
from service.config import Config
from service.errors import StoreUnavailable
from service.parts import Parts
from service.store import Store
from service.stories import prefetch_of, story
from tests.chart import NOW, Chart, Resource
from tests.service.kit import COULD_NOT, decided, hook_request, parts_with, post

EXTENSION = "org.example.baclofen-cds"
REASON = {"code": "specialist-plan", "system": "https://baclofen-cds.example.org/CodeSystem/override-reason"}
NURSE, OTHER = "Practitioner/nurse", "Practitioner/other"
WITHDRAWAL, ABRUPT = "suspected-withdrawal", "abrupt-discontinuation"

Wire = dict[str, Any]


def send(client: FlaskClient, card: Wire, at: datetime, **item: Any) -> None:
    """What the user did with a card; by default overridden with a reason."""
    given = {"outcome": "overridden", "overrideReason": {"reason": REASON}, **item}
    body = {"feedback": [{"card": card["uuid"], "outcomeTimestamp": at.isoformat(), **given}]}
    assert client.post("/cds-services/baclofen-patient-view/feedback", json=body).status_code == 200


class Ward:
    """A chart, the service with its own rules, and a clock that moves on."""

    def __init__(self, chart: Chart, **config: Any) -> None:
        self.chart = chart
        self.now = NOW
        config = {"timezone": "America/Chicago", "deadline": 30.0, "log_level": "ERROR", **config}
        self.client = create_app(Config.demo(**config), clock=lambda: self.now).test_client()

    def open(
        self, user: str = NURSE, hook: Hook = PATIENT_VIEW, drafts: Sequence[Resource] = (), without: str = ""
    ) -> dict[str, Wire]:
        """The cards by kind. `without`: a need that is not provided."""
        context: Wire = {"userId": user, "patientId": "p1"}
        if hook.drafts_in:
            context["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": one} for one in drafts]}
        if hook is ORDER_SELECT:
            context["selections"] = [f"MedicationRequest/{one['id']}" for one in drafts]
        request = {
            "hook": hook.name, "hookInstance": str(uuid.UUID(int=7)), "context": context,
            "prefetch": prefetch_of(self.chart.resources, needs_of(hook.name)),
        }  # fmt: skip
        request["prefetch"].pop(without, None)
        answer = post(self.client, hook, request)
        assert answer.status_code == 200, answer.data
        return {card["source"]["topic"]["code"]: card for card in answer.json["cards"]}

    def answer(self, card: Wire, **item: Any) -> None:
        send(self.client, card, self.now, **item)


def omitted() -> Chart:
    """Home baclofen was not ordered at admission, 31 hours ago."""
    chart = Chart()
    chart.baclofen()
    chart.stay("31h")
    return chart


def in_withdrawal() -> Chart:
    chart = omitted()
    chart.sign("Visual hallucinations")
    chart.sign("Severe rigidity")
    chart.temperature(38.6)
    chart.heart_rate(128)
    return chart


def refill_answered() -> tuple[Ward, str, Wire]:
    """A pump to be refilled in six days; its card was acknowledged just now."""
    chart = Chart()
    chart.pump()
    chart.alarm_date("6d")
    ward = Ward(chart)
    ((kind, first),) = ward.open().items()
    ward.answer(first)
    return ward, kind, first


def is_full(card: Wire, before: Wire) -> bool:
    """As before, but for its uuids and the words in which time passes."""
    return bool(
        card["indicator"] == before["indicator"]
        and "Acknowledged" not in card["summary"]
        and "acknowledged" not in card["extension"][EXTENSION]
    )


def test_the_nurse_overrides_with_a_reason_and_opens_the_chart_again() -> None:
    ward = Ward(in_withdrawal())
    first = ward.open()[WITHDRAWAL]
    assert first["indicator"] == "critical"
    ward.answer(first)
    ward.now += timedelta(minutes=40)

    again = ward.open()[WITHDRAWAL]

    assert again["indicator"] == "info"
    assert again["summary"].startswith("Acknowledged 10 Mar 18:00: Suspected baclofen withdrawal")
    assert len(again["summary"]) < 140
    assert again["detail"].startswith("- You acknowledged this card 10 Mar 18:00")
    assert datetime.fromisoformat(again["extension"][EXTENSION]["acknowledged"]) == NOW
    assert again["extension"][EXTENSION]["rules"] == first["extension"][EXTENSION]["rules"]
    assert again["uuid"] != first["uuid"]


def test_she_accepts_a_suggestion_and_opens_the_chart_again() -> None:
    ward = Ward(in_withdrawal())
    first = ward.open()[WITHDRAWAL]
    chosen = [{"id": first["suggestions"][0]["uuid"]}]
    ward.answer(first, outcome="accepted", acceptedSuggestions=chosen, overrideReason=None)

    assert ward.open()[WITHDRAWAL]["indicator"] == "info"


@pytest.mark.parametrize("override", [None, {"userComment": "I know"}])
def test_an_override_without_a_reason_is_no_answer(override: Any) -> None:
    ward = Ward(in_withdrawal())
    first = ward.open()[WITHDRAWAL]
    ward.answer(first, overrideReason=override)

    assert is_full(ward.open()[WITHDRAWAL], first)


def test_another_nurse_sees_it_in_full() -> None:
    ward = Ward(in_withdrawal())
    first = ward.open()[WITHDRAWAL]
    ward.answer(first)

    assert is_full(ward.open(OTHER)[WITHDRAWAL], first)
    assert ward.open()[WITHDRAWAL]["indicator"] == "info"


def test_25_hours_later_it_is_in_full() -> None:
    ward, kind, first = refill_answered()

    ward.now += timedelta(hours=23)
    assert ward.open()[kind]["indicator"] == "info"
    ward.now += timedelta(hours=2)
    assert is_full(ward.open()[kind], first)


def test_fever_appears_and_it_is_in_full() -> None:
    ward = Ward(omitted())
    first = ward.open()[ABRUPT]
    ward.answer(first)
    assert ward.open()[ABRUPT]["indicator"] == "info"

    ward.chart.temperature(38.2, "5m")

    assert is_full(next(iter(ward.open().values())), first)


def test_a_critical_card_with_a_new_red_flag_is_critical() -> None:
    """The oxygen saturation is in no score: the red flags tell of it."""
    ward = Ward(in_withdrawal())
    first = ward.open()[WITHDRAWAL]
    ward.answer(first)
    assert ward.open()[WITHDRAWAL]["indicator"] == "info"

    ward.chart.vital("59408-5", 84, "%", "5m")

    worse = ward.open()[WITHDRAWAL]
    assert is_full(worse, first)
    assert "SpO2 84 %" in worse["detail"]
    ward.answer(worse)
    assert ward.open()[WITHDRAWAL]["indicator"] == "info"  # until that is acknowledged, too


def test_a_need_that_can_no_longer_be_read_shows_it_in_full() -> None:
    """What is hidden there might be new."""
    ward = Ward(in_withdrawal())
    first = ward.open()[WITHDRAWAL]
    ward.answer(first)

    again = ward.open(without="Procedure")[WITHDRAWAL]

    assert "Procedure" in again["extension"][EXTENSION]["notAvailable"]
    assert not again["summary"].startswith("Acknowledged")
    assert ward.open()[WITHDRAWAL]["indicator"] == "info"


def test_answered_as_a_warning_it_is_critical_when_the_order_is_signed_and_answered_there_information() -> None:
    chart = Chart()
    order = chart.baclofen()
    ward = Ward(chart)
    drafts = [chart.draft(order, status="stopped")]
    (kind,) = ward.open(hook=ORDER_SELECT, drafts=drafts)
    ward.answer(ward.open(hook=ORDER_SELECT, drafts=drafts)[kind])

    assert ward.open(hook=ORDER_SELECT, drafts=drafts)[kind]["indicator"] == "info"
    signing = ward.open(hook=ORDER_SIGN, drafts=drafts)[kind]
    assert (signing["indicator"], signing["summary"][:12]) == ("critical", "Stopping bac")
    ward.answer(signing)
    assert ward.open(hook=ORDER_SIGN, drafts=drafts)[kind]["indicator"] == "info"


def test_acknowledging_the_information_does_not_prolong_it() -> None:
    ward, kind, first = refill_answered()
    ward.now += timedelta(hours=23)
    ward.answer(ward.open()[kind])
    ward.now += timedelta(hours=2)

    assert is_full(ward.open()[kind], first)


# -- around the decision: a card of the test's own


def fake(*facts: str, kind: str = ABRUPT, urgency: Urgency = Urgency.CRITICAL) -> MergedCard:
    return MergedCard(
        kind=kind, kind_display=kind, urgency=urgency, summary="Stop", detail="- Do.", rules=("ABR-01",),
        leader="ABR-01", facts=facts or ("rule ABR-01",),
    )  # fmt: skip


class Desk:
    """An app whose cards the test says."""

    def __init__(self, *cards: MergedCard, store: Store | None = None, **changes: Any) -> None:
        self.cards: tuple[MergedCard, ...] = cards
        self.now = NOW
        self.parts: Parts = parts_with(
            lambda _r, ledger, _m: decided(*self.cards, ledger=ledger), store=store, clock=lambda: self.now, **changes
        )
        self.client = build_app(self.parts).test_client()

    def open(self, user: str = NURSE, hook: Hook = PATIENT_VIEW, patient: str = "p1") -> list[Wire]:
        request = hook_request(hook)
        request["context"] |= {"userId": user, "patientId": patient}
        request["context"] = {key: value for key, value in request["context"].items() if value}
        answer = post(self.client, hook, request)
        assert answer.status_code == 200, answer.data
        cards: list[Wire] = answer.json["cards"]
        return cards


def indicators(cards: list[Wire]) -> list[str]:
    return [card["indicator"] for card in cards]


def test_another_patient_is_another_matter() -> None:
    desk = Desk(fake())
    send(desk.client, desk.open()[0], NOW)

    assert indicators(desk.open(patient="p2")) == ["critical"]
    assert indicators(desk.open()) == ["info"]


def test_another_site_is_another_matter() -> None:
    here = Desk(fake())
    (card,) = here.open()
    send(here.client, card, NOW)
    asked: dict[str, Any] = {"patient": "p1", "user": NURSE, "kinds": [ABRUPT], "since": NOW - timedelta(days=1)}

    assert len(here.parts.store.acknowledgements(site="demo", **asked)) == 1
    assert here.parts.store.acknowledgements(site="there", **asked) == ()


def test_who_is_not_named_has_answered_nothing() -> None:
    """Order-dispatch comes without a user; two calls without one need not be of one person."""
    desk = Desk(fake())
    send(desk.client, desk.open(user="", hook=ORDER_DISPATCH)[0], NOW)

    assert indicators(desk.open(user="", hook=ORDER_DISPATCH)) == ["critical"]


@pytest.mark.parametrize(
    ("answered", "received", "indicator"),
    [
        (timedelta(0), timedelta(hours=23), "info"),  # a batch that comes late is about then
        (timedelta(0), timedelta(hours=25), "critical"),
        (timedelta(days=300), timedelta(hours=23), "info"),  # a client whose clock is ahead
        (timedelta(days=300), timedelta(0), "critical"),  # and it does not reach into tomorrow
        (timedelta(days=-300), timedelta(hours=23), "info"),  # or behind: then not before the card was shown
    ],
)
def test_the_day_is_counted_by_our_clock(answered: timedelta, received: timedelta, indicator: str) -> None:
    desk = Desk(fake())
    (card,) = desk.open()
    desk.now = NOW + received
    send(desk.client, card, NOW + answered)
    desk.now = NOW + (received if indicator == "info" else timedelta(hours=25))

    assert indicators(desk.open()) == [indicator]


def test_a_database_that_is_down_shows_it_in_full_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(fake())
    send(desk.client, desk.open()[0], NOW)
    assert indicators(desk.open()) == ["info"]

    def down(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(desk.parts.store, "acknowledgements", down)
    assert indicators(desk.open()) == ["critical"]


def test_what_could_not_be_checked_stays_as_it_is() -> None:
    desk = Desk(COULD_NOT)
    before = desk.open()
    send(desk.client, before[0], NOW)

    (again,) = desk.open()
    assert again["summary"] == before[0]["summary"]


def test_an_acknowledged_card_makes_room_for_a_worse_one() -> None:
    """max_cards counts after the acknowledged ones have moved down, and never leaves out a critical one."""
    others = [fake(kind=kind, urgency=Urgency.WARNING) for kind in ("wrong-treatment", "dose-unit-check")]
    desk = Desk(fake(), *others, max_cards=2)
    first = desk.open()
    assert [card["source"]["topic"]["code"] for card in first] == [ABRUPT, "wrong-treatment"]
    send(desk.client, first[0], NOW)

    assert [card["source"]["topic"]["code"] for card in desk.open()] == ["wrong-treatment", "dose-unit-check"]


def test_epic_s_topic_is_of_what_the_card_now_is() -> None:
    desk = Desk(fake(), dialect="epic")
    (card,) = desk.open()
    send(desk.client, card, NOW)

    assert card["source"]["topic"]["code"] == "abruptDiscontinuationCritical"
    assert desk.open()[0]["source"]["topic"]["code"] == "abruptDiscontinuationInfo"


def test_what_a_silent_site_decided_nobody_has_acknowledged() -> None:
    silent = Desk(fake(), mode="silent")
    assert silent.open() == []
    (row,) = silent.parts.store.cards()
    send(silent.client, {"uuid": row["uuid"]}, NOW)
    live = Desk(fake(), store=silent.parts.store)

    assert indicators(live.open()) == ["critical"]


def test_what_is_remembered_of_a_card_says_nothing_of_the_patient() -> None:
    desk = Desk(fake("evidence Observation/1 temperature 41.2 °C"))
    desk.open()

    (row,) = desk.parts.store.cards()
    assert len(row["facts"]) == 8
    assert "41" not in str({**row, "uuid": "", "at": "", "patient": "", "user": "", "facts": ""})


# -- any order of events


KINDS = (WITHDRAWAL, ABRUPT)
FACTS = ("a", "b", "c")


class Repeats(RuleBasedStateMachine):
    """Two users, two kinds of cards, facts that come and go, feedback at any time: beside a model of what is due."""

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.facts: dict[str, set[str]] = {kind: {"a"} for kind in KINDS}
        self.shown: list[tuple[str, str, frozenset[str], Wire, bool]] = []  # user, kind, facts, card, in full
        self.answers: list[tuple[str, str, frozenset[str], datetime]] = []
        self.parts = parts_with(
            lambda _r, ledger, _m: decided(
                *(fake(*sorted(facts), kind=kind) for kind, facts in self.facts.items()), ledger=ledger
            ),
            clock=lambda: self.now,
        )
        self.client = build_app(self.parts).test_client()

    @rule(kind=st.sampled_from(KINDS), fact=st.sampled_from(FACTS))
    def something_new(self, kind: str, fact: str) -> None:
        self.facts[kind].add(fact)

    @rule(kind=st.sampled_from(KINDS), fact=st.sampled_from(FACTS[1:]))
    def something_is_over(self, kind: str, fact: str) -> None:
        self.facts[kind].discard(fact)

    @rule(hours=st.sampled_from([0.1, 5, 11, 13]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule(user=st.sampled_from([NURSE, OTHER]))
    def somebody_opens_the_chart(self, user: str) -> None:
        request = hook_request(PATIENT_VIEW)
        request["context"]["userId"] = user
        cards = {
            card["source"]["topic"]["code"]: card for card in post(self.client, PATIENT_VIEW, request).json["cards"]
        }

        assert set(cards) == set(KINDS)  # never less than what is due
        for kind, card in cards.items():
            facts = frozenset(self.facts[kind])
            due = any(
                (who, what) == (user, kind) and facts <= known and self.now - at < timedelta(hours=24)
                for who, what, known, at in self.answers
            )
            assert (card["indicator"] == "info") == due
            assert ("acknowledged" in card["extension"][EXTENSION]) == due
            self.shown.append((user, kind, facts, card, not due))

    @precondition(lambda self: self.shown)
    @rule(data=st.data(), counts=st.booleans())
    def somebody_answers_a_card(self, data: st.DataObject, counts: bool) -> None:
        user, kind, facts, card, in_full = data.draw(st.sampled_from(self.shown))
        item = {} if counts else {"overrideReason": {"userComment": "see note"}}
        send(self.client, card, self.now, **item)
        if counts and in_full:
            self.answers.append((user, kind, facts, self.now))

    @invariant()
    def every_card_is_remembered(self) -> None:
        assert len(self.parts.store.cards()) == len(self.shown)

    def teardown(self) -> None:
        if hasattr(self, "parts"):
            self.parts.store.close()


TestRepeats = Repeats.TestCase
TestRepeats.settings = settings(settings.default, max_examples=60, stateful_step_count=25)


def test_a_dose_that_was_raised_since_is_in_full() -> None:
    """On dialysis; 10 mg a day were acknowledged, and 40 mg are now signed, in the same words."""
    patient = story("new-baclofen-on-dialysis")
    asked = next(one for one in patient.expected.requests if one.hook == "order-sign")
    client = create_app(Config.demo(deadline=30.0, log_level="ERROR"), clock=lambda: NOW).test_client()

    def sign(times: float) -> Wire:
        body = patient.hook_request(asked, NOW)
        body["prefetch"] = prefetch_of(patient.resources(NOW), needs_of("order-sign"))
        for entry in body["context"]["draftOrders"]["entry"]:
            for dosage in entry["resource"]["dosageInstruction"]:
                dosage.pop("text", None)
                for dose in dosage["doseAndRate"]:
                    dose["doseQuantity"]["value"] *= times
        answer = post(client, ORDER_SIGN, body)
        card: Wire = next(one for one in answer.json["cards"] if one["source"]["topic"]["code"] == "renal-dosing")
        return card

    first = sign(1)
    assert first["indicator"] == "critical"
    send(client, first, NOW)

    assert sign(1)["indicator"] == "info"
    assert sign(4)["indicator"] == "critical"


def test_a_suggestion_that_was_never_offered_is_no_answer() -> None:
    ward = Ward(in_withdrawal())
    first = ward.open()[WITHDRAWAL]
    ward.answer(first, outcome="accepted", acceptedSuggestions=[{"id": "never-offered"}], overrideReason=None)

    assert is_full(ward.open()[WITHDRAWAL], first)

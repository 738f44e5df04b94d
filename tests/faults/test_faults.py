"""A quick part of the fault suite; the whole of it is `make test-faults`. And that the suite can fail at all."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from service import routes
from service.consult import Consultation
from service.deadline import GuardedSession
from tests.faults.cases import EVERYTHING, Case, all_cases
from tests.faults.faults import KINDS
from tests.faults.suite import Result, Suite, running, tries_of


@pytest.fixture
def suite() -> Iterator[Suite]:
    """A suite of its own."""
    with running() as suite:
        yield suite


def case_of(need: str, part: str = "") -> Case:
    """The first case of a need, of a patient whose name holds `part`."""
    return next(case for case in all_cases() if case.need == need and part in case.call.name)


def outcome(results: list[Result]) -> dict[str, int]:
    """How many were silent, leaked, late, crashed."""
    columns = ("silent", "leaked", "late", "crashed")
    return {column: sum(bool(getattr(one, column)) for one in results) for column in columns}


def test_every_need_and_every_fault_once(suite: Suite) -> None:
    """Each fault with another need, each need with another fault, the policies in turn."""
    cases, faults = [case for case in all_cases() if case.need != EVERYTHING], sorted(KINDS)
    tries = []
    for number in range(max(len(cases), len(faults))):
        policy = ("412", "card")[number % 2]
        tries += tries_of([cases[number * 7 % len(cases)]], [faults[number % len(faults)]], [policy])
    assert {one.fault for one in tries} == set(KINDS)
    results = list(suite.run(tries))
    assert [(one.tried.name, one) for one in results if not one.is_good] == []
    assert suite.leaks() == []


def test_without_any_prefetch(suite: Suite) -> None:
    """The server is asked for everything, and fails in everything."""
    cases = [case for case in all_cases() if case.need == EVERYTHING]
    results = list(suite.run(tries_of(cases, ["500", "silent", "401", "nan", "refused"], ["card"])))
    assert [(one.tried.name, one) for one in results if not one.is_good] == []


# -- the suite notices what it is there for ----------------------------------------------------------------------------


def test_it_notices_a_silence(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_a_word(consultation: Consultation, _site: Any) -> Any:
        return consultation.decision.cards

    monkeypatch.setattr(routes, "cards_for", without_a_word)
    tries = tries_of([case_of("MedicationRequest", "never"), case_of("Device", "never")], ["500", "stale"])
    assert outcome(list(suite.run(tries)))["silent"] == len(tries)


def test_it_notices_a_need_that_is_called_read(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.fhir.STALE_SECONDS", 1e9)
    (result,) = suite.run(tries_of([case_of("Communication")], ["stale"], ["card"]))
    assert any("calls it read" in told for told in result.silent)


def test_it_notices_who_follows_a_redirect(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    def follow(self: GuardedSession, *args: Any, **kwargs: Any) -> requests.Response:
        return requests.Session.request(self, *args, **kwargs)

    monkeypatch.setattr(GuardedSession, "request", follow)
    list(suite.run(tries_of([case_of("Device")], ["redirect"], ["card"])))
    assert suite.leaks()


def test_it_notices_another_token(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count()
    monkeypatch.setattr("tests.faults.suite.token_of", lambda call: f"token-{next(numbers)}")
    (result,) = suite.run(tries_of([case_of("Device")], ["500"], ["card"]))
    assert any("another token" in told for told in result.leaked)


def test_it_notices_an_answer_that_is_late(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = routes.consult

    def slowly(*args: Any, **kwargs: Any) -> Consultation:
        time.sleep(2.6)
        return plain(*args, **kwargs)

    monkeypatch.setattr(routes, "consult", slowly)
    assert outcome(list(suite.run(tries_of([case_of("Device")], ["500"], ["card"]))))["late"] == 1


def test_it_notices_a_crash(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_consultation: Consultation, _site: Any) -> Any:
        raise ValueError("secret")

    in_turn = iter([routes.cards_for, crash])  # the measure is taken first

    def break_later(*given: Any) -> Any:
        return next(in_turn)(*given)

    monkeypatch.setattr(routes, "cards_for", break_later)
    assert outcome(list(suite.run(tries_of([case_of("Device")], ["500"], ["card"]))))["crashed"] == 1

"""What the span of a FHIR search says, with a span that notes it instead of a collector."""

import time
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from cards.ledger import State
from cards.needs import DEVICES, MEDICATION_REQUESTS
from service.fhir import DEADLINE, Answer
from service.search_span import begin, end_with
from service.tracing import CURRENT, Span, Value
from tests.service.gathering import BASE
from tests.service.test_gather_fetching import Noting, ask, present, query_of

ORIGIN = "https://fhir.example.org:443"
ORDER = {"resourceType": "MedicationRequest", "id": "m1", "medicationReference": {"reference": "Medication/d1"}}


class Noted(Span):
    """Live, and told of everything."""

    is_live = True

    def __init__(self, name: str = "", *, outward: bool = False) -> None:
        self.name, self.outward = name, outward
        self.said: dict[str, Value] = {}
        self.errors: list[str] = []
        self.ended = 0
        self.children: list[Noted] = []

    def child(self, name: str, *, outward: bool = False) -> "Noted":
        self.children.append(Noted(name, outward=outward))
        return self.children[-1]

    def set(self, **attributes: Value) -> None:
        self.said |= attributes

    def failed(self, error: str) -> None:
        self.errors.append(error)

    def end(self) -> None:
        self.ended += 1


@pytest.fixture
def root() -> Iterator[Noted]:
    span = Noted()
    before = CURRENT.set(span)
    yield span
    CURRENT.reset(before)


def test_each_search_and_read_has_one(root: Noted) -> None:
    client = Noting({query_of(MEDICATION_REQUESTS): present(ORDER), query_of(DEVICES): present(pages=2),
                     "Medication/d1": Answer(state=State.FORBIDDEN, because="403", status=403)})  # fmt: skip
    ask(client, MEDICATION_REQUESTS, DEVICES)

    assert [(span.name, span.outward, span.ended) for span in root.children] == [
        ("FHIR MedicationRequest", True, 1),
        ("FHIR Device", True, 1),
        ("FHIR Medication", True, 1),
    ]
    where = {"site": "riverside", "fhir_server": ORIGIN}
    orders, devices, drug = root.children
    whose = {"resource_type": "MedicationRequest", "need": "MedicationRequest"}
    assert orders.said == where | whose | {"state": "present", "status": 200, "pages": None}
    assert devices.said == where | {
        "resource_type": "Device", "need": "Device", "state": "none", "status": 200, "pages": 2,
    }  # fmt: skip
    assert drug.said == where | {
        "resource_type": "Medication", "need": None, "state": "forbidden", "status": 403, "pages": None,
    }  # fmt: skip
    assert [span.errors for span in root.children] == [[], [], ["forbidden"]]


def test_what_nobody_waits_for_any_more_is_a_timeout(root: Noted) -> None:
    """Cancelled at the deadline, and ended, though no answer ever comes."""
    ask(Noting({}), DEVICES, seconds=0.2)

    (span,) = root.children
    assert (span.said["state"], span.errors, span.ended) == ("failed", ["timeout"], 1)


def ended_with(root: Noted, future: Future[Answer], *, until: float) -> Noted:
    span = begin("Device", need="Device", site="riverside", base=BASE)
    end_with(span, future, until)
    return root.children[-1]


@pytest.mark.parametrize(
    ("answer", "seconds", "errors"),
    [
        (present(), 60, []),
        (present(), -1, ["timeout"]),
        (Answer(state=State.FAILED, because=DEADLINE), 60, ["timeout"]),
        (Answer(state=State.FAILED, because="500", status=500), 60, ["failed"]),
    ],
)
def test_how_it_ended(root: Noted, answer: Answer, seconds: float, errors: list[str]) -> None:
    future: Future[Answer] = Future()
    future.set_result(answer)
    span = ended_with(root, future, until=time.monotonic() + seconds)

    assert (span.errors, span.ended) == (errors, 1)


def test_a_search_that_broke_is_told_by_its_kind_alone(root: Noted) -> None:
    future: Future[Answer] = Future()
    future.set_exception(ValueError("Ada Stubbs"))
    span = ended_with(root, future, until=time.monotonic() + 60)

    assert (span.said["state"], span.errors, span.ended) == ("failed", ["ValueError"], 1)


def test_nothing_is_noted_where_nobody_traces() -> None:
    assert not begin("Device", need="Device", site="riverside", base=BASE).is_live

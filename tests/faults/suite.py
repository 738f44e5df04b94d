"""The fault suite: every need under every fault, over real HTTP, judged by `tests/silence.py`.

An answer counts as silent when the contract does not allow it, as leaked when a token or a request went where it must
not, or the log holds something of the chart, as late beyond the deadline, and as crashed on any status but 200 and 412.
"""

import io
import json
import socket
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog

from cards.needs import PATIENT
from service import build_app, choose_parts
from service.config import Config
from service.fhir import FhirClient
from service.log import only_allowed_keys
from service.parts import Parts
from service.stories import prefetch_of
from tests.declared import WORDS, rules_on
from tests.faults.cases import EVERYTHING, Case
from tests.faults.faults import DEADLINE, KINDS, REFUSED, WELL, Kind, well
from tests.faults.server import Faulty, serving
from tests.service.listening import HOST
from tests.silence import Asked, Told, complaints

MARGIN = 1.5  # seconds beyond the deadline, on a machine that does much else
AT_ONCE = 4  # calls that are answered at once: client and server share two cores
WAITING_AT_ONCE = 24  # calls that last until their deadline
_LONG = 10  # characters from which a value of the chart is looked for in the log
_STATES_OF_A_FAULT = "failed"


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One call to be made."""

    case: Case
    fault: str
    policy: str  # "412" | "card"

    @property
    def name(self) -> str:
        return f"{self.fault}, policy {self.policy}: {self.case.name}"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Empty lists are good."""

    tried: Try
    silent: Sequence[str] = ()
    leaked: Sequence[str] = ()
    late: Sequence[str] = ()
    crashed: Sequence[str] = ()

    @property
    def is_good(self) -> bool:
        return not (self.silent or self.leaked or self.late or self.crashed)


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    call: str
    told: Told
    seconds: float
    line: dict[str, Any]  # what the log says of the call
    text: str  # the line as it was written


class _Log(io.StringIO):
    """Lines of many threads, found again by hookInstance."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self.lines: list[str] = []

    def write(self, text: str) -> int:
        with self._lock:
            self.lines += [line for line in text.splitlines() if line]
        return len(text)

    def of(self, instance: str) -> str:
        with self._lock:
            return next(line for line in reversed(self.lines) if instance in line)


class Suite:
    """A service with a short deadline before a server that misbehaves."""

    def __init__(self, faulty: Faulty, log: _Log) -> None:
        self._faulty = faulty
        self._log = log
        self._parts = choose_parts(Config.demo(log_level="INFO"))
        self._building = threading.Lock()  # CPython 3.11 parses in one thread at a time, and routes are compiled
        self._whole: dict[tuple[str, str], _Answer] = {}
        with socket.create_server((HOST, 0)) as free:
            self._nobody = f"http://{HOST}:{free.getsockname()[1]}"

    def run(self, tries: Iterable[Try]) -> Iterator[Result]:
        """All of them, many at once; what was late among many counts as late if it is late alone, too."""
        late = []
        for result in self._all_at_once(list(tries)):
            if result.late:
                late.append(result)
            else:
                yield result
        for first in late:
            again = self._tried(first.tried)
            yield again if again.late else msgspec.structs.replace(first, late=[])

    def _all_at_once(self, tries: Sequence[Try]) -> Iterator[Result]:
        firsts = {(one.case.name, one.policy): one for one in tries}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for key, answer in zip(firsts, pool.map(self._well, firsts.values()), strict=True):
                self._whole[key] = answer
            yield from pool.map(self._tried, [one for one in tries if not KINDS[one.fault].waits])
        with ThreadPoolExecutor(WAITING_AT_ONCE) as pool:
            yield from pool.map(self._tried, [one for one in tries if KINDS[one.fault].waits])

    def leaks(self) -> list[str]:
        """What came to the listener elsewhere."""
        return self._faulty.leaked

    def _well(self, one: Try) -> _Answer:
        """The same without a fault, as often as it takes on a busy machine: it is the measure, not what is tested."""
        for _ in range(5):
            answer = self._ask(msgspec.structs.replace(one, fault=WELL), deadline=10.0)
            if not one.case.left_out & {n for n, state in answer.line.get("needs", {}).items() if state == "failed"}:
                break
        return answer

    def _tried(self, one: Try) -> Result:
        kind = KINDS[one.fault]
        answer = self._ask(one)
        whole = self._whole[one.case.name, one.policy]
        is_late = answer.seconds > DEADLINE + MARGIN
        is_crash = answer.told.status not in (200, 412)
        return Result(
            tried=one,
            silent=[] if is_crash else self._silent(one, kind, answer, whole),
            leaked=self._leaked(one, answer),
            late=[f"{answer.seconds:.1f} s"] if is_late else [],
            crashed=[str(answer.told)] if is_crash else [],
        )

    def _ask(self, one: Try, *, deadline: float = DEADLINE) -> _Answer:
        call, case = str(uuid.uuid4()), one.case
        needs = {need.key: need for need in case.call.needs}
        good = {needs[key].resource_type: prefetch_of(case.call.resources, [needs[key]])[key] for key in case.left_out}
        self._faulty.expect(call, case.call.context["patientId"], {k: v or _no_patient(k) for k, v in good.items()})
        base = self._faulty.base(one.fault, call)
        if one.fault == REFUSED:
            base = base.replace(self._faulty.url, self._nobody)
        request = {
            "hook": case.call.hook.name,
            "hookInstance": call,
            "context": case.call.context,
            "fhirServer": base,
            "fhirAuthorization": {
                "access_token": token_of(call), "token_type": "Bearer", "expires_in": 300, "scope": "", "subject": "s",
            },
            "prefetch": prefetch_of(case.call.resources, [n for n in case.call.needs if n.key not in case.left_out]),
        }  # fmt: skip
        client = FhirClient(threads=8)
        try:
            with self._building:
                http = build_app(self._parts_for(one, client, deadline)).test_client()
            begin = time.monotonic()
            answer = http.post(f"/cds-services/{case.call.hook.service_id}", json=request)
            seconds = time.monotonic() - begin
        finally:
            client.close()
        assert answer.status_code in (200, 412, 500), answer.data
        text = self._log.of(call)
        told = Told(answer.status_code, answer.get_json())
        return _Answer(call=call, told=told, seconds=seconds, line=json.loads(text), text=text)

    def _parts_for(self, one: Try, client: FhirClient, deadline: float) -> Parts:
        config = Config.demo(missing_data=one.policy, max_cards=20, deadline=deadline)
        site = msgspec.structs.replace(config.site, timezone=one.case.call.zone)
        return msgspec.structs.replace(
            self._parts,
            config=msgspec.structs.replace(config, sites=(site,)),
            clock=lambda: one.case.call.now,
            fhir=client,
        )

    def _silent(self, one: Try, kind: Kind, answer: _Answer, whole: _Answer) -> list[str]:
        case = one.case
        noted = answer.line.get("needs", {})
        surely = case.left_out - ({PATIENT.key} if kind.of_searches else set()) if kind.loses else set()
        states = {need.key: whole.line.get("needs", {}).get(need.key, "present") for need in case.call.needs}
        # By the nature of the fault, not by what the service says of it; only where it depends is the service asked.
        if surely != case.left_out:
            states |= dict.fromkeys(case.left_out, "present") | noted
        states |= {key: noted.get(key, _STATES_OF_A_FAULT) for key in surely}
        if answer.line.get("not_reached"):  # how far reading comes in its time depends on the machine
            states |= {key: state for key, state in noted.items() if state == "partial"}
        is_left_out = _is_of_types({need.resource_type for need in case.call.needs if need.key in case.left_out})
        asked = Asked(
            hook=case.call.hook.name,
            policy=one.policy,
            states=states,
            chart=[resource for resource in case.call.resources if not is_left_out(resource)],
            drafts=case.call.drafts,
            dispatched=case.call.context.get("dispatchedOrders", ()),
            rules=rules_on(case.call.hook.name),
            words=WORDS,
            is_newborn="newborn" in case.call.name,
        )
        found = complaints(asked, answer.told, whole.told)
        unseen = sorted(key for key in surely if key not in noted)
        return found + ([f"the ledger calls it read: {unseen}"] if unseen else [])

    def _leaked(self, one: Try, answer: _Answer) -> list[str]:
        """Tokens where they do not belong, and anything of the chart in the log."""
        expected = f"Bearer {token_of(answer.call)}"
        heard = [header for call, header in list(self._faulty.heard) if call == answer.call]
        found = [f"another token: {header}" for header in heard if header != expected]
        found += [f"in the log: {value}" for value in canaries(one.case) if value in answer.text]
        if token_of(answer.call) in answer.text + json.dumps(answer.told.body):
            found.append("the token, in log or answer")
        return found


def _no_patient(resource_type: str) -> dict[str, Any]:
    """The read of a patient who isn't there."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": resource_type}]}


def _is_of_types(types: set[str]) -> Any:
    return lambda resource: resource["resourceType"] in types


def token_of(call: str) -> str:
    """Each call's own."""
    return f"token-{call[::-1]}"


def canaries(case: Case) -> set[str]:
    """Values of the chart that are long enough to be looked for; patient and resource ids among them."""
    found: set[str] = {case.call.context["patientId"]}
    resources = [*case.call.resources, *case.call.drafts]

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, member in value.items():
                if name not in ("resourceType", "system", "url", "use", "mode"):
                    walk(member)
        elif isinstance(value, list):
            for member in value:
                walk(member)
        elif isinstance(value, str) and len(value) >= _LONG:
            found.add(value)

    walk(resources)
    return found - {resource["resourceType"] for resource in resources} - {case.call.hook.name}


@contextmanager
def running() -> Iterator[Suite]:
    """The suite with its server; the log goes into a list."""
    log = _Log()
    before = structlog.get_config()
    structlog.configure(
        processors=[only_allowed_keys, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.PrintLoggerFactory(log),
        cache_logger_on_first_use=False,
    )
    try:
        with serving({name: kind.act for name, kind in KINDS.items()} | {WELL: well}) as faulty:
            yield Suite(faulty, log)
    finally:
        structlog.configure(**before)


def tries_of(cases: Iterable[Case], faults: Iterable[str], policies: Sequence[str] = ("412", "card")) -> list[Try]:
    """All that make sense together."""
    return [
        Try(case=case, fault=fault, policy=policy)
        for fault in faults
        for case in cases
        if case.need != (PATIENT.key if KINDS[fault].of_searches else EVERYTHING if KINDS[fault].is_heavy else "")
        for policy in policies
    ]

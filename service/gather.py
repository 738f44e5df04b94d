"""For each need: prefetch, else fetch; and the ledger that says how each ended.

All that is missing is asked for at once, in one shared pool of threads, within one wall-clock deadline. What the
client sent is kept even when asking for the rest fails: a risk found on partial data is still a risk.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from cards.ledger import WHOLE, Entry, Ledger, State
from cards.moment import Supplied
from cards.needs import DRUG_TYPES, LABS, MEDICATION_REQUESTS, OBSERVATIONS, VITALS, Need
from cards.record.products import could_name_a_drug
from service import search_span
from service.bundles import NOT_R4_TYPES, UNREADABLE, identity_of, kind_of, once
from service.fhir import DEADLINE, Answer, FhirClient
from service.fhir_urls import is_under, origin_and_path
from service.prefetch import Have, read_prefetch
from service.sites import Site
from service.wire import Call

FETCH = "fetch"
MAX_MEDICATION_READS = 20  # drugs named only by reference; more than that is a chart that must send them along
_LACKS = "the FHIR server's answer lacks what the EHR sent along"
_MARGIN = 0.05  # seconds before the deadline at which a search gives back the pages it has
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}

_LATE = Answer(state=State.FAILED, because=DEADLINE)
_encoded = partial(quote, safe="")


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """All that was had for one call. `incidents` are for the log and hold no chart values."""

    supplied: tuple[Supplied, ...]
    ledger: Ledger
    incidents: tuple[str, ...] = ()
    not_r4: bool = False


class _Server(msgspec.Struct, frozen=True):
    """Where to ask; `refusal` says why not."""

    base: str = ""
    token: str = ""
    refusal: str = ""
    site: str = ""


def gather(call: Call, site: Site, needs: Sequence[Need], client: FhirClient, *, until: float) -> Gathered:
    """Prefetch first, then the call's FHIR server; done by `until`, a moment of time.monotonic()."""
    wanted = tuple(needs)
    sent = read_prefetch(call.prefetch, wanted, call.patient_id)
    have = dict(sent.have)
    if sent.not_r4 or any(kind_of(draft) in NOT_R4_TYPES for draft in call.drafts):
        return _gathered(wanted, {key: _other_version(h) for key, h in have.items()}, sent.included, site, not_r4=True)
    server = _server_of(call, site)
    missing = [need for need in wanted if _is_to_be_asked(need, have, site)]
    if not server.base:
        for need in missing:
            have[need.key] = _not_asked(have[need.key], server.refusal)
        incidents = (f"the call's fhirServer was not used: {server.refusal}",) if server.refusal else ()
        return _gathered(wanted, have, sent.included, site, incidents=incidents)
    asking = _Asking(client, server, call, until)
    answers, drugs = asking.ask(missing, have, sent.included)
    known = _known_by_type(wanted, have, answers)
    for need in missing:
        have[need.key] = _with_answer(have[need.key], answers[need.key], known[need.resource_type])
    drugs_read = [r for drug in drugs for r in drug.resources]
    not_r4 = any(a.not_r4 for a in answers.values())
    orders = answers.get(MEDICATION_REQUESTS.key)
    if not not_r4 and orders is not None and orders.status == HTTPStatus.NOT_FOUND:  # DSTU2 calls them otherwise
        not_r4 = client.is_not_r4(server.base, token=server.token, until=until - _MARGIN, site=site.name)
    return _gathered(
        wanted,
        have,
        once((*sent.included, *(r for a in answers.values() for r in a.included), *drugs_read)),
        site,
        incidents=tuple(sorted({a.incident for a in (*answers.values(), *drugs)} - {""})),
        not_r4=not_r4,
    )


def filled(need: Need, patient_id: str) -> str:
    """The need's query for this patient, the id percent-encoded: nothing in it can add a parameter."""
    return need.query.replace("{{context.patientId}}", _encoded(patient_id))


def _gathered(
    needs: tuple[Need, ...],
    have: Mapping[str, Have],
    included: tuple[msgspec.Raw, ...],
    site: Site,
    *,
    incidents: tuple[str, ...] = (),
    not_r4: bool = False,
) -> Gathered:
    have = _with_supersets(have)
    supplied = _supplied_once(needs, have)
    supplied += [Supplied("", resource) for resource in included]
    ledger = Ledger(_entry(need, have[need.key], site) for need in needs)
    return Gathered(supplied=tuple(supplied), ledger=ledger, incidents=incidents, not_r4=not_r4)


def _supplied_once(needs: tuple[Need, ...], have: Mapping[str, Have]) -> list[Supplied]:
    """One value may be a piece of several needs (observations are vital signs, too): it goes out once, for all."""
    found: dict[int, tuple[msgspec.Raw, list[str]]] = {}
    for need in needs:
        for resource in have[need.key].resources:
            found.setdefault(id(resource), (resource, []))[1].append(need.key)
    return [Supplied(keys[0], resource, tuple(keys[1:])) for resource, keys in found.values()]


def _entry(need: Need, have: Have, site: Site) -> Entry:
    if need.resource_type in site.unsupported:
        because = f"the site declares that its EHR has no {need.resource_type}"
        return Entry(need.key, State.UNSUPPORTED, have.source, because)
    return Entry(need.key, have.state, have.source, have.because)


def _other_version(have: Have) -> Have:
    because = "the client speaks another version of FHIR than R4"
    return have if have.is_whole else msgspec.structs.replace(have, because=have.because or because)


def _is_to_be_asked(need: Need, have: Mapping[str, Have], site: Site) -> bool:
    if have[need.key].is_whole or need.resource_type in site.unsupported:
        return False
    read_with_observations = need.key in {VITALS.key, LABS.key} and OBSERVATIONS.key in have
    return not (read_with_observations and have[OBSERVATIONS.key].is_whole)


def _server_of(call: Call, site: Site) -> _Server:
    """The call's FHIR server if the site lists it. No other host is ever called, whatever a request says."""
    if not call.fhir_server:
        return _Server()
    address = origin_and_path(call.fhir_server)
    if address is None:
        return _Server(refusal="it is no http or https address")
    origin, _ = address
    is_loopback = origin.split("://")[1].rsplit(":", 1)[0] in _LOOPBACK
    is_listed = any(origin_and_path(base) == address for base in site.fhir_servers)
    if not is_listed and not (is_loopback and site.any_loopback_fhir):
        return _Server(refusal="the site does not list it: the operator must add it to fhir_servers, if it is right")
    if origin.startswith("http://") and not (is_loopback or site.allow_insecure_fhir):
        return _Server(refusal="plain http beyond loopback: the site must use https")
    token = call.authorization.access_token if call.authorization else ""
    return _Server(call.fhir_server.rstrip("/"), token, site=site.name)


def _not_asked(have: Have, refusal: str) -> Have:
    """A need that is not whole and has nobody to be asked for it."""
    if not refusal:
        return have
    if have.state is State.PARTIAL:
        return msgspec.structs.replace(have, because=f"{have.because}; the FHIR server was not asked: {refusal}")
    return msgspec.structs.replace(
        have, state=State.FORBIDDEN, because=f"the FHIR server was not asked: {refusal}", source=""
    )


def _known_by_type(
    needs: Sequence[Need], have: Mapping[str, Have], answers: Mapping[str, Answer]
) -> dict[str, frozenset[str]]:
    """What the answers and the whole needs hold: a vital sign need not be among the laboratory results."""
    known: dict[str, set[str]] = {}
    for need in needs:
        held = answers[need.key].resources if need.key in answers else have[need.key].resources
        known.setdefault(need.resource_type, set()).update(map(identity_of, held))
    return {kind: frozenset(names - {""}) for kind, names in known.items()}


def _with_answer(have: Have, answer: Answer, known: frozenset[str]) -> Have:
    """What the server answered, and what was sent before it: nothing that came is thrown away.

    An answer that lacks what was sent is not the whole, whatever it counts.
    """
    if answer.state in WHOLE:
        lacking = tuple(resource for resource in have.resources if identity_of(resource) not in known)
        if lacking:
            both = once((*answer.resources, *lacking))
            return Have(state=State.PARTIAL, because=_LACKS, resources=both, source=FETCH)
        return Have(state=answer.state, resources=answer.resources, source=FETCH)
    if answer.resources or answer.state in {State.STALE, State.PARTIAL}:
        both = once((*answer.resources, *have.resources))
        return Have(state=answer.state, because=answer.because, resources=both, source=FETCH)
    if have.state is State.PARTIAL:
        return msgspec.structs.replace(have, because=f"{have.because}; then: {answer.because}")
    told = f" (prefetch: {have.because})" if have.state in {State.FAILED, State.UNPARSED} else ""
    return Have(state=answer.state, because=answer.because + told, source=FETCH)


def _with_supersets(have: Mapping[str, Have]) -> dict[str, Have]:
    """Vital signs and laboratory results are observations: with those read whole, these are whole, too."""
    result = dict(have)
    whole = have.get(OBSERVATIONS.key)
    for key in (VITALS.key, LABS.key):
        if whole is not None and whole.is_whole and key in have and not have[key].is_whole:
            result[key] = msgspec.structs.replace(
                have[key],
                state=whole.state,
                source=whole.source,
                because="read with the observations",
                resources=(*have[key].resources, *whole.resources),
            )
    return result


class _Asking:
    """One call's questions to its FHIR server, all under way at once."""

    def __init__(self, client: FhirClient, server: _Server, call: Call, until: float) -> None:
        self._client = client
        self._server = server
        self._patient_id = call.patient_id
        self._drafts = call.drafts
        self._until = until

    def ask(
        self, missing: list[Need], have: Mapping[str, Have], included: tuple[msgspec.Raw, ...]
    ) -> tuple[dict[str, Answer], list[Answer]]:
        """Answers by need key, and about Medications that orders only refer to (asked once the orders are there)."""
        searches = {need.key: self._submit(need) for need in missing}
        wait([searches[need.key] for need in missing if need.resource_type in DRUG_TYPES], self._left())
        seen = [r for h in have.values() for r in h.resources]
        seen += [r for answer in map(_in_time, searches.values()) for r in (*answer.resources, *answer.included)]
        references = unresolved_medications((*seen, *included, *self._drafts), self._server.base)
        reads = [self._submit_read(reference) for reference in references]
        wait([*searches.values(), *reads], self._left())
        answers = {key: _in_time(search) for key, search in searches.items()}
        drugs = [_in_time(read) for read in reads]
        for late in (*searches.values(), *reads):
            late.cancel()  # one that runs ends by its own deadline, and its answer is not waited for
        return answers, drugs

    def _left(self) -> float:
        """Seconds until the deadline."""
        return self._until - time.monotonic()

    def _submit(self, need: Need) -> Future[Answer]:
        query = filled(need, self._patient_id)
        ask = self._client.search if "?" in query else self._client.read
        return self._ask_for(query, ask, need.resource_type, need.key)

    def _submit_read(self, reference: str) -> Future[Answer]:
        return self._ask_for(reference, self._client.read, "Medication")

    def _ask_for(self, query: str, ask: Callable[..., Answer], resource_type: str, need: str = "") -> Future[Answer]:
        server = self._server
        span = search_span.begin(resource_type, need=need, site=server.site, base=server.base)
        asked = self._client.submit(
            ask, server.base, query, token=server.token, until=self._until - _MARGIN, site=server.site
        )
        search_span.end_with(span, asked, self._until)
        return asked


def _in_time(future: Future[Answer]) -> Answer:
    """What came of it. A search that broke on what a server sent costs its own need, never the whole call."""
    if not future.done():
        return _LATE
    broke = future.exception()
    if broke is None:
        return future.result()
    because = f"the service failed while reading it ({type(broke).__name__}): the operator must look at the log"
    return Answer(state=State.FAILED, because=because, incident=f"reading an answer failed: {type(broke).__name__}")


class _Reference(msgspec.Struct, gc=False):
    reference: str = ""
    display: str = ""


class _Drug(msgspec.Struct, gc=False):
    medicationReference: _Reference | None = None  # noqa: N815 - FHIR's own name


_drug = msgspec.json.Decoder(_Drug)


def unresolved_medications(resources: Sequence[msgspec.Raw], base: str) -> list[str]:
    """`Medication/id` references that nothing at hand explains: no resource, nothing contained, no drug's name."""
    orders = [r for r in resources if kind_of(r) in DRUG_TYPES and b"medicationReference" in bytes(r)]
    known = {identity_of(r) for r in resources if kind_of(r) == "Medication"}
    wanted = dict.fromkeys(_unexplained(order, base) for order in orders)
    return [reference for reference in wanted if reference and reference not in known][:MAX_MEDICATION_READS]


def _unexplained(resource: msgspec.Raw, base: str) -> str:
    try:
        drug = _drug.decode(resource).medicationReference
    except UNREADABLE:
        return ""  # the record says that it cannot be read
    if drug is None or could_name_a_drug(drug.display):
        return ""
    reference = drug.reference
    if "://" in reference:
        if not is_under(reference, base):
            return ""
        reference = reference[len(base) :].removeprefix("/")
    parts = reference.split("/")
    return f"Medication/{parts[1]}" if len(parts) >= 2 and parts[0] == "Medication" and parts[1] else ""

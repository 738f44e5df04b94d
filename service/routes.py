"""The HTTP routes of CDS Hooks: discovery, one hook route, feedback. Parse, call, answer."""

import time

from flask import Blueprint, Flask, Response, g, request

from cards.hooks import Hook
from service.agreed import WAITED
from service.answer import cards_for
from service.auth import Gate
from service.clients import epic
from service.comments import Comments
from service.consult import consult
from service.errors import Overloaded, ServiceError, UnknownService
from service.feedback import read_feedback
from service.parts import Parts
from service.recording import Recording
from service.sites import Site
from service.tracing import span
from service.wire import read_call
from service.wire_cards import answer_json, card_json, discovery_json


def add_routes(app: Flask, parts: Parts, gate: Gate) -> None:
    """Everything that an EHR calls."""
    routes = Blueprint("cds", __name__)
    comments = Comments(parts.config.comment_keys)
    hooks = {hook.service_id: hook for hook in parts.hooks}
    asked = [(hook, parts.needs[hook.name]) for hook in parts.hooks]
    discovery = {
        site.name: discovery_json(asked, silent=site.mode == "silent", unsupported=site.unsupported)
        for site in parts.config.sites
    }
    services_url = f"{parts.config.public_url}/cds-services"

    def hook_of(service_id: str) -> Hook:
        if service_id not in hooks:
            raise UnknownService("there is no such service; GET /cds-services lists them")
        return hooks[service_id]

    def calling(*audiences: str) -> Site:
        """Whose call this is; 401 unless its token is for one of these URLs. Asked before all else."""
        g.now = parts.clock()
        with span("trust"):  # it may wait for a key set, and for the database
            caller = gate.admit(request.headers.get("Authorization", ""), audiences, g.now)
        g.caller, g.site = caller.issuer, caller.site
        return caller.site

    @routes.get("/cds-services")
    def discover() -> Response:
        return _json(discovery[calling(services_url).name])

    # The Sandbox doubles the slash where its user gave the discovery URL with one at its end.
    @routes.post("/cds-services//<service_id>")
    @routes.post("/cds-services/<service_id>")
    def answer(service_id: str) -> Response:
        site = calling(f"{services_url}/{service_id}")
        until = _deadline(site)
        now = g.now
        call = read_call(
            request.get_data(cache=False),
            request.headers.get("Content-Type", ""),
            hook_of(service_id),
            content_encoding=request.headers.get("Content-Encoding", ""),
        )
        if site.dialect == "epic":
            call = epic.as_meant(call)
        g.call = call
        consultation = g.consultation = consult(parts, site, call, now=now, until=until)
        record = Recording(parts, site, call, consultation, until=until)
        try:
            cards = g.cards = cards_for(consultation, site)
            written = [
                card_json(
                    card,
                    public_url=parts.config.public_url,
                    knowledge_version=parts.knowledge_version,
                    topic=epic.topic_code(card.kind, card.urgency.indicator) if site.dialect == "epic" else "",
                )
                for card in cards
            ]
            record.answered(cards, written)
        except ServiceError as refused:
            record.refused(refused.status)
            raise
        finally:
            record.write()
        silent = site.mode == "silent"
        return _json(answer_json([] if silent else written, silent=silent))

    @routes.post("/cds-services//<service_id>/feedback")
    @routes.post("/cds-services/<service_id>/feedback")
    def take_feedback(service_id: str) -> Response:
        # The standard leaves open which of the two URLs the audience is.
        site = calling(f"{services_url}/{service_id}/feedback", f"{services_url}/{service_id}")
        hook_of(service_id)
        items = read_feedback(
            request.get_data(cache=False),
            request.headers.get("Content-Type", ""),
            content_encoding=request.headers.get("Content-Encoding", ""),
        )
        g.items = len(items)
        g.unknown_cards = parts.store.record_feedback(
            items,
            site=site.name,
            received=g.now,
            encrypt=comments.encrypt if site.comments == "encrypted" else None,
        )
        g.feedback = items  # taken: the metrics count them
        return _json(b"{}")

    app.register_blueprint(routes)


def _deadline(site: Site) -> float:
    """The moment of time.monotonic() by which the answer is due. The wait for a thread is part of the call, and so is
    the wait for the caller's keys."""
    waited: float = request.environ.get(WAITED, 0.0) + time.perf_counter() - g.started
    if waited > site.deadline:
        raise Overloaded(f"overloaded: the call waited {waited:.1f} s for its turn", headers={"Retry-After": "2"})
    return time.monotonic() + site.deadline - waited


def _json(body: bytes) -> Response:
    return Response(body, content_type="application/json")

"""Counts each answer, after it was made. What it reads is what the routes left in `flask.g`."""

import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from cards.kinds import COULD_NOT_CHECK
from cards.verdict import MergedCard
from service.circuit import CircuitState
from service.consult import Consultation, bugs
from service.fhir import FhirClient
from service.recording import verdict_word
from service.sites import Site

if TYPE_CHECKING:
    from service.metrics import Metrics  # not before `config.share_metrics`

_FAILURES = {
    HTTPStatus.UNAUTHORIZED: "not_trusted",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal_error",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}


def meter(app: Flask, metrics: "Metrics", fhir: FhirClient) -> None:
    """Count hook requests and feedback; pages and health are not counted."""

    def count(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else ""
        if not rule.startswith("/cds-services"):
            return response
        what = _FAILURES.get(HTTPStatus(response.status_code))
        if what:
            metrics.failures.labels(what).inc()
        if g.get("store_failed"):
            metrics.failures.labels("store_unavailable").inc()
        for item in g.get("feedback", ()):
            metrics.feedback.labels(g.site.name, item.outcome).inc()
        if g.get("unknown_cards"):
            metrics.feedback_unknown.labels(g.site.name).inc(g.unknown_cards)
        call = g.get("call")
        if call is not None:
            site: Site = g.site
            metrics.calls.labels(site.name, call.hook.name, str(response.status_code)).inc()
            metrics.seconds.labels(call.hook.name).observe(time.perf_counter() - g.started)
            if "consultation" in g:
                _count_decision(metrics, site, g.consultation, response.status_code)
            show_breakers(metrics, fhir)
        return response

    app.after_request(count)


def show_breakers(metrics: "Metrics", fhir: FhirClient) -> None:
    """How this process's circuits stand now."""
    for breaker in fhir.breakers():
        metrics.breakers.labels(breaker.site, breaker.origin).set(breaker.state is CircuitState.OPEN)


def _count_decision(metrics: "Metrics", site: Site, consultation: Consultation, status: int) -> None:
    decision = consultation.decision
    for entry in decision.record.ledger:
        metrics.needs.labels(entry.need, str(entry.state)).inc()
    for outcome in decision.outcomes:
        metrics.rules.labels(outcome.rule, verdict_word(outcome)).inc()
    for what, _ in bugs(decision):
        metrics.failures.labels(what).inc()
    shown = "no" if site.mode == "silent" else "yes"
    cards: Sequence[MergedCard] = g.get("cards", decision.cards)
    for card in cards:
        metrics.cards.labels(site.name, card.kind, card.urgency.indicator, shown).inc()
    if decision.record.foreign:
        metrics.failures.labels("other_patient").inc(decision.record.foreign)
    if decision.record.not_reached:
        metrics.failures.labels("out_of_time").inc()
    if consultation.gathered.incidents:
        metrics.failures.labels("fhir_incident").inc(len(consultation.gathered.incidents))
    metrics.outcomes.labels(site.name, consultation.moment.hook.name, _came_of_it(cards, status)).inc()


def _came_of_it(cards: Sequence[MergedCard], status: int) -> str:
    if status >= HTTPStatus.BAD_REQUEST:
        return "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"
    if any(card.kind != COULD_NOT_CHECK for card in cards):
        return "cards"
    return "could_not_check" if cards else "nothing_found"

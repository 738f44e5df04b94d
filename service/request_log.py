"""The line that each request leaves in the log, and the headers that each answer carries."""

import time

import structlog
from flask import Flask, Response, g, request

from cards.ledger import Entry
from service import tracing
from service.consult import Consultation, bugs
from service.wire import Call

_log = structlog.get_logger()
_WARNED_OF = ("warning", "trust", "incidents", "other_patients", "not_reached")
_NOTED = ("error", "warning", "trust", "claimed_site", "items", "unknown_cards")  # on flask.g, by whoever noticed


def watch(app: Flask) -> None:
    """Log every request once, and make every answer uncacheable and unsniffable."""
    app.before_request(_start)
    app.after_request(_harden)
    app.after_request(_write_line)


def _start() -> None:
    g.started = time.perf_counter()


def _harden(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _write_line(response: Response) -> Response:
    line: dict[str, object] = {
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else "",  # never the path: it is the client's text
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.started) * 1000, 1),
    }
    if "site" in g:
        line["site"] = g.site.name
    if tracing.current().trace_id:
        line["trace"] = tracing.current().trace_id
    line.update({key: g.get(key) for key in _NOTED if g.get(key) is not None})
    call: Call | None = g.get("call")
    if call is not None:
        line |= {"hook": call.hook.name, "hook_instance": call.hook_instance}
    consultation: Consultation | None = g.get("consultation")
    if consultation is not None:
        line.pop("error", None)  # a 412 says in a sentence what `needs` says
        line |= _about(consultation)
    _log.log(_level(response.status_code, line), "request", **line)
    return response


def _about(consultation: Consultation) -> dict[str, object]:
    """What was decided, and on what: kinds, rule ids and states, never a value."""
    decision = consultation.decision
    line: dict[str, object] = {
        "cards": [f"{card.kind}:{card.urgency.indicator}" for card in decision.cards],
        "rules": [rule for card in decision.cards for rule in card.rules],
        "needs": {entry.need: str(entry.state) for entry in decision.record.ledger if _is_worth_a_word(entry)},
        "other_patients": decision.record.foreign,  # resources of theirs, dropped
        "not_reached": decision.record.not_reached,  # resources that there was no time to read
        "incidents": list(consultation.gathered.incidents),
        "raised": [which for _, which in bugs(decision)],
    }
    return {key: value for key, value in line.items() if value}


def _is_worth_a_word(entry: Entry) -> bool:
    return not entry.is_whole


def _level(status: int, line: dict[str, object]) -> int:
    if status >= 500 or line.get("raised") or g.get("store_failed"):
        return 40  # logging.ERROR
    return 30 if any(line.get(key) for key in _WARNED_OF) else 20

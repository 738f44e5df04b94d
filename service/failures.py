"""Every error leaves as JSON with an OperationOutcome, whoever raised it: our code, Flask, or a bug."""

import traceback

import msgspec
import structlog
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service.errors import (
    KeysUnavailable,
    NotTrusted,
    ServiceError,
    TooLarge,
    UnknownService,
    Unparsable,
    WrongMethod,
    WrongType,
)
from service.tracing import current

_log = structlog.get_logger()
_BY_STATUS: dict[int, type[ServiceError]] = {404: UnknownService, 405: WrongMethod, 413: TooLarge, 415: WrongType}


def error_response(error: ServiceError) -> Response:
    """An OperationOutcome that says what is wrong and who can fix it."""
    response = Response(msgspec.json.encode(error.outcome()), error.status, content_type="application/json")
    response.headers.extend(error.headers)
    return response


def answer_failures(app: Flask) -> None:
    """Register the handlers: the app's edge."""

    def ours(error: ServiceError) -> Response:
        g.error = error.message
        if isinstance(error, (NotTrusted, KeysUnavailable)):
            g.trust, g.claimed_site = error.reason, error.claimed_site or None
        return error_response(error)

    def flasks(error: HTTPException) -> Response:
        kind = _BY_STATUS.get(error.code or 500, Unparsable)
        answered = ours(kind(_told(error, app)))
        if error.code and error.code not in _BY_STATUS:
            answered.status_code = error.code
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after", "location"):
                answered.headers[name] = value
        return answered

    def bug(error: Exception) -> Response:
        # The one place that catches everything: a client must get an OperationOutcome and no trace, and an empty card
        # list must never stand in for a crash. The log names class and place; a message could quote the chart.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        _log.error("bug", exception=type(error).__name__, at=f"{frame.name}:{frame.lineno}")
        current().failed(type(error).__name__)
        return ours(
            ServiceError(f"the service failed ({type(error).__name__}); nothing was concluded about the patient")
        )

    app.register_error_handler(ServiceError, ours)
    app.register_error_handler(HTTPException, flasks)
    app.register_error_handler(Exception, bug)


def _told(error: HTTPException, app: Flask) -> str:
    if isinstance(error, RequestEntityTooLarge):
        return f"the body is larger than {app.config['MAX_CONTENT_LENGTH']} bytes"
    if error.code == 404:
        return "there is no such route; GET /cds-services lists the services"
    if error.code == 405:
        return "this route does not take this method"
    return error.description or error.name

"""The span of a call, from when it came until its answer is made. It reads what the routes left in `flask.g`."""

from http import HTTPStatus
from typing import Protocol

from flask import Flask, Response, g, request

from service.agreed import WAITED
from service.tracing import CURRENT, OFF, Span


class Begin(Protocol):
    """Begins the span of a call. `traceparent` as it came, right or wrong; `waited`: seconds since it came."""

    def __call__(self, name: str, *, traceparent: str, waited: float) -> Span: ...


def trace(app: Flask, begin: Begin) -> None:
    """A span for each request to a CDS Hooks route; pages and health have none."""

    def start() -> None:
        CURRENT.set(OFF)  # whatever this thread did before
        rule = request.url_rule.rule if request.url_rule else ""  # never the path: it is the client's text
        if not rule.startswith("/cds-services"):
            return
        g.span = begin(
            f"{request.method} {rule}",
            traceparent=request.headers.get("traceparent", ""),
            waited=request.environ.get(WAITED, 0.0),
        )
        g.span.set(method=request.method, route=rule)
        CURRENT.set(g.span)

    def answered(response: Response) -> Response:
        if "span" in g:
            site, call = g.get("site"), g.get("call")
            g.span.set(
                status=response.status_code,
                site=site.name if site is not None else None,
                hook=call.hook.name if call is not None else None,
            )
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                g.span.failed(str(response.status_code))
        return response

    def over(_error: BaseException | None) -> None:
        CURRENT.set(OFF)
        if "span" in g:
            g.span.end()

    app.before_request(start)
    app.after_request(answered)
    app.teardown_request(over)

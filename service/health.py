"""What a monitor asks: alive, ready, how it goes. No token, and nothing about anybody.

Ready means: can decide and remember. A site's FHIR server is not asked: one hospital's outage must not take the
service from the others.
"""

from flask import Blueprint, Flask, Response

from service.metrics import CONTENT_TYPE
from service.parts import Parts


def add_health(app: Flask, parts: Parts) -> None:
    """`/healthz`, `/readyz`, `/metrics`."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return Response(b'{"status":"alive"}', content_type="application/json")

    @routes.get("/readyz")
    def ready() -> Response:
        parts.store.check()
        return Response(b'{"status":"ready"}', content_type="application/json")

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(parts.metrics.exposition(), content_type=CONTENT_TYPE)

    app.register_blueprint(routes)

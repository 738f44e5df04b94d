"""The plumbing room: HTTP, FHIR, trust, memory. Medicine lives in `cards/`; `cards.decide.decide` is the corridor."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from cards.record.valuesets import ValueSets
    from service.config import Config
    from service.fhir import FhirClient
    from service.parts import Parts
    from service.store import Store

GATE = "baclofen_cds.gate"  # app.extensions: who may call


def create_app(
    config: "Config",
    *,
    clock: Callable[[], datetime] | None = None,
    fhir: "FhirClient | None" = None,
    store: "Store | None" = None,
    valuesets: "ValueSets | None" = None,
) -> Flask:
    """A Flask app for this configuration; nothing is started. The only place that chooses real things.

    `clock` is asked once a request and answers an aware datetime.
    """
    return build_app(choose_parts(config, clock=clock, fhir=fhir, store=store, valuesets=valuesets))


def choose_parts(
    config: "Config",
    *,
    clock: Callable[[], datetime] | None = None,
    fhir: "FhirClient | None" = None,
    store: "Store | None" = None,
    valuesets: "ValueSets | None" = None,
) -> "Parts":
    """The real things, except those handed in."""
    # Imported here, so that `import service.sites` does not bring the whole stack with it.
    from cards import KNOWLEDGE_VERSION
    from cards.decide import decide
    from cards.hooks import ALL
    from cards.rule import all_rules, needs_of
    from service.fhir import FhirClient
    from service.knowledge import load_value_sets
    from service.metrics import Metrics
    from service.parts import Parts, open_store

    return Parts(
        config=config,
        clock=clock or _now,
        fhir=fhir or FhirClient(),
        store=store or open_store(config),
        metrics=Metrics(config.sites, directory=config.metrics_directory, version=KNOWLEDGE_VERSION),
        decide=decide,
        rules=all_rules(),
        hooks=ALL,
        needs={hook.name: needs_of(hook.name) for hook in ALL},
        valuesets=valuesets or load_value_sets(config.valuesets),
        knowledge_version=KNOWLEDGE_VERSION,
    )


def build_app(parts: "Parts") -> Flask:
    """The Flask app around these parts."""
    from service.auth import Gate
    from service.cors import allow_origins
    from service.failures import answer_failures
    from service.health import add_health
    from service.metering import meter
    from service.pages import add_pages
    from service.request_log import watch
    from service.routes import add_routes

    app = Flask("service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.config.max_body
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect fails a preflight
    watch(app)
    meter(app, parts.metrics, parts.fhir)
    allow_origins(app, parts.config.sites)
    answer_failures(app)
    gate = app.extensions[GATE] = Gate(parts.config.sites, parts.store)
    add_routes(app, parts, gate)
    add_health(app, parts)
    add_pages(app, parts)
    return app


def _now() -> datetime:
    return datetime.now(UTC)

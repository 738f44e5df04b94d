"""What an operator's Prometheus sees: counts and seconds, never a value of a chart.

Every label is bounded: sites, hooks, needs, rules and kinds are those of the configuration and the code, never a
client's text. Several workers write into files of one directory (prometheus-client's multiprocess mode,
`config.share_metrics`), and whichever is asked answers for all.
"""

from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from service.sites import Site

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)


class Metrics:
    """The counters of this process, and of its siblings where `directory` is shared with them."""

    def __init__(self, sites: Iterable[Site], *, directory: Path | None = None, version: str = "") -> None:
        self._directory = directory
        self._registry = CollectorRegistry()

        def counter(name: str, words: str, *labels: str) -> Counter:
            return Counter(f"baclofen_cds_{name}", words, labels, registry=self._registry)

        def gauge(name: str, words: str, *labels: str) -> Gauge:
            """Over several workers the highest: what one of them has seen is so."""
            return Gauge(f"baclofen_cds_{name}", words, labels, registry=self._registry, multiprocess_mode="livemax")

        self.calls = counter("calls_total", "Hook requests answered, by HTTP status.", "site", "hook", "status")
        self.outcomes = counter(
            "outcomes_total",
            "What came of calls that were decided: cards, nothing found, could not check, refused, failed.",
            "site", "hook", "outcome",
        )  # fmt: skip
        self.seconds = Histogram(
            "baclofen_cds_call_seconds",
            "Seconds from the first look at a hook request to its answer.",
            ("hook",),
            registry=self._registry,
            buckets=_SECONDS,
        )
        self.needs = counter("needs_total", "What happened to each need of a call (ledger state).", "need", "state")
        self.cards = counter(
            "cards_total", "Cards decided; shown is no on a silent site.", "site", "kind", "indicator", "shown"
        )
        self.rules = counter("rules_total", "Verdicts of each rule.", "rule", "verdict")
        self.feedback = counter("feedback_total", "Feedback items taken.", "site", "outcome")
        self.feedback_unknown = counter(
            "feedback_unknown_total", "Feedback items about a card that this site was never shown.", "site"
        )
        self.failures = counter(
            "failures_total",
            "What an operator should look into: a caller not trusted, the database, a rule that raised, "
            "another patient's resources, an odd FHIR server, overload, connections closed to make room, a bug.",
            "what",
        )
        self.silent = gauge("silent_site", "1 where a site decides and records, and shows no card to anybody.", "site")
        self.insecure = gauge("insecure_setting", "1 where a site has a safety switched off.", "site", "setting")
        self.firing = gauge(
            "firing_alarm", "1 while a rule fires far from its own baseline: silent, or tripled.", "rule", "alarm"
        )
        self.firing_looked = gauge("firing_looked_timestamp_seconds", "When firing rates were last compared.")
        self.breakers = gauge("fhir_circuit_open", "1 while a site's FHIR server is not asked.", "site", "server")
        self.info = gauge("info", "1; which knowledge this service decides with.", "knowledge_version")
        self._tell_settings(sites, version)

    def exposition(self) -> bytes:
        """In Prometheus's text format, over all workers."""
        if self._directory is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._directory))  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    def _tell_settings(self, sites: Iterable[Site], version: str) -> None:
        self.info.labels(version).set(1)
        for site in sites:
            self.silent.labels(site.name).set(site.mode == "silent")
            for setting in ("allow_insecure_fhir", "allow_no_trust"):
                if getattr(site, setting):
                    self.insecure.labels(site.name, setting).set(1)

"""A rule that falls silent, or fires three times as often as it used to, is seen."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from service.agreed import PROBE
from service.baton import Baton
from service.config import Config
from service.firing import BASELINE, WINDOW, FiringWatch, alarms
from service.metrics import Metrics
from service.store import CallAnswered, CardShown, Fired, Store
from tests.moment import NOW
from tests.service.metrics_page import samples, total

SITES = Config.demo().sites


def told(window: Fired, baseline: Fired) -> list[tuple[str, str]]:
    """Rule and kind of each alarm."""
    return [(alarm.rule, alarm.kind) for alarm in alarms(window, baseline)]


def test_a_rule_that_fires_as_before_is_no_alarm() -> None:
    assert told(Fired(100, {"WDR-01": 10}), Fired(2800, {"WDR-01": 280})) == []


def test_a_rule_that_fell_silent() -> None:
    assert told(Fired(100, {}), Fired(2800, {"WDR-01": 280})) == [("WDR-01", "silent")]


def test_a_rule_that_is_seldom_may_be_silent_for_a_day() -> None:
    assert told(Fired(100, {}), Fired(2800, {"WDR-01": 196})) == []  # seven were due


def test_a_rule_that_tripled() -> None:
    assert told(Fired(100, {"WDR-01": 30}), Fired(2800, {"WDR-01": 280})) == [("WDR-01", "tripled")]
    assert told(Fired(100, {"WDR-01": 29}), Fired(2800, {"WDR-01": 280})) == []


def test_three_times_a_little_is_little() -> None:
    assert told(Fired(100, {"WDR-01": 9}), Fired(2800, {"WDR-01": 28})) == []


def test_a_quiet_day_is_compared_call_for_call() -> None:
    assert told(Fired(10, {"WDR-01": 1}), Fired(2800, {"WDR-01": 280})) == []
    assert told(Fired(300, {"WDR-01": 30}), Fired(2800, {"WDR-01": 280})) == []


def test_a_rule_without_a_past_has_no_baseline() -> None:
    assert told(Fired(100, {"WDR-01": 50}), Fired(2800, {})) == []
    assert told(Fired(100, {"WDR-01": 50}), Fired(0, {})) == []


def call(store: Store, ago: timedelta, *rules: str, patient: str = "p1") -> None:
    """One call, with a card of these rules, or none."""
    at, identity = NOW - ago, str(uuid.uuid4())
    audit = CallAnswered(
        at=at, site="demo", caller="", user="Practitioner/1", patient=patient, hook="patient-view",
        hook_instance=identity, status=200, needs={}, verdicts={}, cards=(identity,) if rules else (),
        knowledge_version="1", service_version="1", silent=False, ms=1,
    )  # fmt: skip
    card = CardShown(
        uuid=identity, at=at, site="demo", hook="patient-view", patient=patient, user="Practitioner/1",
        kind="suspected-withdrawal", indicator="warning", rules=rules, suggestions={},
    )  # fmt: skip
    store.record_call(audit, [card] if rules else [])


def test_it_counts_from_the_database_without_the_monitor_s_own_calls(database_url: str) -> None:
    store = Store(database_url)
    for day in range(1, 4):
        call(store, timedelta(days=day, hours=1), "WDR-01", "ABR-01")
        call(store, timedelta(days=day, hours=2))
        call(store, timedelta(days=day, hours=3), "WDR-01", patient=PROBE)
    call(store, timedelta(hours=1), "WDR-01")

    assert store.fired(since=NOW - WINDOW - BASELINE, until=NOW - WINDOW) == Fired(6, {"WDR-01": 3, "ABR-01": 3})
    assert store.fired(since=NOW - WINDOW, until=NOW) == Fired(1, {"WDR-01": 1})
    store.close()


class Told:
    """Counts of a test's own."""

    def __init__(self, window: Fired) -> None:
        self.window = window

    def fired(self, *, since: object, until: object) -> Fired:
        return self.window if until == NOW else Fired(2800, {"WDR-01": 280})


def test_an_alarm_stands_in_the_metrics_and_is_logged_once_until_it_is_over() -> None:
    counts, metrics = Told(Fired(100, {})), Metrics(SITES)
    watch = FiringWatch(counts, metrics, ["WDR-01", "ABR-01"])
    with capture_logs() as lines:
        watch.look(NOW)
        watch.look(NOW)
        standing = metrics.exposition().decode()
        counts.window = Fired(100, {"WDR-01": 10})
        watch.look(NOW)

    assert total(standing, "firing_alarm", rule="WDR-01", alarm="silent") == 1
    assert total(standing, "firing_looked_timestamp_seconds") == NOW.timestamp()
    assert total(metrics.exposition().decode(), "firing_alarm") == 0
    assert len(samples(standing, "firing_alarm")) == 4
    assert [(line["log_level"], line["rule"]) for line in lines] == [("error", "WDR-01"), ("info", "WDR-01")]


def test_a_database_that_is_away_changes_no_alarm_and_is_said(tmp_path: Path) -> None:
    store, metrics = Store(f"sqlite:///{tmp_path}/cds.sqlite"), Metrics(SITES)
    watch = FiringWatch(store, metrics, ["WDR-01"])
    for file in tmp_path.glob("cds.sqlite*"):
        file.unlink()
    with capture_logs() as lines:
        assert watch.look(NOW) == ()

    assert [line["event"] for line in lines] == ["firing rates are not known"]


def test_one_of_several_workers_has_the_watch(tmp_path: Path) -> None:
    first, second = Baton(tmp_path), Baton(tmp_path)

    assert [first.is_mine(), second.is_mine(), first.is_mine()] == [True, False, True]
    first.close()  # as when its process ends
    assert second.is_mine()
    second.close()
    assert Baton(None).is_mine()


@pytest.mark.parametrize("seen", [0, 30])
def test_what_is_counted_is_what_was_expected(seen: int) -> None:
    (alarm,) = alarms(Fired(100, {"WDR-01": seen}), Fired(2800, {"WDR-01": 280}))
    assert (alarm.seen, round(alarm.expected, 1)) == (seen, 10.0)

"""The log: one JSON line, and only keys that somebody answers for."""

import json

import pytest
import structlog

from service import log


@pytest.fixture(autouse=True)
def as_it_was() -> object:
    """Leave structlog as the other tests find it."""
    yield
    structlog.reset_defaults()


def test_a_key_that_is_not_on_the_list_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO")

    structlog.get_logger().info("request", status=200, patient="Ada Stubbs")

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["status"], line["level"]) == ("request", 200, "info")
    assert "patient" not in line


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("ERROR")

    structlog.get_logger().info("request", status=200)

    assert capsys.readouterr().err == ""

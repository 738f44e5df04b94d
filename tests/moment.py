"""The moment at which tests take place."""

from datetime import datetime, timedelta, timezone

# The zone is not UTC and the hour is late, so that mistakes with days and zones show.
NOW = datetime(2026, 3, 10, 22, 30, tzinfo=timezone(timedelta(hours=-5)))

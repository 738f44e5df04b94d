"""The same events at another time, in another spelling, or less exactly told."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from random import Random
from typing import Any

from tests.stories.calls import Call, Resource

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"(?<![\d-])\d{4}-\d\d-\d\d(?![\dT-])")


def _rewritten(call: Call, change: Callable[[str], str]) -> Call:
    """The call with the JSON of its chart and of its context changed."""
    resources: Any = json.loads(change(json.dumps(call.resources)))
    context: Any = json.loads(change(json.dumps(call.context)))
    return call.but(resources=resources, context=context)


def shifted(call: Call, days: int, zone: tzinfo | None = None) -> Call:
    """Now and everything in the chart so many times 24 hours later, dates so many days; months and years stay."""
    move = timedelta(days=days)

    def later(text: str) -> str:
        text = _DAY.sub(lambda found: (date.fromisoformat(found[0]) + move).isoformat(), text)
        return _TIME.sub(lambda found: (datetime.fromisoformat(found[0]) + move).isoformat(), text)

    return _rewritten(call, later).but(now=call.now + move, zone=zone or call.zone)


def respelled(call: Call, chance: Random) -> Call:
    """Every instant in another offset, as UTC, with a fraction of a second, or as the facility's own wall clock."""

    def other(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[0])
        way = chance.randrange(4)
        if way == 0:
            return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if way == 1:
            return moment.astimezone(call.zone).replace(tzinfo=None).isoformat()
        minutes = chance.randrange(-14 * 4, 14 * 4 + 1) * 15
        text = moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
        return text if way == 2 else re.sub(r"(T\d\d:\d\d:\d\d)", r"\1.000", text)

    return _rewritten(call, lambda text: _TIME.sub(other, text))


def by_date_only(call: Call, chance: Random) -> tuple[Call, int]:
    """Some of the doses and fills, of the reported ends and of the dates that a pump gives, without a time of day."""
    changed = 0

    def day(holder: Resource, name: str) -> Resource:
        nonlocal changed
        told = holder.get(name, "")
        if len(told) <= 10 or chance.random() < 0.3:
            return holder
        changed += 1
        return {**holder, name: datetime.fromisoformat(told).astimezone(call.zone).date().isoformat()}

    def one(resource: Resource) -> Resource:
        kind = resource["resourceType"]
        if kind == "MedicationAdministration" and resource.get("status") == "completed":
            return day(resource, "effectiveDateTime")
        if kind == "MedicationDispense":
            return day(resource, "whenHandedOver")
        if kind == "MedicationStatement" and "effectivePeriod" in resource:
            return {**resource, "effectivePeriod": day(resource["effectivePeriod"], "end")}
        if kind == "Observation":
            return day(resource, "valueDateTime")
        return resource

    return call.but(resources=[one(resource) for resource in call.resources]), changed

"""Is intrathecal delivery failing, since when, how surely? (FND-04, the pump's part)

A normal interrogation alone is "possible", never "none": pump and catheter faults are the commonest complication
(C-PED341), and a leaking connection caused withdrawal within 24 h of a pump change (C-PMC41).
"""

from datetime import timedelta

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Problem, Sign
from cards.record.record import Record
from cards.record.when import When
from cards.timeline.battery import battery_of
from cards.timeline.interruptions import Level
from cards.timeline.pump import Pump, PumpEvent, is_recent
from cards.timeline.reservoir import days_to
from cards.verdict import Evidence


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How intrathecal delivery stands. `since` is the pump event's time, None where none is known.

    A fault that a study or an interrogation found began some time before: `found_out` is that interval.
    """

    level: Level
    because: str
    since: When | None = None
    found_out: When | None = None
    evidence: tuple[Evidence, ...] = ()
    is_interrogated_normal: bool = False  # after the event, or with no event at all
    is_catheter: bool = False  # what a normal interrogation does not exclude
    is_surgery: bool = False

    @property
    def began(self) -> When | None:
        """From its start on findings count; what was there before is baseline."""
        return self.found_out or self.since


def delivery_of(pump: Pump, record: Record, moment: Moment, *, effect_is_lost: bool) -> Delivery:
    """The surest sign of failing delivery. `effect_is_lost`: new spasticity, which makes recent surgery suspicious."""
    normal = pump.latest(Sign.PUMP_RUNNING)
    signs = [d for d in _signs(pump, record, moment, effect_is_lost=effect_is_lost) if d is not None]
    standing = [d for d in signs if not _is_resolved(d, pump)]
    if not standing:
        told = "interrogated, catheter not assessed" if normal else "pump status in this episode not recorded"
        return Delivery(level=Level.POSSIBLE, because=told, is_interrogated_normal=normal is not None,
                        evidence=pump.evidence[:1])  # fmt: skip
    return max(standing, key=lambda d: (d.level, d.since is not None))


def unresolved(pump: Pump, *signs: Sign) -> PumpEvent | None:
    """The newest event of these kinds, unless it was set right afterwards."""
    event = pump.latest(*signs)
    if event is None or _is_set_right(pump, event.when, is_catheter=event.kind == Sign.CATHETER_FAULT):
        return None
    return event


def _is_resolved(delivery: Delivery, pump: Pump) -> bool:
    return not delivery.is_surgery and _is_set_right(pump, delivery.since, is_catheter=delivery.is_catheter)


def _is_set_right(pump: Pump, since: When | None, *, is_catheter: bool) -> bool:
    """New hardware resolves anything; a normal interrogation or a refill all but the catheter."""
    if since is None:
        return False
    fixed = pump.latest(*_fixes(is_catheter=is_catheter))
    return fixed is not None and fixed.when is not None and fixed.when.earliest >= since.latest


def _fixes(*, is_catheter: bool) -> tuple[str, ...]:
    hardware = (Act.PUMP_REVISION, Act.PUMP_REPLACEMENT, Act.PUMP_IMPLANT)
    return hardware if is_catheter else (*hardware, Sign.PUMP_RUNNING, Act.PUMP_REFILL)


def _signs(pump: Pump, record: Record, moment: Moment, *, effect_is_lost: bool) -> list[Delivery | None]:
    return [
        _taken_out(pump),
        _order_stopped(pump),
        _seen(pump, moment, Level.CONFIRMED, "pump stopped or stalled", Sign.PUMP_STOPPED),
        _seen(pump, moment, Level.CONFIRMED, "catheter fault shown", Sign.CATHETER_FAULT),
        _seen(pump, moment, Level.PROBABLE, "critical pump alarm", Sign.PUMP_ALARM_CRITICAL),
        _complication(record, moment),
        _empty(pump, moment),
        _alarm_date(pump, moment),
        _battery(record, moment),
        _surgery(pump, moment, effect_is_lost=effect_is_lost),
    ]


def _taken_out(pump: Pump) -> Delivery | None:
    if pump.removed is None:
        return None
    event = pump.latest(Act.PUMP_REMOVAL)
    evidence = (Evidence(event.reference, event.text, event.when),) if event else ()
    return Delivery(level=Level.CONFIRMED, because="pump taken out", since=pump.removed, evidence=evidence)


def _order_stopped(pump: Pump) -> Delivery | None:
    if pump.order_ended is None or pump.order is None:
        return None
    evidence = Evidence(pump.order.reference, f"intrathecal order {pump.order.status}", pump.order_ended)
    return Delivery(level=Level.CONFIRMED, because="intrathecal order stopped", since=pump.order_ended,
                    evidence=(evidence,))  # fmt: skip


def _seen(pump: Pump, moment: Moment, level: Level, because: str, sign: Sign) -> Delivery | None:
    event = pump.latest(sign)
    if event is None:
        return None
    evidence = Evidence(event.reference, event.text, event.when)
    return Delivery(level=level, because=because, since=event.when, found_out=_found_out(pump, event, moment),
                    evidence=(evidence,), is_catheter=sign is Sign.CATHETER_FAULT)  # fmt: skip


def _found_out(pump: Pump, event: PumpEvent, moment: Moment) -> When | None:
    """Since the last work that would have set it right, at most 14 days: a fault is looked for because of symptoms."""
    is_catheter = event.kind == Sign.CATHETER_FAULT
    if event.when is None or not (is_catheter or event.reference.startswith("Procedure/")):
        return None  # an alarm or a log tells its own time
    start = event.when.earliest - timedelta(days=moment.limit(limits.RECENT_PUMP_EVENT))
    right = [e.when.earliest for e in pump.events if e.kind in _fixes(is_catheter=is_catheter) and e.when]
    return When(max([start, *(w for w in right if w < event.when.earliest)]), event.when.latest)


def _complication(record: Record, moment: Moment) -> Delivery | None:
    """A coded mechanical complication of the device, new in the last 14 days. Its codes also cover stimulators."""
    window = moment.limit(limits.RECENT_PUMP_EVENT) * 24
    for condition in record.conditions:
        when = condition.onset or condition.recorded
        told = Problem.PUMP_COMPLICATION in condition.concepts and condition.is_active
        if told and when is not None and when.hours_until(moment.now) <= window:
            evidence = Evidence(condition.reference, condition.text, when)
            return Delivery(level=Level.PROBABLE, because="pump or catheter complication", since=when,
                            evidence=(evidence,), is_catheter=True)  # fmt: skip
    return None


def _empty(pump: Pump, moment: Moment) -> Delivery | None:
    empty = pump.reservoir.empty
    if empty is None or not empty.is_past(moment.now):
        return None
    evidence = Evidence(pump.reservoir.empty_reference, "calculated empty date", empty)
    return Delivery(level=Level.PROBABLE, because="calculated empty date passed", since=empty, evidence=(evidence,))


def _alarm_date(pump: Pump, moment: Moment) -> Delivery | None:
    """The refill alarm date has passed and no refill is recorded. The day itself is not yet passed."""
    alarm = pump.reservoir.alarm
    if alarm is None or days_to(alarm, moment.now, moment) >= 0:
        return None
    evidence = Evidence(pump.reservoir.alarm_reference, "refill alarm date", alarm)
    return Delivery(level=Level.PROBABLE, because="refill alarm date passed", since=alarm, evidence=(evidence,))


def _battery(record: Record, moment: Moment) -> Delivery | None:
    state = battery_of(record, moment)
    if state.stops is None or not state.stops.is_past(moment.now):
        return None
    if state.is_told:
        evidence = Evidence(state.stops_reference, "battery: end of service", state.stops)
    else:
        ago = f"{moment.told(limits.ERI_TO_STOP)} ago or more"
        evidence = Evidence(state.eri_reference, f"battery: replacement indicator {ago}", state.eri)
    return Delivery(level=Level.PROBABLE, because="battery at its end", since=state.stops, evidence=(evidence,))


def _surgery(pump: Pump, moment: Moment, *, effect_is_lost: bool) -> Delivery | None:
    event = pump.latest(Act.PUMP_REVISION, Act.PUMP_REPLACEMENT, Act.PUMP_IMPLANT)
    if event is None or not is_recent(event, moment) or not effect_is_lost:
        return None
    evidence = Evidence(event.reference, event.text, event.when)
    because = f"catheter or pump surgery within {moment.told(limits.RECENT_PUMP_EVENT)} and loss of effect"
    return Delivery(level=Level.PROBABLE, because=because, since=event.when, evidence=(evidence,), is_surgery=True)

"""Baclofen that has been missing for so long: one family of charts a way to lose it, by the hours of the gap.

`until`: up to which gap the urgency grows. The ends are written: symptoms fade after 7 days and count no more after 14
(FND-04), a stop is told for 7 days (ABR-01), a supply that ran out becomes "probably stopped" on day 31 and silence
after day 90 (ABR-05), an explant counts for 14 days (PMP-04).
"""

from collections.abc import Callable

import msgspec

from cards.hooks import ORDER_SIGN
from tests.chart import Chart, date, instant
from tests.properties.patients import call_from
from tests.stories.calls import Call

_DAY = 24.0
FADES = 7 * _DAY  # FND-04


class Family(msgspec.Struct, frozen=True):
    """`lose` writes into a chart how baclofen by `mg` three times a day was lost so many hours ago."""

    name: str
    lose: Callable[[Chart, float, float], None]
    until: float
    since: float = 0.0  # hours: before, the gap means something else


def _ago(hours: float) -> str:
    return f"{hours}h" if hours >= 0 else f"+{-hours}h"


def _held(chart: Chart, hours: float, mg: float) -> None:
    chart.stay(_ago(hours + 40))
    chart.baclofen(mg, 3)
    chart.baclofen(mg, 3, since=_ago(hours + 39), category="inpatient")
    chart.given(_ago(hours))
    chart.not_given(*(_ago(hours - 8 * n) for n in range(1, int(hours // 8) + 1)))


def _nothing_charted(chart: Chart, hours: float, mg: float) -> None:
    chart.stay(_ago(hours + 40))
    chart.baclofen(mg, 3)
    chart.baclofen(mg, 3, since=_ago(hours + 39), category="inpatient")
    chart.given(_ago(hours))


def _on_hold(chart: Chart, hours: float, mg: float) -> None:
    chart.stay(_ago(hours + 40))
    chart.baclofen(mg, 3)
    chart.baclofen(mg, 3, since=_ago(hours + 39), category="inpatient", status="on-hold")
    chart.given(_ago(hours))


def _omitted(chart: Chart, hours: float, mg: float) -> None:
    chart.stay(_ago(hours))
    chart.baclofen(mg, 3)
    chart.medicine("Enoxaparin 40 mg injection", _ago(hours), category=[{"coding": [{"code": "inpatient"}]}])


def _stopped(chart: Chart, hours: float, mg: float) -> None:
    chart.baclofen(mg, 3, status="stopped", until=_ago(hours))


def _reported(chart: Chart, hours: float, mg: float) -> None:
    told = chart.baclofen(mg, 3, statement=True, status="stopped")
    told["effectivePeriod"]["end"] = instant(_ago(hours))


def _ran_out(chart: Chart, hours: float, mg: float) -> None:
    chart.baclofen(mg, 3)
    for before in (90, 60, 30):
        chart.fill(_ago(hours + before * _DAY), 30)


def _after_surgery(chart: Chart, hours: float, mg: float) -> None:
    chart.procedure("Laparoscopic cholecystectomy under general anaesthesia", "20h")
    _nothing_charted(chart, hours, mg)


def _refill_overdue(chart: Chart, hours: float, mg: float) -> None:
    chart.pump()
    chart.alarm_date(_ago(hours))


def _refilled_long_ago(chart: Chart, hours: float, mg: float) -> None:
    chart.pump()
    chart.procedure("Intrathecal pump refill with baclofen", _ago(hours))


def _battery(chart: Chart, hours: float, mg: float) -> None:
    chart.pump()
    day = date(_ago(hours))
    code = {"text": "Intrathecal pump ERI date"}
    chart.add("Observation", status="final", code=code, valueDateTime=day, effectiveDateTime=day)
    chart.alarm_date("+60d", told="20d")


def _stalled(chart: Chart, hours: float, mg: float) -> None:
    chart.pump()
    chart.alarm_date("+60d", told="20d")
    chart.pump_note("Intrathecal pump event log", "Motor stall occurred", _ago(hours))


def _not_checked(chart: Chart, hours: float, mg: float) -> None:
    chart.pump()
    chart.alarm_date("+60d", told=_ago(hours))
    chart.procedure("Intrathecal pump interrogation", _ago(hours))


def _explanted(chart: Chart, hours: float, mg: float) -> None:
    chart.pump()["status"] = "inactive"
    chart.procedure("Implantation of intrathecal baclofen pump", "900d")
    chart.procedure("Removal of intrathecal baclofen pump", _ago(hours))


FAMILIES = (
    Family("doses held", _held, FADES),
    Family("nothing charted", _nothing_charted, FADES),
    Family("order on hold", _on_hold, FADES),
    Family("omitted at admission", _omitted, FADES),
    Family("order stopped", _stopped, FADES),
    Family("reported as stopped", _reported, FADES),
    Family("supply ran out", _ran_out, 30 * _DAY),
    Family("not restarted after surgery", _after_surgery, 72.0),
    Family("refill overdue", _refill_overdue, 60 * _DAY, since=-20 * _DAY),
    Family("refilled long ago", _refilled_long_ago, 400 * _DAY),
    Family("battery", _battery, 200 * _DAY),
    Family("motor stall", _stalled, 14 * _DAY),
    Family("not checked", _not_checked, 400 * _DAY),
    Family("explanted", _explanted, 13 * _DAY),
)
BY_NAME = {family.name: family for family in FAMILIES}
LOOKS: dict[str, tuple[str, ...]] = {
    "well": (),
    "hallucinating": ("Visual hallucinations",),
    "stiff": ("Increased spasticity",),
    "tremulous": ("Tremor", "Agitation"),
    "very ill": ("Severe rigidity", "Generalised seizure"),
}


def missing_for(family: Family, hours: float, mg: float, look: str, *, ordering: bool = False) -> Call:
    """A patient of this family, looking so now; `ordering`: while something else is signed."""
    chart = Chart()
    family.lose(chart, hours, mg)
    for text in LOOKS[look]:
        chart.sign(text, "20m")
    chart.temperature(39.3 if look == "very ill" else 36.8, "20m")
    name = f"{family.name} for {hours:g} h, {mg:g} mg, {look}"
    if not ordering:
        return call_from(name, chart)
    draft = chart.draft(chart.medicine("Paracetamol 500 mg tablet", "1m"), id="new", status="draft")
    chart.resources.pop()
    return call_from(name, chart, draft).but(hook=ORDER_SIGN)

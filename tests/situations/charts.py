"""Charts of the situations, told in one call."""

from collections.abc import Sequence
from typing import Any

from tests.chart import Chart, instant

Timed = Sequence[tuple[str, str]]  # what, and when


def tell(
    chart: Chart,
    *,
    procedures: Timed = (),
    visits: Timed = (),
    orders: Sequence[str] = (),
    notes: Sequence[tuple[str, str, str]] = (),
    problems: Sequence[str | tuple[str, str]] = (),
    signs: Sequence[str | tuple[str, str]] = (),
    medicines: Sequence[str] = (),
    given: Sequence[str] = (),
    not_given: Sequence[str] = (),
    vitals: Sequence[tuple[str, float, str]] = (),
    alarm: str = "",
    stay: str = "",
    plans: Sequence[str] = (),
) -> Chart:
    """The same chart with more in it. A sign or problem may come with its time; a note is text, value, time."""
    if stay:
        chart.stay(stay)
    for text, when in procedures:
        chart.procedure(text, when)
    for text, when in visits:
        chart.appointment(text, when)
    for text in orders:
        chart.order(text, authoredOn=instant("2h"))
    for text, value, when in notes:
        chart.pump_note(text, value, when)
    for problem in problems:
        chart.condition(*([problem] if isinstance(problem, str) else problem))
    for sign in signs:
        chart.sign(*([sign] if isinstance(sign, str) else sign))
    for medicine in medicines:
        chart.medicine(medicine)
    for loinc, value, unit in vitals:
        chart.vital(loinc, value, unit)
    for title in plans:
        chart.add("CarePlan", status="active", intent="plan", title=title)
    if alarm:
        chart.alarm_date(alarm)
    chart.given(*given)
    chart.not_given(*not_given)
    return chart


def tablets(age: float = 54, mg: float = 20, *, order: dict[str, Any] | None = None, **more: Any) -> Chart:
    """Baclofen three times a day at home for more than a year."""
    chart = Chart(age)
    chart.baclofen(mg, 3, **(order or {}))
    return tell(chart, **more)


def pump(name: str = "SynchroMed II", drug: str | None = "baclofen", *, filled: str = "85d", **more: Any) -> Chart:
    """A pump, refilled twelve weeks ago."""
    chart = Chart()
    chart.pump(name, drug=drug)
    if filled:
        chart.procedure("Intrathecal pump refill", filled)
    return tell(chart, **more)


def ward(mg: float = 20, *, hours: int = 60, order: dict[str, Any] | None = None, **more: Any) -> Chart:
    """In hospital, baclofen from home ordered on the ward."""
    chart = Chart()
    chart.stay(f"{hours}h")
    chart.baclofen(mg, 3)
    chart.baclofen(mg, 3, since=f"{hours - 1}h", category="inpatient", **(order or {}))
    return tell(chart, **more)

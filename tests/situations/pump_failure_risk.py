"""Refill, battery, alarm, infection and checks of the pump."""

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ORDER_SIGN
from tests.chart import Chart, Decided, instant
from tests.rules.test_around_surgery import service
from tests.rules.test_pump_device import implanted, reading, told_date
from tests.situations.charts import pump, tell
from tests.situations.telling import Situation

REFILL = "Baclofen pump refill"
REPLACEMENT, REMOVAL = "Intrathecal pump replacement", "Removal of intrathecal baclofen pump"


def rebooked(when: str, status: str = "booked", *, alarm: str = "+40d", empty: str = "", other: str = "",
             filled: str = "85d") -> Decided:  # fmt: skip
    """The visit four days before the alarm date is moved or given up."""
    chart = pump(alarm=alarm, filled=filled)
    if empty:
        told_date(chart, "Pump empty date", empty)
    visit = chart.appointment(REFILL, "+36d")
    if other:
        chart.appointment(REFILL, other)
    return chart.decide(APPOINTMENT_BOOK, [chart.draft(visit, status=status, start=instant(when))])


def empty(day: str, alarm: str = "") -> Chart:
    """A pump with a calculated empty date."""
    chart = pump(alarm=alarm)
    told_date(chart, "Pump empty date", day, "1h")
    return chart


def indicator(day: str, name: str = "SynchroMed II", drug: str | None = "baclofen", booked: str = "") -> Chart:
    """A pump whose replacement indicator showed, or will show, at that day."""
    chart = pump(name, drug)
    told_date(chart, "Pump ERI date", day, "1h")
    return tell(chart, visits=[(REPLACEMENT, booked)] if booked else ())


def read(text: str, value: float, unit: str) -> Chart:
    """A pump read today."""
    chart = pump()
    reading(chart, text, value, unit)
    return chart


def evening(text: str, when: str = "+242h") -> Chart:
    """A date read at the pump with its hour: in ten days at eight o'clock."""
    chart = pump()
    note = chart.pump_note(text, "", "1h")
    del note["valueString"]
    note["valueDateTime"] = instant(when)
    return chart


def said_as(day: str) -> Chart:
    """A pump whose alarm date was written in numbers."""
    chart = pump()
    chart.pump_note("ITB low reservoir alarm date", day, "1h")
    return chart


SITUATIONS = [
    # -- PMP-01
    Situation("PMP-01", "Refill due in ten days", lambda: pump(alarm="+10d").decide()),
    Situation("PMP-01", "Refill due in three days", lambda: pump(alarm="+3d").decide()),
    Situation("PMP-01", "Refill due today", lambda: pump(alarm="0d").decide()),
    Situation("PMP-01", "Refill due yesterday", lambda: pump(alarm="1d", filled="").decide()),
    Situation("PMP-01", "Refill due two days ago", lambda: pump(alarm="2d", filled="").decide()),
    Situation("PMP-01", "Refill due in 15 days", lambda: pump(alarm="+15d").decide()),
    Situation("PMP-01", "Refill due in ten days, booked in seven",
              lambda: pump(alarm="+10d", visits=[(REFILL, "+7d")]).decide()),
    Situation("PMP-01", "Refill due in ten days, booked in eight",
              lambda: pump(alarm="+10d", visits=[(REFILL, "+8d")]).decide()),
    Situation("PMP-01", "Refill due in ten days, booked for that day",
              lambda: pump(alarm="+10d", visits=[(REFILL, "+10d")]).decide()),
    Situation("PMP-01", "Refill due in ten days, booked in eleven",
              lambda: pump(alarm="+10d", visits=[(REFILL, "+11d")]).decide()),
    Situation("PMP-01", "Calculated empty five days ago", lambda: empty("5d").decide()),
    Situation("PMP-01", "Calculated empty in ten days", lambda: empty("+10d").decide()),
    Situation("PMP-01", "Calculated empty in ten days, alarm date in 40", lambda: empty("+10d", "+40d").decide()),
    Situation("PMP-01", "Calculated empty in ten days, alarm date in 17", lambda: empty("+10d", "+17d").decide()),
    Situation("PMP-01", "Alarm date in ten days, calculated empty in 40", lambda: empty("+40d", "+10d").decide()),
    Situation("PMP-01", "Last refill 90 days ago", lambda: pump(filled="90d").decide()),
    Situation("PMP-01", "Last refill 100 days ago", lambda: pump(filled="100d").decide()),
    Situation("PMP-01", "Last refill 160 days ago", lambda: pump(filled="160d").decide()),
    Situation("PMP-01", "Last refill 200 days ago", lambda: pump(filled="200d").decide()),
    Situation("PMP-01", "Nothing known of refills", lambda: pump(filled="").decide()),
    Situation("PMP-01", "Nothing known of refills, interrogated last month",
              lambda: pump(filled="", procedures=[("Intrathecal pump interrogation", "30d")]).decide()),
    Situation("PMP-01", "Refill due yesterday, procedures not read",
              lambda: pump(alarm="2d", filled="").decide(lost=["Procedure"])),
    Situation("PMP-01", "A pump of unknown drug, refill due in ten days",
              lambda: pump(drug=None, alarm="+10d").decide()),
    Situation("PMP-01", "A Prometra of unknown drug", lambda: pump("Prometra II", None, filled="").decide()),
    Situation("PMP-01", "The refill visit is moved past the alarm date", lambda: rebooked("+45d")),
    Situation("PMP-01", "The refill visit is moved to the alarm date", lambda: rebooked("+40d")),
    Situation("PMP-01", "The refill visit is cancelled", lambda: rebooked("+36d", "cancelled")),
    Situation("PMP-01", "The refill visit is cancelled, another is booked in time",
              lambda: rebooked("+36d", "cancelled", other="+30d")),
    Situation("PMP-01", "The refill visit is cancelled, another is booked too late",
              lambda: rebooked("+36d", "cancelled", other="+50d")),
    Situation("PMP-01", "The refill visit is moved past the calculated empty date",
              lambda: rebooked("+50d", empty="+44d")),
    Situation("PMP-01", "The refill visit is moved beyond 180 days after the last refill",
              lambda: rebooked("+170d", alarm="", filled="20d")),
    Situation("PMP-01", "The refill visit is moved while the refill is overdue anyway",
              lambda: rebooked("+45d", alarm="2d", filled="")),
    # -- PMP-02
    Situation("PMP-02", "The replacement indicator showed ten days ago", lambda: indicator("10d").decide()),
    Situation("PMP-02", "The replacement indicator showed 60 days ago", lambda: indicator("60d").decide()),
    Situation("PMP-02", "The replacement indicator showed 95 days ago", lambda: indicator("95d").decide()),
    Situation("PMP-02", "The replacement indicator showed ten days ago, replacement booked",
              lambda: indicator("10d", booked="+20d").decide()),
    Situation("PMP-02", "The replacement indicator showed ten days ago, replacement booked too late",
              lambda: indicator("10d", booked="+85d").decide()),
    Situation("PMP-02", "The replacement indicator showed 60 days ago, drug unknown",
              lambda: indicator("60d", drug=None).decide()),
    Situation("PMP-02", "The replacement indicator showed 60 days ago, procedures not read",
              lambda: indicator("60d").decide(lost=["Procedure"])),
    Situation("PMP-02", "The replacement indicator is due next month", lambda: indicator("+30d").decide()),
    Situation("PMP-02", "A SynchroMed of 71 months", lambda: implanted("SynchroMed II", 71).decide()),
    Situation("PMP-02", "A SynchroMed of 80 months", lambda: implanted("SynchroMed II", 80).decide()),
    Situation("PMP-02", "A SynchroMed of 90 months", lambda: implanted("SynchroMed II", 90).decide()),
    Situation("PMP-02", "A SynchroMed of 80 months, replacement booked",
              lambda: tell(implanted("SynchroMed II", 80), visits=[(REPLACEMENT, "+20d")]).decide()),
    Situation("PMP-02", "A Prometra of ten years", lambda: implanted("Prometra II", 120).decide()),
    Situation("PMP-02", "A Prometra of six years", lambda: implanted("Prometra II", 72).decide()),
    Situation("PMP-02", "A pump without a day of implantation", lambda: pump().decide()),
    # -- PMP-03
    Situation("PMP-03", "A motor stall", lambda: pump(notes=[("Pump status", "motor stall", "3h")]).decide()),
    Situation("PMP-03", "A motor stall of a pump of unknown drug",
              lambda: pump(drug=None, notes=[("Pump status", "motor stall", "3h")]).decide()),
    Situation("PMP-03", "A motor stall, procedures not read",
              lambda: pump(notes=[("Pump status", "motor stall", "3h")]).decide(lost=["Procedure"])),
    Situation("PMP-03", "Two tones", lambda: pump(notes=[("Pump alarm", "two-tone alarm", "3h")]).decide()),
    Situation("PMP-03", "A stall that recovered", lambda: pump(
        notes=[("Pump status", "motor stall", "30h"), ("Pump status", "running as programmed", "20h")]).decide()),
    Situation("PMP-03", "Programmed to 200 mcg/day, prescribed 350",
              lambda: read("Pump daily dose", 200, "mcg/day").decide()),
    Situation("PMP-03", "Programmed to 500 mcg/day, prescribed 350",
              lambda: read("Pump daily dose", 500, "mcg/day").decide()),
    Situation("PMP-03", "Programmed as 500 mcg/mL, filled with 2,000",
              lambda: read("Pump concentration", 500, "mcg/mL").decide()),
    Situation("PMP-03", "Programmed to 350 mcg/day as prescribed",
              lambda: read("Pump daily dose", 350, "mcg/day").decide()),
    Situation("PMP-03", "Programmed in a unit in doubt",
              lambda: (chart := read("Pump daily dose", 200, "mcg/day"), chart.baclofen(200),
                                                                  chart.decide())[-1]),
    # -- PMP-04
    Situation("PMP-04", "An infected pocket",
              lambda: pump(problems=[("Infection of intrathecal pump pocket", "3d")]).decide()),
    Situation("PMP-04", "An infected pocket without a date",
              lambda: pump(problems=["Infection of intrathecal pump pocket"]).decide()),
    Situation("PMP-04", "Meningitis after an infected pocket",
              lambda: pump(problems=[("Infection of intrathecal pump pocket", "9d"), ("Meningitis", "2d")]).decide()),
    Situation("PMP-04", "An infected pocket, bridged", lambda: pump(
        problems=[("Infection of intrathecal pump pocket", "3d")],
        orders=["External intrathecal baclofen infusion via lumbar catheter"]).decide()),
    Situation("PMP-04", "An infected pocket, removal planned", lambda: pump(
        problems=[("Infection of intrathecal pump pocket", "3d")], visits=[(REMOVAL, "+2d")]).decide()),
    Situation("PMP-04", "An infected pocket of a pump of unknown drug",
              lambda: pump(drug=None, problems=[("Infection of intrathecal pump pocket", "3d")]).decide()),
    Situation("PMP-04", "A leaking catheter", lambda: pump(notes=[("Catheter study", "catheter leak", "2d")]).decide()),
    Situation("PMP-04", "A leaking catheter, procedures not read",
              lambda: pump(notes=[("Catheter study", "catheter leak", "2d")]).decide(lost=["Procedure"])),
    Situation("PMP-04", "A leaking catheter two weeks and a day ago",
              lambda: pump(notes=[("Catheter study", "catheter leak", "15d")]).decide()),
    Situation("PMP-04", "Taken out two days ago", lambda: pump(procedures=[(REMOVAL, "2d")]).decide()),
    Situation("PMP-04", "Taken out two days ago, bridged",
              lambda: pump(procedures=[(REMOVAL, "2d"), ("Externalised intrathecal baclofen infusion",
                      "1d")]).decide()),
    Situation("PMP-04", "Taken out 15 days ago", lambda: pump(procedures=[(REMOVAL, "15d")]).decide()),
    Situation("PMP-04", "A pump with morphine", lambda: pump(drug="morphine").decide()),
    Situation("PMP-04", "No infection", lambda: pump().decide(ORDER_SIGN, [service("CT head")])),
    # -- PMP-05
    Situation("PMP-05", "Last checked 200 days ago",
              lambda: pump(filled="", procedures=[("Intrathecal pump interrogation", "200d")]).decide()),
    Situation("PMP-05", "Last checked 180 days ago",
              lambda: pump(filled="", procedures=[("Intrathecal pump interrogation", "180d")]).decide()),
    Situation("PMP-05", "Last read 200 days ago", lambda: (chart := pump(filled="300d"),
              reading(chart, "Pump daily dose", 350, "mcg/day", "200d"), chart.decide())[-1]),
    Situation("PMP-05", "Never checked", lambda: pump(filled="").decide()),
    # -- limits, unknown drugs
    Situation("PMP-02", "The replacement indicator showed 89 days ago", lambda: indicator("89d").decide()),
    Situation("PMP-02", "The replacement indicator showed 90 days ago", lambda: indicator("90d").decide()),
    Situation("PMP-04", "Taken out two days ago, drug unknown",
              lambda: pump(drug=None, procedures=[(REMOVAL, "2d")]).decide()),
    Situation("PMP-04", "A leaking catheter of a pump of unknown drug",
              lambda: pump(drug=None, notes=[("Catheter study", "catheter leak", "2d")]).decide()),
    Situation("PMP-01", "Calculated empty in ten days, alarm date in 18", lambda: empty("+10d", "+18d").decide()),
    Situation("PMP-01", "Nothing known of refills, interrogated 185 days ago",
              lambda: pump(filled="", procedures=[("Intrathecal pump interrogation", "185d")]).decide()),
    Situation("PMP-01", "The refill visit is moved past the calculated empty date alone",
              lambda: rebooked("+50d", alarm="", empty="+44d")),
    Situation("PMP-01", "The refill visit is cancelled, nothing known of refills",
              lambda: rebooked("+36d", "cancelled", alarm="", filled="")),
    Situation("PMP-03", "Programmed to 231 mcg/day, prescribed 350",
              lambda: read("Pump daily dose", 231, "mcg/day").decide()),
    # -- dates that disagree or are not clear; evenings
    Situation("PMP-01", "Alarm date two days ago, calculated empty in 20 days",
              lambda: (chart := pump(alarm="2d"), told_date(chart, "Pump empty date", "+20d", "1h"),
                      chart.decide())[-1]),
    Situation("PMP-01", "Alarm date yesterday, calculated empty in 20 days",
              lambda: (chart := pump(alarm="1d"), told_date(chart, "Pump empty date", "+20d", "1h"),
                      chart.decide())[-1]),
    Situation("PMP-01", "Alarm date today, calculated empty in 20 days",
              lambda: (chart := pump(alarm="0d"), told_date(chart, "Pump empty date", "+20d", "1h"),
                      chart.decide())[-1]),
    Situation("PMP-01", "Last refill on an evening 100 days ago", lambda: pump(filled="2398h").decide()),
    Situation("PMP-01", "Another visit is booked while a refill is due", lambda: (chart := pump(alarm="+40d"),
              chart.decide(APPOINTMENT_BOOK, [chart.draft(chart.appointment("Physiotherapy", "+50d"),
                      status="booked")]))[-1]),
    Situation("PMP-02", "The replacement indicator showed ten days ago, replacement booked on an evening",
              lambda: indicator("10d", booked="+482h").decide()),
    # -- dates that may be read two ways, dates in the facility's zone
    Situation("PMP-01", "An alarm date that may be the fourth of May or the fifth of April",
              lambda: said_as("05/04/2026").decide()),
    Situation("PMP-01", "An alarm date that may be the third of February or the second of March",
              lambda: said_as("03/02/2026").decide()),
    Situation("PMP-01", "Calculated empty ten days ahead, no alarm date", lambda: empty("+10d").decide()),
    Situation("PMP-01", "Calculated empty seven days before the alarm date", lambda: empty("+5d", "+12d").decide()),
    Situation("PMP-01", "Calculated empty eight days before the alarm date", lambda: empty("+5d", "+13d").decide()),
    Situation("PMP-05", "A check of today that nobody dated, the last refill 400 days ago", lambda: (
        chart := pump(filled="400d"), chart.procedure("Intrathecal pump interrogation", "1h").pop("performedDateTime"),
        chart.decide())[-1]),
    # -- on an evening the facility's day is not yet the next one
    Situation("PMP-01", "Due on an evening in ten days", lambda: evening("ITB low reservoir alarm date").decide()),
    Situation("PMP-01", "Overdue since an evening, the alarm date",
              lambda: evening("ITB low reservoir alarm date", "70h").decide()),
    Situation("PMP-01", "Calculated empty since yesterday evening",
              lambda: evening("Pump empty date", "22h").decide()),
    Situation("PMP-02", "The replacement indicator is to show on an evening",
              lambda: evening("Pump ERI date").decide()),
    Situation("PMP-02", "A pump implanted on an evening seven years ago", lambda: (
        chart := pump(filled="20d"), chart.procedure("Implantation of intrathecal baclofen pump", "61366h"),
        chart.decide())[-1]),
    Situation("PMP-05", "The last check on an evening 400 days ago", lambda: pump(filled="9598h").decide()),
    Situation("ABR-04", "Sent home with a pump whose refill is due on an evening", lambda: (
        chart := evening("ITB low reservoir alarm date"), chart.stay("60h"),
        chart.decide(ENCOUNTER_DISCHARGE))[-1]),
    Situation("PER-03", "A knee operation with a pump to be refilled on an evening", lambda: evening(
        "ITB low reservoir alarm date").decide(ORDER_SIGN, [service("Knee arthroplasty; left side", "+74h")])),
    Situation("PMP-01", "The visit is moved past an alarm date on an evening", lambda: (
        chart := evening("ITB low reservoir alarm date"), visit := chart.appointment(REFILL, "+5d"),
        chart.decide(APPOINTMENT_BOOK, [chart.draft(visit, start=instant("+15d"))]))[-1]),
    Situation("PMP-02", "The replacement indicator showed yesterday evening",
              lambda: evening("Pump ERI date", "22h").decide()),
    Situation("PMP-01", "The visit is moved past an alarm date on an evening in 40 days", lambda: (
        chart := evening("ITB low reservoir alarm date", "+962h"), visit := chart.appointment(REFILL, "+36d"),
        chart.decide(APPOINTMENT_BOOK, [chart.draft(visit, start=instant("+45d"))]))[-1]),
    Situation("PMP-01", "Another visit for a refill stands, one is given up", lambda: rebooked(
        "+36d", "cancelled", other="+38d")),
    Situation("ABR-04", "Sent home with a pump whose refill is due in 40 days and not booked", lambda: (
        chart := pump(alarm="+40d"), chart.stay("60h"), chart.decide(ENCOUNTER_DISCHARGE))[-1]),
    Situation("PMP-03", "Programmed to 37 mcg/day more, a tenth",
              lambda: read("Pump daily dose", 387, "mcg/day").decide()),
    Situation("PMP-02", "A pump implanted ten days ago", lambda: pump(
        filled="", procedures=[("Implantation of intrathecal baclofen pump", "10d")]).decide()),
    Situation("PMP-01", "Another visit is booked, the refill's own comes too late", lambda: (
        chart := pump(alarm="+40d", visits=[(REFILL, "+45d")]),
        chart.decide(APPOINTMENT_BOOK, [chart.draft(chart.appointment("Physiotherapy", "+50d"),
                                                    status="booked")]))[-1]),
]  # fmt: skip

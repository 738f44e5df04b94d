"""Findings after a loss of baclofen."""

from typing import Any

from tests.chart import Chart
from tests.situations.charts import pump, tablets, tell
from tests.situations.telling import Situation

STORM = ("Rigidity", "Hallucinations", "Tremor")
HEAT, PULSE, PRESSURE, GCS, CK = "8310-5", "8867-4", "8480-6", "9269-2", "2157-6"
REMOVAL = "Removal of intrathecal baclofen pump"


def omitted(*signs: str, age: float = 54, mg: float = 20, hours: str = "31h", **more: Any) -> Chart:
    """Home baclofen not ordered in the stay."""
    return tablets(age, mg, stay=hours, signs=signs, **more)


def overdue(*signs: str, age: float = 54, name: str = "SynchroMed II", drug: str | None = "baclofen", alarm: str = "6d",
            **more: Any) -> Chart:  # fmt: skip
    """A pump whose alarm date has passed."""
    chart = Chart(age)
    chart.pump(name, drug=drug)
    return tell(chart, alarm=alarm, signs=signs, **more)


SITUATIONS = [
    # -- WDR-01
    Situation("WDR-01", "Rigid, trembling and hallucinating 31 hours after the last dose",
              lambda: omitted(*STORM).decide()),
    Situation("WDR-01", "Hallucinating 31 hours after the last dose",
              lambda: omitted("Visual hallucinations", mg=10).decide()),
    Situation("WDR-01", "Hallucinating and hot after five days without", lambda: omitted(
        "Visual hallucinations", hours="120h", vitals=[(HEAT, 39.5, "Cel")]).decide()),
    Situation("WDR-01", "An infant of three months, hot and rigid", lambda: omitted(
        "Rigidity", "Seizure", age=0.25, mg=2, vitals=[(HEAT, 39.5, "Cel")]).decide()),
    Situation("WDR-01", "Trembling only", lambda: omitted("Tremor").decide()),
    Situation("WDR-01", "Rigid and trembling at low dependence of ten days", lambda: tablets(
        mg=5, order={"since": "10d"}, stay="31h", signs=STORM).decide()),
    Situation("WDR-01", "Rigid and hallucinating, baclofen goes on", lambda: tablets(signs=STORM).decide()),
    Situation("WDR-01", "No findings, and age unknown",
              lambda: (chart := Chart(None), chart.baclofen(), chart.stay("31h"),
                                                              chart.heart_rate(130), chart.decide())[-1]),
    Situation("WDR-01", "Confused and drowsy, tone not documented", lambda: omitted(
        "Delirium", "Stupor", vitals=[(PRESSURE, 85, "mm[Hg]"), (PULSE, 45, "/min")]).decide()),
    Situation("WDR-01", "Confused, trembling and drowsy, tone not documented", lambda: omitted(
        "Delirium", "Hallucinations", "Tremor", "Stupor",
        vitals=[(PRESSURE, 85, "mm[Hg]"), (PULSE, 45, "/min")]).decide()),
    Situation("WDR-01", "Limp and confused", lambda: omitted("Delirium", "Hypotonia", "Hallucinations").decide()),
    Situation("WDR-01", "Stopped nobody knows when, hallucinating and rigid", lambda: tablets(
        order={"status": "stopped", "since": "60d"}, signs=[*STORM, "Seizure"], vitals=[(HEAT, 39.5, "Cel")]).decide()),
    Situation("WDR-01", "Supply out ten days ago, rigid and hallucinating", lambda: (chart := tablets(signs=STORM),
              chart.fill("40d", 30), chart.decide())[-1]),
    Situation("WDR-01", "Rigid and hallucinating, and an infection is coded", lambda: omitted(
        *STORM, problems=[("Pneumonia", "2d")]).decide()),
    Situation("WDR-01", "Without baclofen by mouth", lambda: overdue(*STORM).decide()),
    # -- WDR-02
    Situation("WDR-02", "Rigid and hallucinating, alarm date passed", lambda: overdue(*STORM).decide()),
    Situation("WDR-02", "Rigid, hot and hallucinating, alarm date passed", lambda: overdue(
        *STORM, vitals=[(HEAT, 39.6, "Cel"), (PULSE, 128, "/min")]).decide()),
    Situation("WDR-02", "Itching and trembling, alarm date passed", lambda: overdue("Itching", "Tremor").decide()),
    Situation("WDR-02", "Trembling only, alarm date passed", lambda: overdue("Tremor").decide()),
    Situation("WDR-02", "A child, rigid and hallucinating", lambda: overdue(*STORM, age=9).decide()),
    Situation("WDR-02", "An infant, rigid and hot", lambda: overdue("Rigidity", "Seizure", age=0.3,
                                                                vitals=[(HEAT, 39.5, "Cel")]).decide()),
    Situation("WDR-02", "A pump of unknown drug, rigid and hallucinating", lambda: overdue(*STORM, drug=None).decide()),
    Situation("WDR-02", "A pump of unknown drug, a seizure", lambda: overdue(*STORM, "Seizure", drug=None).decide()),
    Situation("WDR-02", "A pump of unknown model, baclofen with morphine",
              lambda: overdue(*STORM, name="Intrathecal pump", drug="baclofen 40 mg + morphine 20 mg").decide()),
    Situation("WDR-02", "Taken out two days ago, rigid and hallucinating",
              lambda: pump(procedures=[(REMOVAL, "2d")], signs=STORM).decide()),
    Situation("WDR-02", "Taken out two days ago, rigid and hot", lambda: pump(
        procedures=[(REMOVAL, "2d")], signs=STORM, vitals=[(HEAT, 39.6, "Cel")]).decide()),
    Situation("WDR-02", "Taken out 20 days ago, rigid and hallucinating",
              lambda: pump(filled="100d", procedures=[(REMOVAL, "20d")], signs=STORM).decide()),
    Situation("WDR-02", "A pump with morphine, rigid", lambda: overdue(*STORM, drug="morphine").decide()),
    Situation("WDR-02", "Pump status unknown, rigid and hallucinating", lambda: pump(signs=STORM).decide()),
    Situation("WDR-02", "Pump status unknown, rigid, hallucinating and confused",
              lambda: pump(signs=[*STORM, "Delirium"]).decide()),
    Situation("WDR-02", "Interrogated as normal, rigid and hallucinating", lambda: pump(
        signs=[*STORM, "Fever"], notes=[("Pump status", "running as programmed", "3h")]).decide()),
    Situation("WDR-02", "Limp and confused, alarm date passed",
              lambda: overdue("Delirium", "Hypotonia", "Hallucinations").decide()),
    Situation("WDR-02", "Confused and drowsy, alarm date passed", lambda: overdue(
        "Delirium", "Stupor", vitals=[(PRESSURE, 85, "mm[Hg]"), (PULSE, 45, "/min")]).decide()),
    Situation("WDR-02", "Confused, trembling and drowsy, alarm date passed", lambda: overdue(
        "Delirium", "Hallucinations", "Tremor", "Stupor",
        vitals=[(PRESSURE, 85, "mm[Hg]"), (PULSE, 45, "/min")]).decide()),
    # -- WDR-03, WDR-04, REN-03
    Situation("WDR-03", "Withdrawal with raised CK", lambda: omitted(*STORM, vitals=[(CK, 6000, "U/L")]).decide()),
    Situation("WDR-03", "Withdrawal with a fever of 39.0",
              lambda: omitted(*STORM, vitals=[(HEAT, 39.0, "Cel")]).decide()),
    Situation("WDR-03", "Withdrawal with a fever of 38.9",
              lambda: omitted(*STORM, vitals=[(HEAT, 38.9, "Cel")]).decide()),
    Situation("WDR-03", "Withdrawal with kidney injury", lambda: omitted(*STORM, "Acute kidney injury").decide()),
    Situation("WDR-03", "Withdrawal with organ failure",
              lambda: omitted(*STORM, vitals=[("32693-4", 5, "mmol/L")]).decide()),
    Situation("WDR-04", "Withdrawal with a slow heart and low pressure", lambda: omitted(
        *STORM, vitals=[(PRESSURE, 85, "mm[Hg]"), (PULSE, 45, "/min")]).decide()),
    Situation("WDR-04", "Withdrawal with a normal pulse", lambda: omitted(*STORM).decide()),
    Situation("REN-03", "Withdrawal with an eGFR of 24", lambda: omitted(
        *STORM, vitals=[("98979-8", 24, "mL/min/{1.73_m2}")]).decide()),
    Situation("REN-03", "Withdrawal with an eGFR of 70", lambda: omitted(
        *STORM, vitals=[("98979-8", 70, "mL/min/{1.73_m2}")]).decide()),
    # -- after removal, long gaps
    Situation("WDR-02", "A child, taken out two days ago, rigid and hallucinating",
              lambda: (chart := overdue(*STORM, age=9, alarm=""), tell(chart, procedures=[(REMOVAL,
                      "2d")]).decide())[-1]),
    Situation("WDR-02", "An infant, taken out two days ago, rigid and hot", lambda: (chart := overdue(
        *STORM, "Seizure", age=0.3, alarm="", vitals=[(HEAT, 39.5, "Cel")]), tell(chart, procedures=[(REMOVAL,
                      "2d")]).decide())[-1]),
    Situation("WDR-02", "Taken out two days ago, rigid and trembling, delirium without a date", lambda: pump(
        procedures=[(REMOVAL, "2d")], signs=STORM, problems=["Delirium"]).decide()),
    Situation("WDR-02", "A pump with baclofen, morphine and clonidine",
              lambda: overdue(*STORM, drug="baclofen 40 mg + morphine 20 mg + clonidine 100 mcg").decide()),
    Situation("WDR-01", "Hallucinating and rigid exactly three days after the last dose",
              lambda: omitted(*STORM, hours="72h").decide()),
]  # fmt: skip

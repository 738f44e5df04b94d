"""Kidneys, pregnancy and newborns, toxicity, teaching, and doses in doubt."""

from datetime import timedelta
from typing import Any

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ORDER_SIGN
from tests.chart import NOW, Chart, Decided, date, instant
from tests.rules.test_around_surgery import visit
from tests.rules.test_dose_unit_check import by_pump
from tests.rules.test_neonatal_risk import pregnant
from tests.situations.charts import pump, tablets, tell
from tests.situations.suspected_withdrawal import REMOVAL, overdue
from tests.situations.telling import Situation

LIMP = ("Hypotonia", "Itching", "Diaphoresis", "Hallucinations")
EGFR = ("98979-8", "mL/min/{1.73_m2}")
DIALYSIS = ("End stage renal disease on hemodialysis", "900d")


def start(mg: float = 5, **more: Any) -> dict[str, Any]:
    """A draft of baclofen by mouth, three times a day."""
    return Chart().baclofen(mg, 3, "0h", status="draft", **more) | {"id": "new"}


def with_egfr(value: float, chart: Chart | None = None) -> Chart:
    """An eGFR of last month."""
    chart = chart or Chart()
    chart.vital(EGFR[0], value, EGFR[1], "20d")
    return chart


def begun(chart: Chart, mg: float | None = 5, **more: Any) -> Decided:
    """Signing a start."""
    return chart.decide(ORDER_SIGN, [start(mg, **more)])


def newborn(
    *signs: str, told: str = "Newborn affected by maternal use of baclofen", days: int = 2, heat: float = 0
) -> Chart:
    """A child of a few days."""
    chart = Chart(age=None, taught=False)
    chart.resources.append({"resourceType": "Patient", "id": "p1", "birthDate": date(f"{days}d")})
    if told:
        chart.condition(told)
    return tell(chart, signs=signs, vitals=[("8310-5", heat, "Cel")] if heat else ())


def stopped_on_the_ward(chart: Chart) -> Chart:
    """Tablets stopped 20 hours ago, the last given an hour before."""
    chart.stay("60h")
    chart.baclofen(since="59h", category="inpatient", status="stopped", until="20h")
    chart.given("21h")
    return chart


def untaught(*, by_pump: bool = False, mg: float = 20, **more: Any) -> Chart:
    """No teaching on record."""
    chart = Chart(taught=False)
    if by_pump:
        chart.pump()
        tell(chart, alarm="+60d", visits=[("Baclofen pump refill", "+50d")])
    else:
        chart.baclofen(mg, 3)
    return tell(chart, **more)


def teach(chart: Chart, when: str, text: str = "Baclofen teaching: signs of withdrawal") -> Chart:
    """It was taught then."""
    chart.add("Communication", status="completed", sent=instant(when), payload=[{"contentString": text}])
    return chart


SITUATIONS = [
    # -- REN-01
    Situation("REN-01", "A start at 15 mg/day with an eGFR of 24", lambda: begun(with_egfr(24))),
    Situation("REN-01", "A start at 30 mg/day with an eGFR of 24", lambda: begun(with_egfr(24), 10)),
    Situation("REN-01", "A start of a child at 15 mg/day with an eGFR of 24",
              lambda: begun(with_egfr(24, Chart(age=9)))),
    Situation("REN-01", "A start at 15 mg/day with an eGFR of 45", lambda: begun(with_egfr(45))),
    Situation("REN-01", "A start at 9 mg/day with an eGFR of 45", lambda: begun(with_egfr(45), 3)),
    Situation("REN-01", "A start with an eGFR of 70", lambda: begun(with_egfr(70))),
    Situation("REN-01", "A start on dialysis", lambda: begun(tell(Chart(), problems=[DIALYSIS]))),
    Situation("REN-01", "A start without a dose on dialysis",
              lambda: begun(tell(Chart(), problems=[DIALYSIS]), None)),
    Situation("REN-01", "A start in acute kidney injury",
              lambda: begun(tell(Chart(), problems=[("Acute kidney injury", "2d")]))),
    Situation("REN-01", "A rise from 60 to 75 mg/day with an eGFR of 24",
              lambda: begun(with_egfr(24, tablets()), 25, priorPrescription={"reference": "MedicationRequest/r1"})),
    Situation("REN-01", "The same dose again with an eGFR of 24",
              lambda: begun(with_egfr(24, tablets()), 20, priorPrescription={"reference": "MedicationRequest/r1"})),
    Situation("REN-01", "A new start after two months without, eGFR 24",
              lambda: begun(with_egfr(24, tablets(order={"status": "completed", "until": "60d"})), 10)),
    Situation("REN-01", "A pump is started with an eGFR of 24",
              lambda: with_egfr(24, (c := Chart(), c.pump(drug=None))[0]).decide(
        ORDER_SIGN, [by_pump(100)])),
    Situation("REN-01", "A pump's dose is raised with an eGFR of 24", lambda: with_egfr(24, pump()).decide(
        ORDER_SIGN, [by_pump(400, priorPrescription={"reference": "MedicationRequest/r2"})])),
    Situation("REN-01", "A pump's dose is lowered with an eGFR of 24", lambda: with_egfr(24, pump()).decide(
        ORDER_SIGN, [by_pump(300, priorPrescription={"reference": "MedicationRequest/r2"})])),
    Situation("REN-01", "A start at 70 years, no eGFR", lambda: begun(Chart(age=70))),
    Situation("REN-01", "A start in kidney disease with a neurogenic bladder, no eGFR", lambda: begun(
        tell(Chart(), problems=[("Chronic kidney disease", "900d"), ("Neurogenic bladder", "900d")]))),
    Situation("REN-01", "A start at 54 years, no eGFR", lambda: begun(Chart())),
    Situation("REN-01", "Nothing of baclofen in the drafts", lambda: with_egfr(24, tablets()).decide(
        ORDER_SIGN, [Chart().medicine("amoxicillin", "0h", status="draft")])),
    # -- REN-02
    Situation("REN-02", "60 mg/day with an eGFR of 24", lambda: with_egfr(24, tablets()).decide()),
    Situation("REN-02", "60 mg/day on dialysis", lambda: tablets(problems=[DIALYSIS]).decide()),
    Situation("REN-02", "60 mg/day with an eGFR of 45", lambda: with_egfr(45, tablets()).decide()),
    Situation("REN-02", "Ten days of baclofen with an eGFR of 24", lambda: with_egfr(
        24, tablets(mg=5, order={"since": "10d"})).decide()),
    Situation("REN-02", "Withdrawal with an eGFR of 24", lambda: with_egfr(24, tablets(
        stay="31h", signs=["Rigidity", "Hallucinations", "Tremor"])).decide()),
    Situation("REN-02", "Toxicity with an eGFR of 24",
              lambda: with_egfr(24, tablets(signs=["Hypotonia", "Stupor"])).decide()),
    Situation("REN-02", "A stop is signed with an eGFR of 24", lambda: (chart := with_egfr(24, tablets())).decide(
        ORDER_SIGN, [chart.draft(chart.resources[2], status="stopped")])),
    Situation("REN-02", "No baclofen by mouth, eGFR 24", lambda: with_egfr(24, pump()).decide()),
    # -- NEO-01
    Situation("NEO-01", "Pregnant, due in 100 days", lambda: pregnant("+100d").decide()),
    Situation("NEO-01", "Pregnant, due in 40 days", lambda: pregnant("+40d").decide()),
    Situation("NEO-01", "Pregnant, weeks unknown", lambda: pregnant(None).decide()),
    Situation("NEO-01", "Pregnant with a pump alone", lambda: (chart := pregnant("+40d", baclofen=False), chart.pump(),
                                                            tell(chart, alarm="+60d").decide())[-1]),
    Situation("NEO-01", "Pregnant with a pump alone, weeks unknown", lambda: (chart := pregnant(None, baclofen=False),
              chart.pump(), tell(chart, alarm="+60d").decide())[-1]),
    Situation("NEO-01", "Pregnant, ten days of baclofen", lambda: (chart := pregnant("+40d", baclofen=False),
              chart.baclofen(5, 3, "10d"), chart.decide())[-1]),
    Situation("NEO-01", "A man", lambda: (chart := pregnant("+40d"), chart.resources[1].update(gender="male"),
                                       chart.decide())[-1]),
    Situation("NEO-01", "Not pregnant", lambda: tablets().decide()),
    # -- NEO-02
    Situation("NEO-02", "A newborn whose mother took baclofen", lambda: newborn().decide()),
    Situation("NEO-02", "The same with tremor and fever", lambda: newborn("Tremor", heat=38.4).decide()),
    Situation("NEO-02", "The same with a seizure", lambda: newborn("Seizure").decide()),
    Situation("NEO-02", "A newborn whose mother took an unnamed drug",
              lambda: newborn(told="Maternal medication exposure in utero").decide()),
    Situation("NEO-02", "A newborn of nobody on baclofen", lambda: newborn(told="").decide()),
    Situation("NEO-02", "A child of 40 days", lambda: newborn(days=40).decide()),
    # -- TOX-01
    Situation("TOX-01", "Limp and stuporous", lambda: tablets(signs=["Hypotonia", "Stupor"]).decide()),
    Situation("TOX-01", "Stuporous and slow, tone not documented", lambda: tablets(
        signs=["Stupor", "Bradycardia", "Hypotension"]).decide()),
    Situation("TOX-01", "Limp in coma",
              lambda: tablets(signs=["Hypotonia"], vitals=[("9269-2", 7, "{score}")]).decide()),
    Situation("TOX-01", "Limp and breathing slowly, on dialysis with a new opioid", lambda: tablets(
        signs=["Hypotonia"], vitals=[("9279-1", 8, "/min")], problems=[DIALYSIS],
                      medicines=["morphine 10 mg"]).decide()),
    Situation("TOX-01", "Limp after a seizure", lambda: tablets(signs=["Hypotonia", "Stupor", "Seizure"]).decide()),
    Situation("TOX-01", "Limp after a refill of the pump",
              lambda: pump(filled="20h", signs=["Hypotonia", "Bradycardia"]).decide()),
    Situation("TOX-01", "Limp after an operation on the pump", lambda: pump(
        procedures=[("Intrathecal pump replacement", "3d")], signs=["Hypotonia", "Bradycardia"]).decide()),
    Situation("TOX-01", "Limp only", lambda: tablets(signs=["Hypotonia"]).decide()),
    Situation("TOX-01", "Rigid and stuporous", lambda: tablets(signs=["Rigidity", "Stupor", "Bradycardia"]).decide()),
    Situation("TOX-01", "A fast pulse after pump work, tone normal", lambda: pump(
        procedures=[("Intrathecal pump replacement", "3d")], signs=["Normal muscle tone"],
        vitals=[("8867-4", 130, "/min")]).decide()),
    Situation("TOX-01", "Limp with no baclofen on board", lambda: tablets(
        order={"status": "completed", "until": "60d"}, signs=["Hypotonia", "Stupor"]).decide()),
    Situation("TOX-01", "Withdrawal or toxicity, toxicity as many points", lambda: tablets(
        stay="31h", signs=["Delirium", "Stupor"], vitals=[("8480-6", 85, "mm[Hg]"), ("8867-4", 45, "/min")]).decide()),
    Situation("TOX-01", "Withdrawal or toxicity, withdrawal more points", lambda: tablets(
        stay="31h", signs=["Delirium", "Hallucinations", "Tremor", "Stupor"],
        vitals=[("8480-6", 85, "mm[Hg]"), ("8867-4", 45, "/min")]).decide()),
    # -- EDU-01
    Situation("EDU-01", "Never taught, tablets", lambda: untaught().decide()),
    Situation("EDU-01", "Never taught, pump", lambda: untaught(by_pump=True).decide()),
    Situation("EDU-01", "Taught two years ago, tablets", lambda: teach(untaught(), "730d").decide()),
    Situation("EDU-01", "Taught last month, tablets", lambda: teach(untaught(), "30d").decide()),
    Situation("EDU-01", "Taught last month, pump without a supply for an emergency",
              lambda: teach(untaught(by_pump=True), "30d").decide()),
    Situation("EDU-01", "Taught last month, pump with a supply for an emergency", lambda: teach(
        untaught(by_pump=True), "30d", "Baclofen teaching; emergency supply of baclofen by mouth given").decide()),
    Situation("EDU-01", "Never taught and pregnant", lambda: (chart := untaught(), chart.condition("Pregnancy", "90d"),
                                                           chart.decide())[-1]),
    Situation("EDU-01", "Never taught, low dependence", lambda: untaught(mg=3).decide()),
    Situation("EDU-01", "Never taught, in hospital", lambda: untaught(stay="5h").decide()),
    Situation("EDU-01", "Never taught, at discharge", lambda: untaught(stay="5h").decide(ENCOUNTER_DISCHARGE)),
    Situation("EDU-01", "Never taught, stopped yesterday", lambda: (chart := Chart(taught=False), chart.baclofen(
        status="stopped", until="20h"), chart.decide())[-1]),
    Situation("EDU-01", "Never taught, a refill is booked",
              lambda: untaught(by_pump=True).decide(APPOINTMENT_BOOK, [visit("Baclofen pump refill", "+50d")])),
    Situation("EDU-01", "Never taught, a refill is cancelled", lambda: untaught(by_pump=True).decide(
        APPOINTMENT_BOOK, [visit("Baclofen pump refill", "+50d", status="cancelled")])),
    Situation("EDU-01", "Never taught, answered 100 days ago",
              lambda: untaught().decide(taught=NOW - timedelta(days=100))),
    Situation("EDU-01", "Never taught, answered 180 days ago",
              lambda: untaught().decide(taught=NOW - timedelta(days=180))),
    # -- FND-02
    Situation("FND-02", "350 mg/day by pump", lambda: pump().decide(ORDER_SIGN, [by_pump(350, "mg/day")])),
    Situation("FND-02", "3,000 mcg/day by pump", lambda: pump().decide(ORDER_SIGN, [by_pump(3000)])),
    Situation("FND-02", "9 mcg/day by pump", lambda: pump().decide(ORDER_SIGN, [by_pump(9)])),
    Situation("FND-02", "A thousandth of the pump's dose", lambda: pump().decide(ORDER_SIGN, [by_pump(0.35)])),
    Situation("FND-02", "20 mcg by mouth", lambda: Chart().decide(ORDER_SIGN, [
        (d := start(), d["dosageInstruction"][0].update(doseAndRate=[{"doseQuantity": {"value": 20,
                      "unit": "mcg"}}]), d)[-1]])),
    Situation("FND-02", "90 mg/day by mouth", lambda: begun(Chart(), 30)),
    Situation("FND-02", "330 mg/day by mouth", lambda: begun(Chart(), 110)),
    Situation("FND-02", "90 mg/day for a child of unknown weight", lambda: begun(Chart(age=9), 30)),
    Situation("FND-02", "60 mg/day for a child of 20 kg",
              lambda: begun(tell(Chart(age=9), vitals=[("29463-7", 20, "kg")]), 20)),
    Situation("FND-02", "45 mg/day for a child of 20 kg",
              lambda: begun(tell(Chart(age=9), vitals=[("29463-7", 20, "kg")]), 15)),
    Situation("FND-02", "330 mg/day and 90 mg/day in hand", lambda: tablets(mg=30).decide(
        ORDER_SIGN, [start(110)])),
    Situation("FND-02", "60 mg/day by mouth", lambda: begun(Chart(), 20)),
    # -- more
    Situation("REN-01", "A start after 30 days without, eGFR 24", lambda: begun(
        with_egfr(24, tablets(order={"status": "completed", "until": "29.9d"})), 20)),
    Situation("REN-01", "A start after 31 days without, eGFR 24", lambda: begun(
        with_egfr(24, tablets(order={"status": "completed", "until": "30.2d"})), 20)),
    Situation("REN-01", "A start of what was never taken, eGFR 24", lambda: begun(with_egfr(24, tablets(
        order={"statement": True, "status": "not-taken", "statusReason": [{"text": "Never started"}]})), 20)),
    Situation("REN-01", "A start without a dose with an eGFR of 24",
              lambda: begun(with_egfr(24), None)),
    Situation("REN-01", "A rise to an unknown dose with an eGFR of 24", lambda: begun(
        with_egfr(24, tablets()), None, priorPrescription={"reference": "MedicationRequest/r1"})),
    Situation("TOX-01", "Limp after a seizure of before the tablets were stopped", lambda: tablets(
        order={"status": "active", "until": "20h"}, given=["21h"], signs=["Hypotonia", "Stupor", ("Seizure",
                      "30h")]).decide()),
    Situation("TOX-01", "Limp after a seizure of before the pump stalled", lambda: (chart := pump(
        notes=[("Pump status", "motor stall", "20h")], signs=["Hypotonia", "Stupor", ("Seizure", "30h")]),
        chart.baclofen(), chart.decide())[-1]),
    Situation("TOX-01", "Withdrawal or toxicity by pump, toxicity as many points", lambda: pump(
        notes=[("Pump status", "motor stall", "20h")], signs=["Itching", "Stupor"],
        vitals=[("8480-6", 85, "mm[Hg]"), ("8867-4", 45, "/min")]).decide()),
    Situation("TOX-01", "Limp in a coma of GCS 8",
              lambda: tablets(signs=["Hypotonia"], vitals=[("9269-2", 8, "{score}")]).decide()),
    Situation("NEO-02", "A newborn exposed to an unnamed drug, with its date", lambda: (chart := newborn(told=""),
              chart.condition("Maternal medication exposure in utero.", "1d"), chart.decide())[-1]),
    Situation("REN-01", "A start at exactly 20 mg/day with an eGFR of 24", lambda: with_egfr(24).decide(
        ORDER_SIGN, [Chart().baclofen(5, 4, "0h", status="draft") | {"id": "new"}])),
    Situation("REN-01", "A start in micrograms with an eGFR of 24",
              lambda: (d := start(20), d["dosageInstruction"][0].update(
        doseAndRate=[{"doseQuantity": {"value": 20, "unit": "mcg"}}]), with_egfr(24).decide(ORDER_SIGN, [d]))[-1]),
    Situation("REN-01", "A start at 330 mg/day with an eGFR of 24", lambda: begun(with_egfr(24), 110)),
    Situation("TOX-01", "Withdrawal or toxicity, the same points", lambda: tablets(
        stay="31h", signs=["Delirium", "Hallucinations", "Stupor"],
        vitals=[("8480-6", 85, "mm[Hg]"), ("8867-4", 45, "/min")]).decide()),
    Situation("WDR-01", "Withdrawal or toxicity, the same points, told with toxicity", lambda: tablets(
        stay="31h", signs=["Delirium", "Hallucinations", "Stupor"],
        vitals=[("8480-6", 85, "mm[Hg]"), ("8867-4", 45, "/min")]).decide()),
    Situation("EDU-01", "Never taught, a pump with morphine beside tablets", lambda: (
        chart := untaught(), chart.pump(drug="morphine"), chart.decide())[-1]),
    Situation("TOX-01", "High pressure after pump work, tone normal", lambda: pump(
        procedures=[("Intrathecal pump replacement", "3d")], signs=["Normal muscle tone"],
        vitals=[("8480-6", 175, "mm[Hg]"), ("8867-4", 130, "/min")]).decide()),
    Situation("TOX-01", "A fast pulse after a refill, limp", lambda: pump(
        filled="3d", signs=["Hypotonia"], vitals=[("8867-4", 130, "/min")]).decide()),
    Situation("TOX-01", "High pressure after a revision, tone normal", lambda: pump(
        procedures=[("Intrathecal catheter revision", "3d")], signs=["Normal muscle tone"],
        vitals=[("8480-6", 175, "mm[Hg]")]).decide()),
    Situation("TOX-01", "A fast pulse after an implant, tone normal", lambda: pump(
        filled="", procedures=[("Implantation of intrathecal baclofen pump", "3d")], signs=["Normal muscle tone"],
        vitals=[("8867-4", 130, "/min")]).decide()),
    Situation("TOX-01", "A fast pulse five days after pump work, tone normal", lambda: pump(
        procedures=[("Intrathecal pump replacement", "5d")], signs=["Normal muscle tone"],
        vitals=[("8867-4", 130, "/min")]).decide()),
    Situation("TOX-01", "A normal pulse after pump work, tone normal", lambda: pump(
        procedures=[("Intrathecal pump replacement", "3d")], signs=["Normal muscle tone"],
        vitals=[("8867-4", 80, "/min")]).decide()),
    Situation("TOX-01", "A fast pulse after pump work, tone not documented", lambda: pump(
        procedures=[("Intrathecal pump replacement", "3d")], vitals=[("8867-4", 130, "/min")]).decide()),
    # -- both low and high tone, none on board, a seizure
    Situation("TOX-01", "Taken out three days ago, limp, itching and sweating", lambda: overdue(
        *LIMP, alarm="", procedures=[(REMOVAL, "3d")]).decide()),
    Situation("TOX-01", "Tablets long over and the pump taken out, limp, itching and hallucinating", lambda: (
        chart := overdue(*LIMP, alarm="",
                         procedures=[(REMOVAL, "3d")]),
        chart.baclofen(status="stopped", until="300d"), chart.decide())[-1]),
    Situation("TOX-01", "Tablets stopped five days ago, limp, itching and hallucinating", lambda: tablets(
        order={"status": "stopped", "until": "5d"}, signs=LIMP).decide()),
    Situation("TOX-01", "A pump that goes on, tablets stopped yesterday, limp, itching and hallucinating", lambda: (
        chart := pump(signs=LIMP, notes=[("Pump status", "running as programmed", "3h")]),
        chart.baclofen(status="stopped", until="30h"), chart.decide())[-1]),
    Situation("TOX-01", "Both limp and rigid, cold, slow and low", lambda: tablets(
        signs=["Hypotonia", "Rigidity", "Bradycardia", "Hypotension"]).decide()),
    Situation("TOX-01", "Both limp and rigid, slow", lambda: tablets(
        signs=["Hypotonia", "Rigidity", "Bradycardia"]).decide()),
    Situation("TOX-01", "Rigid, drowsy, slow and low", lambda: tablets(
        signs=["Stupor", "Rigidity", "Bradycardia", "Hypotension"]).decide()),
    Situation("TOX-01", "Both limp and rigid, slow and low, and hallucinating in withdrawal", lambda: tablets(
        stay="31h", signs=["Hypotonia", "Rigidity", "Bradycardia", "Hypotension", "Hallucinations"]).decide()),
    Situation("TOX-01", "Both limp and rigid by pump, slow and low", lambda: pump(
        signs=["Hypotonia", "Rigidity", "Bradycardia", "Hypotension"],
        notes=[("Pump status", "running as programmed", "3h")]).decide()),
    Situation("TOX-01", "Limp alone after 31 hours without a dose, hallucinating", lambda: tablets(
        stay="31h", signs=["Hypotonia", "Hallucinations", "Delirium"]).decide()),
    Situation("TOX-01", "Limp and drowsy with a pump, a seizure of before the ward stopped the tablets", lambda: (
        chart := pump(signs=["Hypotonia", "Stupor", ("Seizure", "30h")]),
        stopped_on_the_ward(chart).decide())[-1]),
    Situation("TOX-01", "Limp and drowsy with a pump, no seizure, the ward stopped the tablets", lambda: (
        chart := pump(signs=["Hypotonia", "Stupor"]),
        stopped_on_the_ward(chart).decide())[-1]),
    Situation("TOX-01", "A fast pulse after pump work on a pump with morphine", lambda: pump(
        drug="morphine", procedures=[("Intrathecal pump replacement", "3d")], signs=["Normal muscle tone"],
        vitals=[("8867-4", 130, "/min")]).decide()),
    Situation("NEO-02", "A newborn with four signs", lambda: newborn(
        "Tremor", "Poor feeding", "High pitched cry", "Irritability", "Rigidity").decide()),
    Situation("NEO-02", "A newborn exposed to an unnamed drug, on an evening", lambda: (chart := newborn(told=""),
              chart.condition("Maternal medication exposure in utero", "22h"), chart.decide())[-1]),
    Situation("REN-01", "A start more than 30 days after the last dose with an eGFR of 24", lambda: begun(
        with_egfr(24, tablets(mg=30, order={"status": "stopped", "until": "31d"})), 5)),
    Situation("REN-01", "The same dose 29 days after the last with an eGFR of 24", lambda: begun(
        with_egfr(24, tablets(mg=30, order={"status": "stopped", "until": "29d"})), 5)),
    Situation("REN-02", "An eGFR of 24 on tablets, rigid, drowsy, slow and low", lambda: with_egfr(24, tablets(
        signs=["Rigidity", "Stupor", "Bradycardia", "Hypotension"])).decide()),
    Situation("REN-02", "An eGFR of 24, and baclofen is known from a list of home medicines alone", lambda: (
        chart := with_egfr(24), chart.baclofen(statement=True), chart.decide())[-1]),
    Situation("TOX-01", "A fast pulse after work on a pump with morphine, beside tablets of baclofen", lambda: (
        chart := pump(drug="morphine", procedures=[("Intrathecal pump replacement", "3d")],
                      signs=["Normal muscle tone"], vitals=[("8867-4", 130, "/min")]),
        chart.baclofen(), chart.decide())[-1]),
]  # fmt: skip

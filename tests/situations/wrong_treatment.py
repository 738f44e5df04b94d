"""What is ordered while withdrawal is suspected."""

from typing import Any

from cards.hooks import ORDER_SIGN
from tests.chart import Chart, Decided
from tests.rules.test_wrong_treatment import draft, pump_overdue, service, tablets, tablets_stopped
from tests.situations.charts import tablets as at_home
from tests.situations.charts import tell
from tests.situations.telling import Situation

PHYSOSTIGMINE, FLUMAZENIL = "Physostigmine 1 mg IV", "Flumazenil 0.2 mg IV"
HALDOL, DANTROLENE = "Haloperidol 5 mg IM", "Dantrolene 2.5 mg/kg IV"
LORAZEPAM, CYPROHEPTADINE = "Lorazepam 2 mg IV", "Cyproheptadine 4 mg tablet"
REFILL, CT = "Intrathecal pump refill", "CT head"


def signing(chart: Chart, *drafts: dict[str, Any], **more: Any) -> Decided:
    """Order-sign with these drafts."""
    return chart.decide(ORDER_SIGN, drafts, **more)


def fewer_tablets() -> Decided:
    """60 mg/day beside the failed pump become 30."""
    chart = pump_overdue()
    before = chart.baclofen(20, 3)
    return signing(chart, tablets(10) | {"priorPrescription": {"reference": f"MedicationRequest/{before['id']}"}})


SITUATIONS = [
    # -- TXE-01
    Situation("TXE-01", "Tablets for a failed pump", lambda: signing(pump_overdue(), tablets())),
    Situation("TXE-01", "Tablets for a failed pump, itching only",
              lambda: signing(pump_overdue(grave=False), tablets())),
    Situation("TXE-01", "Tablets and a refill for a failed pump",
              lambda: signing(pump_overdue(), tablets(), service(REFILL))),
    Situation("TXE-01", "Tablets for a failed pump, procedures not read",
              lambda: signing(pump_overdue(), tablets(), lost=["Procedure"])),
    Situation("TXE-01", "Tablets for lost tablets", lambda: signing(tablets_stopped(), tablets())),
    Situation("TXE-01", "No more tablets than before, beside a failed pump", fewer_tablets),
    Situation("TXE-01", "An antibiotic", lambda: signing(pump_overdue(), draft("Ceftriaxone 1 g IV"))),
    # -- TXE-02
    Situation("TXE-02", "Dantrolene alone for a failed pump", lambda: signing(pump_overdue(), draft(DANTROLENE))),
    Situation("TXE-02", "Dantrolene alone for lost tablets", lambda: signing(tablets_stopped(), draft(DANTROLENE))),
    Situation("TXE-02", "Dantrolene and tablets", lambda: signing(tablets_stopped(), draft(DANTROLENE), tablets())),
    Situation("TXE-02", "Dantrolene and a benzodiazepine",
              lambda: signing(tablets_stopped(), draft(DANTROLENE), draft(LORAZEPAM))),
    Situation("TXE-02", "Dantrolene without withdrawal", lambda: signing(at_home(), draft(DANTROLENE))),
    # -- TXE-03
    Situation("TXE-03", "Physostigmine in withdrawal", lambda: signing(tablets_stopped(), draft(PHYSOSTIGMINE))),
    Situation("TXE-03", "Flumazenil in withdrawal", lambda: signing(tablets_stopped(), draft(FLUMAZENIL))),
    Situation("TXE-03", "Both in withdrawal",
              lambda: signing(tablets_stopped(), draft(FLUMAZENIL), draft(PHYSOSTIGMINE))),
    Situation("TXE-03", "Physostigmine in toxicity", lambda: signing(
        at_home(signs=["Hypotonia", "Stupor"]), draft(PHYSOSTIGMINE))),
    Situation("TXE-03", "Physostigmine in somebody well", lambda: signing(at_home(), draft(PHYSOSTIGMINE))),
    Situation("TXE-03", "Flumazenil after a seizure", lambda: signing(at_home(signs=["Seizure"]), draft(FLUMAZENIL))),
    Situation("TXE-03", "Flumazenil in somebody on lorazepam", lambda: signing(
        at_home(medicines=[LORAZEPAM]), draft(FLUMAZENIL))),
    Situation("TXE-03", "Flumazenil in somebody well", lambda: signing(at_home(), draft(FLUMAZENIL))),
    Situation("TXE-03", "Flumazenil after a seizure, and physostigmine", lambda: signing(
        at_home(signs=["Seizure", "Hypotonia", "Stupor"]), draft(FLUMAZENIL), draft(PHYSOSTIGMINE))),
    Situation("TXE-03", "Flumazenil where withdrawal or toxicity is open", lambda: signing(
        at_home(stay="31h", signs=["Delirium", "Hallucinations", "Tremor", "Stupor"],
                vitals=[("8480-6", 85, "mm[Hg]"), ("8867-4", 45, "/min")]), draft(FLUMAZENIL))),
    # -- TXE-04
    Situation("TXE-04", "Cyproheptadine alone for a failed pump",
              lambda: signing(pump_overdue(), draft(CYPROHEPTADINE))),
    Situation("TXE-04", "Cyproheptadine alone for a child",
              lambda: signing(pump_overdue(age=9), draft(CYPROHEPTADINE))),
    Situation("TXE-04", "Tizanidine alone for lost tablets",
              lambda: signing(tablets_stopped(), draft("Tizanidine 4 mg tablet"))),
    Situation("TXE-04", "Tizanidine and gabapentin for lost tablets", lambda: signing(
        tablets_stopped(), draft("Tizanidine 4 mg tablet"), draft("Gabapentin 300 mg capsule"))),
    Situation("TXE-04", "Tizanidine beside tablets", lambda: signing(
        tablets_stopped(), draft("Tizanidine 4 mg tablet"), tablets())),
    Situation("TXE-04", "Tizanidine without withdrawal", lambda: signing(at_home(), draft("Tizanidine 4 mg tablet"))),
    # -- TXE-05
    Situation("TXE-05", "A head scan alone for a failed pump", lambda: signing(pump_overdue(), service(CT))),
    Situation("TXE-05", "A head scan and a culture for lost tablets", lambda: signing(
        tablets_stopped(), service(CT), service("Blood culture"))),
    Situation("TXE-05", "A head scan and a refill", lambda: signing(pump_overdue(), service(CT), service(REFILL))),
    Situation("TXE-05", "A head scan and tablets", lambda: signing(tablets_stopped(), service(CT), tablets())),
    Situation("TXE-05", "A head scan without withdrawal", lambda: signing(at_home(), service(CT))),
    Situation("TXE-05", "A head scan after baclofen was given back", lambda: signing(
        tell(tablets_stopped(), given=["1h"]), service(CT))),
    # -- TXE-06
    Situation("TXE-06", "Haloperidol for hallucinations, a failed pump",
              lambda: signing(pump_overdue(), draft(HALDOL))),
    Situation("TXE-06", "Haloperidol for hallucinations, lost tablets",
              lambda: signing(tablets_stopped(), draft(HALDOL))),
    Situation("TXE-06", "Haloperidol beside tablets", lambda: signing(tablets_stopped(), draft(HALDOL), tablets())),
    Situation("TXE-06", "Haloperidol for agitation alone", lambda: signing(
        tablets_stopped("Agitation", heat=37.0), draft(HALDOL))),
    Situation("TXE-06", "Haloperidol for tremor", lambda: signing(tablets_stopped("Tremor", heat=37.0), draft(HALDOL))),
    Situation("TXE-06", "Haloperidol for somebody on baclofen",
              lambda: signing(at_home(signs=["Agitation"]), draft(HALDOL))),
    Situation("TXE-06", "Haloperidol for agitation, tablets stopped 20 hours ago", lambda: signing(
        at_home(order={"status": "stopped", "until": "20h"}, signs=["Agitation"]), draft(HALDOL))),
    Situation("TXE-06", "Haloperidol for agitation after ten days of baclofen", lambda: signing(
        at_home(mg=5, order={"since": "10d", "status": "stopped", "until": "26h"}, signs=["Agitation"]),
                      draft(HALDOL))),
    Situation("TXE-03", "Flumazenil for somebody without baclofen", lambda: signing(
        tell(Chart(), signs=["Seizure"], problems=["Baclofen overdose"]), draft(FLUMAZENIL))),
    Situation("TXE-05", "A head scan after the pump team was called", lambda: signing(
        tell(pump_overdue(), procedures=[("Consult pump clinic", "2h")]), service(CT))),
    Situation("TXE-05", "A head scan, and an order is revoked", lambda: signing(
        pump_overdue(), service(CT), service("Blood culture") | {"status": "revoked"})),
    Situation("TXE-05", "A head scan that is active already",
              lambda: signing(pump_overdue(), service(CT) | {"status": "active"})),
    Situation("TXE-05", "A head scan, and another is forbidden", lambda: signing(
        pump_overdue(), service(CT), service("MRI brain") | {"doNotPerform": True})),
    Situation("TXE-05", "A head scan beside a diet that stands", lambda: (
        chart := pump_overdue(), chart.order("Regular diet"), signing(chart, service(CT)))[-1]),
]  # fmt: skip

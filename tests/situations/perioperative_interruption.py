"""Operations, fasting, anaesthetics, scans: with tablets and with a pump."""

from typing import Any

from cards.hooks import APPOINTMENT_BOOK, ORDER_SIGN
from tests.chart import SUBJECT, Chart, Decided, Resource, instant
from tests.rules.test_around_surgery import service, visit
from tests.situations.charts import pump, tablets, tell, ward
from tests.situations.telling import Situation

KNEE, WORDS = "Knee arthroplasty", "Knee arthroplasty; right side"
REMOVAL, REVISION = "Removal of intrathecal baclofen pump", "Intrathecal catheter revision"
REPLACEMENT, IMPLANT = "Intrathecal pump replacement", "Implantation of intrathecal baclofen pump"


def order(chart: Chart, text: str, when: str = "+3d", **more: Any) -> Decided:
    """Signing a service order."""
    return chart.decide(ORDER_SIGN, [service(text, when, **more)])


def booking(chart: Chart, text: str, when: str = "+3d", **more: Any) -> Decided:
    """Booking a visit."""
    return chart.decide(APPOINTMENT_BOOK, [visit(text, when, **more)])


def fasting(chart: Chart, text: str = "NPO after midnight", lost: tuple[str, ...] | list[str] = ()) -> Decided:
    """Signing a diet order."""
    draft: Resource = {"resourceType": "NutritionOrder", "id": "n", "status": "draft", "intent": "order",
                       "patient": SUBJECT, "dateTime": instant("0h"),
                      "oralDiet": {"type": [{"text": text}]}}  # fmt: skip
    return chart.decide(ORDER_SIGN, [draft], lost=lost)


def hold(chart: Chart) -> Decided:
    """Signing a hold of the first baclofen order."""
    first = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    return chart.decide(ORDER_SIGN, [chart.draft(first, status="on-hold")])


def without_a_day(text: str) -> Resource:
    """A service order whose day is open."""
    draft = service(text)
    del draft["occurrenceDateTime"]
    return draft


def after_surgery(last: str, **more: Any) -> Chart:
    """Operated on 30 hours ago, the last dose so long ago."""
    return ward(procedures=[(KNEE, "30h")], given=[last], **more)


SITUATIONS = [
    # -- PER-01
    Situation("PER-01", "A knee operation is ordered", lambda: order(tablets(), KNEE)),
    Situation("PER-01", "A knee operation is ordered, 10 mg/day", lambda: order(tablets(mg=3), KNEE)),
    Situation("PER-01", "A knee operation is ordered after ten days of baclofen",
              lambda: order(tablets(mg=5, order={"since": "10d"}), KNEE)),
    Situation("PER-01", "A knee operation without a day is ordered",
              lambda: tablets().decide(ORDER_SIGN, [without_a_day(KNEE)])),
    Situation("PER-01", "A knee operation is booked", lambda: booking(tablets(), KNEE)),
    Situation("PER-01", "A knee operation stands in the chart", lambda: tablets(visits=[(KNEE, "+3d")]).decide()),
    Situation("PER-01", "A knee operation in two months", lambda: tablets(visits=[(KNEE, "+60d")]).decide()),
    Situation("PER-01", "A knee operation yesterday, no dose since",
              lambda: tablets(procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-01", "A knee operation yesterday, dosed since",
              lambda: ward(procedures=[(KNEE, "30h")], given=["2h"]).decide()),
    Situation("PER-01", "A knee operation yesterday, baclofen ordered on the ward",
              lambda: ward(procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-01", "A knee operation is ordered, the plan says that baclofen goes on",
              lambda: order(tablets(plans=["Continue baclofen perioperatively"]), KNEE)),
    Situation("PER-01", "A knee operation is ordered together with a hold",
              lambda: (chart := tablets()).decide(ORDER_SIGN, [service(KNEE),
                       chart.draft(chart.resources[-1], status="on-hold")])),
    Situation("PER-01", "A knee operation is ordered while a fast stands",
              lambda: order(tell(tablets(), orders=["NPO after midnight"]), KNEE)),
    Situation("PER-01", "A knee operation is ordered together with baclofen",
              lambda: tablets().decide(ORDER_SIGN, [service(KNEE), Chart().baclofen(since="0h", status="draft")])),
    Situation("PER-01", "A skin operation under local anaesthesia",
              lambda: booking(tablets(), "Skin lesion excision surgery under local anesthesia")),
    Situation("PER-01", "A skin operation under local anaesthesia, fasting",
              lambda: booking(tablets(), "Skin lesion excision surgery under local anesthesia, NPO after midnight")),
    Situation("PER-01", "A skin operation under local anaesthesia yesterday",
              lambda: tablets(procedures=[("Skin lesion excision surgery under local anesthesia", "20h")]).decide()),
    Situation("PER-01", "A refill of the pump is booked", lambda: booking(tablets(), "Intrathecal pump refill")),
    Situation("PER-01", "A pump alone before a knee operation", lambda: order(pump(), KNEE)),
    Situation("PER-01", "Baclofen of a year ago before a knee operation",
              lambda: order(tablets(order={"status": "completed", "until": "300d"}), KNEE)),

    Situation("PER-01", "A skin operation under local anaesthesia, fasting by another order", lambda: booking(
        tablets(orders=["NPO after midnight"]), "Skin lesion excision surgery under local anesthesia")),
    Situation("PER-01", "A knee operation is booked, the ward gives baclofen by tube", lambda: booking(
        ward(order={"note": [{"text": "Give via NG tube"}]}), KNEE)),
    Situation("PER-01", "A knee operation yesterday, on the ward's hour", lambda: ward(
        procedures=[(KNEE, "30h")], given=["30h"]).decide()),
    Situation("PER-01", "A knee operation is ordered together with one of two orders stopped", lambda: (
        chart := tablets(), second := chart.baclofen(5, 3), chart.decide(
            ORDER_SIGN, [service(KNEE), chart.draft(second, status="stopped")]))[-1]),
    # -- PER-02
    Situation("PER-02", "Nil by mouth after midnight", lambda: fasting(tablets())),
    Situation("PER-02", "Nil by mouth, last dose 14 hours ago", lambda: fasting(ward(given=["14h"]))),
    Situation("PER-02", "Nil by mouth, last dose 14 hours ago, 30 mg/day", lambda: fasting(ward(10, given=["14h"]))),
    Situation("PER-02", "Nil by mouth, last dose four hours ago", lambda: fasting(ward(given=["4h"]))),
    Situation("PER-02", "Nil by mouth except medications", lambda: fasting(tablets(), "NPO except medications")),
    Situation("PER-02", "Nil by mouth, a plan says to go on",
              lambda: fasting(tablets(plans=["Continue baclofen perioperatively"]))),
    Situation("PER-02", "Nil by mouth, a tube is ordered",
              lambda: fasting(tablets(orders=["Give medications via NG tube"]))),
    Situation("PER-02", "Nil by mouth after ten days of baclofen",
              lambda: fasting(tablets(mg=5, order={"since": "10d"}))),
    Situation("PER-02", "Nil by mouth stands in the chart",
              lambda: (chart := tablets(), chart.diet("NPO"), order(chart, "CT head"))[-1]),
    Situation("PER-02", "Hold all oral medicines", lambda: order(tablets(), "Hold all oral medications", "0h")),
    Situation("PER-02", "The baclofen order itself is held", lambda: hold(tablets())),
    Situation("PER-02", "One of two baclofen orders is held", lambda: hold(ward())),
    Situation("PER-02", "Nothing is held", lambda: order(tablets(), "CT head")),
    Situation("PER-02", "Nil by mouth with a pump alone", lambda: fasting(pump())),
    Situation("PER-02", "Nil by mouth, care plans not read", lambda: fasting(ward(given=["14h"]), lost=["CarePlan"])),
    # -- PER-03
    Situation("PER-03", "A knee operation with a pump", lambda: order(pump(), KNEE)),
    Situation("PER-03", "A knee operation with a pump, alarm date in 10 days", lambda: order(pump(alarm="+10d"), KNEE)),
    Situation("PER-03", "A knee operation without a day, alarm date in 10 days",
              lambda: pump(alarm="+10d").decide(ORDER_SIGN, [without_a_day(KNEE)])),
    Situation("PER-03", "A knee operation with a pump, consulted, alarm date two weeks later",
              lambda: order(pump(alarm="+17d", orders=["Consult pump clinic"]), KNEE)),
    Situation("PER-03", "A knee operation with a pump, consulted, alarm date more than two weeks later",
              lambda: order(pump(alarm="+18d", orders=["Consult pump clinic"]), KNEE)),
    Situation("PER-03", "A knee operation with a pump, pump team seen, alarm date far off",
              lambda: order(pump(alarm="+40d", procedures=[("Pump clinic consultation", "20d")]), KNEE)),
    Situation("PER-03", "A knee operation with a pump, pump team seen two months ago",
              lambda: order(pump(alarm="+40d", procedures=[("Pump clinic consultation", "60d")]), KNEE)),
    Situation("PER-03", "A knee operation with a pump of unknown drug", lambda: order(pump(drug=None), KNEE)),
    Situation("PER-03", "A knee operation with a pump of unknown model", lambda: order(pump("Intrathecal pump"), KNEE)),
    Situation("PER-03", "A replacement of the pump is no other operation", lambda: order(pump(), REPLACEMENT)),
    Situation("PER-03", "A pump with morphine", lambda: order(pump(drug="morphine"), KNEE)),
    Situation("PER-03", "A pump that was taken out",
              lambda: order(pump(filled="100d", procedures=[(REMOVAL, "90d")]), KNEE)),

    Situation("PER-03", "A knee operation with a pump, pump team not seen after all", lambda: (
        chart := pump(alarm="+40d"), chart.procedure("Consult pump clinic", "20d", "not-done"), order(chart,
                      KNEE))[-1]),
    Situation("PER-03", "A knee operation with a pump, asked for a reason", lambda: order(
        pump(), KNEE, reasonCode=[{"text": "Osteoarthritis"}])),
    Situation("PER-03", "A knee operation with a pump, alarm date late in the evening",
              lambda: order(pump(alarm="+20d"), KNEE)),
    # -- PER-04
    Situation("PER-04", "Removal of the pump, no bridging plan", lambda: order(pump(), REMOVAL)),
    Situation("PER-04", "Removal of the pump, day open", lambda: pump().decide(ORDER_SIGN, [without_a_day(REMOVAL)])),
    Situation("PER-04", "Removal of the pump, bridged from outside",
              lambda: order(pump(orders=["External intrathecal baclofen infusion via lumbar catheter"]), REMOVAL)),
    Situation("PER-04", "Removal of a pump of unknown drug", lambda: order(pump(drug=None), REMOVAL)),
    Situation("PER-04", "Revision of the catheter", lambda: order(pump(), REVISION)),
    Situation("PER-04", "Revision of the catheter, unknown drug", lambda: order(pump(drug=None), REVISION)),
    Situation("PER-04", "Replacement of the pump", lambda: order(pump(), REPLACEMENT)),
    Situation("PER-04", "Replacement of the pump, day open",
              lambda: pump().decide(ORDER_SIGN, [without_a_day(REPLACEMENT)])),
    Situation("PER-04", "Removal and replacement, each planned",
              lambda: order(pump(visits=[(REPLACEMENT, "+5d")]), REMOVAL)),
    Situation("PER-04", "Revision and removal, each planned", lambda: order(pump(visits=[(REVISION, "+5d")]), REMOVAL)),
    Situation("PER-04", "The pump was replaced yesterday", lambda: pump(procedures=[(REPLACEMENT, "30h")]).decide()),
    Situation("PER-04", "A pump of unknown drug was implanted yesterday",
              lambda: pump(drug=None, filled="", procedures=[("Implantation of intrathecal pump", "30h")]).decide()),
    Situation("PER-04", "The catheter was revised four days ago", lambda: pump(procedures=[(REVISION, "4d")]).decide()),
    Situation("PER-04", "Nothing is planned for the pump", lambda: pump().decide()),
    Situation("PER-04", "Removal of a pump with morphine",
              lambda: order(pump(drug="morphine"), "Removal of intrathecal pump")),
    # -- PER-05
    Situation("PER-05", "MRI with a SynchroMed", lambda: order(pump(), "MRI brain")),
    Situation("PER-05", "MRI with a Prometra", lambda: order(pump("Prometra II"), "MRI brain")),
    Situation("PER-05", "MRI with a Prometra to be emptied",
              lambda: order(pump("Prometra II", orders=["Empty pump reservoir before MRI"]), "MRI brain")),
    Situation("PER-05", "MRI with a pump of unknown model", lambda: order(pump("Intrathecal pump"), "MRI brain")),
    Situation("PER-05", "MRI with a Prometra of unknown drug", lambda: order(pump("Prometra II", None), "MRI brain")),
    Situation("PER-05", "MRI without a day", lambda: pump().decide(ORDER_SIGN, [without_a_day("MRI brain")])),
    Situation("PER-05", "MRI while the pump is stalled",
              lambda: order(pump(notes=[("Pump status", "motor stall", "3h")]), "MRI brain")),
    Situation("PER-05", "MRI while the low-reservoir alarm sounds",
              lambda: order(pump(notes=[("Pump status", "low reservoir alarm", "3h")]), "MRI brain")),
    Situation("PER-05", "MRI, the pump checked a day and an hour later",
              lambda: order(pump(visits=[("Intrathecal pump interrogation", "+97h")]), "MRI brain")),
    Situation("PER-05", "MRI, the pump checked a day later",
              lambda: order(pump(visits=[("Intrathecal pump interrogation", "+96h")]), "MRI brain")),
    Situation("PER-05", "MRI, the pump checked before and two days later",
              lambda: order(pump(visits=[("Intrathecal pump interrogation", "+50h"),
                                         ("Intrathecal pump interrogation", "+120h")]), "MRI brain")),
    Situation("PER-05", "Hyperbaric therapy with a SynchroMed", lambda: order(pump(), "Hyperbaric oxygen therapy")),
    Situation("PER-05", "Hyperbaric therapy with a Prometra",
              lambda: order(pump("Prometra II"), "Hyperbaric oxygen therapy")),
    Situation("PER-05", "Lithotripsy with a pump", lambda: order(pump(), "Lithotripsy")),
    Situation("PER-05", "A head CT with a pump", lambda: order(pump(), "CT head")),
    Situation("PER-05", "MRI yesterday, not interrogated", lambda: pump(procedures=[("MRI brain", "20h")]).decide()),
    Situation("PER-05", "MRI yesterday with a Prometra",
              lambda: pump("Prometra II", procedures=[("MRI brain", "20h")]).decide()),
    Situation("PER-05", "MRI yesterday with a pump of unknown model",
              lambda: pump("Intrathecal pump", procedures=[("MRI brain", "20h")]).decide()),
    Situation("PER-05", "MRI yesterday, found running afterwards",
              lambda: pump(procedures=[("MRI brain", "20h")], notes=[("Pump status", "running as programmed",
                      "3h")]).decide()),
    Situation("PER-05", "MRI yesterday, found stopped afterwards",
              lambda: pump(procedures=[("MRI brain", "20h")], notes=[("Pump status", "motor stall", "3h")]).decide()),
    Situation("PER-05", "MRI yesterday, refilled afterwards",
              lambda: pump(filled="3h", procedures=[("MRI brain", "20h")]).decide()),
    Situation("PER-05", "MRI four days ago", lambda: pump(procedures=[("MRI brain", "4d")]).decide()),

    Situation("PER-05", "MRI with a pump, asked for a reason", lambda: order(
        pump(), "MRI brain", reasonCode=[{"text": "Headache"}])),
    Situation("PER-05", "Radiotherapy with a pump, asked for a reason in many words", lambda: order(
        pump(), "Radiotherapy of the abdomen and pelvis in twenty-five fractions over five weeks, planning",
        reasonCode=[{"text": "Tumour"}])),
    Situation("PER-05", "MRI while two tones sound", lambda: order(
        pump(notes=[("Pump alarm", "two-tone alarm", "3h")]), "MRI brain")),
    Situation("PER-05", "MRI and a reading in the same hour", lambda: pump(
        procedures=[("MRI brain", "20h"), ("Intrathecal pump interrogation", "20h")]).decide()),
    Situation("PER-05", "MRI, the pump checked in the same hour and two days later", lambda: order(
        pump(visits=[("Intrathecal pump interrogation", "+72h"), ("Intrathecal pump interrogation", "+120h")]),
                      "MRI brain")),
    # -- PER-06
    Situation("PER-06", "Operated on yesterday, last dose 26 hours ago", lambda: after_surgery("26h").decide()),
    Situation("PER-06", "Operated on yesterday, last dose 14 hours ago", lambda: after_surgery("14h").decide()),
    Situation("PER-06", "Operated on yesterday, last dose ten hours ago", lambda: after_surgery("10h").decide()),
    Situation("PER-06", "Operated on yesterday, 15 mg/day of seven weeks",
              lambda: tablets(mg=5, order={"since": "50d", "status": "stopped", "until": "26h"},
                              procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-06", "Operated on yesterday and limp now",
              lambda: after_surgery("26h", signs=["Hypotonia", "Stupor"]).decide()),
    Situation("PER-06", "Operated on yesterday, within a taper",
              lambda: after_surgery("26h", plans=["Baclofen taper plan"]).decide()),
    Situation("PER-06", "Operated on yesterday, being ordered",
              lambda: after_surgery("26h").decide(ORDER_SIGN, [Chart().baclofen(since="0h", status="draft",
                      category="inpatient")])),
    Situation("PER-06", "Operated on yesterday, stopped for an adverse reaction",
              lambda: tablets(order={"status": "stopped", "until": "26h",
                      "statusReason": {"text": "Adverse drug reaction"}},
                              procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-06", "Operated on yesterday, the ward's order ended with it",
              lambda: ward(order={"until": "28h"}, procedures=[(KNEE, "30h")], given=["29h"]).decide()),
    Situation("PER-06", "Operated on yesterday, on hold since", lambda: tablets(
        order={"status": "on-hold", "until": "26h"}, procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-06", "Operated on yesterday, home baclofen not ordered", lambda: tablets(
        stay="35h", procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-06", "Operated on yesterday, told as stopped", lambda: tablets(
        order={"statement": True, "status": "stopped", "until": "2d"}, procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-06", "Operated on yesterday, dosed as ordered",
              lambda: ward(procedures=[(KNEE, "30h")], given=["2h", "10h", "18h", "26h"]).decide()),
    Situation("PER-06", "Operated on four days ago", lambda: ward(procedures=[(KNEE, "4d")], given=["26h"]).decide()),
    Situation("PER-06", "Operated on yesterday and at home again, the order lapsed", lambda: tablets(
        order={"until": "28h"}, procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-02", "Nil by mouth, another order excepts medications",
              lambda: fasting(tablets(orders=["NPO except medications"]))),
    Situation("PER-02", "A hold in many words", lambda: order(
        tablets(), "Hold all oral medications until reviewed by the anaesthetist on the morning of surgery", "0h")),
    Situation("PER-03", "A knee operation with a pump, on an evening", lambda: order(pump(alarm="+17d"), KNEE, "+74h")),
    # -- gaps under one threshold, doses at the very hour, pumps in a care plan
    Situation("PER-06", "Operated on yesterday, two doses missed, the last given 11 hours ago", lambda: after_surgery(
        "11h", not_given=["6h", "2h"]).decide()),
    Situation("PER-06", "Operated on yesterday, the order stopped 11 hours ago", lambda: ward(
        order={"status": "stopped", "until": "11h"}, procedures=[(KNEE, "30h")], given=["11h"]).decide()),
    Situation("PER-01", "Operated on at the hour of the last dose", lambda: tablets(
        procedures=[(KNEE, "30h")], given=["30h"]).decide()),
    Situation("PER-01", "Operated on, given by tube since", lambda: tablets(
        order={"note": [{"text": "Give via gastrostomy tube"}]}, procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-01", "An operation ahead, no baclofen order holds on the ward", lambda: tablets(
        stay="10h", visits=[(KNEE, "+2d")]).decide()),
    Situation("PER-01", "A refill was done, an operation neither", lambda: tablets(
        procedures=[("Intrathecal pump refill", "30h")]).decide()),
    Situation("PER-05", "A pump replacement in a care plan", lambda: pump(plans=[REPLACEMENT]).decide()),
    Situation("PER-04", "A pump removal in a care plan", lambda: pump(plans=[REMOVAL]).decide()),
    # -- of an operation only its name is told
    Situation("PER-01", "An operation ahead in many words", lambda: booking(tablets(), WORDS)),
    Situation("PER-06", "An operation of yesterday in many words", lambda: ward(
        procedures=[(WORDS, "30h")], given=["26h"]).decide()),
    Situation("PER-05", "A scan with a pump in many words", lambda: order(pump(), "MRI of the brain; with contrast")),
    Situation("PER-05", "A scan of yesterday with a pump in many words", lambda: pump(
        procedures=[("MRI of the brain; with contrast", "20h")]).decide()),
    Situation("ABR-06", "Tablets stopped beside an implant in many words", lambda: (
        chart := tablets(procedures=[(IMPLANT + "; right flank", "3d")]),
        chart.decide(ORDER_SIGN, [chart.draft(chart.resources[2], status="stopped")]))[-1]),
    Situation("PER-01", "Operated on, an order completed on paper is given by tube", lambda: tablets(
        order={"status": "completed", "since": "40d", "note": [{"text": "Give via gastrostomy tube"}],
               "dispenseRequest": {"expectedSupplyDuration": {"value": 60, "unit": "d", "code": "d"}}},
        procedures=[(KNEE, "30h")]).decide()),
    Situation("PER-01", "Operated on, an order completed on paper", lambda: tablets(
        order={"status": "completed", "since": "40d",
               "dispenseRequest": {"expectedSupplyDuration": {"value": 60, "unit": "d", "code": "d"}}},
        procedures=[(KNEE, "30h")]).decide()),
    Situation("ABR-03", "Admitted 13 hours ago, and only a visit is booked",
              lambda: tablets(stay="13h", visits=[(KNEE, "+2d")]).decide()),
    Situation("PER-05", "Diathermy with a pump in many words",
              lambda: order(pump(), "Shortwave diathermy; both shoulders")),
    Situation("PER-05", "Radiotherapy with a pump in many words",
              lambda: order(pump(), "Radiotherapy; lumbar spine")),
    Situation("PER-01", "One operation yesterday, another ahead", lambda: tablets(
        procedures=[(KNEE, "30h")], visits=[("Hip arthroplasty", "+3d")]).decide()),
    Situation("ABR-03", "In hospital, nobody says since when, and home baclofen not ordered", lambda: (
        chart := tablets(), chart.add("Encounter", status="in-progress", **{"class": {"code": "IMP"}}),
        chart.decide())[-1]),
    Situation("ABR-03", "Admitted eight hours ago on 30 mg/day, and only a visit is booked",
              lambda: tablets(mg=10, stay="8h", visits=[(KNEE, "+2d")]).decide()),
    Situation("ABR-03", "Admitted eight hours ago on 30 mg/day, and another order is written",
              lambda: tablets(mg=10, stay="8h", orders=[KNEE]).decide()),
]  # fmt: skip

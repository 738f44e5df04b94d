"""Charts without baclofen: a story whose baclofen is another drug, and charts made up of everything else."""

import json
import re
from random import Random

from cards.hooks import ALL, APPOINTMENT_BOOK, MEDICATION_REFILL, ORDER_DISPATCH, ORDER_SELECT
from tests.chart import Chart
from tests.properties.patients import call_from
from tests.properties.worse import FINDINGS, with_findings
from tests.stories.calls import Call, Resource

_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_BACLOFEN = re.compile(r"\b(baclofen|baclofène|lioresal|gablofen|ozobax|fleqsuvy|lyvispah|kemstro|ITB)\b", re.I)
_CODES = {"M03BX01": "N02AA01", "387342009": "373529000", "T42.8X6A": "T40.2X6A"}


def with_morphine(call: Call) -> Call:
    """The same call with morphine in the place of baclofen, by mouth and in the pump."""
    resources: list[Resource] = json.loads(_replaced(json.dumps(call.resources)))
    context: Resource = json.loads(_replaced(json.dumps(call.context)))
    if any(map(_is_of_a_pump, resources)):
        resources.append(
            {
                "resourceType": "MedicationRequest",
                "id": "in-the-pump",
                "status": "active",
                "intent": "order",
                "subject": {"reference": f"Patient/{call.context['patientId']}"},
                "medicationCodeableConcept": {"text": "Morphine 25 mg/mL intrathecal, via implanted pump"},
                "authoredOn": "2020-01-01",
            }
        )
    return call.but(name=f"{call.name} with morphine", resources=resources, context=context)


def _is_of_a_pump(resource: Resource) -> bool:
    return (
        resource["resourceType"] in ("Device", "DeviceUseStatement")
        or "pump" in json.dumps(resource.get("code", "")).lower()
    )


def _replaced(text: str) -> str:
    text = _BACLOFEN.sub("morphine", text)
    for code, other in _CODES.items():
        text = text.replace(f'"{code}"', f'"{other}"')
    return re.sub(rf'(\{{"system": "{re.escape(_RXNORM)}", "code": )"\d+"', r'\1"7052"', text)


_DRUGS = (
    "Tizanidine 4 mg tablet", "Cyclobenzaprine 10 mg tablet", "Dantrolene 25 mg capsule", "Diazepam 5 mg tablet",
    "Gabapentin 300 mg capsule", "Morphine 10 mg tablet", "Haloperidol 5 mg injection", "Physostigmine 1 mg injection",
    "Flumazenil 0.2 mg injection", "Cyproheptadine 4 mg tablet", "Carisoprodol 350 mg tablet",
    "Midazolam 2 mg injection", "Beclometasone inhaler", "Bacitracin ointment", "Baclofen 2 % cream",
    "Sertraline 50 mg tablet",
)  # fmt: skip
_ORDERS = (
    "MRI of the brain", "Nil by mouth from midnight", "Hold all oral medication", "Total hip replacement",
    "CT of the head", "Lumbar puncture", "Hyperbaric oxygen therapy", "Blood cultures", "Colonoscopy under sedation",
)  # fmt: skip
_PROBLEMS = (
    "Multiple sclerosis", "Spinal cord injury at T4", "Epilepsy", "Chronic kidney disease stage 4", "Sepsis",
    "Haemodialysis", "Pregnancy, 32 weeks", "Spastic cerebral palsy", "Alcohol withdrawal", "Delirium",
)  # fmt: skip
_DEEDS = (
    "Laparoscopic cholecystectomy under general anaesthesia", "MRI of the lumbar spine", "Coronary angiography",
    "Caesarean section", "Removal of stitches",
)  # fmt: skip


def made_up(chance: Random) -> Call:
    """Anything but baclofen, a pump of unknown drug and what a mother took."""
    chart = Chart(age=chance.choice((0.02, 0.5, 4, 11, 15, 34, 54, 82)), taught=chance.random() < 0.5)
    if chance.random() < 0.7:
        chart.stay(chance.choice(("2h", "14h", "31h", "6d")), kind=chance.choice(("IMP", "EMER", "AMB")))
    for _ in range(chance.randint(0, 5)):
        _add_medicine(chart, chance)
    for text in chance.sample(_PROBLEMS, chance.randint(0, 3)):
        chart.condition(text, chance.choice((None, "20h", "900d")), active=chance.random() < 0.8)
    for text in chance.sample(_DEEDS, chance.randint(0, 2)):
        chart.procedure(text, chance.choice(("5h", "26h", "9d", "+3d")))
    for text in chance.sample(_ORDERS, chance.randint(0, 3)):
        chart.order(text)
    if chance.random() < 0.3:
        chart.diet("NPO")
    if chance.random() < 0.4:
        _add_morphine_pump(chart, chance)
    for _ in range(chance.randint(0, 2)):
        chart.appointment(chance.choice(("Knee replacement", "Eye clinic", "Dental extraction")), "+2d")
    return with_findings(_asked(chart, chance), *chance.sample(sorted(FINDINGS), chance.randint(0, 6)))


def _add_medicine(chart: Chart, chance: Random) -> None:
    name, since = chance.choice(_DRUGS), chance.choice(("2h", "30h", "12d", "400d"))
    status = chance.choice(("active", "active", "stopped", "on-hold", "completed"))
    category = [{"coding": [{"code": chance.choice(("community", "inpatient", "discharge"))}]}]
    chart.medicine(name, since, status=status, category=category)
    if chance.random() < 0.3 and "cream" not in name:  # doses are charted as given by mouth
        chart.given(chance.choice(("3h", "14h", "30h")), drug=name, status=chance.choice(("completed", "not-done")))


def _add_morphine_pump(chart: Chart, chance: Random) -> None:
    chart.pump(chance.choice(("SynchroMed II", "Prometra II")), drug="morphine")
    if chance.random() < 0.5:
        chart.alarm_date(chance.choice(("3d", "+2d", "40d")))
    if chance.random() < 0.3:
        chart.pump_note("Intrathecal pump event log", "Motor stall occurred")
    if chance.random() < 0.3:
        chart.procedure(chance.choice(("Intrathecal pump refill with morphine", "Removal of intrathecal pump")), "30h")


def _asked(chart: Chart, chance: Random) -> Call:
    """On any hook, with something in hand where the hook has it."""
    hook = chance.choice([hook for hook in ALL if hook is not ORDER_DISPATCH])
    call = call_from("made up", chart).but(hook=hook)
    stays = [r["id"] for r in chart.resources if r["resourceType"] == "Encounter"]
    if stays:
        call = call.but(context={**call.context, "encounterId": stays[0]})
    if not hook.drafts_in:
        return call
    hand = Chart(age=None, taught=False)
    if hook is APPOINTMENT_BOOK:
        text = chance.choice(("Knee replacement", "MRI of the brain", "Pump refill, morphine"))
        hand.appointment(text, "+9d", "proposed")
    else:
        hand.medicine(chance.choice(_DRUGS), "1m", status=chance.choice(("draft", "draft", "stopped")))
        if hook is not MEDICATION_REFILL:
            hand.order(chance.choice(_ORDERS), status="draft")
    drafts = [{**one, "id": f"hand-{n}"} for n, one in enumerate(hand.resources)]
    call = call.with_drafts(drafts)
    selections = [f"{one['resourceType']}/{one['id']}" for one in drafts] if hook is ORDER_SELECT else []
    return call.but(context={**call.context, "selections": selections})

"""The same patient, worse: findings that speak for harm, and what written exceptions make of them."""

from datetime import timedelta

from cards.case import Case
from cards.decide import Decision
from cards.scales.withdrawal_gate import Answer
from cards.verdict import Urgency
from tests.stories.calls import Call, Resource

_LOINC = "http://loinc.org"


def _vital(loinc: str, value: float, unit: str) -> Resource:
    return {
        "code": {"coding": [{"system": _LOINC, "code": loinc}]},
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }


def _sign(text: str) -> Resource:
    return {"code": {"text": text}, "valueString": "present"}


# What withdrawal does. Whatever else is in the chart, none of it may make a card milder.
OF_WITHDRAWAL: dict[str, Resource] = {
    "T 38.4": _vital("8310-5", 38.4, "Cel"),
    "T 39.5": _vital("8310-5", 39.5, "Cel"),
    "T 41.2": _vital("8310-5", 41.2, "Cel"),
    "HR 118": _vital("8867-4", 118, "/min"),
    "HR 150": _vital("8867-4", 150, "/min"),
    "SBP 168": _vital("8480-6", 168, "mm[Hg]"),
    "SBP 210": _vital("8480-6", 210, "mm[Hg]"),
    "RR 34": _vital("9279-1", 34, "/min"),
    "SpO2 84": _vital("59408-5", 84, "%"),
    "GCS 13": _vital("9269-2", 13, "{score}"),
    "CK 700": _vital("2157-6", 700, "U/L"),
    "CK 6200": _vital("2157-6", 6200, "U/L"),
    "lactate 6": _vital("32693-4", 6, "mmol/L"),
    "ALT 300": _vital("1742-6", 300, "U/L"),
    "rigid": _sign("Severe rigidity"),
    "tremor": _sign("Tremor"),
    "hallucinating": _sign("Visual hallucinations"),
    "confused": _sign("Confusion"),
    "agitated": _sign("Agitation"),
    "convulsing": _sign("Generalised seizure"),
    "sweating": _sign("Diaphoresis"),
    "itching": _sign("Pruritus without rash"),
}
# What withdrawal and toxicity both do, and what toxicity does.
OF_TOXICITY: dict[str, Resource] = {
    "GCS 9": _vital("9269-2", 9, "{score}"),
    "GCS 5": _vital("9269-2", 5, "{score}"),
    "RASS -4": _vital("", -4, "{score}") | {"code": {"text": "Richmond agitation-sedation scale"}},
    "SBP 74": _vital("8480-6", 74, "mm[Hg]"),
    "HR 41": _vital("8867-4", 41, "/min"),
    "RR 6": _vital("9279-1", 6, "/min"),
    "T 34.6": _vital("8310-5", 34.6, "Cel"),
    "limp": _sign("Hypotonia"),
    "drowsy": _sign("Somnolent"),
}
OF_KIDNEYS: dict[str, Resource] = {
    "creatinine 4": _vital("2160-0", 4, "mg/dL"),
    "eGFR 12": _vital("98979-8", 12, "mL/min/{1.73_m2}"),
}
FINDINGS = OF_WITHDRAWAL | OF_TOXICITY | OF_KIDNEYS


def with_findings(call: Call, *names: str) -> Call:
    """The same call with findings of the last hour beside what is there."""
    who = {"reference": f"Patient/{call.context['patientId']}"}
    seen = [
        {"resourceType": "Observation", "id": f"worse-{n}", "status": "final", "subject": who,
         "effectiveDateTime": (call.now - timedelta(minutes=4 + n)).isoformat(), **FINDINGS[name]}
        for n, name in enumerate(names)
    ]  # fmt: skip
    return call.but(resources=[*call.resources, *seen])


_UPWARDS = {"8310-5": 36.0, "8867-4": 60, "8480-6": 100, "9279-1": 12, "2157-6": 0, "2160-0": 0}


def raised(call: Call, share: float) -> Call:
    """The newest value of each measure higher by this share; values that are low already are left."""
    newest: dict[str, Resource] = {}
    for resource in call.resources:
        if resource["resourceType"] == "Observation" and "valueQuantity" in resource:
            code = next((c["code"] for c in resource["code"].get("coding", [])), "")
            when = resource["effectiveDateTime"]
            if code in _UPWARDS and (code not in newest or when > newest[code]["effectiveDateTime"]):
                newest[code] = resource

    def higher(resource: Resource) -> Resource:
        for code, one in newest.items():
            quantity = resource.get("valueQuantity", {})
            if one is resource and quantity["value"] >= _UPWARDS[code]:
                room = 43 - quantity["value"] if code == "8310-5" else quantity["value"]
                return {**resource, "valueQuantity": {**quantity, "value": quantity["value"] + room * share}}
        return resource

    return call.but(resources=[higher(resource) for resource in call.resources])


def milder(before: dict[str, Urgency], after: dict[str, Urgency], decision: Decision, call: Call) -> dict[str, str]:
    """Kinds that became milder though they should not have: each with what it was and what it is.

    Written exceptions. Section 9: low tone, or signs of toxicity that reach its gate, without rigidity, take back what
    says that baclofen is missing, and rigidity (if tone was not low, too) what says that there is too much of it; of
    withdrawal and toxicity the heavier tells both, as a warning. REN-02: kidneys that fell far cap a stop at warning.
    What suspected withdrawal absorbs is as urgent as that card; it also tells of the kidneys (REN-03).
    """
    case = Case(decision.record, call.moment())
    toxic = case.toxicity.makes_holding_right
    found: dict[str, str] = {}
    for kind, was in before.items():
        now = after.get(kind)
        due = was
        if kind in _MISSING and toxic:
            continue
        limp = case.toxicity.has("X1") and case.toxicity.gate_met
        if kind == "toxicity-not-withdrawal" and case.toxicity.tone == "high" and not limp:
            continue
        if Answer.UNCERTAIN in (case.oral_gate.answer, case.pump_gate.answer) or _is_contradicted(case):
            due = min(was, Urgency.WARNING) if kind in _EITHER else was
        if kind == "abrupt-discontinuation" and case.kidney.fell_far:
            due = min(was, Urgency.WARNING)
        if kind in _ABSORBED and after.get("suspected-withdrawal", -1) >= due:
            continue
        if now is None or now < due:
            found[kind] = f"{was.name} -> {now.name if now is not None else 'nothing'}"
    return found


def _is_contradicted(case: Case) -> bool:
    """Tone documented as both low and high, or low long after the last dose: told as "withdrawal or toxicity?", too."""
    return case.toxicity.has("X1")


_EITHER = ("suspected-withdrawal", "toxicity-not-withdrawal")
_MISSING = ("suspected-withdrawal", "abrupt-discontinuation", "perioperative-interruption", "wrong-treatment")
_ABSORBED = (
    "abrupt-discontinuation",
    "pump-failure-risk",
    "perioperative-interruption",
    "renal-dosing",
    "toxicity-not-withdrawal",
)

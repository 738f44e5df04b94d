"""What else it could be: text inside a withdrawal card, never a diagnosis of its own (clinical.md section 8)."""

from cards.case import Case
from cards.record.concepts import Drug, Problem
from cards.timeline.oral import is_open

_BY_PROBLEM: tuple[tuple[Problem, str], ...] = (
    (Problem.SPINAL_CORD_INJURY_HIGH,
     "autonomic dysreflexia (cord injury at T6 or above: often bradycardia, a bladder or bowel trigger, no fever)"),
    (Problem.AUTONOMIC_DYSREFLEXIA, "autonomic dysreflexia (no fever or CK; relief of the trigger helps)"),
    (Problem.INFECTION_SOURCE, "sepsis (treat both: withdrawal has been misread as sepsis, C-KAO03)"),
    (Problem.MALIGNANT_HYPERTHERMIA, "malignant hyperthermia (hypercapnia, minutes to hours; dantrolene works fully)"),
    (Problem.NMS, "neuroleptic malignant syndrome (lead-pipe rigidity over days; stop the drug)"),
    (Problem.SEROTONIN_SYNDROME, "serotonin syndrome (inducible or ocular clonus, mydriasis, diarrhoea)"),
    (Problem.ALCOHOL_WITHDRAWAL, "alcohol or benzodiazepine withdrawal (both may coexist)"),
)  # fmt: skip
_BY_DRUG: tuple[tuple[Drug, str], ...] = (
    (Drug.VOLATILE_ANAESTHETIC, "malignant hyperthermia (hypercapnia, minutes to hours; dantrolene works fully)"),
    (Drug.ANTIPSYCHOTIC, "neuroleptic malignant syndrome (lead-pipe rigidity over days; stop the drug)"),
    (Drug.DOPAMINE_ANTAGONIST, "neuroleptic malignant syndrome (lead-pipe rigidity over days; stop the drug)"),
    (
        Drug.SEROTONERGIC,
        "serotonin syndrome (a serotonergic drug is on the list; clonus, mydriasis, diarrhoea; C-SAL08)",
    ),
)
ALWAYS = (
    "Overlaps with sepsis, autonomic dysreflexia, malignant hyperthermia, NMS, serotonin syndrome and "
    "status dystonicus."
)


def mimic_lines(case: Case) -> tuple[str, ...]:
    """One line: what this chart makes worth considering, else that the overlap exists."""
    found = [words for problem, words in _BY_PROBLEM if case.has_problem(problem)]
    drugs = {d for o in case.record.medication_orders if is_open(o, case.now) for d in o.product.drugs}
    found += [words for drug, words in _BY_DRUG if drug in drugs]
    unique = list(dict.fromkeys(found))
    return (f"Consider as well: {'; '.join(unique)}.",) if unique else (ALWAYS,)

"""Card kinds, their order, what they absorb, and why a clinician may override them (FND-09, section 13)."""

KINDS = {
    "suspected-withdrawal": "Suspected baclofen withdrawal",
    "toxicity-not-withdrawal": "Baclofen toxicity, not withdrawal",
    "wrong-treatment": "Wrong or incomplete treatment",
    "dose-unit-check": "Dose or unit implausible",
    "perioperative-interruption": "Perioperative interruption of baclofen",
    "pump-failure-risk": "Intrathecal pump supply or device at risk",
    "abrupt-discontinuation": "Abrupt discontinuation of baclofen",
    "renal-dosing": "Baclofen and kidney function",
    "neonatal-risk": "Newborn at risk of withdrawal",
    "patient-education": "Patient and carer education",
    "could-not-check": "Baclofen check incomplete",
}
COULD_NOT_CHECK = "could-not-check"
ABRUPT_DISCONTINUATION = "abrupt-discontinuation"

# When the card on the left fires, these kinds, or single rules, become part of it (contract, "Card").
ABSORBS: dict[str, frozenset[str]] = {
    "suspected-withdrawal": frozenset({"abrupt-discontinuation", "pump-failure-risk", "PER-02", "PER-06"}),
    "toxicity-not-withdrawal": frozenset({"ABR-08", "PER-06"}),
}

# Suggestions that make no sense on a card of this kind, whatever was absorbed into it.
NOT_IN: dict[str, frozenset[str]] = {"suspected-withdrawal": frozenset({"taper"})}

OVERRIDE_REASONS = {
    "planned-taper": "A planned taper is under way or documented elsewhere",
    "serious-adverse-reaction": "Stopped for a serious adverse reaction",
    "never-taken": "The patient never took baclofen",
    "already-resumed": "Baclofen is already resumed or ordered elsewhere",
    "alternative-diagnosis": "Another diagnosis explains the findings",
    "pump-verified": "Pump and catheter verified",
    "specialist-plan": "A specialist's plan is in place",
    "comfort-care": "Comfort care",
    "patient-refuses": "The patient refuses",
    "already-done": "Already done",
    "data-incorrect": "The data are incorrect",
    "will-do-later": "Will do later",
}


def kind_order(kind: str) -> int:
    """Place of a kind among cards of the same urgency."""
    return list(KINDS).index(kind)

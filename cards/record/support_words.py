"""What free text means of breathing and circulation held up from outside: part of `lexicon.py`, JUDGEMENT like it."""

from cards.record.concepts import Act, Drug, Problem, Sign
from cards.record.phrases import Row

# A procedure of this name is not that somebody lies on a ventilator.
_NOT_NOW = (
    "(history|hx|risk|fear) of", "(planned|possible|potential|elective|failed|attempted|previous|prior|past)",
    "(assess*|evaluat*|prepar*|discuss*|training|education|simulat*)", "(no|not|without|avoid*) ~ (intubat*|ventilat*)",
)  # fmt: skip

DRUGS = (
    # Which of them run into a vein `infusions.py` tells; what is mixed into a local anaesthetic is none.
    Row(Drug.VASOPRESSOR, ("norepinephrin*", "noradrenalin*", "levophed", "vasopressin*", "vasostrict",
        "argipressin", "phenylephrin*", "epinephrin*", "adrenalin*", "dopamine", "angiotensin ii"),
        unless=("ophthalm*", "nasal*", "oral", "tablet*", "suppositor*", "desmopressin*", "reuptake*", "receptor*",
            "dopamine (agonist|antagonist)*", "(lido|bupi|ropi|mepi|arti|prilo|levobupi|chloropro)cain*",
            "articaine*", "lignocain*", "epipen", "autoinject*", "auto inject*")),
)  # fmt: skip

SIGNS = (
    Row(Sign.VENTILATED, ("mechanical* ventilat*", "invasive* ventilat*", "ventilated", "intubat*",
        "ventilator dependen*", "dependen* on (a |the )?(respirator|ventilator)", "ett in place",
        "(ventilator|vent) mode", "on (a |the )?ventilator",
        "(device|delivery|support|method|therapy|modality) (ventilator|vent|mechanical ventilator)"),
        unless=("extubat*", "do not intubate", "dni", "intubation kit", "(ventilator|vent) mode ~ (off|standby|none)",
            "(ventilator|vent) mode ~ (cpap|bipap|bi level|niv|not applicable|stand by)",
            "(non invasive|noninvasive) ~ ventilat*", "home (ventilator|vent)",
            "(weaned|liberated|taken|came|off) ~ (ventilat*|ventilator)", "ventilator (standby|stand by|off|weaning)")),
    Row(Sign.VASOPRESSOR, ("vasopressor*", "on pressors", "pressor support", "requiring pressors",
        "on norepinephrine", "on noradrenaline")),
)  # fmt: skip

PROBLEMS = (
    # Not by mask: whoever sleeps with one and is intubated is ventilated anew.
    Row(Problem.LONG_TERM_VENTILATION, ("home (ventilator|vent)", "home (mechanical |invasive )?ventilation",
        "(ventilator|vent|ventilated|ventilation) at home",
        "(long term|chronic|permanent) (mechanical |invasive |tracheostomy )?(ventilator|ventilat*)"),
        unless=("(non invasive|noninvasive) ~ ventilat*", "ventilator ~ (non invasive|noninvasive)", "niv", "cpap",
            "bipap", "bi level", "mask*", "(weaned|liberated|taken|came|off) ~ (ventilat*|ventilator|vent)",
            *_NOT_NOW)),
)  # fmt: skip

ACTS = (
    Row(Act.VENTILATION, ("mechanical* ventilat*", "invasive* ventilat*", "ventilator management",
        "ventilation assist", "ventilator (support|care)", "artificial ventilation"),
        unless=("(non invasive|noninvasive) ~ ventilat*", "cpap", "bipap", "home (ventilator|vent)", *_NOT_NOW,
            "(wean*|liberat*) ~ ventilat*")),
    Row(Act.INTUBATION, ("intubat*", "endotracheal tube (placement|insertion)"),
        unless=("extubat*", "do not intubate", "dni", "intubation kit",
            "(duoden*|intestin*|gastr*|nasogastric) intubat*",
            *_NOT_NOW)),
    Row(Act.EXTUBATION, ("extubat*", "removal ~ endotracheal tube", "endotracheal tube removal"), unless=_NOT_NOW),
)  # fmt: skip

"""What eGFR follows from a creatinine? The CKD-EPI creatinine equation of 2021, without race (C-INK21).

Published for adults, by sex. Where the sex is not recorded as female or male, or the patient is not certain to be an
adult, nothing is worked out: the number would be another's.
"""

from cards.record.facts import Patient
from cards.scales.age import Age

ADULT = 18  # years: of the equation as published (C-INK21), whatever age a site sets for doses
_SCALE, _PER_YEAR, _ABOVE = 142, 0.9938, -1.200
# Creatinine in mg/dL at which the curve bends, its slope below that, and the factor.
_BY_SEX = {"female": (0.7, -0.241, 1.012), "male": (0.9, -0.302, 1.0)}


def egfr_from(creatinine: float, patient: Patient | None, age: Age) -> float | None:
    """mL/min/1.73 m2, whole as laboratories report it; of an age in between the older one. None: cannot be told."""
    known = _BY_SEX.get(patient.sex) if patient else None
    if known is None or age.oldest is None or not age.is_at_least(ADULT) or creatinine <= 0:
        return None
    bend, below, factor = known
    ratio = creatinine / bend
    curve = min(ratio, 1.0) ** below * max(ratio, 1.0) ** _ABOVE
    return float(round(_SCALE * curve * _PER_YEAR ** int(age.oldest) * factor))

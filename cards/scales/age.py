"""Vital-sign limits by age, and who counts as an adult for what (FND-11).

HR and RR upper limits and SBP lower limits are PALS 2015 as tabulated [published, C-PALS]; SBP upper limits are PALS
upper normal + about 8 mmHg [judgement]; the newborn's heart rate is a judgement, too. PALS limits flag many healthy
febrile children (C-FLE11), so tachycardia alone never makes a card.
"""

from datetime import datetime

import msgspec

from cards.record.facts import Patient
from cards.record.when import When

_DAYS_A_YEAR = 365.25


class VitalLimits(msgspec.Struct, frozen=True):
    """Beyond these a value is abnormal: /min, mm[Hg]. `high` means strictly above, except pressures: at or above."""

    heart_rate_high: float
    heart_rate_low: float
    respiratory_rate_high: float
    respiratory_rate_low: float
    systolic_high: float
    systolic_low: float
    diastolic_high: float | None  # adults only


ADULT = VitalLimits(100, 50, 20, 10, 160, 90, 100)

# upper end of the age band in years: limits. Below 13 y the low systolic of small children grows with age.
_BANDS: tuple[tuple[float, VitalLimits], ...] = (
    (28 / _DAYS_A_YEAR, VitalLimits(180, 100, 60, 25, 95, 60, None)),
    (1, VitalLimits(190, 90, 53, 20, 112, 70, None)),
    (3, VitalLimits(140, 80, 37, 18, 114, 72, None)),
    (6, VitalLimits(120, 65, 28, 16, 120, 76, None)),
    (10, VitalLimits(118, 58, 25, 12, 123, 82, None)),
    (12, VitalLimits(118, 50, 25, 12, 128, 90, None)),
    (13, VitalLimits(100, 50, 20, 12, 128, 90, None)),
    (16, VitalLimits(100, 50, 20, 10, 140, 90, None)),
)

LOW_TEMPERATURE = 35.5  # Cel
FEVER = 38.0
HIGH_FEVER = 39.0
EXTREME_FEVER = 41.0


class Age(msgspec.Struct, frozen=True):
    """Age in years as an interval: birth dates may be a year only. None where no birth date is known."""

    youngest: float | None
    oldest: float | None

    def is_at_least(self, years: float) -> bool:
        """Certain to be that old. Unknown age is never certain."""
        return self.youngest is not None and self.youngest >= years

    def is_under(self, years: float) -> bool:
        """Certain to be younger."""
        return self.oldest is not None and self.oldest < years


UNKNOWN_AGE = Age(None, None)


def age_of(patient: Patient | None, now: datetime) -> Age:
    """The patient's age at `now`."""
    birth: When | None = patient.birth if patient else None
    if birth is None or birth.earliest > now:
        return UNKNOWN_AGE
    days = (now - birth.latest).total_seconds() / 86400, (now - birth.earliest).total_seconds() / 86400
    return Age(max(0.0, days[0]) / _DAYS_A_YEAR, days[1] / _DAYS_A_YEAR)


def limits_for(age: Age) -> VitalLimits | None:
    """The limits for this age; None where the age is unknown: then vital signs cannot be called abnormal."""
    if age.youngest is None:
        return None
    for upper, limits in _BANDS:
        if age.youngest < upper:
            if 1 <= age.youngest < 10:  # PALS: 70 + 2 x age
                return VitalLimits(
                    limits.heart_rate_high, limits.heart_rate_low, limits.respiratory_rate_high,
                    limits.respiratory_rate_low, limits.systolic_high, 70 + 2 * int(age.youngest), None,
                )  # fmt: skip
            return limits
    return ADULT

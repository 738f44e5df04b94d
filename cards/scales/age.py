"""Vital-sign limits by age, and who counts as an adult for what (FND-11).

HR and RR upper limits and SBP lower limits are PALS 2015 as tabulated [published, C-PALS]; SBP upper limits are PALS
upper normal + about 8 mmHg [judgement]; the newborn's heart rate is a judgement, too. PALS limits flag many healthy
febrile children (C-FLE11), so tachycardia alone never makes a card.
"""

from datetime import date, datetime, timedelta, tzinfo

import msgspec

from cards import limits, sources
from cards.limits import JUDGEMENT, PUBLISHED, Limit, limit
from cards.moment import Moment
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
    diastolic_high: float | None = None  # adults only


_PUBLISHED = frozenset({"heart_rate_high", "respiratory_rate_high", "systolic_low"})


def _row(band: str, *values: float | None) -> dict[str, Limit]:
    """The limits of one age band, in the order of `VitalLimits`; a None has no limit, or is worked out otherwise."""
    units = {"heart_rate": "/min", "respiratory_rate": "/min", "systolic": "mmHg", "diastolic": "mmHg"}
    row = {}
    for column, value in zip(VitalLimits.__struct_fields__, values, strict=True):
        if value is not None:
            tabulated = column in _PUBLISHED and band != "adult" and (column, band) != ("heart_rate_high", "newborn")
            unit = units[column.rpartition("_")[0]]
            row[column] = limit(f"{column}_{band}", value, unit, PUBLISHED if tabulated else JUDGEMENT, sources.PALS)
    return row


ADULT = _row("adult", 100, 50, 20, 10, 160, 90, 100)
# Upper end of the age band in years, exclusive (None: where adults begin), and its limits. From 1 to 9 y the low
# systolic grows with age.
_BANDS = (
    (28 / _DAYS_A_YEAR, _row("newborn", 180, 100, 60, 25, 95, 60, None)),
    (1, _row("under_1_y", 190, 90, 53, 20, 112, 70, None)),
    (3, _row("1_to_2_y", 140, 80, 37, 18, 114, None, None)),
    (6, _row("3_to_5_y", 120, 65, 28, 16, 120, None, None)),
    (10, _row("6_to_9_y", 118, 58, 25, 12, 123, None, None)),
    (12, _row("10_to_11_y", 118, 50, 25, 12, 128, 90, None)),
    (13, _row("12_y", 100, 50, 20, 12, 128, 90, None)),
    (None, _row("13_to_15_y", 100, 50, 20, 10, 140, 90, None)),
)
SYSTOLIC_LOW_CHILD = limit("systolic_low_child", 70, "mmHg", PUBLISHED, sources.PALS, "1 to 9 y, and for each year:")
SYSTOLIC_LOW_A_YEAR = limit("systolic_low_child_a_year", 2, "mmHg per year of age", PUBLISHED, sources.PALS)

LOW_TEMPERATURE = limit("low_temperature", 35.5, "Cel", JUDGEMENT, sources.LEU06)
FEVER = limit("fever", 38, "Cel", JUDGEMENT, sources.SEED, "the words are the source's, the numbers are not")
HIGH_FEVER = limit("high_fever", 39, "Cel", JUDGEMENT, sources.SEED)
EXTREME_FEVER = limit("extreme_fever", 41, "Cel", JUDGEMENT, sources.MUI10, "41 °C and more are reported repeatedly")


class Age(msgspec.Struct, frozen=True):
    """Age in years as an interval: birth dates may be a year only. None where no birth date is known.

    Whole numbers are birthdays; what is beyond them are days.
    """

    youngest: float | None
    oldest: float | None

    def is_at_least(self, years: float) -> bool:
        """Certain to be that old. Unknown age is never certain."""
        return self.youngest is not None and self.youngest >= years

    def is_under(self, years: float) -> bool:
        """Certain to be younger."""
        return self.oldest is not None and self.oldest < years

    def may_be_within(self, days: float) -> bool:
        """Not certain to be more than so many days old. Unknown age is never taken for that."""
        return self.youngest is not None and self.youngest <= days / _DAYS_A_YEAR


UNKNOWN_AGE = Age(None, None)


def age_of(patient: Patient | None, now: datetime, zone: tzinfo) -> Age:
    """The patient's age at `now`, as everybody counts it: by the facility's calendar, whatever the hour of birth.

    Of a month or a year the last day is the youngest and the first day the oldest that the patient can be: nobody is
    taken for an adult, nor for a child, who may be none.
    """
    birth: When | None = patient.birth if patient else None
    if birth is None or birth.earliest > now:
        return UNKNOWN_AGE
    today, first = now.astimezone(zone).date(), birth.earliest.astimezone(zone).date()
    end = birth.latest - timedelta(microseconds=0 if birth.is_exact else 1)  # a day's interval ends at midnight
    last = min(end.astimezone(zone).date(), today)
    return Age(_years(last, today), _years(first, today))


def _years(born: date, today: date) -> float:
    """Birthdays, and the days since the last one. Who was born on 29 February has it on 1 March in other years."""
    whole = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    try:
        birthday = born.replace(year=born.year + whole)
    except ValueError:
        birthday = date(born.year + whole, 3, 1)
    return whole + (today - birthday).days / _DAYS_A_YEAR


def limits_for(age: Age, moment: Moment) -> VitalLimits | None:
    """The limits for this age; None where the age is unknown: then vital signs cannot be called abnormal."""
    if age.youngest is None:
        return None
    adult = moment.limit(limits.VITALS_ADULT_AGE)
    row = next((row for upper, row in _BANDS if age.youngest < (adult if upper is None else upper)), ADULT)
    values = {column: moment.limit(value) for column, value in row.items()}
    if "systolic_low" not in values:  # PALS: 70 + 2 x age
        base, a_year = moment.limit(SYSTOLIC_LOW_CHILD), moment.limit(SYSTOLIC_LOW_A_YEAR)
        values["systolic_low"] = base + a_year * int(age.youngest)
    return VitalLimits(**values)

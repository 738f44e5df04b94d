"""Shared clinical numbers, each with unit, basis and source. A number used by one rule alone stays in its file.

PUBLISHED: a label, device maker, consensus document or published case states it. JUDGEMENT: a cut-off that had to be
chosen because no source gives one; cards never present it as evidence.
"""

from typing import Literal

import msgspec

from cards import sources
from cards.sources import Source

PUBLISHED: Literal["published"] = "published"
JUDGEMENT: Literal["judgement"] = "judgement"


class Limit(msgspec.Struct, frozen=True):
    """A clinical number: `value` in `unit`. Read it through `Moment.limit`, which knows a site's own value."""

    name: str
    value: float
    unit: str
    basis: Literal["published", "judgement"]
    source: Source
    why: str = ""


_REGISTRY: dict[str, Limit] = {}


def _limit(
    name: str, value: float, unit: str, basis: Literal["published", "judgement"], source: Source, why: str = ""
) -> Limit:
    limit = _REGISTRY[name] = Limit(name, value, unit, basis, source, why)
    return limit


def all_limits() -> dict[str, Limit]:
    """Every shared limit by name."""
    return dict(_REGISTRY)


# Interruption and the gap clock (FND-04)
ORAL_MISSED = _limit(
    "oral_missed_dose", 12, "h", JUDGEMENT, sources.DUP18, "severe rebound after a 10-h perioperative pause"
)
ORAL_MISSED_SHORT_INTERVAL = _limit(
    "oral_missed_dose_short_interval", 10, "h", JUDGEMENT, sources.DUP18, "dosing interval of 6 h or less"
)
SHORT_INTERVAL = _limit("short_dosing_interval", 6, "h", JUDGEMENT, sources.DUP18)
LATE_OF_LONG_INTERVAL = _limit(
    "late_of_long_interval",
    1.5,
    "x dosing interval",
    JUDGEMENT,
    sources.SEED,
    "a dose given once a day is not late after 12 h; where the interval is over 12 h the threshold is this multiple",
)
ORAL_CONFIRMED = _limit("oral_interruption_confirmed", 24, "h", JUDGEMENT, sources.DAL07, "hallucinations 18-31 h on")
MISSED_DOSES = _limit("missed_doses", 2, "doses", JUDGEMENT, sources.DAL07)
SYMPTOMS_COUNT_FULLY = _limit("symptoms_count_fully", 7, "d", JUDGEMENT, sources.ORALV)
SYMPTOMS_COUNT_AT_ALL = _limit("symptoms_count_at_all", 14, "d", JUDGEMENT, sources.ORALV)
SUPPLY_OUT_PROBABLE = _limit("supply_out_probable", 3, "d", JUDGEMENT, sources.ORALV, "ran out three days earlier")
RECENT_PUMP_EVENT = _limit("recent_pump_event", 14, "d", JUDGEMENT, sources.PMC41)
RECENT_STOP = _limit("recent_stop", 7, "d", JUDGEMENT, sources.ORALV)

# Dependence (FND-03)
BRIDGED_GAP = _limit("bridged_gap", 30, "d", JUDGEMENT, sources.LEO05)
HOME_MEDICINE_RECENT = _limit("home_medicine_recent", 90, "d", JUDGEMENT, sources.COX20)
SHORT_USE = _limit("short_use", 14, "d", JUDGEMENT, sources.LEO05, "shortest reported oral treatment: 5 months")
LONG_USE = _limit("long_use", 60, "d", JUDGEMENT, sources.LEO05)
LOW_ORAL_DOSE = _limit("low_oral_dose", 15, "mg/day", JUDGEMENT, sources.PENG, "withdrawal after 20 mg/day is reported")
HIGH_ORAL_DOSE = _limit("high_oral_dose", 60, "mg/day", JUDGEMENT, sources.NSW)
LOW_ORAL_DOSE_CHILD = _limit("low_oral_dose_child", 0.25, "mg/kg/day", JUDGEMENT, sources.LEO05)
HIGH_ORAL_DOSE_CHILD = _limit("high_oral_dose_child", 1, "mg/kg/day", JUDGEMENT, sources.LEO05)
CHILD_WEIGHT_VALID = _limit("child_weight_valid", 365, "d", JUDGEMENT, sources.LEO05)
ESTABLISHED_INFUSION = _limit("established_infusion", 7, "d", JUDGEMENT, sources.HWA19)
TIER_ADULT_AGE = _limit("tier_adult_age", 13, "a", JUDGEMENT, sources.LEO05)
DOSE_ADULT_AGE = _limit("dose_adult_age", 18, "a", JUDGEMENT, sources.SEED, "no dose is proposed for a child")
VITALS_ADULT_AGE = _limit("vitals_adult_age", 16, "a", JUDGEMENT, sources.PALS)

# Reductions (FND-06)
ORAL_STEP_MG = _limit("oral_step", 10, "mg/day in 7 d", JUDGEMENT, sources.UKSPC)
ORAL_STEP_SHARE = _limit("oral_step_share", 0.25, "of the dose before the step", JUDGEMENT, sources.UKSPC)
ABRUPT_CUT_SHARE = _limit("abrupt_cut_share", 0.5, "of the dose before the step", JUDGEMENT, sources.PAUL21)
ITB_STEP_SHARE = _limit("itb_step_share", 0.2, "of the dose before the step", PUBLISHED, sources.MEDSC)
CUT_LOOKBACK = _limit("cut_lookback", 7, "d", JUDGEMENT, sources.PAUL21)

TAPER_TOTAL = _limit("taper_total", 14, "d", JUDGEMENT, sources.UKSPC, "from the first step down to zero")
TAPER_LAST_STEP = _limit("taper_last_step", 10, "mg/day", JUDGEMENT, sources.UKSPC, "the dose before zero, adults")
TAPER_STEP_DAYS = _limit("taper_step_days", 7, "d", JUDGEMENT, sources.UKSPC, "5-10 mg/day per week is common practice")

# Dose and unit (FND-02)
ITB_CHECK = _limit("itb_dose_check", 2500, "mcg/day", JUDGEMENT, sources.DK, "up to 2,000 mcg/day is reported")
ITB_CHECK_CRITICAL = _limit("itb_dose_check_critical", 10000, "mcg/day", JUDGEMENT, sources.DK, "mg entered for mcg?")
ITB_CHECK_LOW = _limit("itb_dose_check_low", 10, "mcg/day", JUDGEMENT, sources.GABLO)
ORAL_CHECK = _limit("oral_dose_check", 300, "mg/day", JUDGEMENT, sources.MEDSC)
CHILD_CHECK = _limit("child_dose_check", 2.5, "mg/kg/day", JUDGEMENT, sources.MEDSC)

# How well the kidneys work, REN-01 and REN-02
EGFR_VALID = _limit("egfr_valid", 365, "d", JUDGEMENT, sources.MUA19)
AKI_VALID = _limit("aki_valid", 7, "d", JUDGEMENT, sources.LORAL, "overrides the eGFR")
EGFR_REDUCED = _limit("egfr_reduced", 60, "mL/min/1.73 m2", PUBLISHED, sources.MUA19)
EGFR_POOR = _limit("egfr_poor", 30, "mL/min/1.73 m2", PUBLISHED, sources.WOLF18)
ELDERLY = _limit("elderly", 65, "a", JUDGEMENT, sources.MUA19, "the study's patients were 66 and older")

# Windows of findings (FND-05)
VITALS_WINDOW = _limit("vitals_window", 24, "h", JUDGEMENT, sources.NSW)
LABS_WINDOW = _limit("labs_window", 48, "h", JUDGEMENT, sources.NSW)
SYMPTOMS_WINDOW = _limit("symptoms_window", 72, "h", JUDGEMENT, sources.NSW, "severe syndrome progresses over 24-72 h")

# Toxicity, section 9
DEEP_COMA = _limit("gcs_deep_coma", 8, "points", JUDGEMENT, sources.LEU06)

# Around an operation (PER)
SURGERY_AHEAD = _limit("surgery_ahead", 14, "d", JUDGEMENT, sources.UKCPA)
AFTER_SURGERY = _limit("after_surgery", 72, "h", JUDGEMENT, sources.DUP18)
NPO_LONG_ENOUGH = _limit(
    "npo_long_enough", 8, "h", JUDGEMENT, sources.DUP18, "10 h without sufficed for severe rebound"
)

# Battery of a pump (PMP-02, FND-04)
ERI_TO_STOP = _limit("eri_to_stop", 90, "d", PUBLISHED, sources.MEDERI)

# How long a child is a newborn, NEO-02
NEWBORN = _limit("newborn", 28, "d", JUDGEMENT, sources.RAT01, "signs from day 2, a seizure on day 7 are reported")

# Supply of a pump (PMP-01)
MAX_REFILL_INTERVAL = _limit("max_refill_interval", 180, "d", PUBLISHED, sources.STAB)

# Restart (ABR, restart dose)
RESTART_FULL = _limit(
    "restart_full_dose", 72, "h", JUDGEMENT, sources.SEED, "previous dose; label wording not verified"
)
RESTART_CONFIRM = _limit("restart_with_confirmation", 7, "d", JUDGEMENT, sources.OVERDOSE)
RESTART_MAX_ORAL = _limit("restart_max_oral", 80, "mg/day", PUBLISHED, sources.MEDSC, "label maximum")

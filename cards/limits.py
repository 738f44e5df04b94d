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

    @property
    def basis_in_words(self) -> str:
        """As cards and pages tell it."""
        return "published" if self.basis == PUBLISHED else "local judgement"


_BY_NAME: dict[str, Limit] = {}


def limit(
    name: str, value: float, unit: str, basis: Literal["published", "judgement"], source: Source, why: str = ""
) -> Limit:
    """Define a clinical number, here or in the rule that alone uses it; two of one name are a mistake."""
    if name in _BY_NAME:
        raise ValueError(f"two limits are called {name!r}")
    _BY_NAME[name] = Limit(name, value, unit, basis, source, why)
    return _BY_NAME[name]


def defined() -> dict[str, Limit]:
    """Every limit by name, of the modules that are loaded; `cards.rule.all_limits` loads the rules first."""
    return dict(sorted(_BY_NAME.items()))


# Interruption and the gap clock (FND-04)
ORAL_MISSED = limit(
    "oral_missed_dose", 12, "h", JUDGEMENT, sources.DUP18, "severe rebound after a 10-h perioperative pause"
)
ORAL_MISSED_SHORT_INTERVAL = limit(
    "oral_missed_dose_short_interval", 10, "h", JUDGEMENT, sources.DUP18, "dosing interval of 6 h or less"
)
SHORT_INTERVAL = limit("short_dosing_interval", 6, "h", JUDGEMENT, sources.DUP18)
LATE_OF_LONG_INTERVAL = limit(
    "late_of_long_interval",
    1.5,
    "x dosing interval",
    JUDGEMENT,
    sources.SEED,
    "a dose given once a day is not late after 12 h; where the interval is over 12 h the threshold is this multiple",
)
ORAL_CONFIRMED = limit("oral_interruption_confirmed", 24, "h", JUDGEMENT, sources.DAL07, "hallucinations 18-31 h on")
MISSED_DOSES = limit("missed_doses", 2, "doses", JUDGEMENT, sources.DAL07)
SYMPTOMS_COUNT_FULLY = limit("symptoms_count_fully", 7, "d", JUDGEMENT, sources.ORALV)
SYMPTOMS_COUNT_AT_ALL = limit("symptoms_count_at_all", 14, "d", JUDGEMENT, sources.ORALV)
SUPPLY_OUT_PROBABLE = limit("supply_out_probable", 3, "d", JUDGEMENT, sources.ORALV, "ran out three days earlier")
RECENT_PUMP_EVENT = limit("recent_pump_event", 14, "d", JUDGEMENT, sources.PMC41)
RECENT_STOP = limit("recent_stop", 7, "d", JUDGEMENT, sources.ORALV)

# Dependence (FND-03)
BRIDGED_GAP = limit("bridged_gap", 30, "d", JUDGEMENT, sources.LEO05)
REPLACED_WITHIN = limit(
    "replaced_within", 730, "d", JUDGEMENT, sources.SEED, "an order without an end is taken until the next one began"
)
HOME_MEDICINE_RECENT = limit("home_medicine_recent", 90, "d", JUDGEMENT, sources.COX20)
SHORT_USE = limit("short_use", 14, "d", JUDGEMENT, sources.LEO05, "shortest reported oral treatment: 5 months")
LONG_USE = limit("long_use", 60, "d", JUDGEMENT, sources.LEO05)
LOW_ORAL_DOSE = limit("low_oral_dose", 15, "mg/day", JUDGEMENT, sources.PENG, "withdrawal after 20 mg/day is reported")
HIGH_ORAL_DOSE = limit("high_oral_dose", 60, "mg/day", JUDGEMENT, sources.NSW)
LOW_ORAL_DOSE_CHILD = limit("low_oral_dose_child", 0.25, "mg/kg/day", JUDGEMENT, sources.LEO05)
HIGH_ORAL_DOSE_CHILD = limit("high_oral_dose_child", 1, "mg/kg/day", JUDGEMENT, sources.LEO05)
CHILD_WEIGHT_VALID = limit("child_weight_valid", 365, "d", JUDGEMENT, sources.LEO05)
TIER_ADULT_AGE = limit("tier_adult_age", 13, "a", JUDGEMENT, sources.LEO05)
DOSE_ADULT_AGE = limit("dose_adult_age", 18, "a", JUDGEMENT, sources.SEED, "no dose is proposed for a child")
VITALS_ADULT_AGE = limit("vitals_adult_age", 16, "a", JUDGEMENT, sources.PALS)

AS_NEEDED_DAYS = limit("as_needed_days_a_week", 3, "days", JUDGEMENT, sources.SEED, "fewer are no dependence")

# Reductions (FND-06)
ORAL_STEP_MG = limit("oral_step", 10, "mg/day in 7 d", JUDGEMENT, sources.UKSPC)
ORAL_STEP_SHARE = limit("oral_step_share", 0.25, "of the dose before the step", JUDGEMENT, sources.UKSPC)
ABRUPT_CUT_SHARE = limit("abrupt_cut_share", 0.5, "of the dose before the step", JUDGEMENT, sources.PAUL21)
ITB_STEP_SHARE = limit("itb_step_share", 0.2, "of the dose before the step", PUBLISHED, sources.MEDSC)
CUT_LOOKBACK = limit("cut_lookback", 7, "d", JUDGEMENT, sources.PAUL21)

TAPER_TOTAL = limit("taper_total", 14, "d", JUDGEMENT, sources.UKSPC, "from the first step down to zero")
TAPER_LAST_STEP = limit("taper_last_step", 10, "mg/day", JUDGEMENT, sources.UKSPC, "the dose before zero, adults")
TAPER_STEP_DAYS = limit("taper_step_days", 7, "d", JUDGEMENT, sources.UKSPC, "5-10 mg/day per week is common practice")

COMPLETED_PLAN = limit("completed_plan_counts", 30, "d", JUDGEMENT, sources.SEED, "a plan carried out explains a stop")

# Dose and unit (FND-02)
ITB_CHECK = limit("itb_dose_check", 2500, "mcg/day", JUDGEMENT, sources.DK, "up to 2,000 mcg/day is reported")
ITB_CHECK_CRITICAL = limit("itb_dose_check_critical", 10000, "mcg/day", JUDGEMENT, sources.DK, "mg entered for mcg?")
ITB_CHECK_LOW = limit("itb_dose_check_low", 10, "mcg/day", JUDGEMENT, sources.GABLO)
ORAL_CHECK = limit("oral_dose_check", 300, "mg/day", JUDGEMENT, sources.MEDSC)
CHILD_CHECK = limit("child_dose_check", 2.5, "mg/kg/day", JUDGEMENT, sources.MEDSC)

# How well the kidneys work, REN-01 and REN-02
EGFR_VALID = limit("egfr_valid", 365, "d", JUDGEMENT, sources.MUA19)
AKI_VALID = limit("aki_valid", 7, "d", JUDGEMENT, sources.LORAL, "overrides the eGFR")
EGFR_REDUCED = limit("egfr_reduced", 60, "mL/min/1.73 m2", PUBLISHED, sources.MUA19)
EGFR_POOR = limit("egfr_poor", 30, "mL/min/1.73 m2", PUBLISHED, sources.WOLF18)
ELDERLY = limit("elderly", 65, "a", JUDGEMENT, sources.MUA19, "the study's patients were 66 and older")

# Windows of findings (FND-05)
VITALS_WINDOW = limit("vitals_window", 24, "h", JUDGEMENT, sources.NSW)
LABS_WINDOW = limit("labs_window", 48, "h", JUDGEMENT, sources.NSW)
SYMPTOMS_WINDOW = limit("symptoms_window", 72, "h", JUDGEMENT, sources.NSW, "severe syndrome progresses over 24-72 h")

# Around an operation (PER)
SURGERY_AHEAD = limit("surgery_ahead", 14, "d", JUDGEMENT, sources.UKCPA)
AFTER_SURGERY = limit("after_surgery", 72, "h", JUDGEMENT, sources.DUP18)
NPO_LONG_ENOUGH = limit("npo_long_enough", 8, "h", JUDGEMENT, sources.DUP18, "10 h without sufficed for severe rebound")

# Battery of a pump (PMP-02, FND-04)
ERI_TO_STOP = limit("eri_to_stop", 90, "d", PUBLISHED, sources.MEDERI)

# How long a child is a newborn, NEO-02
NEWBORN = limit("newborn", 28, "d", JUDGEMENT, sources.RAT01, "signs from day 2, a seizure on day 7 are reported")

# Teaching (EDU-01, and the hand-out)
REFILL_BEFORE = limit("refill_before_running_out", 7, "d", JUDGEMENT, sources.SEED, "what patient and carer are told")

# Supply of a pump (PMP-01, ABR-04)
BOOKED_BEFORE = limit("refill_booked_before", 3, "d", JUDGEMENT, sources.GIL, "3-5 days before the alarm date")
MAX_REFILL_INTERVAL = limit("max_refill_interval", 180, "d", PUBLISHED, sources.STAB)

# Restart (ABR, restart dose)
RESTART_FULL = limit("restart_full_dose", 72, "h", JUDGEMENT, sources.SEED, "previous dose; label wording not verified")
RESTART_CONFIRM = limit("restart_with_confirmation", 7, "d", JUDGEMENT, sources.OVERDOSE)
BRIDGE_SUPPLY_LEAST = limit("bridge_supply_least", 7, "d", JUDGEMENT, sources.SEED, "tablets at the last dose")
BRIDGE_SUPPLY = limit("bridge_supply", 14, "d", JUDGEMENT, sources.SEED, "at most; this much is proposed")
RESTART_MAX_ORAL = limit("restart_max_oral", 80, "mg/day", PUBLISHED, sources.MEDSC, "label maximum")

# Names of numbers that only make sense in this order; a site that changes one must keep it.
ASCENDING = (
    ("short_use", "long_use"),
    ("low_oral_dose", "high_oral_dose"),
    ("low_oral_dose_child", "high_oral_dose_child"),
    ("oral_missed_dose", "oral_interruption_confirmed"),
    ("symptoms_count_fully", "symptoms_count_at_all"),
    ("oral_step_share", "abrupt_cut_share"),
    ("itb_dose_check_low", "itb_dose_check", "itb_dose_check_critical"),
    ("egfr_poor", "egfr_reduced"),
    ("renal_dose_reduced", "renal_dose_poor"),
    ("low_temperature", "fever", "high_fever", "extreme_fever"),
    ("fever", "temperature_red_flag"),
    ("ck_raised", "ck_high", "ck_red_flag"),
    ("gate_telling", "gate_probable"),
    ("critical_points_itb", "critical_points"),
    ("toxicity_gate_with_context", "toxicity_gate_alone"),
    ("bridge_supply_least", "bridge_supply"),
    ("refill_due_now", "refill_due_soon"),
    ("refill_long_ago", "refill_very_long_ago", "max_refill_interval"),
    ("supply_overdue", "supply_long_out", "supply_too_long_out"),
    ("synchromed_old", "synchromed_at_its_end"),
    ("taper_interval", "taper_interval_slow"),
)

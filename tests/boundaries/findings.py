"""Edges of vital signs, laboratory values, the withdrawal score and the toxicity score."""

from functools import partial

from cards.hooks import PATIENT_VIEW
from cards.rule import all_limits
from tests.boundaries.edge import Edge, edge
from tests.chart import Chart, instant

_AGES = {
    "newborn": 10 / 365, "under_1_y": 0.5, "1_to_2_y": 2, "3_to_5_y": 4, "6_to_9_y": 8, "10_to_11_y": 11, "12_y": 12,
    "13_to_15_y": 14, "adult": 54,
}  # fmt: skip
_CODES = {
    "heart_rate": ("8867-4", "/min"),
    "respiratory_rate": ("9279-1", "/min"),
    "systolic": ("8480-6", "mm[Hg]"),
    "diastolic": ("8462-4", "mm[Hg]"),
}


def somebody(age: float = 54) -> Chart:
    """With a pump, so that findings are counted as of now."""
    chart = Chart(age=age)
    chart.pump()
    return chart


def with_value(age: float, loinc: str, value: float, unit: str, when: str = "1h") -> Chart:
    """A value by its LOINC code, or by its name."""
    chart = somebody(age)
    seen = chart.vital(loinc, value, unit, when)
    if not loinc[0].isdigit():
        seen["code"] = {"text": loinc}
    return chart


TABLE: list[Edge] = []

for _limit in all_limits().values():
    for _measure, (_loinc, _unit) in _CODES.items():
        _side, _, _band = _limit.name.removeprefix(f"{_measure}_").partition("_")
        if _limit.name.startswith(f"{_measure}_{_side}") and _side in ("high", "low") and _band in _AGES:
            # Half a unit beyond the number: abnormal by ours, and no more when the number moves one unit outwards.
            out = 1 if _side == "high" else -1
            TABLE.append(
                Edge(
                    _limit.name,
                    _limit.value + out,
                    PATIENT_VIEW,
                    partial(with_value, _AGES[_band], _loinc, _limit.value + out / 2, _unit),
                )
            )

for _name, _moved, _loinc, _value, _unit in (
    ("fever", 38.1, "8310-5", 38.0, "Cel"),
    ("high_fever", 39.1, "8310-5", 39.0, "Cel"),
    ("extreme_fever", 41.1, "8310-5", 41.0, "Cel"),
    ("temperature_red_flag", 40.1, "8310-5", 40.0, "Cel"),
    ("low_temperature", 35.4, "8310-5", 35.45, "Cel"),
    ("ck_raised", 501, "2157-6", 500, "U/L"),
    ("ck_high", 1001, "2157-6", 1000, "U/L"),
    ("ck_red_flag", 5001, "2157-6", 5000, "U/L"),
    ("lactate_high", 4.1, "32693-4", 4, "mmol/L"),
    ("transaminase_high", 121, "1920-8", 120, "U/L"),
    ("gcs_fall", 3, "9269-2", 13, "{score}"),
    ("gcs_normal", 14, "9269-2", 13, "{score}"),
    ("toxicity_gcs", 11, "9269-2", 12, "{score}"),
    ("oxygen_saturation_red_flag", 89, "59408-5", 89.5, "%"),
    ("heart_rate_red_flag_slow", 49, "8867-4", 49.5, "/min"),
    ("heart_rate_red_flag_fast", 141, "8867-4", 140.5, "/min"),
    ("toxicity_rass", -3, "RASS", -2, "{score}"),
    ("rass_agitated", 2, "RASS", 1, "{score}"),
):
    TABLE.append(Edge(_name, _moved, PATIENT_VIEW, partial(with_value, 54, _loinc, _value, _unit)))


@edge("systolic_low_child", 69)
def pressure_of_a_boy_of_four() -> Chart:
    return with_value(4, "8480-6", 77.5, "mm[Hg]")


@edge("systolic_low_child_a_year", 1.8)
def pressure_of_a_girl_of_four() -> Chart:
    return with_value(4, "8480-6", 77.5, "mm[Hg]")


@edge("heart_rate_red_flag_fast_child", 41)
def pulse_of_a_child_of_four() -> Chart:
    return with_value(4, "8867-4", 160.5, "/min")


@edge("vitals_adult_age", 15)
def pressure_at_fifteen() -> Chart:
    """High for fifteen, not for an adult."""
    return with_value(15.5, "8480-6", 150, "mm[Hg]")


@edge("vitals_window", 23)
def fever_of_yesterday() -> Chart:
    return with_value(54, "8310-5", 39, "Cel", "23.5h")


@edge("labs_window", 47)
def ck_of_the_day_before_yesterday() -> Chart:
    return with_value(54, "2157-6", 1200, "U/L", "47.5h")


@edge("symptoms_window", 71)
def hallucinations_three_days_ago() -> Chart:
    chart = somebody()
    chart.sign("Visual hallucinations", "71.5h")
    return chart


@edge("gcs_red_flag", 11)
def drowsy_with_fever() -> Chart:
    chart = with_value(54, "8310-5", 38.2, "Cel")
    chart.vital("9269-2", 12, "{score}")
    chart.vital("9269-2", 13, "{score}", "40d")
    return chart


@edge("gcs_baseline_valid", 364)
def a_coma_scale_of_a_year_ago() -> Chart:
    chart = with_value(54, "9269-2", 13, "{score}")
    chart.vital("9269-2", 13, "{score}", "364.5d")
    return chart


def _ashworth(now: float, before: float, when: str) -> Chart:
    chart = somebody()
    for grade, at in ((now, "1h"), (before, when)):
        chart.add("Observation", status="final", code={"text": "Modified Ashworth scale"}, valueInteger=int(grade),
                  effectiveDateTime=instant(at))  # fmt: skip
    return chart


@edge("ashworth_rise", 2)
def stiffer_by_one_grade() -> Chart:
    return _ashworth(3, 2, "30d")


@edge("ashworth_baseline_valid", 364)
def stiffer_than_a_year_ago() -> Chart:
    return _ashworth(3, 2, "364.5d")


@edge("organs_red_flag", 3)
def two_organs_in_trouble() -> Chart:
    chart = with_value(54, "2157-6", 1000, "U/L")
    chart.vital("32693-4", 4, "mmol/L")
    return chart


def _pressures(*values: tuple[float, str]) -> Chart:
    chart = somebody()
    for value, when in values:
        chart.systolic(value, when)
    return chart


@edge("systolic_rise", 41)
def forty_above_the_usual() -> Chart:
    return _pressures((150, "1h"), (110, "10d"), (110, "20d"), (110, "30d"))


@edge("systolic_baseline_values", 4)
def three_values_make_the_usual() -> Chart:
    return _pressures((150, "1h"), (110, "10d"), (110, "20d"), (110, "30d"))


@edge("systolic_baseline_newest", 8)
def the_usual_of_last_week() -> Chart:
    return _pressures((150, "1h"), (110, "7.5d"), (110, "20d"), (110, "30d"))


@edge("systolic_baseline_oldest", 364)
def the_usual_of_last_year() -> Chart:
    return _pressures((150, "1h"), (110, "10d"), (110, "20d"), (110, "364.5d"))


@edge("systolic_swing", 5)
def a_swing_within_six_hours() -> Chart:
    return _pressures((150, "1h"), (110, "6.5h"))


def _creatinine(now: float, before: float, when: str, at: str = "1h") -> Chart:
    chart = somebody()
    chart.vital("2160-0", now, "mg/dL", at)
    chart.vital("2160-0", before, "mg/dL", when)
    return chart


@edge("creatinine_ratio", 1.6)
def creatinine_half_as_high_again() -> Chart:
    return _creatinine(1.5, 1.0, "5d")


@edge("creatinine_baseline", 6)
def creatinine_of_a_week_before() -> Chart:
    return _creatinine(1.5, 1.0, "6.6d")


@edge("creatinine_rise", 0.31)
def creatinine_up_by_a_little_in_two_days() -> Chart:
    return _creatinine(1.3, 1.0, "40h")


# -- weights and caps --------------------------------------------------------------------------------------------------

_SIGNS = {
    "points_spasticity": "Increased spasticity", "points_tremor": "Tremor",
    "points_hallucinations": "Visual hallucinations", "points_delirium": "Delirium", "points_agitation": "Agitation",
    "points_seizure": "Seizure", "points_fever": "Fever", "points_tachycardia": "Tachycardia",
    "points_hypertension": "Elevated blood pressure", "points_tachypnoea": "Diaphoresis",
    "points_itching_intrathecal": "Itching", "points_itching_oral": "Itching", "points_ck_high": "Rhabdomyolysis",
    "points_kidney_injury": "Acute kidney injury", "points_organ_failure": "Disseminated intravascular coagulation",
    "toxicity_points_low_tone": "Flaccid", "toxicity_points_coma": "Somnolent",
    "toxicity_points_breathing": "Apnea", "toxicity_points_bradycardia": "Bradycardia",
    "toxicity_points_hypotension": "Hypotension",
}  # fmt: skip
_CAPPED = {
    "cap_neuromuscular": ("Increased spasticity", "Tremor"),
    "cap_mental": ("Visual hallucinations", "Delirium", "Agitation", "Seizure"),
    "cap_autonomic": ("Fever", "Tachycardia", "Elevated blood pressure", "Diaphoresis", "Itching"),
    "cap_laboratory": ("Rhabdomyolysis", "Acute kidney injury", "Disseminated intravascular coagulation"),
}


def with_signs(*signs: str) -> Chart:
    chart = somebody()
    for sign in signs:
        chart.sign(sign)
    return chart


for _name, _sign in _SIGNS.items():
    TABLE.append(Edge(_name, all_limits()[_name].value + 1, PATIENT_VIEW, partial(with_signs, _sign)))
for _name, _signs in _CAPPED.items():
    TABLE.append(Edge(_name, all_limits()[_name].value - 1, PATIENT_VIEW, partial(with_signs, *_signs)))
for _name, _loinc, _value, _unit in (
    ("points_high_fever", "8310-5", 39.5, "Cel"),
    ("points_extreme_fever", "8310-5", 41.5, "Cel"),
    ("points_ck_raised", "2157-6", 600, "U/L"),
    ("toxicity_points_cold", "8310-5", 35.0, "Cel"),
):
    TABLE.append(
        Edge(_name, all_limits()[_name].value + 1, PATIENT_VIEW, partial(with_value, 54, _loinc, _value, _unit))
    )


# -- gates -------------------------------------------------------------------------------------------------------------


def overdue(*signs: str) -> Chart:
    """A pump whose alarm date passed six days ago: a probable interruption."""
    chart = with_signs(*signs)
    chart.alarm_date("6d")
    chart.heart_rate(80)
    return chart


@edge("gate_telling", 3)
def rigid_after_the_alarm_date() -> Chart:
    return overdue("Increased spasticity")


@edge("critical_points_itb", 5)
def four_points_after_the_alarm_date() -> Chart:
    return overdue("Increased spasticity", "Itching")


def _omitted(hours: str, *signs: str) -> Chart:
    chart = Chart()
    chart.baclofen()
    chart.stay(hours)
    chart.heart_rate(80)
    for sign in signs:
        chart.sign(sign)
    return chart


@edge("gate_probable", 4)
def three_points_after_twenty_hours() -> Chart:
    return _omitted("20h", "Visual hallucinations", "Tremor")


@edge("critical_points", 7)
def six_points_after_thirty_hours() -> Chart:
    return _omitted("30h", "Increased spasticity", "Tremor", "Agitation", "Fever", "Tachycardia")


def _unknown_state(*signs: str) -> Chart:
    """A pump with an alarm date far ahead and a scan two days ago: possibly interrupted."""
    chart = with_signs(*signs)
    chart.alarm_date("+60d")
    chart.procedure("MRI lumbar spine", "3d")
    chart.heart_rate(80)
    return chart


@edge("gate_possible_itb", 6)
def five_points_while_nobody_knows_of_the_pump() -> Chart:
    return _unknown_state("Increased spasticity", "Tremor", "Agitation", "Fever")


@edge("gate_possible_itb_domains", 3)
def two_domains_while_nobody_knows_of_the_pump() -> Chart:
    return _unknown_state("Increased spasticity", "Tremor", "Visual hallucinations")


@edge("gate_more_with_alternative", 3)
def an_infection_beside_seven_points() -> Chart:
    chart = _unknown_state("Tremor", "Visual hallucinations", "Delirium", "Fever", "Tachycardia")
    chart.condition("Pneumonia", "2d")
    return chart


@edge("gate_possible_itb_interrogated", 7)
def six_points_and_a_normal_pump() -> Chart:
    chart = with_signs("Increased spasticity", "Tremor", "Agitation", "Fever", "Tachycardia")
    chart.alarm_date("+60d")
    chart.procedure("MRI lumbar spine", "3d")
    chart.procedure("Intrathecal pump interrogation: normal", "2h")
    chart.heart_rate(80)
    return chart


@edge("gate_possible_oral", 7)
def six_points_while_tablets_may_be_out() -> Chart:
    chart = Chart()
    chart.baclofen()
    chart.fill("31d", 30)
    chart.heart_rate(80)
    for sign in ("Increased spasticity", "Tremor", "Agitation", "Fever", "Tachycardia"):
        chart.sign(sign, "1h")
    return chart


@edge("uncertain_margin", 1)
def withdrawal_one_point_ahead_of_toxicity() -> Chart:
    """Tone not examined: delirium, agitation, fever and itching against stupor and slow breathing."""
    chart = overdue("Delirium", "Agitation", "Fever", "Itching", "Somnolent", "Apnea")
    chart.procedure("Intrathecal baclofen pump reprogramming", "50h")
    chart.sign("Bradycardia")
    return chart


@edge("toxicity_gate_alone", 5)
def four_points_of_toxicity() -> Chart:
    return with_signs("Somnolent", "Apnea")


@edge("toxicity_gate_with_context", 4)
def three_points_of_toxicity_after_a_refill() -> Chart:
    chart = with_signs("Somnolent", "Bradycardia")
    chart.procedure("Intrathecal baclofen pump refill", "2d")
    return chart


@edge("after_pump_check", 2)
def refilled_two_days_and_a_half_ago() -> Chart:
    chart = with_signs("Somnolent", "Bradycardia")
    chart.procedure("Intrathecal baclofen pump refill", "60h")
    return chart


@edge("after_pump_surgery", 3)
def revised_three_days_and_a_half_ago() -> Chart:
    chart = with_signs("Somnolent", "Bradycardia")
    chart.procedure("Intrathecal baclofen pump replacement", "84h")
    return chart


@edge("toxicity_new_order", 71)
def morphine_since_nearly_three_days() -> Chart:
    chart = with_signs("Somnolent", "Bradycardia")
    chart.medicine("Morphine 10 mg tablet", "71.5h")
    return chart


@edge("toxicity_dose_rise", 1.3)
def baclofen_raised_by_a_quarter() -> Chart:
    chart = with_signs("Somnolent", "Bradycardia")
    chart.baclofen(20, 4, "300d")
    chart.baclofen(25, 4, "2d")
    return chart


def _gas(carbon: float, acid: float) -> Chart:
    chart = with_value(54, "PaCO2", carbon, "mm[Hg]")
    chart.vital("2744-1", acid, "[pH]")["code"] = {"text": "Arterial pH"}
    return chart


@edge("toxicity_paco2", 51)
def carbon_dioxide_retained() -> Chart:
    return _gas(50.5, 7.30)


@edge("toxicity_ph", 7.33)
def acid_blood() -> Chart:
    return _gas(60, 7.34)


@edge("gcs_deep_coma", 7)
def deeply_unconscious_and_limp() -> Chart:
    chart = with_signs("Flaccid")
    chart.vital("9269-2", 8, "{score}")
    chart.procedure("Intrathecal baclofen pump refill", "2d")
    return chart


@edge("young_infant", 5)
def an_infant_of_five_months_with_fever() -> Chart:
    """The work-up for sepsis is a line of the card."""
    chart = Chart(age=5.5 / 12)
    chart.baclofen(1, 3, "100d", status="stopped", until="30h")
    chart.sign("Seizure")
    chart.sign("Tremor")
    return chart


@edge("intubated_for_operation", 5)
def an_operation_five_and_a_half_hours_after_the_tube() -> Chart:
    chart = somebody()
    chart.procedure("Endotracheal intubation", "20h")
    chart.procedure("Posterior spinal fusion", "14.5h")
    return chart


def failing_pump(medicine: str = "", ordered: str = "") -> Chart:
    """Fever and rigidity after the alarm date: the card says what else it could be, of this medicine, too."""
    chart = somebody()
    chart.alarm_date("6d")
    chart.temperature(39.2)
    chart.sign("Rigidity")
    if medicine:
        chart.medicine(medicine, ordered)
    return chart


@edge("serotonergic_new", 4, reads=True)
def sertraline_four_and_a_half_days_ago() -> Chart:
    return failing_pump("sertraline 50 mg", "4.5d")


@edge("dopamine_changed", 13, reads=True)
def haloperidol_thirteen_and_a_half_days_ago() -> Chart:
    return failing_pump("haloperidol 5 mg", "13.5d")


@edge("anaesthetic_recent", 23, reads=True)
def sevoflurane_twenty_three_and_a_half_hours_ago() -> Chart:
    return failing_pump("sevoflurane", "23.5h")


@edge("other_drug_given_on", 22, reads=True)
def clonazepam_given_twenty_three_hours_ago() -> Chart:
    chart = failing_pump()
    stopped = {"status": "stopped", "medicationCodeableConcept": {"text": "clonazepam 1 mg"}}
    chart.add("MedicationStatement", effectivePeriod={"start": instant("900d"), "end": instant("3d")}, **stopped)
    chart.given("23h", drug="clonazepam 1 mg")
    return chart


@edge("benzodiazepine_stopped", 13, reads=True)
def clonazepam_until_thirteen_and_a_half_days_ago() -> Chart:
    chart = failing_pump()
    period = {"start": instant("900d"), "end": instant("13.5d")}
    drug = {"medicationCodeableConcept": {"text": "clonazepam 1 mg"}}
    chart.add("MedicationStatement", status="stopped", effectivePeriod=period, **drug)
    return chart

"""The names under which the record files what the chart says: one word a concept, whatever the code system.

Value sets (`cards/valuesets/`) and free-text patterns (`lexicon.py`) lead to these names; timeline, scales and rules
know only them.
"""

from enum import StrEnum


class Measure(StrEnum):
    """Observations with a value. The unit is the one the record converts to."""

    TEMPERATURE = "temperature"  # Cel
    HEART_RATE = "heart-rate"  # /min
    RESPIRATORY_RATE = "respiratory-rate"  # /min
    SYSTOLIC = "systolic"  # mm[Hg]
    DIASTOLIC = "diastolic"  # mm[Hg]
    MEAN_PRESSURE = "mean-pressure"  # mm[Hg]
    OXYGEN_SATURATION = "oxygen-saturation"  # %
    GCS = "gcs"  # 3..15, also from "E4V4M6=14"
    RASS = "rass"  # -5..+4
    CAM = "cam"  # 1 positive, 0 negative
    MODIFIED_ASHWORTH = "modified-ashworth"  # 0..4, "1+" is 1.5
    PENN_SPASM = "penn-spasm"  # 0..4
    CK = "ck"  # U/L
    CREATININE = "creatinine"  # mg/dL
    EGFR = "egfr"  # mL/min/1.73 m2
    POTASSIUM = "potassium"  # mmol/L
    LACTATE = "lactate"  # mmol/L
    AST = "ast"  # U/L
    ALT = "alt"  # U/L
    MYOGLOBIN = "myoglobin"  # as reported
    PACO2 = "paco2"  # mm[Hg]
    PH = "ph"
    INR = "inr"
    WEIGHT = "weight"  # kg
    PUMP_ALARM_DATE = "pump-alarm-date"  # a date in `date`: low-reservoir alarm, or "refill due/by"
    PUMP_EMPTY_DATE = "pump-empty-date"  # a date in `date`
    PUMP_ERI_DATE = "pump-eri-date"  # a date in `date`: elective replacement indicator
    PUMP_EOS_DATE = "pump-eos-date"  # a date in `date`: end of service
    PUMP_RESERVOIR_VOLUME = "pump-reservoir-volume"  # mL
    PUMP_FILL_VOLUME = "pump-fill-volume"  # mL
    PUMP_CONCENTRATION = "pump-concentration"  # mcg/mL
    PUMP_DAILY_DOSE = "pump-daily-dose"  # mcg/day
    PUMP_STATUS = "pump-status"  # words in `text`; signs PUMP_STOPPED / PUMP_RUNNING beside it
    PUMP_LAST_REFILL = "pump-last-refill"  # a date in `date`


class Sign(StrEnum):
    """What a Condition, or an Observation in words, asserts about the patient now (never negated ones)."""

    SPASTICITY = "spasticity"  # increased spasticity, rigidity, stiffness, dystonia, spasms (N1)
    TREMOR = "tremor"  # tremor, jitteriness, myoclonus, clonus, hyperreflexia (N2)
    HALLUCINATIONS = "hallucinations"  # P1
    DELIRIUM = "delirium"  # delirium, confusion, altered mental state (P2)
    AGITATION = "agitation"  # anxiety, agitation, insomnia (P3)
    SEIZURE = "seizure"  # P4; not epilepsy as a diagnosis
    FEVER = "fever"  # words or code without a value (A1)
    TACHYCARDIA = "tachycardia"  # A2
    HYPERTENSION = "hypertension"  # raised reading, not the chronic diagnosis (A3)
    TACHYPNOEA = "tachypnoea"  # A4
    DIAPHORESIS = "diaphoresis"  # A4
    PRURITUS = "pruritus"  # itching, without rash (A5)
    PARAESTHESIA = "paraesthesia"  # A5, also piloerection and priapism
    RHABDOMYOLYSIS = "rhabdomyolysis"
    AKI = "aki"
    MYOGLOBINURIA = "myoglobinuria"
    COAGULOPATHY = "coagulopathy"  # DIC
    ACIDOSIS = "acidosis"  # metabolic
    HYPOTONIA = "hypotonia"  # X1 flaccid, areflexia, low tone
    STUPOR = "stupor"  # X2 somnolence to coma
    RESPIRATORY_DEPRESSION = "respiratory-depression"  # X3, apnoea
    VENTILATED = "ventilated"
    VASOPRESSOR = "vasopressor"
    BRADYCARDIA = "bradycardia"
    HYPOTENSION = "hypotension"
    POOR_FEEDING = "poor-feeding"  # of a newborn
    HIGH_PITCHED_CRY = "high-pitched-cry"  # of a newborn
    TONE_NORMAL = "tone-normal"  # "tone normal", "no increase in tone"
    PUMP_ALARM_CRITICAL = "pump-alarm-critical"  # two-tone, critical alarm, motor stall, empty reservoir
    PUMP_ALARM_LOW = "pump-alarm-low"  # single tone, low reservoir
    PUMP_STOPPED = "pump-stopped"  # stopped, stalled, off, minimum rate
    PUMP_RUNNING = "pump-running"  # interrogation normal, running as programmed, stall recovered
    CATHETER_FAULT = "catheter-fault"  # leak, kink, occlusion, disconnection, fracture, dislodgement shown


class Problem(StrEnum):
    """Diagnoses and states that change a judgement."""

    SPASTICITY_INDICATION = "spasticity-indication"  # any cause baclofen is given for chronically
    SPINAL_CORD_INJURY = "spinal-cord-injury"
    SPINAL_CORD_INJURY_HIGH = "spinal-cord-injury-high"  # at T6 or above, tetraplegia
    COMMUNICATION_DIFFICULTY = "communication-difficulty"
    EPILEPSY = "epilepsy"
    BACLOFEN_WITHDRAWAL = "baclofen-withdrawal"  # named as such, earlier or now
    BACLOFEN_TOXICITY = "baclofen-toxicity"  # overdose, poisoning, adverse effect
    UNDERDOSING = "underdosing"
    PREGNANCY = "pregnancy"
    CKD = "ckd"
    NEUROGENIC_BLADDER = "neurogenic-bladder"
    DIALYSIS = "dialysis"
    COMFORT_CARE = "comfort-care"  # hospice, palliative, end of life
    LONG_TERM_VENTILATION = "long-term-ventilation"  # by a machine at home
    PUMP_PRESENT = "pump-present"  # "presence of intrathecal pump" in words; the Z codes alone do not say so
    PUMP_COMPLICATION = "pump-complication"  # mechanical
    PUMP_INFECTION = "pump-infection"
    PUMP_EROSION = "pump-erosion"  # through the skin
    MENINGITIS = "meningitis"
    INFECTION_SOURCE = "infection-source"  # sepsis, pneumonia, UTI, meningitis with a source
    ALCOHOL_WITHDRAWAL = "alcohol-withdrawal"
    OPIOID_WITHDRAWAL = "opioid-withdrawal"
    NMS = "nms"
    SEROTONIN_SYNDROME = "serotonin-syndrome"
    MALIGNANT_HYPERTHERMIA = "malignant-hyperthermia"
    AUTONOMIC_DYSREFLEXIA = "autonomic-dysreflexia"


class Gestation(StrEnum):
    """By what an observation dates a pregnancy."""

    DUE = "due-date"
    WEEKS = "gestational-age"
    PERIOD = "last-period"  # told of any woman: dates a pregnancy, asserts none
    BIRTH = "delivery-date"


class Act(StrEnum):
    """What a Procedure, ServiceRequest, NutritionOrder, Appointment or CarePlan is about."""

    PUMP_REFILL = "pump-refill"
    PUMP_INTERROGATION = "pump-interrogation"  # analysis, check, telemetry, reprogramming
    PUMP_IMPLANT = "pump-implant"  # new pump or catheter
    PUMP_REMOVAL = "pump-removal"  # explant of pump or catheter
    PUMP_REVISION = "pump-revision"  # catheter revision, repair, pocket revision
    PUMP_REPLACEMENT = "pump-replacement"  # exchange in one session
    PUMP_STOP = "pump-stop"  # order to stop the pump, or minimum rate
    PUMP_WEAN = "pump-wean"  # planned ITB wean
    PUMP_EMPTYING = "pump-emptying"  # drug taken out of the reservoir, as before a scan
    INTRATHECAL_BRIDGE = "intrathecal-bridge"  # externalised infusion, lumbar catheter, IT bolus
    CATHETER_STUDY = "catheter-study"
    SCREENING_BOLUS = "screening-bolus"  # ITB trial dose
    SURGERY = "surgery"
    LOCAL_ANAESTHESIA = "local-anaesthesia"
    ANAESTHESIA = "anaesthesia"  # general, regional, deep sedation
    SPINE_SURGERY = "spine-surgery"
    ABDOMINAL_SURGERY = "abdominal-surgery"
    MRI = "mri"
    HYPERBARIC = "hyperbaric"
    LITHOTRIPSY = "lithotripsy"
    DIATHERMY = "diathermy"  # as a treatment; not the surgeon's
    THERAPEUTIC_ULTRASOUND = "therapeutic-ultrasound"
    RADIOTHERAPY = "radiotherapy"
    DIALYSIS = "dialysis"
    DIET = "diet"  # any oral diet: a later one that is not nil by mouth ends a fast
    NPO = "npo"
    NPO_EXCEPT_MEDICATIONS = "npo-except-medications"
    HOLD_ORAL = "hold-oral"  # hold all oral medication
    HOLD_BACLOFEN = "hold-baclofen"
    STOP_BACLOFEN = "stop-baclofen"
    TUBE_ROUTE = "tube-route"  # give by nasogastric, gastrostomy or other tube
    CONTINUE_BACLOFEN = "continue-baclofen"  # "continue baclofen", "take with sips"
    TAPER_PLAN = "taper-plan"
    BRIDGING_PLAN = "bridging-plan"
    SPECIALIST_CONSULT = "specialist-consult"  # pump team, PM&R, neurology, neurosurgery, pain
    ICU = "icu"  # intensive care, monitored bed, telemetry
    VENTILATION = "ventilation"  # by a machine, through a tube
    INTUBATION = "intubation"
    EXTUBATION = "extubation"
    DIAGNOSTICS = "diagnostics"  # CT, LP, cultures, CK
    EDUCATION = "education"
    COMFORT_CARE = "comfort-care"
    PATIENT_REFUSES = "patient-refuses"


class Reason(StrEnum):
    """Why an order was stopped, held or not given, as far as its words say."""

    PLANNED_TAPER = "planned-taper"
    ADVERSE_REACTION = "adverse-reaction"  # serious reaction, toxicity, allergy
    NEVER_TAKEN = "never-taken"
    PATIENT_REFUSES = "patient-refuses"
    COMFORT_CARE = "comfort-care"
    NPO = "npo"
    SURGERY = "surgery"
    RENAL = "renal"
    SEDATION = "sedation"
    RAN_OUT = "ran-out"
    STOPPED_BY_PATIENT = "stopped-by-patient"
    DUPLICATE = "duplicate"  # formulation or brand change, transfer re-order
    COURSE_ENDED = "course-ended"


class Drug(StrEnum):
    """Active drugs that a rule tells apart."""

    BACLOFEN = "baclofen"
    ARBACLOFEN = "arbaclofen"
    TIZANIDINE = "tizanidine"
    CYCLOBENZAPRINE = "cyclobenzaprine"
    DANTROLENE = "dantrolene"
    METHOCARBAMOL = "methocarbamol"
    CARISOPRODOL = "carisoprodol"
    GABAPENTIN = "gabapentin"
    DIAZEPAM = "diazepam"
    MIDAZOLAM = "midazolam"
    LORAZEPAM = "lorazepam"
    CLONAZEPAM = "clonazepam"
    MORPHINE = "morphine"
    HYDROMORPHONE = "hydromorphone"
    FENTANYL = "fentanyl"
    OPIOID = "opioid"  # any other than the three above
    ZICONOTIDE = "ziconotide"
    BUPIVACAINE = "bupivacaine"
    CLONIDINE = "clonidine"
    PHYSOSTIGMINE = "physostigmine"
    FLUMAZENIL = "flumazenil"
    CYPROHEPTADINE = "cyproheptadine"
    PROPOFOL = "propofol"
    DEXMEDETOMIDINE = "dexmedetomidine"
    PHENOBARBITAL = "phenobarbital"
    VASOPRESSOR = "vasopressor"  # noradrenaline and its like
    SEROTONERGIC = "serotonergic"
    ANTIPSYCHOTIC = "antipsychotic"
    DOPAMINE_ANTAGONIST = "dopamine-antagonist"  # against nausea: metoclopramide and its like
    DOPAMINERGIC = "dopaminergic"  # against Parkinson's disease: levodopa and its like
    VOLATILE_ANAESTHETIC = "volatile-anaesthetic"  # or succinylcholine


BENZODIAZEPINES = frozenset({Drug.DIAZEPAM, Drug.MIDAZOLAM, Drug.LORAZEPAM, Drug.CLONAZEPAM})
OPIOIDS = frozenset({Drug.MORPHINE, Drug.HYDROMORPHONE, Drug.FENTANYL, Drug.OPIOID})
OTHER_PUMP_DRUGS = frozenset(
    {Drug.MORPHINE, Drug.HYDROMORPHONE, Drug.FENTANYL, Drug.ZICONOTIDE, Drug.BUPIVACAINE, Drug.CLONIDINE}
)


class Route(StrEnum):
    """Route class (FND-01): by mouth and by any feeding tube are one class."""

    ORAL = "oral"
    INTRATHECAL = "intrathecal"
    TOPICAL = "topical"
    OTHER = "other"  # a route is recorded, and it is none of the above
    UNKNOWN = "unknown"


class PumpModel(StrEnum):
    """Makers whose pumps behave differently."""

    SYNCHROMED = "SynchroMed"
    PROMETRA = "Prometra"
    UNKNOWN = ""

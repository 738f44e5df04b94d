"""What free text means: one table of plain phrases a concept, for a pharmacist to review.

All of it is JUDGEMENT: no source publishes such a list. Spellings come from vendors' samples, order names and the
terms of the guidelines; brand names from product labels. `phrases.py` explains the marks (`*`, `~`, `&`, `(a|b)`,
`=`), and how negation ("no fever"), family ("mother has") and history ("history of") are told apart. Case, accents and
the kind of hyphen do not matter. A phrase under `unless` anywhere in the text cancels the row.
"""

from cards.record import procedure_words, support_words
from cards.record.coding import plain
from cards.record.concepts import Act, Drug, Problem, Reason, Sign
from cards.record.end_of_service import NOT_REACHED, REACHED, STATE
from cards.record.phrases import Phrasebook, Row, Standing

# A consult about comfort, a treatment that happens to be palliative and an offer that was declined are no comfort care.
COMFORT_CARE_WORDS = (
    "hospice", "comfort care", "comfort measures", "comfort only", "cmo", "palliative care", "end of life",
    "terminal care",
)  # fmt: skip
NOT_COMFORT_CARE = (
    "(consult*|refer|evaluat*|discuss*|declin*|refus*) ~ (palliative|hospice|comfort)",
    "(palliative|hospice) ~ (consult*|evaluat*|discuss*|declin*|refus*|deferred)", "palliative ~ referral",
    "palliative (radio*|chemo*|surg*|radiation|intent)", "(graduated|discharged|revoked) ~ hospice", "hospice revok*",
)  # fmt: skip

# --- drugs: names as they stand in orders and on labels -------------------------------------------------------------

BACLOFEN_NAMES = (
    "baclofen*", "baclophen", "lioresal", "gablofen", "ozobax", "fleqsuvy", "lyvispah", "kemstro", "lyflex",
    "baclospas",
    "itb",
)  # fmt: skip

DRUGS = (
    Row(Drug.BACLOFEN, BACLOFEN_NAMES, unless=("iliotibial*", "itb (release|syndrome|stretch*|friction)")),
    Row(Drug.ARBACLOFEN, ("arbaclofen*",)),
    Row(Drug.TIZANIDINE, ("tizanidin*", "zanaflex", "sirdalud")),
    Row(Drug.CYCLOBENZAPRINE, ("cyclobenzaprin*", "flexeril", "amrix")),
    Row(Drug.DANTROLENE, ("dantrol*", "dantrium", "ryanodex", "revonto")),
    Row(Drug.METHOCARBAMOL, ("methocarbamol*", "robaxin")),
    Row(Drug.CARISOPRODOL, ("carisoprodol*", "soma")),
    Row(Drug.GABAPENTIN, ("gabapentin*", "neurontin")),
    Row(Drug.DIAZEPAM, ("diazepam*", "valium", "diastat")),
    Row(Drug.MIDAZOLAM, ("midazolam*", "versed", "dormicum")),
    Row(Drug.LORAZEPAM, ("lorazepam*", "ativan")),
    Row(Drug.CLONAZEPAM, ("clonazepam*", "klonopin", "rivotril")),
    Row(Drug.MORPHINE, ("morphin*", "infumorph", "duramorph", "mitigo"), unless=("apomorphin*",)),
    Row(Drug.HYDROMORPHONE, ("hydromorphon*", "dilaudid")),
    Row(Drug.FENTANYL, ("fentanyl*", "sublimaze")),
    Row(Drug.OPIOID, ("oxycodon*", "hydrocodon*", "oxymorphon*", "methadon*", "buprenorphin*", "tapentadol*",
        "codein*", "remifentanil*", "sufentanil*")),
    Row(Drug.ZICONOTIDE, ("ziconotid*", "prialt")),
    Row(Drug.BUPIVACAINE, ("bupivacain*", "marcain*", "sensorcaine")),
    Row(Drug.CLONIDINE, ("clonidin*", "duraclon", "catapres*")),
    Row(Drug.PHYSOSTIGMINE, ("physostigmin*", "antilirium")),
    Row(Drug.FLUMAZENIL, ("flumazenil*", "romazicon", "anexate")),
    Row(Drug.CYPROHEPTADINE, ("cyproheptadin*", "periactin")),
    Row(Drug.PROPOFOL, ("propofol*", "diprivan")),
    Row(Drug.DEXMEDETOMIDINE, ("dexmedetomidin*", "precedex", "dexdor")),
    Row(Drug.PHENOBARBITAL, ("phenobarbital*", "phenobarbiton*", "luminal")),
    *support_words.DRUGS,
    Row(Drug.SEROTONERGIC, ("fluoxetin*", "sertralin*", "paroxetin*", "citalopram*", "escitalopram*", "fluvoxamin*",
        "venlafaxin*", "desvenlafaxin*", "duloxetin*", "tramadol*", "linezolid*", "meperidin*", "pethidin*",
        "phenelzin*", "tranylcypromin*", "selegilin*", "methylene blue", "buspiron*", "trazodon*", "mirtazapin*",
        "dextromethorphan*", "sumatriptan*", "clomipramin*", "ondansetron*")),
    Row(Drug.ANTIPSYCHOTIC, ("haloperidol*", "haldol", "olanzapin*", "zyprexa", "risperidon*", "risperdal",
        "quetiapin*", "seroquel", "ziprasidon*", "geodon", "aripiprazol*", "abilify", "chlorpromazin*", "droperidol*",
        "fluphenazin*", "perphenazin*", "clozapin*", "paliperidon*", "levomepromazin*")),
    Row(Drug.DOPAMINE_ANTAGONIST, ("prochlorperazin*", "metoclopramid*", "reglan", "promethazin*")),
    Row(Drug.DOPAMINERGIC, ("levodopa*", "carbidopa*", "sinemet", "madopar", "stalevo", "rytary", "pramipexol*",
        "ropinirol*", "rotigotin*", "amantadin*", "entacapon*", "opicapon*", "apomorphin*", "rasagilin*",
        "bromocriptin*")),
    Row(Drug.VOLATILE_ANAESTHETIC, ("sevofluran*", "isofluran*", "desfluran*", "succinylcholin*", "suxamethonium*")),
)  # fmt: skip

# --- signs: what the patient shows now ------------------------------------------------------------------------------

_MORE = "(increas*|worse*|more|rebound|severe|marked|new|rising|profound|acute)"
SIGNS = (
    Row(Sign.SPASTICITY, ("spasticity", "hyperspasticity", "rigid*", "stiffness", "stiff", "stiffer", "hypertoni*",
        "hypertonus",
        "dystoni*", "muscle spasm*", "spasms", "muscle tightness", "flexor spasm*", "extensor spasm*", "leg spasm*",
        f"{_MORE} ~ tone", "tone ~ increased", "high tone", "opisthoton*", "clenched", "lead pipe", "cramps",
        "muscle cramp*"),
        unless=("bronchospasm*", "laryngospasm*", "bladder spasm*", "vasospasm*", "esophageal spasm*",
            "oesophageal spasm*", "arterial stiffness", "neck stiffness",
            "rigid (bronchoscop*|sigmoidoscop*|lens*|collar)", "infantile spasms", "hemifacial spasm*",
            "frozen shoulder", "morning stiffness", "accommodation spasm*",
            "(improved|decreased|reduced|less|well controlled|controlled) spasticity",
            "less (rigid|rigidity|stiff|stiffness|spastic|hypertonic)",
            "spasticity ~ (well controlled|improved|decreased|at baseline|stable)")),
    Row(Sign.TREMOR, ("tremor*", "jitter*", "myoclon*", "clonus", "hyperreflexi*", "hyperreflexic", "shaking",
        "shaky", "brisk reflexes", "tremulous*"),
        unless=("essential tremor", "intention tremor", "parkinson*", "ocular clonus")),
    Row(Sign.HALLUCINATIONS, ("hallucinat*", "seeing things", "hearing voices",
        "seeing (bugs|people|insects|animals)", "visual disturbance* ~ psychosis")),
    Row(Sign.DELIRIUM, ("deliri*", "confus*", "encephalopath*", "disorient*", "altered mental stat*",
        "altered mentation", "ams", "mental status (change*|altered)", "change* in mental status",
        "altered consciousness", "clouded consciousness", "altered level of consciousness", "psychosis", "psychotic"),
        unless=("hepatic encephalopath*", "chronic ~ encephalopath*", "hypoxic ischemic encephalopath*")),
    Row(Sign.AGITATION, ("agitat*", "restless*", "anxiety", "anxious", "insomnia", "sleepless*", "combative",
        "irritab*", "panic"),
        unless=("restless leg*", "generali(s|z)ed anxiety disorder", "anxiety disorder*", "irritable bowel",
            "agitation sedation s*", "chronic insomnia", "panic disorder")),
    Row(Sign.SEIZURE, ("seizure*", "seizing", "convuls*", "tonic clonic", "status epilepticus", "gtc*"),
        unless=("seizure disorder", "seizure free", "febrile seizures ~ childhood", "seizure precautions",
            "seizure prophylaxis", "pseudoseizure*", "anti seizure", "antiseizure")),
    Row(Sign.FEVER, ("fever*", "febrile", "pyrexi*", "hyperpyrexi*", "hypertherm*"),
        unless=("hay fever", "rheumatic fever", "scarlet fever", "dengue*", "yellow fever", "malignant hypertherm*",
            "hyperthermic", "fever reducer", "q fever", "typhoid*")),
    Row(Sign.TACHYCARDIA, ("tachycardi*", "racing heart", "heart racing"),
        unless=("paroxysmal*", "supraventricular*")),
    Row(Sign.HYPERTENSION, ("elevated blood pressure", "raised blood pressure", "high blood pressure reading",
        "hypertensive (crisis|urgency|emergency)", "acute hypertension", "labile blood pressure",
        "blood pressure elevated", "elevated bp", "bp elevated")),
    Row(Sign.TACHYPNOEA, ("tachypn*", "rapid breathing", "hyperventilat*"), unless=("transient tachypn* ~ newborn",)),
    Row(Sign.DIAPHORESIS, ("diaphor*", "sweating", "sweats", "sweaty", "hyperhidro*"), unless=("night sweats",)),
    Row(Sign.PRURITUS, ("prurit*", "itching", "itch", "itchy", "itchiness"),
        unless=("(with|has) ~ rash", "(and|pruritic|itchy|diffuse|maculopapular|papular|red|new|urticarial) rash",
            "rash and (itch*|prurit*)", "eczema", "urticaria", "hives", "pruritus ani", "scabies", "itchy eyes",
            "dermatitis")),
    Row(Sign.PARAESTHESIA, ("paresthesi*", "paraesthesi*", "tingling", "pins and needles", "piloerection",
        "goose (bumps|flesh)", "goosebumps", "priapism", "formication")),
    Row(Sign.RHABDOMYOLYSIS, ("rhabdo", "rhabdomyol*")),
    Row(Sign.AKI, ("aki", "acute kidney injury", "acute renal (failure|injury|insufficiency)", "acute kidney failure",
        "arf")),
    Row(Sign.MYOGLOBINURIA, ("myoglobinuri*", "cola colou?red urine", "tea colou?red urine")),
    Row(Sign.COAGULOPATHY, ("coagulopath*", "disseminated intravascular", "dic")),
    Row(Sign.ACIDOSIS, ("metabolic acidosis", "lactic acidosis", "acidosis"),
        unless=("respiratory acidosis", "renal tubular*")),
    Row(Sign.HYPOTONIA, ("hypotoni*", "flaccid*", "floppy", "areflexi*", "low tone",
        "tone ~ (decreased|reduced|low|lower)", "(decreased|reduced|low) ~ tone", "limp", "loss of tone",
        "profound weakness"), unless=("limping", "flaccid bladder")),
    Row(Sign.STUPOR, ("stupor*", "somnol*", "obtund*", "coma", "comatose", "unresponsive*", "unarousable", "letharg*",
        "oversedat*", "over sedat*", "excessive sedation", "hard to rouse", "difficult to (rouse|arouse)", "drows*"),
        unless=("coma scale", "diabetic coma", "glasgow*")),
    Row(Sign.RESPIRATORY_DEPRESSION, ("respiratory depression", "apno*", "apne*", "hypoventilat*", "hypercapni*",
        "respiratory arrest", "bradypn*", "respiratory acidosis"),
        unless=("sleep apn*", "osa", "apnea monitor", "brain death")),
    *support_words.SIGNS,
    Row(Sign.BRADYCARDIA, ("bradycardi*", "bradyarrhythm*")),
    Row(Sign.HYPOTENSION, ("hypotens*", "low blood pressure", "blood pressure low", "shock"),
        unless=("orthostatic*", "shock wave*", "anaphyla*", "intracranial hypotens*", "shocks", "electric shock")),
    Row(Sign.POOR_FEEDING, ("poor feeding", "feeding (poorly|difficult*|problem*|intoleran*)", "poor suck",
        "not feeding", "feeds poorly")),
    Row(Sign.HIGH_PITCHED_CRY, ("high pitched cry*", "shrill cry*", "inconsolable cry*",
        "(cry|crying) ~ high pitched")),
    Row(Sign.TONE_NORMAL, ("tone normal", "normal ~ tone", "tone ~ normal", "tone at baseline", "tone ~ unchanged",
        "tone unchanged", "tone as usual", "less (rigid|stiff|spastic) than (usual|normal|before|baseline)",
        "baseline tone", "no (increase|change) in (tone|spasticity)",
        "spasticity (at baseline|unchanged)"), unless=("abnormal*", "not normal")),
    Row(Sign.PUMP_ALARM_CRITICAL, ("two tone alarm", "dual tone alarm", "double tone alarm", "2 tone alarm",
        "critical alarm*", "critical pump alarm*", "pump alarm* ~ critical", "empty reservoir",
        "reservoir (is |was )?empty", "pump (is |was )?empty", "reservoir ran dry", "critical memory error*",
        "pump ran (dry|out)", *REACHED, *STATE), unless=("non critical", "noncritical"), aside=NOT_REACHED),
    Row(Sign.PUMP_ALARM_LOW, ("single tone alarm", "one tone alarm", "low reservoir alarm*", "non critical alarm*",
        "noncritical alarm*", "(non critical|noncritical) memory error*", "reservoir low", "low reservoir",
        "pump (is )?(beeping|alarming)", "pump alarm*"),
        unless=("alarm date", "two tone", "dual tone", "no alarm*", "alarms? none", "alarm history")),
    Row(Sign.PUMP_STOPPED, ("pump ~ (stopped|stalled|off)", "pump stop", "motor stall*", "stalled", "rotor stall*",
        "minimum rate", "pump (is )?not (running|infusing|working|delivering)", "pump malfunction*", "pump fail*",
        "pump failure", "infusion stopped", *REACHED, *STATE), aside=NOT_REACHED,
        unless=("stall* ~ (recover*|resolved|cleared)", "recovered from stall", "recovery ~ stall*", "stall recover*",
            "insulin pump", "breast pump", "balloon pump", "feeding pump", "pump not stopped", "pump off the shelf",
            "heart pump", "proton pump")),
    Row(Sign.PUMP_RUNNING, ("pump ~ (running|functioning|working|infusing|delivering) ~ (normally|properly|well)",
        "pump ~ (running|functioning|working|infusing|delivering) ~ as (programmed|expected)",
        "pump (is )?(running|functioning|infusing|working)", "running as programmed",
        "stall* ~ (recover*|resolved|cleared)", "stall recover*", "recovery ~ stall*", "interrogat* ~ normal",
        "normal interrogation", "normal pump (function|interrogation)", "pump function normal",
        "pump interrogat* ~ (normal|unremarkable|no (error|alarm|fault)s?)", "no (stall|alarm|error)s ~ interrogat*",
        "pump status normal", "pump check ~ (ok|okay|normal)", "working as programmed"),
        unless=("abnormal*", "not (running|functioning|infusing|working)", "(not|never) (yet )?recover*", "unrecovered",
            "without recovery")),
    Row(Sign.CATHETER_FAULT, ("catheter & leak*", "catheter & kink*", "catheter & (occlu*|obstruct*|block*)",
        "catheter & disconnect*", "catheter & (fractur*|break*|broken)", "catheter & (dislodg*|displace*|migrat*)",
        "catheter (failure|malfunction)", "catheter & torn"),
        unless=("urinary catheter", "bladder catheter", "indwelling catheter", "catheter bag", "foley", "central line",
            "picc", "suprapubic", "venous catheter",
            "hemodialysis catheter", "dialysis catheter", "catheter (is )?(patent|intact)", "urethral")),
)  # fmt: skip

# --- problems: diagnoses and states ----------------------------------------------------------------------------------

PROBLEMS = (
    *support_words.PROBLEMS,
    Row(Problem.SPASTICITY_INDICATION, ("spastic*", "multiple sclerosis", "cerebral palsy", "spinal cord injur*",
        "hereditary spastic parapleg*", "dystoni*", "stroke", "cva", "cerebrovascular accident",
        "traumatic brain injur*", "tbi", "quadripleg*", "tetrapleg*", "parapleg*", "hemipleg*", "hemipares*",
        "quadripares*", "stiff person*", "myelopath*", "anoxic brain injur*", "hypoxic brain injur*",
        "amyotrophic lateral sclerosis", "primary lateral sclerosis", "transverse myelitis", "=ms", "=sci", "=cp"),
        unless=("spastic colon", "risk of stroke", "heat stroke", "stroke prophyla*")),
    Row(Problem.SPINAL_CORD_INJURY, ("spinal cord injur*", "sci", "traumatic ~ myelopath*",
        "(complete|incomplete) sci", "asia (a|b|c|d)", "cord injury", "cord transection")),
    Row(Problem.SPINAL_CORD_INJURY_HIGH, ("tetrapleg*", "quadripleg*", "quadripares*",
        "(c1|c2|c3|c4|c5|c6|c7|c8|t1|t2|t3|t4|t5|t6) & (sci|injur*|parapleg*|cord|lesion|asia|complete|incomplete)",
        "cervical ~ (spinal cord injur*|sci|cord injury)"),
        unless=("cerebral palsy", "spastic quadripleg*", "vertebra* fracture without cord", "quadripleg* cp")),
    Row(Problem.COMMUNICATION_DIFFICULTY, ("non verbal", "nonverbal", "aphasi*", "anarthri*",
        "unable to (speak|communicate)", "communication (difficult*|disorder|impairment)", "locked in*",
        "intellectual disabilit*", "minimally conscious", "dysarthri*", "global developmental delay", "dementia")),
    Row(Problem.EPILEPSY, ("epilep*", "seizure disorder"),
        unless=("epileptiform", "status epilepticus", "anti epilep*")),
    Row(Problem.BACLOFEN_WITHDRAWAL, ("baclofen & withdrawal", "itb & withdrawal", "lioresal & withdrawal"),
        unless=("withdrawal of consent", "withdrawal ~ csf")),
    Row(Problem.BACLOFEN_TOXICITY, ("baclofen & overdos*", "baclofen & toxic*", "baclofen & poison*",
        "baclofen & intoxicat*", "baclofen & adverse (effect|reaction)*", "itb & overdos*",
        "baclofen & encephalopath*")),
    Row(Problem.UNDERDOSING, ("underdos* & baclofen", "underdos* ~ muscle tone depressant*",
        "(nonadheren*|non adheren*|noncomplian*) & baclofen")),
    Row(Problem.PREGNANCY, ("pregnan*", "gravid", "intrauterine pregnan*", "weeks gestation", "antenatal", "prenatal"),
        unless=("not pregnant", "pregnancy test", "non pregnant", "ectopic", "pregnancy prevent*",
            "history of pregnan*", "newborn", "maternal", "post partum", "postpartum",
            "pregnancy complications ~ prior", "contracept*", "negative")),
    Row(Problem.CKD, ("chronic kidney disease", "ckd", "chronic renal (failure|insufficiency|disease)",
        "end stage renal", "esrd", "eskd", "end stage kidney", "diabetic nephropath*", "kidney failure"),
        unless=("acute kidney failure",)),
    Row(Problem.NEUROGENIC_BLADDER, ("neurogenic bladder", "neuropathic bladder",
        "neurogenic (lower urinary|detrusor)*", "(neurogenic|neuromuscular) dysfunction ~ bladder")),
    Row(Problem.DIALYSIS, ("hemodialysis", "haemodialysis", "peritoneal dialysis", "dialysis",
        "renal replacement therapy", "crrt", "cvvh*"), unless=("dialysis not (needed|indicated)",)),
    Row(Problem.COMFORT_CARE, (*COMFORT_CARE_WORDS, "terminally ill", "dying"), unless=NOT_COMFORT_CARE),
    Row(Problem.PUMP_PRESENT, ("intrathecal & pump", "baclofen pump", "itb pump", "itb & pump", "synchromed",
        "prometra", "intrathecal baclofen (therapy|infusion)", "intrathecal drug delivery",
        "implant* ~ baclofen pump", "pain pump"),
        unless=("removal of", "removed", "explant*", "pump removal", "insulin pump")),
    Row(Problem.PUMP_COMPLICATION, ("pump & (malfunction*|complication*|failure|erosion|migration|flipped|stall*)",
        "catheter & (leak*|kink*|occlu*|disconnect*|fractur*|migrat*|dislodg*) ~ intrathecal",
        "intrathecal catheter (complication*|malfunction*|failure)", "mechanical complication ~ (pump|catheter)",
        "pocket seroma", "breakdown ~ (spinal|intrathecal) infusion catheter",
        "(leakage|displacement) ~ (spinal|intrathecal) infusion catheter"),
        unless=("insulin pump", "balloon pump", "heart pump")),
    Row(Problem.PUMP_INFECTION, ("pump & infect*", "pocket infection", "pump pocket & (infect*|cellulitis|abscess)",
        "infect* ~ (intrathecal|spinal) ~ catheter", "intrathecal catheter infection", "pump site infection"),
        unless=("insulin pump", "balloon pump")),
    Row(Problem.PUMP_EROSION, ("(pump|pocket|intrathecal catheter) & (erosion|eroded|eroding|extru*|dehisc*)",
        "exposed ~ (pump|intrathecal catheter)"), unless=("insulin pump", "balloon pump", "heart pump")),
    Row(Problem.MENINGITIS, ("meningit*",), unless=("mening* vaccin*", "carcinomatous")),
    Row(Problem.INFECTION_SOURCE, ("sepsis", "septic", "pneumonia*", "urinary tract infection*", "uti", "urosepsis",
        "meningit*", "bacter(a|e)?emia", "pyeloneph*", "cellulitis", "osteomyelitis", "endocarditis", "abscess",
        "cholangitis"),
        unless=("aseptic meningit*", "aseptic technique", "antiseptic", "pneumonia vaccin*", "septic screen")),
    Row(Problem.ALCOHOL_WITHDRAWAL, ("alcohol & withdrawal", "etoh withdrawal", "delirium tremens",
        "alcohol use disorder", "ciwa")),
    Row(Problem.OPIOID_WITHDRAWAL, ("opioid & withdrawal", "opiate & withdrawal", "=cows")),
    Row(Problem.NMS, ("neuroleptic malignant", "malignant neuroleptic", "=nms")),
    Row(Problem.SEROTONIN_SYNDROME, ("serotonin syndrome", "serotonin toxicity", "serotonergic syndrome")),
    Row(Problem.MALIGNANT_HYPERTHERMIA, ("malignant hypertherm*",)),
    Row(Problem.AUTONOMIC_DYSREFLEXIA, ("autonomic dysreflexi*", "autonomic hyperreflexi*")),
)  # fmt: skip

# --- acts: what an order, a procedure or a plan is about ------------------------------------------------------------

_MEDICINES_ALLOWED = (
    "(npo|nbm|nil by mouth|nothing by mouth|nil per os) ~ (except|but|apart|with|besides|other) ~ med*",
    "(npo|nbm|nil by mouth|nothing by mouth|nil per os) ~ (may|can) (take|have|receive) ~ med*",
    "(npo|nbm|nil by mouth|nothing by mouth|nil per os) & (meds|medications|medicines) (ok|okay|allowed|permitted)",
    "(npo|nbm|nil by mouth|nothing by mouth|nil per os) ~ ok for med*",
)
ACTS = (
    *procedure_words.ACTS,
    Row(Act.NPO, ("npo", "n p o", "nil by mouth", "nbm", "nothing by mouth", "nil per os", "nothing per os",
        "diet npo", "strict npo", "fasting (from|after|for)", "nil orally"),
        unless=("not npo", "no longer npo", "no npo", "discontinue npo")),
    Row(Act.NPO_EXCEPT_MEDICATIONS, _MEDICINES_ALLOWED,
        unless=("no (oral|po)? ?med*", "(hold|withhold) ~ med*", "including ~ med*")),
    Row(Act.HOLD_ORAL, ("(hold|withhold|stop|suspend|omit) (oral|po|enteral) med*",
        "(hold|withhold|stop|suspend|omit) (all|home|scheduled|all home|all scheduled) (oral|po|enteral) med*",
        "(hold|withhold|stop|suspend) all (med*|po|oral*|enteral*)", "no (oral|po) med*",
        "(oral|po) med* ~ (held|on hold|withheld|suspended)", "all oral med* held",
        "strict npo ~ (including|incl) med*"), unless=("do not hold", "don't hold")),
    Row(Act.HOLD_BACLOFEN, ("(hold|holding|withhold|held|omit|pause|pausing|skip) ~ (baclofen|lioresal|itb)",
        "(baclofen|lioresal) ~ (held|on hold|withheld|paused|hold)")),
    Row(Act.STOP_BACLOFEN, ("(stop|stopping|discontinue*|dc|d c|cease|cancel) ~ (baclofen|lioresal|itb)",
        "(baclofen|lioresal) ~ (stopped|discontinued|ceased|cancelled)"),
        unless=("abrupt discontinuation of", "discontinue other")),
    Row(Act.TUBE_ROUTE, (
        "(via|per|by|through|down|into) ~ (ng|ngt|og|ogt|g|gt|j|gj|peg|pej|nj|feeding|enteral|gastric) ?(tube)?",
        "(via|per|by|through|down|into) ~ (nasogastric|gastrostomy|jejunostomy|orogastric) ?(tube)?", "ng tube",
        "ngt", "nasogastric*", "g tube", "gtube", "gastrostomy", "j tube", "gj tube", "peg tube", "feeding tube",
        "per tube", "via tube", "enteral tube", "tube feed*", "enteral feed*"),
        unless=("remove* ~ tube", "no (ng|feeding) tube", "tube (removed|lost|pulled|out|dislodged)", "suction*",
            "decompress*", "to gravity", "drainage", "lavage")),
    Row(Act.CONTINUE_BACLOFEN, ("(continue|continuing|resume*|restart*|give|take) ~ (baclofen|lioresal|itb)",
        "(do not|don't) (stop|hold) ~ (baclofen|lioresal|itb)", "(baclofen|lioresal) ~ (continue*|resumed|restarted)",
        "baclofen ~ sips", "(take|continue) ~ (home|usual|all|morning|regular|routine) med*", "med* ~ sips",
        "continue all (home )?med*"), unless=("unable to continue",)),
    Row(Act.TAPER_PLAN, ("taper*", "wean*", "titrat* (down|off)", "(reduce|reducing|decrease|decreasing|lower) by",
        "(reduce|decrease|lower) ~ (every|each|weekly)", "gradual* (reduc*|discontinu*|stop|decreas*|withdraw*)",
        "step down"),
        unless=("wean* ~ (oxygen|ventilator|vent|o2|pressor*|sedation)", "steroid taper", "prednison* taper",
            "taper* ~ prednison*", "(ventilator|vent|oxygen) wean*", "do not taper",
            "wean from (vent|oxygen|ventilator)")),
    Row(Act.BRIDGING_PLAN, ("bridg* & (baclofen|lioresal|intrathecal|itb|pump|explant*)",
        "baclofen withdrawal ~ (plan|protocol|prophylaxis)",
        "perioperative baclofen plan", "rescue plan"),
        unless=("cardiac bridg*", "(heparin|enoxaparin|lovenox|lmwh|anticoag*) bridg*",
            "bridg* ~ (heparin|enoxaparin|lovenox|warfarin|anticoag*|transplant)", "myocardial bridg*",
            "dental bridg*", "no bridg*", "without ~ bridg*")),
    Row(Act.SPECIALIST_CONSULT, (
        "(consult*|referral|refer|eval*|page|call*) & (pump team|pump clinic|pm r|pm and r|pm&r|physiatr*|itb)",
        "(consult*|referral|refer|eval*|page|call*) & (neurosurg*|neurolog*|movement disorder*|physical medicine)",
        "(consult*|referral|refer|eval*|page|call*) & pain (service|team|management|clinic|medicine)",
        "(consult*|referral|refer|eval*|page|call*) & (rehabilitation|spasticity clinic)", "pump team", "pump clinic",
        "physiatr* consult*", "spasticity clinic", "pm&r", "physical medicine and rehab*", "neurosurgery",
        "neurology", "physiatry"),
        unless=("no consult*", "neurosurgery resident signed", "neurology follow up only")),
    Row(Act.ICU, ("icu", "intensive care", "critical care", "picu", "nicu", "sicu", "micu", "ccu", "step ?down unit",
        "monitored bed", "telemetry", "cardiac monitor*", "high dependency", "hdu", "intermediate care",
        "continuous cardiac"), unless=("pump telemetry", "telemetry ~ pump", "telemetry wand", "device telemetry")),
    *support_words.ACTS,
    Row(Act.DIAGNOSTICS, ("ct head", "ct scan", "ct (brain|abdomen|chest|spine|angio*)", "computed tomography",
        "lumbar puncture", "blood cultures?", "cultures?", "csf", "creatine kinase", "ck", "cpk", "eeg",
        "electroencephalogra*", "urinalysis", "cbc", "bmp", "basic metabolic*", "chest x ?ray", "lactate",
        "procalcitonin", "ammonia", "troponin", "toxicology", "drug screen", "complete blood count"),
        unless=("lumbar puncture ~ baclofen",)),
    Row(Act.EDUCATION, ("educat*", "teaching", "taught", "hand ?out", "leaflet", "safety sheet",
        "patient instruct*", "caregiver instruct*", "counsel*",
        "training ~ (patient|family|caregiver)"),
        unless=("medical education", "education level", "special education", "highest education")),
    Row(Act.COMFORT_CARE, COMFORT_CARE_WORDS, unless=NOT_COMFORT_CARE),
    Row(Act.PATIENT_REFUSES, ("(refus*|declin*) ~ (baclofen|lioresal|med*|dose|tablet*|pump)",
        "(baclofen|lioresal|med*|dose) (refused|declined)"), unless=("blood*", "transfus*")),
)  # fmt: skip

# --- reasons: why something was stopped, held or not given ----------------------------------------------------------

REASONS = (
    Row(Reason.PLANNED_TAPER, ("taper*", "wean*", "planned ~ (stop|discontinu*|reduc*)",
        "gradual* ~ (stop*|discontinu*|reduc*|withdraw*)", "titrat* off")),
    Row(Reason.ADVERSE_REACTION, ("adverse (drug )?(reaction|event|effect)*", "adr", "allerg*", "toxic*", "overdos*",
        "side effect*", "intoleran*", "anaphyla*", "hypersensitiv*", "serious reaction", "encephalopath*"),
        unless=("no known allerg*", "nkda", "allerg* (reviewed|verified|checked|none|list)", "no allerg*",
            "no adverse")),
    Row(Reason.NEVER_TAKEN, ("never (took|taken|started|filled|picked up|used)", "not started",
        "did not (start|take|fill|pick up)", "not taking ~ never", "=never")),
    Row(Reason.PATIENT_REFUSES, ("refus*", "declin*", "(patient|pt) (choice|request*|preference)"),
        unless=("declining (renal|kidney|function|egfr)", "functional decline")),
    Row(Reason.COMFORT_CARE, ("hospice", "comfort (care|measures|only)", "palliative", "end of life", "cmo")),
    Row(Reason.NPO, ("npo", "nil by mouth", "nbm", "nothing by mouth", "nil per os",
        "unable to (swallow|take ~ (po|orally|by mouth))", "cannot swallow", "no enteral access",
        "tube (out|lost|pulled|dislodged|clogged)", "lost ng", "no (ng|iv) access", "failed swallow*", "dysphagia",
        "aspiration risk", "no oral access", "fasting")),
    Row(Reason.SURGERY, ("surger*", "surgical*", "procedure*", "pre ?op*", "peri ?op*", "post ?op*", "operation",
        "operating room", "in or", "to or", "intraop*", "an(a)?esthe*", "anaesthe*")),
    Row(Reason.RENAL, ("renal*", "kidney*", "aki", "egfr", "creatinine", "dialysis", "esrd", "ckd")),
    Row(Reason.SEDATION, ("sedat*", "oversedat*", "somnol*", "drows*", "letharg*", "sleepy", "sleeping", "asleep",
        "unarousable", "obtund*", "respiratory depression", "altered mental status", "unresponsive", "hypotoni*")),
    Row(Reason.RAN_OUT, ("ran out", "run out", "out of (med*|pills|tablets|stock|supply)",
        "no (more )?(supply|refills?|tablets)", "not available", "drug unavailable", "unavailable", "out of stock",
        "shortage", "lost (prescription|medication|med*|pills)", "could not afford", "cost", "insurance",
        "expired prescription", "pharmacy ~ (closed|delay*)")),
    Row(Reason.STOPPED_BY_PATIENT, ("stopped by (patient|pt|parent|family|caregiver|self)",
        "(patient|pt|parent|family|caregiver|mother|father) (stopped|quit|discontinued)", "self discontinued",
        "stopped taking", "no longer taking", "quit taking", "stopped on (his|her|their) own", "not taking")),
    Row(Reason.DUPLICATE, ("duplicat*", "reorder*", "re order*", "formulation change", "brand change",
        "change of (formulation|brand)", "(formulary|therapeutic) (interchange|substitution)",
        "dose (change*|adjust*|increase*)", "transfer*", "replaced by", "modified order", "order modif*",
        "alternate (order|therapy)", "new order", "switched to (solution|suspension|liquid|tablet*|tube)")),
    Row(Reason.COURSE_ENDED, ("course (complete*|ended|finished)", "(therapy|treatment) complete*",
        "completed (course|therapy|treatment)", "end of (course|therapy|treatment)", "finished course",
        "no longer (needed|indicated|required)", "auto ?stop")),
)  # fmt: skip

SIGN_BOOK = Phrasebook(SIGNS)
PROBLEM_BOOK = Phrasebook(PROBLEMS)
DRUG_BOOK = Phrasebook(DRUGS)
ACT_BOOK = Phrasebook(ACTS)
REASON_BOOK = Phrasebook(REASONS)

# Denying these is itself an instruction: "do not hold baclofen".
_KEEPS_GOING = frozenset({Act.HOLD_BACLOFEN, Act.STOP_BACLOFEN})
_WORDS_OF_ACTS = (Standing.HISTORY, Standing.HYPOTHETICAL)


def acts(text: str) -> frozenset[Act]:
    """Acts that a text orders, plans or reports.

    "Do not stop baclofen" is `CONTINUE_BACLOFEN`; "NPO except meds" is not `NPO`.
    """
    found = ACT_BOOK.asserted(text, also=_WORDS_OF_ACTS)
    if text and (ACT_BOOK.denied(text) & _KEEPS_GOING) and not found & _KEEPS_GOING:
        found |= {Act.CONTINUE_BACLOFEN}
    return found - {Act.NPO} if Act.NPO_EXCEPT_MEDICATIONS in found else found


def reasons(text: str) -> frozenset[Reason]:
    """Why, as far as the words say."""
    return REASON_BOOK.asserted(text, also=(Standing.HISTORY,))


def signs(text: str) -> frozenset[Sign]:
    """Signs that a text asserts now: not denied, not family's, not history, not "watch for"."""
    return SIGN_BOOK.asserted(text)


def problems(text: str) -> frozenset[Problem]:
    """Problems that a text asserts, earlier ones included ("history of baclofen withdrawal")."""
    return PROBLEM_BOOK.asserted(text, also=(Standing.HISTORY,))


def drugs_named(text: str) -> frozenset[Drug]:
    """Drugs whose names stand in the name of a product or an order."""
    return DRUG_BOOK.mentioned(text)


def drug_words(text: str) -> tuple[tuple[Drug, str], ...]:
    """Each drug named, with the words that name it: "seroquel" of "Seroquel 100 mg tablet"."""
    said = plain(text)
    return tuple((hit.concept, said[hit.start : hit.end]) for hit in DRUG_BOOK.find(text))


def drugs_asserted(text: str) -> frozenset[Drug]:
    """Drugs that a note says are there ("pump with morphine, no baclofen" is morphine)."""
    return DRUG_BOOK.asserted(text, also=(Standing.HISTORY, Standing.HYPOTHETICAL))

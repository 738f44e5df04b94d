"""What free text asserts: denial, family, history, warnings; and what an instruction denies."""

import pytest

from cards.record import lexicon
from cards.record.concepts import Act, Drug, Problem, Sign
from cards.record.phrases import Phrasebook, Row


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("no fever, chills or tremor", set()),
        ("No nausea, vomiting, or tremor", set()),
        ("denies hallucinations, seizure", set()),
        ("No fever. Confused.", {Sign.DELIRIUM}),
        ("no fever, has tremor", {Sign.TREMOR}),
        ("no rigidity, but tremor present", {Sign.TREMOR}),
        ("not eating, confused", {Sign.DELIRIUM}),
        ("No sleep overnight, agitated", {Sign.AGITATION}),
        ("Pt not responding to lorazepam, agitated, febrile 39.5", {Sign.AGITATION, Sign.FEVER}),
        ("no acute distress, confused", {Sign.DELIRIUM}),
        ("no new confusion", set()),
        ("no longer confused", set()),
        ("no relief of spasticity", {Sign.SPASTICITY}),
        ("spasms not controlled", {Sign.SPASTICITY}),
        ("fever: none", set()),
        ("tremor absent", set()),
        ("seizure ruled out", set()),
        ("family history of seizures", set()),
        ("mother has tremor", set()),
        ("mother reports seizure", {Sign.SEIZURE}),
        ("history of seizures", set()),
        ("call if fever or confusion", set()),
        ("at risk of seizures", set()),
        ("possible seizure", {Sign.SEIZURE}),
        ("FIÈVRE; Délirium", {Sign.DELIRIUM}),
        ("itching all over, no rash", {Sign.PRURITUS}),
        ("pruritic rash on trunk", set()),
        ("started seeing bugs on the wall", {Sign.HALLUCINATIONS}),
        ("two-tone alarm", {Sign.PUMP_ALARM_CRITICAL}),
        ("two-tone alarm not heard", set()),
        ("critical memory error in the log", {Sign.PUMP_ALARM_CRITICAL}),
        ("No critical memory error", set()),
        ("history of critical memory error", set()),
        ("call if critical memory error", set()),
        ("mother has a pump with critical memory error", set()),
        ("Battery end of service 2028-05-01", set()),
        ("end of service in 29 months", set()),
        ("replace pump at EOS", set()),
        ("continue until end of service reached", set()),
        ("EOS has not been reached", set()),
        ("never reached EOS", set()),
        ("mother has a pump at EOS", set()),
        ("previous pump at EOS, exchanged 2020", set()),
        ("pacemaker battery EOS reached", set()),
        ("EOS alarm date 2028-05-01", set()),
        ("two-tone alarm, EOS alarm date 2028-05-01", {Sign.PUMP_ALARM_CRITICAL}),
        ("Pump end of service", {Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED}),
        ("End of service reached", {Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED}),
        ("pump is at EOS", {Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED}),
        ("Alarms: EOS", {Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED}),
        ("Pump check OK, no alarms", {Sign.PUMP_RUNNING}),
        ("pump not stopped during MRI", set()),
        ("catheter patent, no leak", set()),
    ],
)
def test_signs_that_a_note_asserts(text: str, signs: set[Sign]) -> None:
    """Only what is there now, and only the patient's own."""
    assert lexicon.signs(text) == signs


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("Do not stop baclofen abruptly", {Act.CONTINUE_BACLOFEN}),
        ("Baclofen held", {Act.HOLD_BACLOFEN}),
        ("Pump refill education", {Act.EDUCATION}),
        ("Unable to access port for refill of pump", set()),
        ("pump refill missed", set()),
        ("taper prednisone over a week", set()),
        ("Extracorporeal shock wave lithotripsy", {Act.LITHOTRIPSY}),
        ("Ureteroscopy with laser lithotripsy", set()),
        ("Shortwave diathermy to the back", {Act.DIATHERMY}),
        ("Therapeutic ultrasound, shoulder", {Act.THERAPEUTIC_ULTRASOUND}),
        ("Abdominal ultrasound", set()),
        ("Radiation therapy, pelvis", {Act.RADIOTHERAPY}),
        ("Empty pump reservoir before MRI", {Act.PUMP_EMPTYING, Act.MRI}),
        ("Drain reservoir of Prometra", {Act.PUMP_EMPTYING}),
        ("Pump reservoir empty", set()),
        ("Appendicectomy", {Act.SURGERY}),
        ("Hemodialysis three times a week", {Act.DIALYSIS}),
        ("Renal diet (dialysis)", set()),
        ("Vein mapping for dialysis", set()),
        ("Assess need for dialysis", set()),
        ("TURP", {Act.SURGERY}),
        ("Transurethral resection of prostate", {Act.SURGERY}),
        ("Operative repair of rotator cuff", {Act.SURGERY}),
        ("Knee arthroscopic surgery; follow-up in 2 weeks", {Act.SURGERY}),
        ("Cystoscopy under anesthesia", {Act.ANAESTHESIA}),
        ("Examination under anaesthesia", {Act.ANAESTHESIA}),
        ("Examination under local anesthesia", {Act.LOCAL_ANAESTHESIA}),
        ("Post-operative follow-up visit", set()),
        ("Pre-operative assessment clinic", set()),
        ("Orthopedic surgery office visit", set()),
        ("Follow-up after spinal surgery", set()),
        ("Referral to orthopaedic surgery", set()),
        ("Vascular surgery consult", set()),
        ("ITB release, left knee", set()),
        ("NPO except ice chips, hold meds", {Act.NPO}),
        ("pump telemetry", {Act.PUMP_INTERROGATION}),
        ("telemetry bed", {Act.ICU}),
        ("heparin bridging", set()),
    ],
)
def test_acts_that_a_text_orders(text: str, acts: set[Act]) -> None:
    """Look-alikes and failures are not the act."""
    assert lexicon.acts(text) == acts


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Erosion of baclofen pump through skin", {Problem.PUMP_EROSION}),
        ("Corneal erosion", set()),
        ("Bacterial meningitis", {Problem.MENINGITIS, Problem.INFECTION_SOURCE}),
        ("Meningococcal vaccination", set()),
    ],
)
def test_problems_around_a_pump(text: str, problems: set[Problem]) -> None:
    """What may cost a pump."""
    asked = {Problem.PUMP_EROSION, Problem.MENINGITIS, Problem.INFECTION_SOURCE}
    assert lexicon.problems(text) & asked == problems


def test_drugs_in_a_note() -> None:
    """A note may deny a drug; a product's name never does."""
    assert lexicon.drugs_asserted("morphine pump, no baclofen") == {Drug.MORPHINE}
    assert lexicon.drugs_named("no baclofen") == {Drug.BACLOFEN}


def test_every_phrase_can_be_looked_up() -> None:
    """A phrase that begins with too little is refused when the table is read, not when a patient comes."""
    with pytest.raises(ValueError, match="too little"):
        Phrasebook((Row(Sign.FEVER, ("f*",)),))


@pytest.mark.parametrize("rows", [lexicon.SIGNS, lexicon.PROBLEMS, lexicon.ACTS, lexicon.REASONS, lexicon.DRUGS])
def test_every_concept_has_one_row(rows: tuple[Row[Sign], ...]) -> None:
    """One place to review each concept."""
    concepts = [row.concept for row in rows]

    assert len(concepts) == len(set(concepts))

"""The 66 statements of the source article that the project answers for, in our own words, and the rules that do.

The source is "What are the management strategies for baclofen withdrawal symptoms?" (Dr.Oracle, updated 23 Dec 2025,
itself "pending human review"). FND ids are foundations that hold for every card.
"""

from typing import NamedTuple


class Statement(NamedTuple):
    """One statement, in order."""

    id: str
    words: str
    rules: tuple[str, ...]


STATEMENTS = (
    Statement(
        "S01",
        "What are the management strategies for baclofen withdrawal (baclofen is a GABA receptor agonist)",
        ("WDR-01", "WDR-02", "FND-10"),
    ),
    Statement(
        "S02",
        "Reviewed by a board, 'content is pending human review', status submitted/under review/approved",
        ("FND-10",),
    ),
    Statement("S03", "'Educational purpose only'; exercise caution", ("FND-10",)),
    Statement("S04", "Last updated 23 Dec 2025; editorial policy", ("FND-10",)),
    Statement("S05", "Language adapted to the reader (personalise)", ("FND-10", "EDU-01")),
    Statement(
        "S06",
        "Immediately reinstitute baclofen: 'primary and most effective treatment'",
        ("WDR-01", "WDR-02", "ABR-03"),
    ),
    Statement(
        "S07",
        "Withdrawal can be life-threatening if not recognised and treated promptly",
        ("WDR-01", "WDR-02", "WDR-03", "WDR-04"),
    ),
    Statement("S08", "Symptoms 'evolve over 1-3 days'", ("FND-04", "WDR-01", "WDR-02", "WDR-03", "WDR-04")),
    Statement("S09", "May become fulminant without early intervention", ("WDR-03", "TXE-05")),
    Statement("S10", "Visual and auditory hallucinations", ("WDR-01", "WDR-02")),
    Statement("S11", "Anxiety and agitation", ("WDR-01", "WDR-02")),
    Statement("S12", "Delirium", ("WDR-01", "WDR-02")),
    Statement("S13", "Rebound spasticity, often the earliest sign", ("EDU-01", "WDR-01", "WDR-02")),
    Statement("S14", "Fever and tremors", ("WDR-01", "WDR-02")),
    Statement("S15", "Tachycardia", ("FND-11", "WDR-01", "WDR-02")),
    Statement("S16", "Seizures", ("WDR-01", "WDR-02")),
    Statement("S17", "Severe, especially ITB: high fever and altered mental status", ("WDR-01", "WDR-02")),
    Statement("S18", "Profound rigidity leading to rhabdomyolysis", ("WDR-03",)),
    Statement("S19", "Multiorgan failure", ("WDR-03",)),
    Statement("S20", "Death", ("ABR-01", "WDR-01", "WDR-02")),
    Statement(
        "S21",
        "ITB withdrawal more dangerous than oral; 'heightened vigilance'",
        ("FND-03", "PMP-01", "PMP-02", "PMP-03", "PMP-04", "PMP-05"),
    ),
    Statement("S22", "Restart at the previous dose", ("ABR-03", "WDR-01")),
    Statement(
        "S23",
        "As soon as suspected: 'do not wait for confirmatory testing'",
        ("TXE-05", "WDR-01", "WDR-02", "WDR-03", "WDR-04"),
    ),
    Statement("S24", "Pumps: interrogate immediately to find malfunction or programming errors", ("WDR-02", "PMP-03")),
    Statement("S25", "Oral replacement NOT effective for ITB withdrawal", ("TXE-01", "WDR-02")),
    Statement("S26", "High-dose benzodiazepine infusion as life-saving bridge", ("WDR-02",)),
    Statement("S27", "Midazolam 2 mg IV boluses, then 1 mg/h, titrate", ("WDR-02",)),
    Statement("S28", "Benzodiazepines give GABAergic activity, partly substitute until baclofen is back", ("WDR-02",)),
    Statement(
        "S29", "ICU monitoring for haemodynamic instability incl. 'bradyarrhythmias and hypotension'", ("WDR-04",)
    ),
    Statement("S30", "Treat hyperthermia aggressively with cooling", ("WDR-03",)),
    Statement("S31", "Monitor/manage rhabdomyolysis with aggressive fluids", ("WDR-03",)),
    Statement("S32", "Dantrolene may relieve rigidity but not other manifestations", ("TXE-02",)),
    Statement("S33", "Monitor renal function and treat AKI from rhabdomyolysis", ("WDR-03", "REN-03")),
    Statement(
        "S34",
        "Never abruptly discontinue in long-term therapy",
        ("ABR-01", "ABR-02", "ABR-03", "ABR-04", "ABR-05", "ABR-06", "ABR-08"),
    ),
    Statement(
        "S35",
        "Perioperative: continue without interruption, including the day of surgery",
        ("PER-01", "PER-02", "PER-06"),
    ),
    Statement("S36", "ITB: specialist consultation for perioperative management", ("PER-03", "PER-04", "PER-05")),
    Statement(
        "S37",
        "If discontinuation is needed: gradual dose reduction over an extended period",
        ("ABR-02", "ABR-07", "FND-06"),
    ),
    Statement("S38", "FDA label warns of abrupt withdrawal: hallucinations and seizures", ("ABR-01",)),
    Statement("S39", "Educate patients and caregivers on withdrawal symptoms and adherence", ("EDU-01", "ABR-05")),
    Statement("S40", "Provide emergency contact information", ("EDU-01",)),
    Statement("S41", "Provide backup medication supplies", ("EDU-01", "ABR-05")),
    Statement("S42", "Schedule regular pump checks", ("PMP-01", "PMP-02", "PMP-05", "EDU-01")),
    Statement("S43", "Do not confuse withdrawal with toxicity", ("TOX-01",)),
    Statement("S44", "Some autonomic features overlap, diagnosis challenging", ("TOX-01",)),
    Statement("S45", "Withdrawal: hypertension, spasticity, hyperthermia, tachycardia", ("WDR-01", "WDR-02")),
    Statement("S46", "Toxicity: hypotension, flaccidity, respiratory depression, bradycardia", ("TOX-01",)),
    Statement("S47", "Do not treat ITB withdrawal with oral baclofen (repeat)", ("TXE-01",)),
    Statement("S48", "It delays appropriate therapy", ("TXE-01",)),
    Statement("S49", "Do not mistake for autonomic dysreflexia", ("WDR-01", "WDR-02")),
    Statement("S50", "... malignant hyperthermia", ("WDR-01", "WDR-02")),
    Statement("S51", "... neuroleptic malignant syndrome", ("TXE-06", "WDR-01", "WDR-02")),
    Statement("S52", "... serotonin syndrome", ("WDR-01", "WDR-02")),
    Statement("S53", "Clinical overlap exists", ("FND-10", "WDR-01", "WDR-02")),
    Statement("S54", "Key differentiator: recent discontinuation or pump malfunction", ("FND-04",)),
    Statement("S55", "Newborns of mothers on chronic baclofen may withdraw", ("NEO-01", "NEO-02")),
    Statement("S56", "Onset hours to days after delivery", ("NEO-02",)),
    Statement("S57", "Signs: increased tone, tremor, jitteriness, seizures", ("NEO-02",)),
    Statement("S58", "Gradually reduce and discontinue before delivery when possible", ("NEO-01",)),
    Statement("S59", "Renal impairment: caution", ("REN-01", "REN-02")),
    Statement("S60", "Reduce dosing; primarily renally excreted", ("REN-01", "REN-02", "FND-02")),
    Statement(
        "S61",
        "References: guidelines 'Baclofen Withdrawal Management', 'Management of Substance Withdrawal', "
        "'Guideline Directed Topic Overview' (2025)",
        ("FND-10",),
    ),
    Statement(
        "S62",
        "Disclaimer: for healthcare professionals; rely on clinical judgement and independently verified information",
        ("FND-10",),
    ),
    Statement("S63", "Content does not replace professional discretion; supplementary to guidelines", ("FND-10",)),
    Statement("S64", "Verify against primary literature and current practice before applying", ("FND-10",)),
    Statement("S65", "No liability for clinical decisions", ("FND-10",)),
    Statement("S66", "Follow-up questions / 'any follow up question' service", ("FND-10",)),
)

"""The bibliography: what the rules rest on, and how well each item was read.

Keys and statuses are those of the project's clinical knowledge base. `status`: "read" (label, abstract or page text
read), "secondary" (read only in a secondary source), "seed" (the source article the mission comes from), "listed"
(existence seen, content not read). A source is never a promise: the card tells published from judged numbers.
"""

import msgspec


class Source(msgspec.Struct, frozen=True):
    """A publication. `url` is empty where no stable address is known."""

    key: str
    citation: str
    status: str = "read"
    url: str = ""


def _doi(doi: str) -> str:
    return f"https://doi.org/{doi}"


SEED = Source(
    "SEED",
    "What are the management strategies for baclofen withdrawal symptoms? Dr.Oracle, updated 23 Dec 2025 "
    "(content pending human review)",
    "seed",
)
LORAL = Source("C-LORAL", "Baclofen tablets, US label, Warnings: abrupt withdrawal, impaired renal function")
OZO = Source("C-OZO", "Ozobax (baclofen) oral solution, US label 5.1 and 5.2")
LYV = Source("C-LYV", "Lyvispah (baclofen) granules, US safety and administration text (feeding tube)")
LITB = Source("C-LITB", "Intrathecal baclofen, US boxed warning: abrupt discontinuation")
GABLO = Source("C-GABLO", "Gablofen (baclofen injection) monograph: dosing ranges; intrathecal use only")
GABMG = Source("C-GABMG", "Gablofen medication guide: early symptoms of withdrawal")
OVERDOSE = Source("C-OD", "Intrathecal baclofen label, overdosage: re-introduction, physostigmine")
MEDSC = Source("C-MEDSC", "Medscape baclofen monograph: doses, steps, strengths")
LEXI = Source("C-LEXI", "Lexi-Drugs baclofen dosing text: trial doses")
UKSPC = Source("C-UKSPC", "UK oral baclofen product text: discontinue over 1 to 2 weeks")
PMSB = Source("C-PMSB", "pms-Baclofen product monograph (Canada): gradual withdrawal over 1 to 2 weeks")
BOS15 = Source("C-BOS15", "Intrathecal baclofen best practices, dosing and long-term management. CMSC 2015 abstract")
NSW = Source("C-NSW", "Baclofen withdrawal, neurosurgery wiki citing Greenberg's Handbook", "secondary")
DUP18 = Source("C-DUP18", "A&A Practice 2018;10(9):223-5", url=_doi("10.1213/xaa.0000000000000668"))
DAL07 = Source("C-DAL07", "Funct Neurol 2007;22(2):81-8 (PMID 17637210)")
PAUL21 = Source("C-PAUL21", "DTB 2021;59(12):189 (BMJ Case Rep): hyperthermia after an in-hospital dose decrease")
PENG = Source("C-PENG", "J Toxicol Clin Toxicol 1998: acute-on-chronic overdose, then withdrawal")
MAN93 = Source("C-MAN93", "Arch Phys Med Rehabil 1993;74:96-7 (PMID 8420527)")
COX20 = Source("C-COX20", "J Ark Med Soc June 2020 p14: home tablets stopped beside a working pump")
WHEEL = Source("C-WHEEL", "Wheeless Online: baclofen omitted in inpatients")
ORALV = Source("C-ORALV", "Oral baclofen withdrawal needing intubation, 58-year-old woman (abstract)")
LEO05 = Source("C-LEO05b", "Psychosomatics 2005;46:503-7 (frequencies in 23 cases)", "secondary")
ROM21 = Source("C-ROM21", "Romito et al., SAGE Open Med 2021 (abstract)")
MOB25 = Source("C-MOB25", "J Arak Univ Med Sci 2025;28(4):316-9")
PALL = Source("C-PALL", "Baclofen withdrawal in palliative sedation, case digest")
MEY03 = Source("C-MEY03", "Arch Phys Med Rehabil 2003;84:638-42")
MUI10 = Source("C-MUI10", "J Med Case Rep 2010;4:294 table 1", url=_doi("10.1186/1752-1947-4-294"))
SAU16 = Source("C-SAU16", "Saulino et al., Neuromodulation 2016;19(6):632-41", url=_doi("10.1111/ner.12467"))
COREEM = Source("C-COREEM", "Core EM podcast 70 notes", "secondary")
GRE03 = Source("C-GRE03", "J Toxicol Clin Toxicol 2003;41:83-5", url=_doi("10.1081/clt-120018277"))
HAL23 = Source("C-HAL23", "Pain Pract 2023;23(7):847-50 (PMID 37074774)")
HWA19 = Source("C-HWA19", "Neuromodulation 2019;22:834-8", url=_doi("10.1111/ner.12873"))
HAN07 = Source("C-HAN07", "Arch Phys Med Rehabil 2007;88:1468-71")
PMC41 = Source("C-PMC41", "PMC4025399: leak at a connection after a pump change")
PED341 = Source("C-PED341", "PMC6808077: 341 children with pumps; pump and catheter faults the commonest complication")
SWJ12 = Source("C-SWJ12", "Southwest J Pulm Crit Care 2012;5 (case 072-12)")
LOG14 = Source("C-LOG14", "Chest 2014;146(4):300A", url=_doi("10.1378/chest.1969368"))
KAO03 = Source("C-KAO03", "J Emerg Med 2003;24:423-7", url=_doi("10.1016/S0736-4679(03)00039-8"))
ALD02 = Source("C-ALD02", "Childs Nerv Syst 2002;18:522-5", url=_doi("10.1007/s00381-002-0634-8"))
GIL = Source("C-GIL", "Gillette Children's, baclofen pump education: refill intervals, alarms")
STAB = Source("C-STAB", "Baclofen stability study, abstract 2023: makers recommend at most 180 days between refills")
MEDPM = Source("C-MEDPM", "Medtronic pump management: the two alarms, missed refills")
MEDERI = Source("C-MEDERI", "Medtronic patient page: 90 days from ERI to stop; SynchroMed II at most 7 years")
UKCPA = Source("C-UKCPA", "UKCPA Handbook of Perioperative Medicines: baclofen")
SPAQI = Source("C-SPAQI", "O'Rourke et al., Mayo Clin Proc 2021;96(5):1325-41", "secondary")
PERIIT = Source("C-PERIIT", "Neuromodulation 2019;22(7):775-80", url=_doi("10.1111/ner.12880"))
PALS = Source("C-PALS", "PALS 2015 vital-sign chart (PedsCases)")
FLE11 = Source("C-FLE11", "Fleming et al., Lancet 2011", url=_doi("10.1016/S0140-6736(10)62226-X"))
LEU06 = Source("C-LEU06", "Emerg Med Australas 2006;18:77-82", url=_doi("10.1111/j.1742-6723.2006.00805.x"))
JEM20 = Source("C-JEM20", "J Emerg Med 2020;58(4):616-9")
ADB = Source("C-ADB", "Bycroft, Postgrad Med J 2005;81:232-5")
SAL08 = Source("C-SAL08", "Pediatr Emerg Care 2008;24:691-3")
DK = Source("C-DK", "Danish paediatric series: 105 to 2,000 mcg/day")
TRUEX = Source("C-TRUEX", "AAPM&R 2020 abstract: inadvertent pocket fill")
IJAZ15 = Source("C-IJAZ15", "Am J Case Rep 2015;16:232-5")
SHI06 = Source("C-SHI06", "Pediatr Emerg Care 2006;22:258-61 (PMID 16651918)")
MOH04 = Source("C-MOH04", "BMC Clin Pharmacol 2004;4:6 (PMID 15301690)", url=_doi("10.1186/1472-6904-4-6"))
WANG12 = Source("C-WANG12", "Open J Anesthesiol 2012;2(4)", url=_doi("10.4236/ojanes.2012.24024"))
NSN = Source("C-NSN", "Notes summarising Saulino et al. 2016 (physostigmine advised against)", "secondary")
SHM = Source("C-SHM", "SHM abstract: overlap with serotonin syndrome")
MUA19 = Source("C-MUA19", "JAMA 2019;322:1987-95", url=_doi("10.1001/jama.2019.17725"))
INK21 = Source("C-INK21", "N Engl J Med 2021;385:1737-49: CKD-EPI creatinine equation without race", "listed")
WOLF18 = Source("C-WOLF18", "AJKD 2018;71:275-80", url=_doi("10.1053/j.ajkd.2017.07.005"))
VLA14 = Source("C-VLA14", "J Clin Pharmacol 2014;54:584-92", url=_doi("10.1002/jcph.247"))
CHE20 = Source("C-CHE20", "Nefrologia 2020;40(5)")
KOR04 = Source("C-KOR04", "Korean J Nephrol 2004;23:353-7")
RAT01 = Source("C-RAT01", "BMJ 2001;323:85")
MOU22 = Source("C-MOU22", "J Pediatr Rehabil Med 2022;15:389-94", url=_doi("10.3233/PRM-210023"))
NEOPK = Source("C-NEOPK", "Neonatology 2021;118:624-7", url=_doi("10.1159/000518657"))
PREG = Source("C-PREG", "PMC4989593: intrathecal baclofen in pregnancy")
AAN25 = Source("C-AAN25", "AAN 2025 abstract: intrathecal baclofen in pregnancy")
MEDMRI = Source("C-MEDMRI", "Medtronic MRI guidance 2008: rotor stops, restart within 2-24 h")
TGA = Source("C-TGA", "TGA hazard alert: SynchroMed II after MRI")
FLOW = Source("C-FLOW", "Flowonix Prometra MRI safety PL-21604-02 (2020) and brief statements")
MEDUK = Source("C-MEDUK", "Medtronic UK: MRI up to 3 T, hyperbaric over 2.0 atm")
MSNT = Source("C-MSNT", "News on the Prometra II approval: battery over 10 years")
UCLH = Source("C-UCLH", "UCLH booklet: service life 81 months")
MEDRESP = Source("C-MEDRESP", "Medtronic, your responsibilities: oral baclofen on hand")

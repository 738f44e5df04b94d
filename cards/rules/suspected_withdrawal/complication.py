"""Is withdrawal already doing damage: rhabdomyolysis, kidney injury, hyperthermia, failing organs?

When  findings of withdrawal include CK of 1,000 U/L, kidney injury, 39 °C or organ failure
Then  a bullet in the withdrawal card: fluids, cooling, CK trend, kidneys
Else  quiet

Known limits: laboratory values older than two days are not counted, though damage may last longer.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.needs import CONDITIONS, LABS, OBSERVATIONS, VITALS
from cards.rule import rule
from cards.scales.age import HIGH_FEVER
from cards.telling import SUSPICION_NEEDS, suspected_score
from cards.verdict import Addendum, Quiet, Urgency, Verdict

MUSCLE = (
    "Rhabdomyolysis: aggressive isotonic fluid by local protocol, CK trend, potassium; avoid nephrotoxins; treat acute "
    "kidney injury."
)
HEAT = (
    "{high} or more: active cooling, antipyretics are not enough; neuromuscular blockade by ICU. 42.5 °C is reported "
    "by mouth (C-PAUL21), 42.1 °C in a child (C-MUI10)."
)
ORGANS = "Organs fail: ICU, coagulation and liver tests; multiorgan failure and death are reported (C-OZO, C-LOG14)."


@rule(
    implements="WDR-03",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN],
    deciding=[VITALS, OBSERVATIONS, LABS, CONDITIONS],
    refining=[*SUSPICION_NEEDS],
    sources=[sources.SEED, sources.OZO, sources.PAUL21, sources.MUI10, sources.LOG14, sources.MAN93],
    overrides=[],
    could_reach=Urgency.INFO,
)
def complication(case: Case) -> Verdict:
    score = suspected_score(case)
    if score is None:
        return Quiet("no suspected withdrawal", rests_on=())
    heat = any(i.code == "A1" and (i.finding.value or 0) >= case.moment.limit(HIGH_FEVER) for i in score.items)
    told = [
        *((MUSCLE,) if score.has("L1", "L2") else ()),
        *((HEAT.format(high=case.moment.told(HIGH_FEVER)),) if heat else ()),
        *((ORGANS,) if score.has("L3") else ()),
    ]
    if not told:
        return Quiet("no complication found")
    suggestions = [
        *(("fluids",) if score.has("L1") else ()),
        *(("cooling",) if heat else ()),
    ]
    return Addendum(detail=(" ".join(told),), suggestions=("labs", *suggestions, "icu"))

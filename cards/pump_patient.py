"""What every pump rule asks first: is a baclofen pump in place?"""

from cards.case import Case
from cards.needs import (
    ADMINISTRATIONS,
    CONDITIONS,
    DEVICE_USE,
    DEVICES,
    MEDICATION_REQUESTS,
    MEDICATION_STATEMENTS,
    PROCEDURES,
    Need,
)
from cards.timeline.pump import Pump, PumpDrug
from cards.verdict import Quiet

PUMP_NEEDS: tuple[Need, ...] = (
    DEVICES, DEVICE_USE, PROCEDURES, MEDICATION_REQUESTS, MEDICATION_STATEMENTS, ADMINISTRATIONS, CONDITIONS,
)  # fmt: skip
DRUG_NOT_RECORDED = "The drug in the pump is not recorded; it may be baclofen: ask for the pump card."


def pump_that_may_hold_baclofen(case: Case) -> Pump | Quiet:
    """The pump, in place or taken out, unless it holds another drug; else why there is nothing to say."""
    if case.pump is None:
        return Quiet("no pump", rests_on=PUMP_NEEDS)
    if case.pump.drug is PumpDrug.OTHER:
        return Quiet("the pump holds another drug", rests_on=PUMP_NEEDS)
    return case.pump


def pump_in_place(case: Case) -> Pump | Quiet:
    """The same, and it was not taken out."""
    pump = pump_that_may_hold_baclofen(case)
    if isinstance(pump, Pump) and not pump.is_in_place:
        return Quiet("the pump was taken out", rests_on=(PROCEDURES, DEVICES))
    return pump


def told_model(pump: Pump) -> str:
    """ " (SynchroMed)", or nothing where the model is not recorded."""
    return f" ({pump.model.value})" if pump.model.value else ""

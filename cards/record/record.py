"""The record: what the chart says, with this hook's drafts laid over it by id."""

import msgspec

from cards.ledger import Ledger
from cards.record.facts import (
    Administration,
    Condition,
    Device,
    Dispense,
    Encounter,
    MaternalExposure,
    MedicationOrder,
    Observation,
    Order,
    Patient,
    Procedure,
    Teaching,
)


class Unreadable(msgspec.Struct, frozen=True):
    """An entry that could not be read, or whose drug could not: never "no baclofen"."""

    reference: str  # "MedicationRequest/1", or the type alone
    need: str
    because: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """All facts of one call, each kind in the order read, duplicates removed.

    `ledger` is the one of the call, with `partial` wherever an entry could not be read or belonged to another
    patient. `medication_orders` holds drafts (`is_draft`) in place of the chart's copy with the same id; the chart's
    copy is kept in `replaced`, so that a rule can say what changed.
    """

    ledger: Ledger
    patient: Patient | None = None
    medication_orders: tuple[MedicationOrder, ...] = ()
    administrations: tuple[Administration, ...] = ()
    dispenses: tuple[Dispense, ...] = ()
    observations: tuple[Observation, ...] = ()
    conditions: tuple[Condition, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    devices: tuple[Device, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    orders: tuple[Order, ...] = ()
    replaced: tuple[MedicationOrder, ...] = ()
    teachings: tuple[Teaching, ...] = ()
    maternal: tuple[MaternalExposure, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    not_found: tuple[str, ...] = ()  # orders that order-dispatch refers to, and that no need brought
    not_read: tuple[str, ...] = ()  # of these, with why, those whose need was lost: nobody looked at them
    unread_drafts: tuple[str, ...] = ()  # of this hook, "MedicationRequest/1: why"; another patient's among them
    foreign: int = 0  # resources of another patient, dropped: an incident
    not_reached: int = 0  # resources that there was no time to read: their needs are partial

    @property
    def unread_orders(self) -> tuple[str, ...]:
        """Everything in hand that nobody could look at."""
        return (*self.unread_drafts, *self.not_read)

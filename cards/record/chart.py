"""What is gathered while the resources of one call are read: facts by kind, and what could not be read."""

from collections.abc import Collection, Iterable
from datetime import tzinfo
from typing import Any

from cards.moment import Moment
from cards.needs import ALL, DRUG_TYPES
from cards.record import facts
from cards.record.coding import leads_to
from cards.record.products import Shelf
from cards.record.record import Unreadable
from cards.record.valuesets import ValueSets
from cards.record.when import When, read_period, read_when

BAD_DATE = "a date could not be read"


class Chart:
    """The growing record of one call. `needs` (that it answers) and `is_draft` are those of the resource being read.

    `asked`: the keys of all needs of the call.
    """

    def __init__(self, moment: Moment, valuesets: ValueSets, asked: Collection[str]) -> None:
        self.moment = moment
        self._asked = asked
        self.zone: tzinfo = moment.zone
        self.valuesets = valuesets
        self.shelf = Shelf()
        self.needs: tuple[str, ...] = ()
        self.is_draft = False
        self.patient: facts.Patient | None = None
        self.medication_orders: list[facts.MedicationOrder] = []
        self.administrations: list[facts.Administration] = []
        self.dispenses: list[facts.Dispense] = []
        self.observations: list[facts.Observation] = []
        self.conditions: list[facts.Condition] = []
        self.procedures: list[facts.Procedure] = []
        self.devices: list[facts.Device] = []
        self.encounters: list[facts.Encounter] = []
        self.orders: list[facts.Order] = []
        self.replaced: list[facts.MedicationOrder] = []
        self.teachings: list[facts.Teaching] = []
        self.maternal: list[facts.MaternalExposure] = []
        self.unreadable: list[Unreadable] = []
        self.unread_drafts: dict[str, str] = {}  # reference: why
        self.partial: dict[str, list[str]] = {}
        self.losses: dict[str, list[str]] = {}  # reference: what of it was not read
        self.foreign = 0
        self.other_devices: set[str] = set()  # references of Devices that were read and are no pump
        self.has_other_battery = False  # a pacemaker, a stimulator: it has a replacement indicator, too
        self.pregnancy: list[tuple[When | None, bool, facts.Condition]] = []  # asserted by Observations

    @property
    def has_pump_alone(self) -> bool:
        """Whether a Device was read as an intrathecal pump, and none as another implant with a battery."""
        return bool(self.devices) and not self.has_other_battery

    def is_pump(self, pointer: str) -> bool:
        """Whether a reference is to a Device that was read as an implanted intrathecal pump."""
        return any(leads_to(pointer, known) for d in self.devices for known in (d.reference, d.device) if known)

    def cannot_read(self, reference: str, because: str) -> None:
        """Note an entry that was not understood: its needs are partial."""
        self.unreadable.append(Unreadable(reference, next(iter(self.needs), ""), because))
        if self.is_draft:
            self.unread_drafts.setdefault(reference, because)
        self.lose_of(reference, because)

    def lose_of(self, reference: str, because: str) -> None:
        """Something of a resource was not read: its needs are partial, if it is of the chart.

        One that came along with an answer, as what is included does, may have been any need's of its type.
        """
        if self.is_draft and not self.needs:
            return
        reasons = self.losses.setdefault(reference, [])
        if because not in reasons:
            reasons.append(because)
        self.lose(because, self.needs or self._may_answer(reference.partition("/")[0]))

    def _may_answer(self, kind: str) -> tuple[str, ...]:
        kinds = DRUG_TYPES if kind == "Medication" else {kind}
        return tuple(need.key for need in ALL if need.resource_type in kinds and need.key in self._asked)

    def lose(self, because: str, needs: Iterable[str]) -> None:
        """These needs were not read whole."""
        for need in needs:
            reasons = self.partial.setdefault(need, [])
            if because not in reasons:
                reasons.append(because)

    def when(self, value: Any, defects: list[str]) -> When | None:
        """A FHIR time; one that is there and unreadable is a defect of the fact."""
        found = read_when(value, self.zone)
        if found is None and value not in (None, "") and BAD_DATE not in defects:
            defects.append(BAD_DATE)
        return found

    def period(self, value: Any, defects: list[str]) -> tuple[When | None, When | None]:
        """Start and end of a Period, likewise."""
        start, end = read_period(value, self.zone)
        told = value[0] if isinstance(value, list) and value else value
        if isinstance(told, dict):
            is_bad = any(
                told.get(key) not in (None, "") and not found for key, found in (("start", start), ("end", end))
            )
        else:
            is_bad = told not in (None, "", [])
        if is_bad and BAD_DATE not in defects:
            defects.append(BAD_DATE)
        return start, end

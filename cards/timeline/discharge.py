"""What is the patient sent home on, next to what was taken before and in the stay? (ABR-04)"""

from datetime import timedelta

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act
from cards.record.facts import DailyDose, MedicationOrder, Order
from cards.record.record import Record
from cards.record.when import When, latest
from cards.timeline.interruptions import has_ordinary_end
from cards.timeline.oral import BY_MOUTH, OralExposure, ended, is_home, usual_dose
from cards.timeline.stay import Stay

_WRITTEN = frozenset({"active", "draft", "on-hold", "completed", "unknown", ""})
_BOOKED = frozenset({"booked", "proposed", "pending", "arrived", "checked-in"})
_NO_FOLLOW_UP = frozenset({Act.SURGERY, Act.MRI, Act.EDUCATION})


class Discharge(msgspec.Struct, frozen=True, kw_only=True):
    """The medicines written for home in this stay, and the next visit."""

    medicines: tuple[MedicationOrder, ...]  # of any drug
    baclofen: tuple[MedicationOrder, ...]  # by mouth, newest first
    dose: DailyDose | None  # of that baclofen
    follow_up: Order | None

    @property
    def lasts_until(self) -> When | None:
        """When the longest of the baclofen prescriptions is used up; None where one does not say."""
        ends = [_end_of_supply(order) for order in self.baclofen]
        known = [end for end in ends if end is not None]
        return max(known, key=lambda end: end.latest) if known and len(known) == len(ends) else None


def discharge_of(record: Record, stay: Stay, moment: Moment) -> Discharge:
    """What this stay ends with, as far as it is written."""
    written = [o for o in record.medication_orders if _is_for_home(o, stay)]
    baclofen = [o for o in written if o.product.is_baclofen and o.route in BY_MOUTH]
    baclofen.sort(key=lambda o: latest(o.authored), reverse=True)
    visits = [
        o for o in record.orders
        if o.resource_type == "Appointment" and o.status in _BOOKED and o.start
        and not o.start.may_be_past(moment.now) and not o.acts & _NO_FOLLOW_UP
    ]  # fmt: skip
    return Discharge(
        medicines=tuple(written),
        baclofen=tuple(baclofen),
        dose=usual_dose(baclofen, baclofen, moment)[0],
        follow_up=min(visits, key=lambda o: o.start.earliest if o.start else moment.now, default=None),
    )


def ended_around_admission(exposure: OralExposure, stay: Stay, moment: Moment) -> MedicationOrder | None:
    """A home medicine closed in this stay, as who reconciles the list does, or that broke off just before it.

    One that was completed was so on paper only where the ward goes on with it.
    """
    goes_on = bool(exposure.current)
    admitted = stay.start.earliest if stay.start else moment.now  # of an undated stay at least what ended of late
    recently = admitted - timedelta(days=moment.limit(limits.RECENT_STOP))
    for order in exposure.orders:
        end = ended(order, moment.now) if is_home(order, stay) else None
        if end and end >= recently and (goes_on or not has_ordinary_end(order, moment.now)):
            return order
    return None


def days_in_hospital(exposure: OralExposure, stay: Stay, moment: Moment) -> float:
    """For how many days baclofen has been given in this stay."""
    doses = [a.when for a in exposure.given if stay.contains(a.when) and a.when]
    ordered = [o.start or o.authored for o in exposure.orders if o.category == "inpatient"]
    begun = [*doses, *(w for w in ordered if w is not None and stay.contains(w))]
    return max((w.hours_until(moment.now) / 24 for w in begun), default=0.0)


def _is_for_home(order: MedicationOrder, stay: Stay) -> bool:
    """A prescription to take home: of the category discharge, or one for outside written in this stay."""
    if order.is_statement or order.is_reported or order.do_not_perform or order.status not in _WRITTEN:
        return False
    if stay.is_after(order.authored):
        return False
    return order.category == "discharge" or (
        order.category in ("community", "outpatient") and stay.contains(order.authored)
    )


def _end_of_supply(order: MedicationOrder) -> When | None:
    begun = order.start or order.authored
    if order.days_supply is None or begun is None:
        return None
    return begun.shifted(order.days_supply * (1 + (order.refills or 0)))

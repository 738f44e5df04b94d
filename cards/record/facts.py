"""The facts that a record is made of: free of FHIR, each with its reference, its time and its defects.

Every fact is a frozen struct. `reference` is "Type/id" as the chart gives it. Texts are the chart's own words, as
they came: only `words.py` makes them safe to show. Times are `When` intervals; None means the chart does not say.
"""

import msgspec

from cards.record.concepts import Act, Drug, Problem, PumpModel, Reason, Route
from cards.record.when import When


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What any fact has: the resource it came from, and what was odd about that resource."""

    reference: str
    defects: tuple[str, ...] = ()  # "temperature unit assumed", in words for the card's reader


class Product(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a medication code, reference or text resolves to."""

    name: str  # the chart's words
    drugs: frozenset[Drug] = frozenset()
    is_known: bool = True  # False: no readable drug here. That is never "no baclofen"
    route: Route = Route.UNKNOWN  # what the product itself implies: tablet ORAL, ampoule INTRATHECAL, cream TOPICAL
    strength_mg: float | None = None  # baclofen per tablet, capsule or packet
    concentration_mg_per_ml: float | None = None  # baclofen per mL
    coding: tuple[str, str, str] | None = None  # system, code, display of the coding to reuse in a draft

    @property
    def is_baclofen(self) -> bool:
        return Drug.BACLOFEN in self.drugs


class DailyDose(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A daily dose. `low` answers "is this a cut", `high` answers "is this too much" (FND-02).

    Oral in mg/day, intrathecal in mcg/day; other routes as oral.
    """

    low: float
    high: float
    unit: str  # "mg/day" | "mcg/day"


class DoseStep(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One step of a schedule that changes over time."""

    dose: DailyDose | None  # None: this step's dose cannot be read; 0 low and high: the step to zero
    start: When | None = None
    end: When | None = None
    days: float | None = None  # duration where the chart gives that instead of dates


class Dosage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How much, how often. The first step's dose is `daily`."""

    daily: DailyDose | None = None
    single: float | None = None  # per administration, mg (oral) or mcg (intrathecal)
    times_per_day: float | None = None
    interval_hours: float | None = None
    is_prn: bool = False
    steps: tuple[DoseStep, ...] = ()  # more than one: a schedule in steps
    doubtful_unit: str = ""  # "mg by an intrathecal route": implausible (FND-02); then doses are not compared
    text: str = ""  # the chart's words
    timing_code: str = ""  # "TID" and the like, to reuse in a draft


class MedicationOrder(Fact, frozen=True, kw_only=True, gc=False):
    """A MedicationRequest or a MedicationStatement: the same fact, told by an orderer or by a reporter.

    `status` is FHIR's own. `is_draft`: it comes from this hook's context, not from the chart. Of drugs other than
    baclofen and unreadable ones the dosage is worked out only where a rise of it tells something.
    """

    is_statement: bool  # MedicationStatement
    status: str
    product: Product
    route: Route
    intent: str = "order"
    category: str = ""  # inpatient | outpatient | community | discharge | ""
    is_reported: bool = False
    is_draft: bool = False
    do_not_perform: bool = False
    dosage: Dosage = Dosage()
    authored: When | None = None  # authoredOn / dateAsserted
    start: When | None = None  # bounds, effective period or dateTime
    end: When | None = None
    status_changed: When | None = None  # extension or status reason's date, where given
    days_supply: float | None = None  # one fill
    refills: int | None = None
    is_continuous: bool = False  # courseOfTherapyType = continuous
    is_once: bool = False  # a single dose
    is_into_a_vein: bool = False  # an infusion, or by vein: told of vasopressors alone
    reasons: frozenset[Reason] = frozenset()  # of its status
    acts: frozenset[Act] = frozenset()  # what its notes and reason say beside: taper plan, screening bolus, tube, ...
    indications: frozenset[Problem] = frozenset()
    replaces: str = ""  # priorPrescription reference
    encounter: str = ""
    note: str = ""

    @property
    def ended_at(self) -> When | None:
        """When it was to end, else when its status changed; None where the chart tells neither."""
        return self.end or self.status_changed


class Administration(Fact, frozen=True, kw_only=True, gc=False):
    """A dose given, or not given (`status` not-done, on-hold, ...)."""

    status: str
    product: Product
    route: Route
    when: When | None
    amount: float | None = None  # mg (oral) or mcg (intrathecal)
    order: str = ""  # reference of the request
    is_into_a_vein: bool = False  # an infusion, or by vein: told of vasopressors alone
    reasons: frozenset[Reason] = frozenset()
    reason_text: str = ""


class Dispense(Fact, frozen=True, kw_only=True, gc=False):
    """A fill handed over."""

    status: str
    product: Product
    route: Route
    when: When | None  # whenHandedOver, else whenPrepared
    days_supply: float | None = None
    quantity_mg: float | None = None  # baclofen in the whole fill, for quantity / daily dose
    dosage: Dosage = Dosage()
    order: str = ""


class Observation(Fact, frozen=True, kw_only=True, gc=False):
    """One value or one sign. A panel becomes one fact a component; a text with two signs becomes two facts."""

    concept: str  # a Measure or a Sign
    when: When | None
    status: str = "final"
    value: float | None = None  # in the unit of `Measure`
    comparator: str = ""
    date: When | None = None  # for concepts whose value is a date
    text: str = ""  # the chart's words for code and value


class Condition(Fact, frozen=True, kw_only=True, gc=False):
    """A problem or diagnosis that is not refuted and not somebody else's."""

    concepts: frozenset[str]  # Sign and Problem
    text: str
    is_active: bool
    onset: When | None = None
    recorded: When | None = None
    abated: When | None = None
    category: str = ""  # problem-list-item | encounter-diagnosis | ...


class Procedure(Fact, frozen=True, kw_only=True, gc=False):
    """Something done, under way or prepared."""

    acts: frozenset[Act]
    status: str
    text: str
    when: When | None = None  # performed; of a period its end
    start: When | None = None
    drugs: frozenset[Drug] = frozenset()  # named in it: a refill with baclofen
    signs: frozenset[str] = frozenset()  # outcome in words: catheter-fault, pump-running, ...
    coding: tuple[str, str] | None = None


class Device(Fact, frozen=True, kw_only=True, gc=False):
    """A Device or a DeviceUseStatement that is or may be an implanted intrathecal pump. Other devices are dropped."""

    is_use_statement: bool
    status: str
    text: str
    model: PumpModel = PumpModel.UNKNOWN
    drugs: frozenset[Drug] = frozenset()  # named in it
    device: str = ""  # DeviceUseStatement: reference of the Device
    start: When | None = None  # implanted, or use began
    end: When | None = None


class Encounter(Fact, frozen=True, kw_only=True, gc=False):
    """A visit or stay."""

    status: str
    kind: str  # v3 ActCode of `class`: IMP, ACUTE, EMER, OBSENC, AMB, ...
    start: When | None = None
    end: When | None = None
    acts: frozenset[Act] = frozenset()  # icu, comfort-care (hospice)


class Order(Fact, frozen=True, kw_only=True, gc=False):
    """ServiceRequest, NutritionOrder, Appointment or CarePlan, as far as it is about one of our acts."""

    resource_type: str
    acts: frozenset[Act]
    status: str
    text: str
    intent: str = "order"
    is_draft: bool = False
    do_not_perform: bool = False
    authored: When | None = None
    start: When | None = None  # occurrence, appointment or plan period
    end: When | None = None
    drugs: frozenset[Drug] = frozenset()


class Teaching(Fact, frozen=True, kw_only=True, gc=False):
    """A Communication or a document that taught the patient or a carer."""

    text: str
    when: When | None = None


class MaternalExposure(Fact, frozen=True, kw_only=True, gc=False):
    """What a child's own chart says of a drug that the mother took. `names_baclofen` False: it does not say which."""

    names_baclofen: bool
    text: str
    when: When | None = None


class Patient(Fact, frozen=True, kw_only=True, gc=False):
    """Who it is, as far as a rule needs it."""

    birth: When | None = None
    is_deceased: bool = False
    sex: str = ""

"""Baclofen left out on admission, doses not given on the ward."""

from cards.hooks import (
    ORDER_SIGN,
)
from tests.chart import Chart, Decided, instant
from tests.situations.drafting import home, ward
from tests.situations.telling import situation

# -- ABR-03 -----------------------------------------------------------------------------------------------------------


def admitted(hours: str, mg: float = 20, kind: str = "IMP") -> Chart:
    """In hospital for so long, home baclofen not ordered."""
    chart, _ = home(mg=mg, statement=True)
    chart.stay(hours, kind)
    return chart


@situation("ABR-03")
def left_out_for_fourteen_hours() -> Decided:
    """Home baclofen not ordered, 14 hours after admission."""
    return admitted("14h").decide()


@situation("ABR-03")
def left_out_for_fourteen_hours_and_trembling() -> Decided:
    """Home baclofen not ordered, 14 hours after admission, and there is a tremor."""
    chart = admitted("14h")
    chart.sign("Tremor")
    return chart.decide()


@situation("ABR-03")
def left_out_and_limp() -> Decided:
    """Home baclofen not ordered, and the patient is limp and stuporous."""
    chart = admitted("14h")
    chart.sign("Hypotonia")
    chart.sign("Stupor")
    return chart.decide()


@situation("ABR-03")
def left_out_while_others_were_ordered() -> Decided:
    """Seven hours after admission: other medicines are ordered."""
    chart = admitted("7h", 10)
    chart.medicine("ceftriaxone 1 g IV", "1h")
    return chart.decide()


@situation("ABR-03")
def left_out_while_a_scan_was_ordered() -> Decided:
    """Seven hours after admission: a scan is ordered."""
    chart = admitted("7h", 10)
    chart.order("CT head", authoredOn=instant("1h"))
    return chart.decide()


@situation("ABR-03")
def left_out_with_a_scan_for_later() -> Decided:
    """Seven hours after admission: a scan is ordered for a time of this stay."""
    chart = admitted("7h", 10)
    chart.order("CT head", occurrenceDateTime=instant("1h"))
    return chart.decide()


@situation("ABR-03")
def left_out_with_a_visit_booked() -> Decided:
    """Seven hours after admission: only a visit is booked."""
    chart = admitted("7h", 10)
    chart.appointment("Physiotherapy", "1h")
    return chart.decide()


@situation("ABR-03")
def left_out_in_the_emergency_department() -> Decided:
    """Five hours in the emergency department."""
    return admitted("5h", kind="EMER").decide()


@situation("ABR-03")
def left_out_overnight_in_the_emergency_department() -> Decided:
    """Six hours in the emergency department."""
    return admitted("6h", kind="EMER").decide()


@situation("ABR-03")
def refused() -> Decided:
    """The patient refuses baclofen, as an order says."""
    chart = admitted("14h")
    chart.order("Patient refuses baclofen")
    return chart.decide()


@situation("ABR-03")
def refused_by_statement() -> Decided:
    """The patient refuses baclofen, as the home list says."""
    chart, _ = home(statement=True, statusReason=[{"text": "Patient refuses"}])
    chart.stay("14h")
    return chart.decide()


@situation("ABR-03")
def left_out_after_short_use() -> Decided:
    """Home baclofen of ten days, not ordered."""
    chart, _ = home(mg=5, statement=True, since="10d")
    chart.stay("14h")
    return chart.decide()


@situation("ABR-03")
def left_out_and_being_ordered() -> Decided:
    """The draft orders it."""
    chart = admitted("14h")
    draft = Chart().baclofen(since="0h", status="draft", category="inpatient")
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-03")
def ordered_on_the_ward() -> Decided:
    """Ordered on the ward."""
    return ward().decide()


@situation("ABR-03")
def at_home() -> Decided:
    """Not in hospital."""
    return home()[0].decide()


# -- ABR-08 -----------------------------------------------------------------------------------------------------------


@situation("ABR-08")
def three_doses_not_given() -> Decided:
    """Three doses charted as not given."""
    chart = ward()
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    return chart.decide()


@situation("ABR-08")
def three_doses_not_given_at_middle_dependence() -> Decided:
    """Three doses of 10 mg charted as not given."""
    chart = ward(mg=10)
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    return chart.decide()


@situation("ABR-08")
def nothing_charted_since_yesterday() -> Decided:
    """Nothing charted for 14 hours."""
    chart = ward()
    chart.given("14h")
    return chart.decide()


@situation("ABR-08")
def doses_not_given_and_limp() -> Decided:
    """Doses not given to somebody limp and stuporous."""
    chart = ward()
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    chart.sign("Hypotonia")
    chart.sign("Stupor")
    return chart.decide()


@situation("ABR-08")
def doses_not_given_and_trembling() -> Decided:
    """Doses not given to somebody who trembles."""
    chart = ward()
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    chart.sign("Tremor")
    return chart.decide()


@situation("ABR-08")
def doses_not_given_of_short_use() -> Decided:
    """Doses not given of a baclofen begun three days ago."""
    chart = Chart()
    chart.stay("80h")
    chart.baclofen(5, since="72h", category="inpatient")
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    return chart.decide()


@situation("ABR-08")
def doses_not_given_within_a_taper() -> Decided:
    """Doses not given while the ward's order is a planned taper."""
    chart = ward(reasonCode=[{"text": "Planned taper"}])
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    return chart.decide()


@situation("ABR-08")
def every_dose_given() -> Decided:
    """Every dose given."""
    chart = ward()
    chart.given("2h", "10h", "18h", "26h")
    return chart.decide(ORDER_SIGN)


@situation("ABR-08")
def three_doses_not_given_at_low_dependence() -> Decided:
    """Three doses of 3 mg charted as not given: a reminder."""
    chart = ward(mg=3)
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    return chart.decide()


@situation("ABR-03")
def left_out_at_low_dependence() -> Decided:
    """Seven hours after admission, 9 mg/day, other medicines are ordered: a reminder."""
    chart = admitted("7h", 3)
    chart.medicine("ceftriaxone 1 g IV", "1h")
    return chart.decide()

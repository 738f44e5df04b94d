"""Patient: age, sex, whether alive."""

from cards.record import facts, wire
from cards.record.chart import BAD_DATE, Chart
from cards.record.coding import string


def read_patient(resource: wire.Patient, reference: str, chart: Chart) -> None:
    """One Patient, into the chart; a draft of one says nothing."""
    if chart.is_draft:
        return
    defects: list[str] = []
    birth = chart.when(resource.birthDate, defects)
    died = chart.when(resource.deceasedDateTime, defects)
    if defects:  # who may be alive is not taken for dead
        chart.cannot_read(reference, BAD_DATE)
    chart.patient = facts.Patient(
        reference=reference,
        birth=birth,
        is_deceased=resource.deceasedBoolean is True or died is not None,
        sex=string(resource.gender),
        defects=tuple(defects),
    )

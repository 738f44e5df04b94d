"""Patients and lookups that the statements' tests share."""

from cards.verdict import MergedCard
from tests.chart import SUBJECT, Chart, Resource

WITHDRAWAL = "suspected-withdrawal"


def omitted(*signs: str, hours: str = "31h", mg: float = 20, age: float = 54) -> Chart:
    """Home baclofen, admitted, not ordered; with these signs."""
    chart = Chart(age=age)
    chart.baclofen(mg)
    chart.stay(hours)
    for sign in signs:
        chart.sign(sign)
    return chart


def failing_pump(*signs: str, age: float = 54) -> Chart:
    """A baclofen pump whose alarm date passed six days ago; with these signs."""
    chart = Chart(age=age)
    chart.pump()
    chart.alarm_date("6d")
    for sign in signs:
        chart.sign(sign)
    return chart


def draft(kind: str, text: str, **more: object) -> Resource:
    """An order being signed, in words."""
    drug = {"medicationCodeableConcept": {"text": text}} if kind == "MedicationRequest" else {"code": {"text": text}}
    return {"resourceType": kind, "id": f"d-{len(text)}", "status": "draft", "intent": "order", "subject": SUBJECT,
            **drug, **more}  # fmt: skip


def withdrawal(chart: Chart) -> MergedCard:
    """Its suspected-withdrawal card."""
    return chart.decide().card(WITHDRAWAL)


def keys(card: MergedCard) -> set[str]:
    """The suggestions of a card."""
    return {s.key for s in card.suggestions}

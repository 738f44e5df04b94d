"""Charts and drafts that the situations of abrupt discontinuation share."""

from typing import Any

from cards.hooks import (
    ORDER_SIGN,
)
from tests.chart import SUBJECT, Chart, Decided, Resource, instant

FOR_HOME: dict[str, Any] = {"category": "discharge", "since": "1h"}


def home(age: float = 54, mg: float | None = 20, **more: Any) -> tuple[Chart, Resource]:
    """Baclofen three times a day at home, and its order."""
    chart = Chart(age)
    return chart, chart.baclofen(mg, 3, **more)


def stopped(chart: Chart, order: Resource, reason: str = "", **more: Any) -> Decided:
    """Signing the stop of that order."""
    told = {"statusReason": {"text": reason}} if reason else {}
    return chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped", **told)], **more)


def lowered(chart: Chart, order: Resource, mg: float, reason: str = "", **more: Any) -> Decided:
    """Signing the same order at another dose."""
    draft = chart.draft(order, status="active", authoredOn=instant("0h"))
    draft["dosageInstruction"][0]["doseAndRate"] = [{"doseQuantity": {"value": mg, "unit": "mg", "code": "mg"}}]
    if reason:
        draft["statusReason"] = {"text": reason}
    return chart.decide(ORDER_SIGN, [draft], **more)


def pumped(text: str, **more: Any) -> Decided:
    """Signing a service order for somebody with a baclofen pump."""
    chart = Chart()
    chart.pump()
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
             "code": {"text": text}, "authoredOn": instant("0h")}  # fmt: skip
    return chart.decide(ORDER_SIGN, [draft], **more)


def ward(since: str = "60h", mg: float = 20, **more: Any) -> Chart:
    """In hospital, with baclofen at home and ordered on the ward."""
    chart = Chart()
    chart.stay(since)
    chart.baclofen(mg)
    chart.baclofen(mg, since=f"{int(since[:-1]) - 1}h", category="inpatient", **more)
    return chart


def leaving(*, taken: bool = True) -> Chart:
    """Five days in hospital, medicines for home written today."""
    chart = Chart()
    chart.stay("120h")
    if taken:
        chart.baclofen(statement=True)
        chart.baclofen(since="119h", category="inpatient")
        chart.given("4h")
    chart.medicine("amoxicillin", "1h", category=[{"coding": [{"code": "discharge"}]}])
    return chart

"""Pregnancy and newborn: NEO-01 and NEO-02."""

import pytest

from cards.hooks import ENCOUNTER_DISCHARGE
from cards.verdict import CannotTell, Quiet
from tests.chart import Chart, date, instant, moment

KIND = "neonatal-risk"


def pregnant(due: str | None, *, baclofen: bool = True) -> Chart:
    """A woman with a due date."""
    chart = Chart(age=30)
    if baclofen:
        chart.baclofen(10, 3)
    if due:
        chart.add("Observation", status="final", code={"text": "Estimated date of delivery"}, valueDateTime=date(due),
                  effectiveDateTime=instant("60d"))  # fmt: skip
    else:
        chart.condition("Pregnancy", "90d")
    return chart


@pytest.mark.parametrize(
    ("due", "urgency"), [("+85d", "info"), ("+84d", "warning"), ("+10d", "warning"), (None, "info")]
)
def test_from_28_weeks_on_it_is_a_warning(due: str | None, urgency: str) -> None:
    """84 days before the due date; weeks unknown: a reminder."""
    assert pregnant(due).decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("text", "urgency"), [("27 weeks gestation of pregnancy", "info"), ("28 weeks gestation", "warning")]
)
def test_weeks_in_words(text: str, urgency: str) -> None:
    chart = pregnant(None)
    chart.condition(text, "1h")
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("weeks", "urgency"), [("27 weeks 6 days", "info"), ("28 weeks", "warning"), ("41 weeks", "warning")]
)
def test_weeks_as_an_observation(weeks: str, urgency: str) -> None:
    """A pregnancy of its own, without a problem that says so."""
    chart = Chart(age=30)
    chart.baclofen(10, 3)
    chart.add("Observation", status="final", code={"text": "Gestational age"}, valueString=weeks,
              effectiveDateTime=instant("1h"))  # fmt: skip
    assert chart.decide().urgency(KIND) == urgency


def test_the_day_after_the_due_date_it_is_still_a_warning() -> None:
    """With a pregnancy on the problem list, until a birth is recorded."""
    chart = pregnant("1d")
    chart.condition("Pregnancy", "200d")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "warning"
    assert "(40 wk)" in card.summary


def test_pump_alone_is_a_reminder() -> None:
    """Plasma levels are very low."""
    chart = pregnant("+20d", baclofen=False)
    chart.pump()
    chart.alarm_date("+60d")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "very low" in card.detail


@pytest.mark.parametrize("case", ["no baclofen", "not pregnant", "past", "short use"])
def test_quiet(case: str) -> None:
    chart = pregnant("+20d" if case != "past" else "20d", baclofen=case not in ("no baclofen", "short use"))
    if case == "not pregnant":
        chart.resources = [r for r in chart.resources if r["resourceType"] != "Observation"]
    if case == "short use":
        chart.baclofen(10, 3, "5d")
    assert chart.decide().urgency(KIND) == ""


def test_a_recorded_pregnancy_counts_whatever_the_gender() -> None:
    """The administrative gender may be male, or wrong."""
    chart = pregnant("+20d")
    chart.resources[1]["gender"] = "male"
    assert chart.resources[1]["resourceType"] == "Patient"
    assert chart.decide().urgency(KIND) == "warning"


def test_no_dose_in_pregnancy() -> None:
    """The taper is a request for a specialist's advice."""
    (taper,) = [s for s in pregnant("+20d").decide().card(KIND).suggestions if s.key == "taper"]
    resource = taper.actions[0].resource
    assert resource is not None
    assert resource["resourceType"] == "ServiceRequest"


# -- the newborn -----------------------------------------------------------------------------------------------------


def newborn(days: float = 2, told: str = "Mother took baclofen 20 mg four times a day", rel: str = "MTH") -> Chart:
    """A child so many days old, and what its family history says."""
    chart = Chart(age=None)
    chart.resources.append(
        {"resourceType": "Patient", "id": "p1", "birthDate": moment(f"{days * 24}h").date().isoformat()}
    )
    if told:
        chart.add(
            "FamilyMemberHistory", status="completed", relationship={"coding": [{"code": rel}]}, note=[{"text": told}]
        )
    return chart


@pytest.mark.parametrize(("days", "urgency"), [(1, "warning"), (28, "warning"), (30, "")])
def test_up_to_28_days(days: float, urgency: str) -> None:
    assert newborn(days).decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("sign", "urgency"),
    [("Jitteriness", "warning"), ("Increased tone", "warning"), ("Poor feeding", "warning"),
     ("High-pitched cry", "warning"), ("Seizure", "critical"), ("Apnea", "critical")],
)  # fmt: skip
def test_signs(sign: str, urgency: str) -> None:
    chart = newborn()
    chart.sign(sign)
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == urgency
    assert "work-up in parallel" in card.detail
    assert {s.key for s in card.suggestions} == {"consult", "labs"}


@pytest.mark.parametrize(("celsius", "signs"), [(37.9, False), (38.0, True)])
def test_fever(celsius: float, signs: bool) -> None:
    chart = newborn()
    chart.temperature(celsius)
    assert ("withdrawal likely" in chart.decide().card(KIND).summary) is signs


def test_no_dose_for_a_newborn_ever() -> None:
    """Neither as a suggestion nor in words."""
    chart = newborn()
    chart.sign("Seizure")
    for card in chart.decide().decision.cards:
        assert "mg/kg" not in card.detail
        for suggestion in card.suggestions:
            for action in suggestion.actions:
                assert action.resource is None or action.resource["resourceType"] == "ServiceRequest"


@pytest.mark.parametrize(
    "text",
    ["Newborn affected by maternal use of baclofen", "In utero exposure to Lioresal", "Maternal baclofen therapy",
     "Fetal exposure to baclofen", "Foetal exposure to baclofen", "Intrauterine baclofen exposure",
     "Prenatal baclofen exposure", "Antenatal exposure to baclofen", "Infant of mother taking baclofen",
     "Infant of mother taking baclofen pump", "Mother took baclofen before and during pregnancy",
     "Mother on baclofen since before pregnancy", "Mother stopped baclofen two weeks before delivery"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["Condition", "Observation"])
def test_told_in_other_places(text: str, kind: str) -> None:
    """A problem, or an observation in words."""
    chart = newborn(told="")
    if kind == "Condition":
        chart.condition(text, "1d")
    else:
        chart.add("Observation", status="final", code={"text": "Perinatal history"}, valueString=text,
                  effectiveDateTime=instant("1d"))  # fmt: skip
    decided = chart.decide(ENCOUNTER_DISCHARGE)
    assert not decided.decision.exposure_excluded
    assert decided.urgency(KIND) == "warning"


@pytest.mark.parametrize(
    "value",
    [{"valueBoolean": True}, {"valueString": "Yes"}, {"valueCodeableConcept": {"text": "Present"}}, {}],
)  # fmt: skip
@pytest.mark.parametrize("name", ["In utero baclofen exposure", "Intrauterine exposure to baclofen"])
def test_a_name_that_says_it(name: str, value: dict[str, object]) -> None:
    """Answered with yes, or without a value."""
    chart = newborn(told="")
    chart.add("Observation", status="final", code={"text": name}, effectiveDateTime=instant("1d"), **value)
    assert chart.decide().urgency(KIND) == "warning"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("In utero baclofen exposure", {"valueBoolean": False}),
        ("In utero baclofen exposure", {"valueString": "No"}),
        ("In utero baclofen exposure", {"valueString": "Unknown"}),
        ("In utero baclofen exposure", {"valueCodeableConcept": {"text": "Negative"}}),
        ("In utero baclofen exposure", {"dataAbsentReason": {"text": "not asked"}}),
        ("In utero baclofen exposure screening", {}),
        ("No in utero baclofen exposure", {}),
        ("Maternal medication", {}),
        ("Baclofen level", {"valueBoolean": True}),
    ],
)
def test_a_name_that_does_not(name: str, value: dict[str, object]) -> None:
    """Denied, not known, a question, or nothing about the mother."""
    chart = newborn(told="")
    chart.add("Observation", status="final", code={"text": name}, effectiveDateTime=instant("1d"), **value)
    assert chart.decide().is_silent


@pytest.mark.parametrize(
    "text",
    ["Mother stopped baclofen two years before pregnancy", "Maternal baclofen discontinued prior to conception",
     "Mother stopped baclofen 3 years ago", "Mother took baclofen, but not during pregnancy",
     "No fetal exposure to baclofen", "Fetal exposure to baclofen ruled out", "Prenatal baclofen exposure denied",
     "Mother never took baclofen", "Infant of mother not taking baclofen",
     "Mother stopped baclofen two years before pregnancy; no baclofen in pregnancy",
     "Mother took baclofen only before pregnancy", "Baclofen: mother stopped it 2 years before pregnancy",
     "Mother is allergic to baclofen", "Mother used baclofen cream", "Mother was offered baclofen but declined"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["Condition", "Observation", "FamilyMemberHistory"])
def test_not_in_pregnancy(text: str, kind: str) -> None:
    """Denied, or over before it began; in a problem, an observation or the family history."""
    chart = newborn(told=text if kind == "FamilyMemberHistory" else "")
    if kind == "Condition":
        chart.condition(text, "1d")
    if kind == "Observation":
        chart.add("Observation", status="final", code={"text": "Perinatal history"}, valueString=text,
                  effectiveDateTime=instant("1d"))  # fmt: skip
    assert chart.decide().is_silent


@pytest.mark.parametrize(
    "text",
    ["Mother stopped smoking 2 years ago, takes baclofen 10 mg TID",
     "Mother discontinued gabapentin before pregnancy and continued baclofen 20 mg TID",
     "Mother takes only baclofen, since 3 years ago",
     "Mother took baclofen until delivery; came off tizanidine before conception",
     "Mother allergic to penicillin, takes baclofen", "Mother on baclofen, declined an epidural",
     "Mother takes baclofen but refused vaccination", "Maternal baclofen, latex allergy"],
)  # fmt: skip
def test_what_else_the_mother_stopped_is_not_her_baclofen(text: str) -> None:
    assert newborn(told=text).decide().urgency("neonatal-risk") == "warning"


@pytest.mark.parametrize(
    ("text", "has_pump"),
    [("Infant of mother taking baclofen pump", False), ("Infant of a mother with a baclofen pump", False),
     ("Maternal intrathecal baclofen pump", False), ("Mother reports baclofen pump alarming", True),
     ("Baclofen pump in place", True)],
)  # fmt: skip
def test_the_mother_s_pump_is_not_the_child_s(text: str, has_pump: bool) -> None:
    """What a mother tells of her child is the child's."""
    chart = newborn(told="")
    chart.condition(text, "1d")
    assert (chart.case().pump is not None) is has_pump


@pytest.mark.parametrize(
    ("told", "rel"),
    [("Mother took levothyroxine", "MTH"), ("No baclofen in pregnancy", "MTH"), ("Takes baclofen for MS", "GRMTH"),
     ("Takes baclofen for MS", "FTH")],
)  # fmt: skip
def test_not_the_mother_or_not_baclofen(told: str, rel: str) -> None:
    chart = newborn(told=told, rel=rel)
    chart.sign("Seizure")
    assert chart.decide().is_silent


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("Newborn affected by maternal medication", "info"),
     ("Newborn affected by maternal use of a muscle relaxant", "info"),
     ("Newborn affected by maternal use of opioids", ""),
     ("Newborn affected by maternal diabetes", "")],
)  # fmt: skip
def test_a_drug_that_is_not_named(text: str, urgency: str) -> None:
    """A reminder to ask, whatever the signs."""
    chart = newborn(told="")
    chart.condition(text, "1d")
    chart.sign("Seizure")
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize("lost", ["FamilyMemberHistory", "Observation", "Condition"])
def test_exposure_of_a_newborn_is_excluded_only_when_all_was_read(lost: str) -> None:
    assert newborn(told="").decide().decision.exposure_excluded
    decided = newborn(told="").decide(lost=[lost])
    assert not decided.decision.exposure_excluded
    assert isinstance(decided.verdict("NEO-02"), CannotTell)
    assert decided.decision.could_not_check is not None


def test_family_history_of_an_adult_is_not_needed() -> None:
    decided = Chart().decide(lost=["FamilyMemberHistory", "Observation"])
    assert decided.decision.exposure_excluded
    assert decided.is_silent


def test_an_unread_patient_may_be_a_newborn() -> None:
    chart = Chart(age=None)
    chart.baclofen()
    assert isinstance(chart.decide(lost=["Patient"]).verdict("NEO-02"), CannotTell)
    assert isinstance(chart.decide().verdict("NEO-02"), Quiet)

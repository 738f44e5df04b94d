"""Is it baclofen? A code by any name, an ingredient, a reference or plain words."""

from typing import Any

import pytest

from cards.ledger import State
from cards.record.concepts import Drug, Route
from cards.record.ingredients import ingredients
from tests.record.shapes import RXNORM, chart, order, request

OID_RXNORM = "urn:oid:2.16.840.1.113883.6.88"
CONTAINED = {
    "resourceType": "Medication",
    "id": "m1",
    "code": {"text": "baclofen 40 mg + morphine 20 mg intrathecal"},
    "ingredient": [
        {
            "itemCodeableConcept": {"coding": [{"system": RXNORM, "code": "1292"}], "text": "baclofen"},
            "strength": {
                "numerator": {"value": 40, "unit": "mg", "code": "mg"},
                "denominator": {"value": 20, "unit": "mL", "code": "mL"},
            },
        }
    ],
}


@pytest.mark.parametrize(
    "concept",
    [
        {"coding": [{"system": RXNORM, "code": "197391"}]},
        {"coding": [{"system": OID_RXNORM, "code": "1292"}]},
        {"coding": [{"system": "2.16.840.1.113883.6.88", "code": "1292"}]},
        {"coding": {"system": RXNORM, "code": "197391"}},
        [{"coding": [{"system": RXNORM, "code": "197391"}]}],
        {"coding": [{"system": "http://www.whocc.no/atc", "code": "M03BX01"}]},
        {"coding": [{"system": "http://fhir.de/CodeSystem/dimdi/atc", "code": "M03BX01"}]},
        {"coding": [{"system": "https://snomed.info/sct", "code": "387342009"}]},
        {"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": "70121-2504-2"}]},
        {"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": "66794015599"}]},
        {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.69", "code": "0615-8518-39"}]},
        {"coding": [{"system": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "code": "J0475"}]},
        {
            "coding": [
                {"system": "https://fhir.cerner.com/T/synonym", "code": "1", "display": "baclofen 10 mg oral tablet"}
            ]
        },
        {
            "coding": [
                {"system": "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-medication-name", "code": "Baclofen"}
            ]
        },
        {
            "coding": [
                {"system": RXNORM, "code": "161", "display": "something else"},
                {"system": RXNORM, "code": "197391"},
            ]
        },
        {"text": "BACLOFEN 10 MG PO TABS"},
        {"text": "Baclofen 20mg MR"},
        {"text": "Baclofène Zentiva"},
        {"text": "baclofeno 25 mg"},
        {"text": "LIORESAL"},
        {"text": "Fleqsuvy 25 mg/5 mL"},
        {"text": "baclophen 10"},
        {"text": "ITB pump"},
        "baclofen",
    ],
)
def test_baclofen_is_recognised_however_it_is_written(concept: Any) -> None:
    """Any one coding, display, code-as-name or word is enough."""
    assert order(medicationCodeableConcept=concept).product.is_baclofen


@pytest.mark.parametrize(
    "text",
    [
        "cyclobenzaprine 10 mg",
        "bacitracin ointment",
        "beclomethasone inhaler",
        "beclometasone",
        "arbaclofen placarbil",
        "tizanidine 4 mg",
        "carisoprodol",
        "Flexeril",
    ],
)
def test_look_alikes_are_not_baclofen(text: str) -> None:
    """Names that look or sound like baclofen are other drugs, and are readable."""
    product = order(medicationCodeableConcept={"text": text}).product

    assert not product.is_baclofen
    assert product.is_known


def test_arbaclofen_is_a_drug_of_its_own() -> None:
    """Arbaclofen is told apart, not folded into baclofen."""
    assert order(medicationCodeableConcept={"text": "arbaclofen ER"}).product.drugs == {Drug.ARBACLOFEN}


def test_infusion_carries_the_drug_at_ingredient_level() -> None:
    """A contained mixture names baclofen by its ingredient code, with baclofen's own concentration."""
    product = order(contained=[CONTAINED], medicationReference={"reference": "#m1"}).product

    assert product.drugs == {Drug.BACLOFEN, Drug.MORPHINE}
    assert product.concentration_mg_per_ml == 2.0
    assert product.route is Route.INTRATHECAL


def test_carrier_fluid_is_not_a_drug() -> None:
    """An ingredient marked `isActive: false` is not counted."""
    inactive = {
        **CONTAINED,
        "code": {"text": "mixture"},
        "ingredient": [{"isActive": False, "itemCodeableConcept": {"text": "baclofen"}}],
    }
    product = order(contained=[inactive], medicationReference={"reference": "#m1"}).product

    assert not product.is_baclofen


@pytest.mark.parametrize(
    ("reference", "identity"),
    [
        ("Medication/eXyz", "eXyz"),
        ("https://ehr.example.org/r4/Medication/eXyz", "eXyz"),
        ("Medication/eXyz/_history/3", "eXyz"),
        ("urn:uuid:0c1d2e3f-0000-4000-8000-000000000001", "0c1d2e3f-0000-4000-8000-000000000001"),
    ],
)
def test_medication_beside_the_order_is_found(reference: str, identity: str) -> None:
    """Relative, absolute, versioned and urn:uuid references resolve, in whatever order the resources come."""
    medication = {"resourceType": "Medication", "id": identity, "code": {"text": "Baclofen 10 mg"}}
    one = request(medicationReference={"reference": reference})

    for resources in ([one, medication], [medication, one]):
        record = chart(*resources)
        assert record.medication_orders[0].product.is_baclofen
        assert not record.unreadable


def test_ingredient_that_is_a_reference() -> None:
    """ingredient.itemReference leads to another Medication."""
    inner = {"resourceType": "Medication", "id": "i", "code": {"coding": [{"system": RXNORM, "code": "1292"}]}}
    outer = {"resourceType": "Medication", "id": "o", "ingredient": [{"itemReference": {"reference": "Medication/i"}}]}

    assert order(inner, outer, medicationReference={"reference": "Medication/o"}).product.is_baclofen


def test_medication_that_contains_itself_does_not_hang() -> None:
    """A Medication whose ingredient is itself is cut off, and is unreadable."""
    loop = {"resourceType": "Medication", "id": "o", "ingredient": [{"itemReference": {"reference": "Medication/o"}}]}

    assert not order(loop, medicationReference={"reference": "Medication/o"}).product.is_known


def test_reference_with_only_a_display() -> None:
    """Epic: the Medication is not there, its display is."""
    found = order(medicationReference={"reference": "Medication/e", "display": "BACLOFEN 10 MG PO TABS"})

    assert found.product.is_baclofen
    assert found.product.strength_mg == 10
    assert found.route is Route.ORAL


@pytest.mark.parametrize(
    "drug",
    [
        {"medicationReference": {"reference": "Medication/nowhere"}},
        {"medicationReference": {"reference": "#missing"}},
        {"medicationCodeableConcept": {"coding": [{"system": "https://fhir.cerner.com/T/synonym", "code": "77"}]}},
        {
            "medicationCodeableConcept": {
                "coding": [{"system": "http://fhir.de/CodeSystem/ifa/pzn", "code": "01234567"}]
            }
        },
        {
            "medicationCodeableConcept": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
                        "code": "unknown",
                        "display": "Unknown",
                    }
                ]
            }
        },
        {
            "_medicationCodeableConcept": {
                "extension": [
                    {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
                ]
            }
        },
        {"medicationCodeableConcept": {"text": "see note"}},
        {"medicationCodeableConcept": {"text": "20 mg tablet"}},
        {
            "medicationCodeableConcept": {
                "coding": [{"system": "urn:local", "code": "7", "display": "Oral Tablet 10mg"}]
            }
        },
        {"medicationReference": {"reference": "Medication/x", "display": "2 tablets by mouth (20 mg)"}},
        {"medicationCodeableConcept": {}},
        {"medicationCodeableConcept": 17},
        {"medicationCodeableConcept": None, "medicationReference": None},
    ],
)
def test_unreadable_drug_is_never_no_baclofen(drug: dict[str, Any]) -> None:
    """Nothing readable: the order stays, its drug is unknown, and the need is partial."""
    record = chart(request(**drug))

    assert not record.medication_orders[0].product.is_known
    assert [entry.reference for entry in record.unreadable] == ["MedicationRequest/m1"]
    assert record.ledger["MedicationRequest"].state is State.PARTIAL
    assert record.ledger["MedicationRequest"].because


@pytest.mark.parametrize(
    "concept",
    [
        {"text": "lisinopril 10 mg"},
        {"text": "IV fluid"},
        {"text": "20 mg tablet", "coding": [{"system": RXNORM, "code": "314076"}]},
        {"coding": [{"system": RXNORM, "code": "314076"}]},
        {"coding": [{"system": "urn:local", "code": "5", "display": "lisinopril"}]},
    ],
)
def test_drug_that_we_do_not_track_is_readable(concept: dict[str, Any]) -> None:
    """Another drug is known to be another drug; the chart was read whole."""
    record = chart(request(medicationCodeableConcept=concept))

    assert record.medication_orders[0].product.is_known
    assert record.medication_orders[0].product.drugs == frozenset()
    assert record.ledger.is_whole("MedicationRequest")


@pytest.mark.parametrize(
    ("text", "route", "strength", "concentration"),
    [
        ("Baclofen 10 MG Oral Tablet", Route.ORAL, 10, None),
        ("BACLOFEN INTRATHECAL 2,000MCG/ML", Route.INTRATHECAL, None, 2.0),
        ("20 ML baclofen 1 MG/ML Injection", Route.INTRATHECAL, None, 1.0),
        ("baclofen 5 mg/5 mL oral solution", Route.ORAL, None, 1.0),
        ("Fleqsuvy 25 mg/5 mL", Route.ORAL, None, 5.0),
        ("gablofen 500 mcg/mL", Route.INTRATHECAL, None, 0.5),
        ("baclofen 2 % topical cream", Route.TOPICAL, None, None),
        ("ketamine/baclofen/gabapentin transdermal gel", Route.TOPICAL, None, None),
        ("baclofen", Route.UNKNOWN, None, None),
        ("baclofen 40 mg/20 mL IT soln", Route.INTRATHECAL, None, 2.0),
    ],
)
def test_what_a_product_implies(text: str, route: Route, strength: float | None, concentration: float | None) -> None:
    """Form words give the route; strengths and concentrations come from the words."""
    product = order(medicationCodeableConcept={"text": text}).product

    assert product.route is route
    assert product.strength_mg == strength
    assert product.concentration_mg_per_ml == concentration


@pytest.mark.parametrize(
    ("route", "text", "expected"),
    [
        ({"coding": [{"system": "http://snomed.info/sct", "code": "72607000"}]}, "baclofen", Route.INTRATHECAL),
        ({"coding": [{"system": "http://standardterms.edqm.eu", "code": "20053000"}]}, "baclofen", Route.ORAL),
        ({"coding": [{"system": "urn:oid:1.2.840.114350.1", "code": "15", "display": "Oral"}]}, "baclofen", Route.ORAL),
        ({"text": "per G-tube"}, "baclofen", Route.ORAL),
        ({"text": "via PEG"}, "baclofen", Route.ORAL),
        ({"text": "IT INFUSION"}, "baclofen", Route.INTRATHECAL),
        ({"text": "IT"}, "baclofen", Route.INTRATHECAL),
        ({"text": "Intravenous"}, "baclofen", Route.OTHER),
        ({"text": "per protocol"}, "baclofen", Route.UNKNOWN),
        (None, "baclofen", Route.UNKNOWN),
        (None, "baclofen 10 mg tablet", Route.ORAL),
    ],
)
def test_route_from_code_words_or_product(route: Any, text: str, expected: Route) -> None:
    """Order route, then product; what is not recorded stays unknown."""
    found = order(medicationCodeableConcept={"text": text}, dosageInstruction=[{"route": route}])

    assert found.route is expected


def test_micrograms_a_day_mean_intrathecal_when_no_route_is_given() -> None:
    """Units decide only after route and product."""
    found = order(
        medicationCodeableConcept={"text": "baclofen"},
        dosageInstruction=[{"doseAndRate": [{"rateQuantity": {"value": 300, "code": "ug/d"}}]}],
    )

    assert found.route is Route.INTRATHECAL


@pytest.mark.parametrize(
    "medication",
    [
        "baclofen 10 mg tablet",
        {"text": "baclofen 10 mg tablet"},
        {"concept": {"text": "baclofen 10 mg tablet"}},
        {"reference": {"reference": "Medication/m"}},
        {"reference": "Medication/m"},
    ],
)
def test_bare_medication(medication: Any) -> None:
    """Hand-made resources and R5 write `medication` without its type."""
    beside = {"resourceType": "Medication", "id": "m", "code": {"text": "baclofen 10 mg tablet"}}

    assert order(beside, medication=medication).product.is_baclofen


def test_contained_drug_that_no_reference_names() -> None:
    """The only contained Medication is the drug."""
    inner = {"resourceType": "Medication", "id": "m", "code": {"text": "baclofen"}}

    assert order(contained=[inner], medicationReference=None).product.is_baclofen


def test_contained_ingredient_on_the_shelf() -> None:
    """A contained mixture may point to a Medication beside the order."""
    inner = {"resourceType": "Medication", "id": "i", "code": {"text": "baclofen"}}
    mixture = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemReference": {"reference": "Medication/i"}}],
    }

    assert order(inner, contained=[mixture], medicationReference={"reference": "#m"}).product.is_baclofen


def test_coding_for_a_draft_is_rxnorm_if_there_is_one() -> None:
    """A draft reuses the chart's own coding."""
    found = order(
        medicationCodeableConcept={
            "coding": [
                {"system": "urn:local", "code": "1"},
                {"system": RXNORM, "code": "197391", "display": "Baclofen 10 MG Oral Tablet"},
            ]
        }
    )

    assert found.product.coding == (RXNORM, "197391", "Baclofen 10 MG Oral Tablet")


@pytest.mark.parametrize(
    ("one", "other", "drug"),
    [
        ("Seroquel XR 50 mg", "quetiapine fumarate 25 mg tablet", Drug.ANTIPSYCHOTIC),
        ("Klonopin 0.5 mg", "clonazepam 1 mg", Drug.CLONAZEPAM),
        ("Sinemet 25-100", "carbidopa-levodopa 10-100 mg tablet", Drug.DOPAMINERGIC),
        ("Quetiapin 25 mg", "QUEtiapine 25 mg", Drug.ANTIPSYCHOTIC),
        ("Latuda 40 mg tablet", "Latuda 80 MG Oral Tablet", Drug.ANTIPSYCHOTIC),
        ("Latuda tablet", "latuda", Drug.ANTIPSYCHOTIC),
    ],
)
def test_one_drug_by_two_names(one: str, other: str, drug: Drug) -> None:
    """A brand, a language, a strength or a form makes no other drug."""
    assert ingredients(one, frozenset({drug})) == ingredients(other, frozenset({drug}))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Seroquel", "Zyprexa"), ("risperidone", "paliperidone"), ("Latuda 40 mg", "Rexulti 1 mg"), ("100 mg", "Latuda")],
)
def test_two_drugs_are_two(one: str, other: str) -> None:
    """Of one class."""
    drugs = frozenset({Drug.ANTIPSYCHOTIC})
    assert ingredients(one, drugs) != ingredients(other, drugs)

"""Names and texts that others wrote: RxNorm, openFDA, FDA reports, two hospitals' monitors."""

import csv
import json
from pathlib import Path

import pytest

from cards.record.concepts import Measure, Route
from cards.record.measures import measures_named
from tests.record.shapes import RXNORM, dosed, order

DATA = Path(__file__).parent.parent / "data" / "real"


def rows(name: str) -> list[dict[str, str]]:
    """Lines of a published table."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", rows("rxnorm-baclofen-names.csv"), ids=lambda row: row["name"])
def test_every_rxnorm_name_is_baclofen_by_code_and_by_words(row: dict[str, str]) -> None:
    """The code alone and the name alone agree, strength included."""
    by_code = order(medicationCodeableConcept={"coding": [{"system": RXNORM, "code": row["rxcui"]}]}).product
    by_name = order(medicationCodeableConcept={"text": row["name"]}).product

    assert by_code.is_baclofen
    assert by_name.is_baclofen
    assert by_code.strength_mg == by_name.strength_mg


@pytest.mark.parametrize("row", rows("openfda-baclofen-products.csv"), ids=lambda row: row["product_ndc"])
def test_every_product_of_openfda_is_baclofen_by_its_ndc(row: dict[str, str]) -> None:
    """Bare package codes, oral and intrathecal."""
    package = row["packages"].split(";")[0].split(" ")[0]
    found = order(
        medicationCodeableConcept={"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": package}]}
    ).product

    assert found.is_baclofen
    is_spinal = "ug/mL" in row["strength"] or row["strength"] == "kit"
    assert found.route is (Route.INTRATHECAL if is_spinal else Route.ORAL)


def test_dose_text_of_an_fda_report() -> None:
    """ "157.3 MCG/DAY" of "BACLOFEN INTRATHECAL 2,000MCG/ML"."""
    drug = json.loads((DATA / "faers-intrathecal-baclofen.json").read_bytes())["patient"]["drug"][0]
    found = dosed({"text": drug["drugdosagetext"]}, text=drug["medicinalproduct"])

    assert found.route is Route.INTRATHECAL
    assert found.dosage.daily is not None
    assert (found.dosage.daily.high, found.dosage.daily.unit) == (157.3, "mcg/day")
    assert found.product.concentration_mg_per_ml == 2


LOINC_MEASURES = {
    "loinc:8867-4": Measure.HEART_RATE,
    "loinc:9279-1": Measure.RESPIRATORY_RATE,
    "loinc:59408-5": Measure.OXYGEN_SATURATION,
    "loinc:8478-0": Measure.MEAN_PRESSURE,
    "loinc:8480-6": Measure.SYSTOLIC,
    "loinc:8462-4": Measure.DIASTOLIC,
    "loinc:8310-5": Measure.TEMPERATURE,
    "loinc:60834-9": Measure.TEMPERATURE,
    "loinc:69000-8": Measure.HEART_RATE,
    "loinc:68999-2": Measure.HEART_RATE,
    "loinc:69001-6": Measure.HEART_RATE,
}
MIMIC = [row for row in rows("mimic-chartevents-to-loinc-vitals.csv") if row["subject_id"].startswith("mimic")]


@pytest.mark.parametrize("row", MIMIC, ids=lambda row: row["subject_label"])
def test_local_names_of_an_intensive_care_unit(row: dict[str, str]) -> None:
    """MIMIC's own vital-sign names mean what its authors mapped them to."""
    assert measures_named(row["subject_label"]) == (LOINC_MEASURES[row["object_id"]],)

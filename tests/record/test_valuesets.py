"""Value sets: ours, and a hospital's laid over them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cards.record.valuesets import CONCEPT_EXTENSION, DIRECTORY, REQUIRED, ValueSets
from tests.record.shapes import LOINC, RXNORM, VALUESETS

SOURCE_EXTENSION = "http://hl7.org/fhir/StructureDefinition/valueset-concept-comments"


def write(directory: Path, identity: str, include: list[dict[str, Any]], **more: Any) -> None:
    """A hospital's ValueSet file."""
    body = {
        "resourceType": "ValueSet",
        "id": identity,
        "url": f"https://h.example.org/{identity}",
        "compose": {"include": include},
        **more,
    }
    (directory / f"{identity}.json").write_bytes(msgspec.json.encode(body))


def extension(name: str) -> list[dict[str, str]]:
    """The extension that names a meaning."""
    return [{"url": CONCEPT_EXTENSION, "valueCode": name}]


def test_every_set_has_a_canonical_url_and_codes() -> None:
    """One base for all; nothing empty."""
    for path in DIRECTORY.glob("*.json"):
        body = msgspec.json.decode(path.read_bytes())
        assert body["id"] == path.stem
        assert body["url"] == f"https://baclofen-cds.example.org/ValueSet/{path.stem}"
        assert all(include["concept"] for include in body["compose"]["include"])


def test_every_code_has_a_source() -> None:
    """No code from memory: each says where it was seen, and stands once in its set."""
    for path in DIRECTORY.glob("*.json"):
        body = msgspec.json.decode(path.read_bytes())
        found = [
            (include["system"], concept) for include in body["compose"]["include"] for concept in include["concept"]
        ]
        codes = [(system, concept["code"]) for system, concept in found]
        assert len(codes) == len(set(codes)), path.stem
        for _, concept in found:
            told = {e["url"]: e.get("valueString") for e in concept.get("extension", [])}
            assert told.get(SOURCE_EXTENSION), (path.stem, concept["code"])


def test_local_codes_extend_a_set(tmp_path: Path) -> None:
    """Another id that includes ours: its codes mean the same."""
    write(tmp_path, "our-heart-rate", [{
        "system": "urn:local:flowsheet", "concept": [{"code": "301"}], "valueSet": ["https://baclofen-cds.example.org/ValueSet/vital-heart-rate"],
    }])  # fmt: skip

    sets = ValueSets.load(tmp_path)

    assert sets.meaning("urn:local:flowsheet", "301").of("measure") == ["heart-rate"]
    assert sets.meaning(LOINC, "8867-4").of("measure") == ["heart-rate"]
    assert sets.digest != VALUESETS.digest


def test_same_id_replaces(tmp_path: Path) -> None:
    """A hospital may take a code away."""
    write(
        tmp_path,
        "vital-heart-rate",
        [{"system": LOINC, "concept": [{"code": "8867-4"}]}],
        extension=extension("measure/heart-rate"),
    )

    sets = ValueSets.load(tmp_path)

    assert sets.meaning(LOINC, "8867-4").of("measure") == ["heart-rate"]
    assert sets.meaning(LOINC, "8889-8").of("measure") == []


def test_expansion_is_read_too(tmp_path: Path) -> None:
    """Terminology servers give expansions."""
    write(
        tmp_path,
        "more-baclofen",
        [],
        extension=extension("drug/baclofen"),
        expansion={"contains": [{"system": RXNORM, "code": "999"}]},
    )

    assert ValueSets.load(tmp_path).meaning(RXNORM, "999").of("drug") == ["baclofen"]


@pytest.mark.parametrize("identity", REQUIRED)
def test_required_set_must_not_be_empty(tmp_path: Path, identity: str) -> None:
    """Without baclofen codes the service would be silent for the wrong reason: refuse to start."""
    write(tmp_path, identity, [])

    with pytest.raises(ValueError, match=f"the required set {identity} is empty"):
        ValueSets.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "is not JSON"),
        (b'{"resourceType":"CodeSystem","id":"x"}', "is not a FHIR ValueSet"),
        (b'{"resourceType":"ValueSet"}', "is not a FHIR ValueSet"),
        (
            b'{"resourceType":"ValueSet","id":"x","compose":{"include":[{"concept":[{"code":"1"}]}]}}',
            "without system or code",
        ),
        (
            b'{"resourceType":"ValueSet","id":"x","compose":{"include":[{"valueSet":["urn:gone"]}]}}',
            "which is not there",
        ),
        (
            b'{"resourceType":"ValueSet","id":"x","extension":[{"url":"%s","valueCode":"sign/joy"}]}'
            % CONCEPT_EXTENSION.encode(),
            "does not know",
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    """The operator learns which file, and what is wrong with it."""
    (tmp_path / "x.json").write_bytes(content)

    with pytest.raises(ValueError, match=sentence):
        ValueSets.load(tmp_path)


def test_missing_directory_is_named(tmp_path: Path) -> None:
    """A typing error in the configuration is not an empty set."""
    with pytest.raises(ValueError, match="is not a directory"):
        ValueSets.load(tmp_path / "gone")

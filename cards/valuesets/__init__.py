"""Value sets: one FHIR ValueSet JSON file a concept, replaceable by a hospital. `record/valuesets.py` reads them."""

"""The plumbing room: HTTP, FHIR, trust, memory. Medicine lives in `cards/`; `cards.decide.decide` is the corridor."""

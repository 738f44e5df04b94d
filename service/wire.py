"""CDS Hooks JSON <-> Call and Card. Nothing else knows the wire format."""

import msgspec

from cards.hooks import Hook


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """`fhirAuthorization` of a hook request. Lives for one call: never stored, never logged."""

    access_token: str
    scope: str = ""
    patient: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One hook request, parsed. `prefetch` values are undecoded JSON; a key that is absent was not provided."""

    hook: Hook
    hook_instance: str
    patient_id: str
    user: str = ""
    encounter_id: str = ""
    fhir_server: str = ""
    authorization: Authorization | None = None
    prefetch: dict[str, msgspec.Raw] = {}
    drafts: tuple[msgspec.Raw, ...] = ()
    selections: tuple[str, ...] = ()

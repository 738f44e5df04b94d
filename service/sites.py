"""One Site per tenant: trust, dialect, policies."""

from datetime import UTC, tzinfo
from typing import Literal

import msgspec


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What one hospital agreed with us (contract, "Configuration"); the defaults are the contract's."""

    name: str
    trust: Literal["jwt", "none"] = "jwt"
    issuers: tuple[str, ...] = ()
    jku: tuple[str, ...] = ()
    jwks_file: str = ""
    fhir_servers: tuple[str, ...] = ()  # base URLs; the only ones that the service will call
    any_loopback_fhir: bool = False  # the demo site: http://127.0.0.1:* and http://localhost:*
    dialect: Literal["generic", "epic", "oracle", "athena", "sandbox"] = "generic"
    timezone: tzinfo = UTC
    mode: Literal["live", "silent"] = "live"
    missing_data: Literal["412", "card"] = "412"
    deadline: float = 3.0  # seconds of wall clock for one call, FHIR included
    language: str = "en"
    origins: tuple[str, ...] = ()
    any_loopback_origin: bool = False  # the demo site
    max_cards: int = 3
    unsupported: frozenset[str] = frozenset()  # FHIR resource types this EHR does not have
    allow_insecure_fhir: bool = False
    allow_no_trust: bool = False
    date_order: Literal["mdy", "dmy", ""] = ""

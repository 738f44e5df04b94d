"""Few exceptions; each knows its HTTP status and says who can fix it.

Every error that leaves the service is JSON with an OperationOutcome (CDS Hooks 3.0 ballot, "Returning
OperationOutcome"). Messages never hold chart values, tokens or traces.
"""

from typing import Any


class ServiceError(Exception):
    """An answer other than 200. `who` can fix it: "the EHR", "the site", "the operator"."""

    status = 500
    code = "exception"  # OperationOutcome issue type
    who = "the operator of this service"

    def __init__(self, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}

    def outcome(self) -> dict[str, Any]:
        """The OperationOutcome for the body."""
        return {
            "resourceType": "OperationOutcome",
            "issue": [{"severity": "error", "code": self.code, "diagnostics": f"{self.message} (to fix: {self.who})"}],
        }


class Unparsable(ServiceError):
    """400: the body is not JSON."""

    status, code, who = 400, "structure", "the EHR's CDS client"


class NotTrusted(ServiceError):
    """401: who calls has not proved who they are. `reason` is a fixed word for the log; the caller is given none."""

    status, code, who = (
        401,
        "login",
        "the EHR's CDS client; the operator finds the reason in this service's log",
    )

    def __init__(self, reason: str, *, claimed_site: str = "") -> None:
        super().__init__("this call is not trusted", headers={"WWW-Authenticate": "Bearer"})
        self.reason = reason
        self.claimed_site = claimed_site  # the site whose issuer the token names, truly or not


class UnknownService(ServiceError):
    """404: no such service id or route."""

    status, code, who = 404, "not-found", "the EHR's CDS configuration"


class WrongMethod(ServiceError):
    """405."""

    status, code, who = 405, "not-supported", "the EHR's CDS client"


class MissingData(ServiceError):
    """412: what the rules need was not prefetched and could not be had."""

    status, code, who = 412, "required", "the site: prefetch templates and FHIR scopes of this service"


class TooLarge(ServiceError):
    """413."""

    status, code, who = 413, "too-long", "the EHR's CDS client, or BACLOFEN_CDS_MAX_BODY"


class WrongType(ServiceError):
    """415: not application/json."""

    status, code, who = 415, "not-supported", "the EHR's CDS client"


class WrongContent(ServiceError):
    """422: JSON, but not what the hook asks for."""

    status, code, who = 422, "invalid", "the EHR's CDS client"


class RuleFailed(ServiceError):
    """500: rules raised and nothing could be said."""

    status, code = 500, "exception"


class StoreUnavailable(ServiceError):
    """503: the database cannot take it now; nothing was acknowledged."""

    status, code = 503, "transient"


class KeysUnavailable(ServiceError):
    """503: the keys of the caller's site cannot be read now, so the caller can be neither trusted nor refused."""

    status, code, who = 503, "transient", "the operator: this service's log says which key set, and why"
    reason = "keys_unavailable"

    def __init__(self, retry_after: int) -> None:
        super().__init__("the keys of the caller cannot be read now", headers={"Retry-After": str(retry_after)})
        self.claimed_site = ""


class Overloaded(ServiceError):
    """503: the call waited for a free thread until its time was up."""

    status, code = 503, "throttled"


class ConfigError(Exception):
    """The configuration is wrong: one line that says which file, which key, what is allowed. Exit code 2."""


class DatabaseNotThere(ConfigError):
    """The configuration names a database that this service has never used."""


class CommandFailed(Exception):
    """What a command found wrong, in one line. Exit code 1."""

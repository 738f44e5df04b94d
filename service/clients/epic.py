"""Epic: which workflow step a patient-view comes from.

Epic has no hooks for admission, discharge and transfer: it sends patient-view, and an extension of the request names
the native trigger. A transfer is read as an admission: the new ward has to order the home medicines anew.
"""

import msgspec

from cards.hooks import ENCOUNTER_DISCHARGE, ENCOUNTER_START, PATIENT_VIEW, Hook
from service.wire import Call

_PREFIX = "com.epic.cdshooks.request."
_TRIGGER = f"{_PREFIX}bpa-trigger-action"
_STEPS: dict[str, Hook] = {"26": ENCOUNTER_START, "27": ENCOUNTER_DISCHARGE, "29": ENCOUNTER_START}


def as_meant(call: Call) -> Call:
    """The call under the hook that its workflow step amounts to."""
    raw = call.extension.get(_TRIGGER)
    if call.hook is not PATIENT_VIEW or raw is None:
        return call
    step = _STEPS.get(bytes(raw).decode("utf-8", "replace").strip('" '))
    return msgspec.structs.replace(call, hook=step) if step else call


def topic_code(kind: str, indicator: str) -> str:
    """Epic ties an override to this code: alphanumeric, one a kind and urgency ("suspectedWithdrawalCritical")."""
    first, *rest = f"{kind}-{indicator}".split("-")
    return first + "".join(word.capitalize() for word in rest)

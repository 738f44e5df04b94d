"""The end of a pump's battery in words: named with a date it is one to come, and an alarm only where it was reached.

All of it is JUDGEMENT, like the lexicon, and written like it (`phrases.py`).
"""

_END = "(end of service|eos)"
_PUMP = "(pump|battery|device)"

REACHED = (
    f"{_END} (date )?(is |was |has been |has |now |already )?(reached|passed)", f"{_END} (critical )?alarm*",
    f"alarm* (is |was )?(for |due to |of )?{_END}", f"(reached|past|beyond) (its |the )?{_END}",
    f"(pump|battery|device|status|is|now|already) (is |was |now |already )?at (its |the )?{_END}",
)  # fmt: skip
# As all that a diagnosis says it is the state of the pump.
STATE = (
    "=pump end of service", "=pump eos", "=baclofen pump end of service", "=intrathecal pump end of service",
    "=pump battery end of service", "=battery end of service",
)  # fmt: skip
# Planned, programmed, or another implant's: within these the words above tell nothing of the pump now.
NOT_REACHED = (
    f"{_END} alarm* (is )?(date|dates|set|expected|due|scheduled|programmed|enabled|in|volume|interval|settings)",
    f"alarm* (is |was )?(for |due to |of )?{_END} (date|dates|in|expected)",
    f"(until|when|once|before) (the |its )?{_END} (is |has been |has )?(reached|passed)",
    f"(until|when|once|before) (the |its )?{_PUMP} (is )?at (its |the )?{_END}",
    f"(replace|replacing|replacement of|exchange) (the |his |her )?{_PUMP} (is )?at (its |the )?{_END}",
    f"(until|when|once|before) (the |its )?{_PUMP} (has )?reached (its |the )?{_END}",
    f"(will|would|should|to) (have|be) (reached|past|beyond) (its |the )?{_END}",
    f"(pacemaker*|icd|defibrillator*|stimulator*) ~ {_END} (is |was |has been )?(reached|alarm*)",
    f"(pacemaker*|icd|defibrillator*|stimulator*) ~ (at|reached|past) (its |the )?{_END}",
)  # fmt: skip
DATE = (f"{_END} alarm (date|dates)", "end of service", "eos")
ALONE = frozenset({"end of service", "eos", "end of service (eos)", "eos (end of service)"})

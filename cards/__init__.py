"""The pure room: facts in, cards out. Nothing here does I/O.

Read `decide.py` first. `record/` says what the chart says, `timeline/` what it means as of now,
`scales/` how bad it is, `rules/` asks one clinical question a file, `merge.py` makes one clear card.
"""

KNOWLEDGE_VERSION = "2026.11.1"
KNOWLEDGE_DATE = "2026-11-24"
REVIEW_STATUS = "draft, pending clinical review"  # as the source article itself was ("content pending human review")

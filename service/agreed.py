"""Names that two ends of the service agree on without knowing of each other."""

WAITED = "baclofen_cds.waited"  # WSGI environ: seconds that the request waited for a thread
PROBE = "baclofen-cds-probe"  # the patient of a monitor's own calls; no firing rate counts them

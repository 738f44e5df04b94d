"""What the server tells the app beside the request: keys of the WSGI environ."""

WAITED = "baclofen_cds.waited"  # seconds that the request waited for a thread

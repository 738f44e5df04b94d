"""Which browser pages may call: the origins that a site lists, and for the demo any page of this machine.

The CDS Hooks Sandbox runs in a browser and preflights everything. A refusal there looks like "All clear!", so errors
carry the headers too.
"""

import re

from flask import Flask, Response
from flask_cors import CORS

from service.sites import Site

_THIS_MACHINE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?\Z", re.IGNORECASE)


def allow_origins(app: Flask, sites: tuple[Site, ...]) -> None:
    """CORS for the API. Authorization is allowed by name: in the Fetch standard `*` does not cover it."""
    # Escaped and anchored: flask-cors takes an entry with a dot and a star for a regular expression.
    origins = [re.compile(re.escape(origin) + r"\Z", re.IGNORECASE) for site in sites for origin in site.origins]
    if any(site.any_loopback_origin for site in sites):
        origins.append(_THIS_MACHINE)
    if origins:
        CORS(
            app,
            origins=origins,
            methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            supports_credentials=False,
            max_age=600,
        )
    app.after_request(_vary_by_origin)


def _vary_by_origin(response: Response) -> Response:
    """A cache must not hand one origin the answer, or the refusal, that another one got."""
    response.vary.add("Origin")
    return response

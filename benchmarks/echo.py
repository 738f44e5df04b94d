"""The yardstick: Flask that reads the whole body with the standard library's json and returns one fixed card."""

import json
import sys

from flask import Flask, Response, request
from waitress import serve

CARD = {
    "summary": "A fixed card",
    "indicator": "info",
    "detail": "As long as a short card. " * 20,
    "source": {"label": "echo"},
}

app = Flask(__name__)


@app.post("/cds-services/<service_id>")
def answer(service_id: str) -> Response:
    """Nothing but the cost of HTTP and of JSON."""
    body = json.loads(request.get_data())
    return Response(
        json.dumps({"cards": [CARD | {"uuid": body["hookInstance"], "service": service_id}]}),
        mimetype="application/json",
    )


if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=int(sys.argv[2]), _quiet=True)

"""The yardstick: Flask that reads the whole body with the standard library's json and returns one fixed card."""

import json
import os
import socket
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
    port, threads, workers = (int(argument) for argument in sys.argv[1:])
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    for _ in range(workers - 1):
        if os.fork() == 0:
            break
    serve(app, sockets=[listener], threads=threads, _quiet=True)

"""The embedded FHIR server: a read-only store over the stories, real HTTP on its own thread.

For the demo and the tests only, with synthetic patients, and never a fallback when a real server fails. It reads and
searches; what it does not implement it refuses, with an OperationOutcome and never with HTML.
"""

import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Request, Response, request
from flask_cors import CORS
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from service.demo_search import TABLE, Query, Refused, Resource
from service.stories import FIXTURES, USER, all_stories

PATH = "/fhir"
_OLD_TYPE = "application/json+fhir"  # what the CDS Hooks Sandbox asks for
_TYPE = "application/fhir+json"

Resources = dict[str, dict[str, Resource]]

PRACTITIONER: Resource = {
    "resourceType": "Practitioner",
    "id": USER.partition("/")[2],
    "name": [{"family": "Example", "given": ["Core"], "text": "Core Example (synthetic)"}],
}


class DemoFhirServer:
    """A running server: its base `url`, and `close()`."""

    def __init__(self, server: BaseWSGIServer, url: str) -> None:
        self.url = url
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, name="demo-fhir", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def serve_fixtures(host: str, port: int, now: Callable[[], datetime], *, directory: Path = FIXTURES) -> DemoFhirServer:
    """Start the store; dates are made real once, relative to `now()`. OSError if the port is in use."""
    return serve(host, port, stored(directory, now()))


def serve(host: str, port: int, resources: Resources) -> DemoFhirServer:
    """Start a store over these resources. OSError if the port is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:  # Werkzeug would end the process instead
        server = make_server(
            host, port, store_app(resources), threaded=True, request_handler=_Handler, fd=listener.fileno()
        )
    name = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
    return DemoFhirServer(server, f"http://{name}:{server.port}{PATH}")


def stored(directory: Path, now: datetime) -> Resources:
    """All stories' resources by type and id, and the practitioner who views them."""
    resources: Resources = {name: {} for name in TABLE}
    resources["Practitioner"][PRACTITIONER["id"]] = PRACTITIONER
    for each in all_stories(directory):
        for resource in each.resources(now):
            resources[resource["resourceType"]][resource["id"]] = resource
    return resources


def store_app(resources: Resources) -> Flask:
    """The store as a WSGI app."""
    app = Flask("demo_fhir")
    CORS(app, send_wildcard=True, expose_headers=["Location", "Content-Location"])
    store = _Store(resources)
    app.add_url_rule(f"{PATH}/metadata", view_func=store.metadata)
    app.add_url_rule(f"{PATH}/<resource_type>", view_func=store.search)
    app.add_url_rule(f"{PATH}/<resource_type>/_search", view_func=store.search, methods=["GET", "POST"])
    app.add_url_rule(f"{PATH}/<resource_type>/<resource_id>", view_func=store.read)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Refused, _refused)
    return app


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as by any real server

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        logging.getLogger(__name__).debug("%s %s %s", self.command, code, size)  # no path: it holds the patient's id


class _Store:
    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def metadata(self) -> Response:
        return _answer(
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "date": "2026-01-01",
                "kind": "instance",
                "software": {"name": "baclofen-cds embedded store: read-only subset, synthetic patients"},
                "implementation": {"description": "read-only subset over synthetic patients", "url": _base()},
                "fhirVersion": "4.0.1",
                "format": ["json"],
                "rest": [{"mode": "server", "resource": [_capability(name) for name in TABLE]}],
            }
        )

    def read(self, resource_type: str, resource_id: str) -> Response:
        _check_type(resource_type)
        if request.args:
            raise Refused("a read takes no parameters here")
        resource = self._resources.get(resource_type, {}).get(resource_id)
        if resource is None:
            return _outcome(404, "not-found", f"no such {resource_type}")
        return _answer(resource)

    def search(self, resource_type: str) -> Response:
        _check_type(resource_type)
        parameters = _parameters(request)
        query = Query(resource_type, parameters)
        found = query.run(self._resources)
        bundle: dict[str, Any] = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "link": [{"relation": "self", "url": _link(resource_type, parameters)}],
        }
        if query.only_count:
            return _answer(bundle)
        page = found[query.offset : query.offset + query.count]
        if query.offset + query.count < len(found):
            rest = [(n, v) for n, v in parameters if n != "_offset"] + [("_offset", str(query.offset + query.count))]
            bundle["link"].append({"relation": "next", "url": _link(resource_type, rest)})
        entries = [_entry(r, "match") for r in page]
        entries += [_entry(r, "include") for r in query.included(page, self._resources)]
        if entries:  # FHIR has no empty arrays
            bundle["entry"] = entries
        return _answer(bundle)


def _check_type(resource_type: str) -> None:
    if resource_type not in TABLE:
        raise _UnknownType(f"this store has no {resource_type[:60]}")


class _UnknownType(HTTPException):
    code = 404


def _parameters(incoming: Request) -> list[tuple[str, str]]:
    """Of the URL, and of the form of a POST `_search`."""
    parts: list[MultiDict[str, str]] = [incoming.args]
    if incoming.method == "POST":
        if incoming.mimetype != "application/x-www-form-urlencoded":
            raise Refused("a POST _search takes application/x-www-form-urlencoded")
        parts.append(incoming.form)
    return [(name, value) for part in parts for name, value in part.items(multi=True)]


def _base() -> str:
    return request.url_root.rstrip("/") + PATH


def _link(resource_type: str, parameters: list[tuple[str, str]]) -> str:
    query = urlencode(parameters)
    return f"{_base()}/{resource_type}" + (f"?{query}" if query else "")


def _entry(resource: Resource, mode: str) -> dict[str, Any]:
    full_url = f"{_base()}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": full_url, "resource": resource, "search": {"mode": mode}}


def _capability(resource_type: str) -> dict[str, Any]:
    types = {"token": "token", "reference": "reference", "date": "date"}
    parameters = [{"name": n, "type": types[kind]} for n, (kind, _) in sorted(TABLE[resource_type].items())]
    return {
        "type": resource_type,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": "_id", "type": "token"}, *parameters],
    }


def _answer(body: Mapping[str, Any], status: int = 200) -> Response:
    accept = request.accept_mimetypes
    if accept and not any("json" in mime or mime in {"*/*", "application/*", "text/html"} for mime, _ in accept):
        body = _outcome_body("not-supported", "this store speaks JSON only")
        status = 406
    mimetype = _OLD_TYPE if any(mime == _OLD_TYPE for mime, _ in accept) else _TYPE
    return Response(json.dumps(body), status, mimetype=mimetype)


def _outcome_body(code: str, text: str) -> dict[str, Any]:
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _outcome(status: int, code: str, text: str) -> Response:
    return _answer(_outcome_body(code, text), status)


def _http_error(error: HTTPException) -> Response:
    codes = {404: "not-found", 405: "not-supported", 400: "invalid"}
    text = "this store only reads and searches" if error.code == 405 else error.description or error.name
    return _outcome(error.code or 500, codes.get(error.code or 500, "exception"), text)


def _refused(error: Refused) -> Response:
    return _outcome(400, "not-supported", str(error))

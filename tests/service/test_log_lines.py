"""The log is one JSON object a line, whoever else writes to it at that moment."""

import json
import os
import subprocess
import sys

from tests.service.processes import ROOT

_WRITER = """
import sys
import structlog
from service import log
log.configure("INFO")
for number in range(400):
    structlog.get_logger().info("request", items=number, worker=int(sys.argv[1]))
"""


def test_lines_of_several_workers_do_not_run_into_each_other() -> None:
    """As in the image: Python's output unbuffered, so that each write of a worker is one of the system's."""
    reader, writer = os.pipe()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with os.fdopen(reader, encoding="utf-8") as read:
        writing = [
            subprocess.Popen([sys.executable, "-c", _WRITER, str(worker)], cwd=ROOT, stderr=writer, env=environment)
            for worker in range(4)
        ]
        os.close(writer)
        lines = read.read().splitlines()
        assert [one.wait() for one in writing] == [0] * 4

    seen = [json.loads(line) for line in lines]
    assert {(line["worker"], line["items"]) for line in seen} == {(w, n) for w in range(4) for n in range(400)}

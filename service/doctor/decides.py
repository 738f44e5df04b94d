"""Whether the decision itself works here: the probe's made-up patient, without the network."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from service import create_app
from service.config import Config
from service.doctor.finding import Finding, ok, wrong
from service.errors import CommandFailed, ConfigError
from service.probe import STORY, judged, printed, topics


def probe_patient(config: Config) -> Iterator[Finding]:
    """With this configuration's value sets; the site's own limits are not applied."""
    try:
        app = create_app(Config.demo(valuesets=config.valuesets, log_level="CRITICAL"), clock=lambda: datetime.now(UTC))
        body = printed(STORY)
        hook = msgspec.json.decode(body)["hook"]
        answer = app.test_client().post(f"/cds-services/baclofen-{hook}", data=body, content_type="application/json")
        judged(STORY, topics({"cards": [], **answer.get_json()}))
    except (CommandFailed, ConfigError) as error:
        yield wrong(f"the probe patient: {error}", "look at the value sets; a bug otherwise: report it with this line")
    else:
        yield ok("the probe patient gets its card")

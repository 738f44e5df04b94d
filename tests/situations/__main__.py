"""Write anew what every situation says."""

from tests.situations.telling import SAID, kinds, whole

SAID.mkdir(exist_ok=True)
for kind, situations in kinds().items():
    (SAID / f"{kind}.md").write_text(whole(situations), "utf-8")

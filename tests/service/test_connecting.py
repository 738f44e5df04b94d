"""What docs/connecting.md tells an EHR's team about tokens is so."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from service.errors import KeysUnavailable
from service.sites import read_sites
from tests.service.callers import ISSUER, RIVERSIDE, app_of, is_let_in, private_key, signed
from tests.service.processes import ROOT

TEXT = (ROOT / "docs/connecting.md").read_text("utf-8")


def section(heading: str) -> str:
    return TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_sites_file_of_the_page_is_read(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", section("Serve"), re.DOTALL)
    (tmp_path / "sites.toml").write_text(block, "utf-8")

    (site,) = read_sites(tmp_path / "sites.toml")
    assert (site.trust, site.issuers) == ("jwt", (ISSUER,))


def test_the_token_of_the_page_is_let_in(tmp_path: Path) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", section("Who may call"), re.DOTALL)
    decoder = json.JSONDecoder()
    header, end = decoder.raw_decode(block)
    claims, _ = decoder.raw_decode(block[end:].lstrip())
    site = RIVERSIDE + f'jku = ["{header["jku"]}"]\n'
    issued = datetime.fromtimestamp(claims["iat"], UTC)
    public_url = claims["aud"].split("/cds-services")[0]
    client = app_of(tmp_path, site, clock=lambda: issued, public_url=public_url).test_client()

    assert is_let_in(client, signed(header, claims, private_key()))


def test_every_word_that_the_log_has_for_a_refusal_is_explained_and_no_other() -> None:
    said = set(re.findall(r'NotTrusted\("(\w+)"', (ROOT / "service/auth.py").read_text("utf-8")))
    told = {
        word
        for row in section("Who may call").split("| `trust` |")[1].splitlines()
        for word in re.findall(r"`(\w+)`", row.split("|")[1] if row.startswith("| `") else "")
    }

    assert told == said | {KeysUnavailable.reason}

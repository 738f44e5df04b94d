"""Addresses of a FHIR server: whose origin an address has, what lies below a base, and how a search is written."""

from urllib.parse import quote, urlsplit


def origin_and_path(url: str) -> tuple[str, str] | None:
    """Origin ("https://host:443") and path of an http(s) URL without user info; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None or "\\" in url:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}", parts.path.rstrip("/")


def is_under(url: str, base: str) -> bool:
    """Whether `url` is on the origin of `base` and at or below its path."""
    there, here = origin_and_path(url), origin_and_path(base)
    if there is None or here is None or there[0] != here[0]:
        return False
    steps = there[1].lower().replace("%2e", ".").replace("%2f", "/").split("/")
    return ".." not in steps and (there[1] == here[1] or there[1].startswith(here[1] + "/"))


def search_url(base: str, resource_type: str, parameters: str) -> str:
    """The URL, every value encoded; "" when a value is empty: most servers then answer with anybody's data."""
    pairs = [pair.partition("=") for pair in parameters.split("&") if pair]
    if not pairs or any(not value.strip() for _, _, value in pairs):
        return ""
    query = "&".join(f"{quote(name, safe='_-:.')}={quote(value, safe='%,')}" for name, _, value in pairs)
    return f"{base.rstrip('/')}/{resource_type}?{query}"

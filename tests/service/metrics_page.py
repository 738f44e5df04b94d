"""Reads what /metrics says."""

from prometheus_client.parser import text_string_to_metric_families


def samples(page: str, name: str, **labels: str) -> list[tuple[dict[str, str], float]]:
    """The samples of baclofen_cds_<name> that carry these labels."""
    full = f"baclofen_cds_{name}"
    return [
        (dict(sample.labels), sample.value)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == full and labels.items() <= sample.labels.items()
    ]


def total(page: str, name: str, **labels: str) -> float:
    """Their sum."""
    return sum(value for _, value in samples(page, name, **labels))

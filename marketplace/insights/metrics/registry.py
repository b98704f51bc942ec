"""All metrics, by key. Rooms above this one add their own in their apps.py (cms_pages does)."""

from marketplace.insights.metrics.definition import Metric, Source

_sources: dict[str, Source] = {}


def register(*sources: Source) -> None:
    """Make these sources counted every day. The same key again replaces what stood there."""
    for source in sources:
        _sources[source.key] = source


def sources() -> list[Source]:
    """All sources, in the order they were registered."""
    return list(_sources.values())


def metrics() -> dict[str, Metric]:
    """All metrics by key."""
    return {metric.key: metric for source in _sources.values() for metric in source.metrics}


def source_of(key: str) -> Source | None:
    """The source that counts a metric."""
    return next((source for source in sources() if any(metric.key == key for metric in source.metrics)), None)


def metric(key: str) -> Metric:
    """One metric. Raises KeyError."""
    return metrics()[key]

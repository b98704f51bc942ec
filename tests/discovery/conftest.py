import pytest

from marketplace.discovery.language import lexicon
from tests.discovery.clusters import (  # noqa: F401 fixtures
    elasticsearch,
    elasticsearch_server,
    opensearch,
    opensearch_server,
)


@pytest.fixture(autouse=True)
def _words_of_this_test_only(monkeypatch) -> None:
    """The lexicon lives in the process: no test may search with the words of another, or of before its last change."""
    monkeypatch.setattr(lexicon, "_of_process", {})
    monkeypatch.setattr(lexicon, "REST_FACTOR", 0)

"""The fixtures of real search clusters, for the tests that ask for one."""

import pytest

from marketplace.discovery import services
from marketplace.discovery.engines import clusters
from marketplace.discovery.replica import indices
from portal.embedded.search_server import SearchServerUnavailable, start_search_server

ENGINE = "marketplace.discovery.engines.elasticsearch.ElasticsearchEngine"


def forget_connections():
    """The process keeps engine and connections: settings that change must be read again."""
    services._engine_of_settings.cache_clear()
    clusters.cluster.cache_clear()


def _server(kind, folder):
    """A real server on the JVM, one for all tests; its jars are fetched by the first run of a checkout."""
    try:
        server = start_search_server(kind, folder)
    except SearchServerUnavailable as missing:
        pytest.fail(str(missing))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def elasticsearch_server(tmp_path_factory):
    yield from _server("elasticsearch", tmp_path_factory.mktemp("elasticsearch"))


@pytest.fixture(scope="session")
def opensearch_server(tmp_path_factory):
    yield from _server("opensearch", tmp_path_factory.mktemp("opensearch"))


def _searched(server, dialect, settings):
    settings.ELASTICSEARCH_URL = server.url
    settings.ELASTICSEARCH_DIALECT = dialect
    settings.SEARCH_ENGINE = ENGINE
    forget_connections()
    indices.forget_others([])
    yield server
    forget_connections()


@pytest.fixture
def elasticsearch(elasticsearch_server, settings):
    """The portal searches in an empty Elasticsearch."""
    yield from _searched(elasticsearch_server, "elasticsearch", settings)


@pytest.fixture
def opensearch(opensearch_server, settings):
    """The portal searches in an empty OpenSearch."""
    yield from _searched(opensearch_server, "opensearch", settings)

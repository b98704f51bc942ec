"""The fixtures of a real search cluster, for the tests that ask for one."""

import pytest

from marketplace.discovery import services
from marketplace.discovery.engines import clusters
from marketplace.discovery.replica import indices
from portal.embedded.elasticsearch import SearchServerUnavailable, start_elasticsearch

ELASTICSEARCH = "marketplace.discovery.engines.elasticsearch.ElasticsearchEngine"


def forget_connections():
    """The process keeps engine and connections: settings that change must be read again."""
    getattr(services, "_engine_of_settings", services.search_engine).cache_clear()
    clusters.cluster.cache_clear()


def fresh_cluster(settings, url):
    """Point the settings at the cluster and take everything out of it."""
    settings.ELASTICSEARCH_URL = url
    settings.SEARCH_ENGINE = ELASTICSEARCH
    forget_connections()
    indices.forget_others([])


@pytest.fixture(scope="session")
def search_server(tmp_path_factory):
    """A real Elasticsearch on the JVM, one for all tests; its jars are fetched by the first run of a checkout."""
    try:
        server = start_elasticsearch(tmp_path_factory.mktemp("elasticsearch"))
    except SearchServerUnavailable as missing:
        pytest.fail(str(missing))
    yield server
    server.stop()


@pytest.fixture
def elasticsearch(search_server, settings):
    """The portal searches in an empty Elasticsearch."""
    fresh_cluster(settings, search_server.url)
    yield search_server
    forget_connections()

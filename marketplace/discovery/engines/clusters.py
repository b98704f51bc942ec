"""The clients of Elasticsearch and OpenSearch behind one small interface: what the engine and the rebuild need, no more.

Elastic's client refuses OpenSearch (it asks for a header of its own), OpenSearch's client sends what both understand. So
each dialect has its official client, and what the two call differently stands here and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

from django.conf import settings

# A page waits so long for the cluster; then PostgreSQL answers. Writing has more time: nobody looks on.
SEARCH_SECONDS, WRITE_SECONDS = 1.0, 15.0
# Bulks: a refusal for want of room (429) is tried again after 0.5, 1, 2, 4 seconds, and then left for the next run.
BULK_DOCUMENTS, BULK_BYTES, BULK_RETRIES, BULK_FIRST_PAUSE = 500, 4 * 1024 * 1024, 4, 0.5


class ClusterUnavailable(Exception):
    """The cluster does not answer, is too slow, refuses for want of room, or lacks the index. The text says which."""


class SearchCluster(Protocol):
    """What is asked of a cluster. Everything may raise ClusterUnavailable."""

    def search_many(self, index: str, bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The answers to several searches in one journey."""

    def write(self, actions: Iterable[Mapping[str, Any]]) -> None:
        """Bulk actions in portions, with pauses when the cluster is out of room. What is older or missing is no error."""

    def create(self, index: str, body: Mapping[str, Any]) -> None:
        """Make an index."""

    def drop(self, index: str) -> None:
        """Delete an index; one that is not there is no error."""

    def change_aliases(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """All of these at once, or none."""

    def behind(self, alias: str) -> list[str]:
        """The indices behind an alias, or behind all that fit a pattern; none when there is no such alias."""

    def change_settings(self, index: str, body: Mapping[str, Any]) -> None:
        """Change the settings of an index."""

    def refresh(self, index: str) -> None:
        """Make what was written there visible to searches."""

    def count(self, index: str) -> int:
        """How many documents can be found."""

    def documents(self, index: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The sources of those of these documents that are there."""


@cache
def cluster() -> SearchCluster:
    """The cluster the settings name, with its connections, once for this process."""
    return _Cluster(settings.ELASTICSEARCH_URL, is_opensearch=settings.ELASTICSEARCH_DIALECT == "opensearch")


class _Cluster:
    def __init__(self, url: str, *, is_opensearch: bool) -> None:
        options: dict[str, Any] = {"max_retries": 0}
        if settings.ELASTICSEARCH_CA_FILE:
            options["ca_certs"] = settings.ELASTICSEARCH_CA_FILE
        # Imported by whom the settings send here: half a second that nobody else waits for.
        if is_opensearch:
            import opensearchpy
            from opensearchpy import helpers

            self._client: Any = opensearchpy.OpenSearch(url, timeout=WRITE_SECONDS, **options)
            self._failures: tuple[type[Exception], ...] = (opensearchpy.OpenSearchException,)
        else:
            import elasticsearch
            from elasticsearch import helpers  # type: ignore[no-redef]

            self._client = elasticsearch.Elasticsearch(url, request_timeout=WRITE_SECONDS, **options)
            self._failures = (elasticsearch.ApiError, elasticsearch.TransportError)
        self._helpers: Any = helpers
        self._is_opensearch = is_opensearch

    def search_many(self, index: str, bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        lines = [line for body in bodies for line in ({"index": index}, body)]
        with self._translated():
            if self._is_opensearch:
                answers = self._client.msearch(body=lines, params={"request_timeout": SEARCH_SECONDS})["responses"]
            else:
                answers = self._client.options(request_timeout=SEARCH_SECONDS).msearch(searches=lines)["responses"]
        for answer in answers:
            if "error" in answer:
                raise ClusterUnavailable(_reason(answer["error"]))
            if answer["timed_out"] or answer["_shards"]["failed"]:
                raise ClusterUnavailable("a part of the cluster did not answer in time")
        return list(answers)

    def write(self, actions: Iterable[Mapping[str, Any]]) -> None:
        refused: list[str] = []
        with self._translated():
            for is_done, outcome in self._helpers.streaming_bulk(
                self._client,
                actions,
                chunk_size=BULK_DOCUMENTS,
                max_chunk_bytes=BULK_BYTES,
                max_retries=BULK_RETRIES,
                initial_backoff=BULK_FIRST_PAUSE,
                raise_on_error=False,
            ):
                ((action, result),) = outcome.items()
                # 409: something newer stands there already. 404: what is to be deleted is not there.
                if not is_done and result.get("status") != 409 and (action, result.get("status")) != ("delete", 404):
                    refused.append(_reason(result.get("error", result)))
        if refused:
            raise ClusterUnavailable(f"{len(refused)} documents were refused, the first because: {refused[0]}")

    def create(self, index: str, body: Mapping[str, Any]) -> None:
        with self._translated():
            self._client.indices.create(index=index, body=body)

    def drop(self, index: str) -> None:
        with self._translated():
            if self._client.indices.exists(index=index):
                self._client.indices.delete(index=index)

    def change_aliases(self, actions: Sequence[Mapping[str, Any]]) -> None:
        with self._translated():
            self._client.indices.update_aliases(body={"actions": list(actions)})

    def behind(self, alias: str) -> list[str]:
        with self._translated():
            if not self._client.indices.exists_alias(name=alias):
                return []
            return sorted(dict(self._client.indices.get_alias(name=alias)))

    def change_settings(self, index: str, body: Mapping[str, Any]) -> None:
        with self._translated():
            self._client.indices.put_settings(index=index, body=body)

    def refresh(self, index: str) -> None:
        with self._translated():
            self._client.indices.refresh(index=index)

    def count(self, index: str) -> int:
        with self._translated():
            return int(self._client.count(index=index)["count"])

    def documents(self, index: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        with self._translated():
            answer = self._client.mget(index=index, body={"ids": [str(one) for one in ids]})
        return {int(row["_id"]): row["_source"] for row in answer["docs"] if row.get("found")}

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise ClusterUnavailable(f"{type(error).__name__}: {error}"[:300]) from error


def _reason(error: Any) -> str:
    if isinstance(error, Mapping):
        return f"{error.get('type', '')}: {error.get('reason', '')}"[:300]
    return str(error)[:300]

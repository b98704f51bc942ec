"""Jobs of the project itself. Thin, and safe to run twice."""

from celery import shared_task

from portal import cdn

# An answer that was on its way to the CDN while it was told to forget is forgotten by the second time.
AGAIN_SECONDS = 10


@shared_task
def purge_tags(tags: list[str]) -> int:
    """Have the CDN forget what shows these; returns how many addresses. What is found is purged in batches, twice."""
    count = 0
    for addresses in cdn.batches(tags):
        purge_addresses.delay(addresses)
        purge_addresses.apply_async((addresses,), countdown=AGAIN_SECONDS)
        count += len(addresses)
    return count


@shared_task(autoretry_for=(cdn.NotPurged,), retry_backoff=2, retry_backoff_max=60, max_retries=5)
def purge_addresses(addresses: list[str]) -> int:
    """Purge one batch. After the last try the CDN's own time ends what it has."""
    return cdn.purge(addresses)

"""Browsers send to the object storage, and fetch from it, themselves: what they may, signed (facts/accounts.md, section 5)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.http import content_disposition_header

from marketplace.uploads.models import Upload, incoming_storage

# A large film on a slow line begins, and sends everything after it, within that time; the policy counts for one key only.
EXPIRES_SECONDS = 3600
# From the view that asks for the permission to the browser that follows it.
DOWNLOAD_SECONDS = 60
# Nothing in the private bucket is ever shown, so nothing there has a type that a browser would open.
CONTENT_TYPE = "application/octet-stream"


def takes_files_directly() -> bool:
    """Whether the private storage is an object storage that browsers can post to."""
    return settings.STORAGES["private"]["BACKEND"] == "storages.backends.s3.S3Storage"


def direct_name(key: UUID) -> str:
    """The exact key of the object that a browser may make for an upload; empty when bytes come through the app."""
    return f"incoming/{key.hex}" if takes_files_directly() else ""


def presigned_post(upload: Upload) -> dict[str, Any]:
    """`url` and `fields` of the one POST that puts this file, of this size, under this key. Asks nobody: it only signs."""
    storage: Any = incoming_storage()
    fixed = {"Content-Type": CONTENT_TYPE, "success_action_status": "201"}
    return _client(storage).generate_presigned_post(
        Bucket=storage.bucket_name,
        Key=upload.storage_name,
        Fields=fixed,
        Conditions=[
            *({name: value} for name, value in fixed.items()),
            ["content-length-range", upload.size, upload.size],
        ],
        ExpiresIn=EXPIRES_SECONDS,
    )


def download_address(storage_name: str, *, name: str) -> str:
    """A signed address in the object storage, for a minute: it saves the file as `name`, and understands ranges of bytes."""
    storage: Any = incoming_storage()
    return _client(storage).generate_presigned_url(
        "get_object",
        Params={
            "Bucket": storage.bucket_name,
            "Key": storage_name,
            "ResponseContentType": CONTENT_TYPE,
            "ResponseContentDisposition": content_disposition_header(as_attachment=True, filename=name),
        },
        ExpiresIn=DOWNLOAD_SECONDS,
    )


def copy_stored(source: str, target: str) -> None:
    """Copy an object within the private bucket, without its bytes passing through here, by the endpoint of servers."""
    storage: Any = incoming_storage()
    storage.bucket.copy({"Bucket": storage.bucket_name, "Key": source}, target)


def _client(storage: Any) -> Any:
    import boto3

    return boto3.client(
        "s3",
        # Servers may use an internal endpoint that browsers cannot reach; the signature is over neither.
        endpoint_url=settings.S3_BROWSER_ENDPOINT_URL or storage.endpoint_url,
        region_name=storage.region_name,
        aws_access_key_id=storage.access_key,
        aws_secret_access_key=storage.secret_key,
        config=storage.client_config,
    )

"""Browsers send to the object storage themselves: what exactly they may, signed (facts/accounts.md, section 5)."""

from typing import Any
from uuid import UUID

from django.conf import settings

from marketplace.uploads.models import Upload, incoming_storage

# A large film on a slow line begins, and sends everything after it, within that time; the policy counts for one key only.
EXPIRES_SECONDS = 3600
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
    import boto3

    storage: Any = incoming_storage()
    client = boto3.client(
        "s3",
        # Servers may use an internal endpoint that browsers cannot reach; the signature is over neither.
        endpoint_url=settings.S3_BROWSER_ENDPOINT_URL or storage.endpoint_url,
        region_name=storage.region_name,
        aws_access_key_id=storage.access_key,
        aws_secret_access_key=storage.secret_key,
        config=storage.client_config,
    )
    fixed = {"Content-Type": CONTENT_TYPE, "success_action_status": "201"}
    return client.generate_presigned_post(
        Bucket=storage.bucket_name,
        Key=upload.storage_name,
        Fields=fixed,
        Conditions=[
            *({name: value} for name, value in fixed.items()),
            ["content-length-range", upload.size, upload.size],
        ],
        ExpiresIn=EXPIRES_SECONDS,
    )

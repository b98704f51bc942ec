import json
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """For a storage of one's own (deploy/compose.yaml); at a cloud the buckets are made there. Safe to run again."""

    help = "Make S3_BUCKET, which everybody may read, and S3_PRIVATE_BUCKET, which nobody may."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.STORAGES["default"]["BACKEND"] != "storages.backends.s3.S3Storage":
            raise CommandError("There is no object storage: S3_BUCKET is not set.")
        for alias in ("default", "private"):
            storage: Any = storages[alias]
            client = storage.connection.meta.client
            name = storage.bucket_name
            # The region of a storage of one's own is a name like any other, and is not said when a bucket is made.
            if name not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
                client.create_bucket(Bucket=name)
                self.stdout.write(f"{name} was made.")
            if alias == "default":
                client.put_bucket_policy(Bucket=name, Policy=json.dumps(_everybody_reads(name)))


def _everybody_reads(bucket: str) -> dict[str, Any]:
    """Objects by their name; the list of them is nobody's."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": ["*"]},
                "Action": ["s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }

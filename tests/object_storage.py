"""A real S3 server with two buckets, one for the whole session: moto keeps its buckets in the process, whoever asks for them."""

import logging
from collections.abc import Iterator

import pytest

REGION, ACCESS_KEY, SECRET_KEY = "cn-hangzhou", "AKIDTESTS", "secret-of-the-tests"


@pytest.fixture(scope="session")
def object_storage() -> Iterator[str]:
    """Its address."""
    import boto3  # here, for all tests but a few do without
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it tells of every request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=address, region_name=REGION, aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY
    )
    for bucket in ("public-files", "private-files"):
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield address
    server.stop()

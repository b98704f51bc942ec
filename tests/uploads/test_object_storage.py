"""Browsers send to an S3 server themselves. moto checks no policy (facts/accounts.md, section 5), so we check ours by hand."""

import hashlib
import hmac
import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import requests
from botocore.config import Config
from django.core.files.storage import storages

from marketplace.core import clock
from marketplace.uploads import services, tasks
from marketplace.uploads.direct import download_address, presigned_post
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadTombstone
from marketplace.uploads.presenters import with_target
from marketplace.uploads.states import UploadState
from marketplace.uploads.stored import stored_names
from tests.object_storage import ACCESS_KEY, REGION, SECRET_KEY
from tests.uploads import files

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("moto")]


@pytest.fixture
def on_s3(object_storage, settings):
    """Both storages there, as settings/services.py makes them; path style, which only local servers know."""

    def alias(bucket: str, *, private: bool) -> dict:
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": bucket,
                "endpoint_url": object_storage,
                "region_name": REGION,
                "access_key": ACCESS_KEY,
                "secret_key": SECRET_KEY,
                "file_overwrite": False,
                "default_acl": None,
                "querystring_auth": private,
                "client_config": Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path"},
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            },
        }

    settings.STORAGES = settings.STORAGES | {
        "default": alias("public-files", private=False),
        "private": alias("private-files", private=True),
    }
    settings.S3_BROWSER_ENDPOINT_URL = ""
    return object_storage


@pytest.fixture
def declared(on_s3, desk, seller):
    content = files.picture()
    upload = services.declare_upload(
        owner=seller,
        purpose=desk.purpose,
        subject="form:1",
        name="店招.jpg",
        size=len(content),
        content_type="image/jpeg",
    )
    return upload, content


def post(target: dict, content: bytes) -> requests.Response:
    """What static/js/uploads.js does: the fields, then the file."""
    return requests.post(target["url"], data=target["fields"], files={"file": ("blob", content)}, timeout=10)


def policy_of(target: dict) -> dict:
    return json.loads(b64decode(target["fields"]["policy"]))


def test_the_policy_lets_in_this_file_under_this_key_for_an_hour_and_nothing_else(declared):
    upload, content = declared
    target = presigned_post(upload)
    policy = policy_of(target)
    assert {"bucket": "private-files"} in policy["conditions"]
    assert {"key": upload.storage_name} in policy["conditions"]
    assert ["content-length-range", len(content), len(content)] in policy["conditions"]
    assert {"Content-Type": "application/octet-stream"} in policy["conditions"]
    assert not [row for row in policy["conditions"] if isinstance(row, list) and row[0] == "starts-with"]
    assert target["fields"]["key"] == upload.storage_name == f"incoming/{upload.key.hex}"
    assert target["fields"]["Content-Type"] == "application/octet-stream"
    left = datetime.strptime(policy["expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(minutes=58) < left <= timedelta(hours=1)


def test_the_policy_is_signed_with_our_key_and_no_other(declared):
    """Signature Version 4, worked out again by hand: nothing can be changed in what was signed."""
    upload, _content = declared
    fields = presigned_post(upload)["fields"]
    access_key, day, region, service, end = fields["x-amz-credential"].split("/")
    assert (access_key, region, service, end) == (ACCESS_KEY, REGION, "s3", "aws4_request")
    assert fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"

    def signed(secret: str) -> str:
        key = f"AWS4{secret}".encode()
        for part in (day, region, service, end):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.new(key, fields["policy"].encode(), hashlib.sha256).hexdigest()

    assert fields["x-amz-signature"] == signed(SECRET_KEY)
    assert fields["x-amz-signature"] != signed("another secret")
    assert SECRET_KEY not in str(fields)


def test_browsers_are_sent_to_their_own_endpoint_and_servers_keep_theirs(declared, settings, on_s3):
    upload, _content = declared
    settings.S3_BROWSER_ENDPOINT_URL = "https://s3.oss-cn-hangzhou.example"
    assert presigned_post(upload)["url"].startswith("https://s3.oss-cn-hangzhou.example/private-files")
    assert storages["private"].endpoint_url == on_s3


def test_a_file_goes_straight_to_the_storage_and_comes_out_as_renditions(declared, seller):
    upload, content = declared
    target = with_target(upload, csrf_token="never-sent-there")["target"]
    assert "never-sent-there" not in str(target)
    assert post(target, content).status_code == 201
    assert services.finish_upload(upload=upload).state == UploadState.RECEIVED
    assert services.process_upload(upload_id=upload.pk) is True
    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert not storages["private"].exists(f"incoming/{upload.key.hex}")
    for name in stored_names(upload):
        assert storages["default"].exists(name)
    largest = storages["default"].open(upload.result_name)
    assert largest.obj.content_type == "image/webp"
    services.discard_upload(upload=upload)


def test_another_size_than_announced_is_found_out_by_asking_the_storage(declared):
    """moto takes it, as a storage with a hole would."""
    upload, content = declared
    post(presigned_post(upload), content + b"more")
    refused = services.finish_upload(upload=upload)
    assert (refused.state, refused.refusal) == (UploadState.REJECTED, UploadErrorCode.WRONG_SIZE)
    assert services.process_upload(upload_id=upload.pk) is False


def test_what_never_reached_the_storage_is_not_finished(declared):
    upload, _content = declared
    with pytest.raises(UploadError) as caught:
        services.finish_upload(upload=upload)
    assert caught.value.code == UploadErrorCode.NOT_ARRIVED
    assert Upload.objects.get().state == UploadState.DECLARED


def test_what_came_in_cannot_be_fetched_without_a_signature(declared, on_s3):
    upload, content = declared
    post(presigned_post(upload), content)
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{on_s3}/private-files/{upload.storage_name}")
    assert refused.value.code == 403


def test_with_an_object_storage_no_bytes_come_through_the_app(declared, seller_client):
    upload, content = declared
    answer = seller_client.post(f"/uploads/{upload.key}/bytes/", {"file": content})
    assert answer.status_code == 404


def test_collecting_deletes_the_objects_too(declared, django_capture_on_commit_callbacks):
    upload, content = declared
    post(presigned_post(upload), content)
    services.finish_upload(upload=upload)
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    Upload.objects.update(updated_at=datetime.now(UTC) - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.collect_upload(upload_id=upload.pk) is True
    assert not any(storages["default"].exists(name) for name in stored_names(upload))


@pytest.mark.parametrize("is_ready", [False, True])
def test_what_comes_by_a_form_that_outlived_its_upload_is_deleted_when_the_form_has_run_out(
    declared, is_ready, django_capture_on_commit_callbacks
):
    upload, content = declared
    target, name = presigned_post(upload), upload.storage_name
    if is_ready:
        post(target, content)
        services.finish_upload(upload=upload)
        services.process_upload(upload_id=upload.pk)
    else:
        with django_capture_on_commit_callbacks(execute=True):
            services.discard_upload(upload=upload)
    assert not storages["private"].exists(name)
    assert post(target, content).status_code == 201
    tasks.clear_tombstones()
    assert storages["private"].exists(name)  # the form may bring it again
    expires = datetime.strptime(policy_of(target)["expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    with clock.moved_to(expires - timedelta(seconds=5)):
        tasks.clear_tombstones()
        assert storages["private"].exists(name)
    with clock.moved_to(expires + timedelta(minutes=6)):
        tasks.clear_tombstones()
    assert not storages["private"].exists(name)
    with clock.moved_to(expires + timedelta(hours=25)):
        tasks.clear_tombstones()
    assert not UploadTombstone.objects.exists()
    if is_ready:
        upload.refresh_from_db()
        assert all(storages["default"].exists(result) for result in stored_names(upload))


def test_the_nightly_sweep_goes_through_a_bucket_too(declared):
    upload, content = declared
    post(presigned_post(upload), content)
    Upload.objects.all().delete()
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        assert tasks.sweep_incoming() >= 1
    assert not storages["private"].exists(upload.storage_name)


@pytest.mark.parametrize(
    ("endpoint", "addressing", "origins"),
    [
        ("https://s3.oss-cn-hangzhou.aliyuncs.com", "virtual", ["https://private.s3.oss-cn-hangzhou.aliyuncs.com"]),
        ("http://127.0.0.1:9000", "path", ["http://127.0.0.1:9000"]),
        ("", "virtual", ["https://private.s3.amazonaws.com", "https://private.s3.cn-hangzhou.amazonaws.com"]),
    ],
)
def test_the_policy_of_pages_lets_scripts_send_there(endpoint, addressing, origins):
    from portal.settings.services import upload_origins

    assert upload_origins("private", endpoint, addressing) == origins


@pytest.fixture
def kept(on_s3, keeper, seller):
    """A file that is kept as it came, the form that brought it, and its content."""
    content = files.picture()
    upload = services.declare_upload(
        owner=seller, purpose=keeper, subject="form:1", name="定稿.jpg", size=len(content), content_type="image/jpeg"
    )
    target = presigned_post(upload)
    assert post(target, content).status_code == 201
    services.finish_upload(upload=upload)
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    return upload, target, content


def test_what_is_kept_as_it_came_lies_where_no_form_reaches_and_is_fetched_from_the_storage_for_a_minute(kept):
    upload, target, content = kept
    assert (upload.state, upload.storage_name) == (UploadState.READY, "")
    assert upload.result_name.startswith("kept/")  # out of reach of the rule that empties incoming/, too
    assert upload.result_name != target["fields"]["key"]
    assert not storages["private"].exists(target["fields"]["key"])
    address = download_address(upload.result_name, name=upload.name)
    assert "X-Amz-Expires=60" in address
    answer = requests.get(address, timeout=10)
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E5%AE%9A%E7%A8%BF.jpg"
    part = requests.get(address, headers={"Range": "bytes=2-5"}, timeout=10)
    assert (part.status_code, part.content) == (206, content[2:6])


def test_the_form_that_brought_a_kept_file_can_neither_change_it_nor_have_it_deleted(kept):
    upload, target, content = kept
    checksum, other = upload.checksum, content[::-1]  # the policy wants the same size
    assert post(target, other).status_code == 201
    for moment in (clock.now(), clock.now() + timedelta(minutes=66), clock.now() + timedelta(hours=25)):
        with clock.moved_to(moment):
            tasks.clear_tombstones()
            tasks.sweep_incoming()
    assert not UploadTombstone.objects.exists()
    assert not storages["private"].exists(target["fields"]["key"])
    address = download_address(upload.result_name, name=upload.name)
    assert requests.get(address, timeout=10).content == content
    upload.refresh_from_db()
    assert (upload.state, upload.checksum) == (UploadState.READY, checksum)
    assert checksum == hashlib.sha256(content).hexdigest() != hashlib.sha256(other).hexdigest()
    assert all(storages["private"].exists(name) for name in stored_names(upload))


def test_a_kept_file_that_is_refused_leaves_no_copy(on_s3, keeper, seller):
    content = b"MZ" + b"\0" * 60
    upload = services.declare_upload(owner=seller, purpose=keeper, subject="form:1", name="图.png", size=len(content))
    post(presigned_post(upload), content)
    services.finish_upload(upload=upload)
    before = storages["private"].listdir("kept")
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, UploadErrorCode.PROGRAM)
    assert storages["private"].listdir("kept") == before


def test_servers_copy_by_their_own_endpoint_whatever_browsers_use(on_s3, keeper, seller, settings):
    content = files.picture()
    upload = services.declare_upload(owner=seller, purpose=keeper, subject="form:1", name="a.jpg", size=len(content))
    post(presigned_post(upload), content)
    services.finish_upload(upload=upload)
    settings.S3_BROWSER_ENDPOINT_URL = "http://127.0.0.1:9"  # nobody is there
    assert services.process_upload(upload_id=upload.pk) is True
    upload.refresh_from_db()
    assert upload.state == UploadState.READY

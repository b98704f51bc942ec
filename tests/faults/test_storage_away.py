"""F10 of facts/reliability.md: the object storage is away, unwell, resets connections or says nothing, for a while.

No row points to an object that is not there, what was typed stays, and what could not be done then is done later. A proxy stands
before a real S3 server; the settings are those of production, but that a test waits a second where a page waits ten.
"""

import time
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.core import clock
from marketplace.orders.models import Delivery
from marketplace.uploads import services, tasks
from marketplace.uploads.direct import presigned_post
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadTombstone
from marketplace.uploads.states import UploadState
from marketplace.uploads.stored import stored_names
from portal.settings import services as configuration
from tests.factories import make_gig, make_paid_order
from tests.faults.proxy import AWAY, PASSES, RESETS, SILENT, UNWELL, proxy_to
from tests.logins import log_in
from tests.object_storage import ACCESS_KEY, REGION, SECRET_KEY
from tests.uploads import files
from tests.uploads.conftest import desk  # noqa: F401 fixtures
from tests.uploads.test_object_storage import post

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("moto")]
# Two tries of a second each, and what a busy machine adds; without a limit of time it is minutes.
LONGEST_SECONDS = 15


@pytest.fixture(params=[AWAY, UNWELL, RESETS, SILENT])
def how(request) -> str:
    return request.param


@pytest.fixture
def storage(object_storage, settings, monkeypatch):
    monkeypatch.setenv("S3_REGION", REGION)
    keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    monkeypatch.setenv("S3_ADDRESSING_STYLE", "path")  # which only local servers know
    with proxy_to(object_storage) as proxy:
        monkeypatch.setenv("S3_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setitem(configuration._S3_WAITS, "read_timeout", 1)
        settings.STORAGES = settings.STORAGES | {
            "default": configuration.s3_storage("public-files", private=False, **keys),
            "private": configuration.s3_storage("private-files", private=True, **keys),
        }
        settings.S3_BROWSER_ENDPOINT_URL = object_storage  # browsers have a way of their own
        yield proxy


def objects() -> set[str]:
    """Every object of both buckets, whoever put it there."""
    return {f"{alias}:{row.key}" for alias in ("default", "private") for row in storages[alias].bucket.objects.all()}


def missing() -> set[str]:
    """What rows name, and the storage has not."""
    there = objects()
    named = set()
    for upload in Upload.objects.exclude(state=UploadState.DECLARED):
        named |= {f"default:{name}" for name in stored_names(upload) if upload.purpose == "tests"}
        named |= {f"private:{name}" for name in stored_names(upload) if upload.purpose != "tests"}
        named |= {f"private:{upload.storage_name}"} - {"private:"}
    return named - there


def declared(purpose, seller):
    content = files.picture()
    upload = services.declare_upload(
        owner=seller, purpose=purpose, subject="form:1", name="店招.jpg", size=len(content), content_type="image/jpeg"
    )
    return upload, content


def timed(begun: float) -> None:
    assert time.monotonic() - begun < LONGEST_SECONDS


def test_a_delivery_with_a_file_is_refused_in_words_and_what_was_typed_stays(storage, how):
    order = make_paid_order(gig=make_gig())
    client = log_in(order.seller)
    address, words = reverse("orders:deliver", args=[order.number]), "三个方案都在压缩包里，密码是您的手机号。"

    def deliver():
        sent = SimpleUploadedFile("方案.zip", b"PK\x03\x04" + b"0" * 500)
        return client.post(address, {"message": words, "ai_made": "no", "files": sent})

    before = objects()
    storage.how = how
    begun = time.monotonic()
    answer = deliver()
    timed(begun)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert UploadError(UploadErrorCode.STORAGE_AWAY, name="方案.zip").message in page
    assert words in page
    assert not Delivery.objects.exists()
    assert not Upload.objects.exists()
    storage.how = PASSES
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        tasks.sweep_incoming()
        tasks.clear_tombstones()
    assert objects() - before == set()
    assert deliver().status_code == 302
    assert Delivery.objects.get().message == words
    assert missing() == set()


def test_a_browser_that_has_sent_its_file_is_told_to_come_again(storage, how, desk, seller):  # noqa: F811
    upload, content = declared(desk.purpose, seller)
    assert post(presigned_post(upload), content).status_code == 201
    client = log_in(seller)
    address = f"/uploads/{upload.key}/finish/"
    storage.how = how
    begun = time.monotonic()
    answer = client.post(address, headers={"accept": "application/json"})
    timed(begun)
    assert (answer.status_code, answer.json()["code"]) == (503, UploadErrorCode.STORAGE_AWAY)
    upload.refresh_from_db()
    assert upload.state == UploadState.DECLARED
    storage.how = PASSES
    assert client.post(address, headers={"accept": "application/json"}).json()["state"] == UploadState.RECEIVED


def test_a_worker_leaves_the_file_for_later_however_often_it_finds_the_storage_away(storage, how, desk, seller):  # noqa: F811
    upload, content = declared(desk.purpose, seller)
    post(presigned_post(upload), content)
    services.finish_upload(upload=upload)
    storage.how = how
    begun = time.monotonic()
    for hour in range(4):  # a file that ends its worker three times is refused; this is not the file's fault
        with clock.moved_to(clock.now() + timedelta(hours=hour + 1)):
            assert tasks.look_into_lost() == 0
    assert time.monotonic() - begun < 4 * LONGEST_SECONDS
    storage.how = PASSES
    assert missing() == set()
    with clock.moved_to(clock.now() + timedelta(hours=5)):
        assert tasks.look_into_lost() == 1
    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert missing() == set()


def test_a_storage_that_goes_in_the_middle_of_the_work_keeps_nothing_for_ever(storage, desk, seller, monkeypatch):  # noqa: F811
    before = objects()
    upload, content = declared(desk.purpose, seller)
    post(presigned_post(upload), content)
    services.finish_upload(upload=upload)
    saved = storages["default"].__class__.save
    puts = []

    def goes_after_two(self, name, given, **more):
        puts.append(name)
        if len(puts) == 3:
            storage.how = RESETS
        return saved(self, name, given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(storages["default"].__class__, "save", goes_after_two)
        with clock.moved_to(clock.now() + timedelta(hours=1)):
            assert tasks.look_into_lost() == 0
    storage.how = PASSES
    assert len(objects() - before) == 1 + 2  # what came, and what nobody names
    with clock.moved_to(clock.now() + timedelta(hours=3)):
        assert tasks.clear_tombstones() == 2
        assert objects() - before == {f"private:{upload.storage_name}"}
        assert tasks.look_into_lost() == 1
    assert missing() == set()


def test_what_is_thrown_away_meanwhile_is_deleted_when_the_storage_is_back(
    storage, how, desk, seller, django_capture_on_commit_callbacks  # noqa: F811
):  # fmt: skip
    before = objects()
    upload, content = declared(desk.purpose, seller)
    post(presigned_post(upload), content)
    services.finish_upload(upload=upload)
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    assert len(objects() - before) > 1
    storage.how = how
    begun = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_upload(upload=upload)
    timed(begun)
    with clock.moved_to(clock.now() + timedelta(hours=2)):
        tasks.clear_tombstones()  # away still
    storage.how = PASSES
    with clock.moved_to(clock.now() + timedelta(hours=26)):
        tasks.clear_tombstones()
        tasks.sweep_incoming()
    assert objects() - before == set()
    assert not UploadTombstone.objects.exists()

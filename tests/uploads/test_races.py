"""Two at the same upload at the same moment, with real transactions."""

import threading
from contextlib import suppress

import pytest
from django.core.files.base import ContentFile

from marketplace.uploads import locks, services
from marketplace.uploads.errors import UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.purposes import MEGABYTE
from marketplace.uploads.states import UploadState
from marketplace.uploads.stored import stored_names
from tests.databases import together
from tests.factories import make_seller
from tests.uploads import files
from tests.uploads.conftest import names

pytestmark = pytest.mark.usefixtures("committed_db", "folders")


@pytest.fixture
def received(desk, monkeypatch):
    """An upload whose bytes are there, not finished; and the messages that were sent to workers."""
    told: list[int] = []
    monkeypatch.setattr("marketplace.uploads.services.intake._tell_worker", told.append)
    content = files.picture()
    upload = services.declare_upload(
        owner=make_seller(), purpose=desk.purpose, subject="", name="a.jpg", size=len(content)
    )
    return services.receive_file(upload=upload, file=ContentFile(content)), told


def test_two_requests_that_finish_the_same_upload_tell_one_worker(received):
    upload, told = received
    finish = lambda: services.finish_upload(upload=Upload.objects.get(pk=upload.pk))  # noqa: E731
    assert all(isinstance(result, Upload) for result in together(finish, finish))
    assert told == [upload.pk]
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED


def test_control_without_the_lock_both_would(received, monkeypatch):
    upload, told = received
    both_have_read = threading.Barrier(2, timeout=60)

    def read_only(upload_id: int) -> Upload:
        row = Upload.objects.get(pk=upload_id)
        both_have_read.wait()
        return row

    monkeypatch.setattr(locks, "lock_upload", read_only)
    finish = lambda: services.finish_upload(upload=Upload.objects.get(pk=upload.pk))  # noqa: E731
    assert all(isinstance(result, Upload) for result in together(finish, finish))
    assert told == [upload.pk, upload.pk]


def test_two_workers_make_one_result(received, folders):
    upload, _told = received
    services.finish_upload(upload=upload)
    work = lambda: services.process_upload(upload_id=upload.pk)  # noqa: E731
    assert sorted(together(work, work)) == [False, True]
    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert upload.attempts == 1
    assert names(folders / "public") == stored_names(upload)
    assert names(folders / "private") == set()


def test_a_worker_that_was_given_up_throws_its_late_result_away(received, folders, monkeypatch):
    from marketplace.uploads.services import deciding

    upload, _told = received
    services.finish_upload(upload=upload)
    examine, late = deciding.examine, []

    def slowly(*arguments):
        found = examine(*arguments)
        if not late:
            late.append(found)
            Upload.objects.update(claimed_at="2026-01-01T00:00:00Z")
            services.take_back_upload(upload_id=upload.pk)
            assert services.process_upload(upload_id=upload.pk) is True  # the second worker is done first
        return found

    monkeypatch.setattr(deciding, "examine", slowly)
    assert services.process_upload(upload_id=upload.pk) is False
    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert upload.result_name != late[0].result_name
    assert names(folders / "public") == stored_names(upload)


def test_two_requests_with_the_same_bytes_leave_one_file(desk, folders):
    upload = services.declare_upload(owner=make_seller(), purpose=desk.purpose, subject="", name="a.jpg", size=3)
    bring = lambda: services.receive_file(upload=upload, file=ContentFile(b"abc"))  # noqa: E731
    assert all(isinstance(result, Upload) for result in together(bring, bring))
    upload.refresh_from_db()
    assert names(folders / "private") == {upload.storage_name}


@pytest.fixture
def announce_twice(desk, monkeypatch):
    """Announce two films where there is room for one, in two forms or in one. Neither writes before the other has counted,
    or waits for it: `together` gives the errors."""
    seller = make_seller()
    both_have_counted = threading.Barrier(2)
    create = Upload.objects.create

    def slowly(**values):
        with suppress(threading.BrokenBarrierError):  # with the lock the other one stands before it
            both_have_counted.wait(timeout=2)
        return create(**values)

    monkeypatch.setattr(Upload.objects, "create", slowly)

    def announce(name, subject, size):
        services.declare_upload(owner=seller, purpose=desk.purpose, subject=subject, name=name, size=size)

    def build(*, subjects=("", ""), size=3):
        return together(lambda: announce("a.mp4", subjects[0], size), lambda: announce("b.mp4", subjects[1], size))

    return build


def test_two_announcements_do_not_both_take_the_last_place(announce_twice):
    errors = announce_twice()
    assert Upload.objects.count() == 1
    assert [error.code for error in errors if error] == [UploadErrorCode.TOO_MANY]


def test_two_announcements_in_two_forms_do_not_both_take_the_last_bytes_of_the_day(announce_twice, monkeypatch):
    monkeypatch.setattr("marketplace.uploads.services.intake.get_config", lambda _key: 10)
    errors = announce_twice(subjects=("form:1", "form:2"), size=6 * MEGABYTE)
    assert Upload.objects.count() == 1
    assert [error.code for error in errors if error] == [UploadErrorCode.OVER_QUOTA]


def test_control_without_the_lock_both_announcements_would_be_taken(announce_twice, monkeypatch):
    monkeypatch.setattr(locks, "lock_sender", lambda _owner_id: None)
    assert announce_twice() == [None, None]
    assert Upload.objects.count() == 2

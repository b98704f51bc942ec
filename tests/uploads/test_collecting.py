"""What nothing needs is deleted; what a row or a revision needs stays."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from marketplace.core import clock
from marketplace.gigs import services as gigs
from marketplace.gigs.content import read_content
from marketplace.gigs.gallery_files import GALLERY, as_content, still_used
from marketplace.uploads import services, tasks
from marketplace.uploads.models import Upload
from marketplace.uploads.stored import stored_names
from tests.gigs.content import content, picture
from tests.uploads import files
from tests.uploads.conftest import names

pytestmark = pytest.mark.django_db


def test_what_was_never_used_goes_after_a_day(sent, send, folders, django_capture_on_commit_callbacks):
    sent("a.jpg", files.picture())
    send("b.jpg", files.picture())
    with clock.moved_to(clock.now() + timedelta(hours=23)):
        assert tasks.collect() == 0
    assert Upload.objects.count() == 2
    with clock.moved_to(clock.now() + timedelta(hours=25)), django_capture_on_commit_callbacks(execute=True):
        assert tasks.collect() == 2
    assert not Upload.objects.exists()
    assert names(folders) == set()


def test_a_quarantined_file_goes_after_a_week(sent, folders, django_capture_on_commit_callbacks):
    sent("page.jpg", b"<html>")
    with clock.moved_to(clock.now() + timedelta(days=6)):
        assert tasks.collect() == 0
    with clock.moved_to(clock.now() + timedelta(days=8)), django_capture_on_commit_callbacks(execute=True):
        assert tasks.collect() == 1
    assert names(folders) == set()


def test_what_its_room_needs_is_kept_even_if_nobody_said_that_it_is_used(sent, desk, folders):
    upload = sent("a.jpg", files.picture())
    desk.needed = {upload.renditions[0]["avif"]}
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        assert tasks.collect() == 0
        assert tasks.collect() == 0
    upload.refresh_from_db()
    assert upload.attached_at is not None
    assert names(folders / "public") == stored_names(upload)


def test_a_room_that_is_switched_off_keeps_its_files(sent, desk, folders):
    from marketplace.uploads.purposes import _purposes, register

    upload = sent("a.jpg", files.picture())
    del _purposes[desk.purpose.key]
    with clock.moved_to(clock.now() + timedelta(days=30)):
        assert tasks.collect() == 0
    register(desk.purpose)
    assert names(folders / "public") == stored_names(upload)


def gallery_upload(seller) -> Upload:
    draft = gigs.create_gig(seller=seller, content=content())
    return services.take_file(owner=seller, purpose=GALLERY, subject=f"gig:{draft.pk}", file=picture())


def test_a_file_that_a_revision_names_is_kept_until_no_revision_does(
    seller, folders, django_capture_on_commit_callbacks
):
    upload = gallery_upload(seller)
    pictured = content(pictures=(as_content(upload, alt_text="招牌"),))
    gig = gigs.create_gig(seller=seller, content=pictured)
    upload.refresh_from_db()
    assert upload.attached_at is not None
    gigs.publish_directly(gig=gig)
    bare = content(category=pictured.category, pictures=())
    draft = gigs.update_gig(gig_id=gig.pk, seller=seller, content=bare)
    later = clock.now() + timedelta(days=8)

    # The live row shows it.
    assert read_content(draft).pictures == ()
    Upload.objects.update(updated_at=clock.now() - timedelta(days=8))
    assert tasks.collect() == 0

    # No row shows it any more, but the first revision could be looked at, and published again.
    draft.latest_revision.publish(skip_permission_checks=True)
    assert not gig.media.exists()
    with clock.moved_to(later + timedelta(days=8)):
        assert tasks.collect() == 0
    assert stored_names(upload) <= still_used(seller.pk)

    # Wagtail's purge_revisions took the old revisions.
    gig.revisions.exclude(pk=draft.latest_revision.pk).delete()
    with clock.moved_to(later + timedelta(days=30)), django_capture_on_commit_callbacks(execute=True):
        assert tasks.collect() == 1
    assert names(folders / "public") == set()


def test_an_account_that_closes_leaves_no_unused_file(sent, seller, folders, django_capture_on_commit_callbacks):
    from marketplace.uploads.own_data import UploadsSection

    sent("a.jpg", files.picture())
    kept = sent("b.jpg", files.picture(size=(300, 200)))
    services.attach_uploads(owner=seller, names=[kept.result_name])
    with django_capture_on_commit_callbacks(execute=True):
        UploadsSection().erase(seller)
    assert list(Upload.objects.all()) == [kept]
    assert names(folders / "public") == stored_names(kept)


def test_nobody_marks_an_upload_of_somebody_else_as_used(sent, buyer):
    upload = sent("a.jpg", files.picture())
    assert services.attach_uploads(owner=buyer, names=[upload.result_name]) == set()
    upload.refresh_from_db()
    assert upload.attached_at is None


def test_the_nightly_sweep_deletes_what_belongs_to_no_upload_and_nothing_else(send, folders, monkeypatch):
    from marketplace.uploads.services import sweeping

    monkeypatch.setattr(sweeping, "SWEPT_AT_ONCE", 2)
    kept = [send(name, files.picture()).storage_name for name in ("a.jpg", "b.jpg", "c.jpg")]
    lost = send("d.jpg", files.picture())
    Upload.objects.filter(pk=lost.pk).delete()
    storages["private"].save("incoming/whatever", ContentFile(b"x"))
    storages["private"].save("papers/whatever", ContentFile(b"x"))
    assert tasks.sweep_incoming() == 0  # somebody may just be writing its row
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        assert tasks.sweep_incoming() == 2
    assert names(folders / "private") == {*kept, "papers/whatever"}


def test_where_nothing_ever_came_in_there_is_nothing_to_sweep(folders):
    assert tasks.sweep_incoming() == 0

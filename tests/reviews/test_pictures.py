"""Pictures of a review: how they come, what is made of them, who sees them when, and what a refusal leaves."""

from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from marketplace.core import clock
from marketplace.reviews import services
from marketplace.reviews.appeals import open_appeal
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Review, ReviewMask, ReviewPicture
from marketplace.reviews.own_data import ReviewsSection
from marketplace.reviews.services.pictures import REVIEW_PICTURES, subject_of
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.services import collect_upload, take_file
from tests import logins
from tests.factories import make_completed_order, make_moderator
from tests.uploads import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _storages_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def sent(order, owner, name="shop.jpg", content=None):
    """A picture that arrived for the review of an order."""
    file = ContentFile(content or files.picture(), name=name)
    return take_file(owner=owner, purpose=REVIEW_PICTURES, subject=subject_of(order.pk), file=file)


def write(order, author, **said):
    return services.write_review(order_id=order.pk, author=author, stars=5, **said)


def posted(name="shop.jpg", content=None):
    return SimpleUploadedFile(name, content or files.picture(), content_type="image/jpeg")


def log_in(user):
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_pictures_stand_in_the_order_in_which_they_came(order, buyer):
    uploads = [sent(order, buyer, f"{number}.jpg") for number in range(3)]
    review = write(order, buyer, uploads=uploads)
    assert [picture.picture.name for picture in review.pictures.all()] == [upload.result_name for upload in uploads]
    assert all(picture.width == 800 and picture.renditions for picture in review.pictures.all())
    assert not Upload.objects.filter(attached_at=None).exists()


def test_a_picture_is_encoded_anew_without_the_place_it_was_taken_at(order, buyer):
    review = write(order, buyer, uploads=[sent(order, buyer, content=files.picture_with_place())])
    picture = review.pictures.get()
    for name in (picture.picture.name, *(row["webp"] for row in picture.renditions)):
        content = default_storage.open(name).read()
        assert b"Lin Xiaoman" not in content
        with Image.open(default_storage.open(name)) as image:
            assert not image.getexif().get_ifd(files.GPS_IFD)
    assert picture.height > picture.width  # it lay on its side


def test_a_review_has_room_for_six(order, buyer):
    uploads = [sent(order, buyer, f"{number}.jpg", files.picture(size=(40, 30))) for number in range(6)]
    review = write(order, buyer, uploads=uploads)
    seventh = sent(order, buyer, "7.jpg", files.picture(size=(40, 30)))
    change = partial(services.edit_review, order_id=order.pk, author=buyer, stars=5, uploads=[seventh])
    with pytest.raises(ReviewError) as refusal:
        change()
    assert refusal.value.code == ReviewErrorCode.TOO_MANY_PICTURES
    assert review.pictures.count() == 6
    change(removed=[review.pictures.first().pk])
    assert [picture.position for picture in review.pictures.all()] == [1, 2, 3, 4, 5, 6]


def test_a_picture_belongs_to_its_review_and_to_no_other(order, buyer, seller, gig):
    other = make_completed_order(buyer=buyer, gig=gig)
    for upload in (sent(other, buyer), sent(order, seller)):
        with pytest.raises(UploadError) as refusal:
            write(order, buyer, uploads=[upload])
        assert refusal.value.code == UploadErrorCode.NOT_READY
    assert not Review.objects.exists()
    used = sent(order, buyer)
    write(order, buyer, uploads=[used])
    with pytest.raises(UploadError):
        services.edit_review(order_id=order.pk, author=buyer, stars=5, uploads=[used])
    assert ReviewPicture.objects.count() == 1


def test_only_who_may_write_or_change_a_review_sends_pictures_for_it(order, buyer, seller, stranger):
    for user, may in ((buyer, True), (seller, True), (stranger, False)):
        assert REVIEW_PICTURES.may_send(user, subject_of(order.pk)) is may
    assert not REVIEW_PICTURES.may_send(buyer, "review:x")
    assert not REVIEW_PICTURES.may_send(buyer, "review:987654321")
    review = write(order, buyer)
    assert REVIEW_PICTURES.may_send(buyer, subject_of(order.pk))
    with clock.moved_to(review.publish_at):
        assert not REVIEW_PICTURES.may_send(buyer, subject_of(order.pk))
        assert not REVIEW_PICTURES.may_send(seller, subject_of(order.pk))


def test_a_change_takes_pictures_out_and_puts_others_behind(order, buyer):
    first, second = [sent(order, buyer, name) for name in ("a.jpg", "b.jpg")]
    review = write(order, buyer, uploads=[first, second])
    gone = review.pictures.first()
    third = sent(order, buyer, "c.jpg")
    changed = services.edit_review(order_id=order.pk, author=buyer, stars=5, uploads=[third], removed=[gone.pk])
    assert [picture.picture.name for picture in changed.pictures.all()] == [second.result_name, third.result_name]
    assert changed.edited_at is not None
    assert REVIEW_PICTURES.still_used(buyer.pk) >= {second.result_name, third.result_name}
    assert first.result_name not in REVIEW_PICTURES.still_used(buyer.pk)


def test_what_is_hidden_is_at_its_public_address_no_more_and_back_when_it_is_shown_again(
    order, buyer, seller, django_capture_on_commit_callbacks
):
    review = write(order, buyer, uploads=[sent(order, buyer)])
    services.write_review(order_id=order.pk, author=seller, stars=5)
    picture = review.pictures.get()
    names = [picture.picture.name, *(row["webp"] for row in picture.renditions)]
    content = default_storage.open(names[0]).read()

    def copied():
        (file,) = ReviewsSection().files(buyer)
        with file.open() as opened:
            return opened.read()

    with django_capture_on_commit_callbacks(execute=True):
        mask = services.mask_review(
            review_id=review.pk, part="picture", picture_id=picture.pk, ground="privacy", words="私人照片。",
            staff=make_moderator(),
        )  # fmt: skip
    assert not any(default_storage.exists(name) for name in names)
    assert copied() == content
    with django_capture_on_commit_callbacks(execute=True):
        services.lift_mask(mask_id=mask.pk, staff=make_moderator(), words="是作品。")
    assert all(default_storage.exists(name) for name in names)
    assert copied() == content


def test_a_hidden_picture_is_seen_by_who_decides_about_it_and_by_nobody_else(
    order, buyer, seller, django_capture_on_commit_callbacks
):
    review = write(order, buyer, uploads=[sent(order, buyer)])
    services.write_review(order_id=order.pk, author=seller, stars=5)
    picture = review.pictures.get()
    content = default_storage.open(picture.picture.name).read()
    with django_capture_on_commit_callbacks(execute=True):
        mask = services.mask_review(
            review_id=review.pk, part="picture", picture_id=picture.pk, ground="privacy", words="私人照片。",
            staff=make_moderator(),
        )  # fmt: skip
    appeal = open_appeal(user=buyer, kind="mask", mask=mask, words="照片里没有任何人。")
    address = reverse("moderation_review_picture", args=[review.pk, picture.pk])
    desk = logins.log_in(make_moderator())
    for page in (reverse("moderation_appeal", args=[appeal.pk]), reverse("moderation_review", args=[review.pk])):
        assert address in desk.get(page).content.decode()
    answer = desk.get(address)
    assert b"".join(answer.streaming_content) == content
    assert "no-store" in answer["Cache-Control"]
    assert desk.get(reverse("moderation_review_picture", args=[review.pk, picture.pk + 1])).status_code == 404
    for person in (buyer, seller, make_completed_order().buyer):
        assert log_in(person).get(address).status_code == 302


def test_what_a_review_needs_is_not_collected(order, buyer):
    upload = sent(order, buyer)
    write(order, buyer, uploads=[upload])
    assert not collect_upload(upload_id=upload.pk)
    assert default_storage.exists(upload.result_name)


# Who sees them


def test_pictures_of_a_hidden_review_are_shown_to_its_author_alone(order, buyer, seller, gig, client):
    review = write(order, buyer, body="看图", uploads=[sent(order, buyer)])
    picture = review.pictures.get()
    address, name = reverse("reviews:picture", args=[picture.pk]), picture.picture.name
    assert [log_in(user).get(address).status_code for user in (buyer, seller)] == [200, 404]
    assert client.get(address).status_code == 404
    assert address in log_in(buyer).get(order.get_absolute_url()).content.decode()
    for browser, page in ((log_in(seller), order), (client, gig), (client, seller.profile)):
        shown = browser.get(page.get_absolute_url()).content.decode()
        assert address not in shown
        assert name not in shown

    services.write_review(order_id=order.pk, author=seller, stars=5)
    assert client.get(address).status_code == 200
    for page in (gig, seller.profile):
        shown = client.get(page.get_absolute_url()).content.decode()
        assert address in shown
        assert picture.renditions[0]["webp"] in shown


def test_a_sellers_pictures_are_for_the_two_sides(order, buyer, seller, client):
    review = write(order, seller, uploads=[sent(order, seller)])
    write(order, buyer)
    address = reverse("reviews:picture", args=[review.pictures.get().pk])
    assert [log_in(user).get(address).status_code for user in (buyer, seller)] == [200, 200]
    assert client.get(address).status_code == 404


def test_one_picture_leads_to_the_next_and_htmx_gets_it_alone(order, buyer):
    review = write(order, buyer, uploads=[sent(order, buyer, "a.jpg"), sent(order, buyer, "b.jpg")])
    first, second = [reverse("reviews:picture", args=[picture.pk]) for picture in review.pictures.all()]
    browser = log_in(buyer)
    page = browser.get(first).content.decode()
    assert f'href="{second}" rel="next"' in page
    assert 'rel="prev"' not in page
    part = browser.get(second, headers={"HX-Request": "true"}).content.decode()
    assert f'href="{first}" rel="prev"' in part
    assert "<html" not in part


def test_a_masked_picture_is_shown_to_nobody(order, buyer, seller, gig, client):
    review = write(order, buyer, uploads=[sent(order, buyer)])
    write(order, seller)
    picture = review.pictures.get()
    now, staff = clock.now(), make_moderator()
    ReviewMask.objects.create(
        review=review, part="picture", picture=picture, ground="privacy", words="人像", masked_by=staff, masked_at=now
    )
    ReviewPicture.objects.update(masked_at=now)
    address = reverse("reviews:picture", args=[picture.pk])
    assert log_in(buyer).get(address).status_code == 404
    assert address not in client.get(gig.get_absolute_url()).content.decode()
    assert picture.picture.name in REVIEW_PICTURES.still_used(buyer.pk)


# The plain form


def test_pictures_come_with_a_plain_form(order, buyer, buyer_client):
    address = reverse("reviews:write", args=[order.number])
    page = buyer_client.get(address).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert 'accept="image/*"' in page
    answer = buyer_client.post(address, {"stars": "5", "body": "看图", "files": [posted("a.jpg"), posted("b.jpg")]})
    assert answer.status_code == 302
    assert Review.objects.get().pictures.count() == 2


@pytest.mark.parametrize("bad", [("virus.jpg", b"MZ this is no picture"), ("doc.pdf", b"%PDF-1.4")])
def test_a_refused_picture_leaves_what_was_typed_and_the_pictures_that_arrived(order, buyer_client, bad):
    address = reverse("reviews:write", args=[order.number])
    data = {"stars": "4", "quality": "3", "body": "写了很久的话", "private_feedback": "给平台的话"}
    answer = buyer_client.post(address, data | {"files": [posted("good.jpg"), posted(*bad)]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Review.objects.exists()
    for typed in ("写了很久的话", "给平台的话", "good.jpg", bad[0]):
        assert typed in page
    assert page.count("checked") == 2
    key = Upload.objects.get(name="good.jpg").key.hex
    assert f'name="sent" value="{key}"' in page
    assert buyer_client.post(address, data | {"sent": [key]}).status_code == 302
    assert Review.objects.get().pictures.count() == 1


def test_pictures_are_taken_out_with_a_plain_form(order, buyer, buyer_client):
    review = write(order, buyer, uploads=[sent(order, buyer)])
    address = reverse("reviews:edit", args=[order.number])
    picture = review.pictures.get()
    assert f'name="removed" value="{picture.pk}"' in buyer_client.get(address).content.decode()
    assert buyer_client.post(address, {"stars": "5", "body": "", "removed": [picture.pk]}).status_code == 302
    assert not ReviewPicture.objects.exists()

"""The gallery part of the seller's form."""

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from marketplace.gigs import services
from marketplace.gigs.content import PictureContent, check_content, read_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.gallery import GalleryForm, token_of
from marketplace.gigs.gallery_files import GALLERY, as_content
from marketplace.gigs.models import MediaKind
from marketplace.uploads import services as uploads
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.states import UploadState
from tests.gigs.content import content, picture
from tests.uploads import files
from tests.uploads.conftest import folders  # noqa: F401 a fixture of the uploads' tests, used here too

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
Sent = MultiValueDict


def upload(seller, *, name: str = "shop.png", file=None, subject: str = "gig:new") -> Upload:
    """An upload of this seller that is ready."""
    return uploads.take_file(owner=seller, purpose=GALLERY, subject=subject, file=file or picture(name=name))


def document(name: str = "folio.pdf"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, files.pdf())


def form(seller, *, kept=None, posted: list[tuple[str, str]] | None = None, sent=(), **options) -> GalleryForm:
    """The form as it was posted: pairs of a field's name and its value, without the prefix."""
    data = QueryDict(mutable=True)
    for name, value in [("present", "1"), *(posted or [])]:
        data.appendlist(f"gallery-{name}", value)
    return GalleryForm(
        owner=seller, kept=kept, subject="gig:new", data=data, files=Sent({"gallery-files": list(sent)}), **options
    )


def test_uploads_become_the_gallery_in_the_order_in_which_they_stand(seller):
    first, second = upload(seller, name="a.png"), upload(seller, name="b.png")
    folio = upload(seller, file=document())
    posted = [("item", folio.key.hex), ("item", second.key.hex), ("item", first.key.hex)]
    sent = form(seller, posted=[*posted, (f"alt-{second.key.hex}", " 门头 ")])
    assert sent.is_valid()
    made = sent.applied_to(content())
    assert [medium.name for medium in made.pictures] == [second.result_name, first.result_name]
    assert made.pictures[0].alt_text == "门头"
    assert made.pictures[0].renditions == tuple(second.renditions)
    assert made.pictures[0].placeholder.startswith("data:image/webp")
    assert [(medium.name, medium.page_count) for medium in made.documents] == [(folio.result_name, 2)]
    assert made.video is None


def test_what_the_gallery_has_survives_the_way_through_a_revision(seller):
    shot, folio = upload(seller), upload(seller, file=document())
    film = PictureContent("gigs/film.mp4", kind=MediaKind.VIDEO, duration_seconds=12)
    given = content(
        pictures=(as_content(shot, alt_text="招牌"),), video=film, documents=(as_content(folio, alt_text=""),)
    )
    gig = services.create_gig(seller=seller, content=given)
    again = read_content(gig.get_latest_revision_as_object())
    assert (again.pictures, again.video, again.documents) == (given.pictures, given.video, given.documents)
    services.publish_directly(gig=gig)
    assert [row.kind for row in gig.media.order_by("sort_order")] == ["image", "video", "pdf"]
    assert not Upload.objects.filter(attached_at=None).exists()


def test_without_script_files_come_with_the_form_and_numbers_put_them_in_order(seller):
    kept = content(pictures=(PictureContent("gigs/a.webp", "甲"), PictureContent("gigs/b.webp", "乙")))
    a, b = (token_of(medium.name) for medium in kept.pictures)
    sent = form(
        seller,
        kept=kept,
        posted=[
            ("item", a),
            (f"place-{a}", "2"),
            ("item", b),
            (f"place-{b}", "1"),
            (f"alt-{a}", "甲"),
            (f"alt-{b}", "丙"),
        ],
        sent=[picture(name="new.png")],
    )
    assert sent.is_valid()
    names = [(medium.name, medium.alt_text) for medium in sent.cleaned_data["pictures"]]
    assert names == [("gigs/b.webp", "丙"), ("gigs/a.webp", "甲"), (Upload.objects.get().result_name, "")]


def test_without_script_a_hostile_file_is_refused_at_its_field_and_the_others_stay(seller):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = form(
        seller,
        sent=[
            picture(name="good.png"),
            SimpleUploadedFile("坏.jpg", b"<html>"),
            SimpleUploadedFile("script.pdf", files.pdf_with_script()),
        ],
    )
    assert not sent.is_valid()
    assert [error.split("”")[0] for error in sent.errors["files"]] == ["“坏.jpg", "“script.pdf"]
    assert [(row.name, row.state) for row in Upload.objects.all()] == [("good.png", UploadState.READY)]
    assert [item.name for item in sent.items] == ["good.png"]


def test_a_row_that_is_not_posted_any_more_is_out_of_the_gallery_and_a_ticked_one_too(seller):
    kept = content(pictures=tuple(PictureContent(f"gigs/{letter}.webp") for letter in "abc"))
    a, b, _c = (token_of(medium.name) for medium in kept.pictures)
    gone = upload(seller)
    sent = form(
        seller,
        kept=kept,
        posted=[
            ("item", a),
            ("item", b),
            (f"remove-{b}", "1"),
            ("item", gone.key.hex),
            (f"remove-{gone.key.hex}", "1"),
        ],
    )
    assert sent.is_valid()
    assert [medium.name for medium in sent.cleaned_data["pictures"]] == ["gigs/a.webp"]
    assert not Upload.objects.exists()


def test_a_step_that_does_not_show_the_gallery_leaves_it_as_it_is(seller):
    kept = content(video=PictureContent("gigs/film.mp4", kind=MediaKind.VIDEO))
    sent = GalleryForm(owner=seller, kept=kept, subject="gig:new", data=QueryDict("title=x"))
    assert sent.is_valid()
    assert sent.applied_to(content(pictures=())).media == kept.media


def test_files_of_other_people_cannot_be_named_into_a_gallery(seller, buyer):
    foreign = upload(buyer)
    sent = form(
        seller,
        posted=[
            ("item", foreign.key.hex),
            ("item", token_of(foreign.result_name)),
            ("item", "gigs/secret.webp"),
            (f"remove-{foreign.key.hex}", "1"),
        ],
    )
    assert sent.is_valid()
    assert sent.cleaned_data["pictures"] == ()
    assert Upload.objects.get() == foreign
    assert sent.items == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pictures": tuple(PictureContent(f"{n}.webp") for n in range(6))}, GigErrorCode.TOO_MANY_PICTURES),
        (
            {"documents": tuple(PictureContent(f"{n}.pdf", kind=MediaKind.PDF) for n in range(3))},
            GigErrorCode.TOO_MANY_DOCUMENTS,
        ),
    ],
)
def test_the_service_refuses_more_than_a_gallery_holds(seller, changes, code):
    with pytest.raises(GigError) as caught:
        check_content(content(**changes))
    assert caught.value.code == code


def test_the_form_says_how_many_there_would_be(seller):
    kept = content(
        pictures=tuple(PictureContent(f"{n}.webp") for n in range(5)),
        video=PictureContent("film.mp4", kind=MediaKind.VIDEO),
    )
    extra = upload(seller)
    sent = form(
        seller, kept=kept, posted=[*(("item", token_of(medium.name)) for medium in kept.media), ("item", extra.key.hex)]
    )
    assert not sent.is_valid()
    assert sent.non_field_errors() == ["最多5张图片，加上这些会有6张。"]


def test_a_second_video_is_one_too_many(seller, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    kept = content(video=PictureContent("film.mp4", kind=MediaKind.VIDEO))
    second = upload(seller, file=SimpleUploadedFile("second.mp4", files.film(tmp_path)))
    sent = form(seller, kept=kept, posted=[("item", token_of("film.mp4")), ("item", second.key.hex)])
    assert not sent.is_valid()
    assert sent.non_field_errors() == [GigError(GigErrorCode.TOO_MANY_VIDEOS, limit=1, count=2).message]


def test_submitting_waits_for_what_is_still_being_checked_and_saving_does_not(seller):
    from django.core.files.base import ContentFile

    file = files.picture()
    waiting = uploads.declare_upload(owner=seller, purpose=GALLERY, subject="gig:new", name="late.jpg", size=len(file))
    waiting = uploads.receive_file(upload=waiting, file=ContentFile(file))
    waiting = uploads.finish_upload(upload=waiting)
    assert form(seller, posted=[("item", waiting.key.hex)]).is_valid()
    submitted = form(seller, posted=[("item", waiting.key.hex)], complete=True)
    assert not submitted.is_valid()
    assert submitted.non_field_errors() == [UploadError(UploadErrorCode.NOT_READY, name="late.jpg").message]


def test_the_page_shows_after_a_reload_what_has_arrived_and_what_has_not(seller, seller_client):
    gig = services.create_gig(seller=seller, content=content(pictures=()))
    ready = upload(seller, subject=f"gig:{gig.pk}")
    uploads.declare_upload(owner=seller, purpose=GALLERY, subject=f"gig:{gig.pk}", name="half.mp4", size=1000)
    page = seller_client.get(reverse("gigs:step", args=[gig.pk, "gallery"])).content.decode()
    assert f'data-key="{ready.key}" data-state="ready"' in page
    assert 'data-state="declared" data-name="half.mp4"' in page


def test_a_picture_element_has_every_size_and_its_blur_and_no_style(seller):
    media = as_content(upload(seller, file=picture(size=(1000, 600))), alt_text="“门头”")
    shown = Template('{% picture media sizes="50vw" lazy=False %}').render(Context({"media": media}))
    for row in media.renditions:
        assert f"{row['avif']} {row['width']}w" in shown
        assert f"{row['webp']} {row['width']}w" in shown
    assert 'type="image/avif"' in shown.split('type="image/webp"')[0]  # the smaller one is offered first
    assert f'src="{media.placeholder}"' in shown
    assert 'width="1000" height="600"' in shown
    assert 'fetchpriority="high"' in shown
    assert "lazy" not in shown
    assert "style" not in shown


def test_a_picture_from_before_there_were_sizes_is_shown_as_it_is():
    shown = Template("{% picture media %}").render(
        Context({"media": PictureContent("gigs/old.webp", "旧图", 640, 400)})
    )
    assert 'src="/media/gigs/old.webp"' in shown
    assert "srcset" not in shown
    assert 'loading="lazy"' in shown
    video = PictureContent("gigs/film.mp4", kind=MediaKind.VIDEO)
    assert Template("{% picture media %}").render(Context({"media": video})).strip() == ""


def test_a_failed_upload_is_tried_again_and_not_refunded_again(seller, seller_client):
    page = seller_client.get(
        reverse("gigs:step", args=[services.create_gig(seller=seller, content=content()).pk, "gallery"])
    )
    assert "重试" in page.content.decode()
    assert "退款" not in page.content.decode()


def test_a_file_keeps_its_name_when_it_has_been_saved(seller, seller_client):
    gig = services.create_gig(seller=seller, content=content(pictures=()))
    sent = upload(seller, subject=f"gig:{gig.pk}", name="门头.png")
    address = reverse("gigs:step", args=[gig.pk, "gallery"])
    mark = services.revision_mark(gig)
    data = {"gallery-present": "1", "gallery-item": [sent.key.hex], "revision": mark}
    seller_client.post(address, data, headers={"HX-Request": "true"})
    page = seller_client.get(address).content.decode()
    assert 'data-state="ready"' not in page  # it is in the gallery, no upload any more
    assert "门头.png" in page

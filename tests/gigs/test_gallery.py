"""The gallery part of the seller's form."""

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from wagtail.models import Revision

from marketplace.gigs import services
from marketplace.gigs.content import PictureContent, check_content, read_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.gallery import GalleryForm, token_of
from marketplace.gigs.gallery_files import GALLERY, as_content, subject_of
from marketplace.gigs.models import Gig, MediaKind
from marketplace.uploads import services as uploads
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.states import UploadState
from tests.factories import make_seller
from tests.gigs.content import content, picture
from tests.uploads import files
from tests.uploads.conftest import folders  # noqa: F401 a fixture of the uploads' tests, used here too

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
Sent = MultiValueDict


def subject_of_first(seller) -> str:
    """The seller's first service, begun where there is none: files are sent for something that is there."""
    first = Gig.objects.filter(seller=seller).order_by("pk").first()
    return subject_of((first or services.create_gig(seller=seller, content=content(pictures=()))).pk)


def upload(seller, *, name: str = "shop.png", file=None, subject: str = "") -> Upload:
    """An upload of this seller that is ready."""
    subject = subject or subject_of_first(seller)
    return uploads.take_file(owner=seller, purpose=GALLERY, subject=subject, file=file or picture(name=name))


def document(name: str = "folio.pdf"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, files.pdf())


def form(seller, *, kept=None, posted: list[tuple[str, str]] | None = None, sent=(), **options) -> GalleryForm:
    """The form as it was posted: pairs of a field's name and its value, without the prefix."""
    data = QueryDict(mutable=True)
    for name, value in [("present", "1"), *(posted or [])]:
        data.appendlist(f"gallery-{name}", value)
    subject = subject_of_first(seller)
    return GalleryForm(
        owner=seller, kept=kept, subject=subject, data=data, files=Sent({"gallery-files": list(sent)}), **options
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
    wanted = sent.change(kept)
    names = [(medium.name, medium.alt_text) for medium in wanted.content.pictures]
    assert names == [("gigs/b.webp", "丙"), ("gigs/a.webp", "甲")]
    assert [file.name for file in wanted.files] == ["new.png"]


@pytest.mark.parametrize("place", ["9" * 5_000, "-1", "1.5", "²", "x"])
def test_a_place_that_is_no_place_is_the_first(seller, place):
    kept = content(pictures=(PictureContent("gigs/a.webp"), PictureContent("gigs/b.webp")))
    a, b = (token_of(medium.name) for medium in kept.pictures)
    sent = form(seller, kept=kept, posted=[("item", a), (f"place-{a}", "1"), ("item", b), (f"place-{b}", place)])
    assert sent.is_valid()
    assert [medium.name for medium in sent.change(kept).content.pictures] == ["gigs/b.webp", "gigs/a.webp"]


def gallery_address(gig) -> str:
    return reverse("gigs:step", args=[gig.pk, "gallery"])


def posted(gig, *pairs: tuple[str, object], sent=(), seen: str | None = None) -> dict:
    """The step of the pictures as a browser sends it, from what is saved now or from what was `seen`."""
    data: dict = {"revision": services.revision_mark(gig) if seen is None else seen, "gallery-present": "1"}
    for name, value in pairs:
        data.setdefault(f"gallery-{name}", []).append(value)
    return data | {"gallery-files": list(sent)}


@pytest.fixture
def gig(seller):
    return services.create_gig(seller=seller, content=content(pictures=()))


def saved(gig):
    return read_content(Gig.objects.get(pk=gig.pk).get_latest_revision_as_object())


def everything(seller):
    """All that a save could change."""
    rows = Upload.objects.order_by("pk").values_list("pk", "state", "attached_at", "updated_at")
    revisions = Revision.objects.order_by("pk").values_list("pk", "created_at", "content")
    return list(rows), list(revisions)


def test_without_script_a_hostile_file_is_refused_at_its_field_and_the_others_wait(seller, seller_client, gig):
    from django.core.files.uploadedfile import SimpleUploadedFile

    before = saved(gig)
    hostile = [SimpleUploadedFile("坏.jpg", b"<html>"), SimpleUploadedFile("script.pdf", files.pdf_with_script())]
    page = seller_client.post(gallery_address(gig), posted(gig, sent=[picture(name="good.png"), *hostile]))
    assert page.status_code == 422
    refused = page.context["wizard"].form.gallery.errors["files"]
    assert [error.split("”")[0] for error in refused] == ["“坏.jpg", "“script.pdf"]
    assert [(row.name, row.state) for row in Upload.objects.all()] == [("good.png", UploadState.READY)]
    assert 'data-name="good.png"' in page.content.decode()
    assert saved(gig) == before


def test_files_that_come_with_the_form_are_at_the_end_of_the_gallery(seller_client, seller, gig):
    first = upload(seller, subject=f"gig:{gig.pk}")
    sent = posted(gig, ("item", first.key.hex), (f"alt-{first.key.hex}", "门头"), sent=[picture(name="new.png")])
    assert seller_client.post(gallery_address(gig), sent).status_code == 302
    second = Upload.objects.get(name="new.png")
    assert [(shot.name, shot.alt_text) for shot in saved(gig).pictures] == [
        (first.result_name, "门头"),
        (second.result_name, ""),
    ]
    assert not Upload.objects.filter(attached_at=None).exists()


def test_looking_whether_a_form_is_in_order_changes_nothing(seller, django_assert_num_queries):
    kept, gone = upload(seller), upload(seller)
    before = everything(seller)
    sent = form(
        seller,
        posted=[("item", kept.key.hex), ("item", gone.key.hex), (f"remove-{gone.key.hex}", "1")],
        sent=[picture()],
        complete=True,
    )
    with django_assert_num_queries(1):
        assert sent.is_valid()
    assert everything(seller) == before
    assert sent.change(content()).removed == {gone.key}


def test_a_form_that_is_refused_takes_nothing_in_and_throws_nothing_away(seller, seller_client, gig):
    five = [upload(seller, name=f"{number}.png", subject=f"gig:{gig.pk}") for number in range(5)]
    gone = upload(seller, file=document(), subject=f"gig:{gig.pk}")
    before = everything(seller)
    pairs = [("item", row.key.hex) for row in [*five, gone]]
    sent = posted(gig, *pairs, (f"remove-{gone.key.hex}", "1"), sent=[picture(name="sixth.png")])
    page = seller_client.post(gallery_address(gig), sent)
    assert page.status_code == 422
    assert "最多5张图片，加上这些会有6张。" in page.content.decode()
    assert everything(seller) == before


def test_of_two_windows_the_one_behind_throws_nothing_away(seller, seller_client, gig):
    shot, other = (upload(seller, name=name, subject=f"gig:{gig.pk}") for name in ("a.png", "b.png"))
    seen = services.revision_mark(gig)
    assert seller_client.post(gallery_address(gig), posted(gig, ("item", shot.key.hex))).status_code == 302
    before = everything(seller)
    behind = posted(
        gig,
        ("item", other.key.hex),
        (f"remove-{other.key.hex}", "1"),
        sent=[picture(name="late.png")],
        seen=seen,
    )
    page = seller_client.post(gallery_address(gig), behind)
    assert page.status_code == 422
    assert "在另一个窗口" in page.content.decode()
    assert everything(seller) == before


def test_an_upload_that_another_window_threw_away_is_not_saved_into_the_gallery(seller, gig):
    shot, gone = (upload(seller, name=name, subject=f"gig:{gig.pk}") for name in ("a.png", "b.png"))
    sent = form(seller, posted=[("item", shot.key.hex), ("item", gone.key.hex)])
    assert sent.is_valid()
    uploads.discard_upload(upload=gone)
    before = everything(seller)
    with pytest.raises(GigError) as caught:
        services.save_gallery(
            gig_id=gig.pk, seller=seller, change=sent.change(saved(gig)), seen=services.revision_mark(gig)
        )
    assert caught.value.code == GigErrorCode.MEDIA_GONE
    assert everything(seller) == before


def test_a_row_that_is_not_posted_any_more_is_out_of_the_gallery_and_a_ticked_one_too(seller, gig):
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
    wanted = sent.change(kept)
    assert [medium.name for medium in wanted.content.pictures] == ["gigs/a.webp"]
    assert Upload.objects.exists()
    services.save_gallery(gig_id=gig.pk, seller=seller, change=wanted, seen=services.revision_mark(gig))
    assert not Upload.objects.exists()


def test_a_step_that_does_not_show_the_gallery_leaves_it_as_it_is(seller):
    kept = content(video=PictureContent("gigs/film.mp4", kind=MediaKind.VIDEO))
    sent = GalleryForm(owner=seller, kept=kept, subject="gig:1", data=QueryDict("title=x"))
    assert sent.is_valid()
    assert sent.applied_to(content(pictures=())).media == kept.media


def test_files_of_other_people_cannot_be_named_into_a_gallery(seller):
    foreign = upload(make_seller())
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
    wanted = sent.change(content(pictures=()))
    assert (wanted.content.pictures, wanted.removed) == ((), frozenset())
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


def test_submitting_waits_for_what_is_still_being_checked_and_saving_does_not(seller, gig):
    from django.core.files.base import ContentFile

    file = files.picture()
    waiting = uploads.declare_upload(
        owner=seller, purpose=GALLERY, subject=f"gig:{gig.pk}", name="late.jpg", size=len(file)
    )
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
    shown = Template('{% picture media sizes="50vw" first=True %}').render(Context({"media": media}))
    *sizes, for_links = media.renditions
    for row in sizes:
        assert f"{row['avif']} {row['width']}w" in shown
        assert f"{row['webp']} {row['width']}w" in shown
    assert for_links["jpeg"] not in shown
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


def announce(owner, subject: str) -> Upload:
    return uploads.declare_upload(owner=owner, purpose=GALLERY, subject=subject, name="a.mp4", size=200 * 1024**2)


def test_only_the_seller_of_a_service_sends_files_for_it_and_only_while_it_may_be_edited(seller, buyer):
    gig = services.create_gig(seller=seller, content=content())
    for person, subject in (
        (seller, "gig:new"),
        (buyer, f"gig:{gig.pk}"),
        (make_seller(), f"gig:{gig.pk}"),
        (seller, f"gig:{gig.pk + 1}"),
        (seller, "gig:"),
        (seller, "gig:" + "9" * 50),
        (seller, "anything"),
    ):
        with pytest.raises(UploadError) as caught:
            announce(person, subject)
        assert caught.value.code == UploadErrorCode.NOT_HERE
    assert not Upload.objects.exists()
    announce(seller, f"gig:{gig.pk}")
    services.submit_gig(gig_id=gig.pk, seller=seller)
    Upload.objects.all().delete()
    with pytest.raises(UploadError):
        announce(seller, f"gig:{gig.pk}")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_that_another_window_removed_meanwhile_is_not_written_into_the_gallery(seller, is_there):
    gig = services.create_gig(seller=seller, content=content())
    before = read_content(gig.get_latest_revision_as_object())
    shot = upload(seller, subject=f"gig:{gig.pk}")
    sent = form(seller, kept=before, posted=[("item", shot.key.hex)])
    assert sent.is_valid()
    wanted = sent.applied_to(before)
    save = lambda: services.save_draft(  # noqa: E731
        gig_id=gig.pk, seller=seller, content=wanted, seen=services.revision_mark(Gig.objects.get(pk=gig.pk))
    )
    if is_there:
        saved = save()
        assert read_content(saved).pictures[0].name == shot.result_name
        # Saved once, it is the gallery's, and no second saving needs the upload.
        assert not read_content(saved).pictures[0].is_new
        return
    uploads.discard_upload(upload=shot)
    with pytest.raises(GigError) as caught:
        save()
    assert caught.value.code == GigErrorCode.MEDIA_GONE
    assert read_content(Gig.objects.get(pk=gig.pk).get_latest_revision_as_object()).pictures == before.pictures
    assert Gig.objects.get(pk=gig.pk).revisions.count() == 1


def test_a_new_service_names_no_file_that_is_gone_either(seller):
    shot = upload(seller)
    pictured = content(pictures=(as_content(shot, alt_text=""),))
    uploads.discard_upload(upload=shot)
    before = everything(seller)
    for create in (services.create_gig, services.start_draft):
        with pytest.raises(GigError) as caught:
            create(seller=seller, content=pictured)
        assert caught.value.code == GigErrorCode.MEDIA_GONE
    assert everything(seller) == before


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

"""The gig's pages in Wagtail's admin: what is there for whom, and what nobody can do there."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import WorkflowState

from marketplace.gigs import services
from marketplace.gigs.content import PictureContent, read_content
from marketplace.gigs.gallery_files import GALLERY, as_content
from marketplace.gigs.models import Gig, MediaKind
from marketplace.gigs.reviewing import ensure_gig_workflow
from marketplace.gigs.states import GigStatus
from marketplace.notifications.models import Notification
from marketplace.uploads.services import take_file
from tests.factories import make_gig, make_moderator, make_user
from tests.gigs.content import content, picture
from tests.logins import log_in
from tests.uploads import files
from tests.uploads.conftest import folders, names  # noqa: F401 a fixture of the uploads' tests, used here too


def logged_in(client, user):
    log_in(user, client=client)
    return client


@pytest.fixture
def administrator_client(client, db):
    ensure_gig_workflow()
    return logged_in(client, make_user(is_staff=True, is_superuser=True))


def address(gig, name, *arguments):
    return reverse(gig.snippet_viewset.get_url_name(name), args=arguments or [gig.pk])


def edit_form(gig, **changes):
    data = {"title": gig.title, "description": gig.description, "category": gig.category_id, "tags": ""}
    for name in ("packages", "media", "extras", "requirements", "faqs"):
        data |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    return data | changes


def test_nobody_is_offered_to_publish_unpublish_submit_or_remove(administrator_client, seller):
    for gig in (make_gig(), services.create_gig(seller=seller, content=content())):
        page = administrator_client.get(address(gig, "edit")).content.decode()
        for name in ("action-publish", "action-submit", "action-cancel-workflow", "action-restart-workflow"):
            assert name not in page
        assert address(gig, "unpublish") not in page
        assert address(gig, "delete") not in page
    assert reverse(gig.snippet_viewset.get_url_name("add")) not in page


@pytest.mark.parametrize("action", ["publish", "submit", "cancel-workflow", "restart-workflow"])
def test_asked_for_all_the_same_the_form_refuses(administrator_client, seller, action):
    gig = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=gig.pk, seller=seller)
    response = administrator_client.post(address(gig, "edit"), edit_form(gig, **{f"action-{action}": "1"}))
    assert response.url == reverse("wagtailadmin_home")
    gig.refresh_from_db()
    assert (gig.live, gig.status, gig.revisions.count()) == (False, GigStatus.IN_REVIEW, 1)
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_IN_PROGRESS


def test_the_pages_of_unpublishing_and_removing_refuse_everybody(administrator_client):
    gig = make_gig()
    bulk = reverse("wagtail_bulk_action", args=["gigs", "gig", "delete"]) + f"?id={gig.pk}"
    for url in (address(gig, "unpublish"), address(gig, "delete"), bulk):
        administrator_client.post(url)
    gig.refresh_from_db()
    assert (gig.live, gig.status) == (True, GigStatus.LIVE)
    assert administrator_client.get(reverse(gig.snippet_viewset.get_url_name("add"))).status_code == 302


def test_a_moderator_takes_down_with_a_reason(client, seller, django_capture_on_commit_callbacks):
    ensure_gig_workflow()
    gig = make_gig(seller=seller)
    logged_in(client, make_moderator())
    url = reverse("gigs_deny", args=[gig.pk])
    assert url in client.get(address(gig, "edit")).content.decode()
    assert gig.title in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 200
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"reason": "盗用他人作品。"}).url == address(gig, "edit")
    gig.refresh_from_db()
    assert (gig.status, gig.live) == (GigStatus.DENIED, False)
    assert Notification.objects.get(recipient=seller).body == "盗用他人作品。"
    assert "盗用他人作品。" in client.get(address(gig, "history")).content.decode()
    assert url not in client.get(address(gig, "edit")).content.decode()
    assert client.get(url).status_code == 404


def test_taking_down_is_for_moderators(client, seller):
    ensure_gig_workflow()
    gig = make_gig(seller=seller)
    url = reverse("gigs_deny", args=[gig.pk])
    for person in (make_user(), make_user(is_staff=True)):
        assert logged_in(client, person).post(url, {"reason": "理由"}).status_code in (302, 403)
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.LIVE


def test_the_gallery_is_shown_and_takes_no_file_and_is_left_as_it_is(client, seller, tmp_path, request):
    request.getfixturevalue("folders")
    draft = services.create_gig(seller=seller, content=content())
    shot = take_file(owner=seller, purpose=GALLERY, subject=f"gig:{draft.pk}", file=picture(name="shop.png"))
    given = content(
        pictures=(as_content(shot, alt_text="门头照片"), *(PictureContent(f"gigs/{n}.webp") for n in range(4))),
        documents=(PictureContent("gigs/folio.pdf", kind=MediaKind.PDF),),
    )
    gig = services.create_gig(seller=seller, content=given)
    logged_in(client, make_moderator())
    url = address(gig, "edit")
    page = client.get(url)
    assert "media" not in page.context["form"].formsets
    assert "门头照片" in page.content.decode()
    assert shot.renditions[0]["webp"] in page.content.decode()
    evil = SimpleUploadedFile("evil.svg", files.svg_with_script(), content_type="image/svg+xml")
    sent = page.context["form"]
    changes = {"title": "改好错字的标题一二三", "media-TOTAL_FORMS": "1", "media-0-kind": "image", "media-0-file": evil}
    data = edit_form(gig, **changes)
    for name, rows in sent.formsets.items():
        data |= {f"{name}-TOTAL_FORMS": len(rows.initial_forms), f"{name}-INITIAL_FORMS": len(rows.initial_forms)}
        for row in rows.initial_forms:
            values = {field.html_name: field.value() for field in row}
            data |= {key: value for key, value in values.items() if value not in (None, False)}
    assert client.post(url, data).status_code == 302
    after = read_content(Gig.objects.get(pk=gig.pk).get_latest_revision_as_object())
    assert after.title == "改好错字的标题一二三"
    assert after.media == given.media
    assert not [name for name in names(tmp_path) if name.endswith(".svg")]

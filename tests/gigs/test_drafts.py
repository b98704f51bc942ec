"""Drafts: how little may be there, what is one revision, what is never written over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from wagtail.models import Revision, TaskState, WorkflowState

from marketplace.accounts.models import UserProfile
from marketplace.core.config import DEFINITIONS, set_config
from marketplace.gigs import services
from marketplace.gigs.content import (
    ExtraContent,
    FaqContent,
    FeatureRow,
    RequirementContent,
    read_content,
    read_revision,
)
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig, GigPackage
from marketplace.gigs.reviewing import ensure_gig_workflow, review_in_progress
from marketplace.gigs.services import revision_mark
from marketplace.gigs.states import GigStatus
from marketplace.gigs.wizard import EMPTY
from tests.factories import make_attribute, make_category, make_moderator, make_seller
from tests.gigs.content import content, package
from tests.gigs.test_services import refusal


def latest(gig):
    gig = Gig.objects.get(pk=gig.pk)
    return read_content(gig.get_latest_revision_as_object())


def save(gig, seller, **changes):
    """What the page does: from what is stored now to one change of it."""
    row = Gig.objects.get(pk=gig.pk)
    return services.save_draft(
        gig_id=gig.pk, seller=seller, content=replace(latest(gig), **changes), seen=revision_mark(row)
    )


def age(gig, **span):
    """Let the latest revision have been saved a while ago."""
    Revision.objects.filter(object_id=str(gig.pk)).update(
        created_at=Gig.objects.get(pk=gig.pk).latest_revision.created_at - timedelta(**span)
    )


@pytest.fixture
def draft(seller):
    return services.start_draft(seller=seller, content=replace(EMPTY, title="茶饮"))


def test_a_revision_is_read_alike_whichever_way(seller, django_assert_num_queries):
    given = content(
        packages=(package(), package("premium", 200_000)),
        faqs=(FaqContent("能开发票吗", "可以。"),),
        extras=(ExtraContent("加急", 10_000, -1),),
        features=(FeatureRow("方案", ("1个", True)),),
    )
    revision = services.create_gig(seller=seller, content=given).latest_revision
    with django_assert_num_queries(2):
        found = read_revision(revision)
    assert found == read_content(revision.as_object())
    assert (found.tags, found.category) == (given.tags, given.category)


def test_a_title_is_enough_and_even_that_may_be_missing(seller):
    for title in ("茶饮店的招牌", ""):
        gig = services.start_draft(seller=seller, content=replace(EMPTY, title=title))
        row = Gig.objects.get(pk=gig.pk)
        assert (row.title, row.category, row.status, row.live) == (title, None, GigStatus.DRAFT, False)
        assert latest(gig).title == title
        assert row.stats.price_from_fen == 0


def test_half_a_package_is_kept_as_it_was_typed_and_is_nowhere_for_sale(draft, seller):
    half = package(title="", price_fen=0)
    rows = {
        "packages": (half,),
        "extras": (ExtraContent("加急", 0),),
        "faqs": (FaqContent("多久", ""),),
        "requirements": (RequirementContent("", "choice", ("一",)),),
    }
    save(draft, seller, **rows)
    stored = latest(draft)
    assert {name: getattr(stored, name) for name in rows} == rows
    # Pitfall 5: rows of packages would look like something one can buy.
    assert not GigPackage.objects.filter(gig=draft.pk).exists()


def test_saves_in_a_row_are_one_revision_and_a_pause_begins_another(draft, seller):
    for title in ("茶饮店", "茶饮店的", "茶饮店的招牌"):
        save(draft, seller, title=title)
    assert draft.revisions.count() == 1
    assert latest(draft).title == "茶饮店的招牌"
    age(draft, minutes=11)
    save(draft, seller, title="茶饮店的新招牌")
    assert draft.revisions.count() == 2


def test_the_address_follows_the_title_until_the_first_publication(draft, seller):
    save(draft, seller, title="茶饮店招牌")
    assert Gig.objects.get(pk=draft.pk).slug == "cha-yin-dian-zhao-pai"
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    save(gig, seller, title="换了的标题")
    assert Gig.objects.get(pk=gig.pk).slug == gig.slug


def test_a_form_that_somebody_else_s_save_has_overtaken_is_refused_and_nothing_is_lost(draft, seller):
    row = Gig.objects.get(pk=draft.pk)
    opened_in_two_windows = revision_mark(row)
    services.save_draft(
        gig_id=draft.pk, seller=seller, content=replace(latest(draft), title="第一个窗口"), seen=opened_in_two_windows
    )
    # Written over in its place, so that its key is the same: the key alone would not tell.
    assert draft.revisions.count() == 1
    late = replace(latest(draft), title="第二个窗口")
    code = refusal(services.save_draft, gig_id=draft.pk, seller=seller, content=late, seen=opened_in_two_windows)
    assert code == GigErrorCode.STALE_DRAFT
    assert latest(draft).title == "第一个窗口"


def test_a_live_row_does_not_change_while_its_next_version_is_written(seller):
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    before = Gig.objects.filter(pk=gig.pk).values("title", "slug", "description", "attributes", "category").get()
    for price in (70_000, 80_000):
        save(gig, seller, title="新的标题在写", packages=(package(price_fen=price),), description="", category=None)
    assert Gig.objects.filter(pk=gig.pk).values(*before).get() == before
    row = Gig.objects.get(pk=gig.pk)
    assert (row.status, row.live, row.packages.get().price_fen, row.stats.price_from_fen) == (
        "live",
        True,
        68_000,
        68_000,
    )
    # The published revision is never written over; the two saves after it are one.
    assert read_content(row.live_revision.as_object()).title == before["title"]
    assert gig.revisions.count() == 2


def test_counters_outlive_what_is_published_from_a_draft(seller):
    """Pitfall 3: publishing writes every column from the revision."""
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    save(gig, seller, title="新的标题在写")
    type(gig.stats).objects.filter(gig=gig).update(orders_completed=7)
    services.pause_gig(gig_id=gig.pk, seller=seller)
    row = Gig.objects.get(pk=gig.pk)
    row.latest_revision.publish(skip_permission_checks=True)
    row = Gig.objects.get(pk=gig.pk)
    assert (row.title, row.status, row.stats.orders_completed) == ("新的标题在写", GigStatus.PAUSED, 7)


@pytest.fixture
def submitted(seller):
    make_moderator()
    ensure_gig_workflow()
    return services.submit_gig(gig_id=services.create_gig(seller=seller, content=content()).pk, seller=seller)


def test_nothing_is_saved_while_a_moderator_reads_and_what_was_read_stays(submitted, seller):
    """Pitfall 1: Wagtail would take the save, and approve what nobody has read."""
    row = Gig.objects.get(pk=submitted.pk)
    late = replace(latest(submitted), title="没有人审核过的标题")
    code = refusal(services.save_draft, gig_id=row.pk, seller=seller, content=late, seen=revision_mark(row))
    assert code == GigErrorCode.LOCKED_FOR_REVIEW
    read = TaskState.objects.get().revision
    services.withdraw_gig(gig_id=row.pk, seller=seller)
    save(submitted, seller, title="拿回来以后改的标题")
    read.refresh_from_db()
    assert read_content(read.as_object()).title == content(category=row.category).title
    assert submitted.revisions.count() == 2


def test_taking_back_ends_the_review_and_twice_is_once(submitted, seller):
    for _time in range(2):
        assert services.withdraw_gig(gig_id=submitted.pk, seller=seller).status == GigStatus.DRAFT
    assert not review_in_progress(Gig.objects.get(pk=submitted.pk))
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_CANCELLED
    services.submit_gig(gig_id=submitted.pk, seller=seller)
    assert review_in_progress(Gig.objects.get(pk=submitted.pk))


def test_the_next_version_of_a_live_gig_is_taken_back_and_the_gig_sells_on(seller):
    make_moderator()
    ensure_gig_workflow()
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    save(gig, seller, title="新的标题在审核")
    services.submit_gig(gig_id=gig.pk, seller=seller)
    services.withdraw_gig(gig_id=gig.pk, seller=seller)
    row = Gig.objects.get(pk=gig.pk)
    assert (row.status, review_in_progress(row)) == (GigStatus.LIVE, False)


def test_a_stranger_takes_nothing_back(submitted, buyer):
    assert refusal(services.withdraw_gig, gig_id=submitted.pk, seller=buyer) == GigErrorCode.NOT_SELLER
    assert review_in_progress(Gig.objects.get(pk=submitted.pk))


def test_removing_a_picture_drops_it_from_the_draft_alone(seller):
    """Pitfall 5: the live gallery stays until the next version is published."""
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    save(gig, seller, pictures=())
    assert latest(gig).pictures == ()
    assert Gig.objects.get(pk=gig.pk).media.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"packages": (package(),) * 4}, GigErrorCode.TOO_MANY_PACKAGES),
        ({"packages": (package(), package())}, GigErrorCode.DUPLICATE_TIER),
        ({"packages": (package(price_fen=99),)}, GigErrorCode.PRICE_TOO_LOW),
        ({"packages": (package(price_fen=20_000_001),)}, GigErrorCode.PRICE_TOO_HIGH),
        ({"tags": tuple("一二三四五六")}, GigErrorCode.TOO_MANY_TAGS),
        ({"features": (FeatureRow("方案", ()),) * 11}, GigErrorCode.TOO_MANY_FEATURES),
        ({"extras": (ExtraContent("加急", 100),) * 9}, GigErrorCode.TOO_MANY_EXTRAS),
        ({"extras": (ExtraContent("加急", 20_000_001),)}, GigErrorCode.EXTRA_PRICE),
        ({"faqs": (FaqContent("问", "答"),) * 11}, GigErrorCode.TOO_MANY_FAQS),
        ({"requirements": (RequirementContent("问"),) * 11}, GigErrorCode.TOO_MANY_REQUIREMENTS),
    ],
)
def test_a_draft_keeps_to_every_bound(draft, seller, fields, code):
    with pytest.raises(GigError) as caught:
        save(draft, seller, **fields)
    assert caught.value.code == code
    assert caught.value.message
    assert latest(draft) == replace(EMPTY, title="茶饮")


def test_what_stands_at_the_bounds_is_kept(draft, seller):
    full = {
        "tags": tuple("一二三四五"),
        "extras": (ExtraContent("加急", 100),) * 8,
        "faqs": (FaqContent("问", "答"),) * 10,
        "requirements": (RequirementContent("问"),) * 10,
        "packages": (package(), package("standard"), package("premium")),
        "features": (FeatureRow("方案", (True, True, "3个")),) * 10,
    }
    save(draft, seller, **full)
    assert {name: getattr(latest(draft), name) for name in full} == full


@pytest.mark.parametrize(("level", "limit"), [("new", 4), ("level_1", 10), ("level_2", 20), ("top", 30)])
def test_how_many_gigs_one_has_is_a_matter_of_level(seller, level, limit):
    assert DEFINITIONS[f"gigs.limit_{level}"].default == limit
    set_config(key=f"gigs.limit_{level}", value=2, reason="fewer to make")
    UserProfile.objects.filter(user=seller).update(level=level)
    first = services.start_draft(seller=seller, content=EMPTY)
    paused = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    services.pause_gig(gig_id=paused.pk, seller=seller)
    for service, arguments in ((services.start_draft, EMPTY), (services.create_gig, content())):
        assert refusal(service, seller=seller, content=arguments) == GigErrorCode.TOO_MANY_GIGS
    assert Gig.objects.filter(seller=seller).count() == 2
    # What is put away does not count, and somebody else's neither.
    services.archive_gig(gig_id=first.pk, seller=seller)
    services.start_draft(seller=seller, content=EMPTY)
    services.start_draft(seller=make_seller(), content=EMPTY)


def test_answers_that_the_category_does_not_ask_for_are_dropped(draft, seller):
    category = make_category(parent=make_category())
    make_attribute(category, "style", "plain", "bold")
    save(draft, seller, category=category, attributes={"style": ["bold", "wild"], "colour": ["red"]})
    assert latest(draft).attributes == {"style": ["bold"]}
    save(draft, seller, category=make_category(parent=make_category()))
    assert latest(draft).attributes == {}


def test_what_is_published_carries_its_attributes(seller):
    category = make_category(parent=make_category())
    make_attribute(category, "style", "plain", "bold")
    gig = services.create_gig(seller=seller, content=content(category=category, attributes={"style": ["plain"]}))
    assert services.publish_directly(gig=gig).attributes == {"style": ["plain"]}

"""What must be there before a moderator reads a gig, and what the list beside the form says."""

from dataclasses import replace

import pytest

from marketplace.gigs import services
from marketplace.gigs.content import ExtraContent, FaqContent, PictureContent, RequirementContent
from marketplace.gigs.errors import GigErrorCode
from marketplace.gigs.models import Gig, MediaKind
from marketplace.gigs.readiness import completeness, missing_for_review
from marketplace.gigs.states import GigStatus
from marketplace.gigs.steps import Step
from marketplace.gigs.wizard import EMPTY
from tests.factories import make_attribute, make_category
from tests.gigs.content import content, package
from tests.gigs.test_drafts import save
from tests.gigs.test_services import refusal


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"title": "太短"}, Step.OVERVIEW),
        ({"category": None}, Step.OVERVIEW),
        ({"packages": ()}, Step.PACKAGES),
        ({"packages": (package("premium"),)}, Step.PACKAGES),
        ({"packages": (package(price_fen=0),)}, Step.PACKAGES),
        ({"packages": (package(), package("standard", 60_000))}, Step.PACKAGES),
        ({"packages": (package(description=""),)}, Step.PACKAGES),
        ({"extras": (ExtraContent("加急", 0),)}, Step.PACKAGES),
        ({"description": "太短"}, Step.DESCRIPTION),
        ({"faqs": (FaqContent("多久？", ""),)}, Step.DESCRIPTION),
        ({"requirements": ()}, Step.REQUIREMENTS),
        ({"requirements": (RequirementContent("选一个", "choice", ("只有一个",)),)}, Step.REQUIREMENTS),
        ({"pictures": ()}, Step.GALLERY),
        ({"title": "全城最佳的标志设计"}, Step.OVERVIEW),
        ({"faqs": (FaqContent("多久？", "国家级速度"),)}, Step.DESCRIPTION),
    ],
)
def test_what_is_missing_is_named_with_its_step_and_stops_the_submission(seller, fields, step):
    gig = services.create_gig(seller=seller, content=content())
    save(gig, seller, **fields)
    assert {item.step for item in missing_for_review(replace(content(), **fields))} == {step}
    assert refusal(services.submit_gig, gig_id=gig.pk, seller=seller) == GigErrorCode.NOT_READY
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.DRAFT


def test_a_required_attribute_is_asked_for(seller):
    category = make_category(parent=make_category())
    make_attribute(category, "style", "plain", is_required=True)
    written = content(category=category)
    assert [item.label for item in missing_for_review(written)] == ["style名"]
    assert missing_for_review(replace(written, attributes={"style": ["plain"]})) == []


def test_a_word_that_only_warns_stops_nothing(seller):
    gig = services.create_gig(seller=seller, content=content(title="顶级手绘的茶饮店招牌"))
    assert services.submit_gig(gig_id=gig.pk, seller=seller).status == GigStatus.IN_REVIEW


def test_the_meter_goes_from_nothing_to_everything(seller):
    empty = completeness(EMPTY, seller)
    assert empty.percent == 0
    ready = completeness(content(), seller)
    assert ready.missing == []
    assert 0 < ready.percent < 100
    assert all(item.reason for item in ready.helpful)
    assert [item.step for item in ready.helpful if "视频" in item.label and not item.done] == [Step.GALLERY]
    rich = content(
        packages=(package(), package("standard", 90_000), package("premium", 120_000)),
        description="先听你讲店是怎么来的，再动笔。" * 20,
        faqs=(FaqContent("问", "答"), FaqContent("问", "答")),
        tags=("茶饮", "手绘", "招牌"),
        pictures=content().pictures * 3,
        video=PictureContent("gigs/film.mp4", kind=MediaKind.VIDEO),
    )
    assert completeness(rich, seller).percent == 100

"""What staff see of recommendations: figures for who may, one person's only for who may see that, and noted."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.discovery.recommending import choices
from marketplace.discovery.recommending.tasks import recompute_recommendations
from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig
from marketplace.gigs.services.favourites import toggle_favourite
from marketplace.moderation import roles
from marketplace.moderation.models import AdminLog
from tests.factories import make_gig, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def page_of(role: str, **asked: object) -> str:
    staff = make_user(is_staff=True)
    staff.groups.add(Group.objects.get(name=role))
    return log_in(User.objects.get(pk=staff.pk)).get(reverse("discovery_recommendations"), asked).content.decode()


@pytest.fixture
def past(buyer: User) -> tuple[Gig, Gig]:
    """The buyer keeps a logo, beside which stands a poster."""
    logo, poster, other = make_gig(title="茶馆标志"), make_gig(title="开业海报"), make_gig()
    for _ in range(3):
        person = make_user()
        toggle_favourite(gig=logo, user=person)
        toggle_favourite(gig=poster, user=person)
        toggle_favourite(gig=other, user=make_user())
    toggle_favourite(gig=logo, user=buyer)
    recompute_recommendations()
    rebuild_index()
    return logo, poster


def test_a_marketer_sees_figures_and_what_stands_beside_a_service_but_nobody_in_person(past, buyer):
    logo, _poster = past
    page = page_of(roles.MARKETER, gig=logo.pk, who=buyer.email)
    assert "最近一次整夜计算" in page
    assert "开业海报" in page
    assert "推荐给" not in page
    assert 'name="who"' not in page
    assert not AdminLog.objects.filter(action="recommendations.read").exists()


def test_support_sees_why_and_that_is_noted(past, buyer):
    _logo, poster = past
    page = page_of(roles.SUPPORT, gig=poster.pk, who=buyer.email)
    assert "因为你收藏了《茶馆标志》" in page
    assert "第 1 位" in page
    assert AdminLog.objects.get(action="recommendations.read").data == {"person": buyer.pk}


def test_it_says_why_a_service_is_not_among_them(past, buyer):
    logo, poster = past
    assert "此人已买过或已收藏" in page_of(roles.SUPPORT, gig=logo.pk, who=buyer.email)
    choices.dismiss(user=buyer, gig_id=poster.pk)
    assert "此人标了“不感兴趣”" in page_of(roles.SUPPORT, gig=poster.pk, who=buyer.email)
    choices.switch_off(user=buyer)
    assert "此人已关闭个性化推荐" in page_of(roles.SUPPORT, gig=logo.pk, who=buyer.email)


@pytest.mark.parametrize("asked", [{"gig": "x"}, {"gig": "9" * 30}, {"who": "nobody at all"}])
def test_what_is_not_there_is_said_in_a_sentence(asked):
    page = page_of(roles.SUPPORT, **asked)
    assert "没有这个编号的服务" in page or "没有匹配的用户" in page


def test_who_has_no_such_permission_does_not_get_in(past, buyer):
    assert "最近一次整夜计算" not in page_of(roles.FINANCE, who=buyer.email)

"""The way to selling: step by step, left and gone on with, and what a service waits for."""

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import Skill, SkillLevel, User, UserProfile, VerificationStatus
from marketplace.core.config import set_config
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.services import create_gig, submit_gig
from tests.factories import make_seller, make_user, submit_identity
from tests.gigs.content import content

ABOUT = {
    "display_name": "林小满",
    "headline": "手写招牌",
    "about": "做了八年。",
    "province": "浙江",
    "city": "杭州",
    "language_zh": "native",
}


def with_profile_and_skill(user: User) -> User:
    languages = [{"code": "zh", "level": "native"}]
    services.update_profile(
        profile=user.profile, headline="手写招牌", about="做了八年。", province="浙江", languages=languages
    )
    services.add_skill(profile=user.profile, skill=Skill.objects.get(name="插画"), level=SkillLevel.EXPERT)
    return user


def states(user: User) -> dict[str, str]:
    return {step.key.value: step.state.value for step in selectors.onboarding_steps(user)}


def test_the_steps_say_what_is_missing(db):
    user = make_user()
    assert states(user) == dict.fromkeys(["profile", "skills", "phone", "identity", "service"], "")
    with_profile_and_skill(user)
    services.set_phone(user=user, phone="+8613800138000", verified=True)
    papers = submit_identity(user)
    expected = {"profile": "done", "skills": "done", "phone": "done", "identity": "waiting", "service": ""}
    assert states(user) == expected
    papers.status = VerificationStatus.REJECTED
    papers.save()
    assert states(user)["identity"] == ""
    services.confirm_real_name(user=user, real_name="林青山")
    assert states(user)["identity"] == "done"


def test_the_desk_opens_after_profile_skills_and_number_once(db):
    user = make_user()
    for prepare in (lambda: None, lambda: with_profile_and_skill(user)):
        prepare()
        with pytest.raises(AccountError) as refusal:
            services.become_seller(user=user)
        assert refusal.value.code == AccountErrorCode.PROFILE_INCOMPLETE
        user.profile.refresh_from_db()
        assert user.profile.seller_since is None
    assert "手机" in refusal.value.message
    services.set_phone(user=user, phone="+8613800138000", verified=True)
    since = services.become_seller(user=user).seller_since
    assert User.objects.get(pk=user.pk).is_seller
    assert (user.profile.level, user.profile.wears_seller_hat) == ("new", True)
    assert services.become_seller(user=user).seller_since == since


def test_an_operator_may_ask_for_no_number(db):
    user = with_profile_and_skill(make_user())
    set_config(key="selling.needs_phone", value=0, reason="test")
    assert services.become_seller(user=user).seller_since is not None


def test_the_pages_lead_from_step_to_step_and_back(buyer, buyer_client):
    start, step = reverse("accounts:become_seller"), lambda key: reverse("accounts:onboarding", args=[key])
    assert step("profile") in buyer_client.get(start).content.decode()
    refused = buyer_client.post(step("profile"), ABOUT | {"about": ""})
    assert "about" in refused.context["form"].errors
    assert buyer_client.post(step("profile"), ABOUT).headers["Location"] == step("skills")
    added = buyer_client.post(reverse("accounts:skills"), {"name": "插画", "level": "expert", "step": "skills"})
    assert added.headers["Location"] == step("skills")
    # Who goes to settings for the number finds the way back.
    buyer_client.get(step("phone"))
    assert step("phone") in buyer_client.get(reverse("account_change_phone")).content.decode()
    services.set_phone(user=buyer, phone="+8613800138000", verified=True)
    page = buyer_client.get(step("phone")).content.decode()
    assert reverse("accounts:open_desk") in page
    opened = buyer_client.post(reverse("accounts:open_desk"))
    assert opened.headers["Location"] == step("identity")
    assert step("identity") in buyer_client.get(start).content.decode()
    submit_identity(buyer)
    assert buyer_client.get(start).headers["Location"] == reverse("insights:desk")
    assert reverse("gigs:create") in buyer_client.get(step("service")).content.decode()


def test_a_desk_that_lacks_something_does_not_open_by_the_button(buyer, buyer_client):
    assert buyer_client.post(reverse("accounts:open_desk")).status_code == 409
    assert not User.objects.get(pk=buyer.pk).is_seller
    assert buyer_client.get(reverse("accounts:onboarding", args=["nonsense"])).status_code == 404


@pytest.fixture
def unproven(db):
    """A seller from before: the desk is open, but neither number nor papers are there."""
    user = make_user()
    UserProfile.objects.filter(user=user).update(seller_since="2026-01-01T00:00:00Z")
    return User.objects.get(pk=user.pk)


def submitted(seller: User) -> str:
    gig = create_gig(seller=seller, content=content())
    submit_gig(gig_id=gig.pk, seller=seller)
    gig.refresh_from_db()
    return gig.status


def test_a_service_is_published_only_for_a_proven_number_and_identity_papers(unproven):
    gig = create_gig(seller=unproven, content=content())
    with pytest.raises(GigError) as refusal:
        submit_gig(gig_id=gig.pk, seller=unproven)
    assert refusal.value.code == GigErrorCode.SELLER_NOT_READY
    gig.refresh_from_db()
    assert gig.status == "draft"
    services.set_phone(user=unproven, phone="+8613800138000", verified=True)
    with pytest.raises(GigError):
        submit_gig(gig_id=gig.pk, seller=unproven)
    submit_identity(unproven)
    submit_gig(gig_id=gig.pk, seller=unproven)
    gig.refresh_from_db()
    assert gig.status == "in_review"


def test_an_operator_relaxes_or_tightens_it(unproven):
    set_config(key="selling.needs_phone", value=0, reason="test")
    set_config(key="selling.needs_identity", value=0, reason="test")
    assert submitted(unproven) == "in_review"
    waiting = make_seller()
    set_config(key="selling.needs_identity", value=2, reason="test")
    with pytest.raises(GigError):
        submitted(waiting)
    services.confirm_real_name(user=waiting, real_name="林青山")
    assert submitted(waiting) == "in_review"


def test_the_editor_says_before_what_is_missing(unproven):
    client = Client()
    client.force_login(unproven, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("gigs:create")).content.decode()
    assert reverse("accounts:become_seller") in page
    assert "实名" in page

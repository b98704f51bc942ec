"""Reporting a service: who may, how often, and what a moderator makes of it."""

import pytest
from django.urls import reverse
from django.utils import translation

from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus
from marketplace.moderation import reports
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.models import AdminLog, Report, ReportReason, ReportStatus
from marketplace.notifications.models import Notification
from tests.factories import make_gig, make_moderator, make_seller, make_user
from tests.logins import log_in
from tests.offers.situations import make_brief, make_offer, sent_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def gig(seller):
    return make_gig(seller=seller, title="奶茶店标志")


def report(gig, reporter, reason=ReportReason.COPIED, words="第二张图是别人的作品。"):
    return reports.report_gig(gig=gig, reporter=reporter, reason=reason, words=words)


def everything():
    return [sorted(map(repr, model.objects.values())) for model in (Report, Notification, AdminLog, Gig)]


def refused(code, act, **arguments):
    before = everything()
    with pytest.raises(ReportError) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    assert str(refusal.value.message)
    assert everything() == before


# On the site


def test_a_report_is_sent_by_a_form_that_needs_a_reason_and_words(buyer_client, buyer, gig):
    address = reverse("moderation:report_gig", args=[gig.pk])
    assert f'href="{address}"' in buyer_client.get(gig.get_absolute_url()).content.decode()
    empty = buyer_client.post(address, {"link": "javascript:alert(1)"})
    assert empty.status_code == 422
    assert set(empty.context["form"].errors) == {"reason", "words", "link"}
    data = {"reason": "copied", "words": "第二张图是别人的作品。", "link": "https://example.com/original"}
    assert buyer_client.post(address, data).url == gig.get_absolute_url()
    stored = Report.objects.get()
    assert (stored.target, stored.reporter, stored.reason, stored.status) == (gig, buyer, "copied", "open")
    assert stored.link == "https://example.com/original"
    assert not Notification.objects.filter(recipient=gig.seller, url__contains="report").exists()
    again = buyer_client.get(address).content.decode()
    assert '<form class="card' not in again


def test_a_stranger_logs_in_first_and_comes_back(client, gig):
    address = reverse("moderation:report_gig", args=[gig.pk])
    assert client.get(address).url == f"/accounts/login/?next={address}"


def test_one_report_of_a_person_is_open_at_a_time(buyer, gig):
    report(gig, buyer)
    refused(ReportErrorCode.ALREADY_REPORTED, report, gig=gig, reporter=buyer, reason=ReportReason.OTHER)
    report(gig, make_user())


def test_nobody_reports_themselves_or_without_words(seller, buyer, gig):
    refused(ReportErrorCode.OWN_SERVICE, report, gig=gig, reporter=seller)
    refused(ReportErrorCode.WORDS_MISSING, report, gig=gig, reporter=buyer, words=" \n")


def test_the_eleventh_report_of_a_day_waits(buyer_client):
    for _number in range(10):
        address = reverse("moderation:report_gig", args=[make_gig().pk])
        assert buyer_client.post(address, {"reason": "other", "words": "不对"}).status_code == 302
    address = reverse("moderation:report_gig", args=[make_gig().pk])
    assert buyer_client.post(address, {"reason": "other", "words": "不对"}).status_code == 429
    assert Report.objects.count() == 10


# At the desk


def test_upholding_takes_the_service_down_and_tells_everybody_who_reported(
    buyer, seller, gig, django_capture_on_commit_callbacks
):
    moderator, other = make_moderator(), make_user()
    first, second = report(gig, buyer), report(gig, other, reason=ReportReason.INFRINGEMENT)
    with translation.override("en"), django_capture_on_commit_callbacks(execute=True):
        decided = reports.uphold_report(report=first, staff=moderator, words="与某某2024年作品相同")
    assert decided == [first, second]
    gig.refresh_from_db()
    assert gig.status == GigStatus.DENIED
    assert set(Report.objects.values_list("status", "decided_by", "decision")) == {
        (ReportStatus.UPHELD, moderator.pk, "与某某2024年作品相同")
    }
    for person in (buyer, other):
        told = Notification.objects.get(recipient=person)
        assert "已下架" in told.title
        assert "2024" not in told.body  # the seller's affair
    assert Notification.objects.filter(recipient=seller, body__contains="与某某2024年作品相同").exists()
    line = AdminLog.objects.get(action="report.upheld")
    assert (line.actor, line.subject, line.data["reports"]) == (moderator, seller, [first.pk, second.pk])


def test_dismissing_leaves_the_service_and_says_why(buyer, gig):
    moderator, other = make_moderator(), make_user()
    first, second = report(gig, buyer), report(gig, other, reason=ReportReason.UNLAWFUL)
    reports.dismiss_report(report=first, staff=moderator, words="该图由本人拍摄，已核实。")
    gig.refresh_from_db()
    second.refresh_from_db()
    assert gig.status == GigStatus.LIVE
    assert second.status == ReportStatus.OPEN  # it says something else
    told = Notification.objects.get(recipient=buyer)
    assert "该图由本人拍摄" in told.body
    assert told.url == gig.get_absolute_url()
    assert not Notification.objects.filter(recipient=other).exists()
    assert AdminLog.objects.get(action="report.dismissed").actor == moderator
    report(gig, buyer)  # and may be told again


def test_a_second_decision_changes_nothing(buyer, gig):
    first = report(gig, buyer)
    reports.dismiss_report(report=first, staff=make_moderator(), words="没有问题。")
    before = everything()
    assert reports.uphold_report(report=first, staff=make_moderator(), words="有问题。") == []
    assert everything() == before


def test_nobody_decides_their_own_report(gig):
    moderator = make_moderator()
    own = report(gig, moderator)
    refused(ReportErrorCode.OWN_CASE, reports.uphold_report, report=own, staff=moderator, words="有问题。")
    refused(ReportErrorCode.OWN_CASE, reports.uphold_report, report=own, staff=gig.seller, words="有问题。")
    refused(ReportErrorCode.WORDS_MISSING, reports.dismiss_report, report=own, staff=make_moderator(), words=" ")


def test_what_is_off_the_shelf_already_is_only_noted(buyer, gig, seller):
    from marketplace.gigs.services import archive_gig

    first = report(gig, buyer)
    archive_gig(gig_id=gig.pk, seller=seller)
    reports.uphold_report(report=first, staff=make_moderator(), words="抄袭。")
    gig.refresh_from_db()
    assert gig.status == GigStatus.ARCHIVED
    assert Report.objects.get().status == ReportStatus.UPHELD


def test_a_moderator_goes_from_the_list_to_the_decision(buyer, gig):
    first, desk = report(gig, buyer), log_in(make_moderator())
    case = reverse("moderation_report", args=[first.pk])
    assert f'href="{case}"' in desk.get(reverse("moderation_reports")).content.decode()
    assert "第二张图是别人的作品" in desk.get(case).content.decode()
    uphold = reverse("moderation_report_uphold", args=[first.pk])
    assert desk.post(uphold, {"words": ""}).status_code == 422
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.LIVE
    assert desk.post(uphold, {"words": "抄袭。"}).url == reverse("moderation_reports")
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.DENIED
    assert "奶茶店标志" not in desk.get(reverse("moderation_reports")).content.decode()
    assert "抄袭。" in desk.get(reverse("moderation_reports") + "?decided=1").content.decode()


def test_support_reads_reports_and_decides_none(buyer, gig):
    from tests.factories import staff_group

    first, staff = report(gig, buyer), make_user()
    staff.groups.add(staff_group("support"))
    desk = log_in(staff)
    assert desk.get(reverse("moderation_report", args=[first.pk])).status_code == 200
    desk.post(reverse("moderation_report_uphold", args=[first.pk]), {"words": "抄袭。"})
    assert Report.objects.get().status == ReportStatus.OPEN


# Briefs


@pytest.fixture
def brief(buyer):
    return make_brief(buyer=buyer, title="茶饮店要一个标志")


def report_of_brief(brief, reporter):
    return reports.report_brief(brief=brief, reporter=reporter, reason=ReportReason.OFF_PLATFORM, words="里面有电话。")


def test_a_brief_is_reported_from_its_page_by_who_may_read_it(seller_client, seller, brief):
    address = reverse("moderation:report_brief", args=[brief.pk])
    assert f'href="{address}"' in seller_client.get(brief.get_absolute_url()).content.decode()
    assert seller_client.get(address).status_code == 200
    answer = seller_client.post(address, {"reason": "off_platform", "words": "里面有电话。"})
    assert answer.url == brief.get_absolute_url()
    assert Report.objects.get().target == brief


def test_who_may_not_read_a_brief_cannot_report_it(brief):
    client = log_in(make_user())
    assert client.get(reverse("moderation:report_brief", args=[brief.pk])).status_code == 404


def test_the_own_brief_is_not_reported(brief, buyer):
    refused(ReportErrorCode.OWN_BRIEF, report_of_brief, brief=brief, reporter=buyer)


def test_an_upheld_report_takes_the_brief_down_and_ends_its_offers(brief, buyer, seller):
    offer, moderator = make_offer(seller=make_seller(), buyer=buyer, brief=brief), make_moderator()
    reports.uphold_report(report=report_of_brief(brief, seller), staff=moderator, words="需求里不能写电话。")
    brief.refresh_from_db()
    offer.refresh_from_db()
    assert (brief.status, offer.status) == ("denied", "overtaken")
    assert Notification.objects.get(recipient=seller).title == "你举报的“茶饮店要一个标志”已下架"
    told = Notification.objects.get(recipient=buyer, title="你的需求已被下架")
    assert told.body == "需求里不能写电话。"
    assert AdminLog.objects.get().subject == buyer


def test_a_dismissed_report_leaves_the_brief(brief, seller):
    client = log_in(make_moderator())
    case = report_of_brief(brief, seller)
    page = client.get(reverse("moderation_report", args=[case.pk])).content.decode()
    assert brief.story in page
    assert brief.title in client.get(reverse("moderation_reports")).content.decode()
    client.post(reverse("moderation_report_dismiss", args=[case.pk]), {"words": "是门牌号，不是电话。"})
    brief.refresh_from_db()
    case.refresh_from_db()
    assert (brief.status, case.status) == ("open", ReportStatus.DISMISSED)
    assert "是门牌号" in Notification.objects.get(recipient=seller).body


def test_who_decides_about_a_brief_opens_its_files_as_sellers_get_them(buyer, seller, gig):
    brief = make_brief(buyer=buyer, files=[sent_file(buyer, content=b"call me")])
    (file,) = brief.files.all()
    case, about_a_gig = report_of_brief(brief, seller), report(gig, buyer)
    desk, address = log_in(make_moderator()), reverse("moderation_report_file", args=[case.pk, file.pk])
    page = desk.get(reverse("moderation_report", args=[case.pk])).content.decode()
    assert f'href="{address}"' in page
    assert "被举报的需求" in page
    answer = desk.get(address)
    assert b"".join(answer.streaming_content) == b"call me"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert desk.get(reverse("moderation_report_file", args=[about_a_gig.pk, file.pk])).status_code == 404
    foreign = make_brief(buyer=buyer, files=[sent_file(buyer)]).files.get()
    assert desk.get(reverse("moderation_report_file", args=[case.pk, foreign.pk])).status_code == 404
    assert log_in(seller).get(address).status_code in (302, 403)

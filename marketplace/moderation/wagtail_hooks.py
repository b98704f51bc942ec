"""Moderation in Wagtail's admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from marketplace.moderation import appeal_desk, flag_desk, log_desk, log_selectors, report_desk, review_desk
from marketplace.moderation import people_acts as acts
from marketplace.moderation import people_desk as desk
from marketplace.moderation.quality import hooks as quality_hooks  # noqa: F401 registers its own
from marketplace.moderation.queue import hooks as queue_hooks
from marketplace.moderation.queue.reason_admin import DecisionReasonViewSet
from marketplace.orders.wagtail_hooks import PermittedMenuItem


@hooks.register("register_admin_urls")
def people_urls():
    one = "people/<int:user_id>/"
    return [
        path("people/", desk.person_list, name="people"),
        path(one, desk.person_detail, name="people_person"),
        path(f"{one}reveal/", desk.person_reveal, name="people_reveal"),
        path(f"{one}suspend/", desk.person_suspend, name="people_suspend"),
        path(f"{one}lift/", desk.person_lift, name="people_lift"),
        path(f"{one}sign-out/", desk.person_sign_out, name="people_sign_out"),
        path(f"{one}note/", desk.person_note, name="people_note"),
        path(f"{one}view-as/", desk.person_view_as, name="people_view_as"),
        path(f"{one}timeline/", acts.person_timeline, name="people_timeline"),
        path(f"{one}roles/", acts.person_roles, name="people_roles"),
        path(f"{one}strikes/new/", acts.person_strike, name="people_strike"),
        path(f"{one}strikes/<int:strike_id>/lift/", acts.person_strike_lift, name="people_strike_lift"),
        path(f"{one}merge/", acts.person_merge_choose, name="people_merge_choose"),
        path(f"{one}merge/<int:other_id>/", acts.person_merge, name="people_merge"),
        path("people/export/", acts.people_export, name="people_export"),
        path("people/segments/new/", acts.segment_save, name="people_segment_save"),
        path("people/segments/<int:segment_id>/rename/", acts.segment_rename, name="people_segment_rename"),
        path("people/segments/<int:segment_id>/delete/", acts.segment_delete, name="people_segment_delete"),
    ]


@hooks.register("register_admin_menu_item")
def people_menu_item() -> MenuItem:
    return PermittedMenuItem(_("People"), reverse("people"), icon_name="group", order=300, permission=desk.VIEW)


@hooks.register("register_admin_urls")
def report_urls():
    one = "reports/gigs/<int:report_id>/"
    return [
        path("reports/gigs/", report_desk.report_list, name="moderation_reports"),
        path(one, report_desk.report_case, name="moderation_report"),
        path(f"{one}files/<int:file_id>/", report_desk.report_file, name="moderation_report_file"),
        path(f"{one}uphold/", report_desk.report_uphold, name="moderation_report_uphold"),
        path(f"{one}dismiss/", report_desk.report_dismiss, name="moderation_report_dismiss"),
    ]


@hooks.register("register_admin_menu_item")
def reports_menu_item() -> MenuItem:
    return PermittedMenuItem(
        pgettext_lazy("of services, briefs and messages", "Reports"),
        reverse("moderation_reports"),
        icon_name="warning",
        order=305,
        permission=report_desk.VIEW,
    )


@hooks.register("register_admin_urls")
def flag_urls():
    one = "flags/<int:flag_id>/"
    return [
        path("flags/", flag_desk.flag_list, name="moderation_flags"),
        path(one, flag_desk.flag_case, name="moderation_flag"),
        path(f"{one}clear/", flag_desk.flag_clear, name="moderation_flag_clear"),
        path(f"{one}uphold/", flag_desk.flag_uphold, name="moderation_flag_uphold"),
    ]


@hooks.register("register_admin_menu_item")
def flags_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Flagged messages"), reverse("moderation_flags"), icon_name="comment", order=306, permission=flag_desk.VIEW
    )


@hooks.register("register_admin_urls")
def review_urls():
    one = "reviews/<int:review_id>/"
    return [
        path("reviews/", review_desk.review_list, name="moderation_reviews"),
        path(one, review_desk.review_case, name="moderation_review"),
        path(f"{one}pictures/<int:picture_id>/", review_desk.review_picture, name="moderation_review_picture"),
        path(f"{one}hide/", review_desk.review_hide, name="moderation_review_hide"),
        path(f"{one}leave/", review_desk.review_leave, name="moderation_review_leave"),
        path(f"{one}masks/<int:mask_id>/lift/", review_desk.review_lift, name="moderation_review_lift"),
    ]


@hooks.register("register_admin_menu_item")
def reviews_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Reviews to look at"), reverse("moderation_reviews"), icon_name="pick", order=307, permission=review_desk.VIEW
    )


@hooks.register("register_admin_urls")
def appeal_urls():
    one = "appeals/<int:appeal_id>/"
    return [
        path("appeals/", appeal_desk.appeal_list, name="moderation_appeals"),
        path(one, appeal_desk.appeal_case, name="moderation_appeal"),
        path(f"{one}uphold/", appeal_desk.appeal_uphold, name="moderation_appeal_uphold"),
        path(f"{one}dismiss/", appeal_desk.appeal_dismiss, name="moderation_appeal_dismiss"),
    ]


@hooks.register("register_admin_menu_item")
def appeals_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Appeals"), reverse("moderation_appeals"), icon_name="openquote", order=308, permission=appeal_desk.VIEW
    )


hooks.register("register_admin_urls", queue_hooks.queue_urls)
hooks.register("register_admin_menu_item", queue_hooks.queue_menu_item)
register_snippet(DecisionReasonViewSet)


@hooks.register("register_admin_urls")
def log_urls():
    return [
        path("staff-log/", log_desk.log_list, name="moderation_log"),
        path("staff-log.<str:ending>", log_desk.log_export, name="moderation_log_export"),
    ]


@hooks.register("register_reports_menu_item")
def log_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Staff log"),
        reverse("moderation_log"),
        icon_name="history",
        order=100,
        permission=log_selectors.PERMISSION,
    )

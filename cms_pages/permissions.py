"""What those who write and publish pages may do in the admin. Called after every `migrate` (portal/roles.py), safe to repeat.

Marketers and help writers write drafts and hand them in; editors publish, unpublish, move and remove. Further sections of
their own are made in the admin, under Settings → Groups, by giving a group rights on the pages of a section alone.
"""

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

_WRITING = ["add_page", "change_page"]
_PUBLISHING = [*_WRITING, "publish_page", "lock_page", "unlock_page", "bulk_delete_page"]
# What the release before gave marketers: their pages are read by an editor first now.
_NO_LONGER_WRITING = ["publish_page", "unlock_page", "lock_page"]
_PICTURES = [
    ("cms_pages", ["add_siteimage", "change_siteimage", "choose_siteimage"]),
    ("wagtaildocs", ["add_document", "change_document", "choose_document"]),
]
_TRANSLATING = ("wagtail_localize", ["submit_translation"])
_MARKETING = [
    ("wagtailadmin", ["access_admin"]),
    ("cms_pages", ["view_helpfeedback"]),
    ("gigs", ["view_gigcategory", "change_gigcategory"]),
    _TRANSLATING,
]
_EDITING = [
    *_MARKETING,
    ("cms_pages", ["change_sitesettings", "delete_siteimage"]),
    ("wagtaildocs", ["delete_document"]),
    ("wagtailredirects", ["add_redirect", "change_redirect", "delete_redirect", "view_redirect"]),
]
_HELPING = [("wagtailadmin", ["access_admin"]), ("cms_pages", ["view_helpfeedback"]), _TRANSLATING]


def grant_marketer(group: Group) -> None:
    """Let `group` write drafts everywhere and hand them in, and upload pictures and documents."""
    _grant_pages(group, Page.get_first_root_node(), _WRITING)
    group.page_permissions.filter(permission__codename__in=_NO_LONGER_WRITING).delete()
    group.permissions.remove(*_permissions("cms_pages", ["change_sitesettings"]))
    group.permissions.remove(*Permission.objects.filter(content_type__app_label="wagtailredirects"))
    _grant(group, _MARKETING)
    _grant_collections(group)


def grant_editor(group: Group) -> None:
    """Let `group` publish, move and remove pages everywhere, and keep redirects and the settings of the footer."""
    _grant_pages(group, Page.get_first_root_node(), _PUBLISHING)
    _grant(group, _EDITING)
    _grant_collections(group)


def grant_help_writer(group: Group) -> None:
    """Let `group` write drafts in the help centres alone. Called again when one is made (wagtail_hooks.py)."""
    from cms_pages.models import HelpIndexPage  # permissions are granted before the models of a release may be used

    for help_centre in HelpIndexPage.objects.all():
        _grant_pages(group, help_centre, _WRITING)
    _grant(group, _HELPING)
    _grant_collections(group)


def _grant_pages(group: Group, page: Page, codenames: list[str]) -> None:
    for permission in _permissions("wagtailcore", codenames):
        GroupPagePermission.objects.get_or_create(group=group, page_id=page.pk, permission=permission)


def _grant_collections(group: Group) -> None:
    collection = Collection.get_first_root_node()
    for app_label, codenames in _PICTURES:
        for permission in _permissions(app_label, codenames):
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)


def _grant(group: Group, wanted: list[tuple[str, list[str]]]) -> None:
    """A permission that does not exist (yet) is left out."""
    for app_label, codenames in wanted:
        group.permissions.add(*_permissions(app_label, codenames))


def _permissions(app_label: str, codenames: list[str]) -> list[Permission]:
    return list(Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames))

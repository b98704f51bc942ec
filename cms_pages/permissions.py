"""What a marketer may do in the admin. Called after every `migrate` (portal/roles.py), and safe to call again."""

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

_PAGE_PERMISSIONS = ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"]
_COLLECTION_PERMISSIONS = [
    ("cms_pages", ["add_siteimage", "change_siteimage", "choose_siteimage"]),
    ("wagtaildocs", ["add_document", "change_document", "choose_document"]),
]
# Drafts are written by marketers; announcing one binds the house, and is an administrator's.
_RULES_PERMISSIONS = ["add_rulestext", "change_rulestext", "view_rulestext", "view_rulescomment"]
_PLAIN_PERMISSIONS = [
    ("wagtailadmin", ["access_admin"]),
    ("cms_pages", ["change_sitesettings", "view_helpfeedback", *_RULES_PERMISSIONS]),
    ("gigs", ["view_gigcategory", "change_gigcategory"]),
    ("wagtail_localize", ["submit_translation"]),
    ("wagtailredirects", ["add_redirect", "change_redirect", "delete_redirect", "view_redirect"]),
]


def grant_marketer(group: Group) -> None:
    """Let `group` make and publish pages everywhere, and upload pictures and documents.

    A permission that does not exist (yet) is left out.
    """
    root = Page.get_first_root_node()
    for permission in _permissions("wagtailcore", _PAGE_PERMISSIONS):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    collection = Collection.get_first_root_node()
    for app_label, codenames in _COLLECTION_PERMISSIONS:
        for permission in _permissions(app_label, codenames):
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
    for app_label, codenames in _PLAIN_PERMISSIONS:
        group.permissions.add(*_permissions(app_label, codenames))


def _permissions(app_label: str, codenames: list[str]) -> list[Permission]:
    return list(Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames))

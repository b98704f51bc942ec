"""What the people of the pages may do in the admin. Called after every `migrate` (portal/roles.py), and safe to repeat.

Two write, each in a section: the marketer topics and categories, the help writer the help centre. The editor has the
whole tree and is the only one who publishes; what the others submit comes to the editor through the workflow.
"""

from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms_pages.models import CategoryPage, HelpIndexPage, LandingIndexPage, PageReviewTask
from marketplace.moderation.roles import EDITOR, HELP_WRITER, MARKETER, PAGE_ROLES

WORKFLOW_NAME = "页面审核"
_WAGTAILS_OWN_WORKFLOW = "Moderators approval"

_WRITE = ["add_page", "change_page", "lock_page"]
_EDIT_ONE = ["change_page", "lock_page"]
_WHOLE_TREE = ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"]
# Group → the kinds of page its section begins at, and what it may do from there on down. A home page begins none: what
# holds there would hold for the rules and the privacy policy too.
_SECTIONS: dict[str, list[tuple[type[Page], list[str]]]] = {
    MARKETER: [(LandingIndexPage, _WRITE), (CategoryPage, _EDIT_ONE)],
    HELP_WRITER: [(HelpIndexPage, _WRITE)],
}
_COLLECTION_PERMISSIONS = [
    # Wagtail asks for those of its own model, whichever model the pictures are of.
    ("wagtailimages", ["add_image", "change_image", "choose_image"]),
    ("wagtaildocs", ["add_document", "change_document", "choose_document"]),
]
_EVERYBODY = [("wagtailadmin", ["access_admin"]), ("wagtail_localize", ["submit_translation"])]
_REDIRECTS = ("wagtailredirects", ["add_redirect", "change_redirect", "delete_redirect", "view_redirect"])
_SETTINGS = ("cms_pages", ["change_sitesettings"])
_ANSWERS = ("cms_pages", ["view_helpfeedback"])
_FILMS = ("cms_pages", ["add_sitevideo", "change_sitevideo"])
# Drafts are written here; announcing one binds the house, and is an administrator's.
_RULES = ("cms_pages", ["add_rulestext", "change_rulestext", "view_rulestext", "view_rulescomment"])
_PLAIN_PERMISSIONS = {
    MARKETER: [
        *_EVERYBODY,
        _REDIRECTS,
        _SETTINGS,
        _ANSWERS,
        _FILMS,
        _RULES,
        ("gigs", ["view_gigcategory", "change_gigcategory"]),
    ],
    HELP_WRITER: [*_EVERYBODY, _ANSWERS, _FILMS],
    EDITOR: [*_EVERYBODY, _REDIRECTS, _SETTINGS, _ANSWERS, _FILMS, _RULES],
}


def ensure_page_roles() -> dict[str, Group]:
    """Make the groups of the pages and the workflow that joins them; returns the groups by name.

    A permission that does not exist (yet) is left out. Nothing that operators added is taken away; what is taken is the
    marketers' right to publish everywhere, which they had before there were editors.
    """
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in (MARKETER, *PAGE_ROLES)}
    root = Page.get_first_root_node()
    groups[MARKETER].page_permissions.filter(page=root).delete()
    _grant(groups[EDITOR], [root], _WHOLE_TREE)
    collection = Collection.get_first_root_node()
    for name, group in groups.items():
        for app_label, codenames in _COLLECTION_PERMISSIONS:
            for permission in _permissions(app_label, codenames):
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=collection, permission=permission
                )
        for app_label, codenames in _PLAIN_PERMISSIONS[name]:
            group.permissions.add(*_permissions(app_label, codenames))
    grant_sections()
    _ensure_workflow(root, groups[EDITOR])
    return groups


def grant_sections() -> None:
    """Give each section to its group: again whenever one begins, in another language for instance."""
    for name, beginnings in _SECTIONS.items():
        group = Group.objects.filter(name=name).first()
        if group is not None:
            for model, codenames in beginnings:
                _grant(group, list(model.objects.order_by().only("pk", "path", "depth")), codenames)


def begins_a_section(page: Page) -> bool:
    """Whether somebody's rights hang on pages of this kind."""
    return isinstance(page, tuple(model for beginnings in _SECTIONS.values() for model, _codenames in beginnings))


def _grant(group: Group, pages: list[Page], codenames: list[str]) -> None:
    GroupPagePermission.objects.bulk_create(
        [
            GroupPagePermission(group=group, page_id=page.pk, permission=permission)
            for permission in _permissions("wagtailcore", codenames)
            for page in pages
        ],
        ignore_conflicts=True,
    )


def _ensure_workflow(root: Page, editors: Group) -> None:
    """Writer → editor, for the whole tree. A workflow that operators put on the root stays."""
    workflow, _made = Workflow.objects.get_or_create(name=WORKFLOW_NAME)
    task, _made = PageReviewTask.objects.get_or_create(name=WORKFLOW_NAME)
    task.groups.add(editors)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    on_root = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if on_root is None:
        WorkflowPage.objects.create(page=root, workflow=workflow)
    elif on_root.workflow.name == _WAGTAILS_OWN_WORKFLOW:
        on_root.workflow = workflow
        on_root.save(update_fields=["workflow"])


def _permissions(app_label: str, codenames: list[str]) -> list[Permission]:
    return list(Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames))

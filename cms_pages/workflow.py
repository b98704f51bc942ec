"""How a page comes before everybody: whoever writes it hands it in, an editor reads and publishes it, or sends it back.

Wagtail's own workflow with its comments, comparison and history. An editor publishes without one.
"""

from django.contrib.auth.models import Group
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

WORKFLOW_NAME = "页面发布"
TASK_NAME = "编辑审阅"
# Wagtail's migrations make one, for a group that nobody of ours is in.
_OF_WAGTAIL = "Moderators approval"


def ensure_page_workflow(*, editors: Group) -> Workflow:
    """Make the workflow of pages and its task where they are missing, and give it to all pages. Safe to repeat.

    Another workflow that operators gave to all pages stays; sections may have their own (Settings → Workflows).
    """
    workflow, _made = Workflow.objects.get_or_create(name=WORKFLOW_NAME)
    task, _made = GroupApprovalTask.objects.get_or_create(name=TASK_NAME)
    task.groups.add(editors)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    root = Page.get_first_root_node()
    given = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if given is None:
        WorkflowPage.objects.create(page=root, workflow=workflow)
    elif given.workflow.name == _OF_WAGTAIL:
        WorkflowPage.objects.filter(page=root).update(workflow=workflow)
    return workflow

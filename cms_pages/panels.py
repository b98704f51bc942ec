"""The checklist in the page editor."""

from typing import Any

from wagtail.admin.panels import Panel

from cms_pages.checklist import checklist_of, point_names


class ChecklistPanel(Panel):
    """What must be mended before the page can go live, and what should be: about the draft as it was last saved."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms_pages/admin/checklist.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            # Not the instance: after a form that could not be saved, that holds what stands in the form.
            findings = checklist_of(self.instance.get_latest_revision_as_object().specific)
            context["points"] = [
                (name, [finding for finding in findings if finding.point == point])
                for point, name in point_names().items()
            ]
            context["stopping"] = sum(finding.stops for finding in findings)
            context["advice"] = len(findings) - context["stopping"]
            return context

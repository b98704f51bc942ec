"""The form of a page in the admin, and the list of what is to be done before it is published."""

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import Panel

from cms_pages.publishing_checks import check_page


class CheckedPageForm(WagtailAdminPageForm):
    """A page is saved as it is; to be submitted or published it must have no blocking finding."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.is_deferred_validation:  # "save draft"
            return
        for finding in check_page(self.instance):
            if finding.is_blocking:
                self.add_error(finding.field if finding.field in self.fields else None, finding.words)


class ChecksPanel(Panel):
    """What stands in the way of publishing, and what could be better, of the page as it was saved last."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms_pages/admin/checks_panel.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            context["is_new"] = self.instance.pk is None
            context["findings"] = [] if context["is_new"] else check_page(self.instance)
            context["blocking"] = sum(finding.is_blocking for finding in context["findings"])
            return context

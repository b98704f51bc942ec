"""What is no page of Wagtail's tree: the versions of what people agree to, and what the help's search suggests."""

from django.urls import path

from cms_pages import help_views, rules_views

app_name = "cms_pages"
urlpatterns = [
    path("help-suggest/", help_views.help_suggest, name="help_suggest"),
    path("agreements/", rules_views.rules_archive, name="rules_archive"),
    path("agreements/<slug:document>/<int:number>/", rules_views.rules_text, name="rules_text"),
    path("agreements/<slug:document>/<int:number>/changes/", rules_views.rules_changes, name="rules_changes"),
]

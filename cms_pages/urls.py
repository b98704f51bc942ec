"""What is no page of Wagtail's tree: parts of pages for one visitor, versions of the rules, suggestions of the help's search."""

from django.urls import path

from cms_pages import help_views, rules_views, visitor_views

app_name = "cms_pages"

urlpatterns = [
    path("parts/for-you/<int:count>/", visitor_views.personal_row, name="personal_row"),
    path("coupons/<str:token>/", visitor_views.coupon, name="coupon"),
    path("help-suggest/", help_views.help_suggest, name="help_suggest"),
    path("help-feedback/<int:pk>/", help_views.help_feedback, name="help_feedback"),
    path("agreements/", rules_views.rules_archive, name="rules_archive"),
    path("agreements/<slug:document>/<int:number>/", rules_views.rules_text, name="rules_text"),
    path("agreements/<slug:document>/<int:number>/comment/", rules_views.rules_comment, name="rules_comment"),
    path("agreements/<slug:document>/<int:number>/changes/", rules_views.rules_changes, name="rules_changes"),
]

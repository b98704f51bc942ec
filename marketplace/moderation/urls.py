from django.urls import path

from marketplace.moderation import decision_views, statistics_views, views

app_name = "moderation"
urlpatterns = [
    path("trust/moderation/", statistics_views.statistics_page, name="statistics"),
    path("trust/moderation/statistics.csv", statistics_views.statistics_csv, name="statistics_csv"),
    path("decisions/", decision_views.decision_list, name="decisions"),
    path("decisions/<int:pk>/", decision_views.decision_detail, name="decision"),
    path("gigs/<int:pk>/report/new/", views.report_gig, name="report_gig"),
    path("briefs/<int:pk>/report/new/", views.report_brief, name="report_brief"),
    path("messages/<int:pk>/<int:sequence>/report/", views.report_message, name="report_message"),
    path("reviews/<int:pk>/report/new/", views.report_review, name="report_review"),
    path("orders/<slug:number>/report/new/", views.report_pressure, name="report_pressure"),
]

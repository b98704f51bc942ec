from django.urls import path

from marketplace.moderation import views

app_name = "moderation"
urlpatterns = [
    path("gigs/<int:pk>/report/new/", views.report_gig, name="report_gig"),
    path("briefs/<int:pk>/report/new/", views.report_brief, name="report_brief"),
    path("messages/<int:pk>/<int:sequence>/report/", views.report_message, name="report_message"),
    path("reviews/<int:pk>/report/new/", views.report_review, name="report_review"),
    path("orders/<slug:number>/report/new/", views.report_pressure, name="report_pressure"),
]

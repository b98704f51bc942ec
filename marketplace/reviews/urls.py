from django.urls import path

from marketplace.reviews import appeal_views, views

app_name = "reviews"
urlpatterns = [
    path("gigs/<int:pk>/reviews/list/", views.of_gig, name="of_gig"),
    path("orders/<slug:number>/review/", views.write, name="write"),
    path("orders/<slug:number>/review/reply/", views.reply, name="reply"),
    path("appeals/", appeal_views.appeal_list, name="appeals"),
    path("appeals/new/", appeal_views.appeal_new, name="appeal_new"),
    path("appeals/<int:pk>/", appeal_views.appeal_detail, name="appeal"),
]

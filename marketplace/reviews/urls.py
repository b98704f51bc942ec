from django.urls import path

from marketplace.reviews import appeal_views, buyer_views, level_views, views

app_name = "reviews"
urlpatterns = [
    path("buying/reputation/", buyer_views.as_buyer, name="as_buyer"),
    path("gigs/<int:pk>/reviews/list/", views.of_gig, name="of_gig"),
    path("desk/level/", level_views.level, name="level"),
    path("orders/<slug:number>/review/", views.write, name="write"),
    path("orders/<slug:number>/review/edit/", views.edit, name="edit"),
    path("orders/<slug:number>/review/reply/", views.reply, name="reply"),
    path("reviews/<int:pk>/helpful/", views.helpful, name="helpful"),
    path("reviews/pictures/<int:pk>/", views.picture, name="picture"),
    path("appeals/", appeal_views.appeal_list, name="appeals"),
    path("appeals/new/", appeal_views.appeal_new, name="appeal_new"),
    path("appeals/<int:pk>/", appeal_views.appeal_detail, name="appeal"),
]

from django.urls import path

from marketplace.gigs import desk_views, views

app_name = "gigs"

urlpatterns = [
    path("gigs/<int:pk>/favourite/", views.favourite, name="favourite"),
    path("gigs/<int:pk>/book/", views.book, name="book"),
    path("gigs/<int:pk>/poster.png", views.poster_png, name="poster"),
    path("gigs/<int:pk>/<str:slug>/", views.detail, name="detail"),
    path("desk/gigs/", desk_views.desk_list, name="desk_list"),
    path("desk/gigs/new/", desk_views.create, name="create"),
    path("desk/gigs/<int:pk>/", desk_views.edit, name="edit"),
    path("desk/gigs/<int:pk>/submit/", desk_views.submit, name="submit"),
    path("desk/gigs/<int:pk>/pause/", desk_views.pause, name="pause"),
    path("desk/gigs/<int:pk>/resume/", desk_views.resume, name="resume"),
    path("desk/gigs/<int:pk>/archive/", desk_views.archive, name="archive"),
]

from django.urls import path

from marketplace.uploads import views

app_name = "uploads"

urlpatterns = [
    path("uploads/", views.collection, name="collection"),
    path("uploads/<uuid:key>/bytes/", views.receive, name="receive"),
    path("uploads/<uuid:key>/finish/", views.finish, name="finish"),
    path("uploads/<uuid:key>/discard/", views.discard, name="discard"),
]

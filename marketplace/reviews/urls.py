from django.urls import path

from marketplace.reviews import views

app_name = "reviews"
urlpatterns = [
    path("orders/<slug:number>/review/", views.write, name="write"),
    path("orders/<slug:number>/review/reply/", views.reply, name="reply"),
]

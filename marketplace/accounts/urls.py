from django.urls import path

from marketplace.accounts import views

app_name = "accounts"
urlpatterns = [
    path("u/<slug:handle>/", views.profile, name="profile"),
    path("settings/", views.settings, name="settings"),
    path("settings/prove/<str:kind>/", views.prove_contact, name="prove_contact"),
    path("sell/", views.become_seller, name="become_seller"),
]

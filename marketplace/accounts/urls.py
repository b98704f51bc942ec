from django.urls import path

from marketplace.accounts import views

app_name = "accounts"
urlpatterns = [
    path("u/<slug:handle>/", views.profile, name="profile"),
    path("settings/", views.settings, name="settings"),
    path("settings/prove/<str:kind>/", views.prove_contact, name="prove_contact"),
    # In the place of allauth's own page (portal/urls.py).
    path("accounts/3rdparty/", views.ways_in, name="ways_in"),
    path("settings/verification/", views.verification, name="verification"),
    path("settings/verification/real-name/", views.verify_real_name, name="verify_real_name"),
    path("settings/verification/company/", views.verify_company, name="verify_company"),
    path("settings/verification/<slug:kind>/withdraw/", views.withdraw_verification, name="withdraw_verification"),
    path("sell/", views.become_seller, name="become_seller"),
]

from django.urls import path

from marketplace.accounts import views

app_name = "accounts"
urlpatterns = [
    path("me/", views.home, name="home"),
    path("me/hat/", views.hat, name="hat"),
    path("u/<slug:handle>/", views.profile, name="profile"),
    path("u/<slug:handle>/work/<int:pk>/", views.piece, name="piece"),
    path("work/documents/<int:pk>/", views.document, name="document"),
    path("settings/", views.settings, name="settings"),
    path("settings/prove/<str:kind>/", views.prove_contact, name="prove_contact"),
    # In the place of allauth's own page (portal/urls.py).
    path("accounts/3rdparty/", views.ways_in, name="ways_in"),
    path("settings/verification/", views.verification, name="verification"),
    path("settings/verification/real-name/", views.verify_real_name, name="verify_real_name"),
    path("settings/verification/company/", views.verify_company, name="verify_company"),
    path("settings/verification/<slug:kind>/withdraw/", views.withdraw_verification, name="withdraw_verification"),
    path("settings/portrait/", views.portrait, name="portrait"),
    path("settings/address/", views.handle, name="handle"),
    path("settings/skills/", views.skills, name="skills"),
    path("settings/skills/find/", views.skills_find, name="skills_find"),
    path("settings/skills/suggest/", views.skill_suggest, name="skill_suggest"),
    path("settings/skills/<str:slug>/remove/", views.skill_remove, name="skill_remove"),
    path("settings/certificates/", views.certificates, name="certificates"),
    path("settings/certificates/<int:pk>/remove/", views.certificate_remove, name="certificate_remove"),
    path("settings/availability/", views.availability, name="availability"),
    path("settings/availability/away/", views.away, name="away"),
    path("settings/portfolio/", views.portfolio, name="portfolio"),
    path("settings/portfolio/new/", views.piece_new, name="piece_new"),
    path("settings/portfolio/order/", views.pieces_order, name="pieces_order"),
    path("settings/portfolio/<int:pk>/", views.piece_edit, name="piece_edit"),
    path("settings/portfolio/<int:pk>/delete/", views.piece_delete, name="piece_delete"),
    path("settings/portfolio/<int:pk>/move/", views.piece_move, name="piece_move"),
    path("settings/portfolio/<int:pk>/media/", views.media_add, name="media_add"),
    path("settings/portfolio/media/<int:pk>/", views.medium_edit, name="medium_edit"),
    path("settings/portfolio/media/<int:pk>/move/", views.medium_move, name="medium_move"),
    path("settings/portfolio/media/<int:pk>/remove/", views.medium_remove, name="medium_remove"),
    path("sell/", views.become_seller, name="become_seller"),
    path("sell/open/", views.open_desk, name="open_desk"),
    path("sell/<slug:step>/", views.onboarding, name="onboarding"),
]

from django.urls import path

from marketplace.accounts import views

app_name = "accounts"
urlpatterns = [
    path("u/<slug:handle>/", views.profile, name="profile"),
    path("settings/", views.settings, name="settings"),
    path("settings/privacy/", views.privacy, name="privacy"),
    path("settings/privacy/consent/", views.consent_renew, name="consent_renew"),
    path("settings/privacy/consent/<slug:document>/", views.consent_choose, name="consent_choose"),
    path("settings/privacy/export/", views.export_ask, name="export_ask"),
    path("settings/privacy/export/progress/", views.export_progress, name="export_progress"),
    path("settings/privacy/export/<int:export_id>/", views.export_file, name="export_file"),
    path("settings/privacy/close/", views.close, name="close"),
    path("settings/privacy/block/<slug:handle>/", views.block, name="block"),
    path("settings/privacy/unblock/<slug:handle>/", views.unblock, name="unblock"),
    path("viewing/stop/", views.stop_viewing, name="stop_viewing"),
    path("sell/", views.become_seller, name="become_seller"),
]

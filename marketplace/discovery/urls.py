from django.urls import path

from marketplace.discovery import count_views, own_views, views
from marketplace.discovery.recommending import views as recommending

app_name = "discovery"

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("search/count/", count_views.count, name="count"),
    path("search/saved/", own_views.saved_searches, name="saved_searches"),
    path("search/saved/new/", own_views.save_search, name="save_search"),
    path("search/saved/<int:pk>/", own_views.change_search, name="saved_search_change"),
    path("search/saved/<int:pk>/open/", own_views.open_search, name="saved_search_open"),
    path("search/saved/<int:pk>/delete/", own_views.delete_search, name="saved_search_delete"),
    path("for-you/", recommending.for_you_page, name="for_you"),
    path("for-you/dismiss/", recommending.dismiss, name="dismiss"),
    path("for-you/undo/", recommending.take_back, name="dismiss_undo"),
    path("settings/recommendations/", recommending.settings_page, name="recommendations"),
    path("settings/recommendations/switch/", recommending.switch, name="recommendations_switch"),
    path("settings/recommendations/forget/", recommending.forget_views, name="views_forget"),
    path("settings/searches/", own_views.history, name="history"),
    path("settings/searches/forget/", own_views.forget_searches, name="history_forget"),
    path("settings/searches/pause/", own_views.pause_history, name="history_pause"),
    path("settings/searches/personal/", own_views.personalise, name="history_personalise"),
]

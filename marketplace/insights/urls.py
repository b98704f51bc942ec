from django.urls import path

from marketplace.insights import views

app_name = "insights"
urlpatterns = [path("desk/", views.desk, name="desk")]

from django.urls import path

from marketplace.support import views

app_name = "support"
urlpatterns = [
    path("support/", views.case_list, name="list"),
    path("support/new/", views.case_new, name="new"),
    path("support/<int:pk>/solve/", views.case_solve, name="solve"),
]

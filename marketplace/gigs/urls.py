from django.urls import path, register_converter

from marketplace.gigs import desk_list_views, exchange_views, views, wizard_views
from marketplace.gigs.steps import StepConverter

register_converter(StepConverter, "gig_step")

app_name = "gigs"

urlpatterns = [
    path("gigs/<int:pk>/favourite/", views.favourite, name="favourite"),
    path("favourites/", views.favourites, name="favourites"),
    path("favourites/<int:pk>/remove/", views.remove_favourite, name="remove_favourite"),
    path("gigs/<int:pk>/book/", views.book, name="book"),
    path("gigs/<int:pk>/poster.png", views.poster_png, name="poster"),
    path("gigs/<int:pk>/<str:slug>/", views.detail, name="detail"),
    path("desk/gigs/", desk_list_views.desk_list, name="desk_list"),
    path("desk/gigs/exchange/", exchange_views.exchange, name="exchange"),
    path("desk/gigs/exchange/template/", exchange_views.template, name="import_template"),
    path("desk/gigs/exchange/export/<str:ending>/", exchange_views.export, name="export"),
    path("desk/gigs/exchange/<int:pk>/", exchange_views.import_preview, name="import_preview"),
    path("desk/gigs/exchange/<int:pk>/apply/", exchange_views.import_apply, name="import_apply"),
    path("desk/gigs/<int:pk>/pause/", desk_list_views.pause, name="pause"),
    path("desk/gigs/<int:pk>/resume/", desk_list_views.resume, name="resume"),
    path("desk/gigs/<int:pk>/archive/", desk_list_views.archive, name="archive"),
    path("desk/gigs/<int:pk>/duplicate/", desk_list_views.duplicate, name="duplicate"),
    path("desk/gigs/together/", desk_list_views.bulk, name="bulk"),
    path("desk/gigs/new/", wizard_views.create, name="create"),
    path("desk/gigs/<int:pk>/", wizard_views.edit, name="edit"),
    path("desk/gigs/<int:pk>/submit/", wizard_views.submit, name="submit"),
    path("desk/gigs/<int:pk>/withdraw/", wizard_views.withdraw, name="withdraw"),
    path("desk/gigs/<int:pk>/<gig_step:step>/", wizard_views.step, name="step"),
]

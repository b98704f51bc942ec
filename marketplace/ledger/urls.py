from django.urls import path

from marketplace.ledger import views

app_name = "ledger"
urlpatterns = [
    path("wallet/", views.wallet, name="wallet"),
    path("trust/escrow/", views.escrow, name="escrow"),
    path("trust/escrow/<str:day>.json", views.escrow_day, name="escrow_day"),
]

from django.urls import path

from marketplace.payments import views

app_name = "payments"
urlpatterns = [
    path("checkout/<int:package_id>/", views.checkout, name="checkout"),
    path("pay/<str:number>/", views.pay, name="pay"),
    path("pay/<str:number>/scan/<str:gateway_code>/", views.scan, name="scan"),
    path("pay/<str:number>/return/", views.payment_return, name="return"),
]

from django.urls import path

from cms_pages import visitor_views

app_name = "cms_pages"

urlpatterns = [
    path("parts/for-you/<int:count>/", visitor_views.personal_row, name="personal_row"),
    path("coupons/<str:token>/", visitor_views.coupon, name="coupon"),
]

from django.urls import path

from marketplace.orders import list_views, proof_views, views
from marketplace.orders.states import BUYER, SELLER

app_name = "orders"
urlpatterns = [
    path("orders/", list_views.order_list, {"side": BUYER}, name="list"),
    path("orders/export.xlsx", list_views.order_export, {"side": BUYER}, name="export"),
    path("orders/calendar/", list_views.order_calendar, {"side": BUYER}, name="calendar"),
    path("desk/orders/", list_views.order_list, {"side": SELLER}, name="desk_list"),
    path("desk/orders/export.xlsx", list_views.order_export, {"side": SELLER}, name="desk_export"),
    path("desk/orders/calendar/", list_views.order_calendar, {"side": SELLER}, name="desk_calendar"),
    path("orders/<str:number>/", views.order_detail, name="detail"),
    path("orders/<str:number>/files/<int:file_id>/", views.delivery_file, name="file"),
    path("orders/<str:number>/requirements/<int:requirement_id>/", views.requirement_file, name="requirement_file"),
    path("orders/<str:number>/refund/preview/", views.refund_preview, name="refund_preview"),
    path("orders/<str:number>/do/<slug:action>/", views.order_action, name="action"),
    path("wallet/proofs/", proof_views.proof_list, name="proofs"),
    path("wallet/proofs/<int:line_id>.json", proof_views.proof_download, name="proof"),
]

from django.urls import path

from marketplace.orders import as_bought, proof_views, requirement_views, rules_views, views

app_name = "orders"
urlpatterns = [
    path("orders/", views.order_list, name="list"),
    path("desk/orders/", views.desk_list, name="desk_list"),
    path("orders/<str:number>/", views.order_detail, name="detail"),
    path("orders/<str:number>/files/<int:file_id>/", views.delivery_file, name="file"),
    path("orders/<str:number>/requirements/<int:requirement_id>/", views.requirement_file, name="requirement_file"),
    path("orders/<str:number>/refund/preview/", views.refund_preview, name="refund_preview"),
    path("orders/<str:number>/do/requirements/", requirement_views.requirements, name="requirements"),
    path("orders/<str:number>/do/skip/", requirement_views.skip, name="skip"),
    path("orders/<str:number>/do/note/", requirement_views.note, name="note"),
    path("orders/<str:number>/do/<slug:action>/", views.order_action, name="action"),
    path("orders/<str:number>/as-bought/", as_bought.as_bought, name="as_bought"),
    path("rules/<int:version_id>/", rules_views.rules, name="rules"),
    path("wallet/proofs/", proof_views.proof_list, name="proofs"),
    path("wallet/proofs/<int:line_id>.json", proof_views.proof_download, name="proof"),
]

from django.urls import path

from marketplace.orders import bundle_views, cancel_views, dispute_views, proof_views, views

app_name = "orders"
urlpatterns = [
    path("orders/", views.order_list, name="list"),
    path("desk/orders/", views.desk_list, name="desk_list"),
    path("orders/<str:number>/", views.order_detail, name="detail"),
    path("orders/<str:number>/files/<int:file_id>/", views.delivery_file, name="file"),
    path("orders/<str:number>/requirements/<int:requirement_id>/", views.requirement_file, name="requirement_file"),
    path("orders/<str:number>/refund/preview/", views.refund_preview, name="refund_preview"),
    path("orders/<str:number>/do/cancel/", cancel_views.order_cancel, name="cancel"),
    path(
        "orders/<str:number>/cancel/<int:proposal_id>/<slug:answer>/", cancel_views.cancel_answer, name="cancel_answer"
    ),
    path("orders/<str:number>/do/dispute/", dispute_views.dispute_open, name="dispute_open"),
    path("orders/<str:number>/dispute/", dispute_views.dispute_detail, name="dispute"),
    path("orders/<str:number>/dispute/do/<slug:act>/", dispute_views.dispute_act, name="dispute_act"),
    path("orders/<str:number>/dispute/preview/", dispute_views.split_preview, name="split_preview"),
    path(
        "orders/<str:number>/dispute/split/<int:proposal_id>/<slug:answer>/",
        dispute_views.split_answer,
        name="split_answer",
    ),
    path("orders/<str:number>/dispute/files/<int:file_id>/", dispute_views.dispute_file, name="dispute_file"),
    path("orders/<str:number>/dispute/bundle/", bundle_views.bundle, name="bundle"),
    path(
        "orders/<str:number>/dispute/bundle/<int:bundle_id>.<slug:ending>",
        bundle_views.bundle_download,
        name="bundle_download",
    ),
    path("orders/<str:number>/do/<slug:action>/", views.order_action, name="action"),
    path("wallet/proofs/", proof_views.proof_list, name="proofs"),
    path("wallet/proofs/<int:line_id>.json", proof_views.proof_download, name="proof"),
]

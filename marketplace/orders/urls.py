from django.urls import path

from marketplace.orders import (
    as_bought,
    bundle_views,
    cancel_views,
    change_views,
    delivery_views,
    dispute_views,
    list_views,
    plan_views,
    proof_views,
    requirement_views,
    rules_views,
    views,
)
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
    path("orders/<str:number>/files/<int:file_id>/", delivery_views.delivery_file, name="file"),
    path("orders/<str:number>/files/<int:file_id>/preview/", delivery_views.preview, name="preview"),
    path("orders/<str:number>/revision-files/<int:file_id>/", delivery_views.revision_file, name="revision_file"),
    path("orders/<str:number>/compare/", delivery_views.compare, name="compare"),
    path("orders/<str:number>/change/<slug:action>/", change_views.change, name="change"),
    path("orders/<str:number>/proposals/<int:proposal_id>/<slug:reply>/", change_views.answer, name="answer_proposal"),
    path("orders/<str:number>/do/deliver/", delivery_views.deliver, name="deliver"),
    path("orders/<str:number>/do/revise/", delivery_views.revise, name="revise"),
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
    path("orders/<str:number>/do/requirements/", requirement_views.requirements, name="requirements"),
    path("orders/<str:number>/do/skip/", requirement_views.skip, name="skip"),
    path("orders/<str:number>/do/note/", requirement_views.note, name="note"),
    path("orders/<str:number>/do/<slug:action>/", views.order_action, name="action"),
    path("plans/<int:pk>/", plan_views.plan_detail, name="plan"),
    path("plans/<int:pk>/fund/", plan_views.plan_fund, name="plan_fund"),
    path("plans/<int:pk>/stop/", plan_views.plan_stop, name="plan_stop"),
    path("orders/<str:number>/as-bought/", as_bought.as_bought, name="as_bought"),
    path("rules/<int:version_id>/", rules_views.rules, name="rules"),
    path("wallet/proofs/", proof_views.proof_list, name="proofs"),
    path("wallet/proofs/<int:line_id>.json", proof_views.proof_download, name="proof"),
]

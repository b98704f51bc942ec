from django.urls import path

from marketplace.payments import invoice_views, payout_views, statement_views, views, wechat_payout_views

app_name = "payments"
urlpatterns = [
    path("checkout/<int:package_id>/", views.checkout, name="checkout"),
    path("checkout/<int:package_id>/total/", views.checkout_total, name="checkout_total"),
    path("wallet/statement.<str:ending>", statement_views.statement_export, name="statement_export"),
    path("wallet/withdraw/", payout_views.withdraw, name="withdraw"),
    path("wallet/withdraw/preview/", payout_views.preview, name="withdraw_preview"),
    path("wallet/withdraw/account/", payout_views.destination, name="withdraw_account"),
    path("wallet/withdraw/account/wechat/", wechat_payout_views.bind_wechat, name="withdraw_account_wechat"),
    path("wallet/withdraw/<str:reference>/", payout_views.payout, name="payout"),
    path("wallet/withdraw/<str:reference>/cancel/", payout_views.cancel, name="payout_cancel"),
    path("wallet/withdraw/<str:reference>/return/", wechat_payout_views.payout_return, name="payout_return"),
    path("invoices/", invoice_views.invoice_list, name="invoices"),
    path("invoices/<str:reference>/", invoice_views.invoice, name="invoice"),
    path("invoices/<str:reference>/file/", invoice_views.invoice_file, name="invoice_file"),
    path("orders/<str:number>/invoice/", invoice_views.invoice_request, name="invoice_request"),
    path("pay/<str:number>/", views.pay, name="pay"),
    path("pay/<str:number>/scan/<str:gateway_code>/", views.scan, name="scan"),
    path("pay/<str:number>/wechat/", views.pay_in_wechat, name="wechat"),
    path("pay/<str:number>/return/", views.payment_return, name="return"),
]

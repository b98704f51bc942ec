from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from marketplace.accounts.providers.weixin_mp.provider import WeixinMpProvider

urlpatterns = default_urlpatterns(WeixinMpProvider)

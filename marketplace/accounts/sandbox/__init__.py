"""An identity sandbox: WeChat, QQ and Weibo as far as log-in goes, on this machine, with made-up people.

It speaks their own wire protocols, so that the portal runs the same code against it as against the real thing; only the
addresses and the app ids differ (docs/social-login.md). Like the payment sandbox it imports nothing of Django or of the
portal: two sides that share code would share its mistakes too.
"""

from tests.payments.conftest import alipay_keys, silent_alipay  # noqa: F401 what Alipay's channel holds is asked of Alipay's gateway

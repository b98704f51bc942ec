/* Inside WeChat: hands the signed parameters to WeChat's own script, then asks our server how it ended. */
const box = document.querySelector("[data-wechat-pay]");

function pay() {
  const { appId, timeStamp, nonceStr, signType, paySign, package: prepay, next } = box.dataset;
  WeixinJSBridge.invoke(
    "getBrandWCPayRequest",
    { appId, timeStamp, nonceStr, package: prepay, signType, paySign },
    (result) => {
      // Whatever it says is no proof: the page it leads to asks WeChat itself.
      if (result.err_msg === "get_brand_wcpay_request:ok") location.assign(next);
      else box.querySelector("[data-cancelled]").hidden = false;
    },
  );
}

if (box) {
  box.querySelector("[data-pay]").addEventListener("click", pay);
  if (window.WeixinJSBridge) pay();
  else document.addEventListener("WeixinJSBridgeReady", pay, { once: true });
}

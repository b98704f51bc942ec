/* Inside WeChat: opens its page on which the payee takes a transfer, then asks our server how it ended. */
const box = document.querySelector("[data-wechat-transfer]");

function confirmTransfer() {
  const { appId, mchId, package: transfer, next } = box.dataset;
  const refused = box.querySelector("[data-refused]");
  refused.hidden = true;
  // An old WeChat, or a page that WeChat has not finished, has no bridge.
  if (!window.WeixinJSBridge) refused.hidden = false;
  else
    WeixinJSBridge.invoke("requestMerchantTransfer", { mchId, appId, package: transfer }, (result) => {
      // "ok" only says that the page was shown: the page it leads to asks WeChat itself.
      if (result.err_msg === "requestMerchantTransfer:ok") location.assign(next);
      else refused.hidden = false;
    });
}

box?.querySelector("[data-confirm]").addEventListener("click", confirmTransfer);

// Inside WeChat: what a shared link looks like. Without it WeChat makes a card of the title alone.
const property = (name) => document.querySelector(`meta[property="${name}"]`)?.content ?? "";
const source = document.querySelector("[data-wechat-signature]");
const wx = window.wx;

async function prepare() {
  const address = location.href.split("#")[0]; // exactly what WeChat sees, parameters and all
  const answer = await fetch(`${source.dataset.wechatSignature}?url=${encodeURIComponent(address)}`);
  if (answer.status !== 200) return; // no ticket just now: the page is whole without a card
  const signed = await answer.json();
  wx.config({
    debug: false,
    appId: signed.app_id,
    timestamp: signed.timestamp,
    nonceStr: signed.nonce,
    signature: signed.signature,
    jsApiList: ["updateAppMessageShareData", "updateTimelineShareData"],
  });
  wx.ready(() => {
    const card = { title: property("og:title"), link: property("og:url") || address, imgUrl: property("og:image") };
    wx.updateAppMessageShareData({ ...card, desc: property("og:description") });
    wx.updateTimelineShareData(card);
  });
}

if (source && wx) prepare();

// A public WeChat Pay v3 client against the sandbox: opens, pays, asks, refunds, closes, reads a bill. The client itself
// refuses an answer of 2xx whose signature does not hold. Reads its numbers from the environment, writes what it saw as
// one line of JSON.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import wechatpay from 'wechatpay-axios-plugin';

const { Wechatpay, Rsa, Formatter } = wechatpay;
const { SANDBOX_URL, KEYS, APP_ID, MERCHANT_ID, NUMBER, NOTIFY_URL } = process.env;
const text = (name) => readFileSync(join(KEYS, name), 'utf8').trim();
const keyId = text('wechat_public_key_id.txt');
const privateKey = Rsa.from(text('wechat_merchant_private_key.pem'), Rsa.KEY_TYPE_PRIVATE);
const client = (certs, headers = { 'Wechatpay-Serial': keyId }) => new Wechatpay({
  mchid: MERCHANT_ID, serial: text('wechat_merchant_serial_no.txt'), privateKey, certs, headers,
  baseURL: `${SANDBOX_URL}/`, proxy: false,
});
const genuine = Rsa.from(text('wechat_public_key.pem'), Rsa.KEY_TYPE_PUBLIC);
const pay = client({ [keyId]: genuine });
// What WeChat refused, in its own words; a code of the client's own when the client refused the answer.
const refusal = async (promise) => {
  try {
    const { status, data } = await promise;
    return { status, data };
  } catch (error) {
    return { status: error.response?.status, code: error.response?.data?.code ?? error.code };
  }
};
const order = (number, more = {}) => ({
  appid: APP_ID, mchid: MERCHANT_ID, out_trade_no: number, description: '标志 {设计} & “引号” 🍵',
  notify_url: NOTIFY_URL, amount: { total: 88800, currency: 'CNY' }, ...more,
});
const transactions = pay.v3.pay.transactions;
const ask = (number) => transactions.outTradeNo.$number$.get({ params: { mchid: MERCHANT_ID }, number });

// A code, scanned and paid on the phone's page.
const native = await transactions.native.post(order(NUMBER));
const page = `${SANDBOX_URL}/wechat/pay/${new URL(native.data.code_url).searchParams.get('pr')}`;
const shown = await (await fetch(page)).text();
const unpaid = await ask(NUMBER);
const paid = await fetch(page, { method: 'POST', redirect: 'manual' });
const query = await ask(NUMBER);
const byTransaction = await transactions.id.$id$.get({
  params: { mchid: MERCHANT_ID }, id: query.data.transaction_id,
});

// Inside WeChat: the parameters of its script, signed by this client, believed by the sandbox.
const inside = `${NUMBER}J`;
const { data: { prepay_id: prepayId } } = await transactions.jsapi.post(order(inside, { payer: { openid: 'oForeign0001' } }));
const stamp = String(Formatter.timestamp());
const nonce = Formatter.nonce();
const script = {
  appId: APP_ID, timeStamp: stamp, nonceStr: nonce, package: `prepay_id=${prepayId}`, signType: 'RSA',
  paySign: Rsa.sign(Formatter.joinedByLineFeed(APP_ID, stamp, nonce, `prepay_id=${prepayId}`), privateKey),
};
const bridge = (parameters) => fetch(`${SANDBOX_URL}/control/wechat/jsapi`, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(parameters),
});
const touched = (await bridge({ ...script, nonceStr: `${nonce}x` })).status;
const bridged = (await bridge(script)).status;
const insideQuery = await ask(inside);

// A part goes back; the same number again is the same refund.
const refunds = pay.v3.refund.domestic.refunds;
const back = {
  out_trade_no: NUMBER, out_refund_no: `${NUMBER}R`, reason: '部分退款', notify_url: NOTIFY_URL,
  amount: { refund: 30000, total: 88800, currency: 'CNY' },
};
const refund = await refunds.post(back);
const again = await refunds.post(back);
const refunded = await refunds.$number$.get({ number: back.out_refund_no });

// Another order is closed: 204, empty, and signed all the same.
const other = `${NUMBER}C`;
await transactions.native.post(order(other));
const closed = await transactions.outTradeNo.$number$.close.post({ mchid: MERCHANT_ID }, { number: other });
const closedQuery = await ask(other);

// Yesterday's bill, read by the client's own reader. The day passes for what happened here only.
await fetch(`${SANDBOX_URL}/control/clock`, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"seconds":86400}',
});
const day = new Date(Date.now() + 8 * 3600_000 - 86400_000).toISOString().slice(0, 10);
const bill = await pay.v3.bill.tradebill.get({ params: { bill_date: day, bill_type: 'ALL', tar_type: 'GZIP' } });
const download = new URL(bill.data.download_url);
const file = await pay.v3.billdownload.file.get({
  params: { token: download.searchParams.get('token') }, responseType: 'arraybuffer',
});
const plain = gunzipSync(file.data);
const { rows, summary } = Formatter.castCsvBill(plain);

const stranger = Rsa.from(text('alipay_public_key.pem'), Rsa.KEY_TYPE_PUBLIC);
console.log(JSON.stringify({
  shown: shown.includes('标志 {设计} &amp; “引号” 🍵') && shown.includes('¥888.00'),
  paid: paid.status,
  states: [unpaid, query, byTransaction, insideQuery, closedQuery].map(({ data }) => data.trade_state),
  total: query.data.amount.total,
  openid: insideQuery.data.payer.openid,
  bridge: [touched, bridged],
  refund: [refund.data.status, again.data.refund_id === refund.data.refund_id, refunded.data.amount.refund],
  closed: [closed.status, closed.headers['wechatpay-signature']?.length > 0],
  checksum: createHash('sha1').update(plain).digest('hex') === bill.data.hash_value,
  bill: rows.filter((row) => row['商户订单号'] === NUMBER).map((row) => [row['交易状态'], row['订单金额'], row['申请退款金额']]),
  counted: Number(summary['总交易单数']) === rows.length,
  unknown: await refusal(ask(`${NUMBER}X`)),
  // An answer signed with a key that is not WeChat's is refused by the client.
  forged: await refusal(client({ [keyId]: stranger }).v3.pay.transactions.outTradeNo.$number$.get({
    params: { mchid: MERCHANT_ID }, number: NUMBER,
  })),
  // In public-key mode each request names the key it wants to be answered with.
  nameless: await refusal(client({ [keyId]: genuine }, {}).v3.pay.transactions.outTradeNo.$number$.get({
    params: { mchid: MERCHANT_ID }, number: NUMBER,
  })),
}));

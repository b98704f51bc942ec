// Alipay's own SDK against the sandbox: pays, asks, refunds, and checks a notification. Reads its orders from the
// environment, writes what it saw as one line of JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlipaySdk } from 'alipay-sdk';

const { SANDBOX_URL, KEYS, APP_ID, NUMBER, NOTIFY_URL, MODE } = process.env;
const pem = (name) => readFileSync(join(KEYS, name), 'utf8');
const trust = MODE === 'certificates'
  ? {
      appCertContent: pem('app_cert.pem'),
      alipayPublicCertContent: pem('alipay_cert.pem'),
      alipayRootCertContent: pem('alipay_root_cert.pem'),
    }
  : { alipayPublicKey: pem('alipay_public_key.pem') };
const sdk = new AlipaySdk({
  appId: APP_ID,
  privateKey: pem('app_private_key.pem'),
  keyType: 'PKCS8',
  gateway: `${SANDBOX_URL}/gateway.do`,
  ...trust,
});
const trade = { out_trade_no: NUMBER, total_amount: '888.00', subject: '标志 {设计} & “引号” 🍵' };
const page = sdk.pageExecute('alipay.trade.page.pay', 'GET', {
  bizContent: { ...trade, product_code: 'FAST_INSTANT_TRADE_PAY' },
  notifyUrl: NOTIFY_URL,
});
const cashier = await fetch(page, { redirect: 'manual' });
const opened = await fetch(new URL(cashier.headers.get('location'), SANDBOX_URL));
const paid = await fetch(`${SANDBOX_URL}/control/trades/${NUMBER}/pay`, { method: 'POST' });
// With `validateSign` the SDK refuses an answer whose signature does not hold.
const call = (method, bizContent) => sdk.exec(method, { bizContent }, { validateSign: true });
const query = await call('alipay.trade.query', { out_trade_no: NUMBER });
const refund = await call('alipay.trade.refund', {
  out_trade_no: NUMBER, refund_amount: '300.00', out_request_no: 'R1', refund_reason: '部分退款',
});
const refunded = await call('alipay.trade.fastpay.refund.query', { out_trade_no: NUMBER, out_request_no: 'R1' });
const unknown = await call('alipay.trade.query', { out_trade_no: `${NUMBER}X` });
const told = await (await fetch(`${SANDBOX_URL}/control/trades/${NUMBER}`)).json();
// The notification as the merchant got it comes on standard input, signature and all.
const notice = JSON.parse(readFileSync(0, 'utf8') || '{}');
console.log(JSON.stringify({
  page: cashier.status,
  opened: opened.status,
  paid: paid.status,
  query,
  refund,
  refunded,
  unknown,
  subject: told.subject,
  notice: notice.sign ? sdk.checkNotifySignV2(notice) : null,
  forged: notice.sign ? sdk.checkNotifySignV2({ ...notice, total_amount: '0.01' }) : null,
}));

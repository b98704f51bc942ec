// The same client as a merchant's notify page: checks and opens what the sandbox posted. Letters come on standard input.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import wechatpay from 'wechatpay-axios-plugin';

const { Aes: { AesGcm }, Formatter, Rsa } = wechatpay;
const { KEYS } = process.env;
const text = (name) => readFileSync(join(KEYS, name), 'utf8').trim();
const genuine = Rsa.from(text('wechat_public_key.pem'), Rsa.KEY_TYPE_PUBLIC);
const stranger = Rsa.from(text('alipay_public_key.pem'), Rsa.KEY_TYPE_PUBLIC);

const isSigned = ({ headers, body }, key, changed = body) => Rsa.verify(
  Formatter.response(headers['Wechatpay-Timestamp'], headers['Wechatpay-Nonce'], changed),
  headers['Wechatpay-Signature'],
  key,
);
const open = ({ body }, key) => {
  const { resource: { ciphertext, nonce, associated_data: associated } } = JSON.parse(body);
  try {
    return JSON.parse(AesGcm.decrypt(ciphertext, key, nonce, associated));
  } catch {
    return null;
  }
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map((letter) => ({
  serial: letter.headers['Wechatpay-Serial'] === text('wechat_public_key_id.txt'),
  event: JSON.parse(letter.body).event_type,
  genuine: isSigned(letter, genuine),
  forged: isSigned(letter, stranger),
  changed: isSigned(letter, genuine, letter.body.replace('TRANSACTION', 'TRANSACTI0N').replace('REFUND', 'REFUNC')),
  content: open(letter, text('wechat_api_v3_key.txt')),
  wrongKey: open(letter, '0'.repeat(32)),
}))));

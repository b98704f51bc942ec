"""What the WeChat side keeps. As in the rest of the store: REAL columns are moments, amounts are whole fen."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS wechat_trade (
    transaction_id TEXT PRIMARY KEY,
    out_trade_no TEXT NOT NULL UNIQUE,
    trade_type TEXT NOT NULL,
    sub_mchid TEXT NOT NULL,
    description TEXT NOT NULL,
    attach TEXT NOT NULL,
    request TEXT NOT NULL,
    total_fen INTEGER NOT NULL CHECK (total_fen > 0),
    coupon_fen INTEGER NOT NULL DEFAULT 0,
    refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND total_fen),
    frozen_fen INTEGER NOT NULL DEFAULT 0 CHECK (frozen_fen >= 0),
    state TEXT NOT NULL CHECK (state IN ('NOTPAY', 'SUCCESS', 'REFUND', 'CLOSED')),
    prepay_id TEXT NOT NULL UNIQUE,
    openid TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    paid_at REAL
);
CREATE TABLE IF NOT EXISTS wechat_refund (
    refund_id TEXT PRIMARY KEY,
    out_refund_no TEXT NOT NULL UNIQUE,
    out_trade_no TEXT NOT NULL REFERENCES wechat_trade (out_trade_no),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED')),
    notify_url TEXT NOT NULL,
    created_at REAL NOT NULL,
    done_at REAL
);
CREATE TABLE IF NOT EXISTS wechat_transfer (
    transfer_bill_no TEXT PRIMARY KEY,
    out_bill_no TEXT NOT NULL UNIQUE,
    openid TEXT NOT NULL,
    user_name TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    remark TEXT NOT NULL,
    state TEXT NOT NULL,
    fail_reason TEXT NOT NULL DEFAULT '',
    package_info TEXT NOT NULL UNIQUE,
    notify_url TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS wechat_split (
    out_order_no TEXT PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE,
    transaction_id TEXT NOT NULL REFERENCES wechat_trade (transaction_id),
    sub_mchid TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    returned_fen INTEGER NOT NULL DEFAULT 0 CHECK (returned_fen BETWEEN 0 AND amount_fen),
    released_fen INTEGER NOT NULL,
    status TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS wechat_return (
    out_return_no TEXT PRIMARY KEY,
    return_no TEXT NOT NULL UNIQUE,
    out_order_no TEXT NOT NULL REFERENCES wechat_split (out_order_no),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    result TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS wechat_notification (
    id INTEGER PRIMARY KEY,
    out_no TEXT NOT NULL,
    url TEXT NOT NULL,
    fields TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up', 'withheld')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL,
    last_at REAL,
    last_result TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS wechat_notification_due ON wechat_notification (next_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS wechat_notification_out_no ON wechat_notification (out_no, id);
"""

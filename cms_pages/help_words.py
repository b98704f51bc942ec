"""Words of people who look for help: what they say for what the articles say, and what says nothing of the question."""

# Words of a row mean the same. The thesaurus of the search is about what is sold; these are about the site itself.
SAME = (
    ("退款", "退钱", "退回", "返还"),
    ("提现", "提款", "取钱", "到账"),
    ("付款", "支付", "付钱", "交钱"),
    ("发票", "开票", "税票", "专票", "普票"),
    ("纠纷", "投诉", "维权", "扯皮", "争议"),
    ("取消", "撤单", "不要了", "退单"),
    ("托管", "担保", "押金"),
    ("验收", "确认收货", "收货"),
    ("修改", "返工", "改稿", "重做"),
    ("交付", "发货", "交稿"),
    ("逾期", "延期", "超时", "拖延", "延误", "迟到", "晚交"),
    ("评价", "评论", "差评", "好评", "打分"),
    ("服务费", "手续费", "抽成", "佣金", "平台费"),
    ("优惠券", "红包", "代金券", "折扣券", "券"),
    ("实名", "认证", "身份证", "实名认证"),
    ("登录", "登陆", "登入", "密码", "验证码"),
    ("注销", "销号", "删除账号"),
    ("骗子", "诈骗", "被骗", "受骗", "骗", "骗局", "防骗", "上当"),
    ("隐私", "个人信息", "数据"),
    ("报价", "专属报价", "询价"),
    ("需求", "悬赏", "招标"),
    ("等级", "升级", "级别"),
    ("服务商", "卖家", "商家", "店家"),
    ("举报", "违规"),
    ("客服", "人工", "联系"),
    ("refund", "refunds", "money back", "reimburse"),
    ("payout", "payouts", "withdraw", "withdrawal", "withdrawing", "cash out"),
    ("pay", "payment", "payments", "paying"),
    ("invoice", "invoices", "receipt", "fapiao"),
    ("dispute", "disputes", "complaint", "complain"),
    ("cancel", "cancelling", "cancellation", "cancelled"),
    ("late", "overdue", "delay", "delayed"),
    ("accept", "accepting", "acceptance", "approve"),
    ("deliver", "delivery", "deliveries"),
    ("revision", "revisions", "changes", "rework"),
    ("review", "reviews", "rating", "feedback"),
    ("fee", "fees", "commission"),
    ("coupon", "coupons", "voucher", "discount"),
    ("verification", "verify", "verified", "identity"),
    ("password", "login", "sign", "signin"),
    ("scam", "scams", "fraud", "cheat"),
    ("privacy", "data", "personal"),
    ("offer", "offers", "quote"),
    ("brief", "briefs"),
    ("level", "levels"),
    ("seller", "sellers", "freelancer"),
    ("message", "messages", "chat"),
)
SAME_WEIGHT = 0.8
SAYS_NOTHING = frozenset(
    """
    怎么 怎样 怎么样 如何 什么 为什么 为何 哪里 哪儿 在哪 多久 多少 几天 是 是否 不是 有 没有 没
    能 能否 可以 可不可以 会 要 想 需要 请问 请 我 我的 我们 你 你们 他 的 地 得 了 吗 呢 吧
    啊 呀 和 与 或 在 到 把 被 就 都 也 还 不 去 给 对 这 那 这个 那个 办 怎么办 问题
    a an and any are as at be by can do does for from get have how i if in is it me my no not of on or
    that the there this to was what when where which who why will with you your
    """.split()  # noqa: SIM905 - words to read, not a list to count
)

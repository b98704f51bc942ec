"""Words of the demo pages that the catalogue's data files do not hold, in both languages."""

from typing import Any

Words = dict[str, Any]

TEXTS: dict[str, Words] = {
    "zh": {
        "home_title": "匠集：找人做事，明码标价",
        "home_seo": "设计、开发、视频、写作服务明码标价，资金托管，验收后放款。",
        "topics": ("专题", "把一件事要用到的服务放在一起，一步一步做完。"),
        "help": ("帮助中心", "下单、验收、退款、纠纷与卖家中心，一问一答。"),
        "slip": {
            "owner": "托管单 2026-1128-0417",
            "stamp": "已托管",
            "title": "茶饮品牌LOGO · 标准版",
            "lines": [
                {"title": "两个方案", "remark": "12月5日 15:40前", "yuan": 980, "done": False},
                {"title": "应用规范", "remark": "修改3次", "yuan": 300, "done": False},
            ],
        },
        "category_seo": "{name}服务的价格、交付时间与服务商：{count}。款项托管，验收后放款。",
        "subcategory_intro": "{name}服务明码标价。先看套餐里写了什么，再比价格和交付时间。",
        "listing": "全部服务",
        "guide": "行情参考",
        "guide_note": "<p>价格差多半来自三处：<b>做几稿、给不给源文件、改几次</b>。比价时先看套餐里写没写这三样。</p>",
        "faq_heading": "常见问题",
        "faq": [
            (
                "付款之后，钱在哪里？",
                "在支付机构的托管账户里。你点“确认验收并放款”之后，才会结算给服务商。",
            ),
            (
                "不满意可以退款吗？",
                "提交需求说明之前取消，全额退回。开始制作后先按套餐里的修改次数改；改完仍有分歧，可以申请纠纷处理，款项一直在托管里。",
            ),
            ("源文件归谁？", "以套餐为准。写明给源文件和商用授权的，验收后归你使用；没写的，下单前先问清楚。"),
            ("到时间没有交付怎么办？", "订单页会写明逾期多久。超过平台规定的时间，你可以单方取消，全额退回。"),
        ],
        "help_more": "帮助中心",
        "articles": "相关文章",
        "cta": ("没看到合适的", "换几个词搜一遍，或按价格和交付时间筛选全部服务。", "搜索全部服务"),
        "landing_steps": "一步一步来",
        "landing_step": "第{number}步",
        "landing_picks": ("每一步的服务", "编辑挑选，不收费"),
        "landing_reviews": ("做过的人说", "取自已验收订单的评价，没有改字"),
        "landing_faq": "常见问题",
        "landing_cta": ("还没想好从哪一件开始", "先看同类服务的价格与交付时间，聊清楚再下单。", "看全部服务"),
        "plan_action": "选这种",
        "see_all": "查看全部",
        "see_ways": "比一比三种做法",
        "first_break": "，",
    },
    "en": {
        "home_title": "Jiangji: skilled work at stated prices",
        "home_seo": "Design, code, film and writing at stated prices. Your money is held in escrow until you accept the work.",
        "topics": ("Topics", "Everything one undertaking needs, put together and done step by step."),
        "help": ("Help centre", "Ordering, accepting, refunds, disputes and the seller desk: questions and answers."),
        "slip": {
            "owner": "Escrow slip 2026-1128-0417",
            "stamp": "In escrow",
            "title": "Tea shop logo · Standard",
            "lines": [
                {"title": "Two drafts", "remark": "by 5 Dec, 15:40", "yuan": 980, "done": False},
                {"title": "Guidelines", "remark": "3 revisions", "yuan": 300, "done": False},
            ],
        },
        "category_seo": "{name}: prices, delivery times and sellers of {count}. Paid into escrow, released when you accept.",
        "subcategory_intro": "{name} at stated prices. Read what each package includes, then compare price and delivery time.",
        "listing": "All services",
        "guide": "What it usually costs",
        "guide_note": "<p>Prices mostly differ in three things: <b>how many drafts, source files, revisions</b>. "
        "Check first whether the package names them.</p>",
        "faq_heading": "Common questions",
        "faq": [
            (
                "Where is the money after I pay?",
                "In an escrow account of the payment institution. The seller gets it after you press "
                "“Accept and release payment”.",
            ),
            (
                "Can I get a refund if I am not satisfied?",
                "Cancel before you send the requirements and you get everything back. Once work has begun, use the revisions "
                "of the package; if you still disagree, open a dispute while the money stays in escrow.",
            ),
            (
                "Who owns the source files?",
                "The package says. If it names source files and commercial use, they are yours to use after you accept. "
                "If it does not, ask before you order.",
            ),
            (
                "What if nothing is delivered in time?",
                "The order page says how late it is. Past the platform's limit you can cancel alone and get everything back.",
            ),
        ],
        "help_more": "Help centre",
        "articles": "Related articles",
        "cta": (
            "Nothing fits?",
            "Search with other words, or filter all services by price and delivery.",
            "Search everything",
        ),
        "landing_steps": "Step by step",
        "landing_step": "Step {number}",
        "landing_picks": ("Services for each step", "Picked by editors, not paid for"),
        "landing_reviews": ("From people who did it", "Reviews of accepted orders, unedited"),
        "landing_faq": "Common questions",
        "landing_cta": (
            "Not sure where to begin?",
            "Compare prices and delivery times first, and talk before you order.",
            "See all services",
        ),
        "plan_action": "Choose this",
        "see_all": "See all",
        "see_ways": "Compare three ways",
        "first_break": "\n",
    },
}

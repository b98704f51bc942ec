"""The reasons of decisions to begin with. Moderators change them in the admin, so that what is there is left alone."""

from django.db import migrations

WORK, TALK, REVIEW = "report", "message", "review"
# code, kinds, usual effect, legal ground or rule, name, name in English, answer, answer in English. Nobody's words: the platform's.
REASONS = [
    (
        "N1", [WORK, TALK, REVIEW], "nothing", "", "没有发现违规", "Nothing wrong",
        "我们核对了你反映的内容和前后情况，没有发现违反法律或平台规则的地方，因此保持原样。如果有新的证据，可以再次举报。",
        "We checked what you told us and what was around it, and found nothing against the law or our rules, so it stays as it is. If you have new evidence, you can report it again.",
    ),
    (
        "N2", [WORK], "nothing", "", "不在举报处理范围", "Not for a report",
        "你反映的是订单履约方面的分歧，举报无法处理退款和交付。请在订单页申请取消或发起纠纷，会有调解员按证据处理。",
        "What you describe is a disagreement about an order, and a report can decide neither refund nor delivery. Please cancel or open a dispute on the order's page; a mediator decides there by the evidence.",
    ),
    (
        "C1", [WORK, TALK, REVIEW], "remove", "电子商务法第三十二条；平台规则·沟通与交易", "留下联系方式", "Contact details",
        "内容里留有微信、电话、二维码等站外联系方式。站外沟通和付款不受资金托管保护，出现问题无法取证，因此作了处理。请在平台消息里沟通，文件也可以直接发送。",
        "It held contact details such as WeChat, a telephone number or a code. Talk and payment elsewhere are not covered by escrow, and nothing can be proved later. Please talk in our messages; files can be sent there too.",
    ),
    (
        "C2", [WORK, TALK], "warn", "电子商务法第三十二条；平台规则·资金托管", "诱导站外付款", "Payment past the platform",
        "内容提出绕开平台付款。绕开资金托管，买家的钱和服务商的收入都得不到保障，平台规则禁止这样做，本次计一次违规。请使用专属报价，在平台内付款。",
        "It asked for payment past the platform. Without escrow neither the buyer's money nor the seller's income is safe; our rules forbid it, and this counts as a strike. Please send a custom offer and be paid here.",
    ),
    (
        "F1", [WORK, TALK], "suspend", "反电信网络诈骗法第二十五条、第三十八条", "涉嫌诈骗", "Fraud",
        "内容涉嫌诈骗，例如虚构项目、骗取定金或验证码。为保护其他用户，我们暂停了账户，并保留记录配合有关部门。如属误判，请在处理决定页申诉并附上证明。",
        "It looks like fraud: an invented project, a deposit or a code asked for under false pretences. To protect others the account is suspended, and records are kept for the authorities. If this is wrong, please appeal with proof.",
    ),
    (
        "I1", [WORK], "remove", "电子商务法第四十二条；著作权法第五十三条", "侵犯他人权利", "Infringement",
        "内容使用了他人的作品、商标或肖像，权利人提供了初步证据，因此已下架。如果你拥有授权，请在申诉中附上授权书或原始文件，我们核实后恢复。",
        "It used somebody else's work, trade mark or likeness, and the owner gave first proof, so it was taken down. If you hold a licence, please appeal with it or with your source files; once checked, it comes back.",
    ),
    (
        "A1", [WORK], "remove", "广告法第九条第三项", "广告法禁用语", "Forbidden superlatives",
        "内容使用了“最佳”“第一”“国家级”等绝对化用语。请改成可以核对的说法，例如作品数量、交付天数、修改次数，改好后可以重新提交。",
        "It used superlatives such as “best”, “number one” or “national level”. Please say what can be checked instead, such as works, days or revisions, and submit it again.",
    ),
    (
        "A2", [WORK], "remove", "广告法第二十八条；电子商务法第十七条", "虚假或引人误解的宣传", "Misleading claims",
        "内容的说法与实际不符或无法证实，例如虚构资质、案例或效果。请删去或改为有证据的表述；有证明材料的，可以在申诉中提交。",
        "It claimed what is not so or cannot be shown, such as qualifications, cases or results. Please remove it or say what you can prove; proof can be sent with an appeal.",
    ),
    (
        "H1", [WORK, TALK, REVIEW], "warn", "民法典第一千零二十四条；治安管理处罚法", "侮辱、恐吓或骚扰", "Insults, threats or harassment",
        "内容含有侮辱、恐吓或反复骚扰。对事情有不同意见，可以说清楚哪里不满意、希望怎么解决，不能攻击人。本次计一次违规，多次违规会暂停账户。",
        "It held insults, threats or repeated harassment. Say what you are not content with and what you want, without attacking anybody. This counts as a strike; several lead to a suspension.",
    ),
    (
        "P1", [WORK, REVIEW], "mask", "个人信息保护法第十条；民法典第一千零三十二条", "泄露他人隐私", "Somebody's private data",
        "内容公开了他人的姓名、电话、住址、证件或聊天截图等个人信息，未经本人同意不能公开，因此隐藏了相关部分，其余内容保留。",
        "It published somebody's name, number, address, papers or private messages without their consent, so that part is hidden. The rest stays.",
    ),
    (
        "S1", [WORK, TALK, REVIEW], "remove", "互联网广告管理办法；平台规则·消息与评价", "垃圾广告", "Unwanted advertising",
        "内容是与订单无关的推广，或同一内容反复发给多人。消息和评价只用于沟通具体的需求和交付，请不要群发。",
        "It was advertising that has nothing to do with an order, or the same text sent to many. Messages and reviews are about work only; please do not send in bulk.",
    ),
    (
        "X1", [WORK, TALK, REVIEW], "suspend", "互联网信息服务管理办法第十五条第七项", "色情低俗", "Sexual content or services",
        "内容涉及色情或招徕色情服务，法律禁止传播，我们已删除并暂停账户。如属误判，请在处理决定页申诉。",
        "It was sexual content or offered sexual services, which the law forbids. It is removed and the account suspended. If this is wrong, please appeal on the page of this decision.",
    ),
    (
        "G1", [TALK], "suspend", "互联网信息服务管理办法第十五条第七项；刑法第三百零三条", "赌博", "Gambling",
        "内容涉及赌博平台的制作、推广或充值代付，法律禁止，我们已删除并暂停账户。如属误判，请在处理决定页申诉。",
        "It was about making, promoting or paying for gambling, which the law forbids. It is removed and the account suspended. If this is wrong, please appeal on the page of this decision.",
    ),
    (
        "U1", [WORK, TALK, REVIEW], "remove", "互联网信息服务管理办法第十五条；网络信息内容生态治理规定第六条", "违法或违禁内容", "Unlawful or forbidden",
        "内容涉及法律禁止的物品、证件、代写代考或其他违法信息，不能在平台上出现，因此已删除。请勿再次发布。",
        "It was about forbidden goods, forged papers, writing exams for others or something else that the law forbids, and cannot stay here. Please do not publish it again.",
    ),
    (
        "T1", [WORK, REVIEW], "warn", "电子商务法第十七条；反不正当竞争法", "虚假交易、刷单或买评价", "Fake trade or bought reviews",
        "我们核实到用虚假交易、返现或威胁来换取评价。评价只能来自真实的交易和感受，本次计一次违规，相关评价不计入评分；再次发生会暂停账户。",
        "We found fake trade, money back or threats behind reviews. Reviews come from real work and real opinions alone. This counts as a strike, the reviews leave the score, and next time the account is suspended.",
    ),
    (
        "B1", ["appeal"], "nothing", "", "申诉成立", "The appeal is right",
        "我们由另一位审核员重新核对，认为你的说法成立，原处理已撤销，相关记录同步更正。给你带来不便，抱歉。",
        "Another moderator has looked at it again and finds that you are right. What was decided is undone, and the records are corrected. We are sorry for the trouble.",
    ),
    (
        "B2", ["appeal"], "nothing", "", "维持原决定", "The decision stays",
        "我们由另一位审核员重新核对了当时的内容、证据和你的说明，认为原处理符合规则，因此维持。",
        "Another moderator has looked again at what was there, at the evidence and at what you wrote, and finds the decision right. It stays.",
    ),
]  # fmt: skip


def add_reasons(apps, schema_editor):
    """Once: one that moderators have changed since, or switched off, stays as they left it."""
    reason = apps.get_model("moderation", "DecisionReason")
    for position, (code, kinds, effect, law, label, label_en, answer, answer_en) in enumerate(REASONS):
        texts = {"label": label, "label_en": label_en, "answer": answer, "answer_en": answer_en, "law": law}
        reason.objects.get_or_create(
            code=code, defaults={"kinds": kinds, "effect": effect, "position": position, **texts}
        )


class Migration(migrations.Migration):
    # Data moves outside the transaction of a table (tests/contracts/test_rolling_upgrade.py); a second run adds nothing.
    atomic = False

    dependencies = [("moderation", "0008_decisions_indexes")]

    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]

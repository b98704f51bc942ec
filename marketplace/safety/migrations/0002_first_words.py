"""The list to begin with. Its rows are moderators' from then on."""

from django.db import migrations

WORDS = (
    # word, other spellings, harmless phrases, topic, level
    ("洗钱", "跑分 洗黑钱", "反洗钱", "fraud", 3),
    ("套现", "信用卡套现 花呗套现", "防套现 反套现", "fraud", 3),
    ("验证码给我", "验证码发我 验证码告诉我 短信验证码发来", "", "fraud", 3),
    ("出租账号", "租用账号 收购账号 账号出租 买卖账号", "", "fraud", 2),
    ("保证金先转", "先交押金 先付保证金 解冻费", "", "fraud", 3),
    ("网络赌博", "博彩 赌场 六合彩 百家乐 时时彩 菠菜平台", "禁止博彩 非博彩", "gambling", 3),
    ("代开发票", "开假发票 买发票 卖发票 虚开发票", "不代开发票", "forgery", 3),
    ("办假证", "刻假章 假公章 做假证 假营业执照 假学历 假流水 做流水", "做流水线 做流水号 做流水账", "forgery", 3),
    ("代写论文", "论文代写 代写毕业论文 代考 替考 代做毕设 毕设代做", "拒绝代考", "cheating", 2),
    ("刷单", "刷信誉 刷好评 刷销量 补单放单 买好评", "反刷单 防刷单 拒绝刷单 不刷单 印刷单 牙刷单 毛刷单", "brushing", 2),
    ("好评返现", "五星返现 返现好评", "", "brushing", 2),
    ("裸聊", "援交 约炮 上门服务妹 卖淫 一夜情", "", "sexual", 3),
    ("冰毒", "摇头丸 大麻 迷药 听话水 枪支出售 卖枪", "大麻布 工业大麻纤维", "drugs", 3),
    ("弄死你", "砍死你 杀了你 打死你 杀你全家", "", "abuse", 3),
    ("去死", "傻逼 煞笔 脑残 狗东西 滚你妈 操你妈 草泥马 贱人", "去死磕 去死角 去死皮 去死记", "abuse", 2),
    ("人肉你", "曝光你家人 知道你家住哪", "", "abuse", 3),
)


def add_words(apps, schema_editor):
    """The words to begin with; what moderators made of them since is left alone."""
    word_model = apps.get_model("safety", "SensitiveWord")
    word_model.objects.bulk_create(
        (
            word_model(word=word, spellings=spellings, exceptions=exceptions, topic=topic, level=level)
            for word, spellings, exceptions, topic, level in WORDS
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    atomic = False  # one statement, and nothing to undo
    dependencies = [("safety", "0001_watched_words")]
    operations = [migrations.RunPython(add_words, migrations.RunPython.noop)]

"""The words and reasons to begin with, and the way back from our own tasks of the workflow."""

from django.db import migrations

NAMED = "法律点名禁止的用语"
ALIKE = "和“最佳”同类的绝对化用语"
RANK = "排名第一要有真实、完整的依据，否则属于绝对化用语"
SUPPLY = "不得以国家机关、国家名义或已取消的免检作宣传"
ONLY = "“唯一”“首个”要有依据，否则属于绝对化用语"

# word, other spellings, reason, better wording, harmless phrases, stops the submission
WORDS = [
    (
        "国家级",
        "",
        NAMED,
        "专业",
        "国家级非遗 国家级非物质文化遗产 国家级文物 国家级自然保护区 国家级贫困县 国家级新区 国家级期刊",
        True,
    ),
    ("最高级", "", NAMED, "高级", "最高级别 形容词最高级 比较级和最高级 比较级与最高级 最高级形式", True),
    (
        "最佳",
        "最jia zui佳",
        NAMED,
        "出色",
        "最佳化 最佳实践 最佳距离 最佳观看 最佳阅读 最佳时间 最佳尺寸 最佳分辨率 最佳拍档 最佳女主角 最佳男主角 最佳影片 最佳导演",
        True,
    ),
    (
        "第一",
        "no.1 no1 top1 top.1 numberone",
        RANK,
        "靠前",
        # Order in time, enumerations, the first person; and what is a wish about oneself (公告2023-6, article 5).
        "第一步 第一次 第一版 第一稿 第一天 第一周 第一个 第一张 第一幅 第一组 第一轮 第一期 第一阶段 第一时间 第一页 第一章 第一节 第一句 "
        "第一眼 第一印象 第一视角 第一人称 第一手 第一部分 第一段 第一行 第一列 第一屏 第一层 第一排 第一批 第一种 第一项 第一条 第一件 第一份 第一遍 "
        "第一集 第一季 第一关 第一笔 第一单 第一套 第一款 第一位客户 第一位顾客 第一家店 第一方 第一届 第一学期 第一百 第一千 第一万 第一桶金 "
        "安全第一 客户第一 顾客第一 用户第一 质量第一 诚信第一 信誉第一 ^第一、 ^第一, ^第一: ^第一是 ^第一要",
        False,
    ),
    (
        "全国第一",
        "世界第一 全球第一 全网第一 行业第一 业内第一 同行第一 销量第一 第一品牌 中国第一 亚洲第一 国内第一 平台第一 全城第一 排名第一 天下第一",
        RANK,
        "口碑不错",
        "",
        True,
    ),
    (
        "世界级",
        "全球级 宇宙级 国家领导人",
        ALIKE,
        "专业",
        "世界级非遗 世界级非物质文化遗产",
        False,
    ),
    (
        "顶级",
        "顶尖 顶极 极品 至尊 巅峰之作 殿堂级 帝王级 天花板级 行业天花板 业界天花板",
        ALIKE,
        "精细",
        "顶级域名 顶级分类 顶级目录 顶级菜单 顶级栏目 顶尖处 顶级作用域",
        False,
    ),
    (
        "绝佳",
        "绝无仅有 空前绝后 前无古人 史上最 史无前例 无与伦比 无可比拟 无可替代 无人能及 无人能敌 举世无双 天下无双 "
        "独一无二 首屈一指 独占鳌头 登峰造极 遥遥领先 没有之一 极致 终极",
        ALIKE,
        "出色",
        "极致简约 极致简洁 极致光影 终极目标 终极问题 终极方案 每个人都是独一无二 你的独一无二 您的独一无二 独一无二的你 "
        "独一无二的您",
        False,
    ),
    (
        "最优",
        "最优秀 最优质 最棒 最强 最牛 最赞 最厉害 最出色 最杰出 最卓越 最顶尖 最顶级",
        ALIKE,
        "优秀",
        "最优解 最优化 最优路径 最优先 最强光 最优子结构",
        False,
    ),
    (
        "最好的",
        "最好看 最好用的 最好吃 最好品质 最好质量 效果最好 质量最好 做得最好 品质最好 最好服务",
        ALIKE,
        "很好的",
        "最好的办法是 最好的方式是 最好的做法是",
        False,
    ),
    ("最专业", "最资深 最权威 最具实力 最有经验", ALIKE, "专业", "", False),
    ("最先进", "最尖端 最前沿 最新技术 最新科技", ALIKE, "成熟", "", False),
    (
        "最便宜",
        "最低价 最实惠 最划算 全网最低 史上最低 最低价格 最超值 最高性价比 性价比最高 最优惠 价格最低 最低的价格 "
        "最具性价比 最高的性价比",
        ALIKE,
        "实惠",
        "最低价格不低于",
        False,
    ),
    ("最受欢迎", "最热门 最火爆 最火 最畅销 最流行 最受青睐", ALIKE, "受欢迎", "最火候", False),
    ("最美", "最漂亮 最精美 最精致 最时尚 最高端 最奢华 最豪华", ALIKE, "好看", "最美逆行者", False),
    ("最靠谱", "最放心 最安全 最可靠 最省心 最贴心 最用心 最良心 最值得", ALIKE, "靠谱", "", False),
    (
        "最快",
        "最高效 最迅速",
        ALIKE,
        "快速",
        "最快# 最快当天 最快当日 最快次日 最快隔天 最快今天 最快明天 最快也要",
        False,
    ),
    (
        "最大",
        "",
        ALIKE,
        "很大",
        "最大# 最大化 最大程度 最大限度 最大尺寸 最大文件 最大宽度 最大高度 最大边 最大支持 最大分辨率 最大不超过 "
        "最大可 最大长度 最大值 最大字数 最大的遗憾 最大的困难 最大的困扰 最大的问题 最大的区别 最大的不同 最大的顾虑 "
        "最大的难点 最大的挑战 最大的愿望 最大的心愿 最大的收获 最大的原因",
        False,
    ),
    ("最高端", "最高品质 最高水平 最高水准 最高质量", ALIKE, "高", "", False),
    ("最齐全", "最全面 最完善 最完整", ALIKE, "齐全", "", False),
    ("唯一", "", ONLY, "少有", "唯一码 唯一编号 唯一标识 唯一性 唯一值 唯一id 唯一收件 唯一联系人 唯一约束 唯一键 唯一需要", False),
    (
        "全网首",
        "首家 首个 首创 全球首发 全国首 独家秘方 独家配方 独家技术 独家工艺 全网独家",
        ONLY,
        "较早",
        "首个版本 首个工作日 首个方案 首个阶段 首个交付 首个视频 首个月 首个初稿",
        False,
    ),
    (
        "万能",
        "100%有效 百分百有效 百分之百有效 100%通过 百分百通过 百分之百通过 100%满意 百分百满意 百分之百满意 "
        "绝对满意 绝对让你满意 绝对让您满意 考试包过 一次包过 保过班 必过班 保证通过 保证录用 保证排名 稳赚 零风险 "
        "零失败 永久有效 终身有效",
        "没有依据的绝对保证",
        "常用",
        "万能角度尺 万能表",
        False,
    ),
    (
        "领导品牌",
        "领袖品牌 领军品牌 行业领导者 市场领导者 业界领导者 行业领先 业界领先 业内领先 全球领先 世界领先 国际领先 "
        "国内领先 领跑者 王牌 销量冠军 不二之选 首选品牌",
        RANK,
        "成熟",
        "王牌飞行员 王牌对王牌 王牌特工",
        False,
    ),
    (
        "填补国内空白",
        "填补空白 填补行业空白 填补市场空白 填补国际空白 填补了国内空白 填补了行业空白 填补了市场空白",
        ONLY,
        "少见",
        "",
        False,
    ),
    (
        "国家免检",
        "免检产品 国家机关推荐 国家机关指定 国宴专用 人民大会堂指定 特供",
        SUPPLY,
        "",
        "",
        False,
    ),
]

REASONS = (
    # code, part, Chinese, English, advice in Chinese, advice in English
    ("C1", "whole", "留了联系方式", "Contact details",
     "请删去图文里的微信、QQ、电话、邮箱和网址。沟通和付款都在匠集进行，资金才有托管。",
     "Remove messenger names, numbers, mail addresses and links from text and pictures. Talk and pay here, so that the money is in escrow."),
    ("A1", "description", "广告法禁用语", "Forbidden superlatives",
     "请把“最佳”“第一”“国家级”这类词换成可以核对的说法。",
     "Replace words such as “best” or “number one” with something that can be checked."),
    ("T1", "title", "标题与内容不符", "Title does not fit",
     "请让标题写清楚交付什么，不要堆砌关键词。",
     "Let the title say what is delivered, without a heap of keywords."),
    ("Q1", "description", "写得不够清楚", "Not clear enough",
     "请写明交付物、步骤和时间，买家看完就知道会收到什么。",
     "Say what is delivered, how and when, so that buyers know what they will get."),
    ("P1", "packages", "套餐与描述不符", "Packages do not fit the description",
     "请让套餐的内容、天数和修改次数与介绍一致。",
     "Let contents, days and revisions of the packages say the same as the description."),
    ("P2", "packages", "价格不合理", "Price out of proportion",
     "请说明价格为什么这样变，或调整到与内容相称。",
     "Say why the price changes like this, or bring it in line with what is delivered."),
    ("I1", "pictures", "图片权属存疑", "Ownership of pictures in doubt",
     "图片里有水印或他人的作品，请换成你自己的，或在回复里说明授权。",
     "A picture shows a watermark or other people’s work: use your own, or name the permission in your answer."),
    ("I2", "pictures", "图片不清楚或与服务无关", "Pictures unclear or unrelated",
     "请换成清晰、与这项服务有关的图片。",
     "Use clear pictures that show this service."),
    ("K1", "category", "类目不对", "Wrong category",
     "请换到更合适的子类目，买家才找得到。",
     "Choose the subcategory in which buyers look for it."),
    ("L1", "whole", "不能在平台出售", "Must not be sold here",
     "这项服务违反法律或平台规则，请改为可以提供的内容。",
     "This breaks the law or the platform’s rules: change it to something that may be offered."),
)


def add_words(apps, schema_editor):
    """The words to begin with; what moderators made of them since is left alone."""
    word_model = apps.get_model("gigs", "AdvertisingWord")
    word_model.objects.bulk_create(
        (
            word_model(
                word=word,
                spellings=spellings,
                reason=reason,
                suggestion=suggestion,
                exceptions=exceptions,
                is_blocking=is_blocking,
            )
            for word, spellings, reason, suggestion, exceptions, is_blocking in WORDS
        ),
        ignore_conflicts=True,
    )


def add_reasons(apps, schema_editor):
    """The reasons to begin with; moderators change them in the admin, so that what is there is left alone."""
    reason = apps.get_model("gigs", "ReviewReason")
    for position, (code, part, label, label_en, advice, advice_en) in enumerate(REASONS):
        texts = {"label": label, "label_en": label_en, "advice": advice, "advice_en": advice_en}
        reason.objects.get_or_create(code=code, defaults={"part": part, "position": position, **texts})


def give_plain_task_back(apps, schema_editor):
    """Before the tables of our tasks go: reviews and the workflow move to Wagtail's own task, which the release before asks.

    Without it the rows in Wagtail's table would stay behind without their halves, and stop every review after.
    """
    task_model = apps.get_model("wagtailcore", "Task")
    workflow_task_model = apps.get_model("wagtailcore", "WorkflowTask")
    state_model = apps.get_model("wagtailcore", "TaskState")
    plain_model = apps.get_model("wagtailcore", "GroupApprovalTask")
    content_type_model = apps.get_model("contenttypes", "ContentType")
    for first in apps.get_model("gigs", "FirstReviewTask").objects.all():
        content_type, _made = content_type_model.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
        plain = plain_model.objects.create(name=first.name, active=first.active, content_type=content_type)
        plain.groups.set(first.groups.all())
        workflow_task_model.objects.filter(task=first.task_ptr_id).update(task=plain.task_ptr_id)
        second = apps.get_model("gigs", "SecondReviewTask").objects.values("pk")
        workflow_task_model.objects.filter(task__in=second).delete()
        state_model.objects.filter(task__in=[first.pk, *second.values_list("pk", flat=True)]).update(task=plain.task_ptr_id)
    for name in ("FirstReviewTask", "SecondReviewTask"):
        gone = list(apps.get_model("gigs", name).objects.values_list("pk", flat=True))
        apps.get_model("gigs", name).objects.filter(pk__in=gone).delete()
        task_model.objects.filter(pk__in=gone).delete()


class Migration(migrations.Migration):
    # Data moves outside the transaction of a table (tests/contracts/test_rolling_upgrade.py); a second run adds nothing.
    atomic = False

    dependencies = [("gigs", "0002_services")]

    operations = [
        migrations.RunPython(add_words, migrations.RunPython.noop),
        migrations.RunPython(add_reasons, migrations.RunPython.noop),
        migrations.RunPython(migrations.RunPython.noop, give_plain_task_back),
    ]

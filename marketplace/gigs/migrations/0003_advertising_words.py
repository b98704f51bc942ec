from django.db import migrations, models

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


def add_words(apps, schema_editor):
    word_model = apps.get_model("gigs", "AdvertisingWord")
    word_model.objects.bulk_create(
        word_model(
            word=word,
            spellings=spellings,
            reason=reason,
            suggestion=suggestion,
            exceptions=exceptions,
            is_blocking=is_blocking,
        )
        for word, spellings, reason, suggestion, exceptions, is_blocking in WORDS
    )


class Migration(migrations.Migration):
    atomic = False  # the house rule for a migration that writes rows (tests/contracts/test_rolling_upgrade.py)

    dependencies = [("gigs", "0002_attributes_and_renditions")]

    operations = [
        migrations.CreateModel(
            name="AdvertisingWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=30, unique=True, verbose_name="word")),
                (
                    "spellings",
                    models.CharField(
                        blank=True,
                        help_text="With spaces between.",
                        max_length=300,
                        verbose_name="other spellings and relatives",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        help_text="Sellers read it below the field.", max_length=120, verbose_name="reason"
                    ),
                ),
                (
                    "law",
                    models.CharField(
                        default="《广告法》第九条第（三）项", max_length=60, verbose_name="article of the law"
                    ),
                ),
                (
                    "suggestion",
                    models.CharField(
                        blank=True,
                        help_text="Stands in the place of the word when the seller takes it; empty takes the word out.",
                        max_length=30,
                        verbose_name="better wording",
                    ),
                ),
                (
                    "exceptions",
                    models.TextField(
                        blank=True,
                        help_text="With spaces between. # stands for a number, "
                        "^ at the beginning for the beginning of a clause.",
                        verbose_name="harmless phrases",
                    ),
                ),
                ("is_blocking", models.BooleanField(default=False, verbose_name="stops the submission",
                    help_text="Otherwise it is a warning that the moderator sees too.")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "word forbidden in advertising",
                "verbose_name_plural": "words forbidden in advertising",
                "ordering": ["-is_blocking", "pk"],
            },
        ),
        migrations.RunPython(add_words, migrations.RunPython.noop),
    ]

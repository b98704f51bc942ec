"""Words that mean the same to a buyer, with how nearly. Staff will be able to add to it; this is where it starts.

Each line: words that stand for one another at 0.8; after a bar, words that come near it, at 0.5.
"""

from collections import defaultdict

GROUPS = """
logo 标志 商标设计 标识 徽标 | 品牌 vi 招牌 字标
vi 视觉识别 企业形象 | 品牌 logo
ppt 幻灯片 演示文稿 课件 简报 keynote | 路演 汇报
公众号 微信推文 推文 公众号文章 | 微信 软文 新媒体
小程序 微信小程序 | 点单 扫码
网站 网页 官网 建站 网站建设 站点 独立站 | 前端 shopify wordpress
短视频 抖音 快手 小视频 | 视频 视频号
视频 影片 录像 | 短视频
剪辑 快剪 视频剪辑 后期 | 视频
字幕 上字幕 听打 | 视频
请柬 喜帖 请帖 邀请函 喜柬 婚礼邀请 | 婚礼 婚庆
婚礼 婚庆 结婚 | 喜帖 请柬
海报 宣传画 展板 易拉宝 | 宣传单 banner 主图
名片 卡片设计 | 平面
宣传单 传单 单页 折页 | 画册 海报
画册 宣传册 手册 | 折页
包装 包装盒 礼盒 | 瓶贴 标签
插画 插图 手绘 绘画 | 约稿 头像 立绘
表情包 表情 | ip 头像
建模 三维 3d c4d blender 渲染 | 效果图
效果图 渲染图 | 室内 装修 建模
装修 店铺装修 店铺设计 | 电商 详情页
详情页 主图 宝贝描述 | 电商 淘宝
电商 淘宝 天猫 京东 拼多多 网店 | 详情页 shopify
app 应用开发 安卓 ios 手机应用 | 移动
h5 活动页 | 小游戏 网页
爬虫 采集 抓取 数据采集 | 脚本 python
脚本 自动化 | python 爬虫
后端 接口 api 服务端 | django java python
前端 vue react | 网页 网站
服务器 运维 部署 linux | 云
数据分析 资料分析 数据处理 | 报表 可视化 excel spss
excel 电子表格 表格 | 报表 函数 数据透视
人工智能 ai 机器学习 大模型 | 智能体 chatgpt
翻译 译文 口译 笔译 英译中 | 英文 英语 日语 本地化
英文 英语 | 翻译 双语
日语 日文 | 翻译
文案 软文 写作 撰稿 | 策划 种草
简历 履历 求职简历 cv | 求职 面试
论文 润色 | 查重 学术
计划书 bp 商业计划书 | 融资 路演
配音 旁白 录音 解说 | 播音 音频
编曲 作曲 伴奏 | 混音 音乐
混音 修音 | 编曲 音乐
运营 代运营 托管 | 起号 抖音
小红书 红书 | 种草 笔记
seo 搜索优化 关键词优化 排名优化 | 网站
直播 主播 | 脚本 场控
摄影 拍摄 拍照 跟拍 | 修图 写真
修图 精修 p图 抠图 | 摄影
证件照 形象照 | 写真
记账 代账 代理记账 做账 会计 | 财税 报税
报税 纳税 税务 申报 | 财税 记账
公司注册 工商注册 营业执照 注册公司 执照办理 | 注册
合同 协议 | 法律 审查
法律 律师 | 合同 咨询
专利 专利申请 | 知识产权 商标
商标 商标注册 | 知识产权
家教 辅导 补习 一对一 | 课程 教学
考研 研究生考试 | 辅导 高数
数学 高数 | 辅导 考研
健身 减脂 私教 | 饮食 训练
心理 情绪 倾听 | 咨询 陪伴
动画 mg动画 二维动画 | 宣传片 短片
宣传片 企业宣传片 形象片 | 视频 动画
室内 家装 装修设计 | 效果图 软装
餐饮 餐厅 饭店 火锅店 | 外卖 菜单
火锅 火锅店 | 餐饮
招牌 门头 店招 | logo 灯箱
菜单 点菜单 价目表 | 餐饮
b站 哔哩哔哩 bilibili | 长视频
美化 优化 排版 | 设计
开发 制作 搭建 定制 | 设计
ui 界面设计 界面 | 原型 figma
"""

# Taiwan's words as people there write them after simplification; alternatives only, never a rewriting.
TAIWAN = {
    "影片": "视频",
    "简报": "ppt",
    "履历": "简历",
    "程式": "程序",
    "资料": "数据",
    "行销": "营销",
    "软体": "软件",
    "网路": "网络",
    "品质": "质量",
    "伺服器": "服务器",
    "萤幕": "屏幕",
    "列印": "打印",
}

# They stand in every other title and say little alone.
GENERIC = frozenset(
    [
        "设计",
        "制作",
        "开发",
        "定制",
        "服务",
        "优化",
        "美化",
        "代做",
        "代办",
        "专业",
        "高端",
        "原创",
        "一对一",
        "咨询",
        "办理",
        "申请",
        "撰写",
        "定做",
        "做",
        "搭建",
        "策划",
        "全套",
        "店",
        "的",
        "和",
        "与",
        "出",
        "拍",
        "写",
        "画",
    ]
)

FULL, NEAR = 0.8, 0.5


def _build() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for line in GROUPS.strip().splitlines():
        same, _bar, near = line.partition("|")
        group, weak = same.split(), near.split()
        for word in group:
            for other in group:
                if other != word:
                    table[word][other] = max(FULL, table[word].get(other, 0))
            for other in weak:
                table[word].setdefault(other, NEAR)
    return dict(table)


SYNONYMS = _build()
DOMAIN_WORDS = frozenset(SYNONYMS) | {other for others in SYNONYMS.values() for other in others}

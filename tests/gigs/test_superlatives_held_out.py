"""Sentences that were written without looking at the list of forbidden words, and the share of them that it judges well.

docs/gigs.md has the figures before the list was mended after them. Sentences that fail one day are added, not taken out.
"""

import pytest

from marketplace.gigs.advertising import forbidden_words, forget_words
from marketplace.gigs.superlatives import find

CLAIMS = [
    "全网最低价设计商标，错过不再有",
    "我是业内第一的品牌设计师，找我准没错",
    "国家级配音演员亲自录制",
    "提供最专业的合同翻译",
    "本店是全国排名第一的网站开发团队",
    "史上最强的短视频剪辑套餐",
    "独一无二的写作水平，无人能及",
    "顶级插画师为您定制头像",
    "极致的用户体验设计，业界顶尖",
    "保证百分之百让您的排名上首页",
    "最优惠的价格，最优质的服务",
    "绝无仅有的商标设计方案",
    "世界级音乐制作人为您编曲",
    "我们的翻译质量全球领先，首屈一指",
    "最便宜的小程序开发，全平台找不到第二家",
    "销量冠军，连续三年淘宝第一名",
    "王牌文案，行业领导者的不二之选",
    "央视指定配音，国家领导人推荐",
    "万能模板，适合任何行业，零风险",
    "永久有效的搜索优化，一次付费终身第一页",
    "100%通过查重，不过包赔",
    "最高水准的论文润色服务",
    "国内唯一一家做手绘动画的工作室",
    "史无前例的低价，仅此一次",
    "填补国内空白的建模技术",
    "最先进的算法，最快的交付",
    "遥遥领先同行的剪辑技术，没有之一",
    "做 logo 我是 NO.1",
    "全球首发的配色方案，独家秘方",
    "终极版简历模板，面试通过率全国最高",
    "最受欢迎的头像画师",
    "第一品牌的策划团队为您服务",
    "质量最好，价格最低，速度最快",
    "顶尖的技术，无与伦比的效果",
    "极品国风插画，帝王级待遇",
    "全行业最好的数据分析师",
    "绝对让你满意的最佳海报",
    "特级翻译，国家免检品质",
    "我画的漫画是全站最棒的",
    "最具性价比的剪辑师，没有对手",
]
HARMLESS = [
    "最多可以修改三次，超出部分另行计费",
    "最终交付文件包括 AI、PDF 和 PNG",
    "我最近三年主要做餐饮品牌",
    "请在下单前最好先和我沟通一下需求",
    "第一次合作的客户可以先看样稿",
    "交付时间最晚不超过七天",
    "这是我第一个在平台上架的服务",
    "使用最新版本的 Figma 制作",
    "第一步：收集您的需求和参考图",
    "最少需要提供三张参考图片",
    "首页设计加三个内页",
    "国家标准公文格式排版",
    "导出的图片最大尺寸为 4000 像素",
    "每天最早九点开始回复消息",
    "曾获 2022 年红点设计奖",
    "客户唯一需要准备的是品牌名称和行业",
    "每张头像都是单独手绘，不用模板",
    "唯一标识符会写在数据表的主键里",
    "支持全球多个时区的客户",
    "顶部导航和底部信息栏一起设计",
    "为登山队设计过登顶纪念徽章",
    "绝对路径和相对路径都会检查",
    "极简风格的名片设计",
    "北极熊主题的绘本插画",
    "冠军杯主题的海报，配色您来定",
    "王者荣耀主题的同人插画",
    "首次沟通免费，时长二十分钟",
    "世界地图风格的信息图",
    "我会尽量在最短的时间内回复",
    "第一人称视角的短篇小说",
    "配音样音时长最长一分钟",
    "先付定金，最后再付尾款",
    "为领导讲话稿做排版和校对",
    "适合初级到高级的口语学习者",
    "文件永久保存在您自己的网盘里",
    "数据全部来自国家统计局的公开资料",
    "最大的遗憾是没能早点学画画，所以现在每天练习",
    "完全按照您给的规范命名图层",
    "如果最低分辨率不够，我会提前告诉您",
    "一级标题用黑体，二级标题用楷体",
]


@pytest.fixture
def words(db):
    forget_words()
    return forbidden_words()


def test_what_nobody_had_in_mind_while_writing_the_list_is_judged_well_all_the_same(words):
    missed = [sentence for sentence in CLAIMS if not find(sentence, words)]
    flagged = {sentence: [hit.found for hit in found] for sentence in HARMLESS if (found := find(sentence, words))}
    caught = len(CLAIMS) - len(missed)
    assert caught / len(CLAIMS) >= 0.97, missed
    assert caught / (caught + len(flagged)) >= 0.99, flagged

"""What contact details and ways around the platform look like, as patterns over folded text. Pure; contacts.py asks them.

Three ways of seeing a text are searched: LOOSE keeps blanks and signs, TIGHT has none within a clause, DIGITS is LOOSE with
every number word as digits. How people hide things is written down beside the pattern that finds it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ContactKind(StrEnum):
    """What was found. A link is no contact by itself: references and sources are links too."""

    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"
    QQ = "qq"
    MESSENGER = "messenger"
    PAYMENT = "payment"
    INVITATION = "invitation"
    LINK = "link"


class View(StrEnum):
    """Which way of seeing a text a pattern is for."""

    LOOSE = "loose"
    TIGHT = "tight"
    DIGITS = "digits"


@dataclass(frozen=True)
class ContactPattern:
    """A pattern; `group` is the part that counts. `is_asking` ones mean nothing where somebody refuses: 不要加微信."""

    kind: ContactKind
    view: View
    expression: re.Pattern[str]
    group: int = 0
    is_asking: bool = False


def _p(kind: ContactKind, view: View, expression: str, *, group: int = 0, asks: bool = False) -> ContactPattern:
    return ContactPattern(kind, view, re.compile(expression), group, asks)


# --- Names of WeChat and QQ, and their homophones -------------------------------------------------------------------
# 微信 薇信 威信 维信 徽信 卫信 围信 V信 微❤ (❤ is folded to 心), wei xin, vx, wx, w❤x, 绿泡泡, "the green one".
_FALSE_WECHAT = r"(?:[薇威维徽卫围危唯惟v]\s*(?:信|心|xin)|微\s*(?:心|xin)|[微薇威v]\s*x(?![a-z])|wei\s*信|w\s*心\s*x?|卫星号|绿泡泡|绿色(?:的)?(?:那个|那款)?(?:软件|app|图标)|小绿(?!书))"
_SHORT_WECHAT = r"(?<![a-z])(?:vx|wx|weixin|wechat|w\s*x|v\s*x)(?![a-z.])"
_WECHAT = rf"(?:微\s*信|{_FALSE_WECHAT}|{_SHORT_WECHAT})"
# What makes of a messenger the thing one works on: 微信小程序, 微信支付, 微信二维码, 微信群里.
_PRODUCT = (
    r"(?!\s*(?:小程序|小游戏|公众|支付|登[录陆]|授权|扫码|分享|朋友圈|红包|表情|头像|昵称|商城|小店|视频号|客服|h5|开放|接口|sdk|api"
    r"|生态|端|版|内|里|上看|上打开|图标|按钮|标志|logo|广告|推文|文章|排版|封面|服务号|订阅号|群里|群活|群发|群码|裂变|营销|运营|社群"
    r"|后台|开发|截图|审核|官方|统一|网页|浏览器|应用|聊天|界面|页面|读书|平台|生活|商户|模板|消息模板|通知|提醒|二维码(?!发|给|我|加)"
    r"|openid|unionid|id登|mini|official|pay|\w*小程序|电影|课|商|营|官))"
)
_FALSE_QQ = r"(?:扣扣|抠抠|蔻蔻|叩叩|寇寇|kou\s*kou|企鹅号?|球球|🐧)"
_QQ = rf"(?:(?<![a-z])q\s*q(?![a-z])|{_FALSE_QQ})"
# One sign for the messenger (加V, 加Q, 微我): only where it ends the thought, since 加V领 and 加微电影 are work.
_ENDS = r"(?=$|[\s，。！？；：、,.!?;:~(（)）=]|[吧呗啊呀哈哦嘛么吗聊说谈详细私联不好给发看再备找号]|(?<=[v微薇威q])\s*[a-z0-9])"
_INITIAL = r"(?:(?<![a-z])(?:v(?!\d*\.\d)|[vq](?=\s*(?:1[3-9]\d{4}|[a-z]{3,}\d))|q(?![a-z&版弹]))|[微薇威❤心])(?![a-z领字形认])"

# --- Identifiers ---------------------------------------------------------------------------------------------------
_ID = r"[a-z][a-z0-9_-]{4,19}(?![a-z0-9_-])"
_ODD_ID = r"(?=[a-z_-]*[\d_-])[a-z][a-z0-9_-]{4,19}(?![a-z0-9_.-])"  # with a digit or a sign: no word of a language
_IS = r"\s*(?:号码?|id|账号|帐号|名|搜索?|是|就是|我的?)*\s*(?:[:：=,，]|是|搜)\s*"
_ME = r"(?:一?下|个|上|我|你|您|他|俺|咱|们|好友|的)*"
_BEGINS = r"(?:^|(?<=[\s，。！？；：、,.!?;:我你您就先来可以再]))"
_ADD = r"(?:加|➕|添加|jia(?=[\svwq])|(?<![a-z])add\s*|" + _BEGINS + r"[家嘉佳伽茄](?=\s*(?:[微薇威维v]|q)))"

# --- Numbers -------------------------------------------------------------------------------------------------------
# Its two branches share no sign: where they did, each gap matched in eight ways, and a long number never came to an end.
_GAP = r"(?:[^\w\s]|[\s_的那]){0,3}"
_NO_NUMBER = r"(?<![\d.])(?<!\d[\s-])"
_MOBILE = rf"{_NO_NUMBER}1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!{_GAP}\d)"
_CALL = (
    r"(?:手机|电话|号码|拨|打|座机|联系|☎|📞|📱|(?<![a-z])(?:tel|phone|call|text|ring|mobile|dianhua|shouji)(?![a-z]))"
)
_AT = r"\s*(?:@|\(\s*at\s*\)|\[\s*at\s*\]|（\s*at\s*）|艾特|爱特|小老鼠|\sat\s)\s*"
_DOT = r"\s*(?:\.|点|dot|\(\s*dot\s*\)|。)\s*"
_ENDING = r"(?:com|cn|net|org|me|io|cc|top|edu|info)"

PATTERNS: Sequence[ContactPattern] = (
    # Telephone: with anything between the digits, in groups with words between, spelled, mixed, and lines.
    _p(ContactKind.PHONE, View.DIGITS, _MOBILE),
    # Who says that it is a number and writes one digit too few or too many still gives it away.
    _p(ContactKind.PHONE, View.DIGITS, rf"(?:手机号?|电话|号码|my number|phone)\s*(?:号|码|is|是|[:：])*\s*(1{_GAP}[3-9](?:{_GAP}\d){{8,11}})(?!{_GAP}\d)", group=1),
    _p(ContactKind.PHONE, View.DIGITS, rf"{_NO_NUMBER}1[3-9]\d[^\d]{{0,6}}(?:中间|后面|最后|然后|接着|再来?|末|尾)[^\d]{{0,6}}\d{{4}}[^\d]{{1,8}}\d{{4}}(?!\d)"),
    _p(ContactKind.PHONE, View.DIGITS, rf"{_CALL}.{{0,8}}?{_NO_NUMBER}(0\d{{2,3}}{_GAP}\d{{3,4}}{_GAP}\d{{4}})(?!\d)", group=1),
    _p(ContactKind.PHONE, View.DIGITS, r"(?<![\w.])(\+\s?\d{1,3}[\s-]?\(?\d{1,4}\)?(?:[\s-]?\d{2,5}){2,4})(?!\d)", group=1),
    _p(ContactKind.PHONE, View.DIGITS, rf"{_CALL}.{{0,15}}?{_NO_NUMBER}(\(?\d{{3}}\)?[\s.-]\d{{3}}[\s.-]\d{{4}})(?!\d)", group=1),
    # Mail, also as (at), 艾特, "name#163.com", 点com. icon@2x.png is a file, git@github.com an address of code.
    _p(ContactKind.EMAIL, View.LOOSE, rf"(?<![\w.+-])(?!git@)[a-z0-9][\w.+-]*{_AT}(?!\d+x\.)[a-z0-9-]{{2,}}(?:\.[a-z0-9-]+)*{_DOT}(?!png|jpe?g|svg|webp|gif)[a-z]{{2,6}}(?![a-z])"),
    _p(ContactKind.EMAIL, View.LOOSE, rf"[a-z0-9][\w.-]{{3,}}\s*#\s*(?:qq|163|126|gmail|outlook|hotmail|foxmail|sina|icloud){_DOT}{_ENDING}"),
    # WeChat: a name of it and an identifier; of the true name the identifier has to look like one (微信 android 端 is none).
    _p(ContactKind.WECHAT, View.LOOSE, rf"{_WECHAT}{_IS}(?:{_ID}|1[3-9]\d{{9}})"),
    _p(ContactKind.WECHAT, View.LOOSE, rf"{_WECHAT}\s*(?:号码?|id|hao)?\s*(?:{_ODD_ID}|1[3-9]\d{{9}})"),
    _p(ContactKind.WECHAT, View.LOOSE, rf"{_FALSE_WECHAT}\s*(?:号|id)?\s*{_ID}"),
    _p(ContactKind.WECHAT, View.LOOSE, rf"(?<![a-z0-9])v\s*[:：]\s*(?:{_ID}|1[3-9]\d{{9}})"),
    _p(ContactKind.WECHAT, View.TIGHT, r"(?:微信|weixin|wechat|威信|薇信|v信)(?:号|id|hao)?(?:是|[:：])?[a-z](?=[a-z]*\d)[a-z0-9]{5,19}(?![a-z0-9])"),
    _p(ContactKind.WECHAT, View.TIGHT, rf"{_WECHAT}(?:号)?(?:就是|也是|和|跟|与)?(?:我)?(?:手机|电话)?(?:号码?)?(?:同号|同手机|同电话|同步|一样)", asks=True),
    _p(ContactKind.WECHAT, View.TIGHT, rf"(?:{_WECHAT}|(?<![a-z])[vq](?![a-z])|微|薇)号?(?:就是|也是|是|跟|和|同)我?的?(?:手机|电话)(?!号?登|号?验|端)", asks=True),
    # ... asking for it, offering it, talking or paying there.
    _p(ContactKind.WECHAT, View.TIGHT, rf"{_ADD}{_ME}(?:{_WECHAT}|微信){_PRODUCT}", asks=True),
    _p(ContactKind.WECHAT, View.LOOSE, rf"{_ADD}\s*{_ME}\s*{_INITIAL}{_ENDS}", asks=True),
    _p(ContactKind.WECHAT, View.TIGHT, rf"(?:你|您|我|有|有没有|没有)(?:们|家)?(?:的)?{_WECHAT}(?:号)?(?:是?多少|是什么|是啥|吗|么|没|发我|发一?下|给我?|呢|[?？])", asks=True),
    _p(ContactKind.WECHAT, View.TIGHT, rf"{_WECHAT}号?(?:码)?(?:给|发|留)(?:我|你|您|一下|下|个)", asks=True),
    _p(ContactKind.WECHAT, View.TIGHT, rf"(?:我|你|您)(?:们|家)?的?(?:个人)?{_WECHAT}(?:二维码|名片|号码?)(?!登)", asks=True),
    _p(ContactKind.WECHAT, View.TIGHT, rf"(?:{_WECHAT})(?:上|里|那边)?(?:上)?(?:聊(?!天)|说|谈|沟通|详聊|细聊|细说|语音|找我|转给|付给|发给?(?:我|你|您)|联系(?!客服|我们|方式))", asks=True),
    _p(ContactKind.WECHAT, View.TIGHT, rf"(?:用|走|直接|我们|咱们?|先){_WECHAT}(?:直接)?(?:转账|转|付|收款|打款)(?!功能|页|接口|按钮|流程|方式)", asks=True),
    _p(ContactKind.WECHAT, View.LOOSE, rf"有(?:没有)?(?:你的)?\s*(?:{_INITIAL}|{_QQ})\s*(?:号)?(?:没|吗|么|不|[?？])", asks=True),
    _p(ContactKind.WECHAT, View.TIGHT, r"(?:拉|建|进)(?:你|您|我|他|个|一个|大家|咱们|进|到)*(?:微信|薇信|v信|vx|wx)?(?:小|工作|项目|沟通)?群(?!里用|聊|发|组|体|二维码|活|成员|功能|像)", asks=True),
    # QQ: a name of it and five to eleven digits, in whatever writing.
    _p(ContactKind.QQ, View.DIGITS, rf"(?:{_QQ}|(?<![a-z])q\s*(?:号|群)?\s*[:：]?)(?:号|群|群号|聊|邮箱)?(?:也行|也可以|可以|是)?[\s:：,，]*(?:是)?\s*[1-9](?:{_GAP}\d){{5,11}}(?!\d)"),
    _p(ContactKind.QQ, View.TIGHT, rf"(?:{_ADD}|留|有)(?:{_ME}){_QQ}(?![空音])", asks=True),
    _p(ContactKind.QQ, View.LOOSE, rf"{_QQ}\s*(?:上)?\s*(?:聊(?!天)|说|谈|联系(?!客服)|找我|敲我|call我)", asks=True),
    # Other messengers and platforms, as a place to go to or with a name there.
    _p(ContactKind.MESSENGER, View.LOOSE, r"(?:telegram|whats\s?app|skype|discord|signal|viber|(?<![a-z])line(?:\s+id)|(?<![a-z])(?:tg|wa))\s*(?:id|号|me|is|at|on|user\s?name)?\s*(?:is|[:：@,，])\s*[@+]?[\w.:+-]{3,}"),
    _p(ContactKind.MESSENGER, View.LOOSE, r"(?:talk|chat|call|text|message|reach|find|continue|move)\b.{0,15}\b(?:on|via|over|to)\s+(?:telegram|whats\s?app|skype|discord|signal|line|wechat|zoom|qq)\b", asks=True),
    _p(ContactKind.MESSENGER, View.TIGHT, r"(?:飞机|纸飞机|电报|钉钉|飞书|抖音|小红书|红薯|快手|微博|b站|陌陌|闲鱼|boss|脉脉|绿洲)(?:那边|上面?|里)?(?:聊|找我|私信我?|私聊我?|加我|联系我|搜(?!索))", asks=True),
    _p(ContactKind.MESSENGER, View.LOOSE, rf"(?:飞机|电报|钉钉|飞书|抖音|小红书|红薯|快手|微博|b站|陌陌|闲鱼).{{0,6}}?(?:号|id|用户名|昵称)\s*(?:是|[:：])?\s*{_ID}"),
    _p(ContactKind.MESSENGER, View.LOOSE, rf"(?:小飞机|纸飞机|电报|tg)\s*[@＠:：]\s*{_ID}"),
    _p(ContactKind.MESSENGER, View.TIGHT, r"(?:去|到|上|用|换)(?:企鹅|飞机|boss|闲鱼|陌陌|绿泡泡|别的平台|别的软件|其他平台|其他软件)(?:那边|上面?)?(?:聊|说|谈|联系|沟通)", asks=True),
    _p(ContactKind.MESSENGER, View.LOOSE, r"(?:https?://)?(?:t\.me|wa\.me|u\.wechat\.com|qm\.qq\.com|line\.me|weixin\.qq\.com/[rg]|work\.weixin\.qq\.com/ca)/[\w/+?=&-]+"),
    # Paying past the platform.
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:直接|私下|线下|打款|转账|汇款|转|汇|打|发)(?:到|给|进|钱)?(?:我们?|我|俺|公司|你|您)?的?(?:个人|公司)?(?:的)?(?:支付宝|zfb|知付宝|银行卡|卡里|卡上|建行|工行|农行|账户|私户)(?!功能|接口|按钮|登)", asks=True),
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:支付宝|zfb|知付宝|微信|wx|vx)(?:直接)?(?:转给|转我|付给|付我|打给|打我)", asks=True),
    _p(ContactKind.PAYMENT, View.LOOSE, r"(?:支付宝|zfb|知付宝)(?:账?号)?\s*(?:是|[:：])?\s*(?:1[3-9]\d{9}|[\w.+-]+@[\w.-]+)"),
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:直接|私下|线下).{0,4}?(?:对公)?(?:打款|转账|转我|汇款|付款)(?:给我|到我|给你)", asks=True),
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:你|您|我)的?(?:微信|支付宝|个人)?(?:收|付)[款钱]码|(?:收[款钱]码)(?:给|发)(?:我|你|您|过来|一下)", asks=True),
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:私下|线下|场外|台下)(?:里)?(?:交易|付款|付钱|付|转账|转|收款|收钱|结算|合作|成交|给钱)", asks=True),
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:不|别|不用|不要|不想|绕|避|跳|脱离?)(?:走|在|过|从|通过|用|上|经过|开|离)(?:这个|咱们?|你们|这)?(?:平台|托管|担保|网站)(?!内)(?:了|做|拍|付|下单|交易|买)*"),
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:就|不|别)(?:不)?(?:过|走|用)(?:平台|托管)(?:了)"),
    _p(ContactKind.PAYMENT, View.TIGHT, r"(?:走|去|到|在)我的?(?:淘宝|闲鱼|微店|拼多多|抖音|自己的?)(?:小?店|商城|橱窗|链接)?.{0,4}?(?:下单|拍|买|付)", asks=True),
    _p(ContactKind.PAYMENT, View.DIGITS, r"(?<![\d.])(?:62|4\d|5[1-5])\d{2}(?:[\s-]?\d{4}){2,3}[\s-]?\d{3,4}(?:[\s-]?\d{1,3})?(?!\d)"),
    # Invitations that name no messenger.
    _p(ContactKind.INVITATION, View.LOOSE, rf"加\s*(?:我|下我|一下我|好友|我?个?好友)[^。！？!?\n]{{0,12}}?(?<![a-z0-9_.-]){_ODD_ID}", asks=True),
    _p(ContactKind.INVITATION, View.LOOSE, rf"我(?:的)?\s*(?:号码?|id|账号|vx?|wx?|微|薇|q)\s*(?:id|是|[:：])*\s*{_ID}"),
    _p(ContactKind.INVITATION, View.LOOSE, rf"(?:私|微|薇|v|q|敲|滴|滴滴|戳|扣)\s*我\s*(?:的)?(?:心|信|v|q)?[号码，,:： 是]*{_ID}"),
    _p(ContactKind.INVITATION, View.LOOSE, rf"(?<!要求)(?:软件|平台|那边|app)[，,]?\s*(?:我?的?号|搜)\s*(?:码|是|[:：])?\s*{_ID}"),
    _p(ContactKind.INVITATION, View.TIGHT, r"(?:留|给|加|换|要|发)(?:一?下|一?个|我|你|您|过来)*的?(?:联系方式|个方式(?=[，。,.!！?？呗吧呀啊]|$))(?!栏|字段|页|模块|按钮|板块|入口|表单|区)", asks=True),
    _p(ContactKind.INVITATION, View.TIGHT, r"留(?:一?下|一?个|我|你|您)+的?(?:电话|手机号?|号码|号|邮箱)(?!栏|字段|页|输入|框)", asks=True),
    _p(ContactKind.INVITATION, View.TIGHT, r"把(?:你|您|我)?的?(?:手机号码?|电话号?码?|号码|号|微信号?|v|vx|wx|名片|联系方式|二维码)(?:给|发|留|报|写)", asks=True),
    _p(ContactKind.INVITATION, View.TIGHT, r"(?:我(?:的)?)(?:手机号?|电话|号码?|联系方式|微信|二维码|座机)[^，。！？]{0,4}?(?:写|放|藏|留|在)(?:在)?(?:了)?(?:图片?|主页|签名|简介|个人简介|昵称|头像|名片|附件|作品)"),
    _p(ContactKind.INVITATION, View.TIGHT, r"(?:把)?(?:联系方式|电话|手机号?|微信号?)(?:写|放|藏|留)在?(?:了)?(?:图片?|主页|签名|简介|昵称|头像|附件)"),
    _p(ContactKind.INVITATION, View.TIGHT, r"我的?微信号?(?:就|都)?(?:写|放)?在(?:我)?的?(?:个人)?(?:主页|签名|简介|昵称|头像)"),
    _p(ContactKind.INVITATION, View.TIGHT, r"(?:手机号?|电话|号码?|联系方式|座机)(?:都)?在(?:我)?的?(?:图片?|主页|签名|简介|个人简介|昵称|头像)"),
    _p(ContactKind.INVITATION, View.TIGHT, r"(?:上面|里面|名片上)有我的?(?:电话|手机|号码|联系方式|微信|二维码)"),
    _p(ContactKind.INVITATION, View.TIGHT, r"扫(?:一?下|描)?[^，。！？]{0,8}(?:码|名片)[^，。！？]{0,4}(?:加(?:我|好友|一?下)|联系我|聊)|(?:加|添加)(?:我|好友).{0,6}扫.{0,8}码", asks=True),
    _p(ContactKind.INVITATION, View.TIGHT, r"加(?:我|你|您|一?下|个)*(?:的)?(?:企业微信|企微|工作微信|私人号|小号|大号|好友吧|好友聊)(?!应用|功能|接口|开发)", asks=True),
    _p(ContactKind.INVITATION, View.TIGHT, r"换(?:个|一个)(?:地方|平台|软件|app|方式)(?:聊|说|谈|沟通|联系)", asks=True),
    _p(ContactKind.INVITATION, View.TIGHT, r"(?:以后|下次|有活|有单)[^。！？]{0,10}(?:直接找你|直接找我|私下找)", asks=True),
    _p(ContactKind.INVITATION, View.LOOSE, r"(?<![a-z])(?:add|ping|e?mail|reach|contact|find|hit)\s+(?:me|us)\s+(?:up\s+)?(?:at|on|via|@)\s+(?!the\s|this\s|any|time)", asks=True),
    _p(ContactKind.INVITATION, View.LOOSE, r"(?<![a-z])(?:add|here(?:'s| is)|share|give\s+me|send\s+me|what(?:'s| is))\s+(?:my|your)\s+(?:personal\s+)?(?:wechat|whats\s?app|telegram|skype|phone|number|e-?mail|line)(?!\s+(?:official|mini|pay|sticker|template|copy))", asks=True),
    _p(ContactKind.LINK, View.LOOSE, r"(?:https?://|www\.)[\w./%?=&#~:-]+"),
)  # fmt: skip

# What a number is when it says so itself, right before it.
OTHER_NUMBER = re.compile(
    r"(?:单号|订单号?|运单号?|快递号?|编号|型号|货号|条码|sku|版本号?|isbn|税号|备案号?|身份证号?|流水号?|序列号|合同号|字|行|页)\s*(?:是|为|[:：#])?\s*$"
)
# Text to be printed or shown, not said: the telephone on a business card is what was ordered.
MATERIAL = re.compile(
    r"名片|海报|门头|招牌|画册|传单|宣传[册单页]|折页|易拉宝|展架|页脚|底部|包装|吊牌|落款|印上|印在|印的|文案|模板|横幅|灯箱|抬头|示例|例如|比如|测试|占位"
    r"|显示|提示|公司信息|背景板|封底|footer|business card|poster|flyer|placeholder|template|e\.g\."
)
# ... unless it is said all the same.
SAID = re.compile(r"打我|联系我|找我|加我|call me|text me|我的?(?:电话|手机|号码)|我就行|随时")
# Who refuses does not ask: 不要加微信. 能不能加, 要不加个 and 可不可以 are no refusals.
REFUSED_BEFORE = re.compile(
    r"(?:(?<![能可要])不(?:能|可以|要|用|必|许|允许|准|支持|接受|让|想|会|方便|建议|需要|得)|没必要|别|请勿|勿|禁止|严禁|拒绝|谨防|避免|(?<![要能可好如])不|没法|无法"
    r"|don't|do not|cannot|can't|never|won't|not allowed to)\s*(?:再|在这里?|私下|互相|随便|去|主动|直接)*\s*(?:让人|引导|要求)?\s*$"
)
REFUSED_AFTER = re.compile(
    r"^[^。！？!?\n]{0,8}(?:没有?保障|不安全|违规|不行|不允许|不可以|不合规|会被封|会封号|风险|骗|is not allowed|isn't allowed|not safe)"
)

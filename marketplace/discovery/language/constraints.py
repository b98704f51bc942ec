"""Conditions that people write into the search box: a price, a number of days, a wish."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from marketplace.core.money import FEN_PER_YUAN
from marketplace.discovery.engines.base import Constraint

_DIGITS = {"零": 0, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_STEPS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_UNITS = {"万": 10_000, "w": 10_000, "千": 1000, "k": 1000, "百": 100, "": 1}
MOST_YUAN, MOST_DAYS = 1_000_000, 365
# "about 300" lets through what costs a little more.
ABOUT = 1.2
# Two bare numbers between these are years.
_YEARS = range(1950, 2051)

_DECIMAL = r"(?:\d{1,3}(?:,\d{3})+|\d{1,7}(?:\.\d{1,2})?)"
_DIGIT = "[一两二三四五六七八九]"
_WORDS = r"[一两二三四五六七八九十百千万零]{1,7}"
# Words for a number that nobody takes for anything else: 一 is in 一起, 两百 is a number.
_LARGE_WORDS = rf"(?=[一两二三四五六七八九十零]*[百千万]){_WORDS}"
_YUAN = r"(?:元(?!店|旦|宵|素|宇宙|气|件)钱?|块钱?|圆|rmb|cny|人民币|大洋|¥)"
# What is counted, if it is not money.
_NO_MONEY = (
    r"(?!\s*[\d.,]|\s*(?:多|来|几)?\s*(?:天|日|个|页|分|秒|寸|张|年|岁|月|号|小时|字|人|题|章|集|级|点|层|台|周|米|倍|平|次|条|款"
    r"|套|份|首|篇|部|词|种|句|帧|届|班|只|本|期|节|课|位|名|度|线|维|色|式|家|场|幅|组|克|斤|码|版|强|g|m|p|k|d|%|fps|cm|px|x))"
)
# As typed with a currency, or as anybody writes it (amounts that no unit of anything else follows).
_AMOUNT = rf"¥?\s*(?:(?P<number>{_DECIMAL})\s*(?P<unit>万|千|百|w|k)?|(?P<words>{_WORDS}))"
_OTHER = _AMOUNT.replace("number", "number2").replace("unit", "unit2").replace("words", "words2")
_TWO_DIGITS = r"\d{2,7}(?:\.\d)?|\d(?:\.\d{1,2})?(?=\s*[万千百wk])"
_BARE = rf"(?:(?P<number>{_TWO_DIGITS})\s*(?P<unit>万|千|百|w|k)?|(?P<words>{_LARGE_WORDS}))"
_BARE2 = _BARE.replace("number", "number2").replace("unit", "unit2").replace("words", "words2")
# With a unit no currency is needed: 1k-3k, 2千到5千.
_THOUSANDS = rf"(?P<number>{_DECIMAL})\s*(?P<unit>万|千|w|k)?(?P<words>)"
_THOUSANDS2 = rf"(?P<number2>{_DECIMAL})\s*(?P<unit2>万|千|w|k)(?P<words2>)"
_TO = r"\s*(?:-|~|—|–|到|至)\s*"
_START = r"(?<![a-z0-9.])"
_SAYS = r"(?:(?:预算|价格|价位|价钱|费用|报价|收费)\s*(?:在|大概|大约|约|是|为|:)?\s*)?"
_ABOUT = r"(?:左右|上下|附近)"
_SUM = r"(?:的?(?:加减|口算|乘除|数学|计算|数))"
_DONE = (
    r"(?:之内|以内|内|左右)?(?:就要|要|必须)?(?:出图|出稿|出片|出货|交付|完成|交稿|交货|搞定|上线|拿到|拿稿|拿图|到手|发货|改完|写完|译完|画完|剪完"
    r"|能?出|做完|做好|弄好|交|拿)?"
)
_COUNT = r"(?P<number>\d{1,3}|半|[一两二三四五六七八九十]{1,3})"
# 3-5天, 三到五天, 两三天: the longer one counts.
_FROM = rf"(?:(?:\d{{1,3}}|[一两二三四五六七八九十]{{1,3}}){_TO}|{_DIGIT}(?={_DIGIT}))?"


def _number(text: str) -> int:
    """A number in Chinese words: 三百五十, 两千, 十五; and as people say it: 一千五, 两万三."""
    total = digit = 0
    last_step = 1
    for character in text:
        if character == "零":
            last_step = 1
        elif character in _DIGITS:
            digit = _DIGITS[character]
        else:
            last_step = step = _STEPS[character]
            total = (total + digit) * step if step == _STEPS["万"] else total + (digit or 1) * step
            total, digit = total or step, 0
    # 一千五 is 1500, and 一千零五 is 1005.
    return total + digit * (last_step // 10 if last_step >= _STEPS["百"] else 1)


def _fen(match: re.Match[str], suffix: str = "") -> int:
    number, words = match[f"number{suffix}"], match[f"words{suffix}"]
    yuan = float(number.replace(",", "")) * _UNITS[match[f"unit{suffix}"] or ""] if number else _number(words)
    return min(round(yuan * FEN_PER_YUAN), MOST_YUAN * FEN_PER_YUAN)


def _span(match: re.Match[str]) -> dict[str, int | str]:
    low, high = _fen(match), _fen(match, "2")
    # 1-3千: the unit of the second belongs to both.
    if match["number"] and not match["unit"] and match["unit2"] and low < high:
        low = min(low * _UNITS[match["unit2"]], high)
    return {"price_min_fen": min(low, high), "price_max_fen": max(low, high)}


def _bare_span(match: re.Match[str]) -> dict[str, int | str]:
    """Two numbers without a currency are prices if they grow, and are not years."""
    values = _span(match)
    numbers = [match[name] or "" for name in ("number", "number2")]
    are_years = all(number.isdigit() and int(number) in _YEARS for number in numbers)
    return {} if are_years or _fen(match) >= _fen(match, "2") else values


def _two_digits(match: re.Match[str]) -> dict[str, int | str]:
    """三五百: from three hundred to five."""
    step = _STEPS[match["step"]] * FEN_PER_YUAN
    low, high = _DIGITS[match["low"]] * step, _DIGITS[match["high"]] * step
    return {"price_min_fen": low, "price_max_fen": high} if low < high else {}


def _some(match: re.Match[str]) -> dict[str, int | str]:
    """几百块: less than a thousand. 千把块: a thousand or a little more."""
    step = _STEPS[match["step"]] * FEN_PER_YUAN
    return {"price_max_fen": step * 10 if match["some"] else round(step * ABOUT)}


def _days(match: re.Match[str]) -> dict[str, int | str]:
    text, unit = match["number"], match["unit"]
    number = 1 if text == "半" else int(text) if text.isdigit() else _number(text)
    if unit in ("小时", "个小时", "h"):
        number = -(-number // 24)
    elif unit in ("周", "星期", "个星期", "礼拜", "个礼拜"):
        number *= 7
    elif unit in ("月", "个月"):
        number = 15 if text == "半" else number * 30
    return {"max_days": max(1, min(number, MOST_DAYS))}


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], dict[str, int | str]]


def _wish(name: str, pattern: str) -> _Rule:
    return _Rule(re.compile(rf"(?:{pattern})\s*的?"), lambda _match: {"prefer": name})


def _most(match: re.Match[str]) -> dict[str, int | str]:
    return {"price_max_fen": _fen(match)}


def _least(match: re.Match[str]) -> dict[str, int | str]:
    return {"price_min_fen": _fen(match)}


def _one_day(_match: re.Match[str]) -> dict[str, int | str]:
    return {"max_days": 1}


def _about(match: re.Match[str]) -> dict[str, int | str]:
    return {"price_max_fen": round(_fen(match) * ABOUT)}


_CONDITIONS = tuple(
    _Rule(re.compile(pattern), read)
    for pattern, read in (
        (rf"{_SAYS}{_AMOUNT}\s*{_YUAN}?{_TO}{_OTHER}\s*{_YUAN}\s*(?:之间|{_ABOUT})?\s*的?(?:预算)?", _span),
        (rf"(?:预算|价格?|价位)\s*(?:在)?{_AMOUNT}\s*{_YUAN}?{_TO}{_OTHER}\s*{_YUAN}?(?:之间|{_ABOUT})?\s*的?", _span),
        (rf"{_START}{_THOUSANDS}{_TO}{_THOUSANDS2}(?![a-z0-9])(?:之间|{_ABOUT})?\s*的?", _span),
        (rf"{_START}{_BARE}{_TO}{_BARE2}{_NO_MONEY}\s*(?:之间|{_ABOUT})?\s*的?(?:预算)?", _bare_span),
        (
            rf"{_SAYS}(?P<low>{_DIGIT})(?P<high>{_DIGIT})(?P<step>[百千万]){_NO_MONEY}\s*{_YUAN}?\s*(?:之间|{_ABOUT}|以内)?\s*的?",
            _two_digits,
        ),
        (rf"{_SAYS}(?P<low>{_DIGIT})(?P<high>{_DIGIT})(?P<step>十)\s*{_YUAN}\s*{_ABOUT}?\s*的?", _two_digits),
        (rf"(?:(?P<some>几)|(?=[百千万][把来]))(?P<step>[十百千万])[把来]?\s*{_YUAN}\s*(?:以内)?\s*的?", _some),
        (
            rf"(?:预算|不超过?|不要超过|别超过?|低于|少于|小于|最多|至多|顶多|不到|控制在|<=?|≤)\s*(?:在|大概|大约|约|是|为|:)?\s*{_AMOUNT}{_NO_MONEY}"
            rf"\s*{_YUAN}?\s*(?:以内|以下|之内|内|封顶|{_ABOUT})?\s*的?",
            _most,
        ),
        (rf"{_SAYS}{_START}{_AMOUNT}\s*{_YUAN}\s*(?:以内|以下|之内|封顶|内|预算)\s*的?", _most),
        (rf"{_SAYS}{_START}{_BARE}\s*(?:以内|以下|之内|封顶|的?预算)(?!{_SUM})\s*的?", _most),
        (rf"(?:高于|超过|不低于|不少于|大于|至少|起码|>=?|≥)\s*{_AMOUNT}\s*{_YUAN}\s*的?", _least),
        (rf"(?:高于|超过|不低于|不少于|大于|>=?|≥)\s*{_BARE}{_NO_MONEY}\s*的?", _least),
        (rf"{_SAYS}{_START}{_AMOUNT}\s*{_YUAN}\s*(?:以上|起步?|往上)\s*的?", _least),
        (rf"{_SAYS}{_START}{_BARE}\s*(?:以上|起步?(?!名|稿|点)|往上)\s*的?", _least),
        (rf"{_SAYS}{_START}{_AMOUNT}\s*{_YUAN}\s*{_ABOUT}?\s*的?", _about),
        (rf"¥\s*(?P<number>{_DECIMAL})(?P<unit>)(?P<words>)\s*{_ABOUT}?\s*的?", _about),
        (rf"{_SAYS}{_START}{_BARE}\s*{_ABOUT}\s*的?", _about),
        (
            rf"{_START}{_FROM}{_COUNT}\s*(?P<unit>个?工作日|天|日|个?小时|h(?![a-z0-9])|周|个?星期|个?礼拜|个月|月(?=[之以]?内))"
            rf"(?!月|签|历|报|语|文|本|子|饼|嫂|式|两夜|[一二两三四五六七八九]夜|游|之?旅|训练|打卡|减|瘦|挑战|计划|速成|课|记|食谱|年|岁|龄|球|系)\s*{_DONE}\s*的?",
            _days,
        ),
        (rf"(?:当天|当日|今天|今日|今晚|即日|隔天|次日|明天|明早)\s*{_DONE}\s*的?", _one_day),
    )
)
_WISHES = (
    _wish(
        "price",
        r"(?:最|又|价格)?便宜一?点?儿?|经济实惠|实惠|低价|平价|性价比[高好]?|省钱|划算|价格低|最低价|廉价|物美价廉|白菜价|学生价|特价|不贵|不要太贵|价格亲民"
        r"|亲民|预算(?:有限|不多|不高|少|低|不够|紧张)|经济(?!学|法|师|类|数)",
    ),
    _wish(
        "rating",
        r"好评率?(?:高|多|如潮)?|口碑[好佳]?|评[分价](?:最?高|好)|高评[分价]|(?<!\S)高分(?=的|\s)|高分的|靠谱|五星(?!级|酒店|红旗)|信誉(?:好|高)?|[零无没]差评"
        r"|(?:评分)?\d(?:\.\d)?分以上|质量[好高]",
    ),
    _wish(
        "orders",
        r"销量(?:最?高|好|多|大)?|成交(?:多|量高?)|单量[多大]|热销|热卖|畅销|卖得[好多]|买的人多|(?<!\S)(?:爆款|热门)(?=的|\s|$)|(?:爆款|热门)的"
        r"|人气[高旺]?|订单多",
    ),
    _wish(
        "speed",
        r"加急|特急|紧急(?!联系)|急[需用单求]|(?:很|比较|非常|特别)急|急(?=\s|$)|(?<!\S)急(?=做|找|要)|十万火急|尽快|越快越好|最快|快速(?!排序|成型|充电|入门|阅读|公交|检测)|(?:速度|出稿|出图"
        r"|交付|交稿)快|快一?点|马上要?|立刻|立马|赶时间|赶工期?|着急",
    ),
)


def read_constraints(text: str) -> tuple[str, tuple[Constraint, ...]]:
    """Normalised text without its conditions, and the conditions. The first of each kind counts; wishes for an order add up."""
    found: dict[str, Constraint] = {}
    for rule in (*_CONDITIONS, *_WISHES):
        match = rule.pattern.search(text)
        if not match:
            continue
        values = rule.read(match)
        kinds = {field: f"{field} {value}" if field == "prefer" else field for field, value in values.items()}
        if not values or found.keys() & set(kinds.values()):
            continue
        words = match.group().strip()
        found |= {kinds[field]: Constraint(words, field, value) for field, value in values.items()}
        text = f"{text[: match.start()]} {text[match.end() :]}"
    return " ".join(text.split()), tuple(found.values())

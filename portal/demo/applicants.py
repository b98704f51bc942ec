"""Who waits to be verified in the demo. Nobody's numbers: sequence number 000 (characters 15 to 17) is never given out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Applicant:
    """Somebody who handed in an identity card; `buyer` is their place in buyers.json."""

    buyer: int
    name: str
    number: str
    sex: str
    address: str
    hours_ago: int
    rejected: str = ""  # what a moderator wrote, when it was


# The third one's number is one that the sandbox's check says does not fit (docs/verification.md).
APPLICANTS = (
    Applicant(2, "周芷沅", "330100199306120009", "女", "浙江省杭州市示例路1号", 29),
    Applicant(4, "何婉清", "440300198809230009", "女", "广东省深圳市示例路2号", 20),
    Applicant(9, "陈屿", "330100199001010001", "男", "浙江省杭州市示例路3号", 5),
    Applicant(
        10,
        "孟小北",
        "110100199611040004",
        "女",
        "北京市示例路4号",
        76,
        "人像面反光，看不清号码。请在光线均匀的地方重拍。",
    ),
)
CARDS_VALID = "2019.05.20-2039.05.20"
CARDS_LAST_DAY = "2039-05-20"


@dataclass(frozen=True)
class Firm:
    """A company whose licence was handed in; `seller` is its person's place in sellers.json."""

    seller: int
    name: str
    code: str
    representative: str
    hours_ago: int


FIRM = Firm(22, "泉州木匠空间装饰设计有限公司", "91350500MADEM9001L", "吴青木", 11)

from django.db import migrations

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


def add_reasons(apps, schema_editor):
    """The reasons to begin with; moderators change them in the admin, so that what is there is left alone."""
    reason = apps.get_model("gigs", "ReviewReason")
    for position, (code, part, label, label_en, advice, advice_en) in enumerate(REASONS):
        texts = {"label": label, "label_en": label_en, "advice": advice, "advice_en": advice_en}
        reason.objects.get_or_create(code=code, defaults={"part": part, "position": position, **texts})


class Migration(migrations.Migration):

    # Data moves outside the transaction of a table; running it twice adds nothing.
    atomic = False

    dependencies = [
        ('gigs', '0005_reviews'),
    ]

    operations = [
        migrations.RunPython(add_reasons, migrations.RunPython.noop),
    ]

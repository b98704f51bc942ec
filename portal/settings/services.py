"""Database, cache, broker, real time, files, mail, search."""

import shutil
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

from marketplace.core.valkey import brief_connection_for
from portal import queues
from portal.embedded.paths import state_directory
from portal.env import ENVIRONMENT, PRODUCTION, env

DATABASES = {"default": env.db("DATABASE_URL")}
# Under ASGI every request may run in another thread, so connections that outlive a request would pile up.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60 if PRODUCTION else 0)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# libpq waits for ever for a server that takes a connection and says nothing, and a quarter of an hour for one whose machine is
# gone in the middle of a question. A slow answer is the server's own affair: `statement_timeout` below.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=5, keepalives_idle=10, keepalives_interval=5, keepalives_count=3, tcp_user_timeout=20_000
)
# What takes longer in a page or a job is a fault, and holds locks meanwhile. Commands may: manage.py sets 0, no limit.
_STATEMENT_TIMEOUT_SECONDS = env.int("DATABASE_STATEMENT_TIMEOUT_SECONDS", default=15 if PRODUCTION else 0)
# Behind PgBouncer, whose server connections are lent out for one transaction at a time.
DATABASE_POOLED: bool = env.bool("DATABASE_POOLED", default=False)
# A cursor of the server outlives the transaction that it was made in, and would be looked for on another connection.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED
# A commit that was answered must survive a crash, whatever the server's default is: measured, `off` loses one in a
# hundred (facts/reliability.md, 2.1). Who waits three seconds for a row is told to try again (core/middleware.py).
# Questions of pages take milliseconds: beginning two more processes for one, or compiling it, takes longer than answering it
# (measured with a million services). Figures over whole tables cost enough to be shared out all the same.
DATABASE_LIMITS: dict[str, str] = {
    "lock_timeout": "3s",
    "synchronous_commit": "on",
    "parallel_setup_cost": "20000",
    "jit": "off",
}
if PRODUCTION and not DATABASE_POOLED:
    # A pool refuses what a connection asks for as it begins: there the role has them (`manage.py set_role_limits`).
    _limits = {"statement_timeout": f"{_STATEMENT_TIMEOUT_SECONDS}s", **DATABASE_LIMITS}
    DATABASES["default"]["OPTIONS"]["options"] = " ".join(f"-c {name}={value}" for name, value in _limits.items())

# The folder of pg_dump, pg_restore and psql, of the server's major version or a newer one.
POSTGRES_PROGRAMS: str = env.str("POSTGRES_PROGRAMS", default="")

# One server, four databases of it: channels 0, cache 1, broker 2, results 3.
REDIS_URL: str = env.str("REDIS_URL").rstrip("/")
# Workers of a parallel test run share the server, but neither keys nor channels (portal/embedded/pytest_plugin.py).
_CACHE_DATABASE = env.int("CACHE_DATABASE", default=1)
_CACHE = {
    "BACKEND": "marketplace.core.cache.OneClientCache",
    "LOCATION": f"{REDIS_URL}/{_CACHE_DATABASE}",
    "KEY_PREFIX": "jiangji",
    "TIMEOUT": 300,
    # A server that takes connections and never answers costs a page two seconds, not the five of redis-py for each key.
    "OPTIONS": {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "connection_class": brief_connection_for(REDIS_URL),
    },
}
# The same keys by two ways: one fails while the server is away, the other is empty then (core/forgiving.py).
_FORGIVING = {**_CACHE, "BACKEND": "marketplace.core.forgiving.ForgivingCache"}
_RENDITIONS = {**_CACHE, "BACKEND": "marketplace.core.forgiving.RenditionCache"}
# "renditions" is Wagtail's name for where it keeps what it knows of pictures in their sizes.
CACHES: dict[str, dict[str, Any]] = {
    "default": _CACHE,
    "forgiving": _FORGIVING,
    "renditions": _RENDITIONS,
}
SESSION_ENGINE = "portal.sessions"
# Whole pages for people without a session (portal/page_cache.py). Tests change what they look at too fast for it.
PAGES_ARE_KEPT: bool = env.bool("PAGES_ARE_KEPT", default=ENVIRONMENT != "test")

# A CDN before the site (portal/cdn.py): where its copies are purged. Without one it is told to keep nothing.
CDN_SECONDS: int = env.int("CDN_SECONDS", default=60)
WAGTAILFRONTENDCACHE: dict[str, dict[str, object]] = {}
_CDN_PURGE_URL: str = env.str("CDN_PURGE_URL", default="")
_CDN_BACKEND: str = env.str("CDN_BACKEND", default="portal.cdn.PurgeBackend" if _CDN_PURGE_URL else "")
if _CDN_BACKEND:
    _at = {"LOCATION": _CDN_PURGE_URL} if _CDN_PURGE_URL else {}
    WAGTAILFRONTENDCACHE["default"] = {"BACKEND": _CDN_BACKEND, **_at, **env.json("CDN_OPTIONS", default={})}

CHANNEL_LAYERS = {
    "default": {
        # Not the core layer: with redis-py 8 it drops idle sockets after 5 seconds (facts/performance.md, section 1).
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [f"{REDIS_URL}/0"], "prefix": f"jiangji{_CACHE_DATABASE}"},
    }
}

# What open windows are told (core/live.py): one channel, heard once by each process.
LIVE = {
    "url": f"{REDIS_URL}/0",
    "channel": f"jiangji{_CACHE_DATABASE}:live",
    # How often a process looks again whether the sessions and rights of its windows hold, and whether it missed anything.
    "look_again_seconds": env.int("LIVE_LOOK_AGAIN_SECONDS", default=4),
    # Of one window; half of it at once.
    "messages_per_minute": env.int("LIVE_MESSAGES_PER_MINUTE", default=100),
    # facts/reliability.md, section 5, has five; people here open a conversation beside each order.
    "windows_per_person": env.int("LIVE_WINDOWS_PER_PERSON", default=10),
}

CELERY_BROKER_URL = f"{REDIS_URL}/2"
CELERY_RESULT_BACKEND = f"{REDIS_URL}/3"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True  # a killed worker's task is delivered again; every task is safe to run twice
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
# When a whole worker dies, the broker gives its tasks out again after this long: longer than CELERY_TASK_TIME_LIMIT (else it
# would run twice at once), and not the hour that is the default. The few tasks that may run for hours (`time_limit` of their
# own, in the queue `slow`) are given out twice: the copy finds that it is begun and returns, and there is always a process to
# take it (portal/queues.py). A worker takes no task that it cannot begin.
# The other lines are for a broker that is away or says nothing: kombu's own are no timeout and no end of trying, and the page
# that hands a job over would hang with it (tests/portal/test_silent_valkey.py). A worker asks for a second at a time.
_TRIED_AGAIN = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 3,
    "socket_connect_timeout": 1,
    # A worker that looks after several queues takes from the first of them as long as there is anything (portal/queues.py).
    "queue_order_strategy": "priority",
    **_TRIED_AGAIN,
}
CELERY_TASK_DEFAULT_QUEUE = queues.DEFAULT
CELERY_TASK_QUEUES = queues.TASK_QUEUES
CELERY_TASK_ROUTES = queues.ROUTES
SLOW_QUEUE = queues.SLOW  # what waits there may wait longer (marketplace/operations/queues.py)
CELERY_TASK_PUBLISH_RETRY_POLICY = _TRIED_AGAIN
# Nobody reads what a job returned; with results, handing one over waits for their store too, some twenty seconds and more.
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# The Chinese fonts that posters are drawn with (package fonts-noto-cjk). Without them there are no posters.
CJK_FONTS_FOLDER: str = env.str("CJK_FONTS_FOLDER", default="/usr/share/fonts/opentype/noto")

_S3_BUCKET: str = env.str("S3_BUCKET", default="")


def _folder(name: str) -> dict[str, str]:
    """The default of a folder for files: none in production, where one inside the checkout would go with a release."""
    return {} if PRODUCTION else {"default": str(state_directory() / name)}


def upload_origins(bucket: str, endpoint: str, addressing: str) -> list[str]:
    """The origins under which browsers reach `bucket`; without an endpoint those of AWS."""
    if not endpoint:
        region = env.str("S3_REGION", default="cn-hangzhou")
        return [f"https://{bucket}.s3.amazonaws.com", f"https://{bucket}.s3.{region}.amazonaws.com"]
    parts = urlsplit(endpoint)
    host = f"{bucket}.{parts.netloc}" if addressing == "virtual" else parts.netloc
    return [f"{parts.scheme}://{host}"]


# An object storage is given three seconds to take a connection and ten for each word of an answer, and asked once more: a
# page waits half a minute for one that says nothing, with boto3's own numbers ten minutes.
_S3_WAITS = {"connect_timeout": 3, "read_timeout": 10, "retries": {"mode": "standard", "total_max_attempts": 2}}


def s3_storage(bucket: str, *, private: bool, access_key: str, secret_key: str) -> dict[str, object]:
    """One bucket. boto3's default checksums make Aliyun OSS answer InvalidArgument (facts/accounts.md, section 5)."""
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
            "region_name": env.str("S3_REGION", default="cn-hangzhou"),
            "access_key": access_key,
            "secret_key": secret_key,
            "file_overwrite": False,
            "default_acl": None,
            "querystring_auth": private,
            "querystring_expire": 60,
            "custom_domain": None if private else env.str("S3_PUBLIC_DOMAIN", default="") or None,
            # Of a body that breaks off; 5 is the default, each with the wait above.
            "transfer_config": TransferConfig(num_download_attempts=2),
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": env.str("S3_ADDRESSING_STYLE", default="virtual")},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                **_S3_WAITS,
            ),
        },
    }


def ffmpeg_program() -> str:
    """The machine's ffmpeg, else the one that imageio-ffmpeg brings along; empty when there is none for this machine."""
    if own := shutil.which("ffmpeg"):
        return own
    try:
        import imageio_ffmpeg

        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):  # no package, or no program in it, for this machine
        return ""


MEDIA_URL = "/media/"
# With S3 the buckets hold them all.
MEDIA_ROOT = "" if _S3_BUCKET else str(env.path("MEDIA_ROOT", **_folder("media")))
# Deliveries, chat attachments, identity papers: never below MEDIA_URL, served by a view that asks the selector first.
PRIVATE_MEDIA_ROOT = "" if _S3_BUCKET else str(env.path("PRIVATE_MEDIA_ROOT", **_folder("private")))

# Where browsers send files to, when servers use an internal endpoint (Aliyun: `-internal`) that they cannot reach.
S3_BROWSER_ENDPOINT_URL: str = env.str("S3_BROWSER_ENDPOINT_URL", default="") or env.str("S3_ENDPOINT_URL", default="")
# What the policy of pages must let them connect to.
UPLOAD_ORIGINS = (
    upload_origins(
        env.str("S3_PRIVATE_BUCKET"), S3_BROWSER_ENDPOINT_URL, env.str("S3_ADDRESSING_STYLE", default="virtual")
    )
    if _S3_BUCKET
    else []
)
# Rewrites films without metadata and draws their posters. Empty: they are kept as they came, without a poster.
FFMPEG: str = env.str("FFMPEG", default="") or ffmpeg_program()

_PUBLIC_FILES: dict = {"BACKEND": "portal.storage.WholeFileStorage"}
_PRIVATE_FILES: dict = {
    "BACKEND": "portal.storage.WholeFileStorage",
    "OPTIONS": {"location": PRIVATE_MEDIA_ROOT, "base_url": None},
}
if _S3_BUCKET:
    _S3_KEYS = {"access_key": env.str("S3_ACCESS_KEY"), "secret_key": env.str("S3_SECRET_KEY")}
    _PUBLIC_FILES = s3_storage(_S3_BUCKET, private=False, **_S3_KEYS)
    _PRIVATE_FILES = s3_storage(env.str("S3_PRIVATE_BUCKET"), private=True, **_S3_KEYS)

STORAGES = {
    "default": _PUBLIC_FILES,
    "private": _PRIVATE_FILES,
    "staticfiles": {
        "BACKEND": "portal.storage.StaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Without a mail server (development, the demo) mails and text messages stay rows, which /dev/outbox/ shows. In production
# both must leave, so one of each must be named; portal/checks.py refuses the outbox. Mails leave in the request that caused
# them, text messages by a job (notifications/sms/sending.py).
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="")
if env.str("EMAIL_URL", default="") or (PRODUCTION and not EMAIL_BACKEND):
    _mail = env.email_url("EMAIL_URL")
    EMAIL_BACKEND = EMAIL_BACKEND or _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_BACKEND = EMAIL_BACKEND or "marketplace.notifications.backends.OutboxEmailBackend"
EMAIL_TIMEOUT = 10  # seconds that a page waits for a mail server that does not answer
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="匠集 <no-reply@jiangji.example>")
SMS_BACKEND = (
    env.str("SMS_BACKEND")
    if PRODUCTION
    else env.str("SMS_BACKEND", default="marketplace.notifications.sms.OutboxSmsBackend")
)
# For SMS_BACKEND=marketplace.notifications.sms.aliyun.AliyunSmsBackend; docs/messages.md has the texts to register.
ALIYUN_SMS = {
    "endpoint": env.str("ALIYUN_SMS_ENDPOINT", default="https://dysmsapi.aliyuncs.com"),
    "access_key_id": env.str("ALIYUN_SMS_ACCESS_KEY_ID", default=""),
    "access_key_secret": env.str("ALIYUN_SMS_ACCESS_KEY_SECRET", default=""),
    "sign_name": env.str("ALIYUN_SMS_SIGN_NAME", default="匠集"),
    "templates": env.dict("ALIYUN_SMS_TEMPLATES", default={}),  # code=SMS_1,no_account=SMS_2,…
    "timeout_seconds": 5,
}
# Template messages of the Official Account, by kind of notification; `all` for what has none of its own.
WECHAT_TEMPLATES: dict[str, str] = env.dict("WECHAT_TEMPLATES", default={} if PRODUCTION else {"all": "sandbox-notice"})


def web_push_key() -> str:
    """In production the environment's; elsewhere one of this checkout, made once, so that browsers stay known."""
    key: str = env.str("WEB_PUSH_PRIVATE_KEY", default="")
    if PRODUCTION or key:
        return key
    file = state_directory() / "web_push_key"
    if not file.exists():
        from cryptography.hazmat.primitives.asymmetric import ec

        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        file.write_text(urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode())
        file.chmod(0o600)
    return file.read_text()


WEB_PUSH = {
    # 32 bytes in base64 (docs/notifications.md); without it no browser is told.
    "private_key": web_push_key(),
    # Whom a push service writes to when something is wrong with what we send.
    "subject": env.str("WEB_PUSH_SUBJECT", default="mailto:ops@jiangji.example"),
    # The push services of Chrome, Firefox, Safari and Edge. We call what browsers name only if it is one of them.
    "services": env.list(
        "WEB_PUSH_SERVICES",
        default=[
            "https://fcm.googleapis.com",
            "https://updates.push.services.mozilla.com",
            "https://*.push.apple.com",
            "https://*.notify.windows.com",
        ],
    ),
}

# Without it PostgreSQL alone searches (docs/search.md).
ELASTICSEARCH_URL: str = env.str("ELASTICSEARCH_URL", default="")
ELASTICSEARCH_DIALECT: str = env.str("ELASTICSEARCH_DIALECT", default="elasticsearch")  # or opensearch
# The certificate of a cluster that signed its own, as Elasticsearch does when it is installed.
ELASTICSEARCH_CA_FILE: str = env.str("ELASTICSEARCH_CA_FILE", default="")
# What our indices begin with, for a cluster that serves others too.
ELASTICSEARCH_INDEX_PREFIX: str = env.str("ELASTICSEARCH_INDEX_PREFIX", default="jiangji-")
SEARCH_ENGINE: str = env.str(
    "SEARCH_ENGINE",
    default="marketplace.discovery.engines.elasticsearch.ElasticsearchEngine"
    if ELASTICSEARCH_URL
    else "marketplace.discovery.engines.postgres.PostgresSearchEngine",
)

"""Settings from the environment and `.env`; the environment wins.

Names are those of DESIGN section 6. Everything has a default that works on one machine without any
token, save the secret key, which the first start makes and keeps (see `secret_key`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingWrong

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `bot/` and `knowledge/`."""


Mode = Literal["polling", "webhook"]
"""How a channel brings us its messages: we fetch them, or it posts them to us."""


_ADDRESS = r"^https?://[^\s/]+(/[^\s]*)?$"


class Settings(BaseSettings):
    """All settings, checked once at the start."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        # A line of `.env` that was left empty sets nothing.
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    database_url: str = Field("", alias="BOT_DATABASE_URL")
    knowledge_dir: Path = Field(ROOT / "knowledge", alias="BOT_KNOWLEDGE_DIR")
    host: str = Field("0.0.0.0", alias="BOT_HOST")  # noqa: S104 a server is there to be reached
    port: int = Field(8080, alias="BOT_PORT", ge=0, le=65_535)
    public_url: str = Field("", alias="BOT_PUBLIC_URL", pattern=r"^(https?://[^\s/]+(/[^\s]*)?)?$")
    secret_key: SecretStr = Field(SecretStr(""), alias="BOT_SECRET_KEY")
    log_level: str = Field("INFO", alias="BOT_LOG_LEVEL", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    say_starters: bool = Field(True, alias="BOT_SAY_STARTERS")
    same_person_approves: bool = Field(False, alias="BOT_SAME_PERSON_APPROVES")
    keep_days: int = Field(365, alias="BOT_KEEP_DAYS", ge=1, le=3_650)
    starts_at_once: int = Field(50, alias="BOT_STARTS_AT_ONCE", ge=1, le=10_000)
    queue_minutes: int = Field(10, alias="BOT_QUEUE_MINUTES", ge=1, le=720)

    telegram_token: SecretStr = Field(SecretStr(""), alias="TELEGRAM_TOKEN")
    telegram_mode: Mode = Field("polling", alias="TELEGRAM_MODE")
    telegram_webhook_secret: SecretStr = Field(SecretStr(""), alias="TELEGRAM_WEBHOOK_SECRET")
    telegram_name: str = Field(
        "", alias="TELEGRAM_NAME", pattern=r"^([A-Za-z]\w{2,30}[A-Za-z0-9])?$"
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", alias="TELEGRAM_API_URL", pattern=_ADDRESS
    )

    zalo_bot_token: SecretStr = Field(SecretStr(""), alias="ZALO_BOT_TOKEN")
    zalo_bot_mode: Mode = Field("polling", alias="ZALO_BOT_MODE")
    zalo_bot_webhook_secret: SecretStr = Field(SecretStr(""), alias="ZALO_BOT_WEBHOOK_SECRET")
    zalo_bot_api_url: str = Field(
        "https://bot-api.zaloplatforms.com", alias="ZALO_BOT_API_URL", pattern=_ADDRESS
    )
    zalo_bot_monthly_quota: int = Field(3_000, alias="ZALO_BOT_MONTHLY_QUOTA", ge=1)

    zalo_oa_app_id: str = Field("", alias="ZALO_OA_APP_ID")
    zalo_oa_app_secret: SecretStr = Field(SecretStr(""), alias="ZALO_OA_APP_SECRET")
    zalo_oa_secret: SecretStr = Field(SecretStr(""), alias="ZALO_OA_SECRET")
    zalo_oa_refresh_token: SecretStr = Field(SecretStr(""), alias="ZALO_OA_REFRESH_TOKEN")
    zalo_oa_api_url: str = Field(
        "https://openapi.zalo.me", alias="ZALO_OA_API_URL", pattern=_ADDRESS
    )
    zalo_oa_oauth_url: str = Field(
        "https://oauth.zaloapp.com", alias="ZALO_OA_OAUTH_URL", pattern=_ADDRESS
    )
    zalo_oa_link: str = Field("", alias="ZALO_OA_LINK", pattern=r"^(https://[^\s]+)?$")
    zalo_oa_signature: str = Field(
        "", alias="ZALO_OA_SIGNATURE", pattern=r"^((app_id|oa_id)\+(oa_secret|app_secret))?$"
    )
    zalo_oa_buttons_template_type: str = Field("", alias="ZALO_OA_BUTTONS_TEMPLATE_TYPE")
    zalo_oa_per_minute: int = Field(90, alias="ZALO_OA_PER_MINUTE", ge=1)
    zalo_oa_window_hours: int = Field(48, alias="ZALO_OA_WINDOW_HOURS", ge=1, le=168)
    zalo_oa_staff_minutes: int = Field(30, alias="ZALO_OA_STAFF_MINUTES", ge=0)
    zalo_oa_silence_hours: int = Field(24, alias="ZALO_OA_SILENCE_HOURS", ge=0)
    zalo_site_verification: str = Field(
        "", alias="ZALO_SITE_VERIFICATION", pattern="^[A-Za-z0-9_-]*$"
    )

    @property
    def data_dir(self) -> Path:
        """Where the program keeps what it writes by default."""
        return ROOT / "data"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'bot.db'}"


_SENTENCES = {
    "BOT_PORT": "phải là một số cổng từ 0 đến 65535.",
    "BOT_PUBLIC_URL": "phải là địa chỉ đầy đủ, ví dụ https://baucu.example.vn.",
    "BOT_LOG_LEVEL": "phải là DEBUG, INFO, WARNING hoặc ERROR.",
    "BOT_SAY_STARTERS": "phải là true hoặc false.",
    "BOT_SAME_PERSON_APPROVES": "phải là true hoặc false.",
    "BOT_KEEP_DAYS": "phải là số ngày từ 1 đến 3650.",
    "BOT_STARTS_AT_ONCE": "phải là số lượt vào thi xử lý cùng lúc, từ 1 đến 10000.",
    "BOT_QUEUE_MINUTES": "phải là số phút giữ chỗ trong hàng chờ, từ 1 đến 720.",
    **dict.fromkeys(
        ("TELEGRAM_API_URL", "ZALO_BOT_API_URL", "ZALO_OA_API_URL", "ZALO_OA_OAUTH_URL"),
        "phải là địa chỉ đầy đủ của máy chủ, có https:// ở đầu; thường thì nên bỏ dòng này.",
    ),
    "TELEGRAM_MODE": "phải là polling hoặc webhook.",
    "TELEGRAM_NAME": "phải là tên của bot trên Telegram, không có @, ví dụ hoidapbaucu_bot.",
    "ZALO_BOT_MODE": "phải là polling hoặc webhook.",
    "ZALO_BOT_MONTHLY_QUOTA": "phải là số tin được gửi mỗi tháng, từ 1 trở lên.",
    "ZALO_OA_LINK": "phải là địa chỉ đầy đủ của OA, ví dụ https://zalo.me/1234567890.",
    "ZALO_OA_SIGNATURE": "phải để trống hoặc có dạng app_id+oa_secret như nhật ký ghi.",
    "ZALO_OA_PER_MINUTE": "phải là số lần gọi mỗi phút, từ 1 trở lên.",
    "ZALO_OA_WINDOW_HOURS": "phải là số giờ từ 1 đến 168 (7 ngày).",
    "ZALO_OA_STAFF_MINUTES": "phải là số phút, từ 0 trở lên.",
    "ZALO_OA_SILENCE_HOURS": "phải là số giờ, từ 0 trở lên; 0 là không cảnh báo.",
    "ZALO_SITE_VERIFICATION": "chỉ gồm mã mà Zalo đưa ra (chữ, số), không có cả thẻ meta.",
}


def load_settings() -> Settings:
    """The settings of this process.

    Raises `SettingWrong` for the first one that cannot work.
    """
    for fault in faults_of_settings():
        raise fault
    return Settings()  # type: ignore[call-arg]  # every field has a default


def faults_of_settings() -> list[SettingWrong]:
    """Every setting whose value cannot work, in the order of the settings."""
    try:
        Settings()  # type: ignore[call-arg]  # every field has a default
    except ValidationError as error:
        names = [str(one["loc"][0]) for one in error.errors()]
        said = "giá trị này không dùng được."
        return [SettingWrong(name, _SENTENCES.get(name, said)) for name in names]
    return []

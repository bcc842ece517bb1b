"""All settings: read once from the environment and `hotline.toml`, then frozen."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import phonenumbers
from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

# In HOTLINE_HOME: the scheme that the setup pages write, used when no other is named.
OWN_SCHEME = "community.toml"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """A setting is missing, malformed or unsafe; the text says which and what to do."""


class Settings(BaseModel):
    """One name for one thing: a field's alias is its environment variable and its key in `hotline.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("xiangyin-hotline"),
        alias="HOTLINE_HOME",
        description="Folder of the database, recordings and speech models",
    )
    database: str = Field(
        "", alias="HOTLINE_DATABASE_URL", description="SQLAlchemy URL; default: SQLite in HOTLINE_HOME"
    )
    broker_url: str = Field(
        "", alias="HOTLINE_BROKER_URL", description="Redis for login limits shared by several web machines"
    )
    public_url: str = Field(
        "",
        alias="HOTLINE_PUBLIC_URL",
        description="How the carrier reaches us, e.g. https://hotline.example.org",
    )
    scheme: str = Field(
        "chengbei", alias="HOTLINE_SCHEME", description="Handling scheme: a bundled name or a TOML file"
    )
    speech_model: str = Field(
        "", alias="HOTLINE_SPEECH_MODEL", description="Speech model: an installed name or a folder"
    )
    model_mirror: str = Field(
        "https://alphacephei.com/vosk/models",
        alias="HOTLINE_MODEL_MIRROR",
        description="Where named speech models are fetched",
    )
    speech_processes: int = Field(
        1,
        alias="HOTLINE_SPEECH_PROCESSES",
        ge=1,
        le=64,
        description="Recordings transcribed at the same time",
    )
    secret_key: str = Field(
        "",
        alias="HOTLINE_SECRET_KEY",
        description="Signs login sessions; default: made once and kept in HOTLINE_HOME",
    )
    twilio_account_sid: str = Field("", alias="TWILIO_ACCOUNT_SID", description="Account at the carrier")
    twilio_auth_token: str = Field(
        "",
        alias="TWILIO_AUTH_TOKEN",
        description="Its token; during a rotation the new and the old one, comma-separated",
    )
    twilio_number: str = Field("", alias="TWILIO_NUMBER", description="The hotline's own number, E.164")
    twilio_api_base: str = Field(
        "https://api.twilio.com",
        alias="TWILIO_API_BASE",
        description="Twilio or a compatible service such as Somleng",
    )
    duty_phones: tuple[str, ...] = Field(
        (), alias="HOTLINE_DUTY_PHONES", description="Alerted in emergencies, comma-separated E.164"
    )
    # Set by `hotline demo` alone, never by the environment.
    demo: bool = False

    @field_validator("public_url", "twilio_api_base")
    @classmethod
    def _url_without_slash(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("must begin with https:// (or http:// on loopback)")
        return value.rstrip("/")

    @field_validator("duty_phones", mode="before")
    @classmethod
    def _split_phones(cls, value: Any) -> Any:
        return tuple(p.strip() for p in value.split(",") if p.strip()) if isinstance(value, str) else value

    @field_validator("duty_phones")
    @classmethod
    def _phones_are_e164(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for phone in value:
            if not is_e164(phone):
                raise ValueError(f"{phone!r} is not a number like +8613800138000")
        return value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The token that we use, first; then the one that is being retired."""
        return tuple(t.strip() for t in self.twilio_auth_token.split(",") if t.strip())

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'hotline.sqlite3'}"

    @property
    def recordings_dir(self) -> Path:
        return self.home / "recordings"

    @property
    def prompts_dir(self) -> Path:
        return self.home / "prompts"

    @property
    def models_dir(self) -> Path:
        return self.home / "speech_models"

    @cached_property
    def session_secret(self) -> str:
        """The secret that signs sessions: the configured one, or one made once and readable by us alone."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret_key"
        self.home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # A hard link appears whole or not at all, and never over another process's secret.
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(0o600)
            draft.write_text(secrets.token_hex(32))
            with suppress(FileExistsError):
                path.hardlink_to(draft)
            draft.unlink()
        return path.read_text()

    def safe(self) -> Self:
        """self, or SettingsError that names each setting unfit for service."""
        faults = []
        if not self.twilio_account_sid:
            faults.append("TWILIO_ACCOUNT_SID is missing 缺少账号")
        if not self.auth_tokens:
            faults.append("TWILIO_AUTH_TOKEN is missing: webhooks could not be checked 缺少令牌,无法核验来电")
        if not self.twilio_number:
            faults.append("TWILIO_NUMBER is missing 缺少热线号码")
        if not self.public_url:
            faults.append("HOTLINE_PUBLIC_URL is missing: the carrier must know where we are 缺少对外网址")
        for name, url in (("HOTLINE_PUBLIC_URL", self.public_url), ("TWILIO_API_BASE", self.twilio_api_base)):
            if url.startswith("http://") and urlsplit(url).hostname not in LOOPBACK:
                faults.append(f"{name}: plain http is only for this machine itself; use https 请用 https")
        if self.secret_key and len(self.secret_key) < 32:
            faults.append("HOTLINE_SECRET_KEY is shorter than 32 characters 密钥太短")
        if faults:
            raise SettingsError("Not safe to start 设置不安全,没有启动:\n" + "\n".join(f"  - {f}" for f in faults))
        return self


def is_e164(phone: str) -> bool:
    try:
        return phone.startswith("+") and phonenumbers.is_possible_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return False


SETTING_NAMES = tuple(f.alias for f in Settings.model_fields.values() if f.alias)


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Environment first, then `hotline.toml` in this folder, then in HOTLINE_HOME, then the demonstration's
    own file there. Where none of them names a scheme, the one that the setup pages wrote. Raises SettingsError."""
    values, home = _given_values(environ)
    if "HOTLINE_SCHEME" not in values and (home / OWN_SCHEME).is_file():
        values["HOTLINE_SCHEME"] = str(home / OWN_SCHEME)
    return _validated(values)


def names_a_scheme(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether an operator names the scheme, so that the setup pages cannot choose another."""
    return "HOTLINE_SCHEME" in _given_values(environ)[0]


def _given_values(environ: Mapping[str, str]) -> tuple[dict[str, Any], Path]:
    given = {name: environ[name] for name in SETTING_NAMES if environ.get(name)}
    here = _read_toml(Path("hotline.toml"))
    home = _validated({k: v for k, v in {**here, **given}.items() if k == "HOTLINE_HOME"}).home
    demo = _read_toml(home / "demo.toml")
    kept = {**demo, **_read_toml(home / "hotline.toml"), **here}
    return {**kept, **given, "demo": bool(demo)}, home


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _validated(values: dict[str, Any]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        faults = [f"  - {e['loc'][0]}: {e['msg']}" for e in error.errors()]
        raise SettingsError("Settings 设置有误:\n" + "\n".join(faults)) from None

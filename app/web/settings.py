"""Settings of the server: environment variables, read and validated by pydantic-settings."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.limits.admission import Limit

_LISTENED = ("HOST", "PORT")
_PREFIX = "LIVENET_"
#: What is never shown.
_SECRETS = ("LIVENET_HANDOVER_KEY", "LIVENET_OPERATOR_TOKEN", "LIVENET_PASSWORD")


class SettingsError(ValueError):
    """A setting that cannot be used; its text is one clear line."""


def _default_cache_dir() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(base or Path.home() / ".cache") / "livenet"
    except RuntimeError:
        text = "LIVENET_CACHE_DIR: must be set, since this user has no home folder (HOME)"
        raise SettingsError(text) from None


def _split(value: Any) -> Any:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _check_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError("must be origins such as https://example.org:8443")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _check_mirror(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be addresses such as https://example.org/mnist/")
    return value if value.endswith("/") else value + "/"


_HOST = re.compile(r"([a-z0-9_-]+\.)*[a-z0-9_-]+\.?(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?")


def _check_host(value: str) -> str:
    value = value.lower()
    if not _HOST.fullmatch(value):
        raise ValueError("must be names such as net.example.org, each perhaps with a port")
    return value


_FRAMES = re.compile(
    r"\*|self|none|https?://(\*\.)?[a-z0-9.-]+(:(\d{1,5}|\*))?|https?://\[[0-9a-f:]+\](:\d{1,5})?"
)


def _check_ancestor(value: str) -> str:
    value = value.strip("'").lower().rstrip("/")
    if not _FRAMES.fullmatch(value):
        raise ValueError(
            "must be *, none, or a list of self and origins such as https://*.school.example"
        )
    return value


def _check_ancestors(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) > 1 and {"*", "none"} & set(values):
        raise ValueError("* and none stand alone")
    return values


def _check_reveal(value: Path) -> Path:
    if not (value / "dist" / "reveal.js").is_file():
        raise ValueError("must be the folder of an unpacked reveal.js, with dist/reveal.js in it")
    return value.resolve()


def _check_folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("must be a folder")
    return value.resolve()


Mirror = Annotated[str, AfterValidator(_check_mirror)]
Host = Annotated[str, AfterValidator(_check_host)]
Origin = Annotated[str, AfterValidator(_check_origin)]
Ancestor = Annotated[str, AfterValidator(_check_ancestor)]


def _variable(field: str) -> str:
    """Returns the environment variable of a field."""
    name = field.upper()
    return name if name in _LISTENED else _PREFIX + name


class Settings(BaseSettings):
    """Everything that can be set from outside, one environment variable each.

    What is not given is taken from the environment; an empty variable counts as not set.

    Attributes:
        host: `HOST`, the address to listen on.
        port: `PORT`; 0 takes a free one, the startup line names it.
        workers: `LIVENET_WORKERS`, threads that train; as many as cores unless set.
        max_sessions: `LIVENET_MAX_SESSIONS`, sessions at one time, waiting ones included.
        max_waiting: `LIVENET_MAX_WAITING`, clients that wait in a line while all places are taken.
        max_watchers: `LIVENET_MAX_WATCHERS`, connections that watch sessions of others.
        resume_seconds: `LIVENET_RESUME_SECONDS`, how long a session waits for a lost client.
        idle_seconds: `LIVENET_IDLE_SECONDS`, how long a client may say nothing while its
            session is paused.
        max_fps: `LIVENET_MAX_FPS`, frames a second that one session gets at most; as many as
            its client paints unless set.
        allowed_origins: `LIVENET_ALLOWED_ORIGINS`, origins besides the server's own whose
            pages may open a stream, separated by commas or blanks.
        hosts: `LIVENET_HOSTS`, names that the server answers to, each perhaps with a port,
            separated by commas or blanks; any name unless set.
        compress_frames: `LIVENET_COMPRESS_FRAMES`, permessage-deflate where a client offers
            it: about half the traffic for about 1.3 ms of a core per large frame.
        warm_up: `LIVENET_WARM_UP`, what is compiled ahead of time: room for `all` networks, or
            only the `first`, that of most; the rest is then compiled when a network needs it,
            which waits for it. With `all`, room for larger networks for images comes behind theirs.
        frame_ancestors: `LIVENET_FRAME_ANCESTORS`, whose pages may show the playground and the
            embed in a frame: `*` for any, `none`, or a list of `self` and origins.
        reveal_dir: `LIVENET_REVEAL_DIR`, the folder of an unpacked reveal.js for `/slides/demo`
            in place of the installed one.
        cache_dir: `LIVENET_CACHE_DIR`, where compiled programs are kept for the next start.
        shelf_bytes: `LIVENET_SHELF_BYTES`, what states that links name, and other things that
            people store, may take in `cache_dir`, each kind of them; of whoever has stored most
            those go first that nobody has asked for longest.
        checkpoint_seconds: `LIVENET_CHECKPOINT_SECONDS`, how often sessions that have changed are
            saved in `cache_dir`, so that they outlive the process; 0 for never.
        checkpoint_bytes: `LIVENET_CHECKPOINT_BYTES`, what they may take there.
        checkpoint_store: `LIVENET_CHECKPOINT_STORE`, where they are saved instead: a folder, or an
            address that fsspec knows, such as `s3://bucket/livenet`.
        handover_seconds: `LIVENET_HANDOVER_SECONDS`, how long another server takes over a session
            that a client was handed when this one stopped; 0 to hand over none.
        handover_key: `LIVENET_HANDOVER_KEY`, what signs them, the same on all such servers; in
            `cache_dir` unless set.
        password: `LIVENET_PASSWORD`, what everybody is asked for before anything else is shown;
            nobody is asked unless set.
        sessions_per_minute: `LIVENET_SESSIONS_PER_MINUTE`, how many sessions one client may begin
            in a minute; this machine itself may begin any number.
        waiting_bytes: `LIVENET_WAITING_BYTES`, what may wait in memory for workers and for
            clients, of all sessions together: commands, messages and answers that are not
            read; of half of it each session has its share, which others cannot take.
        stored_bytes_per_minute: `LIVENET_STORED_BYTES_PER_MINUTE`, how much of that one client
            may store in a minute.
        image_bytes: `LIVENET_IMAGE_BYTES`, what the networks for images of all sessions may take
            in memory.
        data_dir: `LIVENET_DATA_DIR`, where the files of MNIST and Fashion-MNIST lie; else they
            are downloaded.
        lessons_dir: `LIVENET_LESSONS_DIR`, a folder with lessons besides those that LiveNet comes
            with: `LANGUAGE/NAME.md`, only read.
        image_mirrors: `LIVENET_IMAGE_MIRRORS`, addresses of folders to download them from
            instead of the published ones, separated by commas or blanks.
        max_message_bytes: `LIVENET_MAX_MESSAGE_BYTES`, the longest message of a client;
            the default has room for 5,000 points.
        max_recording_bytes: `LIVENET_MAX_RECORDING_BYTES`, the longest recording that is kept.
        trusted_proxies: `LIVENET_TRUSTED_PROXIES`, how many proxies stand before the server, each
            of which adds who asked it to X-Forwarded-For; limits are then counted by that.
        operator_token: `LIVENET_OPERATOR_TOKEN`, what lets somebody read `/metrics` and
            `/status`; only clients at this machine unless set.
        log_level: `LIVENET_LOG_LEVEL`.
        log_format: `LIVENET_LOG_FORMAT`, lines of `text`, or of `json` with fixed keys.
        cluster: `LIVENET_CLUSTER`, the address of the head of a Ray cluster whose session servers
            have the sessions, such as `10.0.0.1:6379`; unless set, this process has them.
        processes: `LIVENET_PROCESSES`, processes that share the sessions: Python runs in one thread
            of a process at a time, so many sessions train faster in one for each core.
        server_cores: `LIVENET_SERVER_CORES`, the cores that each session server of a cluster has.
        server: `LIVENET_SERVER`, `gunicorn`, `werkzeug`, or `auto`: gunicorn where it runs.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=_variable,
        populate_by_name=True,
        case_sensitive=True,
        # Lists are separated by commas or blanks; they are not JSON.
        enable_decoding=False,
    )

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default_factory=lambda: min(os.cpu_count() or 1, 256), ge=1, le=256)
    max_sessions: int = Field(default=64, ge=1, le=4096)
    max_waiting: int = Field(default=64, ge=0, le=4096)
    max_watchers: int = Field(default=256, ge=0, le=4096)
    resume_seconds: float = Field(default=600.0, ge=0, le=86_400)
    idle_seconds: float = Field(default=3600.0, ge=1, le=604_800)
    max_fps: float | None = Field(default=None, ge=1, le=1000)
    allowed_origins: Annotated[tuple[Origin, ...], BeforeValidator(_split)] = ()
    hosts: Annotated[tuple[Host, ...], BeforeValidator(_split)] = ()
    compress_frames: bool = False
    warm_up: Literal["all", "first"] = "all"
    frame_ancestors: Annotated[
        tuple[Ancestor, ...], BeforeValidator(_split), AfterValidator(_check_ancestors)
    ] = ("*",)
    reveal_dir: Annotated[Path, AfterValidator(_check_reveal)] | None = None
    cache_dir: Path = Field(default_factory=_default_cache_dir)
    shelf_bytes: int = Field(default=1 << 28, ge=1 << 16, le=1 << 40)
    checkpoint_seconds: float = Field(default=3.0, ge=0, le=3600)
    checkpoint_bytes: int = Field(default=1 << 29, ge=1 << 16, le=1 << 40)
    checkpoint_store: str | None = None
    handover_seconds: float = Field(default=600.0, ge=0, le=86_400)
    handover_key: SecretStr | None = Field(default=None, min_length=32, max_length=512)
    password: SecretStr | None = Field(default=None, min_length=8, max_length=512)
    sessions_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    waiting_bytes: int = Field(default=1 << 29, ge=1 << 24, le=1 << 40)
    stored_bytes_per_minute: int = Field(default=1 << 25, ge=1 << 12, le=1 << 40)
    image_bytes: int = Field(default=1 << 31, ge=1 << 20, le=1 << 44)
    data_dir: Path | None = None
    lessons_dir: Annotated[Path, AfterValidator(_check_folder)] | None = None
    image_mirrors: Annotated[tuple[Mirror, ...], BeforeValidator(_split)] = ()
    max_message_bytes: int = Field(default=1 << 20, ge=1024, le=1 << 26)
    max_recording_bytes: int = Field(default=8 << 20, ge=1024, le=1 << 28)
    trusted_proxies: int = Field(default=0, ge=0, le=16)
    operator_token: SecretStr | None = Field(default=None, min_length=16, max_length=512)
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)
    ] = "INFO"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = "text"
    cluster: str | None = None
    processes: int = Field(default=1, ge=1, le=64)
    server_cores: int = Field(default=2, ge=1, le=256)
    server: Literal["auto", "gunicorn", "werkzeug"] = "auto"

    @model_validator(mode="before")
    @classmethod
    def _leave_out_blanks(cls, values: dict[str, Any]) -> dict[str, Any]:
        texts = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
        return {name: value for name, value in texts.items() if value != ""}

    @property
    def max_connections(self) -> int:
        """Sockets at one time: enough for every session to be taken over by another client.

        Those that wait in the line come on top.
        """
        return 2 * self.max_sessions

    @property
    def request_limits(self) -> dict[str, Limit]:
        """Requests of each kind that are handled at one time, so that none takes all threads.

        A class room may share one address, so a client may have as many streams as there are.
        """
        streams = self.max_connections + self.max_waiting + self.max_watchers + 8
        return {
            "health": Limit(4, 4),
            "stream": Limit(streams, streams),
            "upload": Limit(16, 8),
            "ordinary": Limit(48, 32),
        }

    @property
    def threads(self) -> int:
        """Threads that answer requests: as many as may be handled at one time."""
        return sum(limit.total for limit in self.request_limits.values())


def read_environment() -> Settings:
    """Reads the settings from the environment of this process.

    Raises:
        SettingsError: with the variable, the rule and the value, on one line.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        rule = first["msg"].removeprefix("Value error, ")
        got = "" if name in _SECRETS else f", got {os.environ[name]!r}"
        raise SettingsError(f"{name}: {rule}{got}") from None

"""Every setting, typed; BROADSHEET_* in the environment, or in the .env file of the home folder."""

import contextlib
import io
import os
import re
import secrets
from collections.abc import Collection
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from broadsheet.project_files import PROJECT_ROOT, default_home

EARLIEST = date(2010, 1, 1)
"""Dates in paths before it do not count, where no first landing date is set."""
Device = Literal["cpu", "cuda", "cuda-fp32"]
Readers = Literal["owner", "group", "everyone"]
_KEY_BYTES = 32


class DamagedError(Exception):
    """A file of the home folder is not what it has to be.

    Attributes:
        fault: which file, and what is wrong with it.
        remedy: what to do, with the command that mends it; the message has both.
    """

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(f"{fault}: {remedy}")
        self.fault, self.remedy = fault, remedy


class _Place(BaseSettings):
    """The home folder, whatever other settings say."""

    model_config = SettingsConfigDict(env_prefix="BROADSHEET_", extra="ignore")
    home: Path = Field(default_factory=default_home)


class Settings(BaseSettings):
    """What a person may set. Values come from the environment, then HOME/.env, then the defaults below."""

    model_config = SettingsConfigDict(env_prefix="BROADSHEET_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="Folder that holds all state.")
    source_dir: Path | None = Field(None, description="Folder of pages to ingest.")
    settle_seconds: float = Field(
        60, ge=0, description="Sensor and schedules leave a file alone until it has not changed for so long; seconds."
    )
    first_date: date | None = Field(
        None, description="First landing date, and first daily partition; the earliest one found where None."
    )
    max_file_bytes: int = Field(50_000_000, gt=0, description="Larger files are rejected; bytes, after decompression.")
    encoding_confidence: float = Field(
        0.8, ge=0, le=1, description="Detected encodings below this confidence are rejected; in [0, 1]."
    )
    summary_sentences: int = Field(3, ge=1, description="Sentences in a summary.")
    summarizer: str | None = Field(
        None,
        description="Model that writes summaries: a folder, a .gguf file or a hub id; extraction alone where None.",
    )
    sentiment_model: Path = Field(
        PROJECT_ROOT / "models" / "sentiment-minilm-l6", description="Folder of the sentiment model."
    )
    device: Device = Field(
        "cpu",
        description="Where models run: cpu; cuda, a GPU in bfloat16, whose results are kept apart; cuda-fp32, a GPU in "
        "float32, which shares results with the CPU.",
    )
    inference_batch: int = Field(512, ge=1, description="Texts inferred, and kept, at a time: a kill loses so many.")
    engine: Literal["local", "ray"] = Field(
        "local", description="Who parses and infers: this process, or workers of a Ray cluster."
    )
    ray_address: str | None = Field(
        None, description="Ray cluster, as HOST:PORT; one on this machine, for as long as a run, where None."
    )
    ray_workers: int | None = Field(
        None, ge=1, description="Workers on Ray, at most, a core each; one for each core of the cluster where None."
    )
    publish_author_names: bool = Field(
        True,
        description="Whether releases hold commenters' names; else masks of one length, and keyed ids. Articles stay "
        "as they are, bylines too, being published authorship; so does what readers write about other people.",
    )
    publish_superseded: bool = Field(
        False, description="Whether marts hold older versions of files that changed; else they are counted alone."
    )
    releases_kept: int = Field(
        30, ge=1, description="Past releases kept as Parquet, the last one included; what did not change is kept once."
    )
    publish_vectors: bool = Field(
        True, description="Whether releases hold vectors of their texts, for search by meaning; 0.8 KB a text."
    )
    release_readers: Readers = Field(
        "owner",
        description="Who may read releases, the report and exports, beside the user that runs this: nobody (owner), "
        "the group of the folder published (group), or everyone. All else in the home folder is that user's alone.",
    )
    nightly_at: str = Field("0 5 * * *", description="Cron schedule of the nightly run and release, UTC.")
    stale_at: str = Field("0 1 * * 6", description="Cron schedule of the backfill of stale days, UTC.")
    stale_minutes: float = Field(
        120, gt=0, description="Minutes of inference that one backfill of stale days may take."
    )
    watch_seconds: int = Field(60, ge=5, description="How often the source folder is looked at; seconds.")
    alert_webhook: str | None = Field(
        None, description="Address that alerts are posted to as JSON, beside HOME/alerts.log; none where None."
    )
    max_concurrent_runs: int = Field(1, ge=1, description="Runs that Dagster lets go on at once; the others queue.")
    run_retention_days: int = Field(
        60, ge=30, description="Days that finished runs, their events and check results are kept."
    )
    audit_at: str = Field("0 3 * * 0", description="Cron schedule of checking all rows of all tables, UTC.")
    tidy_at: str = Field("30 3 * * *", description="Cron schedule of deleting what is older, UTC.")
    postgres_url: SecretStr | None = Field(
        None, description="PostgreSQL database of Dagster's runs and events; SQLite in the home folder where None."
    )
    storage: str | None = Field(
        None,
        description="Place that raw, parsed and enriched tables lie in as Parquet: a folder, or a URL of fsspec as "
        "s3://BUCKET/PREFIX, without credentials; all in the working file where None.",
    )
    fresh_warn_hours: float = Field(
        26, gt=0, description="Age at which the marts and the release count as late; hours since they were made."
    )
    fresh_fail_hours: float = Field(
        36, validate_default=True, description="Age at which they count as stale; more than fresh_warn_hours."
    )
    arrival_warn_hours: float = Field(
        48, ge=0, description="Hours without a new page after which an alert says so; never where 0."
    )

    @field_validator("fresh_fail_hours", mode="after")
    @classmethod
    def _after_the_warning(cls, hours: float, info: ValidationInfo) -> float:
        if hours <= info.data.get("fresh_warn_hours", 0):
            raise ValueError("has to be more than BROADSHEET_FRESH_WARN_HOURS")
        return hours

    @field_validator("home", "source_dir", mode="after")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - keep links as typed

    @field_validator("alert_webhook", mode="after")
    @classmethod
    def _web(cls, address: str | None) -> str | None:
        if address and not address.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return address or None

    @field_validator("storage", mode="after")
    @classmethod
    def _place(cls, given: str | None) -> str | None:
        """An absolute folder, or a URL, without a slash at its end."""
        place = re.sub(r"^file://", "", (given or "").strip())
        if not place:
            return None
        scheme, separator, rest = place.partition("://")
        if not separator:
            place = os.path.abspath(Path(place).expanduser())  # noqa: PTH100 - keep links as typed
        elif scheme in {"memory", "http", "https"} or "::" in place:
            raise ValueError("must be a folder, or a URL of a store that keeps what is written, as s3://BUCKET/PREFIX")
        elif "@" in rest:
            raise ValueError("must not hold credentials; the store's own variables do, as AWS_ACCESS_KEY_ID")
        if set(place) & set("*?[]{}"):
            raise ValueError("must not hold any of * ? [ ] { }")
        return place.rstrip("/")

    @field_validator("summarizer", mode="after")
    @classmethod
    def _said(cls, source: str | None) -> str | None:
        return (source or "").strip() or None

    @field_validator("postgres_url", mode="after")
    @classmethod
    def _driver(cls, url: SecretStr | None) -> SecretStr | None:
        """Name the driver that is installed: SQLAlchemy 2.1 takes another one, psycopg 3, where none is named."""
        given = url.get_secret_value().strip() if url else ""
        return SecretStr(re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", given)) if given else None

    @classmethod
    def load(cls, home: Path | None = None, **given: Any) -> Self:  # noqa: ANN401 - the fields' own types check it
        """Read the settings of one home folder.

        Args:
            home: the home folder; BROADSHEET_HOME, then the default, where None.
            given: settings that override everything else.

        Raises:
            pydantic.ValidationError: a value has the wrong type or lies out of range.
            DamagedError: HOME/.env cannot be read as a whole, or something in it is no setting.
            PermissionError: this user may not read it.
        """
        chosen: dict[str, Any] = {} if home is None else {"home": home}
        file = cls.bare(home).home / ".env"
        _check_names(file, {f"BROADSHEET_{name}".upper() for name in cls.model_fields})
        return cls(_env_file=file, **{**chosen, **given})  # type: ignore[call-arg]  # pydantic-settings' own

    @classmethod
    def for_reading(cls) -> Self:
        """The settings as one sees them who may read the release, and of the home folder nothing else.

        Raises:
            pydantic.ValidationError, DamagedError: as load.
        """
        try:
            return cls.load()
        except PermissionError:
            return cls.bare()

    @classmethod
    def bare(cls, home: Path | None = None) -> Self:
        """A home folder with every other setting as it is where nothing is set: for one whose settings are damaged."""
        return cls.model_construct(home=Path(os.path.abspath((home or _Place().home).expanduser())))  # noqa: PTH100 - as _absolute

    @cached_property
    def earliest_date(self) -> date:
        """The first date in a path that counts as a landing date."""
        return self.first_date or EARLIEST

    @property
    def source_or_sample(self) -> Path | None:
        """The source folder; where none is named and the project's own home folder was never used, the sample."""
        is_new = not self.database.exists() and not self.published.exists()
        if self.source_dir is None and self.home == PROJECT_ROOT / "warehouse" and is_new:
            return PROJECT_ROOT / "data" / "sample"
        return self.source_dir

    @cached_property
    def database(self) -> Path:
        """The working file: private to the pipeline, never opened by analysts."""
        return self.home / "broadsheet.duckdb"

    @cached_property
    def published(self) -> Path:
        """The release that analysts open."""
        return self.home / "published" / "broadsheet.duckdb"

    @cached_property
    def report(self) -> Path:
        """The report of that release: a link to a folder of pages, to be opened in a browser."""
        return self.home / "published" / "report"

    @cached_property
    def quarantined_bytes(self) -> Path:
        """Folder of rejected contents, one file a SHA-256."""
        return self.home / "quarantine"

    @cached_property
    def dagster_home(self) -> Path:
        """Runs, events and schedules of Dagster."""
        return self.home / "dagster"

    @cached_property
    def first_found(self) -> Path:
        """The first landing date that was ever found, where none is set."""
        return self.dagster_home / "first_landing_date"

    @cached_property
    def alerts(self) -> Path:
        """What went wrong unattended, one JSON object a line."""
        return self.home / "alerts.log"

    @cached_property
    def shell_history(self) -> Path:
        """What was typed into `broadsheet shell`."""
        return self.home / "shell_history"

    @cached_property
    def exports(self) -> Path:
        """The folders that exports were written to, a JSON list of absolute paths."""
        return self.home / "exports.json"

    @cached_property
    def restoring(self) -> Path:
        """There while a backup is being restored, or that was cut short: which backup."""
        return self.home / "restoring"

    @cached_property
    def erasing(self) -> Path:
        """There while an erasure is under way, or was cut short: the options of its command."""
        return self.home / "erasing"

    @cached_property
    def spool(self) -> str:
        """What workers have made and the one writer has not yet taken in: a folder, or a URL of fsspec."""
        return f"{self.storage or self.home}/spool"

    @cached_property
    def dbt_target(self) -> Path:
        """What dbt compiles and logs."""
        return self.home / "dbt"

    def pseudonym_key(self) -> bytes:
        """The secret of this home folder that commenters' pseudonyms are made with; made on first use, mode 0600.

        Raises:
            DamagedError: it is gone and a release was made with it, or it has not the length that it was made with.
        """
        path = self.home / "pseudonym.key"
        if not path.exists():
            if self.published.exists() or (self.storage and self.database.exists()):
                raise DamagedError(f"{path} is gone, and what is here was made with it", self.another_key())
            self.home.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first: its key counts
                path.hardlink_to(partial)
            partial.unlink()
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise DamagedError(f"{path} holds {len(key)} bytes, not {_KEY_BYTES}", self.another_key())
        return key

    def another_key(self) -> str:
        """What to do where the key is gone or another, in words."""
        path = self.home / "pseudonym.key"
        return (
            "`broadsheet restore BACKUP --only pseudonym.key`; without a backup, move broadsheet.duckdb away and make "
            f"another key (`head -c {_KEY_BYTES} /dev/urandom > {path}`): commenters get other ids, and erased ones "
            "come back until they are erased again"
        )


def _check_names(file: Path, known: Collection[str]) -> None:
    """Refuse a file of settings of which a part would be passed over: it may be the one that keeps names private."""
    mend = f"mend it in {file}, or where the environment sets it; or `broadsheet restore BACKUP --only .env`"
    named = {name for name in os.environ if name.upper().startswith("BROADSHEET_PUBLISH_")}
    if file.exists():
        try:
            found = list(parse_stream(io.StringIO(file.read_text(encoding="utf-8"))))
        except (UnicodeDecodeError, IsADirectoryError) as error:
            raise DamagedError(f"{file} is no text in UTF-8", mend) from error
        if wrong := next((one for one in found if one.error or "\0" in one.original.string), None):
            raise DamagedError(f"{file}, line {wrong.original.line}, is no NAME=value", mend)
        named |= {one.key for one in found if one.key and one.key.upper().startswith("BROADSHEET_")}
    if unknown := sorted(name for name in named if name.upper() not in known):
        raise DamagedError(f"{unknown[0]} is no setting; .env.example lists those that are", mend)

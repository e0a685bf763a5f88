"""Reads settings.yaml and AGGREGATOR_* variables: who runs this instance, and where things are."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from aggregator.config.mail_settings import MailSettingsSchema, TextList, split_list, with_trailing_slash
from aggregator.config.yaml_files.renamed_keys import RENAMED_KEYS
from aggregator.config.yaml_files.schema import ConfigIssues, explain_error, read_yaml
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import DEMONSTRATION, Site
from aggregator.values.field_types import Text, matching

ENV_PREFIX: Final = "AGGREGATOR_"
DEFAULT_FILE: Final = "settings.yaml"
# Where a replay publishes unless `--output` names another folder: outside everything that is served.
REPLAY_OUTPUT: Final = "data/demo/output"
# How the name of a replay's store begins.
REPLAY_STORE: Final = "replay-"
# Files beside the settings; a change of one restarts the program, as a change of the register does.
WATCHED_FILES: Final = ("sources.yaml", "alerts.yaml")


def _parse_timezone(value: object) -> object:
    if isinstance(value, ZoneInfo):
        return value
    if value not in available_timezones():
        raise ValueError("write a time zone of the IANA database, such as 'Europe/London'")
    return ZoneInfo(str(value))


BaseUrl = Annotated[
    str,
    AfterValidator(
        matching(
            "https?://.*", "write the address at which the output folder is published, such as https://…/"
        )
    ),
    AfterValidator(with_trailing_slash),
]
HubAddress = Annotated[
    Text,
    AfterValidator(
        matching(
            "https?://.*",
            "write the address of a WebSub hub, such as https://pubsubhubbub.appspot.com/",
        )
    ),
]
StoreUrl = Annotated[
    str,
    AfterValidator(
        matching("sqlite:///.*", "write sqlite:/// and a file, such as 'sqlite:///data/aggregator.db'")
    ),
]


class SettingsSchema(MailSettingsSchema):
    """Every setting with its meaning and default."""

    title: Text = Field("UK open government: updates", description="The title of feeds, pages and digests.")
    base_url: BaseUrl = Field(
        "http://localhost:8000/",
        description="The address at which the output folder is published. Ids do not depend on it.",
    )
    instance: Text = Field(
        "uk-open-government-updates",
        description="Names this instance. Feed ids are made from it: choose it once.",
    )
    operator: str = Field("", description="Who runs this; shown in the User-Agent, on pages and in mail.")
    contact: str = Field("", description="An email or web address of the operator; shown in the same places.")
    postal_address: str = Field("", description="The postal address in the footer of mail.")
    timezone: Annotated[ZoneInfo, BeforeValidator(_parse_timezone)] = Field(
        ZoneInfo("Europe/London"), description="The time zone of days and of the digest's hour."
    )
    store: StoreUrl = Field("sqlite:///data/aggregator.db", description="The database.")
    output: Text = Field("output", description="The folder that is published.")
    websub_hubs: Annotated[tuple[HubAddress, ...], NoDecode, BeforeValidator(split_list)] = Field(
        (), description="WebSub hubs that are notified of every change."
    )
    answer_megabytes: int = Field(
        10, ge=1, le=1_000, description="Megabytes that one answer of a source may have, unpacked."
    )
    parse_seconds: int = Field(
        20, ge=1, le=600, description="Seconds that reading one answer may take; then it is broken off."
    )
    parse_memory: int = Field(
        500,
        ge=50,
        le=100_000,
        description="Megabytes that reading one answer may take; likewise.",
    )
    allowed_hosts: TextList = Field(
        (), description="Hosts inside your own network that we may connect to; all others there are refused."
    )


class Settings(BaseSettings, SettingsSchema):
    """The settings in force: the environment wins over the file, the file over the defaults."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="forbid", frozen=True)
    # The folder of the settings file; relative paths start here.
    home: Path = Path()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources of settings, the strongest first; pydantic's own order has the file first."""
        return env_settings, init_settings

    def path(self, name: str) -> Path:
        """A path of the project; a relative one starts at `home`."""
        return self.home / name

    @property
    def store_url(self) -> str:
        """The store's address, its file relative to `home`."""
        return f"sqlite:///{self.path(self.store.removeprefix('sqlite:///'))}"

    @property
    def is_demonstration(self) -> bool:
        """Whether the store is that of a replay, so that all that is published says so."""
        return Path(self.store).name.startswith(REPLAY_STORE)

    @property
    def output_folder(self) -> Path:
        """The folder that is published."""
        return self.path(self.output)

    @property
    def mail_sender(self) -> str:
        """The sender's address. An outbox needs no real one."""
        return self.mail_from or "letters@localhost"

    @property
    def return_address(self) -> str:
        """The address for bounces and for unsubscribing by mail."""
        return self.replies_address or self.mail_sender

    @property
    def site(self) -> Site:
        """The settings that pages, feeds and mail show."""
        # In the title, since every page, feed, calendar and mail has it.
        title = f"{DEMONSTRATION}. {self.title}" if self.is_demonstration else self.title
        return Site(
            title=title,
            base_url=self.base_url,
            instance=self.instance,
            operator=self.operator,
            contact=self.contact,
            postal_address=self.postal_address,
            timezone=self.timezone,
            subscriptions_url=self.subscriptions_url,
            subscriptions_mailbox=self.return_address if self.replies_mailbox else "",
            websub_hubs=self.websub_hubs,
            is_demonstration=self.is_demonstration,
        )


def load_settings(path: Path | None = None, *, replay: Path | None = None, **options: Any) -> Settings:
    """Read `path` (default: `settings.yaml` here, which may be missing); `options` win over everything else.

    A `replay` has a store of its own. It publishes into REPLAY_OUTPUT, whatever folder the settings name, and
    so does a command with that store. Raises ConfigError with every mistake in the file, the environment and
    the options.
    """
    if replay:
        # Recorded answers must never mix with what the network said.
        options["store"] = f"sqlite:///data/{REPLAY_STORE}{replay.resolve().name}.db"
    issues = ConfigIssues()
    with issues.raised_at_end():
        _check_variable_names(issues)
        values = _read_file(path, issues)
        given = {name: value for name, value in options.items() if value is not None}
        checked_options = _check_options(given, issues)
    try:
        settings = Settings(home=(path or Path(DEFAULT_FILE)).parent, **values)
    except ValidationError as error:
        # The file was checked above, so these errors come from the environment.
        raise ConfigError(tuple(_environment_issue(one) for one in error.errors())) from error
    # Not passed to Settings(): there the environment would win over an option.
    settings = settings.model_copy(update=checked_options)
    if settings.is_demonstration and "output" not in given:
        return settings.model_copy(update={"output": REPLAY_OUTPUT})
    return settings


def _read_file(path: Path | None, issues: ConfigIssues) -> dict[str, Any]:
    file = path or Path(DEFAULT_FILE)
    if path is None and not file.exists():
        return {}
    values, _ = read_yaml(file, SettingsSchema, issues)
    return values.model_dump(exclude_unset=True) if values else {}


def _check_options(options: dict[str, Any], issues: ConfigIssues) -> dict[str, Any]:
    try:
        return SettingsSchema.model_validate(options).model_dump(exclude_unset=True)
    except ValidationError as error:
        for one in error.errors():
            issues.add(ConfigIssue(f"option --{one['loc'][0]}", 0, explain_error(one, SettingsSchema)))
        return {}


def _check_variable_names(issues: ConfigIssues) -> None:
    settings = SettingsSchema.model_fields
    # pydantic-settings ignores variables that it does not know, so a misspelt one would do nothing.
    for variable in os.environ:
        name = variable.removeprefix(ENV_PREFIX).lower()
        if not variable.startswith(ENV_PREFIX) or name in settings:
            continue
        what = "no setting has this name; remove it"
        if (new := RENAMED_KEYS.get(name)) in settings:
            what = f"this setting has another name now; write {ENV_PREFIX}{str(new).upper()}"
        issues.add(ConfigIssue(f"environment variable {variable}", 0, what))


def _environment_issue(error: Any) -> ConfigIssue:
    variable = ENV_PREFIX + str(error["loc"][0]).upper()
    return ConfigIssue(f"environment variable {variable}", 0, explain_error(error, SettingsSchema))


def config_fingerprint(settings: Path | None = None) -> str:
    """A fingerprint of settings.yaml (or the file given), sources.yaml, alerts.yaml and register/*.yaml.

    It depends on their content: a file that is only touched, or changed back, gives the same fingerprint. A
    file that is missing or cannot be read differs from an empty one.
    """
    file = settings or Path(DEFAULT_FILE)
    home = file.parent
    files = (file, *(home / name for name in WATCHED_FILES), *sorted(home.glob("register/*.yaml")))
    return hashlib.sha256(repr([(str(one), _content_hash(one)) for one in files]).encode()).hexdigest()


def _content_hash(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return type(error).__name__

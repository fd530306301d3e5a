"""What the service admits and how old what it serves may be: the section `[service]` of the settings."""

import json
import re

from pydantic import Field, field_validator

from features.configuration import Closed

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\]")


class Service(Closed):
    """Settings of the service.

    Attributes:
        hosts: Names under which it may be asked for, besides those of this machine itself.
        requests_at_once: Requests that one worker answers at a time; more are told to come back.
        requests_a_minute: Requests of one caller that one worker answers in a minute; more are told to come back.
        longest_days_since_forecast: Days after which a forecast run is too old to be served; None: two of its periods.
        longest_days_since_data: Days after which the data behind the run are too old to be served; None: four of its
            periods, so that data of one period that are published late are taken, and data of years ago are not.
        mlflow: Address at which people open MLflow, to which pages of models link; empty: they do not.
    """

    hosts: list[str] = Field(default_factory=list)
    requests_at_once: int = Field(default=128, ge=1, le=10_000)
    requests_a_minute: int = Field(default=60_000, ge=1, le=10_000_000)
    longest_days_since_forecast: int | None = Field(default=None, ge=1, le=3650)
    longest_days_since_data: int | None = Field(default=None, ge=1, le=3650)
    mlflow: str = Field(default="", pattern=r"^(https?://[^\s\"<>]+)?$")

    @field_validator("hosts")
    @classmethod
    def _are_names(cls, value: list[str]) -> list[str]:
        if not all(_HOST.fullmatch(name) for name in value):
            msg = "hosts must be names in small letters without a port, such as strandcast.example.org"
            raise ValueError(msg)
        return value

    def to_toml(self) -> str:
        """Return the section as a readable file has it."""
        made = self.longest_days_since_forecast
        data = self.longest_days_since_data
        return f"""\
[service]
# Names under which the service may be asked for, besides those of this machine itself (127.0.0.1, localhost).
hosts = {json.dumps(self.hosts)}

# Requests that one worker answers at a time, and of one caller in a minute; more are told to come back later.
requests_at_once = {self.requests_at_once}
requests_a_minute = {self.requests_a_minute}

# Days after which a forecast run, and the data behind it, are too old: /readyz says so. Left out: two periods of the
# run since it was made, and four since its data end.
{f"longest_days_since_forecast = {made}" if made else "# longest_days_since_forecast = 14"}
{f"longest_days_since_data = {data}" if data else "# longest_days_since_data = 28"}

# Address at which people open MLflow (strandcast does not run it); pages of models link to it. Empty: they do not.
mlflow = {json.dumps(self.mlflow)}
"""

"""Who may enter, and who may not decide alone: the section `[access]` of the settings."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from features.configuration import Closed

RoleName = Literal["planner", "data-scientist", "auditor", "partner", "public", "admin"]
FourEyes = Literal["service", "everywhere", "off"]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Oidc(Closed):
    """An issuer of bearer tokens (OpenID Connect Core 1.0, Discovery 1.0).

    Attributes:
        issuer: Its address, as its tokens say it; its keys are found from there.
        audience: Whom its tokens must be meant for.
        roles: Value in a token's roles to the role that it gives here; other values give none.
        roles_claim: Claim that holds the roles: a list, or one word.
        name_claim: Claim that says who it is.
        scope_claim: Claim that holds how far the sight reaches: `areas`, `strands`, `owners`, `feeds`, each a list.
        scope_required: Whether a token without that claim is refused; else its sight is not narrowed.
        skew_seconds: How far its clock and ours may be apart.
        client_id: What this service is called there, so that people sign in to its pages with their own accounts;
            "": they sign in with keys alone.
    """

    issuer: str
    audience: str = Field(min_length=1)
    roles: dict[str, RoleName] = Field(min_length=1)
    roles_claim: str = Field(default="roles", min_length=1)
    name_claim: str = Field(default="sub", min_length=1)
    scope_claim: str = Field(default="strandcast_scope", min_length=1)
    scope_required: bool = False
    skew_seconds: int = Field(default=60, ge=0, le=300)
    client_id: str = ""

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not safe or not parts.hostname or parts.query or parts.fragment:
            msg = "issuer must be an https address without a query, as the issuer's tokens say it"
            raise ValueError(msg)
        return value


class Access(Closed):
    """Who may enter the service, and who may not decide alone.

    Attributes:
        four_eyes: Where who drafted a plan, or trained a model, does not issue or promote it alone: "service": where
            callers are authenticated; "everywhere": on the command line too, by the accounts of the operating system;
            "off": nowhere.
        open_to_public: Whoever brings neither a key nor a token sees the published tables.
        failed_attempts: Failed attempts of one address with one key in a minute after which more are not looked at.
        oidc: The issuer whose tokens are taken; None: keys alone.
    """

    four_eyes: FourEyes = "service"
    open_to_public: bool = False
    failed_attempts: int = Field(default=10, ge=1, le=1000)
    oidc: Oidc | None = None

    def on_command_line(self) -> bool:
        """Return whether four eyes are asked for on the command line."""
        return self.four_eyes == "everywhere"

    def in_service(self) -> bool:
        """Return whether four eyes are asked for over HTTP."""
        return self.four_eyes != "off"

    def to_toml(self) -> str:
        """Return the section as it begins."""
        return f"""\
[access]
# Who drafts a plan, or trains a model, does not issue or promote it alone: "service" over HTTP, "everywhere" on the
# command line too, "off" nowhere.
four_eyes = "{self.four_eyes}"

# true: whoever brings neither a key nor a token sees the published tables.
open_to_public = {str(self.open_to_public).lower()}

# Failed attempts of one address with one key in a minute after which more are not looked at.
failed_attempts = {self.failed_attempts}

# Bearer tokens of an OpenID Connect issuer; left out: keys alone (strandcast keys create).
# [access.oidc]
# issuer = "https://login.example.org/realms/force"
# audience = "strandcast"
# [access.oidc.roles]
# "strandcast-planners" = "planner"
"""

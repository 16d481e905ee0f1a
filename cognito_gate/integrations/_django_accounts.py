"""Which Django account a user of the pool has, and what the pool's groups decide about it.

Knows Django's user model and settings; must not know requests, nor how a visitor was verified.
"""

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, Group
from django.core.exceptions import ImproperlyConfigured, PermissionDenied

from ..identity import Identity

KEYS = ("sub", "username", "email")
# An account of the pool says whose it is where its password would be. Django takes whatever begins
# with "!" for no password at all, so that no model and no migration of ours is needed.
_OWNER = f"{UNUSABLE_PASSWORD_PREFIX}cognito:"
# PostgreSQL takes no NUL, and no database half a character. JSON, and so a token, can have both.
_NOT_STORED = re.compile("[\0\ud800-\udfff]")
log = logging.getLogger("cognito_gate")


def can_store(text: str) -> bool:
    """Whether databases take a text."""
    return not _NOT_STORED.search(text)


@dataclass(frozen=True, slots=True)
class AccountRules:
    """Django's settings for accounts; groups that are None decide nothing.

    Raises:
        ImproperlyConfigured: a setting has a wrong value.
    """

    key: str
    staff_groups: tuple[str, ...] | None
    superuser_groups: tuple[str, ...] | None
    sync_groups: tuple[str, ...] | None

    @classmethod
    def from_settings(cls) -> "AccountRules":
        """As Django's settings are at this moment: tests override them."""
        key = getattr(settings, "COGNITO_GATE_ACCOUNT_KEY", "sub")
        if key not in KEYS:
            raise ImproperlyConfigured(f"COGNITO_GATE_ACCOUNT_KEY must be one of {', '.join(KEYS)}")
        kinds = ("STAFF", "SUPERUSER", "SYNC")
        return cls(key, *(_groups_of(f"COGNITO_GATE_{kind}_GROUPS") for kind in kinds))


def _groups_of(setting: str) -> tuple[str, ...] | None:
    names: Any = getattr(settings, setting, None)
    if names is None:
        return None
    # A single string would be taken for its letters.
    is_list = isinstance(names, list | tuple | set | frozenset)
    if not is_list or not all(isinstance(name, str) for name in names):
        raise ImproperlyConfigured(f'{setting} must be a list of group names, such as ["admin"]')
    return tuple(names)


def find_account(identity: Identity, name: str, key: str) -> Any:
    """The account of a user of the pool, or None. The `sub` comes first: nobody can choose it.

    Raises:
        PermissionDenied: there is one by that name or address, but it is somebody else's.
    """
    sub = identity.sub
    account = _named(sub)
    if account is not None:
        return _taken(account, identity, "sub")
    account = _named(name) if name != sub else None
    if account is not None:
        return _taken(account, identity, "username")
    account = _accounts().filter(password=_OWNER + sub).first()
    if account is None and key == "email" and identity.email and identity.email_verified:
        account = _with_email(identity)
    return account


def create_account(identity: Identity, name: str) -> tuple[Any, bool]:
    """A new account that belongs to this user; another request may have made it meanwhile.

    Raises:
        PermissionDenied: somebody else's request was first.
    """
    owned = {"password": _OWNER + identity.sub}
    account, created = _accounts().get_or_create(**_by_name(name), defaults=owned)
    return _taken(account, identity, "username"), created


def hand_over(account: AbstractBaseUser, sub: str) -> None:
    """Give a Django account to the user `sub` of the pool, with all its rights.

    Its password is void from then on. Accounts of Django's own that have a password or privileges
    are not taken by username, nor privileged ones by e-mail address, before this was called.

    Raises:
        ValueError: no `sub`, or a text that is none.

    Example::

        hand_over(User.objects.get(username="admin"), "7c9e6679-7425-40de-944b-e07fc1f90ae7")
    """
    if not sub or len(sub) > 100:
        raise ValueError("an account is handed over to the sub of a user of the pool")
    account.password = _OWNER + sub
    account.save(update_fields=["password"])


def _accounts() -> Any:
    return get_user_model()._default_manager


def _named(name: str) -> Any:
    return _accounts().filter(**_by_name(name)).first()


def _by_name(name: str) -> dict[str, str]:
    return {str(get_user_model().USERNAME_FIELD): name}


def _with_email(identity: Identity) -> Any:
    """The account with the visitor's e-mail address, which Cognito has verified."""
    field = get_user_model().get_email_field_name()
    email = identity.email or ""
    found = _accounts().filter(**{f"{field}__iexact": email}) if can_store(email) else ()
    accounts = [one for one in found if _folded(getattr(one, field)) == _folded(email)]
    if len(accounts) > 1:
        raise _refusal(identity, "their e-mail address", "2 accounts or more have it")
    return _taken(accounts[0], identity, "email") if accounts else None


def _folded(address: str) -> str:
    """An address for comparing, whatever its case. Databases take more letters for one: PostgreSQL
    the dotless i for an i, MySQL accents for none. Whoever has such a domain could have verified
    an address that looks like somebody else's (as in CVE-2019-19844). Case folding does so, too:
    it makes ss of a sharp s, which is a letter of domains (RFC 5894)."""
    return unicodedata.normalize("NFC", address).lower()


def _taken(account: Any, identity: Identity, found_by: str) -> Any:
    """The account, which from now on is this user's.

    Raises:
        PermissionDenied: it is not theirs to take.
    """
    owner = account.password.removeprefix(_OWNER) if account.password.startswith(_OWNER) else ""
    if owner == identity.sub:
        return account
    reason = _why_not(account, owner, found_by)
    if reason:
        raise _refusal(identity, f"the Django account {account.get_username()!r}", reason)
    hand_over(account, identity.sub)
    log.info("the pool's user %s has the account %r now", identity.sub, account.get_username())
    return account


def _why_not(account: Any, owner: str, found_by: str) -> str:
    """Why an account that another user may have is not taken; empty when it may be."""
    if owner:
        return "it belongs to another user of the pool"
    if found_by == "sub":
        return ""
    # Django's RemoteUserBackend leaves an empty password, which opens nothing.
    if found_by == "username" and account.password and account.has_usable_password():
        return "it has a password of Django's own"
    if getattr(account, "is_staff", False) or getattr(account, "is_superuser", False):
        return "it is privileged"
    return ""


def _refusal(identity: Identity, what: str, reason: str) -> PermissionDenied:
    text = (
        f"the pool's user {identity.username!r} (sub {identity.sub}) does not get {what}: "
        f"{reason}; cognito_gate.integrations.django.hand_over gives an account to a user"
    )
    log.warning("%s", text)
    return PermissionDenied(text)


# What the pool decides


def fields_of(identity: Identity, rules: AccountRules) -> dict[str, Any]:
    """The fields of the account that the pool decides, as far as the user model has them."""
    model = get_user_model()
    known = {field.name for field in model._meta.get_fields()}
    email = identity.email if identity.email_verified else None
    fields = {model.get_email_field_name(): email, **_names(identity.id_claims)}
    told = {name: value for name, value in fields.items() if _tells(value)}
    values = {**told, **dict(_rights(identity, rules))}
    return {name: _fitting(name, value) for name, value in values.items() if name in known}


def _names(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The two fields of a name; many pools know the whole name only, and it is better than a
    `sub` where the admin greets people."""
    if "given_name" in claims or "family_name" in claims:
        return {"first_name": claims.get("given_name"), "last_name": claims.get("family_name")}
    return {"first_name": claims.get("name")}


def _tells(claim: Any) -> bool:
    return isinstance(claim, str) and bool(claim) and can_store(claim)


def _rights(identity: Identity, rules: AccountRules) -> Iterator[tuple[str, bool]]:
    superuser = _in_any(identity, rules.superuser_groups)
    if rules.superuser_groups is not None:
        yield "is_superuser", superuser
    # Django's admin lets nobody in who is not staff, superusers included.
    if rules.staff_groups is not None or rules.superuser_groups is not None:
        yield "is_staff", superuser or _in_any(identity, rules.staff_groups)


def _in_any(identity: Identity, groups: Iterable[str] | None) -> bool:
    return not set(identity.groups).isdisjoint(groups or ())


def _fitting(name: str, value: Any) -> Any:
    limit = getattr(get_user_model()._meta.get_field(name), "max_length", None)
    return value[:limit] if isinstance(value, str) else value


def save_fields(account: Any, fields: dict[str, Any]) -> None:
    """Save the fields that differ; never a value that must be unique and is another account's."""
    changed = {
        name: value
        for name, value in fields.items()
        if getattr(account, name) != value and not _anothers(account, name, value)
    }
    for name, value in changed.items():
        setattr(account, name, value)
    if changed:
        account.save(update_fields=list(changed))


def _anothers(account: Any, name: str, value: Any) -> bool:
    unique = getattr(account._meta.get_field(name), "unique", False)
    return unique and _accounts().filter(**{name: value}).exclude(pk=account.pk).exists()


def mirror_groups(account: Any, identity: Identity, rules: AccountRules) -> None:
    """Put the account into the listed groups that its user is in, and out of the other ones."""
    listed = set(rules.sync_groups or ())
    if not listed:
        return
    due = listed & set(identity.groups)
    present = set(account.groups.filter(name__in=listed).values_list("name", flat=True))
    for name in due - present:
        account.groups.add(Group.objects.get_or_create(name=name)[0])
    if present - due:
        account.groups.remove(*Group.objects.filter(name__in=present - due))

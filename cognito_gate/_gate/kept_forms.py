"""The cookies of COGNITO_GATE_KEEP_FORMS: who signed in last in a browser, and a form of theirs
that came when their session had ended. Both are sealed; neither opens anything.

Knows how long each lasts and what room there is. Must not know which forms are kept, nor how.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from ..errors import TokenRefused
from ..settings import Settings
from .cookie_kinds import Names, Seals, login_attributes
from .messages import Headers
from .protocol import cookies
from .protocol.cookies import Jar, RequestCookies
from .records import VERSION, dump_record, load_record

MAX_BYTES = 8_000
"""Of all cookies of a browser that keeps a form: gunicorn refuses a header of over 8,190 bytes, and
nginx one of over 8 KiB."""
RESERVED = 800
"""Of these, what our own small cookies may take, the last user's among them."""
TYPING_SECONDS = 43_200
"""How long somebody may type on after their session has ended: half a day."""
MAX_OPENED = 2  # cookies of one name that are looked at: a browser sends one


@dataclass(frozen=True, slots=True)
class LastUser:
    """Who signed in last in a browser, and how many bytes of cookies that session took."""

    sub: str
    bytes: int

    def to_json(self) -> str:
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**load_record(text, {"sub": str, "bytes": int}))


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that somebody sent when their session had ended: whose it is, where it goes, when it
    came (Unix time), and its fields, names and values in turn."""

    sub: str
    target: str
    kept_at: int
    fields: list[str] = field(repr=False)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The fields, each a name and a value."""
        return tuple(zip(self.fields[::2], self.fields[1::2], strict=True))

    def to_json(self) -> str:
        # Not as ASCII: what is typed in other scripts would take three times the room.
        record = {"v": VERSION, **asdict(self)}
        return json.dumps(record, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        shape: dict[str, type] = {"sub": str, "target": str, "kept_at": int, "fields": list}
        record = load_record(text, shape)
        fields = record["fields"]
        if len(fields) % 2 or not all(type(item) is str for item in fields):
            raise TokenRefused("a sealed cookie of ours has wrong fields")
        return cls(**record)


class KeptForms:
    """What a browser keeps. `seconds` is how long a form is kept, and `name` is its cookie's."""

    def __init__(self, settings: Settings, names: Names, seals: Seals) -> None:
        self.seconds = settings.login_seconds
        self.name = names.kept_form
        self._user_name = names.last_user
        self._form_seal, self._user_seal = seals.kept_form, seals.last_user
        self._attributes = login_attributes(settings)
        lasting = settings.refresh_flow_enabled
        session = settings.refresh_cookie_age_seconds if lasting else settings.cookie_age_seconds
        self._user_seconds = session + TYPING_SECONDS

    def begin(self, sent: RequestCookies, sub: str, session: Headers, now: float) -> Headers:
        """Remember who signs in, with the cookies of that `session`. A form stays that is theirs,
        while there is room for it beside the session and what else the browser `sent`."""
        lines = [line.partition(";")[0] for _, line in session]
        user = LastUser(sub, sum(map(len, lines)))
        sealed = self._user_seal.seal(user.to_json(), now)
        headers = (
            ("set-cookie", self._attributes.line(self._user_name, sealed, self._user_seconds)),
        )
        kept = sum(map(len, sent.jar.get(self.name, ())))
        others = user.bytes + sent.app_bytes + RESERVED
        if self.find(sent.jar, sub, now) is None or kept + others > MAX_BYTES:
            return (*headers, *self.forget(sent.jar))
        return headers

    def user(self, jar: Jar) -> LastUser | None:
        """Who signed in last in this browser, and did not sign out."""
        for value in jar.get(self._user_name, [])[:MAX_OPENED]:
            try:
                return LastUser.from_json(self._user_seal.open(value))
            except TokenRefused:
                continue
        return None

    def keep(self, form: KeptForm, room: int, now: float) -> Headers | None:
        """The cookie that keeps a form; None where it takes more than `room` bytes."""
        sealed = self._form_seal.seal(form.to_json(), now)
        if len(sealed) > min(room, cookies.CHUNK):
            return None
        return (("set-cookie", self._attributes.line(self.name, sealed, self.seconds)),)

    def find(self, jar: Jar, sub: str, now: float) -> KeptForm | None:
        """The form that is kept for this user."""
        for value in jar.get(self.name, [])[:MAX_OPENED]:
            try:
                form = KeptForm.from_json(self._form_seal.open(value))
            except TokenRefused:
                continue
            if form.sub == sub and 0 <= now - form.kept_at <= self.seconds:
                return form
        return None

    def forget(self, jar: Jar) -> Headers:
        """Set-Cookie lines that drop the form."""
        lines = self._attributes.clear(self.name, jar)
        return tuple(("set-cookie", line) for line in lines)

    def clear(self, jar: Jar) -> Headers:
        """Set-Cookie lines that drop all, at a sign-out."""
        lines = self._attributes.clear(self._user_name, jar)
        return (*self.forget(jar), *(("set-cookie", line) for line in lines))

"""How often anybody may try, by account and by address, before Cognito is asked at all."""

import itertools
import time
from collections.abc import Callable

import pytest

from cognito_gate._gate.context import Context
from cognito_gate._gate.effects import at_once
from cognito_gate._gate.gate import new_token
from cognito_gate._gate.messages import Incoming
from cognito_gate._sign_in import rate_limits
from cognito_gate._sign_in.context import SignInContext, SignInExchange
from cognito_gate.errors import TooManyTries
from cognito_gate.local import User
from tests.flows.site import CoreSite
from tests.pages.person import Person, Shown
from tests.pages.stage import NEW, PASSWORD, SECRET, AnySite, Stage, prove, sign_in
from tests.pages.test_sign_up import address, begun
from tests.world.store import MemoryStore

WRONG = "Wrong-Horse-7"
Act = Callable[[Person], Shown]
PHONES = (f"+1555{number:07}" for number in itertools.count(1_000_000, 7))


def tried(person: Person, name: str, password: str = WRONG) -> Shown:
    person.open("/auth/sign-in?notice=confirmed")
    return prove(person, name, password)


def at(person: Person, client: str) -> Person:
    """The same person, at another address."""
    person.client = client
    return person


def is_stopped(shown: Shown) -> int:
    """The page says how long to wait, and the header as well."""
    seconds = int(shown.reply.value("retry-after"))
    assert (shown.status, len(shown.told)) == (429, 1)
    assert shown.told[0].startswith("Too many attempts. Try again in ")
    assert seconds > 0
    return seconds


# By account


@pytest.mark.parametrize("flow", ["srp", "password"])
def test_an_address_has_so_many_tries_at_an_account(stage: Stage, flow: str) -> None:
    """Even with the right password. Whoever comes from elsewhere is not stopped by that."""
    site, user = stage.site(tries_per_account=3, sign_in_flow=flow), stage.user()
    person = stage.person(site)
    stage.cognito.switch(limits=False)
    for _ in range(3):
        assert tried(person, str(user.email)).status == 400
    stage.cloud.forget()
    shown = tried(person, str(user.email), PASSWORD)
    assert is_stopped(shown) <= 100
    assert shown.values == {"username": user.email, "password": ""}
    assert stage.cloud.names == []
    assert tried(stage.person(site), str(user.email), PASSWORD).path == "/"
    assert tried(person, str(stage.user().email), PASSWORD).path == "/"


def test_an_account_has_ten_times_as_many_from_all_addresses(stage: Stage) -> None:
    site, user = stage.site(tries_per_account=1), stage.user()
    stage.cognito.switch(limits=False)
    for _ in range(10):
        assert tried(stage.person(site), str(user.email)).status == 400
    assert is_stopped(tried(stage.person(site), str(user.email), PASSWORD)) <= 30


def known_browser(stage: Stage, site: AnySite, user: User) -> Person:
    """Somebody who has signed in to the account here before, and is signed out."""
    person = stage.person(site)
    assert tried(person, str(user.email), PASSWORD).path == "/"
    for name in [name for name in person.jar if name.endswith("_token")]:
        del person.jar[name]
    return person


def test_a_browser_that_has_signed_in_before_has_a_count_of_its_own(stage: Stage) -> None:
    """Nobody without its cookie can use that up, not even from its own address."""
    site, user = stage.site(tries_per_account=1), stage.user()
    stage.cognito.switch(limits=False)
    person = known_browser(stage, site, user)
    for _ in range(12):
        tried(at(stage.person(site), person.client), str(user.email))
        tried(stage.person(site), str(user.email))
    is_stopped(tried(stage.person(site), str(user.email), PASSWORD))
    assert tried(person, str(user.email), PASSWORD).path == "/"
    person = known_browser(stage, site, user)
    tried(person, str(user.email))
    is_stopped(tried(person, str(user.email), PASSWORD))
    assert tried(person, str(stage.user().email)).status == 400, "another account is another matter"


def test_however_it_spells_the_name(stage: Stage) -> None:
    """With SRP Cognito says whose name it is before the password is proved."""
    site, user = stage.site(tries_per_account=2, sign_in_flow="srp"), stage.user()
    stage.cognito.switch(limits=False)
    person = known_browser(stage, site, user)
    for _ in range(22):
        tried(stage.person(site), str(user.email))
    is_stopped(tried(stage.person(site), str(user.email), PASSWORD))
    assert tried(person, str(user.email).upper(), PASSWORD).path == "/"


def test_a_new_password_leaves_a_known_browser_known(stage: Stage) -> None:
    user = stage.user()
    old, new = (stage.site(tries_per_account=1, app_name=name) for name in ("old", "new"))
    person = known_browser(stage, old, user)
    person.site = new  # as after a restart, where nothing is known of names
    person.open("/auth/forgot")
    person.fill_in(username=str(user.email))
    person.fill_in(code=stage.code(user.email), password=NEW)
    tried(at(stage.person(new), person.client), str(user.email))
    assert tried(person, str(user.email), NEW).path == "/"


def test_a_browser_remembers_a_few_accounts(stage: Stage) -> None:
    """Each by its name and what was typed: the fifth takes the place of the first."""
    site = stage.site(tries_per_account=1)
    users = [stage.user() for _ in range(5)]
    person = known_browser(stage, site, users[0])
    for user in users[1:]:
        for name in [name for name in person.jar if name.endswith("_token")]:
            del person.jar[name]
        assert tried(person, str(user.email), PASSWORD).path == "/"
    for user in (users[0], users[4]):
        tried(at(stage.person(site), person.client), str(user.email))
    for name in [name for name in person.jar if name.endswith("_token")]:
        del person.jar[name]
    is_stopped(tried(person, str(users[0].email), PASSWORD))
    assert tried(person, str(users[4].email), PASSWORD).path == "/"


def test_the_cookie_of_one_account_is_none_of_another(stage: Stage) -> None:
    site, victim = stage.site(tries_per_account=1), stage.user()
    person = known_browser(stage, site, stage.user())
    tried(person, str(victim.email))
    is_stopped(tried(person, str(victim.email)))


@pytest.mark.parametrize("value", ["", "x", "gAAAAA"])
def test_a_made_up_cookie_is_none(stage: Stage, value: str) -> None:
    person, user = stage.person(tries_per_account=1), stage.user()
    person.jar["__Host-cognito_device"] = value
    tried(person, str(user.email))
    is_stopped(tried(person, str(user.email)))


def test_in_whatever_letters_it_is_written(stage: Stage) -> None:
    person, name = stage.person(tries_per_account=3), str(stage.user().email)
    for spelling in (name, name.upper(), f" {name.title()} "):
        tried(person, spelling)
    is_stopped(tried(person, name))


def test_an_alias_and_a_user_name_are_one_account(stage: Stage) -> None:
    """Cognito says so when it asks for the proof of the password."""
    stage.kind = "both"
    person, user = stage.person(tries_per_account=3, sign_in_flow="srp"), stage.user()
    stage.cognito.switch(limits=False)
    for name in (user.username, str(user.email), user.username):
        assert tried(person, name).status == 400
    is_stopped(tried(person, str(user.email), PASSWORD))
    is_stopped(tried(person, user.username, PASSWORD))


def test_who_looks_alike_forgives_nobody_elses_tries(stage: Stage) -> None:
    """ "strasse" and "straße" are the same in small letters, and may be two people to Cognito."""
    own = SignInContext.extending(
        Context.of(stage.pool.settings("public", tries_per_account=3), new_token)
    )
    facts = Incoming("http", "POST", "/auth/sign-in", b"", b"", [], 1_800_000_000.0, client="::1")
    seen = SignInExchange(own, facts)
    for _ in range(3):
        at_once(rate_limits.check_guess(seen, "straße", "password"))
        at_once(rate_limits.proved(seen, "strasse", "user-2"))
    at_once(rate_limits.proved(seen, "strasse"))
    with pytest.raises(TooManyTries):
        at_once(rate_limits.check_guess(seen, "straße", "password"))
    at_once(rate_limits.check_guess(seen, "strasse", "password"))


def test_a_name_that_nobody_has_is_counted_as_well(stage: Stage) -> None:
    site = stage.site(tries_per_account=3)
    person = stage.person(site)
    for _ in range(3):
        assert tried(person, f"nobody{person.client}@example.com").status == 400
    is_stopped(tried(person, f"nobody{person.client}@example.com"))


def test_who_signs_in_is_forgiven(stage: Stage) -> None:
    site, user = stage.site(tries_per_account=3), stage.user()
    for _ in range(3):
        person = at(stage.person(site), "192.0.2.79")
        for _ in range(2):
            assert tried(person, str(user.email)).status == 400
        assert tried(person, str(user.email), PASSWORD).path == "/"


def test_a_right_password_alone_forgives_nothing(stage: Stage) -> None:
    """Where a code is to follow, whoever knows the password has yet to prove who they are."""
    site = stage.site(tries_per_account=3)
    user = stage.user(mfa=("totp",), totp_secret=SECRET)
    person = stage.person(site)
    for _ in range(4):  # with the first, Cognito has said whose name it is
        assert tried(person, str(user.email), PASSWORD).title == "Enter your code"
    is_stopped(tried(person, str(user.email), PASSWORD))


def test_codes_are_counted_over_all_attempts(stage: Stage) -> None:
    """A new sign-in gives no new tries at somebody's code."""
    site = stage.site(tries_per_account=3)
    user = stage.user(mfa=("totp",), totp_secret=SECRET)
    wrong = f"{(int(stage.cognito.totp_code(user.username)) + 500_000) % 1_000_000:06}"
    for _ in range(3):
        person = stage.person(site)
        tried(person, str(user.email), PASSWORD)
        assert person.fill_in(code=wrong).status == 400
    tell = person.fill_in(code=stage.cognito.totp_code(user.username))
    is_stopped(tell)
    assert tell.title == "Enter your code"


def confirming(stage: Stage, person: Person) -> Act:
    begun(person)
    return lambda who: who.fill_in(code="x")


def resetting(stage: Stage, person: Person) -> Act:
    person.open("/auth/forgot")
    person.fill_in(username=str(stage.user().email))
    return lambda who: who.fill_in(code="x", password=NEW)


def changing(stage: Stage, person: Person) -> Act:
    sign_in(person, stage.user(), "/auth/account")
    return lambda who: who.fill_in(previous=WRONG, password=NEW)


def proving(stage: Stage, person: Person) -> Act:
    sign_in(person, stage.user(), "/auth/account")
    person.press("Set up")
    return lambda who: who.fill_in(code="123456")


@pytest.mark.parametrize("begin", [confirming, resetting, changing, proving])
def test_every_other_guess(stage: Stage, begin: Callable[[Stage, Person], Act]) -> None:
    person = stage.person(tries_per_account=3)
    act = begin(stage, person)
    for _ in range(3):
        assert act(person).status == 400
    calls = len(stage.cloud.named("GetUser")) - len(stage.cloud.names)
    is_stopped(act(person))
    assert len(stage.cloud.named("GetUser")) - len(stage.cloud.names) == calls, "only GetUser"


def test_who_guesses_a_password_keeps_nobody_from_a_new_one(stage: Stage) -> None:
    user, person = stage.user(), stage.person(tries_per_account=3)
    for _ in range(4):
        tried(person, str(user.email))
    person.open("/auth/forgot")
    person.fill_in(username=str(user.email))
    person.fill_in(code=stage.code(user.email), password=NEW)
    assert prove(person, str(user.email), NEW).path == "/", "and that has forgiven the guesses"


@pytest.mark.parametrize("wrong", [{"password": ""}, {"form": "x"}, {"username": ""}])
def test_what_is_no_try_is_not_counted(stage: Stage, wrong: dict[str, str]) -> None:
    person, user = stage.person(tries_per_account=1), stage.user()
    form = person.open("/auth/sign-in").form()
    for _ in range(3):
        person.post(form, **{"username": str(user.email), "password": WRONG, **wrong})
    assert tried(person, str(user.email), PASSWORD).path == "/"


# By address


def test_an_address_has_so_many_tries(stage: Stage) -> None:
    site = stage.site(tries_per_address=3)
    person = stage.person(site)
    for _ in range(3):
        assert tried(person, str(stage.user().email)).status == 400
    user = stage.user()
    is_stopped(tried(person, str(user.email), PASSWORD))
    assert tried(stage.person(site), str(user.email), PASSWORD).path == "/"


ONE = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:0DB8:0001:0002::3%eth0", "2001:db8:1:2::4")
MAPPED = ("198.51.100.7", "::ffff:198.51.100.7", "::FFFF:c633:6407", "198.51.100.7")
OTHERS = ("2001:db8:1:3::1", "2001:db8:1:1:ffff::1", "::ffff:198.51.100.8", "198.51.100.6")


@pytest.mark.parametrize("same", [ONE, MAPPED])
def test_what_counts_as_one_address(stage: Stage, same: tuple[str, ...]) -> None:
    """Of IPv6 the network of 64 bits, since everybody has at least that."""
    site = stage.site(tries_per_address=3, app_name="+".join(same)[:60])
    person = stage.person(site)
    for client in same[:3]:
        assert tried(at(person, client), str(stage.user().email)).status == 400
    is_stopped(tried(at(person, same[3]), str(stage.user().email)))
    for client in OTHERS:
        assert tried(at(person, client), str(stage.user().email)).status == 400


@pytest.mark.parametrize("client", ["", "unix:", "/run/app.sock"])
def test_visitors_without_addresses_are_one(
    stage: Stage, client: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As behind a UNIX socket; the operator is told, once."""
    site = stage.site(tries_per_address=2, app_name=f"at {client}")
    for _ in range(2):
        assert tried(at(stage.person(site), client), str(stage.user().email)).status == 400
    is_stopped(tried(at(stage.person(site), client), str(stage.user().email)))
    [warning] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "share one rate limit" in warning.getMessage()


@pytest.mark.parametrize(
    ("client", "header", "value", "warned"),
    [
        ("127.0.0.1", "x-forwarded-for", "198.51.100.7", True),
        ("10.1.2.3", "x-forwarded-for", "198.51.100.7, 10.9.9.9", True),
        ("::1", "forwarded", "for=198.51.100.7", True),
        ("10.1.2.3", "x-forwarded-for", "10.1.2.3", False),  # an intranet, set up well
        ("2606:4700::7", "x-forwarded-for", "2606:4700::7", False),
        ("8.8.8.8", "x-forwarded-for", "198.51.100.7", False),  # a visitor's own idea
        ("127.0.0.1", "x-forwarded-proto", "https", False),
    ],
)
def test_a_proxy_that_nobody_configured(
    stage: Stage,
    client: str,
    header: str,
    value: str,
    warned: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = stage.site(app_name=f"{client} {header} {value}")
    for _ in range(2):
        person = at(stage.person(site), client)
        form = person.open("/auth/sign-in").form()
        typed = {"username": str(stage.user().email), "password": WRONG}
        assert person.post(form, {header: value}, **typed).status == 400
    told = [item.getMessage() for item in caplog.records if item.levelname == "WARNING"]
    assert len(told) == warned
    assert all("--forwarded-allow-ips" in text and "ProxyFix" in text for text in told)


# Messages


def sign_up(person: Person, number: int) -> Shown:
    person.open("/auth/sign-up")
    return person.fill_in(email="same@example.com", password=PASSWORD)


def forgot(person: Person, number: int) -> Shown:
    person.open("/auth/forgot")
    return person.fill_in(username="same@example.com")


def resend(person: Person, number: int) -> Shown:
    form = person.open("/auth/confirm").form("Send the code again")
    return person.follow(person.post(form, username="same@example.com"))


MESSAGES = pytest.mark.parametrize("send", [sign_up, forgot, resend])


@MESSAGES
def test_an_account_gets_so_many_messages(
    stage: Stage, send: Callable[[Person, int], Shown], request: pytest.FixtureRequest
) -> None:
    """Fewer than Cognito sends, whose refusal would tell that the account exists."""
    site = stage.site(app_name=request.node.name[-40:])
    for number in range(3):
        assert send(stage.person(site), number).status in (200, 400)
    stage.cloud.forget()
    is_stopped(send(stage.person(site), 4))
    assert stage.cloud.names == []


def test_other_peoples_sign_ups_use_up_nobodys_resets(stage: Stage) -> None:
    site, user = stage.site(), stage.user()
    for send in (sign_up, resend):
        for number in range(4):
            person = stage.person(site)
            form = person.open("/auth/confirm").form("Send the code again")
            if send is resend:
                person.post(form, username=user.email)
            else:
                person.open("/auth/sign-up")
                person.fill_in(email=str(user.email), password=PASSWORD)
            assert number < 2 or send is resend or person.last.status in (400, 429)
    person = stage.person(site)
    person.open("/auth/forgot")
    assert person.fill_in(username=str(user.email)).status == 200
    assert stage.code(user.email)


def test_many_names_send_few_messages_to_one_phone(stage: Stage) -> None:
    """Nor to one mailbox: what was typed at sign-up is counted, whatever the names are."""
    stage.kind = "both"
    site = stage.site(sign_up_attributes=("email", "phone_number"), app_name="one phone")
    sent, number = [], next(PHONES)
    for item in range(9):
        person = stage.person(site)
        person.open("/auth/sign-up")
        mail = f"{item}.{person.client}@example.com"
        typed = {"username": f"name{item}.{person.client}", "email": mail, "phone_number": number}
        sent.append(person.fill_in(**typed, password=PASSWORD).status)
    assert sent == [200] * 5 + [429] * 4


def test_nor_does_sending_again(stage: Stage) -> None:
    stage.kind = "both"
    site = stage.site(sign_up_attributes=("email", "phone_number"), app_name="again")
    statuses, number = [], next(PHONES)
    for item in range(3):
        person = stage.person(site)
        person.open("/auth/sign-up")
        mail = f"{item}.{person.client}@example.com"
        typed = {"username": f"name{item}.{person.client}", "email": mail, "phone_number": number}
        statuses.append(person.fill_in(**typed, password=PASSWORD).status)
        statuses.append(person.press("Send the code again").status)
    assert statuses == [200] * 5 + [429]


def test_where_cognito_alone_knows_the_number(stage: Stage) -> None:
    """The last digits of it are counted, from the second message for a name on."""
    stage.kind = "both"
    site, number = stage.site(app_name="mask"), next(PHONES)
    users = [stage.user(phone=number, email=None) for _ in range(25)]
    found = []
    for user in users * 2:
        person = stage.person(site)
        person.open("/auth/forgot")
        found.append(person.fill_in(username=user.username).status)
    assert found == [200] * 25 + [429] * 25


def test_sending_again_is_a_message_as_well(stage: Stage) -> None:
    person = stage.person()
    begun(person)
    for _ in range(2):
        assert person.press("Send the code again").status == 200
    is_stopped(person.press("Send the code again"))
    person.open("/auth/confirm")
    assert person.fill_in(code=stage.code(address(person))).path == "/auth/sign-in"


def test_an_address_has_so_many_messages_sent(stage: Stage) -> None:
    person = stage.person(tries_per_address=3)
    for number in range(4):
        person.open("/auth/forgot")
        shown = person.fill_in(username=f"{number}{person.client}@example.com")
        assert shown.status == (429 if number == 3 else 200)
    assert is_stopped(shown) <= 1_200


# Time


@pytest.fixture
def hand(stage: Stage) -> CoreSite:
    """A site whose time stands still."""
    began = time.time()
    settings = stage.pool.settings("public", tries_per_account=10)
    return CoreSite(settings, stage.cloud, clock=lambda: began)


def test_time_gives_tries_back(stage: Stage, hand: CoreSite) -> None:
    """One in each tenth of five minutes."""
    person, user = Person(hand), stage.user()
    stage.cognito.switch(limits=False)
    stage.people.append(person)
    for _ in range(10):
        assert tried(person, str(user.email)).status == 400
    assert is_stopped(tried(person, str(user.email))) == 30
    hand.ahead = 29
    assert is_stopped(tried(person, str(user.email))) == 1
    hand.ahead = 31
    assert tried(person, str(user.email)).status == 400
    is_stopped(tried(person, str(user.email)))
    hand.ahead = 331
    for _ in range(10):
        assert tried(person, str(user.email)).status == 400


def test_and_messages(stage: Stage, hand: CoreSite) -> None:
    person = Person(hand)
    stage.people.append(person)
    for _ in range(3):
        assert forgot(person, 0).status == 200
    assert is_stopped(forgot(person, 0)) == 1_200
    hand.ahead = 1_201
    assert forgot(person, 0).status == 200
    is_stopped(forgot(person, 0))


def test_the_page_counts_down_what_is_left(stage: Stage, hand: CoreSite) -> None:
    person = Person(hand)
    stage.people.append(person)

    def left() -> int:
        page = person.open("/auth/reset").page
        [wait] = [one.get("data-wait") for one in page.every("button") if one.get("data-wait")]
        return int(wait)

    forgot(person, 0)
    assert left() == 30
    hand.ahead = 20
    assert left() == 10, "a page that is loaded again does not start anew"
    hand.ahead = 40
    assert left() == 0
    forgot(person, 0)
    forgot(person, 0)
    assert left() == 1_160, "three in an hour, and the first was 40 seconds ago"


def test_a_step_waits_a_quarter_of_an_hour(stage: Stage, hand: CoreSite) -> None:
    user = stage.user(mfa=("totp",), totp_secret=SECRET)
    for seconds, title in ((899, "Enter your code"), (901, "Sign in to app.example")):
        person = Person(hand)
        hand.ahead = 0
        tried(person, str(user.email), PASSWORD)
        hand.ahead = seconds
        assert person.open("/auth/mfa").title == title


def test_two_processes_count_guesses_together(stage: Stage) -> None:
    now = time.time() // 300 * 300 + 10  # no new window begins meanwhile
    store, user = MemoryStore(lambda: now), stage.user()
    settings = stage.pool.settings(
        "confidential", tries_per_account=3, store="redis://store.example", store_for="refresh"
    )
    one, two = (
        stage.person(CoreSite(settings, stage.cloud, clock=lambda: now, store=store))
        for _ in range(2)
    )
    stage.cognito.switch(limits=False)
    for person in (one, two, one):
        assert tried(at(person, "192.0.2.77"), str(user.email)).status == 400
    assert is_stopped(tried(at(two, "192.0.2.77"), str(user.email), PASSWORD)) <= 300

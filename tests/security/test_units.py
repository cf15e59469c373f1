"""The parts of the gate one by one, without a server."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import stat
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest

from ccepz_sim.web import server

server.prepare()

from ccepz_sim.web import parts, preparing, requests  # noqa: E402, F401 - settings come first; each declares its events
from ccepz_sim.web.gate import access, events, frames, headers, hosts, limits, secret, sessions  # noqa: E402
from ccepz_sim.web.gate.limits import Bucket, Buckets, Limits, Rate  # noqa: E402
from ccepz_sim.web.gate.sessions import Pages, Signer, fresh_session  # noqa: E402
from ccepz_sim.web.gate.values import (  # noqa: E402
    NO_REQUEST,
    Address,
    Either,
    Fixed,
    Flag,
    Number,
    Record,
    Refused,
    Repeated,
    Text,
    Whole,
)

PAGE = "0b44ddc2-6b9f-43f9-815a-7a6d5ff240f5"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("shape", "good", "read"),
    [
        (Fixed(0), 0, 0),
        (Flag(), True, True),
        (Number(), -1.5, -1.5),
        (Number(), 3, 3),
        (Whole(), 3.0, 3),
        (Whole(), 0, 0),
        (Text(), "名字 {{ 7*7 }} <b>", "名字 {{ 7*7 }} <b>"),
        (Text(), "a\x00b\x1b[31m\nc\x85", "ab[31mc"),
        (Text(lines=True), "a\x00b\nc\td\r\n", "ab\nc\td\r\n"),
        (Text(), "half a sign \ud83d", "half a sign \ufffd"),
        (Text(), "\U0001f3ed", "\U0001f3ed"),
        (Address(), "/?game=x", "/?game=x"),
        (Address(), "", ""),
        (Either((Whole(), Text(80))), "anyone", "anyone"),
        (Record({"a": Flag()}, {"b": Whole()}), {"a": False}, {"a": False}),
        (Record({"a": Flag()}, {"b": Whole()}), {"b": 2.0, "a": True}, {"b": 2, "a": True}),
    ],
)
def test_what_is_meant_is_read(shape: Any, good: Any, read: Any) -> None:
    found = shape.read(good)
    assert found == read
    assert type(found) is type(read)


SHAPES = [Fixed(0), Flag(), Number(), Whole(), Text(), Address(), Record({"a": Flag()})]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_meant_is_refused(shape: Any) -> None:
    others = [None, [], {}, "x" * 70_000, math.nan, math.inf, -math.inf, 10**400, -(10**400), 1e16, b"x", [[]]]
    texts = ["/x", "https://evil.example/", "\\\\x"]
    others += [{"b": 1}]
    others += {
        Fixed: [False, "0", 0.0, 1],
        Flag: [0, 1, "true"],
        Number: [True, "1"],
        Whole: [True, "1", -1, 1.5],
        Text: [1, True],
        Address: [*texts, 1],
        Record: [{"a": 1}, {"a": True, "b": 1}, [True]],
    }[type(shape)]
    for value in others:
        with pytest.raises(Refused):
            shape.read(value)


def test_every_event_of_every_part_says_what_it_carries() -> None:
    folder = Path(parts.__file__).parent
    declared = events._declared
    assert {Path(name).name for name in declared} == {path.name for path in folder.glob("*.vue")}
    levers = declared[str(folder / "levers.vue")]
    wish = {"lever": "audit-share", "value": 0.5}
    assert levers["decide"].read(wish) == wish
    asked = {"request": "a1", "value": wish, "year": 2017}
    assert levers["decide"].read(asked) == asked
    assert levers["foresee"].read({}) == {}
    assert "event_decide" not in levers

    def silent(event_x: parts.Act) -> None:
        """Says nothing."""

    def spoken(event_x: Annotated[parts.Act, Flag()], other: int) -> None:
        """Says it."""

    with pytest.raises(TypeError, match="event_x"):
        events.declare(Path("silent.vue"), silent)
    events.declare(Path("/spoken.vue"), spoken)
    assert set(events.events_of(type("Widget", (), {"template_file": ("/module.py", "spoken.vue")}))) == {"x"}
    assert events.events_of(type("Widget", (), {"template_file": "/spoken.vue"})) == {}
    assert events.events_of(int) == {}
    del declared["/spoken.vue"]


def message(**more: Any) -> dict[str, Any]:
    header = {"date": "2026-11-27T04:54:07.517Z", "msg_id": PAGE, "msg_type": "comm_msg", "session": PAGE}
    header |= {"username": "", "version": "5.2"}
    content: dict[str, Any] = {"comm_id": "ace178ada0f54513a01871162c1dc53a", "data": {}}
    return {"header": header, "content": content, "metadata": {}, "parent_header": {}, "channel": "shell"} | more


def test_a_frame_is_written_anew() -> None:
    read = frames.read(json.dumps(message() | {"buffers": []}), PAGE)
    assert json.loads(read.text({"x": "值"})) == message(content={"x": "值"}) | {"buffers": []}


@pytest.mark.parametrize("size", [1, 10**4])
def test_frames_of_many_parts_are_not_even_parsed(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    quoted = '"' + '\\"' * size + '"'

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr(frames.json, "loads", never)
    for text in ("[" * (40 * size), "[]," * (40 * size), '{"a":' * (40 * size), quoted + "1," * 2000):
        with pytest.raises(Refused):
            frames.read(text, PAGE)
    monkeypatch.undo()
    text = json.dumps(message(content={"text": '[{"\\' * size}))
    assert frames.read(text, PAGE).content == {"text": '[{"\\' * size}, "brackets in a text are text"


@pytest.mark.parametrize("name", ["msg_id", "session", "date", "version", "msg_type", "username"])
@pytest.mark.parametrize("value", [None, 1, [], {}, "x" * 100, "\n"])
def test_headers_have_one_form(name: str, value: Any) -> None:
    wrong = message()
    wrong["header"][name] = value
    if name == "msg_type" and isinstance(value, str):
        assert frames.read(json.dumps(wrong), PAGE).kind == value
        return
    with pytest.raises(Refused):
        frames.read(json.dumps(wrong), PAGE)


def test_cookies_and_tickets_hold_for_one_key_and_one_visitor() -> None:
    signer, other = Signer(b"k" * 32), Signer(b"j" * 32)
    session = fresh_session(signer.proof("ABCDEF"))
    cookie, ticket = signer.cookie(session), signer.ticket(session)
    assert signer.session(cookie) == session
    assert signer.read_ticket(session, ticket) is not None
    assert other.session(cookie) is None
    assert other.read_ticket(session, ticket) is None
    assert signer.read_ticket(fresh_session(session.proof), ticket) is None
    assert signer.session(cookie.replace(session.proof, "")) is None
    assert signer.session(None) is None
    for place in range(len(cookie)):
        changed = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
        assert signer.session(changed) is None, place
    assert len({fresh_session().id for _ in range(1000)}) == 1000


def test_pages_are_forgotten_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "KERNELS", 3)
    pages, session = Pages(), fresh_session()
    tickets = [sessions.Ticket(str(number), 0) for number in range(5)]
    for number, ticket in enumerate(tickets):
        pages.claim(session, ticket, f"kernel {number}", f"page {number}")
    assert not pages.owns(session, "kernel 0", "page 0")
    assert pages.owns(session, "kernel 4", "page 4")
    assert not pages.owns(fresh_session(), "kernel 4", "page 4")
    with pytest.raises(Refused):
        pages.claim(session, tickets[4], "kernel 9", "page 9")
    pages.claim(session, tickets[0], "kernel 0", "page 0")


@pytest.mark.parametrize(
    ("bound", "named", "good", "bad"),
    [
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1:1", "localhost", "[::1]:80"], ["192.168.1.5", "evil", "0.0.0.0", "::1"]),
        ("::1", "::1", ["[::1]:8765", "localhost:8765"], ["[::2]", "evil.example"]),
        ("192.168.1.5", "room.local", ["192.168.1.5:80", "ROOM.local"], ["192.168.1.6", "127.0.0.1", "localhost"]),
        ("0.0.0.0", "0.0.0.0", ["192.168.1.5:80", "127.0.0.1", "zone.example"], ["0.0.0.0", "evil", "1.2.3.4"]),
    ],
)
def test_the_names_of_a_server(bound: str, named: str, good: list[str], bad: list[str]) -> None:
    origin = hosts.read_origin("https://zone.example")
    assert origin is not None
    known = hosts.Hosts(bound, named, (origin,))
    for host in good:
        assert known.knows(host, "192.168.1.5"), host
    for host in [*bad, "", "a b", "evil\r\n", "x@127.0.0.1", "127.0.0.1:99999999"]:
        assert not known.knows(host, "192.168.1.5"), host
    assert known.welcomes("https://zone.example", "127.0.0.1:80", "http")
    assert known.welcomes("http://127.0.0.1", "127.0.0.1:80", "http")
    for foreign in ("http://zone.example", "https://zone.example:444", "null", "", "http://127.0.0.1:81", "x://y"):
        assert not known.welcomes(foreign, "127.0.0.1:80", "http"), foreign
    assert known.is_secure("zone.example")
    assert not known.is_secure("127.0.0.1")


def test_the_addresses_others_can_type() -> None:
    listed = [
        ("lo", "127.0.0.1"), ("docker0", "172.17.0.1"), ("eth0", "169.254.1.1"), ("tun0", "10.8.0.2"), ("lo", "::1"),
        ("wlan0", "192.168.1.7"), ("eth0", "81.2.69.160"), ("eth0", "fe80::1"), ("eth0", "fd00::7"),
    ]  # fmt: skip
    assert hosts.reachable("0.0.0.0", listed) == ["192.168.1.7", "81.2.69.160", "172.17.0.1", "10.8.0.2"]
    assert "fd00::7" in hosts.reachable("::", listed)
    assert hosts.reachable("127.0.0.1", listed) == ()
    assert hosts.reachable("192.168.1.7", listed) == ("192.168.1.7",)
    assert hosts.url("fd00::7", 8765, "/ccepz/") == "http://[fd00::7]:8765/ccepz/"
    assert "127.0.0.1" not in hosts.reachable("0.0.0.0")


def test_a_rate_has_a_burst_and_fills_again() -> None:
    clock = Clock()
    bucket = Bucket(Rate(3, 2), clock)
    assert [bucket.admit() for _ in range(5)] == [True, True, True, False, False]
    clock.now += 0.5
    assert [bucket.admit(), bucket.admit()] == [True, False]
    clock.now += 1000
    assert [bucket.admit() for _ in range(4)] == [True, True, True, False]
    assert Bucket(Rate(1, 1), clock).take(11) == pytest.approx(10, abs=0.1)
    many = Buckets(Rate(1, 1), clock, most=2)
    for name in "abc":
        assert many[name].admit()
    assert not many["c"].admit()
    assert many["a"].admit(), "the oldest is forgotten"


def test_codes_are_easy_to_tell_and_hard_to_guess() -> None:
    codes = {access.fresh_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(access.is_code(code) for code in codes)
    assert not set("0O1I") & set(access.LETTERS)
    assert access.tidy(" ｋ7w-px3\n") == "K7WPX3"
    for wrong in ("", "K7WPX", "K7WPX33", "K7WPX0", "k7wpx3"):
        assert not access.is_code(wrong)


def test_a_day_of_guessing_is_hopeless_and_a_room_of_forty_comes_in() -> None:
    clock, signer = Clock(), Signer(b"k" * 32)
    door = access.Door("K7WPX3", signer, Limits(), clock)
    tried = 0
    for second in range(600):
        for _ in range(20):
            tried += door.knock(fresh_session(), f"10.0.0.{second % 50}", "AAAAAA").wait == 0
        clock.now += 1
    most = Limits().wrong_codes
    assert tried <= most.burst + 600 * most.a_second
    day = most.burst + 86_400 * most.a_second
    assert day / len(access.LETTERS) ** access.LENGTH < 1 / 2000
    clock.now += 600
    came = 0
    for _ in range(40):
        phone = fresh_session()
        for typed in ("K7WPX", "K7WPX2", "K7WPX3"):
            came += door.knock(phone, "10.0.0.1", typed).session is not None
    assert came == 40
    assert door.admits(fresh_session(signer.proof("K7WPX3")))
    assert not door.admits(fresh_session(signer.proof("AAAAAA")))
    assert not door.admits(fresh_session())
    assert not door.admits(None)
    open_door = access.Door("", signer, Limits())
    assert open_door.admits(open_door.newcomer())
    assert not open_door.admits(fresh_session(signer.proof("K7WPX3"))), "nobody brings a proof of nothing"


def test_the_key_is_kept_and_the_code_for_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = secret.keep(tmp_path, asks=True)
    assert access.is_code(first.code)
    assert secret.keep(tmp_path, asks=True) == first
    quiet = secret.keep(tmp_path, asks=False)
    assert (quiet.key, quiet.code) == (first.key, "")
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / secret.FILE).stat().st_mode) == 0o600
    assert secret.keep(tmp_path, asks=True, code="ABCDEF").code == "ABCDEF"
    assert secret.keep(tmp_path, asks=True).code == "ABCDEF"
    now = secret.time.time()
    monkeypatch.setattr(secret.time, "time", lambda: now + secret.SAME_CODE + 1)
    assert secret.keep(tmp_path, asks=True).code != "ABCDEF"
    assert [path.name for path in tmp_path.iterdir()] == [secret.FILE]


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"key": 1, "code": 2, "at": "x"}', '{"key": "zz"}', "\xff"])
def test_a_damaged_key_is_made_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / secret.FILE).write_text(text, "latin-1")
    found = secret.keep(tmp_path, asks=True)
    assert len(found.key) == secret.KEY
    assert secret.keep(tmp_path, asks=True) == found


def test_a_key_that_cannot_be_kept_is_used_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file", tmp_path / "file" / "below"):
        assert len(secret.keep(folder, asks=True).key) == secret.KEY
    assert secret.keep(None, asks=False).key != secret.keep(None, asks=False).key


def test_only_scripts_that_stand_in_the_page_may_run() -> None:
    page = """<script>one()</script><script src="/x.js"></script><script type="application/json">{}</script>
    <script type="x-template"><b></b></script><script type="module">two()</script>"""
    assert headers.inline_scripts(page) == ["one()", "two()"]
    policy = headers.page_policy(page, "ws://127.0.0.1:1")
    for text in ("one()", "two()"):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert policy.count("sha256-") == 2
    assert "*" not in policy


@pytest.mark.parametrize(
    ("doors", "key"),
    [
        (server.Doors(code="12345"), "bad_code"),
        (server.Doors(code="O0I1AB"), "bad_code"),
        (server.Doors(code=""), "bad_code"),
        (server.Doors(root="ccepz"), "bad_root"),
        (server.Doors(root="/a b"), "bad_root"),
        (server.Doors(root="//evil.example"), "bad_root"),
        (server.Doors(origins=("zone.example",)), "bad_origin"),
        (server.Doors(origins=("https://zone.example/ccepz",)), "bad_origin"),
        (server.Doors(origins=("https://a b",)), "bad_origin"),
    ],
)
def test_what_was_asked_for_is_looked_at_before_anything_starts(doors: server.Doors, key: str) -> None:
    with pytest.raises(server.PageError) as caught:
        server.serve(port=0, open_browser=False, doors=doors)
    assert caught.value.key == f"serve.{key}"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_server_for_others_says_what_they_need(
    lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "_interfaces", lambda: [("lo", "127.0.0.1"), ("wlan0", "192.168.1.7")])
    site = server.make_site("0.0.0.0", ("0.0.0.0", 8765), lang, server.Doors(root="/ccepz/"))
    opened = server.tell("0.0.0.0", site)
    said = capsys.readouterr().out
    assert "http://192.168.1.7:8765/ccepz/" in said
    assert "127.0.0.1" not in said, "nobody else can type that"
    assert site.door.code in said
    assert {"en": "Warning", "zh": "警告"}[lang] in said
    assert opened == f"http://127.0.0.1:8765/ccepz/?lang={lang}&code={site.door.code}"
    monkeypatch.setattr(hosts, "_interfaces", lambda: [("lo", "127.0.0.1")])
    server.tell("0.0.0.0", site)
    assert {"en": "No network", "zh": "未找到网络"}[lang] in capsys.readouterr().out
    alone = server.make_site("127.0.0.1", ("127.0.0.1", 8765), lang, server.Doors())
    assert server.tell("127.0.0.1", alone) == f"http://127.0.0.1:8765/?lang={lang}"
    assert capsys.readouterr().out.count("\n") == 1
    assert alone.door.code == ""
    asked = server.make_site("127.0.0.1", ("127.0.0.1", 8765), lang, server.Doors(code="k7w px3"))
    assert asked.door.code == "K7WPX3"


def test_the_limits_leave_room_for_honest_play() -> None:
    most = Limits()
    assert most.messages.a_second >= 60, "a slider drawn by hand"
    assert most.frame > 3 * parts.LONGEST, "the longest file, three bytes a letter"
    assert most.octets.burst >= 2 * most.frame
    assert most.requests.burst >= 10 * 16
    assert most.sockets >= 60 * 2
    assert limits.Limits(frame=1).frame == 1
    assert sys.getrecursionlimit() > frames.OPEN


def test_every_request_of_the_page_may_be_sent_again() -> None:
    assert parts.REQUESTS.keys() == requests.ACTS.keys()
    again = Repeated(parts.REQUESTS)
    sent = {"name": "go_to", "data": {"request": "a1", "value": 2018, "year": None}}
    assert again.read(sent) == sent
    # a page of another version is answered, so that it does not ask for ever
    wish = {"lever": "audit-share", "value": 0.5}
    half = {"request": "a1"}
    for of_another in (
        {"name": "fly", "data": {"request": "a1", "value": [1]}}, {"name": "decide", "data": half},
        {"name": "decide", "data": half | {"value": wish | {"more": 1}}}, sent | {"more": 1},
    ):  # fmt: skip
        assert again.read(of_another) == {"name": NO_REQUEST, "data": half}
    assert NO_REQUEST not in requests.ACTS
    for wrong in (
        None, 7, [], {}, {"name": "undo"}, {"name": ["undo"], "data": half}, {"name": "decide", "data": wish},
        {"name": "fly", "data": {"request": 7}},
    ):  # fmt: skip
        with pytest.raises(Refused):
            again.read(wrong)

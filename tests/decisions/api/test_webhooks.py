"""Webhooks: signed, told once, tried again, and never sent into the server's own network."""

import http.client
import ipaddress
import json
import re
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from decisions.base.errors import NotAllowed
from decisions.integrations import outgoing_http, webhooks
from decisions.ledger import append as ledger
from decisions.models import Delivery, Record, Revisit, Webhook
from tests.decisions.trail.configurations import put_live
from tests.people import cast, decision

pytestmark = pytest.mark.django_db
EVENTS = ["record.accepted", "record.superseded", "entry.added", "revisit.due"]


@pytest.fixture
def world():
    world = cast()
    world.decision = decision(world.team)
    return world


@pytest.fixture
def listener(settings):
    """A receiver on this machine that answers with the statuses it is given, 200 when they run out."""
    settings.WEBHOOK_ALLOW_PRIVATE = True

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.heard.append((dict(self.headers), body))
            self.send_response(server.answers.pop(0) if server.answers else 200)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.heard, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def hook(world, url, shape="plain", events=EVENTS):
    return webhooks.add(team=world.team, url=url, shape=shape, events=events, by=world.olga)


def test_an_entry_is_told_signed(world, listener):
    webhook = hook(world, listener.url)
    put_live(world.decision)
    assert not listener.heard, "nothing is sent inside the act"
    assert webhooks.deliver_due() == 1
    headers, body = listener.heard[0]
    said = Verifier(webhook.secret).verify(body, headers)
    assert said["id"] == headers["Webhook-Id"]
    assert said["event"] == headers["Groundwork-Event"] == "entry.added"
    assert said["data"]["environment"] == "production"
    assert said["data"]["decision"]["number"] == 1
    assert said["data"]["anchor"]["sequence"] == 1
    assert Delivery.objects.get().delivered_at is not None
    assert webhooks.deliver_due() == 0, "told once"


def test_a_message_that_was_changed_or_kept_is_refused_by_the_reference_verifier(world, listener):
    webhook = hook(world, listener.url)
    put_live(world.decision)
    webhooks.deliver_due()
    headers, body = listener.heard[0]
    another = {**headers, "Webhook-Id": "another"}
    for verifier, told, said in [
        (Verifier(webhook.secret), headers, body.replace(b"production", b"test")),
        (Verifier(webhook.secret), another, body),
        (Verifier(webhook.secret[:-4] + "AAA="), headers, body),
    ]:
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            verifier.verify(said, told)
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=6)),
        pytest.raises(WebhookVerificationError, match="old"),
    ):
        Verifier(webhook.secret).verify(body, headers)


def test_a_secret_of_before_verifies_as_it_stands(world, listener):
    """Secrets were 64 hex digits; who kept one pastes it into a verifier unchanged."""
    webhook = hook(world, listener.url)
    Webhook.objects.filter(pk=webhook.pk).update(secret="0123456789abcdef" * 4)
    put_live(world.decision)
    webhooks.deliver_due()
    headers, body = listener.heard[0]
    assert Verifier("0123456789abcdef" * 4).verify(body, headers)["event"] == "entry.added"
    assert Verifier("whsec_" + "0123456789abcdef" * 4).verify(body, headers)["event"] == "entry.added"


def test_accepting_tells_both_sides_of_a_succession(world, listener):
    hook(world, listener.url)
    payload = {"number": "DR-0002", "title": "Retrieve first", "supersedes": "DR-0001"}
    ledger.append(team=world.team, type="record.accepted", payload=payload, actor="Olga", decision=world.decision)
    webhooks.deliver_due()
    told = {json.loads(body)["event"]: json.loads(body) for _headers, body in listener.heard}
    assert told.keys() == {"record.accepted", "record.superseded"}
    assert told["record.superseded"]["data"]["number"] == "DR-0001"
    assert told["record.superseded"]["data"]["superseded_by"] == "DR-0002"


def test_a_due_revisit_is_told_once(world, listener):
    hook(world, listener.url)
    record = Record.objects.create(team=world.team, decision=world.decision, approach="rag", content={})
    Revisit.objects.create(decision=world.decision, record=record, due_on=timezone.localdate())
    other = Record.objects.create(team=world.team, decision=world.decision, approach="rag", content={})
    Revisit.objects.create(decision=world.decision, record=other, due_on=timezone.localdate() + timedelta(days=1))
    for _day in range(2):
        call_command("deliver_webhooks", "--once")
    assert [json.loads(body)["event"] for _headers, body in listener.heard] == ["revisit.due"]


def test_only_events_asked_for_and_only_ones_own_team(world, listener):
    hook(world, listener.url, events=["record.accepted"])
    put_live(world.decision)
    other = decision(world.other_team)
    put_live(other)
    assert not Delivery.objects.exists()


def test_a_failing_receiver_is_tried_with_growing_patience_and_then_given_up(world, listener):
    hook(world, listener.url)
    put_live(world.decision)
    listener.answers = [500] * 20
    now = timezone.now()
    waits = []
    while True:
        with time_machine.travel(now, tick=False):
            assert webhooks.deliver_due() == 1
        delivery = Delivery.objects.get()
        if delivery.given_up_at:
            break
        waits.append((delivery.next_try_at - now).total_seconds())
        with time_machine.travel(delivery.next_try_at - timedelta(seconds=1), tick=False):
            assert webhooks.deliver_due() == 0, "not before its time"
        now = delivery.next_try_at
    assert len(waits) == len(webhooks.WAITS)
    assert waits == sorted(waits)
    assert all(plain <= wait <= plain * 1.2 for plain, wait in zip(webhooks.WAITS, waits, strict=True))
    assert delivery.last_result == "HTTP 500"


def test_a_receiver_that_recovers_gets_the_event(world, listener):
    webhook = hook(world, listener.url)
    put_live(world.decision)
    listener.answers = [503]
    webhooks.deliver_due()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        webhooks.deliver_due()
        assert Verifier(webhook.secret).verify(listener.heard[1][1], listener.heard[1][0]), "signed anew for each try"
    assert Delivery.objects.get().delivered_at is not None
    assert listener.heard[0][1] == listener.heard[1][1]
    assert listener.heard[0][0]["Webhook-Id"] == listener.heard[1][0]["Webhook-Id"], "so you can ignore repeats"


def test_redirects_are_not_followed_and_gone_ends_the_webhook(world, listener):
    hook(world, listener.url)
    put_live(world.decision)
    listener.answers = [302]
    webhooks.deliver_due()
    assert Delivery.objects.get().last_result == "HTTP 302"
    assert len(listener.heard) == 1
    listener.answers = [410]
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        webhooks.deliver_due()
    assert Webhook.objects.get().ended_at is not None


def test_slack_and_teams_get_their_shapes(world, listener):
    world.decision.title = "A <b> & c"
    world.decision.save()
    hook(world, listener.url, shape="slack")
    hook(world, listener.url, shape="teams")
    put_live(world.decision)
    webhooks.deliver_due()
    bodies = [json.loads(body) for _headers, body in listener.heard]
    slack = next(body for body in bodies if "text" in body)
    card = next(body for body in bodies if "attachments" in body)["attachments"][0]
    assert "A &lt;b&gt; &amp; c" in slack["text"]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    run = card["content"]["body"][0]["inlines"][0]
    assert run["type"] == "TextRun", "Markdown in a title stays text"
    assert "A <b> & c" in run["text"]
    assert card["content"]["actions"][0]["url"].endswith("/t/helio-desk/d/1/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https:///x", "https://localhost/", "https://127.0.0.1/",
        "https://10.0.0.8/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
        "https://0.0.0.0/", "https://user:pw@example.org/", "https://example.org:0/", "https://example.org:99999/",
        "https://printer.local/", "https://db.internal/", "https://exa mple.org/", "https://example.org\\@127.0.0.1/",
        "https://[bad/", "javascript:alert(1)", "", "\x00", "https://x\ny/", "https://" + "a" * 70 + ".org/",
    ],
)  # fmt: skip
def test_addresses_that_are_never_called(client, world, url):
    with pytest.raises(outgoing_http.AddressRefused):
        outgoing_http.check_address(url)
    client.force_login(world.olga)
    form = {"webhook-url": url, "webhook-shape": "plain", "webhook-events": EVENTS}
    assert client.post("/t/helio-desk/connections/webhooks/", form).status_code == 422
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("answer", ["127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0", "169.254.169.254"])
def test_a_name_that_leads_inside_is_refused_when_it_is_called(world, monkeypatch, answer):
    """Names are judged by where they lead at that moment, and one bad address of several is enough."""
    family = socket.AF_INET6 if ":" in answer else socket.AF_INET
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)),
        (family, socket.SOCK_STREAM, 6, "", (answer, 443)),
    ]
    monkeypatch.setattr(outgoing_http.socket, "getaddrinfo", lambda *args, **more: found)
    monkeypatch.setattr(outgoing_http.socket, "create_connection", lambda *args, **more: pytest.fail("it was called"))
    hook(world, "https://hooks.example.org/")
    put_live(world.decision)
    webhooks.deliver_due()
    assert "own network" in Delivery.objects.get().last_result


def test_the_address_that_was_checked_is_the_one_that_is_called(monkeypatch):
    """A name server that answers differently the second time gains nothing: there is no second time."""
    asked = []

    def lookup(host, port, **more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    def connect(address, timeout):
        raise ConnectionRefusedError(f"reached {address}")

    monkeypatch.setattr(outgoing_http.socket, "getaddrinfo", lookup)
    monkeypatch.setattr(outgoing_http.socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError, match=r"93\.184\.216\.34"):
        outgoing_http.post("https://hooks.example.org/x", b"{}", {})
    assert asked == ["hooks.example.org"]


def test_the_next_address_is_tried_when_the_first_does_not_answer(monkeypatch, listener):
    port, real, tried = listener.server_address[1], socket.create_connection, []
    row = (socket.SOCK_STREAM, 6, "")
    found = [(socket.AF_INET6, *row, ("2001:db8::1", port, 0, 0)), (socket.AF_INET, *row, ("127.0.0.1", port))]
    monkeypatch.setattr(outgoing_http.socket, "getaddrinfo", lambda *args, **more: found)

    def connect(address, timeout):
        tried.append(address[0])
        if ":" in address[0]:
            raise OSError("Network is unreachable")
        monkeypatch.undo()
        return real(address, timeout=timeout)

    monkeypatch.setattr(outgoing_http.socket, "create_connection", connect)
    assert outgoing_http.post(f"http://hooks.example.org:{port}/hook", b"{}", {}) == 200
    assert tried == ["2001:db8::1", "127.0.0.1"]
    assert listener.heard[0][0]["Host"] == f"hooks.example.org:{port}"


def test_a_receiver_that_drips_its_answer_is_left(monkeypatch, settings):
    """Each byte would begin a socket's time-out anew; the whole call has an end of its own."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr(outgoing_http, "LONGEST", 0.5)
    stop = threading.Event()

    def drip(server):
        connected, _address = server.accept()
        with connected:
            while not stop.wait(0.1):
                try:
                    connected.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        with pytest.raises((OSError, http.client.HTTPException)):
            outgoing_http.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        stop.set()
        thread.join(5)


def test_a_batch_ends_before_its_lease():
    rounds = webhooks.BATCH / webhooks.AT_ONCE
    assert rounds * (outgoing_http.LONGEST + 2 * outgoing_http.TIMEOUT) < webhooks.LEASE.total_seconds()


def test_public_addresses_are_public():
    for address in ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"):
        assert outgoing_http.is_public(ipaddress.ip_address(address)), address


def test_only_owners_connect_and_secrets_are_shown_once(client, world):
    with pytest.raises(NotAllowed):
        webhooks.add(team=world.team, url="https://example.org/", shape="plain", events=EVENTS, by=world.felix)
    client.force_login(world.olga)
    form = {"webhook-url": "https://hooks.example.org/x", "webhook-shape": "plain", "webhook-events": EVENTS}
    page = client.post("/t/helio-desk/connections/webhooks/", form).content.decode()
    webhook = Webhook.objects.get()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", webhook.secret), "32 bytes"
    assert webhook.secret in page.replace("&#x2B;", "+")
    assert webhook.secret not in client.get("/t/helio-desk/connections/").content.decode()
    client.post(f"/t/helio-desk/connections/webhooks/{webhook.pk}/end/")
    put_live(world.decision)
    assert not Delivery.objects.exists()

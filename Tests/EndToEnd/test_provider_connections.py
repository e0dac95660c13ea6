"""Connections to providers: names that take long, what comes unasked, and what ends too soon."""

import json
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from processes import CALLER_KEY, chat, config, route, wait_until
from providers import HTTP2Provider, Listener, SOCKSProxy, answer, answer_all, certificate, completion
from wire import Connection, call, seconds_since

KEY = {"authorization": "Bearer " + CALLER_KEY}


@pytest.fixture
def listen():
    """Starts providers that a test scripts."""
    listeners = []

    def make(serve, listener=None):
        listeners.append(listener or Listener(serve))
        return listeners[-1]

    yield make
    for each in listeners:
        each.close()


def provider(port):
    return {"mock": {"dialect": "openai", "url": f"http://127.0.0.1:{port}/v1"}}


def ask(gateway, content="Hello", **fields):
    return call(gateway, "POST", "/v1/chat/completions", chat(content, **fields), KEY)


def content(answered):
    return answered.json["choices"][0]["message"]["content"]


# Names


@pytest.fixture(scope="session")
def slow_names(tmp_path_factory):
    """The environment in which looking up some names takes twenty seconds."""
    library = str(tmp_path_factory.mktemp("slow-names") / "slow-names.so")
    compiler = shutil.which("clang") or shutil.which("cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, str(pathlib.Path(__file__).with_name("slow-names.c"))], check=True)
    return {"LD_PRELOAD": library, "SLOW_NAME_SECONDS": "20"}


def start_with_a_slow_name(start, mock, environment, connect="300ms", name="slow-name.example.test", proxy={}, **timeouts):
    """One worker, and two models: `fast`, and `slow` whose provider's name takes long to look up."""
    providers = {
        "mock": {"dialect": "openai", "url": mock.url + "/v1"},
        "slow": {"dialect": "openai", "url": f"http://{name}:{mock.port}/v1", **proxy},
    }
    models = {"fast": {"targets": [{"provider": "mock"}]}, "slow": {"targets": [{"provider": "slow"}]}}
    routes = [route(upstream={"timeouts": {"connect": connect, **timeouts}, "retry": {"attempts": 0}})]
    return start(environment=environment, workers=1, providers=providers, models=models, routes=routes)


def test_a_name_that_takes_longer_than_the_connect_time_out_holds_up_nobody(start, mock, slow_names):
    gateway = start_with_a_slow_name(start, mock, slow_names)
    begin = time.monotonic()

    assert ask(gateway, model="slow").status == 504
    assert ask(gateway).status == 200

    assert seconds_since(begin) < 10


def test_a_client_that_leaves_during_the_look_up_of_a_name_holds_up_nobody(start, mock, slow_names):
    gateway = start_with_a_slow_name(start, mock, slow_names)
    begin = time.monotonic()
    with Connection(gateway.port) as leaving:
        leaving.request("POST", "/v1/chat/completions", chat(model="slow"), KEY)
        assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 1)

    assert ask(gateway).status == 200

    assert seconds_since(begin) < 10


def threads_of(gateway):
    return gateway.status_field("Threads")


@pytest.mark.parametrize("way", ["straight", "SOCKS"])
def test_requests_that_wait_for_a_name_share_one_look_up_and_what_it_finds(start, mock, slow_names, listen, way):
    proxy = {"proxy": f"socks5://127.0.0.1:{listen(None, SOCKSProxy()).port}"} if way == "SOCKS" else {}
    gateway = start_with_a_slow_name(start, mock, {**slow_names, "SLOW_NAME_SECONDS": "2"}, connect="10s", proxy=proxy)
    before = threads_of(gateway)
    waiting = [Connection(gateway.port) for _ in range(40)]
    asked = time.monotonic()
    for connection in waiting:
        connection.request("POST", "/v1/chat/completions", chat(model="slow"), KEY)
    assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 40)

    assert threads_of(gateway) <= before + 1

    assert [connection.answer().status for connection in waiting] == [200] * 40
    assert seconds_since(asked) < 4, "they went on late"
    for connection in waiting:
        connection.close()
    begin = time.monotonic()
    assert ask(gateway, model="slow").status == 200
    assert seconds_since(begin) < 1.5, "a name is looked up once a minute"


@pytest.mark.parametrize("keeps_others", [False, True], ids=["with room to keep it", "with as many kept as may be"])
def test_requests_that_wait_for_a_name_take_a_connection_that_comes_free(start, listen, keeps_others):
    first_may_end, way_is_open, connect_seconds = threading.Event(), threading.Event(), 3

    class Way(SOCKSProxy):
        """Whose second user waits: for this server the name is looked up behind the proxy."""

        def _forward(self, connection):
            if self.accepted > 1:
                way_is_open.wait(30)
            super()._forward(connection)

    def serve(connection):
        while asked := connection.request():
            if b"first" in asked[1]:
                first_may_end.wait(30)
            if b"third" in asked[1]:
                time.sleep(connect_seconds + 0.5)  # it is connected: that time is over
            connection.send(answer())

    server, other, way = listen(serve), listen(answer_all), listen(None, Way())
    gateway = start(
        # So few that one idle connection to providers may be kept.
        descriptors=(150, 150) if keeps_others else None,
        workers=1,
        providers={
            "mock": {**provider(server.port)["mock"], "proxy": f"socks5://127.0.0.1:{way.port}"},
            "other": provider(other.port)["mock"]},
        models={"fast": {"targets": [{"provider": "mock"}]}, "else": {"targets": [{"provider": "other"}]}},
        routes=[route(upstream={"timeouts": {"connect": f"{connect_seconds}s"}, "retry": {"attempts": 0}})])
    if keeps_others:
        assert ask(gateway, model="else").status == 200
    with Connection(gateway.port) as first, Connection(gateway.port) as looking, Connection(gateway.port) as waiting:
        first.request("POST", "/v1/chat/completions", chat("first"), KEY)
        assert wait_until(lambda: server.requests == 1)
        looking.request("POST", "/v1/chat/completions", chat("second"), KEY)
        assert wait_until(lambda: way.accepted == 2)
        waiting.request("POST", "/v1/chat/completions", chat("third"), KEY)
        assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 3)

        first_may_end.set()

        assert [each.answer().status for each in (first, looking, waiting)] == [200] * 3
        assert (server.accepted, server.requests) == (1, 3)
        way_is_open.set()
    if keeps_others:
        assert ask(gateway, model="else").status == 200
        assert other.accepted == 1, "more than may be kept took its place"


def test_clients_that_leave_during_the_look_up_of_a_name_leave_no_threads_behind(start, mock, slow_names):
    gateway = start_with_a_slow_name(start, mock, slow_names, connect="20s")
    before = threads_of(gateway)

    for number in range(20):
        with Connection(gateway.port) as leaving:
            leaving.request("POST", "/v1/chat/completions", chat(model="slow"), KEY)
            assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 1), number
        assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 0), number

    assert threads_of(gateway) <= before + 1


@pytest.mark.parametrize("phase", ["connect", "first_byte"])
def test_a_request_that_waits_for_anothers_look_up_keeps_its_own_time_out(start, mock, slow_names, phase):
    gateway = start_with_a_slow_name(start, mock, slow_names, **{"connect": "20s", phase: "1s"})
    waiting = [Connection(gateway.port) for _ in range(3)]
    begin = time.monotonic()
    for connection in waiting:
        connection.request("POST", "/v1/chat/completions", chat(model="slow"), KEY)

    assert [connection.answer().status for connection in waiting] == [504] * 3
    assert seconds_since(begin) < 5
    for connection in waiting:
        connection.close()


def test_a_name_that_does_not_exist_fails_for_all_that_wait_for_it(start, mock, slow_names):
    gateway = start_with_a_slow_name(start, mock, {**slow_names, "SLOW_NAME_SECONDS": "1"}, connect="10s", name="no-slow-name.invalid")
    waiting = [Connection(gateway.port) for _ in range(5)]
    begin = time.monotonic()
    for connection in waiting:
        connection.request("POST", "/v1/chat/completions", chat(model="slow"), KEY)

    assert [connection.answer().status for connection in waiting] == [502] * 5
    assert seconds_since(begin) < 3, "they were looked up one after another"
    for connection in waiting:
        connection.close()


@pytest.mark.parametrize("leaves", [False, True])
@pytest.mark.parametrize("way", ["straight", "http2", "forward proxy"])
def test_requests_that_wait_for_a_name_outlive_a_reload_and_whoever_looks_it_up(start, mock, slow_names, listen, tmp_path, way, leaves):
    name = "slow-name.example.test"
    fields = {"dialect": "openai", "url": f"http://{name}:{mock.port}/v1"}
    if way == "http2":
        context, authority = certificate(tmp_path, name)
        listener = listen(None, HTTP2Provider(context))
        fields.update(url=f"https://{name}:{listener.port}/v1", ca=authority, http2=True)
    if way == "forward proxy":
        fields.update(url="http://127.0.0.1:1/v1", proxy=f"http://{name}:{listen(answer_all).port}")
    routes = [route(upstream={"timeouts": {"connect": "20s"}, "retry": {"attempts": 0}})]
    gateway = start(environment={**slow_names, "SLOW_NAME_SECONDS": "1"}, workers=1, providers={"mock": fields}, routes=routes)
    first, second = Connection(gateway.port), Connection(gateway.port)
    for number, connection in enumerate((first, second)):
        connection.request("POST", "/v1/chat/completions", chat(), KEY)
        assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == number + 1)

    if leaves:
        first.close()
    assert gateway.reload(config(mock, workers=1)) == "loaded"

    assert ask(gateway).status == 200
    assert leaves or first.answer().status == 200
    assert second.answer().status == 200
    first.close()
    second.close()


# What comes unasked


@pytest.mark.parametrize("closes", [False, True])
def test_what_a_provider_sends_unasked_is_nobodys_answer(start, listen, closes):
    """A second answer to a request, or the 408 that front doors send before they close an idle connection."""
    sent = threading.Event()
    may_send = threading.Event()

    def serve(connection):
        while request := connection.request():
            text = json.loads(request[1])["messages"][0]["content"]
            connection.send(answer(completion("for " + text)))
            if text == "user 0":
                assert may_send.wait(10)
                connection.send(answer(b"", 408) if closes else answer(completion("for user 0 again")))
                sent.set()
                if closes:
                    return

    provider_ = listen(serve)
    gateway = start(workers=1, providers=provider(provider_.port))
    assert content(ask(gateway, "user 0")) == "for user 0"
    gateway.access_line(status=200)
    may_send.set()
    assert sent.wait(10)

    for number in range(1, 4):
        assert content(ask(gateway, f"user {number}")) == f"for user {number}"
    assert provider_.requests == 4
    assert provider_.accepted == 2


# What ends too soon


class Forgetful:
    """A provider that answers while `answers` holds, and after that closes kept connections when a request comes on them."""

    def __init__(self, closes_new_ones_too):
        self.closes_new_ones_too = closes_new_ones_too
        self.answers = True
        self.together = threading.Barrier(6)

    def serve(self, connection):
        is_new = True
        while connection.request():
            if not self.answers and (self.closes_new_ones_too or not is_new):
                return
            if self.answers:
                self.together.wait(10)  # so that each of the first requests has a connection of its own
            connection.send(answer())
            is_new = False


def ask_after_six_connections_went_bad(start, listen, attempts, closes_new_ones_too):
    forgetful = Forgetful(closes_new_ones_too)
    provider_ = listen(forgetful.serve)
    upstream = {"provider": "mock", "retry": {"attempts": attempts, "backoff": "1ms"}}
    gateway = start(workers=1, providers=provider(provider_.port), routes=[route(upstream=upstream)])
    connections = [Connection(gateway.port).request("POST", "/v1/chat/completions", chat(), KEY) for _ in range(6)]
    assert [connection.answer().status for connection in connections] == [200] * 6
    forgetful.answers = False
    answered = ask(gateway)
    assert wait_until(lambda: len(gateway.access_lines) == 7)
    return answered, gateway.access_lines[-1], provider_.requests - 6


def test_a_request_is_sent_once_when_the_route_wants_no_retries(start, listen):
    answered, line, requests = ask_after_six_connections_went_bad(start, listen, attempts=0, closes_new_ones_too=True)

    assert answered.status == 502
    assert requests == 1
    assert (line["error_type"], len(line["attempts"]), line["retries"]) == ("upstream_cut", 1, 0)


def test_a_kept_connection_that_ends_instead_of_answering_is_worth_a_retry_on_a_fresh_one(start, listen):
    answered, line, requests = ask_after_six_connections_went_bad(start, listen, attempts=1, closes_new_ones_too=False)

    assert answered.status == 200
    assert requests == 2
    assert (len(line["attempts"]), line["retries"]) == (2, 1)


def test_a_fresh_connection_that_ends_instead_of_answering_is_not_worth_another(start, listen):
    answered, line, requests = ask_after_six_connections_went_bad(start, listen, attempts=5, closes_new_ones_too=True)

    assert answered.status == 502
    assert requests == 2
    assert (len(line["attempts"]), line["retries"]) == (2, 1)


# Clients that read slowly


def test_a_slow_reader_of_large_events_is_not_an_idle_provider(start, listen):
    event = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"' + b"a" * 3_000_000 + b'"}}]}\n\n'

    def serve(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        for _ in range(4):
            connection.send(event)
        connection.send(b"data: [DONE]\n\n")

    upstream = {"provider": "mock", "timeouts": {"idle": "500ms"}, "retry": {"attempts": 0}}
    gateway = start(providers=provider(listen(serve).port), routes=[route(upstream=upstream)])
    with Connection(gateway.port, receive_buffer=4096) as connection:
        connection.request("POST", "/v1/chat/completions", chat(stream=True), KEY)
        assert connection.read_head()[0] == 200
        time.sleep(1.5)
        whole = b"".join(piece or b"CUT" for piece in connection.chunks())

    assert whole == event * 4 + b"data: [DONE]\n\n"


def test_what_comes_of_a_stream_at_once_leaves_at_once(start, listen):
    chunk = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]}
    stream = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for _ in range(5)) + b"data: [DONE]\n\n"

    def serve(connection):
        while connection.request():
            head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(stream)}\r\n\r\n"
            connection.send(head.encode() + stream)

    gateway = start(workers=1, providers=provider(listen(serve).port))
    with Connection(gateway.port) as client:
        client.request("POST", "/v1/chat/completions", chat(stream=True), KEY)

        assert len(client.answer().events) == 6
        assert segments_received(client.socket) == 1


def segments_received(connected):
    """tcpi_data_segs_in of Linux's struct tcp_info: how many segments with data came."""
    return struct.unpack_from("I", connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256), 152)[0]

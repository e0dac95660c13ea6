"""Quotas that are exact, answers that are kept, calls that are shared."""

import concurrent.futures
import threading
import time

import pytest

from processes import CALLER_KEY, OTHER_KEY, chat, hash_of, route, wait_until
from wire import Connection, call, text_of

KEY = {"authorization": "Bearer " + CALLER_KEY}


def at_once(count, gateway, headers=None, body=None):
    """So many requests from connections that are open already, released together."""
    connections = [Connection(gateway.port, timeout=30) for _ in range(count)]
    gate = threading.Barrier(count)

    def ask(connection):
        gate.wait()
        return connection.request("POST", "/v1/chat/completions", body or chat(), {**KEY, **(headers or {})}).answer()

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(ask, connections))
    for connection in connections:
        connection.close()
    return answers


def test_a_limit_of_fifty_admits_exactly_fifty_of_two_hundred(start, mock):
    gateway = start(workers=4, routes=[route(quota=[{"allow": "50 requests per minute", "each": "caller"}])])

    answers = at_once(200, gateway)

    statuses = [answer.status for answer in answers]
    assert statuses.count(200) == 50 and statuses.count(429) == 150
    assert mock.stats["requests"] == 50
    assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in answers if answer.status == 429)
    assert all(answer.json["error"]["code"] == "rate_limit_exceeded" for answer in answers if answer.status == 429)


def test_a_limit_at_once_is_exact_and_given_back(start, mock):
    gateway = start(workers=4, routes=[route(quota=[{"allow": "5 at once", "each": "team"}])])

    for _ in range(2):
        statuses = [answer.status for answer in at_once(40, gateway, {"x-mock": "delay=2s"})]
        assert statuses.count(200) == 5 and statuses.count(429) == 35

    # Also when clients leave without waiting.
    connections = [Connection(gateway.port) for _ in range(5)]
    for connection in connections:
        connection.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "hang"})
    assert wait_until(lambda: mock.stats["open_streams"] == 5)
    for connection in connections:
        connection.close()
    assert wait_until(lambda: mock.stats["open_streams"] == 0)
    assert wait_until(lambda: call(gateway, "POST", "/v1/chat/completions", chat(), key=OTHER_KEY).status == 200)


def test_windows_slide(start):
    gateway = start(routes=[route(quota=[{"allow": "3 requests per 1s"}])])
    statuses = []
    end = time.monotonic() + 3.4
    while time.monotonic() < end:
        statuses.append(call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).status)
        time.sleep(0.05)

    assert 9 <= statuses.count(200) <= 12


CACHED = [route(cache={"keep": "10m", "scope": "team"})]


def test_an_equal_request_is_answered_from_memory(start, mock):
    gateway = start(routes=CACHED)
    body = chat(temperature=0, user="u-1", metadata={"trace": "1"})
    first = call(gateway, "POST", "/v1/chat/completions", body, key=CALLER_KEY)
    shuffled = b'{ "user": "u-2",\n "temperature":0, "messages" :[{"content":"Hello","role":"user"}], "model":"fast"}'

    again = call(gateway, "POST", "/v1/chat/completions", shuffled, key=CALLER_KEY)
    other_caller = call(gateway, "POST", "/v1/chat/completions", body, key=OTHER_KEY)
    other_request = call(gateway, "POST", "/v1/chat/completions", {**body, "temperature": 1}, key=CALLER_KEY)

    assert first.headers["x-weir-cache"] == "miss"
    assert again.headers["x-weir-cache"] == "hit" and again.body == first.body and int(again.headers["age"]) >= 0
    assert other_caller.headers["x-weir-cache"] == "hit", "the same team"
    assert other_request.headers["x-weir-cache"] == "miss"
    assert mock.stats["requests"] == 2


def test_a_kept_answer_is_given_as_json_or_as_a_stream(start, mock):
    gateway = start(routes=CACHED)
    whole = call(gateway, "POST", "/v1/chat/completions", chat("one"), key=CALLER_KEY)
    as_stream = call(gateway, "POST", "/v1/chat/completions", chat("one", stream=True), key=CALLER_KEY)

    assert as_stream.headers["x-weir-cache"] == "hit"
    assert as_stream.headers["content-type"].startswith("text/event-stream")
    assert text_of(as_stream.events) == whole.json["choices"][0]["message"]["content"]
    assert as_stream.events[-1] == "[DONE]"

    stream = call(gateway, "POST", "/v1/chat/completions", chat("two", stream=True), key=CALLER_KEY)
    as_whole = call(gateway, "POST", "/v1/chat/completions", chat("two"), key=CALLER_KEY)
    assert as_whole.headers["x-weir-cache"] == "hit"
    assert as_whole.json["choices"][0]["message"]["content"] == text_of(stream.events)
    assert mock.stats["requests"] == 2


def test_clients_can_say_no(start, mock):
    gateway = start(routes=CACHED)

    def ask(control=None):
        headers = {"cache-control": control} if control else {}
        answer = call(gateway, "POST", "/v1/chat/completions", chat(), headers, key=CALLER_KEY)
        return answer.headers["x-weir-cache"], answer.json["id"]

    _, first = ask()
    outcome, fresh = ask("no-cache")
    assert outcome == "miss" and fresh != first
    assert ask() == ("hit", fresh), "a new answer takes the place of the old one"

    outcome, private = ask("no-store")
    assert outcome == "bypass" and private not in (first, fresh)
    assert ask() == ("hit", fresh), "neither looked up nor kept"
    assert mock.stats["requests"] == 3


@pytest.mark.parametrize("directives, stream", [
    ("status=500", False), ("cut-after=100", False), ("garbage-body", False), ("no-done,chunks=3", True), ("error-event-after=2,chunks=5", True),
    ("cut-after=900,chunks=9", True)])
def test_nothing_that_failed_is_kept(start, mock, directives, stream):
    gateway = start(routes=CACHED)

    # The same twice, to the last header: of an answer that was kept, the second would be a hit.
    for requests in (1, 2):
        answer = call(gateway, "POST", "/v1/chat/completions", chat(stream=stream), {"x-mock": directives}, key=CALLER_KEY)
        assert answer.headers["x-weir-cache"] == "miss"
        assert mock.stats["requests"] == requests


@pytest.mark.parametrize("stream", [False, True])
def test_a_hundred_equal_requests_make_one_call(start, mock, stream):
    gateway = start(workers=4, routes=CACHED)

    answers = at_once(100, gateway, {"x-mock": "delay=700ms,chunks=20"}, chat(stream=stream))

    assert [answer.status for answer in answers] == [200] * 100
    assert len({answer.body for answer in answers}) == 1
    assert mock.stats["requests"] == 1
    assert gateway.metrics.sum("weir_shared_flights_total") > 0


def test_a_leader_who_leaves_does_not_take_the_followers_along(start, mock):
    gateway = start(routes=CACHED)
    leader = Connection(gateway.port)
    leader.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=20,interval=50ms"})
    assert leader.read_head()[0] == 200
    follower = Connection(gateway.port)
    follower.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=20,interval=50ms"})
    assert follower.read_head()[0] == 200

    leader.close()

    pieces = list(follower.chunks())
    assert pieces[-1] is not None and b"".join(pieces).endswith(b"data: [DONE]\n\n")
    assert mock.stats["requests"] == 1 and mock.stats["aborted"] == 0


def test_a_shared_call_ends_when_nobody_is_left(start, mock):
    gateway = start(routes=CACHED)
    connections = [Connection(gateway.port) for _ in range(5)]
    for connection in connections:
        connection.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=100000,interval=5ms"})
        assert connection.read_head()[0] == 200

    for connection in connections:
        connection.close()

    assert wait_until(lambda: mock.stats["aborted"] == 1, within=1.0)


def test_a_slow_follower_does_not_slow_the_others(start, mock):
    gateway = start(routes=CACHED)
    slow = Connection(gateway.port, receive_buffer=4096)
    slow.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=2000"})
    begin = time.monotonic()

    answer = call(gateway, "POST", "/v1/chat/completions", chat(stream=True), {"x-mock": "chunks=2000"}, key=CALLER_KEY)

    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert time.monotonic() - begin < 5
    slow.close()


def test_a_slow_leader_keeps_its_answer_whoever_else_asks(start, mock):
    """The leader reads nothing while a quick follower reads all it gets: 3 MB, of which 1 MiB is kept and the sockets hold some."""
    gateway = start(routes=CACHED)
    directives = {"x-mock": "chunks=100,size=600000"}
    leader, follower = Connection(gateway.port, receive_buffer=4096, timeout=60), Connection(gateway.port, timeout=60)
    for connection in (leader, follower):
        connection.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, **directives})
        assert connection.read_head()[0] == 200

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: list(follower.chunks()))
        time.sleep(1)  # for the follower to get as far ahead as it can
        pieces = list(leader.chunks())
        others = reading.result(timeout=60)

    assert pieces[-1] is not None and b"".join(pieces).endswith(b"data: [DONE]\n\n")
    assert b"".join(others) == b"".join(pieces)
    assert mock.stats["requests"] == 1


def test_the_memory_of_the_cache_is_bounded(start, mock):
    gateway = start(routes=CACHED, cache={"memory": "1MiB", "max_entry": "256KiB"})
    call(gateway, "POST", "/v1/chat/completions", chat("warm"), {"x-mock": "size=20000"}, key=CALLER_KEY)
    before = gateway.held_kib

    for number in range(200):
        assert call(gateway, "POST", "/v1/chat/completions", chat(str(number)), {"x-mock": "size=20000"}, key=CALLER_KEY).status == 200

    assert gateway.held_kib - before < 8 * 1024
    assert call(gateway, "POST", "/v1/chat/completions", chat("199"), {"x-mock": "size=20000"}, key=CALLER_KEY).headers["x-weir-cache"] == "hit"
    assert call(gateway, "POST", "/v1/chat/completions", chat("0"), {"x-mock": "size=20000"}, key=CALLER_KEY).headers["x-weir-cache"] == "miss"


def test_ten_thousand_callers_cost_no_time(start):
    callers = [{"name": f"caller-{n}", "key": hash_of(f"key-{n}")} for n in range(10_000)]
    gateway = start(callers=callers)

    for number in (0, 5000, 9999):
        assert call(gateway, "POST", "/v1/chat/completions", chat(), key=f"key-{number}").status == 200
    assert call(gateway, "POST", "/v1/chat/completions", chat(), key="key-10000").status == 401


@pytest.mark.parametrize("directives, events", [("hang", 0), ("chunks=100000,interval=2ms", 100)])
def test_who_hangs_up_pays_with_a_cache_as_without(start, mock, directives, events):
    def left_after_hanging_up(**more):
        gateway = start(routes=[route(quota=[{"allow": "1M tokens per day", "each": "caller"}], **more)])
        for number in range(3):
            connection = Connection(gateway.port)
            body = chat("word " * 4000, stream=True, seed=number)
            connection.request("POST", "/v1/chat/completions", body, {**KEY, "x-mock": directives})
            if events:
                connection.read_head()
                chunks = connection.chunks()
                seen = b""
                while seen.count(b"data: ") < events:
                    seen += next(chunks)
            else:
                assert wait_until(lambda: mock.stats["open_streams"] == 1)
            connection.close()
            assert wait_until(lambda: mock.stats["open_streams"] == 0)
        assert wait_until(lambda: gateway.metrics.sum("weir_upstream_attempts_total") == 3)
        return int(call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).headers["x-ratelimit-remaining-tokens"])

    without, with_cache = left_after_hanging_up(), left_after_hanging_up(cache={"keep": "10m", "scope": "team"})

    assert 900_000 < without < 990_000
    assert abs(with_cache - without) < (1_000_000 - without) / 10


@pytest.mark.parametrize("more", [{}, {"cache": {"keep": "10m", "scope": "team"}}])
def test_a_stream_that_its_provider_cut_is_said_to_be_cut(start, more):
    gateway = start(routes=[route(**more)])

    call(gateway, "POST", "/v1/chat/completions", chat(stream=True), {"x-mock": "chunks=20,cut-after=2000"}, key=CALLER_KEY)

    assert wait_until(lambda: gateway.metrics.sum("weir_upstream_attempts_total") == 1)
    assert gateway.metrics.sum("weir_upstream_attempts_total", result="cut") == 1

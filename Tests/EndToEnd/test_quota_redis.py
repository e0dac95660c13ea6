"""Limits that several gateways share through Redis."""

import concurrent.futures
import signal
import threading
import time

import pytest

from processes import CALLER_KEY, chat, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}


@pytest.fixture
def redis(redis_server):
    return redis_server()


def pair(start, redis, *limits, lease="30s", pods=2, deadline="500ms"):
    """Two gateways that share their limits, with all their connections up."""
    gateways = [
        start(redis={"url": redis.url, "deadline": deadline}, quota={"pods": pods, "lease": lease}, routes=[route(quota=list(limits))]) for _ in range(2)]
    assert all(wait_until(lambda: gateway.status["redis"]["workers"] == ["up", "up"]) for gateway in gateways)
    return gateways


def left(gateway, unit="tokens"):
    return int(call(gateway, "GET", "/v1/models", key=CALLER_KEY).headers[f"x-ratelimit-remaining-{unit}"])


def at_once(count, gateways, body, headers=None):
    """So many requests from connections that are open already, released together."""
    connections = [Connection(gateways[number % len(gateways)].port, timeout=30) for number in range(count)]
    gate = threading.Barrier(count)

    def ask(connection):
        gate.wait()
        return connection.request("POST", "/v1/chat/completions", body, {**KEY, **(headers or {})}).answer()

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(ask, connections))
    for connection in connections:
        connection.close()
    return answers


def statuses(answers):
    return [answer.status for answer in answers]


def test_two_gateways_admit_exactly_fifty_of_two_hundred(start, mock, redis):
    gateways = pair(start, redis, {"allow": "50 requests per minute", "each": "team", "when_redis_is_down": "reject"})
    taken = 50 - left(gateways[0], "requests") - 1  # the look itself is a request, too

    answers = at_once(200, gateways, chat())

    assert set(statuses(answers)) == {200, 429}
    assert statuses(answers).count(200) == 50 - taken - 1
    assert mock.stats["requests"] == statuses(answers).count(200)
    keys = redis.command("KEYS", "*").splitlines()
    assert keys and all(key.startswith("{weir}:quota:") and int(redis.command("PTTL", key)) > 0 for key in keys)


def test_fifty_clients_at_two_gateways_stay_within_a_nearly_empty_limit(start, redis):
    gateways = pair(start, redis, {"allow": "3000 tokens per day", "each": "team", "when_redis_is_down": "reject"})
    spent = call(gateways[0], "POST", "/v1/chat/completions", chat(max_tokens=2000), {"x-mock": "chunks=1800"}, key=CALLER_KEY).json
    assert wait_until(lambda: left(gateways[1]) == 3000 - spent["usage"]["total_tokens"])

    answers = at_once(50, gateways, chat(max_tokens=200), {"x-mock": "delay=200ms,chunks=60"})

    good = [answer for answer in answers if answer.status == 200]
    total = spent["usage"]["total_tokens"] + sum(answer.json["usage"]["total_tokens"] for answer in good)
    assert good and set(statuses(answers)) == {200, 429} and total <= 3000
    assert wait_until(lambda: left(gateways[0]) == 3000 - total), "what was settled is what was used"


def test_what_a_killed_gateway_held_is_free_after_its_lease_and_not_before_that_of_one_that_lives(start, mock, redis):
    limits = [{"allow": "3 at once", "each": "team", "when_redis_is_down": "reject"},
              {"allow": "100k tokens per day", "each": "team", "when_redis_is_down": "reject"}]
    first, second = pair(start, redis, *limits, lease="1s")
    spent = call(first, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).json["usage"]["total_tokens"]
    streams = [Connection(first.port) for _ in range(3)]
    for stream in streams:
        stream.request("POST", "/v1/chat/completions", chat(stream=True, max_tokens=10_000), {**KEY, "x-mock": "chunks=100000,interval=20ms"})
        assert stream.read_head()[0] == 200

    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        assert call(second, "POST", "/v1/chat/completions", chat(max_tokens=1), key=CALLER_KEY).status == 429, "the lease is renewed"
        time.sleep(0.1)
    first.may_have_ended = True
    first.signal(signal.SIGKILL)

    assert wait_until(lambda: call(second, "POST", "/v1/chat/completions", chat(max_tokens=1), {"x-mock": "status=400"}, key=CALLER_KEY).status == 400)
    assert wait_until(lambda: left(second) == 100_000 - spent)


def test_what_was_used_is_told_before_a_gateway_ends(start, redis):
    first, second = pair(start, redis, {"allow": "100k tokens per day", "each": "team", "when_redis_is_down": "reject"})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(call, first, "POST", "/v1/chat/completions", chat(), {"x-mock": "delay=1500ms"}, CALLER_KEY) for _ in range(8)]
        assert wait_until(lambda: left(second) < 100_000 - 8 * 500)
        first.signal(signal.SIGTERM)
        total = sum(each.result().json["usage"]["total_tokens"] for each in asked)
    assert first.wait() == 0
    assert left(second) == 100_000 - total


@pytest.mark.parametrize("policy, expected", [("reject", {503}), ("allow", {200}), ("share", {200, 429})])
def test_while_redis_does_not_answer_each_limit_does_what_it_says(start, redis, policy, expected):
    gateways = pair(start, redis, {"allow": "40 requests per minute", "each": "team", "when_redis_is_down": policy}, pods=4, deadline="50ms")
    looked = 40 - left(gateways[0], "requests")
    redis.pause()
    try:
        begin = time.monotonic()
        answers = [call(gateways[number % 2], "POST", "/v1/chat/completions", chat(), key=CALLER_KEY) for number in range(30)]
        assert time.monotonic() - begin < 10
    finally:
        redis.resume()

    assert set(statuses(answers)) == expected
    if policy == "reject":
        assert answers[0].json["error"]["code"] == "limits_unknown"
    if policy == "share":
        assert statuses(answers).count(200) <= 20, "each of four has ten"
    admitted = statuses(answers).count(200)
    assert gateways[0].metrics.sum("weir_quota_store_failures_total") > 0
    assert wait_until(lambda: all(gateway.metrics.sum("weir_quota_unsettled") == 0 for gateway in gateways), within=8)
    assert all(wait_until(lambda: gateway.status["redis"]["workers"] == ["up", "up"]) for gateway in gateways)
    # Exact again: all that was let in counts, and nothing else.
    assert left(gateways[0], "requests") == max(0, 40 - looked - admitted - 1)
    assert left(gateways[1], "requests") == max(0, 40 - looked - admitted - 2)

"""Limits of tokens: what is held, what is counted, and how far a limit is exceeded."""

import concurrent.futures
import json
import threading

import pytest

from processes import CALLER_KEY, OTHER_KEY, chat, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}


def tokens(allow, **fields):
    return route(quota=[{"allow": allow, "each": "team", **fields}])


def left(gateway, unit="tokens"):
    """What is left of the limit: a request for the list of models takes none of it."""
    return int(call(gateway, "GET", "/v1/models", key=CALLER_KEY).headers[f"x-ratelimit-remaining-{unit}"])


def used(answer):
    return answer.json["usage"]["total_tokens"]


def test_what_was_held_is_replaced_by_what_was_used(start):
    gateway = start(routes=[tokens("100k tokens per day")])
    assert left(gateway) == 100_000

    plain = call(gateway, "POST", "/v1/chat/completions", chat("Hello " * 100, max_tokens=5000), {"x-mock": "size=600"}, key=CALLER_KEY)
    assert int(plain.headers["x-ratelimit-remaining-tokens"]) < 95_000, "the answer could have been so long"
    assert left(gateway) == 100_000 - used(plain)

    stream = call(
        gateway, "POST", "/v1/chat/completions", chat(stream=True, stream_options={"include_usage": True}), {"x-mock": "chunks=20"}, key=OTHER_KEY)
    total = used(plain) + stream.events[-2]["usage"]["total_tokens"]
    assert left(gateway) == 100_000 - total

    # Nothing for what no provider was asked for, or what it refused.
    assert call(gateway, "POST", "/v1/chat/completions", chat(), {"x-mock": "status=500"}, key=CALLER_KEY).status == 500
    assert left(gateway) == 100_000 - total


def test_an_answer_that_is_given_up_counts_and_its_hold_goes(start, mock):
    gateway = start(routes=[tokens("100k tokens per day")])
    with Connection(gateway.port) as connection:
        connection.request(
            "POST", "/v1/chat/completions", chat(stream=True, max_tokens=50_000), {**KEY, "x-mock": "chunks=100000,interval=5ms"})
        assert connection.read_head()[0] == 200
        assert left(gateway) < 50_000
    assert wait_until(lambda: 99_000 < left(gateway) < 100_000)
    assert mock.stats["aborted"] == 1


def test_fifty_clients_at_a_nearly_empty_limit_stay_within_it(start, mock):
    """Clients that bound their answers: the limit is exact."""
    gateway = start(workers=4, routes=[tokens("3000 tokens per day")])
    spent = used(call(gateway, "POST", "/v1/chat/completions", chat(max_tokens=2000), {"x-mock": "chunks=1800"}, key=CALLER_KEY))
    assert spent > 1000
    connections = [Connection(gateway.port, timeout=30) for _ in range(50)]
    gate = threading.Barrier(50)

    def ask(connection):
        gate.wait()
        headers = {**KEY, "x-mock": "delay=300ms,chunks=60"}
        return connection.request("POST", "/v1/chat/completions", chat(max_tokens=200), headers).answer()

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, connections))

    good = [answer for answer in answers if answer.status == 200]
    total = spent + sum(used(answer) for answer in good)
    assert good and len(good) < 50
    assert total <= 3000
    assert left(gateway) == 3000 - total, "what was settled is what was used"
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.json["error"]["type"] == "tokens" and refused.json["error"]["code"] == "rate_limit_exceeded"
    assert gateway.access_line(limit="all: tokens per 1d")["status"] == 429
    assert gateway.metrics.sum("weir_quota_limit_rejections_total", route="all", limit="all: tokens per 1d") == 50 - len(good)
    for connection in connections:
        connection.close()


def test_an_idle_limit_takes_its_first_call_and_then_none_until_it_has_paid(start):
    gateway = start(routes=[tokens("50 tokens per day")])

    assert call(gateway, "POST", "/v1/chat/completions", chat(max_tokens=5000), {"x-mock": "chunks=150"}, key=CALLER_KEY).status == 200
    refused = call(gateway, "POST", "/v1/chat/completions", chat(max_tokens=1), key=CALLER_KEY)

    assert refused.status == 429
    assert refused.headers["x-should-retry"] == "false" and "retry-after" not in refused.headers


@pytest.mark.parametrize("path, body, member", [
    ("/v1/chat/completions", chat(max_tokens=5000), "max_tokens"),
    ("/v1/chat/completions", chat(), "max_completion_tokens"),
    ("/v1/responses", {"model": "fast", "input": "Hello"}, "max_output_tokens"),
])
def test_clamp_makes_answers_no_longer_than_what_is_left(start, mock, path, body, member):
    gateway = start(routes=[tokens("600 tokens per day", on_exceed="clamp")])
    call(gateway, "POST", "/v1/chat/completions", chat(max_tokens=100), {"x-mock": "chunks=90"}, key=CALLER_KEY)
    rest = left(gateway)

    answer = call(gateway, "POST", path, body, key=CALLER_KEY)

    assert answer.status == 200
    assert rest - 60 < mock.last.json[member] < rest
    assert left(gateway) >= 0


def test_clamp_speaks_every_dialect(start, mock):
    config = {"models": {"fast": {"targets": [{"provider": "claude", "model": "mock-model"}]}},
              "providers": {"claude": {"dialect": "anthropic", "url": mock.url + "/v1"}},
              "routes": [route(quota=[{"allow": "5000 tokens per day", "each": "team", "on_exceed": "clamp"}], upstream={})]}
    gateway = start(**config)
    body = {"model": "fast", "max_tokens": 90_000, "messages": [{"role": "user", "content": "Hello"}]}

    native = call(gateway, "POST", "/v1/messages", body, key=CALLER_KEY)
    assert native.status == 200 and 4000 < mock.last.json["max_tokens"] < 5000
    assert native.headers["anthropic-ratelimit-tokens-limit"] == "5000"
    assert native.headers["anthropic-ratelimit-tokens-reset"].endswith("Z")

    translated = call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY)
    assert translated.status == 200 and mock.last.json["max_tokens"] < 5000


def test_finish_lets_the_call_that_crosses_the_limit_pass(start):
    gateway = start(routes=[tokens("200 tokens per day", on_exceed="finish")])
    answers = [call(gateway, "POST", "/v1/chat/completions", chat(max_tokens=5000), {"x-mock": "chunks=130"}, key=CALLER_KEY) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]


def test_a_shadow_only_watches(start):
    gateway = start(routes=[tokens("10 tokens per day", shadow=True)])

    answers = [call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert not any("ratelimit" in name and "tokens" in name for name in answers[2].headers if name != "x-ratelimit-limit-requests")
    assert gateway.access_line(shadow_limits=["all: tokens per 1d"])["status"] == 200
    assert gateway.metrics.sum("weir_quota_shadow_rejections_total", route="all") == 2
    assert gateway.metrics.sum("weir_quota_used_ratio", route="all") == 1


def test_status_says_what_each_limit_allows_and_has_done(start):
    gateway = start(routes=[route(quota=[{"allow": "2 requests per hour", "each": "everyone"}, {"allow": "1M tokens per day", "shadow": True}])])

    assert [call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).status for _ in range(3)] == [200, 200, 429]

    idle = {"route": "all", "rejections": 0, "shadow_rejections": 0, "store_failures": 0}
    assert gateway.status["limits"] == [
        {**idle, "limit": "all: requests per 1h", "allows": "2 requests per hour", "each": "everyone", "shadow": False, "used_percent": 100,
         "rejections": 1},
        {**idle, "limit": "all: tokens per 1d", "allows": "1000000 tokens per day", "each": "caller", "shadow": True, "used_percent": 0},
    ]


def test_answers_from_the_cache_cost_nothing_unless_told(start):
    limits = [{"allow": "100k tokens per day"}, {"allow": "100k output tokens per hour", "charge_cached": True}]
    gateway = start(routes=[route(cache={"keep": "10m", "scope": "team"}, quota=limits)])

    first = call(gateway, "POST", "/v1/chat/completions", chat(temperature=0), key=CALLER_KEY)
    again = call(gateway, "POST", "/v1/chat/completions", chat(temperature=0), key=CALLER_KEY)

    assert again.headers["x-weir-cache"] == "hit"
    metrics = call(gateway, "GET", "/v1/models", key=CALLER_KEY).headers
    usage = first.json["usage"]
    charged = 100_000 - 2 * usage["completion_tokens"]
    assert int(metrics["x-ratelimit-remaining-tokens"]) == min(charged, 100_000 - usage["total_tokens"])


def test_members_that_bound_an_answer_may_stand_once(start):
    gateway = start()
    body = b'{"model":"fast","messages":[],"max_tokens":1,"max_tokens":100000}'

    assert call(gateway, "POST", "/v1/chat/completions", body, key=CALLER_KEY).status == 400


def test_counters_survive_a_reload(start):
    gateway = start(routes=[tokens("100k tokens per day")])
    spent = used(call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY))
    config = json.loads(open(gateway.file).read())
    config["routes"][0]["quota"][0]["allow"] = "50k tokens per day"

    assert gateway.reload(config) == "loaded"

    assert left(gateway) == 50_000 - spent

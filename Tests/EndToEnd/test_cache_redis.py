"""The cache that gateways share through a real Redis: answers, calls, purges, and a Redis that does not do what it should."""

import concurrent.futures
import signal
import threading
import time

import pytest

from processes import CALLER_KEY, OTHER_KEY, PROVIDER_KEY, chat, config, hash_of, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}


@pytest.fixture
def redis(redis_server):
    return redis_server()


@pytest.fixture
def gateways(start, redis):
    """Gateways with one file at one Redis, each ready to talk to it."""

    def make(count=2, cache=None, **changes):
        # A busy machine is no slow Redis.
        changes = {"redis": {"url": redis.url, "deadline": "200ms"}, "routes": [route(cache={"keep": "10m", **(cache or {})})], **changes}
        made = [start(**changes) for _ in range(count)]
        workers = sum(gateway.metrics.sum("weir_workers") for gateway in made)
        assert redis.has_clients(int(workers))
        return made

    return make


def ask(gateway, body=None, key=CALLER_KEY, **headers):
    return call(gateway, "POST", "/v1/chat/completions", body or chat(), headers, key=key)


def outcome(answer):
    return answer.headers["x-weir-cache"]


def written(gateway, count=1):
    return wait_until(lambda: gateway.metrics.sum("weir_cache_redis_total", event="written") >= count)


def test_answers_are_found_by_every_process_with_the_same_file(gateways, mock):
    prices = {"input": 1, "output": 2, "service_tier": {"flex": "50%", "priority": "180%", "batch": "50%", "fast": "200%"}}
    providers = {**config(mock)["providers"], "openai": {"dialect": "openai", "key": "sk-of-nobody"}}
    models = {"fast": {"targets": [{"provider": "mock", "model": "mock-model"}]}, "other": {"targets": [{"provider": "openai", "model": "m", "price": prices}]}}
    one, *others = gateways(5, providers=providers, models=models)
    ask(one)
    assert written(one)

    assert [outcome(ask(other)) for other in others] == ["hit"] * 4
    assert mock.stats["requests"] == 1


@pytest.mark.parametrize("stream", [False, True])
def test_one_gateway_gives_what_another_fetched(gateways, mock, stream):
    one, other = gateways()
    first = ask(one, chat(stream=stream))
    assert written(one)

    second = ask(other, chat(stream=stream))
    third = ask(other, chat(stream=not stream))

    assert (outcome(first), outcome(second), outcome(third)) == ("miss", "hit", "hit")
    assert second.body == first.body and int(second.headers["age"]) <= 5
    assert mock.stats["requests"] == 1
    assert [other.access_line(stream=stream)["cache_tier"], other.access_line(stream=not stream)["cache_tier"]] == ["redis", "memory"]


def test_ages_and_bounds_in_time_are_those_of_redis(gateways, redis):
    one, other = gateways(cache={"keep": "2s"})
    ask(one)
    assert written(one)
    [name] = [name for name in redis.command("KEYS", "*").splitlines() if name.endswith(":a")]

    assert 0 < int(redis.command("PTTL", name)) <= 2000
    time.sleep(1.05)
    answer = ask(other)
    assert outcome(answer) == "hit" and answer.headers["age"] == "1"
    assert wait_until(lambda: redis.command("EXISTS", name) == "0")
    assert outcome(ask(other)) == "miss"


def test_teams_do_not_meet_in_redis(gateways):
    callers = [{"name": "a", "team": "one", "key": hash_of(CALLER_KEY)}, {"name": "b", "team": "two", "key": hash_of(OTHER_KEY)}]
    one, other = gateways(callers=callers)
    ask(one)
    assert written(one)

    assert outcome(ask(other, key=OTHER_KEY)) == "miss"


def test_no_name_in_redis_tells_of_a_prompt_and_nothing_there_of_a_key(gateways, redis):
    one, _ = gateways()
    ask(one, chat("a-secret-question"))
    assert written(one, 2)
    names = redis.command("KEYS", "*").splitlines()
    values = "".join(redis.command("GET", name) for name in names if redis.command("TYPE", name) == "string")

    assert {name[-2:] for name in names} >= {":a", ":q"} and "chat.completion" in values
    assert "a-secret-question" not in "".join(names), "the answer alone may repeat what was asked"
    for secret in (CALLER_KEY, PROVIDER_KEY, hash_of(CALLER_KEY)[7:]):
        assert secret not in "".join(names) + values


def test_what_is_damaged_in_redis_is_asked_again(gateways, redis, mock):
    one, other = gateways()
    first = ask(one)
    assert written(one)
    [name] = [name for name in redis.command("KEYS", "*").splitlines() if name.endswith(":a")]
    length = int(redis.command("STRLEN", name))
    for offset in range(0, length, length // 20):
        redis.command("SETRANGE", name, str(offset), "~")

    answer = ask(other)

    assert answer.status == 200 and outcome(answer) == "miss" and answer.json["id"] != first.json["id"]
    assert other.metrics.sum("weir_cache_redis_total", event="corrupt") == 1
    redis.command("DEL", name)
    redis.command("RPUSH", name, "a list of somebody else's")
    assert ask(one, key=OTHER_KEY).status == 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_hundred_equal_requests_at_two_gateways_make_one_call(gateways, mock, stream):
    made = gateways()
    connections = [Connection(made[number % 2].port, timeout=30) for number in range(100)]
    gate = threading.Barrier(100)

    def go(connection):
        gate.wait()
        return connection.request("POST", "/v1/chat/completions", chat(stream=stream), {**KEY, "x-mock": "delay=700ms,chunks=20"}).answer()

    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(go, connections))
    for connection in connections:
        connection.close()

    assert [answer.status for answer in answers] == [200] * 100
    assert len({answer.body for answer in answers}) == 1
    assert mock.stats["requests"] == 1
    assert sum(gateway.metrics.sum("weir_cache_redis_total", event="waited") for gateway in made) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_gateway_that_is_killed_leaves_its_call_to_another(gateways, mock, redis, stream):
    leader, other = gateways(workers=1)
    leader.may_have_ended = True
    first = Connection(leader.port)
    first.request("POST", "/v1/chat/completions", chat(stream=stream), {**KEY, "x-mock": "delay=700ms"})
    assert wait_until(lambda: ":l" in redis.command("KEYS", "*"))
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(ask, other, chat(stream=stream), **{"x-mock": "delay=700ms"}) for _ in range(20)]
        assert wait_until(lambda: other.metrics.sum("weir_cache_redis_total", event="waited") == 1)
        leader.signal(signal.SIGKILL)
        answers = [each.result(timeout=30) for each in asked]

    assert [answer.status for answer in answers] == [200] * 20 and len({answer.body for answer in answers}) == 1
    assert mock.stats["requests"] == 2, "the one that was lost, and one for all"
    first.close()


def test_a_purge_reaches_other_gateways_within_a_second(gateways, mock):
    one, other = gateways()
    ask(one)
    assert written(one)
    assert outcome(ask(other)) == "hit"

    done = one.command("cache", "purge", "--route", "all")

    assert (done.returncode, done.stdout) == (0, "purged: 1 answer in memory, and what is in Redis\n")
    time.sleep(1.05)
    assert outcome(ask(other)) == "miss" and mock.stats["requests"] == 2
    assert written(other)
    assert outcome(ask(one)) == "hit", "what came after the purge is kept again"


def test_a_purge_that_redis_does_not_hear_of_says_so(gateways, redis):
    [one] = gateways(1)
    ask(one)
    redis.crash()

    done = one.command("cache", "purge", "--all")

    assert done.returncode == 1 and "1 answer in memory" in done.stdout and "could not be told" in done.stderr
    assert outcome(ask(one)) == "miss"


def full(redis):
    redis.command("CONFIG", "SET", "maxmemory", "1")


def read_only(redis):
    redis.command("REPLICAOF", "127.0.0.1", "1")


def stopped(redis):
    redis.pause()


def gone(redis):
    redis.crash()


@pytest.mark.parametrize("trouble", [full, read_only, stopped, gone], ids=lambda trouble: trouble.__name__)
def test_a_redis_in_trouble_makes_misses_and_nothing_else(gateways, redis, mock, trouble):
    one, other = gateways()
    ask(one, chat("before"))
    assert written(one)
    trouble(redis)
    begin = time.monotonic()

    before = ask(other, chat("before"))
    answers = [ask(other, chat(f"question {number}")) for number in range(20)]
    again = ask(other, chat("question 3"))

    assert [(answer.status, outcome(answer)) for answer in answers] == [(200, "miss")] * 20
    assert outcome(again) == "hit", "out of memory"
    # What is there can be read as long as anything can.
    assert outcome(before) == ("hit" if trouble in (full, read_only) else "miss")
    assert time.monotonic() - begin < 5
    if trouble is stopped:
        redis.resume()


def test_gateways_keep_to_themselves_where_the_file_says_so(start, redis, mock):
    changes = {"redis": {"url": redis.url}, "cache": {"redis": False}, "routes": [route(cache={"keep": "10m"})]}
    one, other = start(**changes), start(**changes)

    assert [outcome(ask(gateway)) for gateway in (one, other)] == ["miss", "miss"]
    assert redis.command("KEYS", "*") == ""

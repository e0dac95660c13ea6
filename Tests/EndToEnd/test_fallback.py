"""Before the first content another try or another target may answer; after it, never."""

import pytest

from processes import CALLER_KEY, PROVIDER_KEY, chat, config, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}


@pytest.fixture
def two(start, mock):
    """A gateway whose model `fast` has a fallback `spare`: the directives are for `fast` alone, by its provider's path."""

    def make(directives, fallback=None, upstream=None, spare="chunks=5"):
        providers = {
            "first": {"dialect": "openai", "url": f"{mock.url}/mock/{directives}/v1", "key": PROVIDER_KEY},
            "second": {"dialect": "openai", "url": f"{mock.url}/mock/{spare}/v1", "key": PROVIDER_KEY},
        }
        models = {
            "fast": {"targets": [{"provider": "first", "model": "first-model"}]},
            "spare": {"targets": [{"provider": "second", "model": "second-model"}]},
        }
        rules = fallback or [{"on": ["connect", "timeout", "429", "5xx", "error_event", "bad_answer"], "to": "spare"}]
        upstream = {"timeouts": {"first_byte": "500ms", "first_token": "500ms", "idle": "500ms"}, "retry": {"attempts": 0}, **(upstream or {})}
        return start(config(mock, providers=providers, models=models, routes=[route(upstream=upstream, fallback=rules)]))

    return make


FAILURES = [
    "status=500", "status=503", "status=429", "html", "hang", "hang-after-head", "cut-before-head", "reset", "garbage", "garbage-body",
    "big-header=100000", "interim=20", "switch", "delay=5s"]


@pytest.mark.parametrize("directives, stream", [(each, stream) for each in FAILURES for stream in (False, True)] + [("error-event", True)])
def test_another_model_answers_in_its_place(two, directives, stream):
    gateway = two(directives)

    answer = call(gateway, "POST", "/v1/chat/completions", chat(stream=stream), KEY)

    assert answer.status == 200, answer.body
    assert b"second-model" in answer.body and b"first-model" not in answer.body
    line = gateway.access_line()
    assert line["fallbacks"] == ["spare"] and [attempt["provider"] for attempt in line["attempts"]] == ["first", "second"]
    assert gateway.metrics.sum("weir_fallbacks_total", to="spare") == 1


@pytest.mark.parametrize("directives", ["cut-after=1200,chunks=20", "error-event-after=3,chunks=20", "no-done,chunks=3", "hang-after-chunks=3"])
def test_after_the_first_content_the_stream_ends_with_an_error_event(two, mock, directives):
    gateway = two(directives)
    with Connection(gateway.port) as connection:
        connection.request("POST", "/v1/chat/completions", chat(stream=True), KEY)
        assert connection.read_head()[0] == 200
        pieces = list(connection.chunks())

    text = b"".join(pieces[:-1]).decode()
    assert pieces[-1] is None, "the connection is closed without the last chunk"
    assert "first-model" in text and "second-model" not in text, "never two providers' voices"
    assert '"error"' in text.split("\n\n")[-2] and "[DONE]" not in text
    assert mock.stats["requests"] == 1


def test_a_callers_mistake_is_not_repeated_elsewhere(two, mock):
    gateway = two("status=400")

    assert call(gateway, "POST", "/v1/chat/completions", chat(), KEY).status == 400
    assert mock.stats["requests"] == 1


def test_a_fixed_answer_is_the_last_resort(two):
    gateway = two("status=500", fallback=[{"on": "any", "answer": {"status": 503, "message": "The assistant is resting."}}])

    answer = call(gateway, "POST", "/v1/chat/completions", chat(), KEY)

    assert answer.status == 503 and answer.json["error"]["message"] == "The assistant is resting."


def test_rules_are_taken_in_order(two):
    rules = [{"on": ["5xx"], "to": "spare"}, {"on": ["any"], "answer": {"status": 503, "message": "Later."}}]
    gateway = two("status=500", fallback=rules, spare="status=500")

    answer = call(gateway, "POST", "/v1/chat/completions", chat(), KEY)

    assert answer.status == 503 and answer.json["error"]["message"] == "Later."
    assert len(gateway.access_line()["attempts"]) == 2


def test_retries_are_counted_and_bounded_by_the_deadline(two, mock):
    import time

    retry = {"attempts": 5, "on": ["any"], "backoff": "10ms", "budget": "100%"}
    gateway = two("delay=300ms,status=500", fallback=[{"on": "any", "answer": {"status": 503, "message": "Later."}}],
                  upstream={"timeouts": {"total": "1s"}, "retry": retry})
    begin = time.monotonic()

    answer = call(gateway, "POST", "/v1/chat/completions", chat(), KEY)

    assert answer.status in (503, 504) and time.monotonic() - begin < 1.5
    assert 2 <= mock.stats["requests"] <= 4


def test_a_providers_retry_after_is_waited_for_or_passed_on(start, mock):
    retry = {"attempts": 1, "on": ["429"], "backoff": "1ms", "max_wait": "1500ms", "budget": "100%"}
    gateway = start(routes=[route(upstream={"provider": "mock", "retry": retry})])

    short = call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "status=429,retry-after=1,fail-first=1,id=short"})
    long = call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "status=429,retry-after=7,fail-first=1,id=long"})

    assert short.status == 200
    assert long.status == 429 and long.headers["retry-after"] == "7"
    assert mock.stats["by_id"] == {"long": 1, "short": 2}


def test_no_storm_when_a_provider_is_down(start, mock):
    """Retries stay within a share of the requests."""
    retry = {"attempts": 3, "on": ["5xx"], "backoff": "1ms", "budget": "20%"}
    gateway = start(routes=[route(upstream={"provider": "mock", "retry": retry})])

    with Connection(gateway.port) as connection:
        for _ in range(200):
            connection.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "status=503"}).answer()

    assert 200 <= mock.stats["requests"] <= 200 * 1.2 + 20


def a_gateway_with_two_targets(start, good, bad, left_out_for):
    providers = {name: {"dialect": "openai", "url": each.url + "/v1"} for name, each in (("good", good), ("bad", bad))}
    models = {"fast": {"targets": [{"provider": "bad", "model": "bad-model"}, {"provider": "good", "model": "good-model"}]}}
    retry = {"attempts": 1, "on": ["5xx"], "backoff": "1ms", "budget": "100%"}
    upstream = {"balance": "weighted", "retry": retry, "eject": {"after": "3 failures", "for": left_out_for}}
    return start(config(good, workers=1, providers=providers, models=models, routes=[route(upstream=upstream)]))


def test_a_failing_target_is_left_out(start, mock, own_mock):
    bad = own_mock("status=500")
    gateway = a_gateway_with_two_targets(start, mock, bad, left_out_for="10m")

    statuses = [call(gateway, "POST", "/v1/chat/completions", chat(), KEY).status for _ in range(40)]

    assert statuses == [200] * 40
    assert bad.stats["requests"] == 3
    assert next(target for target in gateway.status["targets"] if target["provider"] == "bad")["ejected_for_seconds"] > 0


def test_a_target_that_was_left_out_comes_back(start, mock, own_mock):
    bad = own_mock("status=500,fail-first=3,id=recovers")
    gateway = a_gateway_with_two_targets(start, mock, bad, left_out_for="500ms")

    def is_back():
        answer = call(gateway, "POST", "/v1/chat/completions", chat(), KEY)
        assert answer.status == 200
        return b"bad-model" in answer.body

    assert wait_until(is_back, within=30)
    assert bad.stats["requests"] > 3


def test_a_provider_with_all_its_places_taken_is_full_and_others_are_not(start, mock):
    providers = {
        "first": {"dialect": "openai", "url": f"{mock.url}/mock/chunks=1000,interval=50ms/v1", "key": PROVIDER_KEY, "connections": 2},
        "second": {"dialect": "openai", "url": f"{mock.url}/mock/chunks=5/v1", "key": PROVIDER_KEY},
    }
    models = {name: {"targets": [{"provider": provider, "model": name}]} for name, provider in (("fast", "first"), ("spare", "second"))}
    once = {"retry": {"attempts": 0}}
    routes = [
        route(name="fast-only", match={"header": {"x-only": "fast"}}, upstream=once),
        route(upstream=once, fallback=[{"on": ["5xx"], "to": "spare"}]),
    ]
    gateway = start(config(mock, providers=providers, models=models, routes=routes, workers=1))
    streams = [Connection(gateway.port) for _ in range(2)]
    for stream in streams:
        stream.request("POST", "/v1/chat/completions", chat(stream=True), KEY)
        assert stream.read_head()[0] == 200

    full = call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "x-only": "fast"})
    elsewhere = call(gateway, "POST", "/v1/chat/completions", chat(), KEY)
    for stream in streams:
        stream.close()

    assert full.status == 503 and b"too many requests" in full.body
    assert elsewhere.status == 200 and b"spare" in elsewhere.body
    assert wait_until(lambda: call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "x-only": "fast"}).status == 200, within=2)

"""What the cache does beyond giving an equal request the same answer: old answers, refusals, other dialects, purges."""

import http.client
import json
import time

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

from processes import CALLER_KEY, OTHER_KEY, chat, hash_of, route, wait_until
from wire import call


def cached(**more):
    return route(cache={"keep": "10m", **more})


def ask(gateway, body=None, key=CALLER_KEY, **headers):
    return call(gateway, "POST", "/v1/chat/completions", body or chat(), headers, key=key)


def outcome(answer):
    return answer.headers["x-weir-cache"]


# Old answers.


def test_an_old_answer_comes_at_once_while_a_new_one_is_fetched(start, mock):
    gateway = start(routes=[cached(keep="1s", stale_while_refresh="1h")])
    first = ask(gateway)
    time.sleep(1.05)

    stale = ask(gateway)

    assert outcome(stale) == "stale" and stale.body == first.body and int(stale.headers["age"]) >= 1
    assert wait_until(lambda: mock.stats["requests"] == 2)
    assert wait_until(lambda: gateway.metrics.sum("weir_cache_requests_total", result="refresh") == 1)
    fresh = ask(gateway)
    assert outcome(fresh) == "hit" and fresh.json["id"] != first.json["id"]
    assert gateway.access_line(cache="refresh")["tokens_out"] > 0, "what it cost is in the log"
    assert gateway.access_line(cache="stale")["cache_tier"] == "memory"
    assert gateway.metrics.sum("weir_cache_requests_total", result="stale") == 1


def test_an_old_answer_has_to_do_while_no_provider_answers(start, own_mock):
    provider = own_mock()
    gateway = start(
        providers={"mock": {"dialect": "openai", "url": provider.url + "/v1"}}, routes=[cached(keep="1s", stale_if_error="1h"), ])
    first = ask(gateway)
    other = ask(gateway, chat(stream=True))
    provider.stop()
    time.sleep(1.05)

    answers = [ask(gateway), ask(gateway, chat(stream=True))]

    assert [(answer.status, outcome(answer)) for answer in answers] == [(200, "stale")] * 2
    assert answers[0].body == first.body and answers[1].body == other.body
    assert ask(gateway, chat("never asked")).status == 502


def test_a_refusal_is_given_again_for_a_while(start, mock):
    gateway = start(routes=[cached(negative="30s")])

    answers = [ask(gateway, **{"x-mock": "status=400"}) for _ in range(3)]

    assert [answer.status for answer in answers] == [400] * 3
    assert [outcome(answer) for answer in answers] == ["miss", "negative", "negative"]
    assert len({answer.body for answer in answers}) == 1 and mock.stats["requests"] == 1
    for status in (401, 429, 500):
        for _ in range(2):
            assert outcome(ask(gateway, **{"x-mock": f"status={status}"})) == "miss"


def test_only_what_is_asked_at_temperature_zero_is_kept_where_the_file_says_so(start, mock):
    gateway = start(routes=[cached(only_deterministic=True)])

    assert [outcome(ask(gateway)) for _ in range(2)] == ["bypass"] * 2
    assert [outcome(ask(gateway, chat(temperature=0))) for _ in range(2)] == ["miss", "hit"]


def test_the_file_says_what_counts(start, mock):
    gateway = start(routes=[cached(key={"ignore": ["/options/trace"], "add": ["user"], "headers": ["x-tenant"]})])

    def with_options(trace, user="u", tenant="t"):
        return outcome(ask(gateway, chat(options={"trace": trace, "a": 1}, user=user), **{"x-tenant": tenant}))

    assert [with_options(1), with_options(2)] == ["miss", "hit"]
    assert with_options(1, user="v") == "miss"
    assert with_options(1, tenant="s") == "miss"


@pytest.mark.parametrize("scope", ["caller", "team"])
def test_no_answer_of_any_kind_crosses_teams(start, own_mock, scope):
    provider = own_mock()
    gateway = start(
        providers={"mock": {"dialect": "openai", "url": provider.url + "/v1"}},
        callers=[{"name": "a", "team": "one", "key": hash_of(CALLER_KEY)}, {"name": "b", "team": "two", "key": hash_of(OTHER_KEY)}],
        routes=[cached(keep="1s", scope=scope, negative="30s", stale_while_refresh="1h", stale_if_error="1h")])
    ask(gateway)
    ask(gateway, **{"x-mock": "status=400"})

    assert outcome(ask(gateway, key=OTHER_KEY, **{"x-mock": "status=400"})) == "miss"
    time.sleep(1.05)
    assert outcome(ask(gateway)) == "stale"
    provider.stop()
    assert ask(gateway, key=OTHER_KEY).status == 502


# Other dialects.


@pytest.fixture
def everyone(start, mock):
    """A gateway whose model is served in the format that is named."""

    def make(dialect):
        url = mock.url + ("/v1beta" if dialect == "gemini" else "/v1")
        return start(
            providers={"mock": {"dialect": dialect, "url": url, "key": "sk"}},
            routes=[{"name": "all", "cache": {"keep": "10m", "scope": "team"}, "upstream": {"provider": "mock"}}])

    return make


def openai_client(gateway):
    return openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0)


def anthropic_client(gateway):
    return anthropic.Anthropic(base_url=gateway.url, api_key=CALLER_KEY, max_retries=0)


def ask_openai(gateway, stream):
    wish = {"model": "fast", "max_tokens": 100, "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]}
    with openai_client(gateway) as client:
        if not stream:
            return client.chat.completions.create(**wish).choices[0].message.content
        return "".join(chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**wish, stream=True) if chunk.choices)


def ask_anthropic(gateway, stream):
    wish = {"model": "fast", "max_tokens": 100, "system": "Be kind.", "messages": [{"role": "user", "content": "Hi"}]}
    with anthropic_client(gateway) as client:
        if not stream:
            return client.messages.create(**wish).content[0].text
        with client.messages.stream(**wish) as events:
            return events.get_final_text()


def ask_gemini(gateway, stream):
    client = genai.Client(api_key=CALLER_KEY, http_options=types.HttpOptions(base_url=gateway.url))
    wish = {"model": "fast", "contents": "Hi", "config": types.GenerateContentConfig(system_instruction="Be kind.", max_output_tokens=100)}
    if not stream:
        return client.models.generate_content(**wish).text
    return "".join(chunk.text or "" for chunk in client.models.generate_content_stream(**wish))


ASKERS = [ask_openai, ask_anthropic, ask_gemini]


@pytest.mark.parametrize("dialect, first", [("openai", ask_openai), ("anthropic", ask_gemini), ("gemini", ask_anthropic)])
def test_one_answer_serves_all_sdks(everyone, mock, dialect, first):
    gateway = everyone(dialect)
    said = first(gateway, False)

    assert said
    assert [asker(gateway, stream) for asker in ASKERS for stream in (False, True)] == [said] * 6
    assert mock.stats["requests"] == 1
    assert gateway.metrics.sum("weir_cache_requests_total", result="hit") == 6


def test_a_difference_that_may_matter_is_another_question(everyone, mock):
    gateway = everyone("openai")
    ask_openai(gateway, False)

    with anthropic_client(gateway) as client:
        for change in ({"max_tokens": 101}, {"extra_body": {"temperature": 0.5}}, {"system": "Be rude."}, {"messages": [{"role": "user", "content": "Ho"}]},
                       {"tools": [{"name": "f", "input_schema": {"type": "object"}}]}, {"stop_sequences": ["x"]}):
            wish = {"model": "fast", "max_tokens": 100, "system": "Be kind.", "messages": [{"role": "user", "content": "Hi"}], **change}
            assert client.messages.with_raw_response.create(**wish).headers["x-weir-cache"] == "miss", change


# Purges.


def test_a_purge_forgets_what_it_names(start, mock):
    gateway = start(routes=[
        {**cached(), "name": "one", "match": {"path": "/v1/chat/completions"}}, {**cached(), "name": "other", "match": {"path": "/v1/embeddings"}}])

    def fill():
        asked = [ask(gateway, chat("one")), ask(gateway, chat("two"), key=OTHER_KEY)]
        asked.append(call(gateway, "POST", "/v1/embeddings", {"model": "fast", "input": "x"}, key=CALLER_KEY))
        return [outcome(answer) for answer in asked]

    assert fill() == ["miss"] * 3 and fill() == ["hit"] * 3
    for words, count, left in [
            (["--route", "one"], 2, ["miss", "miss", "hit"]), (["--caller", "checkout"], 2, ["miss", "hit", "miss"]),
            (["--route", "other", "--caller", "checkout"], 1, ["hit", "hit", "miss"]), (["--all"], 3, ["miss"] * 3)]:
        done = gateway.command("cache", "purge", *words)
        assert (done.returncode, done.stdout) == (0, f"purged: {count} answer{'' if count == 1 else 's'} in memory\n"), words
        assert fill() == left, words
        assert fill() == ["hit"] * 3
    assert gateway.metrics.sum("weir_cache_entries") == 3 and gateway.metrics.sum("weir_cache_bytes") > 1000


def test_a_purge_has_to_say_what_it_is_about(start):
    gateway = start(routes=[cached()])

    assert gateway.command("cache", "purge").returncode == 64
    assert gateway.command("cache", "purge", "--all", "--route", "all").returncode == 64
    unknown = gateway.command("cache", "purge", "--route", "al")
    assert unknown.returncode == 1 and "No route" in unknown.stderr


@pytest.mark.parametrize("body, content_type, status", [
    (b"{}", "application/json", 400), (b"[]", "application/json", 400), (b"x", "application/json", 400), (b'{"all":false}', "application/json", 400),
    (b'{"al":true}', "application/json", 400), (b'{"all":true}', "text/plain", 415), (b'{"all":true}', None, 415)])
def test_a_purge_that_is_none_is_refused(start, body, content_type, status):
    gateway = start(routes=[cached()])
    connection = http.client.HTTPConnection("127.0.0.1", gateway.admin_port, timeout=10)

    connection.request("POST", "/cache/purge", body, {"content-type": content_type} if content_type else {})

    answer = connection.getresponse()
    assert answer.status == status and json.loads(answer.read())["error"]
    connection.close()

"""What requests cost and what is saved of it, on a running gateway: exact to the last digit."""

import concurrent.futures
import http.client
import json
from decimal import Decimal

import pytest

from costs import CASES, CostedProvider, asked_model
from processes import CALLER_KEY, OTHER_KEY, chat, config, run_weir, wait_until
from providers import Listener, answer
from wire import call

WORDS = [{"role": "user", "content": "Hi"}]
#: Who may ask for an answer of these operations: the client's own API, and those that Weir translates from.
CONVERSATIONS = ["chat", "responses", "messages", "generate"]
MILLION = Decimal(1_000_000)


def request(operation, model, stream):
    """Path and body of a client's request."""
    fields = {"model": model, **({"stream": True} if stream else {})}
    return {
        "chat": ("/v1/chat/completions", {**fields, "messages": WORDS}),
        "responses": ("/v1/responses", {**fields, "input": "Hi"}),
        "messages": ("/v1/messages", {**fields, "max_tokens": 100, "messages": WORDS}),
        "embeddings": ("/v1/embeddings", {**fields, "input": "Hi"}),
        "generate": (
            f"/v1beta/models/{model}:" + ("streamGenerateContent?alt=sse" if stream else "generateContent"),
            {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}),
    }[operation]


def post(gateway, path, body, headers=None, read=None):
    """Status and body; with `read`, no more than so many bytes of it, and the client leaves."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    try:
        fields = {"content-type": "application/json", "authorization": f"Bearer {CALLER_KEY}", **(headers or {})}
        connection.request("POST", path, json.dumps(body), fields)
        response = connection.getresponse()
        try:
            return response.status, response.read(read) if read else response.read()
        except http.client.IncompleteRead as cut:
            return response.status, cut.partial
    finally:
        connection.close()


def exact_lines(gateway):
    return [entry for entry in (json.loads(line, parse_float=Decimal) for line in gateway.lines) if entry["msg"] == "request"]


def dollars(gateway, name, **labels):
    """The sum of a counter's samples, exact."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    lines = [line for line in gateway.admin("/metrics")[1].splitlines() if line.startswith(name + "{") and all(word in line for word in wanted)]
    return sum((Decimal(line.rpartition(" ")[2]) for line in lines), Decimal(0))


# ---------------------------------------------------------------- the cost suite


@pytest.fixture
def costed(start):
    provider = CostedProvider()
    models = "".join(
        f"  {case.name}: {{ targets: [{{ provider: {case.provider}, price: {case.price} }}] }}\n" for case in CASES.values())
    gateway = start(f"""
version: 1
workers: 1
listen: {{ address: "127.0.0.1:0" }}
admin: {{ address: "127.0.0.1:0" }}
providers:
  chat: {{ dialect: openai, url: "{provider.url}/v1", api: [chat] }}
  responses: {{ dialect: openai, url: "{provider.url}/v1", api: [responses] }}
  anthropic: {{ dialect: anthropic, url: "{provider.url}/v1" }}
  gemini: {{ dialect: gemini, url: "{provider.url}/v1beta" }}
models:
{models}
routes:
  - {{ name: all, match: {{ path: "/*" }}, authn: {{ anonymous: true }}, transform: {{ lossy: drop }}, upstream: {{ retry: {{ attempts: 0 }} }} }}
""")
    yield gateway
    provider.close()


def askers(case):
    """Searches of a provider's own are told in its own format alone, and a client that leaves after so many bytes has to know how many."""
    if case.operation not in CONVERSATIONS or "search" in case.name or case.ending == "cancelled":
        return [case.operation]
    return CONVERSATIONS


def test_every_answer_of_the_cost_suite_costs_what_was_worked_out_by_hand_whoever_asks_for_it(costed):
    expected = Decimal(0)
    for case in CASES.values():
        for operation in askers(case):
            path, body = request(operation, case.name, case.is_stream)
            known = len(exact_lines(costed))
            status, text = post(costed, path, body, read=len(case.body) if case.ending == "cancelled" else None)
            assert status == 200, f"{case.name} for {operation}: {text[:500]}"
            assert wait_until(lambda: len(exact_lines(costed)) > known), f"{case.name} for {operation} ended nowhere"
            line = exact_lines(costed)[-1]
            assert (line["cost_usd"], line["model_used"]) == (case.usd, case.name), f"{case.name} for {operation}: {line}"
            expected += case.usd
    assert dollars(costed, "weir_cost_usd_total") == expected
    money = costed.status["money"]["total"]
    assert Decimal(money["spent_usd"]) == expected


def test_a_client_that_leaves_a_stream_which_the_cache_would_have_kept_is_charged_what_the_provider_had_counted(start):
    provider = CostedProvider()
    cases = [case for case in CASES.values() if case.ending == "cancelled" and case.dialect == "openai"]
    gateway = start({
        "version": 1, "workers": 1, "listen": {"address": "127.0.0.1:0"}, "admin": {"address": "127.0.0.1:0"},
        "providers": {"chat": {"dialect": "openai", "url": provider.url + "/v1"}},
        "models": {case.name: {"targets": [{"provider": "chat", "price": {"input": 0.25, "output": 2}}]} for case in cases},
        "routes": [{"name": "all", "match": {"path": "/*"}, "authn": {"anonymous": True}, "cache": {"keep": "10m", "scope": "everyone"}}],
    })
    for case in cases:
        known = len(exact_lines(gateway))
        assert post(gateway, *request(case.operation, case.name, True), read=len(case.body))[0] == 200
        assert wait_until(lambda: len(exact_lines(gateway)) > known)
        assert exact_lines(gateway)[-1]["cost_usd"] == case.usd
    assert dollars(gateway, "weir_cost_usd_total") == sum(case.usd for case in cases)
    provider.close()


# ---------------------------------------------------------------- prices


def small(mock, **changes):
    """One model that costs a dollar per million in and two out."""
    target = {"provider": "mock", "model": "mock-model", "price": {"input": 1, "output": 2}}
    return config(mock, **{"models": {"fast": {"targets": [target]}}, **changes})


def test_a_limit_of_dollars_on_a_model_without_a_price_is_refused(mock, tmp_path):
    file = tmp_path / "gateway.yaml"
    whole = config(mock)
    whole["routes"][0] |= {"match": {"path": ["/v1/chat/completions"], "model": ["fast"]}, "quota": [{"allow": "5 USD per day"}]}
    whole["routes"][0]["upstream"].pop("provider")
    file.write_text(json.dumps(whole, indent=1))
    refused = run_weir("check", str(file))
    assert refused.returncode == 1
    assert "a limit of USD cannot count what mock/mock-model costs" in refused.stdout + refused.stderr

    whole["models"] = {"fast": {"targets": [{"provider": "mock", "model": "mock-model", "price": {"input": 1, "output": 2}}]}}
    file.write_text(json.dumps(whole, indent=1))
    assert run_weir("check", str(file)).returncode == 0


def test_a_target_takes_its_price_from_the_table_that_the_file_includes(start, mock, tmp_path):
    (tmp_path / "table.yaml").write_text(
        'checked: 2026-11-26\nopenai:\n  "mock-*": { input: 9, output: 9 }\n  mock-model: [{ input: 5, output: 5 }, { from: 2020-01-01, input: 1, output: 2 }]\n')
    gateway = start(config(mock, prices="${file:%s}" % (tmp_path / "table.yaml")))
    _, text = post(gateway, *request("chat", "fast", False))
    usage = json.loads(text)["usage"]
    cost = (usage["prompt_tokens"] + 2 * usage["completion_tokens"]) / MILLION
    assert wait_until(lambda: exact_lines(gateway))
    assert exact_lines(gateway)[-1]["cost_usd"] == cost > 0


def test_a_limit_of_dollars_is_reached_by_what_answers_cost(start, mock):
    whole = small(mock, routes=None)
    whole["routes"] = [{
        "name": "all", "match": {"path": ["/v1/chat/completions"], "model": ["fast"]}, "transform": {"headers": {"pass": ["x-mock"]}},
        "quota": [{"allow": "0.0002 USD per hour", "on_exceed": "finish"}],
    }]
    gateway = start(whole)
    spent = Decimal(0)
    for number in range(50):
        status, text = post(gateway, "/v1/chat/completions", chat(f"{number}", max_tokens=100), {"x-mock": "size=400"})
        if status == 429:
            break
        usage = json.loads(text)["usage"]
        cost = (usage["prompt_tokens"] + 2 * usage["completion_tokens"]) / MILLION
        spent += cost
    else:
        pytest.fail(f"never refused, after {spent} USD")
    # The call that reached the limit was let through; no other was.
    assert Decimal("0.0002") <= spent < Decimal("0.0002") + cost


# ---------------------------------------------------------------- the ledger


def test_what_the_cache_and_shared_calls_spare_is_what_the_first_answer_cost(start, mock):
    whole = small(mock)
    whole["routes"][0]["cache"] = {"keep": "10m", "scope": "team"}
    gateway = start(whole)
    for _ in range(3):
        assert post(gateway, "/v1/chat/completions", chat("again"))[0] == 200
    slow = {"x-mock": "delay=400ms"}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert [status for status, _ in pool.map(lambda _: post(gateway, "/v1/chat/completions", chat("at once"), slow), range(4))] == [200] * 4
    assert wait_until(lambda: len(exact_lines(gateway)) == 7)
    paid = [line["cost_usd"] for line in exact_lines(gateway) if line["cost_usd"] is not None]
    assert len(paid) == 2
    assert dollars(gateway, "weir_cost_usd_total") == sum(paid)
    assert dollars(gateway, "weir_saved_usd_total", by="cache") == 2 * paid[0]
    assert dollars(gateway, "weir_saved_usd_total", by="single_flight") == 3 * paid[1]
    table = gateway.command("savings")
    assert table.returncode == 0, table.stderr
    assert "bill without Weir" in table.stdout and "shared calls" in table.stdout
    money = json.loads(gateway.command("savings", "--json").stdout)
    assert Decimal(money["total"]["levers"]["cache"]["saved_usd"]) == 2 * paid[0]
    assert [entry["route"] for entry in money["routes"]] == ["all"]


def test_the_providers_cache_and_a_cheaper_target_are_measured_against_plain_input_and_the_dearest(start, mock):
    targets = [
        {"provider": "mock", "model": "dear", "price": {"input": 10, "cached_input": 1, "output": 20}},
        {"provider": "mock", "model": "cheap", "price": {"input": 1, "cached_input": 0.1, "output": 2}},
    ]
    whole = config(mock, models={"fast": {"targets": targets}})
    whole["routes"][0]["upstream"] = {"balance": "cheapest", "retry": {"attempts": 0}}
    gateway = start(whole)
    _, text = post(gateway, "/v1/chat/completions", chat("word " * 400), {"x-mock": "cached=200"})
    usage = json.loads(text)["usage"]
    cached, plain, output = 200, usage["prompt_tokens"] - 200, usage["completion_tokens"]
    assert plain > 0
    cost = (plain + cached / Decimal(10) + 2 * output) / MILLION
    assert wait_until(lambda: exact_lines(gateway))
    line = exact_lines(gateway)[-1]
    assert (line["model_used"], line["cost_usd"]) == ("cheap", cost)
    assert dollars(gateway, "weir_saved_usd_total", by="prompt_cache") == cached * Decimal("0.9") / MILLION
    assert dollars(gateway, "weir_saved_usd_total", by="routing") == 9 * cost
    assert line["saved_usd"] == cached * Decimal("0.9") / MILLION + 9 * cost


def test_an_attempt_that_was_paid_and_not_the_answer_is_charged_and_counts_against_the_savings(start, mock):
    def broken(connection):
        head = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}
        counts = {**head, "choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 10}}
        fault = {"error": {"message": "Overloaded", "code": "overloaded"}}
        while connection.request():
            body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in (head, counts, fault))
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    listener = Listener(broken)
    price = {"input": 1, "output": 2}
    whole = small(mock)
    whole["providers"]["broken"] = {"dialect": "openai", "url": f"http://127.0.0.1:{listener.port}/v1"}
    whole["models"] = {"fast": {"targets": [{"provider": "broken", "price": price}, {"provider": "mock", "model": "mock-model", "price": price}]}}
    whole["routes"][0]["upstream"] = {"balance": "first", "retry": {"attempts": 1, "on": ["error_event"], "budget": "100%"}}
    gateway = start(whole)
    status, _ = post(gateway, "/v1/chat/completions", chat(stream=True))
    assert status == 200
    assert wait_until(lambda: exact_lines(gateway))
    line = exact_lines(gateway)[-1]
    wasted = Decimal("0.00102")
    assert [attempt["cost_usd"] for attempt in line["attempts"]] == [wasted, line["cost_usd"] - wasted]
    assert dollars(gateway, "weir_cost_usd_total", provider="broken") == wasted
    assert dollars(gateway, "weir_added_usd_total", by="retries") == wasted
    listener.close()


# ---------------------------------------------------------------- routing by size and by budget


def switching(mock, rules, quota=()):
    def model(name, price):
        return {"targets": [{"provider": "mock", "model": name, "price": price}]}

    whole = config(mock, models={
        "smart": model("smart", {"input": 10, "output": 20}), "cheap": model("cheap", {"input": 1, "output": 2})})
    whole["callers"] = whole["callers"][:1]
    whole["routes"] = [{
        "name": "all", "match": {"path": ["/v1/chat/completions"], "model": ["smart", "cheap"]}, "switch": rules, "quota": list(quota),
        "transform": {"headers": {"pass": ["x-mock"]}},
    }]
    return whole


def served(gateway, body):
    known = len(exact_lines(gateway))
    assert post(gateway, "/v1/chat/completions", {**body, "model": "smart"})[0] == 200
    assert wait_until(lambda: len(exact_lines(gateway)) > known)
    return exact_lines(gateway)[-1]["model_used"]


def test_an_answer_of_the_cheap_model_is_kept_for_those_who_have_spent_as_much(start, mock):
    rules = [{"when": {"spent": "50% of budget"}, "use": "cheap"}]
    whole = switching(mock, rules, [{"allow": "10 requests per day", "each": "caller", "name": "budget"}])
    whole["callers"] = config(mock)["callers"]
    del whole["callers"][1]["models"]
    whole["routes"][0]["cache"] = {"keep": "10m", "scope": "team"}
    gateway = start(whole)

    def ask(content, key):
        answer = call(gateway, "POST", "/v1/chat/completions", {**chat(content), "model": "smart"}, key=key)
        return answer.headers["x-weir-cache"], answer.json["model"]

    for number in range(5):
        ask(f"{number}", CALLER_KEY)
    assert ask("the question", CALLER_KEY) == ("miss", "cheap")
    assert ask("the question", CALLER_KEY) == ("hit", "cheap")
    assert ask("the question", OTHER_KEY) == ("miss", "smart"), "who has spent little is served by what was asked for"
    assert ask("the question", OTHER_KEY) == ("hit", "smart")


def test_short_requests_go_to_the_cheap_model_where_the_route_says_so(start, mock):
    gateway = start(switching(mock, [{"when": {"input_tokens": "< 1k"}, "use": "cheap"}]))
    assert served(gateway, chat("short")) == "cheap"
    assert served(gateway, chat("long " * 2000)) == "smart"
    assert dollars(gateway, "weir_saved_usd_total", by="routing") > 0


def test_from_a_share_of_the_months_money_on_the_cheap_model_serves(start, mock):
    rules = [{"when": {"spent": "50% of budget"}, "use": "cheap"}]
    quota = [{"allow": "0.02 USD per month", "each": "team", "name": "budget"}]
    gateway = start(switching(mock, rules, quota))
    models = [served(gateway, chat(f"{number} " + "word " * 200, max_tokens=20)) for number in range(12)]
    first = models.index("cheap")
    assert 0 < first < 12 and set(models[first:]) == {"cheap"}
    lines = exact_lines(gateway)
    spent = sum(line["cost_usd"] for line in lines[:first])
    assert spent <= Decimal("0.01")

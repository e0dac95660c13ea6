"""What operators see: health, status, metrics and the access log; and what nobody may see there."""

import json
import re

from processes import CALLER_KEY, PROVIDER_KEY, chat, config, hash_of, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}
PROMPT = "the-secret-prompt-41b7"
QUERY = "the-secret-query-9c2e"


def test_every_request_is_one_line_of_json(start, mock):
    gateway = start()
    call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "x-request-id": "my-id-1", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    sent = mock.last
    call(gateway, "POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=6", "x-stainless-retry-count": "2"})
    call(gateway, "POST", "/v1/chat/completions", chat(), {"authorization": "Bearer wrong"})

    plain = gateway.access_line(request_id="my-id-1")
    assert plain["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert sent.headers["traceparent"].split("-")[1] == plain["trace_id"] and "b7ad6b7169203331" not in sent.headers["traceparent"]
    assert (plain["route"], plain["caller"], plain["team"], plain["provider"]) == ("all", "checkout", "shop", "mock")
    assert (plain["model_requested"], plain["model_used"], plain["status"], plain["stream"]) == ("fast", "mock-model", 200, False)
    assert plain["tokens_in"] > 0 and plain["tokens_out"] > 0 and plain["total_ms"] > 0 and plain["upstream_ms"] > 0
    assert plain["bytes_in"] > 100 and plain["bytes_out"] > 100 and plain["attempts"][0]["status"] == 200

    streamed = gateway.access_line(stream=True)
    assert streamed["tokens_out"] == 6 and streamed["ttft_ms"] > 0 and streamed["client_retry_count"] == 2
    refused = gateway.access_line(status=401)
    assert refused["error_type"] == "invalid_api_key" and refused["blame"] == "caller" and refused["caller"] is None
    for line in gateway.lines:
        assert isinstance(json.loads(line), dict)


def test_a_request_about_no_model_has_none_in_its_line(start):
    gateway = start()
    call(gateway, "GET", "/v1/files/file-1", None, {**KEY, "x-request-id": "about-a-file"})

    line = gateway.access_line(request_id="about-a-file")
    assert line["provider"] == "mock" and line["model_requested"] is line["model_used"] is line["attempts"][0]["model"] is None


def test_request_ids_are_returned_and_cannot_forge_lines(start):
    gateway = start()

    assert call(gateway, "GET", "/v1/models", None, {**KEY, "x-request-id": "good-id_1.2"}).headers["x-request-id"] == "good-id_1.2"
    made = call(gateway, "GET", "/v1/models", None, KEY).headers["x-request-id"]
    assert re.fullmatch(r"[A-Za-z0-9_.-]{8,64}", made)
    for bad in ('a"b', "a b", "x" * 500, "{}", "a\\nb"):
        assert call(gateway, "GET", "/v1/models", None, {**KEY, "x-request-id": bad}).headers["x-request-id"] != bad

    call(gateway, "POST", '/v1/x%0a{"msg":"forged"}', chat('"\n{"msg":"forged"}\u2028'), KEY)
    call(gateway, "POST", "/v1/chat/completions", {**chat(), "model": 'x"\n{"msg":"forged"}'}, KEY)
    gateway.access_line(model_requested='x"\n{"msg":"forged"}')
    assert all(json.loads(line)["msg"] != "forged" for line in gateway.lines)


def test_a_request_refused_at_the_edge_is_one_line_too(start):
    limits = {"body": "2KiB", "buffered_bodies": "3KiB", "body_timeout": "300ms"}
    gateway = start(listen={"address": "127.0.0.1:0", "limits": limits, "cors": {"origins": ["https://app.example"]}})
    large = call(gateway, "POST", "/chat/completions", chat("x" * 4000), {**KEY, "x-request-id": "large", "origin": "https://app.example"})
    with Connection(gateway.port) as first, Connection(gateway.port) as second:
        first.send("POST /v1/a HTTP/1.1\r\nhost: a\r\nx-request-id: slow\r\ncontent-length: 2000\r\n\r\n" + "x" * 1900)
        assert wait_until(lambda: gateway.metrics.sum("weir_connections") == 2)
        second.send("POST /v1/b HTTP/1.1\r\nhost: b\r\nx-request-id: a b\r\ncontent-length: 2000\r\n\r\n" + "x" * 2000)
        full, slow = second.answer(), first.answer()

    assert large.status == 413 and large.headers["x-request-id"] == "large"
    assert large.headers["access-control-allow-origin"] == "https://app.example"
    line = gateway.access_line(request_id="large")
    assert (line["status"], line["error_type"], line["blame"], line["route"], line["path"]) == (413, "bad_request", "caller", None, "/v1/chat/completions")
    assert slow.status == 408 and slow.headers["x-request-id"] == "slow"
    line = gateway.access_line(request_id="slow")
    assert (line["status"], line["path"]) == (408, "/v1/a") and line["bytes_in"] > 1900 and line["bytes_out"] > 100
    assert full.status == 503 and full.json["error"]["code"] == "overloaded" and full.headers["retry-after"] == "1"
    line = gateway.access_line(request_id=full.headers["x-request-id"])
    assert (line["status"], line["error_type"], line["blame"], line["path"]) == (503, "overloaded", "gateway", "/v1/b")
    metrics = gateway.metrics
    assert metrics.sum("weir_requests_total", blame="gateway", status_class="5xx", route="none") == 1
    assert metrics.sum("weir_request_errors_total", error="overloaded") == 1
    assert metrics.sum("weir_wire_errors_total", status="503") == 0
    assert metrics.sum("weir_wire_errors_total", status="413") == 1 and metrics.sum("weir_wire_errors_total", status="408") == 1
    assert metrics.sum("weir_inflight_requests") == 0


def test_a_preflight_has_an_id(start):
    gateway = start()
    assert call(gateway, "OPTIONS", "/v1/models", None, {"x-request-id": "mine"}).headers["x-request-id"] == "mine"
    assert len(call(gateway, "OPTIONS", "/v1/models").headers["x-request-id"]) == 32


def test_the_limits_found_at_the_start_are_logged_whatever_the_level(start):
    gateway = start(log={"level": "error"})
    line = json.loads(gateway.lines[0])
    assert line["msg"] == "weir is listening" and "cpu_limit_milli" in line and "memory_limit_bytes" in line


def test_a_stream_that_the_client_leaves_is_a_cancelled_attempt(start):
    gateway = start()
    with Connection(gateway.port) as connection:
        connection.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=10000,interval=10ms"})
        connection.read_head()
        next(connection.chunks())
    call(gateway, "POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=50,cut-after=3000"})

    assert wait_until(lambda: gateway.metrics.sum("weir_requests_total") == 2)

    attempts = {result: gateway.metrics.sum("weir_upstream_attempts_total", result=result) for result in ("ok", "cancelled", "cut")}
    assert attempts == {"ok": 0, "cancelled": 1, "cut": 1}


def test_secrets_behind_references_are_seen_in_no_refusal(start, mock, tmp_path):
    gateway = start(environment={"SK": "SK-live-secret-77"})
    secret = tmp_path / "secret"
    secret.write_text("sk-filed-secret-78\n")
    routes = [
        route(name="${env:SK}", upstream={"provider": "${env:SK}"}, match={"caller": ["${file:" + str(secret) + "}"]}),
        route(name="${env:SK}", transform={"headers": {"pass": ["${env:SK}"], "remove": ["${env:SK}"]}}),
    ]

    assert gateway.reload(config(mock, routes=routes)) == "refused"

    for text in (gateway.output, gateway.admin("/status")[1]):
        assert "secret-7" not in text and "what its reference stands for" in text
    gateway.may_have_ended = True


def test_keys_prompts_answers_and_queries_are_seen_nowhere(start, mock, tmp_path):
    secret = tmp_path / "provider-key"
    secret.write_text("sk-secret-in-a-file-8d1c")
    providers = {
        "mock": {"dialect": "openai", "url": mock.url + "/v1", "key": PROVIDER_KEY},
        "filed": {"dialect": "openai", "url": mock.url + "/mock/status=401/v1", "key": "${file:" + str(secret) + "}", "headers": {"x-extra": "${env:EXTRA_SECRET}"}},
        "down": {"dialect": "openai", "url": "http://127.0.0.1:1/secret-path-77", "key": PROVIDER_KEY},
    }
    models = {name: {"targets": [{"provider": name, "model": "m"}]} for name in ("filed", "down")}
    models["fast"] = {"targets": [{"provider": "mock", "model": "m"}]}
    gateway = start(config(mock, providers=providers, models=models, log={"level": "debug"}), environment={"EXTRA_SECRET": "env-secret-3a9f"})

    for model in ("fast", "filed", "down"):
        for extra in ("", "status=500", "cut-after=50", "garbage", "html"):
            body = {**chat(PROMPT), "model": model}
            call(gateway, "POST", f"/v1/chat/completions?q={QUERY}", body, {**KEY, "x-mock": extra, "cookie": "session=cookie-secret-11"})
            call(gateway, "POST", f"/v1/chat/completions?key={CALLER_KEY}&q={QUERY}", {**body, "stream": True}, {"x-mock": extra})
    call(gateway, "POST", "/v1/chat/completions", chat(PROMPT), {"authorization": "Bearer wrong-key-5512"})
    with Connection(gateway.port) as connection:
        connection.send(f"GET /?{QUERY} HTTP/1.1\r\nauthorization : Bearer {CALLER_KEY}\r\n\r\n")
        connection.read_to_end()
    gateway.reload(gateway_with_a_mistake(gateway))
    status, metrics = gateway.admin("/status")[1], gateway.admin("/metrics")[1]
    gateway.child.terminate()
    gateway.wait()

    for place, text in (("log", gateway.output), ("status", status), ("metrics", metrics)):
        for hidden in (
            CALLER_KEY, PROVIDER_KEY, "sk-secret-in-a-file-8d1c", "env-secret-3a9f", PROMPT, QUERY, "cookie-secret-11", "wrong-key-5512",
            "secret-path-77", "demo provider speaking", hash_of(CALLER_KEY).removeprefix("sha256:"),
        ):
            assert hidden not in text, f"{hidden} stands in the {place}"


def gateway_with_a_mistake(gateway):
    text = open(gateway.file).read()
    return text.replace('"workers": 2', f'"workers": 2, "callerz": ["{CALLER_KEY}"]').replace(PROVIDER_KEY, PROVIDER_KEY + '", "kez": "' + PROVIDER_KEY, 1)


def test_metrics_are_right_and_made_up_names_make_no_series(start, mock):
    gateway = start(routes=[route(upstream={}, quota=[{"allow": "1000 requests per minute"}], cache={"keep": "10m"})])
    call(gateway, "POST", "/v1/chat/completions", chat(), KEY)
    call(gateway, "POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=6"})
    call(gateway, "POST", "/v1/chat/completions", chat("other"), {**KEY, "x-mock": "status=500"})
    assert wait_until(lambda: gateway.metrics.sum("weir_requests_total") == 3)
    before = gateway.metrics

    for number in range(200):
        call(gateway, "POST", f"/v1/made-up-{number}", {**chat(), "model": f"made-up-{number}"}, {**KEY, "x-request-id": f"made-up-{number}"})
        call(gateway, "POST", "/v1/chat/completions", chat(), {"authorization": f"Bearer made-up-{number}"})
    assert wait_until(lambda: gateway.metrics.sum("weir_requests_total") == 403)
    after = gateway.metrics

    assert before.sum("weir_requests_total", route="all", model="fast", provider="mock", status_class="2xx", blame="none") >= 1
    assert before.sum("weir_requests_total", status_class="5xx", blame="upstream") == 1
    assert before.sum("weir_tokens_total", type="output") > 0
    assert before.sum("weir_request_duration_seconds_count") == 3
    assert before.sum("weir_build_info") == 1
    assert "made-up" not in after.text
    assert len(after.samples) < len(before.samples) + 80
    buckets = [value for (name, labels), value in after.samples.items() if name == "weir_request_duration_seconds_bucket" and dict(labels)["route"] == "all"]
    assert buckets == sorted(buckets)


def test_health_is_told_on_both_listeners(start):
    gateway = start()
    for path in ("/health", "/livez", "/readyz"):
        assert call(gateway, "GET", path).status == 200
        assert gateway.admin(path)[0] == 200
    page = call(gateway, "GET", "/health").json
    assert page["status"] == "healthy" and page["service"] == "weir"
    assert gateway.admin("/nothing")[0] == 404
    # The operator's pages are not for callers.
    assert call(gateway, "GET", "/metrics").status in (401, 404)
    assert call(gateway, "GET", "/status").status in (401, 404)


def test_providers_that_are_down_do_not_make_it_unready(start, mock):
    gateway = start(providers={"mock": {"dialect": "openai", "url": "http://127.0.0.1:1/v1"}})
    for _ in range(10):
        assert call(gateway, "POST", "/v1/chat/completions", chat(), KEY).status == 502
    assert gateway.admin("/readyz")[0] == 200
    assert wait_until(lambda: gateway.metrics.sum("weir_upstream_attempts_total", provider="mock", result="unreachable") == 10)


def test_a_log_that_nobody_reads_holds_nothing_up(start, mock, tmp_path):
    import os
    import subprocess
    import time

    from processes import CALLER_KEY as key

    path = tmp_path / "gateway.yaml"
    path.write_text(json.dumps(config(mock)))
    child = subprocess.Popen(
        [os.environ["WEIR_BIN"], "serve", "--config", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
    try:
        port = int(json.loads(child.stdout.readline())["address"].rpartition(":")[2])
        begin = time.monotonic()
        with Connection(port) as connection:
            for _ in range(2000):
                assert connection.request("POST", "/v1/chat/completions", chat(), {"authorization": "Bearer " + key}).answer().status == 200
        assert time.monotonic() - begin < 30
        child.terminate()
        assert child.wait(timeout=10) == 0, "the end does not wait for the reader for ever"
    finally:
        child.kill()
        child.wait()
        child.stdout.close()

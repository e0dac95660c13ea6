"""Redis as operators see it: what /status, the metrics and the log say while it comes and goes. What limits and cache make of it is tested with them."""

import json

import pytest

from processes import CALLER_KEY, chat, run_weir, wait_until
from wire import call

PASSWORD = "redis-password-4be1"


def post(gateway):
    return call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY)


def has_state(gateway, state, within=10):
    return wait_until(lambda: gateway.status["redis"]["state"] == state, within=within)


def redis_lines(gateway):
    return [entry for entry in map(json.loads, gateway.lines) if "redis is" in entry["msg"]]


def test_redis_that_is_up_is_on_the_status_page_and_in_the_metrics(start, redis_server):
    redis = redis_server()
    gateway = start(redis={"url": redis.url})

    assert has_state(gateway, "up")

    page = gateway.status["redis"]
    assert page["server"] == f"127.0.0.1:{redis.port}" and page["workers"] == ["up", "up"] and page["reason"] is None
    assert json.loads(gateway.command("status").stdout)["redis"]["state"] == "up"
    metrics = gateway.metrics
    assert metrics.sum("weir_redis_up") == 1 and metrics.sum("weir_redis_breaker_open") == 0
    assert redis.has_clients(2), "one connection a worker"


def test_a_gateway_without_redis_says_nothing_of_it(start):
    gateway = start()

    assert gateway.status["redis"] is None
    assert not any(name.startswith("weir_redis_") for name, _ in gateway.metrics.samples)


def test_a_crash_and_a_restart_are_one_line_each_and_never_take_the_pod_out(start, redis_server):
    redis = redis_server()
    gateway = start(redis={"url": redis.url})
    assert has_state(gateway, "up")

    redis.crash()
    assert has_state(gateway, "down")
    assert gateway.metrics.sum("weir_redis_up") == 0
    assert gateway.admin("/readyz")[0] == 200 and post(gateway).status == 200
    redis.start()

    assert has_state(gateway, "up", within=4)
    assert gateway.metrics.sum("weir_redis_reconnects_total") == 2
    assert [line["level"] for line in redis_lines(gateway)] == ["info", "warning", "info"]


def test_a_gateway_starts_without_its_redis(start, redis_server):
    redis = redis_server()
    redis.crash()
    gateway = start(redis={"url": redis.url})

    assert has_state(gateway, "down")
    assert "Connection refused" in gateway.status["redis"]["reason"]
    assert post(gateway).status == 200


def test_a_wrong_password_is_told_without_the_password(start, redis_server):
    redis = redis_server("--requirepass", PASSWORD)
    wrong = "wrong-password-77d0"
    gateway = start(redis={"url": redis.url, "password": "${env:REDIS_PASSWORD}"}, environment={"REDIS_PASSWORD": wrong})

    assert has_state(gateway, "refused")

    assert "WRONGPASS" in gateway.status["redis"]["reason"]
    assert [line["state"] for line in redis_lines(gateway)] == ["refused"]
    assert wrong not in gateway.output + gateway.admin("/status")[1] + gateway.admin("/metrics")[1]


def test_a_reload_keeps_connections_unless_the_block_changed(start, redis_server):
    redis = redis_server("--requirepass", PASSWORD)
    redis.password = PASSWORD
    gateway = start(redis={"url": redis.url, "password": PASSWORD})
    assert has_state(gateway, "up") and redis.has_clients(2)
    before = redis.client_ids
    file = json.loads(open(gateway.file).read())

    assert gateway.reload({**file, "drain": "6s"}) == "loaded"
    assert redis.client_ids == before
    assert gateway.reload({**file, "redis": {**file["redis"], "deadline": "30ms"}}) == "loaded"
    assert wait_until(lambda: len(redis.client_ids) == 2 and not redis.client_ids & before)
    del file["redis"]
    assert gateway.reload(file) == "loaded"

    assert redis.has_clients(0)
    assert gateway.status["redis"] is None and gateway.metrics.sum("weir_redis_up") == 0
    redis.password = None


def test_a_unix_socket_and_a_database_will_do(start, redis_server):
    redis = redis_server()
    gateway = start(redis={"url": f"unix://{redis.socket}?db=5"})

    assert has_state(gateway, "up")

    assert wait_until(lambda: redis.command("CLIENT", "LIST").count("db=5") == 2)


@pytest.mark.parametrize("url, said", [("rediss://redis.example.com", "stunnel"), ("redis.example.com:6379", "redis://")])
def test_weir_check_says_what_a_url_should_be(tmp_path, url, said):
    file = tmp_path / "gateway.yaml"
    file.write_text(
        f'version: 1\nredis: {{ url: "{url}" }}\nproviders: {{ demo: {{ dialect: openai, url: "demo:" }} }}\n'
        "routes: [{ name: a, authn: { anonymous: true }, upstream: { provider: demo } }]\n")

    checked = run_weir("check", str(file))

    assert checked.returncode == 1
    assert said in checked.stdout + checked.stderr

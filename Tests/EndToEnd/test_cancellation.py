"""When a client goes away, the provider's connection is closed within a second, whatever the request is waiting for."""

import openai
import pytest

from processes import CALLER_KEY, chat, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}


@pytest.mark.parametrize("directives, stream", [
    ("hang", False),
    ("hang", True),
    ("hang-after-head", False),
    ("hang-after-head", True),
    ("hang-after-chunks=3", True),
    ("chunks=100000,interval=5ms", True),
    ("chunks=10000000", True),
    ("delay=60s", False),
    ("drip=1,interval=20ms", False),
])
@pytest.mark.parametrize("way", ["close", "reset"])
def test_in_every_phase(start, mock, directives, stream, way):
    gateway = start()
    connection = Connection(gateway.port)
    connection.request("POST", "/v1/chat/completions", chat(stream=stream), {**KEY, "x-mock": directives})
    assert wait_until(lambda: mock.stats["open_streams"] == 1)
    if stream and "chunks" in directives:
        connection.read_some(500)

    getattr(connection, way)()

    assert wait_until(lambda: mock.stats["aborted"] == 1, within=1.0)
    assert mock.stats["open_streams"] == 0
    line = gateway.access_line(status=499)
    assert line["error_type"] == "client_gone" and line["blame"] == "caller"
    assert gateway.metrics.sum("weir_inflight_requests") == 0


def test_while_it_waits_to_try_again(start, mock):
    upstream = {"provider": "mock", "retry": {"attempts": 5, "on": ["5xx"], "backoff": "1s", "max_wait": "60s", "budget": "100%"}}
    gateway = start(routes=[route(upstream=upstream)])
    connection = Connection(gateway.port)
    connection.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "status=503,retry-after=30"})
    assert wait_until(lambda: gateway.status["targets"][0]["failures"] == 1)

    connection.close()

    assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 0, within=1.0)
    gateway.access_line(status=499)
    assert mock.stats["requests"] == 1


def test_while_the_clients_own_stream_is_unread(start, mock):
    gateway = start()
    connection = Connection(gateway.port, receive_buffer=4096)
    connection.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=10000000"})
    assert wait_until(lambda: mock.stats["open_streams"] == 1)
    assert connection.read_some(1)

    connection.close()

    assert wait_until(lambda: mock.stats["aborted"] == 1, within=1.0)


def test_when_the_sdk_closes_its_stream(start, mock):
    gateway = start()
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
        stream = client.chat.completions.create(**chat(), stream=True, extra_headers={"x-mock": "chunks=100000,interval=5ms"})
        next(iter(stream))
        stream.close()

        assert wait_until(lambda: mock.stats["aborted"] == 1, within=1.0)


def test_when_the_sdk_runs_out_of_time(start, mock):
    gateway = start()
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0, timeout=1) as client:
        with pytest.raises(openai.APITimeoutError):
            client.chat.completions.create(**chat(), extra_headers={"x-mock": "hang"})

        assert wait_until(lambda: mock.stats["aborted"] == 1, within=1.0)


@pytest.mark.parametrize("directives, stream, phase", [
    ("hang", False, "first_byte"), ("hang-after-head", True, "first_token"), ("hang-after-chunks=2", True, "idle"), ("chunks=1000,interval=50ms", True, "total")])
def test_time_outs_close_it_too(start, mock, directives, stream, phase):
    timeouts = {"first_byte": "300ms", "first_token": "400ms", "idle": "300ms", "total": "800ms"}
    gateway = start(routes=[route(upstream={"provider": "mock", "timeouts": timeouts, "retry": {"attempts": 0}})])
    with Connection(gateway.port) as connection:
        answer = connection.request("POST", "/v1/chat/completions", chat(stream=stream), {**KEY, "x-mock": directives}).answer()

    assert answer.status == 504 if phase in ("first_byte", "first_token") else answer.is_cut
    assert wait_until(lambda: mock.stats["aborted"] == 1, within=1.0)
    assert gateway.access_line()["error_type"] == "timeout"


def test_who_runs_out_of_time_is_told_of_the_time_that_the_file_gives(start, mock):
    timeouts = {"total": "700ms"}
    retry = {"attempts": 2, "on": ["5xx"], "backoff": "1ms", "budget": "100%"}
    gateway = start(routes=[route(upstream={"provider": "mock", "timeouts": timeouts, "retry": retry})])

    answer = call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "delay=300ms,status=500"})

    assert answer.status == 504 and "700 ms" in answer.json["error"]["message"], answer.body


def test_a_fast_provider_waits_for_a_slow_reader(start, mock):
    """One unread stream costs at most 1 MiB, and is whole when it is read in the end."""
    gateway = start()
    before = gateway.held_kib
    connections = [Connection(gateway.port, receive_buffer=4096) for _ in range(20)]
    for connection in connections:
        connection.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=30000"})
    assert wait_until(lambda: mock.stats["open_streams"] == 20)
    settled = []
    wait_until(lambda: settled.append(gateway.held_kib) or (len(settled) > 50 and len(set(settled[-20:])) == 1), within=3)

    assert gateway.held_kib - before < 20 * 1024
    status, _ = connections[0].read_head()
    assert status == 200
    pieces = list(connections[0].chunks())
    assert pieces[-1] is not None and b"".join(pieces).endswith(b"data: [DONE]\n\n")
    for connection in connections:
        connection.close()
    assert wait_until(lambda: mock.stats["open_streams"] == 0)

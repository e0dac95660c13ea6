"""SIGTERM finishes what is open and exits 0; a second one exits at once."""

import signal
import socket
import time

import pytest

from processes import CALLER_KEY, chat, wait_until
from wire import Connection, events

KEY = {"authorization": "Bearer " + CALLER_KEY}


def streams(gateway, directives, count):
    """So many streams side by side, each with its head."""
    connections = [Connection(gateway.port) for _ in range(count)]
    for connection in connections:
        connection.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": directives})
    assert all(connection.read_head()[0] == 200 for connection in connections)
    return connections


def stream(gateway, directives):
    return streams(gateway, directives, 1)[0]


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    except ConnectionResetError:
        return False  # it closed while this was on its way
    except ConnectionRefusedError:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_gateway_exits_at_once(start, number):
    gateway = start(drain="1h")
    begin = time.monotonic()

    gateway.signal(number)

    assert gateway.wait() == 0
    assert time.monotonic() - begin < 5
    assert '"stopped"' in gateway.output


def test_fifty_open_streams_end_whole(start, mock):
    gateway = start(drain="20s")
    connections = streams(gateway, "chunks=50,interval=100ms", 50)
    idle = Connection(gateway.port)
    assert mock.stats["open_streams"] == 50, "all of them are open when the signal comes"

    gateway.signal(signal.SIGTERM)

    assert wait_until(lambda: refuses(gateway.port)), "nobody new is let in"
    assert gateway.admin("/readyz")[0] == 503
    assert gateway.admin("/livez")[0] == 200
    bodies = [list(connection.chunks()) for connection in connections]
    assert all(body[-1] is not None and b"".join(body).endswith(b"data: [DONE]\n\n") for body in bodies)
    assert idle.read_to_end() == b""
    assert gateway.wait() == 0


def test_requests_whose_clients_all_leave_during_the_drain_are_logged(start, mock):
    gateway = start(drain="20s")
    connections = streams(gateway, "chunks=500,interval=100ms", 300)

    gateway.signal(signal.SIGTERM)
    assert wait_until(lambda: refuses(gateway.port))
    for connection in connections:
        connection.reset()

    assert gateway.wait() == 0
    assert [line["status"] for line in gateway.access_lines] == [499] * 300


def test_a_request_whose_answer_is_awaited_ends_whole(start, mock):
    gateway = start()
    connection = Connection(gateway.port)
    connection.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "delay=700ms"})
    assert wait_until(lambda: mock.stats["requests"] == 1)

    gateway.signal(signal.SIGTERM)

    answer = connection.answer()
    assert answer.status == 200 and answer.headers["connection"] == "close"
    assert gateway.wait() == 0


def test_what_is_left_ends_with_an_error_event(start, mock):
    gateway = start(drain="500ms")
    streamed = stream(gateway, "chunks=100000,interval=10ms")
    waiting = Connection(gateway.port)
    waiting.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "hang"})
    assert wait_until(lambda: mock.stats["open_streams"] == 2)
    begin = time.monotonic()

    gateway.signal(signal.SIGTERM)

    pieces = list(streamed.chunks())
    assert pieces[-1] is None, "the last chunk is missing, so that the client sees the cut"
    last = events(b"".join(pieces[:-1]))[-1]
    assert "error" in last and "[DONE]" not in last
    assert waiting.answer().status == 503
    assert gateway.wait() == 0
    assert time.monotonic() - begin < 8
    assert wait_until(lambda: mock.stats["open_streams"] == 0)


def test_a_request_that_is_still_arriving_is_told(start):
    gateway = start(drain="300ms")
    with Connection(gateway.port) as connection:
        connection.send("POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nx-request-id: half\r\ncontent-length: 100\r\n\r\nhalf")
        assert wait_until(lambda: gateway.metrics.sum("weir_connections") == 1)

        gateway.signal(signal.SIGTERM)

        answer = connection.answer()
        assert answer.status == 503 and answer.json["error"]["code"] == "draining"
        assert answer.headers["x-request-id"] == "half" and answer.headers["retry-after"] == "1"
    assert gateway.wait() == 0
    assert gateway.access_line(request_id="half")["error_type"] == "draining"


def test_a_client_that_does_not_close_is_not_waited_for(start, mock):
    gateway = start(drain="20s")
    with Connection(gateway.port) as connection:
        connection.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "delay=700ms"})
        assert wait_until(lambda: mock.stats["requests"] == 1)
        gateway.signal(signal.SIGTERM)
        assert connection.answer().headers["connection"] == "close"
        begin = time.monotonic()

        assert gateway.wait() == 0

        assert time.monotonic() - begin < 1.5, "2 s for a client that has had its answer"


def test_a_second_signal_exits_at_once(start):
    gateway = start(drain="1h")
    gateway.may_have_ended = True
    connection = stream(gateway, "hang-after-chunks=1")
    gateway.signal(signal.SIGTERM)
    assert wait_until(lambda: refuses(gateway.port))
    begin = time.monotonic()

    gateway.signal(signal.SIGTERM)

    assert gateway.wait() == 1
    assert time.monotonic() - begin < 5
    connection.close()

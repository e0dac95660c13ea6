"""What an answer cost whose provider does not count, or that was cut: reckoned from its bytes, and said to be."""

import json

import pytest

from processes import CALLER_KEY, chat, config, route
from providers import Listener, answer
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}
# 14 bytes of text: 4 tokens.
WORDS = ["Water ", "finds ", "it"]


def chunk(text):
    return b"data: " + json.dumps({"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}).encode() + b"\n\n"


def piece(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Silent(Listener):
    """Never counts. A stream stops for good before its end mark where the request says so."""

    def __init__(self):
        super().__init__(self._serve)

    def _serve(self, connection):
        while request := connection.request():
            wish = json.loads(request[1])
            if not wish.get("stream"):
                message = {"role": "assistant", "content": "".join(WORDS)}
                connection.send(answer(json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()))
                continue
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            for text in WORDS:
                connection.send(piece(chunk(text)))
            how = wish["messages"][0]["content"][:3]
            if how == "cut":
                return
            if how == "han":
                connection.request()  # until the gateway has gone
                return
            connection.send(piece(b"data: [DONE]\n\n") + b"0\r\n\r\n")


@pytest.fixture
def gateway(start, mock):
    server = Silent()
    providers = {"silent": {"dialect": "openai", "url": f"http://127.0.0.1:{server.port}/v1", "key": "k"}}
    models = {"fast": {"targets": [{"provider": "silent", "model": "m"}]}}
    yield start(config(mock, providers=providers, models=models, routes=[route(upstream={"retry": {"attempts": 0}})]))
    server.close()


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("way", ["plain", "stream", "cut", "hang"])
def test_tokens_are_reckoned_and_said_to_be(gateway, path, way):
    body = {**chat(way + "x" * (35 - len(way)), stream=way != "plain"), "max_tokens": 100}
    if way == "hang":
        with Connection(gateway.port) as connection:
            connection.request("POST", path, body, KEY)
            connection.read_head()
            next(piece for piece in connection.chunks() if b'"it"' in piece)
    else:
        call(gateway, "POST", path, body, KEY)

    line = gateway.access_line(path=path)
    # 35 bytes of text, one message and one request.
    assert (line["tokens_in"], line["tokens_out"], line["tokens_estimated"]) == (17, 4, True)
    metrics = gateway.metrics
    assert metrics.sum("weir_tokens_estimated_total", type="output") == metrics.sum("weir_tokens_total", type="output") == 4
    assert metrics.sum("weir_tokens_estimated_total", type="input") == 17

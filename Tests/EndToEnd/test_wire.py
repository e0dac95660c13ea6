"""The edge over plain sockets: CORS, odd but right requests, wrong ones, smuggling, and ten thousand mutations."""

import json
import random
import time

import pytest

from processes import CALLER_KEY, OTHER_KEY, chat, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}
BODY = json.dumps(chat()).encode()


def test_head_of_the_root_answers(start):
    """Claude Code and others ask it to see whether anybody is there."""
    gateway = start()
    with Connection(gateway.port) as connection:
        assert connection.request("HEAD", "/").answer(has_body=False).status in (200, 204)
        assert connection.request("GET", "/health").answer().json["status"] == "healthy"
        assert connection.request("GET", "/livez").answer().status == 200
        assert connection.request("GET", "/readyz").answer().status == 200


def test_takes_bodies_in_chunks_and_after_an_invitation(start):
    gateway = start()
    with Connection(gateway.port) as connection:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer {CALLER_KEY}\r\ncontent-type: application/json\r\n"
        connection.send(head + "transfer-encoding: chunked\r\n\r\n")
        for byte in BODY:
            connection.send(b"1;ext=1\r\n" + bytes([byte]) + b"\r\n")
        connection.send("0\r\ntrailer: x\r\n\r\n")
        assert connection.answer().status == 200

        connection.send(head + f"expect: 100-continue\r\ncontent-length: {len(BODY)}\r\n\r\n")
        assert connection.answer().status == 100
        connection.send(BODY)
        assert connection.answer().status == 200


def test_answers_pipelined_requests_in_their_order(start):
    gateway = start()
    request = "POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer {key}\r\nx-mock: {mock}\r\ncontent-length: {length}\r\n\r\n"
    bodies = [json.dumps(chat(f"number {n}")).encode() for n in range(6)]
    with Connection(gateway.port) as connection:
        data = b"".join(
            request.format(key=CALLER_KEY, mock="delay=200ms" if n % 2 == 0 else "", length=len(body)).encode() + body
            for n, body in enumerate(bodies))
        connection.send(data)
        answers = [connection.answer() for _ in bodies]

    assert [answer.json["choices"][0]["message"]["content"].rpartition(" ")[2] for answer in answers] == [str(n) for n in range(6)]


@pytest.mark.parametrize("extra, status", [
    ("content-length: 5\r\ntransfer-encoding: chunked\r\n", 400),
    ("transfer-encoding: chunked\r\ncontent-length: 5\r\n", 400),
    ("content-length: 5\r\ncontent-length: 6\r\n", 400),
    ("content-length: 5\r\ncontent-length: 5\r\n", 400),
    ("content-length: 5, 5\r\n", 400),
    ("content-length: 0x5\r\n", 400),
    ("content-length: -1\r\n", 400),
    ("transfer-encoding: xchunked\r\n", 501),
    ("transfer-encoding: chunked, identity\r\n", 400),
    ("transfer-encoding : chunked\r\n", 400),
    (" transfer-encoding: chunked\r\n", 400),
    ("x: y\r\n transfer-encoding: chunked\r\n", 400),
    ("transfer-encoding:\x0bchunked\r\n", 400),
    ("x: a\nb: c\r\n", 400),
    ("x: a\rb: c\r\n", 400),
    ("x: \x00\r\n", 400),
    ("host: other\r\n", 400),
])
def test_smuggling_is_refused_and_the_connection_closed(start, mock, extra, status):
    gateway = start()
    smuggled = f"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer {CALLER_KEY}\r\ncontent-length: {len(BODY)}\r\n\r\n".encode() + BODY
    with Connection(gateway.port) as connection:
        connection.send(f"POST /v1/models HTTP/1.1\r\nhost: weir\r\n{extra}\r\n0\r\n\r\n".encode("latin-1") + smuggled)
        answer = connection.answer()
        rest = connection.read_to_end()

    assert answer.status == status and rest == b""
    assert "error" in answer.json
    assert mock.stats["requests"] == 0
    assert gateway.metrics.sum("weir_wire_errors_total", status=str(status)) == 1


@pytest.mark.parametrize("path", [
    "/v1/chat/../models", "/v1/%2e%2e/secret", "/v1//chat/completions", "/v1/chat/completions/", "/v1/chat%2fcompletions", "/v1/chat/completions;x=1",
    "/V1/CHAT/COMPLETIONS", "/v1/..;/models", "/v1\\models"])
def test_odd_paths_never_reach_the_provider_as_another_path(start, mock, path):
    gateway = start(routes=[route(match={"path": ["/v1/chat/completions"]})])

    call(gateway, "POST", path, chat(), KEY)

    if mock.stats["requests"]:
        assert mock.last.target == "/v1/chat/completions"


@pytest.mark.parametrize("method, path", [
    ("DELETE", "/v1/models/..%2Ffiles%2Ffile-1"), ("DELETE", "/v1/models/..%5Cfiles"), ("POST", "/v1/models/x%2F..%2F..%2Ffiles"),
    ("DELETE", "/models/%2e%2e/files"), ("DELETE", "/v1/models/%252e%252e/files"), ("PATCH", "/v1/models/a%zz"), ("POST", "/v1/chat/..;/files"),
    ("POST", "/v1/chat/.;x/../files"), ("POST", "/v1/chat\\..\\files"), ("POST", "/v1/files%00"), ("POST", "/v1/files#x"),
    ("GET", "/v1/models/..%2Ffiles"), ("GET", "/v1/models/fast%"), ("GET", "/v1/models/%ff"), ("HEAD", "/v1/models/fast"), ("HEAD", "/v1/models/nobody"),
    ("HEAD", "/v1/models")])
def test_no_path_leads_to_another_one_at_the_provider(start, mock, method, path):
    gateway = start()

    with Connection(gateway.port) as connection:
        answer = connection.request(method, path, chat() if method in ("POST", "PATCH") else None, KEY).answer(has_body=method != "HEAD")

    assert answer.status == (200 if method == "HEAD" and not path.endswith("nobody") else 400 if "#" in path else 404)
    assert mock.stats["requests"] == 0


BILLING = {"authorization": "Bearer " + OTHER_KEY}


def form(*fields):
    """The body of a multipart/form-data request, as httpx writes it, and its type."""
    parts = [f'--b0\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n' for name, value, more in fields]
    return "".join([*parts, "--b0--\r\n"]).encode(), {"content-type": "multipart/form-data; boundary=b0"}


def upload(gateway, path, body, headers):
    lines = [f"POST {path} HTTP/1.1", "host: weir", f"content-length: {len(body)}", *[f"{name}: {value}" for name, value in headers.items()]]
    with Connection(gateway.port) as connection:
        connection.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return connection.answer()


AUDIO = ("file", "RIFF\r\n--b\r\nmodel", '; filename="a.wav"')


@pytest.mark.parametrize("body, headers", [
    (b"\xef\xbb\xbf" + b'{"model":"gpt-9"}', {}), ('{"model":"gpt-9"}'.encode("utf-16"), {}), ('{"model":"gpt-9"}'.encode("utf-16-le"), {}),
    ('{"model":"gpt-9"}'.encode("utf-32"), {}), (b'[{"model":"gpt-9"}]', {}), (b"model=gpt-9", {"content-type": "application/x-www-form-urlencoded"}),
    (b'{"prompt":"x"}', {}), (form(("model", "gpt-9", ""), AUDIO)), (form(("model", "fast", ""), ("model", "gpt-9", ""))), (form(("Model", "gpt-9", ""))),
    (form(AUDIO)), (form(("model", "gpt-9", ""))[0], {"content-type": "multipart/mixed; boundary=b0"}), (form(("model", "gpt-9", ""))[0], {})])
def test_a_caller_with_a_list_of_models_uses_no_other_however_it_is_named(start, mock, body, headers):
    gateway = start()

    answer = upload(gateway, "/v1/images/generations", body, {**BILLING, **headers})

    assert answer.status in (400, 403) and "error" in answer.json
    assert mock.stats["requests"] == 0
    assert upload(gateway, "/v1/engines/gpt-9/completions", b'{"model":"fast"}', BILLING).status == 403
    assert upload(gateway, "/v1/engines/gpt-9/completions", b"", BILLING).status == 403
    assert mock.stats["requests"] == 0


def test_a_form_reaches_the_target_of_its_model(start, mock):
    gateway = start()
    body, headers = form(AUDIO, ("model", "fast", ""), ("prompt", "model=fast", ""))

    upload(gateway, "/v1/audio/transcriptions", body, {**BILLING, **headers})

    assert mock.last.target == "/v1/audio/transcriptions"
    assert mock.last.headers["content-type"] == headers["content-type"]
    assert mock.last.text.encode() == body.replace(b"\r\n\r\nfast\r\n", b"\r\n\r\nmock-model\r\n")


def test_too_much_is_refused(start):
    limits = {"body": "2KiB", "header_bytes": "4KiB", "request_line": "1KiB", "header_count": 20}
    gateway = start(listen={"address": "127.0.0.1:0", "limits": limits})

    assert call(gateway, "POST", "/v1/chat/completions", chat("x" * 3000), KEY).status == 413
    assert call(gateway, "GET", "/v1/models", None, {"x": "y" * 5000}).status == 431
    assert call(gateway, "GET", "/v1/models", None, {f"x{n}": "y" for n in range(30)}).status == 431
    assert call(gateway, "GET", "/" + "x" * 2000).status == 414
    assert call(gateway, "POST", "/v1/chat/completions", chat(), KEY).status == 200


def test_slow_senders_are_ended(start):
    limits = {"header_timeout": "500ms", "body_timeout": "500ms", "idle_timeout": "1s"}
    gateway = start(listen={"address": "127.0.0.1:0", "limits": limits})
    head, body, idle = (Connection(gateway.port) for _ in range(3))
    head.send("POST /v1/chat/completions HTTP/1.1\r\nhost:")
    body.send("POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-length: 100\r\n\r\n{")

    assert head.answer().status == 408 and body.answer().status == 408
    assert idle.read_to_end() == b""


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"{", 400), (b"[]", 400), (b"null", 400), (b"\xff\xfe", 400), (b'{"model":1}', 400), (b'{"messages":[]}', 400),
    (b'{"model":"fast","model":"other","messages":[]}', 400), (b'{"model":"fast","mo\\u0064el":"other","messages":[]}', 400),
    (b'{"model":"fast","stream":"yes","messages":[]}', 400), (b'{"model":"fast"} trailing', 400),
    (b'{"model":"fast","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    (b'{"model":"fast","x":' + b"1" * 100_000 + b"}", 400),
])
def test_bodies_that_are_no_request_are_the_callers_mistake(start, mock, body, status):
    gateway = start()

    answer = call(gateway, "POST", "/v1/chat/completions", body, KEY)

    assert answer.status == status and answer.json["error"]["type"] == "invalid_request_error"
    assert mock.stats["requests"] == 0


CORS = {"origins": ["https://app.example.com"], "headers": ["authorization", "content-type"], "max_age": "10m", "expose": ["x-weir-cache"]}


def test_a_browsers_preflight_is_answered_at_the_edge(start, mock):
    gateway = start(listen={"address": "127.0.0.1:0", "cors": CORS})
    asks = {"origin": "https://app.example.com", "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}

    answer = call(gateway, "OPTIONS", "/v1/chat/completions", None, asks)

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert answer.headers["access-control-max-age"] == "600"
    assert "origin" in answer.headers["vary"].lower()
    assert mock.stats["requests"] == 0

    real = call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "origin": "https://app.example.com"})
    assert real.status == 200 and real.headers["access-control-allow-origin"] == "https://app.example.com"
    refused = call(gateway, "POST", "/v1/chat/completions", chat(), {"origin": "https://app.example.com"})
    assert refused.status == 401 and refused.headers["access-control-allow-origin"] == "https://app.example.com", "so that the page can read why"
    health = call(gateway, "GET", "/health", None, {"origin": "https://app.example.com"})
    assert health.status == 200 and health.headers["access-control-allow-origin"] == "https://app.example.com"


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", "null", "https://APP.example.com:443"])
def test_other_origins_get_no_permission(start, origin):
    gateway = start(listen={"address": "127.0.0.1:0", "cors": CORS})
    answer = call(gateway, "OPTIONS", "/v1/chat/completions", None, {"origin": origin, "access-control-request-method": "POST"})
    assert "access-control-allow-origin" not in answer.headers


def mutations(seed, count):
    """Requests that are right but for a few bytes."""
    source = random.Random(seed)
    parts = [b"\r\n", b"\n", b"\r", b": ", b" ", b"\x00", b"\xff", b"chunked", b"content-length", b"transfer-encoding", b"0\r\n\r\n", b"HTTP/1.1", b"{", b'"model"']
    right = [
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer {CALLER_KEY}\r\ncontent-length: {len(BODY)}\r\n\r\n".encode() + BODY,
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nx-api-key: {CALLER_KEY}\r\ntransfer-encoding: chunked\r\n\r\n{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n",
        f"GET /v1/models?key={CALLER_KEY} HTTP/1.1\r\nhost: weir\r\nconnection: keep-alive\r\n\r\n".encode(),
        b"OPTIONS * HTTP/1.1\r\nhost: weir\r\n\r\n",
    ]
    for _ in range(count):
        data = bytearray(source.choice(right))
        for _ in range(source.randint(1, 4)):
            place = source.randrange(len(data))
            match source.randrange(5):
                case 0:
                    data[place] = source.randrange(256)
                case 1:
                    del data[place:place + source.randint(1, 10)]
                case 2:
                    data[place:place] = source.choice(parts)
                case 3:
                    data[place:place] = data[place:place + source.randint(1, 40)]
                case 4:
                    data = data[:max(1, place)]
            if not data:
                data = bytearray(b"x")
        yield bytes(data)


def test_ten_thousand_mutated_requests_do_no_harm(start):
    gateway = start(listen={"address": "127.0.0.1:0", "limits": {"header_timeout": "2s", "body_timeout": "2s"}})
    statuses = {}
    resident = None

    for number, data in enumerate(mutations(seed=7, count=10_000)):
        with Connection(gateway.port) as connection:
            try:
                connection.send(data)
                # A client that has sent its FIN counts as gone; a few stay, so that whole requests reach the provider.
                if number % 40:
                    connection.socket.shutdown(1)
                else:
                    connection.socket.settimeout(0.05)
                while (answer := connection.answer()) is not None:
                    statuses[answer.status] = statuses.get(answer.status, 0) + 1
                    assert 100 <= answer.status < 600 and not answer.is_cut
            except (ConnectionResetError, BrokenPipeError, TimeoutError):
                pass
        if number == 2000:
            resident = gateway.held_kib

    assert gateway.child.poll() is None
    assert statuses.get(400, 0) > 1000 and statuses.get(200, 0) > 5 and 500 not in statuses, statuses
    assert gateway.held_kib - resident < 4 * 1024
    assert call(gateway, "POST", "/v1/chat/completions", chat(), KEY).status == 200
    assert wait_until(lambda: gateway.metrics.sum("weir_connections", state="open") == 0)

"""Providers behind TLS, proxies and HTTP/2."""

import os
import socket
import threading
import time

import pytest

from processes import CALLER_KEY, chat, config, route, wait_until
from providers import HTTP2Provider, Listener, Proxy, answer, answer_all, certificate, completion
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}
# Of the one event that a hanging provider sends, in a chunk of its own.
END_OF_EVENT = b"\n\n\r\n"


@pytest.fixture
def listeners():
    """Keeps what listens until the test is over."""
    kept = []

    def keep(listener):
        kept.append(listener)
        return listener

    yield keep
    for each in kept:
        each.close()


@pytest.fixture
def tls(tmp_path, listeners):
    """A provider with a self-signed certificate for localhost, and the path of that certificate."""
    context, path = certificate(tmp_path)
    return listeners(Listener(answer_all, context)), path


def provider(url, **fields):
    return {"mock": {"dialect": "openai", "url": url + "/v1", **fields}}


def ask(gateway, content="Hello", **fields):
    return call(gateway, "POST", "/v1/chat/completions", chat(content, **fields), KEY)


# TLS


def test_a_certificate_of_nobody_in_particular_is_refused(start, tls):
    gateway = start(providers=provider(f"https://localhost:{tls[0].port}"))

    assert ask(gateway).status == 502
    assert gateway.access_line()["error_type"] == "upstream_unreachable"
    assert tls[0].requests == 0


def test_a_certificate_of_an_authority_in_the_file_is_taken_and_its_connection_kept(start, tls):
    gateway = start(workers=1, providers=provider(f"https://localhost:{tls[0].port}", ca=tls[1]))

    for _ in range(5):
        assert ask(gateway).status == 200
        time.sleep(0.02)  # what TLS itself says after the handshake comes while the connection is idle

    assert tls[0].requests == 5
    assert tls[0].accepted == 1


def test_a_certificate_for_another_name_is_refused(start, tls):
    gateway = start(providers=provider(f"https://127.0.0.1:{tls[0].port}", ca=tls[1]))

    assert ask(gateway).status == 502
    assert gateway.access_line()["error_type"] == "upstream_unreachable"
    assert tls[0].requests == 0


def test_the_systems_authorities_are_read_once_and_not_for_each_connection(start, tls):
    gateway = start(workers=1, providers=provider(f"https://localhost:{tls[0].port}"))

    def bytes_read():
        with open(f"/proc/{gateway.child.pid}/io") as file:
            return int(file.readline().split()[1])

    ask(gateway)
    before = bytes_read()
    for _ in range(10):
        assert ask(gateway).status == 502

    assert tls[0].accepted == 11
    assert bytes_read() - before < 500_000  # the bundle has more than 200,000


# Proxies


def test_a_proxy_of_the_file_is_used_whatever_the_environment_says(start, mock, listeners):
    proxy = listeners(Proxy())
    gateway = start(providers=provider(mock.url, proxy=f"http://127.0.0.1:{proxy.port}"), environment={"NO_PROXY": "*", "no_proxy": "*"})

    assert ask(gateway).status == 200

    assert proxy.lines == [f"POST {mock.url}/v1/chat/completions HTTP/1.1"]


def test_a_proxy_that_forwards_gets_whole_urls_and_its_credentials_on_one_connection(start, listeners):
    heads = []

    def serve(connection):
        while request := connection.request():
            heads.append(request[0].lower().split("\r\n"))
            connection.send(answer())

    proxy = listeners(Listener(serve))
    fields = {"key": "provider-key", "proxy": f"http://me:p%40ss@127.0.0.1:{proxy.port}"}
    gateway = start(workers=1, providers=provider("http://api.example", **fields))

    assert [ask(gateway).status for _ in range(3)] == [200] * 3

    assert proxy.accepted == 1
    for head in heads:
        assert head[0] == "post http://api.example/v1/chat/completions http/1.1"
        assert {"host: api.example", "proxy-authorization: basic bwu6cebzcw==", "authorization: bearer provider-key"} <= set(head)


def test_what_a_proxy_that_forwards_sends_unasked_is_nobodys_answer(start, listeners):
    def serve(connection):
        while connection.request():
            connection.send(answer(completion("asked")) + answer(completion("unasked")))

    proxy = listeners(Listener(serve))
    gateway = start(workers=1, providers=provider("http://api.example", proxy=f"http://127.0.0.1:{proxy.port}"))

    with Connection(gateway.port) as client:
        for _ in range(5):
            client.request("POST", "/v1/chat/completions", chat(), KEY)
            client.request("POST", "/v1/chat/completions", chat(), KEY)
            for _ in range(2):
                assert client.answer().json["choices"][0]["message"]["content"] == "asked"


def test_the_certificate_of_a_proxy_is_checked(start, tls):
    gateway = start(providers=provider("http://api.example", proxy=f"https://localhost:{tls[0].port}"))

    assert ask(gateway).status == 502
    assert gateway.access_line()["error_type"] == "upstream_unreachable"
    assert tls[0].requests == 0


def test_a_proxy_of_the_environment_is_not_used(start, mock, listeners):
    proxy = listeners(Proxy())
    url = f"http://127.0.0.1:{proxy.port}"
    gateway = start(providers=provider(mock.url), environment={"http_proxy": url, "https_proxy": url, "all_proxy": url})

    assert ask(gateway).status == 200

    assert proxy.accepted == 0


def test_tls_goes_through_a_tunnel(start, tls, listeners):
    proxy = listeners(Proxy())
    gateway = start(providers=provider(f"https://localhost:{tls[0].port}", ca=tls[1], proxy=f"http://127.0.0.1:{proxy.port}"))

    assert ask(gateway).status == 200

    assert proxy.lines == [f"CONNECT localhost:{tls[0].port} HTTP/1.1"]


def test_a_proxy_that_wants_a_credential_is_an_alert_for_the_operator(start, tls, listeners):
    proxy = listeners(Proxy(refuses_with=407))
    gateway = start(providers=provider(f"https://localhost:{tls[0].port}", ca=tls[1], proxy=f"http://127.0.0.1:{proxy.port}"))

    assert ask(gateway).status == 502

    line = gateway.access_line()
    assert (line["error_type"], line["blame"]) == ("upstream_auth", "gateway")
    assert wait_until(lambda: gateway.metrics.sum("weir_upstream_auth_failures_total", provider="mock") == 1)


def test_a_tunnel_that_is_refused_is_a_provider_out_of_reach(start, tls, listeners):
    proxy = listeners(Proxy(refuses_with=403))
    gateway = start(
        providers=provider(f"https://localhost:{tls[0].port}", ca=tls[1], proxy=f"http://127.0.0.1:{proxy.port}"),
        routes=[route(upstream={"provider": "mock", "retry": {"attempts": 1, "on": ["connect"], "backoff": "1ms"}})])

    assert ask(gateway).status == 502

    line = gateway.access_line()
    assert line["error_type"] == "upstream_unreachable"
    assert len(line["attempts"]) == len(proxy.lines) == 2


# HTTP/2


@pytest.fixture
def http2(tmp_path, listeners):
    context, path = certificate(tmp_path)
    return listeners(HTTP2Provider(context)), path


def test_http2_is_spoken_where_it_is_offered_and_its_connection_kept(start, http2):
    gateway = start(workers=1, providers=provider(f"https://localhost:{http2[0].port}", ca=http2[1], http2=True))

    for _ in range(5):
        assert ask(gateway).status == 200
        time.sleep(0.02)  # time for frames that belong to no request

    assert http2[0].requests == 5
    assert http2[0].accepted == 1


def test_http2_is_no_must(start, tls):
    gateway = start(workers=1, providers=provider(f"https://localhost:{tls[0].port}", ca=tls[1], http2=True))

    assert [ask(gateway).status for _ in range(3)] == [200] * 3

    # The first was libcurl's, which offered HTTP/2.
    assert tls[0].accepted == 2


def test_a_provider_that_wants_http11_for_a_request_gets_it(start, http2):
    gateway = start(workers=1, providers=provider(f"https://localhost:{http2[0].port}", ca=http2[1], http2=True))

    assert [ask(gateway, "http11").status for _ in range(3)] == [200] * 3

    assert http2[0].asked_for_http11 == 1


def test_a_client_that_leaves_ends_its_http2_stream_although_others_go_on(start, http2):
    gateway = start(workers=1, providers=provider(f"https://localhost:{http2[0].port}", ca=http2[1], http2=True))
    leaving, staying = Connection(gateway.port), Connection(gateway.port)
    for number, connection in enumerate((leaving, staying)):
        connection.request("POST", "/v1/chat/completions", chat("hang", stream=True), KEY)
        assert connection.read_head()[0] == 200 and connection.read_until(END_OF_EVENT)
        assert http2[0].hanging == number + 1

    leaving.close()

    assert wait_until(lambda: http2[0].ended == 1, within=1.0)
    assert staying.is_quiet(0.2), "the other stream was cut"
    staying.close()
    assert wait_until(lambda: http2[0].ended == 2, within=1.0)


# Reloads


def away(mock):
    """A file whose provider is another."""
    return config(mock, workers=1)


@pytest.fixture(params=["plain", "tls", "http2", "forward proxy", "tunnel"])
def way(request, tmp_path, mock, listeners):
    """A way to a provider, as what listens at its other end and the provider's fields."""
    if request.param == "plain":
        listener = listeners(Listener(answer_all))
        return listener, provider(f"http://127.0.0.1:{listener.port}")
    if request.param == "forward proxy":
        proxy = listeners(KeepingProxy())
        return proxy, provider("http://127.0.0.1:1", proxy=f"http://127.0.0.1:{proxy.port}")
    context, path = certificate(tmp_path)
    kind = HTTP2Provider if request.param == "http2" else lambda context: Listener(answer_all, context)
    listener = listeners(kind(context))
    fields = {"ca": path, "http2": request.param == "http2"}
    if request.param == "tunnel":
        fields["proxy"] = f"http://127.0.0.1:{listeners(Proxy()).port}"
    return listener, provider(f"https://localhost:{listener.port}", **fields)


class KeepingProxy(Listener):
    """Answers for whatever it is asked, and keeps its connections."""

    def __init__(self):
        super().__init__(answer_all)


@pytest.mark.parametrize("change", ["removed", "changed"])
def test_idle_connections_to_what_a_reload_takes_away_are_closed(start, mock, way, change):
    listener, fields = way
    gateway = start(workers=1, providers=fields)
    assert [ask(gateway).status for _ in range(2)] == [200, 200]
    assert (listener.accepted, listener.ended_connections) == (1, 0)

    host = "127.0.0.1" if "localhost" in fields["mock"]["url"] else "localhost"
    other = {"mock": {**fields["mock"], "url": fields["mock"]["url"].replace("127.0.0.1", host).replace("localhost", host)}}
    assert gateway.reload(away(mock) if change == "removed" else config(mock, workers=1, providers=other)) == "loaded"

    ask(gateway)
    assert wait_until(lambda: listener.ended_connections >= 1)
    assert gateway.reload(away(mock)) in ("loaded", "unchanged")
    assert ask(gateway).status == 200


@pytest.mark.parametrize("http2", [False, True])
def test_a_handshake_that_hangs_outlives_a_reload_and_ends_in_its_time_out(start, mock, http2):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        routes = [route(upstream={"timeouts": {"connect": "1s"}, "retry": {"attempts": 0}})]
        gateway = start(workers=1, routes=routes, providers=provider(f"https://localhost:{silent.getsockname()[1]}", http2=http2))
        with Connection(gateway.port) as waiting:
            waiting.request("POST", "/v1/chat/completions", chat(), KEY)
            assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 1)

            assert gateway.reload(away(mock)) == "loaded"

            assert ask(gateway).status == 200
            assert waiting.answer().status == 504
        assert ask(gateway).status == 200


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("has_head", [False, True])
def test_an_answer_under_way_ends_as_it_should_although_a_reload_took_its_provider_away(start, mock, tmp_path, listeners, secure, has_head):
    go, asked = threading.Event(), threading.Event()

    def serve(connection):
        while connection.request():
            head, body = answer().split(b"\r\n\r\n")
            connection.send(head + b"\r\n\r\n" if has_head else b"")
            asked.set()
            assert go.wait(10)
            connection.send((b"" if has_head else head + b"\r\n\r\n") + body)

    context, path = certificate(tmp_path) if secure else (None, None)
    listener = listeners(Listener(serve, context))
    fields = provider(f"https://localhost:{listener.port}", ca=path) if secure else provider(f"http://127.0.0.1:{listener.port}")
    gateway = start(workers=1, providers=fields)
    with Connection(gateway.port) as waiting:
        waiting.request("POST", "/v1/chat/completions", chat(), KEY)
        assert asked.wait(10)

        assert gateway.reload(away(mock)) == "loaded"
        assert ask(gateway).status == 200
        go.set()

        assert waiting.answer().status == 200
    assert wait_until(lambda: listener.ended_connections == 1), "nobody will use it again"


def test_an_http2_stream_under_way_outlives_a_reload_that_took_its_provider_away(start, mock, http2):
    gateway = start(workers=1, providers=provider(f"https://localhost:{http2[0].port}", ca=http2[1], http2=True))
    with Connection(gateway.port) as streaming:
        streaming.request("POST", "/v1/chat/completions", chat("hang", stream=True), KEY)
        assert streaming.read_head()[0] == 200 and streaming.read_until(END_OF_EVENT)

        assert gateway.reload(away(mock)) == "loaded"

        assert ask(gateway).status == 200
        assert http2[0].ended == 0
    assert wait_until(lambda: http2[0].ended == 1, within=1.0)
    assert wait_until(lambda: http2[0].ended_connections == 1)
    assert ask(gateway).status == 200


def test_idle_http2_connections_are_closed_by_a_reload_although_a_stream_beside_them_goes_on(start, mock, http2):
    gateway = start(workers=1, providers=provider(f"https://localhost:{http2[0].port}", ca=http2[1], http2=True))
    three = [Connection(gateway.port) for _ in range(3)]
    for connection in three:
        connection.request("POST", "/v1/chat/completions", chat("late"), KEY)
    assert [connection.answer().status for connection in three] == [200] * 3
    three[0].request("POST", "/v1/chat/completions", chat("hang", stream=True), KEY)
    assert three[0].read_head()[0] == 200 and three[0].read_until(END_OF_EVENT)
    assert (http2[0].accepted, http2[0].ended_connections) == (3, 0)

    assert gateway.reload(away(mock)) == "loaded"

    assert ask(gateway).status == 200
    assert wait_until(lambda: http2[0].ended_connections == 2)
    assert three[0].is_quiet(0.2), "the stream was cut"
    for connection in three:
        connection.close()
    assert wait_until(lambda: http2[0].ended_connections == 3)


# Addresses


@pytest.mark.parametrize("secure, http2", [(False, False), (True, False), (True, True)])
def test_the_second_address_of_a_name_is_tried_when_the_first_is_silent(start, tmp_path, listeners, secure, http2):
    """nss_wrapper(1) gives the name two addresses of one family."""
    context, path = certificate(tmp_path, "two.example") if secure else (None, None)
    listener = listeners(HTTP2Provider(context) if http2 else Listener(answer_all, context))
    (tmp_path / "hosts").write_text("127.0.0.2 two.example\n127.0.0.1 two.example\n")
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.2", listener.port))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"{'https' if secure else 'http'}://two.example:{listener.port}"
        gateway = start(
            workers=1, routes=[route(upstream={"timeouts": {"connect": "2s"}, "retry": {"attempts": 0}})],
            providers=provider(url, **({"ca": path, "http2": http2} if secure else {})),
            environment={"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(tmp_path / "hosts")})

        assert ask(gateway).status == 200
        assert listener.accepted == 1

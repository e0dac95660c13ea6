"""SIGHUP swaps in a changed file and loses no request; a bad file changes nothing."""

import http.server
import json
import os
import signal
import ssl
import subprocess
import threading
import time

import pytest

from load import Load
from processes import CALLER_KEY, chat, config, hash_of, route, wait_until
from wire import Connection, call


def answered_by(gateway, model="fast"):
    """Which of the provider's models answers."""
    return call(gateway, "POST", "/v1/chat/completions", {**chat(), "model": model}, key=CALLER_KEY).json["model"]


def with_target(mock, name, **changes):
    return config(mock, models={"fast": {"targets": [{"provider": "mock", "model": name}]}}, **changes)


def test_a_changed_file_holds_from_the_next_request_on(start, mock):
    gateway = start(with_target(mock, "before"))
    assert answered_by(gateway) == "before"

    assert gateway.reload(with_target(mock, "after")) == "loaded"

    assert answered_by(gateway) == "after"
    assert gateway.status["config"]["generation"] == 2
    assert gateway.reload() == "unchanged"


def test_a_request_ends_on_the_file_it_began_with(start, mock):
    gateway = start(with_target(mock, "before"))
    with Connection(gateway.port) as connection:
        connection.request(
            "POST", "/v1/chat/completions", chat(stream=True), {"authorization": "Bearer " + CALLER_KEY, "x-mock": "chunks=30,interval=10ms"})
        connection.read_head()

        others = [{"name": "somebody-else", "key": hash_of("another key")}]
        assert gateway.reload(with_target(mock, "after", callers=others)) == "loaded"

        pieces = list(connection.chunks())
        assert pieces[-1] is not None and b"".join(pieces).count(b'"before"') > 30
        # The connection lives on; the key does not.
        assert connection.request(
            "POST", "/v1/chat/completions", chat(), {"authorization": "Bearer " + CALLER_KEY}).answer().status == 401


BAD = {
    "empty": "",
    "no YAML": "version: [",
    "half written": json.dumps({"version": 1, "providers": {}})[:20],
    "unknown key": '{"version": 1, "lissten": {}}',
    "not a mapping": "- 1",
    "a secret that is not there": '{"version": 1, "providers": {"x": {"dialect": "openai", "key": "${env:NO_SUCH_SECRET}"}}}',
    "not UTF-8": b"version: \xff\xfe",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_the_old_one_stays(start, mock, name):
    gateway = start(with_target(mock, "before"))
    good = open(gateway.file, "rb").read()
    bad = BAD[name] if isinstance(BAD[name], bytes) else BAD[name].encode()
    with open(gateway.file, "wb") as file:
        file.write(bad)

    assert gateway.reload() == "refused"

    assert answered_by(gateway) == "before"
    status = gateway.status["config"]
    assert status["last_refusal"]["reasons"] and status["generation"] == 1
    assert gateway.metrics.sum("weir_config_last_reload_successful") == 0
    with open(gateway.file, "wb") as file:
        file.write(good)
    assert gateway.reload() == "unchanged"
    assert gateway.metrics.sum("weir_config_last_reload_successful") == 1


@pytest.mark.parametrize("kind", ["missing", "a folder", "a pipe", "a device"])
def test_what_is_no_regular_file_is_refused(start, mock, kind):
    gateway = start(with_target(mock, "before"))
    os.remove(gateway.file)
    if kind == "a folder":
        os.mkdir(gateway.file)
    elif kind == "a pipe":
        os.mkfifo(gateway.file)
    elif kind == "a device":
        os.symlink("/dev/zero", gateway.file)

    assert gateway.reload() == "refused"

    assert answered_by(gateway) == "before"


def test_what_needs_a_restart_is_refused_with_that_sentence(start, mock):
    gateway = start(with_target(mock, "before"))

    assert gateway.reload(with_target(mock, "after", workers=1)) == "refused"

    assert "restart" in json.dumps(gateway.status["config"]["last_refusal"])
    assert answered_by(gateway) == "before"


def test_a_rotated_secret_alone_is_a_change(start, mock, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("sk-first-secret\n")
    providers = {"mock": {"dialect": "openai", "url": mock.url + "/v1", "key": "${file:" + str(secret) + "}"}}
    gateway = start(providers=providers)
    answered_by(gateway)
    assert mock.last.headers["authorization"] == "Bearer sk-first-secret"

    secret.write_text("sk-second-secret\n")
    assert gateway.reload() == "loaded"

    answered_by(gateway)
    assert mock.last.headers["authorization"] == "Bearer sk-second-secret"


def write_in_pieces(path, pieces, every=0.005):
    """Writes as slowly as an editor on a full disk. Returns the longest pause."""
    longest, last = 0, time.monotonic()
    with open(path, "w") as file:
        for piece in pieces:
            file.write(piece)
            file.flush()
            longest = max(longest, time.monotonic() - last)
            last = time.monotonic()
            time.sleep(every)
    return longest


def test_what_has_been_written_so_far_never_goes_live(start, mock):
    gateway = start()
    lines = [
        "version: 1\nworkers: 2\ndrain: 5s\nlisten: { address: 127.0.0.1:0 }\nadmin: { address: 127.0.0.1:0 }\n",
        f"providers: {{ mock: {{ dialect: openai, url: {mock.url}/v1, key: x }} }}\n",
        "routes: [{ name: all, authn: { anonymous: true } }]\nmodels:\n",
        *(f"  m{number}: {{ targets: [{{ provider: mock }}] }}\n" for number in range(60)),
    ]
    # A writer that was held up for longer than anybody is waited for proves nothing: then it writes again.
    for _ in range(10):
        pause = []
        writer = threading.Thread(target=lambda: pause.append(write_in_pieces(gateway.file, lines)))
        writer.start()
        assert wait_until(lambda: "m1:" in open(gateway.file).read())

        outcome = gateway.reload()

        writer.join()
        if pause[0] < 0.08:
            break
    if outcome != "refused":
        models = call(gateway, "GET", "/v1/models").json["data"]
        assert len(models) == 60, "a part of the file went live"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Makes certificates for 127.0.0.1 that vouch for themselves."""
    folder = tmp_path_factory.mktemp("certificates")

    def make(name):
        key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        return key, certificate

    return make


class Secured:
    """A provider behind TLS that says the same to everybody."""

    BODY = b'{"id":"1","object":"list","data":[]}'

    def __init__(self, key, certificate):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(Secured.BODY)))
                self.end_headers()
                self.wfile.write(Secured.BODY)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def test_authorities_are_read_with_the_file_and_not_later(start, mock, authority, tmp_path):
    key, certificate = authority("good")
    other = authority("other")[1].read_text()
    ca = tmp_path / "ca.pem"
    ca.write_text(other + certificate.read_text())
    with Secured(key, certificate) as server:
        def files():
            return call(gateway, "GET", "/v1/files", key=CALLER_KEY).status

        providers = {"mock": {"dialect": "openai", "url": server.url, "key": "x", "ca": str(ca)}}
        gateway = start(providers=providers)
        assert files() == 200
        ca.unlink()
        assert files() == 200
        assert gateway.reload() == "refused", "the file is not there"
        ca.write_text("no certificate\n")
        assert gateway.reload() == "refused"
        assert "holds no certificate" in gateway.status["config"]["last_refusal"]["reasons"][0]
        assert files() == 200
        ca.write_text(other)
        assert gateway.reload() == "loaded", "another file of authorities is another configuration"
        assert files() == 502


def test_counters_and_cached_answers_survive(start, mock):
    routes = [route(quota=[{"name": "day", "allow": "3 requests per day"}], cache={"keep": "10m"})]
    gateway = start(routes=routes)
    first = call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY)

    assert gateway.reload(config(mock, routes=routes, drain="6s")) == "loaded"

    second = call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY)
    assert second.headers["x-weir-cache"] == "hit" and second.body == first.body
    assert second.headers["x-ratelimit-remaining-requests"] == "1"


def test_a_reload_gives_a_provider_in_trouble_no_new_load(start, mock):
    upstream = {"provider": "mock", "retry": {"attempts": 1, "on": ["5xx"], "budget": "1%"}}
    provider = {"dialect": "openai", "url": mock.url + "/v1", "connections": 2}

    def file(drain):
        return config(mock, drain=drain, workers=1, routes=[route(upstream=upstream)], providers={"mock": provider})

    gateway = start(file("5s"))

    def retries_of(count):
        before = mock.stats["requests"]
        for _ in range(count):
            assert call(gateway, "POST", "/v1/chat/completions", chat(), {"x-mock": "status=503"}, key=CALLER_KEY).status == 503
        return mock.stats["requests"] - before - count

    assert retries_of(20) in range(10, 15)
    assert gateway.reload(file("6s")) == "loaded"
    assert retries_of(10) < 5, "ten were saved up when the process began, and one is gained each second"

    held = [Connection(gateway.port) for _ in range(2)]
    for connection in held:
        connection.request("POST", "/v1/chat/completions", chat(), {"authorization": "Bearer " + CALLER_KEY, "x-mock": "hang"})
    assert wait_until(lambda: mock.stats["open_streams"] == 2)
    assert gateway.reload(file("7s")) == "loaded"
    assert call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).status == 503
    for connection in held:
        connection.close()
    assert wait_until(lambda: call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).status == 200)


def test_two_hundred_reloads_under_load_lose_no_request(start, mock):
    gateway = start(with_target(mock, "m0"))
    good = [json.dumps(with_target(mock, f"m{n}")) for n in range(4)]
    kinds = {"loaded": 0, "unchanged": 0, "refused": 0}

    def write_in_place(text):
        with open(gateway.file, "w") as file:
            file.write(text)

    with Load(gateway.port) as load:
        resident = None
        for number in range(200):
            match number % 8:
                case 1:
                    write_in_place(good[0][: 50 + number])  # half written
                case 3:
                    write_in_place('{"version": 1, "unheard_of": true}')
                case 5:
                    os.remove(gateway.file)
                    os.mkfifo(gateway.file)
                case 6:
                    os.remove(gateway.file)
                case 7:
                    gateway.write(good[(number // 8) % 4])
                case other:
                    gateway.write(good[(number + other) % 4])
            kinds[gateway.reload()] += 1
            if number == 40:
                resident = gateway.held_kib
        assert load.failures == []
        before = load.good
        assert wait_until(lambda: load.good > before + 20)
        grown = gateway.held_kib - resident

    assert load.failures == []
    assert kinds["refused"] >= 75 and kinds["loaded"] >= 30, kinds
    assert grown < 8 * 1024, f"{grown} KiB more than after the first 40 reloads"


def test_a_burst_of_signals_is_survived(start, mock):
    gateway = start(with_target(mock, "before"))
    with Load(gateway.port, threads=2) as load:
        for number in range(100):
            if number % 10 == 0:
                gateway.write(with_target(mock, f"m{number}"))
            gateway.signal(signal.SIGHUP)
        gateway.write(with_target(mock, "last"))
        gateway.reload()
        assert wait_until(lambda: answered_by(gateway) == "last")
    assert load.failures == []


def test_a_signal_as_soon_as_it_listens_does_no_harm(start):
    for _ in range(3):
        gateway = start()
        gateway.signal(signal.SIGHUP)
        gateway.signal(signal.SIGTERM)
        assert gateway.wait() == 0

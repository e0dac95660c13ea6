"""The commands and their exit codes, as docs/operations.md has them."""

import http.server
import json
import os
import pathlib
import re
import subprocess
import threading

import pytest

from processes import CALLER_KEY, chat, config, hash_of, run_weir
from wire import call

REPOSITORY = pathlib.Path(__file__).parents[2]


def test_weir_alone_shows_what_to_do_next():
    result = run_weir()
    assert "serve" in result.stdout + result.stderr and "check" in result.stdout + result.stderr


@pytest.mark.parametrize("word", ["serve", "check", "reload", "status", "key", "health", "version"])
def test_every_command_explains_itself(word):
    result = run_weir(word, "--help")
    assert result.returncode == 0 and len(result.stdout) > 100


def test_what_cannot_be_understood_is_64():
    assert run_weir("serv").returncode == 64
    assert run_weir("serve", "--port", "1").returncode == 64
    check = run_weir("check", environment={"WEIR_CONFIG": ""})
    assert check.returncode == 64 and "Name the file" in check.stderr


@pytest.mark.parametrize("within", ["0", "-1", "3601", "9223372036854775807"])
def test_reload_waits_for_a_second_to_an_hour(within):
    result = run_weir("reload", f"--within={within}", "--admin", "127.0.0.1:1")
    assert result.returncode == 64 and "between 1 and 3600" in result.stderr


class FakeAdmin:
    """An admin listener that names another process, as one does that is reached through a forwarded port."""

    def __init__(self, page):
        body = json.dumps({"config": {"reads": 1, "hash": "", "generation": 1, "last_read": "loaded"}, **page}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def start_ticks(process):
    return int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])


def test_reload_signals_nobody_but_the_gateway_that_it_asked(start):
    gateway = start()
    gateway.may_have_ended = True
    other = subprocess.Popen(["sleep", "60"])  # ended by SIGHUP, which it does not expect
    reads = gateway.status["config"]["reads"]
    assert gateway.status["start_ticks"] == start_ticks(gateway.child.pid)
    try:
        for page in (
            {"pid": other.pid, "start_ticks": start_ticks(other.pid)},
            {"pid": gateway.child.pid, "start_ticks": start_ticks(gateway.child.pid) + 1},
            {"pid": 0, "start_ticks": 0}, {"pid": -1, "start_ticks": 0}, {"pid": 1 << 40, "start_ticks": 0},
        ):
            with FakeAdmin(page) as admin:
                result = run_weir("reload", "--within", "1", "--admin", admin.address)
            assert result.returncode == 1 and "Run this in the gateway's own container" in result.stderr, page
        assert other.poll() is None and gateway.status["config"]["reads"] == reads
    finally:
        other.kill()
        other.wait()


def test_check_says_every_mistake_with_its_line(tmp_path):
    path = tmp_path / "gateway.yaml"
    path.write_text("version: 1\nlissten: {}\nproviders:\n  x: { dialect: openai, urll: http://a }\nroutes:\n  - name: r\n    upstream: { provider: nobody }\n")

    result = run_weir("check", str(path))

    assert result.returncode == 1
    assert re.search(r"gateway\.yaml:2:\d+: error: .*lissten", result.stderr)
    assert re.search(r"gateway\.yaml:4:\d+: error: .*urll", result.stderr)
    assert "did you mean" in result.stderr


def test_check_of_a_right_file_is_0_and_opens_no_socket(tmp_path):
    path = tmp_path / "gateway.yaml"
    path.write_text(json.dumps(config(type("Nobody", (), {"url": "http://127.0.0.1:1"}))))

    result = run_weir("check", str(path))

    assert result.returncode == 0 and "ok" in result.stdout


def test_check_knows_of_secrets_that_are_not_there(tmp_path):
    path = tmp_path / "gateway.yaml"
    path.write_text('{"version": 1, "providers": {"o": {"dialect": "openai", "key": "${env:NO_SUCH_SECRET}"}}, "routes": [{"name": "r", "authn": {"anonymous": true}, "upstream": {"provider": "o"}}]}')

    refused = run_weir("check", str(path))
    lenient = run_weir("check", "--without-secrets", str(path))

    assert refused.returncode == 1 and "NO_SUCH_SECRET" in refused.stderr
    assert lenient.returncode == 0 and "NO_SUCH_SECRET" in lenient.stderr


@pytest.mark.parametrize("path", sorted(path for path in (REPOSITORY / "config").rglob("*.yaml") if path.name != "prices.yaml"), ids=lambda path: path.name)
def test_every_file_that_is_shipped_is_right(path):
    assert run_weir("check", "--without-secrets", str(path)).returncode == 0


def test_serve_refuses_a_bad_file_and_says_why(tmp_path):
    path = tmp_path / "gateway.yaml"
    path.write_text("version: 1\nlissten: {}\n")

    result = run_weir("serve", "--config", str(path))

    assert result.returncode == 1 and "lissten" in result.stderr


def test_serve_says_who_has_its_port(start, tmp_path, mock):
    gateway = start()
    path = tmp_path / "second.yaml"
    path.write_text(json.dumps(config(mock, listen={"address": f"127.0.0.1:{gateway.port}"})))

    result = run_weir("serve", "--config", str(path))

    assert result.returncode == 1 and "another process" in result.stderr


def test_reload_returns_the_outcome(start, mock):
    gateway = start()

    gateway.write(config(mock, drain="9s"))
    loaded = gateway.command("reload")
    unchanged = gateway.command("reload")
    gateway.write("version: 1\nlissten: {}\n")
    refused = gateway.command("reload")

    assert loaded.returncode == 0 and "loaded" in loaded.stdout and "generation 2" in loaded.stdout
    assert unchanged.returncode == 0 and "unchanged" in unchanged.stdout
    assert refused.returncode == 1 and "gateway.yaml:2:" in refused.stderr
    assert call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).status == 200


def test_status_and_health_ask_the_running_gateway(start):
    gateway = start()

    status = gateway.command("status")
    page = json.loads(status.stdout)

    assert status.returncode == 0
    assert page["config"]["hash"] and page["config"]["loaded_at"] and page["version"]
    assert gateway.command("health").returncode == 0
    assert gateway.command("health", "--live").returncode == 0
    nobody = run_weir("health", "--admin", "127.0.0.1:1")
    assert nobody.returncode == 1 and "No gateway answers on 127.0.0.1:1, which is --admin (" in nobody.stderr and "code:" not in nobody.stderr


NOBODY = "127.0.0.1:1"


def test_the_admin_address_is_found_in_the_file(start, mock):
    gateway = start()
    gateway.write(config(mock, admin={"address": f"127.0.0.1:{gateway.admin_port}"}))

    assert run_weir("health", "--config", gateway.file, environment={"WEIR_ADMIN": NOBODY}).returncode == 0
    assert run_weir("health", environment={"WEIR_CONFIG": gateway.file, "WEIR_ADMIN": ""}).returncode == 0
    assert run_weir("health", "--config", gateway.file, "--admin", NOBODY).returncode == 1
    assert run_weir("health", environment={"WEIR_CONFIG": gateway.file, "WEIR_ADMIN": NOBODY}).returncode == 1


def test_the_admin_address_is_found_in_a_file_with_mistakes(start, mock):
    gateway = start()
    gateway.write(f"version: 1\nlissten: {{}}\nadmin: {{ address: \"${{env:ADMIN}}\" }}\n")

    refused = run_weir("reload", "--config", gateway.file, environment={"ADMIN": f"127.0.0.1:{gateway.admin_port}"})

    assert refused.returncode == 1 and "gateway.yaml:2:1: error: unknown key" in refused.stderr


def test_a_file_that_moves_the_admin_address_is_said_to_need_a_restart(start, mock):
    gateway = start()
    gateway.write(config(mock, admin={"address": NOBODY}))

    result = run_weir("reload", environment={"WEIR_ADMIN": f"127.0.0.1:{gateway.admin_port}", "WEIR_CONFIG": gateway.file})

    assert result.returncode == 1 and re.search(r"gateway\.yaml:\d+:\d+: error: changing admin\.address .* needs a restart", result.stderr)


def test_who_was_asked_and_why_is_said_when_nobody_answers(start, mock, tmp_path):
    moved = tmp_path / "moved.yaml"
    moved.write_text(f"admin: {{ address: {NOBODY} }}\n")
    unset = {"WEIR_ADMIN": "", "WEIR_CONFIG": ""}

    missing = run_weir("health", "--config", "/nope.yaml", environment=unset)
    from_file = run_weir("health", "--config", str(moved), environment=unset)
    from_admin = run_weir("health", environment={**unset, "WEIR_ADMIN": NOBODY})

    assert missing.returncode == 1 and "/nope.yaml gives no admin address" in missing.stderr
    assert from_file.returncode == 1 and f"{NOBODY}, which is admin.address of {moved}" in from_file.stderr
    assert from_admin.returncode == 1 and f"{NOBODY}, which is $WEIR_ADMIN" in from_admin.stderr


def test_key_makes_a_key_that_its_line_lets_in(start, mock):
    result = run_weir("key", "--name", "new-app")
    key = re.search(r"^key: +(\S+)$", result.stdout, re.M).group(1)
    digest = re.search(r"sha256:[0-9a-f]{64}", result.stdout).group(0)

    assert result.returncode == 0 and len(key) >= 40 and digest == hash_of(key)
    gateway = start(callers=[{"name": "new-app", "key": digest}])
    assert call(gateway, "POST", "/v1/chat/completions", chat(), key=key).status == 200
    assert hash_of("my-key") in run_weir("key", "--hash", stdin="my-key\n").stdout


@pytest.mark.parametrize("name", ["a b", "", "anonymous", "x" * 129])
def test_key_prints_no_line_that_the_file_would_refuse(name):
    result = run_weir("key", "--name", name)
    assert result.returncode == 64 and "sha256" not in result.stdout


def test_version_names_the_libraries():
    result = run_weir("version")
    assert result.returncode == 0
    assert re.fullmatch(r"weir \S+ \(commit \S+, swift \d\S*, libcurl \d\S*, libyaml \d\S*, hiredis \d\S*, mimalloc \d\S*\)\n", result.stdout), result.stdout


def test_the_built_in_demo_needs_no_file_no_key_and_no_network():
    child = subprocess.Popen([os.environ["WEIR_BIN"], "serve"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = child.stdout.readline()
        if "another process" in line:
            assert child.wait(timeout=10) == 1
            pytest.skip("port 8000 is taken")
        listening = json.loads(line)

        class Address:
            port = int(listening["address"].rpartition(":")[2])

        answer = call(Address, "POST", "/v1/chat/completions", {"model": "demo", "stream": True, "messages": [{"role": "user", "content": "Hi"}]})
        assert answer.status == 200 and answer.body.endswith(b"data: [DONE]\n\n")
        child.terminate()
        assert child.wait(timeout=10) == 0
    finally:
        child.kill()
        child.wait()
        child.stdout.close()

"""The commands and their exit codes, as docs/operations.md has them."""

import json
import os
import pathlib
import re
import subprocess

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
    assert run_weir("check").returncode == 64 or "Name the file" in run_weir("check", environment={"WEIR_CONFIG": ""}).stderr
    assert run_weir("serve", "--port", "1").returncode == 64


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


@pytest.mark.parametrize("path", sorted((REPOSITORY / "config").rglob("*.yaml")), ids=lambda path: path.name)
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
    assert nobody.returncode == 1 and "No gateway answers" in nobody.stderr


def test_the_admin_address_is_found_in_the_file(start, mock, tmp_path):
    gateway = start(admin={"address": "127.0.0.1:18743"})
    assert run_weir("health", "--config", gateway.file).returncode == 0
    assert run_weir("health", environment={"WEIR_CONFIG": gateway.file}).returncode == 0


def test_key_makes_a_key_that_its_line_lets_in(start, mock):
    result = run_weir("key", "--name", "new-app")
    key = re.search(r"^key: +(\S+)$", result.stdout, re.M).group(1)
    digest = re.search(r"sha256:[0-9a-f]{64}", result.stdout).group(0)

    assert result.returncode == 0 and len(key) >= 40 and digest == hash_of(key)
    gateway = start(callers=[{"name": "new-app", "key": digest}])
    assert call(gateway, "POST", "/v1/chat/completions", chat(), key=key).status == 200
    assert hash_of("my-key") in run_weir("key", "--hash", stdin="my-key\n").stdout


def test_version_names_the_libraries():
    result = run_weir("version")
    assert result.returncode == 0 and "libcurl" in result.stdout


def test_the_built_in_demo_needs_no_file_no_key_and_no_network():
    child = subprocess.Popen([os.environ["WEIR_BIN"], "serve"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = child.stdout.readline()
        if "another process" in line:
            pytest.skip("port 8000 is taken")
        listening = json.loads(line)

        class Address:
            port = int(listening["address"].rpartition(":")[2])

        answer = call(Address, "POST", "/v1/chat/completions", {"model": "demo", "stream": True, "messages": [{"role": "user", "content": "Hi"}]})
        assert answer.status == 200 and answer.body.endswith(b"data: [DONE]\n\n")
    finally:
        child.terminate()
        assert child.wait(timeout=10) in (0, 1)
        child.stdout.close()

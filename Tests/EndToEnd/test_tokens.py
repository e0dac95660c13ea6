"""JSON Web Tokens of a real issuer over real sockets, minted by PyJWT; caller files, keys that expire, addresses."""

import concurrent.futures
import json
import pathlib
import re
import ssl
import time

import openai
import pytest

from issuers import ISSUER, Key, Publisher
from processes import CALLER_KEY, OTHER_KEY, chat, hash_of, route, run_weir, wait_until
from wire import Connection, call


@pytest.fixture
def publish():
    publishers = []

    def make(*keys, **options):
        publishers.append(Publisher(*keys, **options))
        return publishers[-1]

    yield make
    for each in publishers:
        each.close()


def issuer(publisher, **changes):
    return {"name": "login", "issuer": ISSUER, "audience": "weir", "jwks": publisher.url, **changes}


BOTH = route(authn={"accept": ["key", "jwt"]})


def ask(gateway, credential, path="/v1/chat/completions", **options):
    return call(gateway, "POST", path, chat(), key=credential, **options)


def challenge(answer):
    return answer.headers["www-authenticate"]


@pytest.mark.parametrize("kind", ["RSA", "EC", "OKP"])
def test_a_token_of_the_issuer_lets_its_caller_in(start, publish, kind):
    key = Key("one", kind)
    gateway = start(jwt=[issuer(publish(key), team="groups.0")], routes=[BOTH])

    assert ask(gateway, key.token(groups=["shop"])).status == 200
    assert ask(gateway, CALLER_KEY).status == 200

    line = gateway.access_line(caller="login/alice")
    assert (line["team"], line["issuer"]) == ("shop", "login")
    assert gateway.access_line(caller="checkout")["issuer"] is None


def test_every_sdk_s_header_takes_a_token_and_refuses_in_its_own_dialect(start, publish):
    key = Key("one")
    gateway = start(jwt=[issuer(publish(key))], routes=[BOTH])
    expired = key.token(exp=int(time.time()) - 100)
    client = openai.OpenAI(base_url=gateway.url + "/v1", api_key=key.token(), max_retries=0)

    assert client.chat.completions.create(**chat()).choices[0].message.content
    with pytest.raises(openai.AuthenticationError) as refused:
        client.with_options(api_key=expired).chat.completions.create(**chat())
    assert refused.value.code == "expired_token"
    assert "expired" in refused.value.message and expired not in refused.value.message

    for path, header, words in (("/v1/messages", "x-api-key", "authentication_error"), ("/v1beta/models/fast:generateContent", "x-goog-api-key", "UNAUTHENTICATED")):
        with Connection(gateway.port) as connection:
            answer = connection.request("POST", path, chat(max_tokens=5), {header: expired}).answer()
            assert answer.status == 401 and words in answer.body.decode() and "expired" in answer.body.decode()
            assert challenge(answer) == 'Bearer error="invalid_token"'
    assert challenge(ask(gateway, None)) == "Bearer"


def test_the_keys_of_an_issuer_are_fetched_although_a_provider_of_its_name_is_busy(start, publish, mock):
    key, next_key = Key("one"), Key("two")
    publisher = publish(key)
    login = issuer(publisher, name="corp")
    gateway = start(
        workers=1, providers={"corp": {"dialect": "openai", "url": mock.url + "/v1"}}, models={"fast": {"targets": [{"provider": "corp"}]}},
        jwt=[{**login, "jwks": {"url": login["jwks"], "cooldown": "1s"}}], routes=[{**BOTH, "upstream": {"retry": {"attempts": 0}}}])
    assert ask(gateway, key.token()).status == 200
    with Connection(gateway.port) as busy:
        busy.request("POST", "/v1/chat/completions", chat(), {"authorization": "Bearer " + CALLER_KEY, "x-mock": "hang"})
        assert wait_until(lambda: mock.stats["open_streams"] == 1)

        publisher.keys.append(next_key)

        assert wait_until(lambda: ask(gateway, next_key.token()).status == 200, every=0.1)


@pytest.mark.parametrize("changes", [
    {"exp": 1}, {"exp": None}, {"nbf": 99999999999}, {"aud": "other"}, {"aud": None}, {"iss": "https://evil.example.com"}, {"iss": None}, {"sub": None},
], ids=str)
def test_a_token_that_says_something_else_is_refused(refusing, changes):
    gateway, key = refusing
    assert ask(gateway, key.token(**changes)).status == 401


@pytest.fixture(scope="module")
def refusing(tmp_path_factory, shared_mock):
    from processes import Gateway, config
    key = Key("one")
    publisher = Publisher(key)
    gateway = Gateway(str(tmp_path_factory.mktemp("refusing")), config(shared_mock, jwt=[issuer(publisher)], routes=[BOTH]))
    assert ask(gateway, key.token()).status == 200
    yield gateway, key
    assert gateway.child.poll() is None
    gateway.stop()
    publisher.close()


def test_forgeries_by_another_hand_are_refused(refusing):
    gateway, key = refusing
    stranger, rsa = Key("one"), Key("one", "RSA")
    good = key.token()
    head, claims, signature = good.split(".")
    import jwt
    forged = [
        stranger.token(), rsa.token(), stranger.token(headers={"jwk": stranger.jwk}), stranger.token(headers={"jku": "http://127.0.0.1:1/"}),
        stranger.token(headers={"kid": "../../../../dev/null"}), jwt.encode({"iss": ISSUER, "aud": "weir", "sub": "a", "exp": 99999999999}, None, "none"),
        jwt.encode({"iss": ISSUER, "aud": "weir", "sub": "a", "exp": 99999999999}, "x" * 32, "HS256", headers={"kid": "one"}),
        f"{head}.{claims}.", f"{head}.{claims}.{signature[:-4]}", f"{head}.{claims}.{signature}=", f"{head}.{claims}.{signature}.{signature}",
        f"{head}.{claims[:-2]}.{signature}", f"{head}.{claims}.{'A' * len(signature)}", good + "A" * 20000, "eyJ.eyJ.eyJ", "ey..", "eyJhbGciOiJub25lIn0..",
    ]
    assert [ask(gateway, each).status for each in forged] == [401] * len(forged)
    assert ask(gateway, good).status == 200
    assert good not in gateway.output and signature not in gateway.output


def test_a_new_key_is_found_at_once_and_a_withdrawn_one_dies(start, publish):
    one, two = Key("one"), Key("two")
    publisher = publish(one)
    gateway = start(jwt=[issuer(publisher)], routes=[BOTH])
    token = one.token()
    assert ask(gateway, token).status == 200

    publisher.keys = [two]

    assert ask(gateway, two.token()).status == 200
    assert ask(gateway, token).status == 401, "checked before, with a key that is gone"


def test_a_storm_of_made_up_keys_is_one_fetch(start, publish):
    key = Key("one")
    publisher = publish(key)
    gateway = start(workers=4, jwt=[issuer(publisher)], routes=[BOTH])
    assert ask(gateway, key.token()).status == 200
    before = publisher.fetches

    tokens = [Key(f"made-up-{number}").token() for number in range(60)]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        assert {answer.status for answer in pool.map(lambda token: ask(gateway, token), tokens)} == {401}

    assert publisher.fetches == before + 1
    assert ask(gateway, key.token()).status == 200


def test_keys_outlive_their_server_and_a_reload(start, publish, mock):
    from processes import config
    key, publisher = Key("one"), None
    publisher = publish(key)
    gateway = start(jwt=[issuer(publisher)], routes=[BOTH])
    assert ask(gateway, key.token()).status == 200

    publisher.down = True
    assert gateway.reload(config(mock, drain="6s", jwt=[issuer(publisher)], routes=[BOTH])) == "loaded"

    assert ask(gateway, key.token()).status == 200
    state = gateway.status["issuers"][0]
    assert state["name"] == "login" and state["keys"] == 1


def test_without_any_keys_yet_a_token_is_answered_503_and_a_key_200(start, publish):
    key = Key("one")
    publisher = publish(key)
    publisher.status = "302 Found"
    gateway = start(jwt=[issuer(publisher)], routes=[BOTH])

    answer = ask(gateway, key.token())
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert ask(gateway, CALLER_KEY).status == 200
    assert wait_until(lambda: "cannot be fetched" in gateway.output)
    assert not any("/elsewhere" in each for each in publisher.seen), "redirects are not followed"

    publisher.status = "200 OK"
    assert wait_until(lambda: ask(gateway, key.token()).status == 200)
    assert wait_until(lambda: "can be fetched again" in gateway.output)


def test_a_reload_that_changes_the_issuer_forgets_its_tokens(start, publish, mock):
    from processes import config
    key = Key("one")
    publisher = publish(key)
    gateway = start(jwt=[issuer(publisher)], routes=[BOTH])
    token = key.token()
    with Connection(gateway.port) as kept:
        def status():
            return kept.request("POST", "/v1/chat/completions", chat(), {"authorization": "Bearer " + token}).answer().status
        assert status() == 200
        assert gateway.reload(config(mock, jwt=[issuer(publisher, audience="other")], routes=[BOTH])) == "loaded"
        assert status() == 401


def test_routes_know_callers_by_token(start, publish):
    key = Key("one")
    routes = [
        route(name="staff", match={"path": ["/*"], "caller": ["login/a*"]}, authn={"accept": ["jwt"]}),
        route(name="rest", authn={"accept": ["key", "jwt"]}),
    ]
    gateway = start(jwt=[issuer(publish(key))], routes=routes)

    assert [ask(gateway, token).status for token in (key.token(), key.token(sub="bob"), CALLER_KEY)] == [200] * 3

    assert gateway.access_line(caller="login/alice")["route"] == "staff"
    assert gateway.access_line(caller="login/bob")["route"] == "rest"


def test_kubernetes_tokens_as_the_example_has_them(start, publish, tmp_path):
    """The example's jwt entry with this test's addresses in it: TLS of the cluster's own authority, and the pod's token to read the keys."""
    import subprocess
    import yaml
    with open(pathlib.Path(__file__).parents[2] / "config/examples/kubernetes-token.yaml") as file:
        entry = yaml.safe_load(file)["jwt"][0]
    private, certificate, own = tmp_path / "key.pem", tmp_path / "ca.crt", tmp_path / "token"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=cluster",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(private), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    own.write_text("pod-token-1\n")
    key = Key("one", "RSA")
    publisher = publish(key, context=context)
    entry["jwks"] = {**entry["jwks"], "url": publisher.url, "ca": str(certificate), "token_file": str(own), "cooldown": "1s"}
    gateway = start(jwt=[entry], routes=[route(authn={"accept": ["jwt"]})])
    account = {"kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "cart", "uid": "1"}}, "aud": ["weir"], "nbf": int(time.time())}
    pod = {"iss": entry["issuer"], "sub": "system:serviceaccount:shop:cart", **account}

    assert ask(gateway, key.token(**pod)).status == 200

    line = gateway.access_line(status=200)
    assert (line["caller"], line["team"]) == ("cluster/system:serviceaccount:shop:cart", "shop")
    assert "authorization: Bearer pod-token-1" in publisher.seen[-1]
    own.write_text("pod-token-2\n")
    time.sleep(1)
    assert ask(gateway, Key("unknown").token(**pod)).status == 401
    assert "authorization: Bearer pod-token-2" in publisher.seen[-1]
    assert "pod-token" not in gateway.output


def test_a_callers_file_is_read_again_and_a_revoked_key_is_dead_when_the_reload_returns(start, tmp_path):
    callers = tmp_path / "callers.yaml"

    def write(*keys):
        callers.write_text("- name: web\n  team: shop\n  keys: [" + ", ".join(f'"{hash_of(key)}"' for key in keys) + "]\n")

    write("old", "new")
    gateway = start(callers="${file:" + str(callers) + "}")
    with Connection(gateway.port) as kept:
        def status(key):
            return kept.request("POST", "/v1/chat/completions", chat(), {"authorization": "Bearer " + key}).answer().status

        assert [status("old"), status("new")] == [200, 200]
        write("new")
        reload = gateway.command("reload")
        assert (reload.returncode, "loaded" in reload.stdout) == (0, True)
        assert [status("old"), status("new")] == [401, 200]

        callers.write_text("- name: web\n  kyes: []\n")
        assert gateway.reload() == "refused"
        assert f"{callers}:2:3: error: unknown key" in json.dumps(gateway.status["config"]["last_refusal"])
        assert status("new") == 200


def test_a_key_is_refused_from_its_day_on(start):
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    callers = [{"name": "web", "keys": [{"key": hash_of("ends"), "expires": soon}, hash_of("stays")]},
               {"name": "old", "key": hash_of("past"), "expires": "2020-01-01"}]
    gateway = start(callers=callers)

    assert (ask(gateway, "ends").status, ask(gateway, "stays").status) == (200, 200)
    refused = ask(gateway, "past")
    assert refused.status == 401 and refused.json["error"]["code"] == "expired_api_key"
    assert wait_until(lambda: ask(gateway, "ends").status == 401, every=0.1)
    assert ask(gateway, "stays").status == 200
    assert wait_until(lambda: "has expired" in gateway.output)


def test_weir_key_writes_the_day_of_expiry(tmp_path):
    made = run_weir("key", "--name", "web", "--expires", "2027-01-31")
    line = next(each for each in made.stdout.splitlines() if each.startswith("line: "))

    assert re.fullmatch(r'line: - \{ name: web, key: "sha256:[0-9a-f]{64}", expires: 2027-01-31 \}', line)
    assert run_weir("key", "--expires", "someday").returncode == 64


def test_addresses_are_those_of_the_socket_unless_a_trusted_proxy_says_otherwise(start):
    callers = [{"name": "here", "key": hash_of(CALLER_KEY), "ips": ["127.0.0.0/8"]}, {"name": "there", "key": hash_of(OTHER_KEY), "ips": "10.0.0.0/8"}]
    forwarded = {"x-forwarded-for": "10.1.2.3"}

    def status(gateway, key, headers=None):
        with Connection(gateway.port) as connection:
            return connection.request("POST", "/v1/chat/completions", chat(), {"x-api-key": key, **(headers or {})}).answer().status

    plain = start(callers=callers)
    assert [status(plain, CALLER_KEY), status(plain, CALLER_KEY, forwarded), status(plain, OTHER_KEY, forwarded)] == [200, 200, 403]

    proxied = start(listen={"address": "127.0.0.1:0", "trusted_proxies": ["127.0.0.1"]}, callers=callers)
    assert [status(proxied, OTHER_KEY, forwarded), status(proxied, CALLER_KEY, forwarded), status(proxied, CALLER_KEY)] == [200, 403, 200]

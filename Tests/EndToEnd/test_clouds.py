"""Azure, Vertex AI and Bedrock: their addresses, their credentials, and what the official SDKs get through them."""

import base64
import concurrent.futures
import datetime
import hashlib
import http.server
import json
import re
import threading
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import openai
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from dialects import THOUGHTS
from dialect_rules import TOOLS
from processes import CALLER_KEY, Gateway, chat, hash_of, wait_until
from providers import Listener, answer_all, certificate
from test_dialects_anthropic import Anthropic
from test_dialects_gemini import Gemini
from test_dialects_openai import Chat
from test_dialects_responses import Responses

ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "sk-of-bedrock-secret"
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TokenServer:
    """Gives out credentials as Google, AWS and Entra do, and checks what it is asked with."""

    def __init__(self, context=None):
        self.asked, self.problems = [], []
        # Answers wait for it.
        self.may_answer = threading.Event()
        self.may_answer.set()
        # What it answers instead; seconds that a token lives.
        self.status, self.lifetime = None, 3600
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(b"")

            def do_POST(self):
                self._answer(self.rfile.read(int(self.headers["content-length"])))

            def _answer(self, body):
                server.asked.append((self.path, body))
                server.may_answer.wait(10)
                status, answer = server.status or 200, server.answer(self.path, self.headers, body)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("location", "/elsewhere")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path, headers, body):
        number = len(self.asked)
        form = dict(urllib.parse.parse_qsl(body.decode()))
        end = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.lifetime)).strftime("%Y-%m-%dT%H:%M:%SZ")
        if path == "/token":
            self._check_assertion(form)
            return {"access_token": f"ya29.secret-{number}", "expires_in": self.lifetime, "token_type": "Bearer"}
        if path == "/computeMetadata/v1/instance/service-accounts/default/token":
            self._check(headers["metadata-flavor"] == "Google", "no metadata-flavor")
            return {"access_token": f"ya29.pod-{number}", "expires_in": self.lifetime, "token_type": "Bearer"}
        if path == "/v1/credentials":
            self._check(headers["authorization"] == "pod-token", "the pod's token is missing")
            return {"AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET_KEY, "Token": "session/token==", "Expiration": end}
        if path == "/tenant-1/oauth2/v2.0/token":
            wanted = {"grant_type": "client_credentials", "client_id": "client-1", "client_assertion": "pod-token"}
            self._check(wanted.items() <= form.items() and form["scope"].endswith("/.default"), f"Entra was asked {form}")
            return {"access_token": f"eyJ0.entra-{number}", "expires_in": self.lifetime, "token_type": "Bearer"}
        self._check(path == "/" and form.get("Action") == "AssumeRoleWithWebIdentity", f"unknown: {path}")
        self._check(form.get("WebIdentityToken") == "pod-token" and form.get("RoleArn") == "arn:aws:iam::1:role/weir", f"STS was asked {form}")
        return (
            "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
            f"<AccessKeyId>{ACCESS_KEY}</AccessKeyId><SecretAccessKey>{SECRET_KEY}</SecretAccessKey><SessionToken>sts/token==</SessionToken>"
            f"<Expiration>{end}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>").encode()

    def _check(self, is_right, problem):
        if not is_right:
            self.problems.append(problem)

    def _check_assertion(self, form):
        try:
            assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            head, claims, signature = form["assertion"].split(".")
            plain = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, claims, signature)]
            PRIVATE_KEY.public_key().verify(plain[2], f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
            assert json.loads(plain[0]) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
            found = json.loads(plain[1])
            assert found["iss"] == "weir@acme.iam.gserviceaccount.com" and found["aud"] == self.url + "/token", found
            assert found["exp"] - found["iat"] == 3600 and "cloud-platform" in found["scope"], found
        except Exception as problem:  # told to the test, which is in another thread
            self.problems.append(repr(problem))


def service_account(tokens):
    pem = PRIVATE_KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    return json.dumps({
        "type": "service_account", "project_id": "acme", "private_key_id": "key-1", "private_key": pem,
        "client_email": "weir@acme.iam.gserviceaccount.com", "token_uri": tokens.url + "/token"})


def providers(mock, tokens, folder):
    """One of each kind. The mock checks what the clouds check: versions, deployments, members, that there is a credential."""
    token_file = str(folder / "token")
    with open(token_file, "w") as file:
        file.write("pod-token\n")
    with open(folder / "account.json", "w") as file:
        file.write(service_account(tokens))
    vertex = {"dialect": "vertex", "url": mock.url, "project": "acme", "location": "europe-west4"}
    bedrock = {"dialect": "bedrock", "url": mock.url, "region": "eu-central-1"}
    return {
        "azure": {"dialect": "azure", "url": mock.url, "key": "azure-key"},
        "azure-dated": {"dialect": "azure", "url": mock.url, "api_version": "2024-10-21", "key": "azure-key"},
        "azure-pod": {
            "dialect": "azure", "url": mock.url,
            "credentials": {"client": "client-1", "tenant": "tenant-1", "token_file": token_file, "authority": tokens.url}},
        "vertex": {**vertex, "credentials": {"service_account": f"${{file:{folder / 'account.json'}}}"}},
        "vertex-pod": {**vertex, "credentials": {"metadata": tokens.url}},
        "vertex-claude": {**vertex, "publisher": "anthropic", "credentials": {"token": "ya29.fixed"}},
        "bedrock": {**bedrock, "credentials": {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}},
        "bedrock-pod": {**bedrock, "credentials": {"container": tokens.url + "/v1/credentials", "token_file": token_file}},
        "bedrock-role": {**bedrock, "credentials": {"role": "arn:aws:iam::1:role/weir", "token_file": token_file, "sts": tokens.url}},
        "bedrock-key": {**bedrock, "key": "bedrock-api-key"},
    }


MODELS = {
    "azure": "gpt-prod", "azure-dated": "gpt-prod", "azure-pod": "gpt-prod", "vertex": "gemini-2.5-flash", "vertex-pod": "gemini-2.5-flash",
    "vertex-claude": "claude-sonnet-4-5@20250929", "bedrock": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "bedrock-pod": "eu.amazon.nova-2-lite-v1:0",
    "bedrock-role": "arn:aws:bedrock:eu-central-1:1:application-inference-profile/abc", "bedrock-key": "openai.gpt-oss-120b-1:0",
}
# Of each cloud and publisher one: the rest differs in its credential alone.
KINDS = ["azure", "azure-dated", "vertex", "vertex-claude", "bedrock"]


def config(mock, tokens, folder, **changes):
    return {
        "version": 1, "workers": 2, "listen": {"address": "127.0.0.1:0"}, "admin": {"address": "127.0.0.1:0"},
        "providers": providers(mock, tokens, folder),
        "models": {name: {"targets": [{"provider": name, "model": model}]} for name, model in MODELS.items()},
        "callers": [{"name": "checkout", "key": hash_of(CALLER_KEY)}],
        "routes": [{"name": "all", "transform": {"headers": {"pass": ["x-mock"]}}, "upstream": {"retry": {"attempts": 0}}}],
        **changes,
    }


@pytest.fixture(scope="module")
def tokens():
    server = TokenServer()
    yield server
    server.stop()
    assert server.problems == []


@pytest.fixture(scope="module")
def clouds(shared_mock, tokens, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clouds")
    gateway = Gateway(str(folder), config(shared_mock, tokens, folder))
    yield gateway
    gateway.stop()
    for secret in (SECRET_KEY, "ya29.", "eyJ0", "pod-token", "PRIVATE KEY", "azure-key", "session/token"):
        assert secret not in gateway.output


@pytest.fixture(scope="module", params=[Chat, Responses, Anthropic, Gemini], ids=lambda sdk: sdk.name)
def client(request, clouds):
    client = request.param(clouds)
    yield client
    client.close()


def ask(client, model, text, streams, **wish):
    return client.ask(model, [client.user(text)], streams=streams, **wish)


@pytest.fixture
def app(clouds):
    with openai.OpenAI(base_url=clouds.url + "/v1", api_key=CALLER_KEY, max_retries=0) as app:
        yield app


# What the SDKs get.


@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("model", KINDS)
def test_every_sdk_gets_text_calls_thoughts_and_counts_through_every_cloud(mock, client, model, streams):
    said = ask(client, model, "What is a weir? Été, 堰", streams)
    assert said.text.endswith("You said: What is a weir? Été, 堰") and said.stop == "stop"
    assert said.usage["input"] == 3 + 7 and said.usage["output"] > 10
    assert not streams or said.pieces > 3

    called = ask(client, model, "Weather?", streams, tools=TOOLS, mock="calls=3")
    assert [(call.name, call.arguments) for call in called.calls] == [
        ("get_weather", {"city": "weir", "days": 7}), ("ping", {}), ("get_weather", {"city": "weir", "days": 7})]
    assert called.stop == "calls"

    answered = client.ask(
        model, [client.user("Weather?"), *called.native, *client.results([(call, "fine") for call in called.calls])], streams=streams, tools=TOOLS)
    assert answered.stop == "stop" and answered.text

    assert ask(client, model, "Think.", streams, thinking=True, mock="thinking").thoughts == THOUGHTS


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize("status, seen", [(400, 400), (401, 502), (403, 502), (404, 404), (429, 429), (500, 500), (503, 503)])
def test_every_sdk_gets_its_own_errors_from_every_cloud(mock, clouds, client, model, status, seen):
    refused = clouds.metrics.sum("weir_upstream_auth_failures_total", provider=model)
    with pytest.raises(client.error) as raised:
        ask(client, model, "Hello", False, mock=f"status={status}")

    # Anthropic's clients know an overloaded provider by another number.
    found = client.read_error(raised.value)[0]
    assert found == (529 if client.name == "anthropic" and status == 503 and model != "vertex-claude" else seen) or (status, found) == (503, 503)
    counted = refused + (status in (401, 403))
    # Requests are counted within moments of their end.
    assert wait_until(lambda: clouds.metrics.sum("weir_upstream_auth_failures_total", provider=model) == counted)


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize("directives", ["error-event-after=3,chunks=9", "cut-after=1500,chunks=99"])
def test_a_stream_that_fails_never_ends_in_silence(mock, client, model, directives):
    with pytest.raises(client.stream_errors):
        ask(client, model, "Hello", True, mock=directives)


# Azure.


def test_azure_is_asked_by_deployment_and_version_or_by_the_v1_api(mock, app):
    app.chat.completions.create(model="azure-dated", messages=chat()["messages"])
    assert mock.last.target == "/openai/deployments/gpt-prod/chat/completions?api-version=2024-10-21"
    assert mock.last.headers["api-key"] == "azure-key" and "authorization" not in mock.last.headers

    app.embeddings.create(model="azure-dated", input="Hello")
    assert mock.last.target == "/openai/deployments/gpt-prod/embeddings?api-version=2024-10-21"
    app.responses.create(model="azure-dated", input="Hello")
    assert mock.last.target == "/openai/responses?api-version=2024-10-21"

    app.chat.completions.create(model="azure", messages=chat()["messages"])
    assert mock.last.target == "/openai/v1/chat/completions" and mock.last.json["model"] == "gpt-prod"


def test_azure_takes_the_token_of_a_pods_identity(mock, app, tokens):
    for _ in range(3):
        app.chat.completions.create(model="azure-pod", messages=chat()["messages"])

    assert mock.last.headers["authorization"].startswith("Bearer eyJ0.entra-")
    assert sum(path.startswith("/tenant-1") for path, _ in tokens.asked) == 1


# Vertex AI.


def test_vertex_is_asked_below_its_project_and_location(mock, client):
    ask(client, "vertex", "Hello", False)
    assert mock.last.target == "/v1/projects/acme/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generateContent"
    assert mock.last.headers["authorization"].startswith("Bearer ya29.secret-")

    ask(client, "vertex-claude", "Hello", True)
    assert mock.last.target == (
        "/v1/projects/acme/locations/europe-west4/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict")
    # Anthropic's own SDK asks for a newer version than Google's documents name.
    assert mock.last.json["anthropic_version"] == ("2026-10-21" if client.name == "anthropic" else "vertex-2023-10-16")
    assert mock.last.headers["authorization"] == "Bearer ya29.fixed"
    assert CALLER_KEY not in json.dumps(mock.last.headers)


def test_embeddings_come_from_vertex_too(mock, app, clouds):
    answer = app.embeddings.create(model="vertex", input=["Hello", "world"], dimensions=4)
    assert [len(one.embedding) for one in answer.data] == [4, 4] and answer.usage.prompt_tokens == 4
    assert mock.last.target.endswith("/publishers/google/models/gemini-2.5-flash:predict")
    assert mock.last.json == {"instances": [{"content": "Hello"}, {"content": "world"}], "parameters": {"outputDimensionality": 4}}

    client = Gemini(clouds)
    answer = client.sync.models.embed_content(model="vertex", contents=["Hello", "world"])
    client.close()
    assert [len(one.values) for one in answer.embeddings] == [8, 8]


def test_a_pods_own_token_is_enough(mock, app):
    app.chat.completions.create(model="vertex-pod", messages=chat()["messages"])

    assert mock.last.headers["authorization"].startswith("Bearer ya29.pod-")


@pytest.fixture
def fresh(start, mock, tokens, tmp_path):
    """A gateway that has no tokens yet, and one worker's clock for them; the token server forgets."""
    tokens.asked.clear()
    tokens.status, tokens.lifetime = None, 3600
    yield lambda: start(config(mock, tokens, tmp_path))
    tokens.status, tokens.lifetime = None, 3600


def post(gateway, model):
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as app:
        return app.chat.completions.create(model=model, messages=chat()["messages"])


def test_many_requests_at_once_fetch_one_token(mock, tokens, fresh):
    gateway = fresh()
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        list(pool.map(lambda _: post(gateway, "vertex"), range(48)))

    assert [path for path, _ in tokens.asked] == ["/token"]


def test_a_reload_keeps_tokens(mock, tokens, fresh, tmp_path):
    gateway = fresh()
    post(gateway, "vertex")
    assert gateway.reload({**config(mock, tokens, tmp_path), "drain": "3s"}) == "loaded"
    post(gateway, "vertex")

    assert len(tokens.asked) == 1


def test_a_reload_while_a_token_is_fetched_disturbs_nobody(start, mock, tmp_path):
    context, path = certificate(tmp_path)
    tokens, cloud = TokenServer(context), Listener(answer_all, context)
    try:
        file = config(mock, tokens, tmp_path)
        azure = {**file["providers"]["azure-pod"], "url": f"https://localhost:{cloud.port}", "ca": path}
        file.update(providers={"azure-pod": azure}, models={"azure-pod": file["models"]["azure-pod"]})
        gateway = start(file)
        tokens.may_answer.clear()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(post, gateway, "azure-pod")
            assert wait_until(lambda: len(tokens.asked) == 1)
            assert gateway.reload({**file, "drain": "3s"}) == "loaded"
            assert gateway.reload({**file, "drain": "4s"}) == "loaded"
            tokens.may_answer.set()
            assert waiting.result().choices[0].message.content
        assert gateway.reload({**file, "drain": "5s"}) == "loaded"
        assert post(gateway, "azure-pod").choices[0].message.content
        assert len(tokens.asked) == 1
    finally:
        tokens.stop()
        cloud.close()


@pytest.mark.parametrize("status", [400, 403])
def test_a_credential_that_is_refused_is_the_operators_to_mend(mock, tokens, fresh, status):
    gateway = fresh()
    tokens.status = status
    with pytest.raises(openai.InternalServerError) as raised:
        post(gateway, "vertex")

    assert raised.value.status_code == 502 and raised.value.body["code"] == "upstream_auth"
    assert mock.stats["requests"] == 0
    assert wait_until(lambda: gateway.metrics.sum("weir_upstream_auth_failures_total", provider="vertex") == 1)
    assert wait_until(lambda: '"the credential of a provider cannot be fetched: requests to it fail"' in gateway.output)
    # Not with every request: the token server is left alone for a moment.
    with pytest.raises(openai.InternalServerError):
        post(gateway, "vertex")
    assert len(tokens.asked) == 1
    tokens.status = None
    assert wait_until(lambda: answers(gateway, "vertex"))


def answers(gateway, model):
    try:
        return bool(post(gateway, model))
    except openai.APIStatusError:
        return False


def test_a_redirect_of_the_token_server_is_not_followed(mock, tokens, fresh):
    gateway = fresh()
    tokens.status = 302
    with pytest.raises(openai.InternalServerError):
        post(gateway, "vertex")

    assert [path for path, _ in tokens.asked] == ["/token"]


def test_a_token_that_has_ended_is_replaced_before_the_request_goes_out(mock, tokens, fresh):
    gateway = fresh()
    tokens.lifetime = 1
    post(gateway, "vertex")
    assert mock.last.headers["authorization"] == "Bearer ya29.secret-1"
    assert wait_until(lambda: post(gateway, "vertex") and mock.last.headers["authorization"] == "Bearer ya29.secret-2")


# Bedrock.


def signature_of(echo, host, token=None):
    """The signature that botocore makes of the request that arrived."""
    signed = re.search("SignedHeaders=([^,]+)", echo.headers["authorization"])[1].split(";")
    moment = datetime.datetime.strptime(echo.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    headers = {name: echo.headers[name] for name in signed if name not in ("host", "x-amz-date", "x-amz-security-token")}
    request = botocore.awsrequest.AWSRequest("POST", host + echo.target, headers=headers, data=echo.text.encode())
    previous = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *_, **__: moment
    try:
        credentials = botocore.credentials.Credentials(ACCESS_KEY, SECRET_KEY, token)
        botocore.auth.SigV4Auth(credentials, "bedrock", "eu-central-1").add_auth(request)
    finally:
        botocore.auth.get_current_datetime = previous
    return request.headers["Authorization"]


@pytest.mark.parametrize("model, token", [("bedrock", None), ("bedrock-pod", "session/token=="), ("bedrock-role", "sts/token==")])
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_bedrock_gets_a_signature_that_is_awss_own(mock, app, tokens, model, token, streams):
    answer = app.chat.completions.create(model=model, messages=chat("Grüße, 世界")["messages"], stream=streams)
    list(answer) if streams else None

    echo = mock.last
    assert echo.target.endswith("/converse-stream" if streams else "/converse") and "%3A" in echo.target
    assert echo.headers["authorization"] == signature_of(echo, mock.url, token)
    assert echo.headers["x-amz-content-sha256"] == hashlib.sha256(echo.text.encode()).hexdigest()
    assert echo.headers.get("x-amz-security-token") == token
    assert tokens.problems == []


def test_bedrock_takes_an_api_key_instead(mock, app):
    app.chat.completions.create(model="bedrock-key", messages=chat()["messages"])

    assert mock.last.headers["authorization"] == "Bearer bedrock-api-key" and "x-amz-date" not in mock.last.headers
    assert mock.last.target == "/model/openai.gpt-oss-120b-1%3A0/converse"

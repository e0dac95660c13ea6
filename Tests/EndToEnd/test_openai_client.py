"""The openai package from PyPI, as apps use it, against a running gateway."""

import asyncio
import time

import openai
import pytest

from processes import CALLER_KEY, OTHER_KEY, PROVIDER_KEY, chat, route


@pytest.fixture
def gateway(start):
    return start()


@pytest.fixture
def client(gateway):
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
        yield client


def test_answers_a_chat_completion(client, mock):
    answer = client.chat.completions.create(**chat("What is a weir?"))

    assert answer.choices[0].message.content.endswith("You said: What is a weir?")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert answer._request_id
    assert mock.last.json["model"] == "mock-model"
    assert mock.last.headers["authorization"] == "Bearer " + PROVIDER_KEY


def test_serves_the_base_url_without_v1_too(gateway):
    with openai.OpenAI(base_url=gateway.url, api_key=CALLER_KEY) as client:
        assert client.chat.completions.create(**chat()).choices


def test_answers_an_async_client(gateway):
    async def ask():
        async with openai.AsyncOpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
            answers = await asyncio.gather(*[client.chat.completions.create(**chat(f"number {n}")) for n in range(20)])
            return [answer.choices[0].message.content for answer in answers]

    texts = asyncio.run(ask())

    assert [text.rpartition(" ")[2] for text in texts] == [str(n) for n in range(20)]


def test_streams_in_order_without_the_usage_that_was_not_asked_for(client, mock):
    chunks = list(client.chat.completions.create(**chat(), stream=True, extra_headers={"x-mock": "chunks=50"}))

    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)
    words = "".join(chunk.choices[0].delta.content or "" for chunk in chunks).split(" ")
    assert len(words) == 50 and words[:4] == ["Water", "finds", "its", "way"]
    assert mock.last.json["stream_options"] == {"include_usage": True}, "the gateway asks, so that it can count"


def test_streams_usage_when_it_was_asked_for(client):
    chunks = list(client.chat.completions.create(
        **chat(), stream=True, stream_options={"include_usage": True}, extra_headers={"x-mock": "chunks=7"}))

    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 7


def test_streams_to_an_async_client(gateway):
    async def ask():
        async with openai.AsyncOpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY) as client:
            stream = await client.chat.completions.create(**chat(), stream=True, extra_headers={"x-mock": "chunks=9,interval=2ms"})
            return [chunk async for chunk in stream]

    chunks = asyncio.run(ask())

    assert sum(bool(chunk.choices[0].delta.content) for chunk in chunks) == 9


def test_passes_events_on_as_they_come(client):
    """Events are not held back until the stream ends: most of the time that the provider takes for them is seen between them."""
    stream = client.chat.completions.create(**chat(), stream=True, extra_headers={"x-mock": "chunks=20,interval=50ms"})
    times = [time.monotonic() for _ in stream]

    assert len(times) >= 20
    assert times[-1] - times[0] > 19 * 0.05 / 2


def test_passes_embeddings_through_in_either_encoding(client):
    by_default = client.embeddings.create(model="fast", input=["a", "b"], dimensions=8)
    as_floats = client.embeddings.create(model="fast", input=["a", "b"], dimensions=8, encoding_format="float")

    assert len(by_default.data) == 2 and len(by_default.data[0].embedding) == 8
    for one, other in zip(by_default.data, as_floats.data):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)


def test_passes_responses_through(client):
    answer = client.responses.create(model="fast", input="What is a weir?")
    assert answer.output_text.endswith("What is a weir?")

    events = list(client.responses.create(model="fast", input="Hello", stream=True, extra_headers={"x-mock": "chunks=4"}))
    assert [event.type for event in events][0] == "response.created"
    assert [event.type for event in events][-1] == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "Water finds its way"


def test_passes_legacy_completions_through(client):
    assert client.completions.create(model="fast", prompt="Once").choices[0].text.endswith("Once")


def test_lists_the_models_that_a_key_may_use(start, mock):
    models = {name: {"targets": [{"provider": "mock", "model": name}]} for name in ("fast", "smart")}
    gateway = start(models=models)

    def listed(key):
        with openai.OpenAI(base_url=gateway.url + "/v1", api_key=key) as client:
            return sorted(model.id for model in client.models.list())

    assert listed(CALLER_KEY) == ["fast", "smart"]
    assert listed(OTHER_KEY) == ["fast"]
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY) as client:
        assert client.models.retrieve("smart").id == "smart"
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("unheard-of")


def test_edits_the_request_as_the_route_says_and_leaves_the_rest(start, mock):
    request = {
        "set": {"temperature": 0.5}, "default": {"seed": 7}, "remove": ["user"], "clamp": {"max_tokens": 100},
        "system": {"prepend": "Be kind."},
    }
    gateway = start(routes=[route(transform={"request": request, "headers": {"pass": ["x-mock"], "set": {"x-team": "shop"}}})])

    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY) as client:
        client.chat.completions.create(
            **chat(), temperature=2, max_tokens=5000, user="u-1", extra_body={"unheard_of": {"big": 12345678901234567890, "x": 1.0}},
            extra_headers={"x-internal": "secret", "cookie": "c=1"})

    sent = mock.last
    assert sent.json["temperature"] == 0.5 and sent.json["seed"] == 7 and sent.json["max_tokens"] == 100
    assert "user" not in sent.json
    assert sent.json["messages"][0]["role"] in ("system", "developer") and sent.json["messages"][0]["content"] == "Be kind."
    assert "12345678901234567890" in sent.text and "1.0" in sent.text, "numbers keep their spelling"
    assert sent.headers["x-team"] == "shop"
    assert not {"x-internal", "cookie", "x-stainless-lang"} & set(sent.headers)


# Errors are the SDK's own classes.


@pytest.mark.parametrize("directives, error, status", [
    ("status=400", openai.BadRequestError, 400),
    ("status=404", openai.NotFoundError, 404),
    ("status=409", openai.ConflictError, 409),
    ("status=422", openai.UnprocessableEntityError, 422),
    ("status=429", openai.RateLimitError, 429),
    ("status=500", openai.InternalServerError, 500),
    ("status=503", openai.InternalServerError, 503),
    # The gateway's own key is refused: nothing that an app's developer could mend.
    ("status=401", openai.InternalServerError, 502),
    ("status=403", openai.InternalServerError, 502),
    ("html", openai.InternalServerError, 502),
    ("redirect", openai.InternalServerError, 502),
    ("garbage", openai.InternalServerError, 502),
    ("cut-before-head", openai.InternalServerError, 502),
    ("cut-after=40", openai.InternalServerError, 502),
    ("big-header=100000", openai.InternalServerError, 502),
    ("interim=20", openai.InternalServerError, 502),
    ("switch", openai.InternalServerError, 502),
])
def test_a_providers_failure_is_the_sdks_error(client, directives, error, status):
    with pytest.raises(error) as raised:
        client.chat.completions.create(**chat(), extra_headers={"x-mock": directives})

    assert raised.value.status_code == status
    assert raised.value.body and raised.value.body["message"]
    assert "127.0.0.1" not in str(raised.value) and "html" not in str(raised.value.body).lower()


def test_refused_keys_are_authentication_errors(gateway):
    for key in ("wrong", "weir-key-of-checkout-9d4", CALLER_KEY + "x", CALLER_KEY.upper()):
        with openai.OpenAI(base_url=gateway.url + "/v1", api_key=key, max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError) as raised:
                client.chat.completions.create(**chat())
            assert raised.value.response.headers["www-authenticate"].startswith("Bearer")
            assert key not in raised.value.response.text


def test_models_that_a_key_may_not_use_are_permission_errors(start):
    gateway = start(models={name: {"targets": [{"provider": "mock"}]} for name in ("fast", "smart")})
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=OTHER_KEY, max_retries=0) as client:
        assert client.chat.completions.create(**chat()).choices
        with pytest.raises(openai.PermissionDeniedError):
            client.chat.completions.create(**{**chat(), "model": "smart"})


def test_unknown_models_and_paths_are_not_found(start):
    gateway = start(routes=[route(upstream={})])
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
        with pytest.raises(openai.NotFoundError) as raised:
            client.chat.completions.create(**{**chat(), "model": "unheard-of"})
        assert raised.value.code == "model_not_found"


def test_a_spent_quota_is_a_rate_limit_error_that_tells_when_to_come_back(start):
    gateway = start(routes=[route(quota=[{"allow": "2 requests per 30s"}])])
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
        first = client.chat.completions.with_raw_response.create(**chat())
        assert first.headers["x-ratelimit-limit-requests"] == "2"
        assert first.headers["x-ratelimit-remaining-requests"] == "1"
        client.chat.completions.create(**chat())
        with pytest.raises(openai.RateLimitError) as raised:
            client.chat.completions.create(**chat())
    assert 0 < int(raised.value.response.headers["retry-after"]) <= 30
    assert raised.value.response.headers["x-ratelimit-remaining-requests"] == "0"


def test_a_quota_of_long_windows_does_not_make_the_sdk_wait(start, mock):
    """openai-python obeys retry-after up to two minutes, and repeats other 429s."""
    import time

    gateway = start(routes=[route(quota=[{"allow": "1 requests per day"}])])
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=5) as client:
        client.chat.completions.create(**chat())
        begin = time.monotonic()
        with pytest.raises(openai.RateLimitError) as raised:
            client.chat.completions.create(**chat())
    assert time.monotonic() - begin < 1
    assert "retry-after" not in raised.value.response.headers
    assert raised.value.response.headers["x-should-retry"] == "false"
    assert mock.stats["requests"] == 1


def test_the_sdk_repeats_what_may_be_repeated(gateway, mock):
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=2) as client:
        answer = client.chat.completions.create(**chat(), extra_headers={"x-mock": "fail-first=1,id=sdk-retry"})
    assert answer.choices
    assert mock.stats["by_id"]["sdk-retry"] == 2


def test_the_sdk_does_not_repeat_what_the_gateway_has_repeated(start, mock):
    upstream = {"provider": "mock", "retry": {"attempts": 2, "on": ["5xx"], "backoff": "1ms", "budget": "100%"}}
    gateway = start(routes=[route(upstream=upstream)])
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=2) as client:
        answer = client.chat.completions.create(**chat(), extra_headers={"x-mock": "fail-first=2,id=gateway-retry"})
        assert answer.choices
        with pytest.raises(openai.InternalServerError) as raised:
            client.chat.completions.create(**chat(), extra_headers={"x-mock": "status=503,id=always"})
    assert raised.value.response.headers["x-should-retry"] == "false"
    assert mock.stats["by_id"] == {"always": 3, "gateway-retry": 3}


def test_a_stream_that_fails_raises_and_never_ends_silently(client):
    for directives in ("error-event-after=3,chunks=9", "cut-after=1500,chunks=99", "no-done,chunks=5"):
        with pytest.raises(openai.APIError):
            list(client.chat.completions.create(**chat(), stream=True, extra_headers={"x-mock": directives}))


@pytest.mark.parametrize("directives", ["error-event", "garbage-body", "status=503", "cut-after=300", "hang-after-head,close"])
def test_a_failure_before_the_first_content_is_a_status(start, directives):
    gateway = start(routes=[route(upstream={"provider": "mock", "timeouts": {"first_token": "300ms"}})])
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
        with pytest.raises(openai.APIStatusError) as raised:
            client.chat.completions.create(**chat(), stream=True, extra_headers={"x-mock": directives})
    assert raised.value.status_code >= 500


def test_keys_are_found_wherever_clients_put_them(gateway):
    from wire import call

    for headers, path in [
        ({"authorization": "Bearer " + CALLER_KEY}, ""), ({"x-api-key": CALLER_KEY}, ""), ({"api-key": CALLER_KEY}, ""),
        ({"x-goog-api-key": CALLER_KEY}, ""), ({}, "?key=" + CALLER_KEY),
    ]:
        assert call(gateway, "POST", "/v1/chat/completions" + path, chat(), headers).status == 200, (headers, path)


def test_proxies_named_in_the_environment_are_not_used(start):
    gateway = start(environment={"http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"})
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
        assert client.chat.completions.create(**chat()).choices

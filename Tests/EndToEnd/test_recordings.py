"""What OpenAI really sent goes through the gateway to the byte, except for what was asked to change."""

import json

import pytest

from processes import CALLER_KEY, PROVIDER_KEY, config, route
from replay import Replay, recordings
from wire import call, events

CHAT_PATHS = ("/v1/chat/completions", "/v1/completions")


@pytest.fixture(scope="module")
def provider():
    replay = Replay()
    yield replay
    replay.close()


@pytest.fixture
def gateway(start, provider):
    models = {"alias": {"targets": [{"provider": "mock", "model": "another-name"}]}}
    return start(config(provider, models=models, routes=[route()]))


def ids(recording):
    return recording.id


def expected_request(recording):
    """The request's bytes, with the one edit the gateway makes by itself."""
    request = recording.request
    if request.get("stream") and recording.path in CHAT_PATHS and not (request.get("stream_options") or {}).get("include_usage"):
        request["stream_options"] = {**(request.get("stream_options") or {}), "include_usage": True}
        return request
    return None


@pytest.mark.parametrize("recording", recordings("openai-*"), ids=ids)
def test_passes_to_the_byte(gateway, provider, recording):
    provider.requests.clear()
    provider.recording = recording

    answer = call(gateway, "POST", recording.path, recording.request_body, key=CALLER_KEY)

    head, sent = provider.requests[0]
    edited = expected_request(recording)
    if edited is None:
        assert sent == recording.request_body
    else:
        assert json.loads(sent) == edited
    assert "authorization: bearer " + PROVIDER_KEY in head.lower() and CALLER_KEY not in head

    if recording.status in (401, 403):
        assert answer.status == 502 and PROVIDER_KEY not in answer.body.decode()
        return
    assert answer.status == recording.status
    assert answer.body == recording.body
    assert answer.headers["content-type"].partition(";")[0] == recording.headers["content-type"].partition(";")[0]
    for name in ("openai-processing-ms", "x-ratelimit-remaining-tokens", "retry-after"):
        assert answer.headers.get(name) == recording.headers.get(name), name
    assert not {"set-cookie", "server", "cf-ray", "alt-svc"} & set(answer.headers)


@pytest.mark.parametrize("recording", recordings("openai-chat-*"), ids=ids)
def test_an_alias_changes_the_models_name_alone(gateway, provider, recording):
    provider.requests.clear()
    provider.recording = recording
    name = json.dumps(recording.request["model"]).encode()
    assert recording.request_body.count(b'"model"') == 1
    before, _, after = recording.request_body.partition(b'"model"')
    body = before + b'"model"' + after.replace(name, b'"alias"', 1)

    call(gateway, "POST", recording.path, body, key=CALLER_KEY)

    sent = provider.requests[0][1]
    if expected_request(recording) is None:
        assert sent == before + b'"model"' + after.replace(name, b'"another-name"', 1)
    assert json.loads(sent)["model"] == "another-name"


@pytest.mark.parametrize("recording", [each for each in recordings("openai-chat-sse-*") if b'"usage":{' in each.body], ids=ids)
def test_usage_that_only_the_gateway_asked_for_is_taken_out_and_counted(gateway, provider, recording):
    provider.requests.clear()
    provider.recording = recording
    request = {name: value for name, value in recording.request.items() if name != "stream_options"}

    answer = call(gateway, "POST", recording.path, request, key=CALLER_KEY)

    told = [event for event in events(recording.body) if isinstance(event, dict) and event["choices"] == [] and event.get("usage")]
    assert len(told) == 1
    got = events(answer.body)
    assert [event for event in got if isinstance(event, dict) and event["choices"] == []] == []
    assert len(got) == len(events(recording.body)) - 1 and got[-1] == "[DONE]"
    line = gateway.access_line()
    assert line["tokens_in"] == told[0]["usage"]["prompt_tokens"]
    assert line["tokens_out"] == told[0]["usage"]["completion_tokens"]

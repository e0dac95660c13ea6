"""Servers that speak OpenAI's chat completions in their own way, behind their presets: each refuses what the real one is known to refuse."""

import json
import re

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

from processes import CALLER_KEY, Gateway, hash_of
from providers import Listener, answer

PRESETS = ["vllm", "ollama", "groq", "mistral", "deepseek", "openrouter"]
# A call that another provider has made.
FOREIGN = "call_0123456789abcdefghijklmn"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

COMMON = {
    "model", "messages", "stream", "temperature", "top_p", "stop", "tools", "tool_choice", "response_format", "frequency_penalty",
    "presence_penalty", "parallel_tool_calls", "reasoning_effort",
}
# What of a request each knows; the others pass over what they do not know.
MEMBERS = {
    "mistral": COMMON | {"max_tokens", "random_seed", "n", "metadata", "safe_prompt"},
    "groq": COMMON | {"max_tokens", "max_completion_tokens", "seed", "user", "stream_options", "n"},
}
MESSAGE_MEMBERS = {
    "mistral": {"role", "content", "tool_calls", "tool_call_id", "name", "prefix"},
    "groq": {"role", "content", "tool_calls", "tool_call_id", "name", "reasoning", "function_call"},
}
ROLES = {"system", "user", "assistant", "tool"}


class Server(Listener):
    """One of the six: checks what it is asked, thinks, calls the first tool if nobody has answered a call yet, and counts tokens in its way."""

    def __init__(self, preset):
        self.preset, self.seen = preset, []
        super().__init__(self._serve)

    def _serve(self, connection):
        while request := connection.request():
            wish = json.loads(request[1])
            self.seen.append(wish)
            if fault := self._fault(wish):
                connection.send(answer(json.dumps(fault[1]).encode(), fault[0]))
            elif wish.get("stream"):
                body = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in self._chunks(wish)) + b"data: [DONE]\n\n"
                head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
                connection.send(head.encode() + body)
            else:
                message, reason = self._message(wish)
                whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": self.usage}
                connection.send(answer(json.dumps({**whole, "choices": [{"index": 0, "message": message, "finish_reason": reason}]}).encode()))

    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}

    def _fault(self, wish):
        for name in set(wish) - MEMBERS.get(self.preset, set(wish)):
            return 422, {"object": "error", "message": {"detail": [
                {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}]}, "type": "invalid_request_error"}
        for message in wish["messages"]:
            for name in set(message) - MESSAGE_MEMBERS.get(self.preset, set(message)):
                return 400, {"error": {"message": f"property '{name}' is unsupported", "type": "invalid_request_error"}}
            if message["role"] not in ROLES | ({"developer"} if self.preset in ("groq", "openrouter") else set()):
                return 400, {"error": {"message": f"unknown variant `{message['role']}`", "type": "invalid_request_error"}}
            ids = [call["id"] for call in message.get("tool_calls") or []] + [message.get("tool_call_id", "abcdefghi")]
            if self.preset == "mistral" and any(not re.fullmatch("[a-zA-Z0-9]{9}", id) for id in ids):
                return 400, {"object": "error", "message": "Tool call id must be a-z, A-Z, 0-9, with a length of 9.", "type": "invalid_request_error"}
            if self.preset == "deepseek" and message.get("tool_calls") and "reasoning_content" not in message:
                return 400, {"error": {"message": "The `reasoning_content` in the thinking mode must be passed back to the API."}}
        return None

    def _message(self, wish):
        thoughts = {"reasoning_content" if self.preset == "deepseek" else "reasoning": "Hm."}
        if wish["messages"][-1]["role"] == "tool" or not wish.get("tools"):
            return {"role": "assistant", "content": "Sunny.", **thoughts}, "stop"
        function = {"name": wish["tools"][0]["function"]["name"], "arguments": '{"city":"Oslo"}'}
        call = {"id": "Ab1Cd2Ef3", "type": "function", "function": function}
        return {"role": "assistant", "content": None, **thoughts, "tool_calls": [call]}, "tool_calls"

    def _chunks(self, wish):
        message, reason = self._message(wish)
        if message.get("tool_calls"):
            message = {**message, "tool_calls": [{"index": 0, **message["tool_calls"][0]}]}
        head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        last = {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
        yield {**head, "choices": [{"index": 0, "delta": message, "finish_reason": None}]}
        if self.preset == "mistral":
            yield {**last, "usage": self.usage}
        elif self.preset == "groq":
            yield {**last, "x_groq": {"id": "r", "usage": self.usage}}
        else:
            yield last
            if wish.get("stream_options", {}).get("include_usage"):
                yield {**head, "choices": [], "usage": self.usage}


@pytest.fixture(scope="module")
def servers():
    servers = {preset: Server(preset) for preset in PRESETS}
    yield servers
    for server in servers.values():
        server.close()


@pytest.fixture(scope="module")
def gateway(servers, tmp_path_factory):
    config = {
        "version": 1, "workers": 1, "listen": {"address": "127.0.0.1:0"}, "admin": {"address": "127.0.0.1:0"},
        "providers": {
            preset: {"dialect": "openai", "preset": preset, "url": f"http://127.0.0.1:{server.port}/v1", "key": "k"}
            for preset, server in servers.items()},
        "models": {preset: {"targets": [{"provider": preset, "model": "m"}]} for preset in PRESETS},
        "callers": [{"name": "app", "key": hash_of(CALLER_KEY)}],
        "routes": [{"name": "all", "transform": {"lossy": "drop"}}],
    }
    gateway = Gateway(str(tmp_path_factory.mktemp("servers")), config)
    yield gateway
    gateway.stop()


def counted(gateway, preset):
    line = gateway.access_line(provider=preset)
    return line["tokens_in"], line["tokens_out"], line["tokens_estimated"]


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("preset", PRESETS)
class TestServers:
    def test_openais_client_calls_a_tool(self, gateway, servers, preset, streams):
        """With what apps for OpenAI send: instructions of the developer's, a history that another provider has made, and messages as the SDK dumps them."""
        with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
            call = {"id": FOREIGN, "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
            thoughts = {"reasoning_content": "Hm.", "extra_content": {"google": {"thought_signature": "AAAA"}}}
            messages = [
                {"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Rome?"},
                {"role": "assistant", "content": None, "refusal": None, "annotations": [], **thoughts, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": FOREIGN, "content": "Rain."}, {"role": "assistant", "content": "Rain."},
                {"role": "user", "content": "Oslo?"},
            ]
            tools = [{"type": "function", "function": {"name": "weather", "parameters": CITY}}]
            wish = {"model": preset, "tools": tools, "max_completion_tokens": 50, "seed": 3}
            first = self._openai(client, streams, messages=messages, **wish)
            messages += [first, {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": "Sun."}]
            last = self._openai(client, streams, messages=messages, **wish)

        assert last["content"] == "Sunny."
        sent = servers[preset].seen[-1]
        assert sent.get("max_tokens", sent.get("max_completion_tokens")) == 50
        assert ("max_tokens" in sent) == (preset not in ("vllm", "groq"))
        assert sent.get("random_seed" if preset == "mistral" else "seed") == 3
        assert counted(gateway, preset) == (7, 5, False)

    @staticmethod
    def _openai(client, streams, **wish):
        if not streams:
            return client.chat.completions.create(**wish).choices[0].message.model_dump()
        with client.chat.completions.stream(**wish, stream_options={"include_usage": True}) as stream:
            message = stream.get_final_completion().choices[0].message.model_dump(exclude={"parsed"})
        for call in message.get("tool_calls") or []:
            call["function"].pop("parsed_arguments", None)
        return message

    def test_anthropics_client_calls_a_tool(self, gateway, servers, preset, streams):
        with anthropic.Anthropic(base_url=gateway.url, api_key=CALLER_KEY, max_retries=0) as client:
            tools = [{"name": "weather", "input_schema": CITY}]
            wish = {"model": preset, "max_tokens": 50, "tools": tools, "metadata": {"user_id": "u"}, "system": "Be kind."}
            messages = [{"role": "user", "content": "Oslo?"}]
            first = self._anthropic(client, streams, messages=messages, **wish)
            used = next(block for block in first.content if block.type == "tool_use")
            messages += [
                {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": used.id, "content": "Sun."}]}]
            last = self._anthropic(client, streams, messages=messages, **wish)

        assert first.stop_reason == "tool_use" and used.input == {"city": "Oslo"}
        assert [block.text for block in last.content if block.type == "text"] == ["Sunny."]
        assert [block.thinking for block in last.content if block.type == "thinking"] == ["Hm."]
        assert (last.usage.input_tokens, last.usage.output_tokens) == (7, 5)
        thoughts = {"deepseek": "reasoning_content", "vllm": "reasoning", "ollama": "reasoning", "openrouter": "reasoning"}.get(preset)
        asked = next(message for message in servers[preset].seen[-1]["messages"] if message.get("tool_calls"))
        assert {name for name in asked if name.startswith("reasoning")} == ({thoughts} if thoughts else set())

    @staticmethod
    def _anthropic(client, streams, **wish):
        if not streams:
            return client.messages.create(**wish)
        with client.messages.stream(**wish) as stream:
            return stream.get_final_message()

    def test_googles_client_gets_an_answer(self, gateway, servers, preset, streams):
        client = genai.Client(api_key=CALLER_KEY, http_options=types.HttpOptions(base_url=gateway.url))
        config = types.GenerateContentConfig(system_instruction="Be kind.", max_output_tokens=50, top_k=4, seed=3)
        wish = {"model": preset, "contents": "Oslo?", "config": config}
        chunks = list(client.models.generate_content_stream(**wish)) if streams else [client.models.generate_content(**wish)]

        assert "".join(chunk.text or "" for chunk in chunks) == "Sunny."
        assert chunks[-1].usage_metadata.candidates_token_count == 5
        assert servers[preset].seen[-1].get("top_k") == (4 if preset in ("vllm", "openrouter") else None)


def test_a_servers_list_of_what_is_wrong_reaches_the_app(gateway):
    """Mistral's words for a field that nobody has taught Weir to leave out."""
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=CALLER_KEY, max_retries=0) as client:
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(model="mistral", messages=[{"role": "user", "content": "Hi"}], logprobs=True)

    assert caught.value.status_code == 422
    assert caught.value.body["message"] == "logprobs: Extra inputs are not permitted"

"""The anthropic package, at providers of every format."""

import json

import anthropic
import httpx2
import pytest

from dialect_rules import TOOLS, WAYS, Rules, Setting
from dialects import FORMATS, PDF, PIXEL, SEALS, WEATHER, Call, Loop, Said, cells
from processes import CALLER_KEY, OTHER_KEY
from wire import Connection, call


class Anthropic:
    name = "anthropic"
    error = anthropic.APIStatusError
    stream_errors = (anthropic.APIError, httpx2.HTTPError)
    errors = {
        400: anthropic.BadRequestError, 401: anthropic.AuthenticationError, 404: anthropic.NotFoundError, 429: anthropic.RateLimitError,
        500: anthropic.InternalServerError, 502: anthropic.InternalServerError, 529: anthropic.OverloadedError,
    }

    def __init__(self, gateway):
        wish = {"base_url": gateway.url, "api_key": CALLER_KEY, "max_retries": 0}
        self.sync, self.asynchronous = anthropic.Anthropic(**wish), anthropic.AsyncAnthropic(**wish)

    def close(self):
        self.sync.close()
        Loop.run(self.asynchronous.close())

    def read_error(self, error):
        assert error.body["type"] == "error"
        return error.status_code, error.body["error"]["message"]

    def user(self, text, image=None):
        if image is None:
            return {"role": "user", "content": text}
        picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": image}}
        return {"role": "user", "content": [picture, {"type": "text", "text": text}]}

    def results(self, answered):
        blocks = [{"type": "tool_result", "tool_use_id": call.id, "content": text} for call, text in answered]
        return [{"role": "user", "content": blocks}]

    def turns_kept(self, first, second):
        return True

    def wishes(
        self, model, turns, *, system=None, tools=None, choice=None, schema=None, thinking=False, limit=None, mock=None, key=None, **more):
        headers = ({"x-mock": mock} if mock else {}) | ({"authorization": "Bearer " + key} if key else {})
        wish = {"model": model, "messages": turns, "max_tokens": limit or 8192, "extra_headers": headers, **more}
        if system:
            wish["system"] = system
        if tools:
            wish["tools"] = [
                {"name": name, "input_schema": schema or {"type": "object", "properties": {}}} for name, schema in tools.items()]
        if choice:
            wish["tool_choice"] = {"type": choice} if choice in ("auto", "none", "any") else {"type": "tool", "name": choice}
        if schema:
            wish["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        if thinking:
            wish["thinking"] = {"type": "enabled", "budget_tokens": 2048}
        return wish

    def ask(self, model, turns, streams=False, **wish):
        wish = self.wishes(model, turns, **wish)
        if not streams:
            answer = self.sync.messages.with_raw_response.create(**wish)
            return self.said(answer.parse(), answer.headers)
        with self.sync.messages.stream(**wish) as stream:
            events = list(stream)
            return self.said(stream.get_final_message(), stream.response.headers, pieces=len(events))

    async def ask_async(self, model, turns, streams=False, **wish):
        wish = self.wishes(model, turns, **wish)
        if not streams:
            answer = await self.asynchronous.messages.with_raw_response.create(**wish)
            return self.said(await answer.parse(), answer.headers)
        async with self.asynchronous.messages.stream(**wish) as stream:
            events = [event async for event in stream]
            return self.said(await stream.get_final_message(), stream.response.headers, pieces=len(events))

    def leave(self, model, turns, **wish):
        with self.sync.messages.stream(**self.wishes(model, turns, **wish)) as stream:
            next(stream.text_stream)

    def said(self, message, headers, pieces=1):
        assert message.role == "assistant" and message.id.startswith("msg_")
        reasons = {"end_turn": "stop", "max_tokens": "length", "tool_use": "calls", "refusal": "filter"}
        usage = message.usage
        details = getattr(usage, "output_tokens_details", None)
        return Said(
            text="".join(block.text for block in message.content if block.type == "text"),
            thoughts="".join(block.thinking for block in message.content if block.type == "thinking"),
            calls=[Call(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"],
            stop=reasons.get(message.stop_reason, message.stop_reason),
            usage={
                "input": usage.input_tokens + (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0),
                "cached": usage.cache_read_input_tokens or 0, "output": usage.output_tokens,
                "reasoning": details.thinking_tokens if details else 0,
            },
            native=[{"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in message.content]}],
            headers=headers, pieces=pieces)


def extra(**members):
    return {"extra_body": members}


def said(*blocks):
    return [{"role": "user", "content": list(blocks)}]


def answered(content, **more):
    return [
        {"role": "user", "content": "Show me."},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "ping", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": content, **more}]},
    ]


IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
DOCUMENT = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}}

SETTINGS = {
    # Version 2026-10-21 of the API refuses the first three, and the SDK has no parameters for them any more.
    "temperature": Setting("temperature", extra(temperature=0.5), arrives=lambda reached: reached.sampling("temperature") == 0.5),
    "top-p": Setting("top_p", extra(top_p=0.25), arrives=lambda reached: reached.sampling("top_p") == 0.25),
    "top-k": Setting("top_k", extra(top_k=5), arrives=lambda reached: reached.sampling("top_k") == 5),
    "stop": Setting("stop_sequences", {"stop_sequences": ["END"]}, arrives=lambda reached: reached.sampling("stop") == ["END"]),
    "effort": Setting("output_config.effort", {"output_config": {"effort": "high"}}, arrives=lambda reached: reached.thinking in ("high", "HIGH")),
    "one-at-a-time": Setting(
        "tool_choice.disable_parallel_tool_use",
        {"tools": {"ping": None}, "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
        arrives=lambda reached: reached.one_at_a_time),
    "strict-tools": Setting(
        "tools[0].strict", extra(tools=[{"name": "ping", "strict": True, "input_schema": WEATHER}]),
        arrives=lambda reached: '"strict": true' in json.dumps(reached.body)),
    "user": Setting("metadata.user_id", {"metadata": {"user_id": "u-1"}}, arrives=lambda reached: reached.user == "u-1"),
    "service-tier": Setting("service_tier", {"service_tier": "standard_only"}),
    "cache-marks": Setting(
        "messages[0].content[0].cache_control", turns=said({"type": "text", "text": "Hello", "cache_control": {"type": "ephemeral"}})),
    "container": Setting("container", {"container": "container_1"}),
    "mcp-servers": Setting("mcp_servers", extra(mcp_servers=[{"type": "url", "url": "https://example.com", "name": "a"}])),
    "server-tools": Setting("tools[0].type", extra(tools=[{"type": "web_search_20260318", "name": "web_search"}])),
    "context-management": Setting("context_management", extra(context_management={"edits": [{"type": "clear_tool_uses_20250919"}]})),
    "clearing-thoughts": Setting("context_management", extra(context_management={"edits": [{"type": "clear_thinking_20251015"}]})),
    "thinking-between-tools": Setting("thinking.type", extra(thinking={"type": "between_tools"})),
    "unknown": Setting("unheard_of", extra(unheard_of=1)),
    "image-urls": Setting(
        "messages[0]", turns=said({"type": "image", "source": {"type": "url", "url": "https://example.com/weir.png"}}),
        arrives=lambda reached: reached.of("image") == [(None, "https://example.com/weir.png")]),
    "documents": Setting(
        "messages[0]", turns=said(DOCUMENT), arrives=lambda reached: reached.of("document") == [("application/pdf", PDF)]),
    "document-urls": Setting(
        "messages[0]", turns=said({"type": "document", "source": {"type": "url", "url": "https://example.com/weir.pdf"}}),
        arrives=lambda reached: "https://example.com/weir.pdf" in json.dumps(reached.body)),
    "text-documents": Setting(
        "messages[0]", turns=said({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "A weir is a dam."}}),
        arrives=lambda reached: ("text/plain", "A weir is a dam.") in reached.of("document") or "A weir is a dam." in json.dumps(reached.body)),
    "citations": Setting("messages[0].content[0].citations", turns=said({**DOCUMENT, "citations": {"enabled": True}})),
    "file-ids": Setting(
        "messages[0].content[0].source.file_id", turns=said({"type": "document", "source": {"type": "file", "file_id": "file_1"}})),
    "failed-results": Setting(
        "messages[2].content[0].is_error", {"tools": {"ping": None}}, turns=answered("It broke.", is_error=True),
        arrives=lambda reached: reached.is_error and reached.of("result") == [("ping", "It broke.")]),
    "images-in-results": Setting(
        "messages[2].content[0]", {"tools": {"ping": None}}, turns=answered([{"type": "text", "text": "here"}, IMAGE]),
        arrives=lambda reached: PIXEL in json.dumps(reached.body)),
    "system-later": Setting(
        "messages[2].role", turns=[
            {"role": "user", "content": "One"}, {"role": "assistant", "content": "Two"}, {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Three"}],
        arrives=lambda reached: reached.turns[2][0] in ("system", "developer")),
}


class TestAnthropic(Rules):
    sdk = Anthropic

    @pytest.mark.parametrize("feature, provider, word", cells("anthropic", SETTINGS))
    def test_a_setting_becomes_what_the_document_says(self, feature, provider, word):
        self.setting(SETTINGS[feature], provider, word)

    @pytest.mark.parametrize("provider", FORMATS)
    def test_blocks_of_a_stream_come_one_after_another(self, provider):
        events = list(self.client.sync.messages.create(
            **self.client.wishes(provider, [self.client.user("Weather?")], tools=TOOLS, thinking=True, mock="thinking,calls=3,chunks=3"),
            stream=True))

        opened, kinds = None, []
        assert events[0].type == "message_start" and [event.type for event in events[-2:]] == ["message_delta", "message_stop"]
        for event in events[1:-2]:
            if event.type == "content_block_start":
                assert opened is None and event.index == len(kinds)
                opened = event.index
                kinds.append(event.content_block.type)
            elif event.type == "content_block_stop":
                assert event.index == opened
                opened = None
            else:
                assert event.type == "content_block_delta" and event.index == opened
        assert [kind for kind in kinds if kind != "thinking"] == ["text", "tool_use", "tool_use", "tool_use"]
        assert kinds[0] == "thinking" and events[-2].usage.output_tokens > 0

    @pytest.mark.parametrize("provider", FORMATS)
    @pytest.mark.parametrize("mode", WAYS)
    def test_a_stop_sequence_is_told_where_the_provider_tells_it(self, provider, mode):
        said = self.ask(provider + "-drop", "Hello", mode, stop_sequences=["END"], mock="stop=sequence")

        assert said.stop == ("stop_sequence" if provider == "anthropic" else "stop")

    @pytest.mark.parametrize("provider", FORMATS)
    def test_tokens_are_counted_before_anything_is_asked(self, provider):
        wish = {"model": provider, "messages": [self.client.user("A question of 24 bytes.")], "system": "Be brief."}
        answer = self.client.sync.messages.count_tokens(**wish)
        raw = self.client.sync.messages.with_raw_response.count_tokens(**wish)

        # Where nobody counts, the gateway reckons and says so.
        assert answer.input_tokens == 12 if provider == "anthropic" else 12 <= answer.input_tokens <= 25
        assert raw.headers.get("x-weir-estimate") == ("true" if provider in ("chat", "responses") else None)
        assert self.mock.stats["requests"] == (0 if provider in ("chat", "responses") else 2)

    def test_the_id_of_a_request_is_where_the_sdk_looks_for_it(self):
        message = self.client.sync.messages.create(**self.client.wishes("chat", [self.client.user("Hello")]))
        with pytest.raises(anthropic.NotFoundError) as raised:
            self.client.sync.messages.create(**self.client.wishes("not-there", [self.client.user("Hello")]))

        assert self.logged(message._request_id)["status"] == 200
        whole = self.ask("anthropic", "Hello")
        assert whole.headers["x-provider-request-id"].startswith("req_mock")
        assert self.logged(raised.value.request_id)["status"] == 404

    def test_the_list_of_models_is_anthropics(self):
        models = {model.id: model for model in self.client.sync.models.list()}

        assert set(FORMATS) < set(models) and models["chat"].type == "model" and models["chat"].created_at.year >= 2026
        assert self.client.sync.models.retrieve("gemini").display_name == "gemini"
        billing = self.client.sync.with_options(api_key=OTHER_KEY)
        assert {model.id for model in billing.models.list()} == {"anthropic", "gemini"}

    def test_a_request_to_anthropic_is_not_touched(self):
        """What Claude Code needs: the bytes as they are, its versions and betas, whatever the query says."""
        body = b'{ "model":"untouched", "max_tokens":5,\n "messages":[{"role":"user","content":[{"type":"text","text":"h\\u00e9","cache_control":' \
            b'{"type":"ephemeral","ttl":"1h"}}]}], "metadata":{"user_id":"u"}, "temperature":1.0, "context_management":{"edits":[]} }'
        headers = {"anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14", "anthropic-version": "2026-10-21"}
        answer = call(self.weir, "POST", "/v1/messages?beta=true", body, headers, key=CALLER_KEY)

        assert answer.status == 200
        sent = self.mock.last
        assert sent.text.encode() == body
        assert {name: sent.headers[name] for name in headers} == headers
        assert sent.headers["x-api-key"] == "sk-of-anthropic" and "authorization" not in sent.headers
        assert CALLER_KEY not in str(sent.headers) and "?" not in sent.target

    def test_betas_are_the_providers_to_know(self):
        wish = self.client.wishes("anthropic", [self.client.user("Hello")])
        message = self.client.sync.beta.messages.create(**wish, betas=["context-management-2025-06-27"])

        assert message.content[0].text.endswith("Hello")
        assert self.reached.headers["anthropic-beta"] == "context-management-2025-06-27"
        self.client.sync.beta.messages.create(**{**wish, "model": "chat"}, betas=["context-management-2025-06-27"])
        assert "anthropic-beta" not in self.reached.headers

    @pytest.mark.parametrize("provider", FORMATS)
    def test_claude_code_finds_what_it_needs(self, provider):
        """A check of the address, a count, and a stream with betas, blocks with marks for the cache, and tools."""
        with Connection(self.weir.port) as connection:
            assert connection.request("HEAD", "/").answer(has_body=False).status == 200
        mark = {"cache_control": {"type": "ephemeral"}}
        wish = {
            "model": provider, "system": [{"type": "text", "text": "You are a coding agent.", **mark}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "List the files.", **mark}]}],
            "tools": [{"name": "Bash", "description": "Runs a command.", "input_schema": {
                "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"command": {"type": "string"}},
                "required": ["command"], "additionalProperties": False}}],
            "thinking": {"type": "enabled", "budget_tokens": 31999},
        }
        betas = ["claude-code-20250219", "interleaved-thinking-2025-05-14"]
        assert self.client.sync.beta.messages.count_tokens(**wish, betas=betas).input_tokens > 0
        ask = {
            **wish, "max_tokens": 32000, "metadata": {"user_id": "user_1_account__session_2"}, "betas": betas,
            "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}, "extra_headers": {"x-mock": "calls=1,thinking"},
        }
        with self.client.sync.beta.messages.stream(**ask) as stream:
            message = stream.get_final_message()
        used = next(block for block in message.content if block.type == "tool_use")
        answered = [
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in message.content]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": used.id, "content": "README.md", **mark}]},
        ]
        with self.client.sync.beta.messages.stream(**{**ask, "messages": wish["messages"] + answered, "extra_headers": {}}) as stream:
            message = stream.get_final_message()

        assert used.input == {"command": "weir"} and message.stop_reason == "end_turn"
        assert self.reached.of("result") == [("Bash", "README.md")]
        assert self.reached.of("seal") == ([(SEALS[provider],)] if provider in SEALS else [])

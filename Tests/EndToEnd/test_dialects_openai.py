"""The openai package's chat completions, embeddings and models, at providers of every format."""

import base64
import json
import struct

import openai
import pydantic
import pytest

from dialect_rules import TOOLS, WAYS, Rules, Setting, call
from dialects import FORMATS, PDF, PIXEL, SEALS, STRANGER, WEATHER, Loop, Said, cells, is_json
from processes import CALLER_KEY, OTHER_KEY


class OpenAI:
    """What both of OpenAI's APIs have in common."""

    error = openai.APIStatusError
    # A stream's error event is raised, a stream without its end is a broken connection.
    stream_errors = openai.APIError
    errors = {
        400: openai.BadRequestError, 401: openai.AuthenticationError, 404: openai.NotFoundError, 429: openai.RateLimitError,
        500: openai.InternalServerError, 502: openai.InternalServerError, 503: openai.InternalServerError,
    }

    def __init__(self, gateway):
        wish = {"base_url": gateway.url + "/v1", "api_key": CALLER_KEY, "max_retries": 0}
        self.sync, self.asynchronous = openai.OpenAI(**wish), openai.AsyncOpenAI(**wish)

    def close(self):
        self.sync.close()
        Loop.run(self.asynchronous.close())

    def read_error(self, error):
        return error.status_code, error.body["message"]

    @staticmethod
    def headers(mock=None, key=None):
        headers = {"x-mock": mock} if mock else {}
        return {**headers, "authorization": "Bearer " + key} if key else headers


class Chat(OpenAI):
    name = "chat"

    def user(self, text, image=None):
        if image is None:
            return {"role": "user", "content": text}
        picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + image}}
        return {"role": "user", "content": [picture, {"type": "text", "text": text}]}

    def results(self, answered):
        return [{"role": "tool", "tool_call_id": call.id, "content": text} for call, text in answered]

    def turns_kept(self, first, second):
        return True

    def wishes(
        self, model, turns, *, system=None, tools=None, choice=None, schema=None, thinking=False, limit=None, mock=None, key=None, **more):
        wish = {"model": model, "messages": turns, "extra_headers": self.headers(mock, key), **more}
        if system:
            wish["messages"] = [{"role": "system", "content": system}, *turns]
        if tools:
            wish["tools"] = [
                {"type": "function", "function": {"name": name} | ({"parameters": schema} if schema else {})} for name, schema in tools.items()]
        if choice:
            named = {"type": "function", "function": {"name": choice}}
            wish["tool_choice"] = {"auto": "auto", "none": "none", "any": "required"}.get(choice, named)
        if schema:
            wish["response_format"] = {"type": "json_schema", "json_schema": {"name": "weather", "schema": schema}}
        if thinking:
            wish["reasoning_effort"] = "low"
        if limit:
            wish["max_completion_tokens"] = limit
        return wish

    def ask(self, model, turns, streams=False, **wish):
        wish = self.wishes(model, turns, **wish)
        if not streams:
            answer = self.sync.chat.completions.with_raw_response.create(**wish)
            return self.said(answer.parse(), answer.headers)
        answer = self.sync.chat.completions.with_raw_response.create(**wish, stream=True, stream_options={"include_usage": True})
        return self.collected(list(answer.parse()), answer.headers)

    async def ask_async(self, model, turns, streams=False, **wish):
        wish = self.wishes(model, turns, **wish)
        completions = self.asynchronous.chat.completions.with_raw_response
        if not streams:
            answer = await completions.create(**wish)
            return self.said(answer.parse(), answer.headers)
        answer = await completions.create(**wish, stream=True, stream_options={"include_usage": True})
        return self.collected([chunk async for chunk in answer.parse()], answer.headers)

    def leave(self, model, turns, **wish):
        stream = self.sync.chat.completions.create(**self.wishes(model, turns, **wish), stream=True)
        next(iter(stream))
        stream.close()

    def said(self, answer, headers, pieces=1):
        choice = answer.choices[0]
        message = choice.message.model_dump(exclude_none=True)
        usage = {}
        if answer.usage:
            assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
            usage = {
                "input": answer.usage.prompt_tokens, "output": answer.usage.completion_tokens,
                "cached": answer.usage.prompt_tokens_details.cached_tokens,
            }
            if answer.usage.completion_tokens_details:
                usage["reasoning"] = answer.usage.completion_tokens_details.reasoning_tokens
        return Said(
            text=choice.message.content or "", thoughts=message.get("reasoning_content", ""),
            calls=[call(made.id, made.function.name, made.function.arguments) for made in choice.message.tool_calls or []],
            stop={"tool_calls": "calls", "content_filter": "filter"}.get(choice.finish_reason, choice.finish_reason), usage=usage,
            native=[message], headers=headers, pieces=pieces)

    def collected(self, chunks, headers):
        """As apps put chunks together: texts are joined, calls are told apart by their index."""
        from openai.types.chat import ChatCompletion

        message, calls, finish = {"role": None, "content": ""}, {}, None
        assert len({chunk.id for chunk in chunks}) == 1 and chunks[0].choices[0].delta.role == "assistant"
        for chunk in chunks:
            for choice in chunk.choices:
                assert finish is None, "nothing follows the reason of the end"
                for name, value in choice.delta.model_dump(exclude_none=True).items():
                    if name == "tool_calls":
                        for piece in value:
                            whole = calls.setdefault(piece.pop("index"), {"function": {"name": "", "arguments": ""}})
                            for inner, text in piece.pop("function", {}).items():
                                whole["function"][inner] += text
                            whole.update(piece)
                    elif isinstance(value, str) and name != "role":
                        message[name] = message.get(name, "") + value
                    else:
                        message[name] = value
                finish = choice.finish_reason
        assert list(calls) == list(range(len(calls)))
        if calls:
            message["tool_calls"] = list(calls.values())
        last = chunks[-1]
        whole = ChatCompletion.model_validate({
            **last.model_dump(), "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": finish}]})
        return self.said(whole, headers, pieces=len(chunks))


def tool(**more):
    return {"type": "function", "function": {"name": "ping", **more}}


def said(*parts, role="user", **more):
    return [{"role": role, "content": list(parts), **more}]


def image(**more):
    return {"type": "image_url", "image_url": {"url": "https://example.com/weir.png", **more}}


SETTINGS = {
    "temperature": Setting("temperature", {"temperature": 0.5}, arrives=lambda reached: reached.sampling("temperature") == 0.5),
    "temperature-above-one": Setting("temperature", {"temperature": 1.5}, arrives=lambda reached: reached.sampling("temperature") == 1.5),
    "top-p": Setting("top_p", {"top_p": 0.25}, arrives=lambda reached: reached.sampling("top_p") == 0.25),
    "top-k": Setting("top_k", {"extra_body": {"top_k": 5}}, arrives=lambda reached: reached.sampling("top_k") == 5),
    "stop": Setting("stop", {"stop": ["END"]}, arrives=lambda reached: reached.sampling("stop") == ["END"]),
    "seed": Setting("seed", {"seed": 7}, arrives=lambda reached: reached.sampling("seed") == 7),
    "penalties": Setting(
        "frequency_penalty", {"frequency_penalty": 0.5}, arrives=lambda reached: reached.sampling("frequency_penalty") == 0.5),
    "n": Setting("n", {"n": 2}, arrives=lambda reached: reached.body["n"] == 2),
    "logit-bias": Setting("logit_bias", {"logit_bias": {"50256": -100}}),
    "logprobs": Setting("logprobs", {"logprobs": True}),
    "verbosity": Setting("verbosity", {"verbosity": "low"}),
    "json-mode": Setting("response_format", {"response_format": {"type": "json_object"}}, arrives=is_json),
    "one-at-a-time": Setting(
        "parallel_tool_calls", {"tools": {"ping": None}, "parallel_tool_calls": False}, arrives=lambda reached: reached.one_at_a_time),
    "allowed-tools": Setting("tool_choice", {"tools": {"ping": None, "pong": None}, "tool_choice": {
        "type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "pong"}}]}}},
        arrives=lambda reached: "pong" in json.dumps(reached.body)),
    "strict-tools": Setting(
        "tools[0].strict", {"extra_body": {"tools": [tool(strict=True, parameters=WEATHER)]}},
        arrives=lambda reached: '"strict": true' in json.dumps(reached.body)),
    "user": Setting("user", {"user": "u-1"}, arrives=lambda reached: reached.user == "u-1"),
    "metadata": Setting("metadata", {"metadata": {"a": "b"}}),
    "service-tier": Setting("service_tier", {"service_tier": "flex"}),
    "store": Setting("store", {"store": True}),
    "prompt-cache": Setting("prompt_cache_key", {"prompt_cache_key": "k"}),
    "cache-marks": Setting(
        "messages[0].content[0].cache_control", turns=said({"type": "text", "text": "Hello", "cache_control": {"type": "ephemeral"}})),
    "audio-out": Setting("modalities", {"modalities": ["text", "audio"]}),
    "server-tools": Setting("web_search_options", {"web_search_options": {}}),
    "functions": Setting("functions", {"functions": [{"name": "ping", "parameters": {"type": "object"}}]}),
    "custom-tools": Setting(
        "tools[0]", {"extra_body": {"tools": [{"type": "custom", "custom": {"name": "shell"}}]}},
        arrives=lambda reached: '"name": "shell"' in json.dumps(reached.body)),
    "unknown": Setting("unheard_of", {"extra_body": {"unheard_of": 1}}),
    "image-urls": Setting(
        "messages[0]", turns=said(image()), arrives=lambda reached: reached.of("image") == [(None, "https://example.com/weir.png")]),
    "image-detail": Setting("messages[0].content[0].image_url.detail", turns=said(image(url="data:image/png;base64," + PIXEL, detail="low"))),
    "documents": Setting(
        "messages[0].filename", turns=said({"type": "file", "file": {"filename": "weir.pdf", "file_data": "data:application/pdf;base64," + PDF}}),
        arrives=lambda reached: reached.of("document") == [("application/pdf", PDF)]),
    "file-ids": Setting("messages[0].content[0].file.file_id", turns=said({"type": "file", "file": {"file_id": "file-1"}})),
    "audio-in": Setting(
        "messages[0]", turns=said({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
        arrives=lambda reached: reached.of("audio") == [("audio/wav", "AAAA")]),
    "system-later": Setting(
        "messages[2].role", turns=[
            {"role": "user", "content": "One"}, {"role": "assistant", "content": "Two"}, {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Three"}],
        arrives=lambda reached: reached.turns[2][0] in ("system", "developer")),
    "names": Setting("messages[0].name", turns=said({"type": "text", "text": "Hello"}, name="ann")),
}


class TestChat(Rules):
    sdk = Chat

    @pytest.mark.parametrize("feature, provider, word", cells("chat", SETTINGS))
    def test_a_setting_becomes_what_the_document_says(self, feature, provider, word):
        self.setting(SETTINGS[feature], provider, word)

    @pytest.mark.parametrize("provider", ["anthropic", "gemini", "responses"])
    @pytest.mark.parametrize("mode", WAYS)
    def test_seals_come_back_although_an_app_keeps_only_what_openai_has(self, provider, mode):
        client = self.client
        asked = [client.user("Weather?")]
        called = self.ask(provider, asked, mode, tools=TOOLS, thinking=True, mock="calls=2,thinking")
        plain = {"role": "assistant", "content": None, "tool_calls": [
            {"id": made.id, "type": "function", "function": {"name": made.name, "arguments": made.spelled}} for made in called.calls]}
        answered = [*asked, plain, *client.results([(made, "fine") for made in called.calls])]

        self.ask(provider, answered, mode, tools=TOOLS, thinking=True)
        assert self.reached.of("seal") == [(SEALS[provider],)]

    @pytest.mark.parametrize("provider", ["anthropic", "gemini"])
    def test_seals_are_nobody_elses(self, provider):
        client = self.client
        asked = [client.user("Weather?")]
        called = self.ask(provider, asked, tools=TOOLS, thinking=True, mock="calls=1,thinking")
        plain = {"role": "assistant", "tool_calls": [
            {"id": made.id, "type": "function", "function": {"name": made.name, "arguments": made.spelled}} for made in called.calls]}
        answered = [*asked, plain, *client.results([(made, "fine") for made in called.calls])]

        self.ask(provider, answered, tools=TOOLS, thinking=True, key=OTHER_KEY)
        assert self.reached.of("seal") == ([(STRANGER,)] if provider == "gemini" else [])

    @pytest.mark.parametrize("provider", FORMATS)
    def test_parsed_answers_are_objects(self, provider):
        class Weather(pydantic.BaseModel):
            city: str
            degrees: int

        answer = self.client.sync.chat.completions.parse(
            model=provider, messages=[self.client.user("Weather?")], response_format=Weather)
        with self.client.sync.chat.completions.stream(
                model=provider, messages=[self.client.user("Weather?")], response_format=Weather) as stream:
            streamed = stream.get_final_completion()

        assert answer.choices[0].message.parsed == streamed.choices[0].message.parsed == Weather(city="weir", degrees=7)

    @pytest.mark.parametrize("provider", FORMATS)
    def test_streams_without_a_wish_for_token_counts_have_none(self, provider):
        chunks = list(self.client.sync.chat.completions.create(model=provider, messages=[self.client.user("Hello")], stream=True))

        assert all(chunk.choices and chunk.usage is None for chunk in chunks)

    @pytest.mark.parametrize("limit, sent", [(None, 4096 + 8192), (100, 100 + 8192), (9000, 9000)])
    def test_thinking_by_tokens_has_its_room_besides_the_answers(self, limit, sent):
        self.ask("anthropic-budget", "Hello", limit=limit, reasoning_effort="medium")

        assert self.reached.thinking == 8192 and self.reached.sampling("limit") == sent

    def test_efforts_become_tokens_where_the_file_says_so(self):
        self.ask("gemini-budget", "Hello", reasoning_effort="high")

        assert self.reached.thinking == 24576

    def test_anthropics_providers_always_get_a_limit(self):
        self.ask("anthropic", "Hello")

        assert self.reached.sampling("limit") == 4096
        assert self.reached.headers["anthropic-version"] == "2023-06-01"
        assert self.reached.headers["x-api-key"] == "sk-of-anthropic"

    @pytest.mark.parametrize("dimensions", [None, 12])
    @pytest.mark.parametrize("encoding", [None, "float", "base64"])
    def test_embeddings_come_from_gemini_too(self, dimensions, encoding):
        wish = {"dimensions": dimensions} if dimensions else {}
        wish |= {"encoding_format": encoding} if encoding else {}
        answer = self.client.sync.embeddings.create(model="gemini", input=["One", "Two"], **wish)

        assert [entry.index for entry in answer.data] == [0, 1] and answer.model == "gemini"
        first = answer.data[0].embedding
        if encoding == "base64":
            first = struct.unpack(f"<{dimensions or 8}f", base64.b64decode(first))
        assert len(first) == (dimensions or 8) and all(isinstance(number, float) for number in first)
        assert answer.usage.prompt_tokens > 0
        sent = self.mock.last
        assert sent.target == "/v1beta/models/model-of-gemini:batchEmbedContents"
        assert [request["content"]["parts"] for request in sent.json["requests"]] == [[{"text": "One"}], [{"text": "Two"}]]

    def test_embeddings_of_tokens_are_refused_where_the_tokens_are_another_models(self):
        with pytest.raises(openai.BadRequestError) as raised:
            self.client.sync.embeddings.create(model="gemini", input=[[1, 2, 3]])
        assert raised.value.param == "input"

    @pytest.mark.parametrize("provider", ["anthropic", "gemini"])
    def test_what_another_dialect_has_nothing_for_is_refused(self, provider):
        with pytest.raises(openai.BadRequestError) as raised:
            self.client.sync.completions.create(model=provider, prompt="Once")
        assert raised.value.param == "model" and self.mock.stats["requests"] == 0

    def test_the_list_of_models_is_openais(self):
        models = {model.id for model in self.client.sync.models.list()}

        assert set(FORMATS) < models
        assert self.client.sync.models.retrieve("gemini").object == "model"
        billing = self.client.sync.with_options(api_key=OTHER_KEY)
        assert {model.id for model in billing.models.list()} == {"anthropic", "gemini"}

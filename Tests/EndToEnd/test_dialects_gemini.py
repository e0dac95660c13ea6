"""The google-genai package, at providers of every format."""

import base64
import json

import httpx
import pytest
from google import genai
from google.genai import errors, types

from dialect_rules import Rules, Setting
from dialects import FORMATS, PDF, PIXEL, Call, Loop, Said, cells, is_json
from processes import CALLER_KEY
from wire import call


class Gemini:
    name = "gemini"
    error = errors.APIError
    stream_errors = (errors.APIError, httpx.HTTPError)
    errors = {
        400: errors.ClientError, 401: errors.ClientError, 404: errors.ClientError, 429: errors.ClientError, 500: errors.ServerError,
        502: errors.ServerError, 503: errors.ServerError, 529: errors.ServerError,
    }
    statuses = {
        400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "INTERNAL",
        503: "UNAVAILABLE", 529: "INTERNAL",
    }

    def __init__(self, gateway):
        self.sync = genai.Client(api_key=CALLER_KEY, http_options=types.HttpOptions(base_url=gateway.url))
        self.asynchronous = self.sync.aio

    def close(self):
        Loop.run(self.asynchronous.aclose())
        self.sync.close()

    def read_error(self, error):
        assert error.status == self.statuses[error.code]
        return error.code, error.message

    def user(self, text, image=None):
        parts = [types.Part.from_bytes(data=base64.b64decode(image), mime_type="image/png")] if image else []
        return types.Content(role="user", parts=[*parts, types.Part.from_text(text=text)])

    def results(self, answered):
        return [types.Content(role="user", parts=[
            types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"output": text}))
            for call, text in answered
        ])]

    def turns_kept(self, first, second):
        return True

    def wishes(
        self, model, turns, *, system=None, tools=None, choice=None, schema=None, thinking=False, limit=None, mock=None, key=None, extra_body=None,
        **more):
        headers = ({"x-mock": mock} if mock else {}) | ({"x-goog-api-key": key} if key else {})
        options = types.HttpOptions(headers=headers, extra_body=extra_body)
        config = {"http_options": options, "system_instruction": system, "max_output_tokens": limit, **more}
        if tools:
            config["tools"] = [types.Tool(function_declarations=[
                types.FunctionDeclaration(name=name, parameters_json_schema=schema) for name, schema in tools.items()])]
        if choice:
            named = {} if choice in ("auto", "none", "any") else {"allowed_function_names": [choice]}
            calling = types.FunctionCallingConfig(mode="ANY" if named else choice.upper(), **named)
            config["tool_config"] = types.ToolConfig(function_calling_config=calling)
        if schema:
            config |= {"response_mime_type": "application/json", "response_json_schema": schema}
        if thinking:
            config["thinking_config"] = types.ThinkingConfig(include_thoughts=True, thinking_level="LOW")
        return {"model": model, "contents": turns, "config": types.GenerateContentConfig(**config)}

    def ask(self, model, turns, streams=False, **wish):
        wish = self.wishes(model, turns, **wish)
        if not streams:
            return self.said([self.sync.models.generate_content(**wish)])
        return self.said(list(self.sync.models.generate_content_stream(**wish)))

    async def ask_async(self, model, turns, streams=False, **wish):
        wish = self.wishes(model, turns, **wish)
        if not streams:
            return self.said([await self.asynchronous.models.generate_content(**wish)])
        return self.said([chunk async for chunk in await self.asynchronous.models.generate_content_stream(**wish)])

    def leave(self, model, turns, **wish):
        stream = self.sync.models.generate_content_stream(**self.wishes(model, turns, **wish))
        next(stream)
        stream.close()

    def said(self, chunks):
        # A content without parts, such as a stream's last may be, must not be sent back: the SDK's own chats leave it out too.
        contents = [chunk.candidates[0].content for chunk in chunks if chunk.candidates and chunk.candidates[0].content]
        contents = [content for content in contents if content.parts]
        parts = [part for content in contents for part in content.parts]
        calls = [
            Call(part.function_call.id, part.function_call.name, part.function_call.args) for part in parts if part.function_call]
        finishes = [chunk.candidates[0].finish_reason for chunk in chunks if chunk.candidates and chunk.candidates[0].finish_reason]
        assert len(finishes) == 1 and finishes[0] == chunks[-1].candidates[0].finish_reason
        counts = chunks[-1].usage_metadata
        usage = {}
        if counts:
            thoughts = counts.thoughts_token_count or 0
            usage = {
                "input": counts.prompt_token_count, "cached": counts.cached_content_token_count or 0,
                "output": (counts.candidates_token_count or 0) + thoughts, "reasoning": thoughts,
            }
            assert counts.total_token_count == usage["input"] + usage["output"]
        reason = finishes[0].value
        return Said(
            text="".join(part.text for part in parts if part.text and not part.thought),
            thoughts="".join(part.text for part in parts if part.text and part.thought), calls=calls,
            stop={"STOP": "calls" if calls else "stop", "MAX_TOKENS": "length", "SAFETY": "filter"}[reason], usage=usage, native=contents,
            headers=chunks[0].sdk_http_response.headers, pieces=len(chunks))


def said(*parts, role="user"):
    return [types.Content(role=role, parts=list(parts))]


def answered(**response):
    called = types.Part(function_call=types.FunctionCall(id="call_1", name="ping", args={}))
    return [
        *said(types.Part(text="Show me.")), *said(called, role="model"),
        *said(types.Part(function_response=types.FunctionResponse(id="call_1", name="ping", **response))),
    ]


def config(**members):
    """What the SDK refuses to send to the Gemini API by itself, or does not know."""
    return {"extra_body": members}


SAFETY = types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")

SETTINGS = {
    "temperature": Setting(
        "generationConfig.temperature", {"temperature": 0.5}, arrives=lambda reached: reached.sampling("temperature") == 0.5),
    "temperature-above-one": Setting(
        "generationConfig.temperature", {"temperature": 1.5}, arrives=lambda reached: reached.sampling("temperature") == 1.5),
    "top-p": Setting("generationConfig.topP", {"top_p": 0.25}, arrives=lambda reached: reached.sampling("top_p") == 0.25),
    "top-k": Setting("generationConfig.topK", {"top_k": 5}, arrives=lambda reached: reached.sampling("top_k") == 5),
    "stop": Setting("generationConfig.stopSequences", {"stop_sequences": ["END"]}, arrives=lambda reached: reached.sampling("stop") == ["END"]),
    "seed": Setting("generationConfig.seed", {"seed": 7}, arrives=lambda reached: reached.sampling("seed") == 7),
    "penalties": Setting(
        "generationConfig.frequencyPenalty", {"frequency_penalty": 0.5},
        arrives=lambda reached: reached.sampling("frequency_penalty") == 0.5),
    "n": Setting("generationConfig.candidateCount", {"candidate_count": 2}),
    "logprobs": Setting("generationConfig.responseLogprobs", {"response_logprobs": True}),
    "json-mode": Setting("generationConfig.responseMimeType", {"response_mime_type": "application/json"}, arrives=is_json),
    "old-schemas": Setting(
        "generationConfig.responseJsonSchema",
        {"response_mime_type": "application/json", "response_schema": {"type": "OBJECT", "properties": {"city": {"type": "STRING", "nullable": True}}}},
        arrives=lambda reached: reached.schema["type"] == "object" and "null" in reached.schema["properties"]["city"]["type"]),
    "allowed-tools": Setting("toolConfig", {"tools": {"ping": None, "pong": None}, "tool_config": types.ToolConfig(
        function_calling_config=types.FunctionCallingConfig(mode="ANY", allowed_function_names=["ping", "pong"]))},
        arrives=lambda reached: reached.choice in ("allowed_tools", "any", "ping")),
    "safety-settings": Setting("safetySettings", {"safety_settings": [SAFETY]}),
    "cached-content": Setting("cachedContent", {"cached_content": "cachedContents/1"}),
    "server-tools": Setting("tools[0].googleSearch", config(tools=[{"googleSearch": {}}])),
    "audio-out": Setting("generationConfig.responseModalities", {"response_modalities": ["AUDIO"]}),
    "service-tier": Setting("serviceTier", {"service_tier": "flex"}),
    "labels": Setting("labels", config(labels={"a": "b"})),
    "media-resolution": Setting("generationConfig.mediaResolution", {"media_resolution": "MEDIA_RESOLUTION_LOW"}),
    "unknown": Setting("unheardOf", config(unheardOf=1)),
    "image-urls": Setting(
        "contents[0]", turns=said(types.Part.from_uri(file_uri="https://example.com/weir.png", mime_type="image/png")),
        arrives=lambda reached: reached.of("image") == [(None, "https://example.com/weir.png")]),
    "documents": Setting(
        "contents[0]", turns=said(types.Part.from_bytes(data=base64.b64decode(PDF), mime_type="application/pdf")),
        arrives=lambda reached: reached.of("document") == [("application/pdf", PDF)]),
    "audio-in": Setting(
        "contents[0]", turns=said(types.Part.from_bytes(data=base64.b64decode("AAAA"), mime_type="audio/wav")),
        arrives=lambda reached: reached.of("audio") == [("audio/wav", "AAAA")]),
    "video": Setting("contents[0]", turns=said(types.Part.from_bytes(data=b"video", mime_type="video/mp4"))),
    "file-ids": Setting("contents[0]", turns=said(
        types.Part.from_uri(file_uri="https://generativelanguage.googleapis.com/v1beta/files/abc", mime_type="image/png"))),
    "failed-results": Setting(
        "contents[2].parts[0].functionResponse.response.error", {"tools": {"ping": None}}, turns=answered(response={"error": "It broke."}),
        arrives=lambda reached: reached.is_error and reached.of("result") == [("ping", "It broke.")]),
    "images-in-results": Setting(
        "contents[2].parts[0].functionResponse", {"tools": {"ping": None}}, turns=answered(response={"output": "here"}, parts=[
            types.FunctionResponsePart.from_bytes(data=base64.b64decode(PIXEL), mime_type="image/png")]),
        arrives=lambda reached: PIXEL in json.dumps(reached.body)),
    "code-parts": Setting("contents[1]", turns=[
        *said(types.Part(text="Count.")), *said(types.Part(executable_code=types.ExecutableCode(code="1", language="PYTHON")), role="model"),
        *said(types.Part(text="Go on."))]),
}


class TestGemini(Rules):
    sdk = Gemini

    @pytest.mark.parametrize("feature, provider, word", cells("gemini", SETTINGS))
    def test_a_setting_becomes_what_the_document_says(self, feature, provider, word):
        self.setting(SETTINGS[feature], provider, word)

    @pytest.mark.parametrize("provider", FORMATS)
    def test_functions_that_the_sdk_calls_by_itself_are_answered(self, provider):
        asked = []

        def get_weather(city: str, days: int) -> str:
            """Tells the weather."""
            asked.append((city, days))
            return "22 degrees"

        config = types.GenerateContentConfig(
            tools=[get_weather], http_options=types.HttpOptions(headers={"x-mock": "calls=1"}),
            automatic_function_calling=types.AutomaticFunctionCallingConfig(maximum_remote_calls=2))
        answer = self.client.sync.models.generate_content(model=provider, contents="Weather?", config=config)

        assert asked[0] == ("weir", 7)
        # An object that is neither `output` nor `error` is what was returned, as a whole.
        assert self.reached.of("result")[0] == ("get_weather", "22 degrees" if provider == "gemini" else '{"result":"22 degrees"}')
        assert answer.function_calls[0].name == "get_weather"

    @pytest.mark.parametrize("provider", FORMATS)
    def test_a_chat_of_the_sdks_goes_on(self, provider):
        chat = self.client.sync.chats.create(model=provider)
        first = "".join(chunk.text or "" for chunk in chat.send_message_stream("One"))
        second = chat.send_message("Two").text

        assert first.endswith("One") and second.endswith("Two")
        assert self.reached.spoken == [("user", "One"), ("assistant", first), ("user", "Two")]

    @pytest.mark.parametrize("provider", FORMATS)
    def test_a_stream_may_be_one_long_list(self, provider):
        body = {"contents": [{"parts": [{"text": "Hello"}]}]}
        whole = call(self.weir, "POST", f"/v1beta/models/{provider}:streamGenerateContent", body, {"x-goog-api-key": CALLER_KEY})
        broken = call(
            self.weir, "POST", f"/v1beta/models/{provider}:streamGenerateContent?key=" + CALLER_KEY, body,
            {"x-mock": "error-event-after=3,chunks=9"})

        assert whole.headers["content-type"] == "application/json"
        text = "".join(part.get("text", "") for chunk in json.loads(whole.body) for part in chunk["candidates"][0]["content"]["parts"])
        assert text.endswith("You said: Hello")
        # What has been told cannot be taken back: the list ends with the error, and then the connection.
        assert broken.status == 200 and broken.body is None

    @pytest.mark.parametrize("provider", FORMATS)
    def test_tokens_are_counted_before_anything_is_asked(self, provider):
        answer = self.client.sync.models.count_tokens(model=provider, contents="A question of 24 bytes.")

        assert answer.total_tokens == 9 if provider == "gemini" else 9 <= answer.total_tokens <= 20
        assert answer.sdk_http_response.headers.get("x-weir-estimate") == ("true" if provider in ("chat", "responses") else None)

    @pytest.mark.parametrize("provider", ["chat", "responses"])
    @pytest.mark.parametrize("contents", ["One", ["One", "Two"]])
    def test_embeddings_come_from_openai_too(self, provider, contents):
        config = types.EmbedContentConfig(output_dimensionality=12)
        answer = self.client.sync.models.embed_content(model=provider, contents=contents, config=config)

        assert [len(embedding.values) for embedding in answer.embeddings] == [12] * (1 if contents == "One" else 2)
        sent = self.mock.last
        assert sent.target == "/v1/embeddings" and sent.json["dimensions"] == 12
        assert sent.json["input"] == ([contents] if isinstance(contents, str) else contents)

    def test_anthropic_has_no_embeddings(self):
        with pytest.raises(errors.ClientError) as raised:
            self.client.sync.models.embed_content(model="anthropic", contents="One")
        assert raised.value.code == 400 and "model" in raised.value.message

    def test_the_list_of_models_is_geminis(self):
        models = {model.name: model for model in self.client.sync.models.list()}

        assert {"models/" + name for name in FORMATS} < set(models)
        assert self.client.sync.models.get(model="anthropic").display_name == "anthropic"

    def test_the_key_may_stand_in_the_query_and_goes_no_further(self):
        body = {"contents": [{"parts": [{"text": "Hello"}]}]}
        answer = call(self.weir, "POST", "/v1beta/models/gemini:generateContent?key=" + CALLER_KEY, body)

        assert answer.status == 200
        assert self.reached.headers["x-goog-api-key"] == "sk-of-gemini" and CALLER_KEY not in self.reached.target

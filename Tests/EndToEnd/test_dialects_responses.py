"""The openai package's responses, at providers of every format."""

import json

import openai
import pydantic
import pytest

from dialect_rules import Rules, Setting, call
from dialects import FORMATS, PDF, PIXEL, SEALS, WEATHER, Said, cells, is_json
from test_dialects_openai import OpenAI


class Failed(Exception):
    """The last event says that there is no answer: the SDK passes it on as an event."""


class Responses(OpenAI):
    name = "responses"
    stream_errors = (openai.APIError, Failed)

    def user(self, text, image=None):
        if image is None:
            return {"role": "user", "content": text}
        picture = {"type": "input_image", "image_url": "data:image/png;base64," + image}
        return {"role": "user", "content": [picture, {"type": "input_text", "text": text}]}

    def results(self, answered):
        return [{"type": "function_call_output", "call_id": call.id, "output": text} for call, text in answered]

    def turns_kept(self, first, second):
        return first == second or second == "plain"

    def wishes(
        self, model, turns, *, system=None, tools=None, choice=None, schema=None, thinking=False, limit=None, mock=None, key=None, **more):
        wish = {"model": model, "input": turns, "store": False, "extra_headers": self.headers(mock, key), **more}
        if system:
            wish["instructions"] = system
        if tools:
            wish["tools"] = [
                {"type": "function", "name": name, "parameters": schema, "strict": False} for name, schema in tools.items()]
        if choice:
            named = {"type": "function", "name": choice}
            wish["tool_choice"] = {"auto": "auto", "none": "none", "any": "required"}.get(choice, named)
        if schema:
            wish["text"] = {"format": {"type": "json_schema", "name": "weather", "schema": schema, "strict": True}}
        if thinking:
            wish |= {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]}
        if limit:
            wish["max_output_tokens"] = limit
        return wish

    def ask(self, model, turns, streams=False, **wish):
        answer = self.sync.responses.with_raw_response.create(**self.wishes(model, turns, **wish), stream=streams)
        return self.collected(list(answer.parse()), answer.headers) if streams else self.said(answer.parse(), answer.headers)

    async def ask_async(self, model, turns, streams=False, **wish):
        answer = await self.asynchronous.responses.with_raw_response.create(**self.wishes(model, turns, **wish), stream=streams)
        if not streams:
            return self.said(answer.parse(), answer.headers)
        return self.collected([event async for event in answer.parse()], answer.headers)

    def leave(self, model, turns, **wish):
        stream = self.sync.responses.create(**self.wishes(model, turns, **wish), stream=True)
        assert any(event.type == "response.output_text.delta" for event in stream)
        stream.close()

    def said(self, answer, headers, pieces=1):
        calls = [item for item in answer.output if item.type == "function_call"]
        reasons = {"max_output_tokens": "length", "content_filter": "filter"}
        if answer.status == "completed":
            stop = "calls" if calls else "stop"
        else:
            assert answer.status == "incomplete"
            stop = reasons[answer.incomplete_details.reason]
        usage = {}
        if answer.usage:
            assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
            usage = {
                "input": answer.usage.input_tokens, "output": answer.usage.output_tokens,
                "cached": answer.usage.input_tokens_details.cached_tokens, "reasoning": answer.usage.output_tokens_details.reasoning_tokens,
            }
        return Said(
            text=answer.output_text, thoughts="".join(part.text for item in answer.output if item.type == "reasoning" for part in item.summary),
            calls=[call(item.call_id, item.name, item.arguments) for item in calls], stop=stop, usage=usage,
            native=[item.model_dump(exclude_none=True) for item in answer.output], headers=headers, pieces=pieces)

    def collected(self, events, headers):
        """The last event holds the whole answer; what came before has to add up to it."""
        if events[-1].type in ("error", "response.failed"):
            raise Failed(events[-1])
        whole = events[-1].response
        assert events[-1].type == "response." + whole.status
        assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == whole.output_text
        done = [event.item for event in events if event.type == "response.output_item.done"]
        assert [item.model_dump() for item in done] == [item.model_dump() for item in whole.output]
        added = [event for event in events if event.type == "response.output_item.added"]
        assert [event.output_index for event in added] == list(range(len(done)))
        for made in (item for item in done if item.type == "function_call"):
            pieces = [event.delta for event in events if event.type == "response.function_call_arguments.delta" and event.item_id == made.id]
            assert "".join(pieces) == made.arguments
        return self.said(whole, headers, pieces=len(events))


def said(*parts):
    return [{"role": "user", "content": list(parts)}]


def image(**more):
    return {"type": "input_image", "image_url": "https://example.com/weir.png", **more}


RESULT_WITH_IMAGE = [
    {"role": "user", "content": "Show me."},
    {"type": "function_call", "call_id": "call_1", "name": "ping", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "output": [
        {"type": "input_text", "text": "here"}, {"type": "input_image", "image_url": "data:image/png;base64," + PIXEL}]},
]

SETTINGS = {
    "temperature": Setting("temperature", {"temperature": 0.5}, arrives=lambda reached: reached.sampling("temperature") == 0.5),
    "temperature-above-one": Setting("temperature", {"temperature": 1.5}, arrives=lambda reached: reached.sampling("temperature") == 1.5),
    "top-p": Setting("top_p", {"top_p": 0.25}, arrives=lambda reached: reached.sampling("top_p") == 0.25),
    "logprobs": Setting("top_logprobs", {"top_logprobs": 3}),
    "verbosity": Setting("text.verbosity", {"text": {"verbosity": "low"}}),
    "truncation": Setting("truncation", {"truncation": "auto"}),
    "json-mode": Setting("text.format", {"text": {"format": {"type": "json_object"}}}, arrives=is_json),
    "one-at-a-time": Setting(
        "parallel_tool_calls", {"tools": {"ping": None}, "parallel_tool_calls": False}, arrives=lambda reached: reached.one_at_a_time),
    "allowed-tools": Setting("tool_choice", {"tools": {"ping": None, "pong": None}, "tool_choice": {
        "type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "pong"}]}},
        arrives=lambda reached: "pong" in json.dumps(reached.body)),
    "strict-tools": Setting(
        "tools[0].strict", {"extra_body": {"tools": [{"type": "function", "name": "ping", "strict": True, "parameters": WEATHER}]}},
        arrives=lambda reached: '"strict": true' in json.dumps(reached.body)),
    "user": Setting("user", {"user": "u-1"}, arrives=lambda reached: reached.user == "u-1"),
    "metadata": Setting("metadata", {"metadata": {"a": "b"}}),
    "service-tier": Setting("service_tier", {"service_tier": "flex"}),
    "store": Setting("store", {"extra_body": {"store": True}}),
    "prompt-cache": Setting("prompt_cache_key", {"prompt_cache_key": "k"}),
    "summary-length": Setting("reasoning.summary", {"reasoning": {"effort": "low", "summary": "detailed"}}),
    "previous-response": Setting("previous_response_id", {"previous_response_id": "resp_1"}),
    "conversation-ids": Setting("conversation", {"conversation": "conv_1"}),
    "prompt-ids": Setting("prompt", {"prompt": {"id": "pmpt_1"}}),
    "background": Setting("background", {"background": True}),
    "item-references": Setting("input[0]", turns=[{"type": "item_reference", "id": "msg_1"}]),
    "server-tools": Setting("tools[0]", {"extra_body": {"tools": [{"type": "web_search"}]}}),
    "custom-tools": Setting(
        "tools[0]", {"extra_body": {"tools": [{"type": "custom", "name": "shell"}]}},
        arrives=lambda reached: '"name": "shell"' in json.dumps(reached.body)),
    "unknown": Setting("unheard_of", {"extra_body": {"unheard_of": 1}}),
    "image-urls": Setting(
        "input[0]", turns=said(image()), arrives=lambda reached: reached.of("image") == [(None, "https://example.com/weir.png")]),
    "image-detail": Setting("input[0].content[0].detail", turns=said(image(image_url="data:image/png;base64," + PIXEL, detail="low"))),
    "documents": Setting(
        "input[0].filename", turns=said({"type": "input_file", "filename": "weir.pdf", "file_data": "data:application/pdf;base64," + PDF}),
        arrives=lambda reached: reached.of("document") == [("application/pdf", PDF)]),
    "file-ids": Setting("input[0].content[0].file_id", turns=said({"type": "input_file", "file_id": "file-1"})),
    "images-in-results": Setting(
        "input[2]", {"tools": {"ping": None}}, turns=RESULT_WITH_IMAGE, arrives=lambda reached: PIXEL in json.dumps(reached.body)),
    "system-later": Setting(
        "input[2].role", turns=[
            {"role": "user", "content": "One"}, {"role": "assistant", "content": "Two"}, {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "Three"}],
        arrives=lambda reached: reached.turns[2][0] in ("system", "developer")),
}


class TestResponses(Rules):
    sdk = Responses

    @pytest.mark.parametrize("feature, provider, word", cells("responses", SETTINGS))
    def test_a_setting_becomes_what_the_document_says(self, feature, provider, word):
        self.setting(SETTINGS[feature], provider, word)

    @pytest.mark.parametrize("provider", FORMATS)
    def test_parsed_answers_are_objects(self, provider):
        class Weather(pydantic.BaseModel):
            city: str
            degrees: int

        wish = {"model": provider, "input": "Weather?", "text_format": Weather}
        with self.client.sync.responses.stream(**wish) as stream:
            streamed = stream.get_final_response()

        assert self.client.sync.responses.parse(**wish).output_parsed == streamed.output_parsed == Weather(city="weir", degrees=7)

    @pytest.mark.parametrize("provider", FORMATS)
    def test_codex_finds_what_it_needs(self, provider):
        """As Codex CLI asks: the responses API only, streams only, nothing kept, and the whole conversation each time."""
        client = self.client
        ask = {
            "model": provider, "instructions": "You are a coding agent.", "store": False, "stream": True, "parallel_tool_calls": True,
            "tool_choice": "auto", "prompt_cache_key": "0199", "include": ["reasoning.encrypted_content"],
            "reasoning": {"effort": "medium", "summary": "auto"},
            "tools": [{"type": "function", "name": "shell", "description": "Runs a command.", "strict": False, "parameters": {
                "type": "object", "properties": {"command": {"type": "array", "items": {"type": "string"}}}, "required": ["command"]}}],
        }
        conversation = [
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Sandboxed."}]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "List the files."}]},
        ]
        events = list(client.sync.responses.create(**ask, input=conversation, extra_headers={"x-mock": "calls=1,thinking"}))
        items = [event.item.model_dump(exclude_none=True) for event in events if event.type == "response.output_item.done"]
        call = next(item for item in items if item["type"] == "function_call")
        result = {"type": "function_call_output", "call_id": call["call_id"], "output": "README.md"}
        again = client.collected(list(client.sync.responses.create(**ask, input=[*conversation, *items, result])), {})

        assert json.loads(call["arguments"]) == {"command": ["weir"]}
        assert again.text and again.stop == "stop"
        reached = self.reached
        assert "\n".join(reached.system) == "You are a coding agent.\nSandboxed." or reached.format == "responses"
        assert reached.of("call") == [("shell", {"command": ["weir"]})] and reached.of("result") == [("shell", "README.md")]
        assert reached.of("seal") == ([(SEALS[provider],)] if provider in SEALS else [])

    @pytest.mark.parametrize("provider", [each for each in FORMATS if each != "responses"])
    def test_codexs_own_tools_work_at_providers_that_have_none_like_them(self, provider):
        """`apply_patch`, which takes free text by a grammar, and `local_shell`: each is a function on the way out, and itself on the way back."""
        grammar = {"type": "grammar", "syntax": "lark", "definition": "start: begin_patch hunk+ end_patch"}
        tools = [
            {"type": "custom", "name": "apply_patch", "description": "Edits files.", "format": grammar}, {"type": "local_shell"},
            {"type": "function", "name": "update_plan", "strict": False, "parameters": {"type": "object", "properties": {}}}]
        ask = {"model": provider, "stream": True, "store": False, "include": ["reasoning.encrypted_content"], "prompt_cache_key": "0199"}
        asked = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Add a file."}]}]
        create = self.client.sync.responses.create
        events = list(create(**ask, tools=tools, input=asked, extra_headers={"x-mock": "calls=2"}))
        items = [event.item.model_dump(exclude_none=True) for event in events if event.type == "response.output_item.done"]
        patch, shell = [item for item in items if item["type"].endswith("_call")][:2]
        results = [
            {"type": "custom_tool_call_output", "call_id": patch["call_id"], "output": "Done"},
            {"type": "local_shell_call_output", "id": shell["id"], "call_id": shell["call_id"], "output": "README.md"}]
        again = self.client.collected(list(create(**ask, tools=tools, input=[*asked, *items, *results])), {})

        assert patch["type"] == "custom_tool_call" and patch["name"] == "apply_patch" and patch["input"] == "weir"
        assert [event.delta for event in events if event.type == "response.custom_tool_call_input.delta"] == ["weir"]
        assert shell["type"] == "local_shell_call" and shell["action"]["command"] == ["weir"] and shell["action"]["type"] == "exec"
        assert again.text and again.stop == "stop"
        assert self.reached.of("result") == [("apply_patch", "Done"), ("local_shell", "README.md")]
        assert "begin_patch" in json.dumps(self.reached.body)

    def test_another_model_of_another_provider_can_go_on_with_a_conversation(self):
        client = self.client
        asked = [client.user("One")]
        for provider in FORMATS * 2:
            asked += self.ask(provider, asked, thinking=True, mock="thinking,chunks=2").native
            asked.append(client.user("More"))

        assert [part for part in self.reached.of("text") if part == ("Water finds",)] == [("Water finds",)] * 7

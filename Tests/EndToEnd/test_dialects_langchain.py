"""A second opinion: langchain-openai, over both of OpenAI's APIs, and langchain-anthropic, at providers of every format."""

import anthropic
import openai
import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI

from dialects import ANSWER, FORMATS, MODES, PIXEL, SEALS, THOUGHTS, WEATHER, Loop, Reached
from processes import CALLER_KEY

TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "Tells the weather.", "parameters": WEATHER}},
    {"type": "function", "function": {"name": "ping", "description": "Pings.", "parameters": {"type": "object", "properties": {}}}},
]
CLIENTS = {
    "chat": lambda url, **wish: ChatOpenAI(base_url=url + "/v1", api_key=CALLER_KEY, max_retries=0, stream_usage=True, **wish),
    "responses": lambda url, **wish: ChatOpenAI(base_url=url + "/v1", api_key=CALLER_KEY, max_retries=0, use_responses_api=True, **wish),
    "anthropic": lambda url, **wish: ChatAnthropic(base_url=url, api_key=CALLER_KEY, max_retries=0, **wish),
}
# How each is asked to think, and to bring back what the provider wants back.
THINKING = {
    "chat": {"reasoning_effort": "low"},
    "responses": {"reasoning": {"effort": "low", "summary": "auto"}, "store": False, "include": ["reasoning.encrypted_content"]},
    "anthropic": {"thinking": {"type": "enabled", "budget_tokens": 2048}, "max_tokens": 4096},
}


@pytest.fixture(params=CLIENTS)
def name(request):
    return request.param


@pytest.fixture
def client(weir, mock, name):
    def make(provider, directives=None, **wish):
        headers = {"default_headers": {"x-mock": directives}} if directives else {}
        return CLIENTS[name](weir.url, model=provider, **headers, **wish)

    return make


def ask(model, messages, mode="plain"):
    """The answer; streamed ones are added up as LangChain does it."""
    async def collect():
        return [chunk async for chunk in model.astream(messages)]

    if "stream" not in mode:
        return model.invoke(messages) if mode == "plain" else Loop.run(model.ainvoke(messages))
    chunks = list(model.stream(messages)) if mode == "stream" else Loop.run(collect())
    assert len(chunks) > 1
    return sum(chunks[1:], chunks[0])


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_text_and_token_counts_come_back(client, name, mock, provider, mode):
    said = ask(client(provider, "cached=3"), [SystemMessage("Be brief."), HumanMessage("What is a weir?")], mode)

    assert said.text.endswith("You said: What is a weir?")
    assert said.usage_metadata["output_tokens"] == 16
    assert said.usage_metadata["total_tokens"] == said.usage_metadata["input_tokens"] + 16
    # From Anthropic's own streams it takes the last counts only, and the mock's last say nothing of the input.
    assert said.usage_metadata.get("input_token_details", {}).get("cache_read", 3 if name == provider else 0) == 3
    assert Reached(mock.last).system == ["Be brief."] and Reached(mock.last).of("text") == [("What is a weir?",)]


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_calls_are_answered(client, mock, provider, mode):
    asked = [HumanMessage("Weather?")]
    called = ask(client(provider, "calls=3").bind_tools(TOOLS), asked, mode)
    results = [ToolMessage(call["name"] + " is fine", tool_call_id=call["id"]) for call in called.tool_calls]
    said = ask(client(provider).bind_tools(TOOLS), [*asked, called, *results], mode)

    arguments = {"city": "weir", "days": 7}
    assert [(call["name"], call["args"]) for call in called.tool_calls] == [("get_weather", arguments), ("ping", {}), ("get_weather", arguments)]
    assert called.invalid_tool_calls == [] and said.text and said.tool_calls == []
    reached = Reached(mock.last)
    assert reached.of("call") == [("get_weather", arguments), ("ping", {}), ("get_weather", arguments)]
    assert reached.of("result") == [("get_weather", "get_weather is fine"), ("ping", "ping is fine"), ("get_weather", "get_weather is fine")]


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_thoughts_and_seals_survive(client, name, mock, provider, mode):
    asked = [HumanMessage("Weather?")]
    called = ask(client(provider, "calls=1,thinking", **THINKING[name]).bind_tools(TOOLS), asked, mode)
    result = ToolMessage("fine", tool_call_id=called.tool_calls[0]["id"])
    ask(client(provider, **THINKING[name]).bind_tools(TOOLS), [*asked, called, result], mode)

    # LangChain has no place for thoughts in chat completions, and brings only calls back: the gateway remembers the seals.
    thoughts = [block.get("reasoning") for block in called.content_blocks if block["type"] == "reasoning"]
    assert THOUGHTS in thoughts or name == "chat"
    assert Reached(mock.last).of("seal") == ([(SEALS[provider],)] if provider in SEALS else [])


@pytest.mark.parametrize("provider", FORMATS)
def test_a_schema_makes_an_object(client, mock, provider):
    model = client(provider).with_structured_output({"title": "Weather", **ANSWER}, method="json_schema")

    assert model.invoke("Weather?") == {"city": "weir", "degrees": 7}
    assert Reached(mock.last).schema["properties"] == ANSWER["properties"]


@pytest.mark.parametrize("provider", FORMATS)
def test_pictures_arrive(client, mock, provider):
    picture = {"type": "image", "base64": PIXEL, "mime_type": "image/png"}
    client(provider).invoke([HumanMessage([{"type": "text", "text": "What is this?"}, picture])])

    assert Reached(mock.last).of("image") == [("image/png", PIXEL)]


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize("status", [400, 404, 429, 529])
def test_failures_are_the_sdks_own(client, name, provider, status):
    errors = anthropic if name == "anthropic" else openai
    overloaded = anthropic.OverloadedError if name == "anthropic" else openai.InternalServerError
    wanted = {400: errors.BadRequestError, 404: errors.NotFoundError, 429: errors.RateLimitError, 529: overloaded}[status]

    with pytest.raises(wanted):
        client(provider, f"status={status}").invoke("Hello")

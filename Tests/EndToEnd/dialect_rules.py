"""What holds for every client at every provider. Each test file of a dialect says how its SDK asks, and inherits these."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field

import pytest

from dialects import ANSWER, FORMATS, MODES, PIXEL, PROVIDERS, SEALS, STRANGER, THOUGHTS, WEATHER, WORDS, Call, Loop, Reached
from processes import wait_until

TOOLS = {"get_weather": WEATHER, "ping": None}
# The rows of docs/dialects.md that hold for every client.
FEATURES = set()


@dataclass
class Setting:
    """Something that a client may ask for, and a row of docs/dialects.md tells what becomes of it."""

    # What refusals and `x-weir-dropped` call it, as its client spells it.
    field: str
    # Of the SDK's own parameters.
    wish: dict = dataclass_field(default_factory=dict)
    # Of the conversation, where it is not a parameter.
    turns: list | None = None
    # Whether it has reached the provider.
    arrives: Callable = lambda reached: True


def rule(feature, modes=MODES):
    """A rule about a row of docs/dialects.md; it holds at every provider, in each of these ways to ask."""
    FEATURES.add(feature)

    def decorate(test):
        test = pytest.mark.parametrize("mode", modes)(test) if modes else test
        return pytest.mark.parametrize("provider", PROVIDERS)(test)

    return decorate


WAYS = ["plain", "stream"]


class Rules:
    # The SDK: see a test file.
    sdk = None

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def clients(cls, weir):
        cls.client = cls.sdk(weir)
        yield
        cls.client.close()

    @pytest.fixture(autouse=True)
    def processes(self, mock, weir):
        self.mock, self.weir = mock, weir

    def ask(self, model, turns, mode="plain", **wish):
        client = self.client
        if isinstance(turns, str):
            turns = [client.user(turns)]
        if mode.startswith("async"):
            return Loop.run(client.ask_async(model, turns, streams=mode.endswith("stream"), **wish))
        return client.ask(model, turns, streams=mode == "stream", **wish)

    @property
    def reached(self):
        return Reached(self.mock.last)

    def logged(self, request_id):
        """The line of the access log; it is written within moments of a request's end."""
        found = []
        assert wait_until(lambda: found.extend(line for line in list(self.weir.lines) if request_id in line) or found)
        return json.loads(found[0])

    # What is said.

    @rule("text")
    def test_text_goes_both_ways(self, provider, mode):
        said = self.ask(provider, "What is a weir? Été, 堰 and 🌊", mode)

        assert said.text.endswith("You said: What is a weir? Été, 堰 and 🌊")
        assert said.stop == "stop" and said.calls == [] and said.thoughts == ""
        assert said.pieces > 3 if "stream" in mode else said.pieces == 1
        assert self.reached.turns == [("user", [("text", "What is a weir? Été, 堰 and 🌊")])]
        assert self.reached.model == "model-of-" + provider
        assert "x-weir-dropped" not in said.headers

    @rule("conversation", WAYS)
    def test_a_conversation_reaches_the_provider_turn_by_turn(self, provider, mode):
        client = self.client
        first = self.ask(provider, "One", mode)
        said = self.ask(provider, [client.user("One"), *first.native, client.user("Two")], mode)

        assert said.text.endswith("You said: Two")
        assert self.reached.spoken == [("user", "One"), ("assistant", first.text), ("user", "Two")]

    @rule("system", WAYS)
    def test_instructions_stay_instructions(self, provider, mode):
        self.ask(provider, "Hello", mode, system="Be brief.")

        assert self.reached.system == ["Be brief."]
        assert self.reached.of("text") == [("Hello",)]

    @rule("images", WAYS)
    def test_pictures_arrive_byte_for_byte(self, provider, mode):
        said = self.ask(provider, [self.client.user("What is this?", image=PIXEL)], mode)

        assert said.text.endswith("What is this?")
        assert self.reached.of("image") == [("image/png", PIXEL)]
        assert self.reached.of("text") == [("What is this?",)]

    @rule("limit", WAYS)
    def test_the_most_tokens_of_an_answer_keep_their_number(self, provider, mode):
        self.ask(provider, "Hello", mode, limit=321)

        assert self.reached.sampling("limit") == 321

    # Tools.

    @rule("tools")
    def test_calls_come_in_parallel_and_without_arguments_too(self, provider, mode):
        client = self.client
        said = self.ask(provider, "Weather?", mode, tools=TOOLS, mock="calls=3")

        assert [(call.name, call.arguments) for call in said.calls] == [
            ("get_weather", {"city": "weir", "days": 7}), ("ping", {}), ("get_weather", {"city": "weir", "days": 7})]
        # Gemini's own have none.
        assert client.name == provider == "gemini" or len({call.id for call in said.calls} - {None, ""}) == 3
        assert said.stop == "calls" and said.text == ""
        assert list(self.reached.tools) == ["get_weather", "ping"]
        assert self.reached.tools["get_weather"] == WEATHER
        assert not (self.reached.tools["ping"] or {}).get("properties")
        # A provider of the client's own format is passed through with its habits.
        assert client.name == provider or all(call.spelled is None or json.loads(call.spelled) == call.arguments for call in said.calls)

    @rule("text-and-calls", WAYS)
    def test_words_before_a_call_come_before_it(self, provider, mode):
        said = self.ask(provider, "Weather?", mode, tools=TOOLS, mock="calls=1,chunks=4")

        assert said.text == "Water finds its way" and [call.name for call in said.calls] == ["get_weather"]
        assert said.stop == "calls"

    @rule("tool-results")
    def test_results_of_calls_find_their_calls(self, provider, mode):
        client = self.client
        asked = [client.user("Weather?")]
        called = self.ask(provider, asked, mode, tools=TOOLS, mock="calls=3")
        texts = ["22 degrees", "pong", "[1, 2.50]"]
        said = self.ask(provider, asked + called.native + client.results(list(zip(called.calls, texts))), mode, tools=TOOLS)

        assert said.stop == "stop" and said.text
        assert self.reached.of("call") == [(call.name, call.arguments) for call in called.calls]
        assert self.reached.of("result") == [("get_weather", "22 degrees"), ("ping", "pong"), ("get_weather", "[1, 2.50]")]

    @rule("tool-choice", None)
    @pytest.mark.parametrize("choice", ["auto", "none", "any", "ping"])
    def test_the_choice_of_tools_is_the_providers(self, provider, choice):
        self.ask(provider, "Weather?", tools=TOOLS, choice=choice)

        assert self.reached.choice == choice

    # What the answer is.

    @rule("schema")
    def test_a_schema_is_the_providers_to_keep(self, provider, mode):
        said = self.ask(provider, "Weather?", mode, schema=ANSWER)

        assert json.loads(said.text) == {"city": "weir", "degrees": 7}
        assert self.reached.schema == ANSWER

    @rule("thinking")
    def test_thoughts_are_shown_apart_from_the_answer(self, provider, mode):
        said = self.ask(provider, "Think.", mode, thinking=True, mock="thinking")

        assert said.thoughts == THOUGHTS
        assert said.text.endswith("You said: Think.") and said.stop == "stop"
        assert self.reached.thinking in ("low", "LOW", 2048)

    @rule("stop-reasons", WAYS)
    @pytest.mark.parametrize("directive, stop", [("length", "length"), ("filter", "filter")])
    def test_the_reason_of_the_end_is_told(self, provider, mode, directive, stop):
        said = self.ask(provider, "Hello", mode, mock="stop=" + directive)

        assert said.stop == stop

    @rule("usage")
    def test_tokens_are_counted_alike(self, provider, mode):
        prompt = "A question of some length, so that there is something to count and to keep."
        said = self.ask(provider, prompt, mode, mock="cached=5,thinking,chunks=9")

        # Bedrock does not say what part of the output was thought.
        assert said.usage.pop("reasoning", 0) == (0 if provider == "bedrock" else 7)
        assert said.usage == {"input": 3 + (len(prompt) + 3) // 4, "cached": 5, "output": 16}
        line = self.logged(said.headers["x-request-id"])
        assert (line["tokens_in"], line["tokens_out"], line["tokens_cached"]) == (said.usage["input"], 16, 5)

    @rule("usage", WAYS)
    def test_what_the_provider_did_not_count_is_not_invented(self, provider, mode):
        if self.client.name == provider:
            return
        said = self.ask(provider, "Hello", mode, mock="no-usage")

        # Anthropic's streams count the input, and a token or two, before they begin.
        assert said.text.endswith("Hello")
        assert said.usage.get("output", 0) <= (1 if provider == "anthropic" and mode == "stream" else 0)

    def setting(self, setting, provider, word):
        """Asks for it where losses are refused and where they are allowed, and sees that it becomes what the document says."""
        turns = setting.turns or [self.client.user("Hello")]
        if word in ("refused", "dropped"):
            for model in [provider] + [provider + "-drop"] * (word == "refused"):
                with pytest.raises(self.client.errors[400]) as raised:
                    self.ask(model, turns, **setting.wish)
                assert setting.field in self.client.read_error(raised.value)[1]
            assert self.mock.stats["requests"] == 0
        if word == "dropped":
            assert self.left_out(self.ask(provider + "-drop", turns, **setting.wish)) == [setting.field]
        if word == "named":
            assert self.left_out(self.ask(provider, turns, **setting.wish)) == [setting.field]
        if word == "yes" and self.client.name == provider:
            # Passed through, for the provider to judge.
            try:
                assert self.left_out(self.ask(provider, turns, **setting.wish)) == []
            except self.client.errors[400]:
                assert self.mock.stats["requests"] == 1
        elif word == "yes":
            assert self.left_out(self.ask(provider, turns, **setting.wish)) == []
            assert setting.arrives(self.reached)
        assert word in WORDS

    @staticmethod
    def left_out(said):
        dropped = said.headers.get("x-weir-dropped")
        return dropped.split(", ") if dropped else []

    # What goes wrong.

    @rule("errors", MODES)
    @pytest.mark.parametrize("status", [400, 404, 429, 500, 529])
    def test_a_providers_failure_is_the_sdks_own_error(self, provider, mode, status):
        error, seen, message = self.failure(provider, mode, mock=f"status={status}")

        # Only Anthropic's clients know 529.
        wanted = 503 if status == 529 and self.client.name != "anthropic" and not self.client.name == provider == "gemini" else status
        assert seen == wanted and isinstance(error, self.client.errors[wanted]), (seen, error)
        assert message and "sk-" not in str(error)

    @rule("errors", WAYS)
    @pytest.mark.parametrize("status", [401, 403])
    def test_the_gateways_own_key_is_nothing_that_an_app_could_mend(self, provider, mode, status):
        error, seen, _ = self.failure(provider, mode, mock=f"status={status}")

        assert seen == 502 and isinstance(error, self.client.errors[502])

    @rule("errors", WAYS)
    def test_a_wrong_key_is_the_apps_to_mend(self, provider, mode):
        error, seen, _ = self.failure(provider, mode, key="nobody's")

        assert seen == 401 and isinstance(error, self.client.errors[401])

    @rule("errors", None)
    def test_a_model_that_is_not_there_is_not_found(self, provider):
        error, seen, _ = self.failure(provider + "-that-is-not-there", "plain")

        assert seen == 404 and isinstance(error, self.client.errors[404])

    @rule("error-events", ["stream", "async-stream"])
    @pytest.mark.parametrize("directives", ["error-event-after=3,chunks=9", "no-done,chunks=9", "cut-after=1500,chunks=99"])
    def test_a_stream_that_fails_never_ends_in_silence(self, provider, mode, directives):
        if provider == "chat" != self.client.name and "no-done" in directives:
            # Servers that forget the end mark have told the reason of the end: where chunks are translated, that is believed.
            assert self.ask(provider, "Hello", mode, mock=directives).stop == "stop"
            return
        with pytest.raises(self.client.stream_errors):
            self.ask(provider, "Hello", mode, mock=directives)

    @rule("error-events", ["stream"])
    @pytest.mark.parametrize("directives", ["error-event", "cut-after=100"])
    def test_a_stream_that_fails_before_its_first_word_is_a_status(self, provider, mode, directives):
        error, seen, _ = self.failure(provider, mode, mock=directives)

        assert seen >= 500, error

    @rule("cancellation", None)
    @pytest.mark.parametrize("way", ["close", "cancel"])
    def test_a_client_that_leaves_ends_the_providers_work(self, provider, way):
        wish = {"mock": "chunks=100000,interval=5ms"}
        if way == "close":
            self.client.leave(provider, [self.client.user("Hello")], **wish)
        else:
            Loop.run(self._cancelled(provider, wish))

        assert wait_until(lambda: self.mock.stats["aborted"] == 1)
        assert self.mock.stats["open_streams"] == 0

    async def _cancelled(self, provider, wish):
        task = asyncio.ensure_future(self.client.ask_async(provider, [self.client.user("Hello")], streams=True, **wish))
        assert await asyncio.to_thread(wait_until, lambda: self.mock.stats["open_streams"] == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    def failure(self, model, mode, **wish):
        """The SDK's error, its status and its message."""
        with pytest.raises(self.client.error) as raised:
            self.ask(model, "Hello", mode, **wish)
        return raised.value, *self.client.read_error(raised.value)

    # What a provider wants back.

    @rule("signatures")
    def test_a_providers_seals_come_back_to_it_with_the_results(self, provider, mode):
        client = self.client
        asked = [client.user("Weather?")]
        wish = {"tools": TOOLS, "thinking": True}
        called = self.ask(provider, asked, mode, mock="calls=2,thinking", **wish)
        self.ask(provider, asked + called.native + client.results([(call, "fine") for call in called.calls]), mode, **wish)

        assert self.reached.of("seal") == ([(SEALS[provider],)] if provider in SEALS else [])
        assert self.reached.of("result") == [("get_weather", "fine"), ("ping", "fine")]

    @rule("signatures", None)
    def test_another_providers_seals_are_left_out(self, provider):
        client = self.client
        asked = [client.user("Weather?")]
        wish = {"tools": TOOLS, "thinking": True}
        for other in FORMATS:
            if other == provider:
                continue
            called = self.ask(other, asked, mock="calls=1,thinking", **wish)
            self.ask(provider, asked + called.native + client.results([(call, "fine") for call in called.calls]), **wish)

            # What Claude has sealed, Claude takes back, whoever hosts it.
            seals = [STRANGER] * (provider == "gemini") + [SEALS["anthropic"]] * ((other, provider) == ("anthropic", "bedrock"))
            assert self.reached.of("seal") == [(seal,) for seal in seals], other
            assert "d2VpcjEu" not in self.mock.last.text, "an envelope of the gateway's"
            assert self.reached.of("result") == [("get_weather", "fine")]

    # What the gateway does besides.

    @rule("fallback", WAYS)
    def test_another_dialects_provider_takes_over(self, provider, mode):
        for other in FORMATS:
            if other == provider:
                continue
            said = self.ask(f"{provider}-or-{other}", "Hello", mode, mock=f"fail-first=1,id={provider}-{other}", tools=TOOLS)

            assert said.text.endswith("You said: Hello")
            assert (self.reached.format, self.reached.model) == (other, "model-of-" + other)
            assert self.mock.stats["by_id"][f"{provider}-{other}"] == 2

    @rule("cache", None)
    @pytest.mark.parametrize("first, second", [("plain", "stream"), ("stream", "plain"), ("plain", "plain"), ("stream", "stream")])
    @pytest.mark.parametrize("wish", [{}, {"tools": TOOLS, "mock": "calls=2,thinking,chunks=5"}], ids=["text", "calls"])
    def test_a_kept_answer_is_given_again_in_either_form(self, provider, first, second, wish):
        question = f"{self.client.name} {provider} {first} {second} {sorted(wish)}"
        new = self.ask(provider + "-kept", question, first, **wish)
        kept = self.ask(provider + "-kept", question, second, **wish)

        assert self.mock.stats["requests"] == 1 or not self.client.turns_kept(first, second)
        if self.client.turns_kept(first, second):
            assert (new.headers["x-weir-cache"], kept.headers["x-weir-cache"]) == ("miss", "hit")
        assert (kept.text, kept.thoughts, kept.stop, kept.usage) == (new.text, new.thoughts, new.stop, new.usage)
        assert [(call.name, call.arguments) for call in kept.calls] == [(call.name, call.arguments) for call in new.calls]


def call(id, name, arguments):
    """A call as SDKs that keep arguments as text give it."""
    return Call(id, name, json.loads(arguments or "{}"), arguments)

"""docs/dialects.md says what the tests have seen, all of it and nothing else."""

import pytest

import test_dialects_anthropic
import test_dialects_gemini
import test_dialects_openai
import test_dialects_responses
from dialect_rules import FEATURES
from dialects import FORMATS, table

SETTINGS = {
    "chat": test_dialects_openai.SETTINGS, "responses": test_dialects_responses.SETTINGS, "anthropic": test_dialects_anthropic.SETTINGS,
    "gemini": test_dialects_gemini.SETTINGS,
}


def test_each_row_is_tested_and_each_test_has_its_row():
    tested = {(feature, client) for feature in FEATURES for client in FORMATS}
    tested |= {(feature, client) for client, settings in SETTINGS.items() for feature in settings}

    assert set(table()) == tested


@pytest.mark.parametrize("feature", sorted(FEATURES))
def test_what_holds_for_every_client_at_every_provider_is_said_to(feature):
    for client in FORMATS:
        assert set(table()[feature, client].values()) == {"yes"}


def test_a_word_that_means_nothing_is_a_mistake():
    with pytest.raises(AssertionError):
        table("| `text` | all | yes | yes | perhaps | yes | yes | |")
    with pytest.raises(AssertionError):
        table("| `text` | all | yes | yes | yes | yes | yes | |\n| `text` | chat | yes | yes | yes | yes | yes | |")

"""The translations are complete and change nothing that a program reads in them."""

import re
from collections import Counter
from pathlib import Path

import polib
import pytest

FOLDER = Path(__file__).parents[2] / "i18n"
TEMPLATE = FOLDER / "pos_viva_wallet.pot"
# Where Viva sells, and Chinese.
LANGUAGES = (
    "bg", "cs", "da", "de", "el", "es", "fi", "fr", "hr", "hu", "it", "nb", "nl", "pl", "pt", "ro",
    "sv", "zh_CN",
)  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+|\b(?:class|name|t-[\w-]+|href|role)=\"[^\"]*\"")
# What stands on buttons must fit there: at most so many times as long as the English text, or so
# many characters.
BUTTON_FACTOR = 2.5
BUTTON_CHARACTERS = 32
BUTTONS = (
    "Cancel", "Check again", "Choose the card", "Merchant copy", "Pay back", "Pay to any card",
    "Refund", "Refund without the card", "Retry", "Reverse", "Send", "The terminal shows not paid",
    "The terminal shows paid",
)  # fmt: skip


def read(language):
    return polib.pofile(str(FOLDER / f"{language}.po"))


def test_languages():
    assert {path.stem for path in FOLDER.glob("*.po")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_complete(language):
    template = {entry.msgid for entry in polib.pofile(str(TEMPLATE))}
    translated = read(language)
    assert {entry.msgid for entry in translated} == template
    assert translated.metadata["Language"] == language
    assert not [entry.msgid for entry in translated if not entry.msgstr.strip() or entry.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_placeholders_and_tags(language):
    for entry in read(language):
        for pattern in (PLACEHOLDER, TAG):
            before, after = pattern.findall(entry.msgid), pattern.findall(entry.msgstr)
            assert Counter(before) == Counter(after), entry.msgid
        # What a percent sign and the next letter mean to Python is in the pattern above.
        stray = [text.count("%") - text.count("%(") for text in (entry.msgid, entry.msgstr)]
        assert stray[0] == stray[1], entry.msgid


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_short(language):
    translations = {entry.msgid: entry.msgstr for entry in read(language)}
    for text in BUTTONS:
        most = max(len(text) * BUTTON_FACTOR, BUTTON_CHARACTERS)
        assert len(translations[text]) <= most, translations[text]

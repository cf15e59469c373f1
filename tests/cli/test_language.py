"""The command line speaks the language of the system, or of --lang."""

from __future__ import annotations

import locale

import pytest

from ccepz_sim.commands.console import language


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        (["play", "--lang", "zh"], {"LANG": "en_GB.UTF-8"}, "zh"),
        (["play", "--lang=en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["play", "--lang", "fr"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["play", "--lang"], {"LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_language(arguments, environ, expected):
    assert language(arguments, environ) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Chinese (Simplified)_China", "zh"), ("English_United Kingdom", "en"), (None, "en")],
)
def test_a_system_without_variables(monkeypatch, name, expected):
    monkeypatch.setattr(locale, "getlocale", lambda *_: (name, "utf-8"))
    assert language([], {}) == expected

"""Whatever is wrong on the command line gets one clear sentence, exit code 2 and no traceback."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from ccepz_sim.cli import COMMANDS
from ccepz_sim.text.texts import Texts

BY_RULE = ("bench.part_", "bench.way_", "bench.row_", "bench.gate_", "pack.step_", "phenomena.part_")  # parts
MISTAKES = [
    (["rum"], "There is no command “rum”. Did you mean “run”?"),
    (["run", "green-governence"], "There is no package “green-governence”. Did you mean “green-governance”?"),
    (
        ["run", "--scenario", "slow-recovry"],
        "There is no scenario “slow-recovry”. Did you mean “slow-recovery”?",
    ),
    (["run", "--scenario"], "--scenario needs a value."),
    (
        ["run", "--set", "polution-tax-air=6"],
        "There is no lever “polution-tax-air”. Did you mean “pollution-tax-air”?",
    ),
    (
        ["run", "--set", "pollution-tax-air"],
        "--set takes LEVER=VALUE or LEVER=VALUE@YEAR, not “pollution-tax-air”.",
    ),
    (["run", "--set", "=6"], "--set takes LEVER=VALUE or LEVER=VALUE@YEAR, not “=6”."),
    (
        ["run", "--set", "audit-share=30"],
        "30 is out of bounds for “audit-share”: allowed is 0 to 1 (unit: share).",
    ),
    (["run", "--set", "audit-share=30%"], "“audit-share” takes a plain number in share, 0 to 1, not “30%”."),
    (["run", "--set", "audit-share=nan"], "“audit-share” takes a plain number in share, 0 to 1, not “nan”."),
    (
        ["run", "--set", "rd-fund=3e8yuan"],
        "“rd-fund” takes a plain number in yuan/yr, 0 to 1,500,000,000, not “3e8yuan”.",
    ),
    (
        ["run", "--set", "audit-share=0.3@2036"],
        "“audit-share” is set in year “2036”, but this run goes from 2016 to 2035.",
    ),
    (
        ["run", "--years", "3", "--set", "audit-share=0.3@soon"],
        "“audit-share” is set in year “soon”, but this run goes from 2016 to 2018.",
    ),
    (["run", "--param", "nonsense"], "--param takes ID=VALUE, not “nonsense”."),
    (["run", "--param", "nothing.like_this=1"], "There is no parameter “nothing.like_this”."),
    (["run", "--from", "1999"], "--from takes a whole number from 2010 to 2016, not “1999”."),
    (["run", "--from", "2013"], "--from takes 2010 (begin with the history) or 2016"),
    (["run", "--years", "45"], "The model ends with 2059: from 2016 on --years is at most 44."),
    (["run", "--years", "0"], "--years takes a whole number from 1 to 50, not “0”."),
    (["run", "--years", "ten"], "--years takes a whole number from 1 to 50, not “ten”."),
    (["run", "--seed", "-1"], "--seed takes a whole number from 0 to 2147483647, not “-1”."),
    (["run", "--scale", "0"], "--scale takes a number above 0 and at most 1, not “0”."),
    (["run", "--scale", "1.01"], "--scale takes a number above 0 and at most 1, not “1.01”."),
    (["run", "--scenari", "calm"], "“ccepz run” has no option “--scenari”. Did you mean “--scenario”?"),
    (["list"], "Missing: KIND. “ccepz list --help” explains it."),
    (["list", "lever"], "“lever” is not possible for KIND. Did you mean “levers”?"),
    (["list", "levers", "extra"], "“ccepz list” does not take “extra”."),
    (["play", "--port", "0"], "--port takes a whole number from 1 to 65535, not “0”."),
    (["play", "--lang", "fr"], "“fr” is not possible for --lang."),
    # Numbers that Python would take, but nobody means.
    *((["run", "--seed", text], "--seed takes a whole number from 0 to 2147483647, not")
      for text in ("1_000", "2147483648", "9" * 5001, "1e3", "1.0", "nan", "", "0x10")),
    *((["run", "--set", f"audit-share={text}"], "“audit-share” takes a plain number in share, 0 to 1, not")
      for text in ("1_0", "1e400x", "inf", "0,3", "0.3 0.4", "0x1")),
    *((["run", "--set", f"audit-share={text}"], words) for text, words in (
        ("1e400", "“audit-share” takes a plain number"), ("9" * 401, "“audit-share” takes a plain number"),
        ("1e300", "1e+300 is out of bounds for “audit-share”"))),
    (["run", "--set", "audit-share=0.3@2016.3"], "“audit-share” is set in year “2016.3”"),
    (["run", "--scale", "nan"], "--scale takes a number above 0 and at most 1, not “nan”."),
    (["study", "smoke", "--timeout", "1e400"], "--timeout takes a number of seconds"),
    # Signs of an input method.
    (["run", "--seed", "１"], "“１” (U+FF11) in “１” is not a sign of the command line: type 1 instead."),
    (["run", "--set", "audit-share＝0.3"], "“＝” (U+FF1D) in “audit-share＝0.3” is not a sign of the command line"),
    (["run", "--set", "audit-share=０.3"], "“０” (U+FF10)"),
    (["run", "--param", "collusion.belief_speed=0。2"], "“。” (U+3002)"),
    (["run", "—years", "3"], "“—” (U+2014) in “—years” is not a sign of the command line: type - instead."),
    (["run", "－－years", "3"], "“－” (U+FF0D)"),
    # Of two, one would be ignored.
    (["run", "--seed", "1", "--seed", "2"], "--seed is given twice; one of both would be ignored."),
    (["run", "--set", "audit-share=0.3", "--set", "audit-share=0.4@2016"], "--set sets “audit-share@2016” twice"),
    (["run", "--param", "collusion.belief_speed=0.2", "--param", "collusion.belief_speed=0.3"],
     "--param sets “collusion.belief_speed” twice"),
    (["run", "--set", "Audit-Share=0.3"], "There is no lever “Audit-Share”. Did you mean “audit-share”?"),
    (["run", "--scenario", "Calm"], "There is no scenario “Calm”. Did you mean “calm”?"),
    # Names that no file has.
    (["run", "--out", ""], "--out needs a value."),
    (["run", "--out", "s3://bucket/x"], "--out takes a name on this machine, not the address “s3://bucket/x”."),
    (["run", "--out=~nobody-of-this-name/x"], "The home folder of “~nobody-of-this-name/x” is not known"),
    (["study", "\x1b[31mred"], "There is no study “\ufffd[31mred”."),
    (["run", "x" * 5000], "There is no package “xxxxx"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "sentence"), MISTAKES, ids=[" ".join(given)[:60] for given, _ in MISTAKES])
def test_one_clear_sentence(ccepz, arguments, sentence):
    answer = ccepz(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(sentence)
    assert answer.err.count("\n") == 1
    assert len(answer.err) < 700


@pytest.mark.parametrize("arguments", [given for given, _ in MISTAKES], ids=lambda given: " ".join(given)[:60])
def test_the_sentence_is_chinese_in_a_chinese_system(ccepz, arguments):
    answer = ccepz(*arguments, lang="zh")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.rstrip()[-1] in "。？"


def test_a_mistake_in_out_is_found_before_the_run(ccepz, tmp_path, monkeypatch):
    monkeypatch.setattr("ccepz_sim.commands.run.simulate", lambda *_: pytest.fail("the run began"))
    occupied = tmp_path / "mine"
    occupied.mkdir()
    (occupied / "thesis.txt").write_text("precious")
    answer = ccepz("run", "--out", str(occupied))
    assert (answer.code, answer.out) == (2, "")
    assert "already holds something else (thesis.txt)" in answer.err
    assert [path.name for path in occupied.iterdir()] == ["thesis.txt"]


def test_nothing_at_all_shows_the_help(ccepz):
    answer = ccepz()
    assert answer.code == 2
    assert answer.err.endswith(f"Name a command: {', '.join(COMMANDS)}; “ccepz --help” explains them.\n")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_in_both_languages(ccepz, command, lang):
    answer = ccepz(*command, "--help", lang=lang)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("用法：ccepz" if lang == "zh" else "usage: ccepz")
    assert ("show this help" in answer.out) == (lang == "en" and bool(command))


def test_an_error_of_the_program_is_told_in_one_sentence(ccepz, monkeypatch):
    def fail(*_):
        raise RuntimeError("the bottom fell out\nin two lines")

    monkeypatch.setattr("ccepz_sim.commands.run.simulate", fail)
    answer = ccepz("run")
    assert (answer.code, answer.out, answer.err.count("\n")) == (70, "", 1)
    assert "RuntimeError: the bottom fell out" in answer.err
    assert "CCEPZ_DEBUG=1" in answer.err
    with pytest.raises(RuntimeError):
        ccepz("run", CCEPZ_DEBUG="1")


def test_every_text_is_used_and_fills_the_same_fields():
    code = Path("ccepz_sim/cli.py").read_text("utf-8")
    for folder in ("commands", "content", "output"):
        code += "".join(path.read_text("utf-8") for path in Path("ccepz_sim", folder).rglob("*.py"))
    code += Path("ccepz_sim/studies/phenomena.py").read_text("utf-8")  # verdicts
    for key, label in Texts.load("cli").items():
        by_rule = key.startswith(("column.", "direction.", "status.", *BY_RULE)) or key.endswith(".help")
        short = key.removeprefix("phenomena.")  # the teller of phenomena puts this in front
        assert by_rule or re.search(rf"""["']({key}|{short})["']""", code), f"nobody says {key}"
        fields = [{name for _, name, *_ in string.Formatter().parse(text) if name} for text in (label.en, label.zh)]
        assert fields[0] == fields[1], key

"""Text of any kind: TOML is read however it was saved, everything else is one sentence with its place, alone."""

from __future__ import annotations

import codecs
import contextlib
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccepz_sim.content.checks import check_content
from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading.files import read_file, read_one
from ccepz_sim.content.reading.toml import DEEPEST, LARGEST, BrokenTextError, parse
from ccepz_sim.text.errors import ContentError

LEVER = "policies/instruments/pollution-tax-air.toml"
GOOD = '# 说明\nid = "a"\nlabel = { en = "A", zh = "甲" }\n'
ACCEPTED = {
    "plain": GOOD.encode(),
    "byte order mark": codecs.BOM_UTF8 + GOOD.encode(),
    "CRLF": GOOD.replace("\n", "\r\n").encode(),
    "CR": GOOD.replace("\n", "\r").encode(),
    "mixed line ends": GOOD.replace("\n", "\r", 1).encode(),
    "no line end": GOOD.rstrip().encode(),
}
# bytes, rule, line, column, words of the English sentence
REFUSED = {
    "GBK": (GOOD.encode("gbk"), "not_utf8", 1, 4, "GBK"),
    "GBK further down": (b"a = 1\r\n" + 'b = "柴达木"'.encode("gbk"), "not_utf8", 2, 6, "GBK"),
    "Latin-1": ('a = 1\rb = "Zürich"'.encode("latin-1"), "not_utf8", 2, 7, "Windows-1252"),
    "UTF-16": (GOOD.encode("utf-16"), "not_utf8", 1, 1, "UTF-16"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), "not_utf8", 1, 1, "UTF-16"),
    "UTF-32": (GOOD.encode("utf-32"), "not_utf8", 1, 1, "UTF-32"),
    "cut in a letter": ('a = "木"'.encode()[:-2], "not_utf8", 1, 6, "UTF-8"),
    "zero byte": (b'a = 1\nb = "x\0y"', "nul_byte", 2, 7, "zero byte"),
    "full-width =": ("a = 1\nb ＝ 2".encode(), "foreign_sign", 2, 3, "type = instead"),
    "full-width digit": ("a = １".encode(), "foreign_sign", 1, 5, "type 1 instead"),
    "full-width digit inside": ("a = 1０".encode(), "foreign_sign", 1, 6, "type 0 instead"),
    "full-width comma": ("a = [1，2]".encode(), "foreign_sign", 1, 7, "type , instead"),
    "full-width brackets": ("［a］".encode(), "foreign_sign", 1, 1, "type [ instead"),
    "full-width #": ("a = 1 ＃ 备注".encode(), "foreign_sign", 1, 7, "type # instead"),
    "Chinese comma": ("a = [1、2]".encode(), "foreign_sign", 1, 7, "type , instead"),
    "quotation marks": ("a = “b”".encode(), "foreign_sign", 1, 5, 'type " instead'),
    "closing quotation mark": ('a = "b”\nc = 1'.encode(), "foreign_sign", 1, 7, 'type " instead'),
    "true minus": ("a = −1".encode(), "foreign_sign", 1, 5, "type - instead"),
    "ideographic space": ("a　= 1".encode(), "foreign_space", 1, 2, "U+3000"),
    "hard space": ("a\u00a0= 1".encode(), "foreign_space", 1, 2, "U+00A0"),
    "5,001 digits": (b"a = 1\nb = " + b"9" * 5001, "long_number", 2, 5, "5001 digits"),
    "3,000 brackets": (b"a = 1\nb = " + b"[" * 3000 + b"]" * 3000, "too_deep", 2, 0, f"{DEEPEST} deep"),
    "3,000 braces": (b"b = " + b"{a = " * 3000, "too_deep", 1, 0, f"{DEEPEST} deep"),
    "200 brackets": (b"b = " + b"[" * 200 + b"]" * 200, "too_deep", 1, 0, f"{DEEPEST} deep"),
    "3,000 dots": (b"a = 1\n" + b".".join([b"b"] * 3000) + b" = 1", "too_deep", 2, 0, f"{DEEPEST} deep"),
    "too large": (b"#" * (LARGEST + 1), "too_large", 0, 0, "8 MB"),
    "not TOML": (b"a = 1\nb = = 2", "broken_toml", 2, 5, "Invalid value"),
    "no end": (b'a = "b', "broken_toml", 1, 7, "Unterminated string."),
}  # fmt: skip


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED)
def test_text_is_read_however_it_was_saved(data):
    assert parse(data) == {"id": "a", "label": {"en": "A", "zh": "甲"}}


@pytest.mark.parametrize(("data", "rule", "line", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_everything_else_is_one_sentence_with_its_place(tmp_path, data, rule, line, column, words):
    with pytest.raises(BrokenTextError) as caught:
        parse(data)
    assert (caught.value.rule, caught.value.line, caught.value.column) == (rule, line, column)
    file = tmp_path / "我的 文件.toml"
    file.write_bytes(data)
    with pytest.raises(ContentError) as refused:
        read_one(file)
    english, chinese = refused.value.sentence("en"), refused.value.sentence("zh")
    assert english.startswith(file.name + (f":{line}" if line else ""))
    assert words in english
    assert chinese.startswith(file.name)
    assert english != chinese
    for sentence in (english, chinese):
        assert len(sentence) < 300
        assert sentence.isprintable()


@pytest.mark.parametrize("kind", ["GBK", "UTF-16", "full-width =", "5,001 digits", "3,000 brackets", "not TOML"])
@pytest.mark.parametrize(
    "file", [LEVER, "agents/places.toml", "policies/groups.toml", "experiments/scenarios/calm.toml"]
)
def test_one_file_that_cannot_be_read_is_one_finding(small, tmp_path, kind, file):
    small.write(tmp_path)
    (tmp_path / file).write_bytes(REFUSED[kind][0])
    (found,) = check_content(tmp_path)
    assert (found.file, found.rule, found.fatal) == (file, REFUSED[kind][1], True)
    with pytest.raises(ContentError) as caught:
        load_content(tmp_path)
    assert caught.value.sentence("en") == found.sentence("en")


def test_a_content_with_byte_order_marks_and_old_line_ends_is_the_same_content(small, tmp_path):
    small.write(tmp_path / "plain")
    shutil.copytree(tmp_path / "plain", tmp_path / "other")
    for number, path in enumerate(sorted((tmp_path / "other").rglob("*.toml"))):
        end = (b"\r\n", b"\r")[number % 2]
        path.write_bytes(codecs.BOM_UTF8 + path.read_bytes().replace(b"\n", end))
    assert check_content(tmp_path / "other") == []
    assert load_content(tmp_path / "other").hash == load_content(tmp_path / "plain").hash


def test_what_lies_in_the_folder_is_read_whatever_it_is_called(small, tmp_path):
    small.write(tmp_path)
    lever = tmp_path / LEVER
    lever.rename(lever.with_suffix(".TOML"))
    assert check_content(tmp_path) == []
    lever.write_bytes(lever.with_suffix(".TOML").read_bytes())
    (found,) = check_content(tmp_path)
    assert (found.rule, found.fatal) == ("same_name", True)


def test_notes_of_editors_and_systems_are_no_content(small, tmp_path):
    small.write(tmp_path)
    (tmp_path / "agents/._places.toml").write_bytes(b"\0\5\x16\7")
    (tmp_path / "agents/.#places.toml").symlink_to("nobody@nowhere.1")
    (tmp_path / "agents/.git").mkdir()
    (tmp_path / "agents/.git/x.toml").write_bytes(b"\xff")
    assert check_content(tmp_path) == []


def test_linked_folders_are_read_and_circles_end(small, tmp_path):
    small.write(tmp_path / "here")
    (tmp_path / "here/policies/packages").rename(tmp_path / "elsewhere")
    (tmp_path / "here/policies/packages").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "here/policies/instruments/again").symlink_to(tmp_path / "here/policies")
    assert check_content(tmp_path / "here") == []
    assert "tax-only" in load_content(tmp_path / "here").packages


@pytest.mark.parametrize(
    ("name", "words"), [("", "Is a directory"), ("none.toml", "No such file"), ("a\0b", "cannot be")]
)
def test_what_is_no_file_is_one_sentence(tmp_path, name, words):
    found = read_file(tmp_path / name, name)
    assert found.fatal
    assert words in found.sentence("en")
    assert found.sentence("en").isprintable()


def test_a_file_that_changes_is_read_again(small, tmp_path):
    small.write(tmp_path)
    before = load_content(tmp_path)
    assert load_content(tmp_path) is before
    lever = tmp_path / LEVER
    lever.write_text(lever.read_text("utf-8").replace("1.5", "2.25"), "utf-8")
    after = load_content(tmp_path)
    assert after.hash != before.hash
    assert after.lever("pollution-tax-air").cost.standing == 2.25


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_no_bytes_whatever_are_anything_but_toml_or_one_sentence(data):
    with contextlib.suppress(BrokenTextError):
        assert isinstance(parse(data), dict)


@pytest.mark.parametrize("sign", ["，", "：", "“", "１", "＝", "【", "−", "　"])
def test_signs_of_an_input_method_are_right_within_words(sign):
    assert parse(f'a = "{sign}" # {sign}'.encode()) == {"a": sign}


def test_the_folder_of_a_file_that_cannot_be_entered_is_told(small, tmp_path, monkeypatch):
    small.write(tmp_path)
    walk = __import__("os").walk

    def refuse(top, onerror, followlinks):
        if Path(top).name == "policies":
            onerror(PermissionError(13, "Permission denied", str(top)))
            return iter(())
        return walk(top, onerror=onerror, followlinks=followlinks)

    monkeypatch.setattr("ccepz_sim.content.reading.files.os.walk", refuse)
    (found,) = check_content(tmp_path)
    assert (found.file, found.rule) == ("policies", "unreadable")

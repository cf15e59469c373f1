"""Consoles and pipes of any kind: signs and numbers stay, JSON stays JSON, and what cannot be written ends quietly."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import cli
from ccepz_sim.commands import streams
from ccepz_sim.commands.streams import Err, Out, OutputLostError, spelled
from ccepz_sim.text.texts import Texts

ROOT = Path(__file__).resolve().parents[2]
ENCODINGS = ("ascii", "cp1252", "gbk", "latin-1", "cp437", "utf-8")
posix = pytest.mark.skipif(os.name == "nt", reason="shells and devices of POSIX")


def console(monkeypatch: pytest.MonkeyPatch, encoding: str) -> io.BytesIO:
    """Make standard output a console of an encoding; return what it takes."""
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding, errors="strict", newline="\n"))
    return raw


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("lang", ["en_GB.UTF-8", "zh_CN.UTF-8"])
def test_every_sign_and_number_of_a_table_stays(monkeypatch, encoding, lang):
    raw = console(monkeypatch, encoding)
    assert cli.main(["list", "levers"], {"LANG": lang}) == 0
    told = raw.getvalue().decode(encoding)
    assert "?" not in told.replace("？", "")
    assert "1,500,000,000" in told
    assert "audit-share" in told
    shows_chinese = encoding in ("gbk", "utf-8") and lang.startswith("zh")
    assert ("年度审计覆盖率" in told) == shows_chinese
    assert "\\u" not in told


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_json_on_every_console(monkeypatch, encoding):
    raw = console(monkeypatch, encoding)
    assert cli.main(["list", "levers", "--json"], {"LANG": "zh_CN.UTF-8"}) == 0
    levers = json.loads(raw.getvalue().decode(encoding))
    assert levers[0]["label"]["zh"] == "年度审计覆盖率"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_mistake_is_told_on_every_console(monkeypatch, encoding):
    console(monkeypatch, encoding)
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stderr", io.TextIOWrapper(raw, encoding, errors="strict", newline="\n"))
    assert cli.main(["run", "--set", "我的=−1"], {"LANG": "zh_CN.UTF-8"}) == 2
    told = raw.getvalue().decode(encoding)
    assert told.count("\n") == 1
    assert ("我的" if encoding in ("gbk", "utf-8") else "\\u6211\\u7684") in told


def test_every_sign_that_we_print_has_an_ascii_form():
    """All but Chinese words, which no console without Chinese is asked to show."""
    for name in ("cli", "errors", "studies", "indicators"):
        for key, label in Texts.load(name).items():
            assert "\\" not in spelled(label.en.replace("\\", "")), f"{name}: {key}"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("−7,074", "-7,074"),
        ("0 – 1 · “a” … ≤ 5 ± 2 × 3", '0 - 1 - "a" ... <= 5 +/- 2 x 3'),
        ("μ* m³ ½ é ✓", "mu* m3 1/2 e yes"),
        ("１２", "12"),
        ("柴", "\\u67f4"),
        ("\udcff", "\\udcff"),
    ],
)
def test_signs_are_spelled(text, plain):
    assert spelled(text) == plain
    assert text.encode("ascii", streams.SPELL) == plain.encode()


@given(st.text())
def test_whatever_the_text_it_is_spelled_in_ascii(text):
    assert spelled(text).isascii()
    assert text.encode("gbk", streams.SPELL).decode("gbk").count("?") == text.count("?")


class Broken(io.StringIO):
    """A stream that takes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, _text: str) -> int:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize(("number", "closed"), [(errno.EPIPE, True), (errno.ENOSPC, False), (errno.EIO, False)])
def test_output_that_takes_nothing_is_told_from_files_that_do_not(number, closed):
    with pytest.raises(OutputLostError) as caught:
        Out(Broken(number)).write("a")
    assert caught.value.is_closed == closed


def test_errors_that_nobody_reads_stop_nothing():
    stream = Err(Broken(errno.EPIPE))
    assert stream.write("abc") == 3
    print("still here", file=stream)


@pytest.mark.parametrize(("number", "code", "words"), [(errno.EPIPE, 0, ""), (errno.ENOSPC, 74, "No space left")])
def test_exit_codes_of_lost_output(monkeypatch, capsys, number, code, words):
    monkeypatch.setattr("sys.stdout", Broken(number))
    assert cli.main(["list", "packages"], {"LANG": "en"}) == code
    assert words in capsys.readouterr().err


# What a shell does with the streams, the exit code, and words on standard error.
PIPES = [
    ("{} list parameters --json | head -1 >/dev/null; exit ${{PIPESTATUS[0]}}", 0, ""),
    ("{} list levers >/dev/full", 74, "could not be written"),
    ("{} list levers --json >/dev/full", 74, "could not be written"),
    ("{} run --help >/dev/full", 74, "could not be written"),
    ("{} list levers >&-", 0, ""),
    ("{} list levers <&- >&- 2>&-", 0, ""),
    ("{} run --seed x 2>&-", 2, ""),
    ("{} run --seed x 2>/dev/full", 2, ""),
]


@posix
@pytest.mark.parametrize(("shell", "code", "words"), PIPES, ids=[shell for shell, *_ in PIPES])
def test_closed_full_and_short_pipes_end_quietly(shell, code, words):
    if "/dev/full" in shell and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    command = shell.format(f"{sys.executable} -m ccepz_sim.cli")
    environ = {**os.environ, "LANG": "en_GB.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, env=environ, timeout=300, check=False
    )
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert done.stderr.count("\n") <= 1


@posix
def test_a_file_is_never_given_the_number_of_a_closed_stream(tmp_path):
    """A study's ledger on file number 1 would be written over by whatever prints."""
    code = (
        "import os; from ccepz_sim.commands.streams import prepared\n"
        f"with prepared(): number = os.open({str(tmp_path / 'a')!r}, os.O_CREAT | os.O_RDWR)\n"
        f"open({str(tmp_path / 'number')!r}, 'w').write(str(number))"
    )
    command = f'{sys.executable} -c "$CODE" <&- >&- 2>&-'
    subprocess.run(["bash", "-c", command], cwd=ROOT, env={**os.environ, "CODE": code}, timeout=300, check=True)
    assert int((tmp_path / "number").read_text()) > 2

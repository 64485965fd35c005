"""The completions and the man page do what they are for, in the shells and the formatter themselves."""
import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=TOP, **options)


def need(program):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed (./dev setup installs it)")


BASH = r"""
source completions/sockline.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_sockline 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
"""

# what is typed, what must be offered, what must not be
COMPLETIONS = [
    ("--co", ["--color="], ["--output=", "connect"]),
    ("--no-", ["--no-caller", "--no-follow", "--no-demangle"], ["--output="]),
    ("--color = al", ["always"], ["auto"]),
    ("--engine s", ["seccomp", "syscall"], ["auto", "perf"]),
    ("-e recvm", ["recvmsg", "recvmmsg"], ["recvfrom"]),
    ("-e connect,%d", ["connect,%data"], ["connect"]),
    ("-e !%re", ["!%ready"], ["%ready"]),
    ("--family inet,v", ["inet,vsock"], ["inet,unix"]),
    ("-p ", ["1"], ["--pid"]),
    ("-o tests/unit/test_opt", ["tests/unit/test_options.c"], []),
    ("-t ca", ["cat"], ["--caller"]),
    ("-o x cat tests/unit/test_opt", ["tests/unit/test_options.c"], []),
    ("-- ca", ["cat"], []),
]


@pytest.mark.parametrize("typed, offered, absent", COMPLETIONS)
def test_bash(typed, offered, absent):
    words = typed.split(" ")
    done = run("bash", "--norc", "-c", BASH, "bash", "sockline", *words)
    replies = [reply.strip() for reply in done.stdout.split("\n")]
    assert done.stderr == ""
    for word in offered:
        assert word in replies
    for word in absent:
        assert word not in replies


@pytest.mark.parametrize("typed, offered, absent", COMPLETIONS)
def test_fish(typed, offered, absent, tmp_path):
    need("fish")
    typed = typed.replace(" = ", "=")
    script = 'source completions/sockline.fish; complete -C "sockline $TYPED"'
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8", "TYPED": typed}
    done = run("fish", "--no-config", "-c", script, env=environment)
    replies = [reply.split("\t")[0] for reply in done.stdout.split("\n")]
    replies += [reply.split("=", 1)[1] for reply in replies if reply.startswith("--") and "=" in reply]
    assert done.stderr == ""
    for word in offered:
        assert word.rstrip("=") in replies
    for word in absent:
        assert word.rstrip("=") not in replies


def test_zsh():
    """Every option reaches _arguments as one well-formed specification."""
    need("zsh")
    script = '_arguments() { print -rl -- "$@" }; source completions/_sockline'
    done = run("zsh", "-f", "-c", script)
    assert done.stderr == "" and done.returncode == 0
    specs = done.stdout.splitlines()
    for spec in ("(-o --output)-o+[", "(-o --output)--output=[", "*-t[", "*--absolute-time[", "--time=[", "--no-caller["):
        assert any(line.startswith(spec) for line in specs), spec


@pytest.mark.parametrize("command", [["mandoc", "-Tlint", "-Wwarning"], ["groff", "-ww", "-man", "-Tutf8"]])
def test_man_page(command):
    need(command[0])
    done = run(*command, "man/sockline.1")
    complaints = (done.stdout if command[0] == "mandoc" else "") + done.stderr
    # the date in .TH is left empty, so that the page can be made again without change
    assert [line for line in complaints.splitlines() if "missing date" not in line and "filename" not in line] == []


def test_help_names_every_option_of_the_man_page():
    page = run("groff", "-man", "-Tascii", "-P-cbou", "man/sockline.1").stdout
    binary = run(os.environ.get("SOCKLINE", str(TOP / "build" / "sockline")), "--help").stdout
    for word in page.split():
        if word.startswith("--") and len(word) > 3:
            assert word.split("=")[0].rstrip(",.") in binary

"""Builds the fixtures of tests/programs, each once per variant, into build/tests/programs."""
import fcntl
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "tests" / "programs"
TORTURE = ROOT / "tests" / "torture"
BUILD = pathlib.Path(os.environ.get("SOCKLINE_BUILD", ROOT / "build"))
OUTPUT = BUILD / "tests" / "programs"

WARNINGS = ["-Wall", "-Wextra", "-Werror", "-pthread"]

# How a C fixture can be built: the compiler with its flags.
VARIANTS = {
    "dynamic": ["gcc", "-g", "-O0"],
    "O2": ["gcc", "-g", "-O2"],
    "nopie": ["gcc", "-g", "-O1", "-no-pie"],
    "clang": ["clang", "-g", "-O1"],
    "static": ["gcc", "-g", "-O1", "-static"],
    "static-pie": ["gcc", "-g", "-O1", "-static-pie"],
    "musl": ["musl-gcc", "-g", "-O1", "-static"],
    "m32": ["gcc", "-g", "-O1", "-m32"],
    "m32-static": ["gcc", "-g", "-O1", "-m32", "-static"],
    "nocfi": ["gcc", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"],
    "compressed": ["gcc", "-g", "-O1", "-gz=zlib"],
    "dwarf4": ["gcc", "-gdwarf-4", "-O1"],
}

# Made from another variant by objcopy and strip: (variant, function of in and out).
STRIPPED = {"stripped": "O2", "stripped-static": "static", "stripped-musl": "musl"}
SPLIT = {"debuglink": "dynamic"}


class Missing(Exception):
    """The machine lacks the compiler for a variant."""


def newer(target, sources):
    """Whether target exists and no source changed after it."""
    if not target.exists():
        return False
    made = target.stat().st_mtime
    return all(source.stat().st_mtime <= made for source in sources)


def run_tool(command, **more):
    """Runs a build tool; its words are in the error when it fails."""
    if not shutil.which(command[0]):
        raise Missing(f"{command[0]} is not installed")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def make_c(source, target, variant, extra):
    compiler, *flags = VARIANTS[variant]
    run_tool([compiler, *flags, *WARNINGS, "-o", target, source, *extra])


def make_split(whole, target):
    """Moves the debug information into a file beside the program, named by a debug link."""
    debug = target.with_name(f"{target.name}.debug")
    run_tool(["objcopy", "--only-keep-debug", whole, debug])
    run_tool(["strip", "-o", target, whole])
    run_tool(["objcopy", f"--add-gnu-debuglink={debug.name}", target], cwd=target.parent)


def source_of(name):
    """The C file of a fixture."""
    path = SOURCES / f"{name}.c"
    return path if path.exists() else TORTURE / f"{name}.c"


def make(name, variant, target, extra):
    source = source_of(name)
    if variant in STRIPPED:
        run_tool(["strip", "-s", "-o", target, program(name, STRIPPED[variant], extra)])
    elif variant in SPLIT:
        make_split(program(name, SPLIT[variant], extra), target)
    else:
        make_c(source, target, variant, extra)


def built(target, sources, build):
    """Builds target under a lock, so that parallel workers build it once, and a half-built one is never run."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with open(OUTPUT / f".{target.name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not newer(target, sources):
            target.unlink(missing_ok=True)
            build(target)
    return target


def program(name, variant="dynamic", extra=()):
    """The path of fixture name built as variant; builds it when needed."""
    sources = [source_of(name), SOURCES / "report.h", SOURCES / "decode.h", pathlib.Path(__file__)]
    return built(OUTPUT / f"{name}.{variant}", sources, lambda target: make(name, variant, target, extra))


def library(name, variant):
    """The path of tests/programs/NAME.c built as a shared library without debug information, for variant's ABI."""
    flags = [flag for flag in VARIANTS[variant][1:] if flag != "-g"]
    source = SOURCES / f"{name}.c"

    def build(target):
        run_tool(["gcc", *flags, "-g0", "-shared", "-fPIC", f"-Wl,-soname,{target.name}", "-o", target, source])

    return built(OUTPUT / f"lib{name}.{variant}.so", [source], build)


def go_program(name):
    """The path of the static Go fixture tests/programs/NAME/main.go."""
    source = SOURCES / name / "main.go"
    # A Go that fetches nothing and keeps its cache in the build folder.
    environment = dict(os.environ, GO111MODULE="off", GOFLAGS="-mod=mod", CGO_ENABLED="0", GOPROXY="off",
                       GOCACHE=str(OUTPUT / "go-cache"))

    def build(target):
        run_tool(["go", "build", "-o", target, "main.go"], cwd=source.parent, env=environment)

    return built(OUTPUT / f"{name}.go", [source], build)

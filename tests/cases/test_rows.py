"""Every row of docs/COVERAGE.md makes its call, in both ABIs: what went in and came back is what JSON says.

tests/programs/rows.c makes the calls that it is told to make, in a network namespace of its own, and prints the bytes that came back;
rowtable.py says what those bytes are. A row whose protocol this kernel lacks still makes its call: what was passed in is decoded the
same. Each option is set on its socket and on fd -1, set with a length that it cannot have, got, and got from fd -1.
"""
import functools
import json
import re
import socket
import struct

import pytest

import harness
import rowtable
import rowtypes
from programs import ROOT

BITS = [("dynamic", 8), ("m32", 4)]
OPTION_INPUT = 512
TYPES = "setsockopt,getsockopt,connect,bind,getsockname,sendmsg,sendto,recvmsg,fcntl,ioctl"


@functools.cache
def numbers():
    """{name: number} of everything in src/names; test_names.c holds these lists to the machine's headers."""
    found = {}
    for path in (ROOT / "src" / "names").glob("*.def"):
        for number, name in re.findall(r'^X\((\w+), "(\w+)"\)', path.read_text(encoding="utf-8"), re.M):
            found.setdefault(name, int(number, 0))
    return found


def coverage(section, title=None):
    """The rows of a table of docs/COVERAGE.md: [(left, right)]; a level's title within its section."""
    text = (ROOT / "docs" / "COVERAGE.md").read_text(encoding="utf-8")
    part = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    if title:
        part = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^### |\Z)", part, re.M | re.S).group(1)
    return re.findall(r"^\| ([^|]+?) \| ([^|]*?) \|$", part, re.M)[1:]


def titles(section):
    text = (ROOT / "docs" / "COVERAGE.md").read_text(encoding="utf-8")
    part = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    return re.findall(r"^### (\S+)$", part, re.M)


def hexed(data):
    return data.hex() or "."


class Rows:
    """Lines for rows.c, and for each what its event must have."""

    def __init__(self):
        self.lines, self.checks = [], []

    def add(self, line, check=None):
        """check(event, answer): complains by assertion; None for lines that make no call of interest."""
        self.lines.append(line)
        self.checks.append(check)

    def open(self, kind):
        self.add("open {} {} {}".format(*kind))

    def run(self, program, engine, *options):
        """Makes the calls; returns [what was wrong]."""
        traced = harness.trace([program], "-e", f"trace={TYPES}", *options, engine=engine,
                               stdin="\n".join(self.lines).encode("ascii") + b"\n")
        assert traced.status == 0, traced
        answers = [json.loads(line) for line in traced.out.splitlines()]
        assert len(answers) == len(self.lines), traced
        events, wrong = iter(traced.calls(*TYPES.split(","))), []
        for line, check, answer in zip(self.lines, self.checks, answers):
            if "type" not in answer:
                continue
            event = next(events)
            while event["type"] == "getsockname" and answer["type"] == "sendto":
                event = next(events)
            try:
                same_result(event, answer)
                if check:
                    check(event, answer)
            except AssertionError as error:
                wrong.append(f"{line[:150]}\n    {str(error).splitlines()[0]}")
        return wrong


def same_result(event, answer):
    assert event["type"] == answer["type"], f"is {event['type']}, not {answer['type']}"
    assert event["return_value"] == answer["return_value"], f"{event} {answer}"
    error = harness.error_name(answer["errno"]) if "errno" in answer else None
    assert event.get("errno") in (error, None if error else error), f"errno {event.get('errno')}, not {error}"


def without_ids(value):
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "socket"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def detail(event, name, wanted):
    found = without_ids(event["details"].get(name, "absent"))
    assert found == wanted, f"{name} should be {json.dumps(wanted)}, is {json.dumps(found)}"


def value_of(of, data, word, total=None):
    """What a type makes of bytes: bytes when they are not of its size."""
    found = of.decode(data, word)
    return rowtypes.raw(data, total) if found is None else found


# ---- options ----


def split(row):
    """A row of the table: its type and what more there is to say."""
    return row if isinstance(row, tuple) else (row, {})


# Levels whose numbers are others' unless the socket's family has them: without such a socket they cannot be reached.
OF_A_FAMILY = {"AF_VSOCK": rowtable.VSOCK, "SOL_HCI": rowtable.BLUETOOTH, "SOL_L2CAP": rowtable.BLUETOOTH, "SOL_SCO": rowtable.BLUETOOTH,
               "SOL_RFCOMM": rowtable.BLUETOOTH}


def has_family(kind):
    try:
        socket.socket(*kind).close()
    except OSError:
        return False
    return True


def option_rows(rows, level, kind, name, row, word):
    of, more = split(row)
    kind, value = more.get("on", kind), more.get("value", of.sample(word))
    which = f"{numbers()[level]} {numbers()[name]}"
    family_level = level == "AF_VSOCK"

    def named(event):
        detail(event, "level", level)
        detail(event, "optname", name)

    def was_set(data, bad=False):
        def check(event, _answer):
            if more.get("only") == "get" or (family_level and bad):
                return
            named(event)
            detail(event, "optval", more["unknown"] if bad and "unknown" in more else value_of(of, data, word))
            detail(event, "optlen", len(data))
        return check

    def was_got(passed, length):
        def check(event, answer):
            if family_level and answer["fd"] < 0:
                return
            named(event)
            if answer["return_value"] == 0:
                data = bytes.fromhex(answer["bytes"])[:length]
                detail(event, "optval", value_of(of, data, word, answer["length"]))
                detail(event, "optlen", length if answer["length"] == length else {"before": length, "after": answer["length"]})
            elif more.get("input"):
                seen = passed[:min(length, OPTION_INPUT)]
                detail(event, "optval", value_of(of, seen, word, length))
        return check

    rows.open(kind)
    rows.add(f"set {which} {hexed(value)}", was_set(value))
    rows.add(f"set {which} {hexed(value + b'beyond')}", was_set(value + b"beyond"))
    for length in (len(value), 300, 1):
        rows.add(f"get {which} {length} {hexed(value)}", was_got(value.ljust(length, b"\0"), length))
    rows.add("bad")
    rows.add(f"set {which} {hexed(value)}", was_set(value, bad=True))
    rows.add(f"get {which} {len(value)} {hexed(value)}", was_got(value, len(value)))


@pytest.mark.parametrize("variant,word", BITS)
@pytest.mark.parametrize("level", rowtable.OPTIONS)
def test_options(program, engine, variant, word, level):
    kind, table = rowtable.OPTIONS[level]
    if level in OF_A_FAMILY and not has_family(kind):
        pytest.skip(f"this kernel has no such socket; {level} means another level elsewhere: test_decode_calls.c has it")
    rows = Rows()
    for name, row in table.items():
        option_rows(rows, level, kind, name, row, word)
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)


def only_names(section, level):
    """Of a level's table: what has a name and bytes only."""
    return [name for left, right in coverage(section, level) if right == "name; value as bytes" for name in left.split(", ")]


@pytest.mark.parametrize("variant,word", BITS)
def test_options_with_a_name(program, engine, variant, word):
    """Options that are bytes: their names, in all levels."""
    rows = Rows()
    rows.open(rowtable.UDP)
    for level in titles("Socket options"):
        for name in only_names("Socket options", level):
            def check(event, _answer, level=level, name=name):
                detail(event, "level", level)
                detail(event, "optname", name)
                detail(event, "optval", {"data": "ab"})
            rows.add(f"set {numbers()[level]} {numbers()[name]} {b'ab'.hex()}", check)
    assert len(rows.lines) > 80
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, "\n".join(wrong)


# ---- control messages ----


def message(level, name, data, of, word):
    header = 2 * word if word == 8 else 12
    return {"cmsg_len": header + len(data), "cmsg_level": level, "cmsg_type": name, "cmsg_data": value_of(of, data, word)}


def sent(wanted):
    def check(event, _answer):
        found = without_ids(event["details"]["msg"].get("msg_control"))
        assert found == [wanted], f"should be {json.dumps(wanted)}, is {json.dumps(found)}"
    return check


@pytest.mark.parametrize("variant,word", BITS)
@pytest.mark.parametrize("level", rowtable.CONTROLS)
def test_control_messages_sent(program, engine, variant, word, level):
    kind, table = rowtable.CONTROLS[level]
    rows = Rows()
    for name, of in table.items():
        rows.open(kind)
        for data in (of.sample(word), of.sample(word)[:-1]):
            if of.sample(word)[1:]:
                rows.add(f"control {numbers()[level]} {numbers()[name]} {data.hex()}", sent(message(level, name, data, of, word)))
        rows.add("bad")
        rows.add(f"control {numbers()[level]} {numbers()[name]} {of.sample(word).hex()}",
                 sent(message(level, name, of.sample(word), of, word)))
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)


@pytest.mark.parametrize("variant,word", BITS)
def test_control_messages_with_a_name(program, engine, variant, word):
    """Messages that are bytes: their names, in all levels."""
    rows = Rows()
    rows.open(rowtable.UDP)
    for level in titles("Control messages"):
        for name in only_names("Control messages", level):
            wanted = message(level, name, b"\xff\xff", rowtypes.BYTES, word)
            rows.add(f"control {numbers()[level]} {numbers()[name]} ffff", sent(wanted))
    assert len(rows.lines) > 150
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, "\n".join(wrong)


@functools.cache
def control_names():
    """{(level number, type number): (level, name, type of the bytes)}."""
    return {(numbers()[level], numbers()[name]): (level, name, of) for level, (_, table) in rowtable.CONTROLS.items()
            for name, of in table.items()}


@pytest.mark.parametrize("variant,word", BITS)
def test_control_messages_received(program, engine, variant, word):
    """Sockets that send to themselves, with all that may come along asked for."""
    got = set()

    def received(event, answer):
        if answer["return_value"] < 0:
            assert "pointer" in event["details"]["msg"]["msg_control"], event
            return
        wanted = []
        for level, kind, data in answer["control"]:
            of = control_names()[level, kind]
            got.add(of[1])
            wanted.append(message(*of[:2], bytes.fromhex(data), of[2], word))
        found = without_ids(event["details"]["msg"].get("msg_control", []))
        assert found == wanted, f"should be {json.dumps(wanted)}, is {json.dumps(found)}"

    rows = Rows()
    for kind, levels in rowtable.WANTED.items():
        rows.open(rowtable.UDP)
        rows.add(f"ioctl {numbers()['SIOCSIFFLAGS']} {(b'lo'.ljust(16, bytes(1)) + bytes([0x49, 0]) + bytes(22)).hex()}")
        rows.open(kind)
        for level, names in levels.items():
            for name in names:
                rows.add(f"set {numbers()[level]} {numbers()[name]} 01000000")
        rows.add(f"bind {rowtable.OWN_LOOPBACK[kind[0]]}")
        rows.add("again")
        rows.add("receive 0", received)
        rows.add("receive 64", received)
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)
    assert got >= {"SCM_CREDENTIALS", "IP_PKTINFO", "IP_TTL", "IP_TOS", "IP_ORIGDSTADDR", "IPV6_PKTINFO", "IPV6_HOPLIMIT", "IPV6_TCLASS",
                   "IPV6_ORIGDSTADDR", "SCM_TIMESTAMP", "SCM_TIMESTAMPNS", "SO_TIMESTAMP_NEW", "SO_TIMESTAMPNS_NEW"}, got


# ---- addresses ----


@pytest.mark.parametrize("variant,word", BITS)
def test_addresses(program, engine, variant, word):
    """Each family's address is bound on a socket of the family, where there is one, and connected to on fd -1."""
    rows = Rows()
    for family, samples in rowtable.ADDRESSES.items():
        for data, fields in samples:
            wanted = {"sa_family": family, **fields}
            length = len(data)

            def check(event, _answer, wanted=wanted, length=length):
                detail(event, "addr", wanted)
                detail(event, "addrlen", length)
            rows.open((numbers()[family], 2 if family in ("AF_UNIX", "AF_INET", "AF_INET6") else 3, 0))
            rows.add(f"bind {data.hex()}", check)
            rows.add("bad")
            rows.add(f"connect {data.hex()}", check)
    for kind, own in rowtable.OWN_ADDRESS.items():
        rows.open((kind, 2, 0))
        rows.add(f"bind {own}", lambda event, answer: same_result(event, {**answer, "return_value": 0}))

        def named(event, answer):
            data = bytes.fromhex(answer["bytes"])
            wanted = rowtypes.address(data) if data[0] != 1 else {
                "sa_family": "AF_UNIX", "sun_path": "@" + data[3:].decode("ascii"), "abstract": True}
            detail(event, "addr", wanted)
        rows.add("name 128", named)
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)


# ---- netlink: of protocols without tables header, type and flags ----

NETLINK = [(12, 0x0a01, "NFT_MSG_GETTABLE"), (9, 1000, "AUDIT_GET"), (6, 18, "XFRM_MSG_GETSA"), (7, 16, "SELNL_MSG_SETENFORCE"), (21, 0x13, "CRYPTO_MSG_GETALG"),
           (2, 0x30, 0x30), (4, 20, "SOCK_DIAG_BY_FAMILY"), (0, 18, "RTM_GETLINK")]


@pytest.mark.parametrize("variant,word", BITS)
def test_netlink_headers(program, engine, variant, word):
    """Every protocol that this kernel has: type and flags by name, length, sequence and port."""
    rows, had = Rows(), 0
    for protocol, kind, name in NETLINK:
        if not has_family((16, 3, protocol)):
            continue
        had += 1
        rows.open((16, 3, protocol))

        def check(event, _answer, name=name):
            message = event["details"]["messages"][0]
            wanted = {"nlmsg_len": 16, "nlmsg_type": name, "nlmsg_seq": 77, "nlmsg_pid": 0}
            assert {key: message[key] for key in wanted} == wanted, f"is {message}"
            assert "NLM_F_REQUEST" in message["nlmsg_flags"], message
        rows.add(f"send {struct.pack('=IHHII', 16, kind, 1, 77, 0).hex()}", check)
    assert had >= 3
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, "\n".join(wrong)


# ---- fcntl and ioctl ----


def fcntl_row(rows, name, row, word):
    command = numbers()[name]

    def plain(wanted):
        def check(event, _answer):
            detail(event, "cmd", name)
            if wanted is not None:
                found = event["details"]["arg"]
                assert (found["fd"] if isinstance(found, dict) else found) == wanted, f"arg should be {wanted}, is {found}"
            else:
                assert "arg" not in event["details"], event
        return check

    def behind(event, answer):
        detail(event, "cmd", name)
        detail(event, "arg", value_of(row, bytes.fromhex(answer["bytes"])[:row.size(word)], word))

    rows.open(rowtable.UNIX)
    if isinstance(row, dict):
        for number, wanted in row.items():
            rows.add(f"number {command} {number}", plain(wanted))
    else:
        rows.add(f"pointer {command} {row.sample(word).hex()}", behind)
        rows.add(f"pointer {command} -", lambda event, answer: detail(event, "arg", None))


@pytest.mark.parametrize("variant,word", BITS)
def test_fcntl(program, engine, variant, word):
    rows = Rows()
    for name, row in rowtable.FCNTL.items():
        fcntl_row(rows, name, row, word)
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)


def ifreq_row(rows, name, row, word, device):
    size = 40 if word == 8 else 32
    member = row.of.sample(word) if row.of else b""
    data = device.encode("ascii").ljust(16, b"\0") + member.ljust(size - 16, b"\0")

    def check(event, answer):
        detail(event, "request", name)
        back, done = bytes.fromhex(answer["bytes"]), answer["return_value"] == 0
        wanted = {"ifr_name": rowtypes.text(back[:16])}
        if row.field == "by index":
            wanted = {**(wanted if done else {}), "ifr_ifindex": int.from_bytes(back[16:20], "little")}
        elif row.field == "behind":
            wanted["ifr_data"] = None
        elif row.of is rowtable.WORD_POINTER:
            wanted[row.field] = None
        elif row.of and (done or not row.gets):
            size_of = {rowtable.INT: 4, rowtable.IF_FLAGS: 2}.get(row.of, size - 16)
            wanted[row.field] = row.of.decode(back[16:16 + size_of], word)
        detail(event, "argp", wanted)

    if row.field == "by index":
        data = bytes(16) + (1 if device == "lo" else 4711).to_bytes(4, "little") + bytes(size - 20)
    if row.of is rowtable.WORD_POINTER:
        data = data[:16] + bytes(size - 16)
    rows.add(f"ioctl {numbers()[name]} {data.hex()}", check)


def argument_row(rows, name, way, of, word):
    def check(event, answer):
        detail(event, "request", name)
        if way == "none":
            assert "argp" not in event["details"], event
        elif way == "in" or answer["return_value"] == 0:
            data = bytes.fromhex(answer["bytes"])
            detail(event, "argp", value_of(of, data[:len(of.sample(word))], word))

    rows.add(f"ioctl {numbers()[name]} {hexed(of.sample(word)) if of else '-'}", check)


@pytest.mark.parametrize("variant,word", BITS)
def test_ioctl(program, engine, variant, word):
    rows = Rows()
    for name, row in rowtable.IOCTL.items():
        if isinstance(row, rowtable.Ifreq):
            for device in ("nowhere", "lo") if row.lasting else ("nowhere",):
                rows.open(rowtable.UDP)
                ifreq_row(rows, name, row, word, device)
        elif row[0] != "conf":
            rows.open(rowtable.UDP)
            argument_row(rows, name, *row, word)
        if row != ("none", None):
            rows.add(f"ioctl {numbers()[name]} -", lambda event, answer: detail(event, "argp", None))
    for (kind, name), of in rowtable.IOCTL_OF_FAMILY.items():
        rows.open(kind)
        argument_row(rows, name, "in", of, word)
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)


# ---- where strace is wrong ----

LO, ZERO4 = b"lo\0\0".hex(), "00000000"
STRACE_IS_WRONG = [
    (rowtable.TCP, f"set 6 13 {b'reno'.hex()}", {"optname": "TCP_CONGESTION", "optval": "reno", "optlen": 4}),
    (rowtable.TCP, f"set 6 31 {b'none'.hex()}", {"optname": "TCP_ULP", "optval": "none", "optlen": 4}),
    (rowtable.TCP, f"set 1 25 {LO}", {"optname": "SO_BINDTODEVICE", "optval": "lo", "optlen": 4}),
    (rowtable.UDP, "set 0 32 7f000001", {"optname": "IP_MULTICAST_IF", "optval": "127.0.0.1"}),
    (rowtable.UDP, f"set 0 32 {ZERO4}{ZERO4}01000000", {
        "optname": "IP_MULTICAST_IF", "optval": {"imr_multiaddr": "0.0.0.0", "imr_address": "0.0.0.0", "imr_ifindex": 1}}),
    (rowtable.UDP, f"set 0 35 e0000063{ZERO4}01000000", {
        "optname": "IP_ADD_MEMBERSHIP", "optval": {"imr_multiaddr": "224.0.0.99", "imr_address": "0.0.0.0", "imr_ifindex": 1}}),
    (rowtable.UDP, "set 1 20 WORD2WORD500000", {"optname": "SO_RCVTIMEO", "optval": {"tv_sec": 2, "tv_usec": 500000}}),
    (rowtable.UDP, "set 1 66 02000000000000002000000000000000", {"optname": "SO_RCVTIMEO_NEW", "optval": {"tv_sec": 2, "tv_usec": 32}}),
    (rowtable.UDP, "set 1 37 18000000", {
        "optname": "SO_TIMESTAMPING", "optval": ["SOF_TIMESTAMPING_RX_SOFTWARE", "SOF_TIMESTAMPING_SOFTWARE"]}),
    (rowtable.TCP, "get 6 11 8 .", {"optname": "TCP_INFO", "optval": {
        "tcpi_state": "TCP_CLOSE", "tcpi_ca_state": "TCP_CA_Open", "tcpi_retransmits": 0, "tcpi_probes": 0, "tcpi_backoff": 0,
        "tcpi_options": [], "tcpi_snd_wscale": 0, "tcpi_rcv_wscale": 0, "tcpi_delivery_rate_app_limited": 1,
        "tcpi_fastopen_client_fail": "TFO_STATUS_UNSPEC"}}),
    (rowtable.UDP6, f"set 41 50 {'00' * 15}0101000000", {"optname": "IPV6_PKTINFO", "optval": {"ipi6_addr": "::1", "ipi6_ifindex": 1}}),
    (rowtable.UDP6, f"control 41 50 {'00' * 15}0101000000", {"cmsg_type": "IPV6_PKTINFO", "cmsg_data": {"ipi6_addr": "::1", "ipi6_ifindex": 1}}),
    (rowtable.UDP6, "control 41 52 40000000", {"cmsg_type": "IPV6_HOPLIMIT", "cmsg_data": 64}),
    (rowtable.UDP, "set 17 103 b0040000", {"optname": "UDP_SEGMENT", "optval": 1200}),
    (rowtable.UDP, "control 17 103 b004", {"cmsg_type": "UDP_SEGMENT", "cmsg_data": 1200}),
    (rowtable.UDP, "get 1 3 4 .", {"optname": "SO_TYPE", "optval": "SOCK_DGRAM"}),
    (rowtable.UDP, "get 1 39 4 .", {"optname": "SO_DOMAIN", "optval": "AF_INET"}),
    (rowtable.UDP, "get 1 38 4 .", {"optname": "SO_PROTOCOL", "optval": "IPPROTO_UDP"}),
    (rowtable.ROUTE, "get 1 38 4 .", {"optname": "SO_PROTOCOL", "optval": "NETLINK_ROUTE"}),
    (rowtable.UDP, "bind 1d000000030000002301000056040000", {"addr": {"sa_family": "AF_CAN", "can_ifindex": 3, "rx_id": 0x123, "tx_id": 0x456}}),
]


@pytest.mark.parametrize("variant,word", BITS)
def test_where_strace_is_wrong(program, engine, variant, word):
    """Cases that strace 6.1 shows as bytes, as a wrong number or not at all; written out, so that no table stands between."""
    rows = Rows()
    for kind, line, wanted in STRACE_IS_WRONG:
        def check(event, _answer, wanted=wanted):
            found = event["details"].get("msg", {}).get("msg_control", [event["details"]])[0]
            for name, value in wanted.items():
                detail({"details": found}, name, value)
        rows.open(kind)
        rows.add(re.sub(r"WORD(\d+)", lambda match: int(match[1]).to_bytes(word, "little").hex(), line), check)
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, "\n".join(wrong)


# ---- all of it ----

# Rows of ioctl's table that stand for many.
RANGES = {"SIOCDEVPRIVATE and the 15 after it", "SIOCSIW*, SIOCGIW*", "SIOCPROTOPRIVATE and the 15 after it, other requests of a family",
          "on AF_INET6: SIOCSIFADDR, SIOCDIFADDR, SIOCSIFDSTADDR, SIOCADDRT, SIOCDELRT",
          "on AF_INET, AF_INET6: SIOCGETVIFCNT, SIOCGETSGCNT, SIOCGETMIFCNT_IN6, SIOCGETSGCNT_IN6"}


def listed_rows(section, level=None):
    return {left for left, right in coverage(section, level) if right != "name; value as bytes"}


def test_every_row_is_here():
    """No row of docs/COVERAGE.md is without its calls, and none is here that is not there."""
    for section, table in (("Socket options", rowtable.OPTIONS), ("Control messages", rowtable.CONTROLS)):
        for level in titles(section):
            assert listed_rows(section, level) == set(table.get(level, (None, {}))[1]), level
        assert set(table) <= set(titles(section))
    assert listed_rows("Address families") == set(rowtable.ADDRESSES) - {"AF_APPLETALK"}
    assert listed_rows("fcntl") == set(rowtable.FCNTL)
    assert listed_rows("ioctl") - RANGES == set(rowtable.IOCTL)


@pytest.mark.parametrize("variant,word", BITS)
def test_private_requests(program, engine, variant, word):
    """Requests that a driver or the wireless extensions give a meaning: struct ifreq with a pointer or bytes."""
    rows = Rows()
    rows.open(rowtable.UDP)
    size = 40 if word == 8 else 32

    def check_of(request, wanted):
        def check(event, _answer):
            detail(event, "request", request)
            detail(event, "argp", wanted)
        return check

    lo = b"lo".ljust(16, b"\0")
    for number in range(16):
        name = f"SIOCDEVPRIVATE+{number}" if number else "SIOCDEVPRIVATE"
        rows.add(f"ioctl {0x89f0 + number} {(lo + bytes(size - 16)).hex()}", check_of(name, {"ifr_name": "lo", "ifr_data": None}))
        name = f"SIOCPROTOPRIVATE+{number}" if number else "SIOCPROTOPRIVATE"
        if number > 2:
            rows.add(f"plain {0x89e0 + number} 8", check_of(name, {"pointer": "0x8"}))
    for name in ("SIOCGIWNAME", "SIOCSIWESSID", "SIOCGIWAP"):
        rows.add(f"ioctl {numbers()[name]} {(lo + bytes(range(16))).ljust(size, bytes(1)).hex()}",
                 check_of(name, {"ifr_name": "lo", "u": rowtypes.raw(bytes(range(16)))}))
    rows.add("plain 12345678 99", lambda event, answer: detail(event, "request", 12345678))
    wrong = rows.run(program("rows", variant), engine)
    assert not wrong, f"{len(wrong)} rows:\n" + "\n".join(wrong)

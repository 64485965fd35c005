"""Commands that everybody uses: nothing that they pass to a socket call stays a bare number, a pointer or bytes.

undecoded() finds what a person would have to look up; UNDECODED lists what stays so, and why. What is data by its nature (payload,
counts, times, ports, ids) is no finding.
"""
import os
import re
import socket
import subprocess

import pytest

import harness
import nameworld
import servers
from test_programs import answers, folder, need, nginx_command  # noqa: F401 (folder is a fixture)

# Paths of arguments that are data: "call.path", as patterns.
PAYLOAD = re.compile(r"\.(buf|iov_base)$|(^|\.)msg_iov\[\]")
# Numbers that have a name when they are known.
NAMED = re.compile(r"\.(domain|protocol|level|optname|cmd|request|op|how|whence|opcode|cmsg_level|cmsg_type|nlmsg_type|sa_family|errno|error|"
                   r"\w+_family|\w+_type|\w+_state|\w+_scope|\w+_proto(col)?|state|kind|IFLA_OPERSTATE|IFLA_LINKMODE|RTA_PREF|RTA_TABLE)$")
UNDECODED = {
    "idiag_states 0x1": "ss asks for state 0, which is none",
    "udiag_states 0x1": "the same",
    "NLMSG_ERROR error": "0 is no errno: an acknowledgement",
    "IFLA_DEVLINK_PORT": "an empty nest, of devlink's attributes",
    "IFLA_DPLL_PIN": "an empty nest, of the DPLL's attributes",
    "epoll_ctl event": "EPOLL_CTL_DEL takes a pointer that the kernel does not follow",
    "IFLA_INET6_STATS": "a list: its order differs from kernel to kernel",
}
# ... as patterns of findings.
ALLOWED = [re.compile(pattern) for pattern in (
    r"\.[iu]diag_states\[\] 0x1$", r"\.(error|protocol|sdiag_protocol) 0$", r"\.IFLA_(DEVLINK_PORT|DPLL_PIN) bytes$", r"^epoll_ctl\.event pointer$")]


def is_bytes(value):
    return isinstance(value, dict) and ("data" in value or "data_base64" in value) and set(value) <= {
        "data", "data_base64", "data_truncated"} and not isinstance(value.get("data"), (int, list))


def findings(path, value, done):
    """(path, what) of everything below that is not decoded."""
    if PAYLOAD.search(path):
        return
    if is_bytes(value):
        yield f"{path} bytes"
    elif isinstance(value, dict) and "pointer" in value:
        if done:
            yield f"{path} pointer"
    elif isinstance(value, dict):
        for name, item in value.items():
            if re.fullmatch(r"attr_\d+|rest", name):
                yield f"{path}.{name} unknown"
            yield from findings(f"{path}.{name}", item, done)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str) and item.startswith("0x"):
                yield f"{path}[] {item}"
            elif not isinstance(item, int):
                yield from findings(f"{path}[]", item, done)
    elif isinstance(value, int) and not isinstance(value, bool) and NAMED.search(path):
        yield f"{path} {value}"


def undecoded(traced):
    """What the calls of a trace leave undecoded, sorted, without what is allowed."""
    found = set()
    for event in traced.calls():
        done = event.get("success", False)
        details = dict(event.get("details", {}))
        message = details.get("msg")
        if isinstance(message, dict) and "pointer" in str(message.get("msg_control")) and not message.get("msg_controllen"):
            details["msg"] = {name: item for name, item in message.items() if name != "msg_control"}
        found.update(findings(event["type"], details, done))
    return sorted(item for item in found if not any(pattern.search(item) for pattern in ALLOWED))


def all_decoded(traced, *calls):
    """These calls are in the trace, and of all calls nothing is left."""
    assert traced.status == 0, traced
    for call in calls:
        assert traced.calls(call, success=True), f"no {call}: {traced}"
    assert not undecoded(traced), traced


def namespace(script):
    """A shell script in a network namespace of its own."""
    return ["unshare", "-rn", "sh", "-ec", "ip link set lo up\n" + script]


def messages(traced, *kinds):
    """Netlink messages of these types in a trace."""
    found = []
    for event in traced.calls():
        details = event.get("details", {})
        for message in details.get("messages") or (details.get("msg") or {}).get("messages") or []:
            if message["nlmsg_type"] in kinds:
                found.append(message)
    return found


def test_ip_addr():
    need("ip", "unshare")
    traced = harness.trace(namespace("ip addr add 10.9.0.1/24 dev lo\nip addr show"))
    all_decoded(traced, "sendmsg", "recvmsg", "sendto", "setsockopt", "bind", "getsockname")
    added = next(message for message in messages(traced, "RTM_NEWADDR") if message.get("IFA_LOCAL") == "10.9.0.1")
    assert added["ifa_prefixlen"] == 24 and added["ifa_family"] == "AF_INET" and "NLM_F_CREATE" in added["nlmsg_flags"]
    link = messages(traced, "RTM_NEWLINK")[-1]
    assert link["IFLA_IFNAME"] == "lo" and link["IFLA_QDISC"] == "noqueue" and "IFF_UP" in link["ifi_flags"] and "IFLA_STATS64" in link
    assert link["IFLA_AF_SPEC"]["AF_INET"]["IFLA_INET_CONF"]["IPV4_DEVCONF_FORWARDING"] in (0, 1)
    assert [message["IFA_LOCAL"] for message in messages(traced, "RTM_NEWADDR") if message.get("IFA_LABEL") == "lo"] == ["127.0.0.1", "10.9.0.1"]


def test_ip_link_route_rule_neigh():
    need("ip", "unshare")
    traced = harness.trace(namespace("ip addr add 10.9.0.1/24 dev lo\nip -d link show\nip route add 10.8.0.0/16 via 10.9.0.7\nip route show table all\n"
                                     "ip rule add from 10.9.0.0/24 table 77\nip rule show\nip neigh add 10.9.0.8 lladdr 2:0:0:0:0:1 dev lo\n"
                                     "ip neigh show\nip netconf\nip maddr show"))
    all_decoded(traced, "sendmsg", "recvmsg")
    route = next(message for message in messages(traced, "RTM_NEWROUTE") if message.get("RTA_DST") == "10.8.0.0")
    assert route["RTA_GATEWAY"] == "10.9.0.7" and route["rtm_table"] == "RT_TABLE_MAIN" and route["rtm_dst_len"] == 16
    rule = next(message for message in messages(traced, "RTM_NEWRULE") if message.get("FRA_SRC") == "10.9.0.0")
    assert rule["action"] == "FR_ACT_TO_TBL" and 77 in (rule.get("FRA_TABLE"), rule["table"])
    neighbour = next(message for message in messages(traced, "RTM_NEWNEIGH") if message.get("NDA_DST") == "10.9.0.8")
    assert neighbour["NDA_LLADDR"] == "02:00:00:00:00:01" and neighbour["ndm_state"] == ["NUD_PERMANENT"]


def test_ss():
    need("ss")
    with servers.echo_server() as port, socket.create_connection(("127.0.0.1", port)) as client:
        own = client.getsockname()[1]
        traced = harness.trace(["ss", "-tnp"])
        more = harness.trace(["ss", "-tunaexmiop"])
    all_decoded(traced, "sendmsg", "recvmsg")
    all_decoded(more, "sendmsg", "recvmsg", "sendto")
    answer = next(message for message in messages(traced, "SOCK_DIAG_BY_FAMILY")
                  if message.get("id", {}).get("idiag_sport") == own)
    assert answer["id"]["idiag_dport"] == port and answer["id"]["idiag_dst"] == "127.0.0.1" and answer["idiag_state"] == "TCP_ESTABLISHED"
    asked = [message["idiag_ext"] for message in messages(more, "SOCK_DIAG_BY_FAMILY") if "idiag_ext" in message]
    assert ["INET_DIAG_MEMINFO", "INET_DIAG_INFO", "INET_DIAG_VEGASINFO", "INET_DIAG_CONG", "INET_DIAG_SKMEMINFO"] in asked
    assert any(message.get("INET_DIAG_INFO", {}).get("tcpi_state") == "TCP_LISTEN" for message in messages(more, "SOCK_DIAG_BY_FAMILY"))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_ping(address):
    need("ping")
    traced = harness.trace(["ping", "-c1", address])
    all_decoded(traced, "socket", "setsockopt", "sendto", "recvmsg")
    passed = [event["details"]["optval"]["passes"] for event in traced.calls("setsockopt")
              if event["details"]["optname"] in ("ICMP_FILTER", "ICMPV6_FILTER")]
    assert not passed or ("ICMP_ECHOREPLY" in passed[0] or "ICMPV6_ECHO_REPLY" in passed[0])
    if address == "::1":
        return
    reply = next(event for event in traced.calls("recvmsg", success=True))
    assert {"SCM_TIMESTAMP", "IP_TTL"} & {message["cmsg_type"] for message in reply["details"]["msg"]["msg_control"]}


def test_dig(folder):  # noqa: F811
    need("dig")
    if nameworld.why_not():
        pytest.skip(f"no namespaces here: {nameworld.why_not()}")
    trace = folder / "trace"
    ended = harness.run([*nameworld.words(), harness.SOCKLINE, "-j", "-o", trace, "--", "dig", "@127.0.0.1", "example.test"])
    traced = harness.Trace(harness.parse(trace.read_bytes()), ended)
    all_decoded(traced, "socket", "setsockopt", "recvmsg")
    assert "127.0.0.7" in traced.out
    assert any("example.test" in str(event) for event in traced.calls("sendmsg", "sendmmsg")), traced


def test_nginx(folder):  # noqa: F811
    command, port = nginx_command(folder)
    trace = folder / "trace"
    with harness.background([harness.SOCKLINE, "-j", "-o", trace, *command], stderr=subprocess.PIPE) as process:
        harness.wait_for("nginx to answer", lambda: answers(port))
        assert servers.get(port, "/page.txt") == b"a page on loopback\n"
        process.send_signal(15)
        process.wait(timeout=15)
    traced = harness.Trace(harness.parse(trace.read_bytes()), harness.Run([], process.returncode, b"", b"", 0))
    all_decoded(traced, "socket", "setsockopt", "bind", "listen", "accept4", "epoll_ctl", "epoll_wait", "recvfrom", "ioctl")


@pytest.fixture
def tls_port(folder):  # noqa: F811
    """The port of a TLS server on loopback."""
    need("openssl")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=localhost"], check=True, capture_output=True, timeout=60)
    port = servers.free_port()
    argv = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-key", key, "-cert", certificate, "-www"]
    with harness.background(argv, ready=b"ACCEPT", stderr=subprocess.DEVNULL):
        yield port


def test_tls_clients(tls_port):
    need("curl")
    fetched = harness.trace(["curl", "-sk", f"https://127.0.0.1:{tls_port}/"])
    all_decoded(fetched, "socket", "setsockopt", "getsockopt", "sendto", "recvfrom", "poll")
    spoken = harness.trace(["openssl", "s_client", "-connect", f"127.0.0.1:{tls_port}"], stdin=b"Q\n")
    all_decoded(spoken, "socket", "connect", "read", "write")


BUS = """<busconfig><type>session</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


def test_dbus(folder):  # noqa: F811
    need("dbus-daemon", "dbus-send")
    (folder / "bus.conf").write_text(BUS.format(folder=folder))
    daemon = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--print-address=1"]
    ask = ["org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames"]
    with harness.background(daemon, ready=b"unix:", stderr=subprocess.DEVNULL):
        sent = harness.trace(["dbus-send", f"--bus=unix:path={folder}/bus", "--print-reply", f"--dest={ask[0]}", *ask[1:]])
        all_decoded(sent, "socket", "connect", "sendmsg", "recvmsg", "poll")
        assert "org.freedesktop.DBus" in sent.out
        if harness.run(["sh", "-c", "command -v busctl"]).status == 0:
            listed = harness.trace(["busctl", f"--address=unix:path={folder}/bus", "list", "--no-pager"])
            all_decoded(listed, "socket", "connect", "sendmsg", "recvmsg", "getsockopt")
    traced = folder / "trace"
    argv = [harness.SOCKLINE, "-j", "-o", traced, *daemon]
    (folder / "bus").unlink(missing_ok=True)
    with harness.background(argv, ready=b"unix:", stderr=subprocess.DEVNULL) as process:
        assert harness.run(["dbus-send", f"--bus=unix:path={folder}/bus", "--print-reply", f"--dest={ask[0]}", *ask[1:]]).status == 0
        process.send_signal(15)
        process.wait(timeout=15)
    served = harness.Trace(harness.parse(traced.read_bytes()), harness.Run([], 0, b"", b"", 0))
    all_decoded(served, "bind", "listen", "accept4", "getsockopt", "epoll_ctl", "epoll_wait")


def test_interfaces_of_another_namespace():
    """An interface has the name that it has where the program is, though sockline is elsewhere; nothing of ours stays there."""
    need("ip", "unshare")
    if os.geteuid():
        pytest.skip("entering another network namespace needs root")
    bind = "import socket, os; s = socket.socket(17, 3, 0); s.bind((os.environ['DEVICE'], 0x800)); input()"
    script = f'ip link set lo name sockline-lo\nip link set sockline-lo up\nDEVICE=sockline-lo exec /usr/bin/python3 -c "{bind}"'
    with harness.scratch("trace") as path:
        argv = [harness.SOCKLINE, "-o", path, "unshare", "-n", "sh", "-ec", script]
        with harness.background(argv, stderr=subprocess.PIPE) as process:
            harness.wait_for("the bind", lambda: path.exists() and "packet:sockline-lo:IPv4" in path.read_text(encoding="utf-8"))
            own = os.stat("/proc/self/ns/net").st_ino
            assert {os.stat(f"/proc/{process.pid}/task/{tid}/ns/net").st_ino for tid in harness.threads(process.pid)} == {own}
            process.communicate(b"\n", timeout=10)

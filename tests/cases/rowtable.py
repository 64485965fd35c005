"""What every option of docs/COVERAGE.md is made of, written from the kernel's headers and man pages, not from sockline's tables.

OPTIONS: {level: (family, type, protocol of the sockets that have it, {option: type of rowtypes.py, or (type, more)})}; more may
give another socket, another value to set ("value"), and "input": what getsockopt is passed is shown when it fails; "only": the direction
in which it has that name; "unknown": what is shown when the fd, and so the socket's family, is not known.
"""
import struct

from rowtypes import (ADDRESS, BOTH, BYTE, BYTES, FD, HEX, INT, IP, LOOPBACK, NOTHING, SECRET, STRING, TIMESPEC, TIMESPEC_OLD, TIMEVAL,
                      TIMEVAL_OLD, U16, U32S, U64, UINT, Call, One, Struct, address, by_size, flags,
                      listed, raw, text)

UNIX, TCP, UDP, RAW, TCP6, UDP6, RAW6 = (1, 2, 0), (2, 1, 0), (2, 2, 0), (2, 3, 2), (10, 1, 0), (10, 2, 0), (10, 3, 58)
UDPLITE, MPTCP, ROUTE, PACKET = (2, 2, 136), (2, 1, 262), (16, 3, 0), (17, 3, 0)
VSOCK, XDP, SCTP, CAN, ALG, BLUETOOTH, TIPC = (40, 1, 0), (44, 3, 0), (2, 1, 132), (29, 3, 1), (38, 5, 0), (31, 1, 3), (30, 1, 0)

STAMPING = {1 << bit: f"SOF_TIMESTAMPING_{name}" for bit, name in enumerate(
    ["TX_HARDWARE", "TX_SOFTWARE", "RX_HARDWARE", "RX_SOFTWARE", "SOFTWARE", "SYS_HARDWARE", "RAW_HARDWARE", "OPT_ID"])}
STAMP_FLAGS = " ".join(f"{bit}={name}" for bit, name in STAMPING.items())


def number(size, value):
    return value.to_bytes(size, "little", signed=value < 0)


def given(of, value):
    """The same type, tried with these bytes."""
    return Call(of.decode, value)


def const(first, *names, size="4"):
    """A constant of one of these sizes, numbered from first on."""
    listing = " ".join(f"{first + place}={name}" for place, name in enumerate(names))
    return One(",".join(f"c{each} {listing}" for each in size.split(",")))


# ---- SOL_SOCKET ----

TIMESTAMPING = by_size(One("f4 " + STAMP_FLAGS, number(4, 0x18)), Struct(f"f4 flags {STAMP_FLAGS}, i4 bind_phc"))
MEMORY = Struct("u4 SK_MEMINFO_RMEM_ALLOC, u4 SK_MEMINFO_RCVBUF, u4 SK_MEMINFO_WMEM_ALLOC, u4 SK_MEMINFO_SNDBUF, "
                 "u4 SK_MEMINFO_FWD_ALLOC, u4 SK_MEMINFO_WMEM_QUEUED, u4 SK_MEMINFO_OPTMEM, u4 SK_MEMINFO_BACKLOG, "
                 "u4 SK_MEMINFO_DROPS", least=0)
MEMINFO = Call(lambda data, word: None if len(data) % 4 else MEMORY.decode(data, word), MEMORY.sample)
ERROR = Call(lambda data, word: {0: 0, 11: "EAGAIN"}[data[0]] if len(data) == 4 else None, number(4, 11))
UCRED = Struct("i4 pid, u4 uid, u4 gid")


def program(data, word):
    """struct sock_fprog with a pointer that leads nowhere."""
    if len(data) < 2 * word:
        return None
    return {"len": data[0], "filter": {"pointer": "0x8", "unreadable": True} if data[word] else None}


PROGRAM = Call(program, lambda word: number(word, 2) + number(word, 8))
SOCKET = {
    "SO_DEBUG": INT, "SO_REUSEADDR": INT, "SO_TYPE": One("c4 1=SOCK_STREAM 2=SOCK_DGRAM"), "SO_ERROR": ERROR, "SO_DONTROUTE": INT, "SO_BROADCAST": INT, "SO_SNDBUF": INT, "SO_RCVBUF": INT,
    "SO_SNDBUFFORCE": INT, "SO_RCVBUFFORCE": INT, "SO_KEEPALIVE": INT, "SO_OOBINLINE": INT, "SO_NO_CHECK": INT, "SO_PRIORITY": INT,
    "SO_LINGER": Struct("i4 l_onoff, i4 l_linger"), "SO_BSDCOMPAT": INT, "SO_REUSEPORT": INT, "SO_PASSCRED": (INT, {"on": UNIX}),
    "SO_PEERCRED": (UCRED, {"on": UNIX}), "SO_RCVLOWAT": INT, "SO_SNDLOWAT": INT, "SO_RCVTIMEO": TIMEVAL_OLD,
    "SO_SNDTIMEO": TIMEVAL_OLD, "SO_RCVTIMEO_NEW": TIMEVAL, "SO_SNDTIMEO_NEW": TIMEVAL, "SO_BINDTODEVICE": given(STRING, b"lo\0"),
    "SO_ATTACH_FILTER": PROGRAM, "SO_ATTACH_REUSEPORT_CBPF": PROGRAM, "SO_ATTACH_BPF": FD, "SO_ATTACH_REUSEPORT_EBPF": FD,
    "SO_DETACH_FILTER": NOTHING, "SO_DETACH_REUSEPORT_BPF": NOTHING, "SO_LOCK_FILTER": INT, "SO_PEERNAME": ADDRESS,
    "SO_TIMESTAMP": INT, "SO_TIMESTAMPNS": INT, "SO_TIMESTAMP_NEW": INT, "SO_TIMESTAMPNS_NEW": INT, "SO_TIMESTAMPING": TIMESTAMPING,
    "SO_TIMESTAMPING_NEW": TIMESTAMPING, "SO_ACCEPTCONN": INT, "SO_PEERSEC": STRING, "SO_PASSSEC": (INT, {"on": UNIX}), "SO_MARK": HEX,
    "SO_RCVMARK": INT, "SO_PROTOCOL": (One("c4 6=IPPROTO_TCP 17=IPPROTO_UDP"), {"unknown": 6}), "SO_DOMAIN": One("c4 1=AF_UNIX 2=AF_INET"),
    "SO_RXQ_OVFL": INT, "SO_WIFI_STATUS": INT, "SO_PEEK_OFF": INT, "SO_NOFCS": INT, "SO_SELECT_ERR_QUEUE": INT, "SO_BUSY_POLL": INT,
    "SO_PREFER_BUSY_POLL": INT, "SO_BUSY_POLL_BUDGET": INT, "SO_MAX_PACING_RATE": One("u8,u4"), "SO_BPF_EXTENSIONS": INT,
    "SO_INCOMING_CPU": INT, "SO_INCOMING_NAPI_ID": UINT, "SO_CNX_ADVICE": INT, "SO_MEMINFO": MEMINFO, "SO_COOKIE": U64,
    "SO_NETNS_COOKIE": U64, "SO_PEERGROUPS": (U32S, {"on": UNIX}), "SO_ZEROCOPY": INT,
    "SO_TXTIME": Struct("i4 clockid, f4 flags 1=SOF_TXTIME_DEADLINE_MODE 2=SOF_TXTIME_REPORT_ERRORS"), "SO_BINDTOIFINDEX": INT,
    "SO_BUF_LOCK": One("f4 1=SOCK_SNDBUF_LOCK 2=SOCK_RCVBUF_LOCK"), "SO_RESERVE_MEM": INT,
    "SO_TXREHASH": (One("c4 0=SOCK_TXREHASH_DISABLED 1=SOCK_TXREHASH_ENABLED 0xffffffff=SOCK_TXREHASH_DEFAULT 255=SOCK_TXREHASH_DEFAULT"),
                    {"value": number(4, -1), "on": TCP}),
    "SO_PASSPIDFD": (INT, {"on": UNIX}), "SO_PEERPIDFD": (FD, {"on": UNIX}), "SO_DEVMEM_DONTNEED": Struct("u4 token_start, u4 token_count"),
    "SO_RCVPRIORITY": INT, "SO_PASSRIGHTS": (INT, {"on": UNIX}), "SO_INQ": (INT, {"on": UNIX}), "SO_RIGHTS_NOTRUNC": (INT, {"on": UNIX}),
}

# ---- SOL_IP ----

MREQ = Struct("I4 imr_multiaddr, I4 imr_address, i4 imr_ifindex", least=8)
SOURCE = Struct("I4 imr_multiaddr, I4 imr_interface, I4 imr_sourceaddr")
GROUP = bytes([224, 0, 0, 99])
VIF = Struct("u2 vifc_vifi, x1 vifc_flags, u1 vifc_threshold, u4 vifc_rate_limit, I4 vifc_lcl_addr, I4 vifc_rmt_addr")
MFC = Struct("I4 mfcc_origin, I4 mfcc_mcastgrp, u2 mfcc_parent, h32 mfcc_ttls, p2 -, u4 mfcc_pkt_cnt, u4 mfcc_byte_cnt, u4 mfcc_wrong_if, "
             "i4 mfcc_expire")
MODE = {0: "MCAST_EXCLUDE", 1: "MCAST_INCLUDE"}


def tos(data, _word):
    if len(data) not in (1, 4):
        return None
    value = int.from_bytes(data, "little")
    return {2: "IPTOS_MINCOST", 4: "IPTOS_RELIABILITY", 8: "IPTOS_THROUGHPUT", 16: "IPTOS_LOWDELAY"}.get(value, value)


TOS = Call(tos, number(4, 16))


def ip_options(data, _word):
    """Options of an IP header: those that the rows are tried with."""
    found, at = [], 0
    names = {7: "IPOPT_RR", 68: "IPOPT_TIMESTAMP", 131: "IPOPT_LSRR", 148: "IPOPT_RA"}
    while at < len(data) and data[at]:
        length = 1 if data[at] == 1 else data[at + 1] if at + 1 < len(data) else 0
        if not length or at + length > len(data) or (length == 1 and data[at] != 1):
            return found + [raw(data[at:])]
        if length == 1:
            found.append("IPOPT_NOOP")
        elif data[at] in (7, 131):
            ips = [".".join(map(str, data[place:place + 4])) for place in range(at + 3, at + length - 3, 4)]
            found.append({"type": names[data[at]], "len": length, "ptr": data[at + 2], "addresses": ips})
        else:
            found.append({"type": names.get(data[at], data[at]), "len": length, "data": raw(data[at + 2:at + length])})
        at += length
    return found


IP_LIST = Call(ip_options, bytes([1, 7, 11, 4, 10, 0, 0, 1, 10, 0, 0, 2, 148, 4, 0, 0]))


def ip_filter(data, _word):
    if len(data) < 16:
        return None
    count = struct.unpack_from("=I", data, 12)[0]
    ips = [".".join(map(str, data[at:at + 4])) for at in range(0, len(data), 4)]
    return {"imsf_multiaddr": ips[0], "imsf_interface": ips[1], "imsf_fmode": MODE[data[8]], "imsf_numsrc": count,
            "imsf_slist": ips[4:4 + count]}


def group(source):
    """struct group_req or group_source_req."""
    fields = "u4 gsr_interface, A -, a128 gsr_group, a128 gsr_source" if source else "u4 gr_interface, A -, a128 gr_group"
    of = Struct(fields)

    def decode(data, word):
        if len(data) < of.size(word):
            return None
        head = of.decode(data, word)
        names = ("gsr_group", "gsr_source") if source else ("gr_group",)
        return {**head, **{name: address(data[word + 128 * place:]) for place, name in enumerate(names)}}

    return Call(decode, of.sample)


def group_filter(data, word):
    if len(data) < word + 136:
        return None
    mode, count = struct.unpack_from("=II", data, word + 128)
    return {"gf_interface": struct.unpack_from("=I", data)[0], "gf_group": address(data[word:]), "gf_fmode": MODE[mode],
            "gf_numsrc": count, "gf_slist": [address(data[word + 136 + 128 * place:]) for place in range(count)]}


GROUPS = {
    **{f"MCAST_{name}": group(False) for name in ("JOIN_GROUP", "LEAVE_GROUP")},
    **{f"MCAST_{name}": group(True) for name in ("BLOCK_SOURCE", "UNBLOCK_SOURCE", "JOIN_SOURCE_GROUP", "LEAVE_SOURCE_GROUP")},
    "MCAST_MSFILTER": (Call(group_filter, lambda word: number(word, 1) + LOOPBACK.ljust(128, b"\0") + number(4, 1) + number(4, 1)
                            + LOOPBACK.ljust(128, b"\0")), {"input": True}),
}
ON_RAW = {"on": RAW}
IP_OPTIONS = {
    "IP_TOS": TOS, "IP_TTL": BOTH, "IP_HDRINCL": (BOTH, ON_RAW), "IP_OPTIONS": IP_LIST, "IP_PKTOPTIONS": (BYTES, {"on": TCP}),
    "IP_ROUTER_ALERT": (BOTH, ON_RAW),
    "IP_RECVOPTS": BOTH, "IP_RETOPTS": BOTH, "IP_PKTINFO": BOTH,
    "IP_MTU_DISCOVER": const(0, *("IP_PMTUDISC_" + name for name in ("DONT", "WANT", "DO", "PROBE", "INTERFACE", "OMIT")), size="4,1"),
    "IP_RECVERR": BOTH, "IP_RECVERR_RFC4884": BOTH, "IP_RECVTTL": BOTH, "IP_RECVTOS": BOTH, "IP_MTU": BOTH, "IP_FREEBIND": BOTH,
    "IP_IPSEC_POLICY": BYTES, "IP_XFRM_POLICY": BYTES, "IP_PASSSEC": BOTH, "IP_TRANSPARENT": BOTH, "IP_ORIGDSTADDR": BOTH,
    "IP_MINTTL": (BOTH, {"on": TCP}), "IP_NODEFRAG": (BOTH, ON_RAW), "IP_CHECKSUM": BOTH, "IP_BIND_ADDRESS_NO_PORT": BOTH,
    "IP_RECVFRAGSIZE": BOTH, "IP_MULTICAST_IF": (by_size(One("I4"), MREQ), {"value": bytes([127, 0, 0, 1])}), "IP_MULTICAST_TTL": BOTH,
    "IP_MULTICAST_LOOP": BOTH, "IP_ADD_MEMBERSHIP": given(MREQ, GROUP + bytes(4) + number(4, 1)),
    "IP_DROP_MEMBERSHIP": given(MREQ, GROUP + bytes([127, 0, 0, 1])), "IP_UNBLOCK_SOURCE": SOURCE, "IP_BLOCK_SOURCE": SOURCE,
    "IP_ADD_SOURCE_MEMBERSHIP": SOURCE, "IP_DROP_SOURCE_MEMBERSHIP": SOURCE,
    "IP_MSFILTER": (Call(ip_filter, GROUP + bytes([127, 0, 0, 1]) + number(4, 1) + number(4, 1) + bytes([10, 0, 0, 1])), {"input": True}),
    "IP_MULTICAST_ALL": BOTH, "IP_UNICAST_IF": One("b4"), "IP_LOCAL_PORT_RANGE": (
        Call(lambda data, word: Struct("u2 low, u2 high").decode(data, word) if len(data) == 4 else None, struct.pack("=HH", 4000, 5000)), {}),
    "IP_PROTOCOL": (One("c4 17=IPPROTO_UDP 2=IPPROTO_IGMP", number(4, 17)), ON_RAW), **GROUPS,
    "MRT_INIT": (INT, ON_RAW), "MRT_DONE": (NOTHING, ON_RAW), "MRT_ADD_VIF": (VIF, ON_RAW), "MRT_DEL_VIF": (VIF, ON_RAW),
    "MRT_ADD_MFC": (MFC, ON_RAW), "MRT_DEL_MFC": (MFC, ON_RAW), "MRT_ADD_MFC_PROXY": (MFC, ON_RAW), "MRT_DEL_MFC_PROXY": (MFC, ON_RAW),
    "MRT_VERSION": (HEX, ON_RAW), "MRT_ASSERT": (INT, ON_RAW), "MRT_PIM": (INT, ON_RAW), "MRT_TABLE": (UINT, ON_RAW),
    "MRT_FLUSH": (HEX, ON_RAW), "SO_ORIGINAL_DST": (ADDRESS, {"on": TCP, "only": "get"}),
}

# ---- SOL_IPV6, SOL_ICMPV6, SOL_RAW ----

MREQ6 = Struct("I16 ipv6mr_multiaddr, i4 ipv6mr_ifindex")
GROUP6 = bytes([0xff, 2] + [0] * 13 + [0x63]) + number(4, 1)
MIF6 = Struct("u2 mif6c_mifi, x1 mif6c_flags, u1 vifc_threshold, u2 mif6c_pifi, p2 -, u4 vifc_rate_limit")
SIX = bytes([10, 0, 0, 9]) + bytes(4) + bytes(15) + b"\1" + bytes(4)
MF6C = Struct("a28 mf6cc_origin, a28 mf6cc_mcastgrp, u2 mf6cc_parent, p2 -, h32 mf6cc_ifset")
ON_RAW6 = {"on": RAW6}
INT_OR_INFO6 = by_size(INT, Struct("I16 ipi6_addr, i4 ipi6_ifindex"))
IPV6_OPTIONS = {
    "IPV6_ADDRFORM": (One("c4 2=AF_INET 10=AF_INET6"), {"value": number(4, 2)}), "IPV6_2292PKTINFO": INT, "IPV6_2292HOPOPTS": INT,
    "IPV6_2292DSTOPTS": INT, "IPV6_2292RTHDR": INT, "IPV6_2292PKTOPTIONS": BYTES, "IPV6_HOPOPTS": BYTES, "IPV6_RTHDRDSTOPTS": BYTES, "IPV6_RTHDR": BYTES,
    "IPV6_DSTOPTS": BYTES, "IPV6_2292HOPLIMIT": INT, "IPV6_CHECKSUM": (INT, ON_RAW6),
    "IPV6_NEXTHOP": ADDRESS, "IPV6_AUTHHDR": BYTES, "IPV6_FLOWINFO": INT, "IPV6_UNICAST_HOPS": INT, "IPV6_MULTICAST_IF": INT,
    "IPV6_MULTICAST_HOPS": INT, "IPV6_MULTICAST_LOOP": INT, "IPV6_MULTICAST_ALL": INT, "IPV6_ADD_MEMBERSHIP": given(MREQ6, GROUP6),
    "IPV6_DROP_MEMBERSHIP": given(MREQ6, GROUP6), "IPV6_JOIN_ANYCAST": MREQ6, "IPV6_LEAVE_ANYCAST": MREQ6, "IPV6_ROUTER_ALERT": (INT, ON_RAW6),
    "IPV6_ROUTER_ALERT_ISOLATE": (INT, ON_RAW6),
    "IPV6_MTU_DISCOVER": const(0, *("IPV6_PMTUDISC_" + name for name in ("DONT", "WANT", "DO", "PROBE", "INTERFACE", "OMIT"))),
    "IPV6_MTU": INT, "IPV6_RECVERR": INT, "IPV6_RECVERR_RFC4884": INT, "IPV6_V6ONLY": INT,
    "IPV6_FLOWLABEL_MGR": (Struct("I16 flr_dst, b4 flr_label, c1 flr_action 0=IPV6_FL_A_GET, c1 flr_share 3=IPV6_FL_S_USER, "
                                  "f2 flr_flags 1=IPV6_FL_F_CREATE, u2 flr_expires, u2 flr_linger, p4 -"), {"input": True}),
    "IPV6_FLOWINFO_SEND": INT, "IPV6_IPSEC_POLICY": BYTES, "IPV6_XFRM_POLICY": BYTES, "IPV6_HDRINCL": (INT, {"on": (10, 3, 255)}), **GROUPS,
    "IPV6_RECVPKTINFO": INT, "IPV6_PKTINFO": given(Struct("I16 ipi6_addr, i4 ipi6_ifindex"), bytes(15) + b"\1" + number(4, 1)),
    "IPV6_RECVHOPLIMIT": INT, "IPV6_HOPLIMIT": INT, "IPV6_RECVHOPOPTS": INT, "IPV6_RECVRTHDR": INT, "IPV6_RECVDSTOPTS": INT,
    "IPV6_RECVPATHMTU": INT, "IPV6_PATHMTU": given(Struct("a28 ip6m_addr, u4 ip6m_mtu"), SIX + number(4, 1500)), "IPV6_DONTFRAG": INT,
    "IPV6_RECVTCLASS": INT, "IPV6_TCLASS": INT, "IPV6_AUTOFLOWLABEL": INT,
    "IPV6_ADDR_PREFERENCES": One("f4 1=IPV6_PREFER_SRC_TMP 2=IPV6_PREFER_SRC_PUBLIC 0x400=IPV6_PREFER_SRC_HOME 0x800=IPV6_PREFER_SRC_NONCGA", number(4, 2)),
    "IPV6_MINHOPCOUNT": (INT, {"on": TCP6}), "IPV6_ORIGDSTADDR": INT, "IPV6_TRANSPARENT": INT, "IPV6_UNICAST_IF": One("b4"),
    "IPV6_RECVFRAGSIZE": INT, "IPV6_FREEBIND": INT, "MRT6_INIT": (INT, ON_RAW6), "MRT6_DONE": (NOTHING, ON_RAW6),
    "MRT6_ADD_MIF": (MIF6, ON_RAW6), "MRT6_DEL_MIF": (U16, ON_RAW6), "MRT6_ADD_MFC": (MF6C, ON_RAW6), "MRT6_DEL_MFC": (MF6C, ON_RAW6),
    "MRT6_ADD_MFC_PROXY": (MF6C, ON_RAW6), "MRT6_DEL_MFC_PROXY": (MF6C, ON_RAW6), "MRT6_VERSION": (HEX, ON_RAW6), "MRT6_ASSERT": (INT, ON_RAW6),
    "MRT6_PIM": (INT, ON_RAW6), "MRT6_TABLE": (UINT, ON_RAW6), "MRT6_FLUSH": (HEX, ON_RAW6), "IP6T_SO_ORIGINAL_DST": (ADDRESS, {"on": TCP6, "only": "get"}),
}


def icmp_filter(data, fields, names):
    """A bit per type that is blocked; what passes by name, at most 32 of them."""
    of = Struct(fields)
    found = of.decode(data, 8)
    if found is None:
        return None
    bits = int.from_bytes(data[:of.size(8)], "little")
    passes = [kind for kind in range(8 * of.size(8)) if not bits >> kind & 1]
    found["passes"] = [names.get(kind, kind) for kind in passes[:32]]
    return {**found, "passes_total": len(passes)} if len(passes) > 32 else found


# ---- TCP, UDP, MPTCP, TLS ----

TCP_STATES = " ".join(f"{place + 1}=TCP_{name}" for place, name in enumerate(
    ["ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE"]))
INFO_REST = Struct(", ".join(f"u4 tcpi_{name}" for name in (
    "rto ato snd_mss rcv_mss unacked sacked lost retrans fackets last_data_sent last_ack_sent last_data_recv last_ack_recv pmtu "
    "rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering rcv_rtt rcv_space total_retrans").split()) + ", "
    + ", ".join(f"u8 tcpi_{name}" for name in "pacing_rate max_pacing_rate bytes_acked bytes_received".split()) + ", "
    + ", ".join(f"u4 tcpi_{name}" for name in "segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out".split()) + ", "
    + ", ".join(f"u8 tcpi_{name}" for name in "delivery_rate busy_time rwnd_limited sndbuf_limited".split())
    + ", u4 tcpi_delivered, u4 tcpi_delivered_ce, u8 tcpi_bytes_sent, u8 tcpi_bytes_retrans, u4 tcpi_dsack_dups, u4 tcpi_reord_seen, "
    "u4 tcpi_rcv_ooopack, u4 tcpi_snd_wnd, u4 tcpi_rcv_wnd, u4 tcpi_rehash, u2 tcpi_total_rto, u2 tcpi_total_rto_recoveries, "
    "u4 tcpi_total_rto_time, u4 tcpi_received_ce, u4 tcpi_delivered_e1_bytes, u4 tcpi_delivered_e0_bytes, u4 tcpi_delivered_ce_bytes, "
    "u4 tcpi_received_e1_bytes, u4 tcpi_received_e0_bytes, u4 tcpi_received_ce_bytes", least=0)
INFO_HEAD = Struct(f"c1 tcpi_state {TCP_STATES}, c1 tcpi_ca_state 0=TCP_CA_Open, u1 tcpi_retransmits, u1 tcpi_probes, u1 tcpi_backoff, "
                   "f1 tcpi_options 1=TCPI_OPT_TIMESTAMPS 2=TCPI_OPT_SACK 4=TCPI_OPT_WSCALE", least=0)


def tcp_info(data, word):
    """struct tcp_info to the length given; its bit fields by hand."""
    found = INFO_HEAD.decode(data[:6], word)
    if len(data) >= 8:
        found.update(tcpi_snd_wscale=data[6] & 15, tcpi_rcv_wscale=data[6] >> 4, tcpi_delivery_rate_app_limited=data[7] & 1,
                     tcpi_fastopen_client_fail=["TFO_STATUS_UNSPEC", "TFO_COOKIE_UNAVAILABLE", "TFO_DATA_NOT_ACKED", "TFO_SYN_RETRANSMITTED"]
                     [data[7] >> 1 & 3])
        found.update(INFO_REST.decode(data[8:], word))
    if len(data) >= 280:
        bits = struct.unpack_from("=I", data, 276)[0]
        found.update(tcpi_ecn_mode=["TCPI_ECN_MODE_DISABLED", "TCPI_ECN_MODE_RFC3168", "TCPI_ECN_MODE_ACCECN", "TCPI_ECN_MODE_PENDING"][bits & 3],
                     tcpi_accecn_opt_seen=bits >> 2 & 3, tcpi_accecn_fail_mode=bits >> 4 & 15, tcpi_options2=bits >> 8)
    return found


MD5 = Struct("a128 tcpm_addr, f1 tcpm_flags 1=TCP_MD5SIG_FLAG_PREFIX, u1 tcpm_prefixlen, u2 tcpm_keylen, i4 tcpm_ifindex, S80 tcpm_key")
AO_FLAGS = "f1 keyflags 1=TCP_AO_KEYF_IFINDEX 2=TCP_AO_KEYF_EXCLUDE_OPT"
TLS_INFO = Struct("c2 version 0x303=TLS_1_2_VERSION 0x304=TLS_1_3_VERSION, c2 cipher_type 51=TLS_CIPHER_AES_GCM_128, S8 iv, S16 key, S4 salt, h8 rec_seq")
TCP_OPTIONS = {
    **{f"TCP_{name}": INT for name in (
        "NODELAY MAXSEG CORK KEEPIDLE KEEPINTVL KEEPCNT SYNCNT LINGER2 DEFER_ACCEPT WINDOW_CLAMP QUICKACK THIN_LINEAR_TIMEOUTS "
        "THIN_DUPACK FASTOPEN FASTOPEN_CONNECT FASTOPEN_NO_COOKIE SAVE_SYN INQ TX_DELAY IS_MPTCP RTO_MAX_MS RTO_MIN_US "
        "DELACK_MAX_US").split()},
    "TCP_INFO": Call(tcp_info, bytes([1, 0, 2, 3, 4, 6, 0x87, 3]) + bytes(range(232))), "TCP_CONGESTION": given(STRING, b"reno"),
    "TCP_MD5SIG": MD5, "TCP_MD5SIG_EXT": MD5, "TCP_USER_TIMEOUT": UINT,
    "TCP_REPAIR": One("c4 0=TCP_REPAIR_OFF 1=TCP_REPAIR_ON 0xffffffff=TCP_REPAIR_OFF_NO_WP", number(4, -1)),
    "TCP_REPAIR_QUEUE": const(0, "TCP_NO_QUEUE", "TCP_RECV_QUEUE", "TCP_SEND_QUEUE"), "TCP_QUEUE_SEQ": UINT,
    "TCP_REPAIR_OPTIONS": listed(Struct("u4 opt_code, u4 opt_val")),
    "TCP_REPAIR_WINDOW": Struct("u4 snd_wl1, u4 snd_wnd, u4 max_window, u4 rcv_wnd, u4 rcv_wup"), "TCP_FASTOPEN_KEY": SECRET,
    "TCP_TIMESTAMP": UINT, "TCP_NOTSENT_LOWAT": UINT, "TCP_CC_INFO": BYTES, "TCP_SAVED_SYN": BYTES, "TCP_ULP": given(STRING, b"none"),
    "TCP_ZEROCOPY_RECEIVE": (Struct("x8 address, u4 length, u4 recv_skip_hint, u4 inq, i4 err, x8 copybuf_address, i4 copybuf_len, "
                                    "f4 flags 1=TCP_RECEIVE_ZEROCOPY_FLAG_TLB_CLEAN_HINT, x8 msg_control, u8 msg_controllen, "
                                    "f4 msg_flags 1=MSG_OOB, p4 -", least=12), {"input": True}),
    "TCP_AO_ADD_KEY": Struct(f"a128 addr, s64 alg_name, i4 ifindex, B0-1 set_current, B1-1 set_rnext, p4 -, p2 -, u1 prefix, u1 sndid, u1 rcvid, u1 maclen, {AO_FLAGS}, u1 keylen, S80 key"),
    "TCP_AO_DEL_KEY": Struct(f"a128 addr, i4 ifindex, B0-1 set_current, B1-1 set_rnext, B2-1 del_async, p4 -, p2 -, u1 prefix, u1 sndid, u1 rcvid, u1 current_key, u1 rnext, {AO_FLAGS}"),
    "TCP_AO_INFO": (Struct("B0-1 set_current, B1-1 set_rnext, B2-1 ao_required, B3-1 set_counters, B4-1 accept_icmps, p4 -, p2 -, u1 current_key, u1 rnext, u8 pkt_good, u8 pkt_bad, u8 pkt_key_not_found, u8 pkt_ao_required, "
                           "u8 pkt_dropped_icmp", least=8), {"input": True}),
    "TCP_AO_GET_KEYS": (Struct(f"a128 addr, s64 alg_name, S80 key, u4 nkeys, B0-1 is_current, B1-1 is_rnext, B2-1 get_all, p2 -, u1 sndid, u1 rcvid, u1 prefix, u1 maclen, {AO_FLAGS}, "
                               "u1 keylen, i4 ifindex, u8 pkt_good, u8 pkt_bad"), {"input": True}),
    "TCP_AO_REPAIR": Struct("b4 snt_isn, b4 rcv_isn, u4 snd_sne, u4 rcv_sne"),
}
UDP_OPTIONS = {
    "UDP_CORK": INT, "UDP_ENCAP": (const(1, "UDP_ENCAP_ESPINUDP_NON_IKE", "UDP_ENCAP_ESPINUDP", "UDP_ENCAP_L2TPINUDP"), {"value": number(4, 2)}),
    "UDP_NO_CHECK6_TX": INT, "UDP_NO_CHECK6_RX": INT, "UDP_SEGMENT": INT, "UDP_GRO": INT, "UDPLITE_SEND_CSCOV": INT, "UDPLITE_RECV_CSCOV": INT,
}
SUBFLOWS = Struct("u4 size_subflow_data, u4 num_subflows, u4 size_kernel, u4 size_user, r data")
MPTCP_OPTIONS = {
    "MPTCP_INFO": Struct(
        ", ".join(f"u1 mptcpi_{name}" for name in "subflows add_addr_signal add_addr_accepted subflows_max add_addr_signal_max "
                  "add_addr_accepted_max".split()) + ", p2 -, f4 mptcpi_flags 1=MPTCP_INFO_FLAG_FALLBACK 2=MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED, "
        "x4 mptcpi_token, u8 mptcpi_write_seq, u8 mptcpi_snd_una, u8 mptcpi_rcv_nxt, u1 mptcpi_local_addr_used, u1 mptcpi_local_addr_max, "
        "u1 mptcpi_csum_enabled, p1 -, u4 mptcpi_retransmits, u8 mptcpi_bytes_retrans, u8 mptcpi_bytes_sent, u8 mptcpi_bytes_received, "
        "u8 mptcpi_bytes_acked, u1 mptcpi_subflows_total, u1 mptcpi_endp_laminar_max, u1 mptcpi_endp_fullmesh_max, p1 -, "
        "u4 mptcpi_last_data_sent, u4 mptcpi_last_data_recv, u4 mptcpi_last_ack_recv", least=1),
    "MPTCP_TCPINFO": (SUBFLOWS, {"input": True}), "MPTCP_SUBFLOW_ADDRS": (SUBFLOWS, {"input": True}), "MPTCP_FULL_INFO": (BYTES, {"input": True}),
}
TLS_OPTIONS = {"TLS_TX": TLS_INFO, "TLS_RX": TLS_INFO, "TLS_TX_ZEROCOPY_RO": INT, "TLS_RX_EXPECT_NO_PAD": INT, "TLS_TX_MAX_PAYLOAD_LEN": U16}

# ---- PACKET, NETLINK, VSOCK, XDP ----

MEMBER = Struct("i4 mr_ifindex, c2 mr_type 0=PACKET_MR_MULTICAST 1=PACKET_MR_PROMISC, u2 mr_alen, m8 mr_address")
RING = Struct("u4 tp_block_size, u4 tp_block_nr, u4 tp_frame_size, u4 tp_frame_nr, u4 tp_retire_blk_tov, u4 tp_sizeof_priv, "
              "x4 tp_feature_req_word", least=16)


def fanout(data, _word):
    if len(data) < 4:
        return None
    word = struct.unpack_from("=H", data, 2)[0]
    found = {"id": struct.unpack_from("=H", data)[0], "type": ["PACKET_FANOUT_HASH", "PACKET_FANOUT_LB"][word & 0xff],
             "flags": flags(word & 0xff00, {0x1000: "PACKET_FANOUT_FLAG_ROLLOVER", 0x8000: "PACKET_FANOUT_FLAG_DEFRAG"})}
    return {**found, "max_num_members": struct.unpack_from("=I", data, 4)[0]} if len(data) >= 8 else found


PACKET_OPTIONS = {
    **{f"PACKET_{name}": INT for name in "RECV_OUTPUT COPY_THRESH AUXDATA ORIGDEV LOSS VNET_HDR VNET_HDR_SZ TX_TIMESTAMP TX_HAS_OFF "
       "QDISC_BYPASS IGNORE_OUTGOING".split()},
    "PACKET_ADD_MEMBERSHIP": given(MEMBER, number(4, 1) + number(2, 1) + number(2, 6) + bytes(range(8))), "PACKET_DROP_MEMBERSHIP": MEMBER,
    "PACKET_RX_RING": RING, "PACKET_TX_RING": RING, "PACKET_STATISTICS": Struct("u4 tp_packets, u4 tp_drops, u4 tp_freeze_q_cnt", least=8),
    "PACKET_VERSION": const(0, "TPACKET_V1", "TPACKET_V2", "TPACKET_V3"), "PACKET_HDRLEN": (
        const(0, "TPACKET_V1", "TPACKET_V2", "TPACKET_V3"), {"input": True}),
    "PACKET_RESERVE": UINT, "PACKET_TIMESTAMP": One("f4 " + STAMP_FLAGS), "PACKET_FANOUT": Call(fanout, number(2, 7) + number(2, 0x8001)),
    "PACKET_ROLLOVER_STATS": Struct("u8 tp_all, u8 tp_huge, u8 tp_failed"), "PACKET_FANOUT_DATA": BYTES,
}
MEMBERSHIP = (One("c4 1=RTNLGRP_LINK 2=RTNLGRP_NOTIFY"), {"unknown": 1})
MAPPED = Struct("u4 nm_block_size, u4 nm_block_nr, u4 nm_frame_size, u4 nm_frame_nr")
NETLINK_OPTIONS = {
    "NETLINK_ADD_MEMBERSHIP": MEMBERSHIP, "NETLINK_DROP_MEMBERSHIP": MEMBERSHIP,
    **{f"NETLINK_{name}": INT for name in "PKTINFO BROADCAST_ERROR NO_ENOBUFS LISTEN_ALL_NSID CAP_ACK EXT_ACK GET_STRICT_CHK".split()},
    "NETLINK_RX_RING": MAPPED, "NETLINK_TX_RING": MAPPED, "NETLINK_LIST_MEMBERSHIPS": U32S,
}
VSOCK_OPTIONS = {
    "SO_VM_SOCKETS_BUFFER_SIZE": U64, "SO_VM_SOCKETS_BUFFER_MIN_SIZE": U64, "SO_VM_SOCKETS_BUFFER_MAX_SIZE": U64, "SO_VM_SOCKETS_PEER_HOST_VM_ID": INT,
    "SO_VM_SOCKETS_TRUSTED": INT, "SO_VM_SOCKETS_CONNECT_TIMEOUT": TIMEVAL_OLD, "SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW": TIMEVAL,
    "SO_VM_SOCKETS_NONBLOCK_TXRX": INT,
}


def offsets(data, word):
    ring = Struct("u8 producer, u8 consumer, u8 desc, u8 flags")
    if len(data) < 128:
        return None
    return {name: ring.decode(data[32 * place:], word) for place, name in enumerate(("rx", "tx", "fr", "cr"))}


XDP_OPTIONS = {
    "XDP_MMAP_OFFSETS": Call(offsets, bytes(range(128))), "XDP_RX_RING": INT, "XDP_TX_RING": INT,
    "XDP_UMEM_REG": Struct("x8 addr, u8 len, u4 chunk_size, u4 headroom, f4 flags 1=XDP_UMEM_UNALIGNED_CHUNK_FLAG, u4 tx_metadata_len", least=24),
    "XDP_UMEM_FILL_RING": INT, "XDP_UMEM_COMPLETION_RING": INT, "XDP_STATISTICS": Struct(
        "u8 rx_dropped, u8 rx_invalid_descs, u8 tx_invalid_descs, u8 rx_ring_full, u8 rx_fill_ring_empty_descs, u8 tx_ring_empty_descs", least=24),
    "XDP_OPTIONS": One("f4 1=XDP_OPTIONS_ZEROCOPY"), "XDP_MAX_TX_SKB_BUDGET": UINT,
}

# ---- SCTP ----

INPUT = {"input": True}
ASSOC_VALUE = Struct("i4 assoc_id, u4 assoc_value")
PRIM = Struct("i4 ssp_assoc_id, a128 ssp_addr")
SNDRCV = ("u2 sinfo_stream, u2 sinfo_ssn, f2 sinfo_flags 1=SCTP_UNORDERED, p2 -, b4 sinfo_ppid, u4 sinfo_context, u4 sinfo_timetolive, "
          "u4 sinfo_tsn, u4 sinfo_cumtsn, i4 sinfo_assoc_id")
SNDINFO = "u2 snd_sid, f2 snd_flags 1=SCTP_UNORDERED, b4 snd_ppid, u4 snd_context, i4 snd_assoc_id"
INITMSG = Struct("u2 sinit_num_ostreams, u2 sinit_max_instreams, u2 sinit_max_attempts, u2 sinit_max_init_timeo")
PADDRINFO = ("i4 spinfo_assoc_id, a128 spinfo_address, c4 spinfo_state 2=SCTP_ACTIVE, u4 spinfo_cwnd, u4 spinfo_srtt, u4 spinfo_rto, "
             "u4 spinfo_mtu")
AUTHCHUNKS = Struct("i4 gauth_assoc_id, u4 gauth_number_of_chunks, r gauth_chunks")
KEYID = Struct("i4 scact_assoc_id, u2 scact_keynumber")
PR = "0x10=SCTP_PR_SCTP_TTL"
PRSTATUS = Struct(f"i4 sprstat_assoc_id, u2 sprstat_sid, c2 sprstat_policy {PR}, u8 sprstat_abandoned_unsent, u8 sprstat_abandoned_sent")
THRESHOLDS = "i4 spt_assoc_id, A -, a128 spt_address, u2 spt_pathmaxrxt, u2 spt_pathpfthld"
PEELOFF = "i4 associd, i4 sd"
GETADDRS = Struct("i4 assoc_id, u4 addr_num, r addrs")


def status(data, word):
    head = Struct("i4 sstat_assoc_id, c4 sstat_state 4=SCTP_ESTABLISHED, u4 sstat_rwnd, u2 sstat_unackdata, u2 sstat_penddata, "
                  "u2 sstat_instrms, u2 sstat_outstrms, u4 sstat_fragmentation_point")
    if len(data) < 24 + 152:
        return None
    return {**head.decode(data, word), "sstat_primary": Struct(PADDRINFO).decode(data[24:], word)}


def authkey(data, word):
    found = Struct("i4 sca_assoc_id, u2 sca_keynumber, u2 sca_keylength").decode(data, word)
    return found and {**found, "sca_key": "(hidden)"}


EVENTS = ("data_io association address send_failure peer_error shutdown partial_delivery adaptation_layer authentication sender_dry "
          "stream_reset assoc_reset stream_change send_failure_event").split()
SCTP_OPTIONS = {
    **{f"SCTP_{name}": INT for name in "NODELAY AUTOCLOSE DISABLE_FRAGMENTS I_WANT_MAPPED_V4_ADDR FRAGMENT_INTERLEAVE AUTO_ASCONF "
       "RECVRCVINFO RECVNXTINFO REUSE_PORT RESET_ASSOC".split()},
    **{f"SCTP_{name}": (ASSOC_VALUE, INPUT) for name in "CONTEXT PR_SUPPORTED RECONFIG_SUPPORTED ENABLE_STREAM_RESET STREAM_SCHEDULER "
       "INTERLEAVING_SUPPORTED ASCONF_SUPPORTED AUTH_SUPPORTED ECN_SUPPORTED EXPOSE_POTENTIALLY_FAILED_STATE".split()},
    **{f"SCTP_{name}": (by_size(ASSOC_VALUE, INT), INPUT) for name in ("MAXSEG", "MAX_BURST")},
    "SCTP_RTOINFO": (Struct("i4 srto_assoc_id, u4 srto_initial, u4 srto_max, u4 srto_min"), INPUT),
    "SCTP_ASSOCINFO": (Struct("i4 sasoc_assoc_id, u2 sasoc_asocmaxrxt, u2 sasoc_number_peer_destinations, u4 sasoc_peer_rwnd, "
                              "u4 sasoc_local_rwnd, u4 sasoc_cookie_life"), INPUT),
    "SCTP_INITMSG": INITMSG, "SCTP_SET_PEER_PRIMARY_ADDR": PRIM, "SCTP_PRIMARY_ADDR": (PRIM, INPUT),
    "SCTP_ADAPTATION_LAYER": Struct("x4 ssb_adaptation_ind"),
    "SCTP_PEER_ADDR_PARAMS": (Struct("i4 spp_assoc_id, a128 spp_address, u4 spp_hbinterval, u2 spp_pathmaxrxt, u4 spp_pathmtu, u4 spp_sackdelay, "
                                     "f4 spp_flags 1=SPP_HB_ENABLE, u4 spp_ipv6_flowlabel, u1 spp_dscp", least=150), INPUT),
    "SCTP_DEFAULT_SEND_PARAM": (Struct(SNDRCV), INPUT), "SCTP_DEFAULT_SNDINFO": (Struct(SNDINFO), INPUT),
    "SCTP_EVENTS": Struct(", ".join(f"u1 sctp_{name}_event" for name in EVENTS), least=1),
    "SCTP_STATUS": (Call(status, number(4, 1) + number(4, 4) + number(16, 5) + Struct(PADDRINFO).sample(8)), INPUT),
    "SCTP_GET_PEER_ADDR_INFO": (Struct(PADDRINFO), INPUT),
    "SCTP_DELAYED_ACK_TIME": (Struct("i4 sack_assoc_id, u4 sack_delay, u4 sack_freq", least=8), INPUT), "SCTP_PARTIAL_DELIVERY_POINT": UINT,
    "SCTP_AUTH_CHUNK": BYTE, "SCTP_HMAC_IDENT": Struct("u4 shmac_num_idents, r shmac_idents"),
    "SCTP_AUTH_KEY": Call(authkey, number(4, 1) + number(2, 2) + number(2, 4) + b"keys"), "SCTP_AUTH_ACTIVE_KEY": (KEYID, INPUT),
    "SCTP_AUTH_DELETE_KEY": KEYID, "SCTP_AUTH_DEACTIVATE_KEY": KEYID, "SCTP_PEER_AUTH_CHUNKS": (AUTHCHUNKS, INPUT),
    "SCTP_LOCAL_AUTH_CHUNKS": (AUTHCHUNKS, INPUT), "SCTP_PEER_ADDR_THLDS": (Struct(THRESHOLDS, least=136), INPUT),
    "SCTP_PEER_ADDR_THLDS_V2": (Struct(THRESHOLDS + ", u2 spt_pathcpthld", least=138), INPUT),
    "SCTP_REMOTE_UDP_ENCAPS_PORT": (Struct("i4 sue_assoc_id, A -, a128 sue_address, b2 sue_port"), INPUT),
    "SCTP_PLPMTUD_PROBE_INTERVAL": (Struct("i4 spi_assoc_id, A -, a128 spi_address, u4 spi_interval"), INPUT),
    "SCTP_GET_ASSOC_STATS": (Struct("i4 sas_assoc_id, A -, a128 sas_obs_rto_ipaddr, " + ", ".join(
        f"u8 sas_{name}" for name in "maxrto isacks osacks opackets ipackets rtxchunks outofseqtsns idupchunks gapcnt ouodchunks iuodchunks "
        "oodchunks iodchunks octrlchunks ictrlchunks".split())), INPUT),
    "SCTP_RESET_STREAMS": Struct("i4 srs_assoc_id, x2 srs_flags, u2 srs_number_streams, r srs_stream_list"),
    "SCTP_SOCKOPT_PEELOFF": (Struct(PEELOFF), INPUT),
    "SCTP_SOCKOPT_PEELOFF_FLAGS": (Struct(PEELOFF + ", f4 flags 0x800=SOCK_NONBLOCK"), INPUT), "SCTP_GET_PEER_ADDRS": (GETADDRS, INPUT),
    "SCTP_GET_LOCAL_ADDRS": (GETADDRS, INPUT), "SCTP_SOCKOPT_CONNECTX3": (Struct("i4 assoc_id, i4 addr_num, P addrs"), INPUT),
    "SCTP_SENDMSG_CONNECT": ADDRESS, "SCTP_GET_ASSOC_NUMBER": UINT, "SCTP_GET_ASSOC_ID_LIST": U32S, "SCTP_SOCKOPT_BINDX_ADD": ADDRESS,
    "SCTP_SOCKOPT_BINDX_REM": ADDRESS, "SCTP_SOCKOPT_CONNECTX_OLD": ADDRESS, "SCTP_SOCKOPT_CONNECTX": ADDRESS,
    "SCTP_DEFAULT_PRINFO": (Struct(f"i4 pr_assoc_id, u4 pr_value, c2 pr_policy {PR}"), INPUT), "SCTP_PR_ASSOC_STATUS": (PRSTATUS, INPUT),
    "SCTP_PR_STREAM_STATUS": (PRSTATUS, INPUT), "SCTP_ADD_STREAMS": Struct("i4 sas_assoc_id, u2 sas_instrms, u2 sas_outstrms"),
    "SCTP_STREAM_SCHEDULER_VALUE": (Struct("i4 assoc_id, u2 stream_id, u2 stream_value"), INPUT),
    "SCTP_EVENT": (Struct("i4 se_assoc_id, c2 se_type 0x8001=SCTP_ASSOC_CHANGE, u1 se_on", least=7), INPUT),
}

# ---- CAN, ALG, Bluetooth, TIPC ----

CAN_OPTIONS = {
    "CAN_RAW_FILTER": listed(Struct("x4 can_id, x4 can_mask")), "CAN_RAW_ERR_FILTER": One("f4 1=CAN_ERR_TX_TIMEOUT 2=CAN_ERR_LOSTARB"),
    **{f"CAN_RAW_{name}": INT for name in "LOOPBACK RECV_OWN_MSGS FD_FRAMES JOIN_FILTERS XL_FRAMES".split()},
    "CAN_RAW_XL_VCID_OPTS": Struct("x1 flags, u1 tx_vcid, u1 rx_vcid, x1 rx_vcid_mask"),
}
ALG_OPTIONS = {"ALG_SET_KEY": SECRET, "ALG_SET_AEAD_AUTHSIZE": NOTHING, "ALG_SET_DRBG_ENTROPY": SECRET, "ALG_SET_KEY_BY_KEY_SERIAL": INT}
CONNINFO = Struct("u2 hci_handle, h3 dev_class")
BT_MODES = ["BT_MODE_BASIC", "BT_MODE_ERTM"]
BLUETOOTH_OPTIONS = {
    "BT_SECURITY": Struct("c1 level 1=BT_SECURITY_LOW, u1 key_size", least=1), "BT_DEFER_SETUP": INT, "BT_FLUSHABLE": INT,
    "BT_POWER": Struct("u1 force_active"), "BT_CHANNEL_POLICY": const(0, "BT_CHANNEL_POLICY_BREDR_ONLY"),
    "BT_VOICE": Struct("c2 setting 0x60=BT_VOICE_CVSD_16BIT"), "BT_SNDMTU": U16, "BT_RCVMTU": U16, "BT_PHY": One("f4 1=BT_PHY_BR_1M_1SLOT"),
    "BT_MODE": const(0, *BT_MODES, size="1,4"), "BT_PKT_STATUS": INT, "BT_PKT_SEQNUM": INT, "BT_ISO_QOS": BYTES, "BT_CODEC": BYTES, "BT_ISO_BASE": BYTES,
}
TIPC_OPTIONS = {
    "TIPC_IMPORTANCE": const(0, "TIPC_LOW_IMPORTANCE", "TIPC_MEDIUM_IMPORTANCE"), "TIPC_SRC_DROPPABLE": INT, "TIPC_DEST_DROPPABLE": INT,
    "TIPC_CONN_TIMEOUT": UINT, "TIPC_NODE_RECVQ_DEPTH": UINT, "TIPC_SOCK_RECVQ_DEPTH": UINT, "TIPC_MCAST_BROADCAST": NOTHING,
    "TIPC_MCAST_REPLICAST": NOTHING, "TIPC_GROUP_JOIN": Struct("u4 type, u4 instance, c4 scope 2=TIPC_CLUSTER_SCOPE, x4 flags"),
    "TIPC_GROUP_LEAVE": NOTHING, "TIPC_SOCK_RECVQ_USED": UINT, "TIPC_GROUP_LOOPBACK": NOTHING, "TIPC_GROUP_MEMBER_EVTS": NOTHING, "TIPC_NODELAY": INT,
}
OPTIONS = {
    "SOL_SOCKET": (UDP, SOCKET), "SOL_IP": (UDP, IP_OPTIONS), "SOL_IPV6": (UDP6, IPV6_OPTIONS),
    "SOL_ICMPV6": (RAW6, {"ICMPV6_FILTER": Call(
        lambda data, word: icmp_filter(data, "u8 data0, u8 data64, u8 data128, u8 data192", {128: "ICMPV6_ECHO_REQUEST", 129: "ICMPV6_ECHO_REPLY"}),
        b"\xff" * 16 + b"\xfc" + b"\xff" * 15)}),
    "SOL_RAW": ((2, 3, 1), {"ICMP_FILTER": Call(
        lambda data, word: icmp_filter(data, "u4 data", {0: "ICMP_ECHOREPLY", 3: "ICMP_DEST_UNREACH", 8: "ICMP_ECHO"}), number(4, ~0x109)), "IPV6_CHECKSUM": INT, "IPV6_HDRINCL": INT}), "SOL_TCP": (TCP, TCP_OPTIONS),
    "SOL_UDP": (UDP, UDP_OPTIONS), "SOL_UDPLITE": (UDPLITE, UDP_OPTIONS), "SOL_MPTCP": (MPTCP, MPTCP_OPTIONS), "SOL_TLS": (TCP, TLS_OPTIONS),
    "SOL_PACKET": (PACKET, PACKET_OPTIONS), "SOL_NETLINK": (ROUTE, NETLINK_OPTIONS), "AF_VSOCK": (VSOCK, VSOCK_OPTIONS),
    "SOL_VSOCK": (VSOCK, VSOCK_OPTIONS), "SOL_XDP": (XDP, XDP_OPTIONS), "SOL_SCTP": (SCTP, SCTP_OPTIONS), "SOL_CAN_RAW": (CAN, CAN_OPTIONS),
    "SOL_ALG": (ALG, ALG_OPTIONS), "SOL_BLUETOOTH": (BLUETOOTH, BLUETOOTH_OPTIONS), "SOL_TIPC": (TIPC, TIPC_OPTIONS),
    "SOL_HCI": ((31, 3, 1), {"HCI_DATA_DIR": INT, "HCI_TIME_STAMP": INT, "HCI_FILTER": Struct("x4 type_mask, x8 event_mask, x2 opcode", least=12)}),
    "SOL_L2CAP": ((31, 5, 0), {"L2CAP_OPTIONS": Struct("u2 omtu, u2 imtu, u2 flush_to, c1 mode 1=BT_MODE_ERTM, u1 fcs, u1 max_tx, p1 -, u2 txwin_size", least=7),
                               "L2CAP_CONNINFO": CONNINFO, "L2CAP_LM": One("f4 1=L2CAP_LM_MASTER")}),
    "SOL_SCO": ((31, 5, 2), {"SCO_OPTIONS": Struct("u2 mtu"), "SCO_CONNINFO": CONNINFO}),
    "SOL_RFCOMM": ((31, 1, 3), {"RFCOMM_CONNINFO": CONNINFO, "RFCOMM_LM": One("f4 1=RFCOMM_LM_MASTER")}),
}

# ---- control messages ----

TIMESPECS = {word: Struct(fields) for word, fields in ((4, "i4 tv_sec, i4 tv_nsec"), (8, "i8 tv_sec, i8 tv_nsec"))}


def three_stamps(data, word):
    one = {24: 4, 48: 8}.get(len(data))
    return one and [TIMESPECS[one].decode(data[at:], word) for at in range(0, len(data), 2 * one)]


def error_queue(data, _word):
    """struct sock_extended_err and who sent it."""
    found = Struct("c4 ee_errno 111=ECONNREFUSED 90=EMSGSIZE, c1 ee_origin 1=SO_EE_ORIGIN_LOCAL 2=SO_EE_ORIGIN_ICMP 3=SO_EE_ORIGIN_ICMP6, "
                   "u1 ee_type, u1 ee_code, p1 -, u4 ee_info, u4 ee_data").decode(data, 8)
    if found and found["ee_origin"] == "SO_EE_ORIGIN_ICMP":
        found.update(ee_type={3: "ICMP_DEST_UNREACH"}[data[5]], ee_code={3: "ICMP_PORT_UNREACH"}[data[6]])
    if found and found["ee_origin"] == "SO_EE_ORIGIN_ICMP6":
        found.update(ee_type={1: "ICMPV6_DEST_UNREACH"}[data[5]], ee_code={4: "ICMPV6_PORT_UNREACH"}[data[6]])
    if found and len(data) > 18 and data[16]:
        found["offender"] = address(data[16:])
    return found


def tcp_stats(data, _word):
    """Netlink attributes of numbers."""
    names = {1: "TCP_NLA_BUSY", 2: "TCP_NLA_RWND_LIMITED"}
    found, at = {}, 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if at + length > len(data):
            return {**found, "rest": raw(data[at:])}
        found[names[kind]] = int.from_bytes(data[at + 4:at + length], "little")
        at += (length + 3) & ~3
    return found


def initial_vector(data, _word):
    length = int.from_bytes(data[:4], "little")
    return {"ivlen": length, "iv": raw(data[4:4 + length])} if len(data) >= 4 else None


REFUSED = number(4, 111) + bytes([2, 3, 3, 0]) + number(4, 5) + number(4, 6) + LOOPBACK.ljust(16, b"\0")
REFUSED6 = number(4, 111) + bytes([3, 1, 4, 0]) + number(4, 5) + number(4, 6)
RECORD = One("c1 22=TLS_RECORD_TYPE_HANDSHAKE,c4 22=TLS_RECORD_TYPE_HANDSHAKE")
DMABUF = Struct("u8 frag_offset, u4 frag_size, u4 frag_token, u4 dmabuf_id, x4 flags")
INFO4 = Struct("i4 ipi_ifindex, I4 ipi_spec_dst, I4 ipi_addr")
INFO6 = Struct("I16 ipi6_addr, i4 ipi6_ifindex")
CONTROLS = {
    "SOL_SOCKET": (UNIX, {
        "SCM_RIGHTS": Call(lambda data, word: list(struct.unpack_from(f"={len(data) // 4}i", data)), struct.pack("=2i", 0, 1)),
        "SCM_CREDENTIALS": UCRED, "SCM_PIDFD": FD, "SCM_SECURITY": STRING, "SCM_TIMESTAMP": TIMEVAL_OLD, "SCM_TIMESTAMPNS": TIMESPEC_OLD,
        "SCM_TIMESTAMPING": Call(three_stamps, bytes(range(48))), "SO_TIMESTAMP_NEW": TIMEVAL, "SO_TIMESTAMPNS_NEW": TIMESPEC,
        "SO_TIMESTAMPING_NEW": Call(three_stamps, bytes(range(48))),
        "SCM_TIMESTAMPING_OPT_STATS": Call(tcp_stats, struct.pack("=HHQHHQ", 12, 1, 77, 12, 2, 88)),
        "SCM_TIMESTAMPING_PKTINFO": Struct("u4 if_index, u4 pkt_length, p8 -"), "SCM_TXTIME": U64, "SCM_WIFI_STATUS": INT, "SCM_TS_OPT_ID": UINT,
        "SCM_INQ": INT, "SCM_DEVMEM_LINEAR": DMABUF, "SCM_DEVMEM_DMABUF": DMABUF, "SO_RXQ_OVFL": UINT, "SO_MARK": HEX, "SO_PRIORITY": UINT}),
    "SOL_IP": (UDP, {
        "IP_PKTINFO": INFO4, "IP_TTL": BOTH, "IP_TOS": TOS, "IP_RECVERR": Call(error_queue, REFUSED), "IP_ORIGDSTADDR": ADDRESS,
        "IP_RETOPTS": IP_LIST, "IP_RECVOPTS": IP_LIST, "IP_CHECKSUM": HEX, "IP_RECVFRAGSIZE": INT, "IP_PASSSEC": STRING,
        "IP_PROTOCOL": One("c4 17=IPPROTO_UDP")}),
    "SOL_IPV6": (UDP6, {
        "IPV6_PKTINFO": INFO6, "IPV6_2292PKTINFO": INFO6, "IPV6_HOPLIMIT": INT, "IPV6_2292HOPLIMIT": INT, "IPV6_TCLASS": INT,
        "IPV6_RECVERR": Call(error_queue, REFUSED6), "IPV6_ORIGDSTADDR": ADDRESS, "IPV6_FLOWINFO": HEX, "IPV6_HOPOPTS": BYTES,
        "IPV6_DSTOPTS": BYTES, "IPV6_RTHDR": BYTES, "IPV6_RTHDRDSTOPTS": BYTES, "IPV6_DONTFRAG": INT, "IPV6_RECVFRAGSIZE": INT}),
    "SOL_UDP": (UDP, {"UDP_SEGMENT": U16, "UDP_GRO": INT}), "SOL_TCP": (TCP, {"TCP_INQ": INT}),
    "SOL_TLS": (TCP, {"TLS_SET_RECORD_TYPE": RECORD, "TLS_GET_RECORD_TYPE": RECORD}),
    "SOL_PACKET": (PACKET, {
        "PACKET_AUXDATA": Struct("f4 tp_status 1=TP_STATUS_USER, u4 tp_len, u4 tp_snaplen, u2 tp_mac, u2 tp_net, u2 tp_vlan_tci, "
                                 "n2 tp_vlan_tpid 0x8100=ETH_P_8021Q"),
        "PACKET_TX_TIMESTAMP": Call(error_queue, REFUSED)}),
    "SOL_NETLINK": (ROUTE, {"NETLINK_PKTINFO": Struct("u4 group"), "NETLINK_LISTEN_ALL_NSID": INT}),
    "SOL_ALG": (ALG, {
        "ALG_SET_IV": Call(initial_vector, number(4, 8) + b"8 bytes."), "ALG_SET_OP": const(0, "ALG_OP_DECRYPT", "ALG_OP_ENCRYPT"), "ALG_SET_AEAD_ASSOCLEN": UINT}),
    "SOL_SCTP": (SCTP, {
        "SCTP_INIT": INITMSG, "SCTP_SNDRCV": Struct(SNDRCV), "SCTP_SNDINFO": Struct(SNDINFO), "SCTP_RCVINFO": Struct(
            "u2 rcv_sid, u2 rcv_ssn, f2 rcv_flags 1=SCTP_UNORDERED, p2 -, b4 rcv_ppid, u4 rcv_tsn, u4 rcv_cumtsn, u4 rcv_context, i4 rcv_assoc_id"),
        "SCTP_NXTINFO": Struct("u2 nxt_sid, f2 nxt_flags 1=SCTP_UNORDERED, b4 nxt_ppid, u4 nxt_length, i4 nxt_assoc_id"),
        "SCTP_PRINFO": Struct(f"c2 pr_policy {PR}, p2 -, u4 pr_value"), "SCTP_AUTHINFO": Struct("u2 auth_keynumber"),
        "SCTP_DSTADDRV4": IP, "SCTP_DSTADDRV6": given(IP, bytes(range(16)))}),
}

# What a socket is told so that messages to itself carry as much as they can: {level: options}, in the order of receive's rows.
WANTED = {
    UDP: {"SOL_SOCKET": ["SO_TIMESTAMP_NEW", "SO_RXQ_OVFL", "SO_RCVMARK", "SO_RCVPRIORITY"],
          "SOL_IP": ["IP_PKTINFO", "IP_RECVTTL", "IP_RECVTOS", "IP_ORIGDSTADDR", "IP_CHECKSUM"], "SOL_UDP": ["UDP_GRO"]},
    UDP6: {"SOL_SOCKET": ["SO_TIMESTAMPNS_NEW"], "SOL_IPV6": ["IPV6_RECVPKTINFO", "IPV6_RECVHOPLIMIT", "IPV6_RECVTCLASS", "IPV6_ORIGDSTADDR"]},
    UNIX: {"SOL_SOCKET": ["SO_PASSCRED", "SO_TIMESTAMP"]},
    (2, 2, 17): {"SOL_SOCKET": ["SO_TIMESTAMPNS"], "SOL_IP": ["IP_TTL"]},
    (2, 3, 253): {"SOL_SOCKET": ["SO_TIMESTAMP"], "SOL_IP": ["IP_PKTINFO", "IP_RECVTTL"]},
}
OWN_ADDRESS = {1: "0100", 2: "0200000000000000" + "00" * 8, 10: "0a00" + "00" * 26}
OWN_LOOPBACK = {1: "0100", 2: "020000007f000001" + "00" * 8, 10: "0a000000" + "00" * 4 + "00" * 15 + "01" + "00" * 4}

# ---- addresses: {family: [(bytes, what JSON has)]} ----

MAC = "10:11:12:13:14:15"
SIX_BYTES = bytes(range(16, 22))
ADDRESSES = {
    "AF_INET": [(struct.pack(">2sH4s8x", b"\2\0", 80, bytes([10, 0, 0, 1])), {"ip": "10.0.0.1", "port": 80})],
    "AF_INET6": [
        (struct.pack(">2sHI16s", b"\12\0", 80, 7, bytes(15) + b"\1") + number(4, 3), {"ip": "::1", "port": 80, "sin6_flowinfo": 7, "sin6_scope_id": 3}),
        (struct.pack(">2sHI16s", b"\12\0", 80, 7, bytes(15) + b"\1"), {"ip": "::1", "port": 80, "sin6_flowinfo": 7})],
    "AF_UNIX": [(b"\1\0/nowhere/x\0", {"sun_path": "/nowhere/x"}), (b"\1\0\0hidden", {"sun_path": "@hidden", "abstract": True}),
                (b"\1\0", {}), (b"\1\0/nowhere/" + b"p" * 99, {"sun_path": "/nowhere/" + "p" * 99}), (b"\1\0/nowhere/unterminated", {"sun_path": "/nowhere/unterminated"})],
    "AF_NETLINK": [(struct.pack("=HHII", 16, 0, 4711, 5), {"nl_pid": 4711, "nl_groups": 5})],
    "AF_PACKET": [(b"\x11\0\x08\0" + number(4, 1) + number(2, 772) + bytes([0, 6]) + SIX_BYTES + bytes(2), {
        "sll_protocol": "ETH_P_IP", "sll_ifindex": 1, "sll_hatype": "ARPHRD_LOOPBACK", "sll_pkttype": "PACKET_HOST", "sll_halen": 6, "sll_addr": MAC})],
    "AF_VSOCK": [(struct.pack("=HHIIB3x", 40, 0, 1234, 2, 1), {"svm_cid": "VMADDR_CID_HOST", "svm_port": 1234, "svm_flags": 1})],
    "AF_ALG": [(struct.pack("=H14sII64s", 38, b"hash", 1, 2, b"sha256"), {"salg_type": "hash", "salg_feat": 1, "salg_mask": 2, "salg_name": "sha256"})],
    "AF_CAN": [(struct.pack("=HHiII", 29, 0, 1, 0x123, 0x456), {"can_ifindex": 1, "rx_id": 0x123, "tx_id": 0x456}),
               (struct.pack("=HHi", 29, 0, 3), {"can_ifindex": 3})],
    "AF_XDP": [(struct.pack("=HHIII", 44, 2, 1, 3, 9), {"sxdp_flags": ["XDP_COPY"], "sxdp_ifindex": 1, "sxdp_queue_id": 3, "sxdp_shared_umem_fd": 9})],
    "AF_TIPC": [
        (struct.pack("=HBbIII", 30, 1, 2, 18888, 1, 9), {"addrtype": "TIPC_SERVICE_RANGE", "scope": "TIPC_CLUSTER_SCOPE", "type": 18888, "lower": 1, "upper": 9}),
        (struct.pack("=HBbIII", 30, 2, 2, 18888, 17, 0), {"addrtype": "TIPC_SERVICE_ADDR", "scope": "TIPC_CLUSTER_SCOPE", "type": 18888, "instance": 17, "domain": 0}),
        (struct.pack("=HBbIII", 30, 3, 3, 5, 6, 0), {"addrtype": "TIPC_SOCKET_ADDR", "scope": "TIPC_NODE_SCOPE", "ref": 5, "node": 6})],
    "AF_QIPCRTR": [(struct.pack("=HHII", 42, 0, 1, 2), {"sq_node": 1, "sq_port": 2})],
    "AF_LLC": [(struct.pack("=HHBBBB6s2x", 26, 1, 1, 2, 3, 0x42, SIX_BYTES), {
        "sllc_arphrd": "ARPHRD_ETHER", "sllc_test": 1, "sllc_xid": 2, "sllc_ua": 3, "sllc_sap": 0x42, "sllc_mac": MAC})],
    "AF_PPPOX": [(struct.pack("=HI", 24, 0) + b"\0\7" + SIX_BYTES + b"eth0".ljust(16, b"\0"), {
        "sa_protocol": "PX_PROTO_OE", "sid": 7, "remote": MAC, "dev": "eth0"}),
        (struct.pack("=HIH4s", 24, 2, 8, bytes([10, 0, 0, 3])), {"sa_protocol": "PX_PROTO_PPTP", "call_id": 8, "sin_addr": "10.0.0.3"})],
    "AF_PHONET": [(struct.pack("=HBBB11x", 35, 1, 2, 3), {"spn_obj": 1, "spn_dev": 2, "spn_resource": 3})],
    "AF_BLUETOOTH": [(struct.pack("=HH6sHB1x", 31, 25, bytes(range(6)), 4, 1), {
        "l2_psm": 25, "l2_bdaddr": "05:04:03:02:01:00", "l2_cid": 4, "l2_bdaddr_type": 1})],
    "AF_APPLETALK": [(b"\5\0" + bytes(range(14)), {"sa_data": raw(bytes(range(14)))})],
}

# ---- fcntl: {command: a Struct behind the argument, or {number: what JSON has}} ----

FLOCK = Struct("c2 l_type 1=F_WRLCK 0=F_RDLCK 2=F_UNLCK, i2 l_whence, A -, l l_start, l l_len, i4 l_pid")
FLOCK64 = Struct("c2 l_type 1=F_WRLCK 0=F_RDLCK 2=F_UNLCK, i2 l_whence, A -, i8 l_start, i8 l_len, i4 l_pid")
OWNER = Struct("c4 type 1=F_OWNER_PID 0=F_OWNER_TID, i4 pid")
HINT = Struct("c8 hint 3=RWH_WRITE_LIFE_MEDIUM 0=RWH_WRITE_LIFE_NOT_SET")
DELEGATION = Struct("x4 d_flags, c2 d_type 1=F_WRLCK 0=F_RDLCK, p2 -")
FCNTL = {
    **{f"F_{name}": {0: None} for name in "GETFD GETFL GETOWN GETSIG GETLEASE CREATED_QUERY GETPIPE_SZ GET_SEALS".split()},
    "F_DUPFD": {50: 50}, "F_DUPFD_CLOEXEC": {51: 51}, "F_DUPFD_QUERY": {0: 0}, "F_SETFD": {1: ["FD_CLOEXEC"], 0: []},
    "F_SETFL": {0x802: ["O_RDWR", "O_NONBLOCK"]}, "F_SETOWN": {-1: -1}, "F_SETSIG": {10: "SIGUSR1"}, "F_SETLEASE": {1: "F_WRLCK"}, "F_SETPIPE_SZ": {4096: 4096},
    "F_ADD_SEALS": {2: ["F_SEAL_SHRINK"]}, "F_NOTIFY": {2: ["DN_MODIFY"]}, "F_GETOWN_EX": OWNER, "F_SETOWN_EX": OWNER,
    "F_GETOWNER_UIDS": Struct("u4 real, u4 effective"), **{f"F_{name}": FLOCK for name in ("GETLK", "SETLK", "SETLKW", "CANCELLK")},
    **{f"F_{name}": FLOCK64 for name in "GETLK64 SETLK64 SETLKW64 OFD_GETLK OFD_SETLK OFD_SETLKW".split()},
    "F_GETDELEG": DELEGATION, "F_SETDELEG": DELEGATION,
    **{f"F_{name}": HINT for name in "GET_RW_HINT SET_RW_HINT GET_FILE_RW_HINT SET_FILE_RW_HINT".split()},
}

# ---- ioctl ----

HWADDR = Struct("c2 sa_family 772=ARPHRD_LOOPBACK 1=ARPHRD_ETHER, m6 sa_data")
IF_FLAGS = One("f2 1=IFF_UP 8=IFF_LOOPBACK 0x40=IFF_RUNNING")
MAP = Struct("w mem_start, w mem_end, x2 base_addr, u1 irq, u1 dma, u1 port")
SOCKADDR = Call(lambda data, word: address(data), LOOPBACK.ljust(16, b"\0"))
NAME = Call(lambda data, word: text(data), b"other".ljust(16, b"\0"))
MII = Struct("u2 phy_id, u2 reg_num, x2 val_in, x2 val_out")
WORD_POINTER = Struct("P -")
ARPREQ = Struct("a16 arp_pa, a16 arp_ha, f4 arp_flags 2=ATF_COM 4=ATF_PERM, a16 arp_netmask, s16 arp_dev")
RTENTRY = Struct("w -, a16 rt_dst, a16 rt_gateway, a16 rt_genmask, f2 rt_flags 1=RTF_UP 2=RTF_GATEWAY, p2 -, A -, w -, w -, i2 rt_metric, A -, "
                 "P rt_dev, w rt_mtu, w rt_window, u2 rt_irtt")
IN6_IFREQ = Struct("I16 ifr6_addr, u4 ifr6_prefixlen, i4 ifr6_ifindex")
IN6_RTMSG = Struct("I16 rtmsg_dst, I16 rtmsg_src, I16 rtmsg_gateway, u4 rtmsg_type, u2 rtmsg_dst_len, u2 rtmsg_src_len, u4 rtmsg_metric, A -, w rtmsg_info, "
                   "f4 rtmsg_flags 1=RTF_UP 2=RTF_GATEWAY, i4 rtmsg_ifindex")
STAMP = Call(lambda data, word: Struct("l tv_sec, l tv_usec").decode(data, word), lambda word: bytes(2 * word))
STAMPNS = Call(lambda data, word: Struct("l tv_sec, l tv_nsec").decode(data, word), lambda word: bytes(2 * word))


class Ifreq:
    """struct ifreq: which member counts, and whether the kernel fills it in. behind: what ifr_data points to leads nowhere here."""

    def __init__(self, field=None, of=None, gets=False, lasting=True):
        self.field, self.of, self.gets, self.lasting = field, of, gets, lasting


def gets(field, of):
    return Ifreq(field, of, gets=True)


IFREQ_ADDRESSES = {f"SIOC{way}IF{name}": Ifreq(f"ifr_{field}", SOCKADDR, gets=way == "G") for way in "GS"
                   for name, field in (("ADDR", "addr"), ("DSTADDR", "dstaddr"), ("BRDADDR", "broadaddr"), ("NETMASK", "netmask"))}
IOCTL = {
    **{name: ("out", INT) for name in "FIONREAD SIOCOUTQ SIOCOUTQNSD SIOCATMARK FIOGETOWN SIOCGPGRP".split()},
    **{name: ("in", INT) for name in "FIONBIO FIOASYNC FIOSETOWN SIOCSPGRP".split()},
    **{name: ("none", None) for name in "FIOCLEX FIONCLEX SIOCGSKNS SIOCRTMSG".split()},
    "FIOQSIZE": ("out", Struct("i8 size")), "SIOCGSTAMP": ("out", STAMP), "SIOCGSTAMPNS": ("out", STAMPNS), "SIOCGSTAMP_NEW": ("out", TIMEVAL),
    "SIOCGSTAMPNS_NEW": ("out", TIMESPEC), **IFREQ_ADDRESSES, "SIOCDIFADDR": Ifreq("ifr_addr", SOCKADDR), "SIOCGIFNAME": Ifreq("by index", INT),
    "SIOCGIFFLAGS": gets("ifr_flags", IF_FLAGS), "SIOCSIFFLAGS": Ifreq("ifr_flags", IF_FLAGS), "SIOCGIFPFLAGS": gets("ifr_flags", IF_FLAGS),
    "SIOCSIFPFLAGS": Ifreq("ifr_flags", IF_FLAGS), **{f"SIOC{way}IF{name}": Ifreq(f"ifr_{field}", INT, gets=way == "G") for way in "GS"
                                                      for name, field in (("METRIC", "metric"), ("MTU", "mtu"), ("TXQLEN", "qlen"))},
    "SIOCGIFINDEX": gets("ifr_ifindex", INT), "SIOCGIFCOUNT": gets("ifr_ivalue", INT), "SIOCSIFNAME": Ifreq("ifr_newname", NAME, lasting=False),
    **{name: Ifreq("ifr_hwaddr", HWADDR) for name in "SIOCSIFHWADDR SIOCSIFHWBROADCAST SIOCADDMULTI SIOCDELMULTI SIOCBONDSETHWADDR".split()},
    "SIOCGIFHWADDR": gets("ifr_hwaddr", HWADDR), "SIOCGIFSLAVE": gets("ifr_slave", NAME),
    **{name: Ifreq("ifr_slave", NAME) for name in "SIOCSIFSLAVE SIOCBONDENSLAVE SIOCBONDRELEASE SIOCBONDCHANGEACTIVE".split()},
    "SIOCGIFMAP": gets("ifr_map", MAP), "SIOCSIFMAP": Ifreq("ifr_map", MAP), "SIOCBRADDIF": Ifreq("ifr_ifindex", INT), "SIOCBRDELIF": Ifreq("ifr_ifindex", INT),
    "SIOCGMIIPHY": gets("ifr_data", MII), "SIOCGMIIREG": Ifreq("ifr_data", MII), "SIOCSMIIREG": Ifreq("ifr_data", MII),
    **{name: Ifreq("behind") for name in "SIOCETHTOOL SIOCSHWTSTAMP SIOCGHWTSTAMP SIOCBONDSLAVEINFOQUERY SIOCBONDINFOQUERY".split()},
    **{name: Ifreq() for name in "SIOCSIFLINK SIOCGIFMEM SIOCSIFMEM SIOCGIFENCAP SIOCSIFENCAP".split()}, "SIOCWANDEV": Ifreq("ifr_settings", WORD_POINTER),
    "SIOCBRADDBR": ("in", Struct("s16 name")), "SIOCBRDELBR": ("in", Struct("s16 name")),
    "SIOCGIFVLAN": ("in", Struct("i4 cmd, s24 device1, h24 u, i2 vlan_qos")), "SIOCSIFVLAN": ("in", Struct("i4 cmd, s24 device1, h24 u, i2 vlan_qos")),
    "SIOCGIFBR": ("in", Struct("w command, w argument1, w argument2")), "SIOCSIFBR": ("in", Struct("w command, w argument1, w argument2")),
    "SIOCADDDLCI": ("in", Struct("s16 devname, i2 dlci")), "SIOCDELDLCI": ("in", Struct("s16 devname, i2 dlci")),
    **{name: ("in", ARPREQ) for name in "SIOCSARP SIOCDARP SIOCDRARP SIOCSRARP".split()}, "SIOCGARP": ("out", ARPREQ), "SIOCGRARP": ("out", ARPREQ),
    "SIOCADDRT": ("in", RTENTRY), "SIOCDELRT": ("in", RTENTRY), "SIOCGIFCONF": ("conf", None),
}
IOCTL_OF_FAMILY = {
    **{(UDP6, name): IN6_IFREQ for name in ("SIOCSIFADDR", "SIOCDIFADDR", "SIOCSIFDSTADDR")}, (UDP6, "SIOCADDRT"): IN6_RTMSG, (UDP6, "SIOCDELRT"): IN6_RTMSG,
    (RAW, "SIOCGETVIFCNT"): Struct("u2 vifi, A -, w icount, w ocount, w ibytes, w obytes"),
    (RAW, "SIOCGETSGCNT"): Struct("I4 src, I4 grp, w pktcnt, w bytecnt, w wrong_if"),
    (RAW6, "SIOCGETMIFCNT_IN6"): Struct("u2 vifi, A -, w icount, w ocount, w ibytes, w obytes"),
    (RAW6, "SIOCGETSGCNT_IN6"): Struct("a28 src, a28 grp, w pktcnt, w bytecnt, w wrong_if"),
}

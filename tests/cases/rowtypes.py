"""Kernel structures as a test sees them: bytes to what JSON must say of them, and known bytes to pass in.

A structure is described by its fields in the kernel's order: "i4 l_onoff, i4 l_linger". A field is a letter, its size and its
name: i signed, u unsigned, x unsigned (shown in hex by text), b big-endian, n big-endian constant, c constant, f flags, s string,
m link-layer address, I IP address, a struct sockaddr, S secret, h bytes, p padding, w/l/P an unsigned, signed word or pointer of
the ABI, A padding up to a word, r all bytes that are left, B and two numbers a bit field of what a padding then skips. Constants and flags list what they are tried with: "c4 type 1=ONE 2=TWO".
"""
import base64
import ipaddress
import re
import struct

LOOPBACK = bytes([2, 0, 0, 9, 127, 0, 0, 1])
LOOPBACK_JSON = {"sa_family": "AF_INET", "ip": "127.0.0.1", "port": 9}
DATA_LIMIT = 256


def raw(data, total=None):
    """Bytes that have no structure."""
    shown = data[:DATA_LIMIT]
    cut = {"data_truncated": True} if len(shown) < (len(data) if total is None else total) else {}
    try:
        return {"data": shown.decode("utf-8"), **cut}
    except UnicodeDecodeError:
        return {"data_base64": base64.b64encode(shown).decode("ascii"), **cut}


def text(data):
    """A string up to its NUL."""
    return data.split(b"\0")[0].decode("utf-8", "replace")


def colons(data):
    return ":".join(f"{byte:02x}" for byte in data)


def flags(number, names):
    """Known names, then what is left."""
    found = [name for bit, name in names.items() if bit and number & bit == bit]
    for bit, name in names.items():
        if name in found:
            number &= ~bit
    return found + ([hex(number)] if number else [])


def address(data):
    """A struct sockaddr, of the families that the rows use."""
    family = struct.unpack_from("=H", data)[0]
    if family == 2:
        port, ip = struct.unpack_from(">H4s", data, 2)
        return {"sa_family": "AF_INET", "ip": str(ipaddress.ip_address(ip)), "port": port}
    if family == 10:
        port, flow, ip, scope = struct.unpack_from(">HI16s", data, 2) + struct.unpack_from("=I", data, 24)
        return {"sa_family": "AF_INET6", "ip": str(ipaddress.ip_address(ip)), "port": port, "sin6_flowinfo": flow,
                "sin6_scope_id": scope}
    if family == 16:
        pid, groups = struct.unpack_from("=II", data, 4)
        return {"sa_family": "AF_NETLINK", "nl_pid": pid, "nl_groups": groups}
    assert family == 0, f"add family {family}"
    return {"sa_family": "AF_UNSPEC", **raw(data[2:])}


class Field:
    """One field of a structure."""

    def __init__(self, words, place):
        kind, name, *constants = words.split()
        self.kind, self.size = kind[0], 0 if kind[0] == "B" else int(kind[1:] or 0)
        self.first, self.wide = map(int, kind[1:].split("-")) if kind[0] == "B" else (0, 0)
        self.name, self.place = (None if name == "-" else name), place
        self.constants = {int(number, 0): label for number, label in (item.split("=") for item in constants)}

    def width(self, at, word):
        return {"w": word, "l": word, "P": word, "A": -at % word}.get(self.kind, self.size)

    def sample(self, width):
        """Bytes that are known: small numbers, unlike each other."""
        if self.kind in "cf":
            return min(self.constants, default=self.place).to_bytes(width, "little")
        if self.kind == "n":
            return min(self.constants).to_bytes(width, "big")
        if self.kind == "b":
            return self.place.to_bytes(width, "big")
        if self.kind == "a":
            return LOOPBACK.ljust(width, b"\0")
        if self.kind == "s":
            return f"text{self.place}".encode("ascii")[:width].ljust(width, b"\0")
        if self.kind in "mIShr":
            return bytes(16 + self.place + number for number in range(width))
        if self.kind in "pAB":
            return bytes(width)
        return self.place.to_bytes(width, "little")

    def decode(self, data):
        little, big = int.from_bytes(data, "little"), int.from_bytes(data, "big")
        if self.kind in "cn":
            number = big if self.kind == "n" else little
            return self.constants.get(number, number)
        if self.kind == "P":
            return {"pointer": hex(little)} if little else None
        return {
            "i": lambda: int.from_bytes(data, "little", signed=True), "l": lambda: int.from_bytes(data, "little", signed=True),
            "u": lambda: little, "x": lambda: little, "w": lambda: little, "b": lambda: big,
            "f": lambda: flags(little, self.constants), "s": lambda: text(data), "m": lambda: colons(data),
            "I": lambda: str(ipaddress.ip_address(data)), "a": lambda: address(data), "S": lambda: "(hidden)",
            "h": lambda: raw(data), "r": lambda: raw(data),
        }[self.kind]()


class Struct:
    """A structure. least: what must be there for it to be one; more: what old programs leave out."""

    def __init__(self, fields, least=None):
        self.fields = [Field(words, place + 1) for place, words in enumerate(re.split(r",\s*", fields.strip()))]
        self.least = least

    def size(self, word):
        at = 0
        for field in self.fields:
            at += field.width(at, word)
        return at

    def sample(self, word):
        data = b""
        for field in self.fields:
            data += field.sample(field.width(len(data), word))
        return data

    def decode(self, data, word):
        if len(data) < (self.size(word) if self.least is None else self.least):
            return None
        found, at = {}, 0
        for field in self.fields:
            width = field.width(at, word)
            if field.kind == "B":
                bits = int.from_bytes(data[at:at + 4], "little") >> field.first
                found[field.name] = bits & ((1 << field.wide) - 1)
                continue
            if field.kind == "r":
                width = len(data) - at
                if not width:
                    break
            if at + width > len(data):
                break
            if field.name and field.kind not in "pA":
                found[field.name] = field.decode(data[at:at + width])
            at += width
        return found


class One:
    """A single value of one of some sizes, by the letter of a field."""

    def __init__(self, kinds, sample=None):
        self.options = {}
        for place, words in enumerate(kinds.split(",")):
            kind, *constants = words.split()
            field = Field(" ".join([kind, "value", *constants]), place + 1)
            self.options[field.size] = field
        self.fixed = sample

    def sample(self, _word):
        if self.fixed is not None:
            return self.fixed
        size, field = next(iter(self.options.items()))
        return field.sample(size)

    def decode(self, data, _word):
        field = self.options.get(len(data))
        return field.decode(data) if field else None


class Call:
    """Anything else: a function of bytes and the word's size, with bytes to try."""

    def __init__(self, decode, sample):
        self.decode_with, self.fixed = decode, sample

    def sample(self, word):
        return self.fixed(word) if callable(self.fixed) else self.fixed

    def decode(self, data, word):
        return self.decode_with(data, word)


def listed(of):
    """A list of a structure, as many as there are."""
    def decode(data, word):
        size = of.size(word)
        return [of.decode(data[at:at + size], word) for at in range(0, len(data), size)] if not len(data) % size else None
    return Call(decode, lambda word: of.sample(word) * 2)


def by_size(*types):
    """The first of these that the bytes can be."""
    def decode(data, word):
        return next((found for found in (each.decode(data, word) for each in types) if found is not None), None)
    return Call(decode, types[0].sample)


INT, UINT, HEX, U64, U16, BYTE = One("i4"), One("u4"), One("x4"), One("u8"), One("u2"), One("u1")
BOTH = One("i4,u1")
NOTHING = BYTES = Call(lambda data, word: raw(data), b"some")
STRING = Call(lambda data, word: text(data), b"name\0")
SECRET = Call(lambda data, word: "(hidden)", b"very secret")
ADDRESS = Call(lambda data, word: address(data) if len(data) >= 2 else None, LOOPBACK.ljust(16, b"\0"))
IP = One("I4,I16")
FD = One("i4", struct.pack("=i", 77))
U32S = Call(lambda data, word: None if len(data) % 4 else list(struct.unpack(f"={len(data) // 4}I", data)),
            struct.pack("=3I", 1, 2, 3))


def word_struct(fields):
    """A structure that must have exactly its size: its fields are words, so another size is another structure."""
    of = Struct(fields)
    return Call(lambda data, word: of.decode(data, word) if len(data) == of.size(word) else None, of.sample)


TIMEVAL_OLD = word_struct("l tv_sec, l tv_usec")
TIMESPEC_OLD = word_struct("l tv_sec, l tv_nsec")
TIMEVAL = word_struct("i8 tv_sec, i8 tv_usec")
TIMESPEC = word_struct("i8 tv_sec, i8 tv_nsec")

"""Whether the arguments of a call, as socksh shows them, are those that strace saw.

Both texts are read into the same form: strings as bytes, numbers as numbers, flags as sets, addresses and messages
as lists without the names of their members. Then each part that the shell shows must be equal.
"""

import errno
import re
import socket

ESCAPES = {"n": 10, "t": 9, "r": 13, "v": 11, "f": 12, "a": 7, "b": 8, "e": 27, '"': 34, "\\": 92}

# Members that strace names and the shell leaves out, since others say the same.
LEFT_OUT = {"msg_namelen", "msg_iovlen", "msg_controllen", "cmsg_len"}
# The kernel takes no flags from the structure of a message to send.
LEFT_OUT_OF_SENT = LEFT_OUT | {"msg_flags"}

# What a buffer holds before the call. strace shows as many bytes as the call returned, though with MSG_TRUNC the
# kernel has written fewer.
POISON = b"\xa5"

# Names that mean the same number. The first of each is compared.
SAME = [("SIOCINQ", "FIONREAD"), ("SIOCOUTQ", "TIOCOUTQ"), ("SO_TIMESTAMP_OLD", "SO_TIMESTAMP"),
        ("SO_TIMESTAMPNS_OLD", "SO_TIMESTAMPNS"), ("SO_TIMESTAMPING_OLD", "SO_TIMESTAMPING"),
        ("SO_RCVTIMEO_OLD", "SO_RCVTIMEO"), ("SO_SNDTIMEO_OLD", "SO_SNDTIMEO"), ("EAGAIN", "EWOULDBLOCK"),
        ("SOCK_CLOEXEC", "EPOLL_CLOEXEC"), ("TCP_CM_INQ", "TCP_INQ")]
ALIASES = {other: first for first, *others in SAME for other in others}


# The bits that strace writes by their names, as a set: ~[ICMP_ECHOREPLY] is all but this one.
BITS = {name: number for number, name in (
    (0, "ICMP_ECHOREPLY"), (3, "ICMP_DEST_UNREACH"), (4, "ICMP_SOURCE_QUENCH"), (5, "ICMP_REDIRECT"), (8, "ICMP_ECHO"),
    (11, "ICMP_TIME_EXCEEDED"), (12, "ICMP_PARAMETERPROB"), (13, "ICMP_TIMESTAMP"), (14, "ICMP_TIMESTAMPREPLY"),
    (15, "ICMP_INFO_REQUEST"), (16, "ICMP_INFO_REPLY"), (17, "ICMP_ADDRESS"), (18, "ICMP_ADDRESSREPLY"))}


class Pointer:
    """What strace did not follow: nothing is known of what is there."""


class Reader:
    """Reads the arguments of a call into lists, bytes, numbers, sets of names, and texts."""

    def __init__(self, text, left_out=LEFT_OUT, truncates=False):
        self.text = re.sub(r" /\* \w+_\?\?\? \*/", "", text)
        self.at = 0
        self.left_out = left_out
        self.truncates = truncates

    def peek(self, word):
        return self.text.startswith(word, self.at)

    def take(self, word):
        found = self.peek(word)
        self.at += len(word) * found
        return found

    def string(self):
        """A string in quotes -> (its bytes, whether it was cut)."""
        data = bytearray()
        self.at += 1
        while not self.take('"'):
            character = self.text[self.at]
            if character != "\\":
                data += character.encode("utf-8", "surrogateescape")
                self.at += 1
                continue
            escape = re.compile(r"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.S).match(self.text, self.at)
            self.at = escape.end()
            if escape[1][0] == "x" and len(escape[1]) == 3:
                data.append(int(escape[1][1:], 16))
            elif escape[1][0].isdigit():
                data.append(int(escape[1], 8))
            else:
                data.append(ESCAPES[escape[1]])
        return bytes(data), self.take("...")

    def items(self, end):
        found = []
        while not self.take(end):
            self.take(",")
            while self.take(" "):
                pass
            if self.at >= len(self.text):
                raise ValueError(f"no {end} in {self.text}")
            if self.peek(end):
                continue
            name = re.compile(r"(\w+)=(?!>)").match(self.text, self.at)
            if name:
                self.at = name.end()
            value = self.value()
            if self.take(" => "):
                value = self.value()
            if not name or name[1] not in self.left_out:
                found.append((name[1] if name else None, value))
        return found

    def value(self):
        if self.peek('"') or self.peek('@"'):
            before = b"@" if self.take("@") else b""
            data, cut = self.string()
            return (before + (data.rstrip(POISON) if self.truncates else data), cut)
        if self.take("{"):
            return structure(self.items("}"))
        if self.peek("[") and not self.peek("[ICMP_"):
            self.take("[")
            return [value for _, value in self.items("]")]
        if self.take("..."):
            return Pointer()
        return self.bits() or self.word()

    def bits(self):
        """A set of bits -> [the number]; None: it is none."""
        found = re.compile(r"(~?)\[((?:ICMP_\w+ ?)+)\]").match(self.text, self.at)
        if not found:
            return None
        self.at = found.end()
        number = sum(1 << BITS[name] for name in found[2].split())
        return [~number % 2**32 if found[1] else number]

    def word(self):
        """A number, names joined with |, or a call such as htons(80) or inet_addr("...")."""
        head = re.compile(r"[^,\[\](){}\" ]+").match(self.text, self.at)
        if not head:
            raise ValueError(f"what is this? {self.text[self.at:self.at + 40]}")
        self.at = head.end()
        word = head[0]
        if self.take("("):
            inner = [value for _, value in self.items(")")]
            if word in ("htons", "htonl"):
                return inner[0]
            if word == "inet_addr":
                return inner[0][0].decode()
            if word == "inet_pton":
                return inner[1][0].decode()
            if word == "if_nametoindex":
                return socket.if_nametoindex(inner[0][0].decode())
            return (word, inner)
        if re.fullmatch(r"0x[0-9a-f]{8,}", word) and len(word) > 10:
            return Pointer()
        try:
            return int(word, 0)
        except ValueError:
            names = frozenset(ALIASES.get(name, name) for name in word.split("|"))
            return 0 if names <= {"NULL", "IPPROTO_IP"} else names


def host_and_port(family, named):
    values = dict((name, value) for name, value in named if name)
    texts = [value for name, value in named if not name and isinstance(value, str)]
    if family == "AF_INET":
        return f"{values['sin_addr']}:{values['sin_port']}"
    if family == "AF_INET6":
        scope = values.get("sin6_scope_id", 0)
        return f"[{texts[0]}{f'%{scope}' if scope else ''}]:{values['sin6_port']}"
    if family == "AF_UNIX":
        path = values.get("sun_path", (b"", False))[0]
        return "unix:" + path.decode("utf-8", "surrogateescape")
    return None


def structure(named):
    """A structure, without the names of its members. An address is the text that the shell shows."""
    if named and named[0][0] == "sa_family":
        family = next(iter(named[0][1])) if isinstance(named[0][1], frozenset) else "AF_UNSPEC"
        text = host_and_port(family, named)
        return ("address", family, text)
    if [name for name, _ in named] == ["u32", "u64"]:  # epoll's data
        return named[1][1]
    if [name for name, _ in named] == ["imr_multiaddr", "imr_interface"]:  # strace shows no imr_ifindex
        return [value for _, value in named] + [0]
    return [value for _, value in named]


def shown_address(text, reader):
    """{AF_INET, 127.0.0.1:80} at this place of the shell's text -> the form of `structure`, or None."""
    found = re.compile(r"\{(AF_\w+)(?:, ((?:\[[^\]]*\]|[^{}])*?))?\}(?=[,\]})]|$)").match(text, reader.at)
    if not found:
        return None
    reader.at = found.end()
    return ("address", found[1], found[2])


class ShownReader(Reader):
    """The shell's own notation of addresses."""

    def value(self):
        address = shown_address(self.text, self)
        if address:
            return address
        if self.peek("<"):
            self.at = self.text.index(">", self.at) + 1
            return Pointer()
        raw = re.compile(r"hex:([0-9a-f]*)(\.\.\.)?").match(self.text, self.at)
        if raw:
            self.at = raw.end()
            return (bytes.fromhex(raw[1]), raw[2] is not None)
        return super().value()


def read(reader):
    value = reader.value()
    if reader.take(" => "):
        value = reader.value()
    return value


def strings_agree(shown, seen):
    (shown_data, shown_cut), (seen_data, seen_cut) = shown, seen
    if shown_cut or seen_cut:
        length = min(len(shown_data), len(seen_data))
        return shown_data[:length] == seen_data[:length] and (shown_cut or len(shown_data) >= length)
    return shown_data == seen_data


def is_string(value):
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], bytes)


def name_agrees(name, seen):
    """A host, or one name, beside what strace shows of it."""
    if isinstance(seen, str):
        return name == seen
    if isinstance(seen, tuple) and seen[0] == "address":
        return seen[2] in (f"{name}:0", f"[{name}]:0")
    number = getattr(errno, name, None)
    return is_string(seen) or (isinstance(seen, int) and number in (None, seen))


def is_control(value):
    """[level, type, data], or without the data where strace does not know the type."""
    return len(value) in (2, 3) and isinstance(value[0], frozenset) and any(
        name.startswith("SOL_") for name in value[0])


def controls_agree(shown, seen):
    if not agree(shown[0], seen[0]) or not agree(shown[1], seen[1]):
        return False
    if len(seen) < 3 or isinstance(seen[1], int):
        return True
    data, other = flat(shown[2]), seen[2]
    if isinstance(data, int) and isinstance(other, list) and len(other) == 4:
        other = int.from_bytes(bytes(other), "little")
    # The structures of these have other names, and other members left out.
    return not isinstance(data, int) and isinstance(other, list) and len(flat(other)) != len(data) or agree(data, other)


def flat(value):
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def agree(shown, seen):
    """Whether a part as shown is the part as seen. What one of them does not know agrees with all."""
    if isinstance(shown, Pointer) or isinstance(seen, Pointer):
        return True
    if isinstance(shown, tuple) and isinstance(seen, tuple) and shown[0] == seen[0] == "address":
        # Families that strace spells otherwise are compared by their name.
        return shown[1] == seen[1] and (seen[2] is None or shown[2] is None or shown[2] == seen[2])
    if isinstance(shown, frozenset) and not isinstance(seen, frozenset) and len(shown) == 1:
        return name_agrees(next(iter(shown)), seen)
    if is_string(shown) and is_string(seen):
        return strings_agree(shown, seen)
    if isinstance(shown, list) and isinstance(seen, list):
        if is_control(shown) and is_control(seen):
            return controls_agree(shown, seen)
        return len(shown) == len(seen) and all(agree(a, b) for a, b in zip(shown, seen))
    if is_string(shown) and isinstance(flat(seen), int):
        return int.from_bytes(shown[0], "little") == flat(seen) % 2 ** (8 * len(shown[0]))
    if isinstance(shown, int) and isinstance(seen, int):
        return (shown - seen) % 2**32 == 0
    if flat(shown) is not shown or flat(seen) is not seen:
        return agree(flat(shown), flat(seen))
    if isinstance(shown, frozenset) and isinstance(seen, frozenset):
        return shown == seen
    # strace shows what it does not know as bytes, or as a number where the shell has names for it; and it decodes the
    # data of netlink.
    return is_string(seen) or (isinstance(shown, frozenset) and isinstance(seen, int)) or (
        is_string(shown) and isinstance(seen, list) and len(seen) >= 5)


def arguments_agree(name, shown, seen):
    """What does not agree in the arguments of a call, as a text; None if all of them do."""
    if name in ("recv", "send", "accept", "read", "write"):
        seen = seen[:len(shown)]  # recvfrom and sendto take two more, which are NULL
    if name == "pselect6":
        seen = seen[:-1]
    if len(shown) > len(seen):
        return f"{len(shown)} arguments, and strace saw {len(seen)}"
    left_out = LEFT_OUT_OF_SENT if name in ("sendmsg", "sendmmsg") else LEFT_OUT
    truncates = any("MSG_TRUNC" in argument for argument in shown)
    for number, (one, other) in enumerate(zip(shown, seen), 1):
        try:
            if not agree(read(ShownReader(one)), read(Reader(other, left_out, truncates))):
                return f"argument {number} is {one}, and strace saw {other}"
        except (ValueError, KeyError, IndexError) as problem:
            return f"argument {number}, {one}, can't be compared with {other}: {problem!r}"
    return None


# A call as it is shown and as strace sees it, and the same with one value changed: that is noticed.
SAMPLES = [
    ("recv", ['3', '"hello"', '1024', 'MSG_PEEK'], ['3', '"hello"', '1024', 'MSG_PEEK', 'NULL', 'NULL'],
     ['3', '"hellp"', '1024', 'MSG_PEEK']),
    ("recv", ['3', '"he"', '2', 'MSG_TRUNC'], ['3', '"he\\245"', '2', 'MSG_TRUNC', 'NULL', 'NULL'],
     ['3', '"he\\xa5"', '2', 'MSG_TRUNC']),
    ("bind", ['3', '{AF_INET, 127.0.0.1:80}', '16'],
     ['3', '{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}', '16'],
     ['3', '{AF_INET, 127.0.0.2:80}', '16']),
    ("getsockname", ['3', '{AF_INET6, [::1]:80}', '[28]'],
     ['3', '{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), '
      'inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}', '[128 => 28]'],
     ['3', '{AF_INET6, [::1]:80}', '[16]']),
    ("setsockopt", ['3', 'SOL_SOCKET', 'SO_LINGER', '{l_onoff=1, l_linger=5}', '8'],
     ['3', 'SOL_SOCKET', 'SO_LINGER', '{l_onoff=1, l_linger=5}', '8'],
     ['3', 'SOL_SOCKET', 'SO_LINGER', '{l_onoff=1, l_linger=6}', '8']),
    ("setsockopt", ['3', 'SOL_RAW', 'ICMP_FILTER', '[4294967286]', '4'],
     ['3', 'SOL_RAW', 'ICMP_FILTER', '~[ICMP_ECHOREPLY ICMP_DEST_UNREACH]', '4'],
     ['3', 'SOL_RAW', 'ICMP_FILTER', '[4294967294]', '4']),
    ("sendmsg", ['3', '{msg_name=NULL, msg_iov=[{"a", 1}], msg_control=[{SOL_IP, IP_TTL, [5]}]}', '0'],
     ['3', '{msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="a", iov_len=1}], msg_iovlen=1, msg_control=['
      '{cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=[5]}], msg_controllen=24, msg_flags=0}', '0'],
     ['3', '{msg_name=NULL, msg_iov=[{"a", 1}], msg_control=[{SOL_IP, IP_TTL, [6]}]}', '0']),
]


def samples_fail():
    """What is wrong with the comparison itself; None if nothing is."""
    for name, shown, seen, wrong in SAMPLES:
        complaint = arguments_agree(name, shown, seen)
        if complaint:
            return f"{name}: {complaint}"
        if arguments_agree(name, wrong, seen) is None:
            return f"{name}: {', '.join(wrong)} was taken for {', '.join(seen)}"
    return None

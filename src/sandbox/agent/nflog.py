# The kernel's log of packets (NFLOG over netlink), read without any library.
import errno
import socket
import struct
import time

NETLINK_NETFILTER = 12
SO_RCVBUFFORCE = 33
SUBSYS_ULOG = 4
MSG_PACKET = SUBSYS_ULOG << 8
MSG_CONFIG = SUBSYS_ULOG << 8 | 1
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
CFG_CMD, CFG_MODE, CFG_QTHRESH, CFG_FLAGS = 1, 2, 5, 6
CMD_BIND, COPY_PACKET, FLAG_SEQUENCE = 1, 2, 1
PACKET_HEADERS = 128
ATTR_TIMESTAMP, ATTR_PAYLOAD, ATTR_PREFIX, ATTR_SEQUENCE = 3, 9, 10, 12
ICMP, TCP, UDP, ICMPV6, SCTP = 1, 6, 17, 58, 132
WITH_PORTS = (TCP, UDP, SCTP)


def attribute(kind, data):
    padding = -len(data) % 4
    return struct.pack("HH", len(data) + 4, kind) + data + b"\0" * padding


class Log:
    """One NFLOG group on a socket of its own. `lost` counts packets that the socket had no room for."""

    def __init__(self, group, buffer_bytes):
        self.group = group
        self.lost = 0
        self.expected = None
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_NETFILTER)
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes)
        except PermissionError:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        self.socket.bind((0, 0))
        self._configure(attribute(CFG_CMD, struct.pack("B", CMD_BIND)))
        self._configure(attribute(CFG_MODE, struct.pack(">IBB", PACKET_HEADERS, COPY_PACKET, 0)))
        self._configure(attribute(CFG_QTHRESH, struct.pack(">I", 1)))
        self._configure(attribute(CFG_FLAGS, struct.pack(">H", FLAG_SEQUENCE)))
        self.socket.setblocking(False)

    def _configure(self, body):
        message = struct.pack("BBH", 0, 0, socket.htons(self.group)) + body
        header = struct.pack("IHHII", 16 + len(message), MSG_CONFIG, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
        self.socket.send(header + message)
        while True:
            answer = self.socket.recv(65536)
            kind, code = struct.unpack_from("H", answer, 4)[0], 0
            if kind != NLMSG_ERROR:
                continue
            code = struct.unpack_from("i", answer, 16)[0]
            if code != 0:
                raise OSError(-code, f"NFLOG group {self.group}: {errno.errorcode.get(-code, code)}")
            return

    def read(self, handle):
        """Calls handle(prefix, packet bytes, CLOCK_MONOTONIC ms) for what has come; False when packets were lost."""
        whole = True
        shift = time.time_ns() - time.monotonic_ns()
        for _ in range(256):
            try:
                data = self.socket.recv(262144)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                whole = False
                continue
            offset = 0
            while offset + 16 <= len(data):
                length, kind = struct.unpack_from("IH", data, offset)
                if length < 16:
                    break
                if kind == MSG_PACKET:
                    whole = self._packet(data, (offset + 20, min(offset + length, len(data))), shift, handle) and whole
                offset += length + 3 & ~3
        return whole

    def _packet(self, data, bounds, shift, handle):
        offset, end = bounds
        prefix, payload, at, sequence = "", b"", None, None
        while offset + 4 <= end:
            length, kind = struct.unpack_from("HH", data, offset)
            if length < 4:
                break
            start, stop = offset + 4, offset + length
            if kind == ATTR_PREFIX:
                prefix = data[start:stop].split(b"\0", 1)[0].decode("ascii", "replace")
            elif kind == ATTR_PAYLOAD:
                payload = data[start:stop]
            elif kind == ATTR_TIMESTAMP:
                seconds, micros = struct.unpack_from(">QQ", data, start)
                at = seconds * 1_000_000_000 + micros * 1000
            elif kind == ATTR_SEQUENCE:
                sequence = struct.unpack_from(">I", data, start)[0]
            offset += length + 3 & ~3
        whole = self.expected is None or sequence is None or sequence == self.expected
        if not whole:
            self.lost += sequence - self.expected & 0xFFFFFFFF
        if sequence is not None:
            self.expected = sequence + 1 & 0xFFFFFFFF
        now = time.monotonic_ns()
        handle(prefix, payload, min(now, at - shift if at else now) / 1e6)
        return whole


def flow_of(packet):
    """(protocol, source, source port, destination, destination port) with packed addresses; None for anything odd."""
    if len(packet) < 20:
        return None
    if packet[0] >> 4 == 4:
        protocol, start = packet[9], (packet[0] & 15) * 4
        source, destination = packet[12:16], packet[16:20]
    elif packet[0] >> 4 == 6 and len(packet) >= 40:
        protocol, start = packet[6], 40
        source, destination = packet[8:24], packet[24:40]
    else:
        return None
    if protocol not in WITH_PORTS or len(packet) < start + 4:
        return (protocol, source, 0, destination, 0)
    ports = struct.unpack_from(">HH", packet, start)
    return (protocol, source, ports[0], destination, ports[1])

# The two SCTP packets that a probe needs, over raw sockets: most kernels here have no SCTP of their own.
import struct

INIT, INIT_ACK = 1, 2
_TABLE = []
for _byte in range(256):
    _value = _byte
    for _ in range(8):
        _value = _value >> 1 ^ (0x82F63B78 if _value & 1 else 0)
    _TABLE.append(_value)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def _packet(ports, tag, chunk):
    header = struct.pack(">HHI", ports[0], ports[1], tag)
    checksum = crc32c(header + b"\0\0\0\0" + chunk)
    return header + struct.pack("<I", checksum) + chunk


def init(source_port, destination_port, tag):
    chunk = struct.pack(">BBHIIHHI", INIT, 0, 20, tag, 65536, 1, 1, tag)
    return _packet((source_port, destination_port), 0, chunk)


def init_ack(packet):
    """The answer to an INIT: ports swapped, its tag returned, a small state cookie."""
    source_port, destination_port = struct.unpack_from(">HH", packet, 0)
    tag = struct.unpack_from(">I", packet, 16)[0]
    cookie = struct.pack(">HH4s", 7, 8, b"moat")
    chunk = struct.pack(">BBHIIHHI", INIT_ACK, 0, 20 + len(cookie), tag, 65536, 1, 1, tag) + cookie
    return _packet((destination_port, source_port), tag, chunk)


def parse(packet):
    """(source port, destination port, kind of the first chunk), or None."""
    if len(packet) < 20:
        return None
    source_port, destination_port = struct.unpack_from(">HH", packet, 0)
    return source_port, destination_port, packet[12]

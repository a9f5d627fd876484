# What answers in the pods: TCP that accepts, UDP that echoes, SCTP that acknowledges. A port in use is left to its owner.
import errno
import select
import socket
import struct

import nflog
import sctp

IPV6_PKTINFO, IPV6_RECVPKTINFO, IP_PKTINFO = 50, 49, 8
IN_USE = (errno.EADDRINUSE, errno.EACCES)


class Listeners:
    """Counted listeners by (namespace, protocol, port): the last `close` ends one."""

    def __init__(self, namespaces, loop):
        self.namespaces = namespaces
        self.loop = loop
        self.open_ones = {}
        self.raw = {}
        self.watches = {}
        self.on_sctp_answer = None
        self.on_arrival = None

    def open(self, name, protocol, port):
        """True when we answer there over both families, False when a program in the pod has the port."""
        key = (name, protocol, port)
        entry = self.open_ones.get(key)
        if entry is None:
            sockets, whole = self._make(name, protocol, port)
            entry = self.open_ones[key] = [0, sockets, whole]
        entry[0] += 1
        return entry[2]

    def close(self, name, protocol, port):
        key = (name, protocol, port)
        entry = self.open_ones.get(key)
        if entry is None:
            return
        entry[0] -= 1
        if entry[0] <= 0:
            del self.open_ones[key]
            for each in entry[1]:
                self.loop.remove(each)
                each.close()

    def forget(self, name):
        for key in [key for key in self.open_ones if key[0] == name]:
            self.open_ones[key][0] = 0
            self.close(*key)
        for key in [key for key in self.watches if key[0] == name]:
            self.watches[key][0] = 0
            self.unwatch(*key)
        for key in [key for key in self.raw if key[0] == name]:
            raw = self.raw.pop(key)
            self.loop.remove(raw)
            raw.close()

    def watch(self, name, protocol):
        """Counted: tells `on_arrival` of each packet that reaches the namespace, whoever owns its port."""
        entry = self.watches.get((name, protocol))
        if entry is None:
            made = [self._sniff(name, family, protocol) for family in (socket.AF_INET, socket.AF_INET6)]
            entry = self.watches[(name, protocol)] = [0, made]
        entry[0] += 1

    def unwatch(self, name, protocol):
        entry = self.watches.get((name, protocol))
        if entry is None:
            return
        entry[0] -= 1
        if entry[0] <= 0:
            del self.watches[(name, protocol)]
            for each in entry[1]:
                self.loop.remove(each)
                each.close()

    def _sniff(self, name, family, protocol):
        raw = self.namespaces.socket(name, family, socket.SOCK_RAW, protocol)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if family == socket.AF_INET6:
            raw.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
        self.loop.add(raw, select.EPOLLIN, lambda one, _events: self._arrived(family, protocol, one))
        return raw

    def _arrived(self, family, protocol, raw):
        for _ in range(256):
            try:
                data, ancillary, _flags, peer = raw.recvmsg(256, 256)
            except OSError:
                return
            own, packet = ends_of(family, data, ancillary)
            if len(packet) >= 4:
                ports = struct.unpack_from(">HH", packet, 0)
                self.on_arrival((protocol, socket.inet_pton(family, peer[0]), ports[0], own, ports[1]))

    def _make(self, name, protocol, port):
        if protocol == nflog.SCTP:
            for family in (socket.AF_INET, socket.AF_INET6):
                self.sctp_socket(name, family)
            return [], True
        for dual in (True, False):
            families = [socket.AF_INET6] if dual else [socket.AF_INET, socket.AF_INET6]
            made = []
            for family in families:
                one = self._bind((name, protocol, port), family, dual)
                if one is not None:
                    made.append(one)
            if made:
                return made, dual
        return [], False

    def _bind(self, key, family, dual):
        name, protocol, port = key
        kind = socket.SOCK_STREAM if protocol == nflog.TCP else socket.SOCK_DGRAM
        one = None
        try:
            one = self.namespaces.socket(name, family, kind)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if dual else 1)
            if protocol == nflog.TCP:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            elif family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
            else:
                one.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
            one.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
            if protocol == nflog.TCP:
                one.listen(4096)
        except OSError as error:
            if one is not None:
                one.close()
            if error.errno in IN_USE or error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                return None
            raise
        self.loop.add(one, select.EPOLLIN, self._accept if protocol == nflog.TCP else self._echo)
        return one

    def _accept(self, listener, _events):
        for _ in range(256):
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            connection.close()

    def _echo(self, one, _events):
        for _ in range(256):
            try:
                data, ancillary, _flags, peer = one.recvmsg(2048, 256)
            except OSError:
                return
            try:
                one.sendmsg([data], [reply_from(item) for item in ancillary], 0, peer)
            except OSError:
                continue

    def sctp_socket(self, name, family):
        """The raw socket of a namespace: sends and answers INITs of every port."""
        raw = self.raw.get((name, family))
        if raw is None:
            raw = self.namespaces.socket(name, family, socket.SOCK_RAW, nflog.SCTP)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            if family == socket.AF_INET6:
                raw.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
            self.raw[(name, family)] = raw
            self.loop.add(raw, select.EPOLLIN, lambda one, _events: self._sctp(name, family, one))
        return raw

    def _sctp(self, name, family, raw):
        for _ in range(256):
            try:
                data, ancillary, _flags, peer = raw.recvmsg(2048, 256)
            except OSError:
                return
            own, packet = ends_of(family, data, ancillary)
            parsed = sctp.parse(packet)
            if parsed is None:
                continue
            source_port, destination_port, kind = parsed
            if kind == sctp.INIT and (name, nflog.SCTP, destination_port) in self.open_ones:
                send_from(raw, family, own, sctp.init_ack(packet), peer[0])
            elif kind == sctp.INIT_ACK and self.on_sctp_answer:
                self.on_sctp_answer(name, own, destination_port)


def ends_of(family, data, ancillary):
    """(address that was dialled, packet from the transport header on); IPv4 raw sockets give the IP header too."""
    if family == socket.AF_INET:
        return data[16:20], data[(data[0] & 15) * 4 :]
    return next((item[2][:16] for item in ancillary if item[1] == IPV6_PKTINFO), b""), data


def reply_from(item):
    """The control message that answers from the address that was dialled."""
    level, kind, data = item
    if level == socket.IPPROTO_IP:
        return (level, kind, struct.pack("I4s4s", 0, data[8:12], b"\0\0\0\0"))
    return (level, kind, data[:16] + struct.pack("I", 0))


def send_from(raw, family, own, packet, peer):
    if family == socket.AF_INET:
        control = (socket.IPPROTO_IP, IP_PKTINFO, struct.pack("I4s4s", 0, own, b"\0\0\0\0"))
    else:
        control = (socket.IPPROTO_IPV6, IPV6_PKTINFO, own + struct.pack("I", 0))
    try:
        raw.sendmsg([packet], [control], 0, (peer, 0))
    except OSError:
        return False
    return True

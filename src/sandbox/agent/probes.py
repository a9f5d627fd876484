# Probes: evidence for each, or none. Allowed: a handshake, an echo, or the packet seen in the pod it was meant for.
# Denied: the kernel's drop event for that very flow.
import collections
import errno
import os
import select
import socket
import struct
import time

import nflog
import sctp
from listeners import send_from

IN_FLIGHT, AT_ONCE = 256, 64
WAITS = (0.5, 1.0, 2.0, 4.0)
MOST_ATTEMPTS = 24
SHORT = 0.1
FIRST_PORT, LAST_PORT = 61000, 65535
CLOSE_HARD = struct.pack("ii", 1, 0)
# A DNS question: programs that echo return it, DNS servers answer it.
QUESTION = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x0amoat-probe\x00\x00\x01\x00\x01"
NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH)
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


class Probe:
    __slots__ = ("index", "source", "protocol", "dial", "targets", "tries", "counted", "said", "flows", "socket", "turn", "lossy", "arrived")

    def __init__(self, index, spec):
        name, address, protocol, dialled, port, targets = spec
        self.index = index
        self.source = (name, address)
        self.protocol = protocol
        self.dial = (dialled, port)
        self.targets = targets
        self.tries = self.counted = self.turn = self.lossy = 0
        self.said = ""
        self.flows = ()
        self.socket = None
        self.arrived = None


class Round:
    """One request of probes; `report(results, done)` is called with lists of [index, verdict, attempts, ms, detail].
    `own` names the namespaces whose ports belong to programs of their own: there an arrival is looked for, and no
    listener is opened."""

    def __init__(self, prober, specs, own, report):
        self.prober, self.own, self.report = prober, own, report
        self.total = self.left = len(specs)
        self.results = []
        probes = [Probe(index, spec) for index, spec in enumerate(specs)]
        probes.sort(key=lambda probe: (probe.targets[:1], probe.protocol, probe.source))
        self.uses = collections.Counter(key for probe in probes for key in listener_keys(probe))
        self.ports = {port for _name, _protocol, port in self.uses}
        self.opened, self.watched = set(), set()
        self.queue = collections.deque(probes)
        if not probes:
            report([], True)

    def open(self, key):
        """Somebody who answers, or at least a look at what arrives."""
        if key in self.opened:
            return
        name, protocol, _port = key
        listeners = self.prober.listeners
        ours = name not in self.own and listeners.open(*key)
        if name not in self.own:
            self.opened.add(key)
        # A program behind its own port need not answer.
        if not ours and (name, protocol) not in self.watched:
            listeners.watch(name, protocol)
            self.watched.add((name, protocol))

    def finish(self, probe, verdict, at, detail):
        self.left -= 1
        self.results.append([probe.index, verdict, probe.tries, at, detail])
        listeners = self.prober.listeners
        for key in listener_keys(probe):
            self.uses[key] -= 1
            if self.uses[key] == 0 and key in self.opened:
                self.opened.discard(key)
                listeners.close(*key)
        if self.left == 0:
            for key in self.watched:
                listeners.unwatch(*key)
        if self.left == 0 or len(self.results) >= 200:
            self.flush()

    def flush(self):
        results, self.results = self.results, []
        if results:
            self.report(results, self.left == 0)


def listener_keys(probe):
    return {(name, probe.protocol, port) for name, _address, port in probe.targets}


class Prober:
    def __init__(self, namespaces, loop, listeners):
        self.namespaces, self.loop, self.listeners = namespaces, loop, listeners
        self.rounds = []
        self.flows = {}
        self.answers = {}
        self.recent, self.older = set(), set()
        self.in_flight = 0
        self.next_port = FIRST_PORT
        listeners.on_sctp_answer = self._sctp_answer
        listeners.on_arrival = self._arrival

    def start(self, specs, own, report):
        one = Round(self, specs, own, report)
        if one.left:
            self.rounds.append(one)

    def busy(self):
        return self.in_flight < IN_FLIGHT and any(one.queue for one in self.rounds)

    def step(self):
        started = 0
        for one in self.rounds:
            while one.queue and self.in_flight < IN_FLIGHT and started < AT_ONCE:
                started += 1
                probe = one.queue.popleft()
                if not self._begin(one, probe):
                    break
        self.rounds = [one for one in self.rounds if one.left]

    def flush(self):
        for one in self.rounds:
            one.flush()
        self.recent, self.older = set(), self.recent

    def own(self, flow):
        """True for a flow that a probe made: the live view leaves it out."""
        return flow in self.flows or flow in self.recent or flow in self.older

    def denied(self, flow, prefix, at):
        found = self.flows.get(flow)
        if found:
            self._end(*found, "D", at, prefix)

    def lost(self):
        """Drop events are missing: every flow that waits for one is tried again, at no cost to its attempts."""
        for one, probe in {id(found[1]): found for found in self.flows.values()}.values():
            if probe.lossy != probe.turn:
                probe.lossy = probe.turn
                probe.counted -= 1
                self._retry_in(SHORT, one, probe)

    def _begin(self, one, probe):
        probe.tries += 1
        probe.counted += 1
        probe.turn += 1
        self.in_flight += 1
        try:
            for key in listener_keys(probe):
                one.open(key)
            self._connect(one, probe)
        except OSError as error:
            self._abandon(probe)
            probe.said = os.strerror(error.errno) if error.errno else str(error)
            if error.errno in NO_ROOM:
                probe.counted -= 1
            self.loop.after(SHORT, lambda: self._again(one, probe))
            return error.errno not in NO_ROOM
        turn = probe.turn
        wait = WAITS[min(probe.counted, len(WAITS)) - 1]
        self.loop.after(wait, lambda: self._expire(one, probe, turn))
        return True

    def _connect(self, one, probe):
        (name, address), (dialled, port) = probe.source, probe.dial
        family = socket.AF_INET6 if ":" in dialled else socket.AF_INET
        if probe.protocol == nflog.SCTP:
            raw = self.listeners.sctp_socket(name, family)
            own = packed(address)
            self.next_port = self.next_port + 1 if self.next_port < LAST_PORT else FIRST_PORT
            self._watch(one, probe, self.next_port)
            self.answers[(name, own, self.next_port)] = (one, probe)
            packet = sctp.init(self.next_port, port, 0x6D6F0000 | self.next_port)
            if not send_from(raw, family, own, packet, dialled):
                probe.said = "the packet could not be sent"
            return
        kind = socket.SOCK_STREAM if probe.protocol == nflog.TCP else socket.SOCK_DGRAM
        made = probe.socket = self.namespaces.socket(name, family, kind)
        self._watch(one, probe, self._bind(made, address))
        turn = probe.turn
        if probe.protocol == nflog.TCP:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_HARD)
            code = made.connect_ex((dialled, port))
            if code not in (0, errno.EINPROGRESS):
                raise OSError(code, os.strerror(code))
            events = select.EPOLLOUT
        else:
            made.connect((dialled, port))
            made.send(struct.pack(">H", probe.index & 0xFFFF) + QUESTION)
            events = select.EPOLLIN
        self.loop.add(made, events, lambda socket_, _events: self._ready(one, probe, turn))

    def _bind(self, made, address):
        """A source port beyond those that the kernel gives to others: it must not be one that a listener needs."""
        for _ in range(FIRST_PORT, LAST_PORT):
            self.next_port = self.next_port + 1 if self.next_port < LAST_PORT else FIRST_PORT
            if any(self.next_port in one.ports for one in self.rounds):
                continue
            try:
                made.bind((address, self.next_port))
                return self.next_port
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.ENOBUFS, "no source port is free")

    def _watch(self, one, probe, source_port):
        own = packed(probe.source[1])
        ends = {probe.dial, *((address, port) for _name, address, port in probe.targets)}
        probe.flows = tuple((probe.protocol, own, source_port, packed(at), port) for at, port in ends)
        for flow in probe.flows:
            self.flows[flow] = (one, probe)

    def _ready(self, one, probe, turn):
        if probe.turn != turn or probe.socket is None:
            return
        now = time.monotonic_ns() / 1e6
        code = probe.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0 and probe.protocol == nflog.UDP:
            try:
                probe.socket.recv(2048)
            except OSError as error:
                code = error.errno
        if code == 0:
            self._end(one, probe, "A", now, "")
            return
        if code == errno.EAGAIN:
            return
        if probe.arrived:
            self._end(one, probe, "A", probe.arrived, "arrived")
            return
        # Refused or unreachable: a rule that rejects has logged first; nobody listening is no evidence.
        probe.said = os.strerror(code)
        self.loop.remove(probe.socket)
        self._retry_in(SHORT * 2, one, probe)

    def _sctp_answer(self, name, own, port):
        found = self.answers.get((name, own, port))
        if found:
            self._end(*found, "A", time.monotonic_ns() / 1e6, "")

    def _arrival(self, flow):
        found = self.flows.get(flow)
        if not found:
            return
        # A handshake says more than an arrival: it may still come.
        found[1].arrived = time.monotonic_ns() / 1e6
        if found[1].protocol != nflog.TCP:
            self._end(*found, "A", found[1].arrived, "arrived")

    def _retry_in(self, seconds, one, probe):
        turn = probe.turn
        self.loop.after(seconds, lambda: self._expire(one, probe, turn))

    def _expire(self, one, probe, turn):
        if probe.turn != turn:
            return
        if probe.arrived:
            self._end(one, probe, "A", probe.arrived, "arrived")
            return
        self._abandon(probe)
        self._again(one, probe)

    def _again(self, one, probe):
        if probe.counted >= len(WAITS) or probe.tries >= MOST_ATTEMPTS:
            said = f": {probe.said}" if probe.said else ""
            one.finish(probe, "I", None, f"no answer and no drop event in {probe.tries} attempts{said}")
        else:
            one.queue.append(probe)

    def _end(self, one, probe, verdict, at, detail):
        self._abandon(probe)
        one.finish(probe, verdict, at, detail)

    def _abandon(self, probe):
        """Ends the attempt: its socket closes and its flows no longer count."""
        self.in_flight -= 1
        probe.turn += 1
        for flow in probe.flows:
            self.flows.pop(flow, None)
            self.recent.add(flow)
            if probe.protocol == nflog.SCTP:
                self.answers.pop((probe.source[0], flow[1], flow[2]), None)
        probe.flows = ()
        if probe.socket is not None:
            self.loop.remove(probe.socket)
            probe.socket.close()
            probe.socket = None

# The sandbox's helper: one process that opens sockets in every pod and reads the kernel's log beside them.
# One JSON object per line on stdin and stdout; src/sandbox/agent.ts is the other side. Ends when stdin ends.
import json
import os
import select
import socket
import sys

import nflog
from listeners import Listeners
from loop import Loop
from namespaces import Namespaces, raise_file_limit
from probes import Prober

DENIED, ACCEPTED = 1, 2
MOST_EVENTS = 100
TICK = 0.05
MOST_PENDING = 1 << 20


class Agent:
    def __init__(self):
        self.loop = Loop()
        self.namespaces = Namespaces()
        files = raise_file_limit()
        self.listeners = Listeners(self.namespaces, self.loop)
        self.prober = Prober(self.namespaces, self.loop, self.listeners)
        self.logs = {}
        self.events, self.skipped = [], {}
        self.input = b""
        os.set_blocking(0, False)
        self.loop.add(sys.stdin, select.EPOLLIN, self._read)
        self._watch(DENIED, 64 << 20)
        self.loop.send({"hello": 1, "files": files})
        self._tick()

    def _watch(self, group, size):
        log = self.logs[group] = nflog.Log(group, size)
        self.loop.add(log.socket, select.EPOLLIN, lambda _socket, _events: self._log(group))

    def _log(self, group):
        log = self.logs[group]
        if not log.read(lambda prefix, packet, at: self._packet(group, prefix, packet, at)):
            if group == DENIED:
                self.prober.lost()
            self.skipped["lost"] = self.skipped.get("lost", 0) + max(1, log.lost)
            log.lost = 0

    def _packet(self, group, prefix, packet, at):
        flow = nflog.flow_of(packet)
        if flow is None:
            return
        own = self.prober.own(flow)
        if group == DENIED:
            self.prober.denied(flow, prefix, at)
        if own:
            return
        if len(self.events) >= MOST_EVENTS or len(self.loop.pending) > MOST_PENDING:
            self.skipped[group] = self.skipped.get(group, 0) + 1
            return
        protocol, source, source_port, destination, destination_port = flow
        family = socket.AF_INET if len(source) == 4 else socket.AF_INET6
        source, destination = socket.inet_ntop(family, source), socket.inet_ntop(family, destination)
        self.events.append([group, prefix, protocol, source, source_port, destination, destination_port, at])

    def _tick(self):
        self.prober.flush()
        if self.events or self.skipped:
            self.loop.send({"events": self.events, "skipped": self.skipped})
            self.events, self.skipped = [], {}
        self.loop.after(TICK, self._tick)

    def _read(self, _stdin, _events):
        try:
            data = os.read(0, 1 << 20)
        except BlockingIOError:
            return
        if not data:
            sys.exit(0)
        *lines, self.input = (self.input + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            try:
                answer = getattr(self, "do_" + request["op"])(request)
            except OSError as error:
                answer = {"error": str(error)}
            if answer is not None:
                self.loop.send({"id": request["id"], **answer})

    def do_listen(self, request):
        opened = [self.listeners.open(name, protocol, port) for name, protocol, port in request["ports"]]
        return {"opened": opened}

    def do_unlisten(self, request):
        for name, protocol, port in request["ports"]:
            self.listeners.close(name, protocol, port)
        return {}

    def do_prepare(self, request):
        """New namespaces: ports below 1024 for programs without capabilities, IPv6 even where the machine has it off."""
        for name in request["names"]:
            self.namespaces.enter(name)
            for key, value in (("ipv4/ip_unprivileged_port_start", "0"), ("ipv6/conf/all/disable_ipv6", "0")):
                try:
                    with open("/proc/sys/net/" + key, "w") as file:
                        file.write(value)
                except FileNotFoundError:
                    pass
        self.namespaces.enter("")
        return {}

    def do_forget(self, request):
        for name in request["names"]:
            self.listeners.forget(name)
            self.namespaces.forget(name)
        return {}

    def do_accepted(self, _request):
        if ACCEPTED not in self.logs:
            self._watch(ACCEPTED, 8 << 20)
        return {}

    def do_probe(self, request):
        def report(results, done):
            self.loop.send({"id": request["id"], "results": results, "done": done})

        self.prober.start(request["probes"], set(request["own"]), report)

    def run(self):
        while True:
            self.loop.step(self.prober.busy())
            self.prober.step()


if __name__ == "__main__":
    Agent().run()

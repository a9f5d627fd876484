# One event loop: sockets with their handlers, timers, and lines to the other side that never block the kernel's log.
import heapq
import json
import os
import select
import time


class Loop:
    def __init__(self):
        self.epoll = select.epoll()
        self.handlers = {}
        self.timers = []
        self.counter = 0
        self.idle = []
        self.pending = bytearray()
        self.waiting = False
        os.set_blocking(1, False)

    def add(self, one, events, handler):
        fd = one.fileno()
        self.handlers[fd] = (one, handler)
        self.epoll.register(fd, events)

    def remove(self, one):
        fd = one.fileno()
        if fd >= 0 and self.handlers.pop(fd, None) is not None:
            self.epoll.unregister(fd)

    def after(self, seconds, call):
        self.counter += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.counter, call))

    def send(self, message):
        self.pending += json.dumps(message, separators=(",", ":")).encode() + b"\n"
        if not self.waiting:
            self._write()

    def _write(self):
        try:
            while self.pending:
                del self.pending[: os.write(1, self.pending[:65536])]
        except BlockingIOError:
            pass
        if self.pending and not self.waiting:
            self.epoll.register(1, select.EPOLLOUT)
            self.waiting = True
        elif not self.pending and self.waiting:
            self.epoll.unregister(1)
            self.waiting = False

    def step(self, busy):
        """One round: sockets that are ready, then timers that are due, then the idle work."""
        wait = 0 if busy else 10
        if self.timers and not busy:
            wait = max(0, min(wait, self.timers[0][0] - time.monotonic()))
        for fd, events in self.epoll.poll(wait, 512):
            if fd == 1:
                self._write()
                continue
            entry = self.handlers.get(fd)
            if entry is not None:
                entry[1](entry[0], events)
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            heapq.heappop(self.timers)[2]()

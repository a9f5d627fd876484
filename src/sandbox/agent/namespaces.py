# Sockets of any pod's network namespace from one thread: enter it, make the socket, come back.
import ctypes
import os
import resource
import socket

CLONE_NEWNET = 0x40000000
NETNS_DIR = "/run/netns"
libc = ctypes.CDLL(None, use_errno=True)


class Namespaces:
    """Open handles of network namespaces by name; the empty name is the node's own."""

    def __init__(self):
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.handles = {"": self.home}
        self.at = ""

    def enter(self, name):
        if self.at == name:
            return
        handle = self.handles.get(name)
        if handle is None:
            handle = self.handles[name] = os.open(f"{NETNS_DIR}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        if libc.setns(handle, CLONE_NEWNET) != 0:
            error = ctypes.get_errno()
            raise OSError(error, f"setns {name or 'node'}: {os.strerror(error)}")
        self.at = name

    def forget(self, name):
        """A removed pod: its namespace ends only when nobody holds it open."""
        self.enter("")
        handle = self.handles.pop(name, None)
        if handle is not None:
            os.close(handle)

    def socket(self, name, family, kind, protocol=0):
        self.enter(name)
        made = socket.socket(family, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, protocol)
        return made


def raise_file_limit():
    """As many open files as the machine lets us have, at most 65536; returns the number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted, soft)

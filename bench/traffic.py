# CPU time of one packet, round trip or connection between two network namespaces, sent and received by one thread.
# Prints nanoseconds for each operation: `traffic.py KIND CLIENT-NAMESPACE SERVER-NAMESPACE SERVER-ADDRESS PORT COUNT`.
import ctypes
import os
import socket
import struct
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
kind, client_namespace, server_namespace, address, port, count = sys.argv[1:]
port, count = int(port), int(count)
BATCH = 64
FAMILY = socket.AF_INET6 if ":" in address else socket.AF_INET


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Msghdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint32),
        ("iov", ctypes.POINTER(Iovec)),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class Mmsghdr(ctypes.Structure):
    _fields_ = [("hdr", Msghdr), ("len", ctypes.c_uint)]


def enter(name):
    with open(f"/run/netns/{name}") as file:
        if libc.setns(file.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), f"setns {name}")


def messages(size):
    """A batch of messages of one buffer each, for sendmmsg and recvmmsg."""
    batch = (Mmsghdr * BATCH)()
    for message in batch:
        buffer = ctypes.create_string_buffer(size)
        keep.append(buffer)
        message.hdr.iov = ctypes.pointer(Iovec(ctypes.addressof(buffer), size))
        message.hdr.iovlen = 1
    return batch


keep = []


def empty_call():
    """What the interpreter takes for one call into the kernel."""
    start = time.process_time_ns()
    for _ in range(count):
        os.getppid()
    return (time.process_time_ns() - start) / count


def udp():
    enter(server_namespace)
    server = socket.socket(FAMILY, socket.SOCK_DGRAM)
    server.bind((address, port))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    enter(client_namespace)
    client = socket.socket(FAMILY, socket.SOCK_DGRAM)
    client.connect((address, port))
    out, into = messages(64), messages(64)
    client.send(b"x")
    server.settimeout(5)
    reply, back = server.recvfrom(64)  # an answer makes the flow established
    server.sendto(reply, back)
    client.settimeout(5)
    client.recv(64)
    client.setblocking(True)
    start = time.process_time_ns()
    for _ in range(count // BATCH):
        if libc.sendmmsg(client.fileno(), out, BATCH, 0) != BATCH:
            raise OSError(ctypes.get_errno(), "sendmmsg")
        if libc.recvmmsg(server.fileno(), into, BATCH, 0, None) != BATCH:
            raise OSError(ctypes.get_errno(), "recvmmsg")
    return (time.process_time_ns() - start) / (count // BATCH * BATCH)


def listener():
    enter(server_namespace)
    listening = socket.socket(FAMILY)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((address, port))
    listening.listen(64)
    enter(client_namespace)
    return listening


def tcp():
    listening = listener()
    client = socket.create_connection((address, port), timeout=5)
    server, _ = listening.accept()
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.setblocking(True)
    request, answer = client.send, server.send
    asked, answered = server.recv, client.recv
    start = time.process_time_ns()
    for _ in range(count):
        request(b"x")
        asked(1)
        answer(b"x")
        answered(1)
    return (time.process_time_ns() - start) / count - 4 * empty_call()


def connect():
    listening = listener()
    reset = struct.pack("ii", 1, 0)
    start = time.process_time_ns()
    for _ in range(count):
        client = socket.socket(FAMILY)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        client.connect((address, port))
        server, _ = listening.accept()
        client.close()
        server.close()
    return (time.process_time_ns() - start) / count - 6 * empty_call()


os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
print({"udp": udp, "tcp": tcp, "connect": connect}[kind]())

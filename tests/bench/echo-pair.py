#!/usr/bin/env python3
"""What socksh is measured against: the same calls and the same lines as echo-pair.c, in Python.

usage: echo-pair.py unix|tcp COUNT
"""

import socket
import sys


def make_unix_pair():
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    print(f"  socketpair(AF_UNIX, SOCK_STREAM, 0, [{a.fileno()}, {b.fileno()}]) = 0")
    return a, b


def make_tcp_pair():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    a = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    a.connect(listener.getsockname())
    b, _ = listener.accept()
    return a, b


def main():
    a, b = {"unix": make_unix_pair, "tcp": make_tcp_pair}[sys.argv[1]]()
    for _ in range(int(sys.argv[2])):
        sent = a.send(b"hello")
        print(f'  send({a.fileno()}, "hello", 5, 0) = {sent}')
        data = b.recv(64)
        print(f'  recv({b.fileno()}, "{data.decode()}", 64, 0) = {len(data)}')


main()

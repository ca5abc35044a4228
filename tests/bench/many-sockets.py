#!/usr/bin/env python3
"""Holds many TCP sockets open until standard input ends: what a machine with much traffic looks like.

usage: many-sockets.py COUNT
"""

import resource
import socket
import sys


def main():
    count = int(sys.argv[1])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(4096)
    held = []
    for _ in range(count // 2):
        client = socket.create_connection(listener.getsockname())
        held += [client, listener.accept()[0]]
    print("ready", flush=True)
    sys.stdin.read()


main()

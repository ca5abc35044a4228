#!/usr/bin/env python3
"""A server that answers each line in capital letters.

It lets the kernel end it where a client has gone before its answer, as a filter in a pipe does:
SIGPIPE. With the word careful it does not, and has EPIPE in place of it.
"""
import signal
import socket
import sys
import time

if sys.argv[1:] != ["careful"]:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)

listener = socket.create_server(("", 5000))
while True:
    try:
        connection, address = listener.accept()
    except OSError as error:
        print("accept:", error, flush=True)
        time.sleep(0.05)
        continue
    try:
        with connection, connection.makefile("rwb") as stream:
            connection.settimeout(2)
            for line in stream:
                stream.write(line.upper())
                stream.flush()
    except OSError as error:
        print(address, error, flush=True)

#!/usr/bin/env python3
"""A TCP server to be tested: it answers one client in capital letters, line by line, and ends."""
import socket

with socket.create_server(("127.0.0.1", 0)) as listener:
    # Port 0: the kernel chooses. Whoever has started this program reads the port from its output;
    # without flush the line would wait in a buffer.
    print(listener.getsockname()[1], flush=True)
    connection, address = listener.accept()

with connection, connection.makefile("rwb") as stream:
    count = 0
    for line in stream:
        stream.write(line.upper())
        stream.flush()
        count += 1

print("lines:", count, flush=True)

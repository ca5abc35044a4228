#!/usr/bin/env python3
"""A client that sends a word, and wants it back in capital letters.

It waits as long as it takes; with the word careful 2 seconds, then it says what is wrong, and ends.
"""
import socket
import sys

timeout = 2 if sys.argv[1:] == ["careful"] else None
try:
    with socket.create_connection(("server", 5000), timeout=timeout) as connection:
        connection.sendall(b"hello")
        answer = b""
        while len(answer) < 5:
            data = connection.recv(5 - len(answer))
            if not data:
                sys.exit("the server has closed before it answered")
            answer += data
except OSError as error:
    sys.exit(f"server:5000: {error}")
print(answer.decode())

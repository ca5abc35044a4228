#!/usr/bin/env python3
"""A server of messages, of which two bytes say how long each is: it answers one in capital letters.

It takes what one recv gives for all that it has asked for; with the word careful it asks again
for the rest.
"""
import socket
import struct
import sys
import time

careful = sys.argv[1:] == ["careful"]


def take(connection, size):
    data = connection.recv(size)
    while careful and len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionError("the message has no end")
        data += more
    return data


def serve(connection):
    connection.settimeout(2)
    (size,) = struct.unpack("!H", take(connection, 2))
    text = take(connection, size)
    connection.sendall(struct.pack("!H", len(text)) + text.upper())


listener = socket.create_server(("", 5000))
while True:
    try:
        connection, address = listener.accept()
    except OSError as error:
        print("accept:", error, flush=True)
        time.sleep(0.05)
        continue
    with connection:
        try:
            serve(connection)
        except (OSError, struct.error) as error:
            print(address, error, flush=True)

#!/usr/bin/env python3
"""A server that waits for its clients and its data with poll, and answers in capital letters.

When accept fails it goes on at once; with the word careful it gives the machine time to have
descriptors again.
"""
import selectors
import socket
import sys
import time

careful = sys.argv[1:] == ["careful"]
selector = selectors.PollSelector()
listener = socket.create_server(("", 5000))
listener.setblocking(False)
selector.register(listener, selectors.EVENT_READ)


def accept():
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return
    except OSError as error:
        print("accept:", error, flush=True)
        if careful:
            time.sleep(0.1)
        return
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ)


def answer(connection):
    try:
        data = connection.recv(4096)
        if data:
            connection.setblocking(True)
            connection.settimeout(2)
            connection.sendall(data.upper())
            connection.setblocking(False)
            return
    except BlockingIOError:
        return
    except OSError as error:
        print(error, flush=True)
    selector.unregister(connection)
    connection.close()


while True:
    try:
        ready = selector.select()
    except OSError as error:
        print("poll:", error, flush=True)
        continue
    for key, _ in ready:
        if key.fileobj is listener:
            accept()
        else:
            answer(key.fileobj)

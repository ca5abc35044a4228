#!/usr/bin/env python3
"""The first programs of every course, as they stand there: nothing that they call can fail."""
import socket
import sys


def tcp_server():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("", 5000))
    listener.listen(1)
    while True:
        connection, address = listener.accept()
        sentence = connection.recv(1024)
        connection.send(sentence.upper())
        connection.close()


def tcp_client():
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.connect(("server", 5000))
    connection.send(b"hello")
    print(connection.recv(1024).decode())
    connection.close()


def udp_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("", 5000))
    while True:
        sentence, address = server.recvfrom(2048)
        server.sendto(sentence.upper(), address)


def udp_client():
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.sendto(b"hello", ("server", 5000))
    sentence, address = client.recvfrom(2048)
    print(sentence.decode())
    client.close()


{"tcp": tcp_server, "udp": udp_server, "tcp-client": tcp_client, "udp-client": udp_client}[sys.argv[1]]()

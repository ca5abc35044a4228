"""The same server twice: a thread for each client, or one loop for all of them (threads, asyncio)."""

import asyncio
import socket
import socketserver
import sys

CLIENTS = 2


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1000):
            self.request.sendall(data.upper())


class Threads(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = False


def with_threads():
    with Threads(("127.0.0.1", 0), Echo) as server:
        print(server.server_address[1], flush=True)
        for _ in range(CLIENTS):
            server.handle_request()


async def with_loop():
    left = CLIENTS
    over = asyncio.Event()

    async def echo(reader, writer):
        nonlocal left
        while data := await reader.read(1000):
            writer.write(data.upper())
            await writer.drain()
        writer.close()
        left -= 1
        if left == 0:
            over.set()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await over.wait()


if sys.argv[1] == "threads":
    with_threads()
else:
    asyncio.run(with_loop())

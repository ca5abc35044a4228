"""A server of three clients, with a fault for each: NAME is careful, forgets or short."""

import os
import socket
import sys

fault = sys.argv[1]
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
kept = []
for _ in range(3):
    client, _ = listener.accept()
    if fault == "short":
        client.settimeout(None)
        length = client.recv(1000)  # takes what has come for the whole message
    else:
        length = b""
        while not length.endswith(b"\n"):
            part = client.recv(1000)
            if not part:
                break
            length += part
    client.sendall(str(len(length)).encode() + b"\n")
    if fault == "forgets":
        kept.append(client)
    else:
        client.close()
if fault != "forgets":
    listener.close()
sys.stdout.flush()
os._exit(0)  # what is open is left to the kernel

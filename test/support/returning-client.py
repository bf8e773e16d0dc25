"""A stock python-socketio client that prints what happens to its connection, a line each, until its input ends.

Usage: returning-client.py URL TRANSPORT AUTH_FILE

AUTH_FILE has what the client says of itself, as JSON. It is read at each handshake, as an app gives its token of then.
"""
import json
import sys

import socketio

url, transport, auth_file = sys.argv[1:]


def auth():
    with open(auth_file, encoding="utf-8") as file:
        return json.load(file)


def refused(error):
    # What a handshake is refused with for good; any other failure is tried again.
    if isinstance(error, dict) and "data" in error:
        print("refused", error["data"]["code"], flush=True)


client = socketio.Client(reconnection_delay_max=1)
client.on("ready", lambda data: print("ready", data["user"]["id"], flush=True))
client.on("disconnect", lambda *_: print("disconnected", flush=True))
client.on("connect_error", refused)
client.connect(url, transports=[transport], auth=auth)
sys.stdin.read()
client.disconnect()

"""A stock python-socketio client that prints what happens to its connection, a line each, until its input ends.

Usage: returning-client.py URL TRANSPORT USER_ID
"""
import sys

import socketio

url, transport, user_id = sys.argv[1:]
client = socketio.Client(reconnection_delay_max=1)
client.on("ready", lambda data: print("ready", data["user"]["id"], flush=True))
client.on("disconnect", lambda *_: print("disconnected", flush=True))
client.connect(url, transports=[transport], auth={"userId": int(user_id)})
sys.stdin.read()
client.disconnect()

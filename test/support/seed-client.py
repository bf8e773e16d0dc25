"""The seed's table from a stock python-socketio client: first without callbacks, then with.

Usage: seed-client.py URL TRANSPORT. Writes one JSON object of what it heard.
"""
import json
import queue
import sys

import socketio

PATIENCE_S = 8
EVENTS = ["chatsList", "newChat", "newMessage", "messageSeen", "exception"]

url, transport = sys.argv[1:]
client = socketio.Client(reconnection=False)
heard = {event: queue.Queue() for event in EVENTS}
for event in EVENTS:
    client.on(event, heard[event].put)

client.connect(url, transports=[transport])
report = {}

client.emit("userOnline", 1)
client.emit("createChat", {"user1Id": 1, "user2Id": 2})
report["newChat"] = heard["newChat"].get(timeout=PATIENCE_S)
client.emit("getChats", 1)
report["chatsList"] = heard["chatsList"].get(timeout=PATIENCE_S)
client.emit("sendMessage", {"senderId": 1, "receiverId": 2, "content": "Hello!"})
report["newMessage"] = heard["newMessage"].get(timeout=PATIENCE_S)
client.emit("markAsSeen", {"messageId": 1})
report["messageSeen"] = heard["messageSeen"].get(timeout=PATIENCE_S)
client.emit("noSuchCommand", {"x": 1})
report["exception"] = heard["exception"].get(timeout=PATIENCE_S)

report["answers"] = [
    client.call(command, payload, timeout=PATIENCE_S)
    for command, payload in [
        ("userOnline", 1),
        ("createChat", {"user1Id": 1, "user2Id": 2}),
        ("getChats", "1"),
        ("sendMessage", {"senderId": 1, "receiverId": 2, "content": "Grüße 👩‍👩‍👦"}),
        ("markAsSeen", {"messageId": 2, "userId": 2}),
        ("getChat", {"chatId": 999}),
        ("userOffline", 1),
    ]
]
report["heardTwice"] = [event for event in EVENTS if not heard[event].empty()]
client.disconnect()
print(json.dumps(report))

"""A client in Python on python-socketio, by docs/guides/sync.md.

Usage: chat_client.py URL USER_ID. Commands are read from standard input, one JSON object in a line:

    {"command": "sendMessage", "input": {"chatId": 12, "content": "Hello!"}}
    {"print": true}

`print` waits until everything is sent, syncs, and prints the store for the judge.
"""
import json
import queue
import sys
import threading
import time
import uuid

import socketio

from chat_store import Store

ANSWER_WITHIN_S = 3
GRACE_S = 0.4
PASSING = {"UNAVAILABLE", "OVERLOADED", "RATE_LIMITED", "INTERNAL"}


class Refused(Exception):
    def __init__(self, error):
        super().__init__(error["code"])
        self.error = error


class Client:
    def __init__(self, url, user_id):
        self.store = Store(user_id)
        self.happened = queue.Queue()  # what the threads of the socket and of the input hand over
        self.outbox = []
        self.live = False
        self.gaps = {}  # by chat: the version that is missing, and since when
        self.printing = False
        self.wait_until = 0
        self.socket = socketio.Client(reconnection_delay=0.05, reconnection_delay_max=0.5)
        self.socket.on("disconnect", lambda *_: self.happened.put(("cut", None)))
        self.socket.on("*", lambda event, *body: self.happened.put((event, body[0] if body else None)))
        self.socket.connect(url, transports=["websocket"], auth={"userId": user_id})

    def ask(self, command, given):
        """The data of the answer, which the store has then. Raises TimeoutError, or Refused."""
        self.store.asked(command, given)
        answer = self.socket.call(command, given, timeout=ANSWER_WITHIN_S)
        if not answer["ok"]:
            raise Refused(answer["error"])
        self.store.answered(command, given, answer["data"])
        return answer["data"]

    def sync(self):
        """Events that come meanwhile wait in the queue."""
        try:
            more = True
            while more:
                since = {} if self.store.since is None else {"since": self.store.since}
                more = self.ask("sync", {"versions": self.store.versions(), **since})["more"]
            self.live = True
        except (socketio.exceptions.SocketIOError, Refused):
            self.live = False  # again at the next turn, or when it is connected again
        finally:
            self.store.release()

    def send(self):
        """The oldest command that was not answered yet, with the same clientId each time."""
        command, given = self.outbox[0]
        try:
            self.ask(command, given)
        except Refused as refused:
            if refused.error["code"] in PASSING:
                self.wait_until = time.monotonic() + refused.error.get("retryAfterMs", 300) / 1000
                return
            print(f"{command}: {refused}", file=sys.stderr)
        except socketio.exceptions.SocketIOError:
            return
        self.outbox.pop(0)

    def gap(self):
        """Whether a version has been missing for longer than the grace."""
        missing = {chat_id: chat["version"] + 1 for chat_id, chat in self.store.chats.items() if chat["ahead"]}
        now = time.monotonic()
        self.gaps = {chat_id: self.gaps[chat_id] if self.gaps.get(chat_id, (0,))[0] == version else (version, now)
                     for chat_id, version in missing.items()}
        return any(now - since > GRACE_S for _, since in self.gaps.values())

    def print(self):
        self.printing = False
        self.sync()
        try:
            for chat_id, chat in self.store.chats.items():
                if chat["members"] is None and chat["item"]["type"] == "group":
                    self.ask("getMembers", {"chatId": chat_id, "limit": 1000})
        except (socketio.exceptions.SocketIOError, Refused):
            self.live = False
        self.printing = not self.live or any(
            chat["members"] is None and chat["item"]["type"] == "group" for chat in self.store.chats.values())
        if not self.printing:
            print(json.dumps(self.store.printed()), flush=True)

    def turn(self):
        """One round: what has happened, then what is to be asked for, then what is to be sent."""
        try:
            event, body = self.happened.get(timeout=0.05)
        except queue.Empty:
            event, body = None, None
        if event in ("cut", "ready"):
            self.live = False
        elif event == "input":
            if "command" in body:
                self.outbox.append((body["command"], {**body["input"], "clientId": str(uuid.uuid4())}))
            self.printing = self.printing or "print" in body
        elif event == "syncNeeded":
            self.store.missing = True  # a client of many would wait a random part of withinMs
        elif isinstance(body, dict):
            self.store.hear(event, body)
        if not self.happened.empty() or not self.socket.connected:
            return
        if not self.live or self.store.missing or self.gap():
            self.sync()
        elif self.outbox and time.monotonic() > self.wait_until:
            self.send()
        elif self.printing and not self.outbox:
            self.print()


def main():
    client = Client(sys.argv[1], int(sys.argv[2]))
    ended = threading.Event()

    def read():
        for line in sys.stdin:
            client.happened.put(("input", json.loads(line)))
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    while not ended.is_set():
        client.turn()
    client.socket.disconnect()


main()

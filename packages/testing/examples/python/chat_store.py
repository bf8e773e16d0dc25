"""What a person's device knows of their chats: the rules of docs/guides/sync.md, without a connection."""
from datetime import datetime, timezone

CHANGES = {"newMessage", "messageEdited", "messageDeleted", "reactionsChanged",
           "chatUpdated", "membersAdded", "memberRemoved", "memberUpdated"}


class Store:
    def __init__(self, me):
        self.me, self.since, self.chats = me, None, {}
        self.held = None  # what is heard while a sync is under way
        self.missing = False  # something is known to exist of which nothing is here

    @property
    def wants_sync(self):
        return self.missing or any(chat["ahead"] for chat in self.chats.values())

    def versions(self):
        return {str(chat_id): chat["version"] for chat_id, chat in self.chats.items()}

    # ---- commands: `asked` when one is sent, `answered` with the data of its answer ----

    def asked(self, command, given):
        if command == "sync" and self.held is None:
            self.held = []
        if command == "getMessages" and given["chatId"] in self.chats:
            self.chats[given["chatId"]]["heard"] = []

    def answered(self, command, given, data):
        if command == "sync":
            self.sync(data)
            if not data["more"]:
                self.release()
        elif command == "getMessages":
            self.page(data)
        elif command == "getMembers":
            chat = self.chats[data["chatId"]]
            if data["membersVersion"] < chat["item"]["membersVersion"]:
                return
            chat["members"] = {one["userId"]: dict(one) for one in data["members"]}
            chat["item"]["membersVersion"] = data["membersVersion"]
            for user_id in chat["marks"].keys() - chat["members"].keys():
                del chat["marks"][user_id]
            for one in data["members"]:
                self.mark(chat, one["userId"], one["readSeq"], one["deliveredSeq"])
        elif command == "getChats":
            for item in data["chats"]:
                self.chats.setdefault(item["id"], self.chat_of(item, item["version"]))
        elif command == "deleteMessage":
            self.hear("messageHidden" if data["for"] == "me" else "messageDeleted", data)
        elif command in ANSWERS:
            self.hear(ANSWERS[command], data)

    def release(self):
        held, self.held = self.held or [], None
        for event, body in held:
            self.hear(event, body)

    # ---- what the server says by itself ----

    def hear(self, event, body):
        if self.held is not None:
            self.held.append((event, body))
            return
        chat = self.chats.get(body.get("chatId"))
        if event in CHANGES:
            if body.get("changed") is False:
                return
            if event == "memberRemoved" and body["userId"] == self.me:
                if chat and body["version"] > chat["version"]:
                    del self.chats[body["chatId"]]
            elif chat is None:
                self.missing = self.missing or event == "newMessage"
            elif body["version"] > chat["version"]:
                chat["ahead"][body["version"]] = (event, body)
                self.drain(chat)
        elif event == "newChat":
            known = chat is not None and (body.get("changed") is False or chat["version"] >= body["version"])
            self.missing = self.missing or not known
        elif event == "userUpdated":
            self.user(body)
        elif event == "blockChanged":
            for one in (chat["item"] for chat in self.chats.values()):
                if one["otherUser"] and one["otherUser"]["id"] == body["userId"]:
                    one.update(blockedByMe=body["blocked"], canReact=not body["blocked"])
        elif chat is None:
            return
        elif event == "chatDeleted":
            del self.chats[body["chatId"]]
        elif event == "chatCleared":
            chat["cleared"] = max(chat["cleared"], body["seq"])
            chat["messages"] = {seq: one for seq, one in chat["messages"].items() if seq > body["seq"]}
            item = chat["item"]
            item["unreadSeq"] = max(item["unreadSeq"], body["seq"])
            self.count(chat)
        elif event == "messageHidden":
            self.hide(chat, body["messageId"])
        elif event == "messageSeen":
            self.heard_mark(chat, body, body["seq"])
        elif event == "messageDelivered":
            self.heard_mark(chat, body, 0)
        elif event == "membershipUpdated":
            chat["item"].update({name: body[name] for name in ("mutedUntil", "archivedAt", "pinnedAt", "notify")})
        elif event == "unreadCount":
            chat["item"].update({name: body[name] for name in ("unread", "unreadMentions", "unreadSeq")})
            self.count(chat)

    def drain(self, chat):
        while not chat["paging"] and chat["version"] + 1 in chat["ahead"]:
            chat["version"] += 1
            event, body = chat["ahead"].pop(chat["version"])
            if chat["heard"] is not None:
                chat["heard"].append((event, body))
            self.perform(chat, event, body)
        chat["early"] = [one for one in chat["early"] if one[0]["version"] > chat["version"]]

    def perform(self, chat, event, body):
        item = chat["item"]
        self.content(chat, event, body)
        if event == "newMessage":
            item["lastSeq"], item["lastActivityAt"] = body["seq"], body["createdAt"]
            if body["seq"] > item["unreadSeq"] and self.is_unread(body):
                item["unread"] += 1
                item["unreadMentions"] += self.mentions_me(body)
        elif event == "chatUpdated":
            item.update({name: value for name, value in body.items() if name in item and name != "version"})
        elif event in ("membersAdded", "memberRemoved", "memberUpdated"):
            self.membership(chat, event, body)
        if event in ("newMessage", "messageDeleted"):
            self.count(chat)

    def content(self, chat, event, body):
        """The part of a change that is about messages: harmless to do again."""
        if event == "newMessage":
            is_next = chat["to"] is not None and body["seq"] == chat["to"] + 1
            chat["to"] = body["seq"] if is_next else chat["to"]
            self.put(chat, body, is_next)
        elif event == "messageEdited":
            self.put(chat, body)
        elif event in ("messageDeleted", "reactionsChanged"):
            known = chat["messages"].get(body["seq"])
            changed = {"version": body["version"]}
            if event == "reactionsChanged":
                changed["reactions"] = [dict(one) for one in body["reactions"]]
                for one in changed["reactions"]:
                    if body["by"] == self.me and body["emoji"] == one["emoji"]:
                        one["mine"] = body["added"]
            else:
                changed.update(content="", metadata=None, reactions=[], deletedAt=body["deletedAt"])
                if body["messageId"] in chat["hidden"]:
                    chat["hidden"][body["messageId"]] = (body["seq"], False, False)
                self.quote(chat, body["messageId"], {"excerpt": "", "deleted": True})
            if known and known["id"] == body["messageId"]:
                self.put(chat, {**known, **changed})

    def put(self, chat, message, is_new=False):
        known = chat["messages"].get(message["seq"])
        if message["id"] in chat["hidden"] or message["seq"] <= chat["cleared"]:
            return
        if (known and known["version"] > message["version"]) or not (known or is_new):
            return
        mine = {one["emoji"] for one in (known or {}).get("reactions", []) if one.get("mine")}
        reactions = [{**one, "mine": one["mine"] if "mine" in one else one["emoji"] in mine or self.me in one["userIds"]}
                     for one in message["reactions"]]
        reply_to = message["replyTo"] or (known or {}).get("replyTo")
        if message["replyToId"] in chat["hidden"]:
            reply_to = None
        elif message["replyToId"] and not reply_to:
            for one in chat["messages"].values():
                if one["id"] == message["replyToId"]:
                    reply_to = {"messageId": one["id"], "seq": one["seq"], "senderId": one["senderId"],
                                "excerpt": one["content"][:160], "deleted": one["deletedAt"] is not None}
        chat["messages"][message["seq"]] = {**message, "reactions": reactions, "replyTo": reply_to}
        if message["editedAt"] or message["deletedAt"]:
            shown = {"excerpt": message["content"][:160], "deleted": message["deletedAt"] is not None}
            self.quote(chat, message["id"], shown)

    def quote(self, chat, message_id, shown):
        for seq, one in chat["messages"].items():
            if one["replyToId"] == message_id and one["replyTo"]:
                chat["messages"][seq] = {**one, "replyTo": {**one["replyTo"], **shown} if shown else None}

    def hide(self, chat, message_id):
        self.quote(chat, message_id, None)
        chat["hidden"].setdefault(message_id, None)
        for seq, one in list(chat["messages"].items()):
            if one["id"] == message_id:
                chat["hidden"][message_id] = (seq, self.is_unread(one), self.mentions_me(one))
                del chat["messages"][seq]

    def membership(self, chat, event, body):
        item, members = chat["item"], chat["members"]
        whole = members is not None and body["membersVersion"] == item["membersVersion"] + 1
        item.update(membersVersion=body["membersVersion"], memberCount=body["memberCount"])
        if event == "memberRemoved":
            chat["marks"].pop(body["userId"], None)
            chat["removed"][body["userId"]] = body["version"]
            for one, read in chat["early"]:  # who came back and has read already
                self.move(chat, one, read)
        if event == "memberUpdated" and body["userId"] == self.me:
            item.update(role=body["role"], silencedUntil=body["silencedUntil"])
        if not whole:
            chat["members"] = None
        elif event == "memberRemoved":
            members.pop(body["userId"], None)
        elif event == "memberUpdated" and body["userId"] in members:
            members[body["userId"]].update(role=body["role"], silencedUntil=body["silencedUntil"])
        elif event == "membersAdded":
            names = {one["userId"]: one for one in body.get("users", [])}
            silenced = {one["userId"]: one["silencedUntil"] for one in body.get("silenced", [])}
            for user_id in body["userIds"]:
                name = names.get(user_id, {})
                members[user_id] = {"userId": user_id, "role": "member", "name": name.get("name"),
                                    "avatarUrl": name.get("avatarUrl"), "joinedAt": body["joinedAt"],
                                    "silencedUntil": silenced.get(user_id)}

    def heard_mark(self, chat, body, read):
        if body["version"] > chat["version"]:
            chat["early"].append((body, read))
        self.move(chat, body, read)

    def move(self, chat, body, read):
        if body["version"] >= chat["removed"].get(body["userId"], 0):
            self.mark(chat, body["userId"], read, body["seq"])

    def mark(self, chat, user_id, read, delivered):
        item = chat["item"]
        known_read, known_delivered = chat["marks"].get(user_id, (0, 0))
        read = max(read, known_read)
        delivered = max(read, delivered, known_delivered)
        chat["marks"][user_id] = (read, delivered)
        if user_id == self.me:
            item["readSeq"] = max(item["readSeq"], read)
        elif item["otherUser"] and item["otherUser"]["id"] == user_id:
            item["otherReadSeq"] = max(item["otherReadSeq"], read)
            item["otherDeliveredSeq"] = max(item["otherDeliveredSeq"], delivered)

    def user(self, user):
        for chat in self.chats.values():
            other = chat["item"]["otherUser"]
            for one in (other if other and other["id"] == user["id"] else None, (chat["members"] or {}).get(user["id"])):
                if one:
                    one.update(name=user["name"], avatarUrl=user["avatarUrl"])
            if other and other["id"] == user["id"]:
                other["deactivated"] = user["deactivated"]

    @staticmethod
    def rights(item):
        """What one may do in a chat, by its rules and one's own place. In a direct chat the server says it, and blocks do."""
        group, other, ranks = item["type"] == "group", item["otherUser"], item["role"] != "member"
        react = not (item["silencedUntil"] or "") > datetime.now(timezone.utc).isoformat() if group else item["canReact"]
        return {"canReact": react, "canAddMembers": group and (item["addMembers"] == "members" or ranks),
                "canSend": react and not (other and other["deactivated"]) and (item["sending"] == "all" or ranks)}

    # ---- unread ----

    def is_unread(self, message):
        of_server = message["type"] == "system" and "event" in (message["metadata"] or {})
        return message["senderId"] != self.me and message["deletedAt"] is None and not of_server

    def mentions_me(self, message):
        mentions = (message["metadata"] or {}).get("mentions", [])
        return mentions == "all" or self.me in [int(one) for one in mentions]

    def count(self, chat):
        """Where everything after unreadSeq is here, it is counted: the server's number is of another moment."""
        item = chat["item"]
        after = [one for seq, one in chat["messages"].items() if seq > item["unreadSeq"]]
        hidden = [one for one in chat["hidden"].values() if one and one[0] > item["unreadSeq"]]
        if len(after) + len(hidden) == item["lastSeq"] - item["unreadSeq"]:
            unread = [one for one in after if self.is_unread(one)]
            item["unread"] = len(unread) + sum(one[1] for one in hidden)
            item["unreadMentions"] = sum(map(self.mentions_me, unread)) + sum(one[1] and one[2] for one in hidden)

    def believe(self, chat):
        """A sync leaves out what is hidden, even when it was deleted for everyone: then fewer are unread than are counted."""
        item, said = chat["item"], dict(chat["item"])
        self.count(chat)
        missed = item["unread"] - said["unread"]
        item.update(unread=said["unread"], unreadMentions=said["unreadMentions"])
        for message_id, one in chat["hidden"].items():
            if missed > 0 and one and one[1] and one[0] > item["unreadSeq"]:
                chat["hidden"][message_id] = (one[0], False, False)
                missed -= 1

    def totals(self):
        now = datetime.now(timezone.utc).isoformat()
        totals = {"total": 0, "mentions": 0, "totalUnmuted": 0, "badge": 0}
        for item in (chat["item"] for chat in self.chats.values()):
            totals["total"] += item["unread"]
            totals["mentions"] += item["unreadMentions"]
            if not item["archivedAt"]:
                muted = (item["mutedUntil"] or "") > now
                totals["totalUnmuted"] += 0 if muted else item["unread"]
                totals["badge"] += item["unreadMentions" if muted else "unread"]
        return totals

    # ---- what was asked for ----

    @staticmethod
    def chat_of(item, version):
        return {"item": dict(item), "version": version, "from": None, "to": None, "messages": {}, "hidden": {}, "marks": {},
                "removed": {}, "early": [], "members": None, "cleared": 0, "ahead": {}, "paging": False, "tail": {}, "heard": None}

    def sync(self, data):
        self.missing = False
        for one in data["chats"]:
            self.caught_up(one)
        for chat_id in data["gone"]:
            self.chats.pop(chat_id, None)
        for one in data["hidden"]:
            if one["chatId"] in self.chats:
                self.hide(self.chats[one["chatId"]], one["messageId"])
        for one in data["watermarks"]:
            if one["chatId"] in self.chats:
                chat = self.chats[one["chatId"]]
                if chat["item"]["type"] == "group":
                    chat["marks"].pop(one["userId"], None)  # who joined again begins anew
                self.mark(chat, one["userId"], one["readSeq"], one["deliveredSeq"])
                if "unread" in one:
                    chat["item"].update({name: one[name] for name in ("unread", "unreadMentions", "unreadSeq")})
        for one in data["memberships"]:
            if one["chatId"] in self.chats:
                names = ("mutedUntil", "archivedAt", "pinnedAt", "notify")
                self.chats[one["chatId"]]["item"].update({name: one[name] for name in names})
        for one in data["users"]:
            self.user(one)
        self.since = data["at"]

    def caught_up(self, answer):
        item, version = answer["chat"], answer["upTo"]
        chat = self.chats.setdefault(item["id"], self.chat_of(item, 0))
        if answer["reset"]:
            chat.update({**self.chat_of(item, version), "hidden": chat["hidden"], "ahead": chat["ahead"]})
            if answer["messages"] or item["lastSeq"] == 0:
                chat["from"] = min((one["seq"] for one in answer["messages"]), default=1)
                chat["to"] = item["lastSeq"]
            for message in answer["messages"]:
                self.put(chat, message, True)
        elif version < chat["version"]:
            return
        for message in [] if answer["reset"] else answer["messages"]:
            if chat["to"] is not None and message["seq"] > chat["to"]:
                chat["tail"][message["seq"]] = message  # pages come by version: a later one is newer
            else:
                self.put(chat, message)
        chat["paging"], chat["version"] = answer["more"], version
        if not answer["more"]:
            for _, message in sorted(chat["tail"].items()):
                self.put(chat, message, True)
            chat["tail"] = {}
            chat["to"] = None if chat["to"] is None else item["lastSeq"]
        if item["membersVersion"] != chat["item"]["membersVersion"]:
            chat["members"] = None
        chat["item"] = dict(item)
        if not answer["more"]:
            self.believe(chat)
        chat["ahead"] = {nr: one for nr, one in chat["ahead"].items() if nr > version}
        if item["otherUser"]:
            self.mark(chat, item["otherUser"]["id"], item["otherReadSeq"], item["otherDeliveredSeq"])
        self.drain(chat)

    def page(self, data):
        chat, messages = self.chats[data["chatId"]], data["messages"]
        first = messages[0]["seq"] if data["moreBefore"] and messages else 1
        if chat["to"] is None:
            chat["to"] = messages[-1]["seq"] if data["moreAfter"] and messages else data["lastSeq"]
        chat["from"] = min(first, chat["from"] or first)
        for message in messages:
            self.put(chat, message, True)
        for event, body in chat["heard"] or []:
            if body["version"] > data["version"]:
                self.content(chat, event, body)
        chat["heard"] = None

    # ---- the printed store ----

    def printed(self):
        shown = [chat for chat in self.chats.values() if not 0 < chat["item"]["lastSeq"] <= chat["cleared"]]
        order = sorted(shown, key=lambda chat: (chat["item"]["lastActivityAt"], chat["item"]["id"]), reverse=True)
        order.sort(key=lambda chat: chat["item"]["pinnedAt"] is None)
        return {"userId": self.me, "unread": self.totals(),
                "inbox": [chat["item"]["id"] for chat in order if not chat["item"]["archivedAt"]],
                "chats": [self.print_chat(chat) for chat in sorted(shown, key=lambda chat: chat["item"]["id"])]}

    def print_chat(self, chat):
        names = ("id title avatarUrl metadata memberCount membersVersion lastSeq lastActivityAt unread unreadMentions unreadSeq "
                 "readSeq role mutedUntil archivedAt pinnedAt otherReadSeq otherDeliveredSeq externalId visibility sending "
                 "slowModeSeconds addMembers firstSeq retentionDays notify silencedUntil blockedByMe").split()
        printed = {name: chat["item"][name] for name in names}
        printed.update(self.rights(chat["item"]))
        other = chat["item"]["otherUser"]
        printed.update(version=chat["version"], ranges=[],
                       otherUser=other and {name: other[name] for name in ("id", "name", "avatarUrl")})
        if chat["members"] is not None or other is None:
            members = sorted((chat["members"] or {}).values(), key=lambda one: one["userId"])
            kept = ("userId", "role", "name", "avatarUrl", "joinedAt", "silencedUntil")
            printed["members"] = None if chat["members"] is None else [{name: one[name] for name in kept} for one in members]
        if chat["to"] is None:
            return printed
        messages = [one for _, one in sorted(chat["messages"].items())]
        printed["lastMessageId"] = messages[-1]["id"] if messages else None
        read = max((read for user_id, (read, _) in chat["marks"].items() if user_id != self.me), default=0)
        printed["ranges"] = [{"from": chat["from"], "to": chat["to"], "messages": [
            {**one, "seen": one["senderId"] == self.me and (one["seen"] or one["seq"] <= read)} for one in messages]}]
        return printed


ANSWERS = {"sendMessage": "newMessage", "editMessage": "messageEdited", "addReaction": "reactionsChanged",
           "removeReaction": "reactionsChanged", "updateChat": "chatUpdated", "deleteChat": "chatDeleted",
           "clearChat": "chatCleared", "addMembers": "membersAdded", "removeMember": "memberRemoved",
           "leaveChat": "memberRemoved", "setRole": "memberUpdated", "updateMembership": "membershipUpdated",
           "markAsSeen": "messageSeen", "markAsUnread": "unreadCount", "blockUser": "blockChanged", "unblockUser": "blockChanged",
           "createChat": "newChat", "createGroup": "newChat"}

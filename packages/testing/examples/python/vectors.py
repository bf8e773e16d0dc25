"""Plays the vectors of the conformance kit: python3 vectors.py FOLDER. Ends with 1 if the store differs."""
import json
import pathlib
import sys

from chat_store import Store


def agrees(shown, expected):
    """Lists have the same length and order, objects at least these fields."""
    if isinstance(expected, dict):
        return isinstance(shown, dict) and all(name in shown and agrees(shown[name], one) for name, one in expected.items())
    if isinstance(expected, list):
        return isinstance(shown, list) and len(shown) == len(expected) and all(map(agrees, shown, expected))
    return shown == expected


failed = played = 0
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    for vector in json.loads(file.read_text()):
        store, asked = Store(vector["me"]), {}
        for step in vector["steps"]:
            if "event" in step:
                store.hear(step["event"], step["body"])
                continue
            if "ask" in step:
                store.asked(step["ask"], step["input"])
                asked[step.get("id")] = step["ask"], step["input"]
            if "answer" in step:
                store.answered(*asked[step.get("to")], step["answer"])
        played += 1
        right = agrees(store.printed(), vector["expect"]) and vector.get("wantsSync") in (None, store.wants_sync)
        if not right:
            failed += 1
            print(f"{file.name}: {vector['name']}: {vector['rule']}")
            print("  ", json.dumps({"wantsSync": store.wants_sync, **store.printed()})[:2000])
print(f"{played} vectors, {failed} failed")
sys.exit(1 if failed else 0)

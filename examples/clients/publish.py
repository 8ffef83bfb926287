# SIGNALBOX_API_KEY=... python3 publish.py http://127.0.0.1:8080
import json
import os
import sys
import urllib.request

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"

request = urllib.request.Request(
    f"{URL}/api/publish",
    data=json.dumps({"channel": "demo/lobby", "payload": {"text": "hello from Python"}}).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['SIGNALBOX_API_KEY']}",
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request, timeout=5) as response:
    print(json.load(response)["id"])

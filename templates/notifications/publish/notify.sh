#!/bin/sh
# Tells a user something: SIGNALBOX_API_KEY=... sh publish/notify.sh 5 'your order is on its way'
# Without the variable the key is the one that the server made for this folder.
set -eu
url=${SIGNALBOX_URL:-http://127.0.0.1:8080}
key=${SIGNALBOX_API_KEY:-$(node -p 'require("./.signalbox/secrets.json").apiKey')}
body=$(node -p 'JSON.stringify({channel: `notifications/${process.argv[1]}`, payload: {title: process.argv[2]}})' "$1" "$2")
curl -sS --fail-with-body "$url/api/publish" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d "$body"

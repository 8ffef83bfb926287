<?php

declare(strict_types=1);

// Tells a user something: SIGNALBOX_API_KEY=... php publish/notify.php 5 'your order is on its way'
// Without the variable the key is the one that the server made for this folder.

$url = getenv('SIGNALBOX_URL') ?: 'http://127.0.0.1:8080';
$key = getenv('SIGNALBOX_API_KEY') ?: json_decode((string) @file_get_contents('.signalbox/secrets.json'), true)['apiKey'] ?? '';
[, $user, $title] = $argv + [1 => '5', 2 => 'hello'];

$answer = file_get_contents("$url/api/publish", false, stream_context_create(['http' => [
    'method' => 'POST',
    'header' => ['Content-Type: application/json', "Authorization: Bearer $key", 'Connection: close'],
    'content' => json_encode([
        'channel' => "notifications/$user",
        'payload' => ['title' => $title],
        'idempotency_key' => bin2hex(random_bytes(16)), // the same key publishes once
    ], JSON_THROW_ON_ERROR),
    'timeout' => 5,
    'ignore_errors' => true, // a refusal has a body that says why
]]));

echo $answer === false ? "no answer from $url\n" : $answer;
exit(isset(json_decode((string) $answer, true)['channel']) ? 0 : 1);

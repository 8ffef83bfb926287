<?php
// SIGNALBOX_API_KEY=... php publish.php http://127.0.0.1:8080
$url = $argv[1] ?? 'http://127.0.0.1:8080';

$answer = file_get_contents("$url/api/publish", false, stream_context_create(['http' => [
    'method' => 'POST',
    'header' => ['Content-Type: application/json', 'Authorization: Bearer ' . getenv('SIGNALBOX_API_KEY')],
    'content' => json_encode(['channel' => 'demo/lobby', 'payload' => ['text' => 'hello from PHP']]),
    'timeout' => 5,
    'ignore_errors' => true, // a refusal has a body that says why
]]));
$error = $answer === false ? ['code' => 'no answer', 'message' => $url] : json_decode($answer, true)['error'] ?? null;
if ($error !== null) {
    fwrite(STDERR, "{$error['code']}: {$error['message']}\n");
    exit(1);
}

<?php

declare(strict_types=1);

/**
 * Publishes one message to signalbox. Needs PHP 8.0 and nothing else: copy the function into your application.
 *
 *     SIGNALBOX_API_KEY=... php publish.php oro/email_event/5/7 '{"hasNewEmail": true}'
 */

/**
 * @param mixed       $payload        anything that json_encode takes
 * @param string|null $idempotencyKey the same key publishes once, so that a publish may be repeated after an error
 *
 * @return array{channel: string, id: ?string, offset: ?int, epoch: ?string, duplicate: bool}
 *
 * @throws RuntimeException when the server refuses or does not answer
 */
function signalbox_publish(string $url, string $key, string $channel, mixed $payload, ?string $idempotencyKey = null): array
{
    $message = [
        'channel' => $channel,
        'payload' => $payload,
        'idempotency_key' => $idempotencyKey ?? bin2hex(random_bytes(16)),
    ];
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => ['Content-Type: application/json', "Authorization: Bearer $key", 'Connection: close'],
        'content' => json_encode($message, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION),
        'timeout' => 5,
        'ignore_errors' => true, // a refusal has a body that says why
    ]]);

    $body = @file_get_contents(rtrim($url, '/') . '/api/publish', false, $context);
    if ($body === false) {
        throw new RuntimeException("no answer from $url: " . (error_get_last()['message'] ?? 'unknown error'));
    }

    $answer = json_decode($body, true);
    if (isset($answer['error'])) {
        $error = $answer['error'];
        throw new RuntimeException(sprintf('%s: %s (%s)', $error['code'], $error['message'], $error['hint'] ?? ''));
    }
    if (!isset($answer['channel'])) {
        throw new RuntimeException("$url is not a signalbox server: " . substr($body, 0, 100));
    }

    return $answer;
}

if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME'] ?? '') === __FILE__) {
    if ($argc !== 3) {
        fwrite(STDERR, "usage: php publish.php CHANNEL JSON\n");
        exit(2);
    }
    try {
        $published = signalbox_publish(
            getenv('SIGNALBOX_URL') ?: 'http://127.0.0.1:8080',
            getenv('SIGNALBOX_API_KEY') ?: '',
            $argv[1],
            json_decode($argv[2], false, 512, JSON_THROW_ON_ERROR),
        );
        echo json_encode($published, JSON_UNESCAPED_SLASHES), "\n";
    } catch (RuntimeException | JsonException $error) {
        fwrite(STDERR, $error->getMessage() . "\n");
        exit(1);
    }
}

<?php

/*
 * Publishes on a channel of a cluster of nodes by writing into their Redis.
 *
 *     php publish.php CHANNEL JSON                   on a route without a history
 *     php publish.php CHANNEL JSON SIZE SECONDS      on a route with `history: { size: SIZE, ttl: SECONDS }`
 *
 * REDIS_HOST, REDIS_PORT and REDIS_PREFIX say where. No access rule and no handler is asked: docs/redis.md.
 */

declare(strict_types=1);

/** One command of the protocol of Redis, and its answer. */
function redis($socket, string|int ...$words): mixed
{
    $command = '*' . count($words) . "\r\n";
    foreach ($words as $word) {
        $command .= '$' . strlen((string) $word) . "\r\n" . $word . "\r\n";
    }
    if (fwrite($socket, $command) !== strlen($command)) {
        throw new RuntimeException('Redis takes nothing');
    }
    return answer($socket);
}

function answer($socket): mixed
{
    $line = fgets($socket);
    if ($line === false) {
        throw new RuntimeException('Redis does not answer');
    }
    $rest = substr($line, 1, -2);
    return match ($line[0]) {
        '+' => $rest,
        ':' => (int) $rest,
        '$' => $rest === '-1' ? null : substr((string) stream_get_contents($socket, (int) $rest + 2), 0, -2),
        '*' => array_map(fn () => answer($socket), array_fill(0, max(0, (int) $rest), null)),
        default => throw new RuntimeException("Redis says: $rest"),
    };
}

/** Version 1 of the format: a head of JSON in one line, and the payload as it is. */
function frame(string $id, string $json): string
{
    $head = json_encode(['id' => $id, 'time' => (int) (microtime(true) * 1000)], JSON_THROW_ON_ERROR);
    return "1$head\n$json";
}

[, $channel, $json] = $argv + [null, null, null];
if ($channel === null || $json === null) {
    fwrite(STDERR, "usage: php publish.php CHANNEL JSON [SIZE SECONDS]\n");
    exit(2);
}
json_decode($json, flags: JSON_THROW_ON_ERROR);

$host = getenv('REDIS_HOST') ?: '127.0.0.1';
$port = getenv('REDIS_PORT') ?: '6379';
$prefix = getenv('REDIS_PREFIX') ?: 'sb';
$socket = stream_socket_client("tcp://$host:$port", $code, $message, 5) ?: throw new RuntimeException($message);
stream_set_timeout($socket, 5);

$id = (string) random_int(1, 2 ** 53);
$frame = frame($id, $json);
$size = (int) ($argv[3] ?? 0);

if ($size === 0) {
    redis($socket, 'PUBLISH', "$prefix:c:$channel", "- $frame");
    echo "published $id\n";
    exit;
}

$ttl = (int) ($argv[4] ?? 0) * 1000;
$history = "$prefix:h:$channel";
$keys = [$history, "$prefix:r:$channel", $history, "$prefix:hx", "$prefix:rx"];
$keptFor = max($ttl, 30 * 86_400_000);
$random = fn (int $octets): string => bin2hex(random_bytes($octets));
[$verdict, $place] = redis($socket, 'EVAL', file_get_contents(__DIR__ . '/publish.lua'), count($keys), ...$keys, ...[
    'PUBLISH', "$prefix:c:$channel", '',
    $frame, $id,
    $size, $ttl, $keptFor,
    $random(4), $random(6), $random(6),
    0, '',       // no idempotency key, no version
    '', $channel, // not retained
    100_000, 10_000,
]);
echo "$verdict $id $place\n";

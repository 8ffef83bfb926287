<?php

declare(strict_types=1);

/**
 * Makes a ticket that signalbox accepts as `?ticket=`. Needs PHP 8.0 and nothing else.
 *
 *     SIGNALBOX_SECRET=... php ticket.php USER [ORGANISATION...]
 *
 * @param string[] $organizations
 * @param string[] $roles         any but `backend`
 */
function signalbox_ticket(string $secret, string $user, array $organizations = [], array $roles = [], int $seconds = 300): string
{
    $now = time();
    $payload = json_encode([
        'sub' => $user,
        'org' => array_map('strval', array_values($organizations)),
        'roles' => array_values($roles),
        'iat' => $now,
        'exp' => $now + $seconds,
        'jti' => bin2hex(random_bytes(16)),
    ], JSON_THROW_ON_ERROR);
    $signed = 'v1.' . signalbox_base64url($payload);

    return $signed . '.' . signalbox_base64url(hash_hmac('sha256', $signed, $secret, true));
}

function signalbox_base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME'] ?? '') === __FILE__) {
    if ($argc < 2 || getenv('SIGNALBOX_SECRET') === false) {
        fwrite(STDERR, "usage: SIGNALBOX_SECRET=... php ticket.php USER [ORGANISATION...]\n");
        exit(2);
    }
    echo signalbox_ticket(getenv('SIGNALBOX_SECRET'), $argv[1], array_slice($argv, 2)), "\n";
}

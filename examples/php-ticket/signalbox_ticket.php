<?php

/** A ticket for one connection. `$more` may have `ch`, `until` and another `exp`. */
function signalbox_ticket(string $secret, string $user, array $organizations = [], array $roles = [], array $more = []): string
{
    $base64url = fn (string $bytes): string => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    $signed = 'v1.' . $base64url(json_encode($more + [
        'sub' => $user, 'org' => array_map('strval', array_values($organizations)), 'roles' => array_values($roles),
        'iat' => time(), 'exp' => time() + 300, 'jti' => bin2hex(random_bytes(16)),
    ], JSON_THROW_ON_ERROR));

    return $signed . '.' . $base64url(hash_hmac('sha256', $signed, $secret, true));
}

<?php

declare(strict_types=1);

/*
 * Makes a ticket as OroSyncBundle's TicketProvider does, with the digest of Symfony's MessageDigestPasswordHasher.
 *
 *     php oro-ticket.php SECRET USERNAME PASSWORD_HASH [SECONDS_FROM_NOW]
 *
 * Without a user name the ticket is an anonymous one.
 */
function message_digest(string $plain, string $salt): string
{
    $salted = $salt === '' ? $plain : $plain . '{' . $salt . '}';
    $digest = hash('sha512', $salted, true);
    for ($i = 1; $i < 5000; ++$i) {
        $digest = hash('sha512', $digest . $salted, true);
    }

    return base64_encode($digest);
}

function generate_ticket(string $secret, string $userName, string $password, int $time): string
{
    $created = date('c', $time);
    $nonce = substr(md5(uniqid(gethostname() . '_', true)), 0, 16);
    if ($userName === '') {
        $password = $secret;
    }
    $digest = message_digest(sprintf('%s|%s|%s', $nonce, $created, $password), $secret);

    return base64_encode(sprintf('%s;%s;%s;%s', $digest, $userName, $nonce, $created));
}

[, $secret, $userName, $password] = $argv;
echo generate_ticket($secret, $userName, $password, time() + (int) ($argv[4] ?? 0));

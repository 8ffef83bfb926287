<?php

declare(strict_types=1);

require __DIR__ . '/signalbox_ticket.php';

// Prints a ticket that signalbox accepts once, as `?ticket=`. Needs PHP 8.0 and nothing else.
if ($argc < 2 || getenv('SIGNALBOX_SECRET') === false) {
    fwrite(STDERR, "usage: SIGNALBOX_SECRET=... php ticket.php USER [ORGANISATION...]\n");
    exit(2);
}
echo signalbox_ticket(getenv('SIGNALBOX_SECRET'), $argv[1], array_slice($argv, 2)), "\n";

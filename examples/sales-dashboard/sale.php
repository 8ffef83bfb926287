<?php

declare(strict_types=1);

/**
 * Tells of a sale, with the extension of PHP (apt-get install php-stomp): the pages, and the queue of who packs it.
 *
 *     php sale.php tcp://127.0.0.1:61613 12.50 3
 */
[, $broker, $total, $items] = $argv;
$sale = date('D') . " Total: \$$total Items: $items";

try {
    $stomp = new Stomp($broker, 'shop', 'secret-of-the-shop');
    foreach (['/topic/sales', '/queue/sales'] as $destination) {
        // with a receipt it is known to have arrived
        $stomp->send($destination, $sale, ['receipt' => $destination]) || throw new StompException((string) $stomp->error());
    }
} catch (StompException $e) {
    fwrite(STDERR, "not published: {$e->getMessage()}\n"); // the order goes on
    exit(1);
}

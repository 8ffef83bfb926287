<?php
// What an order does after the checkout. It tells the dashboard, and waits no longer than 50 ms for anybody who is down.
[, $broker, $queue, $text] = $argv;

ini_set('stomp.default_connection_timeout_sec', '0');
ini_set('stomp.default_connection_timeout_usec', '50000');
ini_set('stomp.default_read_timeout_sec', '0');
ini_set('stomp.default_read_timeout_usec', '50000');

try {
    $stomp = new Stomp($broker);
    $told = $stomp->send($queue, $text);
    unset($stomp);
} catch (StompException $e) {
    $told = false;
}
echo 'order placed, ', $told ? 'dashboard told' : 'dashboard not told', "\n";

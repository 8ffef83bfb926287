<?php
// Sends before it subscribes, as the introductions to the extension do: the queue has to hold the message.
[, $broker, $queue, $text] = $argv;

try {
    $stomp = new Stomp($broker);
} catch (StompException $e) {
    fwrite(STDERR, "no connection: {$e->getMessage()}\n");
    exit(1);
}
$stomp->send($queue, $text);
$stomp->subscribe($queue);
$frame = $stomp->readFrame();
if ($frame === false || $frame->body !== $text) {
    fwrite(STDERR, 'read ' . var_export($frame, true) . "\n");
    exit(1);
}
echo "{$frame->command} {$frame->headers['destination']} {$frame->body}\n";
if (!$stomp->ack($frame)) {
    fwrite(STDERR, 'ack: ' . $stomp->error() . "\n");
    exit(1);
}
unset($stomp);

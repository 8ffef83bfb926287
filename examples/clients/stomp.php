<?php
// apt-get install php-cli php-stomp; php stomp.php tcp://127.0.0.1:61613
$broker = $argv[1] ?? 'tcp://127.0.0.1:61613';
$stomp = new Stomp($broker); // name and secret of a login, or of a key, are the next two arguments
$stomp->setReadTimeout(1);

$stomp->subscribe('/topic/demo.lobby');
$stomp->send('/topic/demo.lobby', json_encode(['text' => 'hello from php-stomp']), [
    'content-type' => 'application/json',
]);

while (true) {
    $frame = $stomp->readFrame();
    if ($frame === false) {
        continue; // nothing came within the timeout
    }
    if ($frame->command === 'ERROR') {
        exit($frame->headers['message'] . "\n");
    }
    $stomp->ack($frame);
    echo 'heard ', json_decode($frame->body)->text, "\n";
}

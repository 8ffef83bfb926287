<?php

declare(strict_types=1);

/**
 * Tells of a sale in the octets of Zend_Queue_Adapter_Activemq of Zend Framework 1, for those who have neither that nor an
 * extension: values are padded, frames end with NUL and LF, CONNECT has a length.
 *
 *     php zend-sale.php tcp://127.0.0.1:61613 /topic/sales 12.50 3
 */
[, $broker, $destination, $total, $items] = $argv;
$sale = date('D') . " Total: \$$total Items: $items";

function frame(string $command, array $headers, string $body = ''): string
{
    $frame = "$command\n";
    foreach ($headers + ['content-length' => strlen($body)] as $name => $value) {
        $frame .= "$name: $value\n";
    }

    return "$frame\n$body\0\n";
}

$socket = stream_socket_client($broker, $code, $error, 2) or exit("no connection: $error\n");
stream_set_timeout($socket, 2);
fwrite($socket, frame('CONNECT', ['login' => 'shop', 'passcode' => 'secret-of-the-shop']));
$answer = stream_get_line($socket, 65536, "\0\n");
str_starts_with((string) $answer, 'CONNECTED') or exit("not connected: $answer\n");
fwrite($socket, frame('SEND', ['destination' => $destination], $sale));
fwrite($socket, frame('DISCONNECT', []));
while (!feof($socket) && fread($socket, 1024) !== false) {
    // until the server has taken everything and hangs up
}

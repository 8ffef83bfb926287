<?php
// SIGNALBOX_API_KEY=... php publish.php http://127.0.0.1:8080
require __DIR__ . '/../php-publish/publish.php'; // one function, no library

signalbox_publish($argv[1] ?? 'http://127.0.0.1:8080', getenv('SIGNALBOX_API_KEY'), 'demo/lobby', [
    'text' => 'hello from PHP',
]);

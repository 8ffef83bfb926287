/** A small application with GosWebSocketBundle 3. */
export const GOS_APPLICATION: Readonly<Record<string, string>> = {
  'config/packages/gos_web_socket.yaml': `gos_web_socket:
    server:
        host: '%websocket_host%'
        port: 1337
        origin_check: true
        keepalive_ping: true
        keepalive_interval: 40
        router:
            resources:
                - { resource: '%kernel.project_dir%/config/pubsub/routing.yaml', type: yaml }
                - '@AcmeChatBundle/Resources/config/pubsub/chat.yml'
                - { resource: '%kernel.project_dir%/config/pubsub/more.php', type: php }
    origins: [www.example.com, example.com]
    blocked_ip_addresses: ['192.0.2.7']
    client:
        session_handler: '@session.handler.pdo'
        firewall: main
    pushers:
        wamp: true
    surprise: 1
`,
  'config/services.yaml': `parameters:
    websocket_host: 127.0.0.1

services:
    _defaults: { autowire: true, autoconfigure: true }

    App\\Topic\\LobbyTopic:
        tags: ['gos_web_socket.topic']

    app.math:
        class: App\\RPC\\MathRpc
        tags: [{ name: gos_web_socket.rpc }]
`,
  'config/pubsub/routing.yaml': `lobby:
    channel: lobby/{room}
    handler:
        callback: 'lobby.topic'
    requirements:
        room: { pattern: '[a-z]+' }
math:
    channel: math/{method}
    handler: 'math.rpc'
ghost:
    channel: ghost
    handler: { callback: 'nobody.here' }
`,
  'src/AcmeChatBundle/Resources/config/pubsub/chat.yml': `chat:
    pattern: chat/{room}
    callback: 'chat.topic'
    requirements: { room: "\\d+" }
`,
  'src/AcmeChatBundle/Resources/config/services.xml': `<?xml version="1.0" ?>
<container xmlns="http://symfony.com/schema/dic/services">
  <services>
    <service id="acme.tick" class="App\\Periodic\\Tick"><tag name="gos_web_socket.periodic"/></service>
  </services>
</container>
`,
  'src/Topic/LobbyTopic.php': `<?php

namespace App\\Topic;

use Gos\\Bundle\\WebSocketBundle\\Topic\\TopicInterface;
use Gos\\Bundle\\WebSocketBundle\\Topic\\SecuredTopicInterface;

/** class Fake { */
final class LobbyTopic implements TopicInterface, SecuredTopicInterface
{
    public function onSubscribe(ConnectionInterface $connection, Topic $topic, WampRequest $request): void
    {
        // "} a brace in a comment
        $topic->broadcast(['msg' => $connection->resourceId . ' } joined']);
    }

    public function onUnSubscribe(ConnectionInterface $connection, Topic $topic, WampRequest $request): void
    {
    }

    public function onPublish(ConnectionInterface $connection, Topic $topic, WampRequest $request, $event, array $exclude, array $eligible): void
    {
        $topic->broadcast($event, $exclude, $eligible);
    }

    public function secure(?ConnectionInterface $conn, Topic $topic, WampRequest $request): void
    {
        if (!$this->allowed($conn)) { throw new FirewallRejectionException(); }
    }

    private function allowed($conn): bool
    {
        return true;
    }

    public function getName(): string
    {
        return 'lobby.topic';
    }
}
`,
  'src/AcmeChatBundle/Topic/ChatTopic.php': `<?php
namespace AcmeChatBundle\\Topic;
use Gos\\Bundle\\WebSocketBundle\\Topic\\TopicInterface;
class ChatTopic implements TopicInterface
{
    public function onSubscribe($connection, $topic, $request) {}
    public function onUnSubscribe($connection, $topic, $request) {}
    public function onPublish($connection, $topic, $request, $event, array $exclude, array $eligible) { $topic->broadcast($event); }
    public function getName() { return 'chat.topic'; }
}
`,
  'src/RPC/MathRpc.php': `<?php
namespace App\\RPC;
class MathRpc implements \\Gos\\Bundle\\WebSocketBundle\\RPC\\RpcInterface
{
    public function sumAll(ConnectionInterface $connection, WampRequest $request, $params) { return ['result' => array_sum($params)]; }
    private function secret() { return 1; }
    public function getName(): string { return 'math.rpc'; }
}
`,
  'src/Periodic/Tick.php': `<?php
namespace App\\Periodic;
class Tick implements PeriodicInterface
{
    public function tick() { echo "*/ tick"; }
    public function getInterval(): int { return 5; }
    public function getName(): string { return 'acme.tick'; }
}
`,
};

/** A small application with OroPlatform 6. */
export const ORO_APPLICATION: Readonly<Record<string, string>> = {
  '.env-app': `ORO_SECRET=secret-of-the-application
ORO_WEBSOCKET_SERVER_DSN=//0.0.0.0:8081
ORO_WEBSOCKET_FRONTEND_DSN=//*:443/live
ORO_WEBSOCKET_BACKEND_DSN=tcp://127.0.0.1:8081
`,
  'config/config.yml': 'oro_sync: ~\n',
  'vendor/oro/platform/src/Oro/Bundle/SyncBundle/Resources/config/oro/websocket_routing.yml': `oro_sync.ping:
    channel: 'oro/ping'
    handler:
        callback: 'oro_sync.ping'
oro_sync.maintenance:
    channel: 'oro/maintenance'
    handler:
        callback: 'oro_sync.maintenance'
`,
  'vendor/oro/platform/src/Oro/Bundle/SyncBundle/Resources/config/services.yml': `parameters:
    oro_sync.topic.broadcast.class: Oro\\Bundle\\SyncBundle\\Topic\\BroadcastTopic
services:
    oro_sync.topic.websocket_ping:
        class: Oro\\Bundle\\SyncBundle\\Topic\\WebsocketPingTopic
        arguments: ['oro_sync.ping', '%oro_sync.websocket_ping.interval%']
        tags:
            - { name: gos_web_socket.topic }
    oro_sync.topic.maintenance:
        class: '%oro_sync.topic.broadcast.class%'
        arguments:
            - 'oro_sync.maintenance'
        tags:
            - { name: gos_web_socket.topic }
`,
  'src/Acme/Bundle/OrderBundle/Resources/config/oro/websocket_routing.yml': `acme_order.changed:
    channel: 'acme/order/{user_id}'
    handler:
        callback: 'acme_order.changed'
    requirements:
        user_id:
            pattern: '\\d+'
acme_order.stock:
    channel: 'acme/stock/{user_id}'
    handler:
        callback: 'acme_order.stock'
    requirements:
        user_id:
            pattern: '\\d+'
`,
  'src/Acme/Bundle/OrderBundle/Resources/config/services.yml': `services:
    acme_order.topic.changed:
        class: Oro\\Bundle\\SyncBundle\\Topic\\SecuredTopic
        arguments:
            - 'acme_order.changed'
            - '@oro_sync.client_manipulator'
        tags: [gos_web_socket.topic]
    acme_order.topic.stock:
        class: Acme\\Bundle\\OrderBundle\\Topic\\StockTopic
        arguments: ['acme_order.stock', '@oro_sync.client_manipulator']
        tags:
            - { name: gos_web_socket.topic }
`,
  'src/Acme/Bundle/OrderBundle/Topic/StockTopic.php': `<?php

namespace Acme\\Bundle\\OrderBundle\\Topic;

use Oro\\Bundle\\SyncBundle\\Topic\\SecuredTopic;

class StockTopic extends SecuredTopic
{
    public function onPublish(ConnectionInterface $connection, Topic $topic, WampRequest $request, $event, array $exclude, array $eligible): void
    {
        $topic->broadcast(['stock' => $event], $exclude, $eligible);
    }
}
`,
};

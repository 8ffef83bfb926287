const SYNC = 'vendor/oro/platform/src/Oro/Bundle/SyncBundle/Resources/config';
const SHOP = 'src/Acme/Bundle/ShopBundle';

/**
 * A shop on OroCommerce, as one finds them: bundles of Oro, an own bundle with services in XML, and settings that differ by
 * environment. Only what concerns the WebSocket server is there.
 */
export const ORO_COMMERCE: Readonly<Record<string, string>> = {
  '.env-app': `ORO_ENV=prod
ORO_SECRET=shop-secret
ORO_DB_DSN=postgres://oro:secret@127.0.0.1:5432/oro
ORO_WEBSOCKET_SERVER_DSN=//0.0.0.0:8080
ORO_WEBSOCKET_FRONTEND_DSN=//*:443/ws
ORO_WEBSOCKET_BACKEND_DSN=tcp://127.0.0.1:8080
`,
  'config/config.yml': `imports:
    - { resource: 'parameters.yml' }
    - { resource: 'legacy/acme_live.php' }
    - { resource: '../ops/live.yml' }
    - { resource: 'security.yml', ignore_errors: true }
oro_sync: ~
`,
  'config/parameters.yml': `parameters:
    acme_shop.topic.base: Oro\\Bundle\\SyncBundle\\Topic\\SecuredTopic
    oro_sync.websocket_ping.interval: 30
`,
  'config/config_dev.yml': `oro_sync:
    anything: true
`,
  'config/packages/gos_web_socket.yaml': `gos_web_socket:
    server:
        keepalive_ping: true
        keepalive_interval: 20
when@dev:
    gos_web_socket:
        origins: [dev.example.com]
when@prod:
    gos_web_socket:
        origins: [shop.example.com]
`,
  'config/legacy/acme_live.php': `<?php
use Symfony\\Component\\DependencyInjection\\ContainerBuilder;
/** @var ContainerBuilder $container */
$container->loadFromExtension('gos_web_socket', ['client' => ['firewall' => 'main']]);
`,
  'ops/live.yml': `services:
    acme_shop.topic.stock:
        class: Oro\\Bundle\\SyncBundle\\Topic\\BroadcastTopic
        arguments: ['acme_shop.stock']
        tags: [{ name: gos_web_socket.topic }]
`,
  [`${SYNC}/oro/websocket_routing.yml`]: `oro_sync.ping:
    channel: 'oro/ping'
    handler:
        callback: 'oro_sync.ping'
oro_sync.data_update:
    channel: 'oro/data/update'
    handler:
        callback: 'oro_sync.data_update'
`,
  [`${SYNC}/services.yml`]: `parameters:
    oro_sync.websocket_ping.interval: 50
services:
    oro_sync.topic.websocket_ping:
        class: Oro\\Bundle\\SyncBundle\\Topic\\WebsocketPingTopic
        arguments: ['oro_sync.ping', '%oro_sync.websocket_ping.interval%']
        tags: [{ name: gos_web_socket.topic }]
    oro_sync.topic.data_update:
        class: Oro\\Bundle\\SyncBundle\\Topic\\BroadcastTopic
        arguments: ['oro_sync.data_update']
        tags: [{ name: gos_web_socket.topic }]
`,
  [`${SHOP}/Resources/config/oro/websocket_routing.yml`]: `acme_shop.order:
    channel: 'acme/order/{user_id}'
    handler: { callback: 'acme_shop.order' }
    requirements: { user_id: { pattern: '\\d+' } }
acme_shop.stock:
    channel: 'acme/stock'
    handler: { callback: 'acme_shop.stock' }
acme_shop.board:
    channel: 'acme/board/{board}'
    handler: { callback: 'acme_shop.board' }
    requirements: { board: { pattern: '[a-z]+' } }
acme_shop.more:
    resource: 'live/*.yml'
`,
  [`${SHOP}/Resources/config/oro/live/quote.yml`]: `acme_shop.quote:
    channel: 'acme/quote/{user_id}'
    handler: { callback: 'acme_shop.quote' }
    requirements: { user_id: { pattern: '\\d+' } }
`,
  [`${SHOP}/Resources/config/services.xml`]: `<?xml version="1.0" encoding="utf-8"?>
<container xmlns="http://symfony.com/schema/dic/services">
  <parameters>
    <parameter key="acme_shop.topic.order">acme_shop.order</parameter>
  </parameters>
  <services>
    <service id="acme_shop.topic.order" class="%acme_shop.topic.base%">
      <argument>%acme_shop.topic.order%</argument>
      <argument type="service" id="oro_sync.client_manipulator"/>
      <tag name="gos_web_socket.topic"/>
    </service>
    <service id="acme_shop.topic.abstract" class="Oro\\Bundle\\SyncBundle\\Topic\\BroadcastTopic" abstract="true">
      <tag name="gos_web_socket.topic"/>
    </service>
    <service id="acme_shop.topic.quote" parent="acme_shop.topic.abstract">
      <argument key="$topicName">acme_shop.quote</argument>
      <tag name="gos_web_socket.topic"/>
    </service>
  </services>
  <when env="dev">
    <services>
      <service id="acme_shop.topic.debug" class="Oro\\Bundle\\SyncBundle\\Topic\\BroadcastTopic">
        <argument>acme_shop.debug</argument>
        <tag name="gos_web_socket.topic"/>
      </service>
    </services>
  </when>
</container>
`,
  [`${SHOP}/Resources/config/services.yml`]: `services:
    _defaults: { autowire: true, autoconfigure: true }
    _instanceof:
        Acme\\Bundle\\ShopBundle\\Live\\BoardInterface:
            tags: ['gos_web_socket.topic']
    Acme\\Bundle\\ShopBundle\\Live\\:
        resource: '../../Live/*'
    acme_shop.origins:
        class: Acme\\Bundle\\ShopBundle\\Live\\Origins
        tags: [{ name: oro_sync.origin_provider }]
`,
  [`${SHOP}/Live/BoardInterface.php`]: `<?php
namespace Acme\\Bundle\\ShopBundle\\Live;
interface BoardInterface { public const NAME = 'acme_shop.board'; }
`,
  [`${SHOP}/Live/Board.php`]: `<?php
namespace Acme\\Bundle\\ShopBundle\\Live;
final class Board implements BoardInterface
{
    private const TOPIC = 'acme_shop.board';
    public function onSubscribe($connection, $topic, $request): void {}
    public function onPublish($connection, $topic, $request, $event, array $exclude, array $eligible): void
    {
        $topic->broadcast($event, $exclude, $eligible);
    }
    public function getName(): string { return self::TOPIC; }
}
`,
  [`${SHOP}/Live/Chatter.php`]: `<?php
namespace Acme\\Bundle\\ShopBundle\\Live;
use Acme\\Live\\AsTopic;
#[AsTopic('acme_shop.chatter')]
final class Chatter {}
`,
  [`${SHOP}/Live/Origins.php`]: `<?php
namespace Acme\\Bundle\\ShopBundle\\Live;
use Oro\\Bundle\\SyncBundle\\Provider\\OriginProviderInterface;
class Origins implements OriginProviderInterface { public function getOrigins(): array { return ['b2b.example.com']; } }
`,
  [`${SHOP}/Async/OrderListener.php`]: `<?php
namespace Acme\\Bundle\\ShopBundle\\Async;
use Oro\\Bundle\\SyncBundle\\Client\\WebsocketClientInterface;
class OrderListener
{
    public function __construct(private WebsocketClientInterface $client) {}
    public function changed(int $user): void { $this->client->publish('acme/order/' . $user, ['changed' => true]); }
}
`,
};

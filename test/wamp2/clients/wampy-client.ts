import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import { PageWebSocket } from './page-websocket.js';

const SERIALIZERS = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };
type WampyOptions = NonNullable<ConstructorParameters<typeof Wampy>[1]>;
export type SerializerName = keyof typeof SERIALIZERS;
export const SERIALIZER_NAMES = Object.keys(SERIALIZERS) as readonly SerializerName[];

/** Clients of wampy that tests have connected, ended with `closeAll`. */
export class WampyClients {
  readonly #open: Wampy[] = [];

  async connect(
    url: string,
    serializer: SerializerName = 'json',
    options: WampyOptions = {},
  ): Promise<{
    readonly client: Wampy;
    readonly welcome: Readonly<Record<string, unknown>>;
  }> {
    const client = new Wampy(url, {
      ...{ realm: 'realm1', uriValidation: 'loose', autoReconnect: false },
      ws: PageWebSocket as never,
      serializer: new SERIALIZERS[serializer](),
      ...options,
    });
    this.#open.push(client);
    const welcome = (await client.connect()) as unknown as Readonly<Record<string, unknown>>;
    return { client, welcome };
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((client) => client.disconnect().catch(() => undefined)));
  }
}

import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { Model } from '../../src/client/keep-relevant.js';
import { createDefaultSync } from '../../src/client/page-sync.js';
import { quiet } from '../support/until.js';
import { PROTOCOLS, record, until, useServer } from './kit.js';

describe.each(PROTOCOLS)('in %s', (protocol) => {
  const test = useServer(protocol);

  /** A service as OroPlatform's pages install one. */
  function fakeService() {
    return { subscribe: vi.fn(), unsubscribe: vi.fn(), connect: vi.fn() };
  }

  describe('sync(service)', () => {
    it('gives the service what was subscribed before, in order, and everything after', () => {
      const sync = createDefaultSync({ autoConnect: false });
      const [a, b, c] = [vi.fn(), vi.fn(), vi.fn()];
      sync.subscribe('first', a);
      sync.subscribe('second', b);
      sync.subscribe('first', c);
      sync.subscribe('gone', a);
      sync.unsubscribe('gone');
      const service = fakeService();
      expect(sync(service)).toBe(sync);
      sync.subscribe('third', a);
      sync.unsubscribe('third', a);
      sync.unsubscribe('first');
      expect(service.subscribe.mock.calls).toEqual([
        ['first', a],
        ['second', b],
        ['first', c],
        ['third', a],
      ]);
      expect(service.unsubscribe.mock.calls).toEqual([['third', a], ['first']]);
    });

    it('refuses what cannot subscribe and unsubscribe', () => {
      const sync = createDefaultSync({ autoConnect: false });
      expect(() => sync({ subscribe() {} } as never)).toThrow(
        'a service must have subscribe and unsubscribe',
      );
      expect(() => sync(undefined as never)).toThrow(TypeError);
    });

    it('reconnects through the service, by connect if that is what it has', () => {
      const sync = createDefaultSync({ autoConnect: false });
      const service = fakeService();
      sync(service).reconnect();
      expect(service.connect).toHaveBeenCalledTimes(1);
      expect(() => sync.publish('a', 1)).toThrow('the installed service has no publish');
    });

    it('makes no connection of its own any more', async () => {
      const sync = createDefaultSync({ protocol, url: test.server.url });
      sync.subscribe('a', () => {});
      sync(fakeService());
      await quiet(30);
      expect(test.server.peers).toHaveLength(0);
    });

    it('passes on what another client announces, and its state', async () => {
      const sync = createDefaultSync({ autoConnect: false });
      const established = record(sync, 'connection_established');
      const errors = record(sync, 'error');
      test.server.forbidden.add('secret');
      sync(test.client());
      sync.subscribe('secret', () => {});
      await until(() => errors.length === 1);
      expect(established).toHaveLength(1);
      expect(sync.state).toBe('open');
      await expect(sync.call('x', 1)).resolves.toEqual({ procedure: 'x', args: [1] });
    });

    it('has methods that need no this, and that return sync', () => {
      const { on, configure, subscribe } = createDefaultSync({ autoConnect: false });
      expect(on('state', () => {})).toBe(configure({}));
      expect(subscribe('a', () => {})).toBeTypeOf('function');
    });
  });

  /** As much of a Backbone model as is used, with the events of one. */
  class FakeModel extends EventEmitter implements Model {
    readonly id: number | undefined;
    readonly set = vi.fn();
    url: () => string;

    constructor(id?: number) {
      super();
      this.id = id;
      this.url = () => `api/item/${id}`;
    }
  }

  class FakeCollection extends EventEmitter {
    models: FakeModel[];

    constructor(...models: FakeModel[]) {
      super();
      this.models = models;
    }
  }

  describe('keepRelevant', () => {
    const install = () => {
      const service = fakeService();
      const sync = createDefaultSync({ autoConnect: false });
      sync(service);
      const subscribed = () => service.subscribe.mock.calls.map(([channel]) => channel);
      const unsubscribed = () => service.unsubscribe.mock.calls.map(([channel]) => channel);
      return { service, sync, subscribed, unsubscribed };
    };

    it('sets on a model what arrives for its url, until stopTracking or its removal', () => {
      const { sync, service, unsubscribed } = install();
      const [model, removed] = [new FakeModel(1), new FakeModel(2)];
      expect(sync.keepRelevant(model).keepRelevant(removed).keepRelevant(model)).toBe(sync);
      const [channel, callback] = service.subscribe.mock.calls[0] ?? [];
      callback({ name: 'new' }, { channel });
      expect(channel).toBe('api/item/1');
      expect(model.set).toHaveBeenCalledExactlyOnceWith({ name: 'new' });
      removed.url = () => {
        throw new Error('a removed model has no url');
      };
      removed.emit('remove', removed);
      sync.stopTracking(model).stopTracking(model);
      expect(unsubscribed()).toEqual(['api/item/2', 'api/item/1']);
      expect(service.subscribe).toHaveBeenCalledTimes(2);
    });

    it('leaves a model alone that was never saved', () => {
      const { sync, subscribed } = install();
      sync.keepRelevant(new FakeModel());
      expect(subscribed()).toEqual([]);
    });

    it('follows a collection through add, reset, error and its end', () => {
      const { sync, subscribed, unsubscribed } = install();
      const [one, two, three] = [new FakeModel(1), new FakeModel(2), new FakeModel(3)];
      const collection = new FakeCollection(one);
      sync.keepRelevant(collection);
      collection.emit('add', two);
      collection.models = [three];
      collection.emit('reset', collection, { previousModels: [one, two] });
      expect(subscribed()).toEqual(['api/item/1', 'api/item/2', 'api/item/3']);
      expect(unsubscribed()).toEqual(['api/item/1', 'api/item/2']);
      collection.emit('error', three);
      expect(unsubscribed()).toHaveLength(2);
      collection.emit('error', collection);
      expect(unsubscribed()).toHaveLength(3);
      sync.stopTracking(collection);
      collection.emit('add', one);
      expect(subscribed()).toHaveLength(3);
    });
  });
});

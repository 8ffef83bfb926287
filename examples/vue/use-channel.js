import { computed, onScopeDispose, shallowRef, toValue, watch } from 'vue';

/**
 * The messages of a channel, the newest last, and the state of the connection: `useChannel(sync, 'chat/{room}', () => ({ room: props.room }))`.
 * It subscribes with the component and ends with it; another channel begins anew.
 */
export function useChannel(sync, channel, params, { keep = 100 } = {}) {
  const messages = shallowRef([]);
  const state = shallowRef(sync.state);
  const changed = () => {
    state.value = sync.state;
  };
  sync.on('state', changed);
  watch(
    () => JSON.stringify([toValue(channel), toValue(params) ?? null]),
    (key, _before, onCleanup) => {
      const [name, given] = JSON.parse(key);
      const heard = (payload) => {
        messages.value = [...messages.value, payload].slice(-keep);
      };
      messages.value = [];
      onCleanup(given === null ? sync.subscribe(name, heard) : sync.subscribe(name, given, heard));
    },
    { immediate: true },
  );
  onScopeDispose(() => sync.off('state', changed));
  return { last: computed(() => messages.value.at(-1)), messages, state };
}

type Listener<Detail> = (detail: Detail) => void;

/** Named events and who listens to them. A listener that throws does not stop the others. */
export class Listeners<Events> {
  readonly #byName = new Map<keyof Events, Set<Listener<never>>>();

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners.add(listener));
  }

  /** Without a listener: all of this name. */
  off<Name extends keyof Events>(name: Name, listener?: Listener<Events[Name]>): void {
    if (listener) this.#byName.get(name)?.delete(listener);
    else this.#byName.delete(name);
  }

  /** True if anybody listened. */
  announce<Name extends keyof Events>(name: Name, detail: Events[Name]): boolean {
    const listeners = [...(this.#byName.get(name) ?? [])] as Listener<Events[Name]>[];
    for (const listener of listeners) {
      try {
        listener(detail);
      } catch (error) {
        console.error('signalbox: a listener threw', error);
      }
    }
    return listeners.length > 0;
  }
}

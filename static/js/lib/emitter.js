/** Event emitter; a listener that throws is reported and does not stop the others. */

/** @returns {{on: (type: string, listener: Function) => void, emit: (type: string, value?: any) => void}} */
export function createEmitter() {
  const listeners = {};

  function on(type, listener) {
    (listeners[type] ??= []).push(listener);
  }

  function emit(type, value) {
    for (const listener of listeners[type] ?? []) {
      try {
        listener(value);
      } catch (error) {
        reportError(error);
      }
    }
  }

  return { on, emit };
}

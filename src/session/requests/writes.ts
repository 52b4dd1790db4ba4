import { Socket } from 'node:net'
import { type Around, patchMethod } from '../../probes/patch.ts'
import { patchInherited } from '../../probes/patches/inherited.ts'

/** Hears what this process writes to its sockets, by whichever way: `http`, a framework, or a handler's own hands. */
export interface Writes {
  /** From here on somebody hears each chunk of this socket just before it is written, instead of whoever did so before. */
  hear(socket: object, hearer: Hearer): void
  start(): () => void
}

/** @param chunk missing at an `end()` without one */
type Hearer = (chunk: unknown) => void

export function watchWrites(): Writes {
  const hearers = new WeakMap<object, Hearer>()
  const around: Around = (original, self, args) => {
    hearers.get(self as object)?.(args[0])
    return Reflect.apply(original, self, args)
  }
  return {
    hear: (socket, hearer) => void hearers.set(socket, hearer),
    start() {
      // `end()` does not call `write()`.
      const undos = [patchInherited(Socket.prototype, 'write', around), patchMethod(Socket.prototype, 'end', around)]
      return () => undos.forEach((undo) => undo())
    }
  }
}

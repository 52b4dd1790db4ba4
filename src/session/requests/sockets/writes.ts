import { Socket } from 'node:net'
import { patchInherited } from '../../../probes/patches/inherited.ts'
import { type Around, patchMethod } from '../../../probes/patches/patch.ts'

/** Told of each chunk just before it is written to a socket. */
export interface Hearer {
  /** @param chunk missing at an `end()` without one */
  hear(chunk: unknown): void
}

/** Hears what this process writes to its sockets, by whichever way: `http`, a framework, or a handler's own hands. */
export interface Writes {
  /** From here on somebody hears what is written to this socket, instead of whoever did so before. */
  follow(socket: object, hearer: Hearer): void
  hearerOf(socket: object): Hearer | undefined
  start(): () => void
}

export function watchWrites(): Writes {
  const hearers = new WeakMap<object, Hearer>()
  const around: Around = (original, self, args) => {
    hearers.get(self as object)?.hear(args[0])
    return Reflect.apply(original, self, args)
  }
  return {
    follow: (socket, hearer) => void hearers.set(socket, hearer),
    hearerOf: (socket) => hearers.get(socket),
    start() {
      // `end()` does not call `write()`.
      const undos = [patchInherited(Socket.prototype, 'write', around), patchMethod(Socket.prototype, 'end', around)]
      return () => undos.forEach((undo) => undo())
    }
  }
}

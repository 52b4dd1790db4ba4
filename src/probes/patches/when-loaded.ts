import { subscribe } from 'node:diagnostics_channel'

/** What Node tells before any handler of a server's requests can run. */
const SIGNALS = ['net.server.socket', 'http.server.response.created']

/**
 * Patches builtin modules once somebody else has loaded them: Node's HTTP server takes ten milliseconds to load, and most workers
 * never do.
 */
export interface LateModules {
  /** From here on, whenever one of them is there, it is patched once. */
  start(): () => void
}

/** @param patches by the module's name without `node:`; each gets its exports, and returns the undo */
export function whenLoaded(patches: Record<string, (exports: never) => () => void>): LateModules {
  const { moduleLoadList, getBuiltinModule } = process as unknown as { moduleLoadList: string[]; getBuiltinModule(id: string): unknown }
  let waiting = new Set<string>()
  let undos: (() => void)[] = []
  let seen = 0
  function patch(): void {
    if (waiting.size === 0 || moduleLoadList.length === seen) return
    seen = moduleLoadList.length
    for (const name of waiting) {
      if (!moduleLoadList.includes(`NativeModule ${name}`)) continue
      waiting.delete(name)
      undos.push(patches[name]!(getBuiltinModule.call(process, `node:${name}`) as never))
    }
  }
  for (const name of SIGNALS) subscribe(name, patch)
  return {
    start() {
      waiting = new Set(Object.keys(patches))
      seen = 0
      patch()
      return () => {
        for (const undo of undos.toReversed()) undo()
        undos = []
        waiting = new Set()
      }
    }
  }
}

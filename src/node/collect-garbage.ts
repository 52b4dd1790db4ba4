import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * A full collection, 5 to 50 ms. The flag is put back: tests see `gc` only where they asked for it.
 * @returns whether it could be done
 */
export function collectGarbage(): boolean {
  try {
    collect ??= (globalThis as { gc?: () => void }).gc ?? expose()
    collect()
    return true
  } catch {
    return false
  }
}

let collect: (() => void) | undefined

function expose(): () => void {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as () => void
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}

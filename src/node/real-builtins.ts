import { getBuiltinModule } from './builtins.ts'

const fs = getBuiltinModule('node:fs') as unknown as Record<string, unknown>

// Taken at load: tests replace them.
const ORIGINALS: readonly (readonly [object: object, key: string, original: unknown])[] = [
  ...Object.keys(fs).map((key) => [fs, key, Object.getOwnPropertyDescriptor(fs, key)?.value as unknown] as const),
  [process, 'cwd', process.cwd]
]

/**
 * Runs `load` with Node's own functions for files in their places: its module loader calls them as they are at the time, and
 * where a test has put fakes there, what we load late would be made of the test's data.
 */
export function withRealBuiltins<T>(load: () => T): T {
  const undos: (() => void)[] = []
  try {
    for (const [object, key, original] of ORIGINALS) {
      const theirs = Object.getOwnPropertyDescriptor(object, key)
      if (typeof original !== 'function' || theirs?.configurable !== true || theirs.value === original) continue
      Object.defineProperty(object, key, { value: original, writable: true, configurable: true, enumerable: theirs.enumerable === true })
      undos.push(() => void Reflect.defineProperty(object, key, theirs))
    }
    return load()
  } finally {
    for (const undo of undos.toReversed()) undo()
  }
}

import { readFileSync } from '../node/builtins.ts'

/** What a test file asks for, by the names that stand in its text. */
export interface Uses {
  /** It asserts on what is measured. */
  assertions: boolean
  /** It asks for tasks. */
  tasks: boolean
  /** It asserts on how many ran at once. */
  concurrency: boolean
  /** It asserts that nothing is left behind. */
  leftovers: boolean
}

const PROFILES = ['vitest-async-profiler/test']
const CONCURRENCY = ['.toStayWithinConcurrency']
const LEFTOVERS = ['.toHaveNoLeakedTasks']
const ASSERTIONS = ['.toHaveNoBlockingCalls', '.toCompleteWithinLag', '.toHaveNoSyncCalls', ...PROFILES]
const NOTHING: Uses = { assertions: false, tasks: false, concurrency: false, leftovers: false }
const known = new Map<string, Uses>()

export function usesOf(path: string): Uses {
  let uses = known.get(path)
  if (uses === undefined) known.set(path, (uses = readUses(path)))
  return uses
}

function readUses(path: string): Uses {
  try {
    const text = readFileSync(path, 'utf8')
    const names = (some: readonly string[]): boolean => some.some((name) => text.includes(name))
    return {
      assertions: names(ASSERTIONS),
      tasks: names([...CONCURRENCY, ...PROFILES]),
      concurrency: names(CONCURRENCY),
      leftovers: names(LEFTOVERS)
    }
  } catch {
    return NOTHING
  }
}

import { parseArgs } from 'node:util'
import { allCombinations, BACKENDS, type Combination, NODES, POOLS, VITESTS } from './combinations.ts'

export interface Settings {
  combinations: Combination[]
  /** Part of the path of the test files to run. */
  only: string | undefined
  /** Where to write the figures and everything that was wrong. */
  json: string | undefined
  /** Whether the sandbox stays, for a look at a run. */
  keep: boolean
  noise: boolean
  /** Whether Vitest's own detector is compared with the profiler, by leftovers. */
  leakDetector: boolean
  /** How often the clean half runs in the noise. */
  runs: number
}

const DEFAULT_RUNS = '20'

/** @throws {RangeError} for a value that there is not */
export function readSettings(args: string[]): Settings {
  const list = { type: 'string', multiple: true } as const
  const { values } = parseArgs({
    args,
    options: {
      node: list,
      vitest: list,
      pool: list,
      backend: list,
      only: { type: 'string' },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      noise: { type: 'boolean', default: false },
      'leak-detector': { type: 'boolean', default: false },
      runs: { type: 'string', default: DEFAULT_RUNS }
    }
  })
  const { only, json, keep, noise, 'leak-detector': leakDetector } = values
  if (noise && leakDetector) throw new RangeError('--noise and --leak-detector are two modes: one at a time')
  // Modes that take long, or compare: with one combination, unless asked for more.
  const one = noise || leakDetector
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`--runs must be a whole number from 1 on, got ${values.runs}`)
  const chosen = {
    nodes: choose('--node', values.node?.map(Number), one ? [24] : NODES, NODES),
    vitests: choose('--vitest', values.vitest?.map(Number), one ? [5] : VITESTS, VITESTS),
    pools: choose('--pool', values.pool, one ? ['forks'] : POOLS, POOLS),
    backends: choose('--backend', values.backend, one ? ['auto'] : ['auto', 'async-hooks'], BACKENDS)
  }
  return { combinations: allCombinations(chosen), only, json, keep, noise, leakDetector, runs }
}

function choose<T extends string | number>(
  option: string,
  asked: readonly (string | number)[] | undefined,
  byDefault: readonly T[],
  all: readonly T[]
): T[] {
  const unknown = asked?.filter((value) => !(all as readonly unknown[]).includes(value)) ?? []
  if (unknown.length > 0) throw new RangeError(`${option} must be one of ${all.join(', ')}, got ${unknown.join(', ')}`)
  return asked === undefined ? [...byDefault] : all.filter((value) => asked.includes(value))
}

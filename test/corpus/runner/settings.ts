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
      runs: { type: 'string', default: DEFAULT_RUNS },
    },
  })
  const { only, json, keep, noise } = values
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`--runs must be a whole number from 1 on, got ${values.runs}`)
  const chosen = {
    nodes: choose('--node', values.node?.map(Number), noise ? [24] : NODES, NODES),
    vitests: choose('--vitest', values.vitest?.map(Number), noise ? [5] : VITESTS, VITESTS),
    pools: choose('--pool', values.pool, noise ? ['forks'] : POOLS, POOLS),
    backends: choose('--backend', values.backend, noise ? ['auto'] : ['auto', 'async-hooks'], BACKENDS),
  }
  return { combinations: allCombinations(chosen), only, json, keep, noise, runs }
}

function choose<T extends string | number>(option: string, asked: readonly (string | number)[] | undefined, byDefault: readonly T[], all: readonly T[]): T[] {
  const unknown = asked?.filter((value) => !(all as readonly unknown[]).includes(value)) ?? []
  if (unknown.length > 0) throw new RangeError(`${option} must be one of ${all.join(', ')}, got ${unknown.join(', ')}`)
  return asked === undefined ? [...byDefault] : all.filter((value) => asked.includes(value))
}

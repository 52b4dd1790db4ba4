import type { ResolvedOptions } from '../../../src/model/options.ts'

/** As the option is given: `auto` is what users have. */
export type Backend = ResolvedOptions['backend']

export const NODES = [22, 24, 26] as const
export const VITESTS = [5, 4] as const
export const POOLS = ['forks', 'threads'] as const
export const BACKENDS: readonly Backend[] = ['auto', 'inspector', 'async-hooks']

/** What the corpus runs with. */
export interface Combination {
  /** Major versions. */
  node: (typeof NODES)[number]
  vitest: (typeof VITESTS)[number]
  pool: (typeof POOLS)[number]
  backend: Backend
}

interface Choices {
  nodes: Combination['node'][]
  vitests: Combination['vitest'][]
  pools: Combination['pool'][]
  backends: Backend[]
}

export function allCombinations({ nodes, vitests, pools, backends }: Choices): Combination[] {
  return nodes.flatMap((node) =>
    vitests.flatMap((vitest) => pools.flatMap((pool) => backends.map((backend) => ({ node, vitest, pool, backend }))))
  )
}

export const nameOf = ({ node, vitest, pool, backend }: Combination): string => `${backend}, Node ${node}, Vitest ${vitest}, ${pool}`

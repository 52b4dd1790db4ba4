import { createPool, type Pool } from 'leaky-dep'

export const pool = createPool() // BLAME module-pool

let lazy: Pool | undefined

/** Created by whoever needs it first. */
export function getPool(): Pool {
  lazy ??= createPool() // BLAME lazy-pool
  return lazy
}

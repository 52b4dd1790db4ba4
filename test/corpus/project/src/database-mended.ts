import { createPool } from 'leaky-dep'

/** Whoever uses it ends it. */
export const pool = createPool()

import { createPool } from 'leaky-dep'

export const pool = createPool() // BLAME imported-pool

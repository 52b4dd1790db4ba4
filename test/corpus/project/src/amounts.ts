import { inject } from 'vitest'

/** Measured once for all test files: see ../setup/amounts.ts. */
export const amounts = inject('amounts')

export const BIG_FILE = 'big.bin'

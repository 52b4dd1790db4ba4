/** Every clean test has a lag budget: noise from outside must not break it. */
export const within = (maxLag: number) => ({ meta: { asyncProfiler: { budgets: { maxLag } } } })

export const CLEAN = within(50)

/** The rule `sync-call` is off by default. */
export const SYNC_CALLS = { meta: { asyncProfiler: { rules: { 'sync-call': 'warn' } } } } as const
export const CLEAN_SYNC_CALLS = { meta: { asyncProfiler: { ...CLEAN.meta.asyncProfiler, ...SYNC_CALLS.meta.asyncProfiler } } }

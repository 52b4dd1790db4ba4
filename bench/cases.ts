import type { Settings } from './settings.ts'

/** One way to run a suite; without a package and without `leaks` it is plain Vitest. */
export interface Variant {
  name: string
  /** Name of the build in the project's `node_modules`. */
  package?: string
  options?: object
  /** Vitest's own `detectAsyncLeaks`. */
  leaks?: boolean
}

export interface BenchCase {
  id: string
  title: string
  /** The test file, and how many copies of it are run. */
  suite: URL
  copies: number
  /** What the target is about: the test's own time, or the whole run's. */
  judged: 'inTestMs' | 'wallMs'
  /** Of the plugin's time, as a multiple of that without it. */
  target?: number
  /** A target for what is added to each call. */
  perCall?: { calls: number; targetMicros: number }
  variants: Variant[]
}

/** Of the resident memory of the largest worker. */
export const MEMORY_TARGET = 1.15

export const PACKAGE = 'vitest-async-profiler'

const CASES: Omit<BenchCase, 'variants'>[] = [
  { id: 'a', title: '600,000 awaits in a test', suite: new URL('./suites/awaits.ts', import.meta.url), copies: 1, judged: 'inTestMs', target: 3 },
  { id: 'b', title: '6,000 HTTP requests in a test', suite: new URL('./suites/requests.ts', import.meta.url), copies: 1, judged: 'inTestMs', target: 1.05 },
  { id: 'c', title: '40 small test files', suite: new URL('./suites/small.ts', import.meta.url), copies: 40, judged: 'wallMs', target: 1.08 },
  { id: 'd', title: 'one file with typescript', suite: new URL('./suites/compiler.ts', import.meta.url), copies: 1, judged: 'wallMs', target: 1.05 },
  { id: 'e', title: '500,000 sync calls in a test', suite: new URL('./suites/sync-calls.ts', import.meta.url), copies: 1, judged: 'inTestMs', perCall: { calls: 500_000, targetMicros: 0.3 } },
  { id: 'f', title: '2,000 short async tests', suite: new URL('./suites/short-tests.ts', import.meta.url), copies: 1, judged: 'wallMs', target: 1.08 },
]

/** The plain run comes first: it is what the others are held against. */
export function chooseCases({ only, withOptions, builds, leaks }: Settings): BenchCase[] {
  const unknown = only.filter((id) => !CASES.some((each) => each.id === id))
  if (unknown.length > 0) throw new RangeError(`--only must name some of ${CASES.map(({ id }) => id).join(', ')}, got ${unknown.join(', ')}`)
  return CASES.filter(({ id }) => only.length === 0 || only.includes(id)).map((each) => ({
    ...each,
    variants: [
      { name: 'none' },
      { name: 'plugin', package: PACKAGE },
      // Whole runs show what the sampler's start costs; in CI, too, it runs from the first test on.
      ...(each.judged === 'wallMs' ? [{ name: "backend: 'inspector'", package: PACKAGE, options: { backend: 'inspector' } }] : []),
      ...withOptions.map((options) => ({ name: JSON.stringify(options), package: PACKAGE, options })),
      ...builds.map(({ name }) => ({ name, package: name })),
      ...(leaks ? [{ name: 'detectAsyncLeaks', leaks }] : []),
    ],
  }))
}

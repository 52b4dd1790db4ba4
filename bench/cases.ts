import { basename } from 'node:path'
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
  /** The test file, and how many copies of it are run; or a folder with a suite of its own. */
  suite: { file: URL; copies: number } | { folder: string }
  /** What the target is about: the test's own time, or the whole run's, and then its CPU time, too. */
  judged: 'inTestMs' | 'wallMs'
  /** Of the plugin's time, as a multiple of that without it. */
  target?: Target
  /** A target for what is added to each call. */
  perCall?: { calls: number; targetMicros: number }
  variants: Variant[]
}

/** For a run that is run again at a desk, and for a first one, in CI. */
export interface Target {
  again: number
  first: number
}

/** Of the resident memory of the largest worker. */
export const MEMORY_TARGET: Target = { again: 1.05, first: 1.1 }

export const PACKAGE = 'vitest-async-profiler'

const copiesOf = (name: string, copies = 1): BenchCase['suite'] => ({ file: new URL(`./suites/${name}.ts`, import.meta.url), copies })

const CASES: Omit<BenchCase, 'variants'>[] = [
  { id: 'a', title: '600,000 awaits in a test', suite: copiesOf('awaits'), judged: 'inTestMs', target: { again: 2.5, first: 3 } },
  {
    id: 'b',
    title: '6,000 supertest requests in a test',
    suite: copiesOf('requests'),
    judged: 'inTestMs',
    target: { again: 1.08, first: 1.1 }
  },
  { id: 'c', title: '40 files of three small tests', suite: copiesOf('small', 40), judged: 'wallMs', target: { again: 1.06, first: 1.15 } },
  { id: 'd', title: '4 files with typescript', suite: copiesOf('compiler', 4), judged: 'wallMs', target: { again: 1.03, first: 1.1 } },
  {
    id: 'e',
    title: '500,000 sync calls in a test',
    suite: copiesOf('sync-calls'),
    judged: 'inTestMs',
    perCall: { calls: 500_000, targetMicros: 0.3 }
  },
  { id: 'f', title: '2,000 short async tests', suite: copiesOf('short-tests'), judged: 'wallMs', target: { again: 1.2, first: 1.25 } },
  {
    id: 'g',
    title: '40 files of five supertest requests',
    suite: copiesOf('few-requests', 40),
    judged: 'wallMs',
    target: { again: 1.06, first: 1.15 }
  },
  {
    id: 'h',
    title: '40 files of one synchronous test',
    suite: copiesOf('one-test', 40),
    judged: 'wallMs',
    target: { again: 1.06, first: 1.15 }
  },
  {
    id: 'i',
    title: '200 files of 100 tests of one await',
    suite: copiesOf('many-tests', 200),
    judged: 'wallMs',
    target: { again: 1.12, first: 1.25 }
  },
  {
    id: 'j',
    title: '20,000 bare keep-alive requests',
    suite: copiesOf('keep-alive'),
    judged: 'inTestMs',
    target: { again: 1.3, first: 1.4 }
  },
  {
    id: 'k',
    title: '30 files that leave timers and promises',
    suite: copiesOf('leaves', 30),
    judged: 'wallMs',
    target: { again: 1.15, first: 1.25 }
  }
]
const OF_SUITE: Target = { again: 1.08, first: 1.15 }

/** The plain run comes first: it is what the others are held against. */
export function chooseCases({ only, suites, withOptions, builds, leaks }: Settings): BenchCase[] {
  const unknown = only.filter((id) => !CASES.some((each) => each.id === id))
  if (unknown.length > 0)
    throw new RangeError(`--only must name some of ${CASES.map(({ id }) => id).join(', ')}, got ${unknown.join(', ')}`)
  const own = suites.length > 0 && only.length === 0 ? [] : CASES.filter(({ id }) => only.length === 0 || only.includes(id))
  const others = suites.map((folder): Omit<BenchCase, 'variants'> => ({
    id: basename(folder),
    title: 'its own suite',
    suite: { folder },
    judged: 'wallMs',
    target: OF_SUITE
  }))
  return [...own, ...others].map((each) => ({
    ...each,
    variants: [
      { name: 'none' },
      { name: 'plugin', package: PACKAGE },
      ...withOptions.map((options) => ({ name: JSON.stringify(options), package: PACKAGE, options })),
      ...builds.map(({ name }) => ({ name, package: name })),
      ...(leaks ? [{ name: 'detectAsyncLeaks', leaks }] : [])
    ]
  }))
}

import picomatch from 'picomatch'
import * as v from 'valibot'
import { RULE_NAMES } from '../analysis/rules/catalog.ts'
import type { RuleName } from '../model/finding.ts'
import type { Allow, Budget, ReportTargets, ResolvedOptions, RuleSetting } from '../model/options.ts'
import type { BackendName } from '../model/profile.ts'
import { DEFAULT_OPTIONS } from './defaults.ts'
import * as right from './test-options.ts'

export { DEFAULT_OPTIONS }
export type { TestOptions } from './test-options.ts'

/** Options of `asyncProfiler()`. All times are milliseconds, wall clock. */
export interface Options {
  /**
   * How lines are found. `'inspector'`: a V8 CPU profile, with exact lines. `'async-hooks'`: the async resource and
   * where it was created, without an inspector. `'auto'`: the best one that works here. Where the one asked for is
   * missing, the report says which ran instead, and why.
   * @default 'auto'
   */
  backend?: BackendName | 'auto'
  /**
   * Detect blocking calls.
   * @default true
   */
  detectBlocking?: boolean
  /**
   * Milliseconds. One uninterrupted run of user work longer than this is a blocking call.
   * @default 100
   */
  blockingThreshold?: number
  /**
   * Monitor the lag of the event loop.
   * @default true
   */
  monitorEventLoop?: boolean
  /**
   * Milliseconds. Lag samples at or below this are not stored.
   * @default 10
   */
  lagThreshold?: number
  /**
   * Keep the stack at which each task was created.
   * @default true
   */
  captureStacks?: boolean
  /**
   * Number of frames kept of a stack; the profiler's own and Node's internal frames are not counted.
   * @default 10
   */
  maxStackDepth?: number
  /**
   * Severity of each rule: `'error'` fails the test, `'warn'` is shown in the summary, `'off'` is not looked for.
   * @default `'error'` for `lag-budget`, `unhandled-rejection` and `stuck-test`, `'off'` for `sync-call`, else `'warn'`
   */
  rules?: Partial<Record<RuleName, RuleSetting>>
  /**
   * Findings to count but not show: those that match all globs of one entry. An entry needs a `reason` and one or
   * more of `rule`, `file`, `function`, `package` and `test`; one that matched nothing is reported.
   * @default []
   */
  allow?: Allow[]
  /**
   * Limits: `maxLag`, `p99Lag` and `totalBlocking` in milliseconds, `blockingCalls`, `syncCalls` and `leaks` as counts.
   * `files` is a glob of test files; without it counts are summed over the run, and lag is the maximum.
   * @default []
   */
  budgets?: Budget | Budget[]
  /**
   * Reports besides the terminal's, as paths relative to the project's root: `json`, whose schema is
   * `vitest-async-profiler/report.schema.json`.
   * @default {}
   */
  report?: ReportTargets
  /**
   * Milliseconds. A worker whose event loop has not turned for this long is reported with its stack and ended; `0` is off.
   * @default 30_000
   */
  stuckTimeout?: number
}

/** @throws {AsyncProfilerError} `ERR_OPTION`, with every problem in one message and without stack frames. */
export function resolveOptions(options: unknown = {}): ResolvedOptions {
  const { success, output, issues } = v.safeParse(OPTIONS, options)
  if (!success) throw wrong(issues.map(({ path = [], message }) => ({ path: path.map(({ key }) => key), text: message })))
  const defaults = structuredClone(DEFAULT_OPTIONS)
  const resolved = {
    ...defaults,
    ...output,
    rules: { ...defaults.rules, ...output.rules }
  }
  const problems = right.contradictions(resolved, resolved)
  if (problems.length > 0) throw wrong(problems)
  return resolved
}

const wrong = (problems: readonly right.Problem[]): Error =>
  right.optionError(problems, 'asyncProfiler()', (path) => (path === '' ? 'asyncProfiler(options)' : `asyncProfiler({ ${path} })`))

const GLOB = textOf('a glob that is not empty')
const PATH = textOf('a path that is not empty')
const RULE_GLOB = right.kind<string>(
  `${right.oneOf(RULE_NAMES).rule}, or a glob of them`,
  (value) => typeof value === 'string' && value !== '' && RULE_NAMES.some((name) => picomatch.isMatch(name, value))
)
const REASON = textOf('a text that says why')
const FLAG = right.kind<boolean>('true or false', (value) => typeof value === 'boolean')
// Node fires a timer that is longer than this at once.
const LONGEST_TIMER = 2 ** 31 - 1
const TIMEOUT = right.kind<number>(
  `a number of milliseconds, from 0 (off) to ${LONGEST_TIMER}`,
  (value) => right.MILLISECONDS.is(value) && value <= LONGEST_TIMER
)

const LIMITS = {
  maxLag: maybe(right.LIMITS.maxLag),
  p99Lag: maybe(right.LIMITS.p99Lag),
  blockingCalls: maybe(right.LIMITS.blockingCalls),
  totalBlocking: maybe(right.LIMITS.totalBlocking),
  syncCalls: maybe(right.LIMITS.syncCalls),
  leaks: maybe(right.LIMITS.leaks),
  files: maybe(GLOB)
}

const ALLOW_SHAPE = '{ rule?, file?, function?, package?, test?, reason }'
const ALLOW = v.pipe(
  objectOf(`an object ${ALLOW_SHAPE}`, {
    rule: maybe(RULE_GLOB),
    file: maybe(GLOB),
    function: maybe(GLOB),
    package: maybe(GLOB),
    test: maybe(GLOB),
    reason: only(REASON)
  }),
  v.rawCheck(({ dataset: { value }, addIssue }) => {
    const selects = !right.isPlainObject(value) || Object.keys(value).some((name) => name !== 'reason')
    if (!selects) addIssue({ message: right.mustBe('given one or more of rule, file, function, package and test', value) })
  })
)

const OPTIONS = objectOf('an object of options', {
  backend: maybe(right.oneOf(['auto', 'inspector', 'async-hooks'])),
  detectBlocking: maybe(FLAG),
  blockingThreshold: maybe(right.MILLISECONDS),
  monitorEventLoop: maybe(FLAG),
  lagThreshold: maybe(right.MILLISECONDS),
  captureStacks: maybe(FLAG),
  maxStackDepth: maybe(right.COUNT),
  rules: v.exactOptional(objectOf('an object of rules', Object.fromEntries(RULE_NAMES.map((name) => [name, maybe(right.RULE_SETTING)])))),
  allow: v.exactOptional(v.array(ALLOW, ({ input }) => right.mustBe(`an array of ${ALLOW_SHAPE}`, input))),
  budgets: v.exactOptional(
    v.pipe(
      // A union would tell of each of its halves that it does not fit.
      v.lazy((input) =>
        Array.isArray(input)
          ? v.array(objectOf('an object of limits', LIMITS))
          : objectOf('an object of limits, or an array of them', LIMITS)
      ),
      v.transform((budgets) => [budgets].flat())
    )
  ),
  report: v.exactOptional(objectOf('an object with a path for json', { json: maybe(PATH) })),
  stuckTimeout: maybe(TIMEOUT)
} satisfies Record<keyof Options, unknown>)

function textOf(rule: string): right.Kind<string> {
  return right.kind(rule, (value) => typeof value === 'string' && value.trim() !== '')
}

function maybe<T>(kind: right.Kind<T>) {
  return v.exactOptional(only(kind))
}

function only<T>({ is, rule }: right.Kind<T>) {
  return v.custom<T>(is, ({ input }) => right.mustBe(rule, input))
}

// Not `v.strictObject`: it tells of the first unknown name only, and takes arrays, dates and maps for objects.
function objectOf<const E extends v.ObjectEntries>(rule: string, entries: E) {
  return v.pipe(
    v.custom<Record<string, unknown>>(right.isPlainObject, ({ input }) => right.mustBe(rule, input)),
    v.transform((given) => withoutUndefined(given, entries)),
    v.intersect([
      // `reason` is the only name that can be missing.
      v.object(entries, ({ input }) => right.mustBe(REASON.rule, input)),
      noOthers(Object.keys(entries))
    ]) as unknown as v.GenericSchema<Record<string, unknown>, v.InferOutput<v.ObjectSchema<E, undefined>>>
  )
}

// `undefined` means the same as left out, and must not win over a default when options are spread.
function withoutUndefined(given: Record<string, unknown>, entries: object): Record<string, unknown> {
  const kept = Object.entries(given).filter(([name, value]) => value !== undefined || !Object.hasOwn(entries, name))
  return Object.fromEntries(kept)
}

function noOthers(known: string[]) {
  return v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value as Record<string, unknown>
      for (const key of Object.keys(input).filter((name) => !known.includes(name))) {
        const path: [v.ObjectPathItem] = [{ type: 'object', origin: 'key', input, key, value: input[key] }]
        addIssue({ message: right.isUnknown(key, known, input[key]), path })
      }
    }),
    v.transform(() => ({}))
  )
}

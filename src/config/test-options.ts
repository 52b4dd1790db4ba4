// A worker loads this file for the first test that has options, so it does without valibot.
import { inspect } from 'node:util'
import { RULE_NAMES } from '../analysis/rules/catalog.ts'
import { AsyncProfilerError } from '../errors.ts'
import type { BudgetLimits, ResolvedOptions, RuleSetting } from '../model/options.ts'
import type { RuleName } from '../model/finding.ts'

/** `meta.asyncProfiler` of a test or suite; what is left out comes from its suite, then from the plugin's options. */
export interface TestOptions {
  /** Milliseconds; see `Options.blockingThreshold`. */
  blockingThreshold?: number
  /** Milliseconds; see `Options.lagThreshold`. */
  lagThreshold?: number
  /** Limits of this test alone, or of each test in the suite; see `Options.budgets`. */
  budgets?: BudgetLimits
  /** Rules to set otherwise than the plugin's options do; see `Options.rules`. */
  rules?: Partial<Record<RuleName, RuleSetting>>
}

/**
 * @param given The value of `meta.asyncProfiler`, not the whole `meta`.
 * @param where The full name of the test or suite, for the message.
 * @throws {AsyncProfilerError} `ERR_OPTION`, with every problem in one message and without stack frames.
 */
export function resolveTestOptions(given: unknown, where: string): TestOptions {
  if (given === undefined) return {}
  const options = isPlainObject(given) ? withoutResult(given) : given
  const problems = findProblems(TEST_OPTIONS, options)
  if (problems.length > 0) throw testOptionError(problems, where)
  return copyPresent(options) as TestOptions
}

/**
 * @param own those of a test, with its suites'
 * @throws {AsyncProfilerError} `ERR_OPTION` where they need what the plugin's options switch off.
 */
export function checkTestOptions(options: ResolvedOptions, { budgets, rules }: TestOptions, where: string): void {
  const problems = contradictions(options, { budgets: budgets === undefined ? [] : [budgets], rules })
  if (problems.length > 0) throw testOptionError(problems, where)
}

/** A key of `meta` that is ours but for its letters' case. */
export const misspeltMeta = (key: string, where: string): AsyncProfilerError =>
  optionError([{ path: [], text: "is unknown: did you mean 'asyncProfiler'?" }], '', () => `meta.${key} of ${quote(where)}`)

function testOptionError(problems: readonly Problem[], where: string): AsyncProfilerError {
  const owner = `meta.asyncProfiler of ${quote(where)}`
  return optionError(problems, owner, (path) => (path === '' ? owner : `${path} in ${owner}`))
}

/** Values of one kind, and the words that say which are right. */
export interface Kind<T> {
  rule: string
  is: (value: unknown) => value is T
}

export const RULE_SETTING = oneOf<RuleSetting>(['off', 'warn', 'error'])
export const MILLISECONDS = kind<number>('a number of milliseconds, 0 or more', (value) => Number.isFinite(value) && Number(value) >= 0)
export const COUNT = kind<number>('a whole number, 0 or more', (value) => Number.isSafeInteger(value) && Number(value) >= 0)
export const LIMITS: Record<keyof BudgetLimits, Kind<number>> = {
  maxLag: MILLISECONDS,
  p99Lag: MILLISECONDS,
  blockingCalls: COUNT,
  totalBlocking: MILLISECONDS,
  syncCalls: COUNT,
  leaks: COUNT
}

export function oneOf<const T extends string>(names: readonly T[]): Kind<T> {
  const rule = names
    .map(quote)
    .join(', ')
    .replace(/, ([^,]+)$/, ' or $1')
  return kind<T>(rule, (value) => names.includes(value as T))
}

export function kind<T>(rule: string, is: (value: unknown) => boolean): Kind<T> {
  return { rule, is: is as Kind<T>['is'] }
}

/** Two steps up the prototypes instead of `instanceof`: in the vm pools a test file has an `Object` of its own. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

export interface Problem {
  path: readonly unknown[]
  text: string
}

export function mustBe(rule: string, value: unknown): string {
  return `must be ${rule}; received ${show(value)}`
}

export function isUnknown(name: string, known: readonly string[], value: unknown): string {
  const near = findNearest(name, known)
  const help = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${quote(near)}?`
  return `is unknown (${help}); received ${show(value)}`
}

export function optionError(problems: readonly Problem[], owner: string, nameOf: (path: string) => string): AsyncProfilerError {
  const [only] = problems
  const lines = problems.map(({ path, text }) => `  ${pathText(path)} ${text}`)
  const message =
    only && problems.length === 1
      ? `${nameOf(pathText(only.path))} ${only.text}`
      : [`${owner} has ${problems.length} wrong options:`, ...lines].join('\n')
  const error = new AsyncProfilerError('ERR_OPTION', message)
  // Vite and Vitest print the stack: our own frames would bury the message, and the mistake is in none of them.
  error.stack = `${error.name}: ${message}`
  return error
}

/** What a budget or rule needs, where an option says that it is not measured: such a gate would always be open. */
export function contradictions(
  { detectBlocking, monitorEventLoop }: Pick<ResolvedOptions, 'detectBlocking' | 'monitorEventLoop'>,
  { budgets, rules }: Asked
): Problem[] {
  const needs = (what: string, option: string): string => `needs ${what}, and ${option} is false: remove one of the two`
  const blocking = needs('blocking calls to be looked for', 'detectBlocking')
  const lag = needs('lag to be measured', 'monitorEventLoop')
  const ofBudgets = budgets.flatMap((budget, index) => {
    const path = budgets.length === 1 ? ['budgets'] : ['budgets', index]
    const problems = (names: readonly (keyof BudgetLimits)[], text: string): Problem[] =>
      names.filter((name) => budget[name] !== undefined).map((name) => ({ path: [...path, name], text }))
    return [
      ...(monitorEventLoop ? [] : problems(['maxLag', 'p99Lag'], lag)),
      ...(detectBlocking ? [] : problems(['blockingCalls', 'totalBlocking'], blocking))
    ]
  })
  const failing = (['blocking-call', 'loop-starvation'] as const).filter((rule) => !detectBlocking && rules?.[rule] === 'error')
  return [...ofBudgets, ...failing.map((rule) => ({ path: ['rules', rule], text: `${blocking}, or set it to 'warn'` }))]
}

interface Asked {
  budgets: readonly BudgetLimits[]
  rules?: Partial<Record<RuleName, RuleSetting>> | undefined
}

interface Shape {
  rule: string
  entries: Record<string, Kind<unknown> | Shape>
}

const TEST_OPTIONS: Shape = {
  rule: 'an object of options',
  entries: {
    blockingThreshold: MILLISECONDS,
    lagThreshold: MILLISECONDS,
    budgets: { rule: 'an object of limits', entries: LIMITS },
    rules: {
      rule: 'an object of rules',
      entries: Object.fromEntries(RULE_NAMES.map((name) => [name, RULE_SETTING]))
    }
  } satisfies Record<keyof TestOptions, unknown>
}

// A retried test still has what its last attempt sent to the reporter.
function withoutResult({ result: _, ...options }: Record<string, unknown>): Record<string, unknown> {
  return options
}

function findProblems(shape: Shape | Kind<unknown>, value: unknown, path: readonly string[] = []): Problem[] {
  if ('is' in shape) return shape.is(value) ? [] : [{ path, text: mustBe(shape.rule, value) }]
  if (!isPlainObject(value)) return [{ path, text: mustBe(shape.rule, value) }]
  return Object.entries(value).flatMap(([name, inner]) => {
    const expected = Object.hasOwn(shape.entries, name) ? shape.entries[name] : undefined
    if (!expected) return [{ path: [...path, name], text: isUnknown(name, Object.keys(shape.entries), inner) }]
    return inner === undefined ? [] : findProblems(expected, inner, [...path, name])
  })
}

// `undefined` means the same as left out, and must not win over a default when options are spread.
function copyPresent(value: unknown): unknown {
  if (!isPlainObject(value)) return value
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(present.map(([name, inner]) => [name, copyPresent(inner)]))
}

// As it would be written in code: `budgets[1].files`, `rules['sync-call']`.
function pathText(path: readonly unknown[]): string {
  const keys = path.map((key) => (typeof key === 'string' && !/^[a-z_$][\w$]*$/i.test(key) ? quote(key) : String(key)))
  const [first = '', ...inner] = keys
  return first + inner.map((key) => (/^['"`\d]/.test(key) ? `[${key}]` : `.${key}`)).join('')
}

function show(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, customInspect: false }).replace(/\n[^]*/, ' …')
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function quote(text: string): string {
  return inspect(text, { breakLength: Infinity, maxStringLength: Infinity })
}

// Three typing mistakes in ten letters are a slip; more than that is another word.
function findNearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known.map((other) => ({ other, edits: countEdits(bare(name), bare(other)) })).toSorted((a, b) => a.edits - b.edits)
  return best && best.edits <= Math.max(1, Math.floor(name.length * 0.3)) ? best.other : undefined
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '')
}

/** Levenshtein's distance. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const letter of from) {
    const above = row
    row = [above[0]! + 1]
    for (let i = 0; i < to.length; i++) {
      row.push(Math.min(above[i]! + Number(letter !== to[i]), above[i + 1]! + 1, row[i]! + 1))
    }
  }
  return row.at(-1)!
}

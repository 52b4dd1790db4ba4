import { inspect } from 'node:util'
import type { BlockKind } from '../model/finding.ts'
import type { LagStats } from '../model/profile.ts'
import type { LagLimits, NoBlockingCallsOptions, NoSyncCallsOptions } from './types.ts'

export const LAG_FIELDS = { max: 'maxMs', mean: 'meanMs', p95: 'p95Ms', p99: 'p99Ms' } as const satisfies Record<string, keyof LagStats>
export type LagField = keyof typeof LAG_FIELDS

const KINDS = {
  cpu: 1,
  'sync-io': 1,
  'sync-crypto': 1,
  'sync-process': 1,
  'sync-zlib': 1,
  wait: 1,
  regexp: 1,
  json: 1,
  gc: 1,
  'module-load': 1,
  unknown: 1
} satisfies Record<BlockKind, 1>

/** What the argument must be, with the value that was given; nothing where it is right. */
export function wrongOptions(options: NoBlockingCallsOptions): string | undefined {
  const rule = 'options { threshold?, kinds? }'
  if (!isPlain(options)) return received(rule, options)
  const unknown = Object.keys(options).find((key) => key !== 'threshold' && key !== 'kinds')
  if (unknown !== undefined) return received(rule, options)
  const { threshold, kinds } = options
  if (threshold !== undefined && !isAmount(threshold)) return received('threshold: a number of milliseconds, 0 or more', threshold)
  const rightKinds = kinds === undefined || (Array.isArray(kinds) && kinds.every((kind) => Object.hasOwn(KINDS, kind)))
  return rightKinds ? undefined : received(`kinds: an array of ${Object.keys(KINDS).join(', ')}`, kinds)
}

export function wrongAllow(options: NoSyncCallsOptions): string | undefined {
  const rule = 'options { allow? }, an array of names such as readFileSync or fs.*'
  if (!isPlain(options) || Object.keys(options).some((key) => key !== 'allow')) return received(rule, options)
  const { allow = [] } = options
  return Array.isArray(allow) && allow.every((name) => typeof name === 'string' && name !== '') ? undefined : received(rule, options)
}

export function wrongLimits(max: number | LagLimits): string | undefined {
  const rule = 'a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99'
  if (isAmount(max)) return undefined
  if (!isPlain(max)) return received(rule, max)
  const { scope, ...limits } = max as LagLimits
  if (scope !== undefined && scope !== 'own' && scope !== 'loop') return received("scope: 'own' or 'loop'", scope)
  const given = Object.entries(limits).filter(([, value]) => value !== undefined)
  const right = given.length > 0 && given.every(([key, value]) => Object.hasOwn(LAG_FIELDS, key) && isAmount(value))
  return right ? undefined : received(rule, max)
}

export const wrongCount = (max: number): string | undefined =>
  Number.isInteger(max) && max >= 0 ? undefined : received('a whole number, 0 or more', max)

const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0

const isPlain = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

const received = (rule: string, value: unknown): string => `${rule}; received ${inspect(value, { depth: 1, breakLength: Infinity })}`

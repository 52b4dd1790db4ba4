import type { Finding, Wait } from '../../model/finding.ts'
import type { TimedOut } from '../../model/leftovers.ts'
import { fingerprint } from '../fingerprint.ts'
import { formatMs } from '../text/format.ts'
import type { RuleContext } from './context.ts'

/** The finding of the rule `stuck-test` for a test that timed out: Vitest fails it, we say what it waited for. */
export function findTimedOut(timedOut: TimedOut, { file, rules }: RuleContext): Finding[] {
  const severity = rules['stuck-test']
  if (severity === 'off') return []
  const { what, waits, location, culprit, busyMs, stolenMs = 0, elapsedMs } = timedOut
  const loop = describeLoop(timedOut)
  return [
    {
      rule: 'stuck-test',
      severity,
      confidence: waits.length > 0 ? 'certain' : 'likely',
      status: 'new',
      message: [what.replace(/\.$/, ''), ...loop].join('; '),
      hint: hasCycle(waits) ? HINTS.cycle : isBusy(timedOut) ? HINTS.busy : HINTS.idle,
      ...(location && { location }),
      stack: location ? [location] : [],
      file,
      ...(culprit.test && { test: culprit.test }),
      evidence: { ...(busyMs !== undefined && { busyMs, stolenMs }), elapsedMs },
      ...(waits.length > 0 && { waits }),
      victims: [],
      occurrences: 1,
      fingerprint: fingerprint('stuck-test', file, culprit, location, 'timed out')
    }
  ]
}

const HINTS = {
  cycle: 'break the cycle: one of them must not wait for the other',
  busy: 'free the event loop first: what blocks it keeps the test from going on',
  idle: 'find out who should have settled it; give waits a limit of their own: AbortSignal.timeout()'
}

/** What stands below Vitest's own message: what the test waited for, one line each, and what the loop did. */
export function explainTimeout(timedOut: TimedOut): string {
  const lines = timedOut.waits.flatMap((wait) => linesOf(wait, 1))
  return [
    ...(lines.length > 0 ? ['It waited for', ...lines.slice(0, MAX_LINES)] : []),
    ...describeLoop(timedOut).map((text) => `${text.replace(/^t/, 'T')}.`)
  ].join('\n')
}

const MAX_LINES = 12

// Not `at`: Vitest would take the line for a frame of the stack.
function linesOf({ on, detail, location, waits = [] }: Wait, depth: number): string[] {
  const place = location === undefined ? '' : `  ${location.file}:${location.line}:${location.column}`
  return [
    `${'  '.repeat(depth)}${on}${detail === undefined ? '' : `, ${detail}`}${place}`,
    ...waits.flatMap((wait) => linesOf(wait, depth + 1))
  ]
}

const isBusy = ({ busyMs = 0, elapsedMs }: TimedOut): boolean => busyMs * 2 > elapsedMs

function describeLoop(timedOut: TimedOut): string[] {
  const { busyMs, stolenMs = 0, elapsedMs, blocker } = timedOut
  if (busyMs === undefined) return []
  if (!isBusy(timedOut)) return ['the event loop was idle meanwhile']
  if (stolenMs * 2 > busyMs) return [`other processes held the CPU for ${formatMs(stolenMs)} of ${formatMs(elapsedMs)}`]
  const by =
    blocker === undefined
      ? ''
      : `, most of it by ${blocker.name}${blocker.location === undefined ? '' : `, ${blocker.location.file}:${blocker.location.line}`}`
  return [`the event loop was busy for ${formatMs(busyMs)} of ${formatMs(elapsedMs)}${by}`]
}

const hasCycle = (waits: readonly Wait[]): boolean => waits.some(({ kind, waits: inner = [] }) => kind === 'cycle' || hasCycle(inner))

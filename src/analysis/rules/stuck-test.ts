import type { BlockKind, Finding } from '../../model/finding.ts'
import type { Culprit, TestRef } from '../../model/place.ts'
import type { Heartbeat, StuckWorker } from '../../model/stuck-worker.ts'
import { fingerprint } from '../fingerprint.ts'
import { hintFor } from '../stalls/hints.ts'
import { formatWait } from '../text/format.ts'
import { calleeText } from '../text/places.ts'
import type { Rule } from './rule.ts'

/** A test that timed out, or keeps its worker for good. */
export const STUCK_TEST: Rule = {
  name: 'stuck-test',
  default: 'error',
  code: 'ERR_STUCK_TEST',
  label: 'stuck',
  counted: ['stuck', 'stuck'],
  standsOn: 'both',
  failedByVitest: 'test'
}

/** The finding of the rule `stuck-test` for a worker that is ended because its loop does not turn. */
export function findStuckWorker({ stuckMs, beat, seen }: StuckWorker): Finding {
  const snapshot = 'blind' in seen ? undefined : seen
  const culprit: Culprit = snapshot?.culprit ?? {}
  // The runner's own code is nobody's: it works for the test that runs.
  const test = culprit.file === undefined ? onlyTest(beat) : culprit.test
  const { location, callee, stack = [] } = snapshot ?? {}
  const called = snapshot && calleeText(snapshot)
  const { request } = culprit
  const kind = callee === undefined ? undefined : kindOfCallee(callee)
  const setting = snapshot?.setting ?? beat.tests[0]?.setting ?? beat.setting
  const blind = 'blind' in seen ? `; there is no stack: ${seen.blind}` : ''
  return {
    rule: 'stuck-test',
    severity: setting === 'error' ? 'error' : 'warn',
    confidence: snapshot === undefined && beat.tests.length > 1 ? 'likely' : 'certain',
    status: 'new',
    message: `${subjectOf(beat, test)} stopped the event loop: it has not turned for ${formatWait(stuckMs)}${blind}`,
    hint: `${kind === undefined ? HINT : hintFor({ kind, stack, ...(callee !== undefined && { callee }) })}; ${LONGER}`,
    ...(kind && { kind }),
    durationMs: stuckMs,
    ...(location && { location }),
    ...(called !== undefined && { callee: called }),
    stack,
    file: beat.file,
    ...(test && { test }),
    ...(request && { request }),
    evidence: { stuckMs },
    victims: [],
    occurrences: 1,
    fingerprint: fingerprint('stuck-test', beat.file, { ...(test && { test }), ...(request && { request }) }, location, 'worker')
  }
}

const HINT =
  'make the loop end, let the event loop turn in it (await setImmediate from node:timers/promises), or move the work to a worker thread'
const LONGER = 'what may take so long needs a higher stuckTimeout'

/** Concurrent tests share a loop: which of them stopped it, only a stack tells. */
function onlyTest({ file, tests }: Heartbeat): TestRef | undefined {
  const [first, second] = tests
  return first !== undefined && second === undefined ? { file, name: first.name } : undefined
}

function subjectOf({ file, tests, loading }: Heartbeat, test: TestRef | undefined): string {
  if (test !== undefined) return test.name
  if (tests.length > 1) return `one of ${tests.map(({ name }) => `'${name}'`).join(', ')}`
  return loading ? `the loading of ${file}` : `${file}, outside its tests,`
}

function kindOfCallee(callee: string): BlockKind | undefined {
  if (callee === 'Atomics.wait') return 'wait'
  if (callee.startsWith('child_process.')) return 'sync-process'
  if (callee.startsWith('JSON.')) return 'json'
  return /^RegExp\.|^String\.(?:match|matchAll|replace|replaceAll|search|split)$/.test(callee) ? 'regexp' : undefined
}

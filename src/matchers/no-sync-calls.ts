import { hintFor } from '../analysis/stalls/hints.ts'
import { formatMs } from '../analysis/text/format.ts'
import { describePlace } from '../analysis/text/places.ts'
import type { MeasuredSubject, PlacedSyncCall } from '../model/measured.ts'
import { running } from '../protocol/running-profiler.ts'
import { notMeasured, type Outcome } from './subject.ts'
import { placeText, plural } from './text.ts'
import type { NoSyncCallsOptions } from './types.ts'

export function noSyncCalls(measured: MeasuredSubject, { allow = [] }: NoSyncCallsOptions): Outcome {
  const { kept, dropped } = measured.syncCalls()
  const isAllowed = allow.length > 0 ? allowedBy(allow) : (_callee: string) => false
  const calls = kept.filter(({ callee }) => !isAllowed(callee))
  const rest = [...dropped].reduce((sum, [callee, times]) => (isAllowed(callee) ? sum : sum + times), 0)
  const count = calls.reduce((sum, each) => sum + each.calls, rest)
  const { name } = measured.profile.scope
  if (count === 0 && measured.unseenModules.length > 0) {
    const modules = measured.unseenModules.map((module) => `node:${module}`).join(' and ')
    throw notMeasured(
      `toHaveNoSyncCalls() cannot tell what ${name} did with ${modules}, loaded while it ran`,
      'import it before, at the top of a module'
    )
  }
  const but = allow.length > 0 ? ` but ${allow.join(', ')}` : ''
  return {
    pass: count === 0,
    expected: `Expected ${name} to make no sync call${but}`,
    expectedNot: `Expected ${name} to make a sync call${but}`,
    received:
      count === 0 ? 'Received none' : `Received ${plural(count, 'sync call')}\n\n${calls.slice(0, MAX_SHOWN).map(describe).join('\n\n')}`
  }
}

const MAX_SHOWN = 5

/** With or without the module's name. */
function allowedBy(allow: readonly string[]): (callee: string) => boolean {
  const matches = running()!.compileGlobs(allow)
  return (callee) => matches(callee) || matches(callee.split('.').at(-1)!)
}

function describe(call: PlacedSyncCall): string {
  const { calls, totalMs, kind, location } = call
  const times = calls > 1 ? `  ×${calls}` : ''
  return `  ${formatMs(totalMs).padStart(6)}  ${kind}  ${describePlace(call)}${times}  ${placeText(location)}\n          ${hintFor(call)}`
}

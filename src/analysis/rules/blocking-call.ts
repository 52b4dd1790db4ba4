import type { Confidence, Finding, Severity } from '../../model/finding.ts'
import type { BlockingCall } from '../../model/profile.ts'
import { namesOf } from '../culprit.ts'
import { fingerprint } from '../fingerprint.ts'
import { isUnseen, judgeStretches, ownMs } from '../stalls/blocking.ts'
import { hintFor } from '../stalls/hints.ts'
import { formatMs } from '../text/format.ts'
import { calleeText, describePlace, functionPlace } from '../text/places.ts'
import type { RuleContext } from './context.ts'
import type { Rule } from './rule.ts'

/** One uninterrupted piece of work that kept the loop for longer than the threshold. */
export const BLOCKING_CALL: Rule = {
  name: 'blocking-call',
  default: 'warn',
  code: 'ERR_BLOCKING_CALL',
  label: 'blocked',
  counted: ['blocking', 'blocking'],
  standsOn: 'stalls'
}

/** The findings of the rule `blocking-call` over all stretches of one test or file. */
export function findBlockingCalls(stretches: readonly BlockingCall[], context: RuleContext): Finding[] {
  const setting = context.rules['blocking-call']
  if (setting === 'off') return []
  const { over, inconclusive } = judgeStretches(stretches, context.blockingThreshold)
  return [
    ...over.map((call) => toFinding(call, context, setting, call.confidence)),
    ...inconclusive.map((call) => toFinding(call, context, setting, 'inconclusive'))
  ]
}

function toFinding(call: BlockingCall, context: RuleContext, severity: Severity, confidence: Confidence): Finding {
  const { durationMs, cpuMs, stolenMs, suspendedMs, kind, location, stack, culprit, victims } = call
  const callee = calleeText(call)
  const doubtful = confidence === 'inconclusive'
  return {
    rule: 'blocking-call',
    // What cannot be decided fails nothing; nor does the collector, which cleans up after whoever ran before.
    severity: doubtful || kind === 'gc' || ownMs(call) <= context.blockingThreshold ? 'warn' : severity,
    confidence,
    status: 'new',
    message: doubtful
      ? `${describePlace(call)} kept the event loop for ${formatMs(durationMs)}, but ${excuse(call)}`
      : `${describePlace(call)} blocked the event loop for ${formatMs(durationMs)}`,
    hint:
      kind === 'unknown' && location === undefined
        ? `${isUnseen(call) ? 'run again beside less work to see the line' : UNKNOWN_LINE}; ${hintFor(call)}`
        : hintFor(call),
    kind,
    durationMs,
    ...(location && { location }),
    ...(callee !== undefined && { callee }),
    stack,
    file: context.file,
    ...namesOf(culprit),
    evidence: { cpuMs, stolenMs, ...(suspendedMs > 0 && { suspendedMs }), thresholdMs: context.blockingThreshold },
    victims,
    occurrences: 1,
    fingerprint: fingerprint('blocking-call', context.file, culprit, functionPlace(call), kind)
  }
}

/** Why a stretch that was too long may not be the user's doing. */
function excuse(call: BlockingCall): string {
  const { stolenMs, suspendedMs } = call
  if (isUnseen(call)) return 'on a busy machine the CPU profiler, a thread of its own, could not see what ran'
  return suspendedMs > stolenMs
    ? `for ${formatMs(suspendedMs)} of it the process did not run: it was stopped, its machine was, or a debugger paused it`
    : `other processes held the CPU for ${formatMs(stolenMs)} of it`
}

const UNKNOWN_LINE = "run again, or set backend: 'inspector', to see the line: the profiler was not sampling yet"

import type { Finding } from '../../model/finding.ts'
import type { Starvation } from '../../model/measured.ts'
import { namesOf } from '../culprit.ts'
import { fingerprint } from '../fingerprint.ts'
import { formatMs } from '../text/format.ts'
import { describePlace } from '../text/places.ts'
import type { RuleContext } from './context.ts'
import type { Rule } from './rule.ts'

/** Many short callbacks that ran in one turn of the loop and together kept it too long. */
export const LOOP_STARVATION: Rule = {
  name: 'loop-starvation',
  default: 'warn',
  code: 'ERR_LOOP_STARVATION',
  label: 'starved',
  counted: ['starvation', 'starvations'],
  standsOn: 'stalls'
}

/** What ran most in a starved turn. */
type Shape = 'microtasks' | 'ticks' | 'callbacks'

const NOUNS: Record<Shape, string> = { microtasks: 'promise continuation', ticks: 'process.nextTick callback', callbacks: 'callback' }

const HINTS: Record<Shape, string> = {
  microtasks: 'let the loop turn between parts: await setImmediate from node:timers/promises; an await of what is already done does not',
  ticks: 'use setImmediate instead of process.nextTick: ticks run before anything else gets its turn',
  callbacks: 'do less at once: run them a few at a time, with await setImmediate from node:timers/promises between them'
}

/** The findings of the rule `loop-starvation`: turns in which many callbacks, none of them long, kept the loop. */
export function findStarvation(starved: readonly Starvation[], { file, rules, blockingThreshold }: RuleContext): Finding[] {
  const severity = rules['loop-starvation']
  if (severity === 'off') return []
  return starved.map((turn): Finding => {
    const { durationMs, stolenMs, microtasks, ticks, location, stack, culprit, victims, confidence } = turn
    // A tick that the end of a test keeps from its turn is counted, and not run.
    const callbacks = Math.max(0, turn.callbacks - ticks)
    const shape = shapeOf({ microtasks, ticks, callbacks })
    const count = { microtasks, ticks, callbacks }[shape]
    const counted = `${count.toLocaleString('en-US')} ${NOUNS[shape]}${count === 1 ? '' : 's'}`
    return {
      rule: 'loop-starvation',
      severity,
      confidence,
      status: 'new',
      message: `${counted} ran in one turn of the event loop and kept it for ${formatMs(durationMs)}, most of it in ${describePlace(turn)}`,
      hint: HINTS[shape],
      durationMs,
      ...(location && { location }),
      stack,
      file,
      ...namesOf(culprit),
      evidence: { microtasks, ticks, callbacks, stolenMs, thresholdMs: blockingThreshold },
      victims,
      occurrences: 1,
      fingerprint: fingerprint('loop-starvation', file, culprit, location, shape)
    }
  })
}

/** A chain outnumbers by far the callbacks that it starts from; each callback settles a promise or two anyway. */
const CHAIN = 10

function shapeOf({ microtasks, ticks, callbacks }: Record<Shape, number>): Shape {
  if (Math.max(microtasks, ticks) < callbacks * CHAIN) return 'callbacks'
  return ticks > microtasks ? 'ticks' : 'microtasks'
}

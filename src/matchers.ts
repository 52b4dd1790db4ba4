import './matchers/types.ts'
import { judgeStretches, ownMs } from './analysis/stalls/blocking.ts'
import { formatMs } from './analysis/text/format.ts'
import { type Context, notMeasured, type Outcome, withSubject } from './matchers/subject.ts'
import { LAG_FIELDS, type LagField, wrongAllow, wrongCount, wrongLimits, wrongOptions } from './matchers/arguments.ts'
import { noLeakedTasks } from './matchers/no-leaked-tasks.ts'
import { noSyncCalls } from './matchers/no-sync-calls.ts'
import { describeCalls, describeStretches, plural } from './matchers/text.ts'
import type { LagLimits, NoBlockingCallsOptions, NoSyncCallsOptions } from './matchers/types.ts'
import type { MeasuredSubject } from './model/measured.ts'

export type * from './matchers/types.ts'

/** The matchers, for `expect.extend()`; the setup file has done that already. */
export const asyncMatchers = {
  toHaveNoBlockingCalls(this: Context, subject: unknown, options: NoBlockingCallsOptions = {}) {
    return withSubject(this, 'toHaveNoBlockingCalls', subject, (measured) => noBlockingCalls(measured, options), wrongOptions(options))
  },
  toCompleteWithinLag(this: Context, subject: unknown, max: number | LagLimits) {
    const limits = typeof max === 'number' ? { max } : max
    return withSubject(this, 'toCompleteWithinLag', subject, (measured) => withinLag(measured, limits), wrongLimits(max))
  },
  toHaveNoSyncCalls(this: Context, subject: unknown, options: NoSyncCallsOptions = {}) {
    return withSubject(this, 'toHaveNoSyncCalls', subject, (measured) => noSyncCalls(measured, options), wrongAllow(options))
  },
  toHaveNoLeakedTasks(this: Context, subject: unknown) {
    return withSubject(this, 'toHaveNoLeakedTasks', subject, noLeakedTasks)
  },
  toStayWithinConcurrency(this: Context, subject: unknown, max: number) {
    return withSubject(this, 'toStayWithinConcurrency', subject, (measured) => withinConcurrency(measured, max), wrongCount(max))
  }
}

function noBlockingCalls(measured: MeasuredSubject, options: NoBlockingCallsOptions): Outcome {
  if (!measured.blockingKnown)
    throw notMeasured(
      'toHaveNoBlockingCalls() needs blocking calls to be looked for, and the option detectBlocking is false',
      'set it to true'
    )
  const threshold = options.threshold ?? measured.blockingThreshold
  if (threshold < measured.leastStretchMs) {
    const asked = `toHaveNoBlockingCalls() was asked for calls over ${formatMs(threshold)}`
    throw notMeasured(
      `${asked}, and a copy of a profile only holds those over ${formatMs(measured.leastStretchMs)}`,
      'pass the profile itself'
    )
  }
  const { kinds } = options
  const calls = judgeStretches(measured.stretchesOver(threshold), threshold).over.filter((call) => {
    // The collector's pauses count where they are asked for by name.
    if (kinds === undefined || call.kind !== 'gc') return (kinds?.includes(call.kind) ?? true) && ownMs(call) > threshold
    return kinds.includes('gc')
  })
  const what = kinds === undefined ? 'blocking call' : `blocking call of kind ${kinds.join(' or ')}`
  const name = measured.profile.scope.name
  const total = calls.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return {
    pass: calls.length === 0,
    expected: `Expected ${name} to have no ${what} over ${formatMs(threshold)}`,
    expectedNot: `Expected ${name} to have a ${what} over ${formatMs(threshold)}`,
    received:
      calls.length === 0
        ? 'Received none'
        : `Received ${plural(calls.length, 'blocking call')}, ${formatMs(total)} in all\n\n${describeCalls(calls)}`
  }
}

function withinLag(measured: MeasuredSubject, limits: LagLimits): Outcome {
  if (!measured.lagKnown) {
    throw notMeasured('toCompleteWithinLag() needs lag to be measured, and the option monitorEventLoop is false', 'set it to true')
  }
  const loop = limits.scope === 'loop'
  const lag = loop ? measured.loopLag : measured.profile.eventLoopLag
  if (lag === undefined)
    throw notMeasured(
      'toCompleteWithinLag() was asked for the lag of the whole loop, which a copy of a profile does not hold',
      'pass the profile itself'
    )
  const asked = (Object.keys(LAG_FIELDS) as LagField[]).filter((field) => limits[field] !== undefined)
  const over = asked.filter((field) => lag[LAG_FIELDS[field]] > limits[field]!)
  const name = measured.profile.scope.name
  const limitText = asked.map((field) => `${field} ${formatMs(limits[field]!)}`).join(', ')
  const receivedText = asked.map((field) => `${field} ${formatMs(lag[LAG_FIELDS[field]])}`).join(', ')
  const whose = loop ? 'of the whole loop' : 'of its own work'
  return {
    pass: over.length === 0,
    expected: `Expected ${name} to complete within a lag ${whose} of ${limitText}`,
    expectedNot: `Expected ${name} to cause a lag ${whose} above ${limitText}`,
    received: `Received ${receivedText}${over.length > 0 ? longest(measured, limits.max ?? 0) : ''}`
  }
}

/** What a lag above its limit is mostly made of. */
function longest({ stretchesOver }: MeasuredSubject, limit: number): string {
  const top = stretchesOver(limit)
    .toSorted((a, b) => ownMs(b) - ownMs(a))
    .slice(0, 3)
  return top.length > 0 ? `\n\n${describeStretches(top)}` : ''
}

function withinConcurrency({ profile, tasksKnown, unseenTasks }: MeasuredSubject, max: number): Outcome {
  if (!tasksKnown) {
    throw notMeasured(
      'toStayWithinConcurrency() needs tasks to be followed, which they are where the test file itself names this matcher',
      'name it there, or measure the call with expect(() => …)'
    )
  }
  const { maxConcurrent } = profile.timeline
  if (maxConcurrent <= max && unseenTasks > 0) {
    throw notMeasured(
      `toStayWithinConcurrency() saw ${plural(maxConcurrent, 'task')} at once, and ${unseenTasks} more that it could not follow`,
      'measure less at once, in a test of its own'
    )
  }
  const name = profile.scope.name
  const tasks = profile.tasks.filter(({ parentId }) => parentId === undefined).slice(0, 5)
  const list = tasks.map(({ name: task, stack: [at] }) => `  ${task}${at ? `  ${at.file}:${at.line}:${at.column}` : ''}`)
  return {
    pass: maxConcurrent <= max,
    expected: `Expected ${name} to run at most ${plural(max, 'task')} at once`,
    expectedNot: `Expected ${name} to run more than ${plural(max, 'task')} at once`,
    received: `Received ${maxConcurrent}${maxConcurrent > max && list.length > 0 ? `\n\n${list.join('\n')}` : ''}`
  }
}

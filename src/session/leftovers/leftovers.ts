import type { StackFrame } from '../../model/code.ts'
import type { CoveringRule, LeftPromise, Leftovers } from '../../model/leftovers.ts'
import { loopTurn, now, setTimeout } from '../../node/clock.ts'
import { stateOfPromise } from '../../node/resources/promise-state.ts'
import type * as Later from '../later.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Locator } from '../source/locate.ts'
import { isOwnUrl } from '../source/user-code.ts'
import type { Made } from '../waits/promise-chains.ts'
import { openAmong, type OpenResource, toLeftResources } from './open-resources.ts'

/** Finds what tests and hooks leave behind. The verdict is the file's: until its end somebody may still clean up, or wait. */
export interface LeftoverWatch {
  /** One attempt of a test is over. @param lost it timed out: what it left is what it waited for */
  ended(scope: Scope, outcome: { failed: boolean; lost: boolean }): void
  /** What a scope's work has left by now. */
  soFar(scope: Scope): Leftovers
  /** Lets what a scope left go, if it does so soon. */
  settle(scope: Scope): Promise<void>
  /** What is left of a file's tests and hooks. Takes no time where that is nothing. @param lost as of a test */
  atEnd(file: Scope, outcome: { lost: boolean }): Promise<Leftovers>
  /** Its error was nobody's to handle: that is told of it, and nothing else. */
  rejected(promise: object): void
}

export interface LeftoverOptions {
  /** Loaded when asked for. */
  promises(): Later.PromiseReader
  neverSettling: typeof Later.neverSettling
  locator: Locator
  depth: number
  /** Whether a promise may be proved never to settle, at the cost of a collection. */
  prove: boolean
}

const SETTLE_MS = 50
const LEAST_ROUNDS = 10
/** More than that in one file are one mistake. */
const MAX_KEPT = 500

/** Later than this after its test's end, a promise has outlived it. */
const GRACE_MS = 5

/** The same of a listener whose request has ended: a client that has the whole answer has no means to wait for the rest. */
const REQUESTS_GRACE_MS = 20

/**
 * By how much a promise has outlived its test; 0 where it settled in time, or has not settled.
 * @param isListeners it is what an async listener gave to whoever emitted
 */
export function outlivedMs({ settledMs, owner }: Made, isListeners: boolean): number {
  const { endMs } = owner.whole
  if (settledMs === undefined || endMs === undefined) return 0
  const isOfEndedRequest = isListeners && owner.kind === 'request' && owner.endMs !== undefined
  const lateMs = settledMs - endMs
  return lateMs > (isOfEndedRequest ? REQUESTS_GRACE_MS : GRACE_MS) ? lateMs : 0
}

export function watchLeftovers(
  session: Session,
  { promises: reader, neverSettling, locator, depth, prove }: LeftoverOptions
): LeftoverWatch {
  const { promises, resources } = session
  const droppedAt = (made: Made): StackFrame | undefined => reader().places.droppedAt(made)
  let openResources: OpenResource[] = []
  let pending: Made[] = []
  let counted = 0
  /** Tests that are over and have started something since. */
  const going = new Set<Scope>()
  const told = new WeakSet<Made>()
  /** Who was running when a promise of an ended test settled. */
  const during = new WeakMap<Made, string>()

  resources.onLate = (test) => void going.add(test)
  promises.onSettled = (made) => {
    if (made.owner.whole.endMs === undefined) return
    const test = session.openTests().find((scope) => scope !== made.owner.whole)
    if (test !== undefined) during.set(made, test.name)
  }
  const isStillOpen = ({ made }: OpenResource): boolean => resources.isLeft(made)
  const isPending = (made: Made): boolean => promises.isPending(made) && !told.has(made)
  /** While it was pending: its reference is made before anybody asks. */
  const isCollected = (made: Made): boolean => made.ref !== undefined && made.ref.deref() === undefined && promises.isPending(made)
  const isDropped = (made: Made): boolean => isPending(made) && droppedAt(made) !== undefined

  /** Those that only wait for something that is told of already. */
  function waitsFor(made: Made, place: StackFrame, left: readonly OpenResource[]): boolean {
    const same = (a: StackFrame, b: StackFrame): boolean => a.url === b.url && a.line === b.line && a.column === b.column
    return left.some((each) => each.made.owner.whole === made.owner.whole && each.frames.some((frame) => same(frame, place)))
  }
  /** Who tells of the cause, where that is another one. What is pending and collected waits for what can never settle. */
  function coveringRule(made: Made, place: StackFrame, left: readonly OpenResource[]): CoveringRule | undefined {
    if (told.has(made)) return 'unhandled-rejection'
    if (waitsFor(made, place, left)) return 'leaked-resource'
    return isCollected(made) ? 'never-settles' : undefined
  }
  function reset(): void {
    resources.release()
    for (const made of pending) promises.release(made)
    openResources = []
    pending = []
    going.clear()
    counted = 0
  }
  /** What tests have started after their end: a timer that sets the next one never has the same twice. */
  const startedLate = (): OpenResource[] => [...going].flatMap((scope) => openAmong(scope.resources.records, resources))
  const openNow = (): OpenResource[] => [...openResources.filter(isStillOpen), ...startedLate()]
  const watch: LeftoverWatch = {
    ended(scope, { failed, lost }) {
      promises.flush()
      const left = lost ? [] : openAmong(scope.resources.records, resources)
      scope.resources.records = []
      if (openResources.length + left.length > MAX_KEPT) openResources = openResources.filter(isStillOpen)
      openResources.push(...left.slice(0, Math.max(0, MAX_KEPT - openResources.length)))
      counted += left.length
      const own = failed || lost ? [] : [...scope.promises.pending].filter(({ frames }) => frames.some(({ url }) => isOwnUrl(url)))
      const kept = new Set(own.slice(0, Math.max(0, MAX_KEPT - pending.length)))
      for (const made of scope.promises.pending) if (!kept.has(made)) promises.release(made)
      for (const made of kept) made.kept = true
      pending.push(...kept)
    },
    soFar(scope) {
      promises.flush()
      const left = openAmong(
        scope.resources.records.filter(({ owner }) => scope.includes(owner)),
        resources
      )
      const dropped = [...scope.promises.pending].filter((made) => scope.includes(made.owner) && isDropped(made))
      const causes = dropped.flatMap((made) => {
        const place = droppedAt(made)!
        return waitsFor(made, place, left) ? [] : [reader().places.toLeft(made, place, 'pending')]
      })
      return { resources: toLeftResources(left, locator, depth), promises: causes, counted: 0 }
    },
    async settle(scope) {
      if (isNothing(watch.soFar(scope))) return
      await settled(() => isNothing(watch.soFar(scope)))
    },
    async atEnd(file, { lost }) {
      watch.ended(file, { failed: false, lost })
      // What a system call or an immediate starts in a moment is left over, too.
      await settled(() => openNow().length === 0 && !pending.some(isDropped) && !resources.isUnderWay())
      const left = openNow()
      const open = prove ? pending.filter(isPending) : []
      const never = open.length > 0 ? await neverSettling(open, openResources, reader()) : []
      const found = pending.flatMap((made): LeftPromise[] => {
        const place = droppedAt(made)
        if (place === undefined) return []
        const covering = coveringRule(made, place, left)
        const covered = covering === undefined ? {} : { coveredBy: covering }
        const late = outlivedMs(made, reader().chains.isListeners(made))
        if (late > 0) {
          const test = during.get(made)
          return [
            {
              ...reader().places.toLeft(made, place, 'outlived'),
              ...covered,
              outlivedMs: late,
              ...(test !== undefined && { during: test })
            }
          ]
        }
        const promise = made.ref?.deref()
        const waits =
          isCollected(made) || (promise !== undefined && promises.isPending(made) && stateOfPromise(promise).state === 'pending')
        return waits ? [{ ...reader().places.toLeft(made, place, 'pending'), ...covered }] : []
      })
      // It may have gone while others were looked at, or have set the next one.
      const stillOpen = openNow()
      const result = {
        resources: toLeftResources(stillOpen, locator, depth),
        promises: [...never, ...found],
        counted: Math.max(0, counted - stillOpen.length)
      }
      reset()
      return result
    },
    rejected(promise) {
      const made = promises.find(promise)
      if (made !== undefined) told.add(made)
    }
  }
  return watch
}

const isNothing = ({ resources, promises }: Leftovers): boolean => resources.length + promises.length === 0

/**
 * Turns the loop, then backs off, and stops as soon as it is clean, twice in a row: who polls is between two timers at times. On a
 * busy machine the time alone would be no chance.
 */
async function settled(isClean: () => boolean): Promise<void> {
  const until = now() + SETTLE_MS
  // What waits for a tick has not begun: promises alone may have led here from the last test.
  await loopTurn()
  if (isClean()) return
  let clean = 0
  for (let round = 0; clean < 2 && (round < LEAST_ROUNDS || now() < until); round++) {
    clean = isClean() ? clean + 1 : 0
    if (clean < 2) await new Promise((done) => void setTimeout(done, Math.max(1, Math.min(2 ** round, until - now()))))
  }
}

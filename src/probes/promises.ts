import type { StackFrame } from '../records/code.ts'
import { now } from './clock.ts'
import { type Looks, takeLook } from './looks.ts'
import { sitesOf, takeStack, type TakenStack, toFrames, urlOf } from './stacks.ts'

// Taken at load: tests of what older hosts lack delete it, and a hook that throws ends the process.
const { WeakRef } = globalThis

/** Raw record of one promise that did not settle in the callback that made it. The promise itself is held weakly. */
export interface PromiseRecord<Owner> {
  /** Missing until the callback that made it has ended. */
  ref: WeakRef<object> | undefined
  readonly owner: Owner
  readonly createdMs: number
  settledMs: number | undefined
  /** Innermost first. V8's own `then`, `Promise` or `race` stands first where it made the promise. */
  frames: readonly StackFrame[]
  /** Whose outcome it waits for: of those that `then` or an `await` made. */
  readonly source: PromiseRecord<Owner> | undefined
  /** Those that wait for its outcome, and how many more do. */
  takers: PromiseRecord<Owner>[]
  moreTakers: number
  /** Another promise that it was resolved with: it settles with that one. */
  follows: PromiseRecord<Owner> | undefined
  /** Made while timers were fake: nothing but the test moves them on. */
  readonly fake: boolean
  /** It is looked for when it has settled, too. */
  kept: boolean
}

/** The promises of one test that have not settled, shared by all scopes inside the test. */
export interface PromiseLog<Owner> {
  pending: Set<PromiseRecord<Owner>>
  looks: Looks
}

/** Deep enough for the call that a few helpers return a promise to. */
const FRAMES = 10
const MAX_TAKERS = 4

export interface Promises<Owner> {
  init(promise: object, source: object | undefined, owner: Owner | undefined): void
  /** A continuation starts; or the job that makes a promise follow another one. */
  before(promise: object): void
  settled(promise: object): void
  /** Reads the stacks of what has not settled by now. To be called before other people's code may run. */
  flush(): void
  /** From here on promises may settle unseen: what is not settled now is unsure. */
  blind(): void
  /** Whether a record that is not settled might have settled unseen. */
  isUnsure(record: PromiseRecord<Owner>): boolean
  find(promise: object): PromiseRecord<Owner> | undefined
  /** Follows a record no longer. */
  release(record: PromiseRecord<Owner>): void
  /** Told of each record that settles. */
  onSettled: ((record: PromiseRecord<Owner>) => void) | undefined
}

/** Nobody calls `then` in the job of a promise that was resolved with another one: it follows that. */
const isOfNobody = ({ url, functionName, awaits }: StackFrame): boolean =>
  awaits || (url === '' && functionName === 'then') || /^node:internal\/(?:process\/task_queues|timers)$/.test(url)

interface Fresh<Owner> {
  record: PromiseRecord<Owner>
  promise: object
  stack: TakenStack
  /** Whose continuation or job made it. */
  job: PromiseRecord<Owner> | undefined
}

/**
 * Tells which promises an owner's code has made that are still pending, where they were made and who waits for them. A
 * stack is taken of each and read only of those that outlast the callback that they were made in.
 * @param isRunner whether a script is the test runner's: its own promises are of no interest
 * @param timersAreFake whether the test has replaced timers
 */
export function createPromises<Owner extends { promises: PromiseLog<Owner> }>(
  isRunner: (url: string) => boolean,
  timersAreFake: () => boolean
): Promises<Owner> {
  const records = new WeakMap<object, PromiseRecord<Owner>>()
  let fresh: Fresh<Owner>[] = []
  /** While there are none, neither sources nor settled promises need a look-up. */
  let tracked = 0
  let blindAt = -Infinity
  let running: PromiseRecord<Owner> | undefined
  const isPlace = (url: string): boolean => !isRunner(url)
  /** Nobody's, too, where V8's own functions are all there is. */
  function isRunners(sites: readonly NodeJS.CallSite[]): boolean {
    const maker = sites.find((site) => urlOf(site) !== '')
    return maker === undefined || isRunner(urlOf(maker))
  }

  function create(promise: object, owner: Owner, source: PromiseRecord<Owner> | undefined): PromiseRecord<Owner> {
    const record: PromiseRecord<Owner> = {
      ref: undefined, owner, createdMs: now(), settledMs: undefined, frames: [], source, takers: [], moreTakers: 0,
      follows: undefined, fake: timersAreFake(), kept: false
    }
    records.set(promise, record)
    owner.promises.pending.add(record)
    tracked++
    fresh.push({ record, promise, stack: takeStack(FRAMES, probe.init), job: running })
    return record
  }
  function follow(record: PromiseRecord<Owner>, followed: PromiseRecord<Owner>): void {
    record.follows = followed
    followed.takers.push(record)
  }
  function forget(record: PromiseRecord<Owner>): void {
    if (!record.owner.promises.pending.delete(record)) return
    tracked--
  }
  const probe: Promises<Owner> = {
    onSettled: undefined,
    init(promise, parent, current) {
      const source = parent === undefined || tracked === 0 ? undefined : records.get(parent)
      if (parent !== undefined && source === undefined) return
      const owner = current ?? source?.owner
      if (source?.takers.length === MAX_TAKERS) source.takers = source.takers.filter(({ settledMs }) => settledMs === undefined)
      const looked = owner !== undefined && takeLook(owner.promises.looks) && (source === undefined || source.takers.length < MAX_TAKERS)
      const record = looked ? create(promise, owner, source) : undefined
      if (source === undefined) return
      if (record === undefined) source.moreTakers++
      else source.takers.push(record)
    },
    before(promise) {
      running = tracked === 0 ? undefined : records.get(promise)
    },
    settled(promise) {
      if (tracked === 0) return
      const record = records.get(promise)
      if (record === undefined || record.settledMs !== undefined) return
      record.settledMs = now()
      // A weak map with thousands of entries makes each collection slow.
      if (!record.kept) records.delete(promise)
      forget(record)
      probe.onSettled?.(record)
    },
    flush() {
      if (fresh.length === 0) return
      const taken = fresh
      fresh = []
      for (const { record, promise, stack, job } of taken) {
        if (record.settledMs !== undefined) continue
        const { source } = record
        const sites = sitesOf(stack)
        // That the runner waits for somebody else's promise is of interest.
        if ((source?.frames ?? []).length === 0 && isRunners(sites)) {
          forget(record)
          continue
        }
        record.frames = toFrames(sites, isPlace)
        // Not when it was made: most have settled by now, and each weak reference is work for the collector.
        record.ref = new WeakRef(promise)
        if (job !== undefined && source !== undefined && record.frames.every(isOfNobody)) {
          forget(record)
          source.takers = source.takers.filter((taker) => taker !== record)
          follow(job, source)
        }
      }
    },
    find: (promise) => records.get(promise),
    release: forget,
    blind() {
      blindAt = now()
    },
    isUnsure: ({ createdMs }) => createdMs <= blindAt
  }
  return probe
}

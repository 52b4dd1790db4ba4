import type { StackFrame } from '../../records/code.ts'
import { now } from '../clock.ts'
import { stateOfPromise } from '../promise-state.ts'
import { sitesOf, takeStack, toFrames, urlOf } from '../stacks.ts'
import { affords, spend, type StackBudget } from './stack-budget.ts'

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
  /** The same, not read yet. They keep alive what ran there, and are gone when the callback has ended. */
  sites: readonly NodeJS.CallSite[] | undefined
  /** Whether the user's code is on its stack. */
  readonly own: boolean
  /** Whether `then` or an `await` made it of another one. */
  readonly derived: boolean
  /** Of an `await`: the first one of the same run of its function. */
  readonly first: PromiseRecord<Owner> | undefined
  /** Script and function of the top frame. */
  readonly top: { url: string; name: string }
  /** Whose outcome it waits for; of derived ones, where that one is known. */
  readonly source: PromiseRecord<Owner> | undefined
  /** Those that wait for its outcome, and how many more do. */
  takers: PromiseRecord<Owner>[]
  moreTakers: number
  /** Another promise that it was resolved with: it settles with that one. */
  follows: PromiseRecord<Owner> | undefined
  /** The nearest one with the user's code on its stack in whose continuation it was made, where its own stack has none. */
  readonly cause: PromiseRecord<Owner> | undefined
  /** Made while timers were fake: nothing but the test moves them on. */
  readonly fake: boolean
  /** It is looked for when it has settled, too. */
  kept: boolean
}

/** The promises of one test that have not settled, shared by all scopes inside the test. */
export interface PromiseLog<Owner> {
  readonly pending: Set<PromiseRecord<Owner>>
  readonly budget: StackBudget
}

/** Deep enough for the call that a few helpers return a promise to. */
const FRAMES = 10
const MAX_TAKERS = 4

export interface Promises<Owner> {
  init(promise: object, source: object | undefined, owner: Owner | undefined): void
  /** A continuation starts; or the job that makes a promise follow another one. */
  before(promise: object): void
  /** A callback that is no promise's starts. */
  callback(): void
  settled(promise: object): void
  /** Reads the places of what has not settled by now. To be called before other people's code may run. */
  flush(): void
  /** From here on promises may settle unseen. */
  blind(): void
  /** Whether a record that is not settled might have settled unseen; the promise itself is asked, where it is still there. */
  isUnsure(record: PromiseRecord<Owner>): boolean
  find(promise: object): PromiseRecord<Owner> | undefined
  /** Where the user's code made the promise whose continuation runs, or one that this one comes of; empty where that is not known. */
  cause(): readonly StackFrame[]
  /** Whether a continuation runs, and no other callback. */
  inJob(): boolean
  /** Follows a record no longer. */
  release(record: PromiseRecord<Owner>): void
  /** Told of each record that settles. */
  onSettled: ((record: PromiseRecord<Owner>) => void) | undefined
}

export interface Code {
  /** The test runner's: its own promises are of no interest. */
  isRunner(url: string): boolean
  /** The user's. */
  isOwn(url: string): boolean
}

/** Nobody calls `then` in the job of a promise that was resolved with another one: it follows that. */
const isOfNobody = (site: NodeJS.CallSite): boolean => {
  const url = urlOf(site)
  return site.isAsync() || (url === '' && site.getFunctionName() === 'then') || /^node:internal\/(?:process\/task_queues|timers)$/.test(url)
}

/**
 * Tells which promises an owner's code has made that are still pending, where they were made and who waits for them. Promises that
 * Node's own functions make while they go on by themselves are passed over: one `readFile` makes two dozen.
 * @param timersAreFake whether the test has replaced timers
 */
export function createPromises<Owner extends { promises: PromiseLog<Owner> }>({ isRunner, isOwn }: Code, timersAreFake: () => boolean): Promises<Owner> {
  const records = new WeakMap<object, PromiseRecord<Owner>>()
  /** Derived promises whose continuation is the rest of a function of Node's. */
  const nodes = new WeakSet<object>()
  let fresh: { record: PromiseRecord<Owner>; promise: object }[] = []
  /** While there are none, neither sources nor settled promises need a look-up. */
  let tracked = 0
  let blindAt = -Infinity
  let running: PromiseRecord<Owner> | undefined
  let nodeRuns = false
  let job = false
  const isPlace = (url: string): boolean => !isRunner(url)
  const causeNow = (): PromiseRecord<Owner> | undefined => (running?.own === true ? running : running?.cause)
  function read(record: PromiseRecord<Owner>): readonly StackFrame[] {
    if (record.sites !== undefined) record.frames = toFrames(record.sites, isPlace)
    record.sites = undefined
    return record.frames
  }

  function create(promise: object, owner: Owner, derived: boolean, source: PromiseRecord<Owner> | undefined, sites: readonly NodeJS.CallSite[]): PromiseRecord<Owner> {
    const own = sites.some((site) => isOwn(urlOf(site)))
    const [site] = sites
    const top = { url: site === undefined ? '' : urlOf(site), name: site?.getFunctionName() ?? '' }
    const goesOn = derived && running?.derived === true && top.url !== '' && running.top.url === top.url && running.top.name === top.name
    const record: PromiseRecord<Owner> = {
      ref: undefined, owner, createdMs: now(), settledMs: undefined, frames: [], sites, own, top, derived, first: goesOn ? (running!.first ?? running) : undefined, source, takers: [], moreTakers: 0, follows: undefined,
      cause: own ? undefined : causeNow(), fake: timersAreFake(), kept: false
    }
    records.set(promise, record)
    owner.promises.pending.add(record)
    tracked++
    fresh.push({ record, promise })
    return record
  }
  /**
   * What is to be done with a new promise, by its stack.
   * @returns its record, where it is the user's or comes of one of theirs
   */
  function look(promise: object, owner: Owner, derived: boolean, source: PromiseRecord<Owner> | undefined): PromiseRecord<Owner> | undefined {
    const sites = sitesOf(takeStack(FRAMES, probe.init))
    const maker = sites.find((site) => urlOf(site) !== '')
    const url = maker === undefined ? '' : urlOf(maker)
    if (derived && url.startsWith('node:') && maker === sites[0]) nodes.add(promise)
    if (source !== undefined && running !== undefined && sites.every(isOfNobody)) {
      // The job of a promise that was resolved with another one.
      running.follows = source
      source.takers.push(running)
      return running
    }
    // That the runner waits for somebody else's promise is of interest.
    if (source === undefined && (maker === undefined || isRunner(url))) return undefined
    if (source === undefined && url.startsWith('node:') && !sites.some((site) => isOwn(urlOf(site)))) return undefined
    return create(promise, owner, derived, source, sites)
  }
  function forget(record: PromiseRecord<Owner>): void {
    if (!record.owner.promises.pending.delete(record)) return
    tracked--
  }
  function settle(record: PromiseRecord<Owner>, at: number): void {
    record.settledMs = at
    forget(record)
    probe.onSettled?.(record)
  }
  const probe: Promises<Owner> = {
    onSettled: undefined,
    init(promise, parent, current) {
      const source = parent === undefined || tracked === 0 ? undefined : records.get(parent)
      const owner = current ?? source?.owner
      if (owner === undefined) return
      if (source?.takers.length === MAX_TAKERS) source.takers = source.takers.filter(({ settledMs }) => settledMs === undefined)
      const full = source !== undefined && source.takers.length >= MAX_TAKERS
      if (nodeRuns || full || !affords(owner.promises.budget)) {
        if (nodeRuns && parent !== undefined) nodes.add(promise)
        if (source !== undefined) source.moreTakers++
        return
      }
      const since = now()
      const record = look(promise, owner, parent !== undefined, source)
      spend(owner.promises.budget, since)
      if (source === undefined || record === running) return
      if (record === undefined) source.moreTakers++
      else source.takers.push(record)
    },
    before(promise) {
      // It runs once.
      job = true
      nodeRuns = nodes.delete(promise)
      running = tracked === 0 ? undefined : records.get(promise)
    },
    callback() {
      job = false
      nodeRuns = false
      running = undefined
    },
    settled(promise) {
      if (tracked === 0) return
      const record = records.get(promise)
      if (record === undefined || record.settledMs !== undefined) return
      // A weak map with thousands of entries makes each collection slow.
      if (!record.kept) records.delete(promise)
      settle(record, now())
    },
    flush() {
      if (fresh.length === 0) return
      const taken = fresh
      fresh = []
      const since = now()
      for (const { record, promise } of taken) {
        if (record.settledMs !== undefined) continue
        read(record)
        if (record.cause !== undefined) read(record.cause)
        // Not when it was made: most have settled by now, and each weak reference is work for the collector.
        record.ref = new WeakRef(promise)
      }
      for (const { record } of taken) record.sites = undefined
      spend(taken[0]!.record.owner.promises.budget, since, taken.length)
    },
    find: (promise) => records.get(promise),
    cause() {
      const cause = causeNow()
      return cause === undefined ? [] : read(cause)
    },
    inJob: () => job,
    release: forget,
    blind() {
      blindAt = now()
    },
    isUnsure(record) {
      if (record.createdMs > blindAt || record.settledMs !== undefined) return false
      const promise = record.ref?.deref()
      if (promise === undefined) return true
      if (stateOfPromise(promise).state !== 'pending') settle(record, blindAt)
      return false
    }
  }
  return probe
}

import { now } from '../../../node/clock.ts'
import { stateOfPromise } from '../../../node/resources/promise-state.ts'
import { takeSites, urlOf } from '../../stacks/stacks.ts'
import { type Cause, framesOf } from '../causes.ts'
import type { PromiseLog, PromiseRecord } from './promise-records.ts'
import { depthOf, isNamed, isOfNobody } from './promise-sites.ts'
import { createRunnerPromises } from './runner-promises.ts'
import { affords, pay, spend } from '../stack-budget.ts'
import type { Hook, Promises, PromiseSurroundings } from './promises.ts'

// Taken at load: tests of what older hosts lack delete it, and a hook that throws ends the process.
const { WeakRef } = globalThis

/** Deep enough for the call that a few helpers return a promise to. */
const FRAMES = 10
/** Enough where a function goes on: what is below it on the stack is behind an `await`. */
const FRAMES_OF_JOB = 5
/** Enough for what it waits for, and to see the user's code where a library's function goes on and calls it. */
const FEW_FRAMES = 3
const MAX_DEPENDENTS = 4

const UNKNOWN = Symbol('unknown cause')

/**
 * Tells which promises an owner's code has made that are still pending, where they were made and who waits for them. Promises that
 * Node's own functions make while they go on by themselves are passed over: one `readFile` makes two dozen.
 */
export function createPromises<Owner extends { promises: PromiseLog<Owner> }>({
  isRunner,
  isOwn,
  isOurs,
  callbackCause,
  fakeClock,
  ours
}: PromiseSurroundings): Promises<Owner> {
  const records = new WeakMap<object, PromiseRecord<Owner>>()
  /** Derived promises whose continuation is the rest of a function of Node's, with what led to it. */
  const nodes = new WeakMap<object, Cause | typeof UNKNOWN>()
  const runners = createRunnerPromises()
  let fresh: { record: PromiseRecord<Owner>; promise: object }[] = []
  /** While there are none, neither sources nor settled promises need a look-up. */
  let tracked = 0
  let blindAt = -Infinity
  let running: PromiseRecord<Owner> | undefined
  let nodeRuns = false
  let nodeCause: Cause | typeof UNKNOWN = UNKNOWN
  let job = false
  /** Whether the last promise that was looked at in this callback was made by a library's function, which the user's has called. */
  let libraryMakes = false
  const isPlace = (url: string): boolean => !isRunner(url)
  /** Whether the continuation of a function of the user's runs. */
  const usersRun = (): boolean => job && running?.top.own === true
  /** The same of a library's: all that is below it on the stack is nobody's. */
  const libraryRuns = (): boolean => job && running !== undefined && running.top.url !== '' && !running.top.own
  function causeNow(): Cause | undefined {
    if (!job) return callbackCause()
    if (nodeRuns) return nodeCause === UNKNOWN ? undefined : nodeCause
    return running && causeOf(running)
  }

  function create(
    promise: object,
    owner: Owner,
    derived: boolean,
    source: PromiseRecord<Owner> | undefined,
    sites: readonly NodeJS.CallSite[],
    own: boolean
  ): PromiseRecord<Owner> {
    const [site] = sites
    const url = site === undefined ? '' : urlOf(site)
    const top = { url, name: site?.getFunctionName() ?? '', own: isOwn(url) }
    const goesOn = derived && running?.derived === true && top.url !== '' && running.top.url === top.url && running.top.name === top.name
    const record: PromiseRecord<Owner> = {
      ref: undefined,
      owner,
      createdMs: now(),
      settledMs: undefined,
      frames: [],
      sites,
      own,
      top,
      derived,
      first: goesOn ? (running!.first ?? running) : undefined,
      source,
      dependents: [],
      moreDependents: 0,
      follows: undefined,
      cause: own ? undefined : causeNow(),
      causes: false,
      fake: fakeClock(),
      kept: false
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
  function look(
    promise: object,
    owner: Owner,
    derived: boolean,
    source: PromiseRecord<Owner> | undefined,
    above: Hook
  ): PromiseRecord<Owner> | undefined {
    const few = libraryRuns()
    const frames = usersRun() ? (derived ? FEW_FRAMES : FRAMES_OF_JOB) : few ? FEW_FRAMES : FRAMES
    let sites = takeSites(frames, above)
    // Each is asked of V8: once is enough.
    let urls = sites.map(urlOf)
    const own = urls.some(isOwn)
    if (few && own) {
      sites = takeSites(FRAMES, above)
      urls = sites.map(urlOf)
    }
    const url = urls.find(isNamed) ?? ''
    if (source !== undefined && running !== undefined && urls.every((each, index) => isOfNobody(sites[index]!, each))) {
      // The job of a promise that was resolved with another one.
      running.follows = source
      source.dependents.push(running)
      return running
    }
    // That the runner waits for somebody else's promise is of interest.
    if (source === undefined && (url === '' || isRunner(url))) {
      if (!derived) runners.isRunners(depthOf(sites))
      if (urls.every((each) => !isNamed(each) || each.startsWith('node:') || isRunner(each) || isOurs(each))) runners.add(promise)
      return undefined
    }
    if (!derived) runners.isOthers()
    libraryMakes = !isOwn(url)
    const isNodes = url.startsWith('node:')
    const isWanted = source !== undefined || !isNodes || own
    const record = isWanted ? create(promise, owner, derived, source, sites, own) : undefined
    if (derived && isNodes) nodes.set(promise, causeOf(record) ?? UNKNOWN)
    return record
  }
  /** Of what goes on behind a promise: its own stack, or what led to that. */
  function causeOf(record: PromiseRecord<Owner> | undefined): Cause | undefined {
    if (record?.own !== true) return record === undefined ? causeNow() : record.cause
    record.causes = true
    return record
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
    init(promise, parent, current, above) {
      if (runners.isMade(promise)) return
      const source = parent === undefined || tracked === 0 ? undefined : records.get(parent)
      const owner = current ?? source?.owner
      if (owner === undefined) return
      if (source === undefined && runners.isKnown(promise, parent)) return
      if (source?.dependents.length === MAX_DEPENDENTS)
        source.dependents = source.dependents.filter(({ settledMs }) => settledMs === undefined)
      const full = source !== undefined && source.dependents.length >= MAX_DEPENDENTS
      const budget = libraryRuns() || libraryMakes ? owner.promises.others : owner.promises.budget
      if (nodeRuns || full || !affords(budget)) {
        runners.isUnknown()
        if (nodeRuns && parent !== undefined) nodes.set(promise, nodeCause)
        if (source !== undefined) source.moreDependents++
        return
      }
      const since = now()
      const record = look(promise, owner, parent !== undefined, source, above)
      spend(budget, since, record !== undefined)
      ours(since)
      if (source === undefined || record === running) return
      if (record === undefined) source.moreDependents++
      else source.dependents.push(record)
    },
    isAround: runners.isAround,
    around: runners.around,
    before(promise) {
      libraryMakes = false
      // It runs once.
      job = true
      runners.before(promise)
      const cause = nodes.get(promise)
      nodeRuns = cause !== undefined
      if (cause !== undefined) {
        nodeCause = cause
        nodes.delete(promise)
      }
      running = tracked === 0 ? undefined : records.get(promise)
    },
    callback() {
      job = false
      libraryMakes = false
      nodeRuns = false
      running = undefined
      runners.leave()
    },
    settled(promise) {
      if (tracked === 0) return undefined
      const record = records.get(promise)
      if (record === undefined || record.settledMs !== undefined) return undefined
      // A weak map with thousands of entries makes each collection slow.
      if (!record.kept) records.delete(promise)
      settle(record, now())
      return record.owner
    },
    flush() {
      if (fresh.length === 0) return
      const taken = fresh
      fresh = []
      const since = now()
      for (const { record, promise } of taken) {
        if (record.settledMs !== undefined) continue
        framesOf(record, isPlace)
        if (record.cause !== undefined) framesOf(record.cause, isPlace)
        // Not when it was made: most have settled by now, and each weak reference is work for the collector.
        record.ref = new WeakRef(promise)
      }
      for (const { record } of taken) if (!record.causes) record.sites = undefined
      pay(taken[0]!.record.owner.promises.budget, since, taken.length)
      ours(since)
    },
    find: (promise) => records.get(promise),
    cause: causeNow,
    inJob: () => job,
    release: forget,
    blind() {
      blindAt = now()
    },
    isPending(record) {
      if (record.settledMs !== undefined) return false
      if (record.createdMs > blindAt) return true
      const promise = record.ref?.deref()
      if (promise === undefined) return false
      if (stateOfPromise(promise).state === 'pending') return true
      // Nobody knows when: it has outlived nothing, as far as can be told.
      settle(record, record.createdMs)
      return false
    }
  }
  return probe
}

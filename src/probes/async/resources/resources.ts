import { executionAsyncId, executionAsyncResource } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { StackFrame } from '../../../model/code.ts'
import { now } from '../../../node/clock.ts'
import { isOpen, isRefd, ownerOf } from '../../../node/resources/resource-state.ts'
import { sitesOf, type TakenStack, takeSites, urlOf } from '../../stacks/stacks.ts'
import { type Cause, framesOf } from '../causes.ts'
import type { ResourceLog, ResourceRecord } from './resource-records.ts'
import { budgetFor, CAUSES, FRAMES, isJob } from './resource-types.ts'
import { affords, spend, type StackBudget } from '../stack-budget.ts'
import { isUnderWay } from './under-way.ts'

// Taken at load: tests of what older hosts lack delete it, and a hook that throws ends the process.
const { WeakRef } = globalThis

/** Frames of a call whose resource is made later, or by a name of its own. */
const CALL_FRAMES = 24
const MAX_STREAMS = 50
/** Then those that are gone are dropped from the list. */
const SWEEP_AT = 500
/** An immediate that was set by so many, one after another, sets itself again; one or two are a way to wait. */
const IMMEDIATES_OF_A_LOOP = 3

export interface Resources<Owner> {
  init(id: number, type: string, resource: object): void
  /** A callback starts. */
  before(id: number): void
  /** A stream on a file was opened by the caller. */
  fileStream(stream: object): void
  /** From here on a handle works for somebody's call: a connection of a pool for the last request that it was given. */
  claim(handle: object, owner: Owner, stack: TakenStack): void
  /** Whether it is still there, and still works for its owner. An immediate is only if it sets itself again. */
  isLeft(record: ResourceRecord<Owner>): boolean
  /** Where a resource was made, innermost first; where the user's code is not among them, what it was that led to it. */
  framesOf(record: ResourceRecord<Owner>): { frames: readonly StackFrame[]; from: readonly StackFrame[] }
  /** What led to the callback that runs, where it is no promise's. */
  callbackCause(): Cause | undefined
  /** Whether somebody's work is under way that may start something else when it is done. */
  isUnderWay(): boolean
  /** Told of the test that is over and has started something now. */
  onLate: ((test: Owner) => void) | undefined
  /** Lets go of what is still open: nobody will ask for it. */
  release(): void
}

interface Maker<Owner> {
  resources: ResourceLog<Owner>
  /** The test that it is part of; it has an end when it is over. */
  whole: Owner & { endMs: number | undefined }
}

interface Origin<Owner> extends Cause {
  owner?: Owner
  type?: string
  /** Whether the user's code is on the stack. */
  own: boolean
  /** Else, what led to it. */
  from?: Cause | undefined
  /** Of an immediate: how many set one another. */
  chain?: number
}

export interface Surroundings<Owner> {
  ownerNow(): Owner | undefined
  isRunner(url: string): boolean
  isOwn(url: string): boolean
  /** Whether a promise's continuation runs, and what led to that. */
  inJob(): boolean
  /** Whether what is made now is the runner's, who has not called the test's function yet. */
  isAround(): boolean
  jobCause(): Cause | undefined
  /** The time since then was ours. */
  ours(since: number): void
}

/** Tells what an owner's code started that can keep the process alive. Stacks are taken at once; their lines are read when asked for. */
export function createResources<Owner extends Maker<Owner>>({
  ownerNow,
  isRunner,
  isOwn,
  inJob,
  isAround,
  jobCause,
  ours
}: Surroundings<Owner>): Resources<Owner> {
  const isPlace = (url: string): boolean => !isRunner(url)
  // By the resource: a stack whose lines are not read must not outlive it.
  const origins = new WeakMap<object, Origin<Owner>>()
  /** `open()` of `fs/promises`: its handle is made natively, just before the request's callback. */
  const opening = new Map<number, { owner: Owner; origin: Origin<Owner> }>()
  let handle: object | undefined
  /** What led to each tick that is queued: they are many, and each runs once. */
  const ticks = new Map<number, Origin<Owner>>()
  let tick: Origin<Owner> | undefined
  let tickId = 0
  const jobs = new Set<number>()
  /** Streams that nobody refers to are collected without closing their file: these are held until they are closed. */
  const openStreams = new Set<object>()

  function originOf(sites: NodeJS.CallSite[], more: Partial<Origin<Owner>> = {}): Origin<Owner> {
    const own = sites.some((site) => isOwn(urlOf(site)))
    return { sites, frames: [], own, ...(own ? {} : { from: cause() }), ...more }
  }
  /** A continuation runs inside of another callback, which has nothing to do with it. */
  const cause = (): Cause | undefined => (inJob() ? jobCause() : probe.callbackCause())
  function add(type: string, resource: object, owner: Owner, origin: Origin<Owner>): void {
    const { records } = owner.resources
    if (records.length >= SWEEP_AT) owner.resources.records = records.filter((record) => isThere(record))
    owner.resources.records.push({ type, ref: new WeakRef(resource), owner, createdMs: now() })
    origins.set(resource, origin)
    if (owner.whole.endMs !== undefined) probe.onLate?.(owner.whole)
  }
  /** Whatever a test starts after its end is left over: a timer that sets the next one would soon have used up the budget. */
  const isLookedAt = ({ whole }: Owner, budget: StackBudget): boolean => affords(budget) || whole.endMs !== undefined
  const isThere = ({ type, ref, owner }: ResourceRecord<Owner>): boolean => {
    const resource = ref.deref()
    return resource !== undefined && isOpen(type, resource) && (origins.get(resource)?.owner ?? owner) === owner
  }
  function chainNow(): number {
    const origin = inJob() ? undefined : origins.get(executionAsyncResource())
    return origin?.type === 'Immediate' ? (origin.chain ?? 1) + 1 : 1
  }
  function keepCause(id: number, type: string, resource: object, origin: Origin<Owner>): void {
    if (type === 'TickObject') ticks.set(id, origin)
    else origins.set(resource, origin)
  }
  function noteCause(id: number, type: string, resource: object, limit: number): void {
    const owner = ownerNow()
    if (owner === undefined) return
    const opens = type === 'FSREQPROMISE'
    const budget = opens ? owner.resources.budgets.resources : owner.resources.budgets.causes
    if (!affords(budget)) {
      const from = cause()
      if (from !== undefined) keepCause(id, type, resource, { sites: undefined, frames: [], own: false, from })
      return
    }
    const since = now()
    const origin = originOf(takeSites(limit, probe.init))
    if (opens) opening.set(id, { owner, origin })
    if (origin.own || origin.from !== undefined) keepCause(id, type, resource, origin)
    spend(budget, since)
    ours(since)
  }
  const probe: Resources<Owner> = {
    onLate: undefined,
    init(id, type, resource) {
      if (type === 'FILEHANDLE') {
        handle = resource
        return
      }
      const limit = FRAMES[type]
      if (limit === undefined) {
        const frames = CAUSES[type]
        if (frames !== undefined) noteCause(id, type, resource, frames)
        if (type !== 'TickObject' && isJob(type) && ownerNow() !== undefined) jobs.add(id)
        return
      }
      const owner = ownerNow()
      // Node's own timers do not keep the process alive from the start.
      if (owner === undefined || (type === 'Timeout' && isRefd(resource) === false)) return
      // A limit of the test's time, which it clears itself.
      if (type === 'Timeout' && isAround()) return
      const budget = budgetFor(type, resource, owner.resources.budgets)
      if (!isLookedAt(owner, budget)) return
      const since = now()
      add(type, resource, owner, originOf(takeSites(limit, probe.init), { type, ...(type === 'Immediate' && { chain: chainNow() }) }))
      spend(budget, since)
      ours(since)
    },
    before(id) {
      if (jobs.size > 0) jobs.delete(id)
      tick = ticks.size > 0 ? ticks.get(id) : undefined
      if (tick !== undefined) {
        tickId = id
        ticks.delete(id)
      }
      const request = opening.size > 0 ? opening.get(id) : undefined
      if (request !== undefined) {
        opening.delete(id)
        if (handle !== undefined) add('FILEHANDLE', handle, request.owner, request.origin)
      }
      handle = undefined
      if (openStreams.size > 0) for (const stream of openStreams) if (!isOpen('FILESTREAM', stream)) openStreams.delete(stream)
    },
    callbackCause() {
      const origin = tick !== undefined && executionAsyncId() === tickId ? tick : origins.get(executionAsyncResource())
      return origin?.own === true ? origin : origin?.from
    },
    isUnderWay: () => jobs.size > 0 || isUnderWay(),
    release() {
      openStreams.clear()
      jobs.clear()
      ticks.clear()
    },
    fileStream(stream) {
      const owner = ownerNow()
      if (owner === undefined || !affords(owner.resources.budgets.resources)) return
      add('FILESTREAM', stream, owner, originOf(takeSites(CALL_FRAMES, probe.fileStream)))
      if (openStreams.size < MAX_STREAMS) openStreams.add(stream)
    },
    claim(handle, owner, stack) {
      const origin = originOf(sitesOf(stack), { owner })
      if (origins.get(handle)?.owner === owner) origins.set(handle, origin)
      else add('TCPWRAP', handle, owner, origin)
    },
    isLeft(record) {
      if (!isThere(record)) return false
      if (record.type !== 'Immediate') return true
      const { chain = 1, own = false } = origins.get(record.ref.deref()!) ?? {}
      // A library's are the writes of a stream: who asks when the test is over waits until those have ended.
      return chain >= IMMEDIATES_OF_A_LOOP && (own || record.owner.whole.endMs !== undefined)
    },
    framesOf({ ref }) {
      const resource = ref.deref()
      const origin = resource && (listens.get(ownerOf(resource) ?? resource) ?? origins.get(resource))
      return {
        frames: origin === undefined ? [] : framesOf(origin, isPlace),
        from: origin?.from === undefined ? [] : framesOf(origin.from, isPlace)
      }
    }
  }
  /** A host's name is looked up before its handle is made: `listen` is what the user called. */
  const listens = new WeakMap<object, Origin<Owner>>()
  function onListen(message: unknown): void {
    const { server } = message as { server: object }
    if (ownerNow() !== undefined) listens.set(server, originOf(takeSites(CALL_FRAMES, onListen)))
  }
  subscribe('tracing:net.server.listen:asyncStart', onListen)
  return probe
}

import type { RawFrame } from '../../model/code.ts'
import { now } from '../../node/clock.ts'
import { captureWithNodes, type FrameOptions } from '../stacks/frames.ts'

// Taken at load: tests of what older hosts lack delete it, and a hook that throws ends the process.
const { WeakRef } = globalThis

/** Raw record of one async call or resource. The promise or resource is held weakly: keeping it would change what tests see. */
export interface TaskRecord<Owner> {
  id: number
  /** Node's id of the resource; promises have none. */
  asyncId: number | undefined
  parentId: number | undefined
  type: string
  owner: Owner
  createdMs: number
  /** Its first callback or continuation. */
  startedMs: number | undefined
  /** Its last one, or when its promise settled. */
  endedMs: number | undefined
  settled: boolean
  /** When it first waited: until then it ran inside its caller. */
  suspendedMs: number | undefined
  runMs: number
  frames: RawFrame[]
  /** Node's own functions that made it, innermost first. */
  within: RawFrame[]
  ref: WeakRef<object>
}

/** The bounded record of one test's tasks, shared by all scopes inside the test. */
export interface TaskLog<Owner> {
  records: TaskRecord<Owner>[]
  /** Whether somebody wants them. */
  asked: boolean
  /** Whether they want them of each request: those look at tasks of their own then, else they share their test's. */
  ofRequests: boolean
  /** Creations that were not looked at. */
  dropped: number
}

/**
 * Creations that may still be looked at in a test, a function or a request, the test runner's and libraries' own included: a look costs a
 * stack, 10–20 µs.
 */
export interface TaskLooks {
  promises: number
  resources: number
}

/** Whose tasks are followed; what a scope does is its parents' doing, too. */
interface Tasked<Owner> {
  taskLog: TaskLog<Owner>
  taskLooks: TaskLooks | undefined
  unseenTasks: number
  kind: string
  parent: Owner | undefined
  whole: { unseenTasks: number }
}

/** Where nobody asks for tasks they are only counted: most of a test's are its libraries' and its runner's. */
export const createTaskLog = <Owner>(): TaskLog<Owner> => ({ records: [], asked: false, ofRequests: false, dropped: 0 })

const LOOKS = 500
/** Of a test: each is compared with all that came before it. */
const MAX_RECORDS = 5000

/** From here on tasks are wanted: by `profile()` or an assertion. */
export function askForTasks<Owner extends Tasked<Owner>>({ taskLog, whole }: Owner): void {
  if (!taskLog.asked) whole.unseenTasks += taskLog.dropped
  taskLog.asked = true
}

/** Whose looks an owner's tasks take. */
function lookerOf<Owner extends Tasked<Owner>>(owner: Owner): Owner {
  const { kind, parent, taskLog } = owner
  const shares = kind === 'runner' || (kind === 'request' && !taskLog.ofRequests)
  return shares && parent !== undefined ? lookerOf(parent) : owner
}

/** Continuations of one task that are credited to it: each costs an entry in a weak map. */
const MAX_CONTINUATIONS = 1000

/** Loop bookkeeping and the like: not work that somebody started. */
const IGNORED = new Set(['PROMISE', 'TickObject', 'Microtask', 'TIMERWRAP', 'ELDHISTOGRAM', 'HTTPINCOMINGMESSAGE'])

export interface Tasks<Owner> {
  initPromise(promise: object, parent: object | undefined, owner: Owner | undefined): void
  initResource(id: number, type: string, resource: object, owner: Owner | undefined): void
  beforePromise(promise: object): void
  beforeResource(id: number): void
  settled(promise: object): void
  /** The running callback, if any, has lasted `ms`. */
  credit(ms: number): void
  /** Stops following the tasks of a log whose test is over. */
  release(log: TaskLog<Owner>): void
}

/** Tells which async calls and resources an owner's code created, when they ran, and when they ended. */
export function createTasks<Owner extends Tasked<Owner>>(options: FrameOptions & { stacks: boolean }): Tasks<Owner> {
  let nextId = 1
  /** Promise tasks that have not settled: while there are none, continuations need no look-up. */
  let live = 0
  let current: TaskRecord<Owner> | undefined
  const roots = new WeakMap<object, TaskRecord<Owner>>()
  const continuations = new WeakMap<object, TaskRecord<Owner>>()
  const counts = new WeakMap<TaskRecord<Owner>, number>()
  const resources = new Map<number, TaskRecord<Owner>>()

  function create(type: string, target: object, owner: Owner | undefined, asyncId?: number): TaskRecord<Owner> | undefined {
    if (owner === undefined) return undefined
    const log = owner.taskLog
    const sort = asyncId === undefined ? 'promises' : 'resources'
    if (!log.asked) {
      log.dropped++
      return undefined
    }
    const holder = lookerOf(owner)
    const looks = (holder.taskLooks ??= { promises: LOOKS, resources: LOOKS })
    if (looks[sort] === 0 || log.records.length >= MAX_RECORDS) {
      log.dropped++
      for (let scope: Owner | undefined = owner; scope !== undefined; scope = scope.parent) scope.unseenTasks++
      return undefined
    }
    looks[sort]--
    const stack = captureWithNodes(options)
    // No frame of the user's: the test runner's or a library's own promise.
    if (stack === undefined) return undefined
    const record: TaskRecord<Owner> = {
      id: nextId++,
      asyncId,
      parentId: current?.id,
      type,
      owner,
      createdMs: now(),
      startedMs: undefined,
      endedMs: undefined,
      settled: false,
      suspendedMs: undefined,
      runMs: 0,
      frames: options.stacks ? stack.frames : [],
      within: options.stacks ? stack.within : [],
      ref: new WeakRef(target)
    }
    log.records.push(record)
    return record
  }
  function run(record: TaskRecord<Owner> | undefined): void {
    current = record
    if (record !== undefined) {
      record.endedMs = now()
      record.startedMs ??= record.endedMs
    }
  }
  return {
    initPromise(promise, parent, owner) {
      if (parent === undefined) {
        const record = create('PROMISE', promise, owner)
        if (record === undefined) return
        roots.set(promise, record)
        live++
      } else if (live > 0) {
        const record = roots.get(parent)
        if (record === undefined) return
        record.suspendedMs ??= now()
        const count = counts.get(record) ?? 0
        if (count >= MAX_CONTINUATIONS) return
        counts.set(record, count + 1)
        continuations.set(promise, record)
      }
    },
    initResource(id, type, resource, owner) {
      if (IGNORED.has(type)) return
      const record = create(type, resource, owner, id)
      if (record !== undefined) resources.set(id, record)
    },
    beforePromise(promise) {
      if (live > 0) run(continuations.get(promise))
      else current = undefined
      // It runs once; a weak map with thousands of entries makes each collection slow.
      if (current !== undefined) continuations.delete(promise)
    },
    beforeResource(id) {
      run(resources.size > 0 ? resources.get(id) : undefined)
    },
    settled(promise) {
      if (live === 0) return
      const record = roots.get(promise)
      if (record === undefined || record.settled) return
      record.settled = true
      record.endedMs = now()
      live--
      roots.delete(promise)
    },
    credit(ms) {
      if (current !== undefined) current.runMs += ms
    },
    release(log) {
      for (const record of log.records) {
        if (record.asyncId !== undefined) resources.delete(record.asyncId)
        else if (!record.settled) live--
        record.settled = true
      }
    }
  }
}

import { executionAsyncResource } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { StackFrame } from '../records/code.ts'
import { now } from './clock.ts'
import { type Looks, takeLook } from './looks.ts'
import { isOpen, isRefd, ownerOf } from './resource-state.ts'
import { readStack, takeStack, type TakenStack } from './stacks.ts'

// Taken at load: tests of what older hosts lack delete it, and a hook that throws ends the process.
const { WeakRef } = globalThis

/** Raw record of something that may keep the process alive or a file open. It is held weakly. */
export interface ResourceRecord<Owner> {
  /** Node's type of the async resource, or `FILESTREAM`. */
  readonly type: string
  readonly ref: WeakRef<object>
  readonly owner: Owner
  readonly createdMs: number
}

/** What one test has started and may leave behind, shared by all scopes inside the test. */
export interface ResourceLog<Owner> {
  records: ResourceRecord<Owner>[]
  looks: Looks
}

/** Types that can outlast a test, with the frames to take: Node's own come first, six of a timer, some twenty of a request. */
const FRAMES: Record<string, number> = {
  Timeout: 16, Immediate: 16, TCPSERVERWRAP: 24, PIPESERVERWRAP: 24, TCPWRAP: 32, PIPEWRAP: 32, UDPWRAP: 24, PROCESSWRAP: 24,
  WORKER: 24, MESSAGEPORT: 24, FSEVENTWRAP: 24, STATWATCHER: 24, TTYWRAP: 24
}
/** Frames of a call whose resource is made later, or by a name of its own. */
const CALL_FRAMES = 24
const MAX_STREAMS = 50
/** Then those that are gone are dropped from the list. */
const SWEEP_AT = 500

export interface Resources<Owner> {
  init(id: number, type: string, resource: object): void
  /** A callback starts. */
  before(id: number): void
  /** A stream on a file was opened by the caller. */
  fileStream(stream: object): void
  /** From here on a handle works for somebody's call: a connection of a pool for the last request that it was given. */
  claim(handle: object, owner: Owner, stack: TakenStack): void
  /** Whether it is still there, and still works for its owner. */
  isLeft(record: ResourceRecord<Owner>): boolean
  /** Where a resource was made, innermost first; behind it, where the callback was made that made it. */
  framesOf(record: ResourceRecord<Owner>): { frames: StackFrame[]; from: StackFrame[] }
  /** Lets go of what is still open: nobody will ask for it. */
  release(): void
}

interface Maker<Owner> {
  resources: ResourceLog<Owner>
  /** The test that it is part of; it has an end when it is over. */
  whole: { endMs: number | undefined }
}

interface Origin<Owner> {
  owner?: Owner
  stack: TakenStack
  /** Of the resource whose callback made this one. */
  from: TakenStack | undefined
}

/** Tells what an owner's code started that can keep the process alive. Stacks are taken at once and read when asked for. */
export function createResources<Owner extends Maker<Owner>>(ownerNow: () => Owner | undefined, isRunner: (url: string) => boolean): Resources<Owner> {
  const isPlace = (url: string): boolean => !isRunner(url)
  // By the resource: an unread stack must not outlive it.
  const origins = new WeakMap<object, Origin<Owner>>()
  /** `open()` of `fs/promises`: its handle is made natively, just before the request's callback. */
  const opening = new Map<number, { owner: Owner; stack: TakenStack }>()
  let handle: object | undefined
  /** Streams that nobody refers to are collected without closing their file: these are held until they are closed. */
  const openStreams = new Set<object>()

  function add(type: string, resource: object, owner: Owner, origin: Origin<Owner>): void {
    const { records } = owner.resources
    if (records.length >= SWEEP_AT) owner.resources.records = records.filter(probe.isLeft)
    owner.resources.records.push({ type, ref: new WeakRef(resource), owner, createdMs: now() })
    origins.set(resource, origin)
  }
  /** Whatever a test starts after its end is left over: a timer that sets the next one would soon have used up all looks. */
  const isLookedAt = ({ resources, whole }: Owner): boolean => takeLook(resources.looks) || whole.endMs !== undefined

  const probe: Resources<Owner> = {
    init(id, type, resource) {
      if (type === 'FILEHANDLE') {
        handle = resource
        return
      }
      const limit = type === 'FSREQPROMISE' ? CALL_FRAMES : FRAMES[type]
      if (limit === undefined) return
      const owner = ownerNow()
      // Node's own timers do not keep the process alive from the start.
      if (owner === undefined || (type === 'Timeout' && isRefd(resource) === false) || !isLookedAt(owner)) return
      const stack = takeStack(limit, probe.init)
      if (type === 'FSREQPROMISE') opening.set(id, { owner, stack })
      else add(type, resource, owner, { stack, from: origins.get(executionAsyncResource())?.stack })
    },
    before(id) {
      const request = opening.size > 0 ? opening.get(id) : undefined
      if (request !== undefined) {
        opening.delete(id)
        if (handle !== undefined) add('FILEHANDLE', handle, request.owner, { stack: request.stack, from: undefined })
      }
      handle = undefined
      if (openStreams.size > 0) for (const stream of openStreams) if (!isOpen('FILESTREAM', stream)) openStreams.delete(stream)
    },
    release: () => openStreams.clear(),
    fileStream(stream) {
      const owner = ownerNow()
      if (owner === undefined || !takeLook(owner.resources.looks)) return
      add('FILESTREAM', stream, owner, { stack: takeStack(CALL_FRAMES, probe.fileStream), from: undefined })
      if (openStreams.size < MAX_STREAMS) openStreams.add(stream)
    },
    claim(handle, owner, stack) {
      const origin = { owner, stack, from: undefined }
      if (origins.get(handle)?.owner === owner) origins.set(handle, origin)
      else add('TCPWRAP', handle, owner, origin)
    },
    isLeft({ type, ref, owner }) {
      const resource = ref.deref()
      return resource !== undefined && isOpen(type, resource) && (origins.get(resource)?.owner ?? owner) === owner
    },
    framesOf({ ref }) {
      const resource = ref.deref()
      const origin = resource && (listens.get(ownerOf(resource) ?? resource) ?? origins.get(resource))
      return { frames: origin ? readStack(origin.stack, isPlace) : [], from: origin?.from ? readStack(origin.from, isPlace) : [] }
    }
  }
  /** A host's name is looked up before its handle is made: `listen` is what the user called. */
  const listens = new WeakMap<object, Origin<Owner>>()
  function onListen(message: unknown): void {
    const { server } = message as { server: object }
    if (ownerNow() !== undefined) listens.set(server, { stack: takeStack(CALL_FRAMES, onListen), from: undefined })
  }
  subscribe('tracing:net.server.listen:asyncStart', onListen)
  return probe
}

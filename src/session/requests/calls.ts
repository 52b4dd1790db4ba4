import { inspect, types } from 'node:util'
import { AsyncProfilerError } from '../../errors.ts'
import { patchInherited } from '../../probes/patches/inherited.ts'
import { type Around, patchMethod } from '../../probes/patches/patch.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import { describeCall, isResponse, type RequestLine } from './call-request.ts'
import type { Requests } from './registry.ts'

/** Apps that are called without a socket: their calls are requests. */
export interface Calls {
  /** @throws `ERR_SUBJECT` for what is no such app, or cannot be wrapped in place */
  profileRequests<T>(app: T): T
  /** From here on, until the stop, calls are measured. */
  start(): () => void
}

/** Methods by which such apps are called. */
const ENTRIES = ['fetch', 'request', 'handle']

/** The request that a call is: an entry may pass it on to another one, as `request` does to `fetch`. */
interface Passing {
  app: unknown
  entries: Set<string>
}

export function createCalls(session: Session, requests: Requests): Calls {
  const { storage } = session
  const passing = new WeakMap<Scope, Passing>()
  let wrapped = new WeakMap<object, object>()
  let undos: (() => void)[] = []
  let running = false

  /** Whether a call is part of the request that runs: passed on by another entry, or by the server that has got it by a socket. */
  function isPassedOn(app: unknown, entry: string, line: RequestLine): boolean {
    const here = storage.getStore()
    if (here?.kind !== 'request' || here.method !== line.method || here.url !== line.url) return false
    const outer = passing.get(here)
    if (outer === undefined) passing.set(here, { app, entries: new Set([entry]) })
    else if (outer.app !== app || outer.entries.has(entry)) return false
    outer?.entries.add(entry)
    return true
  }
  function call(app: unknown, entry: string, original: (...args: unknown[]) => unknown, self: unknown, args: unknown[]): unknown {
    const line = running ? describeCall(args) : undefined
    if (line === undefined || isPassedOn(app, entry, line)) return Reflect.apply(original, self, args)
    const scope = requests.create(storage.getStore(), line)
    passing.set(scope, { app, entries: new Set([entry]) })
    let result: unknown
    try {
      result = session.run(scope, () => Reflect.apply(original, self, args))
    } catch (error) {
      requests.end(scope)
      throw error
    }
    // Its rejections stay unhandled where nobody handles them: what is returned is the one that follows from it.
    if (types.isPromise(result))
      return result.then(
        (value) => answered(scope, value),
        (error: unknown) => {
          requests.end(scope)
          throw error
        }
      )
    return answered(scope, result)
  }
  function answered<T>(scope: Scope, result: T): T {
    if (isResponse(result)) requests.know(result, scope)
    // What its body is made of may still come.
    scope.answersLater = true
    requests.end(scope, isResponse(result) ? result.status : undefined)
    return result
  }
  const aroundOf =
    (app: unknown, entry: string): Around =>
    (original, self, args) =>
      call(app, entry, original, self, args)

  function wrapFunction(app: (...args: unknown[]) => unknown): object {
    // A holder of one method: what wraps methods keeps a function's name, length and own keys, and undoes itself.
    const holder = { app }
    undos.push(patchMethod(holder, 'app', aroundOf(app, 'app')))
    return holder.app
  }
  function wrapObject(app: object): object {
    const entries = ENTRIES.filter((entry) => typeof descriptorOf(app, entry)?.value === 'function')
    const blocked = ENTRIES.find((entry) => isBlocked(app, entry))
    if (blocked !== undefined) {
      throw new AsyncProfilerError(
        'ERR_SUBJECT',
        `profileRequests() cannot wrap ${blocked} of this app in place: it is a getter, or the app is frozen; ` +
          `pass a function that calls it: profileRequests((request) => app.${blocked}(request))`
      )
    }
    if (entries.length === 0) throw noApp(app)
    for (const entry of entries) undos.push(patchInherited(app, entry, aroundOf(app, entry)))
    return app
  }
  return {
    profileRequests<T>(app: T): T {
      if ((typeof app !== 'object' && typeof app !== 'function') || app === null) throw noApp(app)
      const known = wrapped.get(app)
      if (known !== undefined) return known as T
      const result =
        typeof app === 'function' && !ENTRIES.some((entry) => descriptorOf(app, entry) !== undefined)
          ? wrapFunction(app as never)
          : wrapObject(app)
      wrapped.set(app, result)
      wrapped.set(result, result)
      return result as T
    },
    start() {
      running = true
      return () => {
        running = false
        for (const undo of undos.toReversed()) undo()
        undos = []
        wrapped = new WeakMap()
      }
    }
  }
}

/** Of a property that an object has or inherits, but not from `Object` or `Function`. */
function descriptorOf(app: object, name: string): PropertyDescriptor | undefined {
  for (let each: object | null = app; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(each, name)
    if (descriptor !== undefined) return descriptor
  }
  return undefined
}

function isBlocked(app: object, entry: string): boolean {
  const descriptor = descriptorOf(app, entry)
  if (descriptor === undefined) return false
  if (descriptor.get !== undefined || descriptor.set !== undefined) return true
  if (typeof descriptor.value !== 'function') return false
  return Object.hasOwn(app, entry) ? descriptor.configurable !== true : !Object.isExtensible(app)
}

const noApp = (app: unknown): AsyncProfilerError =>
  new AsyncProfilerError(
    'ERR_SUBJECT',
    'profileRequests() takes a function (request: Request) => Response, or an object with fetch, request or handle, ' +
      `and received ${typeof app === 'object' && app !== null ? `an object of ${app.constructor?.name ?? 'no class'}` : inspect(app)}`
  )

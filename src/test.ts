import './matchers/types.ts'
import { AsyncProfilerError } from './errors.ts'
import { type Running, running } from './protocol/running-profiler.ts'
import type { AsyncProfile } from './model/profile.ts'

export { toServerTiming } from './analysis/server-timing.ts'
export type * from './model/public.ts'

/**
 * Runs a function and measures what its own work did to the event loop. Nestable and concurrent: an outer profile
 * includes inner ones and the requests served inside.
 * @throws the function's own error; `ERR_NOT_RUNNING` without the plugin
 */
export async function profile<T>(fn: () => T | PromiseLike<T>): Promise<AsyncProfile & { result: Awaited<T> }> {
  const { profile: measured, result } = await required('profile()').profile(fn)
  return Object.assign(measured, { result: result as Awaited<T> })
}

/**
 * A snapshot of the running test, the stretch that is still running included. In a request handler: of that request's
 * test.
 * @throws `ERR_NO_TEST` outside a test, `ERR_NOT_RUNNING` without the plugin
 */
export function currentProfile(): AsyncProfile {
  return required('currentProfile()').currentProfile()
}

/**
 * Makes the calls of an app that is called without a socket requests: Hono's `app.request()`, h3, Elysia, or any
 * `(request: Request) => Response`. An object's `fetch`, `request` and `handle` are wrapped in place until the test file
 * ends; a function gives a function. The Responses are then subjects of the matchers.
 * @returns the same object, or a function in place of the one given
 * @throws `ERR_SUBJECT` for what is no such app, or cannot be wrapped in place; `ERR_NOT_RUNNING` without the plugin
 * @example
 * const app = profileRequests(new Hono().get('/users', listUsers))
 * test('GET /users keeps the loop free', async () => {
 *   expect(await app.request('/users')).toHaveNoBlockingCalls()
 * })
 */
export function profileRequests<T>(app: T): T {
  return required('profileRequests()').profileRequests(app)
}

function required(call: string): Running {
  const found = running()
  if (found !== undefined) return found
  throw new AsyncProfilerError(
    'ERR_NOT_RUNNING',
    `${call} needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, ` +
      "or 'vitest-async-profiler/setup' to its setupFiles"
  )
}

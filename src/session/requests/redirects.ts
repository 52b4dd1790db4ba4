import type { Scope } from '../scope/scope.ts'

/** What superagent's response tells of the way to it. */
interface Superagent {
  /** The URLs that it was redirected to. */
  redirects?: unknown
  /** It counts the answer that was not tried again, too. */
  request?: { _retries?: unknown }
}

/**
 * The requests that a client had sent before the one that its response answers, latest first: redirects that it has followed, and
 * attempts that it has repeated. A test sees one call. Only by what the response says of itself: a test may follow a redirect by
 * hand, and then it is two.
 */
export function earlierHops(scope: Scope, response: object): Scope[] {
  const { redirects, request } = response as Superagent
  let redirected = Array.isArray(redirects) ? redirects.length : 0
  let repeated = typeof request?._retries === 'number' ? Math.max(0, request._retries - 1) : 0
  const hops: Scope[] = []
  let current = scope
  while (redirected + repeated > 0) {
    const before = current.parent?.requests.filter(({ endMs = Infinity }) => endMs <= current.startMs) ?? []
    const from = redirected > 0 ? before.findLast(({ location }) => location === current.url) : undefined
    const hop = from ?? (repeated > 0 ? before.findLast(({ method, url }) => method === current.method && url === current.url) : undefined)
    if (hop === undefined) break
    if (hop === from) redirected--
    else repeated--
    hops.push(hop)
    current = hop
  }
  return hops
}

/** Path and query of a `Location` header, which may be relative to the request. */
export function locationOf(header: unknown, url: string): string | undefined {
  if (typeof header !== 'string' || !URL.canParse(header, BASE + url)) return undefined
  const { pathname, search } = new URL(header, BASE + url)
  return pathname + search
}
const BASE = 'http://localhost'

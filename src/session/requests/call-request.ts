/** What a call asks for, as its server sees it. */
export interface RequestLine {
  method: string
  /** Path and query. */
  url: string
}

/** Reads it from the arguments of a `(input, init?)` call; `undefined` where they are something else, which is then no request. */
export function describeCall([input, init]: unknown[]): RequestLine | undefined {
  try {
    const asked = urlOf(input)
    if (asked === undefined) return undefined
    const { pathname, search } = new URL(asked, 'http://localhost')
    const method = methodOf(init) ?? methodOf(input) ?? 'GET'
    return { method: method.toUpperCase(), url: pathname + search }
  } catch {
    // No URL: the app says what is wrong with it.
    return undefined
  }
}

export function isResponse(value: unknown): value is { status: number } {
  const { status, headers } = (typeof value === 'object' && value !== null ? value : {}) as { status?: unknown; headers?: unknown }
  return typeof status === 'number' && isHeaders(headers)
}

function urlOf(input: unknown): string | undefined {
  if (typeof input === 'string') return input
  if (typeof input !== 'object' || input === null) return undefined
  if (input instanceof URL) return input.href
  // A `Request` of any library and realm; Node's `IncomingMessage`, which a socket has brought, has plain headers.
  const { url, href, headers } = input as { url?: unknown; href?: unknown; headers?: unknown }
  if (typeof url === 'string' && isHeaders(headers)) return url
  return typeof href === 'string' ? href : undefined
}

const isHeaders = (headers: unknown): boolean => typeof (headers as { get?: unknown } | undefined | null)?.get === 'function'

function methodOf(from: unknown): string | undefined {
  const { method } = (typeof from === 'object' && from !== null ? from : {}) as { method?: unknown }
  return typeof method === 'string' && method !== '' ? method : undefined
}

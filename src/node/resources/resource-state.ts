/** Whether it keeps the process alive now, or a file open. */
export function isOpen(type: string, resource: object): boolean {
  if (type === 'FILEHANDLE') return (resource as { fd?: number }).fd! >= 0
  if (type === 'FILESTREAM') {
    const { closed, destroyed, readableEnded, writableFinished, autoClose } = resource as Partial<
      Record<'closed' | 'destroyed' | 'readableEnded' | 'writableFinished' | 'autoClose', boolean>
    >
    // At its end it closes its file by itself, a little later.
    return closed !== true && destroyed !== true && !((readableEnded === true || writableFinished === true) && autoClose !== false)
  }
  // Timers that have fired still say that they are ref'd.
  if (isRefd(resource) !== true || (resource as { _destroyed?: boolean })._destroyed === true) return false
  if (type === 'PROCESSWRAP') return !hasExited(ownerOf(resource))
  return !/^(?:PIPEWRAP|TTYWRAP|TCPWRAP)$/.test(type) || isConnection(resource)
}

/** Unlike its handle, a child process is known to be over at once. */
function hasExited(child: object | undefined): boolean {
  const { exitCode, signalCode } = (child ?? {}) as { exitCode?: number | null; signalCode?: string | null }
  return (exitCode ?? null) !== null || (signalCode ?? null) !== null
}

/**
 * `process.stdin` and its like are nobody's, whoever touched them first. A handle that has no descriptor was never connected:
 * mocked requests have such. Windows tells none.
 */
function isConnection(handle: object): boolean {
  const { fd } = handle as { fd?: number }
  return process.platform === 'win32' || fd === undefined ? !(fd !== undefined && fd >= 0 && fd <= 2) : fd > 2
}

/** `undefined` where it cannot tell: tests replace methods. */
export function isRefd(resource: object): boolean | undefined {
  try {
    const refd = (resource as { hasRef?(): unknown }).hasRef?.()
    return typeof refd === 'boolean' ? refd : undefined
  } catch {
    return undefined
  }
}

/** The socket, server or child process that a handle belongs to. */
export function ownerOf(resource: object): object | undefined {
  const symbol = Object.getOwnPropertySymbols(resource).find(({ description }) => description === 'owner_symbol')
  const owner = symbol && (resource as Record<symbol, unknown>)[symbol]
  return typeof owner === 'object' && owner !== null ? owner : undefined
}

import { now } from '../clock.ts'
import { ownerOf } from './resource-state.ts'
import { dueTime, periodOf } from './timers.ts'

/** A resource as users know it. */
export interface ResourceName {
  /** What made it, or what it is: `setInterval`, `server`, `socket`. */
  what: string
  /** Which one: `every 1000 ms`, `on port 3000`, `to 127.0.0.1:5432`. */
  detail?: string | undefined
}

/** Says what a resource is, by Node's type of it. */
export function nameResource(type: string, resource: object): ResourceName {
  switch (type) {
    case 'Timeout':
      return nameTimer(resource)
    case 'Immediate':
      return { what: 'setImmediate' }
    case 'TCPSERVERWRAP':
      return { what: 'server', detail: portOf(resource) }
    case 'PIPESERVERWRAP':
      return { what: 'server', detail: at((ownerOf(resource) as { _pipeName?: unknown } | undefined)?._pipeName) }
    case 'TCPWRAP':
      return { what: 'socket', detail: peerOf(resource) }
    case 'UDPWRAP':
      return { what: 'UDP socket', detail: portOf(resource) }
    case 'PROCESSWRAP':
      return { what: 'child process', detail: commandOf(resource) }
    case 'FILESTREAM':
      return { what: 'file stream', detail: at((resource as { path?: unknown }).path) }
    default:
      return { what: NAMES[type] ?? type }
  }
}

const NAMES: Record<string, string> = {
  PIPEWRAP: 'pipe',
  TTYWRAP: 'terminal',
  WORKER: 'Worker thread',
  MESSAGEPORT: 'MessagePort',
  FSEVENTWRAP: 'fs.watch',
  STATWATCHER: 'fs.watchFile',
  FILEHANDLE: 'file handle'
}

function nameTimer(timer: object): ResourceName {
  const period = periodOf(timer)
  if (period !== undefined) return { what: 'setInterval', detail: `every ${Math.round(period)} ms` }
  const dueIn = (dueTime(timer) ?? now()) - now()
  return {
    what: 'setTimeout',
    detail: dueIn > 0 ? `due in ${dueIn < 10_000 ? `${Math.ceil(dueIn)} ms` : `${Math.round(dueIn / 1000)} s`}` : undefined
  }
}

type Address = { address?: string; port?: number; family?: string }

function addressBy(ask: 'getsockname' | 'getpeername', handle: object): Address {
  const out: Address = {}
  try {
    ;(handle as Record<typeof ask, (out: Address) => number>)[ask](out)
  } catch {
    // A handle of another kind, or one that was closed meanwhile.
  }
  return out
}

function portOf(handle: object): string | undefined {
  const { port } = addressBy('getsockname', handle)
  return port === undefined ? undefined : `on port ${port}`
}

function peerOf(handle: object): string | undefined {
  const { address, port } = addressBy('getpeername', handle)
  return port === undefined ? undefined : `to ${address?.includes(':') === true ? `[${address}]` : address}:${port}`
}

function commandOf(handle: object): string {
  const { spawnargs = [], spawnfile = '', pid } = (ownerOf(handle) ?? {}) as { spawnargs?: string[]; spawnfile?: string; pid?: number }
  const command = (spawnargs.length > 0 ? spawnargs.join(' ') : spawnfile).slice(0, MAX_COMMAND)
  return `${command} (pid ${pid ?? 'unknown'})`
}
const MAX_COMMAND = 60

function at(path: unknown): string | undefined {
  return typeof path === 'string' || Buffer.isBuffer(path) ? `at ${String(path)}` : undefined
}

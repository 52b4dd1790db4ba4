import { periodOf } from '../../../node/resources/timers.ts'
import type { ResourceBudgets } from './resource-records.ts'
import type { StackBudget } from '../stack-budget.ts'

/** Types that can outlast a test, with the frames to take: Node's own come first, six of a timer, some twenty of a request. */
export const FRAMES: Record<string, number> = {
  Timeout: 16,
  Immediate: 16,
  TCPSERVERWRAP: 24,
  PIPESERVERWRAP: 24,
  TCPWRAP: 32,
  PIPEWRAP: 32,
  UDPWRAP: 24,
  PROCESSWRAP: 24,
  WORKER: 24,
  MESSAGEPORT: 24,
  FSEVENTWRAP: 24,
  STATWATCHER: 24,
  TTYWRAP: 24
}
const CONNECTIONS = new Set(['TCPSERVERWRAP', 'PIPESERVERWRAP', 'TCPWRAP', 'PIPEWRAP'])
/** Types whose callbacks often make others, where nobody's code is on the stack any more. */
export const CAUSES: Record<string, number> = {
  TickObject: 24,
  Microtask: 16,
  FSREQCALLBACK: 16,
  FSREQPROMISE: 16,
  GETADDRINFOREQWRAP: 24,
  TCPCONNECTWRAP: 24,
  PIPECONNECTWRAP: 24
}
/** Work of the thread pool, which ends with its first callback. Node 26 does not name all of it among its active resources. */
export const isJob = (type: string): boolean => type.startsWith('FSREQ') || type.endsWith('REQUEST') || type === 'ZLIB'

export function budgetFor(type: string, resource: object, { timers, connections, resources }: ResourceBudgets): StackBudget {
  if (type === 'Immediate' || (type === 'Timeout' && periodOf(resource) === undefined)) return timers
  return CONNECTIONS.has(type) ? connections : resources
}

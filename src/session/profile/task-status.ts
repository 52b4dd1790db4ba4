import type { TaskStatus } from '../../model/profile.ts'
import { stateOfPromise } from '../../node/resources/promise-state.ts'
import type { TaskRecord } from '../../probes/async/tasks.ts'
import type { Scope } from '../scope/scope.ts'

export interface TaskState {
  status: TaskStatus
  error?: string
}

/** What became of a task, as far as the platform lets us see. */
export function stateOf<Owner>(record: TaskRecord<Owner>): TaskState {
  const target = record.ref.deref()
  if (record.type === 'PROMISE') return promiseState(record.settled, target)
  if (record.type === 'Timeout' || record.type === 'Immediate') return timerState(record.startedMs, target)
  // One-shot requests end with their callback; handles live until they are closed or collected.
  if (record.startedMs !== undefined && /REQ|CALLBACK/.test(record.type)) return { status: 'completed' }
  return { status: isOpenHandle(target) ? 'running' : 'completed' }
}

function promiseState(settled: boolean, target: object | undefined): TaskState {
  if (!settled) return { status: 'running' }
  const outcome = target && stateOfPromise(target)
  if (outcome?.state !== 'rejected') return { status: 'completed' }
  return { status: /^\[?AbortError\b|\bABORT_ERR\b/.test(outcome.reason) ? 'cancelled' : 'error', error: outcome.reason }
}

function timerState(startedMs: number | undefined, target: object | undefined): TaskState {
  const { _destroyed: destroyed, _repeat: repeat } = (target ?? {}) as { _destroyed?: boolean; _repeat?: number | null }
  if (startedMs !== undefined && !repeat) return { status: 'completed' }
  if (destroyed === true) return { status: startedMs === undefined ? 'cancelled' : 'completed' }
  return { status: target === undefined ? 'completed' : 'running' }
}

function isOpenHandle(target: object | undefined): boolean {
  try {
    return (target as { hasRef?: () => boolean } | undefined)?.hasRef?.() === true
  } catch {
    return false
  }
}

/** One that ended without a response was destroyed before it. */
export const requestStatus = ({ endMs, status }: Scope): TaskStatus =>
  endMs === undefined ? 'running' : status === undefined ? 'cancelled' : 'completed'

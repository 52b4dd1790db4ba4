import type { Location } from '../../model/place.ts'
import type { Task } from '../../model/profile.ts'
import type { TaskRecord } from '../../probes/async/tasks.ts'
import { toCulprit } from '../scope/culprit.ts'
import type { Scope } from '../scope/scope.ts'
import type { Locator } from '../source/locate.ts'
import type { Sources } from '../source/sources.ts'
import { requestStatus, stateOf } from './task-status.ts'
import { createTaskTree } from './task-tree.ts'

/** A scope's tasks as plain data, with places in the source. */
export interface Tasks {
  /** Those it served as requests, and those it started. */
  of(scope: Scope): Task[]
  /** What became of those that it started, for a count. */
  statesOf(scope: Scope): Pick<Task, 'status'>[]
}

export function createTasks(locator: Locator, sources: Sources): Tasks {
  const readTree = createTaskTree(sources.script)
  const recordsIn = (scope: Scope): TaskRecord<Scope>[] => scope.taskLog.records.filter(({ owner }) => scope.includes(owner))
  return {
    of(scope) {
      const { work, parents } = readTree(recordsIn(scope))
      const requestIds = new Map(scope.requests.map((request, index) => [request, -1 - index]))
      return [
        ...scope.requests.map((request) => requestTask(request, scope, requestIds.get(request)!)),
        ...work.map((record) => {
          const parentId = parents.get(record.id) ?? requestIds.get(record.owner)
          return toTask(record, scope, parentId, locator)
        })
      ]
    },
    statesOf: (scope) => readTree(recordsIn(scope)).work.map(stateOf)
  }
}

function toTask(record: TaskRecord<Scope>, scope: Scope, parentId: number | undefined, locator: Locator): Task {
  const { id, type, createdMs, endedMs, runMs, frames } = record
  const { status, error } = stateOf(record)
  const ended = status === 'running' ? undefined : endedMs
  const { request } = toCulprit(record.owner)
  const stack = frames.map(locator.frame)
  return {
    id,
    ...(parentId !== undefined && { parentId }),
    type,
    name: nameOf(stack) ?? type,
    status,
    createdAtMs: createdMs - scope.startMs,
    ...(ended !== undefined && { endedAtMs: ended - scope.startMs, durationMs: ended - createdMs }),
    runMs,
    ...(error !== undefined && { error }),
    ...(request && { request }),
    stack
  }
}

function requestTask(request: Scope, scope: Scope, id: number): Task {
  const { method = 'GET', url = '/', name, startMs, endMs } = request
  return {
    id,
    type: 'HTTPREQUEST',
    name,
    status: requestStatus(request),
    createdAtMs: startMs - scope.startMs,
    ...(endMs !== undefined && { endedAtMs: endMs - scope.startMs, durationMs: endMs - startMs }),
    runMs: request.stretches.reduce((sum, { durationMs }) => sum + durationMs, 0),
    request: { method, url },
    stack: []
  }
}

const nameOf = (stack: readonly Location[]): string | undefined => stack.find(({ functionName }) => functionName)?.functionName

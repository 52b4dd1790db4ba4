import type { BlockingCall, Task, Timeline, TimelineEvent } from '../model/profile.ts'

const MAX_EVENTS = 500

/** Lays tasks and blocking calls on lanes: two on one lane never overlap. */
export function makeTimeline(tasks: readonly Task[], blocking: readonly BlockingCall[], totalDurationMs: number): Timeline {
  const unordered: Omit<TimelineEvent, 'lane'>[] = [
    ...tasks.map(({ id, name, createdAtMs, endedAtMs }) => ({
      kind: 'task' as const,
      name,
      startMs: createdAtMs,
      endMs: endedAtMs ?? totalDurationMs,
      taskId: id
    })),
    ...blocking.map(({ functionName, startMs, durationMs }) => ({
      kind: 'blocking' as const,
      name: functionName ?? 'blocking call',
      startMs,
      endMs: startMs + durationMs
    }))
  ]
  const events = unordered.toSorted((a, b) => a.startMs - b.startMs)
  const kept = events.slice(0, MAX_EVENTS)
  const laneEnds: number[] = []
  const placed = kept.map((event): TimelineEvent => {
    const free = laneEnds.findIndex((end) => end <= event.startMs)
    const lane = free === -1 ? laneEnds.length : free
    laneEnds[lane] = event.endMs
    return { ...event, lane }
  })
  return {
    events: placed,
    droppedEvents: events.length - kept.length,
    lanes: laneEnds.length,
    totalDurationMs,
    maxConcurrent: maxConcurrent(tasks, totalDurationMs)
  }
}

/**
 * Most pieces of work that were pending at once. A client that waits for a request and the handler that serves it are
 * the same work seen from two sides, so each side is counted for itself.
 */
function maxConcurrent(tasks: readonly Task[], totalDurationMs: number): number {
  const served = (task: Task): boolean => task.request !== undefined
  return Math.max(
    mostPending(
      tasks.filter((task) => !served(task)),
      totalDurationMs
    ),
    mostPending(tasks.filter(served), totalDurationMs)
  )
}

/** A task that waits for another of its own is the same piece of work: only those without a pending child count. */
function mostPending(tasks: readonly Task[], totalDurationMs: number): number {
  const parents = new Map(tasks.map(({ id, parentId }) => [id, parentId]))
  const edges = tasks
    .flatMap((task) => [
      { at: task.createdAtMs, start: true, task },
      { at: Math.max(task.createdAtMs, task.endedAtMs ?? totalDurationMs), start: false, task }
    ])
    // Ends first: one that ends when the next starts did not run beside it. A task's own start stays before its end.
    .toSorted((a, b) => a.at - b.at || (a.task === b.task ? (a.start ? -1 : 1) : Number(a.start) - Number(b.start)))
  const pendingChildren = new Map<number, number>()
  const pending = new Set<number>()
  let most = 0
  for (const { start, task } of edges) {
    const parent = parents.get(task.id)
    if (start) pending.add(task.id)
    else pending.delete(task.id)
    if (parent !== undefined) pendingChildren.set(parent, (pendingChildren.get(parent) ?? 0) + (start ? 1 : -1))
    if (start) most = Math.max(most, countLeaves(pending, pendingChildren))
  }
  return most
}

function countLeaves(pending: ReadonlySet<number>, pendingChildren: ReadonlyMap<number, number>): number {
  let leaves = 0
  for (const id of pending) if ((pendingChildren.get(id) ?? 0) === 0) leaves++
  return leaves
}

/** V8's own functions are in no script. */
export const isNamed = (url: string): boolean => url !== ''

/** Without callers behind an `await`. */
export function depthOf(sites: readonly NodeJS.CallSite[]): number {
  const waiting = sites.findIndex((site) => site.isAsync())
  return waiting === -1 ? sites.length : waiting
}

/** Nobody calls `then` in the job of a promise that was resolved with another one: it follows that. */
export const isOfNobody = (site: NodeJS.CallSite, url: string): boolean =>
  url === 'node:internal/process/task_queues' ||
  url === 'node:internal/timers' ||
  (url === '' && site.getFunctionName() === 'then') ||
  site.isAsync()

/** Whether a test has replaced the timers of a global object, by what `@sinonjs/fake-timers` leaves on its own. */
export const areTimersFake = ({ setTimeout }: typeof globalThis): boolean => (setTimeout as { clock?: unknown } | undefined)?.clock !== undefined

/** How many timers wait for the test to advance its clock. */
export function countFakeTimers({ setTimeout }: typeof globalThis): number {
  const { clock } = setTimeout as { clock?: { countTimers?(): number } }
  return clock?.countTimers?.() ?? 0
}

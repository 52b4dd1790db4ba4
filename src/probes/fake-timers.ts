/** Whether a test has replaced the timers of a global object, by what `@sinonjs/fake-timers` leaves on its own. */
export const areTimersFake = ({ setTimeout }: typeof globalThis): boolean => (setTimeout as { clock?: unknown } | undefined)?.clock !== undefined

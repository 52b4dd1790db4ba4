/** What is used of the clock that `@sinonjs/fake-timers` puts in the place of time. */
export interface FakeClock {
  countTimers?(): number
}

/** The clock of a test that has replaced the timers of a global object, by what it leaves on its own `setTimeout`. */
export const fakeClockOf = ({ setTimeout }: typeof globalThis): FakeClock | undefined =>
  (setTimeout as { clock?: FakeClock } | undefined)?.clock

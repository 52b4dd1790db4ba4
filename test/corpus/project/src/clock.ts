// Taken at load: fake timers replace its neighbours. Node before 22.19 knows the whole process's only.
const usage = (process.threadCpuUsage ?? process.cpuUsage).bind(process)

/** CPU time of this thread, on Linux in steps of a tick of 1 to 10 ms. */
export function cpuMs(): number {
  const { user, system } = usage()
  return (user + system) / 1000
}

/** Says when so much CPU time has gone: a busy machine does not make it less work. */
export function after(ms: number): () => boolean {
  const until = cpuMs() + ms
  return () => cpuMs() >= until
}

/** Computes for so long. */
export function burn(ms: number): number {
  const done = after(ms)
  let sum = 0
  do {
    for (let i = 0; i < 30_000; i++) sum += Math.sqrt(i) * Math.sin(i) // BLAME burn
  } while (!done())
  return sum
}

import { AsyncProfilerError } from '../errors.ts'

/** @throws `ERR_UNSUPPORTED` */
export function checkNode(version: string): void {
  const [major = 0, minor = 0] = numbers(version)
  if ((major === 22 && minor >= 12) || major === 24 || major >= 26) return
  throw unsupported(`Node ^22.12, ^24 or >=26; this is Node ${version}`)
}

/** @throws `ERR_UNSUPPORTED` */
export function checkVitest(version: string): void {
  const [major = 0, minor = 0] = numbers(version)
  if ((major === 4 && minor >= 1) || major === 5) return
  throw unsupported(`Vitest ^4.1 or ^5; this is Vitest ${version}`)
}

const numbers = (version: string): number[] => version.split('.').map((part) => Number.parseInt(part, 10))

function unsupported(what: string): AsyncProfilerError {
  const error = new AsyncProfilerError('ERR_UNSUPPORTED', `vitest-async-profiler needs ${what}`)
  // The mistake is in none of our frames.
  error.stack = `${error.name}: ${error.message}`
  return error
}

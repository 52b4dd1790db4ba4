import type { Finding } from '../model/finding.ts'
import type { Allow } from '../model/options.ts'
import type { Location } from '../model/place.ts'
import type { BlockingCall } from '../model/profile.ts'
import type { AllowPattern } from '../model/results.ts'
import { functionPlace, indexOfPlace, isOwnFile } from './text/places.ts'

/** What of a finding, or of a blocking call that is not one yet, an entry can name. */
export type Allowable = Pick<Finding, 'rule' | 'file' | 'test' | 'location' | 'stack' | 'callee'>

export interface Allowance {
  /** The finding, with the status `allowed` if any entry matches it. */
  apply(finding: Finding): Finding
  covers(subject: Allowable): boolean
  /** The entries that have matched so far, by their texts. */
  matched(): string[]
}

/** Of a blocking call in a test file. */
export const toAllowable = ({ culprit: { test }, location, stack, callee }: BlockingCall, file: string): Allowable => ({
  rule: 'blocking-call',
  file,
  stack,
  ...(test && { test }),
  ...(location && { location }),
  ...(callee !== undefined && { callee })
})

/** Holds findings against the entries of `allow`; entries match if all of their fields do. */
export function createAllowance(patterns: readonly AllowPattern[]): Allowance {
  const matched = new Set<string>()
  function covers(subject: Allowable): boolean {
    // Not `some`: an entry that another one makes redundant has matched, too.
    const matching = patterns.filter((pattern) => matches(pattern, subject))
    for (const { entry } of matching) matched.add(entry)
    return matching.length > 0
  }
  return {
    apply: (finding) => (covers(finding) ? { ...finding, status: 'allowed' } : finding),
    covers,
    matched: () => [...matched]
  }
}

/** An entry as notices name it: its fields, and its reason. */
export function describeEntry({ reason, ...fields }: Allow): string {
  const given = Object.entries(fields).map(([name, glob]) => `${name}: '${glob}'`)
  return `{ ${given.join(', ')} } (${reason})`
}

/** Names, unlike paths, have no folders: a glob's `*` must not stop at a `/` in a test's name or a scoped package. */
export const withoutSlashes = (text: string): string => text.replaceAll('/', '\u2215')

function matches(pattern: AllowPattern, subject: Allowable): boolean {
  const { rule, file, test, stack } = subject
  const path = functionPlace(subject)?.file ?? file
  if (pattern.rule && !pattern.rule.test(rule)) return false
  if (pattern.file && (/^\.?$/.test(path) || !pattern.file.test(path))) return false
  if (pattern.test && !(test && pattern.test.test(withoutSlashes(test.name)))) return false
  if (pattern.package && !hasName(pattern.package, packagesOf(stack))) return false
  return !pattern.function || hasName(pattern.function, functionsOf(subject))
}

const hasName = (pattern: RegExp, names: readonly string[]): boolean => names.some((name) => pattern.test(withoutSlashes(name)))

/** The last `node_modules` of a path has the package that the file is of: nested, and in pnpm's store, too. */
const packagesOf = (stack: readonly Location[]): string[] => stack.flatMap(({ file }) => PACKAGE.exec(file)?.[1] ?? [])
const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/

function functionsOf({ location, stack, callee }: Allowable): string[] {
  const frames = location ? [...stack.slice(0, endOfBlamed(stack, location)), location] : stack
  // `fs.readFileSync('users.json')`.
  const called = callee === undefined ? [] : [callee.replace(/\(.*$/s, '')]
  return [...called, ...frames.flatMap(fullNames)].flatMap((name) => [name, name.split('.').at(-1)!])
}

/** The blamed frame is included; a callback without a name is known by the own function around it. */
function endOfBlamed(stack: readonly Location[], location: Location): number {
  const blamed = indexOfPlace(stack, location)
  if (blamed === -1) return 0
  const named = stack.findIndex(({ file, functionName }, index) => index >= blamed && functionName !== undefined && isOwnFile(file))
  return (named === -1 ? blamed : named) + 1
}

/** Node's own functions are known by their module, too: `readFileSync` in `node:fs` is `fs.readFileSync`. */
function fullNames({ functionName, file }: Location): string[] {
  if (functionName === undefined) return []
  const name = functionName.replace(/^(?:async|new) /, '')
  const builtin = /^node:(?:internal\/)?([\w]+)/.exec(file)?.[1]
  return builtin === undefined ? [name] : [name, `${builtin}.${name}`]
}

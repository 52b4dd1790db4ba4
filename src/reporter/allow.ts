import picomatch from 'picomatch'
import { describeEntry, withoutSlashes } from '../analysis/allow.ts'
import type { Allow } from '../model/options.ts'
import type { AllowPattern } from '../model/results.ts'

/** Once, in the main process: a worker would have to load the glob library for it. */
export function compileAllow(entries: readonly Allow[]): AllowPattern[] {
  return entries.map((entry) => ({
    entry: describeEntry(entry),
    ...(entry.file !== undefined && { file: toRegExp(entry.file) }),
    ...Object.fromEntries(NAMES.flatMap((field) => (entry[field] === undefined ? [] : [[field, toRegExp(withoutSlashes(entry[field]))]])))
  }))
}

const NAMES = ['rule', 'function', 'package', 'test'] as const

/** One sentence for each entry that no finding of the run matched. */
export function unmatchedEntries(entries: readonly Allow[], matched: readonly string[]): string[] {
  const known = new Set(matched)
  return [...new Set(entries.map(describeEntry))]
    .filter((entry) => !known.has(entry))
    .map((entry) => `allow ${entry} matched no finding of this run; remove it if what it was for is mended`)
}

/** A text with brackets in it, such as `src/[id]/page.ts`, also means itself. */
function toRegExp(glob: string): RegExp {
  const literal = glob.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^(?:${literal})$|${picomatch.makeRe(glob, { dot: true }).source}`)
}

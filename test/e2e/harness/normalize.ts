import { stripVTControlCharacters } from 'node:util'
import type { RunResult } from './run-vitest.ts'

/**
 * Puts placeholders for what differs from run to run, so that whole outputs can stand in snapshots: the project's path,
 * versions, the time of day, durations and overhead.
 * @param keep durations that are the same in each run, such as `'100 ms'`, a threshold
 */
export function normalize(text: string, { root }: Pick<RunResult, 'root'>, keep: readonly string[] = []): string {
  const duration = (match: string): string => (keep.includes(match) ? match : '<time>')
  return (
    stripVTControlCharacters(text)
      .replaceAll('\r\n', '\n')
      .replaceAll(root.replaceAll('\\', '/'), '<root>')
      .replaceAll(root, '<root>')
      .replace(/\bv\d+\.\d+\.\d+\b/g, '<version>')
      .replace(/(Start at\s+)[\d:]+/g, '$1<clock>')
      .replace(/JSON report written to .*/g, 'JSON report written to <file>')
      // Which phases are told depends on how long they took.
      .replace(/(Duration\s+).*/g, '$1<time>')
      // On a busy machine.
      .replace(/(?: ·|^) \d+ inconclusive(?: \(CPU was taken by other processes\))?/gm, '')
      .replace(/overhead (?:<?[\d.]+ % of the run, )?<?[\d.]+ (?:ms|s)/g, 'overhead <time>')
      .replace(/(?<![\w.])\d+(?:\.\d+)?(?: ?ms| ?s|m)(?!\w)/g, duration)
      .replace(/[^\S\n]+$/gm, '')
      .trim()
  )
}

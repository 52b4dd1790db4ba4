import { kindOfLine } from '../analysis/profile.ts'
import type { BlockKind, Confidence, Location } from '../model.ts'
import type { Evidence, LineTicks, RawFrame } from '../records/code.ts'
import { functionEnd } from './function-end.ts'
import { isOursUrl, outermost } from './own.ts'
import type { Source } from './sources.ts'

export interface Places {
  kind: BlockKind
  location: Location | undefined
  functionName: string | undefined
  stack: Location[]
  confidence: Confidence
}

export interface Locator {
  /** The place to blame and the stack around it, in the original source. */
  places(evidence: Evidence): Places
  /** A frame whose line is the executing one. */
  frame(frame: RawFrame): Location
}

/** Node's own names for functions that users know by another: what to look for in the caller's text. */
const ALIASES: Record<string, string> = {
  syncBufferWrapper: String.raw`(?:gzip|gunzip|deflate|deflateRaw|inflate|inflateRaw|unzip|brotliCompress|brotliDecompress|zstdCompress|zstdDecompress)Sync`,
  zlibBufferSync: String.raw`\w+Sync`,
  hrtimeBigInt: String.raw`\bbigint\b`
}

/**
 * Finds lines for evidence. A CPU profile has the lines of a function's own ticks only: where the time went into a
 * callee, the call is found by the callee's name in the text of the calling function.
 */
export function createLocator(get: (url: string) => Source | undefined, display: (path: string) => string): Locator {
  function place(url: string, line: number, column: number, functionName: string): Location {
    const at = get(url)?.original(line, column) ?? { path: url, line, column }
    const name = functionName === '' ? {} : { functionName }
    return { file: display(at.path), line: at.line, column: at.column, ...name }
  }
  function callSite(caller: RawFrame, callee: string, hot: readonly LineTicks[]): { at: [number, number]; sure: boolean } | undefined {
    const source = get(caller.url)
    if (source === undefined || callee === '') return undefined
    const sites = findCalls(source.lines, caller, callee)
    const ticked = hot.find(({ line }) => sites.some((site) => site[0] === line))
    const at = (ticked && sites.find((site) => site[0] === ticked.line)) ?? sites[0]
    return at && { at, sure: sites.length === 1 || ticked !== undefined }
  }
  function hotLine(frame: RawFrame, lines: readonly LineTicks[]): [number, number] | undefined {
    const source = get(frame.url)
    if (source === undefined) return lines[0] && [lines[0].line, 1]
    // A function inlined from another file leaves that file's line numbers here.
    const last = functionEnd(source.lines, frame)
    const hot = lines.find(({ line }) => line >= frame.line && line <= last)
    return hot && [hot.line, (source.lines[hot.line - 1] ?? '').search(/\S|$/) + 1]
  }
  /** What V8 has no frame for shows in the text of the line that takes most of the innermost function's time. */
  function kindOf({ kind, frames, lines: [ticks = []] }: Evidence): BlockKind {
    const [leaf, caller] = frames
    const frame = leaf?.url === '' ? caller : leaf
    const [hottest] = ticks
    if (kind !== 'cpu' || frame === undefined || hottest === undefined) return kind
    const total = ticks.reduce((sum, each) => sum + each.ticks, 0)
    const text = hottest.ticks * 2 > total ? get(frame.url)?.lines[hottest.line - 1] : undefined
    return (text && kindOfLine(text)) || kind
  }
  function own(evidence: Evidence, frame: RawFrame): { location: Location; confidence: Confidence } {
    // Native code counts its ticks by the line that called it.
    const native = evidence.callee !== undefined && evidence.frames[evidence.own - 1]?.url === ''
    const lines = evidence.lines[native ? evidence.own - 1 : evidence.own] ?? []
    const call = evidence.callee === undefined ? undefined : callSite(frame, evidence.callee, lines)
    const hot = hotLine(frame, lines)
    const [line, column] = call?.at ?? hot ?? [frame.line, frame.column]
    const confidence = call ? (call.sure ? 'certain' : 'likely') : hot && (native || evidence.callee === undefined) ? 'certain' : 'likely'
    return { location: place(frame.url, line, column, frame.functionName), confidence }
  }
  const executing = ({ url, line, column, functionName }: RawFrame): Location => place(url, line, column, functionName)
  return {
    frame: executing,
    places(evidence) {
      const { frames } = evidence
      const frame = frames[evidence.own]
      if (evidence.source !== 'profile') {
        const stack = frames.map(executing)
        const confidence = evidence.source === 'calls' ? 'certain' : 'likely'
        return { kind: evidence.kind, location: stack[evidence.own], functionName: frame?.functionName || undefined, stack, confidence }
      }
      const blamed = frame && own(evidence, frame)
      const stack = frames.map((each, index) => {
        if (index === evidence.own && blamed) return blamed.location
        const lines = evidence.lines[index] ?? []
        const at = callSite(each, frames[index - 1]?.functionName ?? '', lines)?.at ?? hotLine(each, lines)
        return place(each.url, ...(at ?? [each.line, each.column]), each.functionName)
      })
      return {
        kind: kindOf(evidence),
        location: blamed?.location,
        functionName: frame?.functionName || undefined,
        // V8's builtins have a name but no place.
        stack: stack.slice(0, outermost(frames)).filter((_, index) => frames[index]!.url !== '' && !isOursUrl(frames[index]!.url)),
        confidence: blamed?.confidence ?? 'certain'
      }
    }
  }
}

/** Where `name` is called inside the caller's text: 1-based lines and columns. */
function findCalls(lines: readonly string[], caller: RawFrame, callee: string): [number, number][] {
  // Some of Node's functions and classes have a `_` before the name that users know.
  const name = ALIASES[callee] ?? String.raw`\b${escape(callee.split('.').at(-1)!.replace(/^_+/, ''))}\b`
  // `(0, __vi_import_0__.name)(…)` is what an imported name looks like after Vitest's transform.
  const call = new RegExp(String.raw`${name}\)?\s*(?:\?\.)?\(`, 'g')
  const last = functionEnd(lines, caller)
  const sites: [number, number][] = []
  for (let line = caller.line; line <= last; line++) {
    const text = lines[line - 1] ?? ''
    for (const match of text.matchAll(call)) {
      const column = match.index + 1
      // The caller's own name stands before its parameters.
      if (line > caller.line || column >= caller.column) sites.push([line, column])
    }
  }
  return sites
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

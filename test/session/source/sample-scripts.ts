import { awaitsImport } from '../../../src/session/source/syntax/imports.ts'
import { namesIn } from '../../../src/session/source/syntax/names.ts'
import type { LoadedModule, Script, Source, Sources } from '../../../src/session/source/sources.ts'
import { parse } from '../../../src/session/source/syntax/parse.ts'

type Read = Pick<Sources, 'get' | 'script' | 'modules' | 'module'>
interface Place {
  functionName: string
  url: string
  line: number
  column: number
}

/** A script as a session has it; nothing where the parser refuses it. */
export function sampleScript(lines: readonly string[]): Script | undefined {
  const syntax = parse(lines)
  return syntax && { syntax, names: namesIn(syntax.program), awaitsImport: (line, column) => awaitsImport(syntax, line, column) }
}

/** Scripts by url as a session has them, with what their modules export. */
export function sampleScripts(
  texts: Record<string, string>,
  modules: Record<string, LoadedModule> = {}
): { sources: Read; placeOf(url: string, head: string): Place } {
  const linesOf = (url: string): string[] => texts[url]?.split('\n') ?? []
  const get = (url: string): Source | undefined =>
    texts[url] === undefined ? undefined : { path: url, lines: linesOf(url), original: (line, column) => ({ path: url, line, column }) }
  const script = (url: string): Script | undefined => sampleScript(linesOf(url))
  return {
    sources: { get, script, modules: () => Object.values(modules), module: (specifier) => modules[specifier] },
    /** A function by the text before its parameters, where V8 places it. */
    placeOf(url, head) {
      const line = linesOf(url).findIndex((text) => text.includes(head))
      const column = linesOf(url)[line]!.indexOf(head) + head.length + 1
      const functionName = head.replace(/^(?:function|static|const) | = $/g, '')
      return { functionName: functionName.replace(/ = $/, ''), url, line: line + 1, column }
    }
  }
}

/* What the text around a call tells of it. It is the code that V8 runs, after transforms. */

/** Whether what a call gives is passed on. @param before the line up to the call */
export const isReturned = (before: string): boolean => /(?:\breturn\b|=>)[^;{}]*$/.test(before)

/** Whether it is, or is assigned, an argument, or part of a literal. @param before the line up to the call */
export const isKept = (before: string): boolean => /(?:[^=!<>]=(?![=>])|[:(,[?]|\breturn\b|=>)[^;{}]*$/.test(withoutCalls(before))

/** Arguments of calls that are done: `save(user).` is `save.`. */
function withoutCalls(text: string): string {
  const shorter = text.replaceAll(/\([^()]*\)/g, '')
  return shorter === text ? text : withoutCalls(shorter)
}

/** Comments, strings, templates and regular expressions, each whole; and what is counted. */
const TOKEN = /\/\/.*|\/\*[^]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\[^]|[^`\\])*`|(?<=(?:[(,=:[!&|?{};>]|\breturn)\s*)\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\/|[()[\]{},]/g

/** Whether a call has a second argument. @param text from the name of what is called on */
export function hasTwoArguments(text: string): boolean {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if ('([{'.includes(token)) depth++
    else if (')]}'.includes(token) && --depth === 0) return false
    else if (token === ',' && depth === 1) return !/^,\s*\)/.test(text.slice(index))
  }
  return false
}

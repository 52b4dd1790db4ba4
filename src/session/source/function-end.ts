/**
 * The last line of the function whose parameters start at `start` (V8's position of a function), by counting brackets
 * outside strings and comments. A regular expression with brackets can mislead it; then the range is too long or too
 * short, and a line less certain.
 */
export function functionEnd(lines: readonly string[], start: { line: number; column: number }): number {
  let parens = 0
  let braces = 0
  let quote = ''
  /** Behind the arrow of a function that is not known to have a block yet. */
  let arrow = false
  /** In the body of one that has none. */
  let expression = false
  for (let line = start.line; line <= lines.length; line++) {
    const text = lines[line - 1] ?? ''
    for (let i = line === start.line ? start.column - 1 : 0; i < text.length; i++) {
      const char = text[i]!
      if (quote !== '') {
        if (char === '\\') i++
        else if (char === quote) quote = ''
        continue
      }
      if (char === ' ' || char === '\t') continue
      if (char === '/' && text[i + 1] === '/') break
      if (braces > 0) {
        // Inside the body: it ends with the brace that opened it.
        if (char === '{') braces++
        else if (char === '}' && --braces === 0) return line
      } else if (arrow && char !== '{') {
        arrow = false
        expression = true
      } else if (!expression && parens === 0 && char === '{') {
        braces = 1
        continue
      }
      if (char === '"' || char === "'" || char === '`') quote = char
      else if (braces === 0) {
        if ('([{'.includes(char)) parens++
        // A body without a block ends with the bracket around it, or where its statement or argument does.
        else if (')]}'.includes(char)) {
          if (--parens < 0) return line
        } else if (expression && parens === 0 && (char === ';' || char === ',')) return line
        else if (char === '=' && text[i + 1] === '>' && parens === 0 && !expression) {
          arrow = true
          i++
        }
      }
    }
    if (quote !== '`') quote = ''
    if (expression && parens === 0 && quote === '' && !CONTINUES.test(lines[line] ?? '')) return line
  }
  return lines.length
}

/** A line that goes on with the expression of the one before it. */
const CONTINUES = /^\s*[.?:&|+\-*/%=<>([`]/

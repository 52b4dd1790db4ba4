/**
 * The last line of the function whose parameters start at `start` (V8's position of a function), by counting brackets
 * outside strings and comments. A regular expression with brackets can mislead it; then the range is too long or too
 * short, and a line less certain.
 */
export function functionEnd(lines: readonly string[], start: { line: number; column: number }): number {
  let parens = 0
  let braces = 0
  let quote = ''
  for (let line = start.line; line <= lines.length; line++) {
    const text = lines[line - 1] ?? ''
    for (let i = line === start.line ? start.column - 1 : 0; i < text.length; i++) {
      const char = text[i]!
      if (quote !== '') {
        if (char === '\\') i++
        else if (char === quote) quote = ''
      } else if (char === '"' || char === "'" || char === '`') quote = char
      else if (char === '/' && text[i + 1] === '/') break
      else if (braces > 0) {
        // Inside the body: it ends with the brace that opened it.
        if (char === '{') braces++
        else if (char === '}' && --braces === 0) return line
      } else if (char === '(') parens++
      // An arrow function without a body block ends with the bracket around it.
      else if (char === ')' && --parens < 0) return line
      // Braces among the parameters are patterns.
      else if (char === '{' && parens === 0) braces = 1
    }
    if (quote !== '`') quote = ''
  }
  return lines.length
}

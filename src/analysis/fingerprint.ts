import type { RuleName } from '../model/finding.ts'
import type { Culprit, Location } from '../model/place.ts'

/** Survives line shifts: no positions. */
export function fingerprint(
  rule: RuleName,
  testFile: string,
  { test, request }: Culprit,
  location: Location | undefined,
  kind: string
): string {
  const route = request && `${request.method} ${request.url.replace(/\?.*$/, '').replaceAll(/\d+/g, '#')}`
  return hash([rule, kind, location?.file, location?.functionName, testFile, test?.name, route].join('\n'))
}

/** FNV-1a over UTF-16 units, twice with different offsets for 64 bits: short, stable, and without `node:crypto`. */
function hash(text: string): string {
  const half = (offset: number): string => {
    let value = offset
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
    return (value >>> 0).toString(16).padStart(8, '0')
  }
  return half(0x811c9dc5) + half(0x9dc5811c)
}

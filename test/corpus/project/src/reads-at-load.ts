import { readFileSync } from 'node:fs'

export const text = readFileSync('package.json', 'utf8')

import { Router, type Request, type Response } from 'express'
import { loadAll } from 'heavy-dep'
import fs, { existsSync, readFileSync } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { BIG_FILE } from '../amounts.ts'
import { start, stop } from '../truth.ts'

export const files = Router()

files.get('/download', (_request: Request, response: Response): void => {
  const from = start()
  const bytes: Buffer = readFileSync(BIG_FILE) // BLAME read-handler
  stop('read-handler', from)
  response.json({ length: bytes.length })
})

files.get('/download-async', async (_request: Request, response: Response): Promise<void> => {
  const bytes = await readFile(BIG_FILE)
  response.json({ length: bytes.length })
})

files.get('/download-twice', (_request: Request, response: Response): void => {
  const { name } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { name: string }
  const from = start()
  const bytes = fs.readFileSync(BIG_FILE) // BLAME read-second
  stop('read-second', from)
  response.json({ name, length: bytes.length })
})

files.get('/download-by-dependency', (_request: Request, response: Response): void => {
  const from = start()
  const bytes = loadAll(BIG_FILE) // BLAME dependency-read
  stop('dependency-read', from)
  response.json({ length: bytes.length })
})

files.get('/exists', (_request: Request, response: Response): void => {
  const exists = existsSync('package.json') // BLAME exists
  response.json({ exists })
})

files.get('/exists-async', async (_request: Request, response: Response): Promise<void> => {
  await access('package.json')
  response.json({ exists: true })
})

import express from 'express'
import { busy } from './routes/busy.ts'
import { files } from './routes/files.ts'
import { passwords } from './routes/passwords.ts'
import { reports } from './routes/reports.ts'

export const app = express()

// Hashing the answers would be work of its own.
app.disable('etag')
app.use(files, passwords, reports, busy)

const { stdin } = process

stdin.setEncoding?.('utf8')
stdin.on('error', () => {})

export const isInteractive = () => stdin.isTTY === true && !stdin.destroyed

export function watchEnd(ended) {
  process.stdin.once('end', ended)
  process.stdin.pause()
}

type Answer = (text: string) => void

/** Answers some questions, and loses the others. */
function answer(question: string, done: Answer): void {
  if (question.endsWith('?')) setImmediate(done, `no idea: ${question}`)
}

export function ask(question: string): Promise<string> {
  return new Promise<string>((done) => answer(question, done)) // BLAME never-callback
}

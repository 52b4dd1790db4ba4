export const light: boolean = true

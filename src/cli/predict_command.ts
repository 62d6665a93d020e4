export function runPredict(_args: readonly string[]): Promise<number> { return Promise.resolve(0); }

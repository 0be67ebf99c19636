import { DatabaseNotReadyError } from './failure.ts'

/**
 * The result of a promise, if it comes in time. What it stands for goes on.
 * @throws DatabaseNotReadyError after `ms`
 */
export function within<T>(ms: number, promise: Promise<T>, message: string): Promise<T> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new DatabaseNotReadyError(message)), ms)
    promise.then(done, fail).finally(() => clearTimeout(timer))
  })
}

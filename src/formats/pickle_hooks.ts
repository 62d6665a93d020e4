import type { PickleValue } from "./pickle_values.ts";
import type { PickleWork } from "./pickle_work.ts";

/** What an unpickler may make of names: the whole of what a file can cause. */
export interface PickleHooks {
  /**
   * The result of a call.
   * @param work Asked before anything takes time or memory that grows with an argument
   * @throws {FormatError} If the function is not one of those known; the text names it
   */
  call(path: string, args: readonly PickleValue[], work: PickleWork): PickleValue;
  /**
   * The object behind a persistent id.
   * @throws {FormatError} If it has not the form that is expected
   */
  persistent(id: PickleValue): PickleValue;
  /**
   * Refuses names that are not known, where they are mentioned, not only where they are called.
   * @throws {FormatError} The text names it
   */
  checkGlobal(path: string): void;
}

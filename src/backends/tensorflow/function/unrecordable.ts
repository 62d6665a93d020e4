import { KernelError } from "../../../core/errors.ts";

/** Whether an error says that ops cannot be recorded, which may run one by one all the same. */
export function isUnrecordable(error: unknown): error is KernelError {
  return error instanceof KernelError && error.message.startsWith("Cannot record");
}

/** Errors of the system, of which Deno names some by code and others by number only. */
import { platform } from "node:process";

/** Numbers by name, on Linux and on macOS. */
const NUMBERS: Readonly<Record<string, readonly [linux: number, darwin: number]>> = {
  EPERM: [1, 1],
  ENOENT: [2, 2],
  EIO: [5, 5],
  EACCES: [13, 13],
  EINVAL: [22, 22],
  ENOSPC: [28, 28],
  EROFS: [30, 30],
  EPIPE: [32, 32],
  ENOLCK: [37, 77],
  ENOSYS: [38, 78],
  EDQUOT: [122, 69],
  EOPNOTSUPP: [95, 102],
  ENOTSUP: [95, 45],
};

/**
 * Whether an error is one of some system errors.
 * @param names Such as `EIO`
 */
export function isSystemError(error: unknown, names: readonly string[]): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined) return names.includes(code);
  const number = Number(/\(os error (\d+)\)/.exec(message ?? "")?.[1] ?? NaN);
  const place = platform === "darwin" ? 1 : 0;
  return names.some((name) => NUMBERS[name]?.[place] === number);
}

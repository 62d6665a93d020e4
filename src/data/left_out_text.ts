/** `1 broken photo`, `2 broken photos`. */
export function leftOutText(count: number): string {
  return `${count} broken ${count === 1 ? "photo" : "photos"}`;
}

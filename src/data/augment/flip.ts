/**
 * Mirrors rows in place.
 * @param values `[height, width, channels]`
 */
export function flipRows(values: Uint8Array | Float32Array, width: number, channels: number): void {
  const rowLength = width * channels;
  for (let row = 0; row < values.length; row += rowLength) {
    let left = row;
    let right = row + rowLength - channels;
    for (; left < right; left += channels, right -= channels) {
      for (let c = 0; c < channels; c++) {
        const kept = values[left + c]!;
        values[left + c] = values[right + c]!;
        values[right + c] = kept;
      }
    }
  }
}

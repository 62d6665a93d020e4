/** Undoing the filters of PNG rows (PNG specification, 9), in place: rows move together over their filter bytes. */

/** Rows of one width, as a PNG's inflated data holds them: a filter byte, then the row. */
export interface FilteredRows {
  /** The inflated data; what was undone stands in it too. */
  readonly bytes: Uint8Array;
  /** Where the first row's filter byte stands. */
  readonly from: number;
  /** Where the first row goes, at most `from`. */
  readonly to: number;
  /** Bytes of a row, without the filter byte. */
  readonly rowBytes: number;
  /** How many. */
  readonly rows: number;
  /** Bytes of a whole pixel, at least 1: the distance to the left neighbour. */
  readonly step: number;
}

/** One row: read at `from`, written at `to`, the row above it (undone) at `up`, or below 0 where there is none. */
type UndoRow = (
  bytes: Uint8Array,
  from: number,
  to: number,
  up: number,
  length: number,
  step: number,
) => void;

const undoNone: UndoRow = (bytes, from, to, _up, length) => {
  bytes.copyWithin(to, from, from + length);
};

const undoSub: UndoRow = (bytes, from, to, _up, length, step) => {
  bytes.copyWithin(to, from, from + Math.min(step, length));
  for (let x = step; x < length; x++) bytes[to + x] = bytes[from + x]! + bytes[to + x - step]!;
};

const undoUp: UndoRow = (bytes, from, to, up, length, step) => {
  if (up < 0) return undoNone(bytes, from, to, up, length, step);
  for (let x = 0; x < length; x++) bytes[to + x] = bytes[from + x]! + bytes[up + x]!;
};

const undoAverage: UndoRow = (bytes, from, to, up, length, step) => {
  for (let x = 0; x < length; x++) {
    const left = x < step ? 0 : bytes[to + x - step]!;
    const above = up < 0 ? 0 : bytes[up + x]!;
    bytes[to + x] = bytes[from + x]! + ((left + above) >> 1);
  }
};

/** The neighbour nearest to left + above − corner (PNG specification, 9.4). */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

const undoPaeth: UndoRow = (bytes, from, to, up, length, step) => {
  // without a row above, the left neighbour is always the nearest
  if (up < 0) return undoSub(bytes, from, to, up, length, step);
  for (let x = 0; x < Math.min(step, length); x++) bytes[to + x] = bytes[from + x]! + bytes[up + x]!;
  for (let x = step; x < length; x++) {
    const left = bytes[to + x - step]!;
    bytes[to + x] = bytes[from + x]! + paeth(left, bytes[up + x]!, bytes[up + x - step]!);
  }
};

const UNDO: readonly UndoRow[] = [undoNone, undoSub, undoUp, undoAverage, undoPaeth];

/**
 * Undoes the filters of all rows; they stand one after the other from `to` on then.
 * @returns The number of a filter that PNG does not know, where there is one; the rows after it are left
 */
export function undoFilters({ bytes, from, to, rowBytes, rows, step }: FilteredRows): number | undefined {
  for (let y = 0; y < rows; y++) {
    const source = from + y * (rowBytes + 1);
    const target = to + y * rowBytes;
    const undo = UNDO[bytes[source]!];
    if (undo === undefined) return bytes[source];
    undo(bytes, source + 1, target, y === 0 ? -1 : target - rowBytes, rowBytes, step);
  }
  return undefined;
}

/** Which colour is which class, in a picture that no page stands around. */
import type { RgbImage } from "../formats/rgb_image.ts";
import type { RgbColor } from "./palette.ts";

/** Digits 0 to 9, 3 × 5 dots each, row by row. */
const DIGITS: readonly string[] = [
  "111101101101111",
  "010110010010111",
  "111001111100111",
  "111001111001111",
  "101101111001001",
  "111100111001111",
  "111100111101111",
  "111001010010010",
  "111101111101111",
  "111101111001111",
];

/** Pixels of a dot. */
const DOT = 3;

/** Sides of a patch of colour. */
const PATCH = 5 * DOT;

/** Room for a patch and a number of three digits. */
const CELL = { width: PATCH + DOT + 3 * 4 * DOT + 2 * DOT, height: PATCH + 2 * DOT };

const INK: RgbColor = [40, 40, 40];

function paint(
  image: RgbImage,
  left: number,
  top: number,
  width: number,
  height: number,
  color: RgbColor,
): void {
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) image.data.set(color, 3 * (y * image.width + x));
  }
}

function writeNumber(image: RgbImage, number: number, left: number, top: number): void {
  for (const [place, digit] of [...String(number)].entries()) {
    [...DIGITS[Number(digit)]!].forEach((dot, i) => {
      const [x, y] = [4 * place + i % 3, Math.floor(i / 3)];
      if (dot === "1") paint(image, left + x * DOT, top + y * DOT, DOT, DOT, INK);
    });
  }
}

/** A patch with a thin frame, so that white ones show, and the number of its class. */
function drawCell(image: RgbImage, label: number, color: RgbColor, left: number, top: number): void {
  paint(image, left, top, PATCH, PATCH, INK);
  paint(image, left + 1, top + 1, PATCH - 2, PATCH - 2, color);
  writeNumber(image, label, left + PATCH + DOT, top);
}

/**
 * A picture with patches of colour and the numbers of their classes below it.
 * @param labels Classes to name, from 0 to 254; each has a colour
 * @param colors Colour of each class
 * @returns As wide as the picture, or wider where not even one patch fits
 */
export function withLegend(
  picture: RgbImage,
  labels: readonly number[],
  colors: readonly RgbColor[],
): RgbImage {
  const width = Math.max(picture.width, CELL.width);
  const columns = Math.floor(width / CELL.width);
  const top = picture.height + 2 * DOT;
  const height = top + Math.ceil(labels.length / columns) * CELL.height;
  const image = { width, height, data: new Uint8Array(3 * width * height).fill(255) };
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
    image.data.set(row, 3 * y * width);
  }
  labels.forEach((label, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    drawCell(image, label, colors[label]!, column * CELL.width, top + row * CELL.height);
  });
  return image;
}

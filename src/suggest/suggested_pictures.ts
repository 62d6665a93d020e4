/** Pictures of a suggested photo: what the run sees, and where it is unsure. */
import { readImage } from "../data/read_item.ts";
import { uncertainPhoto } from "../eval/uncertainty.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { RgbColor } from "../report/palette.ts";
import { overlay } from "../report/pictures.ts";
import { reportPicture, shrinkPicture } from "../report/report_picture.ts";
import type { ReportPicture } from "../report/run_record.ts";
import { type Looker, workingPhoto } from "./look_at_photos.ts";
import type { RankedPhoto } from "./photo.ts";
import type { Region } from "./region.ts";

/** Columns of a picture. */
const WIDTH = 400;

/** Colour of the most uncertain pixels, over a darkened photo. */
const UNSURE: RgbColor = [255, 214, 64];

/** Colour of the frames around parts. */
const FRAME: RgbColor = [255, 255, 255];

function rangeOf(values: Float32Array): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** The photo in grey and dark; its pixels are the yellower the more uncertain they are among those of the photo. */
export function paintUncertainty({ width, height, data }: RgbImage, uncertainty: Float32Array): RgbImage {
  const painted = new Uint8Array(data.length);
  const [least, most] = rangeOf(uncertainty);
  const range = Math.max(1e-6, most - least);
  for (let i = 0; i < uncertainty.length; i++) {
    const grey = (data[3 * i]! + data[3 * i + 1]! + data[3 * i + 2]!) / 6;
    for (let c = 0; c < 3; c++) {
      painted[3 * i + c] = Math.round(grey + (uncertainty[i]! - least) / range * (UNSURE[c]! - grey));
    }
  }
  return { width, height, data: painted };
}

/** The picture with a frame of two pixels inside of each rectangle. */
export function withFrames(image: RgbImage, regions: readonly Omit<Region, "uncertainty">[]): RgbImage {
  const { width, height } = image;
  const data = image.data.slice();
  for (const region of regions) {
    const [right, bottom] = [region.left + region.width - 1, region.top + region.height - 1];
    for (let y = Math.max(0, region.top); y <= Math.min(bottom, height - 1); y++) {
      for (let x = Math.max(0, region.left); x <= Math.min(right, width - 1); x++) {
        const inside = Math.min(x - region.left, right - x, y - region.top, bottom - y);
        if (inside < 2) data.set(FRAME, (y * width + x) * 3);
      }
    }
  }
  return { width, height, data };
}

function scaledRegions(regions: readonly Region[], factor: number): Region[] {
  const scale = (value: number) => Math.round(value * factor);
  return regions.map(({ left, top, width, height, uncertainty }) => ({
    left: scale(left),
    top: scale(top),
    width: scale(left + width) - scale(left),
    height: scale(top + height) - scale(top),
    uncertainty,
  }));
}

/**
 * The photo; with a run, the prediction over it, and where the run is unsure, its most uncertain parts framed.
 * @throws {DatasetError} If the photo cannot be read any more
 */
export async function suggestedPictures(
  { path, uncertainty }: RankedPhoto,
  looker: Looker,
  colors: readonly RgbColor[],
): Promise<ReportPicture[]> {
  const { network, predict } = looker;
  const whole = await readImage({ image: { kind: "file", path } });
  const photo = workingPhoto(whole, looker);
  const input = reportPicture("input", photo);
  if (predict === undefined || uncertainty === undefined) return [input];
  const { labels, entropy, margin, flips } = await uncertainPhoto(network, photo, predict);
  const all = entropy.map((value, i) => (value + margin[i]! + flips[i]!) / 3);
  const heat = shrinkPicture(paintUncertainty(photo, all), WIDTH, true);
  const framed = withFrames(heat, scaledRegions(uncertainty.regions, heat.width / whole.width));
  return [
    input,
    reportPicture("overlay", overlay(photo, labels, colors)),
    reportPicture("overlay", framed, {
      caption: "Where it is less sure than elsewhere; the most uncertain parts are framed",
    }),
  ];
}

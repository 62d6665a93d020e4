/** A trained model that predicts pictures. */
import type { ModelOptions } from "../config/model_options.ts";
import type { Color } from "../data/dataset.ts";
import { predictPhoto, predictPhotoProbabilities, type ProbabilityMap } from "../eval/predict_photo.ts";
import { decodeRgb } from "../formats/decode_rgb.ts";
import { checkRgbImage, type RgbImage } from "../formats/rgb_image.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import type { Network } from "../model/network.ts";
import { inferenceNetwork, type ModelSource } from "./model_source.ts";
import { predictOptions } from "./report_pictures.ts";

/** How a picture is predicted. */
export interface ModelPredictOptions {
  /** Factors on the picture's size; the probabilities of all are averaged. Default [1]. */
  readonly scales?: readonly number[];
  /** Adds the mirrored picture. Default false. */
  readonly flip?: boolean;
  /** False leaves the probabilities out, which take 4 bytes a class and pixel. Default true. */
  readonly probabilities?: boolean;
  /** What the picture is called in error texts. Default `picture`. */
  readonly name?: string;
}

/** What a model says of a picture. */
export interface ModelPrediction {
  /** Columns of the picture. */
  readonly width: number;
  /** Rows of the picture. */
  readonly height: number;
  /** `[height, width]`, the most probable class of each pixel: an index into `classes` and `colors`. */
  readonly labels: Uint8Array;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Colours of the classes: red, green, blue, 0 to 255. */
  readonly colors: readonly Color[];
  /**
   * Probabilities of all classes, of a picture above 2 megapixels at the smaller size at which it was predicted; missing
   * where they were left out.
   */
  readonly probabilities?: ProbabilityMap;
}

/** What `exportModel` needs of a model. */
export interface ExportableModel {
  /** What the network is made of. */
  readonly model: ModelOptions;
  /** Weights by state_dict name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Names and colours of the classes. */
  readonly labels: { readonly classes: readonly string[]; readonly colors: readonly Color[] };
}

/** A trained model on the backend that is open; `openModel` makes it, whoever holds it disposes it. */
export class Model {
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Colours of the classes: red, green, blue, 0 to 255. */
  readonly colors: readonly Color[];
  /** Updates that it was trained with. */
  readonly iteration: number;
  /** What `exportModel` of `@guidedmix/guidedmix/export` needs of it. */
  readonly exportable: ExportableModel;
  readonly #source: ModelSource;
  readonly #network: Network;

  /** A model of what was read; `openModel` reads it. */
  constructor(source: ModelSource) {
    const { classes, colors, checkpoint, model } = source;
    this.classes = classes;
    this.colors = colors;
    this.iteration = checkpoint.iteration;
    this.exportable = { model, tensors: checkpoint.parameters, labels: { classes, colors } };
    this.#source = source;
    this.#network = inferenceNetwork(source);
  }

  /**
   * Predicts a picture at its own size, as the run was evaluated: whole, or by windows.
   * @param picture A JPEG, PNG, TIFF, WebP or BMP file, or `[H, W, 3]` pixels
   * @throws {FormatError} If the file is of another format, damaged, or larger than `GUIDEDMIX_MAX_MEGAPIXELS` allow
   * @throws {RangeError} If the pixels do not fit their width and height
   */
  async predict(
    picture: Uint8Array | RgbImage,
    options: ModelPredictOptions = {},
  ): Promise<ModelPrediction> {
    const image = await this.#pixelsOf(picture, options.name ?? "picture");
    const { scales: ratios, flip } = options;
    const how = { ...predictOptions(this.#source.config), ratios, flip };
    const { classes, colors } = this;
    const about = { width: image.width, height: image.height, classes, colors };
    if (options.probabilities === false) {
      return { ...about, labels: (await predictPhoto(this.#network, image, how)).labels };
    }
    const { labels, probabilities } = await predictPhotoProbabilities(this.#network, image, how);
    return { ...about, labels, probabilities };
  }

  async #pixelsOf(picture: Uint8Array | RgbImage, name: string): Promise<RgbImage> {
    if (picture instanceof Uint8Array) return await decodeRgb(picture, name);
    checkRgbImage(picture);
    return picture;
  }

  /** Frees its weights. */
  dispose(): void {
    this.#network.dispose();
  }

  /** For `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

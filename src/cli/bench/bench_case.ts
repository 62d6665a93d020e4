/** What is timed: the networks and sizes of tools/bench/official_step.py. */
import type { MitransOptions, ModelOptions } from "../../config/model_options.ts";
import type { StepCase } from "../../run/step_flops.ts";

/** Names of the configurations. */
export const BENCH_CONFIGS = ["tiny", "r50-129", "r50-257"] as const;

/** A configuration's name. */
export type BenchConfig = (typeof BENCH_CONFIGS)[number];

/** A network with the size of its images. */
export interface BenchCase extends StepCase {
  /** Its name; sizes given by hand have one of their own. */
  readonly name: string;
}

/** Changes of a configuration. */
export interface BenchSizes {
  /** Channels of MITrans; `cat` for those of the concatenated branches; none leaves it out. */
  readonly mitrans?: string;
  /** In place of the configuration's, in pixels. */
  readonly crop?: number;
  /** In place of 2 labeled and 2 unlabeled. */
  readonly batch?: number;
}

function tinyModel(mitrans: MitransOptions | false): ModelOptions {
  return {
    classes: 5,
    encoder: {
      depth: 18,
      stem: "v1c",
      stemChannels: 8,
      baseChannels: 4,
      outputStride: 8,
      contractDilation: true,
    },
    decoder: { channels: 6, dilations: [1, 2, 3, 4], dropout: 0, alignCorners: false },
    mixDecoder: true,
    mitrans,
    classifier: false,
  };
}

function officialModel(mitrans: MitransOptions | false): ModelOptions {
  return {
    classes: 21,
    encoder: {
      depth: 50,
      stem: "v1c",
      stemChannels: 64,
      baseChannels: 64,
      outputStride: 8,
      contractDilation: true,
    },
    decoder: { channels: 512, dilations: [1, 12, 24, 36], dropout: 0.1, alignCorners: false },
    mixDecoder: true,
    mitrans,
    classifier: false,
  };
}

/** The case of a configuration. */
export function benchCase(config: BenchConfig, sizes: BenchSizes = {}): BenchCase {
  const plain = config === "tiny" ? tinyModel : officialModel;
  const { channels, dilations } = plain(false).decoder;
  const width = sizes.mitrans === "cat" ? channels * (dilations.length + 1) : Number(sizes.mitrans);
  const model = plain(
    sizes.mitrans !== undefined && { channels: width, norm: true, concatInput: true, subsample: false },
  );
  const crop = sizes.crop ?? { tiny: 65, "r50-129": 129, "r50-257": 257 }[config];
  return { name: config, model, crop, batch: sizes.batch ?? 2 };
}

import type { ModelOptions } from "../config/model_options.ts";
import { encoderChannels } from "./encoder.ts";

/** What is wrong with the options, one sentence each. */
function problems(options: ModelOptions): string[] {
  const { classes, encoder, decoder, mitrans } = options;
  const found: string[] = [];
  const demand = (fine: boolean, text: string) => fine || found.push(text);
  const whole = (n: number, least: number) => Number.isInteger(n) && n >= least;
  demand(whole(classes, 2), `classes is ${classes}, expected a whole number of at least 2`);
  if (encoder.family !== "efficientnet-lite") {
    demand(whole(encoder.baseChannels, 1), `baseChannels is ${encoder.baseChannels}, expected at least 1`);
    const even = encoder.stem === "v1" || encoder.stemChannels % 2 === 0;
    demand(
      whole(encoder.stemChannels, 1) && even,
      `stemChannels is ${encoder.stemChannels}, expected an even number`,
    );
  }
  demand(whole(decoder.channels, 1), `decoder channels is ${decoder.channels}, expected at least 1`);
  const dilations = decoder.dilations;
  demand(dilations.every((d) => whole(d, 1)), `dilations are [${dilations}], expected whole numbers from 1`);
  demand(
    decoder.dropout >= 0 && decoder.dropout < 1,
    `dropout is ${decoder.dropout}, expected a number in [0, 1)`,
  );
  if (mitrans) {
    demand(
      whole(mitrans.channels, 2),
      `MITrans channels is ${mitrans.channels}, expected a whole number from 2`,
    );
    demand(options.mixDecoder, "MITrans is on without the mix decoder, expected both or none");
  }
  return found;
}

/**
 * Refuses a network whose parts do not fit each other.
 * @throws {RangeError} With everything that is wrong
 */
export function checkModelOptions(options: ModelOptions): void {
  encoderChannels(options.encoder);
  const found = problems(options);
  if (found.length > 0) throw new RangeError(`Cannot build a network: ${found.join("; ")}`);
}

export { IMAGENET_NORMALIZATION, type Normalization } from "../config/encoder_facts.ts";

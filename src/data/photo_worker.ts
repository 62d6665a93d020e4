/** Entry of the Workers that decode photos to find broken ones: answers each part. Acts on import. */
import { photoProblem } from "./photo_problem.ts";
import { answerParts } from "./read_in_parts.ts";

answerParts(photoProblem);

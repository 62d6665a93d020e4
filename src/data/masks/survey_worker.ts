/** Entry of the Workers that count masks: answers each part. Acts on import. */
import { answerParts } from "../read_in_parts.ts";
import { surveySource } from "./survey_source.ts";

answerParts(surveySource);

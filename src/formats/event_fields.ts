/**
 * Field numbers of TensorBoard's messages (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto).
 */

/** Fields of `Event`. */
export const EVENT_FIELDS = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
/** Fields of `Summary`: one of them, repeated. */
export const SUMMARY_FIELDS = { value: 1 } as const;
/** Fields of `Summary.Value`. */
export const VALUE_FIELDS = { tag: 1, scalar: 2, image: 4 } as const;
/** Fields of `Summary.Image`. */
export const IMAGE_FIELDS = { height: 1, width: 2, colorspace: 3, png: 4 } as const;
/** Fields of `SessionLog`. */
export const SESSION_FIELDS = { status: 1 } as const;
/** `SessionLog.SessionStatus.START`. */
export const SESSION_START = 1;

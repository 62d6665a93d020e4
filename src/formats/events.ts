/**
 * TensorBoard event files: scalars and pictures over iterations. Messages and field numbers are those of
 * tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. `readEvents` of event_reader.ts is the inverse.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  EVENT_FIELDS,
  IMAGE_FIELDS,
  SESSION_FIELDS,
  SESSION_START,
  SUMMARY_FIELDS,
  VALUE_FIELDS,
} from "./event_fields.ts";
import { frameRecord } from "./records.ts";

/** A number or a picture under a name, at one iteration. */
export type EventValue =
  | {
    /** Name in TensorBoard; a slash groups: `loss/ce`. */
    readonly tag: string;
    /** The number; stored as float32. */
    readonly scalar: number;
  }
  | {
    /** Name in TensorBoard. */
    readonly tag: string;
    /** The picture. */
    readonly image: EventImage;
  };

/** A picture of an event. */
export interface EventImage {
  /** Rows, in pixels. */
  readonly height: number;
  /** Columns, in pixels. */
  readonly width: number;
  /** A whole PNG file, RGB. */
  readonly png: Uint8Array;
}

/** One entry of an event file. */
export interface LoggedEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** The iteration, from 0. */
  readonly iteration: number;
  /** `"brain.Event:2"`, in the first event of a file only. */
  readonly fileVersion?: string;
  /** True where a run starts or goes on: TensorBoard then drops what it had from this iteration on. */
  readonly sessionStart?: boolean;
  /** Numbers and pictures. */
  readonly values: readonly EventValue[];
}

/** The file version that every event file names first (tensorflow/core/util/events_writer.h). */
const FILE_VERSION = "brain.Event:2";

const COLORSPACE_RGB = 3;

/**
 * A name for a new event file; TensorBoard takes a file for one of events when its name has "tfevents".
 * @param startTimeMs Milliseconds since 1970
 */
export function eventFileName(startTimeMs: number): string {
  return `events.out.tfevents.${String(Math.floor(startTimeMs / 1000)).padStart(10, "0")}.guidedmix`;
}

/** Whether a name is one that `eventFileName` gives. */
export function isEventFileName(name: string): boolean {
  return /^events\.out\.tfevents\.\d{10,}\.guidedmix$/.test(name);
}

/**
 * Writes event records into a sink, one call of the sink a record.
 *
 * A run that goes on may append to its file, after cutting it to `readEvents(bytes).intactBytes`, or begin a new file
 * in the same folder; in both cases `start` with its iteration makes TensorBoard forget the later values of the run
 * that was broken off.
 */
export class EventWriter {
  readonly #sink: (record: Uint8Array) => void;
  readonly #now: () => number;

  /**
   * A writer; nothing is written yet.
   * @param sink Takes each record's bytes, for example by appending them to a file
   * @param now The time in milliseconds since 1970
   */
  constructor(sink: (record: Uint8Array) => void, now: () => number = Date.now) {
    this.#sink = sink;
    this.#now = now;
  }

  /**
   * Writes the first records of a file or of a continued run.
   * @param iteration Where the run starts or goes on
   * @param continued True when the file has events already
   */
  start(iteration: number, continued = false): void {
    if (!continued) this.#write({ iteration: 0, values: [], fileVersion: FILE_VERSION });
    this.#write({ iteration, values: [], sessionStart: true });
  }

  /**
   * Writes one record with all values of an iteration.
   * @throws {RangeError} If the iteration is no integer from 0 or there is no value
   */
  write(iteration: number, values: readonly EventValue[]): void {
    if (values.length === 0) {
      throw new RangeError(
        `Cannot write the event of iteration ${iteration}: no values, expected at least one`,
      );
    }
    this.#write({ iteration, values });
  }

  #write(event: Omit<LoggedEvent, "wallTime">): void {
    if (!Number.isSafeInteger(event.iteration) || event.iteration < 0) {
      throw new RangeError(
        `Cannot write an event: iteration is ${event.iteration}, expected an integer from 0`,
      );
    }
    this.#sink(frameRecord(encodeEvent({ ...event, wallTime: this.#now() / 1000 })));
  }
}

function encodeEvent(event: LoggedEvent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT_FIELDS.wallTime, WireType.Bit64).double(event.wallTime);
  writer.tag(EVENT_FIELDS.step, WireType.Varint).int64(event.iteration);
  if (event.fileVersion !== undefined) {
    writer.tag(EVENT_FIELDS.fileVersion, WireType.LengthDelimited).string(event.fileVersion);
  }
  if (event.sessionStart) {
    writer.tag(EVENT_FIELDS.sessionLog, WireType.LengthDelimited).fork();
    writer.tag(SESSION_FIELDS.status, WireType.Varint).int32(SESSION_START).join();
  }
  if (event.values.length > 0) {
    writer.tag(EVENT_FIELDS.summary, WireType.LengthDelimited).fork();
    for (const value of event.values) encodeValue(writer, value);
    writer.join();
  }
  return writer.finish();
}

function encodeValue(writer: BinaryWriter, value: EventValue): void {
  writer.tag(SUMMARY_FIELDS.value, WireType.LengthDelimited).fork();
  writer.tag(VALUE_FIELDS.tag, WireType.LengthDelimited).string(value.tag);
  if ("scalar" in value) writer.tag(VALUE_FIELDS.scalar, WireType.Bit32).float(storedFloat(value.scalar));
  else encodeImage(writer, value.image);
  writer.join();
}

/** The writer refuses numbers beyond float32; in a curve such a value is as good as infinite. */
function storedFloat(value: number): number {
  return Math.fround(value);
}

function encodeImage(writer: BinaryWriter, image: EventImage): void {
  writer.tag(VALUE_FIELDS.image, WireType.LengthDelimited).fork();
  writer.tag(IMAGE_FIELDS.height, WireType.Varint).int32(image.height);
  writer.tag(IMAGE_FIELDS.width, WireType.Varint).int32(image.width);
  writer.tag(IMAGE_FIELDS.colorspace, WireType.Varint).int32(COLORSPACE_RGB);
  writer.tag(IMAGE_FIELDS.png, WireType.LengthDelimited).bytes(image.png).join();
}

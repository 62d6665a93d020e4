/** Reads TensorBoard event files: for tests, and to append to a file whose last record was cut off. */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { FormatError } from "../core/errors.ts";
import {
  EVENT_FIELDS,
  IMAGE_FIELDS,
  SESSION_FIELDS,
  SESSION_START,
  SUMMARY_FIELDS,
  VALUE_FIELDS,
} from "./event_fields.ts";
import { readRecords } from "./records.ts";
import type { EventImage, EventValue, LoggedEvent } from "./events.ts";

/** What an event file holds. */
export interface EventFile {
  /** The events, in the order of the file. */
  readonly events: readonly LoggedEvent[];
  /** Bytes up to the end of the last whole event; a writer that appends cuts the file there first. */
  readonly intactBytes: number;
}

/**
 * Reads an event file. A last event that was cut off is left out; fields that `LoggedEvent` does not know are skipped.
 * @throws {FormatError} If a checksum is wrong or an event is no valid message
 */
export function readEvents(bytes: Uint8Array): EventFile {
  const { records, intactBytes } = readRecords(bytes);
  return { events: records.map(decodeEvent), intactBytes };
}

function decodeEvent(data: Uint8Array, index: number): LoggedEvent {
  let event: LoggedEvent = { wallTime: 0, iteration: 0, values: [] };
  try {
    eachField(new BinaryReader(data), (field, reader) => {
      if (field === EVENT_FIELDS.wallTime) event = { ...event, wallTime: reader.double() };
      else if (field === EVENT_FIELDS.step) event = { ...event, iteration: Number(reader.int64()) };
      else if (field === EVENT_FIELDS.fileVersion) event = { ...event, fileVersion: reader.string() };
      else if (field === EVENT_FIELDS.sessionLog) {
        event = { ...event, sessionStart: decodeSessionStart(reader.bytes()) };
      } else if (field === EVENT_FIELDS.summary) event = { ...event, values: decodeSummary(reader.bytes()) };
      else return false;
      return true;
    });
  } catch (error) {
    throw new FormatError(`Cannot read event ${index}: ${String(error)}, expected a protobuf message`);
  }
  return event;
}

/** Calls `take` for each field; where it returns false the field is skipped. */
function eachField(reader: BinaryReader, take: (field: number, reader: BinaryReader) => boolean): void {
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!take(field, reader)) reader.skip(wireType, field);
  }
}

function decodeSessionStart(data: Uint8Array): boolean {
  let status = 0;
  eachField(new BinaryReader(data), (field, reader) => {
    if (field !== SESSION_FIELDS.status) return false;
    status = reader.int32();
    return true;
  });
  return status === SESSION_START;
}

function decodeSummary(data: Uint8Array): EventValue[] {
  const values: EventValue[] = [];
  eachField(new BinaryReader(data), (field, reader) => {
    if (field !== SUMMARY_FIELDS.value) return false;
    const value = decodeValue(reader.bytes());
    if (value !== undefined) values.push(value);
    return true;
  });
  return values;
}

function decodeValue(data: Uint8Array): EventValue | undefined {
  let tag = "";
  let scalar: number | undefined;
  let image: EventImage | undefined;
  eachField(new BinaryReader(data), (field, reader) => {
    if (field === VALUE_FIELDS.tag) tag = reader.string();
    else if (field === VALUE_FIELDS.scalar) scalar = reader.float();
    else if (field === VALUE_FIELDS.image) image = decodeImage(reader.bytes());
    else return false;
    return true;
  });
  if (scalar !== undefined) return { tag, scalar };
  return image === undefined ? undefined : { tag, image };
}

function decodeImage(data: Uint8Array): EventImage {
  const image: { -readonly [key in keyof EventImage]: EventImage[key] } = {
    height: 0,
    width: 0,
    png: new Uint8Array(0),
  };
  eachField(new BinaryReader(data), (field, reader) => {
    if (field === IMAGE_FIELDS.height) image.height = reader.int32();
    else if (field === IMAGE_FIELDS.width) image.width = reader.int32();
    else if (field === IMAGE_FIELDS.png) image.png = reader.bytes();
    else return false;
    return true;
  });
  return image;
}
